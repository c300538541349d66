#include "studio-fixture.h"

#include "xinput.h"

void set_up_sized(Fixture *f, int width, int height, guint32 done)
{
    f->app = adw_application_new(MTS_APPLICATION_ID, G_APPLICATION_NON_UNIQUE);
    g_assert_true(g_application_register(G_APPLICATION(f->app), NULL, NULL));
    f->window = MTS_WINDOW(mts_window_new(GTK_APPLICATION(f->app)));
    f->studio = mts_window_get_studio(f->window);
    gtk_window_set_default_size(GTK_WINDOW(f->window), width, height);
    studio_data_init(&f->data);
    studio_data_load(&f->data, f->studio, done);
    mts_window_set_run_title(f->window, "Ramp 2→8 adaptive", "CIFAR-10 · CNN-S");
    xinput_show(GTK_WINDOW(f->window));
    xinput_settle(GTK_WIDGET(f->window));
}

void set_up(Fixture *f)
{
    set_up_sized(f, 1440, 900, STUDIO_DONE);
}

void tear_down(Fixture *f)
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

GPtrArray *find_all(gpointer root, GType type)
{
    GPtrArray *found = g_ptr_array_new();
    find(root, type, found);
    return found;
}

graphene_rect_t bounds(gpointer widget, gpointer relative)
{
    graphene_rect_t rect;
    g_assert_true(gtk_widget_compute_bounds(widget, relative, &rect));
    return rect;
}

GtkWidget *plot(Fixture *f, MtsChartKind kind)
{
    return mts_chart_get_plot(mts_studio_get_chart(f->studio, kind));
}

void count_signal(gpointer object, guint *counter)
{
    ++*counter;
}
