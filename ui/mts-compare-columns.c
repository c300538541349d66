#include "mts-compare-columns.h"

#include "mts-text.h"
#include <math.h>

static const struct {
    const char *key, *name;
    int sense, width;
    gboolean first;
} columns[MTS_COLUMNS] = {
    [MTS_COLUMN_BEST] = {"best", "Best", 1, 112, TRUE},
    [MTS_COLUMN_FINAL] = {"final", "Final", 1, 112, TRUE},
    [MTS_COLUMN_BUDGET] = {"budget", "Within a Budget", 1, 112, FALSE},
    [MTS_COLUMN_LOSS] = {"loss", "Loss", -1, 88, FALSE},
    [MTS_COLUMN_CYCLES] = {"cycles", "Cycles", -1, 136, TRUE},
    [MTS_COLUMN_ENERGY] = {"energy", "Energy", -1, 112, TRUE},
    [MTS_COLUMN_SIMULATED] = {"simulated", "Simulated Time", -1, 112, FALSE},
    [MTS_COLUMN_REACH] = {"reach", "Time to Target", -1, 152, TRUE},
    [MTS_COLUMN_SPEED_UP] = {"speed-up", "Speed-Up", 1, 136, TRUE},
    [MTS_COLUMN_STEPS] = {"steps", "Steps", 0, 96, FALSE},
    [MTS_COLUMN_WALL] = {"wall", "Wall Time", 0, 96, FALSE},
    [MTS_COLUMN_CREATED] = {"created", "Created", 0, 144, FALSE},
};

const char *mts_compare_column_key(MtsCompareColumn column)
{
    return columns[column].key;
}

const char *mts_compare_column_name(MtsCompareColumn column)
{
    return columns[column].name;
}

gboolean mts_compare_column_shown_first(MtsCompareColumn column)
{
    return columns[column].first;
}

int mts_compare_column_width(MtsCompareColumn column)
{
    return columns[column].width;
}

int mts_compare_column_sense(MtsCompareColumn column)
{
    return columns[column].sense;
}

char *mts_compare_column_title(MtsCompareColumn column, MtsCompareModel *model)
{
    if (column == MTS_COLUMN_REACH && isfinite(mts_compare_model_get_target(model))) {
        g_autofree char *target = mts_text_percent(mts_compare_model_get_target(model));
        return g_strdup_printf("Time to %s", target);
    }
    if (column == MTS_COLUMN_BUDGET && isfinite(mts_compare_model_get_budget(model))) {
        g_autofree char *budget = mts_text_amount(mts_compare_model_get_budget(model));
        return g_strdup_printf("Within %s", budget);
    }
    return g_strdup(columns[column].name);
}

/* ---- values ----------------------------------------------------------------------------------- */

static double whole_cycles(const MtsCompareFigures *figures)
{
    return isfinite(figures->estimate) ? figures->estimate : figures->cycles;
}

static double reach_seconds(MtsCompareModel *model, MtsCompareRun *run)
{
    const MtsMoment *moment = mts_compare_model_reach(model, run);
    return moment ? moment->seconds : NAN;
}

static double within_budget(MtsCompareModel *model, MtsCompareRun *run)
{
    const MtsCompareCurve *curve = mts_compare_run_get_curve(run);
    const double budget = mts_compare_model_get_budget(model);
    return curve && isfinite(budget) ? mts_compare_curve_within(curve, budget) : NAN;
}

double mts_compare_column_value(MtsCompareColumn column, MtsCompareModel *model, MtsCompareRun *run)
{
    const MtsCompareFigures *f = mts_compare_run_get_figures(run);
    switch (column) {
    case MTS_COLUMN_BEST:
        return f->best;
    case MTS_COLUMN_FINAL:
        return mts_compare_run_is_live(run) ? NAN : f->final;
    case MTS_COLUMN_BUDGET:
        return within_budget(model, run);
    case MTS_COLUMN_LOSS:
        return f->loss;
    case MTS_COLUMN_CYCLES:
        return whole_cycles(f);
    case MTS_COLUMN_ENERGY:
        return f->joules;
    case MTS_COLUMN_SIMULATED:
        return f->seconds;
    case MTS_COLUMN_REACH:
        return reach_seconds(model, run);
    case MTS_COLUMN_SPEED_UP:
        return mts_compare_model_speed_up(model, run);
    case MTS_COLUMN_STEPS:
        return f->steps;
    case MTS_COLUMN_WALL:
        return f->wall;
    case MTS_COLUMN_CREATED:
        return f->created > 0 ? (double)f->created : NAN;
    case MTS_COLUMNS:
        break;
    }
    return NAN;
}

/* ---- words ------------------------------------------------------------------------------------ */

static char *percent(double share, double spread)
{
    if (!isfinite(spread)) {
        return mts_text_percent(share);
    }
    g_autofree char *mean = mts_text_fixed(100 * share, 1);
    g_autofree char *off = mts_text_fixed(100 * spread, 1);
    return g_strdup_printf("%s ± %s %%", mean, off);
}

static char *created_text(double seconds)
{
    g_autoptr(GDateTime) when = g_date_time_new_from_unix_local((gint64)seconds);
    return when ? g_date_time_format(when, "%Y-%m-%d %H:%M") : g_strdup("");
}

static char *cycles_text(const MtsCompareFigures *f)
{
    g_autofree char *amount = mts_text_amount(whole_cycles(f));
    return isfinite(f->estimate) ? g_strconcat(amount, " est", NULL) : g_steal_pointer(&amount);
}

static char *value_text(MtsCompareColumn column, MtsCompareRun *run, double value)
{
    const MtsCompareFigures *f = mts_compare_run_get_figures(run);
    switch (column) {
    case MTS_COLUMN_BEST:
        return percent(value, f->best_spread);
    case MTS_COLUMN_FINAL:
        return percent(value, f->final_spread);
    case MTS_COLUMN_BUDGET:
        return mts_text_percent(value);
    case MTS_COLUMN_LOSS:
        return mts_text_value(value);
    case MTS_COLUMN_CYCLES:
        return cycles_text(f);
    case MTS_COLUMN_ENERGY:
        return mts_compare_axis_text(MTS_COMPARE_ENERGY, value);
    case MTS_COLUMN_SIMULATED:
    case MTS_COLUMN_REACH:
        return mts_compare_axis_text(MTS_COMPARE_TIME, value);
    case MTS_COLUMN_SPEED_UP: {
        g_autofree char *factor = mts_text_fixed(value, value >= 100 ? 0 : 1);
        return g_strconcat(factor, "×", NULL);
    }
    case MTS_COLUMN_STEPS:
        return mts_text_count(f->steps);
    case MTS_COLUMN_WALL:
        return value < 10 ? mts_compare_axis_text(MTS_COMPARE_WALL, value) : mts_text_clock(value);
    case MTS_COLUMN_CREATED:
        return created_text(value);
    case MTS_COLUMNS:
        break;
    }
    return g_strdup("");
}

char *mts_compare_column_text(
    MtsCompareColumn column, MtsCompareModel *model, MtsCompareRun *run, gboolean *faint)
{
    const double value = mts_compare_column_value(column, model, run);
    *faint = !isfinite(value);
    if (!*faint) {
        return value_text(column, run, value);
    }
    if (column == MTS_COLUMN_REACH && mts_compare_run_get_curve(run)) {
        return g_strdup(mts_compare_run_is_live(run) ? "running" : "not reached");
    }
    return g_strdup(MTS_TEXT_NONE);
}

/* ---- order ------------------------------------------------------------------------------------ */

int mts_compare_column_compare(MtsCompareColumn column, MtsCompareModel *model, MtsCompareRun *a,
    MtsCompareRun *b, gboolean descending)
{
    const int live = mts_compare_run_is_live(b) - mts_compare_run_is_live(a);
    if (live != 0) {
        return live;
    }
    const double x = mts_compare_column_value(column, model, a),
                 y = mts_compare_column_value(column, model, b);
    if (isfinite(x) != isfinite(y)) {
        return isfinite(y) - isfinite(x);
    }
    if (x < y || x > y) {
        return (x < y) == !descending ? -1 : 1;
    }
    return g_utf8_collate(mts_compare_run_get_name(a), mts_compare_run_get_name(b));
}
