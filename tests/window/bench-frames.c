/* What a frame of the studio page costs: from before-paint to after-paint on the main thread, while
 * a million steps lie behind and the crosshair moves, an edge is dragged with its estimate, or new
 * steps arrive. Prints the median and the 99th percentile in milliseconds; it passes no verdict.
 *
 *   tests/xrun.sh build/tests/window/bench-frames [frames]
 */
#include "stage.h"
#include "studio-data.h"
#include "xinput.h"
#include <time.h>

/* Steps recorded before the first frame, and steps that arrive with every frame. */
enum { STEPS = 1000000, ARRIVING = 200, CHUNK = 1000 };

typedef struct Bench {
    MtsStudio *studio;
    MtsTimeAxis *axis;
    MtsScheduleModel *model;
    MtsRunData *run;
    guint32 done;
    GArray *wall, *processor; /* gint64, microseconds a frame */
    gint64 began, began_processor;
    guint frame, frames;
    void (*act)(struct Bench *bench);
} Bench;

static void append(Bench *bench, guint32 count)
{
    MtsStepPoint points[CHUNK];
    while (count > 0) {
        const guint32 n = MIN(count, CHUNK);
        for (guint32 i = 0; i < n; i++) {
            const guint32 step = bench->done + i;
            /* A deterministic noise with all frequencies, so that no column is a plain line. */
            const guint32 mixed = (step * 2654435761u) >> 8;
            const float noise = (float)(mixed & 0xffff) / 65536;
            const float trend = 2.2f / (1 + step / 60000.0f);
            points[i] = (MtsStepPoint){
                step, trend + .3f * noise, 1 - trend / 3 + .1f * noise, step * 1000.0};
        }
        mts_run_data_append_steps(bench->run, points, n);
        bench->done += n;
        count -= n;
    }
}

static void move_crosshair(Bench *bench)
{
    const double x = MTS_AXIS_GUTTER + (bench->frame * 37) % 700;
    mts_time_axis_set_crosshair(bench->axis, mts_time_axis_step(bench->axis, x));
}

static void arrive(Bench *bench)
{
    append(bench, ARRIVING);
    mts_studio_set_progress(bench->studio, bench->done);
    move_crosshair(bench);
}

static void drag_edge(Bench *bench)
{
    const double share = .85 + .1 * (bench->frame % 64) / 64;
    mts_schedule_model_drag_move(bench->model, (guint32)(share * 1.3 * STEPS));
    move_crosshair(bench);
}

/* What this thread itself has computed: on a busy machine that is the frame's own share. */
static gint64 processor_time(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (gint64)now.tv_sec * G_USEC_PER_SEC + now.tv_nsec / 1000;
}

static void before_paint(GdkFrameClock *clock, Bench *bench)
{
    bench->began = g_get_monotonic_time();
    bench->began_processor = processor_time();
}

static void after_paint(GdkFrameClock *clock, Bench *bench)
{
    if (bench->began != 0 && bench->frame > 8) {
        const gint64 wall = g_get_monotonic_time() - bench->began,
                     processor = processor_time() - bench->began_processor;
        g_array_append_val(bench->wall, wall);
        g_array_append_val(bench->processor, processor);
    }
}

static gboolean on_tick(GtkWidget *widget, GdkFrameClock *clock, gpointer data)
{
    Bench *bench = data;
    bench->act(bench);
    bench->frame++;
    return bench->frame < bench->frames;
}

static int compare(gconstpointer a, gconstpointer b)
{
    const gint64 x = *(const gint64 *)a, y = *(const gint64 *)b;
    return (x > y) - (x < y);
}

static void print_row(const char *what, GArray *cost)
{
    g_array_sort(cost, compare);
    const guint n = cost->len;
    if (n > 0) {
        g_print("%-36s median %6.2f ms   99 %% %6.2f ms   (%u frames)\n", what,
            (double)g_array_index(cost, gint64, n / 2) / 1000,
            (double)g_array_index(cost, gint64, n * 99 / 100) / 1000, n);
    }
}

static void measure(Bench *bench, const char *what, void (*act)(Bench *bench))
{
    g_array_set_size(bench->wall, 0);
    g_array_set_size(bench->processor, 0);
    bench->frame = 0;
    bench->act = act;
    gtk_widget_add_tick_callback(GTK_WIDGET(bench->studio), on_tick, bench, NULL);
    while (bench->frame < bench->frames) {
        g_main_context_iteration(NULL, TRUE);
    }
    xinput_settle(GTK_WIDGET(bench->studio));
    print_row(what, bench->wall);
    print_row("  of it on the processor", bench->processor);
}

static void load(Bench *bench, StudioData *data)
{
    const EngClock clock = {STEPS / 10 * 13, STEPS / 10};
    EngPlan *plan = NULL;
    EngError error = {0};
    EngSchedule *schedule = NULL;
    const char *names[16];
    for (gsize i = 0; i < data->net->product_count; i++) {
        names[i] = eng_network_product(data->net, i)->name;
    }
    g_assert_true(eng_schedule_parse("*: bfp4; *.G: bfp6; conv3.W: bfp2 @0..85%, bfp4 @85%..",
                      &schedule, &error) == ENG_OK);
    g_assert_true(
        eng_plan_build(schedule, names, data->net->product_count, clock, &plan, &error) == ENG_OK);
    mts_studio_set_experiment(bench->studio, data->net, plan, 128, &data->hw);
    bench->run = mts_run_data_new(1, "a million steps", clock);
    append(bench, STEPS);
    for (guint32 at = 5000; at <= STEPS; at += 5000) {
        const MtsEvalPoint point = {at, 2.2f / (1 + at / 60000.0f), .8f};
        mts_run_data_append_evals(bench->run, &point, 1);
    }
    mts_studio_set_live(bench->studio, bench->run);
    mts_studio_set_progress(bench->studio, STEPS);
    eng_plan_free(plan);
    eng_schedule_free(schedule);
}

int main(int argc, char **argv)
{
    stage_init(&argc, &argv);
    Bench bench = {.wall = g_array_new(FALSE, FALSE, sizeof(gint64)),
        .processor = g_array_new(FALSE, FALSE, sizeof(gint64)),
        .frames = argc > 1 ? (guint)g_ascii_strtoull(argv[1], NULL, 10) : 400};
    AdwApplication *app = adw_application_new(MTS_APPLICATION_ID, G_APPLICATION_NON_UNIQUE);
    g_assert_true(g_application_register(G_APPLICATION(app), NULL, NULL));
    MtsWindow *window = MTS_WINDOW(mts_window_new(GTK_APPLICATION(app)));
    bench.studio = mts_window_get_studio(window);
    bench.axis = mts_studio_get_axis(bench.studio);
    bench.model = mts_studio_get_model(bench.studio);
    gtk_window_set_default_size(GTK_WINDOW(window), 1440, 900);
    StudioData data;
    studio_data_init(&data);
    load(&bench, &data);
    xinput_show(GTK_WINDOW(window));
    xinput_settle(GTK_WIDGET(window));
    GdkFrameClock *clock = gtk_widget_get_frame_clock(GTK_WIDGET(window));
    g_signal_connect(clock, "before-paint", G_CALLBACK(before_paint), &bench);
    g_signal_connect_after(clock, "after-paint", G_CALLBACK(after_paint), &bench);

    measure(&bench, "crosshair", move_crosshair);
    measure(&bench, "steps arriving, crosshair", arrive);
    if (mts_schedule_model_drag_begin(bench.model, 2, ENG_ROLE_W, 1)) {
        measure(&bench, "edge dragged, estimate", drag_edge);
        mts_schedule_model_drag_cancel(bench.model);
    }

    g_signal_handlers_disconnect_by_data(clock, &bench);
    gtk_window_destroy(GTK_WINDOW(window));
    g_object_unref(bench.run);
    studio_data_clear(&data);
    g_array_unref(bench.wall);
    g_array_unref(bench.processor);
    g_object_unref(app);
    return 0;
}
