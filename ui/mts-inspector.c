/* The panel puts segment, threshold and estimate below each other and keeps the estimate in step
 * with the schedule: once a frame at most, and only while it is seen. */
#include "mts-inspector.h"

#include "mts-estimate-card.h"
#include "mts-inspector-row.h"
#include "mts-lane-snap.h"
#include "mts-segment-pane.h"
#include "mts-threshold-pane.h"

/* What an adaptive segment is thought to use before the run has shown it: one step in two. */
#define HIGH_SHARE .5

struct _MtsInspector {
    GtkWidget parent;
    MtsTimeline *timeline;
    GtkWidget *column, *segment, *threshold, *estimate;
    const EngNetwork *net; /* borrowed; NULL: no experiment */
    guint64 batch;
    EngHardware hw;
    EngCost fp32;
    EngPlan *plan;       /* what the estimate was made of; NULL: none */
    guint64 plan_cycles; /* of it */
    double playhead;     /* of the estimate */
    gboolean edited;     /* the schedule changed since */
    guint tick;
};

G_DEFINE_FINAL_TYPE(MtsInspector, mts_inspector, GTK_TYPE_WIDGET)

/* ---- estimate ------------------------------------------------------------------------------- */

static char *peak_place(MtsInspector *self, const MtsEstimate *estimate)
{
    MtsScheduleModel *model = mts_timeline_get_model(self->timeline);
    const EngClock clock = mts_schedule_model_get_clock(model);
    char from[32], to[32];
    mts_lane_epoch_text(clock, estimate->peak_from, from);
    mts_lane_epoch_text(clock, estimate->peak_to, to);
    /* There is room for "fc2 · G, 10–12" and no more: whole epochs go without their ".0". */
    if (g_str_has_suffix(from, ".0") && g_str_has_suffix(to, ".0")) {
        from[strlen(from) - 2] = to[strlen(to) - 2] = '\0';
    }
    return g_strdup_printf("%s · %s, %s–%s",
        mts_schedule_model_get_name(model, estimate->peak_layer),
        eng_role_name(estimate->peak_role), from, to);
}

static double high_share(MtsInspector *self)
{
    return mts_timeline_get_high_share(self->timeline, HIGH_SHARE);
}

/* The network must be the model's: between loading the one and setting the other they differ. */
static gboolean fits(MtsInspector *self)
{
    MtsScheduleModel *model = mts_timeline_get_model(self->timeline);
    const guint layers = mts_schedule_model_get_layers(model);
    return self->net && layers > 0 && self->net->product_count == layers;
}

static void update(MtsInspector *self)
{
    g_clear_pointer(&self->plan, eng_plan_free);
    if (!fits(self)) {
        mts_estimate_card_show(MTS_ESTIMATE_CARD(self->estimate), NULL, NULL, FALSE);
        return;
    }
    MtsEstimate estimate;
    self->plan = mts_timeline_get_plan(self->timeline);
    mts_estimate_make(
        self->net, self->plan, self->batch, &self->hw, high_share(self), &self->fp32, &estimate);
    self->plan_cycles = estimate.cost.cycles;
    g_autofree char *place = peak_place(self, &estimate);
    mts_estimate_card_show(MTS_ESTIMATE_CARD(self->estimate), &estimate, place, self->edited);
    self->edited = FALSE;
}

static gboolean on_tick(GtkWidget *widget, GdkFrameClock *clock, gpointer data)
{
    MtsInspector *self = MTS_INSPECTOR(widget);
    self->tick = 0;
    update(self);
    return G_SOURCE_REMOVE;
}

static void queue_update(MtsInspector *self)
{
    if (self->tick == 0 && gtk_widget_get_mapped(GTK_WIDGET(self))) {
        self->tick = gtk_widget_add_tick_callback(GTK_WIDGET(self), on_tick, NULL, NULL);
    }
}

static void on_changed(MtsInspector *self)
{
    self->edited = TRUE;
    queue_update(self);
}

/* What adaptive segments took so far is what is expected of the rest of them. */
static void on_cursor_changed(MtsInspector *self)
{
    const double playhead = mts_time_axis_get_playhead(mts_timeline_get_axis(self->timeline));
    if (playhead != self->playhead) {
        self->playhead = playhead;
        queue_update(self);
    }
}

/* The next edit is measured against what this one led to. "committed" comes after "changed", so
 * the figures of this edit may still be due. */
static void on_committed(MtsInspector *self)
{
    if (self->tick != 0) {
        gtk_widget_remove_tick_callback(GTK_WIDGET(self), self->tick);
        self->tick = 0;
        update(self);
    }
    mts_estimate_card_settle(MTS_ESTIMATE_CARD(self->estimate));
}

static gboolean segment_share(const MtsSegment *segment, double *share, gpointer data)
{
    MtsInspector *self = data;
    if (!self->plan || !fits(self) || self->plan_cycles == 0) {
        return FALSE;
    }
    guint count;
    const EngSpan *spans = mts_schedule_model_get_spans(
        mts_timeline_get_model(self->timeline), segment->layer, segment->track, &count);
    const EngSpan span = spans[segment->span];
    const guint64 cycles = mts_estimate_role_cycles(self->net, self->plan, self->batch, &self->hw,
        high_share(self), segment->layer, mts_track_role(segment->track), span.from, span.to);
    *share = (double)cycles / (double)self->plan_cycles;
    return TRUE;
}

void mts_inspector_set_experiment(
    MtsInspector *self, const EngNetwork *net, guint64 batch, const EngHardware *hw)
{
    self->net = net;
    self->batch = batch;
    self->hw = *hw;
    if (fits(self)) {
        const EngFormat fp32 = eng_format_fp32();
        const EngClock clock = mts_schedule_model_get_clock(mts_timeline_get_model(self->timeline));
        self->fp32 = eng_constant_cost(net, &fp32, clock, batch, hw);
    }
    /* Figures of another experiment are nothing to compare with. */
    mts_estimate_card_show(MTS_ESTIMATE_CARD(self->estimate), NULL, NULL, FALSE);
    update(self);
}

void mts_inspector_add_ratio(
    MtsInspector *self, guint layer, EngRole role, guint32 step, double ratio)
{
    mts_threshold_pane_add(MTS_THRESHOLD_PANE(self->threshold), layer, role, step, ratio);
}

void mts_inspector_clear_ratios(MtsInspector *self)
{
    mts_threshold_pane_clear(MTS_THRESHOLD_PANE(self->threshold));
}

/* ---- life ----------------------------------------------------------------------------------- */

static void build(MtsInspector *self)
{
    self->column = gtk_box_new(GTK_ORIENTATION_VERTICAL, 0);
    gtk_widget_add_css_class(self->column, "inspector");
    self->segment = mts_segment_pane_new(self->timeline);
    self->threshold = mts_threshold_pane_new(self->timeline, MTS_SEGMENT_PANE(self->segment));
    self->estimate = mts_estimate_card_new();
    gtk_box_append(GTK_BOX(self->column), self->segment);
    gtk_box_append(GTK_BOX(self->column), self->threshold);
    gtk_box_append(GTK_BOX(self->column), mts_inspector_title_new("Estimate", "whole run"));
    gtk_box_append(GTK_BOX(self->column), self->estimate);
    gtk_widget_set_parent(self->column, GTK_WIDGET(self));
}

static void mts_inspector_map(GtkWidget *widget)
{
    GTK_WIDGET_CLASS(mts_inspector_parent_class)->map(widget);
    queue_update(MTS_INSPECTOR(widget));
}

static void mts_inspector_dispose(GObject *object)
{
    MtsInspector *self = MTS_INSPECTOR(object);
    if (self->tick != 0) {
        gtk_widget_remove_tick_callback(GTK_WIDGET(self), self->tick);
        self->tick = 0;
    }
    if (self->timeline) {
        mts_timeline_set_share_func(self->timeline, NULL, NULL);
    }
    g_clear_pointer(&self->column, gtk_widget_unparent);
    g_clear_pointer(&self->plan, eng_plan_free);
    g_clear_object(&self->timeline);
    G_OBJECT_CLASS(mts_inspector_parent_class)->dispose(object);
}

static void mts_inspector_class_init(MtsInspectorClass *class)
{
    GtkWidgetClass *widget = GTK_WIDGET_CLASS(class);
    G_OBJECT_CLASS(class)->dispose = mts_inspector_dispose;
    widget->map = mts_inspector_map;
    gtk_widget_class_set_layout_manager_type(widget, GTK_TYPE_BIN_LAYOUT);
    gtk_widget_class_set_css_name(widget, "inspector");
    gtk_widget_class_set_accessible_role(widget, GTK_ACCESSIBLE_ROLE_GROUP);
}

static void mts_inspector_init(MtsInspector *self)
{
    self->hw = eng_hardware_default();
    gtk_accessible_update_property(
        GTK_ACCESSIBLE(self), GTK_ACCESSIBLE_PROPERTY_LABEL, "Inspector", -1);
}

GtkWidget *mts_inspector_new(MtsTimeline *timeline)
{
    MtsInspector *self = g_object_new(MTS_TYPE_INSPECTOR, NULL);
    self->timeline = g_object_ref(timeline);
    build(self);
    MtsScheduleModel *model = mts_timeline_get_model(timeline);
    const GConnectFlags swapped = G_CONNECT_SWAPPED;
    g_signal_connect_object(model, "changed", G_CALLBACK(on_changed), self, swapped);
    g_signal_connect_object(mts_timeline_get_axis(timeline), "cursor-changed",
        G_CALLBACK(on_cursor_changed), self, swapped);
    g_signal_connect_object(model, "committed", G_CALLBACK(on_committed), self, swapped);
    mts_timeline_set_share_func(timeline, segment_share, self);
    return GTK_WIDGET(self);
}
