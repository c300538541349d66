/* The kinds of things that lessons show, by the name lesson files call them. Main thread. */
#pragma once

#include "mts-lab-model.h"

G_BEGIN_DECLS

/* A new one, with its own defaults; NULL where no kind has the name. Caller unrefs. */
MtsLabModel *mts_lab_kind_make(const char *name);

/* Name `index` from 0 on, NULL behind the last. */
const char *mts_lab_kind_name(guint index);

G_END_DECLS
