#include "mts-compare-table-private.h"

#include "mts-compare-strip.h"
#include "mts-text.h"
#include <math.h>
#include <string.h>

enum { CHECK_WIDTH = 44, STRIP_WIDTH = 256, SETTING_WIDTH = 112 };

G_DEFINE_FINAL_TYPE(MtsCompareTable, mts_compare_table, GTK_TYPE_WIDGET)

static guint signals[MTS_TABLE_SIGNALS];

void mts_compare_table_emit(MtsCompareTable *self, MtsTableSignal which, MtsCompareRun *run)
{
    g_signal_emit(self, signals[which], 0, run);
}

/* ---- cells ------------------------------------------------------------------------------------ */

static void range_to(MtsCompareTable *self, MtsCompareRun *run, gboolean on)
{
    GListModel *rows = G_LIST_MODEL(self->sorted);
    const guint count = g_list_model_get_n_items(rows);
    gboolean inside = FALSE;
    for (guint i = 0; i < count; i++) {
        g_autoptr(MtsCompareRun) row = g_list_model_get_item(rows, i);
        const gboolean end = row == run || mts_compare_run_get_id(row) == self->toggled;
        if (inside || end) {
            mts_compare_model_check(self->model, row, on);
        }
        inside = inside != end;
    }
}

static void on_check(GtkCheckButton *button, MtsCompareTable *self)
{
    MtsCell *cell = mts_cell_of(GTK_WIDGET(button));
    if (cell->showing || !cell->run) {
        return;
    }
    const gboolean on = gtk_check_button_get_active(button);
    GdkDisplay *display = gtk_widget_get_display(GTK_WIDGET(button));
    GdkSeat *seat = gdk_display_get_default_seat(display);
    GdkDevice *keyboard = seat ? gdk_seat_get_keyboard(seat) : NULL;
    const gboolean shift =
        keyboard && (gdk_device_get_modifier_state(keyboard) & GDK_SHIFT_MASK) != 0;
    if (shift && self->toggled != 0 && self->toggled != mts_compare_run_get_id(cell->run)) {
        range_to(self, cell->run, on);
    } else {
        mts_compare_model_check(self->model, cell->run, on);
    }
    self->toggled = mts_compare_run_get_id(cell->run);
}

/* Double click on the name: another one. The row must not take it as "open". */
static void on_name_pressed(
    GtkGestureClick *click, int presses, double x, double y, MtsCompareTable *self)
{
    GtkWidget *widget = gtk_event_controller_get_widget(GTK_EVENT_CONTROLLER(click));
    MtsCell *cell = mts_cell_of(widget);
    if (presses == 2 && cell && cell->run) {
        gtk_gesture_set_state(GTK_GESTURE(click), GTK_EVENT_SEQUENCE_CLAIMED);
        mts_compare_table_rename(self, cell->run);
    }
}

static void on_strip_released(
    GtkGestureClick *click, int presses, double x, double y, MtsCompareTable *self)
{
    MtsCell *cell = mts_cell_of(gtk_event_controller_get_widget(GTK_EVENT_CONTROLLER(click)));
    if (cell && cell->run) {
        mts_compare_table_emit(self, MTS_TABLE_OPENED, cell->run);
    }
}

/* "Epoch 4.2   conv1  2 4 4" … of the strip's layer and time under the pointer. */
static char *strip_words(const MtsStrip *strip, double x, int width)
{
    const guint column =
        (guint)CLAMP(x / MAX(width, 1) * MTS_STRIP_COLUMNS, 0, MTS_STRIP_COLUMNS - 1);
    g_autofree char *epoch = mts_text_fixed(strip->epochs * (column + 0.5) / MTS_STRIP_COLUMNS, 1);
    return g_strdup_printf("Lanes W, A, G of %u layers · epoch %s", strip->products, epoch);
}

/* The schedule unfolds to all its lanes. */
static gboolean on_strip_tooltip(
    GtkWidget *widget, int x, int y, gboolean keyboard, GtkTooltip *tooltip, MtsCompareTable *self)
{
    MtsCell *cell = mts_cell_of(widget);
    MtsStrip *strip = cell && cell->run ? mts_compare_run_get_strip(cell->run) : NULL;
    if (!strip) {
        gtk_tooltip_set_text(
            tooltip, cell && cell->run ? mts_compare_run_get_problem(cell->run) : NULL);
        return cell && cell->run && mts_compare_run_get_problem(cell->run);
    }
    GtkWidget *box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 6);
    g_autofree char *words = strip_words(strip, x, gtk_widget_get_width(widget));
    GtkWidget *lanes = mts_compare_strip_new(TRUE);
    mts_compare_strip_set(MTS_COMPARE_STRIP(lanes), strip);
    gtk_box_append(GTK_BOX(box), gtk_label_new(words));
    gtk_box_append(GTK_BOX(box), lanes);
    gtk_tooltip_set_custom(tooltip, box);
    return TRUE;
}

static void connect_cell(MtsCompareTable *self, MtsCell *cell)
{
    GtkGesture *click;
    switch (cell->column->kind) {
    case MTS_CELL_CHECK:
        g_signal_connect(cell->check, "toggled", G_CALLBACK(on_check), self);
        break;
    case MTS_CELL_NAME:
        click = gtk_gesture_click_new();
        g_signal_connect(click, "pressed", G_CALLBACK(on_name_pressed), self);
        gtk_widget_add_controller(cell->widget, GTK_EVENT_CONTROLLER(click));
        break;
    case MTS_CELL_STRIP:
        click = gtk_gesture_click_new();
        g_signal_connect(click, "released", G_CALLBACK(on_strip_released), self);
        gtk_widget_add_controller(cell->widget, GTK_EVENT_CONTROLLER(click));
        g_signal_connect(cell->strip, "query-tooltip", G_CALLBACK(on_strip_tooltip), self);
        break;
    case MTS_CELL_FIGURE:
    case MTS_CELL_BAR:
    case MTS_CELL_SETTING:
        break;
    }
}

static void on_setup(GtkSignalListItemFactory *factory, GtkListItem *item, MtsTableHead *head)
{
    MtsCell *cell = mts_cell_new(&head->cell);
    connect_cell(head->table, cell);
    gtk_list_item_set_child(item, cell->widget);
}

static void on_bind(GtkSignalListItemFactory *factory, GtkListItem *item, MtsTableHead *head)
{
    MtsCell *cell = mts_cell_of(gtk_list_item_get_child(item));
    g_set_object(&cell->run, gtk_list_item_get_item(item));
    g_hash_table_add(head->table->cells, cell);
    mts_cell_show(cell, &head->table->context);
    if (cell->column->kind == MTS_CELL_STRIP && !mts_compare_run_get_strip(cell->run)) {
        mts_compare_table_emit(head->table, MTS_TABLE_STRIP_WANTED, cell->run);
    }
}

static void on_unbind(GtkSignalListItemFactory *factory, GtkListItem *item, MtsTableHead *head)
{
    MtsCell *cell = mts_cell_of(gtk_list_item_get_child(item));
    g_hash_table_remove(head->table->cells, cell);
    g_clear_object(&cell->run);
    mts_cell_show(cell, &head->table->context);
}

/* ---- what cells look at ------------------------------------------------------------------------- */

/* The one value of a figure that stands out; NaN where two runs share it, or nothing is better. */
static double best_value(MtsCompareTable *self, MtsCompareColumn figure)
{
    GListModel *rows = mts_compare_model_get_shown(self->model);
    const guint count = g_list_model_get_n_items(rows);
    const int sense = mts_compare_column_sense(figure);
    double best = NAN;
    guint holders = 0, known = 0;
    for (guint i = 0; sense != 0 && i < count; i++) {
        g_autoptr(MtsCompareRun) run = g_list_model_get_item(rows, i);
        const double value = mts_compare_column_value(figure, self->model, run);
        if (!isfinite(value) || mts_compare_run_get_status(run) != MTS_STATUS_FINISHED) {
            continue;
        }
        known++;
        if (isnan(best) || value * sense > best * sense) {
            best = value;
            holders = 1;
        } else {
            holders += value == best;
        }
    }
    return known > 1 && holders == 1 ? best : NAN;
}

static double largest_speed_up(MtsCompareTable *self)
{
    GListModel *rows = mts_compare_model_get_shown(self->model);
    const guint count = g_list_model_get_n_items(rows);
    double largest = 1;
    for (guint i = 0; i < count; i++) {
        g_autoptr(MtsCompareRun) run = g_list_model_get_item(rows, i);
        largest = fmax(largest, mts_compare_model_speed_up(self->model, run));
    }
    return largest;
}

void mts_compare_table_measure(MtsCompareTable *self)
{
    for (guint i = 0; i < self->heads->len; i++) {
        const MtsTableHead *head = g_ptr_array_index(self->heads, i);
        if ((head->cell.kind == MTS_CELL_FIGURE || head->cell.kind == MTS_CELL_BAR) &&
            gtk_column_view_column_get_visible(head->column)) {
            self->context.best[head->cell.figure] = best_value(self, head->cell.figure);
        }
    }
    /* The longest bar leaves a little room, so that it is not taken for a limit. */
    self->context.largest = 1.5 * largest_speed_up(self);
}

void mts_compare_table_show_cells(MtsCompareTable *self)
{
    GHashTableIter iter;
    gpointer cell;
    g_hash_table_iter_init(&iter, self->cells);
    while (g_hash_table_iter_next(&iter, &cell, NULL)) {
        mts_cell_show(cell, &self->context);
    }
}

/* ---- columns ---------------------------------------------------------------------------------- */

static void head_free(gpointer data)
{
    MtsTableHead *head = data;
    g_free(head->cell.key);
    g_clear_object(&head->sorter);
    g_clear_object(&head->column);
    g_free(head);
}

void mts_table_head_set_visible(MtsTableHead *head, gboolean visible)
{
    if (visible == gtk_column_view_column_get_visible(head->column)) {
        return;
    }
    if (!visible) {
        head->width = gtk_column_view_column_get_fixed_width(head->column);
    }
    gtk_column_view_column_set_fixed_width(head->column, visible ? head->width : 0);
    gtk_column_view_column_set_visible(head->column, visible);
}

static MtsTableHead *add_head(
    MtsCompareTable *self, MtsCellColumn cell, const char *title, int width)
{
    MtsTableHead *head = g_new0(MtsTableHead, 1);
    head->cell = cell;
    head->table = self;
    GtkListItemFactory *factory = gtk_signal_list_item_factory_new();
    g_signal_connect(factory, "setup", G_CALLBACK(on_setup), head);
    g_signal_connect(factory, "bind", G_CALLBACK(on_bind), head);
    g_signal_connect(factory, "unbind", G_CALLBACK(on_unbind), head);
    head->column = gtk_column_view_column_new(title, factory);
    if (cell.kind != MTS_CELL_CHECK && cell.kind != MTS_CELL_STRIP) {
        head->sorter = GTK_SORTER(gtk_custom_sorter_new(mts_compare_table_compare, head, NULL));
        gtk_column_view_column_set_sorter(head->column, head->sorter);
    }
    if (cell.kind != MTS_CELL_CHECK) {
        gtk_column_view_column_set_resizable(head->column, TRUE);
        gtk_column_view_column_set_header_menu(head->column, G_MENU_MODEL(self->columns_menu));
    }
    if (cell.kind == MTS_CELL_NAME) {
        gtk_column_view_column_set_expand(head->column, TRUE);
    } else {
        gtk_column_view_column_set_fixed_width(head->column, width);
    }
    head->width = cell.kind == MTS_CELL_NAME ? -1 : width;
    g_ptr_array_add(self->heads, head);
    gtk_column_view_append_column(GTK_COLUMN_VIEW(self->view), head->column);
    return head;
}

static void on_column_action(GSimpleAction *action, GVariant *value, MtsCompareTable *self)
{
    const char *name = g_action_get_name(G_ACTION(action)) + strlen("column-");
    g_simple_action_set_state(action, value);
    for (guint i = 0; i < self->heads->len; i++) {
        MtsTableHead *head = g_ptr_array_index(self->heads, i);
        if (strcmp(mts_table_head_key(head), name) == 0) {
            mts_table_head_set_visible(head, g_variant_get_boolean(value));
        }
    }
    mts_compare_table_measure(self);
    mts_compare_table_show_heads(self);
    mts_compare_table_show_cells(self);
}

static void add_figure(MtsCompareTable *self, MtsCompareColumn figure)
{
    const gboolean bar = figure == MTS_COLUMN_SPEED_UP;
    const MtsCellColumn cell = {bar ? MTS_CELL_BAR : MTS_CELL_FIGURE, figure, NULL};
    MtsTableHead *head =
        add_head(self, cell, mts_compare_column_name(figure), mts_compare_column_width(figure));
    const gboolean shown = mts_compare_column_shown_first(figure);
    mts_table_head_set_visible(head, shown);
    g_autofree char *name = g_strconcat("column-", mts_compare_column_key(figure), NULL);
    g_autofree char *detailed = g_strconcat("table.", name, NULL);
    g_autoptr(GSimpleAction) action =
        g_simple_action_new_stateful(name, NULL, g_variant_new_boolean(shown));
    g_signal_connect(action, "change-state", G_CALLBACK(on_column_action), self);
    g_action_map_add_action(G_ACTION_MAP(self->actions), G_ACTION(action));
    g_menu_append(self->columns_menu, mts_compare_column_name(figure), detailed);
}

void mts_compare_table_set_settings(MtsCompareTable *self, const char *const *keys)
{
    self->settling = TRUE;
    for (guint i = self->heads->len; i-- > 0;) {
        MtsTableHead *head = g_ptr_array_index(self->heads, i);
        if (head->cell.kind == MTS_CELL_SETTING) {
            if (self->context.sorted == &head->cell) {
                self->context.sorted = NULL;
            }
            gtk_column_view_remove_column(GTK_COLUMN_VIEW(self->view), head->column);
            g_ptr_array_remove_index(self->heads, i);
        }
    }
    for (guint i = 0; keys && keys[i]; i++) {
        /* "training.learning_rate" stands as "learning rate". */
        const char *dot = strrchr(keys[i], '.');
        g_autofree char *title = g_strdelimit(g_strdup(dot ? dot + 1 : keys[i]), "_", ' ');
        const MtsCellColumn cell = {MTS_CELL_SETTING, MTS_COLUMNS, g_strdup(keys[i])};
        add_head(self, cell, title, SETTING_WIDTH);
    }
    self->settling = FALSE;
    mts_compare_table_show_heads(self);
}

GMenuModel *mts_compare_table_get_menu(MtsCompareTable *self)
{
    return G_MENU_MODEL(self->columns_menu);
}

static void on_model_changed(MtsCompareModel *model, guint changes, MtsCompareTable *self)
{
    if ((changes & ~(guint)(MTS_CHANGE_HOVER | MTS_CHANGE_CROSS)) == 0) {
        return;
    }
    mts_compare_table_measure(self);
    mts_compare_table_show_heads(self);
    mts_compare_table_show_cells(self);
    mts_compare_table_show_all(self);
    if (changes & (MTS_CHANGE_FIGURES | MTS_CHANGE_TARGET | MTS_CHANGE_BASELINE)) {
        mts_compare_table_sort_again(self);
    }
}

GListModel *mts_compare_table_get_rows(MtsCompareTable *self)
{
    return G_LIST_MODEL(self->sorted);
}

/* ---- widget ----------------------------------------------------------------------------------- */

static void mts_compare_table_dispose(GObject *object)
{
    MtsCompareTable *self = MTS_COMPARE_TABLE(object);
    if (self->model) {
        g_signal_handlers_disconnect_by_data(self->model, self);
        g_signal_handlers_disconnect_by_data(
            gtk_column_view_get_sorter(GTK_COLUMN_VIEW(self->view)), self);
        mts_compare_table_disconnect_rows(self);
        gtk_column_view_set_model(GTK_COLUMN_VIEW(self->view), NULL);
    }
    g_clear_object(&self->selection);
    g_clear_object(&self->sorted);
    g_clear_pointer(&self->overlay, gtk_widget_unparent);
    g_clear_pointer(&self->heads, g_ptr_array_unref);
    g_clear_pointer(&self->cells, g_hash_table_unref);
    g_clear_object(&self->columns_menu);
    g_clear_object(&self->row_menu);
    g_clear_object(&self->actions);
    g_clear_object(&self->probe[0]);
    g_clear_object(&self->probe[1]);
    g_clear_object(&self->model);
    G_OBJECT_CLASS(mts_compare_table_parent_class)->dispose(object);
}

static guint signal_new(MtsCompareTableClass *class, const char *name)
{
    return g_signal_new(name, G_TYPE_FROM_CLASS(class), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
        G_TYPE_NONE, 1, MTS_TYPE_COMPARE_RUN);
}

static void mts_compare_table_class_init(MtsCompareTableClass *class)
{
    GtkWidgetClass *widget = GTK_WIDGET_CLASS(class);
    G_OBJECT_CLASS(class)->dispose = mts_compare_table_dispose;
    signals[MTS_TABLE_OPENED] = signal_new(class, "opened");
    signals[MTS_TABLE_STRIP_WANTED] = signal_new(class, "strip-wanted");
    signals[MTS_TABLE_RENAMED] =
        g_signal_new("renamed", G_TYPE_FROM_CLASS(class), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
            G_TYPE_NONE, 2, MTS_TYPE_COMPARE_RUN, G_TYPE_STRING);
    signals[MTS_TABLE_RECOLOURED] = signal_new(class, "recoloured");
    signals[MTS_TABLE_ARCHIVED] = signal_new(class, "archived");
    signals[MTS_TABLE_DELETED] = signal_new(class, "deleted");
    signals[MTS_TABLE_DESCRIBED] = signal_new(class, "described");
    gtk_widget_class_set_layout_manager_type(widget, GTK_TYPE_BIN_LAYOUT);
    gtk_widget_class_set_css_name(widget, "comparetable");
}

static void mts_compare_table_init(MtsCompareTable *self)
{
    self->heads = g_ptr_array_new_with_free_func(head_free);
    self->cells = g_hash_table_new(NULL, NULL);
    self->columns_menu = g_menu_new();
    self->actions = g_simple_action_group_new();
    self->context.largest = 1;
    for (guint i = 0; i < MTS_COLUMNS; i++) {
        self->context.best[i] = NAN;
    }
    for (guint i = 0; i < 2; i++) {
        self->probe[i] = mts_compare_run_new(0, "", "", "", 1);
    }
}

static GtkWidget *all_new(MtsCompareTable *self)
{
    self->all = gtk_check_button_new();
    gtk_widget_add_css_class(self->all, "run-check");
    gtk_widget_add_css_class(self->all, "all");
    gtk_widget_set_halign(self->all, GTK_ALIGN_START);
    gtk_widget_set_valign(self->all, GTK_ALIGN_START);
    gtk_widget_set_tooltip_text(self->all, "Show all in the charts");
    gtk_accessible_update_property(
        GTK_ACCESSIBLE(self->all), GTK_ACCESSIBLE_PROPERTY_LABEL, "Show all in the charts", -1);
    g_signal_connect_swapped(self->all, "toggled", G_CALLBACK(mts_compare_table_on_all), self);
    return self->all;
}

static void add_columns(MtsCompareTable *self)
{
    add_head(self, (MtsCellColumn){MTS_CELL_CHECK, MTS_COLUMNS, NULL}, "", CHECK_WIDTH);
    add_head(self, (MtsCellColumn){MTS_CELL_NAME, MTS_COLUMNS, NULL}, "Run", 0);
    add_head(self, (MtsCellColumn){MTS_CELL_STRIP, MTS_COLUMNS, NULL}, "Schedule", STRIP_WIDTH);
    for (guint i = 0; i < MTS_COLUMNS; i++) {
        add_figure(self, (MtsCompareColumn)i);
    }
}

GtkWidget *mts_compare_table_new(MtsCompareModel *model)
{
    MtsCompareTable *self = g_object_new(MTS_TYPE_COMPARE_TABLE, NULL);
    self->model = g_object_ref(model);
    self->context.model = model;
    self->view = gtk_column_view_new(NULL);
    gtk_accessible_update_property(
        GTK_ACCESSIBLE(self->view), GTK_ACCESSIBLE_PROPERTY_LABEL, "Runs compared", -1);
    self->sorted = gtk_sort_list_model_new(g_object_ref(mts_compare_model_get_shown(model)),
        g_object_ref(gtk_column_view_get_sorter(GTK_COLUMN_VIEW(self->view))));
    add_columns(self);
    self->selection = gtk_single_selection_new(g_object_ref(G_LIST_MODEL(self->sorted)));
    gtk_single_selection_set_autoselect(self->selection, FALSE);
    gtk_single_selection_set_can_unselect(self->selection, TRUE);
    gtk_single_selection_set_selected(self->selection, GTK_INVALID_LIST_POSITION);
    gtk_column_view_set_model(GTK_COLUMN_VIEW(self->view), GTK_SELECTION_MODEL(self->selection));
    GtkWidget *scrolled = gtk_scrolled_window_new();
    gtk_scrolled_window_set_child(GTK_SCROLLED_WINDOW(scrolled), self->view);
    gtk_widget_set_vexpand(scrolled, TRUE);
    self->overlay = gtk_overlay_new();
    gtk_overlay_set_child(GTK_OVERLAY(self->overlay), scrolled);
    gtk_overlay_add_overlay(GTK_OVERLAY(self->overlay), all_new(self));
    gtk_widget_set_parent(self->overlay, GTK_WIDGET(self));
    gtk_widget_insert_action_group(GTK_WIDGET(self), "table", G_ACTION_GROUP(self->actions));
    g_signal_connect_swapped(gtk_column_view_get_sorter(GTK_COLUMN_VIEW(self->view)), "changed",
        G_CALLBACK(mts_compare_table_on_sorter_changed), self);
    g_signal_connect(model, "changed", G_CALLBACK(on_model_changed), self);
    mts_compare_table_connect_rows(self);
    mts_compare_table_show_heads(self);
    return GTK_WIDGET(self);
}
