#include "mts-compare-overlay-private.h"

#include "mts-text.h"
#include <math.h>

G_DEFINE_FINAL_TYPE(MtsCompareOverlay, mts_compare_overlay, GTK_TYPE_WIDGET)

MtsPlot mts_compare_overlay_get_plot(MtsCompareOverlay *self)
{
    GtkWidget *widget = GTK_WIDGET(self);
    return mts_overlay_plot(self, gtk_widget_get_width(widget), gtk_widget_get_height(widget));
}

/* ---- widget ----------------------------------------------------------------------------------- */

static void forget(MtsCompareOverlay *self)
{
    g_clear_pointer(&self->still, gsk_render_node_unref);
    gtk_widget_queue_draw(GTK_WIDGET(self));
}

static MtsFigure figure_on(MtsCompareOverlay *self, cairo_t *cr)
{
    return (MtsFigure){cr, gtk_widget_get_pango_context(GTK_WIDGET(self)), mts_palette_dark()};
}

static GskRenderNode *still_new(MtsCompareOverlay *self, double width, double height)
{
    GskRenderNode *node =
        gsk_cairo_node_new(&GRAPHENE_RECT_INIT(0, 0, (float)width, (float)height));
    cairo_t *cr = gsk_cairo_node_get_draw_context(node);
    const MtsFigure figure = figure_on(self, cr);
    const MtsPlot plot = mts_overlay_plot(self, width, height);
    mts_plot_draw_axes(&plot, &figure, mts_compare_model_get_axis(self->model), NAN);
    mts_overlay_draw_plot(self, &figure, &plot);
    cairo_destroy(cr);
    return node;
}

static void mts_compare_overlay_snapshot(GtkWidget *widget, GtkSnapshot *snapshot)
{
    MtsCompareOverlay *self = MTS_COMPARE_OVERLAY(widget);
    const int width = gtk_widget_get_width(widget), height = gtk_widget_get_height(widget);
    if (width < LEFT + RIGHT + 20 || height < LEGEND + BOTTOM + 20) {
        return;
    }
    if (!self->still || self->dark != mts_palette_dark()) {
        g_clear_pointer(&self->still, gsk_render_node_unref);
        self->dark = mts_palette_dark();
        self->still = still_new(self, width, height);
    }
    gtk_snapshot_append_node(snapshot, self->still);
    cairo_t *cr =
        gtk_snapshot_append_cairo(snapshot, &GRAPHENE_RECT_INIT(0, 0, (float)width, (float)height));
    const MtsFigure figure = figure_on(self, cr);
    const MtsPlot plot = mts_overlay_plot(self, width, height);
    mts_overlay_draw_legend(self, &figure, width);
    mts_overlay_draw_cross(self, &figure, &plot);
    mts_overlay_draw_box(self, &figure);
    cairo_destroy(cr);
}

/* What assistive technology reads: every run's value where the crosshair is. */
static void describe(MtsCompareOverlay *self)
{
    GPtrArray *runs = mts_compare_model_get_checked(self->model);
    const double cross = mts_compare_model_get_cross(self->model);
    g_autoptr(GString) text = g_string_new(NULL);
    if (isnan(cross)) {
        g_string_append(text, "At the end");
    } else {
        g_autofree char *at = mts_compare_axis_text(mts_compare_model_get_axis(self->model), cross);
        g_string_append_printf(
            text, "At %s %s", at, mts_compare_axis_words(mts_compare_model_get_axis(self->model)));
    }
    for (guint i = 0; i < runs->len; i++) {
        MtsCompareRun *run = g_ptr_array_index(runs, i);
        gboolean ended;
        g_autofree char *value = mts_text_percent(mts_overlay_value(self, run, &ended));
        g_string_append_printf(
            text, "%s%s %s", i == 0 ? ": " : ", ", mts_compare_run_get_name(run), value);
    }
    gtk_accessible_update_property(
        GTK_ACCESSIBLE(self), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, text->str, -1);
}

static void on_changed(MtsCompareModel *model, guint changes, MtsCompareOverlay *self)
{
    if (changes & MTS_CHANGE_AXIS) {
        self->view.set = FALSE;
    }
    if (changes & ~(guint)MTS_CHANGE_CROSS) {
        forget(self);
    } else {
        gtk_widget_queue_draw(GTK_WIDGET(self));
    }
    if (changes & (MTS_CHANGE_CROSS | MTS_CHANGE_RUNS | MTS_CHANGE_AXIS)) {
        describe(self);
    }
}

/* ---- pointer ---------------------------------------------------------------------------------- */

static gboolean at_target(MtsCompareOverlay *self, const MtsPlot *plot, double x, double y)
{
    const double target = mts_compare_model_get_target(self->model);
    const double at = mts_plot_y(plot, target), right = plot->left + plot->width + 12;
    return isfinite(target) &&
        ((x >= right - PILL_WIDTH && x <= right && fabs(y - at) <= PILL_HEIGHT / 2.0) ||
            (x >= plot->left && x <= right && fabs(y - at) <= GRAB));
}

static MtsCompareRun *legend_at(MtsCompareOverlay *self, double x, double y)
{
    const MtsFigure figure = {NULL, gtk_widget_get_pango_context(GTK_WIDGET(self)), FALSE};
    if (y < 0 || y >= LEGEND) {
        return NULL;
    }
    g_autoptr(GArray) entries =
        mts_overlay_legend(self, &figure, gtk_widget_get_width(GTK_WIDGET(self)));
    for (guint i = 0; i < entries->len; i++) {
        const MtsLegendEntry *entry = &g_array_index(entries, MtsLegendEntry, i);
        if (x >= entry->x && x < entry->x + entry->width) {
            return entry->run;
        }
    }
    return NULL;
}

static void on_motion(GtkEventControllerMotion *motion, double x, double y, MtsCompareOverlay *self)
{
    const MtsPlot plot = mts_compare_overlay_get_plot(self);
    const gboolean inside = mts_plot_holds(&plot, x, y);
    mts_compare_model_set_hover(self->model, legend_at(self, x, y));
    mts_compare_model_set_cross(self->model, inside ? mts_plot_value(&plot, x) : NAN);
    gtk_widget_set_cursor_from_name(
        GTK_WIDGET(self), at_target(self, &plot, x, y) ? "ns-resize" : NULL);
}

static void on_leave(GtkEventControllerMotion *motion, MtsCompareOverlay *self)
{
    mts_compare_model_set_hover(self->model, NULL);
    mts_compare_model_set_cross(self->model, NAN);
}

static void on_drag_begin(GtkGestureDrag *drag, double x, double y, MtsCompareOverlay *self)
{
    const MtsPlot plot = mts_compare_overlay_get_plot(self);
    gtk_widget_grab_focus(GTK_WIDGET(self));
    self->press_x = self->x = x;
    self->press_y = self->y = y;
    self->grip = at_target(self, &plot, x, y) ? GRIP_TARGET : GRIP_NONE;
    if (self->grip == GRIP_NONE && !mts_plot_holds(&plot, x, y)) {
        gtk_gesture_set_state(GTK_GESTURE(drag), GTK_EVENT_SEQUENCE_DENIED);
    }
}

static void drag_target(MtsCompareOverlay *self, const MtsPlot *plot, double y, gboolean freely)
{
    const double value = mts_plot_accuracy(plot, CLAMP(y, plot->top, plot->top + plot->height));
    mts_compare_model_set_target(
        self->model, round(value * (freely ? 1000 : 200)) / (freely ? 1000 : 200));
}

static void on_drag_update(GtkGestureDrag *drag, double dx, double dy, MtsCompareOverlay *self)
{
    const MtsPlot plot = mts_compare_overlay_get_plot(self);
    const GdkModifierType held =
        gtk_event_controller_get_current_event_state(GTK_EVENT_CONTROLLER(drag));
    self->x = CLAMP(self->press_x + dx, plot.left, plot.left + plot.width);
    self->y = CLAMP(self->press_y + dy, plot.top, plot.top + plot.height);
    if (self->grip == GRIP_TARGET) {
        drag_target(self, &plot, self->press_y + dy, (held & GDK_ALT_MASK) != 0);
        return;
    }
    if (fabs(dx) > 4 || fabs(dy) > 4) {
        self->grip = GRIP_BOX;
    }
    gtk_widget_queue_draw(GTK_WIDGET(self));
}

static void on_drag_end(GtkGestureDrag *drag, double dx, double dy, MtsCompareOverlay *self)
{
    const MtsPlot plot = mts_compare_overlay_get_plot(self);
    const double left = MIN(self->press_x, self->x), right = MAX(self->press_x, self->x);
    const double top = MIN(self->press_y, self->y), bottom = MAX(self->press_y, self->y);
    if (self->grip == GRIP_BOX && right - left >= 8 && bottom - top >= 8) {
        self->view =
            (MtsOverlayView){TRUE, mts_plot_value(&plot, left), mts_plot_value(&plot, right),
                mts_plot_accuracy(&plot, bottom), mts_plot_accuracy(&plot, top)};
    }
    self->grip = GRIP_NONE;
    forget(self);
}

static void zoom_out(MtsCompareOverlay *self)
{
    self->view.set = FALSE;
    forget(self);
}

static void on_pressed(
    GtkGestureClick *click, int presses, double x, double y, MtsCompareOverlay *self)
{
    if (presses == 2) {
        zoom_out(self);
    }
}

/* Zooms one axis round a place of it. */
static void zoom_scale(MtsScale *scale, double place, double factor)
{
    const MtsScale before = *scale;
    scale->low = mts_scale_value(&before, place - place * factor);
    scale->high = mts_scale_value(&before, place + (1 - place) * factor);
}

static gboolean on_scroll(
    GtkEventControllerScroll *scroll, double dx, double dy, MtsCompareOverlay *self)
{
    MtsPlot plot = mts_compare_overlay_get_plot(self);
    GdkEvent *event = gtk_event_controller_get_current_event(GTK_EVENT_CONTROLLER(scroll));
    double x, y;
    graphene_point_t point;
    GtkNative *native = gtk_widget_get_native(GTK_WIDGET(self));
    if (!event || !gdk_event_get_position(event, &x, &y)) {
        return GDK_EVENT_PROPAGATE;
    }
    double off_x, off_y;
    gtk_native_get_surface_transform(native, &off_x, &off_y);
    if (!gtk_widget_compute_point(GTK_WIDGET(native), GTK_WIDGET(self),
            &GRAPHENE_POINT_INIT((float)(x - off_x), (float)(y - off_y)), &point)) {
        return GDK_EVENT_PROPAGATE;
    }
    const double factor = pow(1.15, dy);
    if (point.y > plot.top + plot.height) {
        zoom_scale(&plot.x, CLAMP((point.x - plot.left) / plot.width, 0, 1), factor);
    } else if (point.x < plot.left && point.y >= plot.top) {
        zoom_scale(&plot.y, CLAMP(1 - (point.y - plot.top) / plot.height, 0, 1), factor);
    } else {
        return GDK_EVENT_PROPAGATE; /* the page scrolls */
    }
    self->view = (MtsOverlayView){TRUE, plot.x.low, plot.x.high, plot.y.low, plot.y.high};
    forget(self);
    return GDK_EVENT_STOP;
}

/* ---- keys ------------------------------------------------------------------------------------- */

static void move_cross(MtsCompareOverlay *self, double places)
{
    const MtsPlot plot = mts_compare_overlay_get_plot(self);
    const double cross = mts_compare_model_get_cross(self->model);
    const double at = isnan(cross) ? 0.5 : mts_scale_place(&plot.x, cross);
    mts_compare_model_set_cross(self->model, mts_scale_value(&plot.x, CLAMP(at + places, 0, 1)));
}

static void move_target(MtsCompareOverlay *self, double points)
{
    const double target = mts_compare_model_get_target(self->model);
    if (isfinite(target)) {
        mts_compare_model_set_target(self->model, round(1000 * target + 10 * points) / 1000);
    }
}

static gboolean on_key(GtkEventControllerKey *key, guint keyval, guint code,
    GdkModifierType modifiers, MtsCompareOverlay *self)
{
    const gboolean far = (modifiers & GDK_SHIFT_MASK) != 0;
    switch (keyval) {
    case GDK_KEY_Left:
        move_cross(self, far ? -0.05 : -0.01);
        return GDK_EVENT_STOP;
    case GDK_KEY_Right:
        move_cross(self, far ? 0.05 : 0.01);
        return GDK_EVENT_STOP;
    case GDK_KEY_Home:
        move_cross(self, -1);
        return GDK_EVENT_STOP;
    case GDK_KEY_End:
        move_cross(self, 1);
        return GDK_EVENT_STOP;
    case GDK_KEY_Up:
        move_target(self, far ? 0.5 : 0.1);
        return GDK_EVENT_STOP;
    case GDK_KEY_Down:
        move_target(self, far ? -0.5 : -0.1);
        return GDK_EVENT_STOP;
    case GDK_KEY_BackSpace:
        zoom_out(self);
        return GDK_EVENT_STOP;
    case GDK_KEY_Escape:
        mts_compare_model_set_cross(self->model, NAN);
        return GDK_EVENT_STOP;
    default:
        return GDK_EVENT_PROPAGATE;
    }
}

/* ---- object ------------------------------------------------------------------------------------ */

static void mts_compare_overlay_measure(GtkWidget *widget, GtkOrientation orientation, int for_size,
    int *minimum, int *natural, int *minimum_baseline, int *natural_baseline)
{
    *minimum = orientation == GTK_ORIENTATION_HORIZONTAL ? 240 : 140;
    *natural = orientation == GTK_ORIENTATION_HORIZONTAL ? 796 : 186;
}

static void mts_compare_overlay_size_allocate(GtkWidget *widget, int width, int height, int line)
{
    forget(MTS_COMPARE_OVERLAY(widget));
}

static void mts_compare_overlay_css_changed(GtkWidget *widget, GtkCssStyleChange *change)
{
    GTK_WIDGET_CLASS(mts_compare_overlay_parent_class)->css_changed(widget, change);
    forget(MTS_COMPARE_OVERLAY(widget));
}

static void mts_compare_overlay_dispose(GObject *object)
{
    MtsCompareOverlay *self = MTS_COMPARE_OVERLAY(object);
    if (self->model) {
        g_signal_handlers_disconnect_by_data(self->model, self);
    }
    g_clear_object(&self->model);
    g_clear_pointer(&self->still, gsk_render_node_unref);
    G_OBJECT_CLASS(mts_compare_overlay_parent_class)->dispose(object);
}

static void mts_compare_overlay_class_init(MtsCompareOverlayClass *class)
{
    GtkWidgetClass *widget = GTK_WIDGET_CLASS(class);
    G_OBJECT_CLASS(class)->dispose = mts_compare_overlay_dispose;
    widget->snapshot = mts_compare_overlay_snapshot;
    widget->measure = mts_compare_overlay_measure;
    widget->size_allocate = mts_compare_overlay_size_allocate;
    widget->css_changed = mts_compare_overlay_css_changed;
    gtk_widget_class_set_css_name(widget, "plot");
    gtk_widget_class_set_accessible_role(widget, GTK_ACCESSIBLE_ROLE_IMG);
}

static void mts_compare_overlay_init(MtsCompareOverlay *self)
{
    GtkWidget *widget = GTK_WIDGET(self);
    gtk_widget_set_focusable(widget, TRUE);
    gtk_accessible_update_property(
        GTK_ACCESSIBLE(self), GTK_ACCESSIBLE_PROPERTY_LABEL, "Test accuracy of the shown runs", -1);
    GtkEventController *motion = gtk_event_controller_motion_new();
    g_signal_connect(motion, "motion", G_CALLBACK(on_motion), self);
    g_signal_connect(motion, "leave", G_CALLBACK(on_leave), self);
    gtk_widget_add_controller(widget, motion);
    GtkGesture *click = gtk_gesture_click_new();
    g_signal_connect(click, "pressed", G_CALLBACK(on_pressed), self);
    gtk_widget_add_controller(widget, GTK_EVENT_CONTROLLER(click));
    GtkGesture *drag = gtk_gesture_drag_new();
    g_signal_connect(drag, "drag-begin", G_CALLBACK(on_drag_begin), self);
    g_signal_connect(drag, "drag-update", G_CALLBACK(on_drag_update), self);
    g_signal_connect(drag, "drag-end", G_CALLBACK(on_drag_end), self);
    gtk_widget_add_controller(widget, GTK_EVENT_CONTROLLER(drag));
    GtkEventController *scroll =
        gtk_event_controller_scroll_new(GTK_EVENT_CONTROLLER_SCROLL_VERTICAL);
    g_signal_connect(scroll, "scroll", G_CALLBACK(on_scroll), self);
    gtk_widget_add_controller(widget, scroll);
    GtkEventController *keys = gtk_event_controller_key_new();
    g_signal_connect(keys, "key-pressed", G_CALLBACK(on_key), self);
    gtk_widget_add_controller(widget, keys);
}

GtkWidget *mts_compare_overlay_new(MtsCompareModel *model)
{
    MtsCompareOverlay *self = g_object_new(MTS_TYPE_COMPARE_OVERLAY, NULL);
    self->model = g_object_ref(model);
    g_signal_connect(model, "changed", G_CALLBACK(on_changed), self);
    describe(self);
    return GTK_WIDGET(self);
}
