#include "mts-lab-present.h"

#include "mts-paint.h"
#include "mts-palette.h"
#include <math.h>

/* The pointer hides after this, a held press becomes a spotlight after that. */
enum { HIDE_MS = 3000, SPOT_MS = 350, SPOT_RADIUS = 110 };

struct _MtsLabPresent {
    GtkWindow parent;
    MtsLabDesk *desk;
    GtkWidget *step, *overlay, *page;
    gboolean blank, drawing, spotlight;
    double x, y;        /* of the pointer */
    GPtrArray *strokes; /* GArray of graphene_point_t */
    guint hide_timer, spot_timer;
};

G_DEFINE_FINAL_TYPE(MtsLabPresent, mts_lab_present, GTK_TYPE_WINDOW)

/* ---- what lies on top ------------------------------------------------------------------------ */

static void draw_strokes(MtsLabPresent *self, cairo_t *cr)
{
    const GdkRGBA ink = mts_palette_ink(MTS_INK_ERROR, FALSE);
    mts_paint_source(cr, &ink);
    cairo_set_line_width(cr, 4);
    cairo_set_line_cap(cr, CAIRO_LINE_CAP_ROUND);
    cairo_set_line_join(cr, CAIRO_LINE_JOIN_ROUND);
    for (guint i = 0; i < self->strokes->len; i++) {
        const GArray *stroke = g_ptr_array_index(self->strokes, i);
        for (guint k = 0; k < stroke->len; k++) {
            const graphene_point_t *point = &g_array_index(stroke, graphene_point_t, k);
            cairo_line_to(cr, (double)point->x, (double)point->y);
        }
        cairo_stroke(cr);
    }
}

/* All but a soft disc round the pointer goes dim. */
static void draw_spotlight(MtsLabPresent *self, cairo_t *cr, int width, int height)
{
    cairo_pattern_t *light = cairo_pattern_create_radial(
        self->x, self->y, SPOT_RADIUS * .8, self->x, self->y, SPOT_RADIUS * 1.2);
    cairo_pattern_add_color_stop_rgba(light, 0, 0, 0, 0, 0);
    cairo_pattern_add_color_stop_rgba(light, 1, 0, 0, 0, .55);
    cairo_set_source(cr, light);
    cairo_rectangle(cr, 0, 0, width, height);
    cairo_fill(cr);
    cairo_pattern_destroy(light);
}

static void draw_overlay(GtkDrawingArea *area, cairo_t *cr, int width, int height, gpointer data)
{
    MtsLabPresent *self = data;
    draw_strokes(self, cr);
    if (self->spotlight) {
        draw_spotlight(self, cr, width, height);
    }
    if (self->blank) {
        cairo_set_source_rgb(cr, 0, 0, 0);
        cairo_paint(cr);
    }
}

static void redraw(MtsLabPresent *self)
{
    gtk_widget_queue_draw(self->overlay);
}

/* ---- pointer --------------------------------------------------------------------------------- */

static gboolean hide_pointer(gpointer data)
{
    MtsLabPresent *self = data;
    self->hide_timer = 0;
    gtk_widget_set_cursor_from_name(self->page, "none");
    return G_SOURCE_REMOVE;
}

static void on_motion(GtkEventControllerMotion *controller, double x, double y, MtsLabPresent *self)
{
    if (x == self->x && y == self->y) {
        return; /* a window that is redrawn repeats where the pointer is */
    }
    self->x = x;
    self->y = y;
    gtk_widget_set_cursor(self->page, NULL);
    g_clear_handle_id(&self->hide_timer, g_source_remove);
    self->hide_timer = g_timeout_add(HIDE_MS, hide_pointer, self);
    if (self->spotlight) {
        redraw(self);
    }
}

static gboolean begin_spotlight(gpointer data)
{
    MtsLabPresent *self = data;
    self->spot_timer = 0;
    self->spotlight = TRUE;
    redraw(self);
    return G_SOURCE_REMOVE;
}

static void end_spotlight(MtsLabPresent *self)
{
    g_clear_handle_id(&self->spot_timer, g_source_remove);
    if (self->spotlight) {
        self->spotlight = FALSE;
        redraw(self);
    }
}

static void add_point(MtsLabPresent *self, double x, double y)
{
    GArray *stroke = g_ptr_array_index(self->strokes, self->strokes->len - 1);
    const graphene_point_t point = GRAPHENE_POINT_INIT((float)x, (float)y);
    g_array_append_val(stroke, point);
    redraw(self);
}

static void on_drag_begin(GtkGestureDrag *gesture, double x, double y, MtsLabPresent *self)
{
    if (self->drawing) {
        g_ptr_array_add(self->strokes, g_array_new(FALSE, FALSE, sizeof(graphene_point_t)));
        add_point(self, x, y);
        gtk_gesture_set_state(GTK_GESTURE(gesture), GTK_EVENT_SEQUENCE_CLAIMED);
        return;
    }
    self->x = x;
    self->y = y;
    self->spot_timer = g_timeout_add(SPOT_MS, begin_spotlight, self);
}

static void on_drag_update(GtkGestureDrag *gesture, double dx, double dy, MtsLabPresent *self)
{
    double x, y;
    gtk_gesture_drag_get_start_point(gesture, &x, &y);
    if (self->drawing) {
        add_point(self, x + dx, y + dy);
    } else if (!self->spotlight && hypot(dx, dy) > 6) {
        end_spotlight(self); /* something is dragged: no spotlight then */
    }
}

static void on_drag_end(GtkGestureDrag *gesture, double dx, double dy, MtsLabPresent *self)
{
    end_spotlight(self);
}

static void on_drag_cancel(GtkGesture *gesture, GdkEventSequence *sequence, MtsLabPresent *self)
{
    end_spotlight(self);
}

/* ---- keys ------------------------------------------------------------------------------------ */

static void set_drawing(MtsLabPresent *self, gboolean drawing)
{
    self->drawing = drawing;
    /* The overlay takes the pointer only while it is drawn on. */
    gtk_widget_set_can_target(self->overlay, drawing);
    gtk_widget_set_cursor_from_name(self->overlay, drawing ? "crosshair" : NULL);
}

static gboolean on_key(GtkEventControllerKey *controller, guint keyval, guint code,
    GdkModifierType state, MtsLabPresent *self)
{
    if (GTK_IS_EDITABLE(gtk_window_get_focus(GTK_WINDOW(self))) ||
        state & (GDK_CONTROL_MASK | GDK_ALT_MASK)) {
        return GDK_EVENT_PROPAGATE; /* something is typed */
    }
    switch (keyval) {
    case GDK_KEY_Page_Down:
        mts_lab_desk_turn(self->desk, 1);
        break;
    case GDK_KEY_Page_Up:
        mts_lab_desk_turn(self->desk, -1);
        break;
    case GDK_KEY_b:
        self->blank = !self->blank;
        break;
    case GDK_KEY_d:
        set_drawing(self, !self->drawing);
        break;
    case GDK_KEY_e:
        g_ptr_array_set_size(self->strokes, 0);
        break;
    case GDK_KEY_Escape:
    case GDK_KEY_F11:
        gtk_window_close(GTK_WINDOW(self));
        return GDK_EVENT_STOP;
    default:
        return GDK_EVENT_PROPAGATE;
    }
    redraw(self);
    return GDK_EVENT_STOP;
}

/* A turned page shows its own focus again. */
static void on_opened(MtsLabPresent *self)
{
    mts_lab_step_focus(MTS_LAB_STEP(self->step));
}

/* ---- window ---------------------------------------------------------------------------------- */

static void mts_lab_present_dispose(GObject *object)
{
    MtsLabPresent *self = MTS_LAB_PRESENT(object);
    g_clear_handle_id(&self->hide_timer, g_source_remove);
    g_clear_handle_id(&self->spot_timer, g_source_remove);
    if (self->desk) {
        g_signal_handlers_disconnect_by_data(self->desk, self);
    }
    g_clear_object(&self->desk);
    g_clear_pointer(&self->strokes, g_ptr_array_unref);
    G_OBJECT_CLASS(mts_lab_present_parent_class)->dispose(object);
}

static void mts_lab_present_class_init(MtsLabPresentClass *class)
{
    G_OBJECT_CLASS(class)->dispose = mts_lab_present_dispose;
}

static void add_controllers(MtsLabPresent *self)
{
    GtkEventController *motion = gtk_event_controller_motion_new();
    gtk_event_controller_set_propagation_phase(motion, GTK_PHASE_CAPTURE);
    g_signal_connect(motion, "motion", G_CALLBACK(on_motion), self);
    gtk_widget_add_controller(self->page, motion);
    GtkGesture *drag = gtk_gesture_drag_new();
    gtk_event_controller_set_propagation_phase(GTK_EVENT_CONTROLLER(drag), GTK_PHASE_CAPTURE);
    g_signal_connect(drag, "drag-begin", G_CALLBACK(on_drag_begin), self);
    g_signal_connect(drag, "drag-update", G_CALLBACK(on_drag_update), self);
    g_signal_connect(drag, "drag-end", G_CALLBACK(on_drag_end), self);
    g_signal_connect(drag, "cancel", G_CALLBACK(on_drag_cancel), self);
    gtk_widget_add_controller(self->page, GTK_EVENT_CONTROLLER(drag));
    GtkEventController *key = gtk_event_controller_key_new();
    gtk_event_controller_set_propagation_phase(key, GTK_PHASE_CAPTURE);
    g_signal_connect(key, "key-pressed", G_CALLBACK(on_key), self);
    gtk_widget_add_controller(GTK_WIDGET(self), key);
}

static void mts_lab_present_init(MtsLabPresent *self)
{
    self->strokes = g_ptr_array_new_with_free_func((GDestroyNotify)g_array_unref);
    gtk_widget_add_css_class(GTK_WIDGET(self), "mantissa");
    gtk_widget_add_css_class(GTK_WIDGET(self), "lab-presentation");
}

GtkWindow *mts_lab_present_new(MtsLabDesk *desk, GtkWindow *over)
{
    MtsLabPresent *self = g_object_new(
        MTS_TYPE_LAB_PRESENT, "title", "Lesson", "transient-for", over, "decorated", FALSE, NULL);
    self->desk = g_object_ref(desk);
    self->page = gtk_overlay_new();
    self->step = mts_lab_step_new(desk, TRUE);
    self->overlay = gtk_drawing_area_new();
    gtk_drawing_area_set_draw_func(GTK_DRAWING_AREA(self->overlay), draw_overlay, self, NULL);
    gtk_widget_set_can_target(self->overlay, FALSE);
    gtk_overlay_set_child(GTK_OVERLAY(self->page), self->step);
    gtk_overlay_add_overlay(GTK_OVERLAY(self->page), self->overlay);
    gtk_window_set_child(GTK_WINDOW(self), self->page);
    add_controllers(self);
    g_signal_connect_swapped(desk, "opened", G_CALLBACK(on_opened), self);
    on_opened(self);
    return GTK_WINDOW(self);
}

MtsLabStep *mts_lab_present_get_step(MtsLabPresent *self)
{
    return MTS_LAB_STEP(self->step);
}

gboolean mts_lab_present_is_blank(MtsLabPresent *self)
{
    return self->blank;
}

guint mts_lab_present_stroke_count(MtsLabPresent *self)
{
    return self->strokes->len;
}
