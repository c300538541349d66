/* What the files of a session share. Private to the window's side of app. */
#ifndef APP_SESSION_PRIVATE_H
#define APP_SESSION_PRIVATE_H

#include "history.h"
#include "live_run.h"
#include "mts-window.h"
#include "session.h"

struct AppSession {
    MtsWindow *window; /* borrowed from the application; NULL once it was closed */
    MtsStudio *studio; /* the window's */
    char *store_path;  /* NULL: runs are not kept */
    DbStore *store;
    AppHistory *history;

    AppSharedJob *shown; /* what the page shows; NULL before the first */
    gint64 shown_run;    /* the stored run in front, 0: none */
    AppLiveRun *live;    /* trains, or has trained last; may stand behind a stored run */
    gboolean live_shown; /* the page shows it */
    AppFork fork;        /* what Run goes on from; no parent: from the start */
    GtkWidget *fork_button;
    gboolean starting;    /* a run is being made */
    gboolean single_step; /* … of which one step was asked for */
    gboolean rewinding;   /* once it has ended, back to the start */
    AppExperiment *next;  /* once it has ended, show this */
    guint tick, timer;    /* the frame callback while a run may have news, and its stand-in */
    gint64 rate_time;     /* where the present measurement of the speed began */
    guint32 rate_steps;
    guint openings;                /* counts what was asked to be shown: only the newest is */
    GtkFileChooserNative *chooser; /* the one that is open, or NULL */
    GCancellable *cancellable;     /* cancelled with the session: late answers are dropped */
};

/* session.c: shows a job on the page, with its plan or another one of its shape. Takes the
 * reference. */
void app_session_show_job(AppSession *self, AppSharedJob *job, const EngPlan *plan);
/* Opens an experiment away from the main loop and shows it; takes `experiment` over. */
void app_session_show_experiment(AppSession *self, AppExperiment *experiment);
/* The same, with what happens once it is open. */
typedef enum AppOpening {
    APP_OPEN_SHOW,   /* the studio shows it */
    APP_OPEN_RUN,    /* … and trains it */
    APP_OPEN_BEHIND, /* the start page stays in front of it */
} AppOpening;
void app_session_open_experiment(AppSession *self, AppExperiment *experiment, AppOpening how);
/* The experiment as shown, with the schedule as drawn; caller clears and frees with
 * app_session_free_experiment. */
AppExperiment *app_session_current(AppSession *self);
void app_session_free_experiment(AppExperiment *experiment);
/* A sentence for the reader. */
void app_session_say(AppSession *self, const char *sentence);

/* session_run.c: the run that trains. */
void app_session_connect_run(AppSession *self);
gboolean app_session_trains(AppSession *self); /* a run is neither at rest nor over */
void app_session_show_live(AppSession *self);
void app_session_drop_live(AppSession *self); /* frees a run that is over */
void app_session_unwatch(AppSession *self);   /* no frame looks at the live run any more */

/* session_library.c: stored runs. */
void app_session_connect_library(AppSession *self);
void app_session_refresh_library(AppSession *self);

/* Shows a stored run behind the one in front. */
void app_session_show_ghost(AppSession *self, gint64 id);

/* session_fork.c: runs that share a past. */
void app_session_connect_fork(AppSession *self);
void app_session_update_fork(AppSession *self);

/* session_new_run.c: the dialog. */
void app_session_connect_new_run(AppSession *self);
/* Opens it with a data set chosen. */
void app_session_new_run_on(AppSession *self, const char *spec);

/* session_files.c: experiment files by dialog and drop. */
void app_session_connect_files(AppSession *self, GtkApplication *app);
void app_session_browse(AppSession *self); /* the dialog that opens a file of any kind */

/* session_welcome.c: the start page, and what a dropped file is. */
void app_session_connect_welcome(AppSession *self);
/* Recognises a file or folder: an experiment is opened, data lead to a new run, for all else there
 * is a sentence. */
void app_session_take_file(AppSession *self, GFile *file);

/* session_lab.c: the page of lessons. */
void app_session_connect_lab(AppSession *self);

/* remember.c: window state and the last experiment. */
void app_remember_window(MtsWindow *window);
void app_restore_window(MtsWindow *window);
void app_remember_experiment(AppSession *self);
/* The last one shown, NULL where there is none; caller owns. */
AppExperiment *app_recall_experiment(void);
/* A built-in example ("digits" is the demonstration); caller owns. */
AppExperiment *app_example(const char *name);

#endif
