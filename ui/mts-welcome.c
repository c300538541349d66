#include "mts-welcome.h"

#include "mts-columns.h"
#include "mts-palette.h"
#include "mts-welcome-art.h"
#include <adwaita.h>
#include <math.h>

enum {
    CONTENT_WIDTH = 1232, /* 1200 and the padding */
    HERO_HEIGHT = 312,
    HERO_WIDTH = 300,
    PICTURE_HEIGHT = 152,
    HERO_BREAK = 900, /* below: the picture under the text */
    CARD_BREAK = 700, /* below: cards one under the other */
    MARGIN = 16,
};

/* Where the picture's playhead rests, and how fast it drifts back there, in shares of the time a
 * second. */
#define REST .61
#define DRIFT 1.2

struct _MtsWelcome {
    GtkWidget parent;
    GtkWidget *scrolled, *demo, *lab, *hero;
    GtkWidget *pictures[3];
    GBytes *digits, *points;
    double playhead;
    guint tick;
    gint64 last_frame;
};

G_DEFINE_FINAL_TYPE(MtsWelcome, mts_welcome, GTK_TYPE_WIDGET)

enum { DEMO, EXAMPLE, BROWSE, LAB, SIGNALS };
static guint signals[SIGNALS];

enum { SPIRALS, DIGITS, ADAPTIVE, EXAMPLES };

static const MtsExample examples[EXAMPLES] = {
    [SPIRALS] = {"spirals", "Spirals",
        "Two arms, one small network: what 2, 4 and 32 bits make of the same loss.", "2 s",
        "made on the fly"},
    [DIGITS] = {"digits-cnn", "Digits CNN",
        "Hand-drawn digits and small convolutions, with a 2 → 4 → 8 ramp.", "15 s",
        "made on the fly"},
    [ADAPTIVE] = {"adaptive", "FAST-Adaptive against fixed",
        "Every layer chooses 2 or 4 bits while it learns. Train it, then draw 4 bits and compare.",
        "3 s", "made on the fly"},
};

const MtsExample *mts_welcome_examples(guint *count)
{
    *count = EXAMPLES;
    return examples;
}

/* ---- the hero's playhead --------------------------------------------------------------------- */

static void set_playhead(MtsWelcome *self, double playhead)
{
    self->playhead = CLAMP(playhead, 0, 1);
    gtk_widget_queue_draw(self->hero);
}

static void stop_drift(MtsWelcome *self)
{
    if (self->tick) {
        gtk_widget_remove_tick_callback(self->hero, self->tick);
    }
    self->tick = 0;
}

static gboolean on_drift(GtkWidget *hero, GdkFrameClock *clock, gpointer data)
{
    MtsWelcome *self = data;
    const gint64 now = gdk_frame_clock_get_frame_time(clock);
    const double seconds = self->last_frame ? (double)(now - self->last_frame) * 1e-6 : 0;
    const double left = REST - self->playhead, step = DRIFT * seconds;
    self->last_frame = now;
    set_playhead(self, fabs(left) <= step ? REST : self->playhead + copysign(step, left));
    if (self->playhead != REST) {
        return G_SOURCE_CONTINUE;
    }
    self->tick = 0;
    return G_SOURCE_REMOVE;
}

static void on_hover(GtkEventController *motion, double x, double y, MtsWelcome *self)
{
    double left, right;
    stop_drift(self);
    mts_art_hero_range(gtk_widget_get_width(self->hero), &left, &right);
    set_playhead(self, (x - left) / (right - left));
}

static void on_leave(GtkEventController *motion, MtsWelcome *self)
{
    gboolean lively;
    g_object_get(gtk_widget_get_settings(self->hero), "gtk-enable-animations", &lively, NULL);
    if (!lively) {
        set_playhead(self, REST);
    } else if (!self->tick) {
        self->last_frame = 0;
        self->tick = gtk_widget_add_tick_callback(self->hero, on_drift, self, NULL);
    }
}

/* ---- pictures -------------------------------------------------------------------------------- */

static MtsArt art_of(GtkWidget *area, cairo_t *cr, int width, int height)
{
    return (MtsArt){cr, gtk_widget_get_pango_context(area), width, height, mts_palette_dark()};
}

static void draw_hero(GtkDrawingArea *area, cairo_t *cr, int width, int height, gpointer data)
{
    const MtsArt art = art_of(GTK_WIDGET(area), cr, width, height);
    mts_art_hero(&art, MTS_WELCOME(data)->playhead);
}

static void draw_spirals(GtkDrawingArea *area, cairo_t *cr, int width, int height, gpointer data)
{
    const MtsArt art = art_of(GTK_WIDGET(area), cr, width, height);
    GBytes *points = MTS_WELCOME(data)->points;
    gsize size = 0;
    const MtsArtPoint *first = points ? g_bytes_get_data(points, &size) : NULL;
    mts_art_spirals(&art, first, size / sizeof *first);
}

static void draw_digits(GtkDrawingArea *area, cairo_t *cr, int width, int height, gpointer data)
{
    const MtsArt art = art_of(GTK_WIDGET(area), cr, width, height);
    GBytes *digits = MTS_WELCOME(data)->digits;
    gsize size = 0;
    const guint8 *pixels = digits ? g_bytes_get_data(digits, &size) : NULL;
    mts_art_digits(&art, pixels, size / (MTS_ART_DIGIT * MTS_ART_DIGIT));
}

static void draw_adaptive(GtkDrawingArea *area, cairo_t *cr, int width, int height, gpointer data)
{
    const MtsArt art = art_of(GTK_WIDGET(area), cr, width, height);
    mts_art_adaptive(&art);
}

static GtkWidget *picture_new(GtkDrawingAreaDrawFunc draw, MtsWelcome *self, int width, int height)
{
    GtkWidget *area = g_object_new(
        GTK_TYPE_DRAWING_AREA, "accessible-role", GTK_ACCESSIBLE_ROLE_PRESENTATION, NULL);
    gtk_drawing_area_set_content_width(GTK_DRAWING_AREA(area), width);
    gtk_drawing_area_set_content_height(GTK_DRAWING_AREA(area), height);
    gtk_drawing_area_set_draw_func(GTK_DRAWING_AREA(area), draw, self, NULL);
    /* The palette follows the style manager, which redraws nobody. */
    g_signal_connect_object(adw_style_manager_get_default(), "notify::dark",
        G_CALLBACK(gtk_widget_queue_draw), area, G_CONNECT_SWAPPED);
    return area;
}

/* ---- parts ----------------------------------------------------------------------------------- */

static GtkWidget *label_new(const char *text, const char *style)
{
    GtkWidget *label = gtk_label_new(text);
    gtk_label_set_xalign(GTK_LABEL(label), 0);
    gtk_label_set_wrap(GTK_LABEL(label), TRUE);
    gtk_widget_add_css_class(label, style);
    return label;
}

static GtkWidget *box_new(GtkOrientation orientation, int spacing, const char *style)
{
    GtkWidget *box = gtk_box_new(orientation, spacing);
    if (style) {
        gtk_widget_add_css_class(box, style);
    }
    return box;
}

static GtkWidget *pill_new(const char *icon, const char *text)
{
    GtkWidget *content = adw_button_content_new();
    adw_button_content_set_icon_name(ADW_BUTTON_CONTENT(content), icon);
    adw_button_content_set_label(ADW_BUTTON_CONTENT(content), text);
    GtkWidget *button = gtk_button_new();
    gtk_button_set_child(GTK_BUTTON(button), content);
    gtk_widget_add_css_class(button, "pill");
    return button;
}

static void on_demo(MtsWelcome *self)
{
    g_signal_emit(self, signals[DEMO], 0);
}

static void on_browse(MtsWelcome *self)
{
    g_signal_emit(self, signals[BROWSE], 0);
}

static void on_lab(MtsWelcome *self)
{
    g_signal_emit(self, signals[LAB], 0);
}

static void on_example(GtkButton *card, MtsWelcome *self)
{
    const MtsExample *example = g_object_get_data(G_OBJECT(card), "mts-example");
    g_signal_emit(self, signals[EXAMPLE], 0, example->name);
}

static GtkWidget *actions_new(MtsWelcome *self)
{
    GtkWidget *box = box_new(GTK_ORIENTATION_HORIZONTAL, 12, NULL);
    self->demo = pill_new("mts-run-symbolic", "Train the demo");
    gtk_widget_add_css_class(self->demo, "suggested-action");
    g_signal_connect_swapped(self->demo, "clicked", G_CALLBACK(on_demo), self);
    GtkWidget *new_run = pill_new("list-add-symbolic", "New Run");
    gtk_actionable_set_action_name(GTK_ACTIONABLE(new_run), "win.new-run");
    gtk_box_append(GTK_BOX(box), self->demo);
    gtk_box_append(GTK_BOX(box), new_run);
    return box;
}

static GtkWidget *hint_new(MtsWelcome *self)
{
    GtkWidget *box = box_new(GTK_ORIENTATION_HORIZONTAL, 4, "welcome-hints");
    self->lab = gtk_button_new_with_label("New to block floating point? Open the Lab");
    gtk_widget_add_css_class(self->lab, "flat");
    gtk_widget_add_css_class(self->lab, "welcome-link");
    gtk_widget_set_visible(self->lab, FALSE);
    g_signal_connect_swapped(self->lab, "clicked", G_CALLBACK(on_lab), self);
    gtk_box_append(GTK_BOX(box),
        label_new("Digits from 2 to 8 bits, trained in a few seconds.", "welcome-hint"));
    gtk_box_append(GTK_BOX(box), self->lab);
    return box;
}

static GtkWidget *pitch_new(MtsWelcome *self)
{
    GtkWidget *box = box_new(GTK_ORIENTATION_VERTICAL, 0, "welcome-pitch");
    GtkWidget *icon = gtk_image_new_from_icon_name("org.mantissa.Mantissa");
    gtk_image_set_pixel_size(GTK_IMAGE(icon), 64);
    gtk_widget_set_halign(icon, GTK_ALIGN_START);
    GtkWidget *title = label_new("Design precision.\nWatch it learn.", "welcome-title");
    GtkWidget *text = label_new("Choose how many bits every layer spends, epoch by epoch. Run it "
                                "and see loss, accuracy, cycles and energy move together.",
        "welcome-text");
    gtk_label_set_max_width_chars(GTK_LABEL(text), 60);
    gtk_box_append(GTK_BOX(box), icon);
    gtk_box_append(GTK_BOX(box), title);
    gtk_box_append(GTK_BOX(box), text);
    gtk_box_append(GTK_BOX(box), actions_new(self));
    gtk_box_append(GTK_BOX(box), hint_new(self));
    gtk_widget_set_valign(box, GTK_ALIGN_START);
    return box;
}

static GtkWidget *hero_new(MtsWelcome *self)
{
    self->hero = picture_new(draw_hero, self, HERO_WIDTH, HERO_HEIGHT);
    GtkEventController *motion = gtk_event_controller_motion_new();
    g_signal_connect(motion, "motion", G_CALLBACK(on_hover), self);
    g_signal_connect(motion, "leave", G_CALLBACK(on_leave), self);
    gtk_widget_add_controller(self->hero, motion);
    GtkWidget *frame = box_new(GTK_ORIENTATION_VERTICAL, 0, "welcome-hero");
    gtk_widget_set_hexpand(self->hero, TRUE);
    gtk_widget_set_valign(frame, GTK_ALIGN_START);
    gtk_box_append(GTK_BOX(frame), self->hero);
    return frame;
}

static GtkWidget *fact_new(const char *icon, const char *text)
{
    GtkWidget *box = box_new(GTK_ORIENTATION_HORIZONTAL, 4, "welcome-fact");
    gtk_box_append(GTK_BOX(box), gtk_image_new_from_icon_name(icon));
    gtk_box_append(GTK_BOX(box), gtk_label_new(text));
    return box;
}

/* "Open" is a part of the card, which is one button as a whole. */
static GtkWidget *facts_new(const MtsExample *example)
{
    GtkWidget *box = box_new(GTK_ORIENTATION_HORIZONTAL, 12, NULL);
    GtkWidget *open = gtk_label_new("Open");
    gtk_widget_add_css_class(open, "welcome-open");
    gtk_widget_set_hexpand(open, TRUE);
    gtk_widget_set_halign(open, GTK_ALIGN_END);
    gtk_box_append(GTK_BOX(box), fact_new("mts-clock-symbolic", example->time));
    gtk_box_append(GTK_BOX(box), fact_new("mts-sheet-symbolic", example->data));
    gtk_box_append(GTK_BOX(box), open);
    gtk_widget_set_valign(box, GTK_ALIGN_END);
    gtk_widget_set_vexpand(box, TRUE);
    return box;
}

static GtkWidget *card_new(MtsWelcome *self, guint index)
{
    static const GtkDrawingAreaDrawFunc draws[EXAMPLES] = {
        [SPIRALS] = draw_spirals, [DIGITS] = draw_digits, [ADAPTIVE] = draw_adaptive};
    const MtsExample *example = &examples[index];
    self->pictures[index] = picture_new(draws[index], self, 200, PICTURE_HEIGHT);
    GtkWidget *words = box_new(GTK_ORIENTATION_VERTICAL, 4, "welcome-words");
    gtk_box_append(GTK_BOX(words), label_new(example->title, "welcome-card-title"));
    gtk_box_append(GTK_BOX(words), label_new(example->sentence, "welcome-card-text"));
    gtk_box_append(GTK_BOX(words), facts_new(example));
    gtk_widget_set_vexpand(words, TRUE);
    GtkWidget *box = box_new(GTK_ORIENTATION_VERTICAL, 0, NULL);
    gtk_box_append(GTK_BOX(box), self->pictures[index]);
    gtk_box_append(GTK_BOX(box), words);
    GtkWidget *card = gtk_button_new();
    gtk_button_set_child(GTK_BUTTON(card), box);
    gtk_widget_add_css_class(card, "card");
    gtk_widget_add_css_class(card, "welcome-card");
    gtk_widget_set_overflow(card, GTK_OVERFLOW_HIDDEN);
    g_object_set_data(G_OBJECT(card), "mts-example", (gpointer)example);
    gtk_accessible_update_property(GTK_ACCESSIBLE(card), GTK_ACCESSIBLE_PROPERTY_LABEL,
        example->title, GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, example->sentence, -1);
    g_signal_connect(card, "clicked", G_CALLBACK(on_example), self);
    return card;
}

static GtkWidget *drop_new(MtsWelcome *self)
{
    GtkWidget *box = box_new(GTK_ORIENTATION_HORIZONTAL, 16, "welcome-drop");
    GtkWidget *icon = gtk_image_new_from_icon_name("mts-save-symbolic");
    gtk_widget_add_css_class(icon, "welcome-drop-icon");
    gtk_widget_set_valign(icon, GTK_ALIGN_CENTER);
    GtkWidget *words = box_new(GTK_ORIENTATION_VERTICAL, 0, NULL);
    gtk_box_append(GTK_BOX(words), label_new("Drop a data set here", "welcome-drop-title"));
    gtk_box_append(GTK_BOX(words),
        label_new("IDX folder, CIFAR folder, CSV, plain text, or an experiment", "welcome-hint"));
    gtk_widget_set_hexpand(words, TRUE);
    gtk_widget_set_valign(words, GTK_ALIGN_CENTER);
    GtkWidget *browse = gtk_button_new_with_label("Browse…");
    gtk_widget_set_valign(browse, GTK_ALIGN_CENTER);
    g_signal_connect_swapped(browse, "clicked", G_CALLBACK(on_browse), self);
    gtk_box_append(GTK_BOX(box), icon);
    gtk_box_append(GTK_BOX(box), words);
    gtk_box_append(GTK_BOX(box), label_new("or", "welcome-hint"));
    gtk_box_append(GTK_BOX(box), browse);
    return box;
}

/* ---- widget ---------------------------------------------------------------------------------- */

static gboolean on_home(GtkWidget *widget, GVariant *parameter, gpointer data)
{
    return gtk_widget_grab_focus(MTS_WELCOME(widget)->demo);
}

static void mts_welcome_dispose(GObject *object)
{
    MtsWelcome *self = MTS_WELCOME(object);
    if (self->scrolled) {
        stop_drift(self);
    }
    g_clear_pointer(&self->scrolled, gtk_widget_unparent);
    g_clear_pointer(&self->digits, g_bytes_unref);
    g_clear_pointer(&self->points, g_bytes_unref);
    G_OBJECT_CLASS(mts_welcome_parent_class)->dispose(object);
}

static void mts_welcome_class_init(MtsWelcomeClass *class)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(class);
    const GType type = G_TYPE_FROM_CLASS(class);
    static const char *const plain[] = {[DEMO] = "demo", [BROWSE] = "browse", [LAB] = "lab"};
    G_OBJECT_CLASS(class)->dispose = mts_welcome_dispose;
    gtk_widget_class_set_layout_manager_type(widget_class, GTK_TYPE_BIN_LAYOUT);
    gtk_widget_class_set_css_name(widget_class, "welcome");
    gtk_widget_class_add_binding(widget_class, GDK_KEY_Home, 0, on_home, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(plain); i++) {
        if (plain[i]) {
            signals[i] = g_signal_new(
                plain[i], type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
        }
    }
    signals[EXAMPLE] = g_signal_new("example", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
        G_TYPE_NONE, 1, G_TYPE_STRING | G_SIGNAL_TYPE_STATIC_SCOPE);
}

static void mts_welcome_init(MtsWelcome *self)
{
    self->playhead = REST;
    GtkWidget *top = mts_columns_new(HERO_BREAK, 24);
    mts_columns_add(MTS_COLUMNS(top), pitch_new(self), 44);
    mts_columns_add(MTS_COLUMNS(top), hero_new(self), 56);
    GtkWidget *cards = mts_columns_new(CARD_BREAK, MARGIN);
    for (guint i = 0; i < EXAMPLES; i++) {
        mts_columns_add(MTS_COLUMNS(cards), card_new(self, i), 1);
    }
    GtkWidget *content = box_new(GTK_ORIENTATION_VERTICAL, 0, "welcome-content");
    gtk_box_append(GTK_BOX(content), top);
    gtk_box_append(GTK_BOX(content), label_new("Start from an example", "welcome-group"));
    gtk_box_append(GTK_BOX(content), cards);
    gtk_box_append(GTK_BOX(content), drop_new(self));
    GtkWidget *clamp = adw_clamp_new();
    adw_clamp_set_maximum_size(ADW_CLAMP(clamp), CONTENT_WIDTH);
    adw_clamp_set_tightening_threshold(ADW_CLAMP(clamp), CONTENT_WIDTH);
    adw_clamp_set_child(ADW_CLAMP(clamp), content);
    self->scrolled = gtk_scrolled_window_new();
    gtk_scrolled_window_set_policy(
        GTK_SCROLLED_WINDOW(self->scrolled), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
    gtk_scrolled_window_set_child(GTK_SCROLLED_WINDOW(self->scrolled), clamp);
    gtk_widget_set_parent(self->scrolled, GTK_WIDGET(self));
}

GtkWidget *mts_welcome_new(void)
{
    return g_object_new(MTS_TYPE_WELCOME, NULL);
}

void mts_welcome_focus(MtsWelcome *self)
{
    gtk_widget_grab_focus(self->demo);
}

void mts_welcome_set_lab(MtsWelcome *self, gboolean there)
{
    gtk_widget_set_visible(self->lab, there);
}

void mts_welcome_set_samples(MtsWelcome *self, GBytes *digits, GBytes *points)
{
    g_clear_pointer(&self->digits, g_bytes_unref);
    g_clear_pointer(&self->points, g_bytes_unref);
    self->digits = digits ? g_bytes_ref(digits) : NULL;
    self->points = points ? g_bytes_ref(points) : NULL;
    gtk_widget_queue_draw(self->pictures[SPIRALS]);
    gtk_widget_queue_draw(self->pictures[DIGITS]);
}
