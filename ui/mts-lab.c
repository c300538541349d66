#include "mts-lab.h"

#include "mts-lab-handout.h"
#include "mts-lab-present.h"
#include <adwaita.h>

struct _MtsLab {
    GtkWidget parent;
    MtsLabDesk *desk;
    GtkWidget *flap, *sidebar, *step, *toggle, *previous, *next;
    gboolean narrow, known_width;
    guint fold_idle;
    GtkWindow *presentation; /* NULL: none */
    GtkFileChooserNative *chooser;
};

G_DEFINE_FINAL_TYPE(MtsLab, mts_lab, GTK_TYPE_WIDGET)

enum { TOAST, SIGNALS };
static guint signals[SIGNALS];

static void toast(MtsLab *self, const char *text)
{
    g_signal_emit(self, signals[TOAST], 0, text);
}

static const MtsLesson *open_lesson(MtsLab *self)
{
    const int open = mts_lab_desk_get_open(self->desk);
    return open >= 0 ? mts_lab_desk_lesson(self->desk, (guint)open) : NULL;
}

/* ---- presentation ---------------------------------------------------------------------------- */

static void on_presentation_gone(gpointer data, GObject *window)
{
    MTS_LAB(data)->presentation = NULL;
}

void mts_lab_present(MtsLab *self)
{
    if (self->presentation || !open_lesson(self)) {
        return;
    }
    GtkRoot *root = gtk_widget_get_root(GTK_WIDGET(self));
    self->presentation =
        mts_lab_present_new(self->desk, GTK_IS_WINDOW(root) ? GTK_WINDOW(root) : NULL);
    g_object_weak_ref(G_OBJECT(self->presentation), on_presentation_gone, self);
    /* Where nobody makes it full screen it is still as large as the window it covers. */
    gtk_window_set_default_size(self->presentation, gtk_widget_get_width(GTK_WIDGET(root)),
        gtk_widget_get_height(GTK_WIDGET(root)));
    gtk_window_fullscreen(self->presentation);
    gtk_window_present(self->presentation);
}

GtkWindow *mts_lab_get_presentation(MtsLab *self)
{
    return self->presentation;
}

static void on_present(GtkWidget *widget, const char *name, GVariant *parameter)
{
    mts_lab_present(MTS_LAB(widget));
}

/* ---- hand-out -------------------------------------------------------------------------------- */

static void written(GObject *file, GAsyncResult *result, gpointer data)
{
    g_autoptr(MtsLab) self = data;
    g_autoptr(GError) error = NULL;
    g_autofree char *name = g_file_get_basename(G_FILE(file));
    if (g_file_replace_contents_finish(G_FILE(file), result, NULL, &error)) {
        g_autofree char *text = g_strdup_printf("The hand-out was written to %s", name);
        toast(self, text);
    } else {
        toast(self, error->message);
    }
}

static void write_handout(MtsLab *self, GFile *file)
{
    PangoContext *context = gtk_widget_get_pango_context(GTK_WIDGET(self));
    g_autoptr(GBytes) pdf =
        mts_lab_handout(open_lesson(self), pango_context_get_font_description(context));
    g_file_replace_contents_bytes_async(file, pdf, NULL, FALSE, G_FILE_CREATE_REPLACE_DESTINATION,
        NULL, written, g_object_ref(self));
}

static void on_chosen(GtkNativeDialog *chooser, int response, MtsLab *self)
{
    if (response == GTK_RESPONSE_ACCEPT && open_lesson(self)) {
        g_autoptr(GFile) file = gtk_file_chooser_get_file(GTK_FILE_CHOOSER(chooser));
        write_handout(self, file);
    }
    g_clear_object(&self->chooser);
}

static void on_hand_out(GtkWidget *widget, const char *name, GVariant *parameter)
{
    MtsLab *self = MTS_LAB(widget);
    if (self->chooser || !open_lesson(self)) {
        return;
    }
    GtkRoot *root = gtk_widget_get_root(widget);
    g_autofree char *file = g_strconcat(open_lesson(self)->title, ".pdf", NULL);
    self->chooser = gtk_file_chooser_native_new(
        "Hand-out", GTK_WINDOW(root), GTK_FILE_CHOOSER_ACTION_SAVE, "_Save", "_Cancel");
    gtk_file_chooser_set_current_name(GTK_FILE_CHOOSER(self->chooser), file);
    g_signal_connect(self->chooser, "response", G_CALLBACK(on_chosen), self);
    gtk_native_dialog_show(GTK_NATIVE_DIALOG(self->chooser));
}

/* ---- other actions --------------------------------------------------------------------------- */

static void on_previous(GtkWidget *widget, const char *name, GVariant *parameter)
{
    mts_lab_desk_turn(MTS_LAB(widget)->desk, -1);
}

static void on_next(GtkWidget *widget, const char *name, GVariant *parameter)
{
    mts_lab_desk_turn(MTS_LAB(widget)->desk, 1);
}

static void on_show_me(GtkWidget *widget, const char *name, GVariant *parameter)
{
    MtsLab *self = MTS_LAB(widget);
    if (!mts_lab_desk_show(self->desk)) {
        toast(self, "There is no answer to show here.");
    }
}

static void on_reset_step(GtkWidget *widget, const char *name, GVariant *parameter)
{
    mts_lab_desk_reset_step(MTS_LAB(widget)->desk);
}

static void on_reset_lesson(GtkWidget *widget, const char *name, GVariant *parameter)
{
    mts_lab_desk_reset_lesson(MTS_LAB(widget)->desk);
}

/* The ends of the course. */
static void on_opened(MtsLab *self)
{
    const int open = mts_lab_desk_get_open(self->desk);
    const guint step = mts_lab_desk_get_step(self->desk);
    const gboolean first = open == 0 && step == 0;
    const gboolean last = (guint)open + 1 == mts_lab_desk_count(self->desk) &&
        step + 1 == open_lesson(self)->steps->len;
    gtk_widget_action_set_enabled(GTK_WIDGET(self), "lab.previous", !first);
    gtk_widget_action_set_enabled(GTK_WIDGET(self), "lab.next", !last);
}

/* ---- keys ------------------------------------------------------------------------------------ */

/* What no part of the page took: the window would start a run, which nobody means here. */
static gboolean on_key(GtkEventControllerKey *controller, guint keyval, guint code,
    GdkModifierType state, MtsLab *self)
{
    const gboolean plain = !(state & (GDK_CONTROL_MASK | GDK_ALT_MASK | GDK_SHIFT_MASK));
    return plain &&
        (keyval == GDK_KEY_space || keyval == GDK_KEY_period || keyval == GDK_KEY_KP_Decimal);
}

static gboolean on_shortcut(GtkWidget *widget, GVariant *arguments, gpointer data)
{
    /* The shortcut is heard in the whole window, also while another page is shown. */
    if (!gtk_widget_get_mapped(widget)) {
        return GDK_EVENT_PROPAGATE;
    }
    gtk_widget_activate_action(widget, data, NULL);
    return GDK_EVENT_STOP;
}

static void add_keys(MtsLab *self)
{
    static const struct {
        guint key;
        GdkModifierType modifiers;
        const char *action;
    } keys[] = {
        {GDK_KEY_F11, 0, "lab.present"},
        {GDK_KEY_Page_Down, GDK_CONTROL_MASK, "lab.next"},
        {GDK_KEY_Page_Up, GDK_CONTROL_MASK, "lab.previous"},
    };
    GtkEventController *shortcuts = gtk_shortcut_controller_new();
    gtk_shortcut_controller_set_scope(
        GTK_SHORTCUT_CONTROLLER(shortcuts), GTK_SHORTCUT_SCOPE_GLOBAL);
    for (guint i = 0; i < G_N_ELEMENTS(keys); i++) {
        gtk_shortcut_controller_add_shortcut(GTK_SHORTCUT_CONTROLLER(shortcuts),
            gtk_shortcut_new(gtk_keyval_trigger_new(keys[i].key, keys[i].modifiers),
                gtk_callback_action_new(on_shortcut, (gpointer)keys[i].action, NULL)));
    }
    gtk_widget_add_controller(GTK_WIDGET(self), shortcuts);
    GtkEventController *key = gtk_event_controller_key_new();
    g_signal_connect(key, "key-pressed", G_CALLBACK(on_key), self);
    gtk_widget_add_controller(GTK_WIDGET(self), key);
}

/* ---- making ---------------------------------------------------------------------------------- */

static GtkWidget *icon_button(const char *icon, const char *label, const char *action)
{
    GtkWidget *button = gtk_button_new_from_icon_name(icon);
    gtk_actionable_set_action_name(GTK_ACTIONABLE(button), action);
    gtk_widget_set_tooltip_text(button, label);
    gtk_accessible_update_property(
        GTK_ACCESSIBLE(button), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
    return button;
}

static GtkWidget *menu_new(void)
{
    g_autoptr(GMenu) menu = g_menu_new();
    g_menu_append(menu, "_Show Me", "lab.show-me");
    g_menu_append(menu, "_Hand-out as PDF…", "lab.hand-out");
    g_autoptr(GMenu) reset = g_menu_new();
    g_menu_append(reset, "_Reset Step", "lab.reset-step");
    g_menu_append(reset, "Reset _Lesson", "lab.reset-lesson");
    g_menu_append_section(menu, NULL, G_MENU_MODEL(reset));
    GtkWidget *button = gtk_menu_button_new();
    gtk_menu_button_set_icon_name(GTK_MENU_BUTTON(button), "view-more-symbolic");
    gtk_menu_button_set_menu_model(GTK_MENU_BUTTON(button), G_MENU_MODEL(menu));
    gtk_widget_set_tooltip_text(button, "More");
    gtk_accessible_update_property(
        GTK_ACCESSIBLE(button), GTK_ACCESSIBLE_PROPERTY_LABEL, "More", -1);
    return button;
}

static GtkWidget *buttons_new(MtsLab *self)
{
    GtkWidget *box = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 8);
    GtkWidget *turn = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 0);
    GtkWidget *present = gtk_button_new();
    GtkWidget *content = adw_button_content_new();
    gtk_widget_add_css_class(turn, "linked");
    self->previous = icon_button("go-previous-symbolic", "Previous step", "lab.previous");
    self->next = icon_button("go-next-symbolic", "Next step", "lab.next");
    gtk_box_append(GTK_BOX(turn), self->previous);
    gtk_box_append(GTK_BOX(turn), self->next);
    adw_button_content_set_icon_name(ADW_BUTTON_CONTENT(content), "mts-present-symbolic");
    adw_button_content_set_label(ADW_BUTTON_CONTENT(content), "Present");
    gtk_button_set_child(GTK_BUTTON(present), content);
    gtk_actionable_set_action_name(GTK_ACTIONABLE(present), "lab.present");
    gtk_widget_add_css_class(present, "suggested-action");
    gtk_widget_set_tooltip_text(present, "Full screen, larger type (F11)");
    gtk_box_append(GTK_BOX(box), turn);
    gtk_box_append(GTK_BOX(box), menu_new());
    gtk_box_append(GTK_BOX(box), present);
    gtk_widget_add_css_class(box, "lab-buttons");
    return box;
}

static GtkWidget *toggle_new(MtsLab *self)
{
    GtkWidget *toggle = gtk_toggle_button_new();
    gtk_button_set_icon_name(GTK_BUTTON(toggle), "mts-library-symbolic");
    gtk_widget_set_tooltip_text(toggle, "Course");
    gtk_accessible_update_property(
        GTK_ACCESSIBLE(toggle), GTK_ACCESSIBLE_PROPERTY_LABEL, "Course", -1);
    g_object_bind_property(self->flap, "reveal-flap", toggle, "active",
        G_BINDING_SYNC_CREATE | G_BINDING_BIDIRECTIONAL);
    g_object_bind_property(self->flap, "folded", toggle, "visible", G_BINDING_SYNC_CREATE);
    return toggle;
}

/* ---- folding --------------------------------------------------------------------------------- */

/* Below this the course folds away. */
enum { FOLD_BELOW = 900 };

static gboolean on_fold_idle(gpointer data)
{
    MtsLab *self = data;
    self->fold_idle = 0;
    adw_flap_set_fold_policy(ADW_FLAP(self->flap),
        self->narrow ? ADW_FLAP_FOLD_POLICY_ALWAYS : ADW_FLAP_FOLD_POLICY_NEVER);
    adw_flap_set_reveal_flap(ADW_FLAP(self->flap), !self->narrow);
    return G_SOURCE_REMOVE;
}

static void mts_lab_measure(GtkWidget *widget, GtkOrientation orientation, int for_size,
    int *minimum, int *natural, int *minimum_baseline, int *natural_baseline)
{
    MtsLab *self = MTS_LAB(widget);
    gtk_widget_measure(self->flap, orientation, -1, minimum, natural, NULL, NULL);
    if (orientation == GTK_ORIENTATION_HORIZONTAL) {
        /* A course that will fold must not keep the window wide. */
        gtk_widget_measure(self->step, orientation, -1, minimum, NULL, NULL, NULL);
    }
}

/* Folding changes what is being allocated, so it waits until that is over; for that one frame the
 * flap is given what it needs and is cut. */
static void mts_lab_size_allocate(GtkWidget *widget, int width, int height, int baseline)
{
    MtsLab *self = MTS_LAB(widget);
    const gboolean narrow = width < FOLD_BELOW;
    int least;
    if (narrow != self->narrow || !self->known_width) {
        self->narrow = narrow;
        self->known_width = TRUE;
        if (!self->fold_idle) {
            self->fold_idle = g_idle_add_full(G_PRIORITY_HIGH_IDLE, on_fold_idle, self, NULL);
        }
    }
    gtk_widget_measure(self->flap, GTK_ORIENTATION_HORIZONTAL, -1, &least, NULL, NULL, NULL);
    gtk_widget_allocate(self->flap, MAX(width, least), height, baseline, NULL);
}

/* A lesson that was chosen in the folded course lies below it. */
static void on_sidebar_chosen(MtsLab *self)
{
    if (adw_flap_get_folded(ADW_FLAP(self->flap))) {
        adw_flap_set_reveal_flap(ADW_FLAP(self->flap), FALSE);
    }
    mts_lab_step_focus(MTS_LAB_STEP(self->step));
}

static void build(MtsLab *self)
{
    self->desk = mts_lab_desk_new();
    self->flap = adw_flap_new();
    self->sidebar = mts_lab_sidebar_new(self->desk);
    self->step = mts_lab_step_new(self->desk, FALSE);
    gtk_widget_set_size_request(self->sidebar, 264, -1);
    adw_flap_set_flap(ADW_FLAP(self->flap), self->sidebar);
    adw_flap_set_content(ADW_FLAP(self->flap), self->step);
    adw_flap_set_separator(ADW_FLAP(self->flap), gtk_separator_new(GTK_ORIENTATION_VERTICAL));
    adw_flap_set_fold_policy(ADW_FLAP(self->flap), ADW_FLAP_FOLD_POLICY_NEVER);
    adw_flap_set_locked(ADW_FLAP(self->flap), TRUE);
    mts_lab_step_set_buttons(MTS_LAB_STEP(self->step), toggle_new(self), buttons_new(self));
    gtk_widget_set_parent(self->flap, GTK_WIDGET(self));
    g_signal_connect_swapped(self->desk, "opened", G_CALLBACK(on_opened), self);
    g_signal_connect_swapped(self->sidebar, "chosen", G_CALLBACK(on_sidebar_chosen), self);
    add_keys(self);
}

static void mts_lab_dispose(GObject *object)
{
    MtsLab *self = MTS_LAB(object);
    if (self->presentation) {
        g_object_weak_unref(G_OBJECT(self->presentation), on_presentation_gone, self);
        gtk_window_destroy(self->presentation);
        self->presentation = NULL;
    }
    g_clear_object(&self->chooser);
    g_clear_handle_id(&self->fold_idle, g_source_remove);
    if (self->desk) {
        g_signal_handlers_disconnect_by_data(self->desk, self);
    }
    g_clear_pointer(&self->flap, gtk_widget_unparent);
    g_clear_object(&self->desk);
    G_OBJECT_CLASS(mts_lab_parent_class)->dispose(object);
}

static void mts_lab_class_init(MtsLabClass *class)
{
    static const struct {
        const char *name;
        GtkWidgetActionActivateFunc run;
    } actions[] = {
        {"lab.previous", on_previous},
        {"lab.next", on_next},
        {"lab.present", on_present},
        {"lab.hand-out", on_hand_out},
        {"lab.show-me", on_show_me},
        {"lab.reset-step", on_reset_step},
        {"lab.reset-lesson", on_reset_lesson},
    };
    GtkWidgetClass *widget = GTK_WIDGET_CLASS(class);
    G_OBJECT_CLASS(class)->dispose = mts_lab_dispose;
    widget->measure = mts_lab_measure;
    widget->size_allocate = mts_lab_size_allocate;
    gtk_widget_class_set_css_name(widget, "lab");
    for (guint i = 0; i < G_N_ELEMENTS(actions); i++) {
        gtk_widget_class_install_action(widget, actions[i].name, NULL, actions[i].run);
    }
    signals[TOAST] = g_signal_new("toast", MTS_TYPE_LAB, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
        G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void mts_lab_init(MtsLab *self)
{
    build(self);
}

GtkWidget *mts_lab_new(void)
{
    return g_object_new(MTS_TYPE_LAB, NULL);
}

MtsLabDesk *mts_lab_get_desk(MtsLab *self)
{
    return self->desk;
}

MtsLabSidebar *mts_lab_get_sidebar(MtsLab *self)
{
    return MTS_LAB_SIDEBAR(self->sidebar);
}

MtsLabStep *mts_lab_get_step(MtsLab *self)
{
    return MTS_LAB_STEP(self->step);
}
