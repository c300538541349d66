/* Figures as people read them, the same in every locale: '.' as the decimal point, a true minus.
 * Any thread. */
#ifndef APP_WORDS_H
#define APP_WORDS_H

#include "base/text.h"

/* Adds `value` with `decimals` (0..9) digits behind the point, rounded half away from zero; "–"
 * for NaN and what is beyond 1e15. A value that rounds to nothing has no sign. */
void app_words_fixed(EngText *out, double value, int decimals);

/* The same with a sign in any case: "+0.3", "−12.4", "±0.0". */
void app_words_signed(EngText *out, double value, int decimals);

/* 1,234,567. */
void app_words_count(EngText *out, uint64_t count);

#endif
