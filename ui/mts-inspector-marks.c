#include "mts-inspector-marks.h"

#include "mts-paint.h"
#include "mts-palette.h"
#include <adwaita.h>
#include <math.h>

/* ---- bit cells ------------------------------------------------------------------------------ */

#define CELLS 8
#define CELL_WIDTH 7
#define CELL_PITCH 9
#define CELL_HEIGHT 14

struct _MtsBitCells {
    GtkWidget parent;
    EngFormat format;
};

G_DEFINE_FINAL_TYPE(MtsBitCells, mts_bit_cells, GTK_TYPE_WIDGET)

static void append_block(
    GtkSnapshot *snapshot, const graphene_rect_t *rect, float radius, const GdkRGBA *ink)
{
    GskRoundedRect shape;
    gsk_rounded_rect_init_from_rect(&shape, rect, radius);
    gtk_snapshot_push_rounded_clip(snapshot, &shape);
    gtk_snapshot_append_color(snapshot, ink, rect);
    gtk_snapshot_pop(snapshot);
}

static void mts_bit_cells_snapshot(GtkWidget *widget, GtkSnapshot *snapshot)
{
    MtsBitCells *self = MTS_BIT_CELLS(widget);
    const gboolean dark = mts_palette_dark();
    const GdkRGBA on = mts_palette_format_fill(&self->format, dark);
    const GdkRGBA off = mts_palette_fade(mts_palette_ink(MTS_INK_EMPTY_LANE, dark), 1.8f);
    const float y = (float)(gtk_widget_get_height(widget) - CELL_HEIGHT) / 2;
    for (guint i = 0; i < CELLS; i++) {
        append_block(snapshot,
            &GRAPHENE_RECT_INIT((float)(i * CELL_PITCH), y, CELL_WIDTH, CELL_HEIGHT), 2,
            i < eng_format_bits(&self->format) ? &on : &off);
    }
}

static void mts_bit_cells_measure(GtkWidget *widget, GtkOrientation orientation, int for_size,
    int *minimum, int *natural, int *minimum_baseline, int *natural_baseline)
{
    *minimum = *natural = orientation == GTK_ORIENTATION_HORIZONTAL
        ? CELLS * CELL_PITCH - (CELL_PITCH - CELL_WIDTH)
        : CELL_HEIGHT;
}

static void mts_bit_cells_class_init(MtsBitCellsClass *class)
{
    GtkWidgetClass *widget = GTK_WIDGET_CLASS(class);
    widget->snapshot = mts_bit_cells_snapshot;
    widget->measure = mts_bit_cells_measure;
    gtk_widget_class_set_accessible_role(widget, GTK_ACCESSIBLE_ROLE_PRESENTATION);
}

static void mts_bit_cells_init(MtsBitCells *self)
{
    self->format = eng_format_bfp(4);
    gtk_widget_set_valign(GTK_WIDGET(self), GTK_ALIGN_CENTER);
    g_signal_connect_object(adw_style_manager_get_default(), "notify",
        G_CALLBACK(gtk_widget_queue_draw), self, G_CONNECT_SWAPPED);
}

GtkWidget *mts_bit_cells_new(void)
{
    return g_object_new(MTS_TYPE_BIT_CELLS, NULL);
}

void mts_bit_cells_show(MtsBitCells *self, const EngFormat *format)
{
    self->format = *format;
    gtk_widget_queue_draw(GTK_WIDGET(self));
}

/* ---- share bar ------------------------------------------------------------------------------ */

#define BAR_HEIGHT 16
#define BAR_LABELS 17
/* Parts thinner than this say nothing. */
#define LEAST_DIGIT 14

struct _MtsShareBar {
    GtkWidget parent;
    MtsWorkShare shares[MTS_ESTIMATE_SHARES];
    guint count;
};

G_DEFINE_FINAL_TYPE(MtsShareBar, mts_share_bar, GTK_TYPE_WIDGET)

static void append_part(MtsShareBar *self, GtkSnapshot *snapshot, const MtsWorkShare *part,
    double left, double right, gboolean dark)
{
    const GdkRGBA fill = mts_palette_format_fill(&part->format, dark);
    gtk_snapshot_append_color(
        snapshot, &fill, &GRAPHENE_RECT_INIT((float)left, 0, (float)(right - left), BAR_HEIGHT));
    g_autoptr(PangoLayout) digit = mts_paint_layout(gtk_widget_get_pango_context(GTK_WIDGET(self)),
        mts_format_short_name(&part->format), MTS_POINTS_TICKS, TRUE);
    int width;
    mts_paint_layout_size(digit, &width, NULL);
    if (right - left >= MAX(LEAST_DIGIT, width + 4)) {
        const GdkRGBA ink = mts_palette_format_text(&part->format, dark);
        mts_paint_append_layout(snapshot, digit, (left + right) / 2, BAR_HEIGHT / 2.0, .5, &ink);
    }
}

/* Percentages stand below their part; where the one before reaches too far they are left out. */
static double append_percent(MtsShareBar *self, GtkSnapshot *snapshot, const MtsWorkShare *part,
    double middle, double free_from, gboolean dark)
{
    g_autofree char *text = g_strdup_printf("%.0f %%", part->share * 100);
    g_autoptr(PangoLayout) label = mts_paint_layout(
        gtk_widget_get_pango_context(GTK_WIDGET(self)), text, MTS_POINTS_LEGEND, FALSE);
    int width;
    mts_paint_layout_size(label, &width, NULL);
    const double whole = gtk_widget_get_width(GTK_WIDGET(self));
    const double left = CLAMP(middle - width / 2.0, 0, MAX(whole - width, 0));
    if (left < free_from || part->share < .005) {
        return free_from;
    }
    const GdkRGBA ink = mts_palette_ink(MTS_INK_TEXT_SECONDARY, dark);
    mts_paint_append_layout(snapshot, label, left, BAR_HEIGHT + BAR_LABELS / 2.0 + 1, 0, &ink);
    return left + width + 4;
}

static void mts_share_bar_snapshot(GtkWidget *widget, GtkSnapshot *snapshot)
{
    MtsShareBar *self = MTS_SHARE_BAR(widget);
    const gboolean dark = mts_palette_dark();
    const double width = gtk_widget_get_width(widget);
    GskRoundedRect shape;
    const graphene_rect_t bar = GRAPHENE_RECT_INIT(0, 0, (float)width, BAR_HEIGHT);
    gsk_rounded_rect_init_from_rect(&shape, &bar, 3);
    gtk_snapshot_push_rounded_clip(snapshot, &shape);
    double sum = 0;
    for (guint i = 0; i < self->count; i++) {
        const double left = round(sum * width);
        sum += self->shares[i].share;
        const double right = i + 1 < self->count ? round(sum * width) - 1 : width;
        if (right > left) {
            append_part(self, snapshot, &self->shares[i], left, right, dark);
        }
    }
    gtk_snapshot_pop(snapshot);
    double free_from = 0;
    sum = 0;
    for (guint i = 0; i < self->count; i++) {
        const double middle = (sum + self->shares[i].share / 2) * width;
        sum += self->shares[i].share;
        free_from = append_percent(self, snapshot, &self->shares[i], middle, free_from, dark);
    }
}

static void mts_share_bar_measure(GtkWidget *widget, GtkOrientation orientation, int for_size,
    int *minimum, int *natural, int *minimum_baseline, int *natural_baseline)
{
    *minimum = *natural = orientation == GTK_ORIENTATION_HORIZONTAL ? 120 : BAR_HEIGHT + BAR_LABELS;
}

static void mts_share_bar_class_init(MtsShareBarClass *class)
{
    GtkWidgetClass *widget = GTK_WIDGET_CLASS(class);
    widget->snapshot = mts_share_bar_snapshot;
    widget->measure = mts_share_bar_measure;
    gtk_widget_class_set_accessible_role(widget, GTK_ACCESSIBLE_ROLE_IMG);
}

static void mts_share_bar_init(MtsShareBar *self)
{
    g_signal_connect_object(adw_style_manager_get_default(), "notify",
        G_CALLBACK(gtk_widget_queue_draw), self, G_CONNECT_SWAPPED);
}

GtkWidget *mts_share_bar_new(void)
{
    return g_object_new(MTS_TYPE_SHARE_BAR, NULL);
}

void mts_share_bar_show(MtsShareBar *self, const MtsWorkShare *shares, guint count)
{
    self->count = MIN(count, MTS_ESTIMATE_SHARES);
    g_autoptr(GString) words = g_string_new("Share of work by mantissa bits: ");
    for (guint i = 0; i < self->count; i++) {
        self->shares[i] = shares[i];
        g_string_append_printf(words, "%s%s %.0f %%", i ? ", " : "",
            mts_format_short_name(&shares[i].format), shares[i].share * 100);
    }
    gtk_accessible_update_property(
        GTK_ACCESSIBLE(self), GTK_ACCESSIBLE_PROPERTY_LABEL, words->str, -1);
    gtk_widget_queue_draw(GTK_WIDGET(self));
}
