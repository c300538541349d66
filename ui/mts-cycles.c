#include "mts-cycles.h"

/* Places of the estimate's curve; between them it is drawn straight. */
enum { ESTIMATE_POINTS = 192 };

double mts_cycles_show_estimate(MtsChart *chart, const EngNetwork *net, const EngPlan *plan,
    guint64 batch, const EngHardware *hw, double high_share)
{
    guint32 step[ESTIMATE_POINTS + 1];
    guint64 cycles[ESTIMATE_POINTS + 1];
    const guint32 steps = plan->clock.steps;
    gsize count = 0;
    for (guint i = 0; i <= ESTIMATE_POINTS; i++) {
        const guint32 at = (guint32)((guint64)steps * i / ESTIMATE_POINTS);
        if (count == 0 || at > step[count - 1]) {
            step[count++] = at;
        }
    }
    eng_plan_cycles(net, plan, batch, hw, high_share, step, count, cycles);
    mts_chart_set_estimate(chart, step, cycles, count);
    return (double)cycles[count - 1];
}

static double constant_cycles(
    const EngNetwork *net, EngFormat format, EngClock clock, guint64 batch, const EngHardware *hw)
{
    const EngCost cost = eng_constant_cost(net, &format, clock, batch, hw);
    return (double)cost.cycles;
}

void mts_cycles_show_baselines(
    MtsChart *chart, const EngNetwork *net, EngClock clock, guint64 batch, const EngHardware *hw)
{
    const EngFormat bf16 = {
        .kind = ENG_KIND_FLOAT, .element = ENG_ELEMENT_BF16, .rounding = ENG_ROUND_EVEN};
    mts_chart_set_baselines(chart, constant_cycles(net, eng_format_fp32(), clock, batch, hw),
        constant_cycles(net, bf16, clock, batch, hw));
}
