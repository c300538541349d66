/* MtsTransport: the bar at the bottom: rewind, run or pause, stop, one step; progress under the
 * playhead; and the line that keeps emulated time and simulated hardware time apart. 56 px high.
 * It decides nothing: it shows a state and says what was pressed. Main thread.
 *
 * Signals, all without arguments: "run" (also to go on, and in a final state to begin again),
 * "pause", "step", "stop", "rewind". */
#pragma once

#include "mts-run-data.h"
#include "mts-time-axis.h"
#include <gtk/gtk.h>

G_BEGIN_DECLS

#define MTS_TYPE_TRANSPORT (mts_transport_get_type())
G_DECLARE_FINAL_TYPE(MtsTransport, mts_transport, MTS, TRANSPORT, GtkWidget)

/* The playhead comes from the axis. */
GtkWidget *mts_transport_new(MtsTimeAxis *axis);

/* A widget elsewhere whose x is the axis's; not held. */
void mts_transport_set_anchor(MtsTransport *self, GtkWidget *anchor);

/* IDLE at first. What can be pressed follows. */
void mts_transport_set_status(MtsTransport *self, MtsRunStatus status);
MtsRunStatus mts_transport_get_status(MtsTransport *self);

/* Iterations per second and seconds left of the emulation; NaN hides either. */
void mts_transport_set_speed(MtsTransport *self, double rate, double left);

/* What the steps so far take on the simulated hardware, and how long emulating them took, in
 * seconds; NaN: unknown. */
void mts_transport_set_times(MtsTransport *self, double simulated, double wall);

/* Does what the button would, where it can be pressed now; FALSE where not. `run_pause` is the
 * round button: it runs or pauses. */
gboolean mts_transport_run_pause(MtsTransport *self);
gboolean mts_transport_step(MtsTransport *self);
gboolean mts_transport_stop(MtsTransport *self);
gboolean mts_transport_rewind(MtsTransport *self);

/* Buttons for the right end; referenced. */
void mts_transport_add_end(MtsTransport *self, GtkWidget *button);

G_END_DECLS
