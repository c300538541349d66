#include "hardware/rivals.h"
#include "hardware/cell.h"
#include "hardware/saturate.h"

#define MAX_SIDE 1024

static const EngRival rivals[] = {
    {ENG_CELL_FP32, "fp32", "FP32", "One fp32 multiply-add a beat."},
    {ENG_CELL_BF16, "bf16", "bfloat16", "One bf16 multiply and one fp32 add a beat."},
    {ENG_CELL_FP16, "fp16", "FP16", "One fp16 multiply and one fp32 add a beat."},
    {ENG_CELL_INT8, "int8", "INT8", "One 8-bit multiply and one 32-bit integer add a beat."},
    {ENG_CELL_MSFP12, "msfp12", "MSFP-12",
        "A pair of groups of 16 with 3-bit mantissas a beat, one fp32 add."},
    {ENG_CELL_HFP8, "hfp8", "HFP8", "One multiply of 8-bit floats and one fp16 add a beat."},
    {ENG_CELL_FLEX, "flex", "FlexBlock",
        "A pair of groups of 16 in 4-bit chunks: mantissas of 4, 8 or 16 bits in 1 to 16 beats."},
};

const EngRival *eng_rival(size_t index)
{
    return index < sizeof rivals / sizeof rivals[0] ? &rivals[index] : NULL;
}

double eng_array_area(const EngHardware *hw)
{
    return (double)eng_cell_area(hw) * hw->rows * hw->columns / 1e6;
}

static uint64_t root(uint64_t x)
{
    uint64_t low = 0, high = UINT32_MAX; /* low^2 <= x < (high + 1)^2 */
    while (low < high) {
        const uint64_t middle = low + (high - low + 1) / 2;
        if (middle <= x / middle)
            low = middle;
        else
            high = middle - 1;
    }
    return low;
}

static uint32_t side(uint64_t cells)
{
    return cells < 1 ? 1 : cells > MAX_SIDE ? MAX_SIDE : (uint32_t)cells;
}

EngHardware eng_rival_hardware(const EngHardware *hw, EngCell cell)
{
    EngHardware rival = *hw;
    rival.cell = cell;
    /* A cell without any area (figures set to 0) counts as one square nanometre. */
    const uint64_t own = eng_cell_area(hw), other = eng_max_u64(1, eng_cell_area(&rival));
    const uint64_t square = eng_sat_mul((uint64_t)hw->rows * hw->rows, own);
    const uint64_t whole = eng_sat_mul((uint64_t)hw->rows * hw->columns, own);
    rival.rows = side(root(square / other));
    rival.columns = side(whole / other / rival.rows);
    return rival;
}

bool eng_first_reaching(const float *accuracy, size_t n, float target, size_t *first)
{
    for (size_t i = 0; i < n; i++) {
        if (accuracy[i] >= target) {
            *first = i;
            return true;
        }
    }
    return false;
}

bool eng_time_to_accuracy(const EngNetwork *net, const EngPlan *plan, uint64_t batch,
    const EngHardware *hw, double high_share, const uint32_t *step, const float *accuracy, size_t n,
    float target, double *seconds)
{
    size_t first;
    if (!eng_first_reaching(accuracy, n, target, &first))
        return false;
    uint64_t cycles;
    eng_plan_cycles(net, plan, batch, hw, high_share, &step[first], 1, &cycles);
    *seconds = (double)cycles / hw->clock_hz;
    return true;
}
