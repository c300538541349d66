#include "mts-timeline-bar.h"

#include "mts-lane-label.h"
#include "mts-preset-menu.h"
#include "mts-swatch.h"

#define SWATCH_SIZE 26
#define ZOOM 1.5

enum { TOOLS = 4, BITS = 5, SWATCHES = BITS + 2 };

/* Between the bar's groups, in pixels. */
enum { GAP = 12 };

struct _MtsTimelineBar {
    GtkWidget parent;
    MtsTimeline *timeline;
    GtkWidget *tools[TOOLS];
    GtkWidget *swatch_buttons[SWATCHES], *swatches[SWATCHES];
    GtkWidget *snap, *undo, *redo;
    gboolean showing; /* it shows the timeline's state: the buttons ask for nothing */
};

G_DEFINE_FINAL_TYPE(MtsTimelineBar, mts_timeline_bar, GTK_TYPE_WIDGET)

static const struct {
    const char *icon, *name, *hint;
} tools[TOOLS] = {
    [MTS_TOOL_SELECT] = {"mts-tool-select-symbolic", "Select", "Select and move (V)"},
    [MTS_TOOL_PAINT] = {"mts-tool-paint-symbolic", "Paint",
        "Paint the chosen format; right button picks one up (B)"},
    [MTS_TOOL_SPLIT] = {"mts-tool-split-symbolic", "Split",
        "Cut a lane, with Shift the whole column (R)"},
    [MTS_TOOL_ADAPTIVE] = {"mts-tool-adaptive-symbolic", "Adaptive brush",
        "Let training choose between two widths (D)"},
};

static const unsigned swatch_bits[BITS] = {2, 3, 4, 6, 8};

/* ---- showing the timeline's state ----------------------------------------------------------- */

/* The swatches stand for widths: what else a format says does not matter here. */
static gboolean looks_like(const EngPrecision *a, const EngPrecision *b)
{
    if (a->adaptive || b->adaptive) {
        return a->adaptive && b->adaptive;
    }
    return a->format.kind == b->format.kind && a->format.m == b->format.m &&
        a->format.element == b->format.element;
}

/* With the select tool the swatch of the focused segment is lit, else the brush's. */
static EngPrecision lit_precision(MtsTimelineBar *self)
{
    MtsSegment segment;
    const MtsTool tool = mts_timeline_get_tool(self->timeline);
    if (tool == MTS_TOOL_ADAPTIVE) {
        return *mts_timeline_get_adaptive(self->timeline);
    }
    if (tool == MTS_TOOL_PAINT || !mts_timeline_get_focused(self->timeline, &segment)) {
        return eng_precision_fixed(*mts_timeline_get_paint(self->timeline));
    }
    guint count;
    const EngSpan *spans = mts_schedule_model_get_spans(
        mts_timeline_get_model(self->timeline), segment.layer, segment.track, &count);
    return spans[segment.span].precision;
}

static void show_brush(MtsTimelineBar *self)
{
    self->showing = TRUE;
    for (guint i = 0; i < TOOLS; i++) {
        gtk_toggle_button_set_active(
            GTK_TOGGLE_BUTTON(self->tools[i]), i == (guint)mts_timeline_get_tool(self->timeline));
    }
    mts_swatch_set_precision(
        MTS_SWATCH(self->swatches[SWATCHES - 1]), mts_timeline_get_adaptive(self->timeline));
    const EngPrecision lit = lit_precision(self);
    for (guint i = 0; i < SWATCHES; i++) {
        MtsSwatch *swatch = MTS_SWATCH(self->swatches[i]);
        const gboolean active = looks_like(mts_swatch_get_precision(swatch), &lit);
        mts_swatch_set_active(swatch, active);
        gtk_accessible_update_state(GTK_ACCESSIBLE(self->swatch_buttons[i]),
            GTK_ACCESSIBLE_STATE_PRESSED,
            active ? GTK_ACCESSIBLE_TRISTATE_TRUE : GTK_ACCESSIBLE_TRISTATE_FALSE, -1);
    }
    gtk_toggle_button_set_active(
        GTK_TOGGLE_BUTTON(self->snap), mts_timeline_get_snap(self->timeline));
    self->showing = FALSE;
}

static void show_history(MtsTimelineBar *self)
{
    MtsScheduleModel *model = mts_timeline_get_model(self->timeline);
    gtk_widget_set_sensitive(self->undo, mts_schedule_model_can_undo(model));
    gtk_widget_set_sensitive(self->redo, mts_schedule_model_can_redo(model));
}

/* ---- what the buttons ask for --------------------------------------------------------------- */

static void on_tool(MtsTimelineBar *self, GtkWidget *button)
{
    if (self->showing) {
        return;
    }
    for (guint i = 0; i < TOOLS; i++) {
        if (self->tools[i] == button) {
            mts_timeline_set_tool(self->timeline, (MtsTool)i);
        }
    }
    /* A click on the tool that is in force leaves it there. */
    show_brush(self);
}

static void on_swatch(MtsTimelineBar *self, GtkWidget *button)
{
    MtsSwatch *swatch = MTS_SWATCH(gtk_button_get_child(GTK_BUTTON(button)));
    mts_timeline_choose(self->timeline, mts_swatch_get_precision(swatch));
}

static void on_snap(MtsTimelineBar *self, GtkToggleButton *button)
{
    if (!self->showing) {
        mts_timeline_set_snap(self->timeline, gtk_toggle_button_get_active(button));
    }
}

static void zoom(MtsTimelineBar *self, double factor)
{
    MtsTimeAxis *axis = mts_timeline_get_axis(self->timeline);
    const int width = mts_time_axis_get_width(axis);
    mts_time_axis_zoom_at(axis, (MTS_AXIS_GUTTER + width - MTS_AXIS_MARGIN) / 2.0, factor);
}

static void on_zoom_out(MtsTimelineBar *self)
{
    zoom(self, 1 / ZOOM);
}

static void on_zoom_in(MtsTimelineBar *self)
{
    zoom(self, ZOOM);
}

static void on_fit(MtsTimelineBar *self)
{
    mts_time_axis_fit(mts_timeline_get_axis(self->timeline));
}

static void on_undo(MtsTimelineBar *self)
{
    mts_timeline_undo(self->timeline);
}

static void on_redo(MtsTimelineBar *self)
{
    mts_timeline_redo(self->timeline);
}

/* ---- building ------------------------------------------------------------------------------- */

static void name_widget(GtkWidget *widget, const char *name, const char *hint)
{
    gtk_accessible_update_property(GTK_ACCESSIBLE(widget), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
    gtk_widget_set_tooltip_text(widget, hint);
    gtk_widget_set_valign(widget, GTK_ALIGN_CENTER);
    gtk_widget_set_focus_on_click(widget, FALSE);
}

static GtkWidget *icon_button(
    MtsTimelineBar *self, const char *icon, const char *name, const char *hint, GCallback clicked)
{
    GtkWidget *button = gtk_button_new_from_icon_name(icon);
    name_widget(button, name, hint);
    g_signal_connect_swapped(button, "clicked", clicked, self);
    return button;
}

static GtkWidget *linked_box(void)
{
    GtkWidget *box = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 0);
    gtk_widget_add_css_class(box, "linked");
    gtk_widget_set_valign(box, GTK_ALIGN_CENTER);
    return box;
}

static void add_separator(GtkBox *box)
{
    GtkWidget *line = gtk_separator_new(GTK_ORIENTATION_VERTICAL);
    gtk_widget_add_css_class(line, "bar-line");
    gtk_widget_set_valign(line, GTK_ALIGN_CENTER);
    gtk_box_append(box, line);
}

static void add_tools(MtsTimelineBar *self, GtkBox *box)
{
    GtkWidget *group = linked_box();
    for (guint i = 0; i < TOOLS; i++) {
        self->tools[i] = gtk_toggle_button_new();
        gtk_button_set_icon_name(GTK_BUTTON(self->tools[i]), tools[i].icon);
        name_widget(self->tools[i], tools[i].name, tools[i].hint);
        g_signal_connect_swapped(self->tools[i], "toggled", G_CALLBACK(on_tool), self);
        gtk_box_append(GTK_BOX(group), self->tools[i]);
    }
    gtk_box_append(box, group);
}

static EngPrecision swatch_precision(MtsTimelineBar *self, guint i)
{
    if (i < BITS) {
        return eng_precision_fixed(eng_format_bfp(swatch_bits[i]));
    }
    return i == BITS ? eng_precision_fixed(eng_format_fp32())
                     : *mts_timeline_get_adaptive(self->timeline);
}

static void add_swatches(MtsTimelineBar *self, GtkBox *box)
{
    GtkWidget *label = gtk_label_new("bits");
    gtk_widget_add_css_class(label, "bar-label");
    gtk_box_append(box, label);
    GtkWidget *group = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 4);
    for (guint i = 0; i < SWATCHES; i++) {
        const EngPrecision precision = swatch_precision(self, i);
        char words[64], hint[128];
        mts_precision_words(&precision, words);
        const char key = i < BITS ? (char)('0' + swatch_bits[i]) : i == BITS ? 'F' : 'A';
        g_snprintf(hint, sizeof hint, "%s for the selection and the brush (%c)", words, key);
        self->swatches[i] = mts_swatch_new(&precision, SWATCH_SIZE, TRUE);
        self->swatch_buttons[i] = gtk_button_new();
        gtk_button_set_child(GTK_BUTTON(self->swatch_buttons[i]), self->swatches[i]);
        gtk_widget_add_css_class(self->swatch_buttons[i], "flat");
        gtk_widget_add_css_class(self->swatch_buttons[i], "swatch-button");
        name_widget(self->swatch_buttons[i], words, hint);
        g_signal_connect_swapped(self->swatch_buttons[i], "clicked", G_CALLBACK(on_swatch), self);
        gtk_box_append(GTK_BOX(group), self->swatch_buttons[i]);
    }
    gtk_box_append(box, group);
}

static void add_history(MtsTimelineBar *self, GtkBox *box)
{
    self->snap = gtk_toggle_button_new();
    gtk_button_set_icon_name(GTK_BUTTON(self->snap), "mts-snap-symbolic");
    gtk_widget_add_css_class(self->snap, "flat");
    gtk_widget_add_css_class(self->snap, "snap");
    name_widget(self->snap, "Snap",
        "Snap to epochs, boundaries and the playhead; hold Alt for the other way");
    g_signal_connect_swapped(self->snap, "toggled", G_CALLBACK(on_snap), self);
    gtk_box_append(box, self->snap);
    self->undo =
        icon_button(self, "edit-undo-symbolic", "Undo", "Undo (Ctrl+Z)", G_CALLBACK(on_undo));
    self->redo =
        icon_button(self, "edit-redo-symbolic", "Redo", "Redo (Ctrl+Shift+Z)", G_CALLBACK(on_redo));
    gtk_widget_add_css_class(self->undo, "flat");
    gtk_widget_add_css_class(self->redo, "flat");
    gtk_box_append(box, self->undo);
    gtk_box_append(box, self->redo);
}

static void add_zoom(MtsTimelineBar *self, GtkBox *box)
{
    GtkBox *group = GTK_BOX(linked_box());
    gtk_widget_set_margin_start(GTK_WIDGET(group), GAP);
    GtkWidget *fit = gtk_button_new_with_label("Fit");
    name_widget(fit, "Fit", "Show the whole run (0)");
    g_signal_connect_swapped(fit, "clicked", G_CALLBACK(on_fit), self);
    gtk_box_append(group,
        icon_button(
            self, "list-remove-symbolic", "Zoom out", "Zoom out (−)", G_CALLBACK(on_zoom_out)));
    gtk_box_append(group, fit);
    gtk_box_append(group,
        icon_button(self, "list-add-symbolic", "Zoom in", "Zoom in (+)", G_CALLBACK(on_zoom_in)));
    gtk_box_append(box, GTK_WIDGET(group));
}

static void build(MtsTimelineBar *self)
{
    GtkWidget *box = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 0);
    gtk_widget_add_css_class(box, "timeline-bar");
    add_tools(self, GTK_BOX(box));
    add_separator(GTK_BOX(box));
    add_swatches(self, GTK_BOX(box));
    GtkWidget *presets = mts_preset_menu_new(self->timeline);
    gtk_widget_set_margin_start(presets, GAP);
    gtk_box_append(GTK_BOX(box), presets);
    GtkWidget *space = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 0);
    gtk_widget_set_hexpand(space, TRUE);
    gtk_widget_set_size_request(space, GAP, -1);
    gtk_box_append(GTK_BOX(box), space);
    add_history(self, GTK_BOX(box));
    add_zoom(self, GTK_BOX(box));
    /* A narrow window scrolls the bar sideways rather than cut it off. */
    GtkWidget *scrolled = gtk_scrolled_window_new();
    gtk_scrolled_window_set_policy(
        GTK_SCROLLED_WINDOW(scrolled), GTK_POLICY_EXTERNAL, GTK_POLICY_NEVER);
    gtk_scrolled_window_set_child(GTK_SCROLLED_WINDOW(scrolled), box);
    gtk_widget_set_parent(scrolled, GTK_WIDGET(self));
}

/* ---- life ----------------------------------------------------------------------------------- */

static void mts_timeline_bar_dispose(GObject *object)
{
    MtsTimelineBar *self = MTS_TIMELINE_BAR(object);
    GtkWidget *child = gtk_widget_get_first_child(GTK_WIDGET(self));
    g_clear_pointer(&child, gtk_widget_unparent);
    g_clear_object(&self->timeline);
    G_OBJECT_CLASS(mts_timeline_bar_parent_class)->dispose(object);
}

static void mts_timeline_bar_class_init(MtsTimelineBarClass *class)
{
    GtkWidgetClass *widget = GTK_WIDGET_CLASS(class);
    G_OBJECT_CLASS(class)->dispose = mts_timeline_bar_dispose;
    gtk_widget_class_set_layout_manager_type(widget, GTK_TYPE_BIN_LAYOUT);
    gtk_widget_class_set_css_name(widget, "timelinebar");
    gtk_widget_class_set_accessible_role(widget, GTK_ACCESSIBLE_ROLE_TOOLBAR);
}

static void mts_timeline_bar_init(MtsTimelineBar *self)
{
    gtk_accessible_update_property(
        GTK_ACCESSIBLE(self), GTK_ACCESSIBLE_PROPERTY_LABEL, "Schedule tools", -1);
}

GtkWidget *mts_timeline_bar_new(MtsTimeline *timeline)
{
    MtsTimelineBar *self = g_object_new(MTS_TYPE_TIMELINE_BAR, NULL);
    self->timeline = g_object_ref(timeline);
    build(self);
    MtsScheduleModel *model = mts_timeline_get_model(timeline);
    const GConnectFlags swapped = G_CONNECT_SWAPPED;
    g_signal_connect_object(timeline, "brush-changed", G_CALLBACK(show_brush), self, swapped);
    g_signal_connect_object(timeline, "selection-changed", G_CALLBACK(show_brush), self, swapped);
    g_signal_connect_object(model, "committed", G_CALLBACK(show_history), self, swapped);
    g_signal_connect_object(model, "reset", G_CALLBACK(show_history), self, swapped);
    show_brush(self);
    show_history(self);
    return GTK_WIDGET(self);
}
