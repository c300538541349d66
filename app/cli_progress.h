/* How far a run is, on standard error: a bar on a terminal, or a line per evaluation. */
#ifndef APP_CLI_PROGRESS_H
#define APP_CLI_PROGRESS_H

#include "train/trainer.h"
#include <stdbool.h>

typedef enum CliProgressMode {
    CLI_PROGRESS_NONE,
    CLI_PROGRESS_BAR,
    CLI_PROGRESS_LINES
} CliProgressMode;

typedef struct CliProgress {
    CliProgressMode mode;
    EngClock clock;
    uint32_t steps; /* done */
    double wall_seconds;
    float loss;           /* of the last step */
    double accuracy;      /* of the training batches, smoothed; < 0 before the first */
    float test_accuracy;  /* of the last evaluation; NaN before the first */
    double shown_seconds; /* when the bar was last drawn, monotonic */
    bool drawn;           /* a bar stands on the terminal */
} CliProgress;

/* "auto" (a bar on a terminal, else nothing), "bar", "lines", "none"; false for other words. */
bool cli_progress_mode(const char *word, CliProgressMode *out);

CliProgress cli_progress_new(CliProgressMode mode, EngClock clock);

/* An AppRecordFn: takes in one record; in lines mode an evaluation prints its line. */
void cli_progress_record(void *progress, const EngRecord *record);

/* Draws the bar, at most ten times a second; `last` draws it in any case. */
void cli_progress_draw(CliProgress *progress, bool last);

/* Takes the bar away, so that what follows begins on a clean line. */
void cli_progress_clear(CliProgress *progress);

#endif
