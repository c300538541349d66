/* The chart itself: what it shows, the scale in use, which lines stand back. Legend and plot are
 * its two children and ask it. */
#include "mts-chart-menu.h"
#include "mts-chart-private.h"

#include "mts-palette.h"
#include <adwaita.h>
#include <math.h>

/* Lines stand back this far while the pointer is at another's legend. */
#define BACK 0.3f

struct _MtsChart {
    GtkWidget parent;
    MtsChartKind kind;
    MtsTimeAxis *axis;
    MtsRunData *live;
    GListModel *ghosts;
    MtsSeries *fp32, *bf16, *estimate;
    gboolean logarithmic;

    GPtrArray *lines;   /* MtsChartLine */
    GPtrArray *watched; /* runs whose signals are connected */
    GHashTable *hidden; /* keys of lines the reader switched off */
    guint emphasis;
    MtsScale scale;
    gboolean scale_known, scale_kept;

    GtkWidget *legend, *plot, *menu;
    double readout, playhead; /* last seen */
    guint32 epoch;            /* steps, last seen */
};

G_DEFINE_FINAL_TYPE(MtsChart, mts_chart, GTK_TYPE_WIDGET)

enum { PROP_LOGARITHMIC = 1, PROPS };
static GParamSpec *props[PROPS];

enum { REDRAWN, SIGNALS };
static guint signals[SIGNALS];

static MtsChartContent content(MtsChart *self)
{
    return (MtsChartContent){
        .kind = self->kind,
        .live = self->live,
        .ghosts = self->ghosts,
        .fp32 = self->fp32,
        .bf16 = self->bf16,
        .estimate = self->estimate,
        .clock = mts_time_axis_get_clock(self->axis),
    };
}

static void redraw(MtsChart *self, double from)
{
    mts_chart_plot_refresh(MTS_CHART_PLOT(self->plot), from);
    mts_chart_legend_refresh(MTS_CHART_LEGEND(self->legend));
    g_signal_emit(self, signals[REDRAWN], 0);
}

/* Nothing of what is drawn can be kept. */
static void redraw_all(MtsChart *self)
{
    self->scale_known = self->scale_kept = FALSE;
    redraw(self, -INFINITY);
}

static void on_appended(MtsRunData *run, double step, MtsChart *self)
{
    double from = INFINITY;
    for (guint i = 0; i < self->lines->len; i++) {
        MtsChartLine *line = g_ptr_array_index(self->lines, i);
        if (line->run == run) {
            const double changed = step * line->source.stretch + line->source.shift;
            line->stale = MIN(line->stale, changed);
            from = MIN(from, changed);
        }
    }
    if (run == self->live && self->estimate) {
        const MtsChartContent now = content(self);
        mts_chart_lines_move(self->lines, &now);
    }
    self->scale_known = FALSE;
    redraw(self, from);
}

static void rebuild(MtsChart *self);

static void on_changed(MtsRunData *run, MtsChart *self)
{
    rebuild(self);
}

static void unwatch(MtsChart *self)
{
    for (guint i = 0; i < self->watched->len; i++) {
        g_signal_handlers_disconnect_by_data(g_ptr_array_index(self->watched, i), self);
    }
    g_ptr_array_set_size(self->watched, 0);
}

static void watch(MtsChart *self, MtsRunData *run)
{
    g_signal_connect(run, "appended", G_CALLBACK(on_appended), self);
    g_signal_connect(run, "changed", G_CALLBACK(on_changed), self);
    g_ptr_array_add(self->watched, g_object_ref(run));
}

static void rebuild(MtsChart *self)
{
    unwatch(self);
    const MtsChartContent now = content(self);
    g_clear_pointer(&self->lines, g_ptr_array_unref);
    self->lines = mts_chart_lines_new(&now);
    if (self->live) {
        watch(self, self->live);
    }
    const guint ghosts = self->ghosts ? g_list_model_get_n_items(self->ghosts) : 0;
    for (guint i = 0; i < ghosts; i++) {
        g_autoptr(MtsRunData) ghost = g_list_model_get_item(self->ghosts, i);
        if (ghost != self->live) {
            watch(self, ghost);
        }
    }
    redraw_all(self);
}

static void on_view_changed(MtsTimeAxis *axis, MtsChart *self)
{
    /* Ghosts are laid epoch on epoch: another clock stretches them anew. */
    const guint32 epoch = mts_time_axis_get_clock(axis).steps_per_epoch;
    if (epoch != self->epoch) {
        self->epoch = epoch;
        rebuild(self);
    } else {
        redraw_all(self);
    }
}

static void on_cursor_changed(MtsTimeAxis *axis, MtsChart *self)
{
    const double readout = mts_chart_readout(self);
    if (readout != self->readout) {
        self->readout = readout;
        mts_chart_legend_refresh(MTS_CHART_LEGEND(self->legend));
    }
    /* Only the shade of the past follows the playhead here; its line is the overlay's. */
    const double playhead = mts_time_axis_get_playhead(axis);
    if (playhead != self->playhead) {
        self->playhead = playhead;
        gtk_widget_queue_draw(self->plot);
    }
}

static void on_dark_changed(MtsChart *self)
{
    redraw_all(self);
}

static void mts_chart_dispose(GObject *object)
{
    MtsChart *self = MTS_CHART(object);
    if (self->watched) {
        unwatch(self);
    }
    if (self->axis) {
        g_signal_handlers_disconnect_by_data(self->axis, self);
    }
    if (self->ghosts) {
        g_signal_handlers_disconnect_by_data(self->ghosts, self);
    }
    g_clear_pointer(&self->menu, gtk_widget_unparent);
    g_clear_pointer(&self->legend, gtk_widget_unparent);
    g_clear_pointer(&self->plot, gtk_widget_unparent);
    g_clear_pointer(&self->lines, g_ptr_array_unref);
    g_clear_pointer(&self->watched, g_ptr_array_unref);
    g_clear_pointer(&self->hidden, g_hash_table_unref);
    g_clear_pointer(&self->fp32, mts_series_free);
    g_clear_pointer(&self->bf16, mts_series_free);
    g_clear_pointer(&self->estimate, mts_series_free);
    g_clear_object(&self->live);
    g_clear_object(&self->ghosts);
    g_clear_object(&self->axis);
    G_OBJECT_CLASS(mts_chart_parent_class)->dispose(object);
}

static void mts_chart_get_property(GObject *object, guint id, GValue *value, GParamSpec *spec)
{
    if (id == PROP_LOGARITHMIC) {
        g_value_set_boolean(value, MTS_CHART(object)->logarithmic);
    } else {
        G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
    }
}

static void mts_chart_set_property(GObject *object, guint id, const GValue *value, GParamSpec *spec)
{
    if (id == PROP_LOGARITHMIC) {
        mts_chart_set_logarithmic(MTS_CHART(object), g_value_get_boolean(value));
    } else {
        G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
    }
}

static void mts_chart_class_init(MtsChartClass *class)
{
    GObjectClass *object_class = G_OBJECT_CLASS(class);
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(class);
    object_class->dispose = mts_chart_dispose;
    object_class->get_property = mts_chart_get_property;
    object_class->set_property = mts_chart_set_property;
    props[PROP_LOGARITHMIC] = g_param_spec_boolean("logarithmic", NULL, NULL, FALSE,
        G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
    g_object_class_install_properties(object_class, PROPS, props);
    signals[REDRAWN] = g_signal_new("redrawn", G_TYPE_FROM_CLASS(class), G_SIGNAL_RUN_LAST, 0, NULL,
        NULL, NULL, G_TYPE_NONE, 0);
    gtk_widget_class_set_layout_manager_type(widget_class, GTK_TYPE_BOX_LAYOUT);
    gtk_widget_class_set_css_name(widget_class, "chart");
    gtk_widget_class_set_accessible_role(widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
    gtk_widget_class_install_property_action(widget_class, "chart.logarithmic", "logarithmic");
}

static void mts_chart_init(MtsChart *self)
{
    gtk_orientable_set_orientation(
        GTK_ORIENTABLE(gtk_widget_get_layout_manager(GTK_WIDGET(self))), GTK_ORIENTATION_VERTICAL);
    self->lines = g_ptr_array_new();
    self->watched = g_ptr_array_new_with_free_func(g_object_unref);
    self->hidden = g_hash_table_new(NULL, NULL);
    g_signal_connect_object(adw_style_manager_get_default(), "notify::dark",
        G_CALLBACK(on_dark_changed), self, G_CONNECT_SWAPPED);
}

GtkWidget *mts_chart_new(MtsChartKind kind, MtsTimeAxis *axis)
{
    MtsChart *self = g_object_new(MTS_TYPE_CHART, NULL);
    self->kind = kind;
    self->logarithmic = kind == MTS_CHART_LOSS;
    self->axis = g_object_ref(axis);
    self->legend = mts_chart_legend_new(self);
    self->plot = mts_chart_plot_new(self);
    gtk_widget_set_parent(self->legend, GTK_WIDGET(self));
    gtk_widget_set_parent(self->plot, GTK_WIDGET(self));
    gtk_widget_set_vexpand(self->plot, TRUE);
    self->menu = mts_chart_menu_attach(GTK_WIDGET(self));
    gtk_accessible_update_property(
        GTK_ACCESSIBLE(self), GTK_ACCESSIBLE_PROPERTY_LABEL, mts_chart_title(kind), -1);
    g_signal_connect(axis, "view-changed", G_CALLBACK(on_view_changed), self);
    g_signal_connect(axis, "cursor-changed", G_CALLBACK(on_cursor_changed), self);
    rebuild(self);
    return GTK_WIDGET(self);
}

MtsChartKind mts_chart_get_kind(MtsChart *self)
{
    return self->kind;
}

void mts_chart_set_live(MtsChart *self, MtsRunData *run)
{
    if (g_set_object(&self->live, run)) {
        rebuild(self);
    }
}

void mts_chart_set_ghosts(MtsChart *self, GListModel *ghosts)
{
    if (self->ghosts == ghosts) {
        return;
    }
    if (self->ghosts) {
        g_signal_handlers_disconnect_by_data(self->ghosts, self);
    }
    g_set_object(&self->ghosts, ghosts);
    if (ghosts) {
        g_signal_connect_swapped(ghosts, "items-changed", G_CALLBACK(rebuild), self);
    }
    rebuild(self);
}

static void set_straight(MtsSeries **series, guint32 steps, double total)
{
    g_clear_pointer(series, mts_series_free);
    if (total > 0) {
        *series = mts_series_new();
        mts_series_append(*series, 0, 0);
        mts_series_append(*series, steps, (float)total);
    }
}

void mts_chart_set_baselines(MtsChart *self, double fp32, double bf16)
{
    const guint32 steps = mts_time_axis_get_clock(self->axis).steps;
    /* The lines still point at what is freed here; rebuild makes new ones. */
    set_straight(&self->fp32, steps, fp32);
    set_straight(&self->bf16, steps, bf16);
    rebuild(self);
}

void mts_chart_set_estimate(MtsChart *self, const guint32 *step, const guint64 *cycles, gsize count)
{
    g_clear_pointer(&self->estimate, mts_series_free);
    if (count > 0) {
        self->estimate = mts_series_new();
        for (gsize i = 0; i < count; i++) {
            mts_series_append(self->estimate, step[i], (float)cycles[i]);
        }
    }
    rebuild(self);
}

void mts_chart_set_logarithmic(MtsChart *self, gboolean logarithmic)
{
    if (self->logarithmic != !!logarithmic) {
        self->logarithmic = !!logarithmic;
        redraw_all(self);
        g_object_notify_by_pspec(G_OBJECT(self), props[PROP_LOGARITHMIC]);
    }
}

gboolean mts_chart_get_logarithmic(MtsChart *self)
{
    return self->logarithmic;
}

GtkWidget *mts_chart_get_plot(MtsChart *self)
{
    return self->plot;
}

/* ---- for legend, plot and marks -------------------------------------------------------------- */

MtsTimeAxis *mts_chart_axis(MtsChart *self)
{
    return self->axis;
}

MtsRunData *mts_chart_live(MtsChart *self)
{
    return self->live;
}

GPtrArray *mts_chart_lines(MtsChart *self)
{
    return self->lines;
}

gboolean mts_chart_is_hidden(MtsChart *self, guint key)
{
    return g_hash_table_contains(self->hidden, GUINT_TO_POINTER(key));
}

float mts_chart_line_strength(MtsChart *self, const MtsChartLine *line)
{
    if (mts_chart_is_hidden(self, line->key)) {
        return 0;
    }
    return self->emphasis == 0 || self->emphasis == line->key ? 1 : BACK;
}

void mts_chart_set_emphasis(MtsChart *self, guint key)
{
    if (self->emphasis != key) {
        self->emphasis = key;
        redraw(self, -INFINITY);
    }
}

guint mts_chart_get_emphasis(MtsChart *self)
{
    return self->emphasis;
}

void mts_chart_toggle(MtsChart *self, guint key)
{
    if (!g_hash_table_remove(self->hidden, GUINT_TO_POINTER(key))) {
        g_hash_table_add(self->hidden, GUINT_TO_POINTER(key));
    }
    redraw_all(self);
}

void mts_chart_isolate(MtsChart *self, guint key)
{
    /* Alone already: all come back. */
    gboolean alone = !mts_chart_is_hidden(self, key);
    for (guint i = 0; i < self->lines->len; i++) {
        const MtsChartLine *line = g_ptr_array_index(self->lines, i);
        alone = alone && (line->key == key || mts_chart_is_hidden(self, line->key));
    }
    g_hash_table_remove_all(self->hidden);
    for (guint i = 0; i < self->lines->len && !alone; i++) {
        const MtsChartLine *line = g_ptr_array_index(self->lines, i);
        if (line->key != key) {
            g_hash_table_add(self->hidden, GUINT_TO_POINTER(line->key));
        }
    }
    redraw_all(self);
}

const MtsScale *mts_chart_scale(MtsChart *self)
{
    if (!self->scale_known) {
        double from, to;
        mts_time_axis_get_view(self->axis, &from, &to);
        const MtsScale wanted = mts_chart_lines_scale(self->lines, self->kind, self->logarithmic,
            mts_time_axis_get_clock(self->axis), from, to);
        if (!self->scale_kept || !mts_scale_holds(&self->scale, &wanted)) {
            self->scale = wanted;
        }
        self->scale_known = self->scale_kept = TRUE;
    }
    return &self->scale;
}

double mts_chart_value(MtsChart *self, const MtsChartLine *line, double step)
{
    if (line->role == MTS_LINE_ESTIMATE) {
        /* Ahead of the run what is expected there, else what the whole run is expected to take. */
        const double total = mts_chart_line_value(line, 0);
        const double there = mts_series_at(line->source.series, step) + line->source.lift;
        return step > line->source.begin && !isnan(there) ? there : total;
    }
    const double value = mts_chart_line_value(line, step);
    if (!isnan(value) || !line->run) {
        return value;
    }
    double end;
    const double last = mts_series_last(line->source.series, &end);
    end = end * line->source.stretch + line->source.shift;
    const gboolean come = line->run != self->live || step <= mts_time_axis_get_playhead(self->axis);
    return !isnan(last) && step > end && come ? last : NAN;
}

double mts_chart_readout(MtsChart *self)
{
    const double step = mts_time_axis_get_readout(self->axis);
    const gboolean chosen =
        mts_time_axis_get_crosshair(self->axis) >= 0 || mts_time_axis_get_pin(self->axis) >= 0;
    return step > 0 || chosen ? step : mts_time_axis_get_clock(self->axis).steps;
}

double mts_chart_gain(MtsChart *self)
{
    double own = NAN, end = NAN;
    for (guint i = 0; i < self->lines->len; i++) {
        const MtsChartLine *line = g_ptr_array_index(self->lines, i);
        if (line->role == MTS_LINE_ESTIMATE) {
            own = mts_chart_line_value(line, 0);
            mts_series_last(line->source.series, &end);
        }
    }
    if (self->live && isnan(own)) {
        own = mts_series_last(mts_run_data_get_series(self->live, MTS_CURVE_CYCLES), &end);
    }
    if (!self->fp32 || !(own > 0) || isnan(end)) {
        return NAN;
    }
    return mts_series_at(self->fp32, end) / own;
}

guint mts_chart_get_dots(MtsChart *self, double step, MtsChartDot *dots, guint max)
{
    if (gtk_widget_get_width(self->plot) <= 0) {
        return 0;
    }
    const MtsPlotMap map = mts_chart_plot_map(MTS_CHART_PLOT(self->plot));
    const gboolean dark = mts_palette_dark();
    guint count = 0;
    for (guint i = 0; i < self->lines->len && count < max; i++) {
        const MtsChartLine *line = g_ptr_array_index(self->lines, i);
        const gboolean main = line->role == MTS_LINE_MAIN || line->role == MTS_LINE_GHOST ||
            line->role == MTS_LINE_BASELINE;
        const double value = main ? mts_chart_line_value(line, step) : NAN;
        const double y = mts_plot_map_y(&map, value);
        if (!isnan(value) && y >= map.top && y <= map.top + map.height &&
            mts_chart_line_strength(self, line) > 0) {
            dots[count++] =
                (MtsChartDot){mts_plot_map_x(&map, step), y, mts_chart_line_ink(line, dark)};
        }
    }
    return count;
}
