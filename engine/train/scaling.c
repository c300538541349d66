/* Dynamic loss scaling for fp16 and fp8: gradients too small for the format are lifted into its
 * range by a power of two, which the optimiser takes out again. P. Micikevicius et al., "Mixed
 * Precision Training", ICLR 2018, section 3.2. Start, growth and bounds are this project's. */
#include "train/run.h"

#define SCALE_MOST 0x1p24f
#define SCALE_LEAST 0x1p-24f
#define GROW_AFTER 200 /* steps without an overflow */

static bool needs_scaling(const EngFormat *f)
{
    return f->kind == ENG_KIND_FLOAT &&
        (f->element == ENG_ELEMENT_FP16 || f->element == ENG_ELEMENT_FP8_E4M3 ||
            f->element == ENG_ELEMENT_FP8_E5M2 || f->element == ENG_ELEMENT_HFP8);
}

float eng_run_loss_scale(const EngRun *run)
{
    for (size_t layer = 0; layer < run->options.net->product_count; layer++) {
        for (int slot = 0; slot < ENG_SLOTS; slot++) {
            if (needs_scaling(&run->formats[layer][slot]))
                return run->scaler.scale;
        }
    }
    return 1.0f;
}

EngStatus eng_run_adjust_scale(EngRun *run, bool overflowed, EngError *err)
{
    EngScaler *s = &run->scaler;
    if (!overflowed) {
        if (++s->good >= GROW_AFTER && s->scale < SCALE_MOST)
            *s = (EngScaler){.scale = 2.0f * s->scale};
        return ENG_OK;
    }
    if (s->scale <= SCALE_LEAST)
        return eng_error(err, ENG_ERR_DIVERGED,
            "Gradients overflow their format however far the loss is scaled down: the run has "
            "diverged.");
    *s = (EngScaler){.scale = 0.5f * s->scale};
    return ENG_OK;
}
