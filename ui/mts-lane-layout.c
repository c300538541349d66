#include "mts-lane-layout.h"

#include <math.h>
#include <string.h>

size_t mts_lane_stem(const char *name)
{
    size_t length = strlen(name);
    while (length > 0 && g_ascii_isdigit(name[length - 1])) {
        length--;
    }
    return length;
}

static gboolean same_family(const char *a, const char *b)
{
    const size_t length = mts_lane_stem(a);
    return length > 0 && length == mts_lane_stem(b) && strncmp(a, b, length) == 0;
}

guint mts_lane_family(const char *const *names, guint layers, guint layer, guint *first)
{
    guint from = layer, to = layer + 1;
    while (from > 0 && same_family(names[from - 1], names[layer])) {
        from--;
    }
    while (to < layers && same_family(names[layer], names[to])) {
        to++;
    }
    *first = from;
    return to - from;
}

static void add_box(MtsLaneLayout *self, MtsTrack track, int *y)
{
    MtsLaneRow *row = &self->rows[self->row_count];
    self->boxes[self->box_count++] =
        (MtsLaneBox){self->row_count, row->layer, row->layers, track, *y};
    row->count++;
    *y += MTS_LANE_HEIGHT + MTS_LANE_GAP;
}

/* The two tracks of an opened role, in the order of a training step. */
static void add_slots(MtsLaneLayout *self, EngRole role, int *y)
{
    for (guint slot = 0; slot < ENG_SLOTS; slot++) {
        if (eng_slot_role((EngSlot)slot) == role) {
            add_box(self, MTS_TRACK_SLOT(slot), y);
        }
    }
}

static void add_row(MtsLaneLayout *self, MtsLaneRow row, const gboolean *opened)
{
    row.y = self->height;
    row.first = self->box_count;
    self->rows[self->row_count] = row;
    int y = row.y + MTS_ROW_PADDING;
    for (guint role = 0; role < 3; role++) {
        if (!row.folded && opened && opened[row.layer * 3 + role]) {
            add_slots(self, (EngRole)role, &y);
        } else {
            add_box(self, role, &y);
        }
    }
    self->rows[self->row_count].height = y - MTS_LANE_GAP + MTS_ROW_PADDING - row.y;
    self->height += self->rows[self->row_count].height;
    self->row_count++;
}

void mts_lane_layout_build(MtsLaneLayout *self, const char *const *names, guint layers,
    const gboolean *folded, const gboolean *opened)
{
    mts_lane_layout_clear(self);
    self->rows = g_new0(MtsLaneRow, layers + 1);
    self->boxes = g_new0(MtsLaneBox, (gsize)layers * ENG_SLOTS + 1);
    for (guint layer = 0; layer < layers;) {
        guint first;
        const guint members = mts_lane_family(names, layers, layer, &first);
        MtsLaneRow row = {.layer = layer, .layers = 1};
        row.family_head = members > 1 && first == layer;
        row.folded = row.family_head && folded && folded[layer];
        row.layers = row.folded ? members : 1;
        add_row(self, row, opened);
        layer += row.layers;
    }
}

void mts_lane_layout_clear(MtsLaneLayout *self)
{
    g_free(self->rows);
    g_free(self->boxes);
    *self = (MtsLaneLayout){0};
}

int mts_lane_layout_row_at(const MtsLaneLayout *self, double y)
{
    for (guint i = 0; i < self->row_count; i++) {
        const MtsLaneRow *row = &self->rows[i];
        if (y >= row->y && y < row->y + row->height) {
            return (int)i;
        }
    }
    return -1;
}

int mts_lane_layout_box_at(const MtsLaneLayout *self, double y)
{
    const double half_gap = MTS_LANE_GAP / 2.0;
    for (guint i = 0; i < self->box_count; i++) {
        const int top = self->boxes[i].y;
        if (y >= top - half_gap && y < top + MTS_LANE_HEIGHT + half_gap) {
            return (int)i;
        }
    }
    return -1;
}

int mts_lane_layout_nearest(const MtsLaneLayout *self, double y)
{
    int nearest = -1;
    double least = INFINITY;
    for (guint i = 0; i < self->box_count; i++) {
        const double distance = fabs(y - (self->boxes[i].y + MTS_LANE_HEIGHT / 2.0));
        if (distance < least) {
            least = distance;
            nearest = (int)i;
        }
    }
    return nearest;
}

int mts_lane_layout_find(const MtsLaneLayout *self, guint layer, MtsTrack track)
{
    int by_role = -1;
    for (guint i = 0; i < self->box_count; i++) {
        const MtsLaneBox *box = &self->boxes[i];
        if (layer < box->layer || layer >= box->layer + box->layers) {
            continue;
        }
        if (box->track == track) {
            return (int)i;
        }
        if (by_role < 0 && mts_track_role(box->track) == mts_track_role(track)) {
            by_role = (int)i;
        }
    }
    return by_role;
}

static double x_of(MtsLaneScale scale, guint32 step)
{
    return scale.x0 + step * scale.per_step;
}

MtsLaneHit mts_lane_hit(const EngSpan *spans, guint count, MtsLaneScale scale, double x)
{
    const double left = x_of(scale, spans[0].from), right = x_of(scale, spans[count - 1].to);
    if (x < left || x > right) {
        return (MtsLaneHit){MTS_PART_NOTHING, 0, 0};
    }
    guint span = 0;
    while (span + 1 < count && x >= x_of(scale, spans[span + 1].from)) {
        span++;
    }
    const double from = x_of(scale, spans[span].from), to = x_of(scale, spans[span].to);
    const double reach = MIN(MTS_EDGE_REACH, (to - from) / 3);
    const gboolean at_start = span > 0 && x - from <= reach;
    const gboolean at_end = span + 1 < count && to - x <= reach;
    if (at_start && (!at_end || x - from <= to - x)) {
        return (MtsLaneHit){MTS_PART_EDGE, span, span};
    }
    if (at_end) {
        return (MtsLaneHit){MTS_PART_EDGE, span, span + 1};
    }
    return (MtsLaneHit){MTS_PART_SEGMENT, span, 0};
}
