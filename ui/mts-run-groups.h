/* MtsRunGroups: a list of runs cut into groups of what they train, for a tree. A group stays the
 * same object while its runs come and go, so that it stays open. Main thread. */
#pragma once

#include "mts-run-item.h"
#include <gio/gio.h>

G_BEGIN_DECLS

#define MTS_TYPE_RUN_GROUP (mts_run_group_get_type())
G_DECLARE_FINAL_TYPE(MtsRunGroup, mts_run_group, MTS, RUN_GROUP, GObject)

const char *mts_run_group_get_title(MtsRunGroup *self);
/* Its MtsRunItem; borrowed. */
GListModel *mts_run_group_get_runs(MtsRunGroup *self);
/* Whether the reader opened it: remembered here because a tree forgets it when groups move. */
void mts_run_group_set_open(MtsRunGroup *self, gboolean open);
gboolean mts_run_group_get_open(MtsRunGroup *self);

#define MTS_TYPE_RUN_GROUPS (mts_run_groups_get_type())
G_DECLARE_FINAL_TYPE(MtsRunGroups, mts_run_groups, MTS, RUN_GROUPS, GObject)

/* A GListModel of MtsRunGroup over `runs`, a list of MtsRunItem, which it references. Groups stand
 * in the order of their first runs. */
MtsRunGroups *mts_run_groups_new(GListModel *runs);

G_END_DECLS
