#include "mts-compare-private.h"

#include "mts-choice.h"
#include "mts-compare-bars.h"
#include "mts-compare-board.h"
#include "mts-compare-overlay.h"
#include "mts-compare-pareto.h"
#include "mts-paint.h"

#define SMOOTHING_DEFAULT 0.35

static const char *const titles[MTS_CARDS] = {
    [MTS_CARD_CURVES] = "Test accuracy",
    [MTS_CARD_FRONT] = "Accuracy against cycles",
    [MTS_CARD_DIFFERENCE] = "Schedule difference",
    [MTS_CARD_TIMES] = "Time to accuracy",
};

const char *mts_compare_card_title(MtsCompareCard card)
{
    return titles[card];
}

/* ---- small widgets ------------------------------------------------------------------------------ */

GtkWidget *mts_compare_text_new(const char *text, const char *style)
{
    GtkWidget *label = gtk_label_new(text);
    gtk_label_set_xalign(GTK_LABEL(label), 0);
    gtk_widget_add_css_class(label, style);
    return label;
}

GtkWidget *mts_compare_spacer_new(void)
{
    GtkWidget *spacer = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 0);
    gtk_widget_set_hexpand(spacer, TRUE);
    return spacer;
}

void mts_compare_name_widget(GtkWidget *widget, const char *name)
{
    gtk_widget_set_tooltip_text(widget, name);
    gtk_accessible_update_property(GTK_ACCESSIBLE(widget), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
}

static GtkWidget *scale_new(double low, double high, double step, const char *name)
{
    GtkWidget *scale = gtk_scale_new_with_range(GTK_ORIENTATION_HORIZONTAL, low, high, step);
    gtk_scale_set_draw_value(GTK_SCALE(scale), FALSE);
    gtk_widget_set_size_request(scale, 96, -1);
    gtk_widget_set_valign(scale, GTK_ALIGN_CENTER);
    mts_compare_name_widget(scale, name);
    return scale;
}

/* A card: its head with a title, and the figure below. Returns the head. */
static GtkWidget *card_new(MtsCompare *self, MtsCompareCard which, GtkWidget *figure)
{
    GtkWidget *card = gtk_box_new(GTK_ORIENTATION_VERTICAL, 0);
    GtkWidget *head = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 8);
    gtk_widget_add_css_class(card, "compare-card");
    gtk_widget_add_css_class(head, "card-head");
    gtk_box_append(GTK_BOX(head), mts_compare_text_new(titles[which], "card-title"));
    gtk_widget_set_vexpand(figure, TRUE);
    gtk_box_append(GTK_BOX(card), head);
    gtk_box_append(GTK_BOX(card), figure);
    mts_compare_board_add(MTS_COMPARE_BOARD(self->board), card);
    self->cards[which] = card;
    self->figures[which] = figure;
    return head;
}

/* ---- heads of the cards ------------------------------------------------------------------------- */

static void on_axis(MtsChoice *choice, int axis, MtsCompare *self)
{
    mts_compare_model_set_axis(self->model, (MtsCompareAxis)axis);
}

static void on_smoothing(GtkRange *range, MtsCompare *self)
{
    if (!self->settling) {
        mts_compare_model_set_smoothing(self->model, gtk_range_get_value(range));
    }
}

static void on_smoothing_pressed(
    GtkGestureClick *click, int presses, double x, double y, MtsCompare *self)
{
    if (presses == 2) {
        mts_compare_model_set_smoothing(self->model, SMOOTHING_DEFAULT);
    }
}

static void on_expand(GtkToggleButton *button, MtsCompare *self)
{
    const gboolean on = gtk_toggle_button_get_active(button);
    mts_compare_board_expand(
        MTS_COMPARE_BOARD(self->board), on ? self->cards[MTS_CARD_CURVES] : NULL);
    mts_compare_name_widget(GTK_WIDGET(button), on ? "Show all cards" : "Show this card alone");
    gtk_button_set_icon_name(
        GTK_BUTTON(button), on ? "view-restore-symbolic" : "view-fullscreen-symbolic");
}

static GtkWidget *smoothing_new(MtsCompare *self)
{
    GtkWidget *box = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 8);
    self->smoothing = scale_new(0, 1, 0.05, "Smoothing");
    self->smoothing_value = mts_compare_text_new("0.35", "card-figure");
    gtk_label_set_width_chars(GTK_LABEL(self->smoothing_value), 4);
    g_signal_connect(self->smoothing, "value-changed", G_CALLBACK(on_smoothing), self);
    GtkGesture *click = gtk_gesture_click_new();
    gtk_event_controller_set_propagation_phase(GTK_EVENT_CONTROLLER(click), GTK_PHASE_CAPTURE);
    g_signal_connect(click, "pressed", G_CALLBACK(on_smoothing_pressed), self);
    gtk_widget_add_controller(self->smoothing, GTK_EVENT_CONTROLLER(click));
    gtk_box_append(GTK_BOX(box), mts_compare_text_new("Smoothing", "card-text"));
    gtk_box_append(GTK_BOX(box), self->smoothing);
    gtk_box_append(GTK_BOX(box), self->smoothing_value);
    self->smoothing_box = box;
    return box;
}

static void add_curves(MtsCompare *self)
{
    GtkWidget *head = card_new(self, MTS_CARD_CURVES, mts_compare_overlay_new(self->model));
    self->axis = mts_choice_new("X axis");
    gtk_widget_add_css_class(self->axis, "axis-choice");
    static const MtsCompareAxis order[] = {MTS_COMPARE_ITERATION, MTS_COMPARE_EPOCH,
        MTS_COMPARE_CYCLES, MTS_COMPARE_TIME, MTS_COMPARE_ENERGY, MTS_COMPARE_WALL};
    for (guint i = 0; i < G_N_ELEMENTS(order); i++) {
        mts_choice_add(MTS_CHOICE(self->axis), mts_compare_axis_name(order[i]), (int)order[i]);
    }
    mts_choice_show(MTS_CHOICE(self->axis), MTS_COMPARE_CYCLES, "");
    g_signal_connect(self->axis, "chosen", G_CALLBACK(on_axis), self);
    self->expand = gtk_toggle_button_new();
    gtk_widget_add_css_class(self->expand, "flat");
    gtk_button_set_icon_name(GTK_BUTTON(self->expand), "view-fullscreen-symbolic");
    mts_compare_name_widget(self->expand, "Show this card alone");
    g_signal_connect(self->expand, "toggled", G_CALLBACK(on_expand), self);
    GtkWidget *const parts[] = {mts_compare_text_new("over", "card-text"), self->axis,
        mts_compare_spacer_new(), smoothing_new(self), self->expand};
    for (guint i = 0; i < G_N_ELEMENTS(parts); i++) {
        gtk_box_append(GTK_BOX(head), parts[i]);
    }
}

static void draw_step(GtkDrawingArea *area, cairo_t *cr, int width, int height, gpointer data)
{
    const GdkRGBA ink = mts_palette_ink(MTS_INK_ACCENT, mts_palette_dark());
    mts_paint_source(cr, &ink);
    cairo_set_line_width(cr, 1.5);
    cairo_move_to(cr, 1, height / 2.0 + 3.25);
    cairo_line_to(cr, width / 2.0, height / 2.0 + 3.25);
    cairo_line_to(cr, width / 2.0, height / 2.0 - 2.75);
    cairo_line_to(cr, width - 1, height / 2.0 - 2.75);
    cairo_stroke(cr);
}

static void add_front(MtsCompare *self)
{
    GtkWidget *head = card_new(self, MTS_CARD_FRONT, mts_compare_pareto_new(self->model));
    GtkWidget *sample = gtk_drawing_area_new();
    gtk_drawing_area_set_content_width(GTK_DRAWING_AREA(sample), 18);
    gtk_drawing_area_set_content_height(GTK_DRAWING_AREA(sample), 12);
    gtk_drawing_area_set_draw_func(GTK_DRAWING_AREA(sample), draw_step, NULL, NULL);
    gtk_widget_set_valign(sample, GTK_ALIGN_CENTER);
    gtk_box_append(GTK_BOX(head), mts_compare_spacer_new());
    gtk_box_append(GTK_BOX(head), sample);
    gtk_box_append(GTK_BOX(head), mts_compare_text_new("Pareto frontier", "card-text"));
}

static void on_swap(MtsCompare *self)
{
    MtsCompareRun *a = mts_compare_model_get_pair(self->model, 0),
                  *b = mts_compare_model_get_pair(self->model, 1);
    if (a && b) {
        g_object_ref(a);
        mts_compare_model_set_pair(self->model, 0, b);
        mts_compare_model_set_pair(self->model, 1, a);
        g_object_unref(a);
    }
}

static void on_readout(MtsCompareDiff *diff, const char *words, MtsCompare *self)
{
    gtk_label_set_text(GTK_LABEL(self->readout),
        words ? words : "lanes W · A · G, difference of cycles in the middle");
}

static void add_difference(MtsCompare *self)
{
    GtkWidget *head = card_new(self, MTS_CARD_DIFFERENCE, mts_compare_diff_new(self->model));
    GtkWidget *swap = gtk_button_new_from_icon_name("object-flip-horizontal-symbolic");
    gtk_widget_add_css_class(swap, "flat");
    mts_compare_name_widget(swap, "Let A and B change places");
    g_signal_connect_swapped(swap, "clicked", G_CALLBACK(on_swap), self);
    for (guint i = 0; i < 2; i++) {
        self->sides[i] = mts_compare_text_new(i == 0 ? "A" : "B", "side-badge");
        self->names[i] = mts_compare_text_new("", "side-name");
        gtk_label_set_ellipsize(GTK_LABEL(self->names[i]), PANGO_ELLIPSIZE_END);
        gtk_label_set_max_width_chars(GTK_LABEL(self->names[i]), 22);
        gtk_widget_set_valign(self->sides[i], GTK_ALIGN_CENTER);
        gtk_label_set_xalign(GTK_LABEL(self->sides[i]), 0.5f);
    }
    self->readout = mts_compare_text_new("", "card-text");
    gtk_label_set_ellipsize(GTK_LABEL(self->readout), PANGO_ELLIPSIZE_END);
    gtk_label_set_xalign(GTK_LABEL(self->readout), 1);
    gtk_widget_set_hexpand(self->readout, TRUE);
    on_readout(NULL, NULL, self);
    g_signal_connect(self->figures[MTS_CARD_DIFFERENCE], "readout", G_CALLBACK(on_readout), self);
    GtkWidget *const parts[] = {
        self->sides[0], self->names[0], swap, self->sides[1], self->names[1], self->readout};
    for (guint i = 0; i < G_N_ELEMENTS(parts); i++) {
        gtk_box_append(GTK_BOX(head), parts[i]);
    }
}

static void on_target(GtkRange *range, MtsCompare *self)
{
    if (!self->settling) {
        mts_compare_model_set_target(self->model, gtk_range_get_value(range));
    }
}

static void add_times(MtsCompare *self)
{
    GtkWidget *head = card_new(self, MTS_CARD_TIMES, mts_compare_bars_new(self->model));
    self->machine = mts_compare_text_new("simulated", "card-text");
    gtk_label_set_ellipsize(GTK_LABEL(self->machine), PANGO_ELLIPSIZE_END);
    self->target = scale_new(0, 1, 0.005, "Target accuracy");
    self->target_value = mts_compare_text_new("", "card-figure");
    g_signal_connect(self->target, "value-changed", G_CALLBACK(on_target), self);
    GtkWidget *const parts[] = {self->machine, mts_compare_spacer_new(),
        mts_compare_text_new("Target", "card-text"), self->target, self->target_value};
    for (guint i = 0; i < G_N_ELEMENTS(parts); i++) {
        gtk_box_append(GTK_BOX(head), parts[i]);
    }
}

void mts_compare_add_cards(MtsCompare *self)
{
    add_curves(self);
    add_front(self);
    add_difference(self);
    add_times(self);
}
