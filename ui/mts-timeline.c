/* The widget itself: its life, its rows, scrolling, and what the page sets and reads. */
#include "mts-timeline-private.h"

#include <math.h>

enum {
    PROP_0,
    PROP_HADJUSTMENT,
    PROP_VADJUSTMENT,
    PROP_HSCROLL_POLICY,
    PROP_VSCROLL_POLICY,
};
enum { SELECTION_CHANGED, BRUSH_CHANGED, TOAST, SIGNALS };
static guint signals[SIGNALS];

G_DEFINE_FINAL_TYPE_WITH_CODE(
    MtsTimeline, mts_timeline, GTK_TYPE_WIDGET, G_IMPLEMENT_INTERFACE(GTK_TYPE_SCROLLABLE, NULL))

/* Rows of a network are few; a window that shows four of them is usable. */
#define LEAST_ROWS 2
#define LEAST_WIDTH (MTS_AXIS_GUTTER + MTS_AXIS_MARGIN + 160)

/* ---- layout --------------------------------------------------------------------------------- */

MtsLaneScale mts_timeline_scale(MtsTimeline *self)
{
    const double x0 = mts_time_axis_x(self->axis, 0);
    return (MtsLaneScale){x0, mts_time_axis_x(self->axis, 1) - x0};
}

double mts_timeline_offset(MtsTimeline *self)
{
    return self->vadjustment ? round(gtk_adjustment_get_value(self->vadjustment)) : 0;
}

void mts_timeline_redraw_lanes(MtsTimeline *self)
{
    g_clear_pointer(&self->lanes, gsk_render_node_unref);
    gtk_widget_queue_draw(GTK_WIDGET(self));
}

void mts_timeline_layout_lanes(MtsTimeline *self)
{
    const guint layers = mts_schedule_model_get_layers(self->model);
    g_strfreev(self->names);
    self->names = g_new0(char *, layers + 1);
    for (guint i = 0; i < layers; i++) {
        self->names[i] = g_strdup(mts_schedule_model_get_name(self->model, i));
    }
    mts_lane_layout_build(
        &self->layout, (const char *const *)self->names, layers, self->folded, self->opened);
    gtk_widget_queue_resize(GTK_WIDGET(self));
    mts_timeline_redraw_lanes(self);
}

void mts_timeline_set_folded(MtsTimeline *self, guint layer, gboolean folded)
{
    guint first;
    const guint layers = mts_schedule_model_get_layers(self->model);
    const guint members = mts_lane_family((const char *const *)self->names, layers, layer, &first);
    if (members < 2 || self->folded[first] == folded) {
        return;
    }
    self->folded[first] = folded;
    mts_timeline_layout_lanes(self);
    mts_timeline_update_accessible(self);
}

void mts_timeline_set_opened(MtsTimeline *self, guint layer, EngRole role, gboolean opened)
{
    if (self->opened[layer * 3 + role] == opened) {
        return;
    }
    self->opened[layer * 3 + role] = opened;
    mts_timeline_layout_lanes(self);
    if (self->focus_layer == layer && mts_track_role(self->focus_track) == role) {
        const int box = mts_lane_layout_find(&self->layout, layer, role);
        mts_timeline_focus(self, box, self->focus_step);
    }
    mts_timeline_update_accessible(self);
}

static void configure_adjustments(MtsTimeline *self, int width, int height)
{
    if (self->hadjustment) {
        gtk_adjustment_configure(self->hadjustment, 0, 0, width, width, width, width);
    }
    if (self->vadjustment) {
        const double upper = MAX(self->layout.height, height);
        const double value = gtk_adjustment_get_value(self->vadjustment);
        gtk_adjustment_configure(self->vadjustment, CLAMP(value, 0, upper - height), 0, upper,
            MTS_LANE_HEIGHT + MTS_LANE_GAP, height * 0.9, height);
    }
}

static void mts_timeline_measure(GtkWidget *widget, GtkOrientation orientation, int for_size,
    int *minimum, int *natural, int *minimum_baseline, int *natural_baseline)
{
    MtsTimeline *self = MTS_TIMELINE(widget);
    if (orientation == GTK_ORIENTATION_HORIZONTAL) {
        *minimum = *natural = LEAST_WIDTH;
        return;
    }
    const guint rows = MIN(self->layout.row_count, LEAST_ROWS);
    *minimum = rows == 0 ? 1 : self->layout.rows[rows - 1].y + self->layout.rows[rows - 1].height;
    *natural = MAX(self->layout.height, *minimum);
}

static void mts_timeline_size_allocate(GtkWidget *widget, int width, int height, int baseline)
{
    MtsTimeline *self = MTS_TIMELINE(widget);
    mts_time_axis_set_width(self->axis, width);
    configure_adjustments(self, width, height);
    mts_timeline_redraw_lanes(self);
}

void mts_timeline_scroll_to_box(MtsTimeline *self, int box)
{
    if (!self->vadjustment || box < 0) {
        return;
    }
    const MtsLaneRow *row = &self->layout.rows[self->layout.boxes[box].row];
    gtk_adjustment_clamp_page(self->vadjustment, row->y, row->y + row->height);
}

/* ---- what others tell ----------------------------------------------------------------------- */

static void on_view_changed(MtsTimeline *self)
{
    mts_timeline_redraw_lanes(self);
    mts_timeline_update_hover(self);
}

/* The past's shade and mosaic follow the playhead; a crosshair needs no lanes. */
static void on_cursor_changed(MtsTimeline *self)
{
    const double playhead = mts_time_axis_get_playhead(self->axis);
    if (self->drawn_playhead != playhead) {
        self->drawn_playhead = playhead;
        mts_timeline_redraw_lanes(self);
    }
    gtk_widget_queue_draw(GTK_WIDGET(self));
}

static void on_model_changed(MtsTimeline *self)
{
    mts_timeline_redraw_lanes(self);
    mts_timeline_refresh_selection(self);
    mts_timeline_update_hover(self);
}

static void on_model_reset(MtsTimeline *self)
{
    const guint layers = mts_schedule_model_get_layers(self->model);
    const gboolean dragging = self->drag.mode != MTS_DRAG_NONE;
    /* The model has ended its groups by itself, and the lanes of the drag are gone. */
    self->drag.mode = MTS_DRAG_NONE;
    g_free(self->folded);
    g_free(self->opened);
    self->folded = g_new0(gboolean, layers + 1);
    self->opened = g_new0(gboolean, layers * 3 + 1);
    mts_timeline_clear_choices(self);
    g_free(self->choices);
    self->choices = g_new0(MtsLaneChoices, layers * 3 + 1);
    self->choice_lanes = layers * 3;
    g_array_set_size(self->picked, 0);
    self->has_anchor = FALSE;
    self->focus_layer = 0;
    self->focus_track = ENG_ROLE_W;
    self->focus_step = 0;
    self->hover.box = -1;
    g_clear_pointer(&self->flashed, g_free);
    self->flashed_count = 0;
    mts_timeline_layout_lanes(self);
    mts_timeline_hide_guide(self);
    mts_timeline_update_hover(self);
    mts_timeline_selection_changed(self);
    if (dragging) {
        gtk_gesture_set_state(self->press, GTK_EVENT_SEQUENCE_DENIED);
    }
}

static void on_style_changed(MtsTimeline *self)
{
    g_hash_table_remove_all(self->texts);
    mts_hatch_clear(&self->hatch);
    mts_timeline_redraw_lanes(self);
}

/* ---- notices and motion --------------------------------------------------------------------- */

void mts_timeline_toast(MtsTimeline *self, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_signal_emit(self, signals[TOAST], 0, text);
}

void mts_timeline_selection_changed(MtsTimeline *self)
{
    mts_timeline_redraw_lanes(self);
    mts_timeline_update_accessible(self);
    g_signal_emit(self, signals[SELECTION_CHANGED], 0);
}

static void on_shake(double t, MtsTimeline *self)
{
    /* Three swings that die away. */
    self->shake_x = 4 * sin(t * 6 * G_PI) * (1 - t);
    gtk_widget_queue_draw(GTK_WIDGET(self));
}

static void on_flash(double t, MtsTimeline *self)
{
    self->flash_level = 1 - t;
    gtk_widget_queue_draw(GTK_WIDGET(self));
}

static void on_slide(double t, MtsTimeline *self)
{
    self->slide_left = self->slide_start * (1 - t);
    mts_timeline_redraw_lanes(self);
}

static AdwAnimation *make_animation(
    MtsTimeline *self, guint milliseconds, AdwAnimationTargetFunc step)
{
    AdwAnimationTarget *target = adw_callback_animation_target_new(step, self, NULL);
    AdwAnimation *made = adw_timed_animation_new(GTK_WIDGET(self), 0, 1, milliseconds, target);
    adw_timed_animation_set_easing(ADW_TIMED_ANIMATION(made), ADW_EASE_OUT_CUBIC);
    return made;
}

static void play(AdwAnimation *animation)
{
    adw_animation_reset(animation);
    adw_animation_play(animation);
}

void mts_timeline_shake(MtsTimeline *self)
{
    play(self->shake);
}

void mts_timeline_flash(MtsTimeline *self)
{
    guint count;
    const MtsLaneChange *changes = mts_schedule_model_get_changes(self->model, &count);
    g_free(self->flashed);
    self->flashed = g_memdup2(changes, count * sizeof *changes);
    self->flashed_count = count;
    play(self->flash);
}

void mts_timeline_slide(MtsTimeline *self, double steps)
{
    self->slide_start = steps;
    play(self->slide);
}

/* ---- scrolling ------------------------------------------------------------------------------ */

static void on_scrolled(MtsTimeline *self)
{
    mts_timeline_redraw_lanes(self);
    mts_timeline_update_hover(self);
}

static void set_adjustment(MtsTimeline *self, GtkAdjustment **slot, GtkAdjustment *adjustment)
{
    if (*slot) {
        g_signal_handlers_disconnect_by_func(*slot, on_scrolled, self);
        g_clear_object(slot);
    }
    if (adjustment) {
        *slot = g_object_ref_sink(adjustment);
        g_signal_connect_object(
            adjustment, "value-changed", G_CALLBACK(on_scrolled), self, G_CONNECT_SWAPPED);
    }
    gtk_widget_queue_allocate(GTK_WIDGET(self));
}

static void mts_timeline_set_property(
    GObject *object, guint property, const GValue *value, GParamSpec *spec)
{
    MtsTimeline *self = MTS_TIMELINE(object);
    switch (property) {
    case PROP_HADJUSTMENT:
        set_adjustment(self, &self->hadjustment, g_value_get_object(value));
        break;
    case PROP_VADJUSTMENT:
        set_adjustment(self, &self->vadjustment, g_value_get_object(value));
        break;
    case PROP_HSCROLL_POLICY:
        self->hscroll_policy = g_value_get_enum(value) & 1;
        gtk_widget_queue_resize(GTK_WIDGET(self));
        break;
    case PROP_VSCROLL_POLICY:
        self->vscroll_policy = g_value_get_enum(value) & 1;
        gtk_widget_queue_resize(GTK_WIDGET(self));
        break;
    default:
        G_OBJECT_WARN_INVALID_PROPERTY_ID(object, property, spec);
    }
}

static void mts_timeline_get_property(
    GObject *object, guint property, GValue *value, GParamSpec *spec)
{
    MtsTimeline *self = MTS_TIMELINE(object);
    switch (property) {
    case PROP_HADJUSTMENT:
        g_value_set_object(value, self->hadjustment);
        break;
    case PROP_VADJUSTMENT:
        g_value_set_object(value, self->vadjustment);
        break;
    case PROP_HSCROLL_POLICY:
        g_value_set_enum(value, (int)self->hscroll_policy);
        break;
    case PROP_VSCROLL_POLICY:
        g_value_set_enum(value, (int)self->vscroll_policy);
        break;
    default:
        G_OBJECT_WARN_INVALID_PROPERTY_ID(object, property, spec);
    }
}

/* ---- life ----------------------------------------------------------------------------------- */

static void mts_timeline_dispose(GObject *object)
{
    MtsTimeline *self = MTS_TIMELINE(object);
    if (self->model) {
        mts_timeline_cancel_drag(self);
        mts_timeline_clear_choices(self);
    }
    g_clear_pointer(&self->lanes, gsk_render_node_unref);
    g_clear_object(&self->shake);
    g_clear_object(&self->flash);
    g_clear_object(&self->slide);
    mts_hatch_clear(&self->hatch);
    g_clear_object(&self->hadjustment);
    g_clear_object(&self->vadjustment);
    g_clear_object(&self->model);
    g_clear_object(&self->axis);
    G_OBJECT_CLASS(mts_timeline_parent_class)->dispose(object);
}

static void mts_timeline_finalize(GObject *object)
{
    MtsTimeline *self = MTS_TIMELINE(object);
    g_strfreev(self->names);
    mts_lane_layout_clear(&self->layout);
    g_free(self->folded);
    g_free(self->opened);
    g_free(self->choices);
    g_free(self->flashed);
    g_array_unref(self->picked);
    g_array_unref(self->clipboard);
    g_array_unref(self->drag.kept);
    g_hash_table_unref(self->texts);
    G_OBJECT_CLASS(mts_timeline_parent_class)->finalize(object);
}

static void mts_timeline_css_changed(GtkWidget *widget, GtkCssStyleChange *change)
{
    GTK_WIDGET_CLASS(mts_timeline_parent_class)->css_changed(widget, change);
    on_style_changed(MTS_TIMELINE(widget));
}

static void mts_timeline_class_init(MtsTimelineClass *class)
{
    GObjectClass *object = G_OBJECT_CLASS(class);
    GtkWidgetClass *widget = GTK_WIDGET_CLASS(class);
    object->dispose = mts_timeline_dispose;
    object->finalize = mts_timeline_finalize;
    object->set_property = mts_timeline_set_property;
    object->get_property = mts_timeline_get_property;
    widget->measure = mts_timeline_measure;
    widget->size_allocate = mts_timeline_size_allocate;
    widget->snapshot = mts_timeline_snapshot;
    widget->query_tooltip = mts_timeline_query_tooltip;
    widget->css_changed = mts_timeline_css_changed;
    g_object_class_override_property(object, PROP_HADJUSTMENT, "hadjustment");
    g_object_class_override_property(object, PROP_VADJUSTMENT, "vadjustment");
    g_object_class_override_property(object, PROP_HSCROLL_POLICY, "hscroll-policy");
    g_object_class_override_property(object, PROP_VSCROLL_POLICY, "vscroll-policy");
    signals[SELECTION_CHANGED] = g_signal_new("selection-changed", MTS_TYPE_TIMELINE,
        G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
    signals[BRUSH_CHANGED] = g_signal_new(
        "brush-changed", MTS_TYPE_TIMELINE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
    signals[TOAST] = g_signal_new("toast", MTS_TYPE_TIMELINE, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
        NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
    gtk_widget_class_set_css_name(widget, "timeline");
    gtk_widget_class_set_accessible_role(widget, GTK_ACCESSIBLE_ROLE_GRID);
}

static void mts_timeline_init(MtsTimeline *self)
{
    self->paint = eng_format_bfp(4);
    self->adaptive = eng_precision_adaptive(eng_format_bfp(2), eng_format_bfp(4));
    self->snap = TRUE;
    self->hover.box = -1;
    self->drawn_playhead = -1;
    self->picked = g_array_new(FALSE, FALSE, sizeof(MtsPicked));
    self->clipboard = g_array_new(FALSE, FALSE, sizeof(MtsClip));
    self->drag.kept = g_array_new(FALSE, FALSE, sizeof(MtsPicked));
    self->texts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_object_unref);
    self->shake = make_animation(self, 300, (AdwAnimationTargetFunc)on_shake);
    self->flash = make_animation(self, 600, (AdwAnimationTargetFunc)on_flash);
    self->slide = make_animation(self, 90, (AdwAnimationTargetFunc)on_slide);
    gtk_widget_set_focusable(GTK_WIDGET(self), TRUE);
    gtk_widget_set_has_tooltip(GTK_WIDGET(self), TRUE);
    gtk_widget_set_overflow(GTK_WIDGET(self), GTK_OVERFLOW_HIDDEN);
    gtk_accessible_update_property(
        GTK_ACCESSIBLE(self), GTK_ACCESSIBLE_PROPERTY_LABEL, "Precision schedule", -1);
    mts_timeline_add_pointer(self);
    mts_timeline_add_drag(self);
    mts_timeline_add_keys(self);
}

GtkWidget *mts_timeline_new(MtsScheduleModel *model, MtsTimeAxis *axis)
{
    MtsTimeline *self = g_object_new(MTS_TYPE_TIMELINE, NULL);
    self->model = g_object_ref(model);
    self->axis = g_object_ref(axis);
    g_signal_connect_object(
        model, "changed", G_CALLBACK(on_model_changed), self, G_CONNECT_SWAPPED);
    g_signal_connect_object(model, "reset", G_CALLBACK(on_model_reset), self, G_CONNECT_SWAPPED);
    g_signal_connect_object(
        axis, "view-changed", G_CALLBACK(on_view_changed), self, G_CONNECT_SWAPPED);
    g_signal_connect_object(
        axis, "cursor-changed", G_CALLBACK(on_cursor_changed), self, G_CONNECT_SWAPPED);
    g_signal_connect_object(adw_style_manager_get_default(), "notify", G_CALLBACK(on_style_changed),
        self, G_CONNECT_SWAPPED);
    on_model_reset(self);
    return GTK_WIDGET(self);
}

/* ---- what the page sets and reads ----------------------------------------------------------- */

MtsScheduleModel *mts_timeline_get_model(MtsTimeline *self)
{
    return self->model;
}

MtsTimeAxis *mts_timeline_get_axis(MtsTimeline *self)
{
    return self->axis;
}

static void brush_changed(MtsTimeline *self)
{
    mts_timeline_update_hover(self);
    gtk_widget_queue_draw(GTK_WIDGET(self));
    g_signal_emit(self, signals[BRUSH_CHANGED], 0);
}

void mts_timeline_set_tool(MtsTimeline *self, MtsTool tool)
{
    if (tool == self->tool) {
        return;
    }
    mts_timeline_cancel_drag(self);
    self->tool = tool;
    brush_changed(self);
}

MtsTool mts_timeline_get_tool(MtsTimeline *self)
{
    return self->tool;
}

void mts_timeline_set_paint(MtsTimeline *self, const EngFormat *format)
{
    if (!eng_format_equal(&self->paint, format)) {
        self->paint = *format;
        brush_changed(self);
    }
}

const EngFormat *mts_timeline_get_paint(MtsTimeline *self)
{
    return &self->paint;
}

void mts_timeline_set_adaptive(MtsTimeline *self, const EngPrecision *precision)
{
    g_return_if_fail(precision->adaptive && eng_precision_check(precision, NULL) == ENG_OK);
    if (!eng_precision_equal(&self->adaptive, precision)) {
        self->adaptive = *precision;
        brush_changed(self);
    }
}

const EngPrecision *mts_timeline_get_adaptive(MtsTimeline *self)
{
    return &self->adaptive;
}

void mts_timeline_choose(MtsTimeline *self, const EngPrecision *precision)
{
    if (precision->adaptive) {
        mts_timeline_set_adaptive(self, precision);
    } else {
        mts_timeline_set_paint(self, &precision->format);
    }
    if (self->tool == MTS_TOOL_PAINT || self->tool == MTS_TOOL_ADAPTIVE) {
        mts_timeline_set_tool(self, precision->adaptive ? MTS_TOOL_ADAPTIVE : MTS_TOOL_PAINT);
    } else if (self->tool == MTS_TOOL_SELECT && self->picked->len > 0) {
        mts_timeline_set_format_of_picked(self, precision);
    }
}

void mts_timeline_set_snap(MtsTimeline *self, gboolean snap)
{
    if (!snap != !self->snap) {
        self->snap = !!snap;
        brush_changed(self);
    }
}

gboolean mts_timeline_get_snap(MtsTimeline *self)
{
    return self->snap;
}

void mts_timeline_add_choice(
    MtsTimeline *self, guint layer, EngRole role, guint32 step, gboolean high)
{
    g_return_if_fail((guint)role < 3 && layer * 3 + role < self->choice_lanes);
    mts_lane_choices_add(&self->choices[layer * 3 + role], step, high);
    /* A choice shows once the playhead has passed it, and that draws the lanes anew. */
}

void mts_timeline_clear_choices(MtsTimeline *self)
{
    for (guint i = 0; i < self->choice_lanes; i++) {
        mts_lane_choices_clear(&self->choices[i]);
    }
    mts_timeline_redraw_lanes(self);
}

double mts_timeline_get_high_share(MtsTimeline *self, double otherwise)
{
    const guint32 until = (guint32)mts_time_axis_get_playhead(self->axis);
    guint64 high = 0, all = 0;
    for (guint i = 0; i < self->choice_lanes; i++) {
        const guint32 first = mts_lane_choices_first(&self->choices[i]);
        if (first >= until) {
            continue;
        }
        /* Only steps of adaptive segments were chosen for. */
        guint count;
        const EngSpan *spans = mts_schedule_model_get_spans(self->model, i / 3, i % 3, &count);
        for (guint k = 0; k < count; k++) {
            const guint32 from = MAX(spans[k].from, first), to = MIN(spans[k].to, until);
            if (spans[k].precision.adaptive && from < to) {
                high += mts_lane_choices_high(&self->choices[i], from, to);
                all += to - from;
            }
        }
    }
    return all > 0 ? (double)high / (double)all : otherwise;
}

void mts_timeline_set_share_func(MtsTimeline *self, MtsShareFunc func, gpointer data)
{
    self->share = func;
    self->share_data = data;
}
