#include "mts-window.h"

/* The size of a first start, and the least. */
enum { WIDTH = 1440, HEIGHT = 900, LEAST_WIDTH = 360, LEAST_HEIGHT = 300 };

#define ZOOM_STEP 1.5

struct _MtsWindow {
    AdwApplicationWindow parent;
    GtkWidget *header, *stack, *toasts, *front, *studio, *welcome, *title, *switcher, *bar,
        *content;
    guint bar_idle;
    GtkWidget *library_toggle, *inspector_toggle;
};

G_DEFINE_FINAL_TYPE(MtsWindow, mts_window, ADW_TYPE_APPLICATION_WINDOW)

enum { NEW_RUN, SIGNALS };
static guint signals[SIGNALS];

/* ---- actions --------------------------------------------------------------------------------- */

static MtsTransport *transport(GtkWidget *widget)
{
    return mts_studio_get_transport(MTS_STUDIO(MTS_WINDOW(widget)->studio));
}

static void on_run_pause(GtkWidget *widget, const char *name, GVariant *parameter)
{
    mts_transport_run_pause(transport(widget));
}

static void on_run(GtkWidget *widget, const char *name, GVariant *parameter)
{
    if (mts_transport_get_status(transport(widget)) != MTS_STATUS_RUNNING) {
        mts_transport_run_pause(transport(widget));
    }
}

static void on_pause(GtkWidget *widget, const char *name, GVariant *parameter)
{
    if (mts_transport_get_status(transport(widget)) == MTS_STATUS_RUNNING) {
        mts_transport_run_pause(transport(widget));
    }
}

static void on_step(GtkWidget *widget, const char *name, GVariant *parameter)
{
    mts_transport_step(transport(widget));
}

static void on_stop(GtkWidget *widget, const char *name, GVariant *parameter)
{
    mts_transport_stop(transport(widget));
}

static void on_rewind(GtkWidget *widget, const char *name, GVariant *parameter)
{
    mts_transport_rewind(transport(widget));
}

static MtsTimeline *timeline(GtkWidget *widget)
{
    return mts_studio_get_timeline(MTS_STUDIO(MTS_WINDOW(widget)->studio));
}

static void on_undo(GtkWidget *widget, const char *name, GVariant *parameter)
{
    mts_timeline_undo(timeline(widget));
}

static void on_redo(GtkWidget *widget, const char *name, GVariant *parameter)
{
    mts_timeline_redo(timeline(widget));
}

static void on_new_run(GtkWidget *widget, const char *name, GVariant *parameter)
{
    g_signal_emit(widget, signals[NEW_RUN], 0);
}

static void on_search(GtkWidget *widget, const char *name, GVariant *parameter)
{
    MtsStudio *studio = MTS_STUDIO(MTS_WINDOW(widget)->studio);
    mts_studio_set_library_shown(studio, TRUE);
    mts_library_search(mts_studio_get_library(studio));
}

static void on_library(GtkWidget *widget, const char *name, GVariant *parameter)
{
    MtsStudio *studio = MTS_STUDIO(MTS_WINDOW(widget)->studio);
    mts_studio_set_library_shown(studio, !mts_studio_get_library_shown(studio));
}

static void on_inspector(GtkWidget *widget, const char *name, GVariant *parameter)
{
    MtsStudio *studio = MTS_STUDIO(MTS_WINDOW(widget)->studio);
    mts_studio_set_inspector_shown(studio, !mts_studio_get_inspector_shown(studio));
}

/* Zooms round the readout where it is in sight, else round the middle. */
static void zoom(GtkWidget *widget, double factor)
{
    MtsTimeAxis *axis = mts_studio_get_axis(MTS_STUDIO(MTS_WINDOW(widget)->studio));
    double from, to;
    mts_time_axis_get_view(axis, &from, &to);
    const double readout = mts_time_axis_get_readout(axis);
    const double middle = readout > from && readout < to ? readout : (from + to) / 2;
    mts_time_axis_zoom_at(axis, mts_time_axis_x(axis, middle), factor);
}

static void on_zoom_in(GtkWidget *widget, const char *name, GVariant *parameter)
{
    zoom(widget, ZOOM_STEP);
}

static void on_zoom_out(GtkWidget *widget, const char *name, GVariant *parameter)
{
    zoom(widget, 1 / ZOOM_STEP);
}

static void on_fit(GtkWidget *widget, const char *name, GVariant *parameter)
{
    mts_time_axis_fit(mts_studio_get_axis(MTS_STUDIO(MTS_WINDOW(widget)->studio)));
}

static void on_start_page(GtkWidget *widget, const char *name, GVariant *parameter)
{
    mts_window_show_page(MTS_WINDOW(widget), "studio");
    mts_window_show_start(MTS_WINDOW(widget), TRUE);
}

static void on_about(GtkWidget *widget, const char *name, GVariant *parameter)
{
    adw_show_about_window(GTK_WINDOW(widget), "application-name", "Mantissa", "application-icon",
        MTS_APPLICATION_ID, "version", MANTISSA_VERSION, "license-type", GTK_LICENSE_MIT_X11,
        "comments",
        "Design, watch and teach variable-precision training.\n\n"
        "Number formats follow the FAST paper (arXiv 2110.15456); α, β, array and energy figures "
        "are this project's own defaults.",
        NULL);
}

typedef struct Key {
    guint key;
    GdkModifierType modifiers;
    const char *action;
} Key;

/* Not application accelerators, because those come before the focused widget: a space typed into
 * an entry would start a run. Not bindings of the class either, because GtkWindow's own, which
 * presses the focused widget with Space, would come before them. */
static const Key keys[] = {
    {GDK_KEY_space, 0, "win.run-pause"},
    {GDK_KEY_period, 0, "win.step"},
    {GDK_KEY_KP_Decimal, 0, "win.step"},
    {GDK_KEY_n, GDK_CONTROL_MASK, "win.new-run"},
    {GDK_KEY_f, GDK_CONTROL_MASK, "win.search"},
    {GDK_KEY_z, GDK_CONTROL_MASK, "win.undo"},
    {GDK_KEY_z, GDK_CONTROL_MASK | GDK_SHIFT_MASK, "win.redo"},
    {GDK_KEY_y, GDK_CONTROL_MASK, "win.redo"},
    {GDK_KEY_F9, 0, "win.library"},
    {GDK_KEY_F9, GDK_SHIFT_MASK, "win.inspector"},
    {GDK_KEY_plus, GDK_CONTROL_MASK, "win.zoom-in"},
    {GDK_KEY_KP_Add, GDK_CONTROL_MASK, "win.zoom-in"},
    {GDK_KEY_equal, GDK_CONTROL_MASK, "win.zoom-in"},
    {GDK_KEY_minus, GDK_CONTROL_MASK, "win.zoom-out"},
    {GDK_KEY_KP_Subtract, GDK_CONTROL_MASK, "win.zoom-out"},
    {GDK_KEY_0, GDK_CONTROL_MASK, "win.fit"},
    {GDK_KEY_KP_0, GDK_CONTROL_MASK, "win.fit"},
    {GDK_KEY_question, GDK_CONTROL_MASK, "win.show-help-overlay"},
    {GDK_KEY_question, GDK_CONTROL_MASK | GDK_SHIFT_MASK, "win.show-help-overlay"},
    {GDK_KEY_Home, GDK_ALT_MASK, "win.start-page"},
    {GDK_KEY_w, GDK_CONTROL_MASK, "window.close"},
};

static void install_actions(GtkWidgetClass *class)
{
    static const struct {
        const char *name;
        GtkWidgetActionActivateFunc run;
    } actions[] = {
        {"win.run-pause", on_run_pause},
        {"win.run", on_run},
        {"win.pause", on_pause},
        {"win.step", on_step},
        {"win.stop", on_stop},
        {"win.rewind", on_rewind},
        {"win.undo", on_undo},
        {"win.redo", on_redo},
        {"win.new-run", on_new_run},
        {"win.search", on_search},
        {"win.library", on_library},
        {"win.inspector", on_inspector},
        {"win.zoom-in", on_zoom_in},
        {"win.zoom-out", on_zoom_out},
        {"win.fit", on_fit},
        {"win.start-page", on_start_page},
        {"win.about", on_about},
    };
    for (guint i = 0; i < G_N_ELEMENTS(actions); i++) {
        gtk_widget_class_install_action(class, actions[i].name, NULL, actions[i].run);
    }
}

static void add_keys(GtkWidget *window)
{
    GtkEventController *controller = gtk_shortcut_controller_new();
    for (guint i = 0; i < G_N_ELEMENTS(keys); i++) {
        gtk_shortcut_controller_add_shortcut(GTK_SHORTCUT_CONTROLLER(controller),
            gtk_shortcut_new(gtk_keyval_trigger_new(keys[i].key, keys[i].modifiers),
                gtk_named_action_new(keys[i].action)));
    }
    gtk_widget_add_controller(window, controller);
}

/* ---- header ---------------------------------------------------------------------------------- */

static GtkWidget *toggle_new(MtsWindow *self, const char *icon, const char *label,
    const char *keys_text, const char *property)
{
    GtkWidget *toggle = gtk_toggle_button_new();
    gtk_button_set_icon_name(GTK_BUTTON(toggle), icon);
    g_autofree char *tooltip = g_strdup_printf("%s (%s)", label, keys_text);
    gtk_widget_set_tooltip_text(toggle, tooltip);
    gtk_accessible_update_property(
        GTK_ACCESSIBLE(toggle), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
    g_object_bind_property(
        self->studio, property, toggle, "active", G_BINDING_SYNC_CREATE | G_BINDING_BIDIRECTIONAL);
    return toggle;
}

static GtkWidget *menu_new(void)
{
    g_autoptr(GMenu) menu = g_menu_new();
    g_autoptr(GMenu) files = g_menu_new();
    g_autoptr(GMenu) help = g_menu_new();
    g_menu_append(files, "S_tart Page", "win.start-page");
    g_menu_append(files, "_Open…", "win.open");
    g_menu_append(files, "_Save Experiment As…", "win.save-as");
    g_menu_append(help, "_Keyboard Shortcuts", "win.show-help-overlay");
    g_menu_append(help, "_About Mantissa", "win.about");
    g_menu_append_section(menu, NULL, G_MENU_MODEL(files));
    g_menu_append_section(menu, NULL, G_MENU_MODEL(help));
    GtkWidget *button = gtk_menu_button_new();
    gtk_menu_button_set_icon_name(GTK_MENU_BUTTON(button), "open-menu-symbolic");
    gtk_menu_button_set_menu_model(GTK_MENU_BUTTON(button), G_MENU_MODEL(menu));
    gtk_menu_button_set_primary(GTK_MENU_BUTTON(button), TRUE);
    gtk_widget_set_tooltip_text(button, "Menu");
    gtk_accessible_update_property(
        GTK_ACCESSIBLE(button), GTK_ACCESSIBLE_PROPERTY_LABEL, "Menu", -1);
    return button;
}

static void build_header(MtsWindow *self)
{
    AdwHeaderBar *header = ADW_HEADER_BAR(self->header);
    GtkWidget *content = adw_button_content_new();
    adw_button_content_set_icon_name(ADW_BUTTON_CONTENT(content), "list-add-symbolic");
    adw_button_content_set_label(ADW_BUTTON_CONTENT(content), "New Run");
    GtkWidget *new_run = gtk_button_new();
    gtk_button_set_child(GTK_BUTTON(new_run), content);
    gtk_actionable_set_action_name(GTK_ACTIONABLE(new_run), "win.new-run");
    gtk_widget_set_tooltip_text(new_run, "Set up a run (Ctrl+N)");
    self->library_toggle =
        toggle_new(self, "mts-library-symbolic", "Run Library", "F9", "library-shown");
    self->inspector_toggle =
        toggle_new(self, "mts-inspector-symbolic", "Inspector", "Shift+F9", "inspector-shown");
    adw_header_bar_pack_start(header, self->library_toggle);
    adw_header_bar_pack_start(header, new_run);
    adw_header_bar_pack_end(header, menu_new());
    adw_header_bar_pack_end(header, self->inspector_toggle);
    self->title = adw_window_title_new("Mantissa", NULL);
    adw_header_bar_set_title_widget(header, self->title);
}

/* What is asked of the studio, and means nothing while the start page is in its place. */
static const char *const studio_actions[] = {"win.run-pause", "win.run", "win.pause", "win.step",
    "win.stop", "win.rewind", "win.undo", "win.redo", "win.search", "win.library", "win.inspector",
    "win.zoom-in", "win.zoom-out", "win.fit"};

/* The panels' toggles belong to the studio. */
static void on_page_changed(MtsWindow *self)
{
    const gboolean start = mts_window_get_start_shown(self);
    const gboolean studio =
        !start && adw_view_stack_get_visible_child(ADW_VIEW_STACK(self->stack)) == self->front;
    for (guint i = 0; i < G_N_ELEMENTS(studio_actions); i++) {
        gtk_widget_action_set_enabled(GTK_WIDGET(self), studio_actions[i], !start);
    }
    gtk_widget_set_visible(self->library_toggle, studio);
    gtk_widget_set_visible(self->inspector_toggle, studio);
}

static void on_studio_toast(MtsStudio *studio, const char *text, MtsWindow *self)
{
    mts_window_toast(self, text);
}

/* ---- window ---------------------------------------------------------------------------------- */

static void mts_window_dispose(GObject *object)
{
    g_clear_handle_id(&MTS_WINDOW(object)->bar_idle, g_source_remove);
    G_OBJECT_CLASS(mts_window_parent_class)->dispose(object);
}

static void mts_window_class_init(MtsWindowClass *class)
{
    G_OBJECT_CLASS(class)->dispose = mts_window_dispose;
    signals[NEW_RUN] = g_signal_new("new-run", G_TYPE_FROM_CLASS(class), G_SIGNAL_RUN_LAST, 0, NULL,
        NULL, NULL, G_TYPE_NONE, 0);
    install_actions(GTK_WIDGET_CLASS(class));
}

static void mts_window_init(MtsWindow *self)
{
    add_keys(GTK_WIDGET(self));
    gtk_widget_add_css_class(GTK_WIDGET(self), "mantissa");
    gtk_widget_set_size_request(GTK_WIDGET(self), LEAST_WIDTH, LEAST_HEIGHT);
    gtk_window_set_default_size(GTK_WINDOW(self), WIDTH, HEIGHT);
    gtk_window_set_title(GTK_WINDOW(self), "Mantissa");
    self->studio = mts_studio_new();
    self->welcome = mts_welcome_new();
    self->header = adw_header_bar_new();
    self->stack = adw_view_stack_new();
    self->front = gtk_stack_new();
    gtk_stack_set_hhomogeneous(GTK_STACK(self->front), FALSE);
    gtk_stack_set_vhomogeneous(GTK_STACK(self->front), FALSE);
    gtk_stack_add_named(GTK_STACK(self->front), self->studio, "studio");
    gtk_stack_add_named(GTK_STACK(self->front), self->welcome, "start");
    adw_view_stack_add_titled_with_icon(
        ADW_VIEW_STACK(self->stack), self->front, "studio", "Studio", "mts-studio-symbolic");
    build_header(self);
    self->toasts = adw_toast_overlay_new();
    adw_toast_overlay_set_child(ADW_TOAST_OVERLAY(self->toasts), self->stack);
    gtk_widget_set_vexpand(self->toasts, TRUE);
    self->content = gtk_box_new(GTK_ORIENTATION_VERTICAL, 0);
    gtk_box_append(GTK_BOX(self->content), self->header);
    gtk_box_append(GTK_BOX(self->content), self->toasts);
    adw_application_window_set_content(ADW_APPLICATION_WINDOW(self), self->content);
    g_signal_connect_object(
        self->stack, "notify::visible-child", G_CALLBACK(on_page_changed), self, G_CONNECT_SWAPPED);
    g_signal_connect_object(self->studio, "toast", G_CALLBACK(on_studio_toast), self, 0);
}

GtkWindow *mts_window_new(GtkApplication *application)
{
    return g_object_new(MTS_TYPE_WINDOW, "application", application, NULL);
}

MtsStudio *mts_window_get_studio(MtsWindow *self)
{
    return MTS_STUDIO(self->studio);
}

MtsWelcome *mts_window_get_welcome(MtsWindow *self)
{
    return MTS_WELCOME(self->welcome);
}

void mts_window_show_start(MtsWindow *self, gboolean shown)
{
    gtk_stack_set_visible_child_name(GTK_STACK(self->front), shown ? "start" : "studio");
    on_page_changed(self);
    if (shown) {
        mts_welcome_focus(MTS_WELCOME(self->welcome));
    }
}

gboolean mts_window_get_start_shown(MtsWindow *self)
{
    return gtk_stack_get_visible_child(GTK_STACK(self->front)) == self->welcome;
}

gboolean mts_window_show_page(MtsWindow *self, const char *name)
{
    AdwViewStack *stack = ADW_VIEW_STACK(self->stack);
    const gboolean there = adw_view_stack_get_child_by_name(stack, name) != NULL;
    if (there) {
        adw_view_stack_set_visible_child_name(stack, name);
    }
    return there;
}

static gboolean on_bar_idle(gpointer data)
{
    MtsWindow *self = data;
    self->bar_idle = 0;
    adw_view_switcher_bar_set_reveal(ADW_VIEW_SWITCHER_BAR(self->bar),
        adw_view_switcher_title_get_title_visible(ADW_VIEW_SWITCHER_TITLE(self->switcher)));
    return G_SOURCE_REMOVE;
}

/* The switcher finds out while it is given its place: too late to ask for room in that frame. */
static void queue_bar(MtsWindow *self)
{
    if (self->bar_idle == 0) {
        self->bar_idle = g_idle_add(on_bar_idle, self);
    }
}

/* The switcher in the header; where it has no room there, the run's title, and a bar below. */
static void add_switcher(MtsWindow *self)
{
    AdwViewStack *stack = ADW_VIEW_STACK(self->stack);
    self->switcher = adw_view_switcher_title_new();
    adw_view_switcher_title_set_stack(ADW_VIEW_SWITCHER_TITLE(self->switcher), stack);
    adw_view_switcher_title_set_title(ADW_VIEW_SWITCHER_TITLE(self->switcher),
        adw_window_title_get_title(ADW_WINDOW_TITLE(self->title)));
    adw_view_switcher_title_set_subtitle(ADW_VIEW_SWITCHER_TITLE(self->switcher),
        adw_window_title_get_subtitle(ADW_WINDOW_TITLE(self->title)));
    adw_header_bar_set_title_widget(ADW_HEADER_BAR(self->header), self->switcher);
    self->title = NULL;
    self->bar = adw_view_switcher_bar_new();
    adw_view_switcher_bar_set_stack(ADW_VIEW_SWITCHER_BAR(self->bar), stack);
    gtk_box_append(GTK_BOX(self->content), self->bar);
    g_signal_connect_object(
        self->switcher, "notify::title-visible", G_CALLBACK(queue_bar), self, G_CONNECT_SWAPPED);
}

void mts_window_add_page(
    MtsWindow *self, GtkWidget *page, const char *name, const char *title, const char *icon)
{
    adw_view_stack_add_titled_with_icon(ADW_VIEW_STACK(self->stack), page, name, title, icon);
    mts_welcome_set_lab(MTS_WELCOME(self->welcome),
        adw_view_stack_get_child_by_name(ADW_VIEW_STACK(self->stack), "lab") != NULL);
    if (!self->switcher) {
        add_switcher(self);
    }
}

void mts_window_set_run_title(MtsWindow *self, const char *title, const char *subtitle)
{
    const char *below = subtitle ? subtitle : "";
    if (self->switcher) {
        adw_view_switcher_title_set_title(ADW_VIEW_SWITCHER_TITLE(self->switcher), title);
        adw_view_switcher_title_set_subtitle(ADW_VIEW_SWITCHER_TITLE(self->switcher), below);
    } else {
        adw_window_title_set_title(ADW_WINDOW_TITLE(self->title), title);
        adw_window_title_set_subtitle(ADW_WINDOW_TITLE(self->title), below);
    }
    g_autofree char *whole = g_strdup_printf("%s – Mantissa", title);
    gtk_window_set_title(GTK_WINDOW(self), whole);
}

void mts_window_toast(MtsWindow *self, const char *text)
{
    AdwToast *toast = adw_toast_new(text);
    adw_toast_set_timeout(toast, 4);
    adw_toast_overlay_add_toast(ADW_TOAST_OVERLAY(self->toasts), toast);
}

void mts_window_get_state(MtsWindow *self, MtsWindowState *state)
{
    gtk_window_get_default_size(GTK_WINDOW(self), &state->width, &state->height);
    state->maximized = gtk_window_is_maximized(GTK_WINDOW(self));
    mts_studio_get_wide_panels(MTS_STUDIO(self->studio), &state->library, &state->inspector);
}

void mts_window_set_state(MtsWindow *self, const MtsWindowState *state)
{
    gtk_window_set_default_size(
        GTK_WINDOW(self), MAX(state->width, LEAST_WIDTH), MAX(state->height, LEAST_HEIGHT));
    mts_studio_set_library_shown(MTS_STUDIO(self->studio), state->library);
    mts_studio_set_inspector_shown(MTS_STUDIO(self->studio), state->inspector);
    if (state->maximized) {
        gtk_window_maximize(GTK_WINDOW(self));
    }
}
