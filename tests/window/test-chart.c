/* What the charts stand on, without a window: texts of numbers, series and their pyramid, scales
 * and ticks, the decimation to two points a column, a run's curves. */
#include "mts-palette.h"
#include "mts-polyline.h"
#include "mts-run-data.h"
#include "mts-text.h"
#include <locale.h>
#include <math.h>

#define assert_text(call, wanted)                                                                  \
    do {                                                                                           \
        g_autofree char *got_ = (call);                                                            \
        g_assert_cmpstr(got_, ==, wanted);                                                         \
    } while (0)

static void test_text(void)
{
    assert_text(mts_text_count(0), "0");
    assert_text(mts_text_count(999), "999");
    assert_text(mts_text_count(1877), "1,877");
    assert_text(mts_text_count(G_MAXUINT64), "18,446,744,073,709,551,615");
    assert_text(mts_text_amount(0), "0");
    assert_text(mts_text_amount(405), "405");
    assert_text(mts_text_amount(320e6), "320 M");
    assert_text(mts_text_amount(1.7e9), "1.70 G");
    assert_text(mts_text_amount(11.5), "11.5");
    assert_text(mts_text_amount(999.4e6), "999 M");
    assert_text(mts_text_amount(999.6e6), "1.00 G");
    assert_text(mts_text_amount(9.996e6), "10.0 M");
    assert_text(mts_text_amount(-1234), "−1.23 k");
    assert_text(mts_text_amount(NAN), "–");
    assert_text(mts_text_amount(INFINITY), "∞");
    assert_text(mts_text_amount(2e21), "2000 E");
    assert_text(mts_text_percent(.716), "71.6 %");
    assert_text(mts_text_percent(1), "100.0 %");
    assert_text(mts_text_percent(NAN), "–");
    assert_text(mts_text_value(.9418), "0.942");
    assert_text(mts_text_value(.99951), "1.00");
    assert_text(mts_text_value(12.34), "12.3");
    assert_text(mts_text_value(.012345), "0.0123");
    assert_text(mts_text_value(1.234e-5), "1.23e−5");
    assert_text(mts_text_value(9.999e9), "1.00e10");
    assert_text(mts_text_value(-0.0), "0");
    assert_text(mts_text_fixed(-0.001, 2), "0.00");
    assert_text(mts_text_rate(8.43), "8.4");
    assert_text(mts_text_rate(123.4), "123");
    assert_text(mts_text_rate(1234), "1,234");
    assert_text(mts_text_clock(335), "5:35");
    assert_text(mts_text_clock(3723.4), "1:02:03");
    assert_text(mts_text_clock(-1), "–");
}

static void test_locale(void)
{
    if (!setlocale(LC_ALL, "de_DE.UTF-8")) {
        g_test_skip("no de_DE locale here");
        return;
    }
    assert_text(mts_text_value(.9418), "0.942");
    assert_text(mts_text_amount(1.7e9), "1.70 G");
    setlocale(LC_ALL, "C.UTF-8");
}

/* Every range of a small series against the plain loop. 300 points fill two levels. */
static void test_series_extent(void)
{
    const guint32 seed = g_test_rand_int_range(0, G_MAXINT);
    g_test_message("seed %u", seed);
    g_autoptr(GRand) rand = g_rand_new_with_seed(seed);
    g_autoptr(MtsSeries) series = mts_series_new();
    enum { N = 300 };
    for (guint32 i = 0; i < N; i++) {
        const guint kind = g_rand_int_range(rand, 0, 12);
        const float y = kind == 0 ? NAN
            : kind == 1           ? INFINITY
                                  : (float)g_rand_double_range(rand, -5, 5);
        g_assert_true(mts_series_append(series, 3 * i + 1, y));
    }
    g_assert_false(mts_series_append(series, 3 * N - 2, 1));
    g_assert_cmpuint(mts_series_length(series), ==, N);
    for (gsize from = 0; from <= N; from++) {
        for (gsize to = from; to <= N; to++) {
            double low = INFINITY, high = -INFINITY, smallest, largest;
            for (gsize i = from; i < to; i++) {
                if (isfinite(mts_series_y(series, i))) {
                    low = MIN(low, mts_series_y(series, i));
                    high = MAX(high, mts_series_y(series, i));
                }
            }
            const gboolean any = mts_series_extent(series, from, to, &smallest, &largest);
            g_assert_cmpint(any, ==, low <= high);
            if (any) {
                g_assert_true(smallest == low && largest == high);
            }
        }
    }
    for (guint x = 0; x < 3 * N + 3; x++) {
        gsize wanted = 0;
        while (wanted < N && mts_series_x(series, wanted) < x) {
            wanted++;
        }
        g_assert_cmpuint(mts_series_find(series, x), ==, wanted);
        const gsize guess = (gsize)g_rand_int_range(rand, 0, N + 5);
        g_assert_cmpuint(mts_series_find_near(series, x, guess), ==, wanted);
    }
}

static void test_series_at(void)
{
    g_autoptr(MtsSeries) series = mts_series_new();
    g_assert_true(isnan(mts_series_at(series, 0)));
    g_assert_true(isnan(mts_series_last(series, NULL)));
    mts_series_append(series, 10, 2);
    mts_series_append(series, 20, 4);
    mts_series_append(series, 30, NAN);
    mts_series_append(series, 40, 8);
    mts_series_append(series, 50, INFINITY);
    g_assert_true(isnan(mts_series_at(series, 9.9)));
    g_assert_cmpfloat(mts_series_at(series, 10), ==, 2);
    g_assert_cmpfloat(mts_series_at(series, 15), ==, 3);
    g_assert_cmpfloat(mts_series_at(series, 20), ==, 4);
    g_assert_true(isnan(mts_series_at(series, 25)));
    g_assert_true(isnan(mts_series_at(series, 30)));
    g_assert_cmpfloat(mts_series_at(series, 40), ==, 8);
    g_assert_true(isnan(mts_series_at(series, 41)));
    g_assert_true(isnan(mts_series_at(series, 60)));
    double x;
    g_assert_cmpfloat(mts_series_last(series, &x), ==, 8);
    g_assert_cmpfloat(x, ==, 40);
}

/* Two points a column at most, and the column's own extremes, whatever the series holds. */
static void check_columns(const MtsSeries *series, const MtsPlotMap *map)
{
    MtsPolyline line;
    mts_polyline_init(&line);
    const MtsLineSource source = {series, 1, 0, 0, -1};
    mts_polyline_build(&line, &source, map, -INFINITY);
    const int columns = (int)(map->right - map->left);
    const gsize length = mts_series_length(series);
    gsize index = mts_series_find(series, map->from);
    guint at = 0;
    const GArray *points = line.points;
    /* Where the line comes from. Its column says so: the first point inside may round over the
     * edge. */
    while (at < points->len && g_array_index(points, MtsLinePoint, at).column == INT_MIN) {
        at++;
    }
    g_assert_cmpuint(at, <=, 1);
    for (int c = 0; c < columns; c++) {
        const double edge = mts_plot_map_step(map, map->left + c + 1);
        double low = INFINITY, high = -INFINITY;
        gsize count = 0;
        for (; index < length && mts_series_x(series, index) < edge; index++, count++) {
            if (isfinite(mts_series_y(series, index))) {
                low = MIN(low, mts_series_y(series, index));
                high = MAX(high, mts_series_y(series, index));
            }
        }
        /* One point as it is, several as their two ends, or one break where none is finite. */
        const guint drawn = count < 2 ? (guint)count : low <= high ? 2 : 1;
        float top = INFINITY, bottom = -INFINITY;
        for (guint k = 0; k < drawn; k++, at++) {
            g_assert_cmpuint(at, <, points->len);
            const MtsLinePoint *p = &g_array_index(points, MtsLinePoint, at);
            /* Pixels are float: a point at the very edge may round over it. */
            g_assert_cmpfloat(fabs(p->x - (map->left + c + .5)), <=, .5 + 1e-4);
            top = isnan(p->y) ? top : MIN(top, p->y);
            bottom = isnan(p->y) ? bottom : MAX(bottom, p->y);
        }
        if (low <= high) {
            g_assert_cmpfloat(top, ==, (float)mts_plot_map_y(map, high));
            g_assert_cmpfloat(bottom, ==, (float)mts_plot_map_y(map, low));
        } else {
            g_assert_true(top > bottom);
        }
    }
    g_assert_cmpuint(points->len - at, <=, 1);
    mts_polyline_clear(&line);
}

static void test_decimation(void)
{
    const guint32 seed = g_test_rand_int_range(0, G_MAXINT);
    g_test_message("seed %u", seed);
    g_autoptr(GRand) rand = g_rand_new_with_seed(seed);
    static const guint lengths[] = {0, 1, 2, 3, 15, 16, 17, 100, 257, 5000};
    for (guint k = 0; k < G_N_ELEMENTS(lengths); k++) {
        g_autoptr(MtsSeries) series = mts_series_new();
        guint32 x = 0;
        for (guint i = 0; i < lengths[k]; i++) {
            x += (guint32)g_rand_int_range(rand, 1, 4);
            const gboolean broken = g_rand_int_range(rand, 0, 40) == 0;
            mts_series_append(series, x, broken ? NAN : (float)g_rand_double_range(rand, 1, 9));
        }
        for (int trial = 0; trial < 20; trial++) {
            const double from = g_rand_double_range(rand, 0, x * .8),
                         to = g_rand_double_range(rand, from + 1, from + x + 2);
            const MtsPlotMap map = {
                96, 96 + g_rand_int_range(rand, 1, 300), from, to, 10, 100, {0, 10, FALSE}};
            check_columns(series, &map);
        }
    }
}

/* A line that is extended bit by bit is the line that is built at once. */
static void test_extension(void)
{
    const guint32 seed = g_test_rand_int_range(0, G_MAXINT);
    g_test_message("seed %u", seed);
    g_autoptr(GRand) rand = g_rand_new_with_seed(seed);
    for (int trial = 0; trial < 60; trial++) {
        g_autoptr(MtsSeries) series = mts_series_new();
        const guint32 steps = (guint32)g_rand_int_range(rand, 10, 4000);
        const MtsPlotMap map = {96, 96 + g_rand_int_range(rand, 5, 300),
            g_rand_double_range(rand, 0, steps / 3.0), steps * g_rand_double_range(rand, .5, 1.2),
            0, 100, {0, 10, FALSE}};
        const MtsLineSource source = {series, 1, 0, 0, -1};
        MtsPolyline grown, whole;
        mts_polyline_init(&grown);
        mts_polyline_init(&whole);
        guint32 x = 0;
        double last = -INFINITY;
        while (x < steps) {
            for (int k = g_rand_int_range(rand, 1, 60); k > 0; k--) {
                x += (guint32)g_rand_int_range(rand, 1, 3);
                const gboolean broken = g_rand_int_range(rand, 0, 30) == 0;
                mts_series_append(series, x, broken ? NAN : (float)g_rand_double_range(rand, 1, 9));
            }
            mts_polyline_build(&grown, &source, &map, last);
            last = x;
        }
        mts_polyline_build(&whole, &source, &map, -INFINITY);
        g_assert_cmpuint(grown.points->len, ==, whole.points->len);
        g_assert_cmpint(grown.dense, ==, whole.dense);
        for (guint i = 0; i < whole.points->len; i++) {
            const MtsLinePoint *a = &g_array_index(grown.points, MtsLinePoint, i),
                               *b = &g_array_index(whole.points, MtsLinePoint, i);
            g_assert_true(a->x == b->x && a->column == b->column && a->length == b->length);
            g_assert_true(a->y == b->y || (isnan(a->y) && isnan(b->y)));
        }
        mts_polyline_clear(&grown);
        mts_polyline_clear(&whole);
    }
}

/* By hand: eight points in four columns. */
static void test_decimation_by_hand(void)
{
    static const float y[] = {1, 5, 3, 2, 4, 4, 9, 0};
    g_autoptr(MtsSeries) series = mts_series_new();
    for (guint32 i = 0; i < G_N_ELEMENTS(y); i++) {
        mts_series_append(series, i, y[i]);
    }
    const MtsPlotMap map = {0, 4, 0, 8, 0, 10, {0, 10, FALSE}};
    MtsPolyline line;
    mts_polyline_init(&line);
    const MtsLineSource source = {series, 1, 0, 0, -1};
    mts_polyline_build(&line, &source, &map, -INFINITY);
    static const float wanted[][2] = {
        {.5f, 9}, {.5f, 5}, {1.5f, 7}, {1.5f, 8}, {2.5f, 6}, {2.5f, 6}, {3.5f, 10}, {3.5f, 1}};
    g_assert_cmpuint(line.points->len, ==, G_N_ELEMENTS(wanted));
    g_assert_true(line.dense);
    for (guint i = 0; i < line.points->len; i++) {
        const MtsLinePoint *p = &g_array_index(line.points, MtsLinePoint, i);
        if (i < 6) { /* the last column's order depends on which end is nearer: 6 lies nearer 1 */
            g_assert_cmpfloat(p->x, ==, wanted[i][0]);
            g_assert_cmpfloat(p->y, ==, wanted[i][1]);
        }
    }
    g_assert_cmpfloat(g_array_index(line.points, MtsLinePoint, 6).y, ==, 10);
    g_assert_cmpfloat(g_array_index(line.points, MtsLinePoint, 7).y, ==, 1);
    /* 9 -> 5 -> 7 -> 8 -> 6 -> 6 -> 10 -> 1, the columns a pixel apart. */
    const float length = 4 + hypotf(1, 2) + 1 + hypotf(1, 2) + 0 + hypotf(1, 4) + 9;
    g_assert_cmpfloat_with_epsilon(
        g_array_index(line.points, MtsLinePoint, 7).length, length, 1e-4f);
    mts_polyline_clear(&line);
}

static void test_stretch_and_begin(void)
{
    g_autoptr(MtsSeries) series = mts_series_new();
    mts_series_append(series, 0, 0);
    mts_series_append(series, 10, 10);
    const MtsPlotMap map = {0, 100, 0, 20, 0, 100, {0, 100, FALSE}};
    MtsPolyline line;
    mts_polyline_init(&line);
    /* Twice as many steps an epoch on the axis, from half-way on, five higher. */
    const MtsLineSource source = {series, 2, 0, 5, 10};
    mts_polyline_build(&line, &source, &map, -INFINITY);
    g_assert_cmpuint(line.points->len, ==, 2);
    g_assert_cmpfloat(g_array_index(line.points, MtsLinePoint, 0).x, ==, 50);
    g_assert_cmpfloat(g_array_index(line.points, MtsLinePoint, 0).y, ==, 90);
    g_assert_cmpfloat(g_array_index(line.points, MtsLinePoint, 1).x, ==, 100);
    g_assert_cmpfloat(g_array_index(line.points, MtsLinePoint, 1).y, ==, 85);
    g_assert_cmpfloat(mts_polyline_y(&line, 75), ==, 87.5);
    g_assert_true(isnan(mts_polyline_y(&line, 49)));
    mts_polyline_clear(&line);
}

static void check_usable(MtsScale scale)
{
    g_assert_true(isfinite(scale.low) && isfinite(scale.high));
    g_assert_cmpfloat(scale.low, <, scale.high);
    g_assert_true(isfinite(scale.high - scale.low));
    if (scale.log) {
        g_assert_cmpfloat(scale.low, >, 0);
    }
    static const double pixels[] = {1, 20, 132, 2000};
    for (guint i = 0; i < G_N_ELEMENTS(pixels); i++) {
        const MtsTicks ticks = mts_scale_ticks(&scale, pixels[i], 18);
        g_assert_cmpuint(ticks.count, <=, MTS_SCALE_TICKS);
        for (guint k = 0; k < ticks.count; k++) {
            const double place = mts_scale_place(&scale, ticks.value[k]);
            g_assert_cmpfloat(fabs(place - .5), <=, .5 + 1e-6);
            if (k > 0 && pixels[i] >= 132) {
                const double apart =
                    (place - mts_scale_place(&scale, ticks.value[k - 1])) * pixels[i];
                g_assert_cmpfloat(apart, >, 18 - 1e-3);
            }
        }
    }
}

static void test_scale_pathological(void)
{
    static const double values[] = {NAN, INFINITY, -INFINITY, 0, -0.0, 1, 1 + 1e-15, -1, 1e-300,
        5e-324, 1e300, G_MAXDOUBLE, -G_MAXDOUBLE, 2.3, 0.0001};
    for (guint i = 0; i < G_N_ELEMENTS(values); i++) {
        for (guint k = 0; k < G_N_ELEMENTS(values); k++) {
            check_usable(mts_scale_fit(values[i], values[k], FALSE, .05));
            check_usable(mts_scale_fit(values[i], values[k], TRUE, .05));
        }
    }
    const MtsScale log = mts_scale_fit(0, 1, TRUE, 0);
    g_assert_cmpfloat_with_epsilon(log.low, 1e-12, 1e-20);
    g_assert_cmpfloat(mts_scale_place(&log, 0), ==, -1);
    g_assert_cmpfloat(mts_scale_place(&log, -3), ==, -1);
}

static void assert_ticks(MtsScale scale, double pixels, double apart, const double *wanted, guint n)
{
    const MtsTicks ticks = mts_scale_ticks(&scale, pixels, apart);
    g_assert_cmpuint(ticks.count, ==, n);
    for (guint i = 0; i < n; i++) {
        g_assert_cmpfloat(fabs(ticks.value[i] - wanted[i]), <=, fabs(wanted[i]) * 1e-12);
    }
}

static void test_ticks(void)
{
    assert_ticks((MtsScale){.55, 2.4, TRUE}, 132, 18, (double[]){.6, .8, 1, 1.5, 2}, 5);
    assert_ticks((MtsScale){39, 84, FALSE}, 109, 20, (double[]){40, 50, 60, 70, 80}, 5);
    assert_ticks((MtsScale){0, 6.4e9, FALSE}, 114, 28, (double[]){0, 2e9, 4e9, 6e9}, 4);
    assert_ticks((MtsScale){1e-4, 10, TRUE}, 132, 18, (double[]){1e-4, 1e-3, .01, .1, 1, 10}, 6);
    assert_ticks((MtsScale){1e-12, 10, TRUE}, 100, 30, (double[]){1e-12, 1e-8, 1e-4, 1}, 4);
    const MtsTicks fine = mts_scale_ticks(&(MtsScale){0, 1, FALSE}, 120, 25);
    g_assert_cmpfloat(fine.step, ==, .25);
    g_assert_cmpint(fine.decimals, ==, 2);
    const MtsTicks tenth = mts_scale_ticks(&(MtsScale){0, .5, FALSE}, 120, 20);
    g_assert_cmpfloat(tenth.step, ==, .1);
    g_assert_cmpint(tenth.decimals, ==, 1);
}

static void test_scale_holds(void)
{
    const MtsScale held = {0, 10, FALSE};
    g_assert_true(mts_scale_holds(&held, &(MtsScale){1, 9, FALSE}));
    g_assert_false(mts_scale_holds(&held, &(MtsScale){1, 8, FALSE}));
    g_assert_false(mts_scale_holds(&held, &(MtsScale){1, 10.1, FALSE}));
    g_assert_false(mts_scale_holds(&held, &(MtsScale){1, 9, TRUE}));
}

static void on_appended(MtsRunData *run, double step, double *got)
{
    *got = step;
}

static void test_run_data(void)
{
    g_autoptr(MtsRunData) run = mts_run_data_new(7, "Ramp", (EngClock){1000, 100});
    double from = -1;
    g_signal_connect(run, "appended", G_CALLBACK(on_appended), &from);
    const MtsStepPoint first[] = {{0, 2.3f, .1f, 10}, {1, 2.1f, .2f, 20}, {1, 9, 9, 9}};
    mts_run_data_append_steps(run, first, 3);
    g_assert_cmpfloat(from, ==, 0);
    const MtsSeries *loss = mts_run_data_get_series(run, MTS_CURVE_TRAIN_LOSS);
    g_assert_cmpuint(mts_series_length(loss), ==, 2);
    /* Steps 2..4 were dropped on the way. */
    const MtsStepPoint later[] = {{5, INFINITY, .3f, 60}, {6, 2.f, .4f, 70}};
    mts_run_data_append_steps(run, later, 2);
    g_assert_cmpfloat(from, ==, 1);
    from = -1;
    mts_run_data_append_steps(run, first, 3);
    g_assert_cmpfloat(from, ==, -1);

    const MtsSeries *cycles = mts_run_data_get_series(run, MTS_CURVE_CYCLES);
    g_assert_cmpuint(mts_series_length(cycles), ==, 5);
    g_assert_cmpuint(mts_series_x(cycles, 4), ==, 7);
    g_assert_cmpfloat(mts_series_y(cycles, 4), ==, 70);
    g_assert_cmpfloat(mts_series_y(cycles, 0), ==, 0);

    /* The mean looks back 0.35 / 25 of 1000 steps: 14. An infinite loss does not enter it. */
    const MtsSeries *mean = mts_run_data_get_series(run, MTS_CURVE_SMOOTH_LOSS);
    const double k1 = exp(-1 / 14.0), k4 = exp(-4 / 14.0);
    g_assert_cmpfloat_with_epsilon(mts_series_y(mean, 0), 2.3, 1e-6);
    g_assert_cmpfloat_with_epsilon(mts_series_y(mean, 1), (2.3 * k1 + 2.1) / (k1 + 1), 1e-6);
    const double sum = (2.3 * k1 + 2.1) * k4 * k1 + 2, weight = (k1 + 1) * k4 * k1 + 1;
    g_assert_cmpfloat_with_epsilon(mts_series_y(mean, 3), sum / weight, 1e-6);
    mts_run_data_set_smoothing(run, 0);
    g_assert_cmpfloat(mts_series_y(mean, 1), ==, 2.1f);

    g_assert_true(isnan(mts_run_data_get_best_accuracy(run)));
    const MtsEvalPoint evals[] = {{100, 1, .8f}, {200, .9f, .7f}};
    mts_run_data_append_evals(run, evals, 2);
    g_assert_cmpfloat(mts_run_data_get_best_accuracy(run), ==, .8f);
    mts_run_data_clear(run);
    g_assert_cmpuint(mts_series_length(loss), ==, 0);
    g_assert_cmpuint(mts_series_length(cycles), ==, 1);
    g_assert_cmpint(mts_run_status_from_name("diverged"), ==, MTS_STATUS_DIVERGED);
    g_assert_cmpint(mts_run_status_from_name("of tomorrow"), ==, MTS_STATUS_INTERRUPTED);
}

/* OKLab's lightness, by the formula of its definition. */
static double lightness(GdkRGBA c)
{
    double v[3] = {c.red, c.green, c.blue};
    for (int i = 0; i < 3; i++) {
        v[i] = v[i] <= .04045 ? v[i] / 12.92 : pow((v[i] + .055) / 1.055, 2.4);
    }
    const double l = cbrt(.4122214708 * v[0] + .5363325363 * v[1] + .0514459929 * v[2]),
                 m = cbrt(.2119034982 * v[0] + .6806995451 * v[1] + .1073969566 * v[2]),
                 s = cbrt(.0883024619 * v[0] + .2817188376 * v[1] + .6299787005 * v[2]);
    return .2104542553 * l + .7936177850 * m - .0040720468 * s;
}

/* More bits are darker, in both themes, for every width a block format can have. */
static void test_palette(void)
{
    for (int dark = 0; dark < 2; dark++) {
        double before = 2;
        for (guint m = 2; m <= 16; m++) {
            const EngFormat format = {.kind = ENG_KIND_BFP, .m = (guint8)m, .g = 16, .e = 8};
            const double now = lightness(mts_palette_format_fill(&format, dark));
            g_assert_cmpfloat(now, <, before);
            before = now;
        }
    }
    const EngFormat four = {.kind = ENG_KIND_BFP, .m = 4, .g = 16, .e = 8};
    const GdkRGBA fill = mts_palette_format_fill(&four, FALSE);
    g_assert_cmpint((int)(fill.red * 255 + .5), ==, 0x5a);
    g_assert_cmpint((int)(fill.green * 255 + .5), ==, 0xbf);
    g_assert_cmpint((int)(fill.blue * 255 + .5), ==, 0xb2);
    g_assert_cmpstr(mts_format_short_name(&four), ==, "4");
    const EngFormat bf16 = {.kind = ENG_KIND_FLOAT, .element = ENG_ELEMENT_BF16};
    g_assert_cmpstr(mts_format_short_name(&bf16), ==, "BF16");
}

int main(int argc, char **argv)
{
    setlocale(LC_ALL, "C.UTF-8");
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/chart/text", test_text);
    g_test_add_func("/chart/locale", test_locale);
    g_test_add_func("/chart/series/extent", test_series_extent);
    g_test_add_func("/chart/series/at", test_series_at);
    g_test_add_func("/chart/decimation/random", test_decimation);
    g_test_add_func("/chart/decimation/extension", test_extension);
    g_test_add_func("/chart/decimation/by-hand", test_decimation_by_hand);
    g_test_add_func("/chart/decimation/stretch-and-begin", test_stretch_and_begin);
    g_test_add_func("/chart/scale/pathological", test_scale_pathological);
    g_test_add_func("/chart/scale/ticks", test_ticks);
    g_test_add_func("/chart/scale/holds", test_scale_holds);
    g_test_add_func("/chart/run-data", test_run_data);
    g_test_add_func("/chart/palette", test_palette);
    return g_test_run();
}
