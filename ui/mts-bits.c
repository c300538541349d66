#include "mts-bits-private.h"

#include "hardware/cell.h"
#include "mts-text.h"
#include <math.h>
#include <string.h>

G_DEFINE_FINAL_TYPE(MtsBits, mts_bits, MTS_TYPE_LAB_MODEL)

static const char *const roundings[] = {"nearest", "truncate", "even", "stochastic", NULL};
static const char *const rounding_words[] = {"Nearest", "Truncate", "Even", "Stochastic", NULL};
static const char *const widths[] = {"2", "3", "4", "6", "8", NULL};

static const char *const settings[] = {
    "values", "m", "rounding", "range", "select", "spread", "seed", "roll", NULL};

static const MtsLabReading readings[] = {
    {"zeros", "values that are not 0 but stored as 0"},
    {"exponent", "the shared exponent E"},
    {"m", "mantissa bits"},
    {"snr", "signal to noise in dB"},
    {"rms", "root of the mean squared error"},
    {"largest", "the largest |value|"},
    {"bits", "bits the block takes"},
    {"up", "values whose magnitude was rounded up"},
    {"value", "the chosen value"},
    {"stored", "what the chosen value is stored as"},
    {"shifted", "places the chosen value's bits stand below the top row; 16: it is 0"},
    {"stochastic", "1 where dice round"},
    {"rolls", "how often the dice were thrown"},
    {NULL, NULL},
};

static const MtsLabControl controls[] = {
    {MTS_LAB_CHOICE, "m", "Mantissa bits", NULL, "How many bits each value keeps", widths, widths},
    {MTS_LAB_CHOICE, "rounding", "Rounding", NULL, "What happens to the bits that are cut off",
        roundings, rounding_words},
    {MTS_LAB_SPLIT, "shuffle", "Shuffle", "mts-shuffle-symbolic", "Sixteen other values (S)",
        mts_lab_spread_names, mts_lab_spread_words},
    {0},
};

static const MtsLabKind kind = {
    .name = "bits",
    .title = "A block of 16",
    .settings = settings,
    .readings = readings,
    .controls = controls,
    .takes_values = TRUE,
};

/* ---- the quantiser --------------------------------------------------------------------------- */

static const EngRounding engine_rounding[] = {
    ENG_ROUND_NEAREST, ENG_ROUND_TRUNCATE, ENG_ROUND_EVEN, ENG_ROUND_STOCHASTIC};

/* Noise bits of the dice, the role G's default. */
enum { NOISE_BITS = 8 };

static void quantize(MtsBits *self, guint m, EngRounding rounding, int32_t *k, int32_t *s)
{
    EngFormat format = eng_format_bfp(m);
    EngError error;
    uint32_t noise[MTS_BITS_VALUES];
    format.rounding = (uint8_t)rounding;
    if (rounding == ENG_ROUND_STOCHASTIC) {
        const EngNoise source = {
            .seed = self->seed, .tensor = 0, .step = self->roll + self->flickers};
        format.noise_bits = NOISE_BITS;
        eng_noise_fill(&source, 0, MTS_BITS_VALUES, 0, MTS_BITS_VALUES, NOISE_BITS, noise);
    }
    /* Values are finite and far below 2^62: nothing can diverge. */
    if (eng_bfp_quantize(self->x, 1, MTS_BITS_VALUES, &format, noise, k, s, &error) != ENG_OK) {
        g_error("%s", error.text);
    }
}

/* What the block takes where a mantissa stands beside its sign: e + 16 (m + 1). */
static guint64 block_bits(guint m)
{
    EngHardware hw = eng_hardware_default();
    const EngFormat format = eng_format_bfp(m);
    hw.cell = ENG_CELL_FLEX; /* not the fMAC's chunks, which carry a sign each */
    return eng_storage_bits(&hw, &format, 1, MTS_BITS_VALUES);
}

const MtsBitsResult *mts_bits_result(MtsBits *self)
{
    MtsBitsResult *r = &self->result;
    if (!self->stale) {
        return r;
    }
    int32_t s, ignored;
    quantize(self, self->m, engine_rounding[self->rounding], r->k, &s);
    quantize(self, self->m, ENG_ROUND_TRUNCATE, r->cut, &ignored);
    quantize(self, MTS_BITS_FINE, ENG_ROUND_TRUNCATE, r->fine, &ignored);
    r->s = s;
    r->E = s + (int)self->m - 1;
    for (guint i = 0; i < MTS_BITS_VALUES; i++) {
        r->y[i] = ldexpf((float)r->k[i], s);
    }
    r->error = mts_lab_measure(self->x, r->y, MTS_BITS_VALUES);
    r->bits = block_bits(self->m);
    self->stale = FALSE;
    return r;
}

MtsLabBit mts_bits_bit(MtsBits *self, guint i, guint row)
{
    const MtsBitsResult *r = mts_bits_result(self);
    const guint32 magnitude = (guint32)ABS(r->fine[i]);
    const gboolean lost = row >= self->m;
    const guint32 above = magnitude >> (MTS_BITS_FINE - 1 - row);
    if (above == 0) {
        return lost ? MTS_LAB_BIT_LOST_NONE : MTS_LAB_BIT_NONE;
    }
    if (above & 1) {
        return lost ? MTS_LAB_BIT_LOST_ONE : MTS_LAB_BIT_ONE;
    }
    return lost ? MTS_LAB_BIT_LOST_ZERO : MTS_LAB_BIT_ZERO;
}

/* ---- values ---------------------------------------------------------------------------------- */

double mts_bits_step(const MtsBits *self)
{
    return self->range / 400;
}

/* A value beyond the axis stays at its end. The grid is a hundredth in the usual range; values of
 * a tensor are left as they are until somebody moves them. */
void mts_bits_put(MtsBits *self, guint i, double value)
{
    const double step = mts_bits_step(self);
    const double most = self->range - step;
    self->x[i] = (float)(round(CLAMP(value, -most, most) / step) * step);
    self->stale = TRUE;
}

/* The axis that holds all values: a power of two. */
static double range_of(const float *x)
{
    double range = 0x1p-40;
    for (guint i = 0; i < MTS_BITS_VALUES; i++) {
        while (fabs((double)x[i]) >= range) {
            range *= 2;
        }
    }
    return range == 0x1p-40 ? 4 : range;
}

int mts_bits_decade(const MtsBits *self)
{
    return self->range < 0.5 || self->range > 64 ? (int)floor(log10(self->range)) : 0;
}

char *mts_bits_text(const MtsBits *self, double value)
{
    const int decade = mts_bits_decade(self);
    return mts_text_fixed(decade ? value / pow(10, decade) : value, 2);
}

static gboolean set_values(MtsBits *self, const char *value, GError **error)
{
    float x[MTS_BITS_VALUES] = {0};
    gsize count;
    if (!mts_lab_read_list("values", value, -1e9, 1e9, MTS_BITS_VALUES, x, &count, error)) {
        return FALSE;
    }
    memcpy(self->x, x, sizeof x);
    self->range = range_of(x);
    return TRUE;
}

static gboolean set_range(MtsBits *self, const char *value, GError **error)
{
    double range;
    int exponent;
    if (!mts_lab_read_real("range", value, 0x1p-40, 0x1p31, &range, error)) {
        return FALSE;
    }
    if (frexp(range, &exponent) != .5) {
        return mts_lab_fail(error, "range is “%s”; expected a power of two.", value);
    }
    self->range = MAX(range, range_of(self->x));
    return TRUE;
}

static gboolean mts_bits_set(MtsLabModel *model, const char *key, const char *value, GError **error)
{
    MtsBits *self = MTS_BITS(model);
    self->stale = TRUE;
    if (g_str_equal(key, "values")) {
        return set_values(self, value, error);
    }
    if (g_str_equal(key, "range")) {
        return set_range(self, value, error);
    }
    guint number;
    if (g_str_equal(key, "m")) {
        return mts_lab_read_count(key, value, 1, MTS_BITS_MOST, &self->m, error);
    }
    if (g_str_equal(key, "select")) {
        return mts_lab_read_count(key, value, 0, MTS_BITS_VALUES - 1, &self->selected, error);
    }
    if (g_str_equal(key, "rounding")) {
        const gboolean known = mts_lab_read_choice(key, value, roundings, &number, error);
        if (known) {
            self->rounding = (MtsBitsRounding)number;
            mts_lab_model_wake(model);
        }
        return known;
    }
    if (g_str_equal(key, "spread")) {
        const gboolean known =
            mts_lab_read_choice(key, value, mts_lab_spread_names, &number, error);
        self->spread = known ? (MtsLabSpread)number : self->spread;
        return known;
    }
    return mts_lab_read_count(
        key, value, 0, 1000000, g_str_equal(key, "seed") ? &self->seed : &self->roll, error);
}

static void mts_bits_get(MtsLabModel *model, const char *key, GString *out)
{
    MtsBits *self = MTS_BITS(model);
    if (g_str_equal(key, "values")) {
        mts_lab_write_list(out, self->x, MTS_BITS_VALUES);
    } else if (g_str_equal(key, "range")) {
        mts_lab_write_real(out, self->range);
    } else if (g_str_equal(key, "rounding")) {
        g_string_append(out, roundings[self->rounding]);
    } else if (g_str_equal(key, "spread")) {
        g_string_append(out, mts_lab_spread_names[self->spread]);
    } else {
        const guint number = g_str_equal(key, "m") ? self->m
            : g_str_equal(key, "select")           ? self->selected
            : g_str_equal(key, "seed")             ? self->seed
                                                   : self->roll;
        g_string_append_printf(out, "%u", number);
    }
}

/* ---- readings -------------------------------------------------------------------------------- */

static double count_up(const MtsBitsResult *r)
{
    guint up = 0;
    for (guint i = 0; i < MTS_BITS_VALUES; i++) {
        up += r->k[i] != r->cut[i];
    }
    return up;
}

static double largest(MtsBits *self)
{
    double most = 0;
    for (guint i = 0; i < MTS_BITS_VALUES; i++) {
        most = MAX(most, fabs((double)self->x[i]));
    }
    return most;
}

guint mts_bits_places(const MtsBitsResult *result, guint i)
{
    const guint32 magnitude = (guint32)ABS(result->fine[i]);
    guint places = 0;
    while (places < MTS_BITS_FINE && magnitude >> (MTS_BITS_FINE - 1 - places) == 0) {
        places++;
    }
    return places;
}

static double mts_bits_read(MtsLabModel *model, const char *name)
{
    MtsBits *self = MTS_BITS(model);
    const MtsBitsResult *r = mts_bits_result(self);
    const guint i = self->selected;
    const struct {
        const char *name;
        double value;
    } table[] = {
        {"zeros", r->error.zeros},
        {"exponent", r->E},
        {"m", self->m},
        {"snr", r->error.snr},
        {"rms", r->error.rms},
        {"largest", largest(self)},
        {"bits", (double)r->bits},
        {"up", count_up(r)},
        {"value", (double)self->x[i]},
        {"stored", (double)r->y[i]},
        {"shifted", mts_bits_places(r, i)},
        {"stochastic", self->rounding == MTS_BITS_STOCHASTIC},
        {"rolls", self->roll},
    };
    for (guint n = 0; n < G_N_ELEMENTS(table); n++) {
        if (g_str_equal(table[n].name, name)) {
            return table[n].value;
        }
    }
    return NAN;
}

static char *mts_bits_say(MtsLabModel *model)
{
    MtsBits *self = MTS_BITS(model);
    const MtsBitsResult *r = mts_bits_result(self);
    g_autofree char *value = mts_text_value((double)self->x[self->selected]);
    g_autofree char *stored = mts_text_value((double)r->y[self->selected]);
    g_autofree char *snr = mts_lab_decibel_text(r->error.snr);
    g_autofree char *rms = mts_text_value(r->error.rms);
    return g_strdup_printf("Value %u of %d is %s, stored as %s. Shared exponent %d, %u mantissa "
                           "bits, rounding: %s. Signal to noise %s, RMS error %s, turned to zero "
                           "%u of %d, %" G_GUINT64_FORMAT " bits for the block.",
        self->selected + 1, MTS_BITS_VALUES, value, stored, r->E, self->m,
        roundings[self->rounding], snr, rms, r->error.zeros, MTS_BITS_VALUES, r->bits);
}

/* ---- actions --------------------------------------------------------------------------------- */

static void shuffle(MtsBits *self)
{
    mts_lab_model_mark(MTS_LAB_MODEL(self));
    self->seed++;
    mts_lab_draw_values(self->spread, self->seed, self->x, MTS_BITS_VALUES);
    self->range = 4;
    self->stale = TRUE;
    mts_lab_model_changed(MTS_LAB_MODEL(self));
}

static gboolean mts_bits_act(MtsLabModel *model, const char *action)
{
    MtsBits *self = MTS_BITS(model);
    guint spread;
    if (g_str_equal(action, "roll")) {
        self->roll++;
        self->stale = TRUE;
        mts_lab_model_changed(model);
        return TRUE;
    }
    if (mts_lab_read_choice(action, action, mts_lab_spread_names, &spread, NULL)) {
        self->spread = (MtsLabSpread)spread;
    } else if (!g_str_equal(action, "shuffle")) {
        return FALSE;
    }
    shuffle(self);
    return TRUE;
}

/* Where dice round, the stored row shows both neighbours in turn, until the pointer rests on it. */
#define FLICKER 0.5

static gboolean mts_bits_tick(MtsLabModel *model, double seconds)
{
    MtsBits *self = MTS_BITS(model);
    if (self->rounding != MTS_BITS_STOCHASTIC || !mts_lab_model_get_lively(model)) {
        return FALSE;
    }
    self->flicker -= seconds;
    if (self->flicker <= 0) {
        self->flicker = FLICKER;
        if (!self->on_stored && self->grip == MTS_BITS_NOTHING) {
            /* Only looks: nobody threw these dice. */
            self->flickers++;
            self->stale = TRUE;
            mts_lab_model_looks(model);
        }
    }
    return TRUE;
}

/* ---- geometry -------------------------------------------------------------------------------- */

/* Labels at the left, the bracket and the handle at the right. */
enum { LEFT = 96, RIGHT = 54, ZERO = 85, AXIS = 77, BITS_HEIGHT = 136, CUT_GAP = 9 };

MtsBitsLayout mts_bits_layout(const MtsBits *self, double width)
{
    MtsBitsLayout layout = {.left = LEFT, .zero = ZERO, .unit = AXIS / self->range};
    layout.pitch = (width - LEFT - RIGHT) / MTS_BITS_VALUES;
    layout.bar = layout.pitch * 30 / 44;
    layout.right = width - RIGHT;
    /* At eight bits there are still two rows behind the cut. */
    layout.rows = MAX(8, self->m + 2);
    layout.row_height = (double)BITS_HEIGHT / layout.rows;
    layout.cut = MTS_BITS_ROWS_Y + self->m * layout.row_height + CUT_GAP / 2.0 - 1;
    return layout;
}

double mts_bits_column(const MtsBitsLayout *layout, guint i)
{
    return layout->left + (i + .5) * layout->pitch;
}

double mts_bits_row(const MtsBits *self, const MtsBitsLayout *layout, guint row)
{
    return MTS_BITS_ROWS_Y + row * layout->row_height + (row >= self->m ? CUT_GAP : 0);
}

void mts_bits_knob(MtsBits *self, double width, guint i, double *x, double *y)
{
    const MtsBitsLayout layout = mts_bits_layout(self, width);
    *x = mts_bits_column(&layout, i);
    *y = layout.zero - (double)self->x[i] * layout.unit;
}

void mts_bits_handle(MtsBits *self, double width, double *x, double *y)
{
    const MtsBitsLayout layout = mts_bits_layout(self, width);
    *x = layout.right + RIGHT / 2.0;
    *y = layout.cut;
}

static int mts_bits_least_width(MtsLabModel *model, MtsLabPart part)
{
    return part == MTS_LAB_MAIN ? MTS_BITS_WIDTH : 240;
}

static int mts_bits_height(MtsLabModel *model, MtsLabPart part, int width)
{
    return part == MTS_LAB_MAIN ? MTS_BITS_HEIGHT : MTS_BITS_SIDE_HEIGHT;
}

/* ---- type ------------------------------------------------------------------------------------ */

static void mts_bits_class_init(MtsBitsClass *class)
{
    MtsLabModelClass *model = MTS_LAB_MODEL_CLASS(class);
    model->kind = &kind;
    model->set = mts_bits_set;
    model->get = mts_bits_get;
    model->read = mts_bits_read;
    model->say = mts_bits_say;
    model->act = mts_bits_act;
    model->tick = mts_bits_tick;
    model->least_width = mts_bits_least_width;
    model->height = mts_bits_height;
    model->draw = mts_bits_draw;
    model->motion = mts_bits_motion;
    model->press = mts_bits_press;
    model->release = mts_bits_release;
    model->scroll = mts_bits_scroll;
    model->key = mts_bits_key;
    model->edit = mts_bits_edit;
    model->typed = mts_bits_typed;
    model->cursor = mts_bits_cursor;
}

static void mts_bits_init(MtsBits *self)
{
    static const float values[MTS_BITS_VALUES] = {2.61f, -0.84f, 0.31f, 1.47f, -1.92f, 0.12f, 0.66f,
        -0.27f, 3.2f, -0.05f, 1.08f, -2.35f, 0.43f, 0.91f, -0.61f, 0.11f};
    memcpy(self->x, values, sizeof values);
    self->m = 4;
    self->range = 4;
    self->spread = MTS_LAB_NORMAL;
    self->seed = 1;
    self->stale = TRUE;
    self->hover = self->hover_row = -1;
}

MtsLabModel *mts_bits_new(void)
{
    return g_object_new(MTS_TYPE_BITS, NULL);
}
