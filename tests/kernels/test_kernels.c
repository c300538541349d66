/* Every instruction set this machine has against the C reference, byte by byte. */
#include "check.h"
#include "guard.h"
#include "inputs.h"
#include "kernels/kernels_isa.h"
#include "kernels/layout.h"
#include "number/format.h"
#include "number/group.h"

static EngRandom rng;
static const EngKernels *table; /* under test */

static size_t pick(size_t from, size_t to)
{
    return random_size(&rng, from, to);
}

/* ---- quantisation ----------------------------------------------------------------------------- */

static size_t record_bytes(EngPacking packing, unsigned group, size_t length, bool panel)
{
    const size_t groups = (length + group - 1) / group;
    const size_t bytes =
        panel ? eng_panel_group_bytes(packing, group) : eng_row_group_bytes(packing, group);
    return groups * bytes;
}

static EngQuantTile random_tile(void)
{
    static const size_t lengths[] = {1, 2, 3, 4, 5, 15, 16, 17, 31, 32, 33, 63, 64, 65, 255, 257};
    EngQuantTile t = {.rows = (unsigned)(pick(0, 2) ? pick(1, 16) : pick(1, ENG_QUANT_ROWS)),
        .length = pick(0, 2) ? lengths[pick(0, 15)] : pick(1, 300),
        .group = 4u << pick(0, 6),
        .m = (unsigned)pick(1, 16),
        .rounding = (unsigned)pick(ENG_ROUND_NEAREST, ENG_ROUND_LFSR),
        .packing = (EngPacking)pick(0, 2),
        .to_panel = pick(0, 1),
        .noise_seed = eng_random_u32(&rng) * UINT64_C(0x9e3779b97f4a7c15),
        .noise_tensor = eng_random_u32(&rng),
        .noise_step = eng_random_u32(&rng),
        .lfsr_start = eng_random_u32(&rng)};
    if (t.packing == ENG_PACK_I8)
        t.m = (unsigned)pick(1, 7);
    t.pack_group = t.packing == ENG_PACK_F32 ? 1 : t.group >> pick(0, 6);
    if (t.pack_group < 4 && t.packing != ENG_PACK_F32)
        t.pack_group = 4;
    if (t.packing == ENG_PACK_F32 && pick(0, 1))
        t.m = 0;
    if (t.rounding == ENG_ROUND_STOCHASTIC)
        t.noise_bits = (unsigned)pick(0, 16);
    else if (t.rounding == ENG_ROUND_LFSR)
        t.noise_bits = (unsigned)pick(0, 8);
    t.min_exponent = (int)t.m - 63 + (pick(0, 3) ? 0 : (int)pick(0, 70));
    const bool along = pick(0, 1);
    t.row_stride = along ? t.length + pick(0, 3) : 1;
    t.pos_stride = along ? 1 : t.rows + pick(0, 3);
    t.noise_row = eng_random_u32(&rng);
    t.noise_row_step = eng_random_u32(&rng);
    t.record_bytes = record_bytes(t.packing, t.pack_group, t.length, t.to_panel);
    return t;
}

/* Turns the tile into one of a small float format, now and then. */
static void random_element(EngQuantTile *t)
{
    static const EngElement elements[] = {ENG_ELEMENT_TF32, ENG_ELEMENT_BF16, ENG_ELEMENT_FP16,
        ENG_ELEMENT_FP8_E4M3, ENG_ELEMENT_FP8_E5M2, ENG_ELEMENT_FP6_E3M2, ENG_ELEMENT_FP6_E2M3,
        ENG_ELEMENT_FP4_E2M1, ENG_ELEMENT_INT8};
    if (pick(0, 2) || t->rounding == ENG_ROUND_LFSR)
        return;
    t->element = eng_element_traits(elements[pick(0, 8)]);
    t->m = 0;
    t->scaled = t->element->lowest >= -14 && t->element->fraction < 10 && pick(0, 2) > 0;
    if (t->scaled && t->element->highest < 8 && pick(0, 1)) {
        /* As integers: wide ones only where they do not fit a byte. */
        t->packing = t->element->highest == 4 || pick(0, 1) ? ENG_PACK_WIDE : ENG_PACK_I8;
        t->min_exponent = -62 - (t->element->lowest - t->element->fraction);
        if (t->pack_group < 4)
            t->pack_group = t->group;
    } else {
        t->packing = ENG_PACK_F32;
        t->pack_group = 1;
        t->min_exponent = -127;
    }
    t->record_bytes = record_bytes(t->packing, t->pack_group, t->length, t->to_panel);
}

static void print_tile(const EngQuantTile *t, Input kind)
{
    printf("# rows %u length %zu g %u pack %u m %u rounding %u:%u packing %d panel %d min %d "
           "strides %zu %zu input %d element %d scaled %d\n",
        t->rows, t->length, t->group, t->pack_group, t->m, t->rounding, t->noise_bits, t->packing,
        t->to_panel, t->min_exponent, t->row_stride, t->pos_stride, kind,
        t->element ? t->element->fraction * 1000 + t->element->highest : -1, t->scaled);
}

static void test_quantize(void)
{
    for (int round = 0; round < 4000 && check_failures < 10; round++) {
        EngQuantTile t = random_tile();
        random_element(&t);
        const Input kind = (Input)pick(0, INPUTS - 1);
        const size_t n = (t.rows - 1) * t.row_stride + (t.length - 1) * t.pos_stride + 1;
        Guarded src = guarded_new(n * sizeof(float));
        input_fill(&rng, kind, (float *)(void *)src.data, n);
        t.src = (const float *)(const void *)src.data;
        const size_t bytes = t.record_bytes * (t.to_panel ? (t.rows + 15) / 16 : t.rows);
        Guarded got = guarded_new(bytes), wanted = guarded_new(bytes);
        memset(got.data, 0x55, bytes);
        memset(wanted.data, 0xaa, bytes);
        t.out = got.data;
        const uint32_t got_max = table->quantize(&t);
        t.out = wanted.data;
        const uint32_t wanted_max = eng_c_quantize(&t);
        CHECK_INT(got_max, wanted_max);
        const bool same = memcmp(got.data, wanted.data, bytes) == 0;
        CHECK(same);
        if (!same)
            print_tile(&t, kind);
        guarded_free(&src);
        guarded_free(&got);
        guarded_free(&wanted);
    }
}

/* A value no operand may hold is seen wherever it stands. */
static void test_divergence_is_seen(void)
{
    static const float bad[] = {NAN, INFINITY, -INFINITY, 0x1p62f, -0x1p62f, 0x1.fffffep127f};
    for (int round = 0; round < 300; round++) {
        EngQuantTile t = random_tile();
        const size_t n = (t.rows - 1) * t.row_stride + (t.length - 1) * t.pos_stride + 1;
        float *src = calloc(n, sizeof *src);
        const float value = bad[pick(0, 5)];
        src[pick(0, t.rows - 1) * t.row_stride + pick(0, t.length - 1) * t.pos_stride] = value;
        t.src = src;
        t.out = calloc(1, t.record_bytes * (t.to_panel ? (t.rows + 15) / 16 : t.rows));
        CHECK_INT(table->quantize(&t), eng_float_bits(value) & 0x7fffffffu);
        CHECK_INT(table->max_abs(src, n), eng_float_bits(value) & 0x7fffffffu);
        free(t.out);
        free(src);
    }
}

/* ---- products --------------------------------------------------------------------------------- */

/* Random operands of a tile, packed by the reference. */
typedef struct Operands {
    EngTile tile;
    Guarded rows, panels;
    const void *row[32 * ENG_TILE_ROWS], *panel[32 * ENG_TILE_PANELS];
} Operands;

static Guarded random_records(
    EngPacking packing, unsigned group, unsigned m, size_t length, bool panel, size_t count)
{
    const size_t bytes = record_bytes(packing, group, length, panel);
    const size_t lanes = panel ? ENG_LANES : 1;
    Guarded out = guarded_new(bytes * count);
    float *src = malloc(lanes * length * sizeof *src);
    for (size_t i = 0; i < count; i++) {
        input_fill(&rng, (Input)pick(0, INPUTS - 1), src, lanes * length);
        EngQuantTile t = {.src = src,
            .rows = (unsigned)lanes,
            .row_stride = length,
            .pos_stride = 1,
            .length = length,
            .group = packing == ENG_PACK_F32 ? 16 : group,
            .pack_group = group,
            .m = packing == ENG_PACK_F32 ? 0 : m,
            .rounding = ENG_ROUND_NEAREST,
            .min_exponent = (int)m - 63,
            .packing = packing,
            .to_panel = panel,
            .record_bytes = bytes,
            .out = out.data + i * bytes};
        eng_c_quantize(&t);
    }
    free(src);
    return out;
}

static void random_operands(Operands *o, EngPacking packing)
{
    const unsigned most = packing == ENG_PACK_I8 ? 7 : 16;
    const unsigned group = packing == ENG_PACK_F32 ? 1 : 4u << pick(0, 6);
    const size_t length = pick(1, 3 * group > 70 ? 3 * group : 70);
    EngTile *t = &o->tile;
    *t = (EngTile){.segments = pick(0, 1) ? 1 : pick(1, 8),
        .groups = (length + group - 1) / group,
        .group = group,
        .rows = (unsigned)pick(1, table->tile_rows[packing]),
        .panels = (unsigned)pick(1, table->tile_panels[packing]),
        .lanes = (unsigned)pick(1, ENG_LANES),
        .row_bits = pick(0, 1) ? most : (unsigned)pick(1, most),
        .panel_bits = pick(0, 1) ? most : (unsigned)pick(1, most),
        .add = pick(0, 1),
        .row = o->row,
        .panel = o->panel};
    t->first = pick(0, t->groups - 1);
    t->count = pick(1, t->groups - t->first);
    t->out_stride = t->panels * ENG_LANES + pick(0, 5);
    /* Fewer records than places: neighbours may share one, as the taps of a convolution do. */
    o->rows = random_records(packing, group, t->row_bits, length, false, 5);
    o->panels = random_records(packing, group, t->panel_bits, length, true, 3);
    for (size_t i = 0; i < t->segments * t->rows; i++)
        o->row[i] = o->rows.data + pick(0, 4) * (o->rows.size / 5);
    for (size_t i = 0; i < t->segments * t->panels; i++)
        o->panel[i] = o->panels.data + pick(0, 2) * (o->panels.size / 3);
}

static void test_product(EngPacking packing)
{
    for (int round = 0; round < 700 && check_failures < 10; round++) {
        Operands o;
        random_operands(&o, packing);
        EngTile *t = &o.tile;
        const size_t n = (t->rows - 1) * t->out_stride + (t->panels - 1) * ENG_LANES + t->lanes;
        Guarded got = guarded_new(n * sizeof(float)), wanted = guarded_new(n * sizeof(float));
        input_fill(&rng, INPUT_NORMAL, (float *)(void *)got.data, n);
        memcpy(wanted.data, got.data, got.size);
        t->out = (float *)(void *)got.data;
        table->product[packing](t);
        t->out = (float *)(void *)wanted.data;
        eng_kernels_c.product[packing](t);
        const bool same = memcmp(got.data, wanted.data, got.size) == 0;
        CHECK(same);
        if (!same)
            printf("# packing %d segments %zu groups %zu of %u, %zu+%zu, %u x %u panels, lanes %u, "
                   "bits %u %u add %d\n",
                packing, t->segments, t->groups, t->group, t->first, t->count, t->rows, t->panels,
                t->lanes, t->row_bits, t->panel_bits, t->add);
        guarded_free(&got);
        guarded_free(&wanted);
        guarded_free(&o.rows);
        guarded_free(&o.panels);
    }
}

static void test_product_i8(void)
{
    test_product(ENG_PACK_I8);
}

static void test_product_wide(void)
{
    test_product(ENG_PACK_WIDE);
}

static void test_product_f32(void)
{
    test_product(ENG_PACK_F32);
}

/* ---- elementwise ------------------------------------------------------------------------------ */

/* Two equal guarded arrays of n floats: one for the table, one for the reference. */
typedef struct Pair {
    Guarded a, b;
} Pair;

static Pair pair_new(size_t n, bool odd_values)
{
    static const float odd[] = {NAN, INFINITY, -INFINITY, -0.0f, 0.0f, 0x1p-149f, -0x1p-149f};
    Pair p = {guarded_new(n * sizeof(float)), guarded_new(n * sizeof(float))};
    float *x = (float *)(void *)p.a.data;
    input_fill(&rng, (Input)pick(0, INPUTS - 1), x, n);
    for (size_t i = 0; odd_values && i < n; i += 5)
        x[i] = odd[pick(0, 6)];
    memcpy(p.b.data, p.a.data, p.a.size);
    return p;
}

static float *floats(Guarded *g)
{
    return (float *)(void *)g->data;
}

static void pair_check(Pair *p)
{
    CHECK(memcmp(p->a.data, p->b.data, p->a.size) == 0);
}

static void pair_free(Pair *p)
{
    guarded_free(&p->a);
    guarded_free(&p->b);
}

static void test_relu(void)
{
    for (size_t n = 1; n < 70; n++) {
        Pair x = pair_new(n, true), y = pair_new(n, true);
        table->relu_backward(floats(&x.a), floats(&y.a), n);
        eng_c_relu_backward(floats(&x.b), floats(&y.b), n);
        pair_check(&x);
        table->relu(floats(&y.a), n);
        eng_c_relu(floats(&y.b), n);
        pair_check(&y);
        pair_free(&x);
        pair_free(&y);
    }
}

static void test_bias_and_sums(void)
{
    for (size_t n = 1; n < 70; n++) {
        const size_t rows = pick(1, 9), stride = n + pick(0, 3);
        Pair x = pair_new(rows * n, false), bias = pair_new(n, false);
        table->add_bias(floats(&x.a), floats(&bias.a), rows, n);
        eng_c_add_bias(floats(&x.b), floats(&bias.b), rows, n);
        pair_check(&x);
        Pair wide = pair_new((rows - 1) * stride + n, false);
        table->column_sums(floats(&wide.a), rows, n, stride, floats(&bias.a));
        eng_c_column_sums(floats(&wide.b), rows, n, stride, floats(&bias.b));
        pair_check(&bias);
        pair_free(&x);
        pair_free(&bias);
        pair_free(&wide);
    }
}

static void test_sgd(void)
{
    for (size_t n = 1; n < 70; n++) {
        Pair w = pair_new(n, false), v = pair_new(n, false), g = pair_new(n, false);
        const bool nesterov = n % 2;
        table->sgd(floats(&w.a), floats(&v.a), floats(&g.a), n, 0.1f, 0.9f, 1e-4f, nesterov);
        eng_c_sgd(floats(&w.b), floats(&v.b), floats(&g.b), n, 0.1f, 0.9f, 1e-4f, nesterov);
        pair_check(&w);
        pair_check(&v);
        pair_free(&w);
        pair_free(&v);
        pair_free(&g);
    }
}

/* ---- which tables there are ------------------------------------------------------------------- */

static void test_isa_names(void)
{
    EngIsa isa;
    EngError err;
    CHECK_INT(eng_isa_parse("avx512", &isa, &err), ENG_OK);
    CHECK_INT(isa, ENG_ISA_AVX512);
    CHECK_INT(eng_isa_parse("auto", &isa, NULL), ENG_OK);
    CHECK_INT(isa, ENG_ISA_AUTO);
    CHECK_INT(eng_isa_parse("mmx", &isa, &err), ENG_ERR_PARSE);
    CHECK_HAS(err.text, "\"mmx\"");
}

static void test_mask(void)
{
    const EngKernels *k;
    EngError err;
    setenv("ENG_CPU_MASK", "avx512,avx2,neon", 1);
    CHECK_INT(eng_kernels(ENG_ISA_AUTO, &k, &err), ENG_OK);
    CHECK_STR(k->name, "c");
    CHECK_INT(eng_kernels(ENG_ISA_AVX2, &k, &err), ENG_ERR_UNSUPPORTED);
    CHECK_HAS(err.text, "avx2");
    setenv("ENG_CPU_MASK", "avx51", 1);
    const EngKernels *whole;
    CHECK_INT(eng_kernels(ENG_ISA_AUTO, &whole, &err), ENG_OK);
    unsetenv("ENG_CPU_MASK");
    CHECK_INT(eng_kernels(ENG_ISA_AUTO, &k, &err), ENG_OK);
    CHECK(k == whole);
}

static void test_table(EngIsa isa, const char *name)
{
    EngError err;
    printf("# %s\n", name);
    if (eng_kernels(isa, &table, &err) != ENG_OK) {
        SKIP(test_table, err.text);
        return;
    }
    RUN(test_quantize);
    RUN(test_divergence_is_seen);
    RUN(test_product_i8);
    RUN(test_product_wide);
    RUN(test_product_f32);
    RUN(test_relu);
    RUN(test_bias_and_sums);
    RUN(test_sgd);
}

int main(void)
{
    rng = inputs_seed();
    RUN(test_isa_names);
    RUN(test_mask);
    test_table(ENG_ISA_AVX512, "avx512");
    test_table(ENG_ISA_AVX2, "avx2");
    test_table(ENG_ISA_NEON, "neon");
    return check_done();
}
