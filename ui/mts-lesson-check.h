/* The condition of a task: readings compared with numbers or with each other.
 *
 *     zeros >= 3 and m <= 4 or dice.draws = 10000
 *
 * `and` binds before `or`; the signs are < <= > >= = !=. A reading is named alone, then the first
 * of the step's things that has it is meant, or with the kind before it. Equal is what differs by
 * less than a millionth of either; a reading that has no value now (NaN) makes its comparison
 * false. Main thread. */
#pragma once

#include "mts-lab-model.h"

G_BEGIN_DECLS

typedef struct MtsLessonCheck MtsLessonCheck;

/* Reads a condition on the readings of `models[count]`. The error is one sentence. */
MtsLessonCheck *mts_lesson_check_new(
    const char *text, MtsLabModel *const *models, guint count, GError **error);
void mts_lesson_check_free(MtsLessonCheck *self);

/* Whether it holds for these models, which are of the same kinds in the same order. */
gboolean mts_lesson_check_holds(const MtsLessonCheck *self, MtsLabModel *const *models);

G_END_DECLS
