#include "mts-series.h"

#include <math.h>

/* Each entry of a level covers FAN entries of the level below; 2^32 points need 8 levels. */
enum { FAN_BITS = 4, FAN = 1 << FAN_BITS, LEVELS = 8 };

typedef struct Extent {
    float low, high; /* low > high: nothing finite */
} Extent;

struct MtsSeries {
    GArray *x;             /* guint32 */
    GArray *y;             /* float */
    GArray *level[LEVELS]; /* Extent; level 0 covers FAN points an entry */
};

static const Extent nothing = {INFINITY, -INFINITY};

MtsSeries *mts_series_new(void)
{
    MtsSeries *self = g_new0(MtsSeries, 1);
    self->x = g_array_new(FALSE, FALSE, sizeof(guint32));
    self->y = g_array_new(FALSE, FALSE, sizeof(float));
    for (int k = 0; k < LEVELS; k++) {
        self->level[k] = g_array_new(FALSE, FALSE, sizeof(Extent));
    }
    return self;
}

void mts_series_free(MtsSeries *self)
{
    if (!self) {
        return;
    }
    g_array_unref(self->x);
    g_array_unref(self->y);
    for (int k = 0; k < LEVELS; k++) {
        g_array_unref(self->level[k]);
    }
    g_free(self);
}

void mts_series_clear(MtsSeries *self)
{
    g_array_set_size(self->x, 0);
    g_array_set_size(self->y, 0);
    for (int k = 0; k < LEVELS; k++) {
        g_array_set_size(self->level[k], 0);
    }
}

gsize mts_series_length(const MtsSeries *self)
{
    return self->x->len;
}

guint32 mts_series_x(const MtsSeries *self, gsize index)
{
    return g_array_index(self->x, guint32, index);
}

float mts_series_y(const MtsSeries *self, gsize index)
{
    return g_array_index(self->y, float, index);
}

static void widen(Extent *extent, float y)
{
    if (isfinite(y)) {
        extent->low = MIN(extent->low, y);
        extent->high = MAX(extent->high, y);
    }
}

static void join(Extent *extent, Extent other)
{
    extent->low = MIN(extent->low, other.low);
    extent->high = MAX(extent->high, other.high);
}

gboolean mts_series_append(MtsSeries *self, guint32 x, float y)
{
    const gsize index = self->x->len;
    if (index > 0 && x <= mts_series_x(self, index - 1)) {
        return FALSE;
    }
    g_array_append_val(self->x, x);
    g_array_append_val(self->y, y);
    for (int k = 0; k < LEVELS; k++) {
        const gsize entry = index >> (FAN_BITS * (k + 1));
        if (entry == self->level[k]->len) {
            g_array_append_val(self->level[k], nothing);
        }
        widen(&g_array_index(self->level[k], Extent, entry), y);
    }
    return TRUE;
}

/* First index in [low, high] whose x is >= x; that of high counts as beyond all. */
static gsize search(const guint32 *points, gsize low, gsize high, double x)
{
    while (low < high) {
        const gsize middle = low + (high - low) / 2;
        if (points[middle] < x) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

gsize mts_series_find(const MtsSeries *self, double x)
{
    return search((const guint32 *)self->x->data, 0, self->x->len, x);
}

gsize mts_series_find_near(const MtsSeries *self, double x, gsize guess)
{
    const guint32 *points = (const guint32 *)self->x->data;
    const gsize length = self->x->len;
    gsize low = MIN(guess, length), high = low, stride = 1;
    if (low < length && points[low] < x) {
        while (high < length && points[high] < x) {
            low = high + 1;
            high = MIN(high + stride, length);
            stride *= 2;
        }
    } else {
        while (low > 0 && points[low - 1] >= x) {
            high = low - 1;
            low = low > stride ? low - stride : 0;
            stride *= 2;
        }
    }
    return search(points, low, high, x);
}

gboolean mts_series_extent(
    const MtsSeries *self, gsize from, gsize to, double *smallest, double *largest)
{
    to = MIN(to, self->x->len);
    Extent extent = nothing;
    while (from < to) {
        /* The largest block that starts here and ends inside the range. */
        int k = -1;
        while (k + 1 < LEVELS) {
            const gsize size = (gsize)1 << (FAN_BITS * (k + 2));
            if (from % size != 0 || size > to - from) {
                break;
            }
            k++;
        }
        if (k < 0) {
            widen(&extent, mts_series_y(self, from));
            from++;
        } else {
            const int shift = FAN_BITS * (k + 1);
            join(&extent, g_array_index(self->level[k], Extent, from >> shift));
            from += (gsize)1 << shift;
        }
    }
    if (extent.low > extent.high) {
        return FALSE;
    }
    *smallest = extent.low;
    *largest = extent.high;
    return TRUE;
}

double mts_series_at(const MtsSeries *self, double x)
{
    const gsize length = self->x->len, after = mts_series_find(self, x);
    if (after == length || !(x >= mts_series_x(self, 0))) {
        return NAN;
    }
    const double right = mts_series_x(self, after), y = mts_series_y(self, after);
    if (right == x) {
        return isfinite(y) ? y : NAN;
    }
    const double left = mts_series_x(self, after - 1), before = mts_series_y(self, after - 1);
    const double value = before + (y - before) * ((x - left) / (right - left));
    return isfinite(value) ? value : NAN;
}

double mts_series_last(const MtsSeries *self, double *x)
{
    for (gsize i = self->x->len; i > 0; i--) {
        if (isfinite(mts_series_y(self, i - 1))) {
            if (x) {
                *x = mts_series_x(self, i - 1);
            }
            return mts_series_y(self, i - 1);
        }
    }
    return NAN;
}
