/* The dialog that sets up a run, and what comes of it. */
#include "mts-new-run.h"
#include "session_private.h"

/* What a run starts with when the schedule at hand names layers its network lacks. */
#define PLAIN_SCHEDULE "*: bfp4"

/* ---- what a data set is ------------------------------------------------------------------- */

typedef struct Inspection {
    GWeakRef dialog;
    char *spec;
    EngShape shape;
    guint classes;
    gsize samples;
} Inspection;

static void inspection_free(gpointer data)
{
    Inspection *inspection = data;
    g_weak_ref_clear(&inspection->dialog);
    g_free(inspection->spec);
    g_free(inspection);
}

static void inspect(GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
    Inspection *inspection = data;
    EngDataset *dataset = NULL;
    EngError err = {0};
    if (eng_dataset_open(inspection->spec, APP_DATA_SEED, 0, &dataset, &err) != ENG_OK) {
        g_task_return_new_error(task, G_IO_ERROR, G_IO_ERROR_FAILED, "%s", err.text);
        return;
    }
    inspection->shape = dataset->shape;
    inspection->classes = dataset->classes;
    inspection->samples = dataset->train.count;
    eng_dataset_free(dataset);
    g_task_return_boolean(task, TRUE);
}

static void inspected(GObject *source, GAsyncResult *result, gpointer data)
{
    const Inspection *inspection = g_task_get_task_data(G_TASK(result));
    g_autoptr(MtsNewRun) dialog = g_weak_ref_get((GWeakRef *)&inspection->dialog);
    g_autoptr(GError) error = NULL;
    g_task_propagate_boolean(G_TASK(result), &error);
    if (dialog)
        mts_new_run_set_data(dialog, inspection->spec, inspection->shape, inspection->classes,
            inspection->samples, error ? error->message : NULL);
}

static void on_inspect(MtsNewRun *dialog, const char *spec, AppSession *self)
{
    Inspection *inspection = g_new0(Inspection, 1);
    g_weak_ref_init(&inspection->dialog, dialog);
    inspection->spec = g_strdup(spec);
    g_autoptr(GTask) task = g_task_new(NULL, self->cancellable, inspected, NULL);
    g_task_set_task_data(task, inspection, inspection_free);
    g_task_run_in_thread(task, inspect);
}

/* ---- from the choice to an experiment ----------------------------------------------------- */

static void take_choice(AppExperiment *experiment, const MtsNewRunChoice *choice)
{
    EngError err;
    app_experiment_set(&experiment->name, choice->name ? choice->name : "", &err);
    app_experiment_set(&experiment->data, choice->data, &err);
    app_experiment_set(&experiment->model, choice->model, &err);
    experiment->training.epochs = choice->epochs;
    experiment->training.batch = choice->batch;
    experiment->training.rate.base = choice->learning_rate;
    experiment->training.optimiser.momentum = choice->momentum;
    experiment->training.seed_weights = choice->seed_weights;
    experiment->training.seed_data = choice->seed_data;
    experiment->training.seed_noise = choice->seed_noise;
}

static void show_next(AppSession *self, AppExperiment *experiment)
{
    if (app_session_trains(self)) {
        app_session_free_experiment(self->next);
        self->next = experiment;
        app_live_run_stop(self->live);
    } else {
        app_session_show_experiment(self, experiment);
    }
}

static void on_create(MtsNewRun *dialog, const MtsNewRunChoice *choice, AppSession *self)
{
    AppExperiment *experiment = app_session_current(self);
    EngError err;
    /* The drawn schedule is kept where the network is the same; another one has other layers. */
    if (g_strcmp0(experiment->model, choice->model) != 0)
        app_experiment_set(&experiment->schedule, PLAIN_SCHEDULE, &err);
    take_choice(experiment, choice);
    show_next(self, experiment);
}

static GtkWindow *open_dialog(AppSession *self)
{
    GtkWindow *dialog = mts_new_run_new(GTK_WINDOW(self->window));
    const AppExperiment *e = &self->shown->experiment;
    const MtsNewRunChoice choice = {.name = e->name,
        .data = e->data,
        .model = e->model,
        .epochs = e->training.epochs,
        .batch = e->training.batch,
        .learning_rate = e->training.rate.base,
        .momentum = e->training.optimiser.momentum,
        .seed_weights = e->training.seed_weights,
        .seed_data = e->training.seed_data,
        .seed_noise = e->training.seed_noise};
    g_signal_connect(dialog, "inspect", G_CALLBACK(on_inspect), self);
    g_signal_connect(dialog, "create", G_CALLBACK(on_create), self);
    mts_new_run_set_choice(MTS_NEW_RUN(dialog), &choice);
    gtk_window_present(dialog);
    return dialog;
}

void app_session_new_run_on(AppSession *self, const char *spec)
{
    if (app_session_trains(self))
        app_session_say(self, "A run is training. Stop it before new data are taken.");
    else if (self->shown)
        mts_new_run_choose_data(MTS_NEW_RUN(open_dialog(self)), spec);
}

static void stop_answered(AdwMessageDialog *question, const char *answer, AppSession *self)
{
    if (g_str_equal(answer, "set-up") && self->window)
        open_dialog(self);
}

/* One run trains at a time: a new one ends the present one, and the reader is told before. */
static void on_new_run(MtsWindow *window, AppSession *self)
{
    if (!self->shown || self->starting)
        return;
    if (!app_session_trains(self)) {
        open_dialog(self);
        return;
    }
    GtkWidget *question = adw_message_dialog_new(GTK_WINDOW(window), "A Run Is Training",
        "One run trains at a time. When the new one is created, the present one stops; what it has "
        "reached is kept in the library.");
    adw_message_dialog_add_responses(
        ADW_MESSAGE_DIALOG(question), "cancel", "_Cancel", "set-up", "_Set Up New Run", NULL);
    adw_message_dialog_set_close_response(ADW_MESSAGE_DIALOG(question), "cancel");
    adw_message_dialog_set_default_response(ADW_MESSAGE_DIALOG(question), "set-up");
    g_signal_connect(question, "response", G_CALLBACK(stop_answered), self);
    gtk_window_present(GTK_WINDOW(question));
}

void app_session_connect_new_run(AppSession *self)
{
    g_signal_connect(self->window, "new-run", G_CALLBACK(on_new_run), self);
}
