#include "mts-compare-diff.h"

#include "mts-compare-strip.h"
#include "mts-paint.h"
#include "mts-text.h"
#include <math.h>

/* From the specification's card: names, side marks, lanes; facts at the right. */
enum { NAME = 48, LANES = 56, FACTS = 160, FACTS_GAP = 32, AXIS = 22, FACT = 21, LEGEND = 30 };
/* A layer with its gap, at most; its parts as shares of it. */
#define PITCH_MOST 40.0
#define LANES_SHARE 0.34
#define RATIO_SHARE 0.18
/* The ratio's colours are full at this factor. */
#define FULL 4.6
/* Blocks of time that the ratio is taken over, at most. */
enum { BLOCKS_MOST = 48 };

struct _MtsCompareDiff {
    MtsCompareFigure parent;
    MtsCompareSummary summary;
    MtsCompareSchedule *schedules[2]; /* that everything below was made from; held */
    MtsStrip *strips[2];
    guint layers, blocks;
    double block;  /* epochs */
    double *ratio; /* log(B / A) / log(FULL): (layers, blocks); NaN: one of them has no cycles */
    int layer;     /* under the pointer; -1: none */
    double epoch;
};

G_DEFINE_FINAL_TYPE(MtsCompareDiff, mts_compare_diff, MTS_TYPE_COMPARE_FIGURE)

enum { READOUT, OPENED, SIGNALS };
static guint signals[SIGNALS];

/* ---- what is compared --------------------------------------------------------------------------- */

static double epochs_of(const MtsCompareSchedule *schedule)
{
    return (double)schedule->used->clock.steps / schedule->used->clock.steps_per_epoch;
}

static double all_epochs(MtsCompareDiff *self)
{
    return fmax(epochs_of(self->schedules[0]), epochs_of(self->schedules[1]));
}

static void forget(MtsCompareDiff *self)
{
    for (guint i = 0; i < 2; i++) {
        g_clear_pointer(&self->schedules[i], mts_compare_schedule_unref);
        g_clear_pointer(&self->strips[i], mts_strip_unref);
    }
    g_clear_pointer(&self->ratio, g_free);
    self->layers = self->blocks = 0;
}

/* Half epochs, or as many whole or half ones together as leave not too many blocks. */
static void choose_blocks(MtsCompareDiff *self)
{
    const double epochs = all_epochs(self);
    self->block = 0.5;
    while (epochs / self->block > BLOCKS_MOST) {
        self->block *= 2;
    }
    self->blocks = (guint)MAX(ceil(epochs / self->block - 1e-9), 1);
}

static void compare_layer(MtsCompareDiff *self, guint layer)
{
    double *ratio = self->ratio + (gsize)layer * self->blocks;
    g_autofree double *cycles = g_new(double, 2 * self->blocks);
    const char *name = mts_compare_schedule_layer(self->schedules[0], layer);
    const int other = mts_compare_schedule_find(self->schedules[1], name);
    for (guint side = 0; side < 2; side++) {
        const MtsCompareSchedule *schedule = self->schedules[side];
        const double block = self->block * schedule->used->clock.steps_per_epoch;
        double *own = cycles + side * self->blocks;
        memset(own, 0, self->blocks * sizeof *own);
        if (side == 0 || other >= 0) {
            mts_compare_schedule_cycles(
                schedule, side == 0 ? layer : (guint)other, block, self->blocks, own);
        }
    }
    for (guint b = 0; b < self->blocks; b++) {
        const double x = cycles[b], y = cycles[self->blocks + b];
        ratio[b] = x > 0 && y > 0 ? log(y / x) / log(FULL) : NAN;
    }
}

/* Brings strips and ratios to the pair that is laid side by side. */
static void update(MtsCompareDiff *self)
{
    MtsCompareModel *model = mts_compare_figure_get_model(MTS_COMPARE_FIGURE(self));
    MtsCompareSchedule *wanted[2];
    gboolean same = TRUE;
    for (guint i = 0; i < 2; i++) {
        MtsCompareRun *run = mts_compare_model_get_pair(model, i);
        wanted[i] = run ? mts_compare_run_get_schedule(run) : NULL;
        same = same && wanted[i] == self->schedules[i];
    }
    if (same) {
        return;
    }
    forget(self);
    if (!wanted[0] || !wanted[1]) {
        return;
    }
    for (guint i = 0; i < 2; i++) {
        self->schedules[i] = mts_compare_schedule_ref(wanted[i]);
        self->strips[i] = mts_strip_new(wanted[i]);
    }
    choose_blocks(self);
    self->layers = (guint)self->schedules[0]->used->layers;
    self->ratio = g_new(double, (gsize)self->layers * self->blocks);
    for (guint layer = 0; layer < self->layers; layer++) {
        compare_layer(self, layer);
    }
}

/* ---- drawing ---------------------------------------------------------------------------------- */

typedef struct Layout {
    double left, width, pitch, bottom;
} Layout;

static Layout lay_out(MtsCompareDiff *self, double width, double height)
{
    const double room = width - LANES - FACTS - FACTS_GAP;
    Layout layout = {LANES, MAX(room, 40), 0, 0};
    if (room < 200) { /* too narrow for both: lanes only */
        layout.width = MAX(width - LANES - 8, 40);
    }
    layout.pitch = self->layers > 0 ? MIN((height - AXIS) / self->layers, PITCH_MOST) : PITCH_MOST;
    layout.bottom = layout.pitch * self->layers;
    return layout;
}

static GdkRGBA ratio_ink(double ratio, gboolean dark)
{
    static const GdkRGBA fewer = {0xe0 / 255.f, 0x82 / 255.f, 0x14 / 255.f, 1},
                         more = {0x54 / 255.f, 0x27 / 255.f, 0x88 / 255.f, 1},
                         middle = {0xf0 / 255.f, 0xf0 / 255.f, 0xf0 / 255.f, 1},
                         middle_dark = {0x46 / 255.f, 0x46 / 255.f, 0x4a / 255.f, 1},
                         more_dark = {0x9b / 255.f, 0x6b / 255.f, 0xd6 / 255.f, 1};
    const double t = CLAMP(ratio, -1, 1);
    const GdkRGBA *none = dark ? &middle_dark : &middle;
    return t < 0 ? mts_palette_mix(*none, fewer, -t)
                 : mts_palette_mix(*none, dark ? more_dark : more, t);
}

/* One layer's lanes of one side: three rows of the strip. */
static void draw_side(MtsCompareDiff *self, const MtsFigure *figure, const Layout *layout,
    guint side, guint row, double y, double height)
{
    const MtsStrip *strip = self->strips[side];
    const double width = round(layout->width * epochs_of(self->schedules[side]) / all_epochs(self));
    const double lane = height / 3;
    for (guint role = 0; role < 3; role++) {
        const double top = round(y + role * lane), bottom = round(y + (role + 1) * lane);
        mts_strip_draw_row(strip, role, row, figure->cr, layout->left, top, width,
            MAX(bottom - top - (lane >= 3 ? 1 : 0), 1), figure->dark);
    }
}

static void draw_mark(MtsCompareDiff *self, const MtsFigure *figure, const Layout *layout,
    guint side, double y, double height)
{
    MtsCompareModel *model = mts_compare_figure_get_model(MTS_COMPARE_FIGURE(self));
    MtsCompareRun *run = mts_compare_model_get_pair(model, side);
    const GdkRGBA ink = mts_palette_run(mts_compare_run_get_slot(run), figure->dark);
    mts_paint_source(figure->cr, &ink);
    cairo_rectangle(figure->cr, layout->left - 5, round(y), 3, MAX(round(height) - 1, 1));
    cairo_fill(figure->cr);
}

static void draw_ratio(MtsCompareDiff *self, const MtsFigure *figure, const Layout *layout,
    guint layer, double y, double height)
{
    const double *ratio = self->ratio + (gsize)layer * self->blocks;
    const double scale = layout->width / all_epochs(self);
    for (guint b = 0; b < self->blocks; b++) {
        const double left = round(layout->left + b * self->block * scale);
        const double right =
            MIN(round(layout->left + (b + 1) * self->block * scale), layout->left + layout->width);
        if (isnan(ratio[b])) {
            continue;
        }
        const GdkRGBA ink = ratio_ink(ratio[b], figure->dark);
        mts_paint_source(figure->cr, &ink);
        cairo_rectangle(
            figure->cr, left, round(y), MAX(right - left - 0.5, 1), MAX(round(height), 1));
        cairo_fill(figure->cr);
    }
}

/* The strip's row for a layer, which it may share with neighbours. */
static guint strip_row(const MtsStrip *strip, guint layer)
{
    return MIN(layer * strip->layers / strip->products, strip->layers - 1);
}

static void draw_layer(
    MtsCompareDiff *self, const MtsFigure *figure, const Layout *layout, guint layer)
{
    const double top = layer * layout->pitch, pitch = layout->pitch;
    const double lanes = pitch * LANES_SHARE, ratio = pitch * RATIO_SHARE;
    const char *name = mts_compare_schedule_layer(self->schedules[0], layer);
    const int other = mts_compare_schedule_find(self->schedules[1], name);
    const double middle = top + lanes, below = middle + ratio + 1;
    if (pitch >= 12 || layer % (guint)ceil(12 / pitch) == 0) {
        mts_figure_text_within(figure, name, MTS_POINTS_LEGEND, TRUE, NAME - 6, middle + ratio / 2,
            1, NAME - 6, mts_palette_ink(MTS_INK_TEXT, figure->dark));
    }
    draw_mark(self, figure, layout, 0, top, lanes);
    draw_side(self, figure, layout, 0, strip_row(self->strips[0], layer), top, lanes);
    draw_ratio(self, figure, layout, layer, middle, ratio);
    if (other >= 0) {
        draw_mark(self, figure, layout, 1, below, lanes);
        draw_side(self, figure, layout, 1, strip_row(self->strips[1], (guint)other), below, lanes);
    }
}

static void draw_axis(MtsCompareDiff *self, const MtsFigure *figure, const Layout *layout)
{
    const MtsScale scale = {0, all_epochs(self), FALSE};
    const MtsTicks ticks = mts_scale_ticks(&scale, layout->width, 64);
    const GdkRGBA ink = mts_palette_ink(MTS_INK_TEXT_TICKS, figure->dark);
    const double y = layout->bottom + AXIS / 2.0;
    mts_figure_text(figure, "epoch", MTS_POINTS_TICKS, FALSE, NAME - 6, y, 1, ink);
    for (guint i = 0; i < ticks.count; i++) {
        g_autofree char *text = mts_text_fixed(ticks.value[i], ticks.decimals);
        mts_figure_text(figure, text, MTS_POINTS_TICKS, FALSE,
            layout->left + mts_scale_place(&scale, ticks.value[i]) * layout->width, y, 0.5, ink);
    }
}

/* ---- facts ------------------------------------------------------------------------------------ */

static char *signed_percent(double ratio)
{
    const double percent = 100 * ratio;
    g_autofree char *number =
        isfinite(percent) ? mts_text_fixed(percent, fabs(percent) < 9.95 ? 1 : 0) : NULL;
    if (!number) {
        return g_strdup(MTS_TEXT_NONE);
    }
    return g_strdup_printf("%s%s %%", percent > 0 ? "+" : "", number);
}

static char *points_text(const MtsCompareSummary *summary)
{
    if (!isfinite(summary->points)) {
        return g_strdup(MTS_TEXT_NONE);
    }
    g_autofree char *points = mts_text_fixed(100 * summary->points, 1);
    g_autofree char *spread =
        isfinite(summary->points_spread) ? mts_text_fixed(100 * summary->points_spread, 1) : NULL;
    return g_strdup_printf("%s%s%s%s pt", summary->points > 0 ? "+" : "", points,
        spread ? " ± " : "", spread ? spread : "");
}

static void draw_fact(
    const MtsFigure *figure, double x, guint row, const char *name, const char *value)
{
    const double y = FACT * row + FACT / 2.0;
    const GdkRGBA grid = mts_palette_ink(MTS_INK_HAIRLINE, figure->dark);
    mts_figure_text(figure, name, MTS_POINTS_LEGEND, FALSE, x, y, 0,
        mts_palette_ink(MTS_INK_TEXT_SECONDARY, figure->dark));
    mts_figure_text(figure, value, MTS_POINTS_SECONDARY, TRUE, x + FACTS, y, 1,
        mts_palette_ink(MTS_INK_TEXT, figure->dark));
    mts_paint_source(figure->cr, &grid);
    cairo_rectangle(figure->cr, x, FACT * (row + 1) - 1, FACTS, 1);
    cairo_fill(figure->cr);
}

static char *share_text(double share)
{
    g_autofree char *number = mts_text_fixed(100 * share, share > 0 && share < 0.0995 ? 1 : 0);
    return g_strconcat(number, " %", NULL);
}

static void draw_scale(const MtsFigure *figure, double x, double y)
{
    for (guint i = 0; i < FACTS; i++) {
        const GdkRGBA ink = ratio_ink(2.0 * i / (FACTS - 1) - 1, figure->dark);
        mts_paint_source(figure->cr, &ink);
        cairo_rectangle(figure->cr, x + i, y, 1, 6);
        cairo_fill(figure->cr);
    }
    const GdkRGBA text = mts_palette_ink(MTS_INK_TEXT_SECONDARY, figure->dark);
    mts_figure_text(figure, "B fewer cycles", MTS_POINTS_TICKS, FALSE, x, y + 15, 0, text);
    mts_figure_text(figure, "B more", MTS_POINTS_TICKS, FALSE, x + FACTS, y + 15, 1, text);
}

static gboolean summary_holds(MtsCompareDiff *self)
{
    MtsCompareModel *model = mts_compare_figure_get_model(MTS_COMPARE_FIGURE(self));
    MtsCompareRun *a = mts_compare_model_get_pair(model, 0),
                  *b = mts_compare_model_get_pair(model, 1);
    return a && b && self->summary.a == mts_compare_run_get_id(a) &&
        self->summary.b == mts_compare_run_get_id(b);
}

static void draw_facts(MtsCompareDiff *self, const MtsFigure *figure, double x, double height)
{
    const MtsCompareSummary *s = &self->summary;
    if (summary_holds(self) && !s->problem) {
        g_autofree char *cells = mts_text_count(s->cells);
        g_autofree char *differs = share_text(s->differs);
        g_autofree char *more = share_text(s->more_bits);
        g_autofree char *fewer = share_text(s->fewer_bits);
        g_autofree char *cycles = signed_percent(s->cycles);
        g_autofree char *energy = signed_percent(s->energy);
        g_autofree char *points = points_text(s);
        const char *const facts[][2] = {{"cells that differ", cells},
            {"lane time that differs", differs}, {"where B has more bits", more},
            {"where B has fewer bits", fewer}, {"cycles", cycles}, {"energy", energy},
            {"best accuracy", points}};
        for (guint i = 0; i < G_N_ELEMENTS(facts) && FACT * (i + 1.0) < height - LEGEND; i++) {
            draw_fact(figure, x, i, facts[i][0], facts[i][1]);
        }
    }
    draw_scale(figure, x, MAX(height - LEGEND + 4, FACT * 7 + 6));
}

static const char *empty_words(MtsCompareDiff *self)
{
    MtsCompareModel *model = mts_compare_figure_get_model(MTS_COMPARE_FIGURE(self));
    if (!mts_compare_model_get_pair(model, 0) || !mts_compare_model_get_pair(model, 1)) {
        return "Two runs laid side by side stand here: press A and B on their rows.";
    }
    if (summary_holds(self) && self->summary.problem) {
        return self->summary.problem;
    }
    return "Reading the two schedules…";
}

static void draw_pointer(MtsCompareDiff *self, const MtsFigure *figure, const Layout *layout)
{
    if (self->layer < 0 || isnan(self->epoch)) {
        return;
    }
    const GdkRGBA ink = mts_palette_ink(MTS_INK_CROSSHAIR, figure->dark);
    const double x = round(layout->left + layout->width * self->epoch / all_epochs(self)) + 0.5;
    mts_paint_source(figure->cr, &ink);
    cairo_set_dash(figure->cr, (double[]){2, 2}, 2, 0);
    cairo_set_line_width(figure->cr, 1);
    cairo_move_to(figure->cr, x, 0);
    cairo_line_to(figure->cr, x, layout->bottom);
    cairo_stroke(figure->cr);
}

static void draw(MtsCompareFigure *base, const MtsFigure *figure, double width, double height)
{
    MtsCompareDiff *self = MTS_COMPARE_DIFF(base);
    update(self);
    if (!self->schedules[0]) {
        g_autoptr(PangoLayout) text =
            mts_paint_layout(figure->context, empty_words(self), MTS_POINTS_SECONDARY, FALSE);
        const GdkRGBA ink = mts_palette_ink(MTS_INK_TEXT_SECONDARY, figure->dark);
        pango_layout_set_width(text, (int)(MAX(width - 80, 40) * PANGO_SCALE));
        pango_layout_set_alignment(text, PANGO_ALIGN_CENTER);
        mts_paint_layout_cairo(figure->cr, text, width / 2, height / 2, 0.5, &ink);
        return;
    }
    const Layout layout = lay_out(self, width, height);
    for (guint layer = 0; layer < self->layers; layer++) {
        draw_layer(self, figure, &layout, layer);
    }
    draw_axis(self, figure, &layout);
    draw_pointer(self, figure, &layout);
    const double facts = layout.left + layout.width + FACTS_GAP;
    if (facts + FACTS <= width + 1) {
        draw_facts(self, figure, facts, height);
    }
}

/* ---- words ------------------------------------------------------------------------------------ */

static char *formats_at(const MtsCompareSchedule *schedule, int layer, double epoch)
{
    static const EngSlot first[] = {ENG_SLOT_W_FWD, ENG_SLOT_A_FWD, ENG_SLOT_G_DGRAD};
    const EngClock clock = schedule->used->clock;
    const double step = epoch * clock.steps_per_epoch;
    if (layer < 0 || step >= clock.steps) {
        return g_strdup(MTS_TEXT_NONE);
    }
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < 3; i++) {
        const EngSpan *span = eng_plan_at(schedule->used, (size_t)layer, first[i], (guint32)step);
        g_string_append_printf(
            text, "%s%s", i ? "·" : "", mts_format_short_name(&span->precision.format));
        if (span->precision.adaptive) {
            g_string_append_printf(text, "↔%s", mts_format_short_name(&span->precision.high));
        }
    }
    return g_string_free(text, FALSE);
}

/* "conv2, epoch 4.2: A 2·2·4, B 4·4·4, 1.8× the cycles". */
static char *readout(MtsCompareDiff *self)
{
    if (!self->schedules[0] || self->layer < 0 || isnan(self->epoch)) {
        return NULL;
    }
    const char *name = mts_compare_schedule_layer(self->schedules[0], (guint)self->layer);
    const int other = mts_compare_schedule_find(self->schedules[1], name);
    const guint block = MIN((guint)(self->epoch / self->block), self->blocks - 1);
    const double ratio = self->ratio[(gsize)self->layer * self->blocks + block];
    g_autofree char *epoch = mts_text_fixed(self->epoch, 1);
    g_autofree char *a = formats_at(self->schedules[0], self->layer, self->epoch);
    g_autofree char *b = formats_at(self->schedules[1], other, self->epoch);
    g_autofree char *factor = isnan(ratio) ? NULL : mts_text_fixed(pow(FULL, ratio), 2);
    return g_strdup_printf("%s, epoch %s: A %s, B %s%s%s%s", name, epoch, a, b, factor ? ", " : "",
        factor ? factor : "", factor ? "× the cycles" : "");
}

static char *describe(MtsCompareFigure *base)
{
    MtsCompareDiff *self = MTS_COMPARE_DIFF(base);
    const MtsCompareSummary *s = &self->summary;
    g_autofree char *words = readout(self);
    if (words) {
        return g_steal_pointer(&words);
    }
    if (!summary_holds(self) || s->problem) {
        return g_strdup(empty_words(self));
    }
    g_autofree char *cycles = signed_percent(s->cycles);
    g_autofree char *points = points_text(s);
    return g_strdup_printf(
        "%u cells differ: %s cycles, best accuracy %s", s->cells, cycles, points);
}

/* ---- pointer and keys ------------------------------------------------------------------------- */

static void point_at(MtsCompareDiff *self, int layer, double epoch)
{
    MtsCompareFigure *base = MTS_COMPARE_FIGURE(self);
    if (layer == self->layer && (epoch == self->epoch || (isnan(epoch) && isnan(self->epoch)))) {
        return;
    }
    self->layer = layer;
    self->epoch = epoch;
    g_autofree char *words = readout(self);
    g_signal_emit(self, signals[READOUT], 0, words);
    mts_compare_figure_refresh(base);
    mts_compare_model_set_epoch(mts_compare_figure_get_model(base), layer < 0 ? NAN : epoch);
}

static void move(MtsCompareFigure *base, double x, double y)
{
    MtsCompareDiff *self = MTS_COMPARE_DIFF(base);
    const Layout layout = lay_out(
        self, gtk_widget_get_width(GTK_WIDGET(base)), gtk_widget_get_height(GTK_WIDGET(base)));
    const gboolean inside = self->schedules[0] && y >= 0 && y < layout.bottom && x >= layout.left &&
        x < layout.left + layout.width;
    point_at(self, inside ? (int)(y / layout.pitch) : -1,
        inside ? (x - layout.left) / layout.width * all_epochs(self) : NAN);
}

static void press(MtsCompareFigure *base, int presses, double x, double y)
{
    if (MTS_COMPARE_DIFF(base)->layer >= 0 && presses == 1) {
        g_signal_emit(base, signals[OPENED], 0);
    }
}

static gboolean key(MtsCompareFigure *base, guint keyval, GdkModifierType modifiers)
{
    MtsCompareDiff *self = MTS_COMPARE_DIFF(base);
    if (!self->schedules[0]) {
        return FALSE;
    }
    const int layer = MAX(self->layer, 0);
    const double epoch = isnan(self->epoch) ? 0 : self->epoch;
    switch (keyval) {
    case GDK_KEY_Left:
        point_at(self, layer, MAX(epoch - self->block, 0));
        return TRUE;
    case GDK_KEY_Right:
        point_at(self, layer, MIN(epoch + self->block, all_epochs(self) - self->block / 2));
        return TRUE;
    case GDK_KEY_Up:
        point_at(self, MAX(layer - 1, 0), epoch);
        return TRUE;
    case GDK_KEY_Down:
        point_at(self, MIN(layer + 1, (int)self->layers - 1), epoch);
        return TRUE;
    case GDK_KEY_Escape:
        point_at(self, -1, NAN);
        return TRUE;
    case GDK_KEY_Return:
    case GDK_KEY_KP_Enter:
        g_signal_emit(self, signals[OPENED], 0);
        return TRUE;
    default:
        return FALSE;
    }
}

/* ---- object ------------------------------------------------------------------------------------ */

static void mts_compare_diff_finalize(GObject *object)
{
    MtsCompareDiff *self = MTS_COMPARE_DIFF(object);
    forget(self);
    g_free(self->summary.problem);
    G_OBJECT_CLASS(mts_compare_diff_parent_class)->finalize(object);
}

static void mts_compare_diff_class_init(MtsCompareDiffClass *class)
{
    MtsCompareFigureClass *figure = MTS_COMPARE_FIGURE_CLASS(class);
    G_OBJECT_CLASS(class)->finalize = mts_compare_diff_finalize;
    signals[READOUT] = g_signal_new("readout", G_TYPE_FROM_CLASS(class), G_SIGNAL_RUN_LAST, 0, NULL,
        NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
    signals[OPENED] = g_signal_new(
        "opened", G_TYPE_FROM_CLASS(class), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
    figure->changes = MTS_CHANGE_RUNS | MTS_CHANGE_FIGURES | MTS_CHANGE_PAIR;
    figure->least_width = 240;
    figure->width = 796;
    figure->least_height = 140;
    figure->height = 186;
    figure->draw = draw;
    figure->describe = describe;
    figure->move = move;
    figure->press = press;
    figure->key = key;
}

static void mts_compare_diff_init(MtsCompareDiff *self)
{
    self->layer = -1;
    self->epoch = NAN;
}

GtkWidget *mts_compare_diff_new(MtsCompareModel *model)
{
    MtsCompareDiff *self = g_object_new(MTS_TYPE_COMPARE_DIFF, NULL);
    mts_compare_figure_set_up(MTS_COMPARE_FIGURE(self), model, "Schedule difference");
    return GTK_WIDGET(self);
}

void mts_compare_diff_set_summary(MtsCompareDiff *self, const MtsCompareSummary *summary)
{
    g_free(self->summary.problem);
    self->summary = *summary;
    self->summary.problem = g_strdup(summary->problem);
    mts_compare_figure_refresh(MTS_COMPARE_FIGURE(self));
}

const MtsCompareSummary *mts_compare_diff_get_summary(MtsCompareDiff *self)
{
    return &self->summary;
}
