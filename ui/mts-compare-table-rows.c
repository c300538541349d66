/* What a person does with a row: keys, the menu, another name, the pointer over it. */
#include "mts-compare-table-private.h"

#include "mts-palette.h"
#include <string.h>

/* Colours to choose from: the slots that look different from each other. */
enum { COLOURS = 6 };

static MtsCompareRun *selected(MtsCompareTable *self)
{
    return gtk_single_selection_get_selected_item(self->selection);
}

static MtsCell *cell_at(MtsCompareTable *self, double x, double y)
{
    GtkWidget *under = gtk_widget_pick(self->view, x, y, GTK_PICK_DEFAULT);
    MtsCell *cell = NULL;
    /* Round a cell of ours lies one of GTK's, with room of its own. */
    for (; under && under != self->view && !cell; under = gtk_widget_get_parent(under)) {
        cell = g_object_get_data(G_OBJECT(under), "mts-compare-cell");
        GtkWidget *child = gtk_widget_get_first_child(under);
        cell = cell ? cell : child ? g_object_get_data(G_OBJECT(child), "mts-compare-cell") : NULL;
    }
    return cell && cell->run ? cell : NULL;
}

/* ---- popovers --------------------------------------------------------------------------------- */

static void drop_popover(MtsCompareTable *self)
{
    g_clear_pointer(&self->popover, gtk_widget_unparent);
}

static void show_popover(MtsCompareTable *self, GtkWidget *popover, const GdkRectangle *where)
{
    drop_popover(self);
    self->popover = popover;
    gtk_widget_set_parent(popover, GTK_WIDGET(self));
    gtk_popover_set_pointing_to(GTK_POPOVER(popover), where);
    gtk_popover_popup(GTK_POPOVER(popover));
}

/* Where a run's row stands, in the table; the table's middle where it is out of sight. */
static GdkRectangle place_of(MtsCompareTable *self, MtsCompareRun *run)
{
    GHashTableIter iter;
    gpointer key;
    g_hash_table_iter_init(&iter, self->cells);
    while (g_hash_table_iter_next(&iter, &key, NULL)) {
        MtsCell *cell = key;
        graphene_rect_t bounds;
        if (cell->run == run && cell->column->kind == MTS_CELL_NAME &&
            gtk_widget_compute_bounds(cell->widget, GTK_WIDGET(self), &bounds)) {
            return (GdkRectangle){(int)bounds.origin.x, (int)bounds.origin.y,
                (int)MIN(bounds.size.width, 160), (int)bounds.size.height};
        }
    }
    return (GdkRectangle){gtk_widget_get_width(GTK_WIDGET(self)) / 2,
        gtk_widget_get_height(GTK_WIDGET(self)) / 2, 1, 1};
}

static void on_name_entered(GtkEntry *entry, MtsCompareTable *self)
{
    g_autofree char *name = g_strstrip(g_strdup(gtk_editable_get_text(GTK_EDITABLE(entry))));
    if (*name && self->about && strcmp(name, mts_compare_run_get_name(self->about)) != 0) {
        g_signal_emit_by_name(self, "renamed", self->about, name);
    }
    gtk_popover_popdown(GTK_POPOVER(self->popover));
}

void mts_compare_table_rename(MtsCompareTable *self, MtsCompareRun *run)
{
    GtkWidget *popover = gtk_popover_new();
    GtkWidget *entry = gtk_entry_new();
    g_set_object(&self->about, run);
    gtk_editable_set_text(GTK_EDITABLE(entry), mts_compare_run_get_name(run));
    gtk_editable_set_width_chars(GTK_EDITABLE(entry), 28);
    gtk_accessible_update_property(
        GTK_ACCESSIBLE(entry), GTK_ACCESSIBLE_PROPERTY_LABEL, "Name of the run", -1);
    g_signal_connect(entry, "activate", G_CALLBACK(on_name_entered), self);
    gtk_popover_set_child(GTK_POPOVER(popover), entry);
    const GdkRectangle where = place_of(self, run);
    show_popover(self, popover, &where);
    gtk_widget_grab_focus(entry);
}

/* ---- actions ---------------------------------------------------------------------------------- */

static void act(MtsCompareTable *self, const char *name, MtsCompareRun *run)
{
    if (strcmp(name, "open") == 0) {
        mts_compare_table_emit(self, MTS_TABLE_OPENED, run);
    } else if (strcmp(name, "side-a") == 0) {
        mts_compare_model_set_pair(self->model, 0, run);
    } else if (strcmp(name, "side-b") == 0) {
        mts_compare_model_set_pair(self->model, 1, run);
    } else if (strcmp(name, "baseline") == 0) {
        mts_compare_model_set_baseline(self->model, mts_compare_run_get_id(run));
    } else if (strcmp(name, "rename") == 0) {
        mts_compare_table_rename(self, run);
    } else if (strcmp(name, "describe") == 0) {
        mts_compare_table_emit(self, MTS_TABLE_DESCRIBED, run);
    } else if (strcmp(name, "archive") == 0) {
        mts_compare_table_emit(self, MTS_TABLE_ARCHIVED, run);
    } else if (strcmp(name, "delete") == 0) {
        mts_compare_table_emit(self, MTS_TABLE_DELETED, run);
    }
}

static void on_action(GSimpleAction *action, GVariant *value, MtsCompareTable *self)
{
    g_autoptr(MtsCompareRun) run = self->about ? g_object_ref(self->about) : NULL;
    if (run) {
        act(self, g_action_get_name(G_ACTION(action)), run);
    }
}

static void on_colour(GSimpleAction *action, GVariant *value, MtsCompareTable *self)
{
    if (self->about) {
        mts_compare_model_choose_slot(self->model, self->about, (guint)g_variant_get_int32(value));
        mts_compare_table_emit(self, MTS_TABLE_RECOLOURED, self->about);
    }
}

static void add_action(
    MtsCompareTable *self, const char *name, const GVariantType *type, GCallback activate)
{
    g_autoptr(GSimpleAction) action = g_simple_action_new(name, type);
    g_signal_connect(action, "activate", activate, self);
    g_action_map_add_action(G_ACTION_MAP(self->actions), G_ACTION(action));
}

static GMenu *colours_new(void)
{
    static const char *const names[COLOURS] = {
        "_Blue", "_Orange", "_Green", "_Violet", "_Pink", "Bro_wn"};
    GMenu *menu = g_menu_new();
    for (int i = 0; i < COLOURS; i++) {
        g_autofree char *detailed = g_strdup_printf("table.colour(%d)", i);
        g_menu_append(menu, names[i], detailed);
    }
    return menu;
}

static GMenu *row_menu_new(void)
{
    GMenu *menu = g_menu_new();
    g_autoptr(GMenu) look = g_menu_new();
    g_autoptr(GMenu) edit = g_menu_new();
    g_autoptr(GMenu) colours = colours_new();
    g_menu_append(look, "_Open in Studio", "table.open");
    g_menu_append(look, "Difference: Side _A", "table.side-a");
    g_menu_append(look, "Difference: Side _B", "table.side-b");
    g_menu_append(look, "Measure S_peed-Up by This", "table.baseline");
    g_menu_append(edit, "_Rename…", "table.rename");
    g_menu_append(edit, "_Note and Tags…", "table.describe");
    g_menu_append_submenu(edit, "_Colour", G_MENU_MODEL(colours));
    g_menu_append(edit, "Put A_way", "table.archive");
    g_menu_append(edit, "_Delete", "table.delete");
    g_menu_append_section(menu, NULL, G_MENU_MODEL(look));
    g_menu_append_section(menu, NULL, G_MENU_MODEL(edit));
    return menu;
}

static void popup_menu(MtsCompareTable *self, MtsCompareRun *run, const GdkRectangle *where)
{
    static const char *const own[] = {"rename", "describe", "archive", "delete", "colour"};
    g_set_object(&self->about, run);
    /* Replicas taken together have no row of their own in the store. */
    for (guint i = 0; i < G_N_ELEMENTS(own); i++) {
        GAction *action = g_action_map_lookup_action(G_ACTION_MAP(self->actions), own[i]);
        g_simple_action_set_enabled(G_SIMPLE_ACTION(action), mts_compare_run_get_id(run) > 0);
    }
    GtkWidget *popover = gtk_popover_menu_new_from_model(G_MENU_MODEL(self->row_menu));
    gtk_popover_set_has_arrow(GTK_POPOVER(popover), FALSE);
    gtk_widget_set_halign(popover, GTK_ALIGN_START);
    show_popover(self, popover, where);
}

/* ---- pointer and keys ------------------------------------------------------------------------- */

static void on_motion(GtkEventControllerMotion *motion, double x, double y, MtsCompareTable *self)
{
    MtsCell *cell = cell_at(self, x, y);
    mts_compare_model_set_hover(self->model, cell ? cell->run : NULL);
}

static void on_leave(GtkEventControllerMotion *motion, MtsCompareTable *self)
{
    mts_compare_model_set_hover(self->model, NULL);
}

static void on_secondary(
    GtkGestureClick *click, int presses, double x, double y, MtsCompareTable *self)
{
    MtsCell *cell = cell_at(self, x, y);
    if (!cell) {
        return;
    }
    gtk_gesture_set_state(GTK_GESTURE(click), GTK_EVENT_SEQUENCE_CLAIMED);
    graphene_point_t point;
    if (gtk_widget_compute_point(
            self->view, GTK_WIDGET(self), &GRAPHENE_POINT_INIT((float)x, (float)y), &point)) {
        popup_menu(self, cell->run, &(GdkRectangle){(int)point.x, (int)point.y, 1, 1});
    }
}

static gboolean on_key(GtkEventControllerKey *key, guint keyval, guint code,
    GdkModifierType modifiers, MtsCompareTable *self)
{
    MtsCompareRun *run = selected(self);
    const GdkModifierType held = modifiers & gtk_accelerator_get_default_mod_mask();
    if (!run || (held & (GDK_CONTROL_MASK | GDK_ALT_MASK))) {
        return GDK_EVENT_PROPAGATE;
    }
    g_set_object(&self->about, run);
    switch (keyval) {
    case GDK_KEY_space:
    case GDK_KEY_KP_Space:
        mts_compare_model_check(self->model, run, !mts_compare_run_get_checked(run));
        return GDK_EVENT_STOP;
    case GDK_KEY_a:
    case GDK_KEY_A:
        act(self, "side-a", run);
        return GDK_EVENT_STOP;
    case GDK_KEY_b:
    case GDK_KEY_B:
        act(self, "side-b", run);
        return GDK_EVENT_STOP;
    case GDK_KEY_Menu: {
        const GdkRectangle where = place_of(self, run);
        popup_menu(self, run, &where);
        return GDK_EVENT_STOP;
    }
    default:
        break;
    }
    if (mts_compare_run_get_id(run) > 0 && keyval == GDK_KEY_F2) {
        act(self, "rename", run);
        return GDK_EVENT_STOP;
    }
    if (mts_compare_run_get_id(run) > 0 && keyval == GDK_KEY_Delete) {
        act(self, "delete", run);
        return GDK_EVENT_STOP;
    }
    return GDK_EVENT_PROPAGATE;
}

static void on_activate(GtkColumnView *view, guint position, MtsCompareTable *self)
{
    g_autoptr(MtsCompareRun) run = g_list_model_get_item(G_LIST_MODEL(self->sorted), position);
    if (run) {
        mts_compare_table_emit(self, MTS_TABLE_OPENED, run);
    }
}

void mts_compare_table_connect_rows(MtsCompareTable *self)
{
    static const char *const actions[] = {
        "open", "side-a", "side-b", "baseline", "rename", "describe", "archive", "delete"};
    for (guint i = 0; i < G_N_ELEMENTS(actions); i++) {
        add_action(self, actions[i], NULL, G_CALLBACK(on_action));
    }
    add_action(self, "colour", G_VARIANT_TYPE_INT32, G_CALLBACK(on_colour));
    self->row_menu = row_menu_new();
    GtkEventController *motion = gtk_event_controller_motion_new();
    g_signal_connect(motion, "motion", G_CALLBACK(on_motion), self);
    g_signal_connect(motion, "leave", G_CALLBACK(on_leave), self);
    gtk_widget_add_controller(self->view, motion);
    GtkGesture *click = gtk_gesture_click_new();
    gtk_gesture_single_set_button(GTK_GESTURE_SINGLE(click), GDK_BUTTON_SECONDARY);
    g_signal_connect(click, "pressed", G_CALLBACK(on_secondary), self);
    gtk_widget_add_controller(self->view, GTK_EVENT_CONTROLLER(click));
    GtkEventController *keys = gtk_event_controller_key_new();
    gtk_event_controller_set_propagation_phase(keys, GTK_PHASE_CAPTURE);
    g_signal_connect(keys, "key-pressed", G_CALLBACK(on_key), self);
    gtk_widget_add_controller(self->view, keys);
    g_signal_connect(self->view, "activate", G_CALLBACK(on_activate), self);
}

void mts_compare_table_disconnect_rows(MtsCompareTable *self)
{
    drop_popover(self);
    g_clear_object(&self->about);
}
