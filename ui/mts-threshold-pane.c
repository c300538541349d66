#include "mts-threshold-pane.h"

#include "mts-inspector-row.h"
#include "mts-scale-edit.h"
#include "mts-text.h"
#include "mts-threshold-plot.h"
#include <math.h>

/* Dots kept of a lane; a plot of two hundred pixels shows no more. When they are full every second
 * one goes, and further ones come half as often. */
#define KEPT 512

typedef struct Ratios {
    MtsRatio *kept; /* NULL: none */
    guint count;
    guint32 apart; /* steps between kept ones, at least */
} Ratios;

struct _MtsThresholdPane {
    GtkWidget parent;
    MtsTimeline *timeline;
    MtsSegmentPane *segment;
    GtkWidget *column, *alpha, *alpha_value, *beta, *beta_value, *interval, *plot;
    char **names;
    Ratios *ratios; /* [lanes] */
    guint lanes;
    guint tick;
    gboolean showing;
};

G_DEFINE_FINAL_TYPE(MtsThresholdPane, mts_threshold_pane, GTK_TYPE_WIDGET)

/* ---- ratios --------------------------------------------------------------------------------- */

static void thin_out(Ratios *ratios)
{
    guint kept = 0;
    for (guint i = 0; i < ratios->count; i += 2) {
        ratios->kept[kept++] = ratios->kept[i];
    }
    const guint32 first = ratios->kept[0].step, last = ratios->kept[kept - 1].step;
    ratios->count = kept;
    ratios->apart = MAX((last - first) / kept, 1);
}

static void ratios_add(Ratios *ratios, guint32 step, double ratio)
{
    if (!ratios->kept) {
        ratios->kept = g_new(MtsRatio, KEPT);
    }
    while (ratios->count > 0 && ratios->kept[ratios->count - 1].step >= step) {
        ratios->count--;
    }
    if (ratios->count > 0 && step - ratios->kept[ratios->count - 1].step < ratios->apart) {
        return;
    }
    if (ratios->count == KEPT) {
        thin_out(ratios);
    }
    ratios->kept[ratios->count++] = (MtsRatio){step, (float)ratio};
}

void mts_threshold_pane_clear(MtsThresholdPane *self)
{
    for (guint i = 0; i < self->lanes; i++) {
        g_free(self->ratios[i].kept);
        self->ratios[i] = (Ratios){0};
    }
}

/* ---- showing -------------------------------------------------------------------------------- */

/* The adaptive segment the pane speaks of: the focused one, else the lane's first. */
static gboolean find_adaptive(MtsThresholdPane *self, MtsSegment *segment, EngSpan *span)
{
    if (!mts_timeline_get_focused(self->timeline, segment)) {
        return FALSE;
    }
    guint count;
    const EngSpan *spans = mts_schedule_model_get_spans(
        mts_timeline_get_model(self->timeline), segment->layer, segment->track, &count);
    for (guint i = 0; i <= count; i++) {
        const guint at = i == 0 ? segment->span : i - 1;
        if (spans[at].precision.adaptive) {
            segment->span = at;
            *span = spans[at];
            return TRUE;
        }
    }
    return FALSE;
}

static void show_number(GtkWidget *scale, GtkWidget *label, double value)
{
    g_autofree char *text = mts_text_fixed(value, 2);
    gtk_range_set_value(GTK_RANGE(scale), value);
    gtk_label_set_text(GTK_LABEL(label), text);
}

static void show_plot(MtsThresholdPane *self, const MtsSegment *segment, const EngSpan *span)
{
    MtsScheduleModel *model = mts_timeline_get_model(self->timeline);
    const EngRole role = mts_track_role(segment->track);
    const Ratios *ratios = &self->ratios[segment->layer * 3 + (guint)role];
    const MtsThresholdShow show = {.rule = span->precision,
        .clock = mts_schedule_model_get_clock(model),
        .playhead = mts_time_axis_get_playhead(mts_timeline_get_axis(self->timeline)),
        .layer = segment->layer,
        .layers = mts_schedule_model_get_layers(model),
        .role = role,
        .names = (const char *const *)self->names,
        .ratios = ratios->kept,
        .ratio_count = ratios->count};
    mts_threshold_plot_show(MTS_THRESHOLD_PLOT(self->plot), &show);
}

static void show(MtsThresholdPane *self)
{
    MtsSegment segment;
    EngSpan span;
    const gboolean any = find_adaptive(self, &segment, &span);
    gtk_widget_set_visible(self->column, any);
    if (!any) {
        return;
    }
    MtsSegment focused;
    mts_timeline_get_focused(self->timeline, &focused);
    self->showing = TRUE;
    show_number(self->alpha, self->alpha_value, span.precision.alpha);
    show_number(self->beta, self->beta_value, span.precision.beta);
    gtk_spin_button_set_value(GTK_SPIN_BUTTON(self->interval), span.precision.interval);
    self->showing = FALSE;
    show_plot(self, &segment, &span);
}

static gboolean on_tick(GtkWidget *widget, GdkFrameClock *clock, gpointer data)
{
    MtsThresholdPane *self = MTS_THRESHOLD_PANE(widget);
    self->tick = 0;
    show(self);
    return G_SOURCE_REMOVE;
}

/* Many ratios and playhead moves make one picture. */
static void queue_show(MtsThresholdPane *self)
{
    if (self->tick == 0) {
        self->tick = gtk_widget_add_tick_callback(GTK_WIDGET(self), on_tick, NULL, NULL);
    }
}

void mts_threshold_pane_add(
    MtsThresholdPane *self, guint layer, EngRole role, guint32 step, double ratio)
{
    g_return_if_fail((guint)role < 3 && layer * 3 + role < self->lanes);
    if (isfinite(ratio)) {
        ratios_add(&self->ratios[layer * 3 + role], step, ratio);
        queue_show(self);
    }
}

/* ---- edits ---------------------------------------------------------------------------------- */

typedef struct Rule {
    double alpha, beta; /* NaN: stays */
    guint32 interval;   /* 0: stays */
} Rule;

static EngPrecision with_rule(const EngPrecision *now, gconstpointer data)
{
    const Rule *rule = data;
    EngPrecision next = *now;
    if (next.adaptive) {
        next.alpha = isnan(rule->alpha) ? next.alpha : rule->alpha;
        next.beta = isnan(rule->beta) ? next.beta : rule->beta;
        next.interval = rule->interval == 0 ? next.interval : rule->interval;
    }
    return next;
}

static void ask(MtsThresholdPane *self, Rule rule)
{
    MtsSegment segment, focused;
    EngSpan span;
    if (self->showing || !find_adaptive(self, &segment, &span)) {
        return;
    }
    mts_timeline_get_focused(self->timeline, &focused);
    /* The lane's adaptive segment is spoken of though another one is focused: go there first. */
    if (focused.span != segment.span) {
        mts_timeline_select(self->timeline, segment.layer, segment.track, segment.span);
    }
    mts_timeline_modify(
        self->timeline, mts_segment_pane_get_scope(self->segment), with_rule, &rule);
    const EngPrecision brush = with_rule(mts_timeline_get_adaptive(self->timeline), &rule);
    mts_timeline_set_adaptive(self->timeline, &brush);
}

/* To two decimals, as it is shown. */
static double slider_value(GtkWidget *scale)
{
    return round(gtk_range_get_value(GTK_RANGE(scale)) * 100) / 100;
}

static void on_alpha(MtsThresholdPane *self)
{
    ask(self, (Rule){slider_value(self->alpha), NAN, 0});
}

static void on_beta(MtsThresholdPane *self)
{
    ask(self, (Rule){NAN, slider_value(self->beta), 0});
}

static void on_interval(MtsThresholdPane *self)
{
    const int interval = gtk_spin_button_get_value_as_int(GTK_SPIN_BUTTON(self->interval));
    ask(self, (Rule){NAN, NAN, (guint32)interval});
}

/* ---- building ------------------------------------------------------------------------------- */

static void add_slider(MtsThresholdPane *self, GtkWidget *line, const char *sign, const char *name,
    double most, GtkWidget **scale, GtkWidget **value, GCallback changed)
{
    GtkWidget *label = gtk_label_new(sign);
    *scale = mts_scale_edit_new(mts_timeline_get_model(self->timeline), 0, most, .01);
    *value = gtk_label_new(NULL);
    gtk_widget_add_css_class(label, "inspector-sign");
    gtk_widget_add_css_class(*value, "inspector-value");
    gtk_label_set_width_chars(GTK_LABEL(*value), 4);
    gtk_label_set_xalign(GTK_LABEL(*value), 1);
    g_signal_connect_swapped(*scale, "value-changed", changed, self);
    gtk_accessible_update_property(GTK_ACCESSIBLE(*scale), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
    gtk_box_append(GTK_BOX(line), label);
    gtk_box_append(GTK_BOX(line), *scale);
    gtk_box_append(GTK_BOX(line), *value);
}

static void build(MtsThresholdPane *self)
{
    self->column = gtk_box_new(GTK_ORIENTATION_VERTICAL, 0);
    gtk_box_append(GTK_BOX(self->column),
        mts_inspector_title_new("Adaptive threshold", "ε = α − β·i/I − β·l/L"));
    GtkWidget *card = mts_inspector_card_new();
    GtkWidget *line = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 6);
    gtk_widget_add_css_class(line, "inspector-row");
    gtk_widget_add_css_class(line, "sliders");
    /* The engine takes up to 10; what the rule can use lies below 1 or a little above. */
    add_slider(
        self, line, "α", "Alpha", 1.5, &self->alpha, &self->alpha_value, G_CALLBACK(on_alpha));
    add_slider(self, line, "β", "Beta", 1, &self->beta, &self->beta_value, G_CALLBACK(on_beta));
    gtk_box_append(GTK_BOX(card), line);
    self->plot = mts_threshold_plot_new();
    gtk_widget_add_css_class(self->plot, "threshold-plot");
    gtk_box_append(GTK_BOX(card), self->plot);
    self->interval = mts_inspector_spin_new(1, 1000000);
    g_signal_connect_swapped(self->interval, "value-changed", G_CALLBACK(on_interval), self);
    gtk_box_append(GTK_BOX(card), mts_inspector_row_new("Iterations a choice", self->interval));
    gtk_box_append(GTK_BOX(self->column), card);
    gtk_widget_set_parent(self->column, GTK_WIDGET(self));
}

/* ---- life ----------------------------------------------------------------------------------- */

static void on_reset(MtsThresholdPane *self)
{
    MtsScheduleModel *model = mts_timeline_get_model(self->timeline);
    const guint layers = mts_schedule_model_get_layers(model);
    mts_threshold_pane_clear(self);
    g_free(self->ratios);
    g_strfreev(self->names);
    self->lanes = layers * 3;
    self->ratios = g_new0(Ratios, self->lanes + 1);
    self->names = g_new0(char *, layers + 1);
    for (guint i = 0; i < layers; i++) {
        self->names[i] = g_strdup(mts_schedule_model_get_name(model, i));
    }
    show(self);
}

static void mts_threshold_pane_dispose(GObject *object)
{
    MtsThresholdPane *self = MTS_THRESHOLD_PANE(object);
    if (self->tick != 0) {
        gtk_widget_remove_tick_callback(GTK_WIDGET(self), self->tick);
        self->tick = 0;
    }
    g_clear_pointer(&self->column, gtk_widget_unparent);
    g_clear_object(&self->timeline);
    G_OBJECT_CLASS(mts_threshold_pane_parent_class)->dispose(object);
}

static void mts_threshold_pane_finalize(GObject *object)
{
    MtsThresholdPane *self = MTS_THRESHOLD_PANE(object);
    mts_threshold_pane_clear(self);
    g_free(self->ratios);
    g_strfreev(self->names);
    G_OBJECT_CLASS(mts_threshold_pane_parent_class)->finalize(object);
}

static void mts_threshold_pane_class_init(MtsThresholdPaneClass *class)
{
    GtkWidgetClass *widget = GTK_WIDGET_CLASS(class);
    G_OBJECT_CLASS(class)->dispose = mts_threshold_pane_dispose;
    G_OBJECT_CLASS(class)->finalize = mts_threshold_pane_finalize;
    gtk_widget_class_set_layout_manager_type(widget, GTK_TYPE_BIN_LAYOUT);
    gtk_widget_class_set_accessible_role(widget, GTK_ACCESSIBLE_ROLE_GROUP);
}

static void mts_threshold_pane_init(MtsThresholdPane *self)
{
    gtk_accessible_update_property(
        GTK_ACCESSIBLE(self), GTK_ACCESSIBLE_PROPERTY_LABEL, "Adaptive threshold", -1);
}

GtkWidget *mts_threshold_pane_new(MtsTimeline *timeline, MtsSegmentPane *segment)
{
    MtsThresholdPane *self = g_object_new(MTS_TYPE_THRESHOLD_PANE, NULL);
    self->timeline = g_object_ref(timeline);
    self->segment = segment;
    build(self);
    const GConnectFlags swapped = G_CONNECT_SWAPPED;
    g_signal_connect_object(mts_timeline_get_model(timeline), "reset", G_CALLBACK(on_reset), self,
        swapped | G_CONNECT_AFTER);
    g_signal_connect_object(timeline, "selection-changed", G_CALLBACK(queue_show), self, swapped);
    g_signal_connect_object(
        mts_timeline_get_axis(timeline), "cursor-changed", G_CALLBACK(queue_show), self, swapped);
    on_reset(self);
    return GTK_WIDGET(self);
}
