/* Two classes of points in the plane. */
#include "base/mathfn.h"
#include "base/memory.h"
#include "data/kinds.h"

/* A point of class `label` before noise is added, and how much noise its kind takes. */
typedef struct Point {
    double x, y;
} Point;

/* Two arms, half a turn apart, winding 1.5 times around the origin from radius 0.1 to 1. */
static Point on_spiral(EngRandom *random, unsigned label)
{
    const double along = eng_random_unit(random);
    const double radius = 0.1 + 0.9 * along, turn = 1.5 * along + 0.5 * label;
    return (Point){radius * eng_cos_turn(turn), radius * eng_sin_turn(turn)};
}

/* Two half circles of radius 0.7 that reach into each other. */
static Point on_moon(EngRandom *random, unsigned label)
{
    const double turn = 0.5 * eng_random_unit(random);
    const double x = 0.7 * eng_cos_turn(turn), y = 0.7 * eng_sin_turn(turn);
    return label == 0 ? (Point){x - 0.35, y - 0.175} : (Point){0.35 - x, 0.175 - y};
}

/* A circle of radius 0.45 inside one of radius 0.9. */
static Point on_circle(EngRandom *random, unsigned label)
{
    const double turn = eng_random_unit(random), radius = label == 0 ? 0.9 : 0.45;
    return (Point){radius * eng_cos_turn(turn), radius * eng_sin_turn(turn)};
}

/* Four clouds on the corners of a square; neighbours differ in class. */
static Point on_corner(EngRandom *random, unsigned label)
{
    const unsigned right = eng_random_u32(random) >> 31, up = right ^ label;
    return (Point){right ? 0.6 : -0.6, up ? 0.6 : -0.6};
}

static const struct {
    Point (*place)(EngRandom *random, unsigned label);
    double noise; /* standard deviation on each axis */
} kinds[] = {
    [ENG_PLANAR_SPIRALS] = {on_spiral, 0.03},
    [ENG_PLANAR_MOONS] = {on_moon, 0.10},
    [ENG_PLANAR_CIRCLES] = {on_circle, 0.08},
    [ENG_PLANAR_XOR] = {on_corner, 0.22},
};

static EngStatus make_split(
    EngPlanar kind, uint64_t seed, uint32_t which, size_t count, EngSplit *split, EngError *err)
{
    split->values = eng_alloc(count, 2 * sizeof *split->values);
    split->label = eng_alloc(count, sizeof *split->label);
    if (!split->values || !split->label)
        return eng_error(err, ENG_ERR_NOMEM, "no memory for %zu points", count);
    for (size_t i = 0; i < count; i++) {
        EngRandom random;
        eng_random_init(&random, seed, ENG_STREAM_PLANAR, (uint32_t)kind * 2 + which, (uint32_t)i);
        const unsigned label = i % 2;
        const Point p = kinds[kind].place(&random, label);
        const double right = kinds[kind].noise * eng_random_normal(&random);
        const double up = kinds[kind].noise * eng_random_normal(&random);
        split->values[2 * i] = (float)(p.x + right);
        split->values[2 * i + 1] = (float)(p.y + up);
        split->label[i] = (uint16_t)label;
    }
    split->count = count;
    return ENG_OK;
}

EngStatus eng_planar_make(EngPlanar kind, uint64_t seed, size_t train, size_t test, size_t limit,
    EngDataset *out, EngError *err)
{
    out->shape = (EngShape){.y = 1, .x = 1, .c = 2};
    out->classes = 2;
    const EngStatus status =
        make_split(kind, seed, 0, train < limit ? train : limit, &out->train, err);
    return status != ENG_OK ? status : make_split(kind, seed, 1, test, &out->test, err);
}
