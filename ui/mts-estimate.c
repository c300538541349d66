#include "mts-estimate.h"

#include "mts-lane-pair.h"

unsigned mts_format_rank(const EngFormat *format)
{
    switch ((EngFormatKind)format->kind) {
    case ENG_KIND_FLOAT:
    case ENG_KIND_MX:
        switch ((EngElement)format->element) {
        case ENG_ELEMENT_FP32:
            return 240;
        case ENG_ELEMENT_TF32:
        case ENG_ELEMENT_FP16:
            return 110;
        case ENG_ELEMENT_BF16:
            return 100;
        case ENG_ELEMENT_INT8:
            return 70;
        case ENG_ELEMENT_FP8_E4M3:
        case ENG_ELEMENT_HFP8:
        case ENG_ELEMENT_FP6_E2M3:
            return 40;
        default:
            return 30;
        }
    case ENG_KIND_BFP:
        return format->m * 10u;
    case ENG_KIND_INT:
        return format->m * 10u - 5;
    case ENG_KIND_FIXED:
        return (format->int_bits + format->frac_bits) * 10u - 5;
    case ENG_KIND_NVFP4:
        return 25;
    case ENG_KIND_TERNARY:
        return 15;
    case ENG_KIND_BINARY:
        return 5;
    }
    return 240;
}

/* ---- work ----------------------------------------------------------------------------------- */

/* Adds work in a format: formats that only differ in group, exponent or rounding are one. */
static void add_work(MtsEstimate *out, const EngFormat *format, double work)
{
    const unsigned rank = mts_format_rank(format);
    guint at = 0;
    while (at < out->share_count && mts_format_rank(&out->shares[at].format) < rank) {
        at++;
    }
    const gboolean known =
        at < out->share_count && mts_format_rank(&out->shares[at].format) == rank;
    if (!known && out->share_count < MTS_ESTIMATE_SHARES) {
        for (guint i = out->share_count; i > at; i--) {
            out->shares[i] = out->shares[i - 1];
        }
        out->shares[at] = (MtsWorkShare){*format, 0};
        out->share_count++;
    }
    out->shares[MIN(at, out->share_count - 1)].share += work;
}

/* The most work in the finest format decides where the peak is said to be. */
typedef struct Peak {
    unsigned rank;
    double work;
} Peak;

static void offer_peak(MtsEstimate *out, Peak *peak, const EngFormat *format, double work,
    guint layer, EngRole role, const EngSpan *span)
{
    const unsigned rank = mts_format_rank(format);
    if (rank < peak->rank || (rank == peak->rank && work <= peak->work)) {
        return;
    }
    *peak = (Peak){rank, work};
    out->peak = *format;
    out->peak_layer = layer;
    out->peak_role = role;
    out->peak_from = span->from;
    out->peak_to = span->to;
}

/* An input gradient that nobody needs is not worked out. */
static gboolean product_is_done(const EngNetwork *net, guint layer, EngProductKind kind)
{
    return kind != ENG_PRODUCT_DGRAD || eng_network_product(net, layer)->input_gradient;
}

/* Multiply-adds of one step, halved: the part of one operand. */
static double operand_work(const EngNetwork *net, guint layer, EngSlot slot, guint64 batch)
{
    const EngProductKind kind = (EngProductKind)(slot / 2);
    if (kind == ENG_PRODUCT_DGRAD && layer == 0) {
        return 0;
    }
    const EngProductShape shape = eng_product_shape(eng_network_product(net, layer), kind, batch);
    return (double)shape.M * (double)shape.N * (double)shape.segments * (double)shape.length / 2;
}

static void count_work(
    const EngNetwork *net, const EngPlan *plan, guint64 batch, double high_share, MtsEstimate *out)
{
    Peak peak = {0, -1};
    double all = 0;
    for (guint i = 0; i < plan->layers * ENG_SLOTS; i++) {
        const guint layer = i / ENG_SLOTS;
        const EngSlot slot = (EngSlot)(i % ENG_SLOTS);
        const double work = operand_work(net, layer, slot, batch);
        size_t count;
        const EngSpan *spans = eng_plan_spans(plan, layer, slot, &count);
        for (size_t k = 0; k < count && work > 0; k++) {
            const EngPrecision *precision = &spans[k].precision;
            const double part = work * (spans[k].to - spans[k].from);
            const double high = precision->adaptive ? high_share : 0;
            add_work(out, &precision->format, part * (1 - high));
            if (precision->adaptive) {
                add_work(out, &precision->high, part * high);
            }
            offer_peak(out, &peak, precision->adaptive ? &precision->high : &precision->format,
                part, layer, eng_slot_role(slot), &spans[k]);
            all += part;
        }
    }
    for (guint i = 0; i < out->share_count && all > 0; i++) {
        out->shares[i].share /= all;
    }
}

void mts_estimate_make(const EngNetwork *net, const EngPlan *plan, guint64 batch,
    const EngHardware *hw, double high_share, const EngCost *fp32, MtsEstimate *out)
{
    *out = (MtsEstimate){.fp32 = *fp32};
    out->cost = eng_plan_cost(net, plan, batch, hw, high_share);
    count_work(net, plan, batch, high_share, out);
}

/* ---- one role ------------------------------------------------------------------------------- */

/* Cycles of `steps` steps of a product whose slots are in these precisions; an adaptive one is
 * `high_share` of the time at its high format. */
static double pair_cycles(const EngProductShape *shape, EngProductKind kind, const EngPrecision *a,
    const EngPrecision *b, const EngHardware *hw, double high_share)
{
    double sum = 0;
    for (int i = 0; i < 4; i++) {
        const gboolean a_high = i & 1, b_high = i & 2;
        if ((a_high && !a->adaptive) || (b_high && !b->adaptive)) {
            continue;
        }
        const double a_part = !a->adaptive ? 1 : a_high ? high_share : 1 - high_share;
        const double b_part = !b->adaptive ? 1 : b_high ? high_share : 1 - high_share;
        const EngCost cost = eng_product_cost(
            shape, kind, a_high ? &a->high : &a->format, b_high ? &b->high : &b->format, hw);
        sum += a_part * b_part * (double)cost.cycles;
    }
    return sum;
}

guint64 mts_estimate_role_cycles(const EngNetwork *net, const EngPlan *plan, guint64 batch,
    const EngHardware *hw, double high_share, guint layer, EngRole role, guint32 from, guint32 to)
{
    double sum = 0;
    for (guint half = 0; half < 2; half++) {
        const EngProductKind kind = (EngProductKind)(mts_role_slot(role, half) / 2);
        if (!product_is_done(net, layer, kind)) {
            continue;
        }
        const EngProductShape shape =
            eng_product_shape(eng_network_product(net, layer), kind, batch);
        for (guint32 step = from; step < to;) {
            const EngSpan *a = eng_plan_at(plan, layer, ENG_PRODUCT_SLOT_A(kind), step);
            const EngSpan *b = eng_plan_at(plan, layer, ENG_PRODUCT_SLOT_B(kind), step);
            const guint32 next = MIN(MIN(a->to, b->to), to);
            sum += (next - step) *
                pair_cycles(&shape, kind, &a->precision, &b->precision, hw, high_share) / 2;
            step = next;
        }
    }
    return (guint64)(sum + 0.5);
}
