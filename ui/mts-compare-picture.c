/* The page's cards as pictures. */
#include "mts-compare-private.h"

#include "mts-compare-overlay.h"
#include "mts-paint.h"

/* Round a card's figure. */
enum { TITLE = 36, MARGIN = 16 };

void mts_compare_get_card_size(MtsCompare *self, MtsCompareCard card, double *width, double *height)
{
    *width = MAX(gtk_widget_get_width(self->figures[card]), 480) + 2 * MARGIN;
    *height = MAX(gtk_widget_get_height(self->figures[card]), 186) + TITLE + MARGIN;
}

static double draw_side(MtsCompare *self, const MtsFigure *figure, guint side, double x, double y)
{
    MtsCompareRun *run = mts_compare_model_get_pair(self->model, side);
    if (!run) {
        return x;
    }
    const GdkRGBA ink = mts_palette_run(mts_compare_run_get_slot(run), figure->dark),
                  view = mts_palette_ink(MTS_INK_VIEW, figure->dark);
    mts_paint_rounded(figure->cr, x, y - 8, 16, 16, 4);
    mts_paint_source(figure->cr, &ink);
    cairo_fill(figure->cr);
    mts_figure_text(figure, side == 0 ? "A" : "B", MTS_POINTS_LEGEND, TRUE, x + 8, y, 0.5, view);
    return x + 24 +
        mts_figure_text(figure, mts_compare_run_get_name(run), MTS_POINTS_SECONDARY, FALSE, x + 22,
            y, 0, mts_palette_ink(MTS_INK_TEXT, figure->dark));
}

/* What the card's head says beside the title. */
static void draw_head(
    MtsCompare *self, MtsCompareCard card, const MtsFigure *figure, double x, double y)
{
    const GdkRGBA ink = mts_palette_ink(MTS_INK_TEXT_SECONDARY, figure->dark);
    g_autofree char *target = NULL;
    switch (card) {
    case MTS_CARD_CURVES:
        target = g_strdup_printf(
            "over %s", mts_compare_axis_words(mts_compare_model_get_axis(self->model)));
        mts_figure_text(figure, target, MTS_POINTS_SECONDARY, FALSE, x, y, 0, ink);
        break;
    case MTS_CARD_DIFFERENCE:
        x = draw_side(self, figure, 0, x, y);
        draw_side(self, figure, 1, x + 12, y);
        break;
    case MTS_CARD_TIMES:
        target = g_strdup_printf("%s to %s", gtk_label_get_text(GTK_LABEL(self->machine)),
            gtk_label_get_text(GTK_LABEL(self->target_value)));
        mts_figure_text(figure, target, MTS_POINTS_SECONDARY, FALSE, x, y, 0, ink);
        break;
    case MTS_CARD_FRONT:
    case MTS_CARDS:
        break;
    }
}

void mts_compare_draw_card(
    MtsCompare *self, MtsCompareCard card, const MtsFigure *figure, double width, double height)
{
    const GdkRGBA view = mts_palette_ink(MTS_INK_VIEW, figure->dark),
                  ink = mts_palette_ink(MTS_INK_TEXT, figure->dark);
    const double room = width - 2 * MARGIN, rest = height - TITLE - MARGIN;
    mts_paint_source(figure->cr, &view);
    cairo_rectangle(figure->cr, 0, 0, width, height);
    cairo_fill(figure->cr);
    const double title = mts_figure_text(figure, mts_compare_card_title(card), MTS_POINTS_SECONDARY,
        TRUE, MARGIN, TITLE / 2.0, 0, ink);
    draw_head(self, card, figure, MARGIN + title + 12, TITLE / 2.0);
    cairo_save(figure->cr);
    cairo_translate(figure->cr, MARGIN, TITLE);
    if (card == MTS_CARD_CURVES) {
        mts_compare_overlay_draw(MTS_COMPARE_OVERLAY(self->figures[card]), figure, room, rest);
    } else {
        mts_compare_figure_draw(MTS_COMPARE_FIGURE(self->figures[card]), figure, room, rest);
    }
    cairo_restore(figure->cr);
}
