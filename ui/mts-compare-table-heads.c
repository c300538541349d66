#include "mts-compare-table-private.h"

#include <math.h>
#include <string.h>

const char *mts_table_head_key(const MtsTableHead *head)
{
    switch (head->cell.kind) {
    case MTS_CELL_CHECK:
        return "check";
    case MTS_CELL_NAME:
        return "run";
    case MTS_CELL_STRIP:
        return "schedule";
    case MTS_CELL_FIGURE:
    case MTS_CELL_BAR:
        return mts_compare_column_key(head->cell.figure);
    case MTS_CELL_SETTING:
        break;
    }
    return head->cell.key;
}

/* ---- heads ------------------------------------------------------------------------------------ */

static MtsTableHead *find_head(MtsCompareTable *self, GtkColumnViewColumn *column)
{
    for (guint i = 0; i < self->heads->len; i++) {
        MtsTableHead *head = g_ptr_array_index(self->heads, i);
        if (head->column == column) {
            return head;
        }
    }
    return NULL;
}

static GtkWidget *find_label(GtkWidget *widget)
{
    if (GTK_IS_LABEL(widget)) {
        return widget;
    }
    for (GtkWidget *child = gtk_widget_get_first_child(widget); child;
         child = gtk_widget_get_next_sibling(child)) {
        GtkWidget *label = find_label(child);
        if (label) {
            return label;
        }
    }
    return NULL;
}

/* The widget that GTK made for a column's head: the one whose label begins with its title. */
static GtkWidget *find_title(MtsCompareTable *self, const MtsTableHead *head)
{
    GtkWidget *header = gtk_widget_get_first_child(self->view);
    const char *wanted = gtk_column_view_column_get_title(head->column);
    for (GtkWidget *title = header ? gtk_widget_get_first_child(header) : NULL; title && wanted;
         title = gtk_widget_get_next_sibling(title)) {
        GtkWidget *label = find_label(title);
        if (label && *wanted && g_str_has_prefix(gtk_label_get_text(GTK_LABEL(label)), wanted)) {
            return title;
        }
    }
    return NULL;
}

/* "Schedule weights, 5 layers × 12 epochs", where all strips are of that size. */
static void say_size(MtsCompareTable *self, const MtsTableHead *head, GtkWidget *title)
{
    GListModel *rows = mts_compare_model_get_shown(self->model);
    const guint count = g_list_model_get_n_items(rows);
    guint layers = 0;
    double epochs = 0;
    gboolean same = TRUE;
    for (guint i = 0; i < count && same; i++) {
        g_autoptr(MtsCompareRun) run = g_list_model_get_item(rows, i);
        const MtsStrip *strip = mts_compare_run_get_strip(run);
        if (strip) {
            same = layers == 0 || (layers == strip->products && epochs == strip->epochs);
            layers = strip->products;
            epochs = strip->epochs;
        }
    }
    g_autofree char *number = mts_compare_axis_tick(MTS_COMPARE_EPOCH, epochs);
    g_autofree char *text = layers > 0 && same
        ? g_strdup_printf("<b>%s</b> <span weight=\"normal\">weights, %u layers × %s epochs</span>",
              gtk_column_view_column_get_title(head->column), layers, number)
        : g_strdup_printf("<b>%s</b> <span weight=\"normal\">weights</span>",
              gtk_column_view_column_get_title(head->column));
    GtkLabel *label = GTK_LABEL(find_label(title));
    gtk_label_set_markup(label, text);
    gtk_label_set_ellipsize(label, PANGO_ELLIPSIZE_END);
}

static void dress_title(MtsCompareTable *self, const MtsTableHead *head)
{
    GtkWidget *title = find_title(self, head);
    if (!title) {
        return;
    }
    const gboolean figure = head->cell.kind == MTS_CELL_FIGURE || head->cell.kind == MTS_CELL_BAR;
    const gboolean sorted = &head->cell == self->context.sorted;
    /* Figures end at the right, and so do their heads. */
    GtkWidget *box = gtk_widget_get_first_child(title);
    if (figure && box) {
        gtk_widget_set_halign(box, GTK_ALIGN_END);
    }
    if (head->cell.kind == MTS_CELL_STRIP) {
        say_size(self, head, title);
    }
    if (sorted) {
        gtk_widget_add_css_class(title, "sorted");
    } else {
        gtk_widget_remove_css_class(title, "sorted");
    }
    gtk_accessible_update_property(GTK_ACCESSIBLE(title), GTK_ACCESSIBLE_PROPERTY_SORT,
        !sorted                ? GTK_ACCESSIBLE_SORT_NONE
            : self->descending ? GTK_ACCESSIBLE_SORT_DESCENDING
                               : GTK_ACCESSIBLE_SORT_ASCENDING,
        -1);
}

void mts_compare_table_show_heads(MtsCompareTable *self)
{
    for (guint i = 0; i < self->heads->len; i++) {
        MtsTableHead *head = g_ptr_array_index(self->heads, i);
        if (head->cell.kind == MTS_CELL_FIGURE || head->cell.kind == MTS_CELL_BAR) {
            g_autofree char *title = mts_compare_column_title(head->cell.figure, self->model);
            if (g_strcmp0(title, gtk_column_view_column_get_title(head->column)) != 0) {
                gtk_column_view_column_set_title(head->column, title);
            }
        }
        dress_title(self, head);
    }
}

/* The box over all rows: on, off, or in between. */
void mts_compare_table_show_all(MtsCompareTable *self)
{
    GListModel *rows = G_LIST_MODEL(self->sorted);
    const guint count = g_list_model_get_n_items(rows);
    guint on = 0;
    for (guint i = 0; i < count; i++) {
        g_autoptr(MtsCompareRun) run = g_list_model_get_item(rows, i);
        on += mts_compare_run_get_checked(run);
    }
    self->settling = TRUE;
    gtk_check_button_set_inconsistent(GTK_CHECK_BUTTON(self->all), on > 0 && on < count);
    gtk_check_button_set_active(GTK_CHECK_BUTTON(self->all), count > 0 && on == count);
    self->settling = FALSE;
}

void mts_compare_table_on_all(MtsCompareTable *self)
{
    GListModel *rows = G_LIST_MODEL(self->sorted);
    const guint count = g_list_model_get_n_items(rows);
    const gboolean on = gtk_check_button_get_active(GTK_CHECK_BUTTON(self->all));
    for (guint i = 0; !self->settling && i < count; i++) {
        g_autoptr(MtsCompareRun) run = g_list_model_get_item(rows, i);
        mts_compare_model_check(self->model, run, on);
    }
}

/* ---- order ------------------------------------------------------------------------------------ */

static int compare_settings(const MtsTableHead *head, MtsCompareRun *a, MtsCompareRun *b)
{
    const char *x = mts_compare_run_get_setting(a, head->cell.key),
               *y = mts_compare_run_get_setting(b, head->cell.key);
    if (!x || !y) {
        return !x - !y;
    }
    char *x_end, *y_end;
    const double x_value = g_ascii_strtod(x, &x_end), y_value = g_ascii_strtod(y, &y_end);
    if (*x && *y && !*x_end && !*y_end && x_value != y_value) {
        return x_value < y_value ? -1 : 1;
    }
    return strcmp(x, y);
}

int mts_compare_table_compare(gconstpointer first, gconstpointer second, gpointer data)
{
    MtsTableHead *head = data;
    MtsCompareTable *self = head->table;
    MtsCompareRun *a = MTS_COMPARE_RUN((gpointer)first), *b = MTS_COMPARE_RUN((gpointer)second);
    if (a == self->probe[0] && b == self->probe[1]) {
        self->probed = self->probed ? self->probed : head;
        return -1;
    }
    int order;
    if (head->cell.kind == MTS_CELL_NAME) {
        order = g_utf8_collate(mts_compare_run_get_name(a), mts_compare_run_get_name(b));
    } else if (head->cell.kind == MTS_CELL_SETTING) {
        order = compare_settings(head, a, b);
    } else {
        order = mts_compare_column_compare(head->cell.figure, self->model, a, b, self->descending);
        /* The view turns the answer round; it was made for both directions. */
        return self->descending ? -order : order;
    }
    return order;
}

/* Learns by which column the rows stand, and which way round. */
void mts_compare_table_on_sorter_changed(MtsCompareTable *self)
{
    GtkSorter *sorter = gtk_column_view_get_sorter(GTK_COLUMN_VIEW(self->view));
    if (self->settling) {
        return;
    }
    self->probed = NULL;
    const GtkOrdering order = gtk_sorter_compare(sorter, self->probe[0], self->probe[1]);
    const gboolean descending = order == GTK_ORDERING_LARGER;
    const MtsCellColumn *sorted = self->probed ? &self->probed->cell : NULL;
    if (sorted == self->context.sorted && descending == self->descending) {
        return;
    }
    self->context.sorted = sorted;
    self->descending = descending;
    if (self->probed && self->probed->sorter) {
        self->settling = TRUE; /* unknown values change ends with the direction */
        gtk_sorter_changed(self->probed->sorter, GTK_SORTER_CHANGE_DIFFERENT);
        self->settling = FALSE;
    }
    mts_compare_table_show_heads(self);
    mts_compare_table_show_cells(self);
}

void mts_compare_table_sort_again(MtsCompareTable *self)
{
    for (guint i = 0; i < self->heads->len; i++) {
        const MtsTableHead *head = g_ptr_array_index(self->heads, i);
        if (&head->cell == self->context.sorted && head->sorter) {
            self->settling = TRUE;
            gtk_sorter_changed(head->sorter, GTK_SORTER_CHANGE_DIFFERENT);
            self->settling = FALSE;
        }
    }
}

/* ---- remembered ------------------------------------------------------------------------------- */

char *mts_compare_table_get_layout(MtsCompareTable *self)
{
    g_autoptr(GString) text = g_string_new(NULL);
    GListModel *columns = gtk_column_view_get_columns(GTK_COLUMN_VIEW(self->view));
    for (guint i = 0; i < g_list_model_get_n_items(columns); i++) {
        g_autoptr(GtkColumnViewColumn) column = g_list_model_get_item(columns, i);
        const MtsTableHead *head = find_head(self, column);
        if (head && head->cell.kind != MTS_CELL_SETTING &&
            gtk_column_view_column_get_visible(column)) {
            g_string_append_printf(text, "%s%s", text->len ? "," : "", mts_table_head_key(head));
        }
    }
    for (guint i = 0; i < self->heads->len; i++) {
        const MtsTableHead *head = g_ptr_array_index(self->heads, i);
        if (&head->cell == self->context.sorted && head->cell.kind != MTS_CELL_SETTING) {
            g_string_append_printf(
                text, " sort=%s%s", self->descending ? "-" : "", mts_table_head_key(head));
        }
    }
    return g_string_free(g_steal_pointer(&text), FALSE);
}

static MtsTableHead *head_of_key(MtsCompareTable *self, const char *key)
{
    for (guint i = 0; i < self->heads->len; i++) {
        MtsTableHead *head = g_ptr_array_index(self->heads, i);
        if (strcmp(mts_table_head_key(head), key) == 0) {
            return head;
        }
    }
    return NULL;
}

static void set_order(MtsCompareTable *self, const char *word)
{
    const gboolean descending = *word == '-';
    MtsTableHead *head = head_of_key(self, word + descending);
    if (head && head->sorter) {
        gtk_column_view_sort_by_column(GTK_COLUMN_VIEW(self->view), head->column,
            descending ? GTK_SORT_DESCENDING : GTK_SORT_ASCENDING);
    }
}

void mts_compare_table_set_layout(MtsCompareTable *self, const char *layout)
{
    g_auto(GStrv) parts = g_strsplit(layout, " sort=", 2);
    g_auto(GStrv) keys = g_strsplit(parts[0] ? parts[0] : "", ",", -1);
    if (!parts[0] || !g_strv_contains((const char *const *)keys, "run")) {
        return;
    }
    for (guint i = 0; i < MTS_COLUMNS; i++) {
        const char *key = mts_compare_column_key((MtsCompareColumn)i);
        g_autofree char *name = g_strconcat("column-", key, NULL);
        g_action_group_change_action_state(G_ACTION_GROUP(self->actions), name,
            g_variant_new_boolean(g_strv_contains((const char *const *)keys, key)));
    }
    guint place = 0;
    for (guint i = 0; keys[i]; i++) {
        MtsTableHead *head = head_of_key(self, keys[i]);
        if (head) {
            g_object_ref(head->column);
            gtk_column_view_remove_column(GTK_COLUMN_VIEW(self->view), head->column);
            gtk_column_view_insert_column(GTK_COLUMN_VIEW(self->view), place++, head->column);
            g_object_unref(head->column);
        }
    }
    if (parts[1]) {
        set_order(self, parts[1]);
    }
    mts_compare_table_show_heads(self);
}

char *mts_compare_table_to_csv(MtsCompareTable *self)
{
    g_autoptr(GString) text = g_string_new(NULL);
    g_autoptr(GPtrArray) heads = g_ptr_array_new();
    GListModel *columns = gtk_column_view_get_columns(GTK_COLUMN_VIEW(self->view));
    for (guint i = 0; i < g_list_model_get_n_items(columns); i++) {
        g_autoptr(GtkColumnViewColumn) column = g_list_model_get_item(columns, i);
        MtsTableHead *head = find_head(self, column);
        if (head && head->cell.kind != MTS_CELL_CHECK && head->cell.kind != MTS_CELL_STRIP &&
            gtk_column_view_column_get_visible(column)) {
            g_string_append_printf(text, "%s%s", heads->len ? "," : "", mts_table_head_key(head));
            g_ptr_array_add(heads, head);
        }
    }
    g_string_append_c(text, '\n');
    const guint count = g_list_model_get_n_items(G_LIST_MODEL(self->sorted));
    for (guint i = 0; i < count; i++) {
        g_autoptr(MtsCompareRun) run = g_list_model_get_item(G_LIST_MODEL(self->sorted), i);
        for (guint k = 0; k < heads->len; k++) {
            const MtsTableHead *head = g_ptr_array_index(heads, k);
            g_autofree char *cell = mts_cell_csv(&head->cell, self->model, run);
            g_string_append_printf(text, "%s%s", k ? "," : "", cell);
        }
        g_string_append_c(text, '\n');
    }
    return g_string_free(g_steal_pointer(&text), FALSE);
}
