/* The strip above a plot: the chart's title in the gutter, then `name value` for every line at the
 * readout step. The pointer over an entry brings its line forward, a click switches it off and on,
 * a double click leaves it alone; with the keyboard Left and Right choose, Space switches, Return
 * leaves alone. */
#include "mts-chart-private.h"

#include "mts-paint.h"
#include "mts-palette.h"
#include <math.h>

/* Geometry of an entry: line sample, gaps, space before the next. */
enum { TITLE_X = 16, SAMPLE = 16, GAP = 4, APART = 20, APART_LEAST = 10 };
enum { NAME_LEAST = 32, NAME_MOST = 128, NAME_STEP = 8 };

typedef struct Entry {
    const MtsChartLine *line;
    PangoLayout *name, *value; /* owned */
    int name_width, value_width;
    double x, width;
} Entry;

struct _MtsChartLegend {
    GtkWidget parent;
    MtsChart *chart; /* not held: the chart holds the legend */
    int focus;       /* entry that the keyboard is at */
};

G_DEFINE_FINAL_TYPE(MtsChartLegend, mts_chart_legend, GTK_TYPE_WIDGET)

static void entry_clear(gpointer data)
{
    Entry *entry = data;
    g_clear_object(&entry->name);
    g_clear_object(&entry->value);
}

static void add_entry(
    GArray *entries, MtsChart *chart, const MtsChartLine *line, PangoContext *context, double step)
{
    g_autofree char *value =
        mts_chart_value_text(mts_chart_get_kind(chart), mts_chart_value(chart, line, step));
    Entry entry = {line, mts_paint_layout(context, line->name, MTS_POINTS_LEGEND, FALSE),
        mts_paint_layout(context, value, MTS_POINTS_LEGEND, TRUE), 0, 0, 0, 0};
    mts_paint_layout_size(entry.name, &entry.name_width, NULL);
    mts_paint_layout_size(entry.value, &entry.value_width, NULL);
    g_array_append_val(entries, entry);
}

static double lay_out(GArray *entries, int apart)
{
    double left = MTS_AXIS_GUTTER;
    for (guint i = 0; i < entries->len; i++) {
        Entry *entry = &g_array_index(entries, Entry, i);
        entry->x = left;
        entry->width = SAMPLE + GAP + entry->name_width + GAP + entry->value_width;
        left += entry->width + apart;
    }
    return left - apart;
}

static void limit_names(GArray *entries, int most)
{
    for (guint i = 0; i < entries->len; i++) {
        Entry *entry = &g_array_index(entries, Entry, i);
        if (entry->name_width > most) {
            entry->name_width = most;
            pango_layout_set_width(entry->name, most * PANGO_SCALE);
            pango_layout_set_ellipsize(entry->name, PANGO_ELLIPSIZE_END);
        }
    }
}

/* In the order of importance, front line first. Where the strip is narrow the space between entries
 * gives way, then the names, then the last entries. */
static GArray *entries_new(MtsChart *chart, PangoContext *context, double width, double step)
{
    GArray *entries = g_array_new(FALSE, FALSE, sizeof(Entry));
    g_array_set_clear_func(entries, entry_clear);
    const GPtrArray *lines = mts_chart_lines(chart);
    for (guint i = lines->len; i > 0; i--) {
        const MtsChartLine *line = g_ptr_array_index(lines, i - 1);
        if (line->name && !mts_chart_line_is_over(line)) {
            add_entry(entries, chart, line, context, step);
        }
    }
    const double right = width - MTS_AXIS_MARGIN;
    limit_names(entries, NAME_MOST);
    double end = lay_out(entries, APART);
    if (end > right) {
        end = lay_out(entries, APART_LEAST);
    }
    for (int most = NAME_MOST; end > right && most >= NAME_LEAST; most -= NAME_STEP) {
        limit_names(entries, most);
        end = lay_out(entries, APART_LEAST);
    }
    while (entries->len > 1 && end > right) {
        g_array_set_size(entries, entries->len - 1);
        end = lay_out(entries, APART_LEAST);
    }
    return entries;
}

static void draw_sample(
    cairo_t *cr, const MtsChartLine *line, double x, double y, float strength, gboolean dark)
{
    MtsPen pen = mts_chart_line_pen(line, strength, dark);
    static const struct {
        double on, off;
    } dashes[] = {
        [MTS_DASH_LONG] = {5, 3},
        [MTS_DASH_DOTS] = {1.5, 3},
        [MTS_DASH_ROUND] = {2, 3.5},
        [MTS_DASH_REPEAT] = {6, 2},
    };
    /* A ghost's sample is as strong as a name needs it. */
    pen.alpha = MAX(pen.alpha, .8 * strength);
    cairo_set_source_rgba(cr, pen.red, pen.green, pen.blue, pen.alpha);
    cairo_set_line_width(cr, pen.width);
    cairo_set_line_cap(cr, CAIRO_LINE_CAP_BUTT);
    if (pen.dash == MTS_DASH_NONE) {
        cairo_set_dash(cr, NULL, 0, 0);
    } else {
        cairo_set_dash(cr, (double[]){dashes[pen.dash].on, dashes[pen.dash].off}, 2, 0);
    }
    cairo_move_to(cr, x, y);
    cairo_line_to(cr, x + SAMPLE - 1, y);
    cairo_stroke(cr);
}

static void draw_entry(MtsChart *chart, cairo_t *cr, const Entry *entry, gboolean dark)
{
    const double y = MTS_CHART_STRIP / 2.0 + .5;
    const gboolean hidden = mts_chart_is_hidden(chart, entry->line->key);
    const float strength = hidden ? .35f : mts_chart_line_strength(chart, entry->line);
    const GdkRGBA name = mts_palette_fade(mts_palette_ink(MTS_INK_TEXT_SECONDARY, dark), strength),
                  value = mts_palette_fade(mts_palette_ink(MTS_INK_TEXT, dark), strength);
    draw_sample(cr, entry->line, entry->x, y, strength, dark);
    double x = entry->x + SAMPLE + GAP;
    mts_paint_layout_cairo(cr, entry->name, x, y, 0, &name);
    if (hidden) {
        cairo_rectangle(cr, x, y, entry->name_width, 1);
        mts_paint_source(cr, &value);
        cairo_fill(cr);
    }
    x += entry->name_width + GAP;
    mts_paint_layout_cairo(cr, entry->value, x, y, 0, &value);
}

static void draw_strip(MtsChart *chart, cairo_t *cr, PangoContext *context, const GArray *entries,
    double width, gboolean dark)
{
    const GdkRGBA text = mts_palette_ink(MTS_INK_TEXT, dark),
                  border = mts_palette_ink(MTS_INK_BORDER, dark);
    mts_paint_source(cr, &border);
    cairo_rectangle(cr, 0, 0, width, 1);
    cairo_fill(cr);
    g_autoptr(PangoLayout) title = mts_paint_layout(
        context, mts_chart_title(mts_chart_get_kind(chart)), MTS_POINTS_SECONDARY, TRUE);
    mts_paint_layout_cairo(cr, title, TITLE_X, MTS_CHART_STRIP / 2.0 + .5, 0, &text);
    for (guint i = 0; i < entries->len; i++) {
        draw_entry(chart, cr, &g_array_index(entries, Entry, i), dark);
    }
}

void mts_chart_legend_draw(
    MtsChart *chart, cairo_t *cr, PangoContext *context, double width, double step, gboolean dark)
{
    g_autoptr(GArray) entries = entries_new(chart, context, width, step);
    draw_strip(chart, cr, context, entries, width, dark);
}

/* ---- widget ---------------------------------------------------------------------------------- */

static GArray *own_entries(MtsChartLegend *self)
{
    return entries_new(self->chart, gtk_widget_get_pango_context(GTK_WIDGET(self)),
        gtk_widget_get_width(GTK_WIDGET(self)), mts_chart_readout(self->chart));
}

static void mts_chart_legend_snapshot(GtkWidget *widget, GtkSnapshot *snapshot)
{
    MtsChartLegend *self = MTS_CHART_LEGEND(widget);
    const int width = gtk_widget_get_width(widget);
    g_autoptr(GArray) entries = own_entries(self);
    cairo_t *cr = gtk_snapshot_append_cairo(
        snapshot, &GRAPHENE_RECT_INIT(0, 0, (float)width, MTS_CHART_STRIP));
    const gboolean dark = mts_palette_dark();
    draw_strip(self->chart, cr, gtk_widget_get_pango_context(widget), entries, width, dark);
    if (gtk_widget_has_visible_focus(widget) && self->focus < (int)entries->len) {
        const Entry *entry = &g_array_index(entries, Entry, self->focus);
        const GdkRGBA accent = mts_palette_ink(MTS_INK_ACCENT, dark);
        mts_paint_rounded(cr, entry->x - 5, 4, entry->width + 10, MTS_CHART_STRIP - 7, 6);
        mts_paint_source(cr, &accent);
        cairo_set_dash(cr, NULL, 0, 0);
        cairo_set_line_width(cr, 2);
        cairo_stroke(cr);
    }
    cairo_destroy(cr);
}

/* What the strip says, for those who do not see it. */
static void tell(MtsChartLegend *self, const GArray *entries)
{
    GString *said = g_string_new(NULL);
    for (guint i = 0; i < entries->len; i++) {
        const Entry *entry = &g_array_index(entries, Entry, i);
        g_string_append_printf(said, "%s%s %s%s", i > 0 ? ", " : "",
            pango_layout_get_text(entry->name), pango_layout_get_text(entry->value),
            mts_chart_is_hidden(self->chart, entry->line->key) ? " (hidden)" : "");
    }
    gtk_accessible_update_property(
        GTK_ACCESSIBLE(self), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, said->str, -1);
    g_string_free(said, TRUE);
}

void mts_chart_legend_refresh(MtsChartLegend *self)
{
    if (gtk_widget_get_width(GTK_WIDGET(self)) > 0) {
        g_autoptr(GArray) entries = own_entries(self);
        tell(self, entries);
    }
    gtk_widget_queue_draw(GTK_WIDGET(self));
}

static guint key_at(MtsChartLegend *self, double x)
{
    g_autoptr(GArray) entries = own_entries(self);
    for (guint i = 0; i < entries->len; i++) {
        const Entry *entry = &g_array_index(entries, Entry, i);
        if (x >= entry->x - 4 && x <= entry->x + entry->width + 4) {
            return entry->line->key;
        }
    }
    return 0;
}

static void on_motion(GtkEventControllerMotion *motion, double x, double y, MtsChartLegend *self)
{
    const guint key = key_at(self, x);
    mts_chart_set_emphasis(
        self->chart, key != 0 && mts_chart_is_hidden(self->chart, key) ? 0 : key);
}

static void on_leave(GtkEventControllerMotion *motion, MtsChartLegend *self)
{
    mts_chart_set_emphasis(self->chart, 0);
}

static void on_pressed(
    GtkGestureClick *click, int presses, double x, double y, MtsChartLegend *self)
{
    const guint key = key_at(self, x);
    if (key == 0) {
        return;
    }
    mts_chart_set_emphasis(self->chart, 0);
    if (presses == 1) {
        mts_chart_toggle(self->chart, key);
    } else if (presses == 2) {
        mts_chart_toggle(self->chart, key); /* as it was before the first click */
        mts_chart_isolate(self->chart, key);
    }
}

static void focus_entry(MtsChartLegend *self, int index)
{
    g_autoptr(GArray) entries = own_entries(self);
    if (entries->len == 0) {
        return;
    }
    self->focus = CLAMP(index, 0, (int)entries->len - 1);
    const guint key = g_array_index(entries, Entry, self->focus).line->key;
    mts_chart_set_emphasis(self->chart, mts_chart_is_hidden(self->chart, key) ? 0 : key);
    gtk_widget_queue_draw(GTK_WIDGET(self));
}

static gboolean on_key(GtkEventControllerKey *controller, guint value, guint code,
    GdkModifierType state, MtsChartLegend *self)
{
    g_autoptr(GArray) entries = own_entries(self);
    const guint key =
        self->focus < (int)entries->len ? g_array_index(entries, Entry, self->focus).line->key : 0;
    switch (value) {
    case GDK_KEY_Left:
        focus_entry(self, self->focus - 1);
        return GDK_EVENT_STOP;
    case GDK_KEY_Right:
        focus_entry(self, self->focus + 1);
        return GDK_EVENT_STOP;
    case GDK_KEY_space:
        if (key != 0) {
            mts_chart_toggle(self->chart, key);
        }
        return GDK_EVENT_STOP;
    case GDK_KEY_Return:
    case GDK_KEY_KP_Enter:
        if (key != 0) {
            mts_chart_isolate(self->chart, key);
        }
        return GDK_EVENT_STOP;
    default:
        return GDK_EVENT_PROPAGATE;
    }
}

static void on_focus_leave(GtkEventControllerFocus *focus, MtsChartLegend *self)
{
    mts_chart_set_emphasis(self->chart, 0);
}

static void mts_chart_legend_measure(GtkWidget *widget, GtkOrientation orientation, int for_size,
    int *minimum, int *natural, int *minimum_baseline, int *natural_baseline)
{
    if (orientation == GTK_ORIENTATION_VERTICAL) {
        *minimum = *natural = MTS_CHART_STRIP;
    } else {
        *minimum = *natural = MTS_AXIS_GUTTER + MTS_AXIS_MARGIN;
    }
}

static void mts_chart_legend_class_init(MtsChartLegendClass *class)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(class);
    widget_class->snapshot = mts_chart_legend_snapshot;
    widget_class->measure = mts_chart_legend_measure;
    gtk_widget_class_set_css_name(widget_class, "legend");
    gtk_widget_class_set_accessible_role(widget_class, GTK_ACCESSIBLE_ROLE_LIST);
}

static void mts_chart_legend_init(MtsChartLegend *self)
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
    GtkEventController *focus = gtk_event_controller_focus_new();
    g_signal_connect(focus, "leave", G_CALLBACK(on_focus_leave), self);
    gtk_widget_add_controller(widget, focus);
}

GtkWidget *mts_chart_legend_new(MtsChart *chart)
{
    MtsChartLegend *self = g_object_new(MTS_TYPE_CHART_LEGEND, NULL);
    self->chart = chart;
    g_autofree char *label =
        g_strdup_printf("%s, values", mts_chart_title(mts_chart_get_kind(chart)));
    gtk_accessible_update_property(GTK_ACCESSIBLE(self), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
    return GTK_WIDGET(self);
}
