#include "mts-polyline.h"

#include <limits.h>
#include <math.h>

/* Beyond this a coordinate overflows cairo's fixed point; far outside any plot. */
#define FAR 1e5

/* Of a bar that stands for a zig-zag line, against that line. */
#define BAR_OPACITY 0.6

double mts_plot_map_x(const MtsPlotMap *map, double step)
{
    return map->left + (step - map->from) / (map->to - map->from) * (map->right - map->left);
}

double mts_plot_map_step(const MtsPlotMap *map, double x)
{
    return map->from + (x - map->left) / (map->right - map->left) * (map->to - map->from);
}

double mts_plot_map_y(const MtsPlotMap *map, double value)
{
    return map->top + (1 - mts_scale_place(&map->scale, value)) * map->height;
}

void mts_polyline_init(MtsPolyline *self)
{
    self->points = g_array_new(FALSE, FALSE, sizeof(MtsLinePoint));
    self->dense = FALSE;
}

void mts_polyline_clear(MtsPolyline *self)
{
    g_clear_pointer(&self->points, g_array_unref);
}

static void add(MtsPolyline *self, int column, double x, double y)
{
    MtsLinePoint point = {(float)CLAMP(x, -FAR, FAR), (float)y, 0, column};
    if (!isnan(y)) {
        point.y = (float)CLAMP(y, -FAR, FAR);
    }
    if (self->points->len > 0) {
        const MtsLinePoint *last =
            &g_array_index(self->points, MtsLinePoint, self->points->len - 1);
        point.length = last->length;
        if (!isnan(last->y) && !isnan(point.y)) {
            const float dx = point.x - last->x, dy = point.y - last->y;
            point.length += sqrtf(dx * dx + dy * dy);
        }
    }
    g_array_append_val(self->points, point);
}

typedef struct Builder {
    MtsPolyline *line;
    const MtsLineSource *source;
    const MtsPlotMap *map;
} Builder;

static double axis_step(const MtsLineSource *source, gsize index)
{
    return mts_series_x(source->series, index) * source->stretch + source->shift;
}

static double series_step(const MtsLineSource *source, double step)
{
    return (step - source->shift) / source->stretch;
}

/* The series step at which a column begins. */
static double column_step(const Builder *b, int column)
{
    return series_step(b->source, mts_plot_map_step(b->map, b->map->left + column));
}

static double pixel_y(const Builder *b, double value)
{
    return isfinite(value) ? mts_plot_map_y(b->map, value + b->source->lift) : NAN;
}

static void add_point(const Builder *b, int column, gsize index)
{
    add(b->line, column, mts_plot_map_x(b->map, axis_step(b->source, index)),
        pixel_y(b, mts_series_y(b->source->series, index)));
}

/* Points [from, to) share a pixel column. The end that lies nearer to where the line comes from is
 * drawn first. */
static void add_column(const Builder *b, int column, gsize from, gsize to)
{
    const double x = b->map->left + column + 0.5;
    if (to - from == 1) {
        add_point(b, column, from);
        return;
    }
    double smallest, largest;
    if (!mts_series_extent(b->source->series, from, to, &smallest, &largest)) {
        add(b->line, column, x, NAN);
        return;
    }
    double first = pixel_y(b, smallest), second = pixel_y(b, largest);
    const GArray *points = b->line->points;
    if (points->len > 0) {
        const float before = g_array_index(points, MtsLinePoint, points->len - 1).y;
        if (fabs(second - before) < fabs(first - before)) {
            const double swapped = first;
            first = second;
            second = swapped;
        }
    }
    add(b->line, column, x, first);
    add(b->line, column, x, second);
}

/* Where the line has to start between two points it starts there, on the straight line. */
static gsize add_begin(const Builder *b, gsize index)
{
    const MtsLineSource *source = b->source;
    const double begin = series_step(source, source->begin);
    const gsize after = mts_series_find(source->series, begin);
    if (after <= index) {
        return index;
    }
    const double value = mts_series_at(source->series, begin);
    if (!isnan(value)) {
        add(b->line, INT_MIN, mts_plot_map_x(b->map, source->begin), pixel_y(b, value));
    }
    return after;
}

/* The first point to draw; the one left of the edge, where the line comes from, is put in. */
static gsize start(const Builder *b)
{
    const MtsLineSource *source = b->source;
    g_array_set_size(b->line->points, 0);
    gsize index = mts_series_find(source->series, series_step(source, b->map->from));
    index -= index > 0;
    if (source->begin >= 0) {
        index = add_begin(b, index);
    }
    if (index < mts_series_length(source->series) && axis_step(source, index) < b->map->from) {
        add_point(b, INT_MIN, index++);
    }
    return index;
}

/* Keeps the points left of `column`; FALSE where there are none to keep. */
static gboolean keep(const Builder *b, int column)
{
    const GArray *points = b->line->points;
    guint low = 0, high = points->len;
    while (low < high) {
        const guint middle = low + (high - low) / 2;
        if (g_array_index(points, MtsLinePoint, middle).column < column) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    g_array_set_size(b->line->points, low);
    return low > 0;
}

/* Dense: a third of the columns that the line crosses hold more than one point. */
static gboolean is_dense(const GArray *points)
{
    guint first = 0, last = points->len;
    while (first < last && g_array_index(points, MtsLinePoint, first).column == INT_MIN) {
        first++;
    }
    while (last > first && g_array_index(points, MtsLinePoint, last - 1).column == INT_MAX) {
        last--;
    }
    if (first == last) {
        return FALSE;
    }
    const int columns = g_array_index(points, MtsLinePoint, last - 1).column -
        g_array_index(points, MtsLinePoint, first).column + 1;
    return (last - first) * 3.0 > columns * 4.0;
}

void mts_polyline_build(
    MtsPolyline *self, const MtsLineSource *source, const MtsPlotMap *map, double from)
{
    const Builder b = {self, source, map};
    const gsize length = mts_series_length(source->series);
    const int columns = (int)ceil(map->right - map->left);
    if (length == 0 || columns < 1 || !(map->to > map->from)) {
        g_array_set_size(self->points, 0);
        self->dense = FALSE;
        return;
    }
    /* The column before is drawn again too: a rounding must not leave a point out. */
    const double wanted = floor(mts_plot_map_x(map, from) - map->left) - 1;
    int column = (int)CLAMP(wanted, 0, columns);
    gsize index;
    if (column > 0 && source->begin < 0 && keep(&b, column)) {
        index = mts_series_find(source->series, column_step(&b, column));
    } else {
        column = 0;
        index = start(&b);
    }
    gsize width = 1; /* points the last column took: a guess for the next */
    for (; column < columns && index < length; column++) {
        const double edge = column_step(&b, column + 1);
        if (mts_series_x(source->series, index) >= edge) {
            continue;
        }
        const gsize next = mts_series_find_near(source->series, edge, index + width);
        add_column(&b, column, index, next);
        width = next - index;
        index = next;
    }
    if (index < length) {
        add_point(&b, INT_MAX, index);
    }
    self->dense = is_dense(self->points);
}

/* Index of the first point at or right of x. */
static guint find(const GArray *points, double x)
{
    guint low = 0, high = points->len;
    while (low < high) {
        const guint middle = low + (high - low) / 2;
        if (g_array_index(points, MtsLinePoint, middle).x < x) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static void set_pen(cairo_t *cr, const MtsPen *pen, double phase)
{
    static const double dashes[][2] = {
        [MTS_DASH_LONG] = {5, 3},
        [MTS_DASH_DOTS] = {1.5, 3},
        [MTS_DASH_ROUND] = {2, 3.5},
        [MTS_DASH_REPEAT] = {6, 2},
    };
    cairo_set_source_rgba(cr, pen->red, pen->green, pen->blue, pen->alpha);
    cairo_set_line_width(cr, pen->width);
    cairo_set_line_join(cr, CAIRO_LINE_JOIN_ROUND);
    const gboolean round = pen->dash == MTS_DASH_NONE || pen->dash == MTS_DASH_ROUND;
    cairo_set_line_cap(cr, round ? CAIRO_LINE_CAP_ROUND : CAIRO_LINE_CAP_BUTT);
    if (pen->dash == MTS_DASH_NONE) {
        cairo_set_dash(cr, NULL, 0, 0);
    } else {
        const double period = dashes[pen->dash][0] + dashes[pen->dash][1];
        cairo_set_dash(cr, dashes[pen->dash], 2, fmod(phase, period));
    }
}

static void stroke(const GArray *points, cairo_t *cr, guint from, guint to)
{
    gboolean drawing = FALSE;
    for (guint i = from; i < to; i++) {
        const MtsLinePoint *p = &g_array_index(points, MtsLinePoint, i);
        if (isnan(p->y)) {
            drawing = FALSE;
        } else if (drawing) {
            cairo_line_to(cr, p->x, p->y);
        } else {
            cairo_move_to(cr, p->x, p->y);
            /* A lone point is a dot, not nothing. */
            cairo_line_to(cr, p->x, p->y);
            drawing = TRUE;
        }
    }
    cairo_stroke(cr);
}

/* Every column as a bar from its lowest to its highest point, stretched to where the one before
 * it ended, so that the bars hang together. */
static void fill_columns(const GArray *points, cairo_t *cr, guint from, guint to)
{
    float before = NAN;
    for (guint i = from; i < to;) {
        const MtsLinePoint *p = &g_array_index(points, MtsLinePoint, i);
        const float column = floorf(p->x);
        float low = p->y, high = p->y, last = p->y;
        for (i++; i < to; i++) {
            const MtsLinePoint *q = &g_array_index(points, MtsLinePoint, i);
            if (floorf(q->x) != column) {
                break;
            }
            low = fminf(low, q->y);
            high = fmaxf(high, q->y);
            last = q->y;
        }
        if (isnan(low)) {
            before = NAN;
            continue;
        }
        low = fminf(low, isnan(before) ? low : before);
        high = fmaxf(high, isnan(before) ? high : before);
        const float bottom = fmaxf(high, low + 1);
        cairo_rectangle(cr, column, low, 1, bottom - low);
        before = last;
    }
    cairo_fill(cr);
}

void mts_polyline_draw(
    const MtsPolyline *self, cairo_t *cr, const MtsPen *pen, double left, double right)
{
    const GArray *points = self->points;
    /* Joins and caps reach a little over the edge, so does the part that is drawn. */
    guint from = find(points, left - 4), to = find(points, right + 4);
    from -= from > 0;
    to += to < points->len;
    if (from >= to) {
        return;
    }
    set_pen(cr, pen, g_array_index(points, MtsLinePoint, from).length);
    if (self->dense && pen->fill_dense) {
        /* A line that goes up and down a column would leave part of the bar free. */
        cairo_set_source_rgba(cr, pen->red, pen->green, pen->blue, pen->alpha * BAR_OPACITY);
        fill_columns(points, cr, from, to);
    } else {
        stroke(points, cr, from, to);
    }
}

double mts_polyline_y(const MtsPolyline *self, double x)
{
    const guint after = find(self->points, x);
    if (after == self->points->len) {
        return NAN;
    }
    const MtsLinePoint *right = &g_array_index(self->points, MtsLinePoint, after);
    if (right->x == (float)x || after == 0) {
        return right->x == (float)x ? right->y : NAN;
    }
    const MtsLinePoint *left = right - 1;
    return left->y + (right->y - left->y) * ((float)x - left->x) / (right->x - left->x);
}
