#include "mts-compare-pareto.h"

#include "mts-paint.h"
#include "mts-text.h"
#include <math.h>
#include <string.h>

enum { LEFT = 40, RIGHT = 20, TOP = 20, BOTTOM = 26, NEAR = 14 };
/* Of the arrow to where runs are better. */
enum { BETTER_WIDTH = 72, BETTER_HEIGHT = 44 };
#define PAD_X 0.08
#define PAD_Y 0.10

typedef struct Dot {
    MtsCompareRun *run; /* borrowed */
    double cycles, accuracy;
    double x, y; /* in the widget */
    gboolean front;
} Dot;

struct _MtsComparePareto {
    MtsCompareFigure parent;
    GtkGesture *drag;
    GArray *lasso; /* graphene_point_t; NULL: none is drawn */
};

G_DEFINE_FINAL_TYPE(MtsComparePareto, mts_compare_pareto, MTS_TYPE_COMPARE_FIGURE)

/* ---- frontier --------------------------------------------------------------------------------- */

typedef struct Place {
    double x, y;
    guint index;
} Place;

static int by_cost(gconstpointer a, gconstpointer b)
{
    const Place *first = a, *second = b;
    if (first->x != second->x) {
        return first->x < second->x ? -1 : 1;
    }
    return (first->y < second->y) - (first->y > second->y);
}

void mts_pareto_front(const double *x, const double *y, guint count, gboolean *front)
{
    g_autofree Place *places = g_new(Place, count);
    guint known = 0;
    for (guint i = 0; i < count; i++) {
        front[i] = FALSE;
        if (isfinite(x[i]) && isfinite(y[i])) {
            places[known++] = (Place){x[i], y[i], i};
        }
    }
    qsort(places, known, sizeof *places, by_cost);
    double best = -INFINITY, cost = NAN;
    for (guint i = 0; i < known; i++) {
        /* Two alike in both stand on it together. */
        if (places[i].y > best || (places[i].y == best && places[i].x == cost)) {
            best = places[i].y;
            cost = places[i].x;
            front[places[i].index] = TRUE;
        }
    }
}

/* ---- dots ------------------------------------------------------------------------------------- */

static MtsPlot plot_for(const GArray *dots, double width, double height)
{
    MtsPlot plot = {.left = LEFT,
        .top = TOP,
        .width = MAX(width - LEFT - RIGHT, 10),
        .height = MAX(height - TOP - BOTTOM, 10)};
    double x0 = INFINITY, x1 = -INFINITY, y0 = INFINITY, y1 = -INFINITY;
    for (guint i = 0; i < dots->len; i++) {
        const Dot *dot = &g_array_index(dots, Dot, i);
        const double estimate = mts_compare_run_get_figures(dot->run)->estimate;
        x0 = fmin(x0, dot->cycles);
        x1 = fmax(x1, fmax(dot->cycles, estimate));
        y0 = fmin(y0, dot->accuracy);
        y1 = fmax(y1, dot->accuracy);
    }
    plot.x = mts_scale_fit(x0, x1, TRUE, PAD_X);
    plot.y = mts_scale_fit(y0, y1, FALSE, PAD_Y);
    return plot;
}

/* All runs of the group, and where they lie. The frontier is that of runs that are over. */
static GArray *dots_new(MtsComparePareto *self, double width, double height, MtsPlot *plot)
{
    GListModel *runs =
        mts_compare_model_get_shown(mts_compare_figure_get_model(MTS_COMPARE_FIGURE(self)));
    const guint count = g_list_model_get_n_items(runs);
    GArray *dots = g_array_new(FALSE, TRUE, sizeof(Dot));
    for (guint i = 0; i < count; i++) {
        g_autoptr(MtsCompareRun) run = g_list_model_get_item(runs, i);
        const MtsCompareFigures *f = mts_compare_run_get_figures(run);
        if (f->cycles > 0 && isfinite(f->best)) {
            const Dot dot = {.run = run, .cycles = f->cycles, .accuracy = f->best};
            g_array_append_val(dots, dot);
        }
    }
    *plot = plot_for(dots, width, height);
    g_autofree double *x = g_new(double, dots->len), *y = g_new(double, dots->len);
    g_autofree gboolean *front = g_new(gboolean, dots->len);
    for (guint i = 0; i < dots->len; i++) {
        Dot *dot = &g_array_index(dots, Dot, i);
        dot->x = mts_plot_x(plot, dot->cycles);
        dot->y = mts_plot_y(plot, dot->accuracy);
        x[i] = mts_compare_run_is_live(dot->run) ? NAN : dot->cycles;
        y[i] = dot->accuracy;
    }
    mts_pareto_front(x, y, dots->len, front);
    for (guint i = 0; i < dots->len; i++) {
        g_array_index(dots, Dot, i).front = front[i];
    }
    return dots;
}

static int by_x(gconstpointer a, gconstpointer b)
{
    const Dot *first = a, *second = b;
    return first->x != second->x ? (first->x > second->x) - (first->x < second->x)
                                 : (first->y < second->y) - (first->y > second->y);
}

/* ---- drawing ---------------------------------------------------------------------------------- */

static void draw_front(const GArray *dots, const MtsFigure *figure, const MtsPlot *plot)
{
    const double right = plot->left + plot->width, bottom = plot->top + plot->height;
    double start = NAN, y = NAN;
    for (guint i = 0; i < dots->len; i++) { /* from left to right */
        const Dot *dot = &g_array_index(dots, Dot, i);
        if (!dot->front) {
            continue;
        }
        if (isnan(start)) {
            start = round(dot->x) + 0.5;
            cairo_move_to(figure->cr, start, round(dot->y) + 0.5);
        } else {
            cairo_line_to(figure->cr, round(dot->x) + 0.5, y);
            cairo_line_to(figure->cr, round(dot->x) + 0.5, round(dot->y) + 0.5);
        }
        y = round(dot->y) + 0.5;
    }
    if (isnan(start)) {
        return;
    }
    cairo_line_to(figure->cr, right, y);
    cairo_path_t *step = cairo_copy_path(figure->cr);
    cairo_line_to(figure->cr, right, bottom);
    cairo_line_to(figure->cr, start, bottom);
    cairo_close_path(figure->cr);
    const GdkRGBA wash =
                      mts_palette_fade(mts_palette_ink(MTS_INK_ACCENT_WASH, figure->dark), 0.75f),
                  ink = mts_palette_fade(mts_palette_ink(MTS_INK_ACCENT, figure->dark), 0.75f);
    mts_paint_source(figure->cr, &wash);
    cairo_fill(figure->cr);
    cairo_append_path(figure->cr, step);
    cairo_path_destroy(step);
    mts_paint_source(figure->cr, &ink);
    cairo_set_dash(figure->cr, NULL, 0, 0);
    cairo_set_line_width(figure->cr, 1.5);
    cairo_stroke(figure->cr);
}

/* An arrow to where runs are better. */
static void draw_better(const MtsFigure *figure, const MtsPlot *plot)
{
    const GdkRGBA ink = mts_palette_ink(MTS_INK_TEXT_TICKS, figure->dark);
    const double x = plot->left + 14, y = plot->top + 12;
    mts_paint_source(figure->cr, &ink);
    cairo_set_dash(figure->cr, NULL, 0, 0);
    cairo_set_line_width(figure->cr, 1.25);
    cairo_move_to(figure->cr, x + 20, y + 18);
    cairo_line_to(figure->cr, x, y);
    cairo_move_to(figure->cr, x, y + 7);
    cairo_line_to(figure->cr, x, y);
    cairo_line_to(figure->cr, x + 7, y);
    cairo_stroke(figure->cr);
    mts_figure_text(figure, "better", MTS_POINTS_TICKS, FALSE, x + 22, y + 24, 0, ink);
}

/* A run that is under way: a halo, and a dotted way to where its schedule ends. */
static void draw_live(const MtsFigure *figure, const MtsPlot *plot, const Dot *dot, GdkRGBA ink)
{
    const MtsCompareFigures *f = mts_compare_run_get_figures(dot->run);
    const GdkRGBA halo = mts_palette_fade(ink, 0.25f);
    cairo_new_path(figure->cr);
    cairo_arc(figure->cr, dot->x, dot->y, 8, 0, 2 * G_PI);
    mts_paint_source(figure->cr, &halo);
    cairo_fill(figure->cr);
    if (!(f->estimate > f->cycles)) {
        return;
    }
    const double end = mts_plot_x(plot, f->estimate);
    mts_paint_source(figure->cr, &ink);
    cairo_set_dash(figure->cr, (double[]){3, 3}, 2, 0);
    cairo_set_line_width(figure->cr, 1.5);
    cairo_move_to(figure->cr, dot->x, dot->y);
    cairo_line_to(figure->cr, end, dot->y);
    cairo_stroke(figure->cr);
    cairo_set_dash(figure->cr, (double[]){2, 2}, 2, 0);
    cairo_arc(figure->cr, end, dot->y, 4, 0, 2 * G_PI);
    cairo_stroke(figure->cr);
}

static gboolean overlap(const graphene_rect_t *a, const GArray *taken)
{
    for (guint i = 0; i < taken->len; i++) {
        if (graphene_rect_intersection(a, &g_array_index(taken, graphene_rect_t, i), NULL)) {
            return TRUE;
        }
    }
    return FALSE;
}

/* Beside its dot, where nothing lies yet: above, right, left, below … FALSE: there is no room. */
static gboolean place_label(const MtsFigure *figure, const MtsPlot *plot, const Dot *dot,
    const char *name, gboolean bold, GdkRGBA ink, GArray *taken)
{
    static const struct {
        double x, y, align;
    } places[] = {{0, -13, 0.5}, {9, 0, 0}, {-9, 0, 1}, {0, 13, 0.5}, {8, -11, 0}, {-8, -11, 1},
        {8, 12, 0}, {-8, 12, 1}};
    const double width = MIN(mts_figure_text_width(figure, name, MTS_POINTS_LEGEND, bold), 130);
    /* A run under way has a dotted line to its right. */
    const guint first = mts_compare_run_is_live(dot->run) ? 3 : 0;
    for (guint i = first; i < G_N_ELEMENTS(places); i++) {
        const double x = dot->x + places[i].x, y = dot->y + places[i].y;
        const graphene_rect_t box = GRAPHENE_RECT_INIT(
            (float)(x - width * places[i].align), (float)(y - 7), (float)width, 14);
        if (box.origin.x < plot->left || box.origin.x + width > plot->left + plot->width + RIGHT ||
            box.origin.y < 0 || box.origin.y + 14 > plot->top + plot->height ||
            overlap(&box, taken)) {
            continue;
        }
        g_array_append_val(taken, box);
        mts_figure_text_within(
            figure, name, MTS_POINTS_LEGEND, bold, x, y, places[i].align, width, ink);
        return TRUE;
    }
    return FALSE;
}

/* Its name, or where that has no room the first words of it. */
static void draw_label(const MtsFigure *figure, const MtsPlot *plot, const Dot *dot, gboolean bold,
    GdkRGBA ink, GArray *taken)
{
    g_autofree char *name = g_strdup(mts_compare_run_get_name(dot->run));
    char *end = name;
    while (end && !place_label(figure, plot, dot, name, bold, ink, taken)) {
        end = strrchr(name, ' ');
        if (end) {
            *end = '\0';
        }
    }
}

/* Every dot keeps labels off itself; shown runs are labelled first, then the frontier. */
static void draw_labels(
    MtsComparePareto *self, const GArray *dots, const MtsFigure *figure, const MtsPlot *plot)
{
    MtsCompareModel *model = mts_compare_figure_get_model(MTS_COMPARE_FIGURE(self));
    MtsCompareRun *hover = mts_compare_model_get_hover(model);
    g_autoptr(GArray) taken = g_array_new(FALSE, FALSE, sizeof(graphene_rect_t));
    const graphene_rect_t arrow =
        GRAPHENE_RECT_INIT((float)plot->left, (float)plot->top, BETTER_WIDTH, BETTER_HEIGHT);
    g_array_append_val(taken, arrow);
    for (guint i = 0; i < dots->len; i++) {
        const Dot *dot = &g_array_index(dots, Dot, i);
        const graphene_rect_t box =
            GRAPHENE_RECT_INIT((float)dot->x - 5, (float)dot->y - 5, 10, 10);
        g_array_append_val(taken, box);
    }
    for (guint pass = 0; pass < 4; pass++) {
        for (guint i = 0; i < dots->len; i++) {
            const Dot *dot = &g_array_index(dots, Dot, i);
            const gboolean checked = mts_compare_run_get_checked(dot->run);
            const guint wanted = dot->run == hover ? 0 : checked ? 1 : dot->front ? 2 : 3;
            /* Among very many, only those that somebody asked for have names. */
            if (wanted != pass || (pass == 3 && dots->len > 24)) {
                continue;
            }
            const GdkRGBA ink = mts_compare_run_is_live(dot->run)
                ? mts_figure_ink(figure, model, dot->run)
                : mts_palette_fade(
                      mts_palette_ink(checked || pass == 0 ? MTS_INK_TEXT : MTS_INK_TEXT_SECONDARY,
                          figure->dark),
                      mts_compare_model_strength(model, dot->run));
            draw_label(figure, plot, dot, checked || pass == 0, ink, taken);
        }
    }
}

/* Who beats this dot most clearly: as much accuracy for the least cycles. NULL: nobody. */
static const Dot *beaten_by(const GArray *dots, const Dot *dot)
{
    const Dot *best = NULL;
    for (guint i = 0; i < dots->len; i++) {
        const Dot *other = &g_array_index(dots, Dot, i);
        if (other->front && other->cycles <= dot->cycles && other->accuracy >= dot->accuracy &&
            (other->cycles < dot->cycles || other->accuracy > dot->accuracy) &&
            (!best || other->cycles < best->cycles)) {
            best = other;
        }
    }
    return best;
}

static char *dot_words(const GArray *dots, const Dot *dot)
{
    g_autofree char *accuracy = mts_text_percent(dot->accuracy);
    g_autofree char *cycles = mts_text_amount(dot->cycles);
    const Dot *better = dot->front ? NULL : beaten_by(dots, dot);
    return g_strdup_printf("%s, %s cycles%s%s", accuracy, cycles,
        dot->front   ? ", on the frontier"
            : better ? ", beaten by "
                     : "",
        better ? mts_compare_run_get_name(better->run) : "");
}

static void draw_hover(
    MtsComparePareto *self, const GArray *dots, const MtsFigure *figure, const MtsPlot *plot)
{
    MtsCompareModel *model = mts_compare_figure_get_model(MTS_COMPARE_FIGURE(self));
    MtsCompareRun *hover = mts_compare_model_get_hover(model);
    for (guint i = 0; hover && i < dots->len; i++) {
        const Dot *dot = &g_array_index(dots, Dot, i);
        if (dot->run != hover) {
            continue;
        }
        const GdkRGBA ink = mts_palette_ink(MTS_INK_CROSSHAIR, figure->dark);
        const double x = round(dot->x) + 0.5, y = round(dot->y) + 0.5;
        mts_paint_source(figure->cr, &ink);
        cairo_set_dash(figure->cr, (double[]){2, 2}, 2, 0);
        cairo_set_line_width(figure->cr, 1);
        cairo_move_to(figure->cr, plot->left, y);
        cairo_line_to(figure->cr, x, y);
        cairo_line_to(figure->cr, x, plot->top + plot->height);
        cairo_stroke(figure->cr);
        g_autofree char *words = dot_words(dots, dot);
        mts_figure_text_over(figure, words, MTS_POINTS_LEGEND, FALSE, plot->left + plot->width,
            plot->top + plot->height - 8, 1, mts_palette_ink(MTS_INK_TEXT, figure->dark));
    }
}

static void draw_lasso(MtsComparePareto *self, const MtsFigure *figure)
{
    if (!self->lasso || self->lasso->len < 2) {
        return;
    }
    const GdkRGBA wash = mts_palette_ink(MTS_INK_ACCENT_WASH, figure->dark),
                  rim = mts_palette_ink(MTS_INK_ACCENT, figure->dark);
    for (guint i = 0; i < self->lasso->len; i++) {
        const graphene_point_t *point = &g_array_index(self->lasso, graphene_point_t, i);
        cairo_line_to(figure->cr, point->x, point->y);
    }
    cairo_close_path(figure->cr);
    mts_paint_source(figure->cr, &wash);
    cairo_fill_preserve(figure->cr);
    mts_paint_source(figure->cr, &rim);
    cairo_set_dash(figure->cr, (double[]){3, 2}, 2, 0);
    cairo_set_line_width(figure->cr, 1);
    cairo_stroke(figure->cr);
}

static void draw(MtsCompareFigure *base, const MtsFigure *figure, double width, double height)
{
    MtsComparePareto *self = MTS_COMPARE_PARETO(base);
    MtsCompareModel *model = mts_compare_figure_get_model(base);
    MtsPlot plot;
    g_autoptr(GArray) dots = dots_new(self, width, height, &plot);
    g_array_sort(dots, by_x);
    mts_plot_draw_axes(&plot, figure, MTS_COMPARE_CYCLES, NAN);
    draw_front(dots, figure, &plot);
    draw_better(figure, &plot);
    draw_hover(self, dots, figure, &plot);
    for (guint pass = 0; pass < 2; pass++) { /* shown runs above the others */
        for (guint i = 0; i < dots->len; i++) {
            const Dot *dot = &g_array_index(dots, Dot, i);
            const gboolean checked = mts_compare_run_get_checked(dot->run);
            if (checked != (pass == 1)) {
                continue;
            }
            const GdkRGBA ink = mts_figure_ink(figure, model, dot->run);
            if (mts_compare_run_is_live(dot->run)) {
                draw_live(figure, &plot, dot, ink);
            }
            mts_figure_dot(figure, dot->x, dot->y, checked ? 4.5 : 4, !checked, ink);
        }
    }
    draw_labels(self, dots, figure, &plot);
    draw_lasso(self, figure);
}

static char *describe(MtsCompareFigure *base)
{
    MtsPlot plot;
    g_autoptr(GArray) dots = dots_new(MTS_COMPARE_PARETO(base), 500, 200, &plot);
    MtsCompareRun *hover = mts_compare_model_get_hover(mts_compare_figure_get_model(base));
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < dots->len; i++) {
        const Dot *dot = &g_array_index(dots, Dot, i);
        if (hover ? dot->run == hover : dot->front) {
            g_autofree char *words = dot_words(dots, dot);
            g_string_append_printf(
                text, "%s%s: %s", text->len ? "; " : "", mts_compare_run_get_name(dot->run), words);
        }
    }
    return g_string_free(text, FALSE);
}

/* ---- pointer and keys ------------------------------------------------------------------------- */

static GArray *dots_now(MtsComparePareto *self)
{
    MtsPlot plot;
    GtkWidget *widget = GTK_WIDGET(self);
    return dots_new(self, gtk_widget_get_width(widget), gtk_widget_get_height(widget), &plot);
}

static MtsCompareRun *run_at(MtsComparePareto *self, double x, double y)
{
    g_autoptr(GArray) dots = dots_now(self);
    MtsCompareRun *nearest = NULL;
    double least = NEAR;
    for (guint i = 0; i < dots->len; i++) {
        const Dot *dot = &g_array_index(dots, Dot, i);
        const double off = hypot(dot->x - x, dot->y - y);
        if (off < least) {
            least = off;
            nearest = dot->run;
        }
    }
    return nearest;
}

static void move(MtsCompareFigure *base, double x, double y)
{
    mts_compare_model_set_hover(
        mts_compare_figure_get_model(base), run_at(MTS_COMPARE_PARETO(base), x, y));
}

static void press(MtsCompareFigure *base, int presses, double x, double y)
{
    MtsCompareRun *run = run_at(MTS_COMPARE_PARETO(base), x, y);
    if (run && presses == 1) {
        mts_compare_model_check(
            mts_compare_figure_get_model(base), run, !mts_compare_run_get_checked(run));
    }
}

static void walk(MtsCompareFigure *base, int direction)
{
    MtsCompareModel *model = mts_compare_figure_get_model(base);
    MtsCompareRun *hover = mts_compare_model_get_hover(model);
    g_autoptr(GArray) dots = dots_now(MTS_COMPARE_PARETO(base));
    g_array_sort(dots, by_x);
    int at = direction > 0 ? -1 : (int)dots->len;
    for (guint i = 0; i < dots->len; i++) {
        if (g_array_index(dots, Dot, i).run == hover) {
            at = (int)i;
        }
    }
    at = CLAMP(at + direction, 0, (int)dots->len - 1);
    if (dots->len > 0) {
        mts_compare_model_set_hover(model, g_array_index(dots, Dot, at).run);
    }
}

static gboolean key(MtsCompareFigure *base, guint keyval, GdkModifierType modifiers)
{
    MtsCompareModel *model = mts_compare_figure_get_model(base);
    MtsCompareRun *hover = mts_compare_model_get_hover(model);
    switch (keyval) {
    case GDK_KEY_Left:
        walk(base, -1);
        return TRUE;
    case GDK_KEY_Right:
        walk(base, 1);
        return TRUE;
    case GDK_KEY_space:
        if (hover) {
            mts_compare_model_check(model, hover, !mts_compare_run_get_checked(hover));
        }
        return hover != NULL;
    case GDK_KEY_Escape:
        mts_compare_model_set_hover(model, NULL);
        return TRUE;
    default:
        return FALSE;
    }
}

/* ---- lasso ------------------------------------------------------------------------------------ */

static void add_lasso(MtsComparePareto *self, double x, double y)
{
    const graphene_point_t point = GRAPHENE_POINT_INIT((float)x, (float)y);
    g_array_append_val(self->lasso, point);
    gtk_widget_queue_draw(GTK_WIDGET(self));
}

static void on_drag_update(GtkGestureDrag *drag, double dx, double dy, MtsComparePareto *self)
{
    double x, y;
    gtk_gesture_drag_get_start_point(drag, &x, &y);
    if (!self->lasso && hypot(dx, dy) > 6) {
        self->lasso = g_array_new(FALSE, FALSE, sizeof(graphene_point_t));
        gtk_gesture_set_state(GTK_GESTURE(drag), GTK_EVENT_SEQUENCE_CLAIMED);
        add_lasso(self, x, y);
    }
    if (self->lasso) {
        add_lasso(self, x + dx, y + dy);
    }
}

/* Even-odd rule. */
static gboolean encloses(const GArray *lasso, double x, double y)
{
    gboolean inside = FALSE;
    for (guint i = 0, k = lasso->len - 1; i < lasso->len; k = i++) {
        const graphene_point_t *a = &g_array_index(lasso, graphene_point_t, i),
                               *b = &g_array_index(lasso, graphene_point_t, k);
        if ((a->y > y) != (b->y > y) && x < (b->x - a->x) * (y - a->y) / (b->y - a->y) + a->x) {
            inside = !inside;
        }
    }
    return inside;
}

static void on_drag_end(GtkGestureDrag *drag, double dx, double dy, MtsComparePareto *self)
{
    MtsCompareModel *model = mts_compare_figure_get_model(MTS_COMPARE_FIGURE(self));
    if (!self->lasso) {
        return;
    }
    g_autoptr(GArray) lasso = g_steal_pointer(&self->lasso);
    g_autoptr(GArray) dots = dots_now(self);
    guint inside = 0;
    for (guint i = 0; i < dots->len; i++) {
        inside += encloses(lasso, g_array_index(dots, Dot, i).x, g_array_index(dots, Dot, i).y);
    }
    for (guint i = 0; inside > 0 && i < dots->len; i++) {
        const Dot *dot = &g_array_index(dots, Dot, i);
        mts_compare_model_check(model, dot->run, encloses(lasso, dot->x, dot->y));
    }
    gtk_widget_queue_draw(GTK_WIDGET(self));
}

/* ---- object ------------------------------------------------------------------------------------ */

static void mts_compare_pareto_finalize(GObject *object)
{
    g_clear_pointer(&MTS_COMPARE_PARETO(object)->lasso, g_array_unref);
    G_OBJECT_CLASS(mts_compare_pareto_parent_class)->finalize(object);
}

static void mts_compare_pareto_class_init(MtsCompareParetoClass *class)
{
    MtsCompareFigureClass *figure = MTS_COMPARE_FIGURE_CLASS(class);
    G_OBJECT_CLASS(class)->finalize = mts_compare_pareto_finalize;
    figure->changes = MTS_CHANGE_RUNS | MTS_CHANGE_FIGURES | MTS_CHANGE_HOVER;
    figure->least_width = 240;
    figure->width = 536;
    figure->least_height = 140;
    figure->height = 186;
    figure->draw = draw;
    figure->describe = describe;
    figure->move = move;
    figure->press = press;
    figure->key = key;
}

static void mts_compare_pareto_init(MtsComparePareto *self)
{
    self->drag = gtk_gesture_drag_new();
    g_signal_connect(self->drag, "drag-update", G_CALLBACK(on_drag_update), self);
    g_signal_connect(self->drag, "drag-end", G_CALLBACK(on_drag_end), self);
    gtk_widget_add_controller(GTK_WIDGET(self), GTK_EVENT_CONTROLLER(self->drag));
}

GtkWidget *mts_compare_pareto_new(MtsCompareModel *model)
{
    MtsComparePareto *self = g_object_new(MTS_TYPE_COMPARE_PARETO, NULL);
    mts_compare_figure_set_up(MTS_COMPARE_FIGURE(self), model, "Accuracy against cycles");
    return GTK_WIDGET(self);
}
