#include "hardware/stepper.h"
#include "base/memory.h"
#include "hardware/saturate.h"
#include <string.h>

#define MAX_SIDE 256u   /* rows and columns of the array */
#define MAX_SIZE 65536u /* M, N, K */
#define MAX_SNAPSHOTS 64u
#define SNAPSHOT_BYTES ((size_t)64 << 20) /* for all of them */

typedef EngStepperChunk Chunk;

typedef struct Cell {
    Chunk resident, left, top;
    int64_t integer;
    float sum;
    bool sum_written, working;
} Cell;

typedef struct Operand {
    int32_t *k, *s;
    uint32_t rows;
    unsigned m;
} Operand;

/* What changes from cycle to cycle, in one piece so that it can be kept: the cells and the output
 * buffer lie behind it. */
typedef struct State {
    uint64_t cycle, tile, cycle_in_tile, worked;
    uint32_t working;
} State;

struct EngStepper {
    EngDataflow dataflow;
    uint32_t R, C, M, N, K, g, groups, width, beats;
    Operand a, b;
    const Operand *stays, *streams; /* ws, is */
    uint64_t tiles_down, tiles_across, tiles;
    State *state;
    Cell *cells;   /* [R][C], inside the state */
    float *output; /* [M][N], inside the state */
    size_t state_bytes;
    State *kept[MAX_SNAPSHOTS]; /* states at multiples of `interval`, ascending */
    size_t kept_count, kept_max;
    uint64_t interval;
};

/* ---- making one ------------------------------------------------------------------------------ */

static EngStatus check_job(const EngStepperJob *job, EngError *err)
{
    if (job->rows < 1 || job->rows > MAX_SIDE || job->columns < 1 || job->columns > MAX_SIDE)
        return eng_error(err, ENG_ERR_RANGE,
            "An array of %u x %u cells: the stepper takes 1..%u each way.", (unsigned)job->rows,
            (unsigned)job->columns, MAX_SIDE);
    if (job->M < 1 || job->M > MAX_SIZE || job->N < 1 || job->N > MAX_SIZE || job->K < 1 ||
        job->K > MAX_SIZE)
        return eng_error(err, ENG_ERR_RANGE,
            "A product of M %u, N %u, K %u: the stepper takes 1..%u each.", (unsigned)job->M,
            (unsigned)job->N, (unsigned)job->K, MAX_SIZE);
    if (job->g < 1 || job->g > ENG_FMAC_LANES || job->width < 1 || job->width > ENG_FMAC_LANES)
        return eng_error(err, ENG_ERR_RANGE,
            "Groups of %u in cells of %u products: the stepper takes 1..%d each.", (unsigned)job->g,
            (unsigned)job->width, ENG_FMAC_LANES);
    return ENG_OK;
}

/* Copies an operand; `name` is for the sentence. */
static EngStatus take_operand(const EngStepperOperand *from, uint32_t rows, uint32_t K,
    uint32_t groups, const char *name, Operand *to, EngError *err)
{
    if (from->m < 1 || from->m > 16)
        return eng_error(
            err, ENG_ERR_RANGE, "Operand %s has %u mantissa bits, expected 1..16.", name, from->m);
    /* Both sizes are at most 2^32, which a size_t of 64 bits holds; eng_alloc checks the rest. */
    const size_t elements = (size_t)rows * K, exponents = (size_t)rows * groups;
    *to = (Operand){.k = eng_alloc(elements, sizeof *to->k),
        .s = eng_alloc(exponents, sizeof *to->s),
        .rows = rows,
        .m = from->m};
    if (!to->k || !to->s)
        return eng_error(err, ENG_ERR_NOMEM, "No memory for operand %s of the stepper.", name);
    const int32_t limit = (int32_t)(1u << from->m) - 1;
    for (size_t i = 0; i < elements; i++) {
        if (from->k[i] < -limit || from->k[i] > limit)
            return eng_error(err, ENG_ERR_RANGE,
                "Mantissa %zu of operand %s is %ld, %u bits hold "
                "-%ld..%ld.",
                i, name, (long)from->k[i], from->m, (long)limit, (long)limit);
    }
    for (size_t i = 0; i < exponents; i++) {
        if (from->s[i] < -62 || from->s[i] > 62)
            return eng_error(err, ENG_ERR_RANGE,
                "Exponent %zu of operand %s is %ld, expected -62..62.", i, name, (long)from->s[i]);
    }
    memcpy(to->k, from->k, elements * sizeof *to->k);
    memcpy(to->s, from->s, exponents * sizeof *to->s);
    return ENG_OK;
}

static EngStatus make_state(EngStepper *s, EngError *err)
{
    size_t cells, outputs, bytes = sizeof(State);
    if (!eng_size_mul((size_t)s->R * s->C, sizeof(Cell), &cells) ||
        !eng_size_mul((size_t)s->M * s->N, sizeof(float), &outputs) ||
        !eng_size_add(bytes, cells, &bytes) || !eng_size_add(bytes, outputs, &bytes))
        return eng_error(err, ENG_ERR_NOMEM, "No memory for the stepper's array.");
    s->state = eng_alloc(bytes, 1);
    if (!s->state)
        return eng_error(err, ENG_ERR_NOMEM, "No memory for the stepper's array.");
    s->state_bytes = bytes;
    s->cells = (Cell *)(s->state + 1);
    s->output = (float *)(s->cells + (size_t)s->R * s->C);
    const size_t room = SNAPSHOT_BYTES / bytes;
    s->kept_max = room < MAX_SNAPSHOTS ? room : MAX_SNAPSHOTS;
    s->interval = 64;
    return ENG_OK;
}

static void count_tiles(EngStepper *s)
{
    if (s->dataflow == ENG_DATAFLOW_OS) {
        s->tiles_down = eng_ceil_div(s->M, s->R);
        s->tiles_across = eng_ceil_div(s->N, s->C);
    } else {
        s->stays = s->dataflow == ENG_DATAFLOW_WS ? &s->b : &s->a;
        s->streams = s->dataflow == ENG_DATAFLOW_WS ? &s->a : &s->b;
        s->tiles_down = eng_ceil_div(s->groups, s->R);
        s->tiles_across = eng_ceil_div(s->stays->rows, s->C);
    }
    s->tiles = s->tiles_down * s->tiles_across;
}

static void work(EngStepper *s);

EngStatus eng_stepper_new(const EngStepperJob *job, EngStepper **out, EngError *err)
{
    EngStatus status = check_job(job, err);
    if (status)
        return status;
    EngStepper *const s = eng_alloc(1, sizeof *s);
    if (!s)
        return eng_error(err, ENG_ERR_NOMEM, "No memory for the stepper.");
    s->dataflow = job->dataflow;
    s->R = job->rows;
    s->C = job->columns;
    s->M = job->M;
    s->N = job->N;
    s->K = job->K;
    s->g = job->g;
    s->width = job->width;
    s->groups = (job->K + job->g - 1) / job->g;
    status = take_operand(&job->a, s->M, s->K, s->groups, "A", &s->a, err);
    if (!status)
        status = take_operand(&job->b, s->N, s->K, s->groups, "B", &s->b, err);
    if (!status)
        status = make_state(s, err);
    if (status) {
        eng_stepper_free(s);
        return status;
    }
    s->beats = eng_passes(s->a.m, s->b.m) * (uint32_t)eng_ceil_div(s->g, s->width);
    count_tiles(s);
    work(s);
    *out = s;
    return ENG_OK;
}

void eng_stepper_free(EngStepper *stepper)
{
    if (!stepper)
        return;
    for (size_t i = 0; i < stepper->kept_count; i++)
        eng_free(stepper->kept[i]);
    eng_free(stepper->a.k);
    eng_free(stepper->a.s);
    eng_free(stepper->b.k);
    eng_free(stepper->b.s);
    eng_free(stepper->state);
    eng_free(stepper);
}

/* ---- what enters at the edges --------------------------------------------------------------------- */

/* Tiles of C's columns (ws), rows (is) stand outside, K inside; os: rows outside, columns inside. */
static uint32_t tile_down(const EngStepper *s)
{
    return (uint32_t)(s->dataflow == ENG_DATAFLOW_OS ? s->state->tile / s->tiles_across
                                                     : s->state->tile % s->tiles_down);
}

static uint32_t tile_across(const EngStepper *s)
{
    return (uint32_t)(s->dataflow == ENG_DATAFLOW_OS ? s->state->tile % s->tiles_across
                                                     : s->state->tile / s->tiles_down);
}

/* A chunk of `row` and `group`, or the bubble in its place beyond the operand's edge. */
static Chunk chunk(
    const EngStepper *s, const Operand *operand, uint64_t row, uint64_t group, uint64_t beat)
{
    return (Chunk){.full = true,
        .bubble = row >= operand->rows || group >= s->groups,
        .row = (uint32_t)row,
        .group = (uint32_t)group,
        .beat = (uint32_t)beat};
}

/* The group that enters column c from the top while the operand that stays is shifted in: the one
 * for the lowest row comes first. */
static Chunk resident_at_top(const EngStepper *s, uint32_t c)
{
    const uint64_t row = s->R - 1 - s->state->cycle_in_tile;
    return chunk(
        s, s->stays, (uint64_t)tile_across(s) * s->C + c, (uint64_t)tile_down(s) * s->R + row, 0);
}

/* What enters a row or column whose turn comes `delay` cycles into the tile: beat after beat, item
 * after item. */
static bool turn(
    const EngStepper *s, uint64_t delay, uint64_t items, uint64_t *item, uint64_t *beat)
{
    const uint64_t t = s->state->cycle_in_tile;
    if (t < delay || t - delay >= items * s->beats)
        return false;
    *item = (t - delay) / s->beats;
    *beat = (t - delay) % s->beats;
    return true;
}

static Chunk left_at_edge(const EngStepper *s, uint32_t r)
{
    uint64_t item, beat;
    if (s->dataflow == ENG_DATAFLOW_OS)
        return turn(s, r, s->groups, &item, &beat)
            ? chunk(s, &s->a, (uint64_t)tile_down(s) * s->R + r, item, beat)
            : (Chunk){0};
    return turn(s, (uint64_t)s->R + r, s->streams->rows, &item, &beat)
        ? chunk(s, s->streams, item, (uint64_t)tile_down(s) * s->R + r, beat)
        : (Chunk){0};
}

static Chunk top_at_edge(const EngStepper *s, uint32_t c)
{
    uint64_t item, beat;
    return turn(s, c, s->groups, &item, &beat)
        ? chunk(s, &s->b, (uint64_t)tile_across(s) * s->C + c, item, beat)
        : (Chunk){0};
}

static bool loading(const EngStepper *s)
{
    return s->dataflow != ENG_DATAFLOW_OS && s->state->cycle_in_tile < s->R;
}

/* ---- one cycle ---------------------------------------------------------------------------------------- */

static Cell *cell_at(const EngStepper *s, uint32_t r, uint32_t c)
{
    return &s->cells[(size_t)r * s->C + c];
}

/* All registers take what their neighbour held, from the far corner on so that nothing is
 * overwritten before it has moved. */
static void move(EngStepper *s)
{
    const bool shift_resident = loading(s), outputs_stay = s->dataflow == ENG_DATAFLOW_OS;
    for (uint32_t r = s->R; r-- > 0;) {
        for (uint32_t c = s->C; c-- > 0;) {
            Cell *const cell = cell_at(s, r, c);
            cell->left = c > 0 ? cell_at(s, r, c - 1)->left : left_at_edge(s, r);
            if (outputs_stay)
                cell->top = r > 0 ? cell_at(s, r - 1, c)->top : top_at_edge(s, c);
            if (shift_resident)
                cell->resident = r > 0 ? cell_at(s, r - 1, c)->resident : resident_at_top(s, c);
        }
    }
}

static const int32_t *mantissas(const EngStepper *s, const Operand *operand, const Chunk *at)
{
    return operand->k + (size_t)at->row * s->K + (size_t)at->group * s->g;
}

static int exponent(const EngStepper *s, const Operand *operand, const Chunk *at)
{
    return operand->s[(size_t)at->row * s->groups + at->group];
}

static uint32_t group_length(const EngStepper *s, uint32_t group)
{
    const uint32_t left = s->K - group * s->g;
    return left < s->g ? left : s->g;
}

/* The two chunks a cell multiplies, A's first; NULL where it has no pair. */
static bool chunks_of_cell(const EngStepper *s, const Cell *cell, const Chunk **a, const Chunk **b)
{
    const Chunk *const other = s->dataflow == ENG_DATAFLOW_OS ? &cell->top : &cell->resident;
    const bool swapped = s->dataflow == ENG_DATAFLOW_IS;
    *a = swapped ? other : &cell->left;
    *b = swapped ? &cell->left : other;
    return cell->left.full && !cell->left.bubble && other->full && !other->bubble;
}

static int64_t chunk_value(int32_t k, unsigned index)
{
    const uint32_t bits = (k < 0 ? (uint32_t)-k : (uint32_t)k) >> (2 * index) & 3;
    return k < 0 ? -(int64_t)bits : (int64_t)bits;
}

/* What one beat adds to the integer accumulator: the chunks of a slice, shifted. */
static int64_t beat_sum(const EngStepper *s, const Chunk *a, const Chunk *b, uint32_t beat)
{
    const unsigned chunks_a = (s->a.m + 1) / 2, chunks_b = (s->b.m + 1) / 2;
    const unsigned i = beat / chunks_b % chunks_a, j = beat % chunks_b;
    const uint32_t first = beat / (chunks_a * chunks_b) * s->width;
    const uint32_t length = group_length(s, a->group);
    const uint32_t end = first + s->width < length ? first + s->width : length;
    const int32_t *const x = mantissas(s, &s->a, a), *const y = mantissas(s, &s->b, b);
    int64_t sum = 0;
    for (uint32_t n = first; n < end; n++)
        sum += chunk_value(x[n], i) * chunk_value(y[n], j);
    return sum * (INT64_C(1) << 2 * (i + j));
}

/* The output a chunk pair belongs to. */
static float *output_of(EngStepper *s, const Chunk *a, const Chunk *b)
{
    return &s->output[(size_t)a->row * s->N + b->row];
}

/* The last beat of a group pair: one fused multiply-add onto `before`. */
static float finish_pair(
    const EngStepper *s, const Cell *cell, const Chunk *a, const Chunk *b, float before)
{
    return eng_fmac_accumulate(
        cell->integer, exponent(s, &s->a, a) + exponent(s, &s->b, b), before);
}

/* os: the accumulator stays in the cell and leaves it with the last group. */
static void work_in_place(EngStepper *s, Cell *cell, const Chunk *a, const Chunk *b)
{
    cell->sum = finish_pair(s, cell, a, b, a->group == 0 ? 0.0f : cell->sum);
    cell->sum_written = true;
    if (a->group + 1 == s->groups)
        *output_of(s, a, b) = cell->sum;
}

/* ws, is: the partial sum comes from above and goes on downwards; a cell without a group of its own
 * hands it on as it is. The rows of the array that hold no group of the last K tile do so, too. */
static void work_down(
    EngStepper *s, uint32_t r, uint32_t c, bool pair, const Chunk *a, const Chunk *b)
{
    Cell *const cell = cell_at(s, r, c);
    if (cell->resident.row >= s->stays->rows || cell->left.row >= s->streams->rows)
        return;
    float *const output = output_of(s, a, b);
    const float before = r > 0 ? cell_at(s, r - 1, c)->sum : *output;
    cell->sum = pair ? finish_pair(s, cell, a, b, before) : before;
    cell->sum_written = true;
    if (r + 1 == s->R)
        *output = cell->sum;
}

static void work_in_cell(EngStepper *s, uint32_t r, uint32_t c)
{
    Cell *const cell = cell_at(s, r, c);
    const Chunk *a, *b;
    const bool pair = chunks_of_cell(s, cell, &a, &b);
    const uint32_t beat = cell->left.beat;
    cell->working = pair;
    cell->sum_written = false;
    s->state->working += pair;
    if (pair)
        cell->integer = (beat == 0 ? 0 : cell->integer) + beat_sum(s, a, b, beat);
    if (!cell->left.full || beat + 1 < s->beats)
        return;
    if (s->dataflow != ENG_DATAFLOW_OS)
        work_down(s, r, c, pair, a, b);
    else if (pair)
        work_in_place(s, cell, a, b);
}

/* Registers move, then every cell works on what it holds; from the bottom up, so that a cell reads
 * the partial sum that the one above wrote a cycle ago. */
static void work(EngStepper *s)
{
    move(s);
    s->state->working = 0;
    for (uint32_t r = s->R; r-- > 0;) {
        for (uint32_t c = 0; c < s->C; c++)
            work_in_cell(s, r, c);
    }
    s->state->worked += s->state->working;
}

/* The corner cell holds the last chunk of the tile's last item: nothing is left to do in it. */
static bool tile_is_over(const EngStepper *s)
{
    const Chunk *const last = &cell_at(s, s->R - 1, s->C - 1)->left;
    if (!last->full || last->beat + 1 < s->beats)
        return false;
    return s->dataflow == ENG_DATAFLOW_OS ? last->group + 1 == s->groups
                                          : last->row + 1 == s->streams->rows;
}

/* ---- time ----------------------------------------------------------------------------------------------- */

static void drop_every_other(EngStepper *s)
{
    size_t n = 0;
    s->interval *= 2;
    for (size_t i = 0; i < s->kept_count; i++) {
        if (s->kept[i]->cycle % s->interval == 0)
            s->kept[n++] = s->kept[i];
        else
            eng_free(s->kept[i]);
    }
    s->kept_count = n;
}

/* Keeps the state now and then; where memory is short it keeps none, and going back takes longer. */
static void keep(EngStepper *s)
{
    if (s->state->cycle % s->interval != 0 || s->kept_max == 0)
        return;
    if (s->kept_count > 0 && s->kept[s->kept_count - 1]->cycle >= s->state->cycle)
        return;
    if (s->kept_count == s->kept_max)
        drop_every_other(s);
    if (s->state->cycle % s->interval != 0 || s->kept_count == s->kept_max)
        return;
    State *const copy = eng_alloc(s->state_bytes, 1);
    if (!copy)
        return;
    memcpy(copy, s->state, s->state_bytes);
    s->kept[s->kept_count++] = copy;
}

bool eng_stepper_finished(const EngStepper *stepper)
{
    return tile_is_over(stepper) && stepper->state->tile + 1 == stepper->tiles;
}

bool eng_stepper_step(EngStepper *stepper)
{
    State *const state = stepper->state;
    if (eng_stepper_finished(stepper))
        return false;
    if (tile_is_over(stepper)) {
        state->tile++;
        state->cycle_in_tile = 0;
    } else {
        state->cycle_in_tile++;
    }
    state->cycle++;
    work(stepper);
    keep(stepper);
    return true;
}

/* Back to the last kept state that is not after `cycle`, or to the start. */
static void go_back(EngStepper *s, uint64_t cycle)
{
    const State *best = NULL;
    for (size_t i = 0; i < s->kept_count; i++) {
        if (s->kept[i]->cycle <= cycle)
            best = s->kept[i];
    }
    if (best) {
        memcpy(s->state, best, s->state_bytes);
        return;
    }
    memset(s->state, 0, s->state_bytes);
    work(s);
}

void eng_stepper_seek(EngStepper *stepper, uint64_t cycle)
{
    if (cycle < stepper->state->cycle)
        go_back(stepper, cycle);
    while (stepper->state->cycle < cycle && eng_stepper_step(stepper))
        continue;
}

uint64_t eng_stepper_cycle(const EngStepper *stepper)
{
    return stepper->state->cycle;
}

uint64_t eng_stepper_expected(const EngStepper *stepper)
{
    return eng_array_cycles(stepper->dataflow, stepper->R, stepper->C, stepper->M, stepper->N,
        stepper->groups, stepper->beats);
}

/* ---- looking at it ---------------------------------------------------------------------------------------- */

const float *eng_stepper_output(const EngStepper *stepper)
{
    return stepper->output;
}

EngStepperPlace eng_stepper_place(const EngStepper *stepper)
{
    const State *const state = stepper->state;
    const bool outputs_stay = stepper->dataflow == ENG_DATAFLOW_OS;
    const uint32_t down = tile_down(stepper) * stepper->R;
    return (EngStepperPlace){.tile = state->tile,
        .tiles = stepper->tiles,
        .cycle_in_tile = state->cycle_in_tile,
        .loading = loading(stepper),
        .first_group = outputs_stay ? 0 : down,
        .first_row = outputs_stay ? down : 0,
        .first_column = tile_across(stepper) * stepper->C,
        .working = state->working,
        .worked = state->worked};
}

EngStepperCell eng_stepper_cell(const EngStepper *stepper, uint32_t row, uint32_t column)
{
    const Cell *const cell = cell_at(stepper, row, column);
    const Chunk *a, *b;
    chunks_of_cell(stepper, cell, &a, &b);
    return (EngStepperCell){.working = cell->working,
        .resident = cell->resident,
        .left = cell->left,
        .top = cell->top,
        .integer = cell->integer,
        .sum = cell->sum,
        .sum_written = cell->sum_written,
        .m = cell->working ? a->row : 0,
        .n = cell->working ? b->row : 0};
}

bool eng_stepper_beat(const EngStepper *stepper, uint32_t row, uint32_t column, EngFmacBeat *beat)
{
    const Cell *const cell = cell_at(stepper, row, column);
    const Chunk *a, *b;
    if (!chunks_of_cell(stepper, cell, &a, &b))
        return false;
    EngFmac fmac;
    const EngStatus status = eng_fmac_init(&fmac, mantissas(stepper, &stepper->a, a), stepper->a.m,
        exponent(stepper, &stepper->a, a), mantissas(stepper, &stepper->b, b), stepper->b.m,
        exponent(stepper, &stepper->b, b), group_length(stepper, a->group), stepper->width, 0, 0.0f,
        NULL);
    if (status || cell->left.beat >= eng_fmac_beats(&fmac))
        return false;
    eng_fmac_beat(&fmac, cell->left.beat, beat);
    return true;
}
