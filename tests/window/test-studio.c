/* The studio page as a whole, with a made-up experiment and real input: alignment on the one
 * axis, transport and keys, crosshair, pin and zoom, library, folding, the New Run dialog, charts
 * of pathological runs, pictures of charts, and that nothing stays behind. */
#include "mts-chart-export.h"
#include "mts-new-run.h"
#include "mts-palette.h"
#include "mts-run-row.h"
#include "picture.h"
#include "stage.h"
#include "studio-data.h"
#include "xinput.h"
#include <math.h>

typedef struct Fixture {
    AdwApplication *app;
    MtsWindow *window;
    MtsStudio *studio;
    StudioData data;
} Fixture;

static void set_up_sized(Fixture *f, int width, int height)
{
    f->app = adw_application_new(MTS_APPLICATION_ID, G_APPLICATION_NON_UNIQUE);
    g_assert_true(g_application_register(G_APPLICATION(f->app), NULL, NULL));
    f->window = MTS_WINDOW(mts_window_new(GTK_APPLICATION(f->app)));
    f->studio = mts_window_get_studio(f->window);
    gtk_window_set_default_size(GTK_WINDOW(f->window), width, height);
    studio_data_init(&f->data);
    studio_data_load(&f->data, f->studio, STUDIO_DONE);
    mts_window_set_run_title(f->window, "Ramp 2→8 adaptive", "CIFAR-10 · CNN-S");
    xinput_show(GTK_WINDOW(f->window));
    xinput_settle(GTK_WIDGET(f->window));
}

static void set_up(Fixture *f)
{
    set_up_sized(f, 1440, 900);
}

/* Window, page and what they hold must be gone with the window: a leaked widget is still reachable
 * from GTK, so no leak checker would say so. */
static void tear_down(Fixture *f)
{
    gpointer gone[] = {f->window, f->studio, mts_studio_get_axis(f->studio),
        mts_studio_get_model(f->studio), mts_studio_get_ghosts(f->studio),
        mts_studio_get_chart(f->studio, MTS_CHART_LOSS), mts_studio_get_library(f->studio),
        mts_studio_get_transport(f->studio), f->data.live};
    for (guint i = 0; i < G_N_ELEMENTS(gone); i++) {
        g_object_add_weak_pointer(G_OBJECT(gone[i]), &gone[i]);
    }
    gtk_window_destroy(GTK_WINDOW(f->window));
    WAIT_UNTIL(gone[0] == NULL, 2000);
    studio_data_clear(&f->data);
    for (guint i = 0; i < G_N_ELEMENTS(gone); i++) {
        WAIT_UNTIL(gone[i] == NULL, 2000);
    }
    g_object_unref(f->app);
}

static void find(GtkWidget *widget, GType type, GPtrArray *found)
{
    if (g_type_is_a(G_OBJECT_TYPE(widget), type)) {
        g_ptr_array_add(found, widget);
    }
    for (GtkWidget *child = gtk_widget_get_first_child(widget); child;
         child = gtk_widget_get_next_sibling(child)) {
        find(child, type, found);
    }
}

static GPtrArray *find_all(gpointer root, GType type)
{
    GPtrArray *found = g_ptr_array_new();
    find(root, type, found);
    return found;
}

static graphene_rect_t bounds(gpointer widget, gpointer relative)
{
    graphene_rect_t rect;
    g_assert_true(gtk_widget_compute_bounds(widget, relative, &rect));
    return rect;
}

static GtkWidget *plot(Fixture *f, MtsChartKind kind)
{
    return mts_chart_get_plot(mts_studio_get_chart(f->studio, kind));
}

/* ---- alignment ------------------------------------------------------------------------------- */

/* Ruler, lanes and plots begin and end at the same x; the progress bar ends under the playhead. */
static void check_alignment(Fixture *f)
{
    MtsTimeAxis *axis = mts_studio_get_axis(f->studio);
    const graphene_rect_t lanes = bounds(mts_studio_get_timeline(f->studio), f->studio);
    g_assert_cmpfloat(lanes.size.width, ==, mts_time_axis_get_width(axis));
    for (int i = 0; i < 3; i++) {
        const graphene_rect_t rect = bounds(plot(f, (MtsChartKind)i), f->studio);
        g_assert_cmpfloat(rect.origin.x, ==, lanes.origin.x);
        g_assert_cmpfloat(rect.size.width, ==, lanes.size.width);
    }
    const MtsTransport *transport = mts_studio_get_transport(f->studio);
    const graphene_rect_t bar = bounds((gpointer)transport, f->studio);
    const double end = lanes.origin.x + mts_time_axis_x(axis, mts_time_axis_get_playhead(axis));
    g_autoptr(GdkTexture) picture = picture_take(GTK_WIDGET(f->studio), 1);
    const GdkRGBA accent = mts_palette_ink(MTS_INK_ACCENT, mts_palette_dark());
    const guint32 wanted = 0xff000000u | (guint32)(accent.red * 255 + .5) << 16 |
        (guint32)(accent.green * 255 + .5) << 8 | (guint32)(accent.blue * 255 + .5);
    /* The bar's middle: 38 below the transport's top, or 48 where the buttons stand above it. */
    const int y38 = (int)bar.origin.y + 38, y48 = (int)bar.origin.y + 48;
    const int before = (int)floor(end) - 1, after = (int)ceil(end) + 1;
    const int y = picture_pixel(picture, before, y38) == wanted ? y38 : y48;
    g_assert_cmphex(picture_pixel(picture, before, y), ==, wanted);
    g_assert_cmphex(picture_pixel(picture, after, y), !=, wanted);
}

static void test_alignment(void)
{
    static const int sizes[][2] = {{1440, 900}, {800, 600}, {1100, 700}, {1590, 990}};
    for (guint i = 0; i < G_N_ELEMENTS(sizes); i++) {
        Fixture f;
        set_up_sized(&f, sizes[i][0], sizes[i][1]);
        check_alignment(&f);
        MtsTimeAxis *axis = mts_studio_get_axis(f.studio);
        mts_time_axis_set_view(axis, 1200, 2600);
        xinput_settle(GTK_WIDGET(f.window));
        check_alignment(&f);
        /* A panel that comes or goes moves and stretches the axis. */
        mts_time_axis_fit(axis);
        mts_studio_set_library_shown(f.studio, !mts_studio_get_library_shown(f.studio));
        xinput_settle(GTK_WIDGET(f.window));
        check_alignment(&f);
        tear_down(&f);
    }
}

/* ---- transport and keys ---------------------------------------------------------------------- */

static void count(gpointer object, guint *counter)
{
    ++*counter;
}

typedef struct Counts {
    guint run, pause, step, stop, rewind;
} Counts;

static void listen(MtsTransport *transport, Counts *counts)
{
    g_signal_connect(transport, "run", G_CALLBACK(count), &counts->run);
    g_signal_connect(transport, "pause", G_CALLBACK(count), &counts->pause);
    g_signal_connect(transport, "step", G_CALLBACK(count), &counts->step);
    g_signal_connect(transport, "stop", G_CALLBACK(count), &counts->stop);
    g_signal_connect(transport, "rewind", G_CALLBACK(count), &counts->rewind);
}

static void press_everything(MtsTransport *transport)
{
    mts_transport_run_pause(transport);
    mts_transport_step(transport);
    mts_transport_stop(transport);
    mts_transport_rewind(transport);
}

static void test_transport(void)
{
    Fixture f;
    set_up(&f);
    static const struct {
        MtsRunStatus status;
        Counts wanted;
    } cases[] = {
        {MTS_STATUS_IDLE, {1, 0, 1, 0, 0}},
        {MTS_STATUS_RUNNING, {0, 1, 0, 1, 1}},
        {MTS_STATUS_PAUSED, {1, 0, 1, 1, 1}},
        {MTS_STATUS_FINISHED, {1, 0, 0, 0, 1}},
        {MTS_STATUS_DIVERGED, {1, 0, 0, 0, 1}},
    };
    MtsTransport *transport = mts_studio_get_transport(f.studio);
    Counts counts;
    listen(transport, &counts);
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        counts = (Counts){0};
        mts_transport_set_status(transport, cases[i].status);
        press_everything(transport);
        g_assert_cmpmem(&counts, sizeof counts, &cases[i].wanted, sizeof counts);
    }
    tear_down(&f);
}

static void test_keys(void)
{
    Fixture f;
    set_up(&f);
    MtsTransport *transport = mts_studio_get_transport(f.studio);
    Counts counts = {0};
    listen(transport, &counts);
    guint asked = 0;
    g_signal_connect(f.window, "new-run", G_CALLBACK(count), &asked);
    GtkWidget *loss = plot(&f, MTS_CHART_LOSS);
    gtk_widget_grab_focus(loss);
    mts_transport_set_status(transport, MTS_STATUS_PAUSED);
    xinput_key(loss, GDK_KEY_space, 0);
    g_assert_cmpuint(counts.run, ==, 1);
    xinput_key(loss, GDK_KEY_period, 0);
    g_assert_cmpuint(counts.step, ==, 1);
    mts_transport_set_status(transport, MTS_STATUS_RUNNING);
    xinput_key(loss, GDK_KEY_space, 0);
    g_assert_cmpuint(counts.pause, ==, 1);
    xinput_key(loss, GDK_KEY_n, GDK_CONTROL_MASK);
    g_assert_cmpuint(asked, ==, 1);
    const gboolean shown = mts_studio_get_library_shown(f.studio);
    xinput_key(loss, GDK_KEY_F9, 0);
    g_assert_cmpint(mts_studio_get_library_shown(f.studio), ==, !shown);
    /* A space that is typed into an entry is a space. */
    xinput_key(loss, GDK_KEY_f, GDK_CONTROL_MASK);
    xinput_settle(GTK_WIDGET(f.window));
    g_autoptr(GPtrArray) entries =
        find_all(mts_studio_get_library(f.studio), GTK_TYPE_SEARCH_ENTRY);
    GtkWidget *entry = g_ptr_array_index(entries, 0);
    xinput_key(entry, GDK_KEY_a, 0);
    xinput_key(entry, GDK_KEY_space, 0);
    xinput_key(entry, GDK_KEY_period, 0);
    g_assert_cmpstr(gtk_editable_get_text(GTK_EDITABLE(entry)), ==, "a .");
    g_assert_cmpuint(counts.run + counts.pause + counts.step, ==, 3);
    tear_down(&f);
}

/* ---- pointer on the charts ------------------------------------------------------------------- */

static void test_crosshair(void)
{
    Fixture f;
    set_up(&f);
    MtsTimeAxis *axis = mts_studio_get_axis(f.studio);
    GtkWidget *loss = plot(&f, MTS_CHART_LOSS);
    const double x = round(mts_time_axis_x(axis, 3 * STUDIO_EPOCH));
    xinput_move(loss, x, 40);
    g_assert_cmpfloat(fabs(mts_time_axis_x(axis, mts_time_axis_get_crosshair(axis)) - x), <=, 1);
    /* The gutter is no time. */
    xinput_move(loss, 40, 40);
    g_assert_cmpfloat(mts_time_axis_get_crosshair(axis), <, 0);
    /* A click pins, a second one at the same place lets go. */
    xinput_click(loss, x, 40);
    g_assert_cmpfloat(fabs(mts_time_axis_x(axis, mts_time_axis_get_pin(axis)) - x), <=, 1);
    xinput_move(loss, x + 100, 40);
    MtsChartDot dots[16];
    MtsChart *chart = mts_studio_get_chart(f.studio, MTS_CHART_LOSS);
    g_assert_cmpuint(mts_chart_get_dots(chart, mts_time_axis_get_pin(axis), dots, 16), ==, 3);
    tear_down(&f);
}

static void test_zoom(void)
{
    Fixture f;
    set_up(&f);
    MtsTimeAxis *axis = mts_studio_get_axis(f.studio);
    GtkWidget *loss = plot(&f, MTS_CHART_LOSS);
    const double x0 = round(mts_time_axis_x(axis, 2 * STUDIO_EPOCH)),
                 x1 = round(mts_time_axis_x(axis, 6 * STUDIO_EPOCH));
    const double from_wanted = mts_time_axis_step(axis, x0),
                 to_wanted = mts_time_axis_step(axis, x1);
    const double pixel = mts_time_axis_step(axis, 1) - mts_time_axis_step(axis, 0);
    xinput_drag(loss, x0, 30, x1, 34);
    double from, to;
    mts_time_axis_get_view(axis, &from, &to);
    g_assert_cmpfloat(fabs(from - from_wanted), <=, 1.5 * pixel);
    g_assert_cmpfloat(fabs(to - to_wanted), <=, 1.5 * pixel);
    g_assert_cmpfloat(mts_time_axis_get_pin(axis), <, 0);
    /* With Ctrl the wheel zooms round the pointer, without it pans. */
    xinput_move(loss, 400, 30);
    const double under = mts_time_axis_step(axis, 400);
    xinput_key_down(loss, GDK_KEY_Control_L);
    xinput_wheel(loss, 400, 30, 1);
    xinput_key_up(loss, GDK_KEY_Control_L);
    double closer_from, closer_to;
    mts_time_axis_get_view(axis, &closer_from, &closer_to);
    g_assert_cmpfloat(closer_to - closer_from, <, to - from);
    g_assert_cmpfloat(fabs(mts_time_axis_step(axis, 400) - under), <=, 1.5 * pixel);
    xinput_wheel(loss, 400, 30, -1);
    mts_time_axis_get_view(axis, &from, &to);
    g_assert_cmpfloat(from, >, closer_from);
    g_assert_cmpfloat_with_epsilon(to - from, closer_to - closer_from, 1e-6);
    xinput_double_click(loss, 300, 30);
    g_assert_true(mts_time_axis_is_fitted(axis));
    g_assert_cmpfloat(mts_time_axis_get_pin(axis), <, 0);
    tear_down(&f);
}

static void test_plot_keys(void)
{
    Fixture f;
    set_up(&f);
    MtsTimeAxis *axis = mts_studio_get_axis(f.studio);
    GtkWidget *loss = plot(&f, MTS_CHART_LOSS);
    xinput_move(loss, 20, 40); /* out of the plot's own reach, so that only the keys speak */
    gtk_widget_grab_focus(loss);
    xinput_key(loss, GDK_KEY_Left, 0);
    const double first = mts_time_axis_get_crosshair(axis);
    g_assert_cmpfloat(first, <, STUDIO_DONE);
    xinput_key(loss, GDK_KEY_Left, GDK_SHIFT_MASK);
    g_assert_cmpfloat(mts_time_axis_get_crosshair(axis), <, first);
    xinput_key(loss, GDK_KEY_Return, 0);
    g_assert_cmpfloat(mts_time_axis_get_pin(axis), >=, 0);
    xinput_key(loss, GDK_KEY_plus, 0);
    g_assert_false(mts_time_axis_is_fitted(axis));
    xinput_key(loss, GDK_KEY_0, 0);
    g_assert_true(mts_time_axis_is_fitted(axis));
    xinput_key(loss, GDK_KEY_Escape, 0);
    g_assert_cmpfloat(mts_time_axis_get_pin(axis), <, 0);
    g_assert_cmpfloat(mts_time_axis_get_crosshair(axis), <, 0);
    tear_down(&f);
}

/* A click on a legend's entry hides its line: there is one dot less. */
static void test_legend(void)
{
    Fixture f;
    set_up(&f);
    MtsChart *chart = mts_studio_get_chart(f.studio, MTS_CHART_LOSS);
    GtkWidget *legend = gtk_widget_get_first_child(GTK_WIDGET(chart));
    MtsChartDot dots[16];
    g_assert_cmpuint(mts_chart_get_dots(chart, 800, dots, 16), ==, 3);
    xinput_click(legend, MTS_AXIS_GUTTER + 8, 13);
    g_assert_cmpuint(mts_chart_get_dots(chart, 800, dots, 16), ==, 2);
    gtk_widget_grab_focus(legend);
    xinput_key(legend, GDK_KEY_space, 0);
    g_assert_cmpuint(mts_chart_get_dots(chart, 800, dots, 16), ==, 3);
    xinput_key(legend, GDK_KEY_Return, 0);
    g_assert_cmpuint(mts_chart_get_dots(chart, 800, dots, 16), ==, 1);
    xinput_key(legend, GDK_KEY_Return, 0);
    g_assert_cmpuint(mts_chart_get_dots(chart, 800, dots, 16), ==, 3);
    tear_down(&f);
}

/* The menu switches the axis; a second time it is as it was. */
static void test_menu(void)
{
    Fixture f;
    set_up(&f);
    MtsChart *chart = mts_studio_get_chart(f.studio, MTS_CHART_ACCURACY);
    GtkWidget *accuracy = plot(&f, MTS_CHART_ACCURACY);
    g_assert_false(mts_chart_get_logarithmic(chart));
    for (int round = 0; round < 2; round++) {
        xinput_move(accuracy, 300, 40);
        xinput_press(accuracy, 3);
        xinput_release(accuracy, 3);
        g_autoptr(GPtrArray) menus = find_all(chart, GTK_TYPE_POPOVER_MENU);
        GtkWidget *menu = g_ptr_array_index(menus, 0);
        WAIT_UNTIL(gtk_widget_get_mapped(menu), 2000);
        g_autoptr(GPtrArray) buttons = find_all(menu, g_type_from_name("GtkModelButton"));
        g_assert_cmpuint(buttons->len, ==, 4);
        g_assert_true(gtk_widget_activate(g_ptr_array_index(buttons, 0)));
        WAIT_UNTIL(mts_chart_get_logarithmic(chart) == (round == 0), 2000);
        gtk_popover_popdown(GTK_POPOVER(menu));
        WAIT_UNTIL(!gtk_widget_get_mapped(menu), 2000);
    }
    tear_down(&f);
}

static char *said(GtkWidget *legend)
{
    /* The values as assistive technology hears them. */
    return gtk_test_accessible_check_property(
        GTK_ACCESSIBLE(legend), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, "");
}

/* At the playhead the legend says the last values there are, ahead of it none of the live run. */
static void test_legend_values(void)
{
    Fixture f;
    set_up(&f);
    MtsTimeAxis *axis = mts_studio_get_axis(f.studio);
    GtkWidget *legend =
        gtk_widget_get_first_child(GTK_WIDGET(mts_studio_get_chart(f.studio, MTS_CHART_LOSS)));
    g_autofree char *at_playhead = said(legend);
    g_assert_null(strstr(at_playhead, "–"));
    mts_time_axis_set_crosshair(axis, STUDIO_DONE + 500);
    g_autofree char *ahead = said(legend);
    g_assert_nonnull(strstr(ahead, "test –"));
    g_assert_null(strstr(ahead, "baseline –"));
    tear_down(&f);
}

/* ---- library --------------------------------------------------------------------------------- */

typedef struct Heard {
    gint64 activated, checked;
    gboolean on;
} Heard;

static void on_activated(MtsLibrary *library, gint64 id, Heard *heard)
{
    heard->activated = id;
}

static void on_checked(MtsLibrary *library, gint64 id, gboolean on, Heard *heard)
{
    heard->checked = id;
    heard->on = on;
}

static GtkWidget *row_of(Fixture *f, const char *name)
{
    g_autoptr(GPtrArray) rows = find_all(f->window, MTS_TYPE_RUN_ROW);
    for (guint i = 0; i < rows->len; i++) {
        MtsRunItem *item = mts_run_row_get_item(g_ptr_array_index(rows, i));
        if (item && gtk_widget_get_mapped(g_ptr_array_index(rows, i)) &&
            strcmp(mts_run_item_get_name(item), name) == 0) {
            return g_ptr_array_index(rows, i);
        }
    }
    return NULL;
}

static guint shown_rows(Fixture *f)
{
    g_autoptr(GPtrArray) rows = find_all(f->window, MTS_TYPE_RUN_ROW);
    guint shown = 0;
    for (guint i = 0; i < rows->len; i++) {
        shown += gtk_widget_get_mapped(g_ptr_array_index(rows, i));
    }
    return shown;
}

static void test_library(void)
{
    Fixture f;
    set_up(&f);
    Heard heard = {0};
    MtsLibrary *library = mts_studio_get_library(f.studio);
    g_signal_connect(library, "run-activated", G_CALLBACK(on_activated), &heard);
    g_signal_connect(library, "run-checked", G_CALLBACK(on_checked), &heard);
    g_assert_cmpuint(shown_rows(&f), ==, 11); /* the first group is open */
    xinput_click(row_of(&f, "Temporal 2·3·4"), 60, 27);
    g_assert_cmpint(heard.activated, ==, 8);
    GtkWidget *row = row_of(&f, "Low → high 2·4·8");
    g_autoptr(GPtrArray) checks = find_all(row, GTK_TYPE_CHECK_BUTTON);
    GtkWidget *check = g_ptr_array_index(checks, 0);
    xinput_click(check, gtk_widget_get_width(check) / 2.0, gtk_widget_get_height(check) / 2.0);
    g_assert_cmpint(heard.checked, ==, 5);
    g_assert_true(heard.on);
    g_assert_cmpint(heard.activated, ==, 8); /* a check is no activation */
    /* A search opens what it finds, in whatever group. */
    g_autoptr(GPtrArray) entries =
        find_all(mts_studio_get_library(f.studio), GTK_TYPE_SEARCH_ENTRY);
    gtk_editable_set_text(g_ptr_array_index(entries, 0), "TRY digits");
    WAIT_UNTIL(shown_rows(&f) == 2, 2000);
    g_assert_nonnull(row_of(&f, "Second try"));
    gtk_editable_set_text(g_ptr_array_index(entries, 0), "no such run");
    WAIT_UNTIL(shown_rows(&f) == 0, 2000);
    gtk_editable_set_text(g_ptr_array_index(entries, 0), "");
    WAIT_UNTIL(shown_rows(&f) == 11, 2000);
    /* A new run comes first, and what was open stays open. */
    g_autoptr(MtsRunItem) item = mts_run_item_new(99, "Newest", "cifar-10", "CNN-S");
    g_list_store_insert(f.data.items, 0, item);
    WAIT_UNTIL(row_of(&f, "Newest") != NULL, 2000);
    mts_run_item_set_name(item, "Renamed");
    g_assert_nonnull(row_of(&f, "Renamed"));
    tear_down(&f);
}

/* Thousands of runs make no more rows than are in sight. */
static void test_library_large(void)
{
    Fixture f;
    set_up(&f);
    g_autoptr(GPtrArray) many = g_ptr_array_new_with_free_func(g_object_unref);
    for (guint i = 0; i < 5000; i++) {
        g_autofree char *name = g_strdup_printf("run %u", i);
        g_ptr_array_add(many, mts_run_item_new(1000 + i, name, "digits", "mlp:64"));
    }
    g_autoptr(GListStore) items = g_list_store_new(MTS_TYPE_RUN_ITEM);
    g_list_store_splice(items, 0, 0, many->pdata, many->len);
    mts_library_set_runs(mts_studio_get_library(f.studio), G_LIST_MODEL(items));
    WAIT_UNTIL(row_of(&f, "run 0") != NULL, 2000);
    xinput_settle(GTK_WIDGET(f.window));
    g_autoptr(GPtrArray) rows = find_all(f.window, MTS_TYPE_RUN_ROW);
    g_test_message("%u rows for 5000 runs", rows->len);
    /* GTK keeps up to 200 list rows round the place that is shown. */
    g_assert_cmpuint(rows->len, <, 300);
    tear_down(&f);
}

/* ---- folding and state ------------------------------------------------------------------------ */

static void test_folding(void)
{
    Fixture f;
    set_up(&f);
    g_assert_true(mts_studio_get_library_shown(f.studio));
    g_assert_true(mts_studio_get_inspector_shown(f.studio));
    mts_studio_set_inspector_shown(f.studio, FALSE);
    gtk_window_set_default_size(GTK_WINDOW(f.window), 900, 700);
    WAIT_UNTIL(!mts_studio_get_library_shown(f.studio), 2000);
    xinput_settle(GTK_WIDGET(f.window));
    mts_studio_set_library_shown(f.studio, TRUE); /* over the page, for a while */
    gtk_window_set_default_size(GTK_WINDOW(f.window), 1440, 900);
    WAIT_UNTIL(gtk_widget_get_width(GTK_WIDGET(f.studio)) >= 1100, 2000);
    xinput_settle(GTK_WIDGET(f.window));
    g_assert_true(mts_studio_get_library_shown(f.studio));
    g_assert_false(mts_studio_get_inspector_shown(f.studio));
    MtsWindowState state;
    mts_window_get_state(f.window, &state);
    g_assert_true(state.library && !state.inspector && !state.maximized);
    tear_down(&f);
}

static void test_state(void)
{
    Fixture f;
    set_up(&f);
    MtsWindow *other = MTS_WINDOW(mts_window_new(GTK_APPLICATION(f.app)));
    const MtsWindowState wanted = {1200, 750, FALSE, FALSE, TRUE};
    MtsWindowState got;
    mts_window_set_state(other, &wanted);
    xinput_show(GTK_WINDOW(other));
    xinput_settle(GTK_WIDGET(other));
    mts_window_get_state(other, &got);
    g_assert_cmpmem(&got, sizeof got, &wanted, sizeof wanted);
    gtk_window_destroy(GTK_WINDOW(other));
    tear_down(&f);
}

/* ---- estimate -------------------------------------------------------------------------------- */

static void test_estimate(void)
{
    Fixture f;
    set_up(&f);
    WAIT_UNTIL(!isnan(mts_studio_get_estimate(f.studio)), 2000);
    const double before = mts_studio_get_estimate(f.studio);
    const EngPrecision eight = {.format = eng_format_bfp(8)};
    MtsScheduleModel *model = mts_studio_get_model(f.studio);
    g_assert_true(
        mts_schedule_model_paint(model, 2, ENG_ROLE_W, STUDIO_DONE, STUDIO_STEPS, &eight));
    WAIT_UNTIL(mts_studio_get_estimate(f.studio) > before, 2000);
    mts_timeline_undo(mts_studio_get_timeline(f.studio));
    WAIT_UNTIL(mts_studio_get_estimate(f.studio) == before, 2000);
    tear_down(&f);
}

/* ---- pathological runs ------------------------------------------------------------------------ */

static void show_run(Fixture *f, MtsRunData *run)
{
    mts_studio_set_live(f->studio, run);
    for (int zoomed = 0; zoomed < 2; zoomed++) {
        MtsTimeAxis *axis = mts_studio_get_axis(f->studio);
        mts_time_axis_set_view(axis, 0, zoomed ? 4 : STUDIO_STEPS);
        mts_time_axis_set_crosshair(axis, zoomed ? 2 : 1000);
        xinput_settle(GTK_WIDGET(f->window));
        g_autoptr(GdkTexture) picture = picture_take(GTK_WIDGET(f->window), 1);
        g_assert_nonnull(picture);
    }
}

static void test_pathological(void)
{
    static const float values[][6] = {
        {NAN, NAN, NAN, NAN, NAN, NAN},
        {INFINITY, -INFINITY, NAN, INFINITY, 0, 0},
        {0, 0, 0, 0, 0, 0},
        {1, 1, 1, 1, 1, 1},
        {-1, -2, -3, -4, -5, -6},
        {1e-38f, 1e38f, 1e-38f, 1e38f, 3e38f, 1e-45f},
        {2, NAN, 3, INFINITY, 1, NAN},
    };
    Fixture f;
    set_up(&f);
    g_list_store_remove_all(mts_studio_get_ghosts(f.studio));
    show_run(&f, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(values); i++) {
        for (guint points = 0; points <= 6; points += points < 2 ? 1 : 4) {
            g_autoptr(MtsRunData) run =
                mts_run_data_new(1, "run", (EngClock){STUDIO_STEPS, STUDIO_EPOCH});
            for (guint k = 0; k < points; k++) {
                const MtsStepPoint step = {k * 700, values[i][k], values[i][5 - k], values[i][k]};
                const MtsEvalPoint eval = {k * 700, values[i][k], values[i][k]};
                mts_run_data_append_steps(run, &step, 1);
                mts_run_data_append_evals(run, &eval, 1);
            }
            mts_run_data_set_status(run, MTS_STATUS_DIVERGED, "loss was not a number at step 3");
            show_run(&f, run);
        }
    }
    tear_down(&f);
}

/* ---- pictures of charts ----------------------------------------------------------------------- */

static void test_export(void)
{
    Fixture f;
    set_up(&f);
    MtsChart *charts[3];
    for (int i = 0; i < 3; i++) {
        charts[i] = mts_studio_get_chart(f.studio, (MtsChartKind)i);
    }
    static const char *const starts[] = {
        [MTS_PICTURE_PNG] = "\x89PNG", [MTS_PICTURE_SVG] = "<?xml", [MTS_PICTURE_PDF] = "%PDF"};
    for (int kind = MTS_PICTURE_PNG; kind <= MTS_PICTURE_PDF; kind++) {
        g_autoptr(GBytes) bytes = mts_charts_export(charts, 3, (MtsPictureKind)kind, FALSE);
        g_assert_nonnull(bytes);
        gsize size;
        const char *data = g_bytes_get_data(bytes, &size);
        g_assert_cmpuint(size, >, 1000);
        g_assert_cmpmem(data, strlen(starts[kind]), starts[kind], strlen(starts[kind]));
        if (kind == MTS_PICTURE_PNG) {
            g_autoptr(GdkTexture) texture = gdk_texture_new_from_bytes(bytes, NULL);
            g_assert_cmpint(gdk_texture_get_width(texture), ==,
                2 * gtk_widget_get_width(GTK_WIDGET(charts[0])));
        }
    }
    g_assert_cmpint(mts_picture_kind("a.SVG"), ==, MTS_PICTURE_SVG);
    g_assert_cmpint(mts_picture_kind("svg"), ==, MTS_PICTURE_PNG);
    tear_down(&f);
}

/* ---- New Run ---------------------------------------------------------------------------------- */

typedef struct Created {
    guint count;
    char *data, *model, *inspected;
    MtsNewRunChoice choice;
} Created;

static void on_created(MtsNewRun *dialog, const MtsNewRunChoice *choice, Created *created)
{
    created->count++;
    created->choice = *choice;
    created->data = g_strdup(choice->data);
    created->model = g_strdup(choice->model);
}

static void on_inspect(MtsNewRun *dialog, const char *spec, Created *created)
{
    g_free(created->inspected);
    created->inspected = g_strdup(spec);
}

static GtkWidget *create_button(MtsNewRun *dialog)
{
    return gtk_window_get_default_widget(GTK_WINDOW(dialog));
}

static const char *note(MtsNewRun *dialog, guint index)
{
    g_autoptr(GPtrArray) labels = find_all(dialog, GTK_TYPE_LABEL);
    for (guint i = 0; i < labels->len; i++) {
        GtkWidget *label = g_ptr_array_index(labels, i);
        if (gtk_widget_has_css_class(label, "note") && index-- == 0) {
            return gtk_label_get_text(GTK_LABEL(label));
        }
    }
    return NULL;
}

static void test_new_run(void)
{
    Fixture f;
    set_up(&f);
    Created created = {0};
    MtsNewRun *dialog = MTS_NEW_RUN(mts_new_run_new(GTK_WINDOW(f.window)));
    g_signal_connect(dialog, "create", G_CALLBACK(on_created), &created);
    g_signal_connect(dialog, "inspect", G_CALLBACK(on_inspect), &created);
    xinput_show(GTK_WINDOW(dialog));
    g_assert_true(gtk_widget_get_sensitive(create_button(dialog)));
    g_assert_cmpstr(
        note(dialog, 0), ==, "fc1 784 → 256, fc2 256 → 128, fc3 128 → 10; 235,146 parameters");
    g_assert_cmpstr(note(dialog, 1), ==, "187 iterations an epoch, 1,870 in all");

    const MtsNewRunChoice wrong = {"x", "spirals:500", "mlp:64,oops", 3, 32, .1, .5, 4, 5, 6};
    mts_new_run_set_choice(dialog, &wrong);
    g_assert_false(gtk_widget_get_sensitive(create_button(dialog)));
    g_assert_nonnull(strstr(note(dialog, 0), "oops"));

    const MtsNewRunChoice large = {"x", "spirals:500", "mlp:64", 3, 512, .1, .5, 4, 5, 6};
    mts_new_run_set_choice(dialog, &large);
    g_assert_false(gtk_widget_get_sensitive(create_button(dialog)));
    g_assert_nonnull(strstr(note(dialog, 1), "512"));

    /* Files are somebody else's to open; another answer than the one asked for does not count. */
    mts_new_run_choose_data(dialog, "idx:/data/mnist");
    g_assert_cmpstr(created.inspected, ==, "idx:/data/mnist");
    g_assert_false(gtk_widget_get_sensitive(create_button(dialog)));
    mts_new_run_set_data(dialog, "idx:/other", (EngShape){28, 28, 1}, 10, 60000, NULL);
    g_assert_false(gtk_widget_get_sensitive(create_button(dialog)));
    mts_new_run_set_data(dialog, "idx:/data/mnist", (EngShape){0, 0, 0}, 0, 0, "no such folder");
    g_assert_cmpstr(note(dialog, 0), ==, "no such folder");
    mts_new_run_set_data(dialog, "idx:/data/mnist", (EngShape){28, 28, 1}, 10, 60000, NULL);
    g_assert_true(gtk_widget_get_sensitive(create_button(dialog)));

    const MtsNewRunChoice right = {"x", "spirals:500", "mlp:64", 3, 32, .1, .5, 4, 5, 6};
    mts_new_run_set_choice(dialog, &right);
    g_signal_emit_by_name(create_button(dialog), "clicked");
    g_assert_cmpuint(created.count, ==, 1);
    g_assert_cmpstr(created.data, ==, "spirals:500");
    g_assert_cmpstr(created.model, ==, "mlp:64");
    g_assert_cmpuint(created.choice.epochs, ==, 3);
    g_assert_cmpuint(created.choice.batch, ==, 32);
    g_assert_cmpfloat_with_epsilon(created.choice.learning_rate, .1, 1e-9);
    g_assert_cmpfloat_with_epsilon(created.choice.momentum, .5, 1e-9);
    g_assert_cmpuint(created.choice.seed_weights, ==, 4);
    g_assert_cmpuint(created.choice.seed_noise, ==, 6);
    g_free(created.data);
    g_free(created.model);
    g_free(created.inspected);
    tear_down(&f);
}

/* ---- names for assistive technology ------------------------------------------------------------ */

static gboolean holds_words(GtkWidget *widget)
{
    if (GTK_IS_LABEL(widget) && *gtk_label_get_text(GTK_LABEL(widget))) {
        return TRUE;
    }
    for (GtkWidget *child = gtk_widget_get_first_child(widget); child;
         child = gtk_widget_get_next_sibling(child)) {
        if (holds_words(child)) {
            return TRUE;
        }
    }
    return FALSE;
}

static gboolean has_name(GtkWidget *widget)
{
    GtkAccessible *accessible = GTK_ACCESSIBLE(widget);
    return gtk_test_accessible_has_property(accessible, GTK_ACCESSIBLE_PROPERTY_LABEL) ||
        gtk_test_accessible_has_relation(accessible, GTK_ACCESSIBLE_RELATION_LABELLED_BY) ||
        (GTK_IS_BUTTON(widget) && holds_words(widget));
}

/* GTK's own parts are named through the widget they belong to. */
static gboolean needs_name(GtkWidget *widget)
{
    if (!gtk_widget_get_mapped(widget) || GTK_IS_MENU_BUTTON(gtk_widget_get_parent(widget))) {
        return FALSE;
    }
    const GType kinds[] = {GTK_TYPE_BUTTON, GTK_TYPE_CHECK_BUTTON, GTK_TYPE_SCALE,
        GTK_TYPE_SPIN_BUTTON, GTK_TYPE_SEARCH_ENTRY, GTK_TYPE_MENU_BUTTON, GTK_TYPE_LIST_VIEW};
    gboolean control =
        g_str_has_prefix(G_OBJECT_TYPE_NAME(widget), "Mts") && gtk_widget_get_focusable(widget);
    for (guint i = 0; i < G_N_ELEMENTS(kinds); i++) {
        control = control || g_type_is_a(G_OBJECT_TYPE(widget), kinds[i]);
    }
    return control &&
        !gtk_widget_get_ancestor(gtk_widget_get_parent(widget), GTK_TYPE_SPIN_BUTTON) &&
        !gtk_widget_get_ancestor(widget, GTK_TYPE_WINDOW_CONTROLS);
}

static void test_names(void)
{
    Fixture f;
    set_up(&f);
    g_autoptr(GPtrArray) all = find_all(f.window, GTK_TYPE_WIDGET);
    guint checked = 0, nameless = 0;
    for (guint i = 0; i < all->len; i++) {
        GtkWidget *widget = g_ptr_array_index(all, i);
        if (!needs_name(widget)) {
            continue;
        }
        checked++;
        if (!has_name(widget)) {
            nameless++;
            g_test_message("a %s in a %s has no name", G_OBJECT_TYPE_NAME(widget),
                G_OBJECT_TYPE_NAME(gtk_widget_get_parent(widget)));
        }
    }
    g_test_message("%u controls", checked);
    g_assert_cmpuint(checked, >, 30);
    g_assert_cmpuint(nameless, ==, 0);
    tear_down(&f);
}

/* Tab comes round to every part of the page. */
static void test_tab(void)
{
    Fixture f;
    set_up(&f);
    GtkWidget *const parts[] = {GTK_WIDGET(mts_studio_get_library(f.studio)),
        GTK_WIDGET(mts_studio_get_timeline(f.studio)),
        GTK_WIDGET(mts_studio_get_inspector(f.studio)), plot(&f, MTS_CHART_LOSS),
        plot(&f, MTS_CHART_CYCLES), GTK_WIDGET(mts_studio_get_transport(f.studio))};
    gboolean reached[G_N_ELEMENTS(parts)] = {FALSE};
    for (guint press = 0; press < 150; press++) {
        g_signal_emit_by_name(f.window, "move-focus", GTK_DIR_TAB_FORWARD);
        GtkWidget *focus = gtk_window_get_focus(GTK_WINDOW(f.window));
        for (guint i = 0; i < G_N_ELEMENTS(parts) && focus; i++) {
            reached[i] = reached[i] || focus == parts[i] || gtk_widget_is_ancestor(focus, parts[i]);
        }
    }
    for (guint i = 0; i < G_N_ELEMENTS(parts); i++) {
        if (!reached[i]) {
            g_error("Tab never reached the %s", G_OBJECT_TYPE_NAME(parts[i]));
        }
    }
    tear_down(&f);
}

int main(int argc, char **argv)
{
    stage_init(&argc, &argv);
    g_test_add_func("/studio/alignment", test_alignment);
    g_test_add_func("/studio/transport", test_transport);
    g_test_add_func("/studio/keys", test_keys);
    g_test_add_func("/studio/crosshair", test_crosshair);
    g_test_add_func("/studio/zoom", test_zoom);
    g_test_add_func("/studio/plot-keys", test_plot_keys);
    g_test_add_func("/studio/legend", test_legend);
    g_test_add_func("/studio/menu", test_menu);
    g_test_add_func("/studio/legend-values", test_legend_values);
    g_test_add_func("/studio/library", test_library);
    g_test_add_func("/studio/library-large", test_library_large);
    g_test_add_func("/studio/folding", test_folding);
    g_test_add_func("/studio/state", test_state);
    g_test_add_func("/studio/estimate", test_estimate);
    g_test_add_func("/studio/pathological", test_pathological);
    g_test_add_func("/studio/export", test_export);
    g_test_add_func("/studio/names", test_names);
    g_test_add_func("/studio/tab", test_tab);
    g_test_add_func("/studio/new-run", test_new_run);
    return g_test_run();
}
