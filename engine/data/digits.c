/* Digits as a hand might draw them: a skeleton of pen strokes, bent, tilted and shifted, inked
 * with a pen of some width, softened and grained. Everything comes from Philox and functions whose
 * bits are the same everywhere; each sample has a stream of its own, so a sample never depends on
 * how many others are made. */
#include "base/mathfn.h"
#include "base/memory.h"
#include "data/kinds.h"
#include "data/skeletons.h"
#include <math.h>
#include <string.h>

#define SIDE 28
#define CENTRE 14.0f
#define STEPS 5 /* straight pieces between two points of a stroke */

/* How one sample is written. Lengths in pixels, angles in turns. */
typedef struct Hand {
    float right[2], down[2]; /* where the skeleton's axes point, per unit of its height */
    float shift[2];
    struct {
        float amplitude[2], along[2], phase;
    } wave[2];         /* the elastic part: two slow waves across the drawing */
    float wobble;      /* deviation of each point of a stroke, in heights */
    float pen;         /* radius */
    float press, beat; /* share by which the radius swings, turns of the swing per point */
    float press_phase;
    float ink, soften; /* greatest grey 0..1; weight of the blurred picture 0..1 */
    float grain;       /* deviation of the noise, grey levels 0..255 */
} Hand;

typedef struct Pen {
    float x, y, radius;
} Pen;

typedef struct Canvas {
    float grey[SIDE + 2][SIDE + 2]; /* with a margin of one, so that blurring needs no edges */
} Canvas;

static float between(EngRandom *random, double low, double high)
{
    return (float)(low + (high - low) * eng_random_unit(random));
}

/* Normal with a deviation, cut at 2.5 deviations: no sample leaves the picture. */
static float around(EngRandom *random, double deviation)
{
    const double n = eng_random_normal(random);
    return (float)(deviation * (n > 2.5 ? 2.5 : n < -2.5 ? -2.5 : n));
}

static Hand draw_hand(EngRandom *random)
{
    Hand hand;
    const float turn = around(random, 0.026), slant = around(random, 0.13);
    const float height = between(random, 16.0, 22.0), width = height * between(random, 0.70, 1.05);
    const float c = (float)eng_cos_turn(turn), s = (float)eng_sin_turn(turn);
    hand.right[0] = width * c;
    hand.right[1] = width * s;
    hand.down[0] = -height * (s + slant * c);
    hand.down[1] = height * (c - slant * s);
    for (int axis = 0; axis < 2; axis++)
        hand.shift[axis] = CENTRE + between(random, -1.4, 1.4);
    for (int i = 0; i < 2; i++) {
        for (int axis = 0; axis < 2; axis++) {
            hand.wave[i].amplitude[axis] = around(random, 0.55);
            hand.wave[i].along[axis] = around(random, 0.9);
        }
        hand.wave[i].phase = between(random, 0.0, 1.0);
    }
    hand.wobble = between(random, 0.008, 0.042);
    hand.pen = between(random, 0.75, 1.75);
    hand.press = between(random, 0.0, 0.35);
    hand.beat = between(random, 0.1, 0.4);
    hand.press_phase = between(random, 0.0, 1.0);
    hand.ink = between(random, 0.72, 1.0);
    hand.soften = between(random, 0.0, 0.7);
    hand.grain = between(random, 0.0, 1.0);
    hand.grain *= hand.grain * 20.0f; /* most sheets are clean, some are not */
    return hand;
}

/* A skeleton's point (0..100) as the pen at the `index`-th point of its stroke. */
static Pen place(const Hand *hand, const int8_t point[2], unsigned index, EngRandom *random)
{
    const float u = (point[0] - 50) * 0.01f + around(random, hand->wobble);
    const float v = (point[1] - 50) * 0.01f + around(random, hand->wobble);
    Pen pen = {
        .x = hand->shift[0] + u * hand->right[0] + v * hand->down[0],
        .y = hand->shift[1] + u * hand->right[1] + v * hand->down[1],
    };
    for (int i = 0; i < 2; i++) {
        const float bend = (float)eng_sin_turn(
            hand->wave[i].along[0] * u + hand->wave[i].along[1] * v + hand->wave[i].phase);
        pen.x += hand->wave[i].amplitude[0] * bend;
        pen.y += hand->wave[i].amplitude[1] * bend;
    }
    const float swing = (float)eng_sin_turn(hand->beat * (float)index + hand->press_phase);
    pen.radius = hand->pen * (1.0f + hand->press * swing);
    return pen;
}

static int pixel_from(float edge)
{
    return edge < 0.0f ? 0 : edge >= SIDE ? SIDE : (int)edge;
}

/* Inks the straight piece from a to b: a pixel's grey falls from 1 to 0 over one pixel around the
 * pen's radius, which is how much of the pixel a straight edge covers. */
static void ink_piece(Canvas *canvas, Pen a, Pen b)
{
    const float radius = 0.5f * (a.radius + b.radius), reach = radius + 0.5f;
    const float dx = b.x - a.x, dy = b.y - a.y, square = dx * dx + dy * dy;
    const float inverse = square > 0.0f ? 1.0f / square : 0.0f;
    const int x0 = pixel_from((a.x < b.x ? a.x : b.x) - reach - 0.5f);
    const int x1 = pixel_from((a.x > b.x ? a.x : b.x) + reach + 0.5f);
    const int y0 = pixel_from((a.y < b.y ? a.y : b.y) - reach - 0.5f);
    const int y1 = pixel_from((a.y > b.y ? a.y : b.y) + reach + 0.5f);
    for (int y = y0; y < y1; y++) {
        for (int x = x0; x < x1; x++) {
            const float px = (float)x + 0.5f - a.x, py = (float)y + 0.5f - a.y;
            float t = (px * dx + py * dy) * inverse;
            t = t < 0.0f ? 0.0f : t > 1.0f ? 1.0f : t;
            const float ex = px - t * dx, ey = py - t * dy;
            const float grey = reach - sqrtf(ex * ex + ey * ey);
            float *cell = &canvas->grey[y + 1][x + 1];
            if (grey > *cell)
                *cell = grey > 1.0f ? 1.0f : grey;
        }
    }
}

/* Catmull-Rom: the cubic through p[1] and p[2] whose slopes there are half the neighbours'
 * distance. Source: Catmull, Rom, "A class of local interpolating splines", 1974. */
static float spline(float p0, float p1, float p2, float p3, float t)
{
    const float a = 2.0f * p1, b = p2 - p0;
    const float c = 2.0f * p0 - 5.0f * p1 + 4.0f * p2 - p3;
    const float d = 3.0f * (p1 - p2) + p3 - p0;
    return 0.5f * (a + t * (b + t * (c + t * d)));
}

static Pen along_span(const Pen p[4], int step)
{
    const float t = (float)step / STEPS;
    return (Pen){
        .x = spline(p[0].x, p[1].x, p[2].x, p[3].x, t),
        .y = spline(p[0].y, p[1].y, p[2].y, p[3].y, t),
        .radius = p[1].radius + t * (p[2].radius - p[1].radius),
    };
}

static void ink_stroke(Canvas *canvas, const Pen *point, unsigned count)
{
    for (unsigned i = 0; i + 1 < count; i++) {
        const Pen span[4] = {point[i > 0 ? i - 1 : 0], point[i], point[i + 1],
            point[i + 2 < count ? i + 2 : count - 1]};
        Pen from = span[1];
        for (int step = 1; step <= STEPS; step++) {
            const Pen to = along_span(span, step);
            ink_piece(canvas, from, to);
            from = to;
        }
    }
}

/* Strokes that meet in a corner share its point, so it is placed once. */
static void draw_skeleton(
    Canvas *canvas, const EngSkeleton *skeleton, const Hand *hand, EngRandom *random)
{
    Pen point[ENG_STROKE_POINTS];
    for (unsigned s = 0; s < skeleton->count; s++) {
        const EngStroke *stroke = &skeleton->stroke[s], *before = s > 0 ? stroke - 1 : NULL;
        unsigned i = 0;
        if (before && memcmp(before->point[before->count - 1], stroke->point[0], 2) == 0)
            point[i++] = point[before->count - 1];
        for (; i < stroke->count; i++)
            point[i] = place(hand, stroke->point[i], i, random);
        ink_stroke(canvas, point, stroke->count);
    }
}

/* Four uniform bytes add up to nearly a normal distribution of deviation sqrt(4 (2^16 - 1) / 12).
 * Exact integers, and a tenth of the price of a true normal number for each of 784 pixels. */
static float grain(EngRandom *random)
{
    const uint32_t w = eng_random_u32(random);
    const int sum = (int)((w & 255) + (w >> 8 & 255) + (w >> 16 & 255) + (w >> 24));
    return (float)(sum - 510) * (1.0f / 147.8f);
}

static float blurred(const Canvas *canvas, int y, int x)
{
    float sum = 0.0f;
    for (int dy = 0; dy < 3; dy++) {
        for (int dx = 0; dx < 3; dx++)
            sum += canvas->grey[y + dy][x + dx];
    }
    return sum * (1.0f / 9.0f);
}

static void develop(const Canvas *canvas, const Hand *hand, EngRandom *random, uint8_t *pixel)
{
    for (int y = 0; y < SIDE; y++) {
        for (int x = 0; x < SIDE; x++) {
            const float sharp = canvas->grey[y + 1][x + 1];
            const float soft = sharp + hand->soften * (blurred(canvas, y, x) - sharp);
            const float level = 255.0f * hand->ink * soft + hand->grain * grain(random);
            pixel[y * SIDE + x] = level <= 0.0f ? 0 : level >= 255.0f ? 255 : (uint8_t)level;
        }
    }
}

static void draw_digit(unsigned digit, EngRandom *random, uint8_t *pixel)
{
    Canvas canvas = {0};
    unsigned forms;
    const EngSkeleton *skeleton = eng_skeletons(digit, &forms);
    skeleton += eng_random_below(random, forms);
    const Hand hand = draw_hand(random);
    draw_skeleton(&canvas, skeleton, &hand, random);
    develop(&canvas, &hand, random, pixel);
}

static EngStatus make_split(
    uint64_t seed, uint32_t which, size_t count, EngSplit *split, EngError *err)
{
    split->bytes = eng_alloc(count, SIDE * SIDE);
    split->label = eng_alloc(count, sizeof *split->label);
    if (!split->bytes || !split->label)
        return eng_error(err, ENG_ERR_NOMEM, "digits: no memory for %zu drawings", count);
    for (size_t i = 0; i < count; i++) {
        EngRandom random;
        eng_random_init(&random, seed, ENG_STREAM_DIGITS, which, (uint32_t)i);
        split->label[i] = (uint16_t)(i % 10);
        draw_digit((unsigned)(i % 10), &random, split->bytes + i * SIDE * SIDE);
    }
    split->count = count;
    return ENG_OK;
}

EngStatus eng_digits_make(
    uint64_t seed, size_t train, size_t test, size_t limit, EngDataset *out, EngError *err)
{
    out->shape = (EngShape){.y = SIDE, .x = SIDE, .c = 1};
    out->classes = 10;
    const EngStatus status = make_split(seed, 0, train < limit ? train : limit, &out->train, err);
    return status != ENG_OK ? status : make_split(seed, 1, test, &out->test, err);
}
