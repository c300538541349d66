#include "mts-lesson-check.h"

#include "base/text.h"
#include <math.h>
#include <string.h>

/* One side of a comparison. */
typedef struct Side {
    int model; /* -1: a number */
    double number;
    char name[32];
} Side;

typedef enum Sign { LESS, LESS_EQUAL, MORE, MORE_EQUAL, EQUAL, UNEQUAL } Sign;

typedef struct Comparison {
    Side left, right;
    Sign sign;
    gboolean or_before; /* a new alternative begins with it */
} Comparison;

struct MtsLessonCheck {
    GArray *comparisons; /* Comparison */
};

/* Longer signs before those they begin with. */
static const struct {
    const char *text;
    Sign sign;
} signs[] = {
    {"<=", LESS_EQUAL},
    {">=", MORE_EQUAL},
    {"!=", UNEQUAL},
    {"<", LESS},
    {">", MORE},
    {"=", EQUAL},
};

/* ---- reading --------------------------------------------------------------------------------- */

typedef struct Reader {
    const char *at;
    MtsLabModel *const *models;
    guint count;
    GError **error;
} Reader;

static void skip_blanks(Reader *reader)
{
    while (g_ascii_isspace(*reader->at)) {
        reader->at++;
    }
}

static gboolean is_name(char c)
{
    return g_ascii_isalnum(c) || c == '_' || c == '-' || c == '.';
}

/* The word at the reader, "" where there is none. */
static char *take_word(Reader *reader)
{
    const char *start = reader->at;
    while (is_name(*reader->at)) {
        reader->at++;
    }
    return g_strndup(start, (gsize)(reader->at - start));
}

static char *known_readings(const Reader *reader)
{
    GString *all = g_string_new(NULL);
    for (guint i = 0; i < reader->count; i++) {
        const MtsLabReading *reading = mts_lab_model_get_kind(reader->models[i])->readings;
        for (; reading->name; reading++) {
            g_string_append_printf(all, "%s%s", all->len ? ", " : "", reading->name);
        }
    }
    return g_string_free(all, FALSE);
}

/* The model that has the reading `name`, which may begin with a kind and a point. */
static gboolean find_reading(Reader *reader, const char *name, Side *side)
{
    for (guint i = 0; i < reader->count; i++) {
        const MtsLabKind *kind = mts_lab_model_get_kind(reader->models[i]);
        const gsize length = strlen(kind->name);
        const gboolean qualified = g_str_has_prefix(name, kind->name) && name[length] == '.';
        const char *plain = qualified ? name + length + 1 : name;
        double ignored;
        if (strlen(plain) < sizeof side->name &&
            mts_lab_model_read(reader->models[i], plain, &ignored)) {
            side->model = (int)i;
            g_strlcpy(side->name, plain, sizeof side->name);
            return TRUE;
        }
    }
    g_autofree char *all = known_readings(reader);
    return mts_lab_fail(
        reader->error, "“%s” cannot be read off; what can be is %s.", name, *all ? all : "nothing");
}

static gboolean read_side(Reader *reader, Side *side)
{
    const char *end;
    skip_blanks(reader);
    *side = (Side){.model = -1};
    if (eng_text_read_double(reader->at, &end, &side->number) && !is_name(*end)) {
        reader->at = end;
        return TRUE;
    }
    g_autofree char *name = take_word(reader);
    if (!*name) {
        return mts_lab_fail(
            reader->error, "A reading or a number is expected before “%s”.", reader->at);
    }
    return find_reading(reader, name, side);
}

static gboolean read_sign(Reader *reader, Sign *sign)
{
    skip_blanks(reader);
    for (guint i = 0; i < G_N_ELEMENTS(signs); i++) {
        if (g_str_has_prefix(reader->at, signs[i].text)) {
            reader->at += strlen(signs[i].text);
            *sign = signs[i].sign;
            return TRUE;
        }
    }
    return mts_lab_fail(
        reader->error, "One of < <= > >= = != is expected before “%s”.", reader->at);
}

/* After a comparison: FALSE at the end, or where neither `and` nor `or` follows (an error). */
static gboolean read_joint(Reader *reader, gboolean *or_before, gboolean *wrong)
{
    skip_blanks(reader);
    if (!*reader->at) {
        return FALSE;
    }
    g_autofree char *word = take_word(reader);
    *or_before = g_str_equal(word, "or");
    *wrong = !*or_before && !g_str_equal(word, "and");
    if (*wrong) {
        mts_lab_fail(
            reader->error, "“and” or “or” is expected, not “%s”.", *word ? word : reader->at);
    }
    return !*wrong;
}

MtsLessonCheck *mts_lesson_check_new(
    const char *text, MtsLabModel *const *models, guint count, GError **error)
{
    Reader reader = {text, models, count, error};
    MtsLessonCheck *self = g_new0(MtsLessonCheck, 1);
    self->comparisons = g_array_new(FALSE, FALSE, sizeof(Comparison));
    gboolean or_before = FALSE, wrong = FALSE;
    do {
        Comparison one = {.or_before = or_before};
        wrong = !read_side(&reader, &one.left) || !read_sign(&reader, &one.sign) ||
            !read_side(&reader, &one.right);
        g_array_append_val(self->comparisons, one);
    } while (!wrong && read_joint(&reader, &or_before, &wrong));
    if (wrong) {
        g_clear_pointer(&self, mts_lesson_check_free);
    }
    return self;
}

void mts_lesson_check_free(MtsLessonCheck *self)
{
    g_array_unref(self->comparisons);
    g_free(self);
}

/* ---- judging --------------------------------------------------------------------------------- */

static double value_of(const Side *side, MtsLabModel *const *models)
{
    double value = side->number;
    if (side->model >= 0) {
        mts_lab_model_read(models[side->model], side->name, &value);
    }
    return value;
}

static gboolean equal(double a, double b)
{
    return a == b || fabs(a - b) <= 1e-6 * MAX(fabs(a), fabs(b));
}

static gboolean compare(double a, Sign sign, double b)
{
    if (isnan(a) || isnan(b)) {
        return FALSE;
    }
    switch (sign) {
    case LESS:
        return a < b;
    case LESS_EQUAL:
        return a <= b;
    case MORE:
        return a > b;
    case MORE_EQUAL:
        return a >= b;
    case EQUAL:
        return equal(a, b);
    case UNEQUAL:
        return !equal(a, b);
    }
    return FALSE;
}

gboolean mts_lesson_check_holds(const MtsLessonCheck *self, MtsLabModel *const *models)
{
    gboolean holds = TRUE;
    for (guint i = 0; i < self->comparisons->len; i++) {
        const Comparison *one = &g_array_index(self->comparisons, Comparison, i);
        if (one->or_before) {
            if (holds) {
                return TRUE;
            }
            holds = TRUE;
        }
        holds = holds &&
            compare(value_of(&one->left, models), one->sign, value_of(&one->right, models));
    }
    return holds;
}
