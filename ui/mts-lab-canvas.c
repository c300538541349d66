#include "mts-lab-canvas.h"

#include <adwaita.h>
#include <math.h>

struct _MtsLabCanvas {
    GtkWidget parent;
    MtsLabModel *model;
    MtsLabPart part;
    double zoom;
    MtsLabTexts *texts; /* NULL: the font has changed since */
    char *said;         /* what assistive technology was told last */
    guint tick;
    gboolean dragging;
    double press_x, press_y; /* of the last press, in the widget */
    guint32 press_time;
    guint clicks;
    GtkWidget *popover, *entry, *complaint; /* while something is typed */
};

G_DEFINE_FINAL_TYPE(MtsLabCanvas, mts_lab_canvas, GTK_TYPE_WIDGET)

static MtsLabModelClass *class_of(MtsLabCanvas *self)
{
    return MTS_LAB_MODEL_GET_CLASS(self->model);
}

/* ---- size ------------------------------------------------------------------------------------ */

/* Widget pixels to a pixel of the drawing, at a width of the widget. */
static double scale_at(MtsLabCanvas *self, int width)
{
    const int least = class_of(self)->least_width(self->model, self->part);
    return width < least * self->zoom ? MAX(width, 1) / (double)least : self->zoom;
}

static int height_at(MtsLabCanvas *self, int width)
{
    const double scale = scale_at(self, width);
    const int inner = (int)floor(width / scale);
    return (int)ceil(class_of(self)->height(self->model, self->part, inner) * scale);
}

/* The least share of its size that a drawing is shrunk to. */
#define SHRINK 0.6

static void mts_lab_canvas_measure(GtkWidget *widget, GtkOrientation orientation, int for_size,
    int *minimum, int *natural, int *minimum_baseline, int *natural_baseline)
{
    MtsLabCanvas *self = MTS_LAB_CANVAS(widget);
    const int least = class_of(self)->least_width(self->model, self->part);
    if (orientation == GTK_ORIENTATION_HORIZONTAL) {
        *minimum = (int)(least * SHRINK);
        *natural = (int)(least * self->zoom);
    } else {
        const int width = for_size >= 0 ? for_size : (int)(least * self->zoom);
        *minimum = *natural = height_at(self, width);
    }
}

static GtkSizeRequestMode mts_lab_canvas_get_request_mode(GtkWidget *widget)
{
    return GTK_SIZE_REQUEST_HEIGHT_FOR_WIDTH;
}

static double scale_now(MtsLabCanvas *self)
{
    return scale_at(self, gtk_widget_get_width(GTK_WIDGET(self)));
}

void mts_lab_canvas_place(MtsLabCanvas *self, double x, double y, double *at_x, double *at_y)
{
    const double scale = scale_now(self);
    *at_x = x * scale;
    *at_y = y * scale;
}

/* ---- drawing --------------------------------------------------------------------------------- */

static MtsLabTexts *texts_of(MtsLabCanvas *self)
{
    if (!self->texts) {
        PangoContext *context = gtk_widget_create_pango_context(GTK_WIDGET(self));
        g_autoptr(PangoFontDescription) font =
            pango_font_description_copy(pango_context_get_font_description(context));
        const int size = (int)(pango_font_description_get_size(font) / self->zoom);
        if (pango_font_description_get_size_is_absolute(font)) {
            pango_font_description_set_absolute_size(font, size);
        } else {
            pango_font_description_set_size(font, size);
        }
        pango_context_set_font_description(context, font);
        self->texts = mts_lab_texts_new(context);
        g_object_unref(context);
    }
    return self->texts;
}

static void drop_texts(MtsLabCanvas *self)
{
    g_clear_pointer(&self->texts, mts_lab_texts_free);
    gtk_widget_queue_resize(GTK_WIDGET(self));
}

static void mts_lab_canvas_css_changed(GtkWidget *widget, GtkCssStyleChange *change)
{
    GTK_WIDGET_CLASS(mts_lab_canvas_parent_class)->css_changed(widget, change);
    drop_texts(MTS_LAB_CANVAS(widget));
}

static void mts_lab_canvas_snapshot(GtkWidget *widget, GtkSnapshot *snapshot)
{
    MtsLabCanvas *self = MTS_LAB_CANVAS(widget);
    const int width = gtk_widget_get_width(widget), height = gtk_widget_get_height(widget);
    const double scale = scale_now(self);
    cairo_t *cr =
        gtk_snapshot_append_cairo(snapshot, &GRAPHENE_RECT_INIT(0, 0, (float)width, (float)height));
    cairo_scale(cr, scale, scale);
    MtsLabPaint paint = {.cr = cr,
        .texts = texts_of(self),
        .width = width / scale,
        .height = height / scale,
        .dark = mts_palette_dark(),
        .focus = gtk_widget_has_visible_focus(widget)};
    class_of(self)->draw(self->model, self->part, &paint);
    cairo_destroy(cr);
}

double mts_lab_draw(MtsLabModel *model, MtsLabPart part, cairo_t *cr, PangoContext *context,
    double width, gboolean dark)
{
    MtsLabModelClass *class = MTS_LAB_MODEL_GET_CLASS(model);
    const double least = class->least_width(model, part);
    const double scale = MIN(1, width / least);
    const int inner = (int)floor(width / scale + 1e-6);
    const int height = class->height(model, part, inner);
    MtsLabTexts *texts = mts_lab_texts_new(context);
    MtsLabPaint paint = {
        .cr = cr, .texts = texts, .width = inner, .height = height, .dark = dark, .plain = TRUE};
    cairo_save(cr);
    cairo_scale(cr, scale, scale);
    class->draw(model, part, &paint);
    cairo_restore(cr);
    mts_lab_texts_free(texts);
    return height * scale;
}

/* ---- what the model tells -------------------------------------------------------------------- */

static void tell(MtsLabCanvas *self)
{
    g_autofree char *text = mts_lab_model_say(self->model);
    if (g_strcmp0(text, self->said) != 0) {
        g_free(self->said);
        self->said = g_steal_pointer(&text);
        gtk_accessible_update_property(
            GTK_ACCESSIBLE(self), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, self->said, -1);
    }
}

static void on_changed(MtsLabCanvas *self)
{
    tell(self);
    const int width = gtk_widget_get_width(GTK_WIDGET(self));
    if (width > 0 && height_at(self, width) != gtk_widget_get_height(GTK_WIDGET(self))) {
        gtk_widget_queue_resize(GTK_WIDGET(self));
    }
    gtk_widget_queue_draw(GTK_WIDGET(self));
}

static gboolean on_tick(GtkWidget *widget, GdkFrameClock *clock, gpointer data)
{
    MtsLabCanvas *self = MTS_LAB_CANVAS(widget);
    if (mts_lab_model_tick(self->model, gdk_frame_clock_get_frame_time(clock))) {
        return G_SOURCE_CONTINUE;
    }
    self->tick = 0;
    return G_SOURCE_REMOVE;
}

static void on_woken(MtsLabCanvas *self)
{
    if (!self->tick && gtk_widget_get_mapped(GTK_WIDGET(self)) && self->part == MTS_LAB_MAIN) {
        self->tick = gtk_widget_add_tick_callback(GTK_WIDGET(self), on_tick, NULL, NULL);
    }
}

static void mts_lab_canvas_map(GtkWidget *widget)
{
    MtsLabCanvas *self = MTS_LAB_CANVAS(widget);
    gboolean lively = TRUE;
    GTK_WIDGET_CLASS(mts_lab_canvas_parent_class)->map(widget);
    g_object_get(gtk_widget_get_settings(widget), "gtk-enable-animations", &lively, NULL);
    mts_lab_model_set_lively(self->model, lively);
    on_woken(self); /* it may have been moving when it was hidden */
}

static void stop_ticking(MtsLabCanvas *self)
{
    if (self->tick) {
        gtk_widget_remove_tick_callback(GTK_WIDGET(self), self->tick);
        self->tick = 0;
    }
}

static void end_drag(MtsLabCanvas *self, gboolean cancelled)
{
    if (self->dragging) {
        self->dragging = FALSE;
        if (class_of(self)->release) {
            class_of(self)->release(self->model, cancelled);
        }
    }
}

static void mts_lab_canvas_unmap(GtkWidget *widget)
{
    MtsLabCanvas *self = MTS_LAB_CANVAS(widget);
    stop_ticking(self);
    end_drag(self, TRUE);
    GTK_WIDGET_CLASS(mts_lab_canvas_parent_class)->unmap(widget);
}

/* ---- pointer --------------------------------------------------------------------------------- */

static MtsLabPointer pointer_at(
    MtsLabCanvas *self, double x, double y, GtkEventController *controller)
{
    const double scale = scale_now(self);
    return (MtsLabPointer){.part = self->part,
        .x = x / scale,
        .y = y / scale,
        .width = gtk_widget_get_width(GTK_WIDGET(self)) / scale,
        .height = gtk_widget_get_height(GTK_WIDGET(self)) / scale,
        .modifiers = gtk_event_controller_get_current_event_state(controller)};
}

static void show_cursor(MtsLabCanvas *self, const MtsLabPointer *pointer)
{
    const char *name = class_of(self)->cursor ? class_of(self)->cursor(self->model, pointer) : NULL;
    gtk_widget_set_cursor_from_name(GTK_WIDGET(self), name);
}

static void on_motion(GtkEventControllerMotion *controller, double x, double y, MtsLabCanvas *self)
{
    if (self->dragging || !class_of(self)->motion) {
        return;
    }
    const MtsLabPointer pointer = pointer_at(self, x, y, GTK_EVENT_CONTROLLER(controller));
    class_of(self)->motion(self->model, &pointer);
    show_cursor(self, &pointer);
}

static void on_leave(GtkEventControllerMotion *controller, MtsLabCanvas *self)
{
    if (!self->dragging && class_of(self)->motion) {
        class_of(self)->motion(self->model, NULL);
    }
}

/* Whether this press follows the last one closely: clicks so far, this one included. */
static guint count_clicks(MtsLabCanvas *self, GtkEventController *controller, double x, double y)
{
    int apart, within;
    g_object_get(gtk_widget_get_settings(GTK_WIDGET(self)), "gtk-double-click-time", &within,
        "gtk-double-click-distance", &apart, NULL);
    const guint32 now = gtk_event_controller_get_current_event_time(controller);
    const gboolean near = fabs(x - self->press_x) <= apart && fabs(y - self->press_y) <= apart;
    self->clicks = near && now - self->press_time <= (guint32)within ? self->clicks + 1 : 1;
    self->press_x = x;
    self->press_y = y;
    self->press_time = now;
    return self->clicks;
}

static gboolean begin_edit(MtsLabCanvas *self, const MtsLabPointer *pointer);

static void on_drag_begin(GtkGestureDrag *gesture, double x, double y, MtsLabCanvas *self)
{
    MtsLabPointer pointer = pointer_at(self, x, y, GTK_EVENT_CONTROLLER(gesture));
    pointer.button = gtk_gesture_single_get_current_button(GTK_GESTURE_SINGLE(gesture));
    pointer.clicks = count_clicks(self, GTK_EVENT_CONTROLLER(gesture), x, y);
    gtk_widget_grab_focus(GTK_WIDGET(self));
    if (pointer.clicks == 2 && pointer.button == 1 && begin_edit(self, &pointer)) {
        gtk_gesture_set_state(GTK_GESTURE(gesture), GTK_EVENT_SEQUENCE_DENIED);
        return;
    }
    self->dragging = class_of(self)->press && class_of(self)->press(self->model, &pointer);
    if (self->dragging) {
        gtk_gesture_set_state(GTK_GESTURE(gesture), GTK_EVENT_SEQUENCE_CLAIMED);
        show_cursor(self, &pointer);
    }
}

static void on_drag_update(GtkGestureDrag *gesture, double dx, double dy, MtsLabCanvas *self)
{
    double x, y;
    if (!self->dragging || !gtk_gesture_drag_get_start_point(gesture, &x, &y)) {
        return;
    }
    MtsLabPointer pointer = pointer_at(self, x + dx, y + dy, GTK_EVENT_CONTROLLER(gesture));
    pointer.button = gtk_gesture_single_get_current_button(GTK_GESTURE_SINGLE(gesture));
    class_of(self)->motion(self->model, &pointer);
}

static void on_drag_end(GtkGestureDrag *gesture, double dx, double dy, MtsLabCanvas *self)
{
    end_drag(self, FALSE);
}

static void on_cancel(GtkGesture *gesture, GdkEventSequence *sequence, MtsLabCanvas *self)
{
    end_drag(self, TRUE);
}

static gboolean on_scroll(
    GtkEventControllerScroll *controller, double dx, double dy, MtsLabCanvas *self)
{
    double x, y;
    GdkEvent *event = gtk_event_controller_get_current_event(GTK_EVENT_CONTROLLER(controller));
    /* The wheel over something that is not taken hold of scrolls the page. */
    if (!class_of(self)->scroll || !event || !gdk_event_get_position(event, &x, &y)) {
        return GDK_EVENT_PROPAGATE;
    }
    double shift_x, shift_y;
    graphene_point_t point;
    GtkNative *native = gtk_widget_get_native(GTK_WIDGET(self));
    gtk_native_get_surface_transform(native, &shift_x, &shift_y);
    if (!gtk_widget_compute_point(GTK_WIDGET(native), GTK_WIDGET(self),
            &GRAPHENE_POINT_INIT((float)(x - shift_x), (float)(y - shift_y)), &point)) {
        return GDK_EVENT_PROPAGATE;
    }
    const MtsLabPointer pointer =
        pointer_at(self, point.x, point.y, GTK_EVENT_CONTROLLER(controller));
    return class_of(self)->scroll(self->model, &pointer, -dy);
}

/* ---- typing a value -------------------------------------------------------------------------- */

static void close_edit(MtsLabCanvas *self)
{
    if (self->popover) {
        gtk_popover_popdown(GTK_POPOVER(self->popover));
    }
}

static void on_entry_activate(GtkEntry *entry, MtsLabCanvas *self)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *text = g_strdup(gtk_editable_get_text(GTK_EDITABLE(entry)));
    mts_lab_model_mark(self->model);
    if (class_of(self)->typed(self->model, g_strstrip(text), &error)) {
        close_edit(self);
    } else {
        gtk_label_set_text(GTK_LABEL(self->complaint), error->message);
        gtk_widget_set_visible(self->complaint, TRUE);
    }
}

static void on_popover_closed(GtkPopover *popover, MtsLabCanvas *self)
{
    gtk_widget_grab_focus(GTK_WIDGET(self));
}

static void make_popover(MtsLabCanvas *self)
{
    self->popover = gtk_popover_new();
    self->entry = gtk_entry_new();
    self->complaint = gtk_label_new(NULL);
    gtk_label_set_wrap(GTK_LABEL(self->complaint), TRUE);
    gtk_label_set_max_width_chars(GTK_LABEL(self->complaint), 32);
    gtk_widget_add_css_class(self->complaint, "error");
    gtk_accessible_update_property(
        GTK_ACCESSIBLE(self->entry), GTK_ACCESSIBLE_PROPERTY_LABEL, "Value", -1);
    GtkWidget *box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 6);
    gtk_box_append(GTK_BOX(box), self->entry);
    gtk_box_append(GTK_BOX(box), self->complaint);
    gtk_popover_set_child(GTK_POPOVER(self->popover), box);
    gtk_widget_set_parent(self->popover, GTK_WIDGET(self));
    g_signal_connect(self->entry, "activate", G_CALLBACK(on_entry_activate), self);
    g_signal_connect(self->popover, "closed", G_CALLBACK(on_popover_closed), self);
}

static gboolean begin_edit(MtsLabCanvas *self, const MtsLabPointer *pointer)
{
    GdkRectangle where;
    g_autofree char *text = NULL;
    if (!class_of(self)->edit || !class_of(self)->edit(self->model, pointer, &where, &text)) {
        return FALSE;
    }
    const double scale = scale_now(self);
    if (!self->popover) {
        make_popover(self);
    }
    const GdkRectangle place = {(int)(where.x * scale), (int)(where.y * scale),
        MAX(1, (int)(where.width * scale)), MAX(1, (int)(where.height * scale))};
    gtk_popover_set_pointing_to(GTK_POPOVER(self->popover), &place);
    gtk_editable_set_text(GTK_EDITABLE(self->entry), text);
    gtk_widget_set_visible(self->complaint, FALSE);
    gtk_popover_popup(GTK_POPOVER(self->popover));
    gtk_widget_grab_focus(self->entry);
    return TRUE;
}

/* ---- keys ------------------------------------------------------------------------------------ */

static gboolean on_history_key(MtsLabCanvas *self, guint keyval, GdkModifierType state)
{
    if (!(state & GDK_CONTROL_MASK)) {
        return FALSE;
    }
    const gboolean shift = (state & GDK_SHIFT_MASK) != 0;
    if (keyval == GDK_KEY_y || ((keyval == GDK_KEY_z || keyval == GDK_KEY_Z) && shift)) {
        mts_lab_model_redo(self->model);
        return TRUE;
    }
    if (keyval == GDK_KEY_z) {
        mts_lab_model_undo(self->model);
        return TRUE;
    }
    return FALSE;
}

static gboolean on_key(GtkEventControllerKey *controller, guint keyval, guint code,
    GdkModifierType state, MtsLabCanvas *self)
{
    if (keyval == GDK_KEY_Escape && self->dragging) {
        end_drag(self, TRUE);
        return GDK_EVENT_STOP;
    }
    const gboolean enter = keyval == GDK_KEY_Return || keyval == GDK_KEY_KP_Enter;
    if ((enter && begin_edit(self, NULL)) || on_history_key(self, keyval, state)) {
        return GDK_EVENT_STOP;
    }
    return class_of(self)->key && class_of(self)->key(self->model, keyval, state, TRUE);
}

static void on_key_released(GtkEventControllerKey *controller, guint keyval, guint code,
    GdkModifierType state, MtsLabCanvas *self)
{
    if (class_of(self)->key) {
        class_of(self)->key(self->model, keyval, state, FALSE);
    }
}

/* ---- widget ---------------------------------------------------------------------------------- */

static void mts_lab_canvas_size_allocate(GtkWidget *widget, int width, int height, int baseline)
{
    MtsLabCanvas *self = MTS_LAB_CANVAS(widget);
    if (self->popover) {
        gtk_popover_present(GTK_POPOVER(self->popover));
    }
}

static void mts_lab_canvas_dispose(GObject *object)
{
    MtsLabCanvas *self = MTS_LAB_CANVAS(object);
    g_clear_pointer(&self->popover, gtk_widget_unparent);
    stop_ticking(self);
    if (self->model) {
        g_signal_handlers_disconnect_by_data(self->model, self);
    }
    g_clear_object(&self->model);
    g_clear_pointer(&self->texts, mts_lab_texts_free);
    g_clear_pointer(&self->said, g_free);
    G_OBJECT_CLASS(mts_lab_canvas_parent_class)->dispose(object);
}

static void mts_lab_canvas_class_init(MtsLabCanvasClass *class)
{
    GtkWidgetClass *widget = GTK_WIDGET_CLASS(class);
    G_OBJECT_CLASS(class)->dispose = mts_lab_canvas_dispose;
    widget->measure = mts_lab_canvas_measure;
    widget->get_request_mode = mts_lab_canvas_get_request_mode;
    widget->snapshot = mts_lab_canvas_snapshot;
    widget->size_allocate = mts_lab_canvas_size_allocate;
    widget->css_changed = mts_lab_canvas_css_changed;
    widget->map = mts_lab_canvas_map;
    widget->unmap = mts_lab_canvas_unmap;
    gtk_widget_class_set_css_name(widget, "labcanvas");
    gtk_widget_class_set_accessible_role(widget, GTK_ACCESSIBLE_ROLE_IMG);
}

static void add_controllers(MtsLabCanvas *self)
{
    GtkWidget *widget = GTK_WIDGET(self);
    GtkEventController *motion = gtk_event_controller_motion_new();
    g_signal_connect(motion, "enter", G_CALLBACK(on_motion), self);
    g_signal_connect(motion, "motion", G_CALLBACK(on_motion), self);
    g_signal_connect(motion, "leave", G_CALLBACK(on_leave), self);
    gtk_widget_add_controller(widget, motion);
    GtkGesture *drag = gtk_gesture_drag_new();
    gtk_gesture_single_set_button(GTK_GESTURE_SINGLE(drag), 0);
    g_signal_connect(drag, "drag-begin", G_CALLBACK(on_drag_begin), self);
    g_signal_connect(drag, "drag-update", G_CALLBACK(on_drag_update), self);
    g_signal_connect(drag, "drag-end", G_CALLBACK(on_drag_end), self);
    g_signal_connect(drag, "cancel", G_CALLBACK(on_cancel), self);
    gtk_widget_add_controller(widget, GTK_EVENT_CONTROLLER(drag));
    GtkEventController *scroll =
        gtk_event_controller_scroll_new(GTK_EVENT_CONTROLLER_SCROLL_VERTICAL);
    g_signal_connect(scroll, "scroll", G_CALLBACK(on_scroll), self);
    gtk_widget_add_controller(widget, scroll);
    GtkEventController *key = gtk_event_controller_key_new();
    g_signal_connect(key, "key-pressed", G_CALLBACK(on_key), self);
    g_signal_connect(key, "key-released", G_CALLBACK(on_key_released), self);
    gtk_widget_add_controller(widget, key);
}

static void mts_lab_canvas_init(MtsLabCanvas *self)
{
    self->zoom = 1;
    add_controllers(self);
    g_signal_connect_object(adw_style_manager_get_default(), "notify",
        G_CALLBACK(gtk_widget_queue_draw), self, G_CONNECT_SWAPPED);
}

GtkWidget *mts_lab_canvas_new(MtsLabModel *model, MtsLabPart part)
{
    MtsLabCanvas *self = g_object_new(MTS_TYPE_LAB_CANVAS, NULL);
    self->model = g_object_ref(model);
    self->part = part;
    /* What the figures beside it say is said with the drawing itself. */
    gtk_widget_set_focusable(GTK_WIDGET(self), part == MTS_LAB_MAIN);
    g_signal_connect_swapped(model, "changed", G_CALLBACK(on_changed), self);
    g_signal_connect_swapped(model, "looks", G_CALLBACK(gtk_widget_queue_draw), self);
    g_signal_connect_swapped(model, "woken", G_CALLBACK(on_woken), self);
    gtk_accessible_update_property(GTK_ACCESSIBLE(self), GTK_ACCESSIBLE_PROPERTY_LABEL,
        mts_lab_model_get_kind(model)->title, -1);
    tell(self);
    return GTK_WIDGET(self);
}

MtsLabModel *mts_lab_canvas_get_model(MtsLabCanvas *self)
{
    return self->model;
}

void mts_lab_canvas_set_zoom(MtsLabCanvas *self, double zoom)
{
    self->zoom = zoom;
    drop_texts(self);
}
