#include "mts-lab-drift-private.h"

#include "base/philox.h"
#include "mts-text.h"
#include "number/quantize.h"
#include <math.h>

G_DEFINE_FINAL_TYPE(MtsLabDrift, mts_lab_drift, MTS_TYPE_LAB_MODEL)

enum { PHILOX, LFSR };
static const char *const sources[] = {"philox", "lfsr", NULL};
static const char *const source_words[] = {"Philox", "LFSR", NULL};
static const char *const dice_values[] = {"off", "on", NULL};
static const char *const dice_words[] = {"Off", "On", NULL};
static const char *const widths[] = {"2", "3", "4", "6", "8", NULL};
static const char *const noises[] = {"1", "2", "4", "8", NULL};

static const char *const settings[] = {
    "gradient", "jitter", "m", "noise", "source", "dice", "seed", "done", NULL};

static const MtsLabReading readings[] = {
    {"gradient", "mean size of the gradients"},
    {"unit", "what the last mantissa bit is worth"},
    {"done", "steps made"},
    {"exact", "exact sum of the gradients so far"},
    {"truncate", "sum of the truncated ones"},
    {"nearest", "sum of those rounded to nearest"},
    {"stochastic", "sum of those rounded by dice"},
    {"nearest-share", "sum of nearest by the exact sum"},
    {"stochastic-share", "sum of the dice by the exact sum"},
    {"m", "mantissa bits"},
    {"noise", "noise bits"},
    {"dice", "1 where dice are shown"},
    {NULL, NULL},
};

static const MtsLabControl controls[] = {
    {MTS_LAB_CHOICE, "m", "Mantissa bits", NULL, "How many bits each gradient keeps", widths,
        widths},
    {MTS_LAB_CHOICE, "dice", "Dice", NULL, "Show stochastic rounding too", dice_values, dice_words},
    {MTS_LAB_CHOICE, "noise", "Noise bits", NULL, "How many random bits are added", noises, noises},
    {MTS_LAB_BUTTON, "play", "Play", "mts-run-symbolic", "Make a thousand steps (Space)", NULL,
        NULL},
    {MTS_LAB_BUTTON, "again", "Other Gradients", NULL, "Other gradients, other dice (N)", NULL,
        NULL},
    {0},
};

static const MtsLabKind kind = {
    .name = "drift",
    .title = "One weight, a thousand gradients",
    .settings = settings,
    .readings = readings,
    .controls = controls,
};

const char *mts_lab_drift_name(MtsDriftLine line)
{
    static const char *const names[] = {"exact", "truncate", "nearest", "stochastic"};
    return names[line];
}

/* ---- the quantiser --------------------------------------------------------------------------- */

/* The largest gradient of the group. */
#define ANCHOR 1.0f

/* Tells these draws from any others of the same seed. */
enum { STREAM = 0x647266 };

double mts_lab_drift_unit(const MtsLabDrift *self)
{
    return ldexp(1, 1 - (int)self->m);
}

guint mts_lab_drift_lines(const MtsLabDrift *self)
{
    return self->dice ? MTS_DRIFT_LINES : MTS_DRIFT_STOCHASTIC;
}

static void draw_gradients(MtsLabDrift *self)
{
    EngRandom random;
    eng_random_init(&random, self->seed, STREAM, 0, 0);
    for (guint i = 0; i < MTS_LAB_DRIFT_STEPS; i++) {
        const double factor = 1 + self->jitter * eng_random_normal(&random);
        self->x[i] = (float)CLAMP(self->gradient * factor, -.9, .9);
    }
}

static EngFormat format_of(const MtsLabDrift *self, MtsDriftLine line)
{
    EngFormat format = eng_format_bfp(self->m);
    if (line == MTS_DRIFT_STOCHASTIC) {
        const gboolean lfsr = self->source == LFSR;
        format.rounding = lfsr ? ENG_ROUND_LFSR : ENG_ROUND_STOCHASTIC;
        format.noise_bits = (uint8_t)(lfsr ? MIN(self->noise, 8) : self->noise);
    } else {
        format.rounding = line == MTS_DRIFT_TRUNCATE ? ENG_ROUND_TRUNCATE : ENG_ROUND_NEAREST;
    }
    return format;
}

static void add_up(MtsLabDrift *self, MtsDriftLine line, const float *pairs, float *rounded)
{
    const float *values = pairs;
    if (line != MTS_DRIFT_EXACT) {
        EngError error;
        const EngFormat format = format_of(self, line);
        const EngNoise noise = {.seed = self->seed, .tensor = 1};
        /* Gradients below 1: nothing can diverge. */
        if (eng_quantize_values(pairs, MTS_LAB_DRIFT_STEPS, 2, &format, &noise, rounded, &error) !=
            ENG_OK) {
            g_error("%s", error.text);
        }
        values = rounded;
    }
    for (guint i = 0; i < MTS_LAB_DRIFT_STEPS; i++) {
        self->sum[line][i + 1] = self->sum[line][i] + (double)values[2 * i];
    }
}

void mts_lab_drift_renew(MtsLabDrift *self)
{
    if (!self->stale) {
        return;
    }
    float pairs[2 * MTS_LAB_DRIFT_STEPS], rounded[2 * MTS_LAB_DRIFT_STEPS];
    draw_gradients(self);
    for (guint i = 0; i < MTS_LAB_DRIFT_STEPS; i++) {
        pairs[2 * i] = self->x[i];
        pairs[2 * i + 1] = ANCHOR;
    }
    for (guint line = 0; line < MTS_DRIFT_LINES; line++) {
        add_up(self, (MtsDriftLine)line, pairs, rounded);
    }
    self->stale = FALSE;
}

const float *mts_lab_drift_gradients(MtsLabDrift *self)
{
    mts_lab_drift_renew(self);
    return self->x;
}

/* ---- settings -------------------------------------------------------------------------------- */

static gboolean mts_lab_drift_set(
    MtsLabModel *model, const char *key, const char *value, GError **error)
{
    MtsLabDrift *self = MTS_LAB_DRIFT(model);
    if (g_str_equal(key, "done")) {
        return mts_lab_read_count(key, value, 0, MTS_LAB_DRIFT_STEPS, &self->done, error);
    }
    if (g_str_equal(key, "dice")) {
        return mts_lab_read_choice(key, value, dice_values, &self->dice, error);
    }
    self->stale = TRUE;
    if (g_str_equal(key, "gradient")) {
        return mts_lab_read_real(key, value, 0, MTS_DRIFT_MOST, &self->gradient, error);
    }
    if (g_str_equal(key, "jitter")) {
        return mts_lab_read_real(key, value, 0, 1, &self->jitter, error);
    }
    if (g_str_equal(key, "m")) {
        return mts_lab_read_count(key, value, 2, 8, &self->m, error);
    }
    if (g_str_equal(key, "noise")) {
        return mts_lab_read_count(key, value, 0, 16, &self->noise, error);
    }
    if (g_str_equal(key, "source")) {
        return mts_lab_read_choice(key, value, sources, &self->source, error);
    }
    return mts_lab_read_count(key, value, 0, 1000000, &self->seed, error);
}

static void mts_lab_drift_get(MtsLabModel *model, const char *key, GString *out)
{
    MtsLabDrift *self = MTS_LAB_DRIFT(model);
    if (g_str_equal(key, "gradient")) {
        mts_lab_write_real(out, self->gradient);
    } else if (g_str_equal(key, "jitter")) {
        mts_lab_write_real(out, self->jitter);
    } else if (g_str_equal(key, "source")) {
        g_string_append(out, sources[self->source]);
    } else if (g_str_equal(key, "dice")) {
        g_string_append(out, dice_values[self->dice]);
    } else {
        const guint number = g_str_equal(key, "m") ? self->m
            : g_str_equal(key, "noise")            ? self->noise
            : g_str_equal(key, "seed")             ? self->seed
                                                   : self->done;
        g_string_append_printf(out, "%u", number);
    }
}

/* ---- readings -------------------------------------------------------------------------------- */

static double share(MtsLabDrift *self, MtsDriftLine line)
{
    const double exact = self->sum[MTS_DRIFT_EXACT][self->done];
    return exact != 0 ? self->sum[line][self->done] / exact : NAN;
}

static double mts_lab_drift_read(MtsLabModel *model, const char *name)
{
    MtsLabDrift *self = MTS_LAB_DRIFT(model);
    mts_lab_drift_renew(self);
    const struct {
        const char *name;
        double value;
    } table[] = {
        {"gradient", self->gradient},
        {"unit", mts_lab_drift_unit(self)},
        {"done", self->done},
        {"exact", self->sum[MTS_DRIFT_EXACT][self->done]},
        {"truncate", self->sum[MTS_DRIFT_TRUNCATE][self->done]},
        {"nearest", self->sum[MTS_DRIFT_NEAREST][self->done]},
        {"stochastic", self->sum[MTS_DRIFT_STOCHASTIC][self->done]},
        {"nearest-share", share(self, MTS_DRIFT_NEAREST)},
        {"stochastic-share", share(self, MTS_DRIFT_STOCHASTIC)},
        {"m", self->m},
        {"noise", self->noise},
        {"dice", self->dice},
    };
    for (guint n = 0; n < G_N_ELEMENTS(table); n++) {
        if (g_str_equal(table[n].name, name)) {
            return table[n].value;
        }
    }
    return NAN;
}

static char *mts_lab_drift_say(MtsLabModel *model)
{
    MtsLabDrift *self = MTS_LAB_DRIFT(model);
    mts_lab_drift_renew(self);
    GString *out = g_string_new(NULL);
    g_autofree char *gradient = mts_text_fixed(self->gradient, 4);
    g_autofree char *unit = mts_text_value(mts_lab_drift_unit(self));
    g_autofree char *done = mts_text_count(self->done);
    g_string_append_printf(out,
        "Gradients of %s beside one of 1; %u mantissa bits, a step is %s. "
        "After %s steps",
        gradient, self->m, unit, done);
    for (guint line = 0; line < mts_lab_drift_lines(self); line++) {
        g_autofree char *sum = mts_text_fixed(self->sum[line][self->done], 2);
        g_string_append_printf(
            out, "%s %s %s", line ? "," : ":", mts_lab_drift_name((MtsDriftLine)line), sum);
    }
    g_string_append_c(out, '.');
    return g_string_free(out, FALSE);
}

/* ---- playing --------------------------------------------------------------------------------- */

/* Seconds for all of the steps. */
#define PLAY 3.0

static void set_done(MtsLabDrift *self, guint done)
{
    self->done = MIN(done, MTS_LAB_DRIFT_STEPS);
    mts_lab_model_changed(MTS_LAB_MODEL(self));
}

static void play(MtsLabDrift *self)
{
    if (!mts_lab_model_get_lively(MTS_LAB_MODEL(self))) {
        set_done(self, MTS_LAB_DRIFT_STEPS);
        return;
    }
    self->playing = !self->playing;
    self->played = self->done < MTS_LAB_DRIFT_STEPS ? self->done : 0;
    mts_lab_model_wake(MTS_LAB_MODEL(self));
}

static gboolean mts_lab_drift_tick(MtsLabModel *model, double seconds)
{
    MtsLabDrift *self = MTS_LAB_DRIFT(model);
    if (!self->playing) {
        return FALSE;
    }
    self->played += seconds * MTS_LAB_DRIFT_STEPS / PLAY;
    self->playing = self->played < MTS_LAB_DRIFT_STEPS;
    set_done(self, (guint)self->played);
    return self->playing;
}

static gboolean mts_lab_drift_act(MtsLabModel *model, const char *action)
{
    MtsLabDrift *self = MTS_LAB_DRIFT(model);
    if (g_str_equal(action, "play")) {
        play(self);
    } else if (g_str_equal(action, "all") || g_str_equal(action, "rewind")) {
        self->playing = FALSE;
        set_done(self, g_str_equal(action, "all") ? MTS_LAB_DRIFT_STEPS : 0);
    } else if (g_str_equal(action, "again")) {
        mts_lab_model_mark(model);
        self->seed++;
        self->stale = TRUE;
        mts_lab_model_changed(model);
    } else {
        return FALSE;
    }
    return TRUE;
}

/* ---- input ----------------------------------------------------------------------------------- */

static double height_of(double gradient)
{
    return MTS_DRIFT_BOTTOM - gradient / MTS_DRIFT_MOST * (MTS_DRIFT_BOTTOM - MTS_DRIFT_TOP);
}

void mts_lab_drift_knob(MtsLabDrift *self, double *x, double *y)
{
    *x = MTS_DRIFT_OURS_X;
    *y = height_of(self->gradient);
}

/* The size moves in steps of half a thousandth. */
static void put(MtsLabDrift *self, double gradient)
{
    self->gradient = round(CLAMP(gradient, 0, MTS_DRIFT_MOST) * 2000) / 2000;
    self->stale = TRUE;
    mts_lab_model_changed(MTS_LAB_MODEL(self));
}

static gboolean on_group(const MtsLabPointer *pointer)
{
    return pointer->x > 60 && pointer->x < MTS_DRIFT_CHART_LEFT - 60;
}

static gboolean on_chart(const MtsLabPointer *pointer)
{
    return pointer->x >= MTS_DRIFT_CHART_LEFT - 8 &&
        pointer->x <= pointer->width - MTS_DRIFT_CHART_RIGHT + 8;
}

static void mts_lab_drift_motion(MtsLabModel *model, const MtsLabPointer *pointer)
{
    MtsLabDrift *self = MTS_LAB_DRIFT(model);
    if (self->dragging) {
        const double share = (MTS_DRIFT_BOTTOM - pointer->y) / (MTS_DRIFT_BOTTOM - MTS_DRIFT_TOP);
        put(self, share * MTS_DRIFT_MOST);
    } else if (self->scrubbing) {
        const double width = pointer->width - MTS_DRIFT_CHART_RIGHT - MTS_DRIFT_CHART_LEFT;
        const double at = CLAMP((pointer->x - MTS_DRIFT_CHART_LEFT) / width, 0, 1);
        set_done(self, (guint)round(at * MTS_LAB_DRIFT_STEPS));
    } else {
        const gboolean over = pointer && on_group(pointer);
        if (over != self->over) {
            self->over = over;
            mts_lab_model_looks(model);
        }
    }
}

static gboolean mts_lab_drift_press(MtsLabModel *model, const MtsLabPointer *pointer)
{
    MtsLabDrift *self = MTS_LAB_DRIFT(model);
    if (pointer->part != MTS_LAB_MAIN) {
        return FALSE;
    }
    self->dragging = on_group(pointer);
    self->scrubbing = !self->dragging && on_chart(pointer);
    self->before = self->gradient;
    if (self->dragging) {
        mts_lab_model_mark(model);
    }
    if (self->dragging || self->scrubbing) {
        self->playing = FALSE;
        mts_lab_drift_motion(model, pointer);
    }
    return self->dragging || self->scrubbing;
}

static void mts_lab_drift_release(MtsLabModel *model, gboolean cancelled)
{
    MtsLabDrift *self = MTS_LAB_DRIFT(model);
    if (cancelled && self->dragging) {
        put(self, self->before);
    }
    self->dragging = self->scrubbing = FALSE;
    mts_lab_model_changed(model);
}

static gboolean mts_lab_drift_key(
    MtsLabModel *model, guint keyval, GdkModifierType modifiers, gboolean down)
{
    MtsLabDrift *self = MTS_LAB_DRIFT(model);
    const gboolean shift = (modifiers & GDK_SHIFT_MASK) != 0;
    if (!down || modifiers & (GDK_CONTROL_MASK | GDK_ALT_MASK)) {
        return FALSE;
    }
    switch (keyval) {
    case GDK_KEY_Up:
    case GDK_KEY_Down:
        mts_lab_model_mark(model);
        put(self, self->gradient + (keyval == GDK_KEY_Up ? 1 : -1) * (shift ? .01 : .001));
        return TRUE;
    case GDK_KEY_Left:
        set_done(self, self->done - MIN(self->done, shift ? 100 : 10));
        return TRUE;
    case GDK_KEY_Right:
        set_done(self, self->done + (shift ? 100 : 10));
        return TRUE;
    case GDK_KEY_Home:
        return mts_lab_drift_act(model, "rewind");
    case GDK_KEY_End:
        return mts_lab_drift_act(model, "all");
    case GDK_KEY_space:
        return mts_lab_drift_act(model, "play");
    case GDK_KEY_n:
        return mts_lab_drift_act(model, "again");
    case GDK_KEY_plus:
    case GDK_KEY_KP_Add:
    case GDK_KEY_equal:
    case GDK_KEY_minus:
    case GDK_KEY_KP_Subtract:
        mts_lab_model_mark(model);
        self->m = keyval == GDK_KEY_minus || keyval == GDK_KEY_KP_Subtract ? MAX(self->m - 1, 2)
                                                                           : MIN(self->m + 1, 8);
        self->stale = TRUE;
        mts_lab_model_changed(model);
        return TRUE;
    default:
        return FALSE;
    }
}

static gboolean mts_lab_drift_edit(
    MtsLabModel *model, const MtsLabPointer *pointer, GdkRectangle *where, char **text)
{
    MtsLabDrift *self = MTS_LAB_DRIFT(model);
    if (pointer && !on_group(pointer)) {
        return FALSE;
    }
    *where = (GdkRectangle){MTS_DRIFT_OURS_X - 6, (int)height_of(self->gradient) - 6, 12, 12};
    GString *number = g_string_new(NULL);
    mts_lab_write_real(number, self->gradient);
    *text = g_string_free(number, FALSE);
    return TRUE;
}

static gboolean mts_lab_drift_typed(MtsLabModel *model, const char *text, GError **error)
{
    return mts_lab_model_set(model, "gradient", text, error);
}

static const char *mts_lab_drift_cursor(MtsLabModel *model, const MtsLabPointer *pointer)
{
    return on_group(pointer) ? "ns-resize" : on_chart(pointer) ? "ew-resize" : NULL;
}

/* ---- type ------------------------------------------------------------------------------------ */

static int mts_lab_drift_least_width(MtsLabModel *model, MtsLabPart part)
{
    return part == MTS_LAB_MAIN ? MTS_DRIFT_WIDTH : 240;
}

static int mts_lab_drift_height(MtsLabModel *model, MtsLabPart part, int width)
{
    return part == MTS_LAB_MAIN ? MTS_DRIFT_HEIGHT : 22 + 5 * MTS_LAB_FIGURE_HEIGHT;
}

static void mts_lab_drift_class_init(MtsLabDriftClass *class)
{
    MtsLabModelClass *model = MTS_LAB_MODEL_CLASS(class);
    model->kind = &kind;
    model->set = mts_lab_drift_set;
    model->get = mts_lab_drift_get;
    model->read = mts_lab_drift_read;
    model->say = mts_lab_drift_say;
    model->act = mts_lab_drift_act;
    model->tick = mts_lab_drift_tick;
    model->least_width = mts_lab_drift_least_width;
    model->height = mts_lab_drift_height;
    model->draw = mts_lab_drift_draw;
    model->motion = mts_lab_drift_motion;
    model->press = mts_lab_drift_press;
    model->release = mts_lab_drift_release;
    model->key = mts_lab_drift_key;
    model->edit = mts_lab_drift_edit;
    model->typed = mts_lab_drift_typed;
    model->cursor = mts_lab_drift_cursor;
}

static void mts_lab_drift_init(MtsLabDrift *self)
{
    self->gradient = 0.03;
    self->jitter = 0.3;
    self->m = 4;
    self->noise = 8;
    self->dice = TRUE;
    self->seed = 2;
    self->done = MTS_LAB_DRIFT_STEPS;
    self->stale = TRUE;
}

MtsLabModel *mts_lab_drift_new(void)
{
    return g_object_new(MTS_TYPE_LAB_DRIFT, NULL);
}
