/* The main job end to end, in the real application with real input: a segment's edge is dragged,
 * Run is pressed, the digits train, the run stands in the library, and is there again when the
 * application opens the same file anew. Also how long the main loop is ever busy meanwhile. */
#include "db_store.h"
#include "mts-run-row.h"
#include "mts-window.h"
#include "picture.h"
#include "session.h"
#include "stage.h"
#include "xinput.h"
#include <glib/gstdio.h>
#include <time.h>

static const char experiment[] =
    "{\"version\": 1, \"name\": \"End to end\", \"data\": \"digits:1200\","
    " \"model\": \"mlp:64\", \"training\": {\"epochs\": 4, \"batch\": 50, \"learning_rate\": 0.05,"
    " \"momentum\": 0.9}, \"schedule\": [\"*: bfp2 @0..2ep, bfp4 @2ep..\", \"*.G: bfp4:sr8\"]}";

/* More work for one processor than the window has: a minute of it at most. */
static const char heavy[] =
    "{\"version\": 1, \"name\": \"Heavy\", \"data\": \"digits:6000\","
    " \"model\": \"mlp:256,128\", \"training\": {\"epochs\": 20, \"batch\": 64,"
    " \"learning_rate\": 0.05, \"momentum\": 0.9}, \"schedule\":"
    " [\"*: adaptive(bfp2, bfp4)\", \"*.G: bfp4:sr8\"]}";

typedef struct Fixture {
    char *folder, *store, *file;
    AdwApplication *app;
    AppSession *session;
    MtsWindow *window;
    MtsStudio *studio;
} Fixture;

static void open_application(Fixture *f)
{
    f->app = adw_application_new(MTS_APPLICATION_ID, G_APPLICATION_NON_UNIQUE);
    g_assert_true(g_application_register(G_APPLICATION(f->app), NULL, NULL));
    f->session = app_session_new(GTK_APPLICATION(f->app), f->store);
    f->window = MTS_WINDOW(app_session_get_window(f->session));
    f->studio = mts_window_get_studio(f->window);
    gtk_window_set_default_size(GTK_WINDOW(f->window), 1440, 900);
    g_autoptr(GFile) file = g_file_new_for_path(f->file);
    app_session_open_file(f->session, file);
    xinput_show(GTK_WINDOW(f->window));
    WAIT_UNTIL(mts_schedule_model_get_layers(mts_studio_get_model(f->studio)) > 0, 20000);
    xinput_settle(GTK_WIDGET(f->window));
}

static void close_application(Fixture *f)
{
    gpointer window = f->window;
    g_object_add_weak_pointer(G_OBJECT(f->window), &window);
    app_session_free(f->session);
    WAIT_UNTIL(window == NULL, 5000);
    g_object_unref(f->app);
}

static void set_up_with(Fixture *f, const char *text)
{
    f->folder = g_dir_make_tmp("mantissa-app-XXXXXX", NULL);
    f->store = g_build_filename(f->folder, "runs.db", NULL);
    f->file = g_build_filename(f->folder, "experiment.json", NULL);
    g_assert_true(g_file_set_contents(f->file, text, -1, NULL));
    open_application(f);
}

static void set_up(Fixture *f)
{
    set_up_with(f, experiment);
}

static void remove_folder(const char *folder)
{
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    for (const char *name; (name = g_dir_read_name(dir));) {
        g_autofree char *path = g_build_filename(folder, name, NULL);
        g_unlink(path);
    }
    g_rmdir(folder);
}

static void tear_down(Fixture *f)
{
    close_application(f);
    remove_folder(f->folder);
    g_free(f->folder);
    g_free(f->store);
    g_free(f->file);
}

/* The visible button with this tooltip. */
static GtkWidget *find_button(GtkWidget *widget, const char *tooltip)
{
    if (GTK_IS_BUTTON(widget) && gtk_widget_get_mapped(widget) &&
        g_strcmp0(gtk_widget_get_tooltip_text(widget), tooltip) == 0)
        return widget;
    for (GtkWidget *child = gtk_widget_get_first_child(widget); child;
         child = gtk_widget_get_next_sibling(child)) {
        GtkWidget *found = find_button(child, tooltip);
        if (found)
            return found;
    }
    return NULL;
}

static void press(Fixture *f, const char *tooltip)
{
    GtkWidget *button = find_button(GTK_WIDGET(f->window), tooltip);
    g_assert_nonnull(button);
    xinput_click(button, gtk_widget_get_width(button) / 2.0, gtk_widget_get_height(button) / 2.0);
}

static MtsRunStatus status(Fixture *f)
{
    MtsRunData *run = mts_studio_get_live(f->studio);
    return run ? mts_run_data_get_status(run) : MTS_STATUS_IDLE;
}

static guint count_rows(GtkWidget *widget)
{
    guint count = MTS_IS_RUN_ROW(widget) && gtk_widget_get_mapped(widget);
    for (GtkWidget *child = gtk_widget_get_first_child(widget); child;
         child = gtk_widget_get_next_sibling(child))
        count += count_rows(child);
    return count;
}

static GtkWidget *find_row(GtkWidget *widget)
{
    if (MTS_IS_RUN_ROW(widget) && gtk_widget_get_mapped(widget))
        return widget;
    for (GtkWidget *child = gtk_widget_get_first_child(widget); child;
         child = gtk_widget_get_next_sibling(child)) {
        GtkWidget *found = find_row(child);
        if (found)
            return found;
    }
    return NULL;
}

/* Drags the edge between the two spans of fc1.W by one epoch to the right. */
static void drag_edge(Fixture *f)
{
    MtsTimeAxis *axis = mts_studio_get_axis(f->studio);
    MtsScheduleModel *model = mts_studio_get_model(f->studio);
    GtkWidget *lanes = GTK_WIDGET(mts_studio_get_timeline(f->studio));
    const EngClock clock = mts_schedule_model_get_clock(model);
    guint count;
    g_assert_cmpuint(mts_schedule_model_get_spans(model, 0, ENG_ROLE_W, &count)[0].to, ==,
        2 * clock.steps_per_epoch);
    g_assert_cmpuint(count, ==, 2);
    const double lane_y = 5 + 7; /* the row's padding, half a lane */
    xinput_drag(lanes, mts_time_axis_x(axis, 2 * clock.steps_per_epoch), lane_y,
        mts_time_axis_x(axis, 3 * clock.steps_per_epoch) + 2, lane_y);
    g_assert_cmpuint(mts_schedule_model_get_spans(model, 0, ENG_ROLE_W, &count)[0].to, ==,
        3 * clock.steps_per_epoch);
}

static void test_end_to_end(void)
{
    Fixture f;
    set_up(&f);
    drag_edge(&f);
    press(&f, "Run (Space)");
    WAIT_UNTIL(status(&f) == MTS_STATUS_FINISHED, 60000);
    const double accuracy = mts_run_data_get_best_accuracy(mts_studio_get_live(f.studio));
    g_assert_cmpfloat(accuracy, >, 0.5); /* ten classes: chance is 0.1 */
    GtkWidget *library = GTK_WIDGET(mts_studio_get_library(f.studio));
    WAIT_UNTIL(count_rows(library) == 1, 5000);

    /* Again on the same file: the run is there, and a click shows it. */
    close_application(&f);
    open_application(&f);
    library = GTK_WIDGET(mts_studio_get_library(f.studio));
    WAIT_UNTIL(count_rows(library) == 1, 5000);
    g_assert_null(mts_studio_get_live(f.studio));
    GtkWidget *row = find_row(library);
    xinput_click(row, 60, gtk_widget_get_height(row) / 2.0);
    WAIT_UNTIL(mts_studio_get_live(f.studio) != NULL, 10000);
    g_assert_cmpint(status(&f), ==, MTS_STATUS_FINISHED);
    g_assert_cmpfloat(mts_run_data_get_best_accuracy(mts_studio_get_live(f.studio)), ==, accuracy);
    /* … with the schedule as it was dragged. */
    MtsScheduleModel *model = mts_studio_get_model(f.studio);
    guint count;
    g_assert_cmpuint(mts_schedule_model_get_spans(model, 0, ENG_ROLE_W, &count)[0].to, ==,
        3 * mts_schedule_model_get_clock(model).steps_per_epoch);
    if (picture_folder()) {
        xinput_settle(GTK_WIDGET(f.window));
        picture_all(GTK_WIDGET(f.window), picture_folder(), "app-stored-run");
    }
    tear_down(&f);
}

/* What a run with adaptive parts is said to cost once it is over is what it was counted for. */
static void test_the_estimate_ends_as_the_cost(void)
{
    static const char adaptive[] =
        "{\"version\": 1, \"name\": \"Adaptive\", \"data\": \"digits:600\", \"model\": \"mlp:32\","
        " \"training\": {\"epochs\": 4, \"batch\": 50}, \"schedule\":"
        " [\"*: adaptive(bfp2, bfp4, interval=3)\", \"fc2.G: bfp4 @0..1ep, adaptive(bfp2, bfp4) "
        "@1ep..\"]}";
    Fixture f;
    set_up_with(&f, adaptive);
    press(&f, "Run (Space)");
    WAIT_UNTIL(status(&f) == MTS_STATUS_FINISHED, 60000);
    xinput_settle(GTK_WIDGET(f.window));
    const MtsSeries *cycles =
        mts_run_data_get_series(mts_studio_get_live(f.studio), MTS_CURVE_CYCLES);
    const float spent = mts_series_y(cycles, mts_series_length(cycles) - 1);
    WAIT_UNTIL((float)mts_studio_get_estimate(f.studio) == spent, 5000);
    /* … and again when it comes from the store. */
    close_application(&f);
    open_application(&f);
    GtkWidget *library = GTK_WIDGET(mts_studio_get_library(f.studio));
    WAIT_UNTIL(count_rows(library) == 1, 5000);
    GtkWidget *row = find_row(library);
    xinput_click(row, 60, gtk_widget_get_height(row) / 2.0);
    WAIT_UNTIL(mts_studio_get_live(f.studio) != NULL, 10000);
    WAIT_UNTIL((float)mts_studio_get_estimate(f.studio) == spent, 5000);
    tear_down(&f);
}

static void test_pause_step_stop(void)
{
    Fixture f;
    set_up(&f);
    press(&f, "One iteration (.)");
    WAIT_UNTIL(status(&f) == MTS_STATUS_PAUSED, 10000);
    g_assert_cmpfloat(mts_time_axis_get_playhead(mts_studio_get_axis(f.studio)), ==, 1);
    xinput_key(GTK_WIDGET(f.window), GDK_KEY_period, 0);
    WAIT_UNTIL(mts_time_axis_get_playhead(mts_studio_get_axis(f.studio)) == 2, 10000);
    press(&f, "Stop the run here");
    WAIT_UNTIL(status(&f) == MTS_STATUS_STOPPED, 10000);
    /* Back to the start: the page stands as before the first step. */
    press(&f, "Back to the same start");
    WAIT_UNTIL(mts_studio_get_live(f.studio) == NULL, 10000);
    g_assert_cmpfloat(mts_time_axis_get_playhead(mts_studio_get_axis(f.studio)), ==, 0);
    tear_down(&f);
}

static void test_live_edit_reaches_the_run(void)
{
    Fixture f;
    set_up(&f);
    press(&f, "One iteration (.)");
    WAIT_UNTIL(status(&f) == MTS_STATUS_PAUSED, 10000);
    drag_edge(&f);
    press(&f, "Run (Space)");
    WAIT_UNTIL(status(&f) == MTS_STATUS_FINISHED, 60000);
    close_application(&f);
    DbReader *reader;
    DbRunList list;
    DbEventRow *events;
    size_t count, plans = 0;
    DbError err = {0};
    g_assert_cmpint(db_reader_open(f.store, &reader, &err), ==, DB_OK);
    g_assert_cmpint(db_reader_runs(reader, &list, &err), ==, DB_OK);
    g_assert_cmpuint(list.count, ==, 1);
    g_assert_nonnull(strstr(list.runs[0].schedule_used, "3ep"));
    g_assert_null(strstr(list.runs[0].schedule, "3ep"));
    g_assert_cmpint(db_reader_events(reader, list.runs[0].id, &events, &count, &err), ==, DB_OK);
    for (size_t i = 0; i < count; i++) {
        if (g_str_equal(events[i].kind, "plan")) {
            g_assert_cmpuint(events[i].step, ==, 1);
            plans++;
        }
    }
    g_assert_cmpuint(plans, ==, 1);
    db_events_free(events, count);
    db_run_list_free(&list);
    db_reader_close(reader);
    open_application(&f);
    tear_down(&f);
}

/* The newest run of the store; the caller frees the list. */
static DbRunList stored_runs(Fixture *f)
{
    DbReader *reader;
    DbRunList list;
    DbError err = {0};
    g_assert_cmpint(db_reader_open(f->store, &reader, &err), ==, DB_OK);
    g_assert_cmpint(db_reader_runs(reader, &list, &err), ==, DB_OK);
    db_reader_close(reader);
    return list;
}

static void test_fork_shares_the_past_to_the_bit(void)
{
    Fixture f;
    set_up(&f);
    press(&f, "Run (Space)");
    WAIT_UNTIL(status(&f) == MTS_STATUS_FINISHED, 60000);
    GtkWidget *library = GTK_WIDGET(mts_studio_get_library(f.studio));
    WAIT_UNTIL(count_rows(library) == 1, 5000);
    const EngClock clock = mts_schedule_model_get_clock(mts_studio_get_model(f.studio));
    MtsTimeAxis *axis = mts_studio_get_axis(f.studio);
    mts_time_axis_set_pin(axis, 2.5 * clock.steps_per_epoch);
    press(&f,
        "Fork from here: everything before epoch 2.50 stays to the bit, the rest is drawn anew");
    /* The past is locked, the run stands before its first new step. */
    g_assert_cmpfloat(mts_time_axis_get_playhead(axis), ==, 2.5 * clock.steps_per_epoch);
    g_assert_cmpuint(mts_schedule_model_get_lock(mts_studio_get_model(f.studio)), ==,
        2.5 * clock.steps_per_epoch);
    press(&f, "Run (Space)");
    WAIT_UNTIL(status(&f) == MTS_STATUS_FINISHED, 60000);
    WAIT_UNTIL(count_rows(library) == 2, 5000);
    DbRunList list = stored_runs(&f);
    g_assert_cmpuint(list.count, ==, 2);
    g_assert_cmpint(list.runs[0].parent, ==, list.runs[1].id);
    g_assert_cmpuint(list.runs[0].fork_step, ==, 2.5 * clock.steps_per_epoch);
    /* Nothing was drawn anew, so the whole trace is the parent's. */
    g_assert_cmpuint(list.runs[0].loss_hash, ==, list.runs[1].loss_hash);
    g_assert_cmpuint(list.runs[0].cycles, ==, list.runs[1].cycles);
    db_run_list_free(&list);
    const MtsSeries *loss =
        mts_run_data_get_series(mts_studio_get_live(f.studio), MTS_CURVE_TRAIN_LOSS);
    g_assert_cmpuint(mts_series_length(loss), ==, clock.steps);
    tear_down(&f);
}

/* ---- how long the main loop is busy -------------------------------------------------------- */

typedef struct Busy {
    gint64 since, since_cpu; /* when the last poll returned; 0: not yet */
    gint64 longest, longest_cpu, rounds, late;
} Busy;

static Busy busy;

static gint64 thread_microseconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (gint64)t.tv_sec * G_USEC_PER_SEC + t.tv_nsec / 1000;
}

/* Between two polls the main loop does its work: that is how long it answers nobody. */
static gint timing_poll(GPollFD *fds, guint count, gint timeout)
{
    const gint64 spent = g_get_monotonic_time() - busy.since;
    if (busy.since) {
        busy.longest = MAX(busy.longest, spent);
        busy.longest_cpu = MAX(busy.longest_cpu, thread_microseconds() - busy.since_cpu);
        busy.rounds++;
        busy.late += spent > 16667;
    }
    const gint result = g_poll(fds, count, timeout);
    busy.since = g_get_monotonic_time();
    busy.since_cpu = thread_microseconds();
    return result;
}

static void test_training_leaves_the_main_loop_free(void)
{
    Fixture f;
    set_up_with(&f, heavy);
    press(&f, "One iteration (.)");
    WAIT_UNTIL(status(&f) == MTS_STATUS_PAUSED, 10000);
    g_main_context_set_poll_func(NULL, timing_poll);
    busy = (Busy){0};
    press(&f, "Run (Space)");
    WAIT_UNTIL(status(&f) == MTS_STATUS_FINISHED, 60000);
    g_main_context_set_poll_func(NULL, NULL);
    g_test_message("main loop during a run: %" G_GINT64_FORMAT
                   " rounds, the longest %.1f ms (%.1f ms "
                   "of them on the processor), %" G_GINT64_FORMAT " longer than a frame",
        busy.rounds, (double)busy.longest / 1000, (double)busy.longest_cpu / 1000, busy.late);
    g_assert_cmpint(busy.rounds, >, 0);
    tear_down(&f);
}

int main(int argc, char **argv)
{
    stage_init(&argc, &argv);
    g_test_add_func("/app/end-to-end", test_end_to_end);
    g_test_add_func("/app/estimate", test_the_estimate_ends_as_the_cost);
    g_test_add_func("/app/pause-step-stop", test_pause_step_stop);
    g_test_add_func("/app/live-edit", test_live_edit_reaches_the_run);
    g_test_add_func("/app/fork", test_fork_shares_the_past_to_the_bit);
    g_test_add_func("/app/main-loop", test_training_leaves_the_main_loop_free);
    return g_test_run();
}
