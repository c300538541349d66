/* MtsWelcome: the start page: what the program is for in one picture, a demonstration one key away,
 * examples, and a place to drop data. Main thread.
 *
 * Signals: "demo" (train the demonstration), "example" (const char *name: open it), "browse" (ask
 * for a file), "lab" (the first lesson). "New Run" is the window's action win.new-run. Keys: Enter
 * on the demonstration's button, which has the focus first; arrows and Tab walk, Home returns to
 * that button. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define MTS_TYPE_WELCOME (mts_welcome_get_type())
G_DECLARE_FINAL_TYPE(MtsWelcome, mts_welcome, MTS, WELCOME, GtkWidget)

/* An example's card. The texts are static. */
typedef struct MtsExample {
    const char *name;     /* "spirals": what "example" says */
    const char *title;    /* "Spirals" */
    const char *sentence; /* what one will see */
    const char *time;     /* how long it trains: "a few seconds" */
    const char *data;     /* where its data come from: "made on the fly" */
} MtsExample;

const MtsExample *mts_welcome_examples(guint *count);

GtkWidget *mts_welcome_new(void);

/* Puts the focus on the demonstration's button. */
void mts_welcome_focus(MtsWelcome *self);

/* Whether there is a Lab to be opened. */
void mts_welcome_set_lab(MtsWelcome *self, gboolean there);

/* Samples for the examples' pictures: drawings of digits (28 x 28 bytes each, 255 the ink), and an
 * array of MtsArtPoint. NULL: none. */
void mts_welcome_set_samples(MtsWelcome *self, GBytes *digits, GBytes *points);

G_END_DECLS
