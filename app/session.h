/* AppSession: a window at work: which experiment it shows, which run trains, which stored run lies
 * in front. It connects what the widgets say with engine and store, and owns all of it. Main
 * thread. */
#ifndef APP_SESSION_H
#define APP_SESSION_H

#include <adwaita.h>

typedef struct AppSession AppSession;

/* Makes the window and opens the store at `store` away from the main loop (NULL: runs are not
 * kept). */
AppSession *app_session_new(GtkApplication *app, const char *store);

/* Stops what trains, waits for its last rows, closes the store. */
void app_session_free(AppSession *self);

void app_session_present(AppSession *self);
GtkWindow *app_session_get_window(AppSession *self); /* borrowed */

/* Shows an experiment file; or what was shown last, the start page the first time. Opening goes
 * on away from the main loop; a file that cannot be read is told with a sentence, and what was
 * shown stays. */
void app_session_open_file(AppSession *self, GFile *file);
void app_session_open_last(AppSession *self);

#endif
