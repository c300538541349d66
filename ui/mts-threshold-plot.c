#include "mts-threshold-plot.h"

#include "mts-paint.h"
#include "mts-palette.h"
#include <adwaita.h>
#include <math.h>

#define HEIGHT 152
#define LEFT 28
#define RIGHT 38
#define TOP 14
#define BOTTOM 34 /* ticks and the legend */
#define DOT 2.5

struct _MtsThresholdPlot {
    GtkWidget parent;
    MtsThresholdShow show;
};

G_DEFINE_FINAL_TYPE(MtsThresholdPlot, mts_threshold_plot, GTK_TYPE_WIDGET)

double mts_threshold_at(
    const EngPrecision *rule, double step, guint32 steps, guint layer, guint layers)
{
    return rule->alpha - rule->beta * step / steps - rule->beta * layer / layers;
}

/* ---- drawing -------------------------------------------------------------------------------- */

/* The plot's frame and what its sides mean. */
typedef struct Frame {
    double x, y, width, height, top_value;
} Frame;

static double place_x(const Frame *frame, const MtsThresholdShow *show, double step)
{
    return frame->x + step / show->clock.steps * frame->width;
}

static double place_y(const Frame *frame, double value)
{
    return frame->y + frame->height * (1 - CLAMP(value, 0, frame->top_value) / frame->top_value);
}

static Frame frame_of(MtsThresholdPlot *self)
{
    const double width = gtk_widget_get_width(GTK_WIDGET(self));
    /* Up to the next 0.2 above alpha, at least 0.6. */
    const double top = MAX(ceil(self->show.rule.alpha * 5 - 1e-9) / 5, .6);
    return (Frame){LEFT, TOP, MAX(width - LEFT - RIGHT, 20), HEIGHT - TOP - BOTTOM, top};
}

static void draw_text(MtsThresholdPlot *self, cairo_t *cr, const char *text, double x, double y,
    double align, gboolean bold, const GdkRGBA *ink)
{
    g_autoptr(PangoLayout) layout = mts_paint_layout(
        gtk_widget_get_pango_context(GTK_WIDGET(self)), text, MTS_POINTS_TICKS, bold);
    mts_paint_layout_cairo(cr, layout, x, y, align, ink);
}

static void draw_grid(MtsThresholdPlot *self, cairo_t *cr, const Frame *frame, gboolean dark)
{
    const GdkRGBA grid = mts_palette_ink(MTS_INK_GRID, dark);
    const GdkRGBA ticks = mts_palette_ink(MTS_INK_TEXT_TICKS, dark);
    /* Three to five lines: every 0.2, or wider for a great alpha. */
    const double every = ceil(frame->top_value / 5 * 5 - 1e-9) / 5;
    for (double value = 0; value <= frame->top_value + 1e-9; value += every) {
        const double y = round(place_y(frame, value)) + .5;
        char text[16];
        g_snprintf(text, sizeof text, value == 0 ? "0" : "%d.%d", (int)(value + 1e-9),
            (int)(fmod(value + 1e-9, 1) * 10));
        mts_paint_source(cr, &grid);
        cairo_rectangle(cr, frame->x, y - .5, frame->width, 1);
        cairo_fill(cr);
        draw_text(self, cr, text, frame->x - 7, y, 1, FALSE, &ticks);
    }
    const double epochs = self->show.clock.steps / (double)self->show.clock.steps_per_epoch;
    for (int i = 0; i <= 4; i++) {
        char text[16];
        const double epoch = epochs * i / 4;
        const int tenths = (int)(epoch * 10 + .5);
        g_snprintf(text, sizeof text, tenths % 10 ? "%d.%d" : "%d", tenths / 10, tenths % 10);
        draw_text(self, cr, text, frame->x + frame->width * i / 4, frame->y + frame->height + 9, .5,
            FALSE, &ticks);
    }
}

static void draw_past(MtsThresholdPlot *self, cairo_t *cr, const Frame *frame, gboolean dark)
{
    const GdkRGBA shade = mts_palette_ink(MTS_INK_PAST, dark);
    const GdkRGBA accent = mts_palette_ink(MTS_INK_ACCENT, dark);
    const double x = place_x(frame, &self->show, self->show.playhead);
    mts_paint_source(cr, &shade);
    cairo_rectangle(cr, frame->x, frame->y - TOP + 2, x - frame->x, frame->height + TOP - 2);
    cairo_fill(cr);
    if (self->show.playhead > 0) {
        mts_paint_source(cr, &accent);
        cairo_rectangle(cr, x - .75, frame->y - TOP + 2, 1.5, frame->height + TOP - 2);
        cairo_fill(cr);
    }
}

static void draw_line(MtsThresholdPlot *self, cairo_t *cr, const Frame *frame, guint layer)
{
    const MtsThresholdShow *show = &self->show;
    const guint32 steps = show->clock.steps;
    cairo_move_to(
        cr, frame->x, place_y(frame, mts_threshold_at(&show->rule, 0, steps, layer, show->layers)));
    /* Where the threshold falls to nothing the line runs on along the ground. */
    const double zero = show->rule.beta > 0
        ? (show->rule.alpha / show->rule.beta - layer / (double)show->layers) * steps
        : steps;
    if (zero > 0 && zero < steps) {
        cairo_line_to(cr, place_x(frame, show, zero), place_y(frame, 0));
    }
    cairo_line_to(cr, frame->x + frame->width,
        place_y(frame, mts_threshold_at(&show->rule, steps, steps, layer, show->layers)));
    cairo_stroke(cr);
}

static void draw_layer_name(
    MtsThresholdPlot *self, cairo_t *cr, const Frame *frame, guint layer, const GdkRGBA *ink)
{
    const MtsThresholdShow *show = &self->show;
    const double end =
        mts_threshold_at(&show->rule, show->clock.steps, show->clock.steps, layer, show->layers);
    draw_text(self, cr, show->names[layer], frame->x + frame->width + 5, place_y(frame, end), 0,
        layer == show->layer, ink);
}

/* The first, the last and the own layer's lines; the others would only fill the plot. */
static void draw_lines(MtsThresholdPlot *self, cairo_t *cr, const Frame *frame, gboolean dark)
{
    const MtsThresholdShow *show = &self->show;
    const GdkRGBA faint = mts_palette_fade(mts_palette_ink(MTS_INK_TEXT_TICKS, dark), .55f);
    const GdkRGBA ticks = mts_palette_ink(MTS_INK_TEXT_TICKS, dark);
    const GdkRGBA own = mts_palette_ink(MTS_INK_ACCENT_TEXT, dark);
    const guint ends[] = {0, show->layers - 1};
    cairo_set_line_width(cr, 1);
    for (gsize i = 0; i < G_N_ELEMENTS(ends); i++) {
        if (ends[i] != show->layer) {
            mts_paint_source(cr, &faint);
            draw_line(self, cr, frame, ends[i]);
            draw_layer_name(self, cr, frame, ends[i], &ticks);
        }
    }
    cairo_set_line_width(cr, 2);
    mts_paint_source(cr, &own);
    draw_line(self, cr, frame, show->layer);
    draw_layer_name(self, cr, frame, show->layer, &own);
}

static void draw_dots(MtsThresholdPlot *self, cairo_t *cr, const Frame *frame, gboolean dark)
{
    const MtsThresholdShow *show = &self->show;
    const GdkRGBA low = mts_palette_format_fill(&show->rule.format, dark);
    const GdkRGBA high = mts_palette_format_fill(&show->rule.high, dark);
    const GdkRGBA rim = mts_palette_ink(MTS_INK_TEXT_TICKS, dark);
    for (guint i = 0; i < show->ratio_count; i++) {
        const MtsRatio *one = &show->ratios[i];
        const double threshold =
            mts_threshold_at(&show->rule, one->step, show->clock.steps, show->layer, show->layers);
        cairo_new_sub_path(cr);
        cairo_arc(
            cr, place_x(frame, show, one->step), place_y(frame, one->ratio), DOT, 0, 2 * G_PI);
        mts_paint_source(cr, one->ratio > threshold ? &high : &low);
        cairo_fill_preserve(cr);
        cairo_set_line_width(cr, .5);
        mts_paint_source(cr, &rim);
        cairo_stroke(cr);
    }
}

static double draw_key(MtsThresholdPlot *self, cairo_t *cr, double x, const char *sign,
    const EngFormat *format, gboolean dark)
{
    const GdkRGBA fill = mts_palette_format_fill(format, dark);
    const GdkRGBA text = mts_palette_ink(MTS_INK_TEXT_SECONDARY, dark);
    g_autofree char *words =
        g_strdup_printf("r %s ε → %s bit", sign, mts_format_short_name(format));
    const double y = HEIGHT - 8;
    cairo_new_sub_path(cr);
    cairo_arc(cr, x + 3.5, y, 3.5, 0, 2 * G_PI);
    mts_paint_source(cr, &fill);
    cairo_fill(cr);
    draw_text(self, cr, words, x + 12, y, 0, FALSE, &text);
    return x + 84;
}

static void draw_words(MtsThresholdPlot *self, cairo_t *cr, const Frame *frame, gboolean dark)
{
    const GdkRGBA text = mts_palette_ink(MTS_INK_TEXT_SECONDARY, dark);
    const double x = place_x(frame, &self->show, self->show.playhead);
    g_autofree char *measured = g_strdup_printf("measured r(%s)", eng_role_name(self->show.role));
    if (x - frame->x > 76) {
        draw_text(self, cr, measured, x - 4, frame->y - 5, 1, FALSE, &text);
    }
    if (frame->x + frame->width - x > 60) {
        draw_text(self, cr, "ε per layer", x + 6, frame->y - 5, 0, FALSE, &text);
    }
    const double next = draw_key(self, cr, frame->x, ">", &self->show.rule.high, dark);
    draw_key(self, cr, next, "≤", &self->show.rule.format, dark);
}

static void mts_threshold_plot_snapshot(GtkWidget *widget, GtkSnapshot *snapshot)
{
    MtsThresholdPlot *self = MTS_THRESHOLD_PLOT(widget);
    if (self->show.layers == 0) {
        return;
    }
    const gboolean dark = mts_palette_dark();
    const Frame frame = frame_of(self);
    cairo_t *cr = gtk_snapshot_append_cairo(
        snapshot, &GRAPHENE_RECT_INIT(0, 0, (float)gtk_widget_get_width(widget), HEIGHT));
    draw_past(self, cr, &frame, dark);
    draw_grid(self, cr, &frame, dark);
    draw_lines(self, cr, &frame, dark);
    draw_dots(self, cr, &frame, dark);
    draw_words(self, cr, &frame, dark);
    cairo_destroy(cr);
}

/* ---- life ----------------------------------------------------------------------------------- */

static void mts_threshold_plot_measure(GtkWidget *widget, GtkOrientation orientation, int for_size,
    int *minimum, int *natural, int *minimum_baseline, int *natural_baseline)
{
    *minimum = *natural = orientation == GTK_ORIENTATION_VERTICAL ? HEIGHT : 160;
}

static void mts_threshold_plot_class_init(MtsThresholdPlotClass *class)
{
    GtkWidgetClass *widget = GTK_WIDGET_CLASS(class);
    widget->snapshot = mts_threshold_plot_snapshot;
    widget->measure = mts_threshold_plot_measure;
    gtk_widget_class_set_accessible_role(widget, GTK_ACCESSIBLE_ROLE_IMG);
}

static void mts_threshold_plot_init(MtsThresholdPlot *self)
{
    g_signal_connect_object(adw_style_manager_get_default(), "notify",
        G_CALLBACK(gtk_widget_queue_draw), self, G_CONNECT_SWAPPED);
}

GtkWidget *mts_threshold_plot_new(void)
{
    return g_object_new(MTS_TYPE_THRESHOLD_PLOT, NULL);
}

void mts_threshold_plot_show(MtsThresholdPlot *self, const MtsThresholdShow *show)
{
    self->show = *show;
    const guint32 steps = show->clock.steps;
    const double now =
        mts_threshold_at(&show->rule, show->playhead, steps, show->layer, show->layers);
    const int hundredths = (int)floor(now * 100 + .5);
    g_autofree char *words = g_strdup_printf("Threshold of %s is %s%d.%02d now, %u ratios measured",
        show->names[show->layer], hundredths < 0 ? "−" : "", ABS(hundredths) / 100,
        ABS(hundredths) % 100, show->ratio_count);
    gtk_accessible_update_property(GTK_ACCESSIBLE(self), GTK_ACCESSIBLE_PROPERTY_LABEL, words, -1);
    gtk_widget_queue_draw(GTK_WIDGET(self));
}
