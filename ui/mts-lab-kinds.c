#include "mts-lab-kinds.h"

#include "mts-bits.h"
#include "mts-dice.h"

static const struct {
    const char *name;
    MtsLabModel *(*make)(void);
} kinds[] = {
    {"bits", mts_bits_new},
    {"dice", mts_dice_new},
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
