/* How the window names precisions. */
#pragma once

#include "schedule/schedule.h"
#include <glib.h>

G_BEGIN_DECLS

/* What a segment says: "4", "FP32", "2 ↔ 4". Static or interned. */
const char *mts_precision_label(const EngPrecision *precision);

/* In words, for notices and screen readers: "4 bits", "FP32", "Adaptive 2 ↔ 4". Returns buf. */
const char *mts_precision_words(const EngPrecision *precision, char buf[64]);

/* "weights", "activations", "gradients". */
const char *mts_role_words(EngRole role);

G_END_DECLS
