/* What the files of the comparison's page share. */
#pragma once

#include "mts-compare.h"
#include <adwaita.h>

G_BEGIN_DECLS

struct _MtsCompare {
    GtkWidget parent;
    MtsCompareModel *model;
    GtkWidget *box, *stack, *board, *table;
    GtkWidget *group, *count, *search, *baseline, *what; /* toolbar */
    GtkWidget *cards[MTS_CARDS], *figures[MTS_CARDS];
    GtkWidget *axis, *smoothing_box, *smoothing, *smoothing_value, *expand;
    GtkWidget *names[2], *sides[2], *readout;
    GtkWidget *machine, *target, *target_value;
    GSimpleActionGroup *actions;
    const char *side_class[2];
    gint64 pair[2];
    gboolean target_chosen; /* by a person */
    gboolean settling;      /* controls are being brought to the model */
};

/* What has no group of runs behind it: all of them. */
#define MTS_COMPARE_ALL ""

/* mts-compare-toolbar.c */
GtkWidget *mts_compare_toolbar_new(MtsCompare *self);
void mts_compare_append_item(GMenu *menu, const char *label, const char *action, const char *value);
/* A menu button that shows a word of its own beside the arrow. */
void mts_compare_set_button_text(GtkWidget *button, const char *text);

/* mts-compare-heads.c: the cards with their heads */
void mts_compare_add_cards(MtsCompare *self);
GtkWidget *mts_compare_text_new(const char *text, const char *style);
GtkWidget *mts_compare_spacer_new(void);
void mts_compare_name_widget(GtkWidget *widget, const char *name);
const char *mts_compare_card_title(MtsCompareCard card);

G_END_DECLS
