#include "mts-lab-bars.h"

#include <math.h>
#include <string.h>

#define STEP 0.01
#define MOST (MTS_LAB_BARS_RANGE - STEP)

void mts_lab_bars_init(MtsLabBars *self, guint count, MtsLabSpread spread)
{
    self->count = count;
    self->spread = spread;
    self->seed = 1;
    self->hover = -1;
    mts_lab_draw_values(spread, self->seed, self->x, count);
}

double mts_lab_bars_x(const MtsLabBars *self, guint i)
{
    return self->left + (i + .5) * self->pitch;
}

double mts_lab_bars_y(const MtsLabBars *self, guint i)
{
    return self->zero - (double)self->x[i] * self->unit;
}

static void put(MtsLabBars *self, guint i, double value)
{
    self->x[i] = (float)(round(CLAMP(value, -MOST, MOST) / STEP) * STEP);
}

/* ---- settings -------------------------------------------------------------------------------- */

/* Values of a tensor may have any size: they are brought to the axis by a power of two, which
 * changes no bit of a mantissa. */
static void bring_to_axis(MtsLabBars *self)
{
    double most = 0;
    int exponent;
    for (guint i = 0; i < self->count; i++) {
        most = MAX(most, fabs((double)self->x[i]));
    }
    if (most == 0 || (most < MTS_LAB_BARS_RANGE && most >= MTS_LAB_BARS_RANGE / 8)) {
        return;
    }
    frexp(most, &exponent);
    for (guint i = 0; i < self->count; i++) {
        self->x[i] = ldexpf(self->x[i], 2 - exponent);
    }
}

gboolean mts_lab_bars_set(
    MtsLabBars *self, const char *key, const char *value, gboolean *known, GError **error)
{
    guint number;
    *known = TRUE;
    if (g_str_equal(key, "values")) {
        float x[MTS_LAB_BARS] = {0};
        gsize count;
        if (!mts_lab_read_list(key, value, -1e9, 1e9, self->count, x, &count, error)) {
            return FALSE;
        }
        memcpy(self->x, x, sizeof x);
        bring_to_axis(self);
        return TRUE;
    }
    if (g_str_equal(key, "select")) {
        return mts_lab_read_count(key, value, 0, self->count - 1, &self->selected, error);
    }
    if (g_str_equal(key, "seed")) {
        return mts_lab_read_count(key, value, 0, 1000000, &self->seed, error);
    }
    if (g_str_equal(key, "spread")) {
        if (!mts_lab_read_choice(key, value, mts_lab_spread_names, &number, error)) {
            return FALSE;
        }
        self->spread = (MtsLabSpread)number;
        return TRUE;
    }
    *known = FALSE;
    return TRUE;
}

gboolean mts_lab_bars_get(const MtsLabBars *self, const char *key, GString *out)
{
    if (g_str_equal(key, "values")) {
        mts_lab_write_list(out, self->x, self->count);
    } else if (g_str_equal(key, "select")) {
        g_string_append_printf(out, "%u", self->selected);
    } else if (g_str_equal(key, "spread")) {
        g_string_append(out, mts_lab_spread_names[self->spread]);
    } else if (g_str_equal(key, "seed")) {
        g_string_append_printf(out, "%u", self->seed);
    } else {
        return FALSE;
    }
    return TRUE;
}

gboolean mts_lab_bars_act(MtsLabBars *self, const char *action)
{
    guint spread;
    if (mts_lab_read_choice(action, action, mts_lab_spread_names, &spread, NULL)) {
        self->spread = (MtsLabSpread)spread;
    } else if (!g_str_equal(action, "shuffle")) {
        return FALSE;
    }
    self->seed++;
    mts_lab_draw_values(self->spread, self->seed, self->x, self->count);
    return TRUE;
}

/* ---- pointer --------------------------------------------------------------------------------- */

static int column_at(const MtsLabBars *self, const MtsLabPointer *pointer)
{
    const double column = floor((pointer->x - self->left) / self->pitch);
    const gboolean inside = pointer->part == MTS_LAB_MAIN && pointer->y >= self->top &&
        pointer->y <= self->bottom && column >= 0 && column < self->count;
    return inside ? (int)column : -1;
}

gboolean mts_lab_bars_over(const MtsLabBars *self, const MtsLabPointer *pointer)
{
    return column_at(self, pointer) >= 0;
}

gboolean mts_lab_bars_motion(MtsLabBars *self, const MtsLabPointer *pointer, gboolean *looks)
{
    *looks = FALSE;
    if (self->dragging) {
        const double pace = pointer->modifiers & GDK_SHIFT_MASK ? .1 : 1;
        put(self, self->selected, self->start + (self->start_y - pointer->y) / self->unit * pace);
        return TRUE;
    }
    const int column = pointer ? column_at(self, pointer) : -1;
    *looks = column != self->hover;
    self->hover = column;
    return FALSE;
}

gboolean mts_lab_bars_press(MtsLabBars *self, const MtsLabPointer *pointer)
{
    const int column = column_at(self, pointer);
    if (column < 0) {
        return FALSE;
    }
    self->selected = (guint)column;
    memcpy(self->before, self->x, sizeof self->x);
    /* A press beside the knob brings it there. */
    const double y = mts_lab_bars_y(self, self->selected);
    self->start_y = pointer->y;
    self->start =
        fabs(pointer->y - y) < 9 ? (double)self->x[column] : (self->zero - pointer->y) / self->unit;
    self->dragging = TRUE;
    put(self, self->selected, self->start);
    return TRUE;
}

void mts_lab_bars_release(MtsLabBars *self, gboolean cancelled)
{
    if (self->dragging && cancelled) {
        memcpy(self->x, self->before, sizeof self->x);
    }
    self->dragging = FALSE;
}

/* ---- keys and typing ------------------------------------------------------------------------- */

gboolean mts_lab_bars_key(MtsLabBars *self, guint keyval, GdkModifierType modifiers)
{
    const double value = (double)self->x[self->selected];
    const double step = STEP * (modifiers & GDK_SHIFT_MASK ? 10 : 1);
    switch (keyval) {
    case GDK_KEY_Left:
        self->selected = (self->selected + self->count - 1) % self->count;
        return TRUE;
    case GDK_KEY_Right:
        self->selected = (self->selected + 1) % self->count;
        return TRUE;
    case GDK_KEY_Home:
        self->selected = 0;
        return TRUE;
    case GDK_KEY_End:
        self->selected = self->count - 1;
        return TRUE;
    case GDK_KEY_Up:
        put(self, self->selected, value + step);
        return TRUE;
    case GDK_KEY_Down:
        put(self, self->selected, value - step);
        return TRUE;
    case GDK_KEY_m:
        put(self, self->selected, -value);
        return TRUE;
    case GDK_KEY_0:
    case GDK_KEY_KP_0:
        put(self, self->selected, 0);
        return TRUE;
    default:
        return FALSE;
    }
}

gboolean mts_lab_bars_edit(
    MtsLabBars *self, const MtsLabPointer *pointer, GdkRectangle *where, char **text)
{
    const int column = pointer ? column_at(self, pointer) : (int)self->selected;
    if (column < 0) {
        return FALSE;
    }
    self->selected = (guint)column;
    *where = (GdkRectangle){(int)mts_lab_bars_x(self, self->selected) - 4,
        (int)mts_lab_bars_y(self, self->selected) - 4, 8, 8};
    GString *number = g_string_new(NULL);
    mts_lab_write_list(number, &self->x[column], 1);
    *text = g_string_free(number, FALSE);
    return TRUE;
}

gboolean mts_lab_bars_typed(MtsLabBars *self, const char *text, GError **error)
{
    double value;
    g_autoptr(GString) plain = g_string_new(text);
    g_string_replace(plain, "−", "-", 0);
    if (!mts_lab_read_real("The value", plain->str, -MOST, MOST, &value, error)) {
        return FALSE;
    }
    self->x[self->selected] = (float)value;
    return TRUE;
}

/* ---- drawing --------------------------------------------------------------------------------- */

void mts_lab_bars_draw_knob(const MtsLabBars *self, MtsLabPaint *paint)
{
    if (!paint->plain) {
        const guint lit = self->hover >= 0 ? (guint)self->hover : self->selected;
        mts_lab_knob(paint, mts_lab_bars_x(self, lit), mts_lab_bars_y(self, lit), 6, TRUE);
    }
}
