/* MtsEstimateCard: cycles, energy, the gain over FP32, the greatest precision, and the share of
 * the work by mantissa bits. A change shows beside the figure, green for less and amber for more,
 * and fades to grey after three seconds. Main thread. */
#pragma once

#include "mts-estimate.h"
#include <gtk/gtk.h>

G_BEGIN_DECLS

#define MTS_TYPE_ESTIMATE_CARD (mts_estimate_card_get_type())
G_DECLARE_FINAL_TYPE(MtsEstimateCard, mts_estimate_card, MTS, ESTIMATE_CARD, GtkWidget)

GtkWidget *mts_estimate_card_new(void);

/* `peak_place` says where the peak stands ("fc2 · G, 10–12"); NULL estimate: nothing is known.
 * `edited`: a person changed the schedule, and the change is shown; else the run only goes on and
 * tells more about its adaptive segments, and the change that is shown stays what it was. */
void mts_estimate_card_show(
    MtsEstimateCard *self, const MtsEstimate *estimate, const char *peak_place, gboolean edited);

/* What is shown now is what later changes are measured against. */
void mts_estimate_card_settle(MtsEstimateCard *self);

G_END_DECLS
