/* The start page in the real application with real input: the first start, the demonstration by
 * one key, examples by pointer and by key, files of every kind by dialog and by drop. */
#include "mts-new-run.h"
#include "mts-window.h"
#include "picture.h"
#include "session.h"
#include "stage.h"
#include "xinput.h"
#include <glib/gstdio.h>

typedef struct Fixture {
    char *folder, *store;
    AdwApplication *app;
    AppSession *session;
    MtsWindow *window;
    MtsStudio *studio;
} Fixture;

static char *remembered(void)
{
    return g_build_filename(g_get_user_config_dir(), "mantissa", "experiment.json", NULL);
}

/* Opens what an application without arguments opens. */
static void set_up(Fixture *f)
{
    f->folder = g_dir_make_tmp("mantissa-welcome-XXXXXX", NULL);
    f->store = g_build_filename(f->folder, "runs.db", NULL);
    f->app = adw_application_new(MTS_APPLICATION_ID, G_APPLICATION_NON_UNIQUE);
    g_assert_true(g_application_register(G_APPLICATION(f->app), NULL, NULL));
    f->session = app_session_new(GTK_APPLICATION(f->app), f->store);
    f->window = MTS_WINDOW(app_session_get_window(f->session));
    f->studio = mts_window_get_studio(f->window);
    gtk_window_set_default_size(GTK_WINDOW(f->window), 1440, 900);
    app_session_open_last(f->session);
    xinput_show(GTK_WINDOW(f->window));
    WAIT_UNTIL(mts_schedule_model_get_layers(mts_studio_get_model(f->studio)) > 0, 20000);
    xinput_settle(GTK_WIDGET(f->window));
}

/* A start that nothing was remembered for. */
static void set_up_first(Fixture *f)
{
    g_autofree char *path = remembered();
    g_unlink(path);
    set_up(f);
    g_assert_true(mts_window_get_start_shown(f->window));
}

static void tear_down(Fixture *f)
{
    gpointer window = f->window; /* NULL where the test has closed it */
    if (window)
        g_object_add_weak_pointer(G_OBJECT(f->window), &window);
    app_session_free(f->session);
    WAIT_UNTIL(window == NULL, 5000);
    g_object_unref(f->app);
    g_autoptr(GDir) dir = g_dir_open(f->folder, 0, NULL);
    for (const char *name; (name = g_dir_read_name(dir));) {
        g_autofree char *path = g_build_filename(f->folder, name, NULL);
        g_unlink(path);
    }
    g_rmdir(f->folder);
    g_free(f->folder);
    g_free(f->store);
}

/* The first descendant for which `matches` holds. */
static GtkWidget *find(
    GtkWidget *widget, gboolean (*matches)(GtkWidget *, const char *), const char *text)
{
    if (matches(widget, text))
        return widget;
    for (GtkWidget *child = gtk_widget_get_first_child(widget); child;
         child = gtk_widget_get_next_sibling(child)) {
        GtkWidget *found = find(child, matches, text);
        if (found)
            return found;
    }
    return NULL;
}

static gboolean says(GtkWidget *widget, const char *text)
{
    return GTK_IS_LABEL(widget) && gtk_widget_get_mapped(widget) &&
        strstr(gtk_label_get_text(GTK_LABEL(widget)), text);
}

/* The button that says so. */
static GtkWidget *button(Fixture *f, const char *text)
{
    GtkWidget *label = find(GTK_WIDGET(f->window), says, text);
    g_assert_nonnull(label);
    GtkWidget *found = gtk_widget_get_ancestor(label, GTK_TYPE_BUTTON);
    g_assert_nonnull(found);
    return found;
}

static void click(GtkWidget *widget)
{
    xinput_click(widget, gtk_widget_get_width(widget) / 2.0, gtk_widget_get_height(widget) / 2.0);
}

static MtsRunStatus status(Fixture *f)
{
    MtsRunData *run = mts_studio_get_live(f->studio);
    return run ? mts_run_data_get_status(run) : MTS_STATUS_IDLE;
}

static gboolean title_is(Fixture *f, const char *title)
{
    g_autofree char *whole = g_strdup_printf("%s – Mantissa", title);
    return g_strcmp0(gtk_window_get_title(GTK_WINDOW(f->window)), whole) == 0;
}

/* ---- the first start ------------------------------------------------------------------------- */

static void test_enter_trains_the_demonstration(void)
{
    Fixture f;
    set_up_first(&f);
    GtkWidget *demo = button(&f, "Train the demo");
    g_assert_true(gtk_window_get_focus(GTK_WINDOW(f.window)) == demo);
    /* What belongs to the studio rests. */
    xinput_key(GTK_WIDGET(f.window), GDK_KEY_period, 0);
    g_assert_cmpint(status(&f), ==, MTS_STATUS_IDLE);
    xinput_key(demo, GDK_KEY_Return, 0);
    WAIT_UNTIL(!mts_window_get_start_shown(f.window), 10000);
    WAIT_UNTIL(status(&f) == MTS_STATUS_RUNNING || status(&f) == MTS_STATUS_FINISHED, 10000);
    WAIT_UNTIL(status(&f) == MTS_STATUS_FINISHED, 120000);
    g_assert_cmpfloat(mts_run_data_get_best_accuracy(mts_studio_get_live(f.studio)), >, .9);
    g_autofree char *path = remembered();
    WAIT_UNTIL(g_file_test(path, G_FILE_TEST_EXISTS), 5000);
    tear_down(&f);
    /* From now on what was shown last is shown first. */
    set_up(&f);
    g_assert_false(mts_window_get_start_shown(f.window));
    tear_down(&f);
}

/* Leaving without a choice keeps it a first start. */
static void test_closing_remembers_nothing(void)
{
    Fixture f;
    set_up_first(&f);
    gtk_window_close(GTK_WINDOW(f.window));
    f.window = NULL;
    g_autofree char *path = remembered();
    tear_down(&f);
    g_assert_false(g_file_test(path, G_FILE_TEST_EXISTS));
}

/* ---- examples -------------------------------------------------------------------------------- */

static void test_cards_open_their_examples(void)
{
    static const char *const names[] = {
        "Spirals, bit by bit", "Digits CNN, 2 to 8 bits", "FAST-Adaptive, 2 or 4 bits"};
    Fixture f;
    guint count;
    const MtsExample *examples = mts_welcome_examples(&count);
    g_assert_cmpuint(count, ==, G_N_ELEMENTS(names));
    set_up_first(&f);
    for (guint i = 0; i < count; i++) {
        click(button(&f, examples[i].title));
        WAIT_UNTIL(!mts_window_get_start_shown(f.window), 10000);
        g_assert_true(title_is(&f, names[i]));
        g_assert_cmpint(status(&f), ==, MTS_STATUS_IDLE);
        xinput_key(GTK_WIDGET(f.window), GDK_KEY_Home, GDK_ALT_MASK);
        WAIT_UNTIL(mts_window_get_start_shown(f.window), 5000);
        xinput_settle(GTK_WIDGET(f.window));
    }
    tear_down(&f);
}

static void test_keys_walk_and_open(void)
{
    Fixture f;
    set_up_first(&f);
    GtkWindow *window = GTK_WINDOW(f.window);
    GtkWidget *demo = button(&f, "Train the demo"), *spirals = button(&f, "Spirals");
    for (int i = 0; i < 12 && gtk_window_get_focus(window) != spirals; i++)
        xinput_key(GTK_WIDGET(window), GDK_KEY_Tab, 0);
    g_assert_true(gtk_window_get_focus(window) == spirals);
    xinput_key(GTK_WIDGET(window), GDK_KEY_Right, 0);
    g_assert_true(gtk_window_get_focus(window) == button(&f, "Digits CNN"));
    xinput_key(GTK_WIDGET(window), GDK_KEY_Home, 0);
    g_assert_true(gtk_window_get_focus(window) == demo);
    gtk_widget_grab_focus(spirals);
    xinput_key(spirals, GDK_KEY_Return, 0);
    WAIT_UNTIL(!mts_window_get_start_shown(f.window), 10000);
    g_assert_true(title_is(&f, "Spirals, bit by bit"));
    tear_down(&f);
}

/* ---- files ----------------------------------------------------------------------------------- */

static GtkWidget *toplevel_of(GType type)
{
    GListModel *windows = gtk_window_get_toplevels();
    for (guint i = 0; i < g_list_model_get_n_items(windows); i++) {
        g_autoptr(GtkWidget) window = g_list_model_get_item(windows, i);
        if (g_type_is_a(G_OBJECT_TYPE(window), type))
            return window;
    }
    return NULL;
}

static GFile *written(Fixture *f, const char *name, const char *text)
{
    g_autofree char *path = g_build_filename(f->folder, name, NULL);
    g_assert_true(g_file_set_contents(path, text, -1, NULL));
    return g_file_new_for_path(path);
}

/* Lets a file go over the window, as its drop target hears it. */
static void drop(Fixture *f, GFile *file)
{
    g_autoptr(GListModel) controllers = gtk_widget_observe_controllers(GTK_WIDGET(f->window));
    for (guint i = 0; i < g_list_model_get_n_items(controllers); i++) {
        g_autoptr(GtkEventController) controller = g_list_model_get_item(controllers, i);
        if (GTK_IS_DROP_TARGET(controller)) {
            gboolean taken = FALSE;
            g_auto(GValue) value = G_VALUE_INIT;
            g_value_init(&value, G_TYPE_FILE);
            g_value_set_object(&value, file);
            g_signal_emit_by_name(controller, "drop", &value, 10.0, 10.0, &taken);
            g_assert_true(taken);
            return;
        }
    }
    g_assert_not_reached();
}

static void test_dropped_files(void)
{
    Fixture f;
    set_up_first(&f);
    /* Data: the dialog of a new run, with the file chosen and read. */
    g_autoptr(GString) rows = g_string_new("x,y,class\n");
    for (int i = 0; i < 120; i++)
        g_string_append_printf(rows, "%d,%d,%s\n", i % 7, i % 11, i % 2 ? "odd" : "even");
    g_autoptr(GFile) table = written(&f, "points.csv", rows->str);
    drop(&f, table);
    WAIT_UNTIL(toplevel_of(MTS_TYPE_NEW_RUN) != NULL, 5000);
    WAIT_UNTIL(find(toplevel_of(MTS_TYPE_NEW_RUN), says, "points.csv") != NULL, 5000);
    gtk_window_destroy(GTK_WINDOW(toplevel_of(MTS_TYPE_NEW_RUN)));
    /* What cannot be read: a sentence that names it. */
    g_autoptr(GFile) empty = written(&f, "empty.csv", "");
    drop(&f, empty);
    WAIT_UNTIL(find(GTK_WIDGET(f.window), says, "an empty file") != NULL, 5000);
    g_assert_true(mts_window_get_start_shown(f.window));
    /* An experiment: the studio. */
    g_autoptr(GFile) experiment = written(&f, "run",
        "{\"version\": 1, \"name\": \"Dropped\", \"data\": \"moons:200\", \"model\": \"mlp:8\"}");
    drop(&f, experiment);
    WAIT_UNTIL(!mts_window_get_start_shown(f.window), 5000);
    g_assert_true(title_is(&f, "Dropped"));
    tear_down(&f);
}

static void test_browse(void)
{
    Fixture f;
    set_up_first(&f);
    g_autoptr(GFile) text = written(&f, "verse.txt", "Rough winds do shake.\n");
    click(button(&f, "Browse…"));
    WAIT_UNTIL(toplevel_of(GTK_TYPE_FILE_CHOOSER_DIALOG) != NULL, 5000);
    GtkWidget *dialog = toplevel_of(GTK_TYPE_FILE_CHOOSER_DIALOG);
    gtk_file_chooser_set_file(GTK_FILE_CHOOSER(dialog), text, NULL);
    for (gboolean chosen = FALSE; !chosen;) {
        xinput_iterate();
        g_autoptr(GFile) file = gtk_file_chooser_get_file(GTK_FILE_CHOOSER(dialog));
        chosen = file && g_file_equal(file, text);
    }
    gtk_dialog_response(GTK_DIALOG(dialog), GTK_RESPONSE_ACCEPT);
    WAIT_UNTIL(toplevel_of(MTS_TYPE_NEW_RUN) != NULL, 5000);
    gtk_window_destroy(GTK_WINDOW(toplevel_of(MTS_TYPE_NEW_RUN)));
    tear_down(&f);
}

/* ---- how it looks ---------------------------------------------------------------------------- */

static gboolean is_switcher_bar(GtkWidget *widget, const char *text)
{
    return ADW_IS_VIEW_SWITCHER_BAR(widget);
}

/* No width makes a part wider than the window; narrow ones are stacked. */
static void test_widths(void)
{
    static const struct {
        int width, height;
        gboolean stacked;
    } sizes[] = {{1440, 900, FALSE}, {1920, 1080, FALSE}, {800, 600, FALSE}, {480, 700, TRUE}};
    Fixture f;
    set_up_first(&f);
    for (guint i = 0; i < G_N_ELEMENTS(sizes); i++) {
        gtk_window_set_default_size(GTK_WINDOW(f.window), sizes[i].width, sizes[i].height);
        WAIT_UNTIL(gtk_widget_get_width(GTK_WIDGET(f.window)) <= sizes[i].width &&
                gtk_widget_get_width(GTK_WIDGET(f.window)) > sizes[i].width - 20,
            5000);
        xinput_settle(GTK_WIDGET(f.window));
        graphene_rect_t first, second;
        GtkWidget *page = GTK_WIDGET(mts_window_get_welcome(f.window));
        g_assert_true(gtk_widget_compute_bounds(button(&f, "Spirals"), page, &first));
        g_assert_true(gtk_widget_compute_bounds(button(&f, "Digits CNN"), page, &second));
        g_assert_cmpfloat(second.origin.x + second.size.width, <=, gtk_widget_get_width(page));
        g_assert_true((second.origin.y > first.origin.y) == sizes[i].stacked);
        /* Pages are reached from the header, or from a bar where it has no room. */
        GtkWidget *bar = find(GTK_WIDGET(f.window), is_switcher_bar, NULL);
        g_assert_nonnull(bar);
        WAIT_UNTIL(
            !adw_view_switcher_bar_get_reveal(ADW_VIEW_SWITCHER_BAR(bar)) == !sizes[i].stacked,
            5000);
        xinput_settle(GTK_WIDGET(f.window));
        if (picture_folder()) {
            g_autofree char *name = g_strdup_printf("welcome-%d", sizes[i].width);
            picture_all(GTK_WIDGET(f.window), picture_folder(), name);
        }
    }
    tear_down(&f);
}

/* The picture's playhead follows the pointer. */
static void test_hero_follows_the_pointer(void)
{
    Fixture f;
    set_up_first(&f);
    GtkWidget *page = GTK_WIDGET(mts_window_get_welcome(f.window));
    g_autoptr(GdkTexture) before = picture_take(page, 1);
    graphene_rect_t demo;
    g_assert_true(gtk_widget_compute_bounds(button(&f, "Train the demo"), page, &demo));
    const int x = gtk_widget_get_width(page) / 2 + 300, y = (int)demo.origin.y;
    xinput_move(page, x, y);
    xinput_settle(page);
    g_autoptr(GdkTexture) after = picture_take(page, 1);
    guint changed = 0;
    for (int i = 0; i < 40; i++)
        changed +=
            picture_pixel(before, x - 20 + i, y - 250) != picture_pixel(after, x - 20 + i, y - 250);
    for (int i = 0; i < 40; i++)
        changed += picture_pixel(before, x - 20 + i, y) != picture_pixel(after, x - 20 + i, y);
    g_assert_cmpuint(changed, >, 0);
    tear_down(&f);
}

int main(int argc, char **argv)
{
    stage_init(&argc, &argv);
    g_test_add_func("/welcome/demonstration", test_enter_trains_the_demonstration);
    g_test_add_func("/welcome/closing", test_closing_remembers_nothing);
    g_test_add_func("/welcome/cards", test_cards_open_their_examples);
    g_test_add_func("/welcome/keys", test_keys_walk_and_open);
    g_test_add_func("/welcome/drop", test_dropped_files);
    g_test_add_func("/welcome/browse", test_browse);
    g_test_add_func("/welcome/widths", test_widths);
    g_test_add_func("/welcome/hero", test_hero_follows_the_pointer);
    return g_test_run();
}
