#include "mts-lab-kinds.h"

#include "mts-bits.h"
#include "mts-dice.h"
#include "mts-fmac.h"
#include "mts-lab-drift.h"
#include "mts-lab-formats.h"
#include "mts-lab-groups.h"

static const struct {
    const char *name;
    MtsLabModel *(*make)(void);
} kinds[] = {
    {"bits", mts_bits_new},
    {"dice", mts_dice_new},
    {"drift", mts_lab_drift_new},
    {"groups", mts_lab_groups_new},
    {"formats", mts_lab_formats_new},
    {"fmac", mts_fmac_new},
};

MtsLabModel *mts_lab_kind_make(const char *name)
{
    for (guint i = 0; i < G_N_ELEMENTS(kinds); i++) {
        if (g_str_equal(kinds[i].name, name)) {
            return kinds[i].make();
        }
    }
    return NULL;
}

const char *mts_lab_kind_name(guint index)
{
    return index < G_N_ELEMENTS(kinds) ? kinds[index].name : NULL;
}
