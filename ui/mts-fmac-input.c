#include "mts-fmac-private.h"

#include <math.h>
#include <string.h>

/* ---- what lies under the pointer ------------------------------------------------------------- */

typedef struct Bit {
    int side; /* -1: none */
    guint lane, bit;
} Bit;

static int lane_at(const MtsFmacLayout *layout, double x)
{
    const double lane = floor((x - layout->left) / layout->pitch);
    return lane >= 0 && lane < MTS_FMAC_LANES ? (int)lane : -1;
}

static Bit bit_at(MtsFmac *self, const MtsFmacLayout *layout, const MtsLabPointer *pointer)
{
    const int lane = lane_at(layout, pointer->x);
    for (guint side = 0; lane >= 0 && side < MTS_FMAC_SIDES; side++) {
        for (guint chunk = 0; chunk < mts_fmac_chunks(&self->side[side]); chunk++) {
            const double row =
                floor((pointer->y - mts_fmac_chunk_y(self, layout, side, chunk)) / layout->row);
            const guint bit = 2 * chunk + (row == 0 ? 1 : 0);
            if (row >= 0 && row < 2 && bit < self->side[side].m) {
                return (Bit){(int)side, (guint)lane, bit};
            }
        }
    }
    return (Bit){.side = -1};
}

static int pass_at(MtsFmac *self, const MtsFmacLayout *layout, const MtsLabPointer *pointer)
{
    for (guint pass = 0; pass < mts_fmac_beats(self); pass++) {
        double x, y, width;
        mts_fmac_pass_place(self, layout, pass, &x, &y, &width);
        if (pointer->x >= x && pointer->x < x + width && pointer->y >= y &&
            pointer->y < y + layout->pass_height) {
            return (int)pass;
        }
    }
    return -1;
}

/* The side whose exponent is under the pointer, beside its bits or where exponents add. */
static int exponent_at(const MtsFmacLayout *layout, const MtsLabPointer *pointer)
{
    if (pointer->x >= layout->box_x - 4 && pointer->x < layout->right - 8) {
        return pointer->y < layout->top[1] - 20 ? 0 : pointer->y < layout->products - 10 ? 1 : -1;
    }
    if (pointer->x >= layout->right && pointer->y > 40 && pointer->y < 86) {
        const double third = (pointer->x - layout->right) / (layout->width / 3);
        return third < 1 ? 0 : third < 2 ? 1 : -1;
    }
    return -1;
}

/* ---- pointer --------------------------------------------------------------------------------- */

void mts_fmac_motion(MtsLabModel *model, const MtsLabPointer *pointer)
{
    MtsFmac *self = MTS_FMAC(model);
    mts_fmac_renew(self);
    const MtsFmacLayout layout = mts_fmac_layout(self, pointer ? pointer->width : MTS_FMAC_WIDTH);
    const gboolean over_lanes = pointer && pointer->y < layout.products + 12;
    const int lane = over_lanes ? lane_at(&layout, pointer->x) : -1;
    const int pass = pointer ? pass_at(self, &layout, pointer) : -1;
    if (lane != self->hover_lane || pass != self->hover_pass) {
        self->hover_lane = lane;
        self->hover_pass = pass;
        mts_lab_model_looks(model);
    }
}

static void move_exponent(MtsFmac *self, guint side, int by)
{
    mts_lab_model_mark(MTS_LAB_MODEL(self));
    mts_fmac_renew(self);
    self->side[side].exponent = CLAMP(self->side[side].exponent + by, -30, 30);
    self->side[side].moved = TRUE;
    self->stale = TRUE;
    mts_lab_model_changed(MTS_LAB_MODEL(self));
}

/* The mantissa of one lane as its value has it. */
static void restore_lane(MtsFmac *self, guint side, guint lane)
{
    MtsFmacSide *one = &self->side[side];
    one->k[lane] = one->own[lane];
    one->edited = memcmp(one->k, one->own, sizeof one->k) != 0;
    self->stale = TRUE;
    mts_lab_model_changed(MTS_LAB_MODEL(self));
}

gboolean mts_fmac_press(MtsLabModel *model, const MtsLabPointer *pointer)
{
    MtsFmac *self = MTS_FMAC(model);
    mts_fmac_renew(self);
    const MtsFmacLayout layout = mts_fmac_layout(self, pointer->width);
    const Bit bit = bit_at(self, &layout, pointer);
    const int pass = pass_at(self, &layout, pointer);
    if (bit.side >= 0 && pointer->clicks >= 2) {
        restore_lane(self, (guint)bit.side, bit.lane);
    } else if (bit.side >= 0) {
        mts_fmac_flip(self, (guint)bit.side, bit.lane, bit.bit);
    } else if (pass >= 0) {
        self->playing = FALSE;
        mts_fmac_go(self, (guint)pass * MTS_FMAC_PHASES + MTS_FMAC_PHASES - 1);
    }
    return FALSE;
}

gboolean mts_fmac_scroll(MtsLabModel *model, const MtsLabPointer *pointer, double steps)
{
    MtsFmac *self = MTS_FMAC(model);
    mts_fmac_renew(self);
    const MtsFmacLayout layout = mts_fmac_layout(self, pointer->width);
    const int side = exponent_at(&layout, pointer);
    if (side < 0 || steps == 0) {
        return FALSE;
    }
    move_exponent(self, (guint)side, steps > 0 ? 1 : -1);
    return TRUE;
}

const char *mts_fmac_cursor(MtsLabModel *model, const MtsLabPointer *pointer)
{
    MtsFmac *self = MTS_FMAC(model);
    mts_fmac_renew(self);
    const MtsFmacLayout layout = mts_fmac_layout(self, pointer->width);
    return bit_at(self, &layout, pointer).side >= 0 || pass_at(self, &layout, pointer) >= 0
        ? "pointer"
        : NULL;
}

/* ---- keys ------------------------------------------------------------------------------------ */

/* With Shift the arrow keys walk over the bits. */
static gboolean walk(MtsFmac *self, guint keyval)
{
    const guint rows = 2 * (mts_fmac_chunks(&self->side[0]) + mts_fmac_chunks(&self->side[1]));
    switch (keyval) {
    case GDK_KEY_Left:
        self->cursor_lane = (self->cursor_lane + MTS_FMAC_LANES - 1) % MTS_FMAC_LANES;
        break;
    case GDK_KEY_Right:
        self->cursor_lane = (self->cursor_lane + 1) % MTS_FMAC_LANES;
        break;
    case GDK_KEY_Up:
        self->cursor_row = (self->cursor_row + rows - 1) % rows;
        break;
    case GDK_KEY_Down:
        self->cursor_row = (self->cursor_row + 1) % rows;
        break;
    default:
        return FALSE;
    }
    self->cursor_shown = TRUE;
    mts_lab_model_looks(MTS_LAB_MODEL(self));
    return TRUE;
}

static void flip_at_cursor(MtsFmac *self)
{
    const guint rows = 2 * mts_fmac_chunks(&self->side[0]);
    const guint side = self->cursor_row < rows ? 0 : 1;
    const guint row = self->cursor_row - side * rows;
    const guint bit = 2 * mts_fmac_chunks(&self->side[side]) - 1 - row;
    self->cursor_shown = TRUE;
    if (bit < self->side[side].m) {
        mts_fmac_flip(self, side, self->cursor_lane, bit);
    }
}

gboolean mts_fmac_key(MtsLabModel *model, guint keyval, GdkModifierType modifiers, gboolean down)
{
    MtsFmac *self = MTS_FMAC(model);
    if (!down || modifiers & (GDK_CONTROL_MASK | GDK_ALT_MASK)) {
        return FALSE;
    }
    mts_fmac_renew(self);
    if (modifiers & GDK_SHIFT_MASK && walk(self, keyval)) {
        return TRUE;
    }
    switch (keyval) {
    case GDK_KEY_Right:
        return mts_lab_model_act(model, "next");
    case GDK_KEY_Left:
        return mts_lab_model_act(model, "back");
    case GDK_KEY_Home:
        return mts_lab_model_act(model, "first");
    case GDK_KEY_End:
        return mts_lab_model_act(model, "last");
    case GDK_KEY_Page_Down:
        mts_fmac_go(self, self->at + MTS_FMAC_PHASES);
        return TRUE;
    case GDK_KEY_Page_Up:
        mts_fmac_go(self, self->at - MIN(self->at, MTS_FMAC_PHASES));
        return TRUE;
    case GDK_KEY_space:
        return mts_lab_model_act(model, "play");
    case GDK_KEY_n:
        return mts_lab_model_act(model, "again");
    case GDK_KEY_r:
        return mts_lab_model_act(model, "restore");
    case GDK_KEY_f:
        flip_at_cursor(self);
        return TRUE;
    case GDK_KEY_bracketleft:
    case GDK_KEY_bracketright:
        move_exponent(self, 0, keyval == GDK_KEY_bracketright ? 1 : -1);
        return TRUE;
    case GDK_KEY_braceleft:
    case GDK_KEY_braceright:
        move_exponent(self, 1, keyval == GDK_KEY_braceright ? 1 : -1);
        return TRUE;
    default:
        return FALSE;
    }
}
