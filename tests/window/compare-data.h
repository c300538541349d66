/* Made-up runs for pictures and tests of the comparison: those of the specification, their cycles
 * and energy counted from their schedules, their accuracies by formula. */
#pragma once

#include "mts-compare.h"

/* The network and the clock that all of them have. */
enum { COMPARE_STEPS = 4692, COMPARE_EPOCH = 391, COMPARE_RUNS = 11 };

/* Puts the runs into a page's model and answers its questions for schedules; the page shows the
 * group they belong to. */
void compare_data_load(MtsCompare *page);

/* The run of this name; borrowed. */
MtsCompareRun *compare_data_find(MtsCompare *page, const char *name);

/* A schedule of theirs, as used; caller unrefs. */
MtsCompareSchedule *compare_schedule_new(const char *text, guint32 done, guint32 seed);

/* `count` plain runs more, without schedules, for tables that are long. */
void compare_data_add_many(MtsCompare *page, guint count);
