#include "mts-bits-private.h"

#include <math.h>
#include <string.h>

/* ---- what lies under the pointer ------------------------------------------------------------- */

static int column_at(const MtsBitsLayout *layout, double x)
{
    const double column = floor((x - layout->left) / layout->pitch);
    return column >= 0 && column < MTS_BITS_VALUES ? (int)column : -1;
}

static int row_at(const MtsBits *self, const MtsBitsLayout *layout, double y)
{
    for (guint row = 0; row < layout->rows; row++) {
        const double top = mts_bits_row(self, layout, row);
        if (y >= top && y < top + layout->row_height) {
            return (int)row;
        }
    }
    return -1;
}

static gboolean on_cut(const MtsBitsLayout *layout, const MtsLabPointer *pointer)
{
    return fabs(pointer->y - layout->cut) <= (pointer->x > layout->right ? 12 : 5) &&
        pointer->x >= layout->left - 6;
}

static gboolean on_bars(const MtsLabPointer *pointer)
{
    return pointer->y < MTS_BITS_ORIGINAL_Y - 8;
}

/* A click on the exponents' plot: the next value of that exponent is chosen. */
static void choose_by_exponent(MtsBits *self, const MtsLabPointer *pointer)
{
    const MtsBitsResult *r = mts_bits_result(self);
    const double pitch = (pointer->width - MTS_BITS_EXPONENTS_LEFT) / MTS_BITS_EXPONENTS;
    const int column = (int)floor((pointer->x - MTS_BITS_EXPONENTS_LEFT) / pitch);
    const int wanted = MTS_BITS_EXPONENTS - 2 - column;
    for (guint step = 1; step <= MTS_BITS_VALUES; step++) {
        const guint i = (self->selected + step) % MTS_BITS_VALUES;
        const int n = (int)mts_bits_places(r, i);
        if (n < MTS_BITS_FINE && (n == wanted || (column == 0 && n > wanted))) {
            self->selected = i;
            mts_lab_model_changed(MTS_LAB_MODEL(self));
            return;
        }
    }
}

/* ---- pointer --------------------------------------------------------------------------------- */

static void drag_knob(MtsBits *self, const MtsBitsLayout *layout, const MtsLabPointer *pointer)
{
    const double pace = pointer->modifiers & GDK_SHIFT_MASK ? .1 : 1;
    double value = self->grip_value + (self->grip_y - pointer->y) / layout->unit * pace;
    if (pointer->modifiers & GDK_ALT_MASK) {
        const double unit = ldexp(1, mts_bits_result(self)->s);
        value = round(value / unit) * unit;
    }
    mts_bits_put(self, self->selected, value);
}

static void drag_cut(MtsBits *self, const MtsBitsLayout *layout, const MtsLabPointer *pointer)
{
    const double rows = (pointer->y - MTS_BITS_ROWS_Y) / layout->row_height;
    const guint m = (guint)CLAMP(round(rows), 1, MTS_BITS_MOST);
    self->stale = self->stale || m != self->m;
    self->m = m;
}

/* All columns the pointer came over since the last motion take its height. */
static void sweep(MtsBits *self, const MtsBitsLayout *layout, const MtsLabPointer *pointer)
{
    const int column = column_at(layout, CLAMP(pointer->x, layout->left, layout->right - 1));
    const double value = (layout->zero - pointer->y) / layout->unit;
    const guint from = MIN(self->fingers, (guint)column), to = MAX(self->fingers, (guint)column);
    for (guint i = from; i <= to; i++) {
        mts_bits_put(self, i, value);
    }
    self->fingers = self->selected = (guint)column;
}

static void hover(MtsBits *self, const MtsBitsLayout *layout, const MtsLabPointer *pointer)
{
    const int column =
        pointer && pointer->part == MTS_LAB_MAIN ? column_at(layout, pointer->x) : -1;
    const int row = column >= 0 ? row_at(self, layout, pointer->y) : -1;
    self->on_stored = column >= 0 && fabs(pointer->y - MTS_BITS_STORED_Y) < 12;
    if (column != self->hover || row != self->hover_row) {
        self->hover = column;
        self->hover_row = row;
        mts_lab_model_looks(MTS_LAB_MODEL(self));
    }
}

void mts_bits_motion(MtsLabModel *model, const MtsLabPointer *pointer)
{
    MtsBits *self = MTS_BITS(model);
    const MtsBitsLayout layout = mts_bits_layout(self, pointer ? pointer->width : MTS_BITS_WIDTH);
    switch (self->grip) {
    case MTS_BITS_NOTHING:
        hover(self, &layout, pointer);
        return;
    case MTS_BITS_KNOB:
        drag_knob(self, &layout, pointer);
        break;
    case MTS_BITS_CUT:
        drag_cut(self, &layout, pointer);
        break;
    case MTS_BITS_SWEEP:
        sweep(self, &layout, pointer);
        break;
    }
    mts_lab_model_changed(model);
}

static MtsBitsGrip grip_at(const MtsBitsLayout *layout, const MtsLabPointer *pointer, int column)
{
    if (on_cut(layout, pointer)) {
        return MTS_BITS_CUT;
    }
    if (column < 0 || !on_bars(pointer)) {
        return MTS_BITS_NOTHING;
    }
    return pointer->button == 3 ? MTS_BITS_SWEEP : MTS_BITS_KNOB;
}

gboolean mts_bits_press(MtsLabModel *model, const MtsLabPointer *pointer)
{
    MtsBits *self = MTS_BITS(model);
    if (pointer->part == MTS_LAB_SIDE) {
        choose_by_exponent(self, pointer);
        return FALSE;
    }
    const MtsBitsLayout layout = mts_bits_layout(self, pointer->width);
    const int column = column_at(&layout, pointer->x);
    self->grip = grip_at(&layout, pointer, column);
    if (column >= 0 && self->grip != MTS_BITS_CUT) {
        self->selected = self->fingers = (guint)column;
    }
    mts_lab_model_mark(model);
    memcpy(self->before, self->x, sizeof self->x);
    self->before_m = self->m;
    if (self->grip == MTS_BITS_KNOB) {
        /* A press beside the knob brings it there; from then on it moves with the pointer. */
        const double here = (layout.zero - pointer->y) / layout.unit;
        double x, y;
        mts_bits_knob(self, pointer->width, (guint)column, &x, &y);
        self->grip_y = pointer->y;
        self->grip_value = fabs(pointer->y - y) < 9 ? (double)self->x[column] : here;
        mts_bits_put(self, (guint)column, self->grip_value);
    }
    mts_lab_model_changed(model);
    return self->grip != MTS_BITS_NOTHING;
}

void mts_bits_release(MtsLabModel *model, gboolean cancelled)
{
    MtsBits *self = MTS_BITS(model);
    self->grip = MTS_BITS_NOTHING;
    if (cancelled) {
        memcpy(self->x, self->before, sizeof self->x);
        self->m = self->before_m;
        self->stale = TRUE;
    }
    mts_lab_model_changed(model);
}

gboolean mts_bits_scroll(MtsLabModel *model, const MtsLabPointer *pointer, double steps)
{
    MtsBits *self = MTS_BITS(model);
    const MtsBitsLayout layout = mts_bits_layout(self, pointer->width);
    const int column = column_at(&layout, pointer->x);
    double x, y;
    if (pointer->part != MTS_LAB_MAIN || column < 0) {
        return FALSE;
    }
    /* Only over the bar itself: beside it the wheel scrolls the page. */
    mts_bits_knob(self, pointer->width, (guint)column, &x, &y);
    if (fabs(pointer->x - x) > layout.bar / 2 || pointer->y < MIN(y, layout.zero) - 9 ||
        pointer->y > MAX(y, layout.zero) + 9) {
        return FALSE;
    }
    self->selected = (guint)column;
    mts_bits_put(self, (guint)column, (double)self->x[column] + steps * mts_bits_step(self));
    mts_lab_model_changed(model);
    return TRUE;
}

const char *mts_bits_cursor(MtsLabModel *model, const MtsLabPointer *pointer)
{
    const MtsBitsLayout layout = mts_bits_layout(MTS_BITS(model), pointer->width);
    if (pointer->part == MTS_LAB_SIDE) {
        return NULL;
    }
    if (on_cut(&layout, pointer)) {
        return "row-resize";
    }
    return on_bars(pointer) && column_at(&layout, pointer->x) >= 0 ? "ns-resize" : NULL;
}

/* ---- keys ------------------------------------------------------------------------------------ */

static void change_value(MtsBits *self, double value)
{
    mts_lab_model_mark(MTS_LAB_MODEL(self));
    mts_bits_put(self, self->selected, value);
}

static void change_bits(MtsBits *self, int by)
{
    mts_lab_model_mark(MTS_LAB_MODEL(self));
    self->m = (guint)CLAMP((int)self->m + by, 1, MTS_BITS_MOST);
    self->stale = TRUE;
}

gboolean mts_bits_key(MtsLabModel *model, guint keyval, GdkModifierType modifiers, gboolean down)
{
    MtsBits *self = MTS_BITS(model);
    const double value = (double)self->x[self->selected];
    const double step = mts_bits_step(self) * (modifiers & GDK_SHIFT_MASK ? 10 : 1);
    if (!down || modifiers & (GDK_CONTROL_MASK | GDK_ALT_MASK)) {
        return FALSE;
    }
    switch (keyval) {
    case GDK_KEY_Left:
        self->selected = (self->selected + MTS_BITS_VALUES - 1) % MTS_BITS_VALUES;
        break;
    case GDK_KEY_Right:
        self->selected = (self->selected + 1) % MTS_BITS_VALUES;
        break;
    case GDK_KEY_Home:
        self->selected = 0;
        break;
    case GDK_KEY_End:
        self->selected = MTS_BITS_VALUES - 1;
        break;
    case GDK_KEY_Up:
        change_value(self, value + step);
        break;
    case GDK_KEY_Down:
        change_value(self, value - step);
        break;
    case GDK_KEY_m:
        change_value(self, -value);
        break;
    case GDK_KEY_0:
    case GDK_KEY_KP_0:
        change_value(self, 0);
        break;
    case GDK_KEY_plus:
    case GDK_KEY_KP_Add:
    case GDK_KEY_equal:
        change_bits(self, 1);
        break;
    case GDK_KEY_minus:
    case GDK_KEY_KP_Subtract:
        change_bits(self, -1);
        break;
    case GDK_KEY_s:
        return mts_lab_model_act(model, "shuffle");
    case GDK_KEY_space:
    case GDK_KEY_r:
        return mts_lab_model_act(model, "roll");
    default:
        return FALSE;
    }
    mts_lab_model_changed(model);
    return TRUE;
}

/* ---- typing ---------------------------------------------------------------------------------- */

gboolean mts_bits_edit(
    MtsLabModel *model, const MtsLabPointer *pointer, GdkRectangle *where, char **text)
{
    MtsBits *self = MTS_BITS(model);
    const double width = pointer ? pointer->width : MTS_BITS_WIDTH;
    const MtsBitsLayout layout = mts_bits_layout(self, width);
    if (pointer) {
        const int column = pointer->part == MTS_LAB_MAIN ? column_at(&layout, pointer->x) : -1;
        if (column < 0) {
            return FALSE;
        }
        self->selected = (guint)column;
    }
    double x, y;
    mts_bits_knob(self, width, self->selected, &x, &y);
    *where = (GdkRectangle){(int)x - 4, (int)y - 4, 8, 8};
    GString *number = g_string_new(NULL);
    mts_lab_write_list(number, &self->x[self->selected], 1);
    *text = g_string_free(number, FALSE);
    return TRUE;
}

gboolean mts_bits_typed(MtsLabModel *model, const char *text, GError **error)
{
    MtsBits *self = MTS_BITS(model);
    double value;
    /* A person may type the minus that the page shows. */
    g_autoptr(GString) plain = g_string_new(text);
    g_string_replace(plain, "−", "-", 0);
    if (!mts_lab_read_real("The value", plain->str, -1e9, 1e9, &value, error)) {
        return FALSE;
    }
    self->x[self->selected] = (float)value;
    while (fabs((double)self->x[self->selected]) >= self->range) {
        self->range *= 2;
    }
    self->stale = TRUE;
    mts_lab_model_changed(model);
    return TRUE;
}
