/* What a run's hardware settings change in its arithmetic: approximate multipliers and sparse
 * weights. Private to the train room. */
#ifndef ENG_TRAIN_EMULATE_H
#define ENG_TRAIN_EMULATE_H

#include "hardware/multiplier.h"
#include "net/model.h"
#include "train/trainer.h"

/* The multiplier that `hw` names; `table` is used where that is a table. Only fMAC cells have one,
 * as in the cost: all others multiply exactly. */
EngMultiplier eng_run_multiplier(const EngHardware *hw, const EngMultiplier *table);

/* Error RANGE where two mantissas that meet anywhere in the plan are wider than the multiplier
 * takes; the sentence names the layer. `net` gives the layers' names. */
EngStatus eng_run_check_multiplier(
    const EngMultiplier *multiplier, const EngNetwork *net, const EngPlan *plan, EngError *err);

/* Sets the model up for that. Errors: NOMEM. */
EngStatus eng_run_emulate(EngModel *model, const EngTrainerOptions *options, EngError *err);

#endif
