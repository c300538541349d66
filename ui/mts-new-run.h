/* MtsNewRun: the dialog that sets up a run: data, network with a live check of its shapes,
 * training settings, seeds. It opens no file: for data on disk it asks whoever shows it. Main
 * thread.
 *
 * Signals: "inspect" (const char *spec: say what this data is, see mts_new_run_set_data; emitted
 * for files only), "create" (const MtsNewRunChoice *, valid during the emission; the dialog then
 * closes). */
#pragma once

#include "base/shape.h"
#include <adwaita.h>

G_BEGIN_DECLS

typedef struct MtsNewRunChoice {
    const char *name;  /* what the library calls it; may be empty */
    const char *data;  /* data spec, see eng_dataset_open */
    const char *model; /* network text that fits the data */
    guint epochs, batch;
    double learning_rate, momentum;
    guint64 seed_weights, seed_data, seed_noise;
} MtsNewRunChoice;

#define MTS_TYPE_NEW_RUN (mts_new_run_get_type())
G_DECLARE_FINAL_TYPE(MtsNewRun, mts_new_run, MTS, NEW_RUN, AdwWindow)

GtkWindow *mts_new_run_new(GtkWindow *parent);

/* Fills the rows in: the last experiment's settings. A data spec of a kind that has no row of its
 * own is shown as text. */
void mts_new_run_set_choice(MtsNewRun *self, const MtsNewRunChoice *choice);

/* The answer to "inspect": what samples of `spec` are; or, with a sentence in `error`, why it
 * cannot be read. Ignored where another spec has been chosen since. */
void mts_new_run_set_data(MtsNewRun *self, const char *spec, EngShape shape, guint classes,
    gsize train_samples, const char *error);

/* Chooses a data set by its spec, as the rows would (a dropped folder). */
void mts_new_run_choose_data(MtsNewRun *self, const char *spec);

G_END_DECLS
