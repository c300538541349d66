#include "mts-estimate-card.h"

#include "mts-inspector-marks.h"
#include "mts-palette.h"
#include "mts-text.h"
#include <math.h>

/* A change keeps its colour this long. */
#define FRESH_MS 3000
/* Columns do not shrink with their figures, so that they stand still while those roll. */
#define LEAST_COLUMN 60

enum { CYCLES, ENERGY, GAIN, PEAK, FIGURES };

typedef struct Figure {
    GtkWidget *value, *unit, *note;
} Figure;

struct _MtsEstimateCard {
    GtkWidget parent;
    GtkWidget *column, *bar;
    Figure figures[FIGURES];
    double base_cycles, base_energy; /* NaN: nothing to compare with */
    double cycles, energy;
    guint fade;
};

G_DEFINE_FINAL_TYPE(MtsEstimateCard, mts_estimate_card, GTK_TYPE_WIDGET)

/* ---- changes -------------------------------------------------------------------------------- */

static const char *const tones[] = {"better", "worse", "stale"};

static void set_tone(GtkWidget *label, const char *tone)
{
    for (gsize i = 0; i < G_N_ELEMENTS(tones); i++) {
        gtk_widget_remove_css_class(label, tones[i]);
    }
    if (tone) {
        gtk_widget_add_css_class(label, tone);
    }
}

static gboolean on_faded(gpointer data)
{
    MtsEstimateCard *self = data;
    self->fade = 0;
    set_tone(self->figures[CYCLES].note, "stale");
    set_tone(self->figures[ENERGY].note, "stale");
    return G_SOURCE_REMOVE;
}

static void show_change(GtkWidget *label, double now, double before)
{
    const double change = now / before - 1;
    /* Less than half of the last digit shown is no change. */
    if (!isfinite(change) || fabs(change) < .0005) {
        gtk_label_set_text(GTK_LABEL(label), "");
        return;
    }
    g_autofree char *digits = mts_text_fixed(change * 100, 1);
    g_autofree char *text = g_strdup_printf("%s%s %%", change > 0 ? "+" : "", digits);
    gtk_label_set_text(GTK_LABEL(label), text);
    set_tone(label, change < 0 ? "better" : "worse");
}

static void show_changes(MtsEstimateCard *self)
{
    show_change(self->figures[CYCLES].note, self->cycles, self->base_cycles);
    show_change(self->figures[ENERGY].note, self->energy, self->base_energy);
    g_clear_handle_id(&self->fade, g_source_remove);
    self->fade = g_timeout_add(FRESH_MS, on_faded, self);
}

void mts_estimate_card_settle(MtsEstimateCard *self)
{
    self->base_cycles = self->cycles;
    self->base_energy = self->energy;
}

/* ---- figures -------------------------------------------------------------------------------- */

static void show_figure(const Figure *figure, const char *value, const char *unit)
{
    gtk_label_set_text(GTK_LABEL(figure->value), value);
    gtk_label_set_text(GTK_LABEL(figure->unit), unit);
}

/* Joules with the prefix that leaves one to three digits before the point. */
static void show_energy(MtsEstimateCard *self)
{
    const double joules = self->energy;
    const char *prefix, *small = joules < 1e-3 ? "µ" : "m";
    const double scale = joules >= 1 ? 1 : joules < 1e-3 ? 1e6 : 1e3;
    g_autofree char *value = mts_text_amount_parts(joules * scale, &prefix);
    g_autofree char *unit = g_strconcat(scale > 1 ? small : prefix, "J", NULL);
    show_figure(&self->figures[ENERGY], value, unit);
}

static void show_nothing(MtsEstimateCard *self)
{
    for (guint i = 0; i < FIGURES; i++) {
        show_figure(&self->figures[i], MTS_TEXT_NONE, "");
        gtk_label_set_text(GTK_LABEL(self->figures[i].note), "");
    }
    mts_share_bar_show(MTS_SHARE_BAR(self->bar), NULL, 0);
    self->cycles = self->energy = self->base_cycles = self->base_energy = NAN;
}

/* The base moves with the figures, so that their ratio stays. */
static void drift(MtsEstimateCard *self, double cycles, double energy)
{
    self->base_cycles *= cycles / self->cycles;
    self->base_energy *= energy / self->energy;
}

void mts_estimate_card_show(
    MtsEstimateCard *self, const MtsEstimate *estimate, const char *peak_place, gboolean edited)
{
    if (!estimate) {
        show_nothing(self);
        return;
    }
    const char *unit;
    const double now = (double)estimate->cost.cycles, joules = eng_cost_joules(&estimate->cost);
    if (!edited && !isnan(self->base_cycles)) {
        drift(self, now, joules);
    }
    self->cycles = now;
    self->energy = joules;
    g_autofree char *cycles = mts_text_amount_parts(self->cycles, &unit);
    show_figure(&self->figures[CYCLES], cycles, unit);
    show_energy(self);
    const double full = (double)estimate->fp32.cycles;
    const double gain = full / MAX(self->cycles, 1);
    g_autofree char *times = mts_text_fixed(gain, gain < 100 ? 1 : 0);
    g_autofree char *of = mts_text_amount(full);
    g_autofree char *note = g_strdup_printf("of %s", of);
    show_figure(&self->figures[GAIN], times, "×");
    gtk_label_set_text(GTK_LABEL(self->figures[GAIN].note), note);
    show_figure(&self->figures[PEAK], mts_format_short_name(&estimate->peak), "");
    gtk_label_set_text(GTK_LABEL(self->figures[PEAK].note), peak_place);
    mts_share_bar_show(MTS_SHARE_BAR(self->bar), estimate->shares, estimate->share_count);
    if (isnan(self->base_cycles)) {
        mts_estimate_card_settle(self);
    }
    if (edited) {
        show_changes(self);
    }
}

/* ---- building ------------------------------------------------------------------------------- */

static GtkWidget *label_new(const char *style)
{
    GtkWidget *label = gtk_label_new(NULL);
    gtk_widget_add_css_class(label, style);
    gtk_label_set_xalign(GTK_LABEL(label), 0);
    gtk_widget_set_valign(label, GTK_ALIGN_BASELINE);
    return label;
}

static GtkWidget *figure_new(Figure *figure, const char *title)
{
    GtkWidget *column = gtk_box_new(GTK_ORIENTATION_VERTICAL, 1);
    GtkWidget *head = label_new("figure-title");
    gtk_label_set_text(GTK_LABEL(head), title);
    GtkWidget *line = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 3);
    figure->value = label_new("figure");
    figure->unit = label_new("figure-unit");
    figure->note = label_new("figure-note");
    gtk_box_append(GTK_BOX(line), figure->value);
    gtk_box_append(GTK_BOX(line), figure->unit);
    gtk_box_append(GTK_BOX(column), head);
    gtk_box_append(GTK_BOX(column), line);
    gtk_box_append(GTK_BOX(column), figure->note);
    gtk_widget_add_css_class(column, "figure-column");
    gtk_widget_set_size_request(column, LEAST_COLUMN, -1);
    gtk_widget_set_hexpand(column, TRUE);
    return column;
}

static void mts_estimate_card_dispose(GObject *object)
{
    MtsEstimateCard *self = MTS_ESTIMATE_CARD(object);
    g_clear_handle_id(&self->fade, g_source_remove);
    g_clear_pointer(&self->column, gtk_widget_unparent);
    G_OBJECT_CLASS(mts_estimate_card_parent_class)->dispose(object);
}

static void mts_estimate_card_class_init(MtsEstimateCardClass *class)
{
    GtkWidgetClass *widget = GTK_WIDGET_CLASS(class);
    G_OBJECT_CLASS(class)->dispose = mts_estimate_card_dispose;
    gtk_widget_class_set_layout_manager_type(widget, GTK_TYPE_BIN_LAYOUT);
    gtk_widget_class_set_css_name(widget, "estimate");
    gtk_widget_class_set_accessible_role(widget, GTK_ACCESSIBLE_ROLE_GROUP);
}

static void mts_estimate_card_init(MtsEstimateCard *self)
{
    static const char *const titles[FIGURES] = {"Cycles", "Energy", "vs FP32", "Peak"};
    self->column = gtk_box_new(GTK_ORIENTATION_VERTICAL, 0);
    GtkWidget *figures = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 0);
    for (guint i = 0; i < FIGURES; i++) {
        gtk_box_append(GTK_BOX(figures), figure_new(&self->figures[i], titles[i]));
    }
    GtkWidget *title = label_new("figure-title");
    gtk_widget_add_css_class(title, "share-title");
    gtk_label_set_text(GTK_LABEL(title), "Share of work by mantissa bits");
    self->bar = mts_share_bar_new();
    gtk_box_append(GTK_BOX(self->column), figures);
    gtk_box_append(GTK_BOX(self->column), title);
    gtk_box_append(GTK_BOX(self->column), self->bar);
    gtk_widget_add_css_class(self->column, "inspector-card");
    gtk_widget_add_css_class(self->column, "estimate-card");
    gtk_widget_set_parent(self->column, GTK_WIDGET(self));
    gtk_accessible_update_property(
        GTK_ACCESSIBLE(self), GTK_ACCESSIBLE_PROPERTY_LABEL, "Estimate of the whole run", -1);
    show_nothing(self);
}

GtkWidget *mts_estimate_card_new(void)
{
    return g_object_new(MTS_TYPE_ESTIMATE_CARD, NULL);
}
