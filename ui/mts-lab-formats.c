#include "mts-lab-formats.h"

#include "hardware/cell.h"
#include "mts-lab-bars.h"
#include "mts-text.h"
#include "number/quantize.h"
#include <math.h>
#include <string.h>

typedef struct Outcome {
    float y[MTS_LAB_FORMATS_VALUES];
    MtsLabError all, quiet; /* of all values, of the second half */
    double bits;
} Outcome;

struct _MtsLabFormats {
    MtsLabModel parent;
    MtsLabBars bars;
    guint fade, row;
    gboolean stale;
    float x[MTS_LAB_FORMATS_VALUES]; /* the values with the second half faded */
    Outcome outcome[MTS_LAB_FORMATS_ROWS];
    int hover_row;
};

G_DEFINE_FINAL_TYPE(MtsLabFormats, mts_lab_formats, MTS_TYPE_LAB_MODEL)

/* What is compared: `share` values have a scale of their own, 0: all share one. */
static const struct {
    const char *text, *name, *note;
    guint share;
} formats[MTS_LAB_FORMATS_ROWS] = {
    {"bfp3", "BFP 3-bit", "16 share an exponent", 16},
    {"bfp4", "BFP 4-bit", "16 share an exponent", 16},
    {"mxfp4", "MXFP4", "32 share a power of two", 32},
    {"nvfp4", "NVFP4", "16 share an FP8 scale", 16},
    {"mxint8", "MXINT8", "32 share a power of two", 32},
    {"int8", "INT8", "the tensor shares a scale", 0},
    {"fp8_e4m3", "FP8 E4M3", "each its own exponent", 1},
    {"fp8_e5m2", "FP8 E5M2", "each its own exponent", 1},
};

static const char *const fades[] = {"0", "3", "6", "9", "12", NULL};
static const char *const fade_words[] = {"1", "1/8", "1/64", "1/512", "1/4096", NULL};
static const char *const settings[] = {MTS_LAB_BARS_SETTINGS, "fade", "format", NULL};

#define READINGS_OF(name)                                                                          \
    {"zeros-" name, "values that are not 0 but stored as 0, " name},                               \
        {"snr-" name, "signal to noise in dB, " name},                                             \
        {"quiet-" name, "the same for the second half alone, " name},                              \
    {                                                                                              \
        "bits-" name, "bits a value takes, " name                                                  \
    }

static const MtsLabReading readings[] = {
    {"fade", "the second half is 2 to the power of minus this as large"},
    {"format", "the row that is chosen, from 0"},
    READINGS_OF("bfp3"),
    READINGS_OF("bfp4"),
    READINGS_OF("mxfp4"),
    READINGS_OF("nvfp4"),
    READINGS_OF("mxint8"),
    READINGS_OF("int8"),
    READINGS_OF("fp8_e4m3"),
    READINGS_OF("fp8_e5m2"),
    {NULL, NULL},
};

static const MtsLabControl controls[] = {
    {MTS_LAB_CHOICE, "fade", "Second half", NULL, "How large the second half is beside the first",
        fades, fade_words},
    {MTS_LAB_SPLIT, "shuffle", "Shuffle", "mts-shuffle-symbolic", "Other values (S)",
        mts_lab_spread_names, mts_lab_spread_words},
    {0},
};

static const MtsLabKind kind = {
    .name = "formats",
    .title = "The same values in eight formats",
    .settings = settings,
    .readings = readings,
    .controls = controls,
    .takes_values = TRUE,
};

/* ---- the quantiser --------------------------------------------------------------------------- */

EngFormat mts_lab_formats_format(guint row)
{
    EngFormat format;
    EngError error;
    if (eng_format_parse(formats[row].text, strlen(formats[row].text), &format, &error) != ENG_OK) {
        g_error("%s", error.text);
    }
    return eng_format_for_role(&format, ENG_ROLE_W);
}

static void renew(MtsLabFormats *self)
{
    if (!self->stale) {
        return;
    }
    const EngHardware hw = eng_hardware_default();
    const guint half = MTS_LAB_FORMATS_VALUES / 2;
    EngError error;
    for (guint i = 0; i < MTS_LAB_FORMATS_VALUES; i++) {
        self->x[i] = ldexpf(self->bars.x[i], i < half ? 0 : -(int)self->fade);
    }
    for (guint row = 0; row < MTS_LAB_FORMATS_ROWS; row++) {
        const EngFormat format = mts_lab_formats_format(row);
        Outcome *out = &self->outcome[row];
        /* Finite values, none of them large: nothing can diverge. */
        if (eng_quantize_values(
                self->x, 1, MTS_LAB_FORMATS_VALUES, &format, NULL, out->y, &error) != ENG_OK) {
            g_error("%s", error.text);
        }
        out->all = mts_lab_measure(self->x, out->y, MTS_LAB_FORMATS_VALUES);
        out->quiet = mts_lab_measure(self->x + half, out->y + half, half);
        out->bits = (double)eng_storage_bits(&hw, &format, 1, MTS_LAB_FORMATS_VALUES) /
            MTS_LAB_FORMATS_VALUES;
    }
    self->stale = FALSE;
}

void mts_lab_formats_values(MtsLabFormats *self, float values[MTS_LAB_FORMATS_VALUES])
{
    renew(self);
    memcpy(values, self->x, sizeof self->x);
}

/* ---- settings and readings ------------------------------------------------------------------- */

static gboolean mts_lab_formats_set(
    MtsLabModel *model, const char *key, const char *value, GError **error)
{
    MtsLabFormats *self = MTS_LAB_FORMATS(model);
    gboolean known;
    self->stale = TRUE;
    const gboolean good = mts_lab_bars_set(&self->bars, key, value, &known, error);
    if (known) {
        return good;
    }
    return g_str_equal(key, "fade")
        ? mts_lab_read_count(key, value, 0, 14, &self->fade, error)
        : mts_lab_read_count(key, value, 0, MTS_LAB_FORMATS_ROWS - 1, &self->row, error);
}

static void mts_lab_formats_get(MtsLabModel *model, const char *key, GString *out)
{
    MtsLabFormats *self = MTS_LAB_FORMATS(model);
    if (!mts_lab_bars_get(&self->bars, key, out)) {
        g_string_append_printf(out, "%u", g_str_equal(key, "fade") ? self->fade : self->row);
    }
}

static double mts_lab_formats_read(MtsLabModel *model, const char *name)
{
    MtsLabFormats *self = MTS_LAB_FORMATS(model);
    renew(self);
    if (g_str_equal(name, "fade")) {
        return self->fade;
    }
    if (g_str_equal(name, "format")) {
        return self->row;
    }
    const char *format = strchr(name, '-') + 1; /* the table's names all have one */
    for (guint row = 0; row < MTS_LAB_FORMATS_ROWS; row++) {
        const Outcome *out = &self->outcome[row];
        if (g_str_equal(formats[row].text, format)) {
            return *name == 'z' ? out->all.zeros
                : *name == 's'  ? out->all.snr
                : *name == 'q'  ? out->quiet.snr
                                : out->bits;
        }
    }
    return NAN;
}

static char *mts_lab_formats_say(MtsLabModel *model)
{
    MtsLabFormats *self = MTS_LAB_FORMATS(model);
    renew(self);
    g_autofree char *fade = mts_lab_power_text(-(int)self->fade);
    GString *text = g_string_new(NULL);
    g_string_append_printf(text, "The second half is %s as large.", fade);
    for (guint row = 0; row < MTS_LAB_FORMATS_ROWS; row++) {
        const Outcome *out = &self->outcome[row];
        g_autofree char *bits = mts_text_fixed(out->bits, 2);
        g_autofree char *snr = mts_lab_decibel_text(out->all.snr);
        g_autofree char *quiet = mts_lab_decibel_text(out->quiet.snr);
        g_string_append_printf(text, " %s%s: %s bits, %s, second half %s, %u zeros.",
            row == self->row ? "Chosen: " : "", formats[row].name, bits, snr, quiet,
            out->all.zeros);
    }
    return g_string_free(text, FALSE);
}

/* ---- geometry -------------------------------------------------------------------------------- */

enum {
    WIDTH = 820,
    LEFT = 142,
    RIGHT = 178, /* the figures */
    TOP = 30,
    BARS = 46, /* half the height of the values' axis */
    ROWS_Y = 146,
    ROW = 34,
    HEIGHT = ROWS_Y + MTS_LAB_FORMATS_ROWS * ROW + 6,
};

static void lay_out(MtsLabFormats *self, double width)
{
    MtsLabBars *bars = &self->bars;
    bars->left = LEFT;
    bars->pitch = (width - LEFT - RIGHT) / MTS_LAB_FORMATS_VALUES;
    bars->zero = TOP + BARS;
    bars->unit = BARS / MTS_LAB_BARS_RANGE;
    bars->top = TOP;
    bars->bottom = TOP + 2 * BARS;
}

/* A value's height in a row: its size to the power of .4, so that 2^-12 of the axis still shows. */
static double height_of(double value, double most)
{
    return copysign(pow(fabs(value) / MTS_LAB_BARS_RANGE, .4), value) * most;
}

/* ---- drawing --------------------------------------------------------------------------------- */

static void draw_values(MtsLabFormats *self, MtsLabPaint *paint)
{
    const MtsLabBars *bars = &self->bars;
    const GdkRGBA fill = mts_palette_fade(mts_palette_run(MTS_RUN_FP32, paint->dark), .45f);
    const GdkRGBA base = mts_palette_fade(mts_lab_house_ink(paint, MTS_INK_TEXT_TICKS), .7f);
    const double right = bars->left + bars->pitch * MTS_LAB_FORMATS_VALUES;
    mts_lab_words(
        paint, MTS_LAB_BODY_BOLD, 0, bars->zero - 8, MTS_LAB_LEFT, MTS_INK_TEXT, "Values");
    mts_lab_words(paint, MTS_LAB_LEGEND, 0, bars->zero + 8, MTS_LAB_LEFT, MTS_INK_TEXT_TICKS,
        "before fading");
    mts_lab_hline(paint, bars->left, right, bars->zero, &base);
    for (guint i = 0; i < MTS_LAB_FORMATS_VALUES; i++) {
        const double height = (double)bars->x[i] * bars->unit;
        mts_lab_fill(paint, mts_lab_bars_x(bars, i) - bars->pitch * .3,
            height > 0 ? bars->zero - height : bars->zero, bars->pitch * .6, fabs(height), &fill);
    }
    g_autofree char *fade = mts_lab_power_text(-(int)self->fade);
    g_autofree char *words = self->fade ? g_strdup_printf("second half: × %s", fade)
                                        : g_strdup("second half: as large as the first");
    mts_lab_words(paint, MTS_LAB_LEGEND, bars->left + bars->pitch * 16, 12, MTS_LAB_CENTRE,
        MTS_INK_TEXT_SECONDARY, "first half");
    mts_lab_words(paint, self->fade ? MTS_LAB_LEGEND_BOLD : MTS_LAB_LEGEND,
        bars->left + bars->pitch * 48, 12, MTS_LAB_CENTRE,
        self->fade ? MTS_INK_ACCENT_TEXT : MTS_INK_TEXT_SECONDARY, words);
    mts_lab_bars_draw_knob(bars, paint);
}

/* The bars of a row: stored values in the format's colour, a mark where the value is. */
static void draw_stored(MtsLabFormats *self, MtsLabPaint *paint, guint row, double middle)
{
    const MtsLabBars *bars = &self->bars;
    const Outcome *out = &self->outcome[row];
    const EngFormat format = mts_lab_formats_format(row);
    const GdkRGBA fill = mts_palette_format_fill(&format, paint->dark);
    const GdkRGBA mark = mts_palette_fade(mts_lab_house_ink(paint, MTS_INK_TEXT), .8f);
    const GdkRGBA zero = mts_lab_ink(paint, MTS_LAB_INK_ZERO_BAR);
    const double most = ROW / 2.0 - 3;
    for (guint i = 0; i < MTS_LAB_FORMATS_VALUES; i++) {
        const double x = mts_lab_bars_x(bars, i);
        const double stored = height_of((double)out->y[i], most);
        const double wanted = height_of((double)self->x[i], most);
        const gboolean gone = self->x[i] != 0 && out->y[i] == 0;
        mts_lab_fill(paint, x - bars->pitch * .36, stored > 0 ? middle - stored : middle,
            bars->pitch * .72, fabs(stored), &fill);
        mts_lab_fill(paint, x - bars->pitch * .42, middle - wanted - .75, bars->pitch * .84, 1.5,
            gone ? &zero : &mark);
    }
}

/* Who shares a scale: a bracket below the row. */
static void draw_shares(MtsLabFormats *self, MtsLabPaint *paint, guint row, double bottom)
{
    const GdkRGBA ink = mts_palette_fade(mts_lab_house_ink(paint, MTS_INK_TEXT_TICKS), .55f);
    const guint share = formats[row].share ? formats[row].share : MTS_LAB_FORMATS_VALUES;
    if (share == 1) {
        return;
    }
    for (guint from = 0; from < MTS_LAB_FORMATS_VALUES; from += share) {
        const double x = self->bars.left + from * self->bars.pitch;
        mts_lab_hline(paint, x + 2, x + share * self->bars.pitch - 2, bottom, &ink);
    }
}

static void draw_row(MtsLabFormats *self, MtsLabPaint *paint, guint row)
{
    const double top = ROWS_Y + row * ROW, middle = top + ROW / 2.0;
    const Outcome *out = &self->outcome[row];
    const EngFormat format = mts_lab_formats_format(row);
    const GdkRGBA fill = mts_palette_format_fill(&format, paint->dark);
    const GdkRGBA base = mts_lab_house_ink(paint, MTS_INK_GRID);
    const double right = paint->width;
    if (!paint->plain && (row == self->row || (int)row == self->hover_row)) {
        const GdkRGBA wash = mts_lab_house_ink(paint, MTS_INK_ACCENT_WASH);
        mts_lab_rounded(paint, -6, top, right + 6, ROW, 6, &wash);
    }
    mts_lab_rounded(paint, 0, middle - 7, 14, 14, 4, &fill);
    mts_lab_words(paint, row == self->row ? MTS_LAB_BODY_BOLD : MTS_LAB_BODY, 22, middle - 7,
        MTS_LAB_LEFT, MTS_INK_TEXT, formats[row].name);
    mts_lab_words(
        paint, MTS_LAB_TICKS, 22, middle + 8, MTS_LAB_LEFT, MTS_INK_TEXT_TICKS, formats[row].note);
    mts_lab_hline(paint, self->bars.left,
        self->bars.left + self->bars.pitch * MTS_LAB_FORMATS_VALUES, middle, &base);
    draw_stored(self, paint, row, middle);
    draw_shares(self, paint, row, top + ROW - 2);
    g_autofree char *bits = mts_text_fixed(out->bits, 2);
    g_autofree char *all = mts_text_fixed(out->all.snr, 1);
    g_autofree char *quiet = mts_text_fixed(out->quiet.snr, 1);
    g_autofree char *zeros = g_strdup_printf("%u", out->all.zeros);
    const GdkRGBA zero = mts_lab_ink(paint, MTS_LAB_INK_ZERO);
    const GdkRGBA text = mts_lab_house_ink(paint, MTS_INK_TEXT);
    mts_lab_words(paint, MTS_LAB_SECONDARY, right - 128, middle, MTS_LAB_RIGHT, MTS_INK_TEXT, bits);
    mts_lab_words(paint, MTS_LAB_SECONDARY, right - 82, middle, MTS_LAB_RIGHT, MTS_INK_TEXT, all);
    mts_lab_words(
        paint, MTS_LAB_SECONDARY_BOLD, right - 34, middle, MTS_LAB_RIGHT, MTS_INK_TEXT, quiet);
    mts_lab_text(paint, MTS_LAB_SECONDARY_BOLD, right, middle, MTS_LAB_RIGHT,
        out->all.zeros ? &zero : &text, zeros);
}

static void draw_heads(MtsLabPaint *paint)
{
    static const struct {
        const char *first, *second;
        double x;
    } heads[] = {
        {"bits a", "value", 128}, {"all", "dB", 82}, {"2nd half", "dB", 34}, {"zero", "", 0}};
    for (guint i = 0; i < G_N_ELEMENTS(heads); i++) {
        mts_lab_words(paint, MTS_LAB_LEGEND, paint->width - heads[i].x, ROWS_Y - 24, MTS_LAB_RIGHT,
            MTS_INK_TEXT_SECONDARY, heads[i].first);
        mts_lab_words(paint, MTS_LAB_LEGEND, paint->width - heads[i].x, ROWS_Y - 10, MTS_LAB_RIGHT,
            MTS_INK_TEXT_SECONDARY, heads[i].second);
    }
}

static void mts_lab_formats_draw(MtsLabModel *model, MtsLabPart part, MtsLabPaint *paint)
{
    MtsLabFormats *self = MTS_LAB_FORMATS(model);
    renew(self);
    lay_out(self, paint->width);
    for (guint row = 0; row < MTS_LAB_FORMATS_ROWS; row++) {
        draw_row(self, paint, row);
    }
    draw_heads(paint);
    draw_values(self, paint);
    if (!paint->plain && self->bars.hover >= 0) {
        const guint i = (guint)self->bars.hover;
        g_autofree char *value = mts_text_value((double)self->x[i]);
        g_autofree char *stored = mts_text_value((double)self->outcome[self->row].y[i]);
        g_autofree char *tail = g_strdup_printf("%s: %s", formats[self->row].name, stored);
        mts_lab_tooltip(paint, mts_lab_bars_x(&self->bars, i) + 10, mts_lab_bars_y(&self->bars, i),
            value, tail);
    }
}

/* ---- input ----------------------------------------------------------------------------------- */

static void changed(MtsLabFormats *self)
{
    self->stale = TRUE;
    mts_lab_model_changed(MTS_LAB_MODEL(self));
}

static int row_at(const MtsLabPointer *pointer)
{
    const double row = floor((pointer->y - ROWS_Y) / ROW);
    return row >= 0 && row < MTS_LAB_FORMATS_ROWS ? (int)row : -1;
}

static void mts_lab_formats_motion(MtsLabModel *model, const MtsLabPointer *pointer)
{
    MtsLabFormats *self = MTS_LAB_FORMATS(model);
    gboolean looks;
    lay_out(self, pointer ? pointer->width : WIDTH);
    if (mts_lab_bars_motion(&self->bars, pointer, &looks)) {
        changed(self);
        return;
    }
    const int row = pointer ? row_at(pointer) : -1;
    if (looks || row != self->hover_row) {
        self->hover_row = row;
        mts_lab_model_looks(model);
    }
}

static gboolean mts_lab_formats_press(MtsLabModel *model, const MtsLabPointer *pointer)
{
    MtsLabFormats *self = MTS_LAB_FORMATS(model);
    lay_out(self, pointer->width);
    mts_lab_model_mark(model);
    if (mts_lab_bars_press(&self->bars, pointer)) {
        changed(self);
        return TRUE;
    }
    if (row_at(pointer) >= 0) {
        self->row = (guint)row_at(pointer);
        mts_lab_model_changed(model);
    }
    return FALSE;
}

static void mts_lab_formats_release(MtsLabModel *model, gboolean cancelled)
{
    mts_lab_bars_release(&MTS_LAB_FORMATS(model)->bars, cancelled);
    changed(MTS_LAB_FORMATS(model));
}

static gboolean mts_lab_formats_act(MtsLabModel *model, const char *action)
{
    mts_lab_model_mark(model);
    if (!mts_lab_bars_act(&MTS_LAB_FORMATS(model)->bars, action)) {
        return FALSE;
    }
    changed(MTS_LAB_FORMATS(model));
    return TRUE;
}

static gboolean mts_lab_formats_key(
    MtsLabModel *model, guint keyval, GdkModifierType modifiers, gboolean down)
{
    MtsLabFormats *self = MTS_LAB_FORMATS(model);
    if (!down || modifiers & (GDK_CONTROL_MASK | GDK_ALT_MASK)) {
        return FALSE;
    }
    mts_lab_model_mark(model);
    switch (keyval) {
    case GDK_KEY_s:
        return mts_lab_formats_act(model, "shuffle");
    case GDK_KEY_bracketleft:
        self->row = (self->row + MTS_LAB_FORMATS_ROWS - 1) % MTS_LAB_FORMATS_ROWS;
        break;
    case GDK_KEY_bracketright:
        self->row = (self->row + 1) % MTS_LAB_FORMATS_ROWS;
        break;
    case GDK_KEY_plus:
    case GDK_KEY_KP_Add:
    case GDK_KEY_equal:
        self->fade -= MIN(self->fade, 1);
        break;
    case GDK_KEY_minus:
    case GDK_KEY_KP_Subtract:
        self->fade = MIN(self->fade + 1, 14);
        break;
    default:
        if (!mts_lab_bars_key(&self->bars, keyval, modifiers)) {
            return FALSE;
        }
    }
    changed(self);
    return TRUE;
}

static gboolean mts_lab_formats_edit(
    MtsLabModel *model, const MtsLabPointer *pointer, GdkRectangle *where, char **text)
{
    MtsLabFormats *self = MTS_LAB_FORMATS(model);
    lay_out(self, pointer ? pointer->width : WIDTH);
    return mts_lab_bars_edit(&self->bars, pointer, where, text);
}

static gboolean mts_lab_formats_typed(MtsLabModel *model, const char *text, GError **error)
{
    if (!mts_lab_bars_typed(&MTS_LAB_FORMATS(model)->bars, text, error)) {
        return FALSE;
    }
    changed(MTS_LAB_FORMATS(model));
    return TRUE;
}

static const char *mts_lab_formats_cursor(MtsLabModel *model, const MtsLabPointer *pointer)
{
    MtsLabFormats *self = MTS_LAB_FORMATS(model);
    lay_out(self, pointer->width);
    return mts_lab_bars_over(&self->bars, pointer) ? "ns-resize"
        : row_at(pointer) >= 0                     ? "pointer"
                                                   : NULL;
}

/* ---- type ------------------------------------------------------------------------------------ */

static int mts_lab_formats_least_width(MtsLabModel *model, MtsLabPart part)
{
    return part == MTS_LAB_MAIN ? WIDTH : 240;
}

static int mts_lab_formats_height(MtsLabModel *model, MtsLabPart part, int width)
{
    return part == MTS_LAB_MAIN ? HEIGHT : 0;
}

static void mts_lab_formats_class_init(MtsLabFormatsClass *class)
{
    MtsLabModelClass *model = MTS_LAB_MODEL_CLASS(class);
    model->kind = &kind;
    model->set = mts_lab_formats_set;
    model->get = mts_lab_formats_get;
    model->read = mts_lab_formats_read;
    model->say = mts_lab_formats_say;
    model->act = mts_lab_formats_act;
    model->least_width = mts_lab_formats_least_width;
    model->height = mts_lab_formats_height;
    model->draw = mts_lab_formats_draw;
    model->motion = mts_lab_formats_motion;
    model->press = mts_lab_formats_press;
    model->release = mts_lab_formats_release;
    model->key = mts_lab_formats_key;
    model->edit = mts_lab_formats_edit;
    model->typed = mts_lab_formats_typed;
    model->cursor = mts_lab_formats_cursor;
}

static void mts_lab_formats_init(MtsLabFormats *self)
{
    mts_lab_bars_init(&self->bars, MTS_LAB_FORMATS_VALUES, MTS_LAB_NORMAL);
    self->row = 1;
    self->hover_row = -1;
    self->stale = TRUE;
}

MtsLabModel *mts_lab_formats_new(void)
{
    return g_object_new(MTS_TYPE_LAB_FORMATS, NULL);
}
