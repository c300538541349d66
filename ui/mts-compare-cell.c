#include "mts-compare-cell.h"

#include "mts-compare-strip.h"
#include "mts-paint.h"
#include "mts-palette.h"
#include "mts-run-row.h"
#include "mts-text.h"
#include <math.h>

enum { MARK = 16, BAR_WIDTH = 56, BAR_HEIGHT = 8 };

static const char cell_key[] = "mts-compare-cell";

MtsCell *mts_cell_of(GtkWidget *widget)
{
    for (; widget; widget = gtk_widget_get_parent(widget)) {
        MtsCell *cell = g_object_get_data(G_OBJECT(widget), cell_key);
        if (cell) {
            return cell;
        }
    }
    return NULL;
}

/* ---- pictures --------------------------------------------------------------------------------- */

static void draw_mark(GtkDrawingArea *area, cairo_t *cr, int width, int height, gpointer data)
{
    MtsCell *cell = data;
    if (cell->run) {
        mts_paint_status(cr, width / 2.0, height / 2.0, mts_compare_run_get_status(cell->run), 0.25,
            mts_palette_dark());
    }
}

static guint shown_slot(MtsCompareRun *run)
{
    return mts_compare_run_get_checked(run) ? mts_compare_run_get_slot(run) : MTS_RUN_GREY;
}

static void draw_bar(GtkDrawingArea *area, cairo_t *cr, int width, int height, gpointer data)
{
    MtsCell *cell = data;
    if (!cell->run || !isfinite(cell->share)) {
        return;
    }
    const gboolean dark = mts_palette_dark();
    const GdkRGBA trough = mts_palette_ink(MTS_INK_EMPTY_LANE, dark);
    GdkRGBA ink = mts_palette_run(shown_slot(cell->run), dark);
    ink.alpha = 0.85f;
    const double y = (height - BAR_HEIGHT) / 2.0;
    mts_paint_rounded(cr, 0, y, width, BAR_HEIGHT, BAR_HEIGHT / 2.0);
    mts_paint_source(cr, &trough);
    cairo_fill(cr);
    mts_paint_rounded(
        cr, 0, y, MAX(width * CLAMP(cell->share, 0, 1), 3), BAR_HEIGHT, BAR_HEIGHT / 2.0);
    mts_paint_source(cr, &ink);
    cairo_fill(cr);
}

static GtkWidget *picture(int width, int height, GtkDrawingAreaDrawFunc draw, MtsCell *cell)
{
    GtkWidget *area = gtk_drawing_area_new();
    gtk_drawing_area_set_content_width(GTK_DRAWING_AREA(area), width);
    gtk_drawing_area_set_content_height(GTK_DRAWING_AREA(area), height);
    gtk_drawing_area_set_draw_func(GTK_DRAWING_AREA(area), draw, cell, NULL);
    gtk_widget_set_valign(area, GTK_ALIGN_CENTER);
    gtk_widget_set_can_target(area, FALSE);
    return area;
}

/* ---- widgets ---------------------------------------------------------------------------------- */

static GtkWidget *text_new(float xalign)
{
    GtkWidget *label = gtk_label_new(NULL);
    gtk_label_set_xalign(GTK_LABEL(label), xalign);
    gtk_label_set_ellipsize(GTK_LABEL(label), PANGO_ELLIPSIZE_END);
    return label;
}

static GtkWidget *name_new(MtsCell *cell)
{
    GtkWidget *box = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 6);
    cell->mark = picture(MARK, MARK, draw_mark, cell);
    cell->name = text_new(0);
    gtk_label_set_width_chars(GTK_LABEL(cell->name), 14);
    cell->badge = gtk_label_new(NULL);
    cell->side = gtk_label_new(NULL);
    gtk_widget_add_css_class(cell->badge, "epoch-badge");
    gtk_widget_add_css_class(cell->side, "side-badge");
    gtk_widget_set_valign(cell->badge, GTK_ALIGN_CENTER);
    gtk_widget_set_valign(cell->side, GTK_ALIGN_CENTER);
    GtkWidget *const parts[] = {cell->mark, cell->name, cell->badge, cell->side};
    for (guint i = 0; i < G_N_ELEMENTS(parts); i++) {
        gtk_box_append(GTK_BOX(box), parts[i]);
    }
    return box;
}

static GtkWidget *bar_new(MtsCell *cell)
{
    GtkWidget *box = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 8);
    cell->bar = picture(BAR_WIDTH, BAR_HEIGHT, draw_bar, cell);
    cell->label = text_new(1);
    gtk_label_set_width_chars(GTK_LABEL(cell->label), 5);
    gtk_widget_set_halign(box, GTK_ALIGN_END);
    gtk_box_append(GTK_BOX(box), cell->bar);
    gtk_box_append(GTK_BOX(box), cell->label);
    return box;
}

static void cell_free(gpointer data)
{
    MtsCell *cell = data;
    g_clear_object(&cell->run);
    g_free(cell);
}

MtsCell *mts_cell_new(const MtsCellColumn *column)
{
    MtsCell *cell = g_new0(MtsCell, 1);
    cell->column = column;
    switch (column->kind) {
    case MTS_CELL_CHECK:
        cell->widget = cell->check = gtk_check_button_new();
        gtk_widget_add_css_class(cell->check, "run-check");
        gtk_widget_set_valign(cell->check, GTK_ALIGN_CENTER);
        gtk_widget_set_halign(cell->check, GTK_ALIGN_CENTER);
        gtk_widget_set_focusable(cell->check, FALSE); /* the row's Space does it */
        break;
    case MTS_CELL_NAME:
        cell->widget = name_new(cell);
        break;
    case MTS_CELL_STRIP:
        cell->widget = cell->strip = mts_compare_strip_new(FALSE);
        gtk_widget_set_halign(cell->strip, GTK_ALIGN_START);
        break;
    case MTS_CELL_FIGURE:
        cell->widget = cell->label = text_new(1);
        break;
    case MTS_CELL_BAR:
        cell->widget = bar_new(cell);
        break;
    case MTS_CELL_SETTING:
        cell->widget = cell->label = text_new(0);
        break;
    }
    gtk_widget_add_css_class(cell->widget, "compare-cell");
    g_object_set_data_full(G_OBJECT(cell->widget), cell_key, cell, cell_free);
    return cell;
}

/* ---- showing ---------------------------------------------------------------------------------- */

static void set_class(GtkWidget *widget, const char *name, gboolean on)
{
    if (on != gtk_widget_has_css_class(widget, name)) {
        if (on) {
            gtk_widget_add_css_class(widget, name);
        } else {
            gtk_widget_remove_css_class(widget, name);
        }
    }
}

static void set_slot(MtsCell *cell, GtkWidget *widget, guint slot)
{
    const char *slot_class = mts_run_slot_class(slot);
    if (slot_class != cell->slot_class) {
        if (cell->slot_class) {
            gtk_widget_remove_css_class(widget, cell->slot_class);
        }
        gtk_widget_add_css_class(widget, slot_class);
        cell->slot_class = slot_class;
    }
}

static void show_check(MtsCell *cell)
{
    set_slot(cell, cell->check, mts_compare_run_get_slot(cell->run));
    cell->showing = TRUE;
    gtk_check_button_set_active(
        GTK_CHECK_BUTTON(cell->check), mts_compare_run_get_checked(cell->run));
    cell->showing = FALSE;
    g_autofree char *label =
        g_strdup_printf("Show %s in the charts", mts_compare_run_get_name(cell->run));
    gtk_accessible_update_property(
        GTK_ACCESSIBLE(cell->check), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
}

/* Underlines what a search found. */
static void mark_words(GtkWidget *label, const char *name, const char *words)
{
    g_autoptr(PangoAttrList) marks = pango_attr_list_new();
    g_autofree char *folded = g_utf8_casefold(name, -1);
    g_auto(GStrv) parts = g_strsplit_set(words ? words : "", " \t", -1);
    /* Folding may change a name's length; then nothing is underlined. */
    for (guint i = 0; parts[i] && strlen(folded) == strlen(name); i++) {
        const char *at = *parts[i] ? strstr(folded, parts[i]) : NULL;
        if (at) {
            PangoAttribute *line = pango_attr_underline_new(PANGO_UNDERLINE_SINGLE);
            line->start_index = (guint)(at - folded);
            line->end_index = line->start_index + (guint)strlen(parts[i]);
            pango_attr_list_insert(marks, line);
        }
    }
    gtk_label_set_attributes(GTK_LABEL(label), marks);
}

/* "epoch 4.8" of a run that is not over, "5 replicas", or why a run ended. */
static char *badge_text(MtsCompareRun *run)
{
    const MtsCompareFigures *f = mts_compare_run_get_figures(run);
    const MtsRunStatus status = mts_compare_run_get_status(run);
    const guint replicas = mts_compare_run_get_replicas(run);
    if (replicas > 1) {
        return g_strdup_printf("%u replicas", replicas);
    }
    if (mts_compare_run_is_live(run) ||
        (f->steps < f->clock.steps && status != MTS_STATUS_FINISHED)) {
        g_autofree char *epoch = mts_text_fixed((double)f->steps / f->clock.steps_per_epoch, 1);
        return g_strdup_printf("%s %s", mts_compare_run_is_live(run) ? "epoch" : "to epoch", epoch);
    }
    return NULL;
}

static void show_name(MtsCell *cell, const MtsCellContext *context)
{
    const char *name = mts_compare_run_get_name(cell->run);
    const char *side = mts_compare_model_get_pair(context->model, 0) == cell->run ? "A"
        : mts_compare_model_get_pair(context->model, 1) == cell->run              ? "B"
                                                                                  : NULL;
    g_autofree char *badge = badge_text(cell->run);
    gtk_label_set_text(GTK_LABEL(cell->name), name);
    mark_words(cell->name, name, mts_compare_model_get_words(context->model));
    set_class(cell->name, "shown", mts_compare_run_get_checked(cell->run));
    gtk_label_set_text(GTK_LABEL(cell->badge), badge ? badge : "");
    gtk_widget_set_visible(cell->badge, badge != NULL);
    set_class(cell->badge, "live", mts_compare_run_is_live(cell->run));
    gtk_label_set_text(GTK_LABEL(cell->side), side ? side : "");
    gtk_widget_set_visible(cell->side, side != NULL);
    set_slot(cell, cell->side, shown_slot(cell->run));
    gtk_widget_queue_draw(cell->mark);
    g_autofree char *tip = g_strdup_printf("%s\n%s%s%s", name,
        mts_run_status_label(mts_compare_run_get_status(cell->run)), badge ? ", " : "",
        badge ? badge : "");
    gtk_widget_set_tooltip_text(cell->widget, tip);
}

static void show_strip(MtsCell *cell)
{
    MtsStrip *strip = mts_compare_run_get_strip(cell->run);
    mts_compare_strip_set(MTS_COMPARE_STRIP(cell->strip), strip);
    const char *problem = mts_compare_run_get_problem(cell->run);
    g_autofree char *label = g_strdup_printf("Schedule of %s", mts_compare_run_get_name(cell->run));
    gtk_accessible_update_property(
        GTK_ACCESSIBLE(cell->strip), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
    gtk_widget_set_has_tooltip(cell->strip, strip || problem);
}

static void show_figure(MtsCell *cell, const MtsCellContext *context)
{
    const MtsCompareColumn figure = cell->column->figure;
    gboolean faint;
    g_autofree char *text = mts_compare_column_text(figure, context->model, cell->run, &faint);
    const double value = mts_compare_column_value(figure, context->model, cell->run);
    gtk_label_set_text(GTK_LABEL(cell->label), text);
    set_class(cell->label, "faint", faint);
    set_class(cell->label, "best", !faint && value == context->best[figure]);
    if (cell->bar) {
        cell->share = value / context->largest;
        gtk_widget_queue_draw(cell->bar);
    }
}

static void show_setting(MtsCell *cell)
{
    const char *value = mts_compare_run_get_setting(cell->run, cell->column->key);
    gtk_label_set_text(GTK_LABEL(cell->label), value ? value : MTS_TEXT_NONE);
    set_class(cell->label, "faint", !value);
    gtk_widget_set_tooltip_text(cell->label, value);
}

void mts_cell_show(MtsCell *cell, const MtsCellContext *context)
{
    if (!cell->run) {
        if (cell->strip) {
            mts_compare_strip_set(MTS_COMPARE_STRIP(cell->strip), NULL);
        }
        return;
    }
    switch (cell->column->kind) {
    case MTS_CELL_CHECK:
        show_check(cell);
        break;
    case MTS_CELL_NAME:
        show_name(cell, context);
        break;
    case MTS_CELL_STRIP:
        show_strip(cell);
        break;
    case MTS_CELL_FIGURE:
    case MTS_CELL_BAR:
        show_figure(cell, context);
        break;
    case MTS_CELL_SETTING:
        show_setting(cell);
        break;
    }
    /* The cell of GTK round it takes the wash, so that it reaches from edge to edge. */
    GtkWidget *around = gtk_widget_get_parent(cell->widget);
    if (around) {
        set_class(around, "sorted", cell->column == context->sorted);
    }
}

/* Texts in quotes, quotes in them doubled, where they need it (RFC 4180). */
static char *csv_text(const char *text)
{
    if (!strpbrk(text, ",\"\r\n")) {
        return g_strdup(text);
    }
    g_auto(GStrv) parts = g_strsplit(text, "\"", -1);
    g_autofree char *doubled = g_strjoinv("\"\"", parts);
    return g_strdup_printf("\"%s\"", doubled);
}

char *mts_cell_csv(const MtsCellColumn *column, MtsCompareModel *model, MtsCompareRun *run)
{
    if (column->kind == MTS_CELL_NAME) {
        return csv_text(mts_compare_run_get_name(run));
    }
    if (column->kind == MTS_CELL_SETTING) {
        const char *setting = mts_compare_run_get_setting(run, column->key);
        return csv_text(setting ? setting : "");
    }
    char digits[G_ASCII_DTOSTR_BUF_SIZE];
    const double value = mts_compare_column_value(column->figure, model, run);
    return g_strdup(isfinite(value) ? g_ascii_dtostr(digits, sizeof digits, value) : "");
}
