#include "mts-dice-private.h"

#include "mts-text.h"
#include <math.h>

G_DEFINE_FINAL_TYPE(MtsDice, mts_dice, MTS_TYPE_LAB_MODEL)

enum { PHILOX, LFSR };
static const char *const sources[] = {"philox", "lfsr", NULL};
static const char *const source_words[] = {"Philox", "LFSR", NULL};
static const char *const noise_values[] = {"0", "1", "2", "4", "8", "16", NULL};

static const char *const settings[] = {"below", "value", "noise", "source", "seed", "draws", NULL};

static const MtsLabReading readings[] = {
    {"value", "the value"},
    {"fraction", "its share of the step to the next neighbour, 0..1"},
    {"draws", "draws made"},
    {"up", "of them, those that went up"},
    {"mean", "mean of the draws"},
    {"bias", "mean less value"},
    {"expected", "the bias that these noise bits must have"},
    {"noise", "noise bits that are added"},
    {"lfsr", "1 where the noise comes from the LFSR"},
    {"nearest", "what rounding to nearest makes of the value"},
    {"nearer", "how far nearest takes the value from itself"},
    {"carry", "1 where the last draw's sum carries"},
    {NULL, NULL},
};

static const MtsLabControl controls[] = {
    {MTS_LAB_CHOICE, "noise", "Noise bits", NULL, "How many random bits are added", noise_values,
        noise_values},
    {MTS_LAB_CHOICE, "source", "Source", NULL,
        "Philox: a counter-based generator. LFSR: the shift register of one converter lane",
        sources, source_words},
    {MTS_LAB_HOLD, "roll", "Roll", "mts-dice-symbolic", "Space rolls once; hold to roll 10,000",
        NULL, NULL},
    {MTS_LAB_BUTTON, "all", "10,000", NULL, "Make all ten thousand draws (A)", NULL, NULL},
    {MTS_LAB_BUTTON, "again", "Other Dice", NULL, "Start again with other noise (N)", NULL, NULL},
    {0},
};

static const MtsLabKind kind = {
    .name = "dice",
    .title = "Rounding by dice",
    .hint = "drag the value, the odds follow",
    .settings = settings,
    .readings = readings,
    .controls = controls,
};

/* ---- the quantiser --------------------------------------------------------------------------- */

/* The largest value of the block: with four bits the grid is the whole numbers then. */
#define ANCHOR 15.0f

guint mts_dice_bits(const MtsDice *self)
{
    return self->source == LFSR ? MIN(self->noise, 8) : self->noise;
}

static EngFormat format_of(const MtsDice *self)
{
    EngFormat format = eng_format_bfp(4);
    format.rounding = self->source == LFSR ? ENG_ROUND_LFSR : ENG_ROUND_STOCHASTIC;
    format.noise_bits = (uint8_t)mts_dice_bits(self);
    return format;
}

static void quantize(const float *x, gsize rows, const EngFormat *format, guint seed, float *y)
{
    EngError error;
    const EngNoise noise = {.seed = seed};
    /* Values from 0 to 15: nothing can diverge. */
    if (eng_quantize_values(x, rows, 2, format, &noise, y, &error) != ENG_OK) {
        g_error("%s", error.text);
    }
}

static void renew(MtsDice *self)
{
    if (!self->stale) {
        return;
    }
    const EngFormat format = format_of(self);
    EngFormat nearest = eng_format_bfp(4);
    nearest.rounding = ENG_ROUND_NEAREST;
    g_autofree float *x = g_new(float, 2 * MTS_DICE_DRAWS);
    g_autofree float *y = g_new(float, 2 * MTS_DICE_DRAWS);
    for (guint i = 0; i < MTS_DICE_DRAWS; i++) {
        x[2 * i] = (float)self->value;
        x[2 * i + 1] = ANCHOR;
    }
    quantize(x, MTS_DICE_DRAWS, &format, self->seed, y);
    for (guint i = 0; i < MTS_DICE_DRAWS; i++) {
        self->ups[i + 1] = (guint16)(self->ups[i] + (y[2 * i] > (float)self->below));
    }
    quantize(x, 1, &nearest, self->seed, y);
    self->nearest = y[0];
    eng_lfsr_init(&self->lfsr, self->seed, 0, 1);
    self->stale = FALSE;
}

guint mts_dice_ups(MtsDice *self, guint n)
{
    renew(self);
    return self->ups[n];
}

double mts_dice_nearest(MtsDice *self)
{
    renew(self);
    return (double)self->nearest;
}

static guint32 noise_of(MtsDice *self, guint n, guint bits)
{
    if (bits == 0) {
        return 0;
    }
    if (self->source == LFSR) {
        return eng_lfsr_at(&self->lfsr, 0, n) & ((1u << bits) - 1);
    }
    return eng_noise_at(self->seed, 0, 0, n, 2, 0, bits);
}

MtsDiceDraw mts_dice_draw(MtsDice *self, guint n)
{
    renew(self);
    MtsDiceDraw draw = {.bits = mts_dice_bits(self)};
    draw.whole = 1u << draw.bits;
    draw.fraction = (guint32)floor(((double)(float)self->value - self->below) * draw.whole);
    draw.noise = noise_of(self, n, draw.bits);
    draw.sum = draw.fraction + draw.noise;
    draw.up = self->ups[n + 1] > self->ups[n];
    return draw;
}

double mts_dice_chance(const MtsDice *self)
{
    const double whole = 1u << mts_dice_bits(self);
    const double share = floor(((double)(float)self->value - self->below) * whole) / whole;
    /* An LFSR is never 0: of its 255 states the 2^bits - 1 others come 256 / 2^bits times, 0 once
     * less. */
    return self->source == LFSR ? share * 256 / 255 : share;
}

double mts_dice_mean(MtsDice *self, guint n)
{
    return n > 0 ? self->below + (double)mts_dice_ups(self, n) / n : self->value;
}

/* ---- settings -------------------------------------------------------------------------------- */

/* Thousandths, and never the upper neighbour itself. */
#define STEP 0.001

void mts_dice_put(MtsDice *self, double value)
{
    const double share = CLAMP(round((value - self->below) / STEP) * STEP, 0, 1 - STEP);
    self->value = self->below + share;
    self->stale = TRUE;
}

static gboolean set_below(MtsDice *self, const char *value, GError **error)
{
    const double share = self->value - self->below;
    if (!mts_lab_read_count("below", value, 0, 14, &self->below, error)) {
        return FALSE;
    }
    self->value = self->below + share;
    return TRUE;
}

static gboolean set_value(MtsDice *self, const char *text, GError **error)
{
    double value;
    if (!mts_lab_read_real("value", text, self->below, self->below + 1, &value, error)) {
        return FALSE;
    }
    self->value = MIN(value, self->below + 1 - 1e-6);
    return TRUE;
}

static gboolean mts_dice_set(MtsLabModel *model, const char *key, const char *value, GError **error)
{
    MtsDice *self = MTS_DICE(model);
    if (g_str_equal(key, "draws")) {
        return mts_lab_read_count(key, value, 0, MTS_DICE_DRAWS, &self->draws, error);
    }
    self->stale = TRUE;
    if (g_str_equal(key, "value")) {
        return set_value(self, value, error);
    }
    if (g_str_equal(key, "below")) {
        return set_below(self, value, error);
    }
    if (g_str_equal(key, "noise")) {
        return mts_lab_read_count(key, value, 0, MTS_DICE_BITS, &self->noise, error);
    }
    if (g_str_equal(key, "source")) {
        return mts_lab_read_choice(key, value, sources, &self->source, error);
    }
    return mts_lab_read_count(key, value, 0, 1000000, &self->seed, error);
}

static void mts_dice_get(MtsLabModel *model, const char *key, GString *out)
{
    MtsDice *self = MTS_DICE(model);
    if (g_str_equal(key, "value")) {
        mts_lab_write_real(out, self->value);
    } else if (g_str_equal(key, "source")) {
        g_string_append(out, sources[self->source]);
    } else {
        const guint number = g_str_equal(key, "below") ? self->below
            : g_str_equal(key, "noise")                ? self->noise
            : g_str_equal(key, "seed")                 ? self->seed
                                                       : self->draws;
        g_string_append_printf(out, "%u", number);
    }
}

/* ---- readings -------------------------------------------------------------------------------- */

static double mts_dice_read(MtsLabModel *model, const char *name)
{
    MtsDice *self = MTS_DICE(model);
    const double value = (double)(float)self->value;
    const double mean = mts_dice_mean(self, self->draws);
    const gboolean some = self->draws > 0;
    const struct {
        const char *name;
        double value;
    } table[] = {
        {"value", value},
        {"fraction", value - self->below},
        {"draws", self->draws},
        {"up", mts_dice_ups(self, self->draws)},
        {"mean", some ? mean : NAN},
        {"bias", some ? mean - value : NAN},
        {"expected", self->below + mts_dice_chance(self) - value},
        {"noise", mts_dice_bits(self)},
        {"lfsr", self->source == LFSR},
        {"nearest", mts_dice_nearest(self)},
        {"nearer", fabs(mts_dice_nearest(self) - value)},
        {"carry", some && mts_dice_draw(self, self->draws - 1).up},
    };
    for (guint n = 0; n < G_N_ELEMENTS(table); n++) {
        if (g_str_equal(table[n].name, name)) {
            return table[n].value;
        }
    }
    return NAN;
}

static char *mts_dice_say(MtsLabModel *model)
{
    MtsDice *self = MTS_DICE(model);
    g_autofree char *value = mts_text_fixed(self->value, 3);
    g_autofree char *odds = mts_text_percent(mts_dice_chance(self));
    g_autofree char *draws = mts_text_count(self->draws);
    const guint up = mts_dice_ups(self, self->draws);
    g_autofree char *ups = mts_text_count(up);
    g_autofree char *downs = mts_text_count(self->draws - up);
    GString *out = g_string_new(NULL);
    g_string_append_printf(out,
        "Value %s between %u and %u, up with %s. %u noise bits from %s. %s draws: %s down, %s up.",
        value, self->below, self->below + 1, odds, mts_dice_bits(self), source_words[self->source],
        draws, downs, ups);
    if (self->draws > 0) {
        g_autofree char *mean = mts_text_fixed(mts_dice_mean(self, self->draws), 4);
        g_autofree char *bias =
            mts_text_fixed(mts_dice_mean(self, self->draws) - (double)(float)self->value, 4);
        const MtsDiceDraw draw = mts_dice_draw(self, self->draws - 1);
        g_string_append_printf(out,
            " Mean %s, bias %s. Last draw: fraction %u plus noise %u is %u, rounds %s.", mean, bias,
            draw.fraction, draw.noise, draw.sum, draw.up ? "up" : "down");
    }
    return g_string_free(out, FALSE);
}

/* ---- rolling --------------------------------------------------------------------------------- */

/* Held down, the rolls reach ten thousand after so long; before the first instant a press is just
 * one roll. */
#define HOLD_ALL 3.0
#define HOLD_FIRST 0.35
/* How long the bits of one roll spin. */
#define SPIN 0.25

static void draw_more(MtsDice *self, guint draws)
{
    if (draws > self->draws) {
        self->draws = MIN(draws, MTS_DICE_DRAWS);
        mts_lab_model_changed(MTS_LAB_MODEL(self));
    }
}

static void hold(MtsDice *self)
{
    if (self->holding) {
        return; /* the keyboard repeats itself */
    }
    /* After the last draw the dice start over. */
    if (self->draws == MTS_DICE_DRAWS) {
        self->draws = 0;
    }
    self->holding = TRUE;
    self->held = 0;
    self->spin = mts_lab_model_get_lively(MTS_LAB_MODEL(self)) ? SPIN : 0;
    draw_more(self, self->draws + 1);
    mts_lab_model_wake(MTS_LAB_MODEL(self));
}

static gboolean mts_dice_act(MtsLabModel *model, const char *action)
{
    MtsDice *self = MTS_DICE(model);
    if (g_str_equal(action, "roll")) {
        hold(self);
        return TRUE;
    }
    if (g_str_equal(action, "rest")) { /* the button was let go */
        self->holding = FALSE;
        return TRUE;
    }
    if (g_str_equal(action, "all")) {
        draw_more(self, MTS_DICE_DRAWS);
        return TRUE;
    }
    if (g_str_equal(action, "again")) {
        mts_lab_model_mark(model);
        self->seed++;
        self->draws = 0;
        self->stale = TRUE;
        mts_lab_model_changed(model);
        return TRUE;
    }
    return FALSE;
}

static gboolean mts_dice_tick(MtsLabModel *model, double seconds)
{
    MtsDice *self = MTS_DICE(model);
    if (self->spin > 0) {
        self->spin -= seconds;
        mts_lab_model_looks(model);
    }
    if (self->holding) {
        self->held += seconds;
        if (self->held > HOLD_FIRST) {
            /* Ever faster: the exponent grows with time. */
            const double share = (self->held - HOLD_FIRST) / (HOLD_ALL - HOLD_FIRST);
            const double grown = pow(MTS_DICE_DRAWS, MIN(share, 1));
            draw_more(self, MAX(self->draws + 1, (guint)grown));
        }
    }
    return self->spin > 0 || (self->holding && self->draws < MTS_DICE_DRAWS);
}

/* ---- geometry -------------------------------------------------------------------------------- */

MtsDiceLayout mts_dice_layout(const MtsDice *self, double width)
{
    /* The parts of the mock-up's 1112 pixels. */
    const double third = width - 24 - 24;
    const double line = third * (width < 1000 ? .43 : .40), bars = third * .25;
    MtsDiceLayout layout = {.line_left = 16, .line_right = line - 24};
    const double tick = (layout.line_right - layout.line_left) / 12;
    layout.line_low = layout.line_left + 2 * tick;
    layout.line_high = layout.line_left + 10 * tick;
    layout.bits_x = layout.line_left + (width < 1000 ? 108 : 124);
    /* Behind the bits stands what they are worth, of up to five digits. */
    const double room = line - layout.bits_x - 14 - 44;
    layout.bit_pitch = MIN(24, room / MAX(8, mts_dice_bits(self)));
    layout.bars_left = line + 24;
    layout.bars_right = layout.bars_left + bars;
    layout.mean_left = layout.bars_right + 24 + 26;
    layout.mean_right = width - 62;
    return layout;
}

static double knob_x(const MtsDice *self, const MtsDiceLayout *layout)
{
    return layout->line_low + (self->value - self->below) * (layout->line_high - layout->line_low);
}

void mts_dice_knob(MtsDice *self, double width, double *x, double *y)
{
    const MtsDiceLayout layout = mts_dice_layout(self, width);
    *x = knob_x(self, &layout);
    *y = MTS_DICE_LINE_Y;
}

static int mts_dice_least_width(MtsLabModel *model, MtsLabPart part)
{
    return MTS_DICE_WIDTH;
}

static int mts_dice_height(MtsLabModel *model, MtsLabPart part, int width)
{
    return part == MTS_LAB_MAIN ? MTS_DICE_HEIGHT : 0;
}

/* ---- input ----------------------------------------------------------------------------------- */

static gboolean on_line(const MtsDiceLayout *layout, const MtsLabPointer *pointer)
{
    return fabs(pointer->y - MTS_DICE_LINE_Y) < 30 && pointer->x > layout->line_left - 8 &&
        pointer->x < layout->line_right + 8;
}

static int bit_at(const MtsDice *self, const MtsDiceLayout *layout, const MtsLabPointer *pointer)
{
    const double place = floor((pointer->x - layout->bits_x) / layout->bit_pitch);
    const gboolean row = fabs(pointer->y - MTS_DICE_FRACTION_Y) <= 12;
    return row && place >= 0 && place < mts_dice_bits(self) ? (int)place : -1;
}

static void mts_dice_motion(MtsLabModel *model, const MtsLabPointer *pointer)
{
    MtsDice *self = MTS_DICE(model);
    const MtsDiceLayout layout = mts_dice_layout(self, pointer ? pointer->width : MTS_DICE_WIDTH);
    if (self->dragging) {
        const double share = (pointer->x - layout.line_low) / (layout.line_high - layout.line_low);
        mts_dice_put(self, self->below + share);
        mts_lab_model_changed(model);
        return;
    }
    const int bit = pointer ? bit_at(self, &layout, pointer) : -1;
    const gboolean over = pointer && on_line(&layout, pointer);
    if (bit != self->over_bit || over != self->over_knob) {
        self->over_bit = bit;
        self->over_knob = over;
        mts_lab_model_looks(model);
    }
}

/* The value jumps to where that bit of its fraction is the other one. */
static void flip_bit(MtsDice *self, int bit)
{
    const guint bits = mts_dice_bits(self);
    const guint32 fraction =
        (guint32)floor(((double)(float)self->value - self->below) * (double)(1u << bits));
    const guint32 flipped = fraction ^ 1u << (bits - 1 - (guint)bit);
    self->value = self->below + (double)flipped / (double)(1u << bits);
    self->stale = TRUE;
}

static gboolean mts_dice_press(MtsLabModel *model, const MtsLabPointer *pointer)
{
    MtsDice *self = MTS_DICE(model);
    const MtsDiceLayout layout = mts_dice_layout(self, pointer->width);
    const int bit = bit_at(self, &layout, pointer);
    if (bit >= 0) {
        mts_lab_model_mark(model);
        flip_bit(self, bit);
        mts_lab_model_changed(model);
    } else if (on_line(&layout, pointer)) {
        mts_lab_model_mark(model);
        self->before = self->value;
        self->dragging = TRUE;
        mts_dice_motion(model, pointer);
    }
    return self->dragging;
}

static void mts_dice_release(MtsLabModel *model, gboolean cancelled)
{
    MtsDice *self = MTS_DICE(model);
    self->dragging = FALSE;
    if (cancelled) {
        self->value = self->before;
        self->stale = TRUE;
    }
    mts_lab_model_changed(model);
}

static void move(MtsDice *self, double by)
{
    mts_lab_model_mark(MTS_LAB_MODEL(self));
    mts_dice_put(self, self->value + by);
    mts_lab_model_changed(MTS_LAB_MODEL(self));
}

static void change_noise(MtsDice *self, int by)
{
    mts_lab_model_mark(MTS_LAB_MODEL(self));
    const int most = self->source == LFSR ? 8 : MTS_DICE_BITS;
    self->noise = (guint)CLAMP((int)mts_dice_bits(self) + by, 0, most);
    self->stale = TRUE;
    mts_lab_model_changed(MTS_LAB_MODEL(self));
}

static gboolean mts_dice_key(
    MtsLabModel *model, guint keyval, GdkModifierType modifiers, gboolean down)
{
    MtsDice *self = MTS_DICE(model);
    if (keyval == GDK_KEY_space) {
        if (down) {
            hold(self);
        }
        self->holding = down;
        return TRUE;
    }
    if (!down || modifiers & (GDK_CONTROL_MASK | GDK_ALT_MASK)) {
        return FALSE;
    }
    const double step = modifiers & GDK_SHIFT_MASK ? .1 : .01;
    switch (keyval) {
    case GDK_KEY_Left:
    case GDK_KEY_Down:
        move(self, -step);
        return TRUE;
    case GDK_KEY_Right:
    case GDK_KEY_Up:
        move(self, step);
        return TRUE;
    case GDK_KEY_plus:
    case GDK_KEY_KP_Add:
    case GDK_KEY_equal:
        change_noise(self, 1);
        return TRUE;
    case GDK_KEY_minus:
    case GDK_KEY_KP_Subtract:
        change_noise(self, -1);
        return TRUE;
    case GDK_KEY_a:
        return mts_dice_act(model, "all");
    case GDK_KEY_n:
        return mts_dice_act(model, "again");
    default:
        return FALSE;
    }
}

static gboolean mts_dice_edit(
    MtsLabModel *model, const MtsLabPointer *pointer, GdkRectangle *where, char **text)
{
    MtsDice *self = MTS_DICE(model);
    const MtsDiceLayout layout = mts_dice_layout(self, pointer ? pointer->width : MTS_DICE_WIDTH);
    if (pointer && !on_line(&layout, pointer)) {
        return FALSE;
    }
    *where = (GdkRectangle){(int)knob_x(self, &layout) - 6, MTS_DICE_LINE_Y - 6, 12, 12};
    GString *number = g_string_new(NULL);
    mts_lab_write_real(number, self->value);
    *text = g_string_free(number, FALSE);
    return TRUE;
}

static gboolean mts_dice_typed(MtsLabModel *model, const char *text, GError **error)
{
    return mts_lab_model_set(model, "value", text, error);
}

static const char *mts_dice_cursor(MtsLabModel *model, const MtsLabPointer *pointer)
{
    const MtsDiceLayout layout = mts_dice_layout(MTS_DICE(model), pointer->width);
    if (on_line(&layout, pointer)) {
        return "ew-resize";
    }
    return bit_at(MTS_DICE(model), &layout, pointer) >= 0 ? "pointer" : NULL;
}

/* ---- type ------------------------------------------------------------------------------------ */

static void mts_dice_class_init(MtsDiceClass *class)
{
    MtsLabModelClass *model = MTS_LAB_MODEL_CLASS(class);
    model->kind = &kind;
    model->set = mts_dice_set;
    model->get = mts_dice_get;
    model->read = mts_dice_read;
    model->say = mts_dice_say;
    model->act = mts_dice_act;
    model->tick = mts_dice_tick;
    model->least_width = mts_dice_least_width;
    model->height = mts_dice_height;
    model->draw = mts_dice_draw_all;
    model->motion = mts_dice_motion;
    model->press = mts_dice_press;
    model->release = mts_dice_release;
    model->key = mts_dice_key;
    model->edit = mts_dice_edit;
    model->typed = mts_dice_typed;
    model->cursor = mts_dice_cursor;
}

static void mts_dice_init(MtsDice *self)
{
    self->below = 2;
    self->value = 2.301;
    self->noise = 8;
    self->source = LFSR;
    self->seed = 1;
    self->stale = TRUE;
    self->over_bit = -1;
}

MtsLabModel *mts_dice_new(void)
{
    return g_object_new(MTS_TYPE_DICE, NULL);
}
