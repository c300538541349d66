#include "mts-run-groups.h"

struct _MtsRunGroup {
    GObject parent;
    char *title;
    GListStore *runs;
    gboolean open;
};

G_DEFINE_FINAL_TYPE(MtsRunGroup, mts_run_group, G_TYPE_OBJECT)

static void mts_run_group_finalize(GObject *object)
{
    MtsRunGroup *self = MTS_RUN_GROUP(object);
    g_free(self->title);
    g_clear_object(&self->runs);
    G_OBJECT_CLASS(mts_run_group_parent_class)->finalize(object);
}

static void mts_run_group_class_init(MtsRunGroupClass *class)
{
    G_OBJECT_CLASS(class)->finalize = mts_run_group_finalize;
}

static void mts_run_group_init(MtsRunGroup *self)
{
    self->runs = g_list_store_new(MTS_TYPE_RUN_ITEM);
}

const char *mts_run_group_get_title(MtsRunGroup *self)
{
    return self->title;
}

GListModel *mts_run_group_get_runs(MtsRunGroup *self)
{
    return G_LIST_MODEL(self->runs);
}

void mts_run_group_set_open(MtsRunGroup *self, gboolean open)
{
    self->open = open;
}

gboolean mts_run_group_get_open(MtsRunGroup *self)
{
    return self->open;
}

struct _MtsRunGroups {
    GObject parent;
    GListModel *runs;
    GPtrArray *groups; /* MtsRunGroup, as shown */
    GHashTable *known; /* by title, also those that have no run now: they may come back */
};

static void list_model_init(GListModelInterface *interface);

G_DEFINE_FINAL_TYPE_WITH_CODE(MtsRunGroups, mts_run_groups, G_TYPE_OBJECT,
    G_IMPLEMENT_INTERFACE(G_TYPE_LIST_MODEL, list_model_init))

static GType get_item_type(GListModel *model)
{
    return MTS_TYPE_RUN_GROUP;
}

static guint get_n_items(GListModel *model)
{
    return MTS_RUN_GROUPS(model)->groups->len;
}

static gpointer get_item(GListModel *model, guint position)
{
    MtsRunGroups *self = MTS_RUN_GROUPS(model);
    return position < self->groups->len ? g_object_ref(g_ptr_array_index(self->groups, position))
                                        : NULL;
}

static void list_model_init(GListModelInterface *interface)
{
    interface->get_item_type = get_item_type;
    interface->get_n_items = get_n_items;
    interface->get_item = get_item;
}

/* Puts `wanted` into the group, touching only what differs: rows that stay keep their focus and
 * their place. */
static void set_runs(MtsRunGroup *group, const GPtrArray *wanted)
{
    GListModel *runs = G_LIST_MODEL(group->runs);
    const guint had = g_list_model_get_n_items(runs);
    guint same = 0, tail = 0;
    while (same < had && same < wanted->len) {
        g_autoptr(MtsRunItem) item = g_list_model_get_item(runs, same);
        if (item != g_ptr_array_index(wanted, same)) {
            break;
        }
        same++;
    }
    while (tail < had - same && tail < wanted->len - same) {
        g_autoptr(MtsRunItem) item = g_list_model_get_item(runs, had - 1 - tail);
        if (item != g_ptr_array_index(wanted, wanted->len - 1 - tail)) {
            break;
        }
        tail++;
    }
    const guint removed = had - same - tail, added = wanted->len - same - tail;
    if (removed > 0 || added > 0) {
        g_list_store_splice(group->runs, same, removed, wanted->pdata + same, added);
    }
}

/* The group of that title, made where it is new; held by `known`. */
static MtsRunGroup *group_for(MtsRunGroups *self, const char *title)
{
    MtsRunGroup *group = g_hash_table_lookup(self->known, title);
    if (!group) {
        group = g_object_new(MTS_TYPE_RUN_GROUP, NULL);
        group->title = g_strdup(title);
        g_hash_table_insert(self->known, group->title, group);
    }
    return group;
}

/* The groups there should be, known ones where possible, in order; `members` gets an array of
 * items for each. */
static GPtrArray *sort_out(MtsRunGroups *self, GHashTable *members)
{
    GPtrArray *groups = g_ptr_array_new_with_free_func(g_object_unref);
    const guint count = g_list_model_get_n_items(self->runs);
    for (guint i = 0; i < count; i++) {
        g_autoptr(MtsRunItem) item = g_list_model_get_item(self->runs, i);
        const char *title = mts_run_item_get_group(item);
        GPtrArray *list = g_hash_table_lookup(members, title);
        if (!list) {
            list = g_ptr_array_new();
            g_hash_table_insert(members, g_strdup(title), list);
            g_ptr_array_add(groups, g_object_ref(group_for(self, title)));
        }
        g_ptr_array_add(list, item); /* the list model holds it */
    }
    return groups;
}

static gboolean same_groups(const GPtrArray *a, const GPtrArray *b)
{
    return a->len == b->len && memcmp(a->pdata, b->pdata, a->len * sizeof(gpointer)) == 0;
}

static void on_items_changed(
    GListModel *runs, guint position, guint removed, guint added, MtsRunGroups *self)
{
    g_autoptr(GHashTable) members =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_ptr_array_unref);
    g_autoptr(GPtrArray) groups = sort_out(self, members);
    for (guint i = 0; i < groups->len; i++) {
        MtsRunGroup *group = g_ptr_array_index(groups, i);
        set_runs(group, g_hash_table_lookup(members, group->title));
    }
    for (guint i = 0; i < self->groups->len; i++) {
        MtsRunGroup *group = g_ptr_array_index(self->groups, i);
        if (!g_hash_table_contains(members, group->title)) {
            g_list_store_remove_all(group->runs);
        }
    }
    if (!same_groups(groups, self->groups)) {
        /* Only the part that differs, so that the others stay open. */
        guint same = 0;
        const guint had = self->groups->len;
        while (same < had && same < groups->len &&
            g_ptr_array_index(groups, same) == g_ptr_array_index(self->groups, same)) {
            same++;
        }
        GPtrArray *before = self->groups;
        self->groups = g_steal_pointer(&groups);
        g_list_model_items_changed(G_LIST_MODEL(self), same, had - same, self->groups->len - same);
        g_ptr_array_unref(before);
    }
}

static void mts_run_groups_dispose(GObject *object)
{
    MtsRunGroups *self = MTS_RUN_GROUPS(object);
    if (self->runs) {
        g_signal_handlers_disconnect_by_data(self->runs, self);
    }
    g_clear_object(&self->runs);
    G_OBJECT_CLASS(mts_run_groups_parent_class)->dispose(object);
}

static void mts_run_groups_finalize(GObject *object)
{
    g_ptr_array_unref(MTS_RUN_GROUPS(object)->groups);
    g_hash_table_unref(MTS_RUN_GROUPS(object)->known);
    G_OBJECT_CLASS(mts_run_groups_parent_class)->finalize(object);
}

static void mts_run_groups_class_init(MtsRunGroupsClass *class)
{
    G_OBJECT_CLASS(class)->dispose = mts_run_groups_dispose;
    G_OBJECT_CLASS(class)->finalize = mts_run_groups_finalize;
}

static void mts_run_groups_init(MtsRunGroups *self)
{
    self->groups = g_ptr_array_new_with_free_func(g_object_unref);
    self->known = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, g_object_unref);
}

MtsRunGroups *mts_run_groups_new(GListModel *runs)
{
    MtsRunGroups *self = g_object_new(MTS_TYPE_RUN_GROUPS, NULL);
    self->runs = g_object_ref(runs);
    g_signal_connect(runs, "items-changed", G_CALLBACK(on_items_changed), self);
    on_items_changed(runs, 0, 0, 0, self);
    return self;
}
