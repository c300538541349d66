/* The run library and the New Run dialog, with real input. */
#include "mts-new-run.h"
#include "mts-run-row.h"
#include "stage.h"
#include "studio-fixture.h"
#include "xinput.h"
#include <math.h>

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

int main(int argc, char **argv)
{
    stage_init(&argc, &argv);
    g_test_add_func("/library/library", test_library);
    g_test_add_func("/library/library-large", test_library_large);
    g_test_add_func("/library/new-run", test_new_run);
    return g_test_run();
}
