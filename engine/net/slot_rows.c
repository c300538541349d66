#include "net/slot_rows.h"
#include <string.h>

static void read_row(const EngMatrix *m, size_t row, float *out)
{
    const float *from =
        m->data + row / m->inner * m->outer_stride + row % m->inner * m->inner_stride;
    if (m->pos_stride == 1) {
        memcpy(out, from, m->length * sizeof *out);
        return;
    }
    for (size_t i = 0; i < m->length; i++)
        out[i] = from[i * m->pos_stride];
}

void eng_slot_rows_read(const EngSlotRows *slot, size_t first, size_t count, float *out)
{
    const EngMatrix *m = &slot->matrix;
    for (size_t row = first; row < first + count; row++, out += m->length) {
        if (m->gather)
            m->gather(m->gather_ctx, row, 1, out);
        else
            read_row(m, row, out);
    }
}

uint32_t eng_slot_rows_noise(const EngSlotRows *slot, size_t row)
{
    const EngMatrix *m = &slot->matrix;
    return (uint32_t)(row / m->inner * m->outer_noise + row % m->inner * m->inner_noise);
}
