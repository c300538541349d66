/* Small drawings of the inspector: a row of bit cells, and the share of the work by mantissa bits.
 * They only show. Main thread. */
#pragma once

#include "mts-estimate.h"
#include <gtk/gtk.h>

G_BEGIN_DECLS

#define MTS_TYPE_BIT_CELLS (mts_bit_cells_get_type())
G_DECLARE_FINAL_TYPE(MtsBitCells, mts_bit_cells, MTS, BIT_CELLS, GtkWidget)

/* Eight cells, as many of them filled in the format's colour as it has mantissa bits. */
GtkWidget *mts_bit_cells_new(void);
void mts_bit_cells_show(MtsBitCells *self, const EngFormat *format);

#define MTS_TYPE_SHARE_BAR (mts_share_bar_get_type())
G_DECLARE_FINAL_TYPE(MtsShareBar, mts_share_bar, MTS, SHARE_BAR, GtkWidget)

/* A bar cut in the formats' shares, with their percentages below. */
GtkWidget *mts_share_bar_new(void);
void mts_share_bar_show(MtsShareBar *self, const MtsWorkShare *shares, guint count);

G_END_DECLS
