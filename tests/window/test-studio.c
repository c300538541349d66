/* The studio page as a whole, with a made-up experiment and real input: alignment on the one axis,
 * transport and keys, folding, what is remembered, the estimate, names and Tab. */
#include "mts-palette.h"
#include "picture.h"
#include "stage.h"
#include "studio-fixture.h"
#include "xinput.h"
#include <math.h>

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
        set_up_sized(&f, sizes[i][0], sizes[i][1], STUDIO_DONE);
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

typedef struct Counts {
    guint run, pause, step, stop, rewind;
} Counts;

static void listen(MtsTransport *transport, Counts *counts)
{
    g_signal_connect(transport, "run", G_CALLBACK(count_signal), &counts->run);
    g_signal_connect(transport, "pause", G_CALLBACK(count_signal), &counts->pause);
    g_signal_connect(transport, "step", G_CALLBACK(count_signal), &counts->step);
    g_signal_connect(transport, "stop", G_CALLBACK(count_signal), &counts->stop);
    g_signal_connect(transport, "rewind", G_CALLBACK(count_signal), &counts->rewind);
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
    g_signal_connect(f.window, "new-run", G_CALLBACK(count_signal), &asked);
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
    g_test_add_func("/studio/folding", test_folding);
    g_test_add_func("/studio/state", test_state);
    g_test_add_func("/studio/estimate", test_estimate);
    g_test_add_func("/studio/names", test_names);
    g_test_add_func("/studio/tab", test_tab);
    return g_test_run();
}
