#include "mts-run-row.h"

#include "mts-paint.h"
#include "mts-palette.h"
#include "mts-text.h"
#include <adwaita.h>
#include <math.h>

/* Sizes of the two pictures, and of the room round the sparkline's dot. */
enum { MARK = 16, SPARK_WIDTH = 42, SPARK_HEIGHT = 20, SPARK_EDGE = 3 };

/* One turn of a running run's ring. */
#define TURN_SECONDS 1.6
/* The ring turns in steps of this, a few frames each: smooth enough, and the machine trains. */
#define TURN_STEP_SECONDS 0.05

struct _MtsRunRow {
    GtkWidget parent;
    MtsRunItem *item;
    GtkWidget *mark, *name, *figures, *spark, *check;
    const char *slot_class;
    gboolean showing; /* the check box follows the item, not the pointer */
    guint tick;
    double turn;
};

G_DEFINE_FINAL_TYPE(MtsRunRow, mts_run_row, GTK_TYPE_WIDGET)

enum { ACTIVATED, TOGGLED, SIGNALS };
static guint signals[SIGNALS];

const char *mts_run_slot_class(guint slot)
{
    static const char *const classes[] = {"run-0", "run-1", "run-2", "run-3", "run-4", "run-5"};
    switch (slot) {
    case MTS_RUN_FP32:
        return "run-fp32";
    case MTS_RUN_BF16:
        return "run-bf16";
    case MTS_RUN_GREY:
        return "run-grey";
    default:
        return classes[slot % G_N_ELEMENTS(classes)];
    }
}

static void draw_mark(GtkDrawingArea *area, cairo_t *cr, int width, int height, gpointer data)
{
    MtsRunRow *self = data;
    if (self->item) {
        mts_paint_status(cr, width / 2.0, height / 2.0, mts_run_item_get_status(self->item),
            self->turn, mts_palette_dark());
    }
}

static void spark_range(const float *points, gsize count, float *low, float *high)
{
    *low = INFINITY;
    *high = -INFINITY;
    for (gsize i = 0; i < count; i++) {
        if (isfinite(points[i])) {
            *low = MIN(*low, points[i]);
            *high = MAX(*high, points[i]);
        }
    }
}

static void draw_spark(GtkDrawingArea *area, cairo_t *cr, int width, int height, gpointer data)
{
    MtsRunRow *self = data;
    gsize count = 0;
    const float *points = self->item ? mts_run_item_get_sparkline(self->item, &count) : NULL;
    float low, high;
    spark_range(points, count, &low, &high);
    if (count < 2 || !(high >= low)) {
        return;
    }
    const gboolean coloured =
        mts_run_item_get_checked(self->item) || mts_run_item_get_active(self->item);
    const guint slot = mts_run_item_get_active(self->item) ? 0 : mts_run_item_get_slot(self->item);
    const GdkRGBA ink = mts_palette_run(coloured ? slot : MTS_RUN_GREY, mts_palette_dark());
    const double span = MAX(high - low, 1e-6);
    /* A run on its way takes the share of the width that it has done. */
    const double room =
        (width - 2 * SPARK_EDGE) * CLAMP(mts_run_item_get_progress(self->item), 0.1, 1);
    double x = 0, y = 0;
    for (gsize i = 0; i < count; i++) {
        if (!isfinite(points[i])) {
            continue;
        }
        x = SPARK_EDGE + room * (double)i / (double)(count - 1);
        y = SPARK_EDGE + (height - 2 * SPARK_EDGE) * (high - points[i]) / span;
        cairo_line_to(cr, x, y);
    }
    mts_paint_source(cr, &ink);
    cairo_set_line_width(cr, 1.5);
    cairo_set_line_join(cr, CAIRO_LINE_JOIN_ROUND);
    cairo_set_line_cap(cr, CAIRO_LINE_CAP_ROUND);
    cairo_stroke(cr);
    cairo_arc(cr, x, y, 2, 0, 2 * G_PI);
    cairo_fill(cr);
}

/* ---- the running ring ------------------------------------------------------------------------ */

static gboolean on_tick(GtkWidget *widget, GdkFrameClock *clock, gpointer data)
{
    MtsRunRow *self = MTS_RUN_ROW(widget);
    const double seconds = (double)gdk_frame_clock_get_frame_time(clock) / G_USEC_PER_SEC;
    const double stepped = floor(seconds / TURN_STEP_SECONDS) * TURN_STEP_SECONDS;
    const double turn = fmod(stepped, TURN_SECONDS) / TURN_SECONDS;
    if (turn != self->turn) {
        self->turn = turn;
        gtk_widget_queue_draw(self->mark);
    }
    return G_SOURCE_CONTINUE;
}

static void spin(MtsRunRow *self)
{
    GtkWidget *widget = GTK_WIDGET(self);
    const gboolean turns = self->item && gtk_widget_get_mapped(widget) &&
        mts_run_item_get_status(self->item) == MTS_STATUS_RUNNING &&
        adw_get_enable_animations(widget);
    if (turns && self->tick == 0) {
        self->tick = gtk_widget_add_tick_callback(widget, on_tick, NULL, NULL);
    } else if (!turns && self->tick != 0) {
        gtk_widget_remove_tick_callback(widget, self->tick);
        self->tick = 0;
    }
}

static void mts_run_row_map(GtkWidget *widget)
{
    GTK_WIDGET_CLASS(mts_run_row_parent_class)->map(widget);
    spin(MTS_RUN_ROW(widget));
}

static void mts_run_row_unmap(GtkWidget *widget)
{
    GTK_WIDGET_CLASS(mts_run_row_parent_class)->unmap(widget);
    spin(MTS_RUN_ROW(widget));
}

/* ---- showing --------------------------------------------------------------------------------- */

static void show_figures(MtsRunRow *self)
{
    g_autofree char *accuracy = mts_text_percent(mts_run_item_get_accuracy(self->item));
    g_autofree char *cycles = mts_text_amount(mts_run_item_get_cycles(self->item));
    g_autofree char *markup = g_strdup_printf("<b>%s</b>  %s", accuracy, cycles);
    gtk_label_set_markup(GTK_LABEL(self->figures), markup);
    g_autofree char *tooltip = g_strdup_printf("%s\n%s, best test accuracy %s, %s cycles",
        mts_run_item_get_name(self->item),
        mts_run_status_label(mts_run_item_get_status(self->item)), accuracy, cycles);
    gtk_widget_set_tooltip_text(GTK_WIDGET(self), tooltip);
    gtk_accessible_update_property(
        GTK_ACCESSIBLE(self), GTK_ACCESSIBLE_PROPERTY_LABEL, tooltip, -1);
}

static void show_check(MtsRunRow *self)
{
    const gboolean active = mts_run_item_get_active(self->item);
    const char *slot_class = mts_run_slot_class(mts_run_item_get_slot(self->item));
    if (slot_class != self->slot_class) {
        if (self->slot_class) {
            gtk_widget_remove_css_class(self->check, self->slot_class);
        }
        gtk_widget_add_css_class(self->check, slot_class);
        self->slot_class = slot_class;
    }
    self->showing = TRUE;
    gtk_check_button_set_active(
        GTK_CHECK_BUTTON(self->check), mts_run_item_get_checked(self->item));
    self->showing = FALSE;
    /* The run in front is drawn anyway; its row keeps the box's room so that nothing jumps. */
    gtk_widget_set_opacity(self->check, active ? 0 : 1);
    gtk_widget_set_sensitive(self->check, !active);
    g_autofree char *label = g_strdup_printf("Show %s behind", mts_run_item_get_name(self->item));
    gtk_accessible_update_property(
        GTK_ACCESSIBLE(self->check), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
}

static void show(MtsRunRow *self)
{
    if (!self->item) {
        return;
    }
    gtk_label_set_text(GTK_LABEL(self->name), mts_run_item_get_name(self->item));
    show_figures(self);
    show_check(self);
    if (mts_run_item_get_active(self->item)) {
        gtk_widget_add_css_class(GTK_WIDGET(self), "active");
    } else {
        gtk_widget_remove_css_class(GTK_WIDGET(self), "active");
    }
    gtk_widget_queue_draw(self->mark);
    gtk_widget_queue_draw(self->spark);
    spin(self);
}

void mts_run_row_set_item(MtsRunRow *self, MtsRunItem *item)
{
    if (self->item == item) {
        return;
    }
    if (self->item) {
        g_signal_handlers_disconnect_by_data(self->item, self);
    }
    g_set_object(&self->item, item);
    if (item) {
        g_signal_connect_swapped(item, "changed", G_CALLBACK(show), self);
    }
    show(self);
    spin(self);
}

MtsRunItem *mts_run_row_get_item(MtsRunRow *self)
{
    return self->item;
}

/* ---- widget ---------------------------------------------------------------------------------- */

static void on_check(MtsRunRow *self)
{
    if (!self->showing && self->item) {
        g_signal_emit(
            self, signals[TOGGLED], 0, gtk_check_button_get_active(GTK_CHECK_BUTTON(self->check)));
    }
}

static void on_released(GtkGestureClick *click, int presses, double x, double y, MtsRunRow *self)
{
    if (presses == 1 && gtk_widget_contains(GTK_WIDGET(self), x, y)) {
        g_signal_emit(self, signals[ACTIVATED], 0);
    }
}

static void mts_run_row_dispose(GObject *object)
{
    MtsRunRow *self = MTS_RUN_ROW(object);
    mts_run_row_set_item(self, NULL);
    GtkWidget *child;
    while ((child = gtk_widget_get_first_child(GTK_WIDGET(self)))) {
        gtk_widget_unparent(child);
    }
    G_OBJECT_CLASS(mts_run_row_parent_class)->dispose(object);
}

static void mts_run_row_class_init(MtsRunRowClass *class)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(class);
    G_OBJECT_CLASS(class)->dispose = mts_run_row_dispose;
    widget_class->map = mts_run_row_map;
    widget_class->unmap = mts_run_row_unmap;
    signals[ACTIVATED] = g_signal_new("activated", G_TYPE_FROM_CLASS(class), G_SIGNAL_RUN_LAST, 0,
        NULL, NULL, NULL, G_TYPE_NONE, 0);
    signals[TOGGLED] = g_signal_new("toggled", G_TYPE_FROM_CLASS(class), G_SIGNAL_RUN_LAST, 0, NULL,
        NULL, NULL, G_TYPE_NONE, 1, G_TYPE_BOOLEAN);
    gtk_widget_class_set_layout_manager_type(widget_class, GTK_TYPE_BOX_LAYOUT);
    gtk_widget_class_set_css_name(widget_class, "runrow");
    gtk_widget_class_set_accessible_role(widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
}

static GtkWidget *picture(int width, int height, GtkDrawingAreaDrawFunc draw, MtsRunRow *self)
{
    GtkWidget *area = gtk_drawing_area_new();
    gtk_drawing_area_set_content_width(GTK_DRAWING_AREA(area), width);
    gtk_drawing_area_set_content_height(GTK_DRAWING_AREA(area), height);
    gtk_drawing_area_set_draw_func(GTK_DRAWING_AREA(area), draw, self, NULL);
    gtk_widget_set_valign(area, GTK_ALIGN_CENTER);
    gtk_widget_set_can_target(area, FALSE);
    return area;
}

static GtkWidget *line(const char *style)
{
    GtkWidget *label = gtk_label_new(NULL);
    gtk_label_set_xalign(GTK_LABEL(label), 0);
    gtk_label_set_ellipsize(GTK_LABEL(label), PANGO_ELLIPSIZE_END);
    /* A long name is cut; it must not make the panel wider. */
    gtk_label_set_max_width_chars(GTK_LABEL(label), 4);
    gtk_widget_add_css_class(label, style);
    return label;
}

static void mts_run_row_init(MtsRunRow *self)
{
    GtkWidget *lines = gtk_box_new(GTK_ORIENTATION_VERTICAL, 0);
    self->mark = picture(MARK, MARK, draw_mark, self);
    self->name = line("run-name");
    self->figures = line("run-figures");
    self->spark = picture(SPARK_WIDTH, SPARK_HEIGHT, draw_spark, self);
    self->check = gtk_check_button_new();
    gtk_widget_set_valign(self->check, GTK_ALIGN_CENTER);
    gtk_widget_set_valign(lines, GTK_ALIGN_CENTER);
    gtk_widget_set_hexpand(lines, TRUE);
    gtk_box_append(GTK_BOX(lines), self->name);
    gtk_box_append(GTK_BOX(lines), self->figures);
    GtkWidget *const parts[] = {self->mark, lines, self->spark, self->check};
    for (guint i = 0; i < G_N_ELEMENTS(parts); i++) {
        gtk_widget_set_parent(parts[i], GTK_WIDGET(self));
    }
    gtk_box_layout_set_spacing(GTK_BOX_LAYOUT(gtk_widget_get_layout_manager(GTK_WIDGET(self))), 6);
    g_signal_connect_swapped(self->check, "toggled", G_CALLBACK(on_check), self);
    GtkGesture *click = gtk_gesture_click_new();
    g_signal_connect(click, "released", G_CALLBACK(on_released), self);
    gtk_widget_add_controller(GTK_WIDGET(self), GTK_EVENT_CONTROLLER(click));
}

GtkWidget *mts_run_row_new(void)
{
    return g_object_new(MTS_TYPE_RUN_ROW, NULL);
}
