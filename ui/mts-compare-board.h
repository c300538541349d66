/* MtsCompareBoard: lays out the comparison's cards: the table above, below it the four figures in
 * two columns where there is room, else one below the other. One card can take the whole board.
 * Private to mts-compare*.c. Main thread. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* A page narrower than this has one column. */
#define MTS_BOARD_WIDE 980

#define MTS_TYPE_COMPARE_BOARD (mts_compare_board_get_type())
G_DECLARE_FINAL_TYPE(MtsCompareBoard, mts_compare_board, MTS, COMPARE_BOARD, GtkWidget)

GtkWidget *mts_compare_board_new(void);

/* Cards in their order: the table first, then left, right, left, right. */
void mts_compare_board_add(MtsCompareBoard *self, GtkWidget *card);

/* Shows one card only; NULL: all. */
void mts_compare_board_expand(MtsCompareBoard *self, GtkWidget *card);
GtkWidget *mts_compare_board_get_expanded(MtsCompareBoard *self);

G_END_DECLS
