#include "train/emulate.h"
#include "number/codec.h"

EngMultiplier eng_run_multiplier(const EngHardware *hw, const EngMultiplier *table)
{
    if (hw->cell != ENG_CELL_FMAC)
        return (EngMultiplier){.kind = ENG_MULTIPLIER_EXACT};
    return hw->multiplier == ENG_MULTIPLIER_TABLE && table->table ? *table : eng_multiplier_of(hw);
}

/* ---- does every pair fit? --------------------------------------------------------------------- */

/* Magnitude bits of a span's integers at most; 0 where it holds none. */
static unsigned widest(const EngSpan *span)
{
    const unsigned low = eng_codec_bits(&span->precision.format);
    const unsigned high = span->precision.adaptive ? eng_codec_bits(&span->precision.high) : 0;
    return low > high ? low : high;
}

/* The spans of a product's two slots, side by side. */
static EngStatus check_product(const EngMultiplier *multiplier, const EngPlan *plan, size_t layer,
    EngSlot first, EngError *err)
{
    size_t count_x, count_y, i = 0, j = 0;
    const EngSpan *const x = eng_plan_spans(plan, layer, first, &count_x);
    const EngSpan *const y = eng_plan_spans(plan, layer, (EngSlot)(first + 1), &count_y);
    while (i < count_x && j < count_y) {
        const unsigned mx = widest(&x[i]), my = widest(&y[j]);
        const EngStatus status = mx && my ? eng_multiplier_check(multiplier, mx, my, err) : ENG_OK;
        if (status != ENG_OK)
            return status;
        const uint32_t end_x = x[i].to, end_y = y[j].to;
        i += end_x <= end_y;
        j += end_y <= end_x;
    }
    return ENG_OK;
}

EngStatus eng_run_check_multiplier(
    const EngMultiplier *multiplier, const EngNetwork *net, const EngPlan *plan, EngError *err)
{
    if (multiplier->kind != ENG_MULTIPLIER_TABLE)
        return ENG_OK;
    for (size_t layer = 0; layer < plan->layers; layer++) {
        for (int slot = 0; slot < ENG_SLOTS; slot += 2) {
            const EngStatus status = check_product(multiplier, plan, layer, (EngSlot)slot, err);
            if (status != ENG_OK) {
                eng_error_prefix(err, "Layer %s, %s and %s", eng_network_product(net, layer)->name,
                    eng_slot_name((EngSlot)slot), eng_slot_name((EngSlot)(slot + 1)));
                return status;
            }
        }
    }
    return ENG_OK;
}

EngStatus eng_run_emulate(EngModel *model, const EngTrainerOptions *options, EngError *err)
{
    const EngHardware *const hw = &options->hardware;
    const EngEmulation emulation = {.multiplier = eng_run_multiplier(hw, &options->table),
        .sparse_keep = hw->sparse_keep,
        .sparse_of = hw->sparse_of};
    return eng_model_emulate(model, &emulation, err);
}
