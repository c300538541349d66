/* MtsWindow: the application's window: header bar, pages, toasts, actions and their keys. With one
 * page the header shows the run's title, with more a switcher, and where that has no room a bar below.
 * Main thread.
 *
 * Actions: win.run-pause, run, pause, step, stop, rewind, undo, redo, new-run, search, library,
 * inspector, zoom-in, zoom-out, fit, start-page, about; GTK's own win.show-help-overlay. The menu also names
 * win.open and win.save-as, which whoever knows files adds. Signal "new-run": the
 * reader asked for one. */
#pragma once

#include "mts-studio.h"
#include "mts-welcome.h"
#include <adwaita.h>

G_BEGIN_DECLS

/* The application's id; its resources lie under the path that follows from it. */
#define MTS_APPLICATION_ID "org.mantissa.Mantissa"

#define MTS_TYPE_WINDOW (mts_window_get_type())
G_DECLARE_FINAL_TYPE(MtsWindow, mts_window, MTS, WINDOW, AdwApplicationWindow)

GtkWindow *mts_window_new(GtkApplication *application);

MtsStudio *mts_window_get_studio(MtsWindow *self);

/* The start page, which takes the studio's place while it is shown; the studio's actions rest
 * then. The action win.start-page shows it. */
MtsWelcome *mts_window_get_welcome(MtsWindow *self);
void mts_window_show_start(MtsWindow *self, gboolean shown);
gboolean mts_window_get_start_shown(MtsWindow *self);

/* A further page beside the studio, with the name of its icon. */
void mts_window_add_page(
    MtsWindow *self, GtkWidget *page, const char *name, const char *title, const char *icon);

/* Turns to a page; FALSE where there is none of that name. */
gboolean mts_window_show_page(MtsWindow *self, const char *name);

/* What is trained: the title while there is one page only; also the window's. */
void mts_window_set_run_title(MtsWindow *self, const char *title, const char *subtitle);

/* A short notice at the bottom. */
void mts_window_toast(MtsWindow *self, const char *text);

/* What is remembered from one start to the next. Sizes in points. */
typedef struct MtsWindowState {
    int width, height;
    gboolean maximized, library, inspector;
} MtsWindowState;

void mts_window_get_state(MtsWindow *self, MtsWindowState *state);
/* Before the window is first shown. Sizes below 360 x 300 are taken as those. */
void mts_window_set_state(MtsWindow *self, const MtsWindowState *state);

G_END_DECLS
