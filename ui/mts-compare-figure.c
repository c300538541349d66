#include "mts-compare-figure.h"

#include <math.h>

typedef struct MtsCompareFigurePrivate {
    MtsCompareModel *model;
} MtsCompareFigurePrivate;

G_DEFINE_ABSTRACT_TYPE_WITH_PRIVATE(MtsCompareFigure, mts_compare_figure, GTK_TYPE_WIDGET)

#define PRIVATE(self)                                                                              \
    ((MtsCompareFigurePrivate *)mts_compare_figure_get_instance_private((MtsCompareFigure *)(self)))

MtsCompareModel *mts_compare_figure_get_model(MtsCompareFigure *self)
{
    return PRIVATE(self)->model;
}

MtsFigure mts_compare_figure_measure(MtsCompareFigure *self)
{
    return (MtsFigure){NULL, gtk_widget_get_pango_context(GTK_WIDGET(self)), mts_palette_dark()};
}

void mts_compare_figure_draw(
    MtsCompareFigure *self, const MtsFigure *figure, double width, double height)
{
    MTS_COMPARE_FIGURE_GET_CLASS(self)->draw(self, figure, width, height);
}

void mts_compare_figure_refresh(MtsCompareFigure *self)
{
    g_autofree char *text = MTS_COMPARE_FIGURE_GET_CLASS(self)->describe(self);
    gtk_accessible_update_property(
        GTK_ACCESSIBLE(self), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, text, -1);
    gtk_widget_queue_draw(GTK_WIDGET(self));
}

static void on_changed(MtsCompareModel *model, guint changes, MtsCompareFigure *self)
{
    if (changes & MTS_COMPARE_FIGURE_GET_CLASS(self)->changes) {
        mts_compare_figure_refresh(self);
    }
}

static void on_motion(GtkEventControllerMotion *motion, double x, double y, MtsCompareFigure *self)
{
    if (MTS_COMPARE_FIGURE_GET_CLASS(self)->move) {
        MTS_COMPARE_FIGURE_GET_CLASS(self)->move(self, x, y);
    }
}

static void on_leave(GtkEventControllerMotion *motion, MtsCompareFigure *self)
{
    on_motion(motion, NAN, NAN, self);
}

static void on_pressed(
    GtkGestureClick *click, int presses, double x, double y, MtsCompareFigure *self)
{
    gtk_widget_grab_focus(GTK_WIDGET(self));
    if (MTS_COMPARE_FIGURE_GET_CLASS(self)->press) {
        MTS_COMPARE_FIGURE_GET_CLASS(self)->press(self, presses, x, y);
    }
}

static gboolean on_key(GtkEventControllerKey *key, guint keyval, guint code,
    GdkModifierType modifiers, MtsCompareFigure *self)
{
    MtsCompareFigureClass *class = MTS_COMPARE_FIGURE_GET_CLASS(self);
    return class->key && class->key(self, keyval, modifiers) ? GDK_EVENT_STOP : GDK_EVENT_PROPAGATE;
}

static void mts_compare_figure_snapshot(GtkWidget *widget, GtkSnapshot *snapshot)
{
    MtsCompareFigure *self = MTS_COMPARE_FIGURE(widget);
    const int width = gtk_widget_get_width(widget), height = gtk_widget_get_height(widget);
    if (width <= 0 || height <= 0) {
        return;
    }
    cairo_t *cr =
        gtk_snapshot_append_cairo(snapshot, &GRAPHENE_RECT_INIT(0, 0, (float)width, (float)height));
    MtsFigure figure = mts_compare_figure_measure(self);
    figure.cr = cr;
    mts_compare_figure_draw(self, &figure, width, height);
    cairo_destroy(cr);
}

static void mts_compare_figure_measure_size(GtkWidget *widget, GtkOrientation orientation,
    int for_size, int *minimum, int *natural, int *minimum_baseline, int *natural_baseline)
{
    const MtsCompareFigureClass *class = MTS_COMPARE_FIGURE_GET_CLASS(widget);
    const gboolean across = orientation == GTK_ORIENTATION_HORIZONTAL;
    *minimum = across ? class->least_width : class->least_height;
    *natural = across ? class->width : class->height;
}

static void mts_compare_figure_css_changed(GtkWidget *widget, GtkCssStyleChange *change)
{
    GTK_WIDGET_CLASS(mts_compare_figure_parent_class)->css_changed(widget, change);
    gtk_widget_queue_draw(widget);
}

static void mts_compare_figure_dispose(GObject *object)
{
    MtsCompareFigurePrivate *private = PRIVATE(object);
    if (private->model) {
        g_signal_handlers_disconnect_by_data(private->model, object);
    }
    g_clear_object(&private->model);
    G_OBJECT_CLASS(mts_compare_figure_parent_class)->dispose(object);
}

static void mts_compare_figure_class_init(MtsCompareFigureClass *class)
{
    GtkWidgetClass *widget = GTK_WIDGET_CLASS(class);
    G_OBJECT_CLASS(class)->dispose = mts_compare_figure_dispose;
    widget->snapshot = mts_compare_figure_snapshot;
    widget->measure = mts_compare_figure_measure_size;
    widget->css_changed = mts_compare_figure_css_changed;
    gtk_widget_class_set_css_name(widget, "plot");
    gtk_widget_class_set_accessible_role(widget, GTK_ACCESSIBLE_ROLE_IMG);
}

static void mts_compare_figure_init(MtsCompareFigure *self)
{
    GtkWidget *widget = GTK_WIDGET(self);
    gtk_widget_set_focusable(widget, TRUE);
    GtkEventController *motion = gtk_event_controller_motion_new();
    g_signal_connect(motion, "motion", G_CALLBACK(on_motion), self);
    g_signal_connect(motion, "leave", G_CALLBACK(on_leave), self);
    gtk_widget_add_controller(widget, motion);
    GtkGesture *click = gtk_gesture_click_new();
    g_signal_connect(click, "pressed", G_CALLBACK(on_pressed), self);
    gtk_widget_add_controller(widget, GTK_EVENT_CONTROLLER(click));
    GtkEventController *keys = gtk_event_controller_key_new();
    g_signal_connect(keys, "key-pressed", G_CALLBACK(on_key), self);
    gtk_widget_add_controller(widget, keys);
}

void mts_compare_figure_set_up(MtsCompareFigure *self, MtsCompareModel *model, const char *name)
{
    PRIVATE(self)->model = g_object_ref(model);
    gtk_accessible_update_property(GTK_ACCESSIBLE(self), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
    g_signal_connect(model, "changed", G_CALLBACK(on_changed), self);
    mts_compare_figure_refresh(self);
}
