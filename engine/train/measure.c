#include "train/measure.h"
#include "base/mathfn.h"
#include "base/memory.h"
#include "number/codec.h"
#include "number/lfsr.h"
#include "number/quantize.h"
#include <math.h>
#include <string.h>

/* Neighbours that are shown where a format has no groups. */
#define LOOK_PLAIN 16

/* ---- one quantisation, block by block ---------------------------------------------------------- */

/* A format at work on one slot's tensor. */
typedef struct Quantiser {
    EngCodec codec;
    EngNoise noise;
    EngLfsr lfsr;
    uint64_t lfsr_start;
    size_t length;
    unsigned block, bits; /* elements that go together; integers' magnitude bits or 0 */
} Quantiser;

static EngStatus diverged(EngError *err)
{
    return eng_error(err, ENG_ERR_DIVERGED, "The tensor holds a value that is not below 2^62.");
}

/* The largest |x| of the tensor, as bits. */
static EngStatus largest_bits(const EngSlotRows *rows, uint32_t *bits, EngError *err)
{
    float *row = eng_alloc(rows->length, sizeof *row);
    if (!row)
        return eng_error(err, ENG_ERR_NOMEM, "No memory to measure a tensor.");
    *bits = 0;
    for (size_t i = 0; i < rows->rows; i++) {
        eng_slot_rows_read(rows, i, 1, row);
        const uint32_t most = eng_max_bits(row, rows->length);
        *bits = most > *bits ? most : *bits;
    }
    eng_free(row);
    return *bits < ENG_DIVERGED_BITS ? ENG_OK : diverged(err);
}

static EngStatus make_quantiser(const EngSlotRows *rows, const EngFormat *format,
    const EngNoise *noise, Quantiser *out, EngError *err)
{
    uint32_t bits = 0;
    if (eng_codec_needs_max(format)) {
        const EngStatus status = largest_bits(rows, &bits, err);
        if (status != ENG_OK)
            return status;
    }
    *out = (Quantiser){.codec = eng_codec(format, bits, true),
        .noise = *noise,
        .length = rows->length,
        .block = eng_codec_block(format),
        .bits = eng_codec_bits(format)};
    if (format->rounding == ENG_ROUND_LFSR) {
        const uint64_t groups = (rows->length + out->block - 1) / out->block;
        eng_lfsr_init(&out->lfsr, noise->seed, noise->tensor, out->block);
        out->lfsr_start = groups * rows->rows * noise->step;
    }
    return ENG_OK;
}

static void noise_of(
    const Quantiser *q, uint32_t row, size_t from, size_t n, uint32_t noise[ENG_CODEC_BLOCK])
{
    const EngFormat *f = &q->codec.format;
    memset(noise, 0, n * sizeof *noise);
    if (f->rounding == ENG_ROUND_STOCHASTIC && f->noise_bits > 0) {
        eng_noise_fill(&q->noise, row, q->length, from, n, f->noise_bits, noise);
    } else if (f->rounding == ENG_ROUND_LFSR) {
        const uint64_t groups = (q->length + q->block - 1) / q->block;
        for (size_t i = 0; i < n; i++)
            noise[i] =
                eng_lfsr_at(&q->lfsr, (unsigned)i, q->lfsr_start + row * groups + from / q->block) &
                ((UINT32_C(1) << f->noise_bits) - 1);
    }
}

/* One block as integers (where the format has them) and as values. Returns s. */
static int quantise_block(const Quantiser *q, const EngCodec *codec, const float *x, size_t n,
    const uint32_t *noise, int32_t *k, float *y)
{
    if (q->bits == 0) {
        eng_codec_values(codec, x, n, noise, y);
        return 0;
    }
    const int s = eng_codec_integers(codec, x, n, noise, k);
    for (size_t i = 0; i < n; i++)
        y[i] = ldexpf((float)k[i], s) * codec->factor;
    return s;
}

/* ---- figures ----------------------------------------------------------------------------------- */

/* What one row adds to the figures. */
typedef struct Part {
    double signal, noise, less, more;
    double exponents, squares; /* sums of s and s^2 over groups */
    uint32_t groups, values, nonzero, flushed, saturated;
    bool diverged;
} Part;

typedef struct Job {
    const EngSlotRows *rows;
    const Quantiser *exact, *less, *more; /* the latter two may be NULL */
    size_t sampled;                       /* rows that are looked at */
    Part *part;                           /* (sampled) */
    float *row;                           /* (threads, length) */
} Job;

/* The largest magnitude a value can become, or Inf where that is not one number for all blocks. */
static float largest_value(const EngCodec *c)
{
    switch ((EngFormatKind)c->format.kind) {
    case ENG_KIND_FLOAT:
        return eng_format_is_fp32(&c->format) ? INFINITY : c->rule.traits->most;
    case ENG_KIND_FIXED:
        return ldexpf((float)((UINT64_C(1) << (c->format.int_bits + c->format.frac_bits)) - 1),
            -c->format.frac_bits);
    default:
        return INFINITY;
    }
}

/* The largest integer of a block, or INT32_MAX where that is not the same for all. */
static int32_t largest_integer(const EngCodec *c)
{
    switch ((EngFormatKind)c->format.kind) {
    case ENG_KIND_BFP:
        return (INT32_C(1) << c->format.m) - 1;
    case ENG_KIND_INT:
        return (INT32_C(1) << (c->format.m - 1)) - 1;
    default:
        return INT32_MAX;
    }
}

static double squared_error(const float *x, const float *y, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += ((double)x[i] - (double)y[i]) * ((double)x[i] - (double)y[i]);
    return sum;
}

static void measure_block(const Job *job, const EngCodec *codec, uint32_t row, const float *x,
    size_t from, size_t n, Part *part)
{
    const Quantiser *q = job->exact;
    uint32_t noise[ENG_CODEC_BLOCK];
    int32_t k[ENG_CODEC_BLOCK] = {0};
    float y[ENG_CODEC_BLOCK];
    noise_of(q, row, from, n, noise);
    const int s = quantise_block(q, codec, x, n, noise, k, y);
    const float most_value = largest_value(codec);
    const int32_t most = largest_integer(codec);
    for (size_t i = 0; i < n; i++) {
        part->signal += (double)x[i] * (double)x[i];
        part->nonzero += x[i] != 0;
        part->flushed += x[i] != 0 && y[i] == 0;
        part->saturated += fabsf(y[i]) >= most_value || k[i] >= most || -k[i] >= most;
        part->diverged |= !isfinite(x[i]);
    }
    part->values += (uint32_t)n;
    part->noise += squared_error(x, y, n);
    if (q->bits > 0 && eng_max_bits(x, n) >= 0x00800000u) {
        part->exponents += s;
        part->squares += (double)s * s;
        part->groups++;
    }
    if (job->less) {
        quantise_block(job->less, &job->less->codec, x, n, noise, k, y);
        part->less += squared_error(x, y, n);
    }
    if (job->more) {
        quantise_block(job->more, &job->more->codec, x, n, noise, k, y);
        part->more += squared_error(x, y, n);
    }
}

static void measure_rows(void *arg, size_t begin, size_t end, unsigned worker)
{
    const Job *job = arg;
    const size_t length = job->rows->length;
    float *x = job->row + worker * length;
    for (size_t i = begin; i < end; i++) {
        const size_t row = i * job->rows->rows / job->sampled;
        EngCodec codec = job->exact->codec;
        eng_slot_rows_read(job->rows, row, 1, x);
        eng_codec_row(&codec, x, 1, length);
        for (size_t from = 0; from < length; from += job->exact->block) {
            const size_t n = length - from < job->exact->block ? length - from : job->exact->block;
            measure_block(
                job, &codec, eng_slot_rows_noise(job->rows, row), x + from, from, n, &job->part[i]);
        }
    }
}

/* All parts in ascending order. */
static Part total_of(const Job *job)
{
    Part sum = {0};
    for (size_t i = 0; i < job->sampled; i++) {
        const Part *p = &job->part[i];
        sum.signal += p->signal;
        sum.noise += p->noise;
        sum.less += p->less;
        sum.more += p->more;
        sum.exponents += p->exponents;
        sum.squares += p->squares;
        sum.groups += p->groups;
        sum.values += p->values;
        sum.nonzero += p->nonzero;
        sum.flushed += p->flushed;
        sum.saturated += p->saturated;
        sum.diverged |= p->diverged;
    }
    return sum;
}

static float decibels(double signal, double noise)
{
    const double per_decade = 10.0 / 2.302585092994046; /* ln 10 */
    return signal == 0 ? NAN
        : noise == 0   ? INFINITY
                       : (float)(per_decade * eng_log(signal / noise));
}

static bool codes_are_known(const EngFormat *f)
{
    return f->kind == ENG_KIND_BFP || f->kind == ENG_KIND_INT || f->kind == ENG_KIND_FIXED ||
        (f->kind == ENG_KIND_FLOAT && !eng_format_is_fp32(f));
}

static EngSlotFigures figures_of(const Job *job, const Part *sum)
{
    const EngFormat *f = &job->exact->codec.format;
    EngSlotFigures out = {.sqnr_db = decibels(sum->signal, sum->noise),
        .sqnr_less_db = job->less ? decibels(sum->signal, sum->less) : NAN,
        .sqnr_more_db = job->more ? decibels(sum->signal, sum->more) : NAN,
        .flushed = sum->nonzero ? (float)sum->flushed / (float)sum->nonzero : 0,
        .saturated = codes_are_known(f) ? (float)sum->saturated / (float)sum->values : NAN,
        .spread = NAN};
    if (sum->groups > 0 && f->g > 0) {
        const double mean = sum->exponents / sum->groups;
        const double variance = sum->squares / sum->groups - mean * mean;
        out.spread = (float)sqrt(variance > 0 ? variance : 0);
    }
    return out;
}

/* The same format with another mantissa; false where there is none. */
static bool shifted(const EngFormat *format, int by, EngFormat *out)
{
    const int m = format->m + by;
    *out = *format;
    out->m = (uint8_t)m;
    return format->kind == ENG_KIND_BFP && m >= 1 && m <= 16;
}

static EngStatus run_job(Job *job, EngPool *pool, EngSlotFigures *out, EngError *err)
{
    const size_t wanted = ENG_MEASURE_VALUES / job->rows->length;
    job->sampled = wanted < 1 ? 1 : wanted < job->rows->rows ? wanted : job->rows->rows;
    job->part = eng_alloc(job->sampled, sizeof *job->part);
    job->row = eng_alloc(eng_pool_threads(pool), job->rows->length * sizeof *job->row);
    EngStatus status = ENG_OK;
    if (job->part && job->row) {
        eng_pool_run(pool, measure_rows, job, job->sampled, 1);
        const Part sum = total_of(job);
        *out = figures_of(job, &sum);
        status = sum.diverged ? diverged(err) : ENG_OK;
    } else {
        status = eng_error(err, ENG_ERR_NOMEM, "No memory to measure a tensor.");
    }
    eng_free(job->part);
    eng_free(job->row);
    return status;
}

EngStatus eng_measure_slot(const EngSlotRows *rows, const EngFormat *format, const EngNoise *noise,
    EngPool *pool, EngSlotFigures *out, EngError *err)
{
    Quantiser exact, less, more;
    EngFormat with_less, with_more;
    const bool has_less = shifted(format, -1, &with_less);
    const bool has_more = shifted(format, 1, &with_more);
    EngStatus status = make_quantiser(rows, format, noise, &exact, err);
    if (status == ENG_OK && has_less)
        status = make_quantiser(rows, &with_less, noise, &less, err);
    if (status == ENG_OK && has_more)
        status = make_quantiser(rows, &with_more, noise, &more, err);
    if (status != ENG_OK)
        return status;
    Job job = {.rows = rows,
        .exact = &exact,
        .less = has_less ? &less : NULL,
        .more = has_more ? &more : NULL};
    return run_job(&job, pool, out, err);
}

/* ---- one group --------------------------------------------------------------------------------- */

EngStatus eng_look_group(const EngSlotRows *rows, const EngFormat *format, const EngNoise *noise,
    size_t row, size_t position, EngGroupLook *out, EngError *err)
{
    Quantiser q;
    const EngStatus status = make_quantiser(rows, format, noise, &q, err);
    float *x = status == ENG_OK ? eng_alloc(rows->length, sizeof *x) : NULL;
    if (!x)
        return status != ENG_OK ? status
                                : eng_error(err, ENG_ERR_NOMEM, "No memory to look at a row.");
    const size_t group = format->g ? format->g : LOOK_PLAIN;
    *out = (EngGroupLook){.format = *format,
        .rows = rows->rows,
        .length = rows->length,
        .row = row % rows->rows,
        .first = position % rows->length / group * group,
        .integers = q.bits > 0,
        .factor = q.codec.factor};
    const size_t left = rows->length - out->first;
    out->count = (unsigned)(left < group ? left : group);
    eng_slot_rows_read(rows, out->row, 1, x);
    eng_codec_row(&q.codec, x, 1, rows->length);
    memcpy(out->x, x + out->first, out->count * sizeof *out->x);
    eng_free(x);
    noise_of(&q, eng_slot_rows_noise(rows, out->row), out->first, out->count, out->noise);
    out->s = quantise_block(&q, &q.codec, out->x, out->count, out->noise, out->k, out->y);
    return ENG_OK;
}
