/* MtsSeries: one curve. Points (x, y) that only grow at the right end, with a pyramid of minima
 * and maxima above them, so that the extent of any range costs a few dozen reads however many
 * points there are. Plain C; one thread at a time.
 *
 * x: training steps, ascending. y: float32, may be NaN or infinite: such points are kept, but
 * neither extents nor lines see them. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct MtsSeries MtsSeries;

MtsSeries *mts_series_new(void);
void mts_series_free(MtsSeries *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MtsSeries, mts_series_free)

/* Forgets all points. */
void mts_series_clear(MtsSeries *self);

/* FALSE, and nothing done, where x is not above the last point's. */
gboolean mts_series_append(MtsSeries *self, guint32 x, float y);

gsize mts_series_length(const MtsSeries *self);
guint32 mts_series_x(const MtsSeries *self, gsize index);
float mts_series_y(const MtsSeries *self, gsize index);

/* Index of the first point with its x >= `x`; the length where there is none. */
gsize mts_series_find(const MtsSeries *self, double x);

/* The same, searched from a guess outwards: quick where the guess is near. */
gsize mts_series_find_near(const MtsSeries *self, double x, gsize guess);

/* Smallest and largest finite y of points [from, to). FALSE where there is none. */
gboolean mts_series_extent(
    const MtsSeries *self, gsize from, gsize to, double *smallest, double *largest);

/* The value at x, straight between the two neighbours; NaN before the first point, after the
 * last, and beside a point that is not finite. */
double mts_series_at(const MtsSeries *self, double x);

/* The last finite value and, where x is not NULL, its place; NaN where there is none. */
double mts_series_last(const MtsSeries *self, double *x);

G_END_DECLS
