#include "mts-lab-groups.h"

#include "hardware/cell.h"
#include "mts-lab-bars.h"
#include "mts-lab-plot.h"
#include "mts-text.h"
#include "number/quantize.h"
#include <math.h>

/* What becomes of the values in groups of one size. */
typedef struct Outcome {
    float y[MTS_LAB_GROUPS_VALUES];
    MtsLabError error;
    double bits; /* a value takes */
} Outcome;

struct _MtsLabGroups {
    MtsLabModel parent;
    MtsLabBars bars;
    guint size; /* index of the group's size */
    guint m;
    gboolean stale;
    Outcome outcome[MTS_LAB_GROUPS_SIZES];
    gboolean choosing; /* a size is dragged in one of the charts */
};

G_DEFINE_FINAL_TYPE(MtsLabGroups, mts_lab_groups, MTS_TYPE_LAB_MODEL)

static const guint sizes[MTS_LAB_GROUPS_SIZES] = {4, 8, 16, 32, 64};
static const char *const size_words[] = {"4", "8", "16", "32", "64", NULL};
static const char *const widths[] = {"2", "3", "4", "6", NULL};

static const char *const settings[] = {MTS_LAB_BARS_SETTINGS, "g", "m", NULL};

static const MtsLabReading readings[] = {
    {"g", "values that share an exponent"},
    {"m", "mantissa bits"},
    {"zeros", "values that are not 0 but stored as 0"},
    {"snr", "signal to noise in dB"},
    {"rms", "root of the mean squared error"},
    {"bits", "bits a value takes in memory, its share of the exponent included"},
    {"hurt", "groups in which a value turned to 0"},
    {"value", "the chosen value"},
    {"stored", "what it is stored as"},
    {NULL, NULL},
};

static const MtsLabControl controls[] = {
    {MTS_LAB_CHOICE, "g", "Group", NULL, "How many neighbours share an exponent", size_words,
        size_words},
    {MTS_LAB_CHOICE, "m", "Mantissa bits", NULL, "How many bits each value keeps", widths, widths},
    {MTS_LAB_SPLIT, "shuffle", "Shuffle", "mts-shuffle-symbolic", "Other values (S)",
        mts_lab_spread_names, mts_lab_spread_words},
    {0},
};

static const MtsLabKind kind = {
    .name = "groups",
    .title = "Sixty-four values",
    .hint = "drag one, and see who pays",
    .settings = settings,
    .readings = readings,
    .controls = controls,
    .takes_values = TRUE,
};

/* ---- the quantiser --------------------------------------------------------------------------- */

static EngFormat format_of(const MtsLabGroups *self, guint size)
{
    EngFormat format = eng_format_bfp(self->m);
    format.g = (uint16_t)sizes[size];
    format.rounding = ENG_ROUND_NEAREST;
    return format;
}

static void renew(MtsLabGroups *self)
{
    if (!self->stale) {
        return;
    }
    const EngHardware hw = eng_hardware_default();
    EngError error;
    for (guint i = 0; i < MTS_LAB_GROUPS_SIZES; i++) {
        const EngFormat format = format_of(self, i);
        Outcome *out = &self->outcome[i];
        /* Values within the axis: nothing can diverge. */
        if (eng_quantize_values(
                self->bars.x, 1, MTS_LAB_GROUPS_VALUES, &format, NULL, out->y, &error) != ENG_OK) {
            g_error("%s", error.text);
        }
        out->error = mts_lab_measure(self->bars.x, out->y, MTS_LAB_GROUPS_VALUES);
        out->bits = (double)eng_storage_bits(&hw, &format, 1, MTS_LAB_GROUPS_VALUES) /
            MTS_LAB_GROUPS_VALUES;
    }
    self->stale = FALSE;
}

static const Outcome *outcome(MtsLabGroups *self)
{
    renew(self);
    return &self->outcome[self->size];
}

/* ---- settings and readings ------------------------------------------------------------------- */

static gboolean mts_lab_groups_set(
    MtsLabModel *model, const char *key, const char *value, GError **error)
{
    MtsLabGroups *self = MTS_LAB_GROUPS(model);
    gboolean known;
    self->stale = TRUE;
    const gboolean good = mts_lab_bars_set(&self->bars, key, value, &known, error);
    if (known) {
        return good;
    }
    return g_str_equal(key, "g") ? mts_lab_read_choice(key, value, size_words, &self->size, error)
                                 : mts_lab_read_count(key, value, 2, 8, &self->m, error);
}

static void mts_lab_groups_get(MtsLabModel *model, const char *key, GString *out)
{
    MtsLabGroups *self = MTS_LAB_GROUPS(model);
    if (!mts_lab_bars_get(&self->bars, key, out)) {
        g_string_append_printf(out, "%u", g_str_equal(key, "g") ? sizes[self->size] : self->m);
    }
}

static gboolean group_is_hurt(MtsLabGroups *self, guint group)
{
    const Outcome *out = outcome(self);
    const guint g = sizes[self->size];
    for (guint i = group * g; i < (group + 1) * g; i++) {
        if (self->bars.x[i] != 0 && out->y[i] == 0) {
            return TRUE;
        }
    }
    return FALSE;
}

static guint count_hurt(MtsLabGroups *self)
{
    guint hurt = 0;
    for (guint group = 0; group < MTS_LAB_GROUPS_VALUES / sizes[self->size]; group++) {
        hurt += group_is_hurt(self, group);
    }
    return hurt;
}

static double mts_lab_groups_read(MtsLabModel *model, const char *name)
{
    MtsLabGroups *self = MTS_LAB_GROUPS(model);
    const Outcome *out = outcome(self);
    const struct {
        const char *name;
        double value;
    } table[] = {
        {"g", sizes[self->size]},
        {"m", self->m},
        {"zeros", out->error.zeros},
        {"snr", out->error.snr},
        {"rms", out->error.rms},
        {"bits", out->bits},
        {"hurt", count_hurt(self)},
        {"value", (double)self->bars.x[self->bars.selected]},
        {"stored", (double)out->y[self->bars.selected]},
    };
    for (guint n = 0; n < G_N_ELEMENTS(table); n++) {
        if (g_str_equal(table[n].name, name)) {
            return table[n].value;
        }
    }
    return NAN;
}

static char *mts_lab_groups_say(MtsLabModel *model)
{
    MtsLabGroups *self = MTS_LAB_GROUPS(model);
    const Outcome *out = outcome(self);
    const guint i = self->bars.selected;
    g_autofree char *value = mts_text_value((double)self->bars.x[i]);
    g_autofree char *stored = mts_text_value((double)out->y[i]);
    g_autofree char *snr = mts_lab_decibel_text(out->error.snr);
    g_autofree char *bits = mts_text_fixed(out->bits, 2);
    return g_strdup_printf("Groups of %u, %u mantissa bits. Value %u of %d is %s, stored as %s. "
                           "Signal to noise %s, turned to zero %u of %d in %u groups, %s bits a "
                           "value.",
        sizes[self->size], self->m, i + 1, MTS_LAB_GROUPS_VALUES, value, stored, snr,
        out->error.zeros, MTS_LAB_GROUPS_VALUES, count_hurt(self), bits);
}

/* ---- geometry -------------------------------------------------------------------------------- */

enum {
    WIDTH = 760,
    HEIGHT = 352,
    LEFT = 46,
    ZERO = 96,
    AXIS = 76, /* pixels of the range */
    CHART_TOP = 236,
    CHART_BOTTOM = 312,
};

static void lay_out(MtsLabGroups *self, double width)
{
    MtsLabBars *bars = &self->bars;
    bars->left = LEFT;
    bars->pitch = (width - LEFT) / MTS_LAB_GROUPS_VALUES;
    bars->zero = ZERO;
    bars->unit = AXIS / MTS_LAB_BARS_RANGE;
    bars->top = 14;
    bars->bottom = ZERO + AXIS + 8;
}

void mts_lab_groups_knob(MtsLabGroups *self, double width, guint i, double *x, double *y)
{
    lay_out(self, width);
    *x = mts_lab_bars_x(&self->bars, i);
    *y = mts_lab_bars_y(&self->bars, i);
}

/* The chart of signal to noise at the left, that of the bits at the right. */
static MtsLabPlot chart(const MtsLabGroups *self, double width, guint which)
{
    const double half = (width - LEFT - 60) / 2;
    const double left = LEFT + which * (half + 60);
    double low = INFINITY, high = 0;
    for (guint i = 0; i < MTS_LAB_GROUPS_SIZES; i++) {
        const double value = which ? self->outcome[i].bits : MAX(self->outcome[i].error.snr, 0);
        if (isfinite(value)) {
            low = MIN(low, value);
            high = MAX(high, value);
        }
    }
    /* Sizes stand at equal distances: the axis counts their indices. */
    return (MtsLabPlot){left, CHART_TOP, left + half, CHART_BOTTOM,
        {-.4, MTS_LAB_GROUPS_SIZES - .6, FALSE},
        mts_scale_fit(which ? MAX(low - 1, 0) : 0, high, FALSE, .12)};
}

/* ---- drawing --------------------------------------------------------------------------------- */

static void draw_bands(MtsLabGroups *self, MtsLabPaint *paint)
{
    const MtsLabBars *bars = &self->bars;
    const guint g = sizes[self->size];
    const GdkRGBA even = mts_lab_ink(paint, MTS_LAB_INK_PANEL);
    const GdkRGBA zero = mts_palette_fade(mts_lab_ink(paint, MTS_LAB_INK_ZERO_BAR), .13f);
    for (guint group = 0; group < MTS_LAB_GROUPS_VALUES / g; group++) {
        const double x = bars->left + group * g * bars->pitch, width = g * bars->pitch;
        if (group_is_hurt(self, group)) {
            mts_lab_rounded(paint, x + 1, 14, width - 2, ZERO + AXIS - 10, 5, &zero);
        } else {
            mts_lab_rounded(paint, x + 1, 14, width - 2, ZERO + AXIS - 10, 5, &even);
        }
        float most = 0;
        for (guint i = group * g; i < (group + 1) * g; i++) {
            most = MAX(most, fabsf(outcome(self)->y[i]));
        }
        if (width > 26 && most > 0) {
            int exponent;
            frexp((double)most, &exponent);
            g_autofree char *number = mts_text_fixed(exponent - 1, 0);
            mts_lab_print(paint, width > 60 ? MTS_LAB_LEGEND_BOLD : MTS_LAB_TICKS, x + width / 2,
                ZERO + AXIS + 16, MTS_LAB_CENTRE, MTS_INK_TEXT_SECONDARY,
                width > 60 ? "E = %s" : "%s", number);
        }
    }
    mts_lab_words(paint, MTS_LAB_LEGEND, LEFT - 8, ZERO + AXIS + 16, MTS_LAB_RIGHT,
        MTS_INK_TEXT_TICKS, "exponent");
}

static void draw_bars(MtsLabGroups *self, MtsLabPaint *paint)
{
    const MtsLabBars *bars = &self->bars;
    const Outcome *out = outcome(self);
    const GdkRGBA fill = mts_palette_fade(mts_lab_bits_fill(paint, self->m), .9f);
    const GdkRGBA text = mts_lab_house_ink(paint, MTS_INK_TEXT);
    const GdkRGBA zero = mts_lab_ink(paint, MTS_LAB_INK_ZERO_BAR);
    const GdkRGBA base = mts_palette_fade(mts_lab_house_ink(paint, MTS_INK_TEXT_TICKS), .7f);
    for (int mark = -3; mark <= 3; mark += 3) {
        g_autofree char *label = mts_text_fixed(mark, 0);
        mts_lab_words(paint, MTS_LAB_TICKS, LEFT - 8, bars->zero - mark * bars->unit, MTS_LAB_RIGHT,
            MTS_INK_TEXT_TICKS, label);
    }
    mts_lab_hline(paint, bars->left, bars->left + 64 * bars->pitch, bars->zero, &base);
    for (guint i = 0; i < MTS_LAB_GROUPS_VALUES; i++) {
        const double x = mts_lab_bars_x(bars, i), y = mts_lab_bars_y(bars, i);
        const double height = (double)out->y[i] * bars->unit, wide = bars->pitch * .62;
        const gboolean gone = bars->x[i] != 0 && out->y[i] == 0;
        mts_lab_fill(paint, x - wide / 2, height > 0 ? bars->zero - height : bars->zero, wide,
            fabs(height), &fill);
        mts_lab_line(paint, x - bars->pitch * .42, y, x + bars->pitch * .42, y, 1.5, 0, 0,
            gone ? &zero : &text);
    }
    mts_lab_bars_draw_knob(bars, paint);
}

static void draw_chart(MtsLabGroups *self, MtsLabPaint *paint, guint which)
{
    const MtsLabPlot plot = chart(self, paint->width, which);
    const GdkRGBA accent = mts_lab_house_ink(paint, MTS_INK_ACCENT);
    const GdkRGBA wash = mts_lab_house_ink(paint, MTS_INK_ACCENT_WASH);
    const GdkRGBA view = mts_lab_house_ink(paint, MTS_INK_VIEW);
    double x[MTS_LAB_GROUPS_SIZES], y[MTS_LAB_GROUPS_SIZES];
    const double here = mts_lab_plot_x(&plot, self->size);
    const double step = mts_lab_plot_x(&plot, 1) - mts_lab_plot_x(&plot, 0);
    mts_lab_rounded(
        paint, here - step * .36, plot.top - 4, step * .72, plot.bottom - plot.top + 26, 6, &wash);
    mts_lab_plot_axes(
        paint, &plot, 0, 24, NULL, which ? "Bits a value takes" : "Signal to noise, dB");
    for (guint i = 0; i < MTS_LAB_GROUPS_SIZES; i++) {
        x[i] = i;
        y[i] = which ? self->outcome[i].bits : self->outcome[i].error.snr;
        mts_lab_words(paint, i == self->size ? MTS_LAB_TICKS_BOLD : MTS_LAB_TICKS,
            mts_lab_plot_x(&plot, i), plot.bottom + 13, MTS_LAB_CENTRE,
            i == self->size ? MTS_INK_TEXT : MTS_INK_TEXT_TICKS, size_words[i]);
    }
    mts_lab_plot_line(paint, &plot, x, y, MTS_LAB_GROUPS_SIZES, 2, FALSE, &accent);
    for (guint i = 0; i < MTS_LAB_GROUPS_SIZES; i++) {
        const double at = mts_lab_plot_y(&plot, y[i]);
        if (isfinite(at)) {
            mts_lab_disc(paint, mts_lab_plot_x(&plot, i), at, i == self->size ? 5 : 3.5, &accent);
            mts_lab_disc(paint, mts_lab_plot_x(&plot, i), at, i == self->size ? 0 : 1.75, &view);
        }
    }
    mts_lab_words(paint, MTS_LAB_LEGEND, (plot.left + plot.right) / 2, plot.bottom + 29,
        MTS_LAB_CENTRE, MTS_INK_TEXT_TICKS, "values that share an exponent");
}

static void draw_figures(MtsLabGroups *self, MtsLabPaint *paint)
{
    const Outcome *out = outcome(self);
    const GdkRGBA text = mts_lab_house_ink(paint, MTS_INK_TEXT);
    const GdkRGBA zero = mts_lab_ink(paint, MTS_LAB_INK_ZERO);
    g_autofree char *snr = mts_lab_decibel_text(out->error.snr);
    g_autofree char *rms = mts_text_value(out->error.rms);
    g_autofree char *zeros = g_strdup_printf("%u of %d", out->error.zeros, MTS_LAB_GROUPS_VALUES);
    g_autofree char *bits = mts_text_fixed(out->bits, 2);
    g_autofree char *times = mts_text_fixed(32 / out->bits, 1);
    g_autofree char *note = g_strdup_printf("FP32 32, %s× more", times);
    mts_lab_figure(paint, 0, "Signal to noise", NULL, snr, &text);
    mts_lab_figure(paint, MTS_LAB_FIGURE_HEIGHT, "RMS error", NULL, rms, &text);
    mts_lab_figure(paint, 2 * MTS_LAB_FIGURE_HEIGHT, "Turned to zero", NULL, zeros,
        out->error.zeros ? &zero : &text);
    mts_lab_figure(paint, 3 * MTS_LAB_FIGURE_HEIGHT, "Bits a value", note, bits, &text);
}

static void mts_lab_groups_draw(MtsLabModel *model, MtsLabPart part, MtsLabPaint *paint)
{
    MtsLabGroups *self = MTS_LAB_GROUPS(model);
    renew(self);
    if (part == MTS_LAB_SIDE) {
        draw_figures(self, paint);
        return;
    }
    lay_out(self, paint->width);
    draw_bands(self, paint);
    draw_bars(self, paint);
    draw_chart(self, paint, 0);
    draw_chart(self, paint, 1);
    if (!paint->plain && self->bars.hover >= 0) {
        const guint i = (guint)self->bars.hover;
        g_autofree char *value = mts_text_fixed((double)self->bars.x[i], 2);
        g_autofree char *stored = mts_text_fixed((double)outcome(self)->y[i], 2);
        g_autofree char *tail = g_strconcat("→ ", stored, NULL);
        mts_lab_tooltip(paint, mts_lab_bars_x(&self->bars, i) + 10, mts_lab_bars_y(&self->bars, i),
            value, tail);
    }
}

/* ---- input ----------------------------------------------------------------------------------- */

static void changed(MtsLabGroups *self)
{
    self->stale = TRUE;
    mts_lab_model_changed(MTS_LAB_MODEL(self));
}

static void set_size(MtsLabGroups *self, int size)
{
    self->size = (guint)CLAMP(size, 0, MTS_LAB_GROUPS_SIZES - 1);
    mts_lab_model_changed(MTS_LAB_MODEL(self));
}

/* The size under a pointer in one of the charts; -1: outside them. */
static int size_at(MtsLabGroups *self, const MtsLabPointer *pointer)
{
    for (guint which = 0; which < 2; which++) {
        const MtsLabPlot plot = chart(self, pointer->width, which);
        if (pointer->y >= plot.top - 10 && pointer->x >= plot.left && pointer->x <= plot.right) {
            const double place = round(mts_lab_plot_x_value(&plot, pointer->x));
            return (int)CLAMP(place, 0, MTS_LAB_GROUPS_SIZES - 1);
        }
    }
    return -1;
}

static void mts_lab_groups_motion(MtsLabModel *model, const MtsLabPointer *pointer)
{
    MtsLabGroups *self = MTS_LAB_GROUPS(model);
    gboolean looks;
    if (self->choosing) {
        const int size = size_at(self, pointer);
        set_size(self, size >= 0 ? size : (int)self->size);
        return;
    }
    lay_out(self, pointer ? pointer->width : WIDTH);
    if (mts_lab_bars_motion(&self->bars, pointer, &looks)) {
        changed(self);
    } else if (looks) {
        mts_lab_model_looks(model);
    }
}

static gboolean mts_lab_groups_press(MtsLabModel *model, const MtsLabPointer *pointer)
{
    MtsLabGroups *self = MTS_LAB_GROUPS(model);
    if (pointer->part != MTS_LAB_MAIN) {
        return FALSE;
    }
    lay_out(self, pointer->width);
    mts_lab_model_mark(model);
    if (mts_lab_bars_press(&self->bars, pointer)) {
        changed(self);
        return TRUE;
    }
    self->choosing = size_at(self, pointer) >= 0;
    if (self->choosing) {
        mts_lab_groups_motion(model, pointer);
    }
    return self->choosing;
}

static void mts_lab_groups_release(MtsLabModel *model, gboolean cancelled)
{
    MtsLabGroups *self = MTS_LAB_GROUPS(model);
    mts_lab_bars_release(&self->bars, cancelled);
    self->choosing = FALSE;
    changed(self);
}

static gboolean mts_lab_groups_act(MtsLabModel *model, const char *action)
{
    MtsLabGroups *self = MTS_LAB_GROUPS(model);
    mts_lab_model_mark(model);
    if (!mts_lab_bars_act(&self->bars, action)) {
        return FALSE;
    }
    changed(self);
    return TRUE;
}

static gboolean mts_lab_groups_key(
    MtsLabModel *model, guint keyval, GdkModifierType modifiers, gboolean down)
{
    MtsLabGroups *self = MTS_LAB_GROUPS(model);
    if (!down || modifiers & (GDK_CONTROL_MASK | GDK_ALT_MASK)) {
        return FALSE;
    }
    if (keyval == GDK_KEY_s) {
        return mts_lab_groups_act(model, "shuffle");
    }
    const int by = keyval == GDK_KEY_plus || keyval == GDK_KEY_KP_Add || keyval == GDK_KEY_equal ? 1
        : keyval == GDK_KEY_minus || keyval == GDK_KEY_KP_Subtract ? -1
                                                                   : 0;
    mts_lab_model_mark(model);
    if (by != 0) {
        set_size(self, (int)self->size + by);
        return TRUE;
    }
    if (!mts_lab_bars_key(&self->bars, keyval, modifiers)) {
        return FALSE;
    }
    changed(self);
    return TRUE;
}

static gboolean mts_lab_groups_edit(
    MtsLabModel *model, const MtsLabPointer *pointer, GdkRectangle *where, char **text)
{
    MtsLabGroups *self = MTS_LAB_GROUPS(model);
    lay_out(self, pointer ? pointer->width : WIDTH);
    return mts_lab_bars_edit(&self->bars, pointer, where, text);
}

static gboolean mts_lab_groups_typed(MtsLabModel *model, const char *text, GError **error)
{
    MtsLabGroups *self = MTS_LAB_GROUPS(model);
    if (!mts_lab_bars_typed(&self->bars, text, error)) {
        return FALSE;
    }
    changed(self);
    return TRUE;
}

static const char *mts_lab_groups_cursor(MtsLabModel *model, const MtsLabPointer *pointer)
{
    MtsLabGroups *self = MTS_LAB_GROUPS(model);
    if (pointer->part != MTS_LAB_MAIN) {
        return NULL;
    }
    lay_out(self, pointer->width);
    return mts_lab_bars_over(&self->bars, pointer) ? "ns-resize"
        : size_at(self, pointer) >= 0              ? "ew-resize"
                                                   : NULL;
}

/* ---- type ------------------------------------------------------------------------------------ */

static int mts_lab_groups_least_width(MtsLabModel *model, MtsLabPart part)
{
    return part == MTS_LAB_MAIN ? WIDTH : 240;
}

static int mts_lab_groups_height(MtsLabModel *model, MtsLabPart part, int width)
{
    return part == MTS_LAB_MAIN ? HEIGHT : 4 * MTS_LAB_FIGURE_HEIGHT;
}

static void mts_lab_groups_class_init(MtsLabGroupsClass *class)
{
    MtsLabModelClass *model = MTS_LAB_MODEL_CLASS(class);
    model->kind = &kind;
    model->set = mts_lab_groups_set;
    model->get = mts_lab_groups_get;
    model->read = mts_lab_groups_read;
    model->say = mts_lab_groups_say;
    model->act = mts_lab_groups_act;
    model->least_width = mts_lab_groups_least_width;
    model->height = mts_lab_groups_height;
    model->draw = mts_lab_groups_draw;
    model->motion = mts_lab_groups_motion;
    model->press = mts_lab_groups_press;
    model->release = mts_lab_groups_release;
    model->key = mts_lab_groups_key;
    model->edit = mts_lab_groups_edit;
    model->typed = mts_lab_groups_typed;
    model->cursor = mts_lab_groups_cursor;
}

static void mts_lab_groups_init(MtsLabGroups *self)
{
    mts_lab_bars_init(&self->bars, MTS_LAB_GROUPS_VALUES, MTS_LAB_LOUD);
    self->size = 4;
    self->m = 4;
    self->stale = TRUE;
}

MtsLabModel *mts_lab_groups_new(void)
{
    return g_object_new(MTS_TYPE_LAB_GROUPS, NULL);
}
