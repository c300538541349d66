#include "mts-library.h"

#include "mts-run-groups.h"
#include "mts-run-row.h"
#include <math.h>

/* From the specification, without the line at its right edge. */
enum { WIDTH = 263 };

typedef enum Order { ORDER_NEWEST, ORDER_NAME, ORDER_ACCURACY, ORDER_CYCLES, ORDERS } Order;

static const struct {
    const char *name, *label;
} orders[ORDERS] = {
    [ORDER_NEWEST] = {"newest", "Newest First"},
    [ORDER_NAME] = {"name", "Name"},
    [ORDER_ACCURACY] = {"accuracy", "Best Accuracy"},
    [ORDER_CYCLES] = {"cycles", "Fewest Cycles"},
};

struct _MtsLibrary {
    GtkWidget parent;
    GtkWidget *head, *search, *stack, *list;
    GtkLabel *empty_title, *empty_text;
    GListModel *runs; /* as given */
    GtkFilterListModel *found;
    GtkSortListModel *sorted;
    MtsRunGroups *groups;
    GtkTreeListModel *tree;
    GtkFilter *filter;
    GtkSorter *sorter;
    Order order;
    char *words;
    gboolean opened; /* the first group, once */
};

G_DEFINE_FINAL_TYPE(MtsLibrary, mts_library, GTK_TYPE_WIDGET)

enum { RUN_ACTIVATED, RUN_CHECKED, SIGNALS };
static guint signals[SIGNALS];

/* ---- rows ------------------------------------------------------------------------------------ */

/* A list item holds both kinds of row; one of them is shown. */
typedef struct Cell {
    GtkWidget *run;   /* MtsRunRow */
    GtkWidget *group; /* a box */
    GtkWidget *title, *count, *arrow;
    /* Held while bound. A row whose group has gone still speaks once, but no longer knows it. */
    GtkTreeListRow *row;
    MtsRunGroup *what;
} Cell;

static const char cell_key[] = "mts-cell";

static void on_row_activated(MtsRunRow *row, MtsLibrary *self)
{
    g_signal_emit(self, signals[RUN_ACTIVATED], 0, mts_run_item_get_id(mts_run_row_get_item(row)));
}

static void on_row_toggled(MtsRunRow *row, gboolean on, MtsLibrary *self)
{
    g_signal_emit(
        self, signals[RUN_CHECKED], 0, mts_run_item_get_id(mts_run_row_get_item(row)), on);
}

static void toggle_group(GtkTreeListRow *row)
{
    g_autoptr(MtsRunGroup) group = gtk_tree_list_row_get_item(row);
    if (group) {
        const gboolean open = !gtk_tree_list_row_get_expanded(row);
        mts_run_group_set_open(group, open);
        gtk_tree_list_row_set_expanded(row, open);
    }
}

static void on_group_released(GtkGestureClick *click, int presses, double x, double y, Cell *cell)
{
    if (cell->row) {
        toggle_group(cell->row);
    }
}

static void show_group(Cell *cell)
{
    const gboolean open = gtk_tree_list_row_get_expanded(cell->row);
    const char *title = mts_run_group_get_title(cell->what);
    g_autofree char *count =
        g_strdup_printf("%u", g_list_model_get_n_items(mts_run_group_get_runs(cell->what)));
    gtk_label_set_text(GTK_LABEL(cell->title), title);
    gtk_label_set_text(GTK_LABEL(cell->count), count);
    gtk_image_set_from_icon_name(
        GTK_IMAGE(cell->arrow), open ? "pan-down-symbolic" : "pan-end-symbolic");
    gtk_accessible_update_property(
        GTK_ACCESSIBLE(cell->group), GTK_ACCESSIBLE_PROPERTY_LABEL, title, -1);
    gtk_accessible_update_state(
        GTK_ACCESSIBLE(cell->group), GTK_ACCESSIBLE_STATE_EXPANDED, open, -1);
}

static GtkWidget *group_new(Cell *cell)
{
    GtkWidget *box = g_object_new(
        GTK_TYPE_BOX, "spacing", 6, "accessible-role", GTK_ACCESSIBLE_ROLE_ROW_HEADER, NULL);
    cell->title = gtk_label_new(NULL);
    cell->count = gtk_label_new(NULL);
    cell->arrow = gtk_image_new();
    gtk_label_set_ellipsize(GTK_LABEL(cell->title), PANGO_ELLIPSIZE_END);
    gtk_label_set_max_width_chars(GTK_LABEL(cell->title), 20);
    gtk_widget_set_halign(cell->arrow, GTK_ALIGN_END);
    gtk_widget_set_hexpand(cell->arrow, TRUE);
    gtk_widget_add_css_class(box, "run-group");
    gtk_widget_add_css_class(cell->title, "group-title");
    gtk_widget_add_css_class(cell->count, "group-count");
    gtk_box_append(GTK_BOX(box), cell->title);
    gtk_box_append(GTK_BOX(box), cell->count);
    gtk_box_append(GTK_BOX(box), cell->arrow);
    GtkGesture *click = gtk_gesture_click_new();
    g_signal_connect(click, "released", G_CALLBACK(on_group_released), cell);
    gtk_widget_add_controller(box, GTK_EVENT_CONTROLLER(click));
    return box;
}

static void on_setup(GtkSignalListItemFactory *factory, GtkListItem *list_item, MtsLibrary *self)
{
    Cell *cell = g_new0(Cell, 1);
    GtkWidget *both = gtk_box_new(GTK_ORIENTATION_VERTICAL, 0);
    cell->run = mts_run_row_new();
    cell->group = group_new(cell);
    gtk_box_append(GTK_BOX(both), cell->run);
    gtk_box_append(GTK_BOX(both), cell->group);
    g_signal_connect(cell->run, "activated", G_CALLBACK(on_row_activated), self);
    g_signal_connect(cell->run, "toggled", G_CALLBACK(on_row_toggled), self);
    g_object_set_data_full(G_OBJECT(list_item), cell_key, cell, g_free);
    gtk_list_item_set_child(list_item, both);
}

static void on_bind(GtkSignalListItemFactory *factory, GtkListItem *list_item, MtsLibrary *self)
{
    Cell *cell = g_object_get_data(G_OBJECT(list_item), cell_key);
    cell->row = g_object_ref(gtk_list_item_get_item(list_item));
    g_autoptr(GObject) item = gtk_tree_list_row_get_item(cell->row);
    const gboolean run = MTS_IS_RUN_ITEM(item);
    gtk_widget_set_visible(cell->run, run);
    gtk_widget_set_visible(cell->group, !run);
    if (run) {
        mts_run_row_set_item(MTS_RUN_ROW(cell->run), MTS_RUN_ITEM(item));
        return;
    }
    cell->what = g_object_ref(MTS_RUN_GROUP(item));
    g_signal_connect_swapped(cell->row, "notify::expanded", G_CALLBACK(show_group), cell);
    g_signal_connect_swapped(
        mts_run_group_get_runs(cell->what), "items-changed", G_CALLBACK(show_group), cell);
    show_group(cell);
}

static void on_unbind(GtkSignalListItemFactory *factory, GtkListItem *list_item, MtsLibrary *self)
{
    Cell *cell = g_object_get_data(G_OBJECT(list_item), cell_key);
    if (cell->what) {
        g_signal_handlers_disconnect_by_data(cell->row, cell);
        g_signal_handlers_disconnect_by_data(mts_run_group_get_runs(cell->what), cell);
        g_clear_object(&cell->what);
    }
    mts_run_row_set_item(MTS_RUN_ROW(cell->run), NULL);
    g_clear_object(&cell->row);
}

static void on_list_activate(GtkListView *list, guint position, MtsLibrary *self)
{
    g_autoptr(GtkTreeListRow) row = gtk_tree_list_model_get_row(self->tree, position);
    g_autoptr(GObject) item = row ? gtk_tree_list_row_get_item(row) : NULL;
    if (MTS_IS_RUN_ITEM(item)) {
        g_signal_emit(self, signals[RUN_ACTIVATED], 0, mts_run_item_get_id(MTS_RUN_ITEM(item)));
    } else if (row) {
        toggle_group(row);
    }
}

/* ---- models ---------------------------------------------------------------------------------- */

static gboolean matches(gpointer item, gpointer data)
{
    MtsLibrary *self = data;
    return !self->words || !*self->words || mts_run_item_matches(item, self->words);
}

/* NaN, what is not known yet, comes last. */
static int compare_numbers(double a, double b)
{
    if (isnan(a) || isnan(b)) {
        return isnan(a) - isnan(b);
    }
    return (a > b) - (a < b);
}

static int compare(gconstpointer a, gconstpointer b, gpointer data)
{
    MtsLibrary *self = data;
    MtsRunItem *first = MTS_RUN_ITEM((gpointer)a), *second = MTS_RUN_ITEM((gpointer)b);
    switch (self->order) {
    case ORDER_NAME:
        return g_utf8_collate(mts_run_item_get_name(first), mts_run_item_get_name(second));
    case ORDER_ACCURACY:
        return compare_numbers(
            -mts_run_item_get_accuracy(first), -mts_run_item_get_accuracy(second));
    case ORDER_CYCLES:
        return compare_numbers(mts_run_item_get_cycles(first), mts_run_item_get_cycles(second));
    case ORDER_NEWEST:
    case ORDERS:
        break;
    }
    return 0; /* the sort is stable: as the list was given */
}

static GListModel *create_children(gpointer item, gpointer data)
{
    return MTS_IS_RUN_GROUP(item) ? g_object_ref(mts_run_group_get_runs(MTS_RUN_GROUP(item)))
                                  : NULL;
}

/* A search shows all that it found; otherwise what the reader opened is open, the first group at
 * the beginning. */
static void open_groups(MtsLibrary *self)
{
    GListModel *groups = G_LIST_MODEL(self->groups);
    const guint count = g_list_model_get_n_items(groups);
    const gboolean searching = self->words && *self->words;
    if (!self->opened && count > 0) {
        g_autoptr(MtsRunGroup) first = g_list_model_get_item(groups, 0);
        mts_run_group_set_open(first, TRUE);
        self->opened = TRUE;
    }
    for (guint i = 0; i < count; i++) {
        g_autoptr(MtsRunGroup) group = g_list_model_get_item(groups, i);
        g_autoptr(GtkTreeListRow) row = gtk_tree_list_model_get_child_row(self->tree, i);
        if (row) {
            gtk_tree_list_row_set_expanded(row, searching || mts_run_group_get_open(group));
        }
    }
}

static void show_state(MtsLibrary *self)
{
    const guint all = self->runs ? g_list_model_get_n_items(self->runs) : 0;
    const guint found = self->found ? g_list_model_get_n_items(G_LIST_MODEL(self->found)) : 0;
    gtk_stack_set_visible_child_name(GTK_STACK(self->stack), found > 0 ? "list" : "empty");
    gtk_label_set_text(self->empty_title, all > 0 ? "Nothing found" : "No runs yet");
    gtk_label_set_text(self->empty_text,
        all > 0 ? "No run's name, data or network holds these words."
                : "Press Run: every run is kept here, with its curves and its schedule.");
}

static void on_groups_changed(MtsLibrary *self)
{
    open_groups(self);
    show_state(self);
}

static void drop_models(MtsLibrary *self)
{
    if (self->list) {
        gtk_list_view_set_model(GTK_LIST_VIEW(self->list), NULL);
    }
    if (self->groups) {
        g_signal_handlers_disconnect_by_data(self->groups, self);
    }
    if (self->found) {
        g_signal_handlers_disconnect_by_data(self->found, self);
    }
    g_clear_object(&self->tree);
    g_clear_object(&self->groups);
    g_clear_object(&self->sorted);
    g_clear_object(&self->found);
    g_clear_object(&self->runs);
}

void mts_library_set_runs(MtsLibrary *self, GListModel *runs)
{
    if (self->runs == runs) {
        return;
    }
    drop_models(self);
    self->opened = FALSE;
    if (runs) {
        self->runs = g_object_ref(runs);
        self->found = gtk_filter_list_model_new(g_object_ref(runs), g_object_ref(self->filter));
        self->sorted = gtk_sort_list_model_new(
            g_object_ref(G_LIST_MODEL(self->found)), g_object_ref(self->sorter));
        self->groups = mts_run_groups_new(G_LIST_MODEL(self->sorted));
        self->tree = gtk_tree_list_model_new(
            g_object_ref(G_LIST_MODEL(self->groups)), FALSE, FALSE, create_children, self, NULL);
        g_signal_connect_object(self->groups, "items-changed", G_CALLBACK(on_groups_changed), self,
            G_CONNECT_SWAPPED | G_CONNECT_AFTER);
        g_signal_connect_object(self->found, "items-changed", G_CALLBACK(show_state), self,
            G_CONNECT_SWAPPED | G_CONNECT_AFTER);
        open_groups(self);
        g_autoptr(GtkNoSelection) selection =
            gtk_no_selection_new(g_object_ref(G_LIST_MODEL(self->tree)));
        gtk_list_view_set_model(GTK_LIST_VIEW(self->list), GTK_SELECTION_MODEL(selection));
    }
    show_state(self);
}

/* ---- head ------------------------------------------------------------------------------------ */

static void on_search(GtkSearchEntry *entry, MtsLibrary *self)
{
    g_free(self->words);
    self->words = g_strdup(gtk_editable_get_text(GTK_EDITABLE(entry)));
    gtk_filter_changed(self->filter, GTK_FILTER_CHANGE_DIFFERENT);
    if (self->tree) {
        open_groups(self);
        show_state(self);
    }
}

static void on_order(GSimpleAction *action, GVariant *value, MtsLibrary *self)
{
    const char *name = g_variant_get_string(value, NULL);
    for (guint i = 0; i < ORDERS; i++) {
        if (strcmp(orders[i].name, name) == 0) {
            self->order = (Order)i;
            g_simple_action_set_state(action, value);
            gtk_sorter_changed(self->sorter, GTK_SORTER_CHANGE_DIFFERENT);
        }
    }
}

static GtkWidget *order_button(MtsLibrary *self)
{
    g_autoptr(GSimpleActionGroup) group = g_simple_action_group_new();
    g_autoptr(GSimpleAction) action = g_simple_action_new_stateful(
        "order", G_VARIANT_TYPE_STRING, g_variant_new_string(orders[ORDER_NEWEST].name));
    g_signal_connect_object(action, "change-state", G_CALLBACK(on_order), self, 0);
    g_action_map_add_action(G_ACTION_MAP(group), G_ACTION(action));
    gtk_widget_insert_action_group(GTK_WIDGET(self), "library", G_ACTION_GROUP(group));

    g_autoptr(GMenu) menu = g_menu_new();
    for (guint i = 0; i < ORDERS; i++) {
        g_autofree char *detailed = g_strdup_printf("library.order::%s", orders[i].name);
        g_menu_append(menu, orders[i].label, detailed);
    }
    GtkWidget *button = gtk_menu_button_new();
    gtk_menu_button_set_icon_name(GTK_MENU_BUTTON(button), "mts-sort-symbolic");
    gtk_menu_button_set_menu_model(GTK_MENU_BUTTON(button), G_MENU_MODEL(menu));
    gtk_widget_add_css_class(button, "flat");
    gtk_widget_set_tooltip_text(button, "Order of the runs");
    gtk_accessible_update_property(
        GTK_ACCESSIBLE(button), GTK_ACCESSIBLE_PROPERTY_LABEL, "Order of the runs", -1);
    return button;
}

static GtkWidget *head_new(MtsLibrary *self)
{
    GtkWidget *box = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 2);
    self->search = gtk_search_entry_new();
    g_object_set(self->search, "placeholder-text", "Search runs", "hexpand", TRUE, NULL);
    gtk_editable_set_width_chars(GTK_EDITABLE(self->search), 4);
    gtk_editable_set_max_width_chars(GTK_EDITABLE(self->search), 8);
    gtk_accessible_update_property(
        GTK_ACCESSIBLE(self->search), GTK_ACCESSIBLE_PROPERTY_LABEL, "Search runs", -1);
    g_signal_connect(self->search, "search-changed", G_CALLBACK(on_search), self);
    gtk_widget_add_css_class(box, "library-head");
    gtk_box_append(GTK_BOX(box), self->search);
    gtk_box_append(GTK_BOX(box), order_button(self));
    return box;
}

static GtkWidget *list_new(MtsLibrary *self)
{
    GtkListItemFactory *factory = gtk_signal_list_item_factory_new();
    g_signal_connect(factory, "setup", G_CALLBACK(on_setup), self);
    g_signal_connect(factory, "bind", G_CALLBACK(on_bind), self);
    g_signal_connect(factory, "unbind", G_CALLBACK(on_unbind), self);
    self->list = gtk_list_view_new(NULL, factory);
    g_signal_connect(self->list, "activate", G_CALLBACK(on_list_activate), self);
    gtk_accessible_update_property(
        GTK_ACCESSIBLE(self->list), GTK_ACCESSIBLE_PROPERTY_LABEL, "Runs", -1);
    GtkWidget *scrolled = gtk_scrolled_window_new();
    gtk_scrolled_window_set_policy(
        GTK_SCROLLED_WINDOW(scrolled), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
    gtk_scrolled_window_set_child(GTK_SCROLLED_WINDOW(scrolled), self->list);
    return scrolled;
}

static GtkLabel *empty_line(GtkWidget *box, const char *style)
{
    GtkWidget *label = gtk_label_new(NULL);
    gtk_label_set_wrap(GTK_LABEL(label), TRUE);
    gtk_label_set_justify(GTK_LABEL(label), GTK_JUSTIFY_CENTER);
    gtk_widget_add_css_class(label, style);
    gtk_box_append(GTK_BOX(box), label);
    return GTK_LABEL(label);
}

static GtkWidget *empty_new(MtsLibrary *self)
{
    GtkWidget *box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 4);
    gtk_widget_set_valign(box, GTK_ALIGN_CENTER);
    gtk_widget_add_css_class(box, "library-empty");
    self->empty_title = empty_line(box, "empty-title");
    self->empty_text = empty_line(box, "empty-text");
    return box;
}

/* ---- widget ---------------------------------------------------------------------------------- */

/* As wide as the specification says, whatever the runs are called. */
static void mts_library_measure(GtkWidget *widget, GtkOrientation orientation, int for_size,
    int *minimum, int *natural, int *minimum_baseline, int *natural_baseline)
{
    MtsLibrary *self = MTS_LIBRARY(widget);
    if (orientation == GTK_ORIENTATION_HORIZONTAL) {
        *minimum = *natural = WIDTH;
        return;
    }
    int least[2], best[2];
    gtk_widget_measure(self->head, orientation, -1, &least[0], &best[0], NULL, NULL);
    gtk_widget_measure(self->stack, orientation, -1, &least[1], &best[1], NULL, NULL);
    *minimum = least[0] + least[1];
    *natural = best[0] + best[1];
}

static void mts_library_size_allocate(GtkWidget *widget, int width, int height, int baseline)
{
    MtsLibrary *self = MTS_LIBRARY(widget);
    int head;
    gtk_widget_measure(self->head, GTK_ORIENTATION_VERTICAL, -1, NULL, &head, NULL, NULL);
    gtk_widget_allocate(self->head, width, head, -1, NULL);
    gtk_widget_allocate(self->stack, width, MAX(height - head, 0), -1,
        gsk_transform_translate(NULL, &GRAPHENE_POINT_INIT(0, (float)head)));
}

static void mts_library_dispose(GObject *object)
{
    MtsLibrary *self = MTS_LIBRARY(object);
    drop_models(self);
    self->list = NULL;
    GtkWidget *child;
    while ((child = gtk_widget_get_first_child(GTK_WIDGET(self)))) {
        gtk_widget_unparent(child);
    }
    g_clear_object(&self->filter);
    g_clear_object(&self->sorter);
    g_clear_pointer(&self->words, g_free);
    G_OBJECT_CLASS(mts_library_parent_class)->dispose(object);
}

static void mts_library_class_init(MtsLibraryClass *class)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(class);
    G_OBJECT_CLASS(class)->dispose = mts_library_dispose;
    signals[RUN_ACTIVATED] = g_signal_new("run-activated", G_TYPE_FROM_CLASS(class),
        G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_INT64);
    signals[RUN_CHECKED] = g_signal_new("run-checked", G_TYPE_FROM_CLASS(class), G_SIGNAL_RUN_LAST,
        0, NULL, NULL, NULL, G_TYPE_NONE, 2, G_TYPE_INT64, G_TYPE_BOOLEAN);
    widget_class->measure = mts_library_measure;
    widget_class->size_allocate = mts_library_size_allocate;
    gtk_widget_class_set_css_name(widget_class, "library");
    gtk_widget_class_set_accessible_role(widget_class, GTK_ACCESSIBLE_ROLE_REGION);
}

static void mts_library_init(MtsLibrary *self)
{
    GtkWidget *widget = GTK_WIDGET(self);
    self->filter = GTK_FILTER(gtk_custom_filter_new(matches, self, NULL));
    self->sorter = GTK_SORTER(gtk_custom_sorter_new(compare, self, NULL));
    self->head = head_new(self);
    gtk_widget_set_parent(self->head, widget);
    self->stack = gtk_stack_new();
    gtk_stack_add_named(GTK_STACK(self->stack), list_new(self), "list");
    gtk_stack_add_named(GTK_STACK(self->stack), empty_new(self), "empty");
    gtk_widget_set_parent(self->stack, widget);
    gtk_accessible_update_property(
        GTK_ACCESSIBLE(self), GTK_ACCESSIBLE_PROPERTY_LABEL, "Run library", -1);
    show_state(self);
}

GtkWidget *mts_library_new(void)
{
    return g_object_new(MTS_TYPE_LIBRARY, NULL);
}

void mts_library_search(MtsLibrary *self)
{
    gtk_widget_grab_focus(self->search);
}
