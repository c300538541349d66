/* The inspector under real input: what its controls do to the schedule, and that its figures are
 * the engine's. */
#include "stage.h"
#include "xinput.h"

#include "hardware/cost.h"
#include "mts-text.h"

enum { WIDTH = 856 + 320, HEIGHT = 900 };

static const char simple[] = "*: bfp4; *.W: bfp2 @0..4ep, bfp4 @4..8ep, bfp6 @8ep..";

static void set_up(Stage *stage, gconstpointer text)
{
    stage_set_up(stage, text, WIDTH, HEIGHT);
}

static void tear_down(Stage *stage, gconstpointer text)
{
    stage_tear_down(stage);
}

#define ASSERT_LANE(layer, track, wanted)                                                          \
    do {                                                                                           \
        char *got_ = stage_lane(stage, (layer), (track));                                          \
        g_assert_cmpstr(got_, ==, (wanted));                                                       \
        g_free(got_);                                                                              \
    } while (0)

/* ---- finding controls ----------------------------------------------------------------------- */

typedef gboolean (*Match)(GtkWidget *widget, const char *text);

static GtkWidget *find(GtkWidget *root, Match match, const char *text)
{
    if (gtk_widget_get_mapped(root) && match(root, text)) {
        return root;
    }
    for (GtkWidget *child = gtk_widget_get_first_child(root); child;
         child = gtk_widget_get_next_sibling(child)) {
        GtkWidget *found = find(child, match, text);
        if (found) {
            return found;
        }
    }
    return NULL;
}

static gboolean is_button(GtkWidget *widget, const char *text)
{
    return GTK_IS_BUTTON(widget) && g_strcmp0(gtk_button_get_label(GTK_BUTTON(widget)), text) == 0;
}

static gboolean is_label(GtkWidget *widget, const char *text)
{
    return GTK_IS_LABEL(widget) && g_strcmp0(gtk_label_get_text(GTK_LABEL(widget)), text) == 0;
}

static gboolean is_type(GtkWidget *widget, const char *text)
{
    return g_strcmp0(G_OBJECT_TYPE_NAME(widget), text) == 0;
}

static gboolean has_class(GtkWidget *widget, const char *text)
{
    return gtk_widget_has_css_class(widget, text);
}

static void click(GtkWidget *widget)
{
    g_assert_nonnull(widget);
    xinput_click(widget, gtk_widget_get_width(widget) / 2.0, gtk_widget_get_height(widget) / 2.0);
}

/* The control in the row whose title this is. */
static GtkWidget *row_control(Stage *stage, const char *title, const char *type)
{
    GtkWidget *label = find(stage->inspector, is_label, title);
    g_assert_nonnull(label);
    return find(gtk_widget_get_parent(label), is_type, type);
}

/* The + (or -) of a spin button: its last children. */
static void spin(GtkWidget *control, gboolean up)
{
    GtkWidget *button = gtk_widget_get_last_child(control);
    click(up ? button : gtk_widget_get_prev_sibling(button));
}

static const EngPrecision *precision_at(Stage *stage, guint layer, EngRole role, guint span)
{
    guint count;
    return &mts_schedule_model_get_spans(stage->model, layer, role, &count)[span].precision;
}

/* ---- segment -------------------------------------------------------------------------------- */

static void test_bits(Stage *stage, gconstpointer text)
{
    mts_timeline_select(stage->timeline, 2, ENG_ROLE_W, 1);
    xinput_settle(stage->inspector);
    g_assert_nonnull(find(stage->inspector, is_label, "conv3 · Weights"));
    g_assert_nonnull(find(stage->inspector, is_label, "epoch 4.0 – 8.0 · 1,564 iterations"));
    GtkWidget *bits = row_control(stage, "Mantissa bits", "GtkSpinButton");
    spin(bits, TRUE);
    ASSERT_LANE(2, ENG_ROLE_W, "2@0-4 5@4-8 6@8-12");
    ASSERT_LANE(1, ENG_ROLE_W, "2@0-4 4@4-8 6@8-12");
    spin(bits, FALSE);
    spin(bits, FALSE);
    ASSERT_LANE(2, ENG_ROLE_W, "2@0-4 3@4-8 6@8-12");
    g_assert_cmpuint(stage->committed, ==, 3);
    /* It follows the keyboard as well. */
    gtk_widget_grab_focus(stage->lanes);
    xinput_key(stage->lanes, GDK_KEY_8, 0);
    g_assert_cmpint(gtk_spin_button_get_value_as_int(GTK_SPIN_BUTTON(bits)), ==, 8);
    g_assert_cmpuint(stage->committed, ==, 4);
}

static void test_scope(Stage *stage, gconstpointer text)
{
    mts_timeline_select(stage->timeline, 1, ENG_ROLE_W, 1);
    xinput_settle(stage->inspector);
    click(find(stage->inspector, is_button, "Layer"));
    g_assert_cmpuint(stage->committed, ==, 0);
    spin(row_control(stage, "Mantissa bits", "GtkSpinButton"), TRUE);
    ASSERT_LANE(1, ENG_ROLE_W, "2@0-4 5@4-8 6@8-12");
    ASSERT_LANE(1, ENG_ROLE_A, "4@0-4 5@4-8 4@8-12");
    ASSERT_LANE(1, ENG_ROLE_G, "4@0-4 5@4-8 4@8-12");
    ASSERT_LANE(0, ENG_ROLE_W, "2@0-4 4@4-8 6@8-12");
    click(find(stage->inspector, is_button, "All"));
    spin(row_control(stage, "Mantissa bits", "GtkSpinButton"), TRUE);
    ASSERT_LANE(4, ENG_ROLE_G, "4@0-4 6@4-8 4@8-12");
    g_assert_cmpuint(stage->committed, ==, 2);
    mts_timeline_undo(stage->timeline);
    ASSERT_LANE(4, ENG_ROLE_G, "4@0-12");
}

/* One detail on many segments: the others stay as different as they were. */
static void test_details(Stage *stage, gconstpointer text)
{
    mts_timeline_select(stage->timeline, 0, ENG_ROLE_W, 0);
    gtk_widget_grab_focus(stage->lanes);
    xinput_key(stage->lanes, GDK_KEY_a, GDK_CONTROL_MASK);
    click(find(stage->inspector, is_button, "32"));
    click(find(stage->inspector, is_button, "Stochastic"));
    ASSERT_LANE(0, ENG_ROLE_W, "2@0-4 4@4-8 6@8-12");
    for (guint span = 0; span < 3; span++) {
        const EngFormat *format = &precision_at(stage, 3, ENG_ROLE_W, span)->format;
        g_assert_cmpuint(format->g, ==, 32);
        g_assert_cmpint(format->rounding, ==, ENG_ROUND_STOCHASTIC);
        g_assert_cmpuint(format->noise_bits, ==, 8);
    }
    g_assert_cmpuint(precision_at(stage, 4, ENG_ROLE_A, 0)->format.g, ==, 32);
    g_assert_cmpuint(stage->committed, ==, 2);
    spin(row_control(stage, "Exponent bits", "GtkSpinButton"), FALSE);
    g_assert_cmpuint(precision_at(stage, 4, ENG_ROLE_G, 0)->format.e, ==, 7);
    /* The source of the noise: LFSR has eight bits at most. */
    click(find(stage->inspector, is_button, "Philox"));
    g_assert_cmpint(precision_at(stage, 0, ENG_ROLE_W, 0)->format.rounding, ==, ENG_ROUND_LFSR);
    click(find(stage->inspector, is_button, "Nearest"));
    g_assert_cmpint(precision_at(stage, 0, ENG_ROLE_W, 0)->format.rounding, ==, ENG_ROUND_NEAREST);
    g_assert_cmpuint(precision_at(stage, 0, ENG_ROLE_W, 0)->format.noise_bits, ==, 0);
}

static void test_kinds(Stage *stage, gconstpointer text)
{
    mts_timeline_select(stage->timeline, 0, ENG_ROLE_A, 0);
    xinput_settle(stage->inspector);
    GtkDropDown *format = GTK_DROP_DOWN(row_control(stage, "Format", "GtkDropDown"));
    g_assert_cmpuint(gtk_drop_down_get_selected(format), ==, 0);
    gtk_drop_down_set_selected(format, 2);
    xinput_settle(stage->inspector);
    ASSERT_LANE(0, ENG_ROLE_A, "F@0-12");
    g_assert_null(find(stage->inspector, is_label, "Group size"));
    gtk_drop_down_set_selected(format, 1);
    xinput_settle(stage->inspector);
    ASSERT_LANE(0, ENG_ROLE_A, "2~4@0-12");
    g_assert_nonnull(find(stage->inspector, is_label, "Raised to"));
    /* The low end pushes the high one before it. */
    GtkWidget *bits = row_control(stage, "Mantissa bits", "GtkSpinButton");
    spin(bits, TRUE);
    spin(bits, TRUE);
    ASSERT_LANE(0, ENG_ROLE_A, "4~5@0-12");
    /* Every kind of the list can be chosen, makes a legal schedule, and is shown again. */
    const guint all = g_list_model_get_n_items(gtk_drop_down_get_model(format));
    for (guint i = 0; i < all; i++) {
        gtk_drop_down_set_selected(format, i);
        xinput_settle(stage->inspector);
        g_assert_cmpuint(gtk_drop_down_get_selected(format), ==, i);
        EngPlan *plan = mts_schedule_model_to_plan(stage->model);
        eng_plan_free(plan);
    }
}

static void test_trained(Stage *stage, gconstpointer text)
{
    stage_run_to(stage, 5);
    mts_timeline_select(stage->timeline, 0, ENG_ROLE_W, 0);
    xinput_settle(stage->inspector);
    g_assert_nonnull(
        find(stage->inspector, is_label, "epoch 0.0 – 4.0 · 1,564 iterations · trained"));
    g_assert_false(gtk_widget_is_sensitive(row_control(stage, "Mantissa bits", "GtkSpinButton")));
    mts_timeline_select(stage->timeline, 0, ENG_ROLE_W, 1);
    g_assert_true(gtk_widget_is_sensitive(row_control(stage, "Mantissa bits", "GtkSpinButton")));
}

/* ---- threshold ------------------------------------------------------------------------------ */

static void test_threshold(Stage *stage, gconstpointer text)
{
    mts_timeline_select(stage->timeline, 0, ENG_ROLE_W, 0);
    xinput_settle(stage->inspector);
    GtkWidget *alpha = find(stage->inspector, is_label, "α");
    GtkWidget *scale = gtk_widget_get_next_sibling(alpha);
    const double y = gtk_widget_get_height(scale) / 2.0, width = gtk_widget_get_width(scale);
    const double before = precision_at(stage, 0, ENG_ROLE_W, 0)->alpha;
    /* However many values a held slider passes, it is one edit. */
    const double knob = 8 + (width - 16) * before / 1.5;
    xinput_drag(scale, knob, y, width - 2, y);
    g_assert_cmpfloat(precision_at(stage, 0, ENG_ROLE_W, 0)->alpha, >, 1.2);
    g_assert_cmpuint(stage->committed, ==, 1);
    g_assert_cmpfloat(mts_timeline_get_adaptive(stage->timeline)->alpha, ==,
        precision_at(stage, 0, ENG_ROLE_W, 0)->alpha);
    mts_timeline_undo(stage->timeline);
    g_assert_cmpfloat(precision_at(stage, 0, ENG_ROLE_W, 0)->alpha, ==, before);
    GtkWidget *interval = row_control(stage, "Iterations a choice", "GtkSpinButton");
    spin(interval, TRUE);
    g_assert_cmpuint(precision_at(stage, 0, ENG_ROLE_W, 0)->interval, ==, 11);
    /* A lane without an adaptive segment has no threshold. */
    mts_timeline_select(stage->timeline, 0, ENG_ROLE_G, 0);
    xinput_settle(stage->inspector);
    g_assert_null(find(stage->inspector, is_label, "α"));
}

/* ---- estimate ------------------------------------------------------------------------------- */

/* The note below the figure with this title, and the figure. */
static const char *figure(Stage *stage, const char *title, const char *style)
{
    GtkWidget *column = gtk_widget_get_parent(find(stage->inspector, is_label, title));
    return gtk_label_get_text(GTK_LABEL(find(column, has_class, style)));
}

static guint64 engine_cycles(Stage *stage)
{
    const EngHardware hw = eng_hardware_default();
    EngPlan *plan = mts_schedule_model_to_plan(stage->model);
    const EngCost cost = eng_plan_cost(stage->net, plan, 128, &hw, .5);
    eng_plan_free(plan);
    return cost.cycles;
}

static void assert_cycles(Stage *stage)
{
    const char *unit;
    g_autofree char *wanted = mts_text_amount_parts((double)engine_cycles(stage), &unit);
    g_assert_cmpstr(figure(stage, "Cycles", "figure"), ==, wanted);
    g_assert_cmpstr(figure(stage, "Cycles", "figure-unit"), ==, unit);
}

static void test_estimate(Stage *stage, gconstpointer text)
{
    mts_timeline_select(stage->timeline, 1, ENG_ROLE_W, 1);
    xinput_settle(stage->inspector);
    assert_cycles(stage);
    g_assert_cmpstr(figure(stage, "Cycles", "figure-note"), ==, "");
    g_assert_cmpstr(figure(stage, "Peak", "figure"), ==, "6");
    g_assert_true(g_str_has_prefix(figure(stage, "vs FP32", "figure-note"), "of "));
    const double before = (double)engine_cycles(stage);
    /* It follows a drag while the button is still down. */
    const double y = stage_y(stage, 1, ENG_ROLE_W);
    xinput_hold(stage->lanes, stage_x(stage, 8), y, stage_x(stage, 5), y, 5);
    assert_cycles(stage);
    const double change = (double)engine_cycles(stage) / before - 1;
    g_assert_cmpfloat(change, >, .001);
    g_autofree char *digits = mts_text_fixed(change * 100, 1);
    g_autofree char *note = g_strdup_printf("+%s %%", digits);
    g_assert_cmpstr(figure(stage, "Cycles", "figure-note"), ==, note);
    xinput_key(stage->lanes, GDK_KEY_Escape, 0);
    xinput_release(stage->lanes, 1);
    g_assert_cmpfloat((double)engine_cycles(stage), ==, before);
    assert_cycles(stage);
    g_assert_cmpstr(figure(stage, "Cycles", "figure-note"), ==, "");
    /* Less is said to be better. */
    gtk_widget_grab_focus(stage->lanes);
    xinput_key(stage->lanes, GDK_KEY_a, GDK_CONTROL_MASK);
    xinput_key(stage->lanes, GDK_KEY_2, 0);
    assert_cycles(stage);
    GtkWidget *column = gtk_widget_get_parent(find(stage->inspector, is_label, "Cycles"));
    g_assert_true(gtk_widget_has_css_class(find(column, has_class, "figure-note"), "better"));
}

/* The panel asks for no more than its 320 pixels, whatever is selected. */
static void test_width(Stage *stage, gconstpointer text)
{
    for (guint layer = 0; layer < STAGE_LAYERS; layer++) {
        for (guint role = 0; role < 3; role++) {
            guint count;
            mts_schedule_model_get_spans(stage->model, layer, role, &count);
            for (guint span = 0; span < count; span++) {
                mts_timeline_select(stage->timeline, layer, role, span);
                xinput_settle(stage->inspector);
                int least;
                gtk_widget_measure(
                    stage->inspector, GTK_ORIENTATION_HORIZONTAL, -1, &least, NULL, NULL, NULL);
                g_assert_cmpint(least, <=, 319);
            }
        }
    }
}

#define ADD(name, text, function)                                                                  \
    g_test_add("/inspector/" name, Stage, text, set_up, function, tear_down)

int main(int argc, char **argv)
{
    stage_init(&argc, &argv);
    ADD("bits", simple, test_bits);
    ADD("scope", simple, test_scope);
    ADD("details", simple, test_details);
    ADD("kinds", simple, test_kinds);
    ADD("trained", simple, test_trained);
    ADD("threshold", "*.W: adaptive(bfp2, bfp4); *.A: adaptive(bfp2, bfp4); *.G: bfp4",
        test_threshold);
    ADD("estimate", simple, test_estimate);
    ADD("width", NULL, test_width);
    return g_test_run();
}
