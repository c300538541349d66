/* MtsChoice: a few words side by side of which one is chosen ("Lane | Layer | All"). Main thread.
 *
 * Signal: "chosen" (int: the value of the word), only where a person chose. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define MTS_TYPE_CHOICE (mts_choice_get_type())
G_DECLARE_FINAL_TYPE(MtsChoice, mts_choice, MTS, CHOICE, GtkWidget)

/* `name` is what assistive technology calls the whole. */
GtkWidget *mts_choice_new(const char *name);
void mts_choice_add(MtsChoice *self, const char *word, int value);
/* Shows a value. One that was not added is shown as a further word, `otherwise`, until another is
 * chosen. */
void mts_choice_show(MtsChoice *self, int value, const char *otherwise);
int mts_choice_get(MtsChoice *self);

G_END_DECLS
