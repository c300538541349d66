#include "stage.h"

#include "mts-inspector.h"
#include "mts-timeline-bar.h"
#include "mts-timeline-ruler.h"
#include "xinput.h"

#include <math.h>

static const char *const names[] = {"conv1", "conv2", "conv3", "fc1", "fc2"};
static const char *const summaries[] = {"3 → 32", "32 → 64", "64 → 128", "2048 → 256", "256 → 10"};

static const char network[] = "conv3x3-32, relu, pool2, conv3x3-64, relu, pool2, "
                              "conv3x3-128, relu, pool2, fc-256, relu, fc-10";

static const char schedule[] =
    "conv1.W: bfp2 @0..3.5ep, adaptive(bfp2, bfp4) @3.5..9ep, bfp4 @9ep..\n"
    "conv1.A: bfp2 @0..2.5ep, adaptive(bfp2, bfp4) @2.5..10ep, bfp4 @10ep..\n"
    "conv1.G: bfp3 @0..3ep, bfp4 @3..8ep, bfp6 @8ep..\n"
    "conv2.W: bfp2 @0..2ep, adaptive(bfp2, bfp4) @2..8ep, bfp4 @8..10.5ep, bfp6 @10.5ep..\n"
    "conv2.A: bfp2 @0..1.5ep, adaptive(bfp2, bfp4) @1.5..9ep, bfp4 @9..10.5ep, bfp6 @10.5ep..\n"
    "conv2.G: bfp3 @0..2.5ep, bfp4 @2.5..5ep, bfp6 @5..9.5ep, bfp8 @9.5ep..\n"
    "conv3.W: bfp2 @0..1.5ep, adaptive(bfp2, bfp4) @1.5..5.5ep, bfp4 @5.5..9ep, bfp6 @9ep..\n"
    "conv3.A: bfp2 @0..1ep, adaptive(bfp2, bfp4) @1..7ep, bfp4 @7..9.5ep, bfp6 @9.5ep..\n"
    "conv3.G: bfp3 @0..2ep, bfp4 @2..4ep, bfp6 @4..8.5ep, bfp8 @8.5ep..\n"
    "fc1.W: bfp2 @0..0.75ep, adaptive(bfp2, bfp4) @0.75..7ep, bfp4 @7..10ep, bfp6 @10ep..\n"
    "fc1.A: bfp2 @0..0.5ep, adaptive(bfp2, bfp4) @0.5..7.5ep, bfp4 @7.5ep..\n"
    "fc1.G: bfp4 @0..4ep, bfp6 @4..9ep, bfp8 @9ep..\n"
    "fc2.W: bfp4 @0..4ep, bfp6 @4..8ep, bfp8 @8ep..\n"
    "fc2.A: bfp4 @0..5.5ep, bfp6 @5.5..10ep, bfp8 @10ep..\n"
    "fc2.G: bfp6 @0..3ep, bfp8 @3..10ep, fp32 @10ep..\n";

static void on_dark(AdwStyleManager *manager, GParamSpec *spec, GtkCssProvider *dark)
{
    GdkDisplay *display = gdk_display_get_default();
    gtk_style_context_remove_provider_for_display(display, GTK_STYLE_PROVIDER(dark));
    if (adw_style_manager_get_dark(manager)) {
        gtk_css_provider_load_from_resource(dark, "/org/mantissa/Mantissa/style-dark.css");
        gtk_style_context_add_provider_for_display(
            display, GTK_STYLE_PROVIDER(dark), GTK_STYLE_PROVIDER_PRIORITY_APPLICATION + 1);
    }
}

/* What GtkApplication does by itself: the style of the resources, and its dark part. */
static void load_style(void)
{
    static const char folder[] = "/org/mantissa/Mantissa/";
    AdwStyleManager *manager = adw_style_manager_get_default();
    GdkDisplay *display = gdk_display_get_default();
    GtkCssProvider *style = gtk_css_provider_new(), *dark = gtk_css_provider_new();
    g_autofree char *file = g_strconcat(folder, "style.css", NULL);
    gtk_css_provider_load_from_resource(style, file);
    gtk_style_context_add_provider_for_display(
        display, GTK_STYLE_PROVIDER(style), GTK_STYLE_PROVIDER_PRIORITY_APPLICATION);
    g_object_unref(style);
    /* It lives as long as the program: the manager does. */
    g_signal_connect(manager, "notify::dark", G_CALLBACK(on_dark), dark);
    on_dark(manager, NULL, dark);
    g_autofree char *icons = g_strconcat(folder, "icons", NULL);
    gtk_icon_theme_add_resource_path(gtk_icon_theme_get_for_display(display), icons);
}

void stage_init(int *argc, char ***argv)
{
    gtk_test_init(argc, argv, NULL);
    adw_init();
    GtkSettings *settings = gtk_settings_get_default();
    g_object_set(settings, "gtk-font-name", "Cantarell 11", "gtk-enable-animations", FALSE,
        "gtk-cursor-blink", FALSE, NULL);
    load_style();
}

static void load(Stage *stage, const char *text)
{
    EngSchedule *parsed;
    EngPlan *plan;
    EngError error;
    const EngClock clock = {STAGE_STEPS, STAGE_PER_EPOCH};
    if (eng_schedule_parse(text ? text : schedule, &parsed, &error) ||
        eng_plan_build(parsed, names, STAGE_LAYERS, clock, &plan, &error)) {
        g_error("%s", error.text);
    }
    mts_schedule_model_load(stage->model, plan, names, summaries);
    mts_time_axis_set_clock(stage->axis, clock);
    eng_schedule_free(parsed);
    eng_plan_free(plan);
}

static void on_toast(MtsTimeline *timeline, const char *text, Stage *stage)
{
    g_free(stage->toast);
    stage->toast = g_strdup(text);
}

static void count_commit(Stage *stage)
{
    stage->committed++;
}

void stage_set_up(Stage *stage, const char *text, int width, int height)
{
    *stage = (Stage){.model = mts_schedule_model_new(), .axis = mts_time_axis_new()};
    stage->lanes = mts_timeline_new(stage->model, stage->axis);
    stage->timeline = MTS_TIMELINE(stage->lanes);
    stage->ruler = mts_timeline_ruler_new(stage->axis);
    g_signal_connect(stage->timeline, "toast", G_CALLBACK(on_toast), stage);
    g_signal_connect_swapped(stage->model, "committed", G_CALLBACK(count_commit), stage);
    load(stage, text);

    GtkWidget *scrolled = gtk_scrolled_window_new();
    gtk_scrolled_window_set_policy(
        GTK_SCROLLED_WINDOW(scrolled), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
    gtk_scrolled_window_set_child(GTK_SCROLLED_WINDOW(scrolled), stage->lanes);
    gtk_widget_set_vexpand(scrolled, TRUE);
    gtk_widget_set_hexpand(scrolled, TRUE);
    GtkWidget *column = gtk_box_new(GTK_ORIENTATION_VERTICAL, 0);
    stage->bar = mts_timeline_bar_new(stage->timeline);
    gtk_box_append(GTK_BOX(column), stage->bar);
    gtk_box_append(GTK_BOX(column), stage->ruler);
    gtk_box_append(GTK_BOX(column), scrolled);
    EngError error;
    if (eng_network_parse(network, (EngShape){32, 32, 3}, 10, &stage->net, &error)) {
        g_error("%s", error.text);
    }
    stage->inspector = mts_inspector_new(stage->timeline);
    const EngHardware hw = eng_hardware_default();
    mts_inspector_set_experiment(MTS_INSPECTOR(stage->inspector), stage->net, 128, &hw);
    GtkWidget *panel = gtk_scrolled_window_new();
    gtk_scrolled_window_set_policy(
        GTK_SCROLLED_WINDOW(panel), GTK_POLICY_EXTERNAL, GTK_POLICY_AUTOMATIC);
    gtk_scrolled_window_set_min_content_width(GTK_SCROLLED_WINDOW(panel), 319);
    gtk_scrolled_window_set_child(GTK_SCROLLED_WINDOW(panel), stage->inspector);
    gtk_widget_add_css_class(panel, "inspector-panel");
    GtkWidget *row = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 0);
    gtk_box_append(GTK_BOX(row), column);
    gtk_box_append(GTK_BOX(row), panel);
    stage->window = gtk_window_new();
    gtk_widget_add_css_class(stage->window, "mantissa");
    gtk_window_set_child(GTK_WINDOW(stage->window), row);
    gtk_window_set_default_size(GTK_WINDOW(stage->window), width, height);
    xinput_show(GTK_WINDOW(stage->window));
}

void stage_tear_down(Stage *stage)
{
    g_object_add_weak_pointer(G_OBJECT(stage->lanes), (gpointer *)&stage->lanes);
    gtk_window_destroy(GTK_WINDOW(stage->window));
    WAIT_UNTIL(stage->lanes == NULL, 5000);
    g_assert_finalize_object(stage->model);
    g_assert_finalize_object(stage->axis);
    eng_network_free(stage->net);
    g_free(stage->toast);
}

static void add_epochs(GString *text, guint32 step)
{
    /* Hundredths of an epoch, without the zeros at the end. */
    const guint hundredths = (guint)floor(step * 100.0 / STAGE_PER_EPOCH + .5);
    g_string_append_printf(text, "%u", hundredths / 100);
    if (hundredths % 10 != 0) {
        g_string_append_printf(text, ".%02u", hundredths % 100);
    } else if (hundredths % 100 != 0) {
        g_string_append_printf(text, ".%u", hundredths % 100 / 10);
    }
}

char *stage_lane(Stage *stage, guint layer, MtsTrack track)
{
    GString *text = g_string_new(NULL);
    guint count;
    const EngSpan *spans = mts_schedule_model_get_spans(stage->model, layer, track, &count);
    for (guint i = 0; i < count; i++) {
        const EngPrecision *p = &spans[i].precision;
        g_string_append(text, i ? " " : "");
        if (p->adaptive) {
            g_string_append_printf(text, "%d~%d@", p->format.m, p->high.m);
        } else if (eng_format_is_fp32(&p->format)) {
            g_string_append(text, "F@");
        } else {
            g_string_append_printf(text, "%d@", p->format.m);
        }
        add_epochs(text, spans[i].from);
        g_string_append_c(text, '-');
        add_epochs(text, spans[i].to);
    }
    return g_string_free(text, FALSE);
}

double stage_x(Stage *stage, double epochs)
{
    return mts_time_axis_x(stage->axis, epochs * STAGE_PER_EPOCH);
}

double stage_y(Stage *stage, guint layer, EngRole role)
{
    return layer * 56 + 5 + (guint)role * 16 + 7;
}

void stage_run_to(Stage *stage, double epochs)
{
    const double step = epochs * STAGE_PER_EPOCH;
    guint32 noise = 12345;
    for (guint layer = 0; layer < STAGE_LAYERS; layer++) {
        for (guint role = 0; role < 2; role++) {
            for (guint32 at = 0; at < step; at += 10) {
                noise = noise * 1664525 + 1013904223;
                const double rise = 0.05 + 0.5 * at / STAGE_STEPS + 0.1 * layer;
                mts_timeline_add_choice(stage->timeline, layer, (EngRole)role, at,
                    (noise >> 8) % 1000 < 1000 * rise * 0.6);
            }
        }
    }
    mts_schedule_model_set_lock(stage->model, (guint32)ceil(step));
    mts_time_axis_set_playhead(stage->axis, step);
}
