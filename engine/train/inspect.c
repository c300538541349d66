/* What a pass shows on request: figures of every slot, and one group in full. */
#include "train/run.h"
#include <math.h>

static bool figures_are_due(const EngRun *run)
{
    const uint32_t every = run->options.figures_every;
    return run->wish.figures || (every > 0 && run->step % every == 0);
}

bool eng_run_wants_to_inspect(const EngRun *run)
{
    return run->wish.look || figures_are_due(run);
}

static void emit_figures(EngRun *run, size_t layer, EngSlot slot, const EngSlotFigures *figures)
{
    const EngRole role = eng_slot_role(slot);
    const bool adaptive = eng_run_is_adaptive(run, layer, role);
    const EngRatio *ratio = &run->ratio[layer * 3 + role];
    const EngRecord record = {.kind = ENG_RECORD_FIGURES,
        .step = run->step,
        .wall_seconds = run->summary.wall_seconds,
        .figures = {.layer = (uint16_t)layer,
            .slot = (uint8_t)slot,
            .high = adaptive ? (int8_t)run->high[layer * 3 + role] : -1,
            .r = adaptive ? ratio->r : NAN,
            .epsilon = adaptive ? ratio->epsilon : NAN,
            .figures = *figures}};
    run->sink.record(run->sink.ctx, &record);
}

static bool is_wished_for(const EngWish *wish, size_t layer, EngSlot slot)
{
    return wish->look && wish->layer == layer && wish->slot == slot;
}

/* A tensor that cannot be measured has diverged, which its quantisation says in a moment, or finds
 * no memory, which harms only who looks. */
void eng_run_inspect(void *ctx, size_t layer, EngSlot slot, const EngSlotRows *rows,
    const EngFormat *format, const EngNoise *noise)
{
    EngRun *run = ctx;
    EngSlotFigures figures;
    EngGroupLook look;
    if (figures_are_due(run) &&
        eng_measure_slot(rows, format, noise, run->pool, &figures, NULL) == ENG_OK)
        emit_figures(run, layer, slot, &figures);
    if (!is_wished_for(&run->wish, layer, slot) ||
        eng_look_group(rows, format, noise, run->wish.row, run->wish.position, &look, NULL) !=
            ENG_OK)
        return;
    look.layer = (uint16_t)layer;
    look.slot = (uint8_t)slot;
    look.step = noise->step;
    run->sink.look(run->sink.ctx, &look);
    run->wish.look = false;
}
