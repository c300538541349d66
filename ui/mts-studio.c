#include "mts-studio.h"

#include "mts-chart-save.h"
#include "mts-crosshair.h"
#include "mts-cycles.h"
#include "mts-timeline-bar.h"
#include "mts-timeline-ruler.h"
#include <adwaita.h>
#include <math.h>

/* From the specification. */
enum { INSPECTOR_WIDTH = 320, FOLD_BELOW = 1100 };

/* Lanes that stay in sight however low the window is: two layers. */
enum { LANES_LEAST = 112 };

/* Share of undecided adaptive steps that the estimate takes at the high format. */
#define HIGH_SHARE 0.5

enum { CHARTS = 3 };

struct _MtsStudio {
    GtkWidget parent;
    MtsTimeAxis *axis;
    MtsScheduleModel *model;
    GListStore *ghosts;
    MtsRunData *live;

    const EngNetwork *net; /* borrowed */
    EngHardware hw;
    guint64 batch;
    guint estimate_tick; /* the estimate follows once a frame */
    double estimate;
    int smoothing; /* of the training curves, percent */

    GtkWidget *library_flap, *inspector_flap;
    GtkWidget *library, *timeline, *inspector, *transport, *crosshair;
    MtsChart *charts[CHARTS];

    gboolean narrow, known_width;
    gboolean wide_library, wide_inspector; /* as chosen while there was room */
    guint fold_idle;
};

G_DEFINE_FINAL_TYPE(MtsStudio, mts_studio, GTK_TYPE_WIDGET)

enum { PROP_LIBRARY_SHOWN = 1, PROP_INSPECTOR_SHOWN, PROP_SMOOTHING, PROPS };
static GParamSpec *props[PROPS];

enum { TOAST, SIGNALS };
static guint signals[SIGNALS];

/* ---- estimate -------------------------------------------------------------------------------- */

static gboolean on_estimate_tick(GtkWidget *widget, GdkFrameClock *clock, gpointer data)
{
    MtsStudio *self = MTS_STUDIO(widget);
    self->estimate_tick = 0;
    if (!self->net) {
        return G_SOURCE_REMOVE;
    }
    EngPlan *plan = mts_timeline_get_plan(MTS_TIMELINE(self->timeline));
    if (plan) {
        const double share = mts_timeline_get_high_share(MTS_TIMELINE(self->timeline), HIGH_SHARE);
        self->estimate = mts_cycles_show_estimate(
            self->charts[MTS_CHART_CYCLES], self->net, plan, self->batch, &self->hw, share);
        eng_plan_free(plan);
    }
    return G_SOURCE_REMOVE;
}

static void queue_estimate(MtsStudio *self)
{
    if (self->estimate_tick == 0) {
        self->estimate_tick =
            gtk_widget_add_tick_callback(GTK_WIDGET(self), on_estimate_tick, NULL, NULL);
    }
}

/* ---- folding --------------------------------------------------------------------------------- */

static gboolean reveals(GtkWidget *flap)
{
    return adw_flap_get_reveal_flap(ADW_FLAP(flap));
}

static gboolean on_fold_idle(gpointer data)
{
    MtsStudio *self = data;
    const AdwFlapFoldPolicy policy =
        self->narrow ? ADW_FLAP_FOLD_POLICY_ALWAYS : ADW_FLAP_FOLD_POLICY_NEVER;
    adw_flap_set_fold_policy(ADW_FLAP(self->library_flap), policy);
    adw_flap_set_fold_policy(ADW_FLAP(self->inspector_flap), policy);
    /* A narrow window begins without its panels, a wide one with those that were chosen. */
    adw_flap_set_reveal_flap(ADW_FLAP(self->library_flap), !self->narrow && self->wide_library);
    adw_flap_set_reveal_flap(ADW_FLAP(self->inspector_flap), !self->narrow && self->wide_inspector);
    /* Only now: what was revealed up to here nobody chose. */
    self->fold_idle = 0;
    return G_SOURCE_REMOVE;
}

/* Folding changes what is being allocated, so it waits until that is over. */
static void fold(MtsStudio *self, int width)
{
    const gboolean narrow = width < FOLD_BELOW;
    if (narrow == self->narrow && self->known_width) {
        return;
    }
    self->narrow = narrow;
    self->known_width = TRUE;
    if (self->fold_idle == 0) {
        self->fold_idle = g_idle_add_full(G_PRIORITY_HIGH_IDLE, on_fold_idle, self, NULL);
    }
}

static void on_reveal(MtsStudio *self)
{
    if (!self->narrow && self->fold_idle == 0) {
        self->wide_library = reveals(self->library_flap);
        self->wide_inspector = reveals(self->inspector_flap);
    }
    g_object_notify_by_pspec(G_OBJECT(self), props[PROP_LIBRARY_SHOWN]);
    g_object_notify_by_pspec(G_OBJECT(self), props[PROP_INSPECTOR_SHOWN]);
}

void mts_studio_set_library_shown(MtsStudio *self, gboolean shown)
{
    adw_flap_set_reveal_flap(ADW_FLAP(self->library_flap), shown);
}

gboolean mts_studio_get_library_shown(MtsStudio *self)
{
    return reveals(self->library_flap);
}

void mts_studio_set_inspector_shown(MtsStudio *self, gboolean shown)
{
    adw_flap_set_reveal_flap(ADW_FLAP(self->inspector_flap), shown);
}

gboolean mts_studio_get_inspector_shown(MtsStudio *self)
{
    return reveals(self->inspector_flap);
}

void mts_studio_get_wide_panels(MtsStudio *self, gboolean *library, gboolean *inspector)
{
    *library = self->wide_library;
    *inspector = self->wide_inspector;
}

/* ---- smoothing ------------------------------------------------------------------------------- */

static void smooth_runs(MtsStudio *self)
{
    GListModel *ghosts = G_LIST_MODEL(self->ghosts);
    const double strength = self->smoothing / 100.0;
    if (self->live) {
        mts_run_data_set_smoothing(self->live, strength);
    }
    for (guint i = 0; i < g_list_model_get_n_items(ghosts); i++) {
        g_autoptr(MtsRunData) ghost = g_list_model_get_item(ghosts, i);
        mts_run_data_set_smoothing(ghost, strength);
    }
}

static void set_smoothing(MtsStudio *self, int percent)
{
    if (percent != self->smoothing) {
        self->smoothing = percent;
        smooth_runs(self);
        g_object_notify_by_pspec(G_OBJECT(self), props[PROP_SMOOTHING]);
    }
}

/* ---- pictures -------------------------------------------------------------------------------- */

static void toast(MtsStudio *self, const char *text)
{
    g_signal_emit(self, signals[TOAST], 0, text);
}

static void on_picture(GtkWidget *studio, const char *words)
{
    toast(MTS_STUDIO(studio), words);
}

static void on_copy_picture(GtkWidget *widget, const char *name, GVariant *parameter)
{
    mts_charts_copy(MTS_STUDIO(widget)->charts, CHARTS, widget, on_picture);
}

static void on_save_picture(GtkWidget *widget, const char *name, GVariant *parameter)
{
    mts_charts_save(MTS_STUDIO(widget)->charts, CHARTS, widget, on_picture);
}

/* ---- building -------------------------------------------------------------------------------- */

static void on_timeline_toast(MtsTimeline *timeline, const char *text, MtsStudio *self)
{
    toast(self, text);
}

/* Ruler, lanes and charts below each other, with the crosshair over all of them. */
static GtkWidget *axis_area_new(MtsStudio *self)
{
    GtkWidget *column = gtk_box_new(GTK_ORIENTATION_VERTICAL, 0);
    gtk_box_append(GTK_BOX(column), mts_timeline_ruler_new(self->axis));

    GtkWidget *lanes = gtk_scrolled_window_new();
    gtk_scrolled_window_set_policy(
        GTK_SCROLLED_WINDOW(lanes), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
    gtk_scrolled_window_set_propagate_natural_height(GTK_SCROLLED_WINDOW(lanes), TRUE);
    gtk_scrolled_window_set_min_content_height(GTK_SCROLLED_WINDOW(lanes), LANES_LEAST);
    gtk_scrolled_window_set_child(GTK_SCROLLED_WINDOW(lanes), self->timeline);
    gtk_box_append(GTK_BOX(column), lanes);

    GtkWidget *charts = gtk_box_new(GTK_ORIENTATION_VERTICAL, 0);
    gtk_widget_set_vexpand(charts, TRUE);
    self->crosshair = mts_crosshair_new(self->axis);
    for (guint i = 0; i < CHARTS; i++) {
        GtkWidget *chart = mts_chart_new((MtsChartKind)i, self->axis);
        self->charts[i] = MTS_CHART(chart);
        gtk_widget_set_vexpand(chart, TRUE);
        mts_chart_set_ghosts(self->charts[i], G_LIST_MODEL(self->ghosts));
        mts_crosshair_add_chart(MTS_CROSSHAIR(self->crosshair), self->charts[i]);
        gtk_box_append(GTK_BOX(charts), chart);
    }
    gtk_box_append(GTK_BOX(column), charts);

    GtkWidget *overlay = gtk_overlay_new();
    gtk_overlay_set_child(GTK_OVERLAY(overlay), column);
    gtk_overlay_add_overlay(GTK_OVERLAY(overlay), self->crosshair);
    gtk_widget_set_vexpand(overlay, TRUE);
    return overlay;
}

static GtkWidget *flap_new(GtkWidget *content, GtkWidget *panel, GtkPackType side)
{
    GtkWidget *flap = adw_flap_new();
    adw_flap_set_flap_position(ADW_FLAP(flap), side);
    adw_flap_set_fold_policy(ADW_FLAP(flap), ADW_FLAP_FOLD_POLICY_NEVER);
    /* Locked: it comes and goes when it is told to, not whenever it folds. */
    adw_flap_set_locked(ADW_FLAP(flap), TRUE);
    adw_flap_set_content(ADW_FLAP(flap), content);
    adw_flap_set_flap(ADW_FLAP(flap), panel);
    return flap;
}

/* As wide as the specification says, whatever its rows would like: the policy EXTERNAL keeps the
 * child's natural width from the panel. */
static GtkWidget *inspector_panel_new(MtsStudio *self)
{
    GtkWidget *scrolled = gtk_scrolled_window_new();
    gtk_scrolled_window_set_policy(
        GTK_SCROLLED_WINDOW(scrolled), GTK_POLICY_EXTERNAL, GTK_POLICY_AUTOMATIC);
    gtk_scrolled_window_set_min_content_width(GTK_SCROLLED_WINDOW(scrolled), INSPECTOR_WIDTH - 1);
    gtk_scrolled_window_set_child(GTK_SCROLLED_WINDOW(scrolled), self->inspector);
    gtk_widget_add_css_class(scrolled, "inspector-panel");
    return scrolled;
}

static GtkWidget *picture_button(const char *icon, const char *label, const char *action)
{
    GtkWidget *button = gtk_button_new_from_icon_name(icon);
    gtk_widget_add_css_class(button, "flat");
    gtk_widget_set_tooltip_text(button, label);
    gtk_actionable_set_action_name(GTK_ACTIONABLE(button), action);
    gtk_accessible_update_property(
        GTK_ACCESSIBLE(button), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
    return button;
}

static void build(MtsStudio *self)
{
    GtkWidget *widget = GTK_WIDGET(self);
    self->timeline = mts_timeline_new(self->model, self->axis);
    self->inspector = mts_inspector_new(MTS_TIMELINE(self->timeline));
    self->library = mts_library_new();

    GtkWidget *centre = gtk_box_new(GTK_ORIENTATION_VERTICAL, 0);
    gtk_widget_add_css_class(centre, "studio-centre");
    gtk_box_append(GTK_BOX(centre), mts_timeline_bar_new(MTS_TIMELINE(self->timeline)));
    gtk_box_append(GTK_BOX(centre), axis_area_new(self));

    self->inspector_flap = flap_new(centre, inspector_panel_new(self), GTK_PACK_END);
    self->library_flap = flap_new(self->inspector_flap, self->library, GTK_PACK_START);
    gtk_widget_set_vexpand(self->library_flap, TRUE);
    self->transport = mts_transport_new(self->axis);
    mts_transport_set_anchor(MTS_TRANSPORT(self->transport), self->crosshair);
    mts_transport_add_end(MTS_TRANSPORT(self->transport),
        picture_button("mts-picture-symbolic", "Copy the Charts", "studio.copy-picture"));
    mts_transport_add_end(MTS_TRANSPORT(self->transport),
        picture_button("mts-save-symbolic", "Save the Charts…", "studio.save-picture"));
    gtk_widget_set_parent(self->library_flap, widget);
    gtk_widget_set_parent(self->transport, widget);
}

static void connect(MtsStudio *self)
{
    g_signal_connect_swapped(
        self->library_flap, "notify::reveal-flap", G_CALLBACK(on_reveal), self);
    g_signal_connect_swapped(
        self->inspector_flap, "notify::reveal-flap", G_CALLBACK(on_reveal), self);
    g_signal_connect(self->timeline, "toast", G_CALLBACK(on_timeline_toast), self);
    g_signal_connect_object(
        self->model, "changed", G_CALLBACK(queue_estimate), self, G_CONNECT_SWAPPED);
    g_signal_connect_object(
        self->ghosts, "items-changed", G_CALLBACK(smooth_runs), self, G_CONNECT_SWAPPED);
}

/* ---- widget ---------------------------------------------------------------------------------- */

static void mts_studio_measure(GtkWidget *widget, GtkOrientation orientation, int for_size,
    int *minimum, int *natural, int *minimum_baseline, int *natural_baseline)
{
    MtsStudio *self = MTS_STUDIO(widget);
    int least[2], best[2];
    gtk_widget_measure(self->library_flap, orientation, -1, &least[0], &best[0], NULL, NULL);
    gtk_widget_measure(self->transport, orientation, -1, &least[1], &best[1], NULL, NULL);
    if (orientation == GTK_ORIENTATION_VERTICAL) {
        *minimum = least[0] + least[1];
        *natural = best[0] + best[1];
        return;
    }
    /* Panels that will fold must not keep the window wide. */
    int folded;
    gtk_widget_measure(adw_flap_get_content(ADW_FLAP(self->inspector_flap)), orientation, -1,
        &folded, NULL, NULL, NULL);
    *minimum = MAX(MIN(least[0], MAX(folded, INSPECTOR_WIDTH)), least[1]);
    *natural = MAX(best[0], best[1]);
}

static void mts_studio_size_allocate(GtkWidget *widget, int width, int height, int baseline)
{
    MtsStudio *self = MTS_STUDIO(widget);
    fold(self, width);
    int least, below;
    gtk_widget_measure(self->transport, GTK_ORIENTATION_VERTICAL, -1, &below, NULL, NULL, NULL);
    gtk_widget_measure(
        self->library_flap, GTK_ORIENTATION_HORIZONTAL, -1, &least, NULL, NULL, NULL);
    /* Until the panels have folded they may need more than there is: for that one frame they are
     * given it and are cut. */
    gtk_widget_allocate(self->library_flap, MAX(width, least), height - below, -1, NULL);
    gtk_widget_allocate(self->transport, width, below, -1,
        gsk_transform_translate(NULL, &GRAPHENE_POINT_INIT(0, (float)(height - below))));
}

static void mts_studio_dispose(GObject *object)
{
    MtsStudio *self = MTS_STUDIO(object);
    g_clear_handle_id(&self->fold_idle, g_source_remove);
    if (self->estimate_tick != 0) {
        gtk_widget_remove_tick_callback(GTK_WIDGET(self), self->estimate_tick);
        self->estimate_tick = 0;
    }
    if (self->library_flap) {
        g_signal_handlers_disconnect_by_data(self->library_flap, self);
        g_signal_handlers_disconnect_by_data(self->inspector_flap, self);
    }
    g_clear_pointer(&self->transport, gtk_widget_unparent);
    g_clear_pointer(&self->library_flap, gtk_widget_unparent);
    g_clear_object(&self->ghosts);
    g_clear_object(&self->live);
    g_clear_object(&self->model);
    g_clear_object(&self->axis);
    G_OBJECT_CLASS(mts_studio_parent_class)->dispose(object);
}

static void mts_studio_get_property(GObject *object, guint id, GValue *value, GParamSpec *spec)
{
    MtsStudio *self = MTS_STUDIO(object);
    switch (id) {
    case PROP_LIBRARY_SHOWN:
        g_value_set_boolean(value, mts_studio_get_library_shown(self));
        break;
    case PROP_INSPECTOR_SHOWN:
        g_value_set_boolean(value, mts_studio_get_inspector_shown(self));
        break;
    case PROP_SMOOTHING:
        g_value_set_int(value, self->smoothing);
        break;
    default:
        G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
    }
}

static void mts_studio_set_property(
    GObject *object, guint id, const GValue *value, GParamSpec *spec)
{
    MtsStudio *self = MTS_STUDIO(object);
    switch (id) {
    case PROP_LIBRARY_SHOWN:
        mts_studio_set_library_shown(self, g_value_get_boolean(value));
        break;
    case PROP_INSPECTOR_SHOWN:
        mts_studio_set_inspector_shown(self, g_value_get_boolean(value));
        break;
    case PROP_SMOOTHING:
        set_smoothing(self, g_value_get_int(value));
        break;
    default:
        G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
    }
}

static void mts_studio_class_init(MtsStudioClass *class)
{
    GObjectClass *object_class = G_OBJECT_CLASS(class);
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(class);
    object_class->dispose = mts_studio_dispose;
    object_class->get_property = mts_studio_get_property;
    object_class->set_property = mts_studio_set_property;
    widget_class->measure = mts_studio_measure;
    widget_class->size_allocate = mts_studio_size_allocate;
    const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;
    props[PROP_LIBRARY_SHOWN] = g_param_spec_boolean("library-shown", NULL, NULL, TRUE, flags);
    props[PROP_INSPECTOR_SHOWN] = g_param_spec_boolean("inspector-shown", NULL, NULL, TRUE, flags);
    props[PROP_SMOOTHING] = g_param_spec_int("smoothing", NULL, NULL, 0, 100, 35, flags);
    g_object_class_install_properties(object_class, PROPS, props);
    gtk_widget_class_install_property_action(widget_class, "studio.smoothing", "smoothing");
    signals[TOAST] = g_signal_new("toast", G_TYPE_FROM_CLASS(class), G_SIGNAL_RUN_LAST, 0, NULL,
        NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
    gtk_widget_class_install_action(widget_class, "studio.copy-picture", NULL, on_copy_picture);
    gtk_widget_class_install_action(widget_class, "studio.save-picture", NULL, on_save_picture);
    gtk_widget_class_set_css_name(widget_class, "studio");
    gtk_widget_class_set_accessible_role(widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
}

static void mts_studio_init(MtsStudio *self)
{
    self->axis = mts_time_axis_new();
    self->model = mts_schedule_model_new();
    self->ghosts = g_list_store_new(MTS_TYPE_RUN_DATA);
    self->hw = eng_hardware_default();
    self->batch = 1;
    self->estimate = NAN;
    self->smoothing = 35;
    self->wide_library = self->wide_inspector = TRUE;
    gtk_widget_set_overflow(GTK_WIDGET(self), GTK_OVERFLOW_HIDDEN);
    build(self);
    connect(self);
}

GtkWidget *mts_studio_new(void)
{
    return g_object_new(MTS_TYPE_STUDIO, NULL);
}

/* ---- parts and contents ---------------------------------------------------------------------- */

MtsTimeAxis *mts_studio_get_axis(MtsStudio *self)
{
    return self->axis;
}

MtsScheduleModel *mts_studio_get_model(MtsStudio *self)
{
    return self->model;
}

MtsTimeline *mts_studio_get_timeline(MtsStudio *self)
{
    return MTS_TIMELINE(self->timeline);
}

MtsInspector *mts_studio_get_inspector(MtsStudio *self)
{
    return MTS_INSPECTOR(self->inspector);
}

MtsLibrary *mts_studio_get_library(MtsStudio *self)
{
    return MTS_LIBRARY(self->library);
}

MtsTransport *mts_studio_get_transport(MtsStudio *self)
{
    return MTS_TRANSPORT(self->transport);
}

MtsChart *mts_studio_get_chart(MtsStudio *self, MtsChartKind kind)
{
    g_return_val_if_fail((guint)kind < CHARTS, NULL);
    return self->charts[kind];
}

static void load_model(MtsStudio *self, const EngNetwork *net, const EngPlan *plan)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    g_autoptr(GPtrArray) summaries = g_ptr_array_new_with_free_func(g_free);
    for (gsize i = 0; i < net->product_count; i++) {
        const EngOp *op = eng_network_product(net, i);
        char summary[48];
        g_ptr_array_add(names, (gpointer)op->name);
        g_ptr_array_add(summaries, g_strdup(eng_op_summary(op, summary)));
    }
    mts_schedule_model_load(self->model, plan, (const char *const *)names->pdata,
        (const char *const *)summaries->pdata);
}

void mts_studio_set_experiment(MtsStudio *self, const EngNetwork *net, const EngPlan *plan,
    guint64 batch, const EngHardware *hw)
{
    g_return_if_fail(plan->layers == net->product_count);
    self->net = net;
    self->hw = *hw;
    self->batch = batch;
    mts_timeline_clear_choices(MTS_TIMELINE(self->timeline));
    mts_inspector_clear_ratios(MTS_INSPECTOR(self->inspector));
    mts_inspector_set_experiment(MTS_INSPECTOR(self->inspector), NULL, batch, hw);
    mts_time_axis_set_clock(self->axis, plan->clock);
    load_model(self, net, plan);
    mts_studio_set_progress(self, 0);
    mts_inspector_set_experiment(MTS_INSPECTOR(self->inspector), net, batch, hw);
    mts_cycles_show_baselines(self->charts[MTS_CHART_CYCLES], net, plan->clock, batch, &self->hw);
    queue_estimate(self);
}

void mts_studio_set_live(MtsStudio *self, MtsRunData *run)
{
    g_set_object(&self->live, run);
    smooth_runs(self);
    for (guint i = 0; i < CHARTS; i++) {
        mts_chart_set_live(self->charts[i], run);
    }
}

MtsRunData *mts_studio_get_live(MtsStudio *self)
{
    return self->live;
}

GListStore *mts_studio_get_ghosts(MtsStudio *self)
{
    return self->ghosts;
}

guint mts_studio_free_slot(MtsStudio *self)
{
    GListModel *ghosts = G_LIST_MODEL(self->ghosts);
    const guint count = g_list_model_get_n_items(ghosts);
    for (guint slot = 1;; slot++) {
        gboolean taken = FALSE;
        for (guint i = 0; i < count; i++) {
            g_autoptr(MtsRunData) run = g_list_model_get_item(ghosts, i);
            taken = taken || mts_run_data_get_slot(run) == slot;
        }
        if (!taken) {
            return slot;
        }
    }
}

void mts_studio_set_progress(MtsStudio *self, guint32 steps)
{
    mts_schedule_model_set_lock(self->model, steps);
    mts_time_axis_set_playhead(self->axis, steps);
    if (steps >= mts_time_axis_get_clock(self->axis).steps) {
        queue_estimate(self); /* now it is known what adaptive parts took */
    }
}

double mts_studio_get_estimate(MtsStudio *self)
{
    return self->estimate;
}
