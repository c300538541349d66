#include "cli_progress.h"
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

/* Seconds between two drawings of the bar. */
#define DRAW_EVERY 0.1
/* Weight of a new batch in the smoothed accuracy: about the last fifty count. */
#define SMOOTHING 0.02

bool cli_progress_mode(const char *word, CliProgressMode *out)
{
    if (strcmp(word, "auto") == 0)
        *out = isatty(STDERR_FILENO) ? CLI_PROGRESS_BAR : CLI_PROGRESS_NONE;
    else if (strcmp(word, "bar") == 0)
        *out = CLI_PROGRESS_BAR;
    else if (strcmp(word, "lines") == 0)
        *out = CLI_PROGRESS_LINES;
    else if (strcmp(word, "none") == 0)
        *out = CLI_PROGRESS_NONE;
    else
        return false;
    return true;
}

CliProgress cli_progress_new(CliProgressMode mode, EngClock clock)
{
    return (CliProgress){.mode = mode, .clock = clock, .accuracy = -1, .test_accuracy = NAN};
}

static void print_line(const CliProgress *progress, const EngRecord *record)
{
    fprintf(stderr,
        "epoch %.3g, step %u of %u: training loss %.4f, test loss %.4f, test accuracy %.2f %%\n",
        (double)record->step / progress->clock.steps_per_epoch, record->step, progress->clock.steps,
        (double)progress->loss, (double)record->eval.loss, 100 * (double)record->eval.accuracy);
}

void cli_progress_record(void *ctx, const EngRecord *record)
{
    CliProgress *const progress = ctx;
    progress->wall_seconds = record->wall_seconds;
    if (record->kind == ENG_RECORD_STEP) {
        const double now = (double)record->at_step.accuracy;
        progress->steps = record->step + 1;
        progress->loss = record->at_step.loss;
        progress->accuracy = progress->accuracy < 0
            ? now
            : progress->accuracy + SMOOTHING * (now - progress->accuracy);
    } else if (record->kind == ENG_RECORD_EVAL) {
        progress->test_accuracy = record->eval.accuracy;
        if (progress->mode == CLI_PROGRESS_LINES)
            print_line(progress, record);
    }
}

static double monotonic_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* "1:02:03" or "2:03". */
static void time_text(double seconds, char *out, size_t size)
{
    const unsigned long s = seconds < 360000 ? (unsigned long)(seconds + 0.5) : 360000;
    if (s >= 3600)
        snprintf(out, size, "%lu:%02lu:%02lu", s / 3600, s / 60 % 60, s % 60);
    else
        snprintf(out, size, "%lu:%02lu", s / 60, s % 60);
}

/* Columns of the terminal, 80 where it does not say. */
static int terminal_width(void)
{
    struct winsize size;
    if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) < 0 || size.ws_col < 20)
        return 80;
    return size.ws_col;
}

/* What stands behind the bar: steps, loss, accuracy, speed, time left. */
static void figures(const CliProgress *progress, char *out, size_t size)
{
    char left[32] = "", test[32] = "";
    const double rate = progress->wall_seconds > 0 ? progress->steps / progress->wall_seconds : 0;
    if (rate > 0)
        time_text((progress->clock.steps - progress->steps) / rate, left, sizeof left);
    if (!isnan(progress->test_accuracy))
        snprintf(test, sizeof test, " test %.2f%%", 100 * (double)progress->test_accuracy);
    snprintf(out, size, " %u/%u loss %.4f accuracy %.1f%%%s %.0f it/s %s left", progress->steps,
        progress->clock.steps, (double)progress->loss, 100 * fmax(progress->accuracy, 0), test,
        rate, left[0] ? left : "?");
}

void cli_progress_draw(CliProgress *progress, bool last)
{
    if (progress->mode != CLI_PROGRESS_BAR || progress->clock.steps == 0)
        return;
    const double now = monotonic_seconds();
    if (!last && progress->drawn && now - progress->shown_seconds < DRAW_EVERY)
        return;
    char text[160], bar[64];
    figures(progress, text, sizeof text);
    const int width = terminal_width() - 1, room = width - (int)strlen(text) - 2;
    const int cells = room > (int)sizeof bar - 1 ? (int)sizeof bar - 1 : room;
    if (cells >= 4) {
        const int full = (int)((double)cells * progress->steps / progress->clock.steps);
        memset(bar, '#', (size_t)full);
        memset(bar + full, '.', (size_t)(cells - full));
        fprintf(stderr, "\r[%.*s]%s\033[K", cells, bar, text);
    } else {
        fprintf(stderr, "\r%.*s\033[K", width, text + 1);
    }
    fflush(stderr);
    progress->shown_seconds = now;
    progress->drawn = true;
}

void cli_progress_clear(CliProgress *progress)
{
    if (progress->drawn)
        fprintf(stderr, "\r\033[K");
    progress->drawn = false;
}
