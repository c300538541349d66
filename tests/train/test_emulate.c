/* Approximate multipliers and N:M sparsity in training: what they change is predicted, by a plain
 * restatement, by an exact run that must have the same bits, or by the formulas of the cost. */
#include "base/memory.h"
#include "base/philox.h"
#include "check.h"
#include "hardware/settings.h"
#include "hardware/sparse.h"
#include "kernels/approximate.h"
#include "kernels/operand.h"
#include "net/sparse_weights.h"
#include "number/quantize.h"
#include "train/trainer.h"
#include <math.h>
#include <stdlib.h>

#define SEED 27183u

/* Every instruction set this machine has. */
static size_t all_kernels(const EngKernels *out[4])
{
    static const EngIsa isas[] = {ENG_ISA_C, ENG_ISA_AVX2, ENG_ISA_AVX512, ENG_ISA_NEON};
    size_t n = 0;
    for (size_t i = 0; i < 4; i++)
        n += eng_kernels(isas[i], &out[n], NULL) == ENG_OK;
    return n;
}

/* ---- the product ------------------------------------------------------------------------------ */

/* A circuit that never looks at the lowest bit of its second operand: which of both that is shows. */
static void blind_table(unsigned bits, uint32_t *table)
{
    for (uint32_t x = 0; x >> bits == 0; x++)
        for (uint32_t y = 0; y >> bits == 0; y++)
            table[(x << bits) + y] = x * (y & ~1u);
}

static EngMultiplier blind(unsigned bits)
{
    uint32_t *const table = eng_alloc((size_t)1 << 2 * bits, sizeof *table);
    blind_table(bits, table);
    return (EngMultiplier){.kind = ENG_MULTIPLIER_TABLE, .mx = bits, .my = bits, .table = table};
}

typedef struct Side {
    size_t rows;
    float *x;
    int32_t *k, *s;
    EngFormat format;
} Side;

static void make_side(EngRandom *random, Side *side, size_t K)
{
    const size_t groups = (K + 15) / 16;
    side->x = eng_alloc(side->rows * K, sizeof *side->x);
    side->k = eng_alloc(side->rows * groups * 16, sizeof *side->k);
    side->s = eng_alloc(side->rows * groups, sizeof *side->s);
    for (size_t i = 0; i < side->rows * K; i++)
        side->x[i] = (float)eng_random_normal(random);
    CHECK_INT(eng_bfp_quantize(side->x, side->rows, K, &side->format, NULL, side->k, side->s, NULL),
        ENG_OK);
}

static void free_side(Side *side)
{
    eng_free(side->x);
    eng_free(side->k);
    eng_free(side->s);
}

/* The definition: groups in ascending order, one fused multiply-add each. */
static float restated(const EngMultiplier *m, const Side *a, const Side *b, size_t i, size_t j,
    size_t K, bool swapped)
{
    const size_t groups = (K + 15) / 16;
    float acc = 0;
    for (size_t g = 0; g < groups; g++) {
        const size_t n = K - 16 * g < 16 ? K - 16 * g : 16;
        const int32_t *x = a->k + i * K + 16 * g, *y = b->k + j * K + 16 * g;
        const int64_t sum = eng_multiply_group(m, swapped ? y : x, swapped ? x : y, n);
        acc = fmaf((float)sum, ldexpf(1, a->s[i * groups + g] + b->s[j * groups + g]), acc);
    }
    return acc;
}

static EngMatrix rows_of(const Side *side, size_t K)
{
    return (EngMatrix){.data = side->x,
        .outer = 1,
        .inner = side->rows,
        .length = K,
        .inner_stride = K,
        .pos_stride = 1,
        .inner_noise = 1};
}

static void pack(const EngKernels *kernels, const Side *side, const Side *other, size_t K,
    bool panels, EngOperand *op)
{
    const EngMatrix m = rows_of(side, K);
    const EngNoise noise = {0};
    EngPacking packing;
    unsigned group;
    eng_operand_layout(&side->format, &other->format, &packing, &group);
    CHECK_INT(eng_operand_init(op, 1, side->rows, K, panels, NULL), ENG_OK);
    CHECK_INT(
        eng_operand_quantize(kernels, NULL, &m, &side->format, packing, group, &noise, op, NULL),
        ENG_OK);
}

static void compare_product(EngRandom *random, const EngMultiplier *multiplier, unsigned most_bits)
{
    const size_t K = 1 + eng_random_below(random, 70);
    const bool swapped = eng_random_below(random, 2);
    Side a = {.rows = 1 + eng_random_below(random, 20)},
         b = {.rows = 1 + eng_random_below(random, 40)};
    a.format = eng_format_bfp(1 + eng_random_below(random, most_bits));
    b.format = eng_format_bfp(1 + eng_random_below(random, most_bits));
    a.format.rounding = b.format.rounding = ENG_ROUND_NEAREST;
    make_side(random, &a, K);
    make_side(random, &b, K);
    EngApproximate approximate;
    CHECK_INT(eng_approximate_init(&approximate, multiplier, NULL), ENG_OK);
    const EngKernels *isa[4];
    const size_t isas = all_kernels(isa);
    float *const out = eng_alloc(a.rows * b.rows, sizeof *out);
    for (size_t n = 0; n < isas; n++) {
        const EngKernels kernels = eng_approximate_kernels(isa[n]);
        EngOperand x, y;
        pack(&kernels, &a, &b, K, false, &x);
        pack(&kernels, &b, &a, K, true, &y);
        x.approximate = y.approximate = &approximate;
        x.second = swapped;
        y.second = !swapped;
        eng_product(&kernels, NULL, &x, &y, out, b.rows);
        bool equal = true;
        for (size_t i = 0; i < a.rows * b.rows; i++)
            equal &= out[i] == restated(multiplier, &a, &b, i / b.rows, i % b.rows, K, swapped);
        CHECK(equal);
        eng_operand_free(&x);
        eng_operand_free(&y);
    }
    eng_free(out);
    eng_approximate_clear(&approximate);
    free_side(&a);
    free_side(&b);
}

static void test_products_are_the_restated_ones(void)
{
    EngRandom random;
    const EngMultiplier narrow = blind(4), wide = blind(9);
    eng_random_init(&random, SEED, 0, 0, 0);
    printf("# seed %u\n", SEED);
    for (unsigned i = 0; i < 60; i++) {
        const EngMultiplier cut = {.kind = ENG_MULTIPLIER_TRUNCATED, .cut = i % 9};
        const EngMultiplier logs = {.kind = ENG_MULTIPLIER_MITCHELL};
        compare_product(&random, &cut, 16);
        compare_product(&random, &logs, 16);
        compare_product(&random, &narrow, 4);
        compare_product(&random, &wide, 9);
    }
    eng_free((void *)narrow.table);
    eng_free((void *)wide.table);
}

/* ---- whole runs ------------------------------------------------------------------------------- */

typedef struct Run {
    EngDataset *data;
    EngNetwork *net;
    EngPlan *plan;
    EngTrainerOptions options;
    EngRunSummary summary;
    float first_loss;
} Run;

/* `%u` in `net` stands for the classes. */
static void open_run(Run *r, const char *data, size_t limit, const char *net, const char *schedule)
{
    EngError err = {.text = ""};
    EngSchedule *parsed = NULL;
    const char *names[32];
    char text[256];
    *r = (Run){0};
    CHECK_INT(eng_dataset_open(data, 1, limit, &r->data, &err), ENG_OK);
    snprintf(text, sizeof text, net, r->data->classes);
    CHECK_INT(eng_network_parse(text, r->data->shape, r->data->classes, &r->net, &err), ENG_OK);
    for (size_t i = 0; i < r->net->product_count; i++)
        names[i] = eng_network_product(r->net, i)->name;
    r->options.settings = eng_train_settings_default();
    r->options.settings.epochs = 2;
    r->options.settings.batch = 20;
    r->options.settings.threads = 1;
    r->options.data = r->data;
    r->options.net = r->net;
    r->options.hardware = eng_hardware_default();
    r->options.store_ring = true;
    const EngClock clock = eng_train_clock(&r->options.settings, r->data->train.count);
    CHECK_INT(eng_schedule_parse(schedule, &parsed, &err), ENG_OK);
    CHECK_INT(eng_plan_build(parsed, names, r->net->product_count, clock, &r->plan, &err), ENG_OK);
    eng_schedule_free(parsed);
    r->options.plan = r->plan;
    if (err.text[0])
        printf("# %s\n", err.text);
}

static void close_run(Run *r)
{
    eng_plan_free(r->plan);
    eng_network_free(r->net);
    eng_dataset_free(r->data);
}

static void run(Run *r)
{
    EngError err = {.text = ""};
    EngTrainer *t = NULL;
    r->first_loss = NAN;
    CHECK_INT(eng_trainer_new(&r->options, &t, &err), ENG_OK);
    if (!t) {
        printf("# %s\n", err.text);
        return;
    }
    eng_trainer_run(t);
    for (bool over = false; !over;) {
        EngRecord some[64];
        eng_trainer_wait(t, 1000);
        eng_trainer_summary(t, &r->summary);
        over = eng_run_state_final(r->summary.state);
        for (size_t got; (got = eng_trainer_store_records(t, some, 64)) > 0;)
            for (size_t i = 0; i < got; i++)
                if (some[i].kind == ENG_RECORD_STEP && some[i].step == 0)
                    r->first_loss = some[i].at_step.loss;
    }
    CHECK_INT(r->summary.state, ENG_RUN_FINISHED);
    eng_trainer_free(t);
}

/* Linear layers, convolutions with gathered patches and with taps, depthwise ones, attention. */
static const struct {
    const char *data, *net;
    size_t limit;
} nets[] = {
    {"digits:300", "mlp:33,17", 0},
    {"digits:100",
        "conv3x3-18/2, bn, relu, pool2, conv3x3-20/2, bn, relu, dw3x3, bn, relu, gap, fc-%u", 20},
    {"tinytext:context=20", "embed-16, save, ln, attn-2, add, fc-%u", 20},
};

/* Mantissas cut down to 3 bits are those cut down to 4 without the lowest bit, so a circuit that
 * does not see that bit of the second operand must train like bfp3 in the slots of the second
 * operands: in all products of all kinds of layers, to the bit. */
static void test_a_blind_circuit_is_a_bit_less(void)
{
    const unsigned widths[] = {4, 9};
    for (size_t n = 0; n < sizeof nets / sizeof nets[0]; n++) {
        for (int w = 0; w < 2; w++) {
            const unsigned m = widths[w];
            char all[64], less[256];
            Run circuit, exact, plain;
            snprintf(all, sizeof all, "*: bfp%u:truncate", m);
            snprintf(less, sizeof less, "%s; *.W: bfp%u:truncate; *.G.wgrad: bfp%u:truncate", all,
                m - 1, m - 1);
            open_run(&circuit, nets[n].data, nets[n].limit, nets[n].net, all);
            open_run(&plain, nets[n].data, nets[n].limit, nets[n].net, all);
            open_run(&exact, nets[n].data, nets[n].limit, nets[n].net, less);
            circuit.options.hardware.multiplier = ENG_MULTIPLIER_TABLE;
            circuit.options.table = blind(m);
            run(&circuit);
            run(&exact);
            run(&plain);
            CHECK(circuit.summary.loss_hash == exact.summary.loss_hash);
            CHECK(circuit.summary.test_accuracy == exact.summary.test_accuracy);
            CHECK(circuit.summary.loss_hash != plain.summary.loss_hash);
            /* A table costs what the exact multiplier does. */
            CHECK(circuit.summary.cost.cycles == plain.summary.cost.cycles);
            eng_free((void *)circuit.options.table.table);
            close_run(&circuit);
            close_run(&exact);
            close_run(&plain);
        }
    }
}

/* Products of 4-bit magnitudes have bits 0 to 6 of partial products: cut away as far as column 7
 * they are all 0. The logits are the biases, at first 0: the loss is ln 10; no weight ever gets a
 * gradient, and the last biases' choice is one class for all. */
static void test_all_columns_cut_away(void)
{
    Run r;
    open_run(&r, "digits:300", 0, "mlp:16", "*: bfp4");
    r.options.hardware.multiplier = ENG_MULTIPLIER_TRUNCATED;
    r.options.hardware.multiplier_cut = 7;
    run(&r);
    CHECK(r.first_loss == (float)log(10.0));
    const EngSplit *const test = &r.data->test;
    size_t count[10] = {0};
    for (size_t i = 0; i < test->count; i++) {
        const uint32_t index = (uint32_t)i;
        float x[28 * 28];
        uint16_t label;
        eng_dataset_gather(r.data, test, &index, 1, x, &label);
        count[label]++;
    }
    bool a_class = false;
    for (int c = 0; c < 10; c++)
        a_class |= r.summary.test_accuracy == (float)((double)count[c] / (double)test->count);
    CHECK(a_class);
    close_run(&r);
}

static void test_threads_and_instruction_sets_change_nothing(void)
{
    const EngKernels *isa[4];
    const size_t isas = all_kernels(isa);
    for (size_t n = 0; n < sizeof nets / sizeof nets[0]; n++) {
        uint64_t first = 0, exact = 0;
        for (size_t i = 0; i < 2 * isas + 1; i++) {
            Run r;
            open_run(&r, nets[n].data, nets[n].limit, nets[n].net, "*: bfp4; *.G: bfp9:sr8");
            r.options.settings.threads = i % 2 ? 3 : 1;
            r.options.settings.isa = isa[i / 2 % isas]->isa;
            if (i < 2 * isas) {
                r.options.hardware.multiplier = ENG_MULTIPLIER_MITCHELL;
                r.options.hardware.sparse_keep = 2;
                r.options.hardware.sparse_of = 8;
            }
            run(&r);
            first = i == 0 ? r.summary.loss_hash : first;
            if (i < 2 * isas)
                CHECK(r.summary.loss_hash == first);
            else
                exact = r.summary.loss_hash;
            close_run(&r);
        }
        CHECK(exact != first);
    }
}

/* ---- cycles ----------------------------------------------------------------------------------- */

static uint64_t ceil_div(uint64_t a, uint64_t b)
{
    return (a + b - 1) / b;
}

/* ws: ceil(kg/64) ceil(N/64) (2 64 + 64 + M p - 2) - 1 */
static uint64_t ws(uint64_t M, uint64_t N, uint64_t kg, uint64_t p)
{
    return ceil_div(kg, 64) * ceil_div(N, 64) * (190 + M * p) - 1;
}

/* os: ceil(M/64) ceil(N/64) (64 + 64 + kg p - 2) - 1 */
static uint64_t os(uint64_t M, uint64_t N, uint64_t kg, uint64_t p)
{
    return ceil_div(M, 64) * ceil_div(N, 64) * (126 + kg * p) - 1;
}

/* A step of mlp:2500 on 784 values, 20 samples, where K of the forward products counts as
 * keep/of of its elements, a pair taking p beats. */
static uint64_t step_cycles(uint64_t keep, uint64_t of, uint64_t p)
{
    const uint64_t fc1 = ws(20, 2500, ceil_div(784 * keep / of, 16), p) + os(784, 2500, 2, p);
    const uint64_t fc2 = ws(20, 10, ceil_div(2500 * keep / of, 16), p) +
        ws(20, 2500, ceil_div(ceil_div(10, of) * keep, 16), p) + os(2500, 10, 2, p);
    return fc1 + fc2;
}

static EngCost cost_of(const char *settings[][2], uint64_t *hash, EngCost *estimate)
{
    Run r;
    open_run(&r, "digits:100", 40, "mlp:2500", "*: bfp4");
    for (size_t i = 0; settings[i][0]; i++)
        CHECK_INT(
            eng_hardware_set(&r.options.hardware, settings[i][0], settings[i][1], NULL), ENG_OK);
    run(&r);
    *hash = r.summary.loss_hash;
    *estimate = eng_plan_cost(r.net, r.plan, 20, &r.options.hardware, 0.5);
    const EngCost cost = r.summary.cost;
    CHECK_INT(r.summary.steps, 4);
    close_run(&r);
    return cost;
}

/* A pair of bfp4 takes 4 beats. Truncated below column 4, the pass of both lower halves (columns 0
 * to 2) is not made: 3. Logarithms are not chunked: 1. Half the weights: half of K. */
static void test_cycles_are_the_formulas(void)
{
    const struct {
        const char *settings[3][2];
        uint64_t keep, of, beats;
    } cases[] = {
        {{{NULL}}, 1, 1, 4},
        {{{"multiplier", "truncated"}, {NULL}}, 1, 1, 3},
        {{{"multiplier", "mitchell"}, {NULL}}, 1, 1, 1},
        {{{"sparse_of", "4"}, {"sparse_keep", "2"}, {NULL}}, 2, 4, 4},
        {{{"sparse_of", "8"}, {"sparse_keep", "2"}, {NULL}}, 2, 8, 4},
    };
    uint64_t hash[5];
    EngCost dense = {0};
    for (size_t i = 0; i < 5; i++) {
        EngCost estimate;
        const EngCost cost = cost_of((const char *(*)[2])cases[i].settings, &hash[i], &estimate);
        CHECK_INT(cost.compute_cycles, 4 * step_cycles(cases[i].keep, cases[i].of, cases[i].beats));
        CHECK(cost.cycles == estimate.cycles && cost.femtojoules == estimate.femtojoules);
        dense = i ? dense : cost;
        CHECK(i == 0 || cost.cycles < dense.cycles);
        for (size_t j = 0; j < i; j++)
            CHECK(hash[i] != hash[j]);
    }
}

/* ---- sparse weights --------------------------------------------------------------------------- */

/* A model of one batch of noise, emulated or not. */
typedef struct Case {
    EngNetwork *net;
    EngModel *model;
    EngFormat (*formats)[ENG_SLOTS];
    EngStep step;
    uint16_t label[20];
} Case;

static void open_case(Case *c, const char *net, const EngEmulation *emulation)
{
    const EngKernels *kernels = NULL;
    EngError err = {.text = ""};
    EngRandom random;
    *c = (Case){0};
    CHECK_INT(eng_kernels(ENG_ISA_AUTO, &kernels, &err), ENG_OK);
    CHECK_INT(eng_network_parse(net, (EngShape){6, 5, 7}, 10, &c->net, &err), ENG_OK);
    CHECK_INT(eng_model_new(c->net, 20, 5, kernels, NULL, &c->model, &err), ENG_OK);
    CHECK_INT(eng_model_emulate(c->model, emulation, &err), ENG_OK);
    c->formats = eng_alloc(c->net->product_count, sizeof *c->formats);
    for (size_t i = 0; i < c->net->product_count; i++) {
        for (int s = 0; s < ENG_SLOTS; s++) {
            c->formats[i][s] = eng_format_bfp(4);
            c->formats[i][s].rounding = ENG_ROUND_NEAREST;
        }
    }
    c->step = (EngStep){.formats = (const EngFormat(*)[ENG_SLOTS])c->formats,
        .noise_seed = 3,
        .samples = 20,
        .training = true};
    eng_random_init(&random, SEED, 1, 0, 0);
    for (size_t i = 0; i < 20 * 6 * 5 * 7; i++)
        eng_model_input(c->model)[i] = (float)eng_random_normal(&random);
    for (size_t i = 0; i < 20; i++)
        c->label[i] = (uint16_t)(i % 10);
}

static void close_case(Case *c)
{
    eng_free(c->formats);
    eng_model_free(c->model);
    eng_network_free(c->net);
}

static float forward(Case *c, bool training)
{
    EngError err = {.text = ""};
    EngLoss loss = {0};
    c->step.training = training;
    CHECK_INT(eng_model_forward(c->model, &c->step, &err), ENG_OK);
    CHECK_INT(eng_model_loss(c->model, &c->step, c->label, &loss, &err), ENG_OK);
    return loss.mean;
}

static void train(Case *c, unsigned steps)
{
    const EngOptimiser optimiser = eng_optimiser_default();
    for (c->step.step = 0; c->step.step < steps; c->step.step++) {
        forward(c, true);
        CHECK_INT(eng_model_backward(c->model, &c->step, NULL), ENG_OK);
        eng_model_update(c->model, &optimiser, 0.1, c->step.step + 1);
    }
}

/* Prunes the weights of linear layers (out, in) and convolutions (k, r, s, c) for good. */
static void prune_for_good(Case *c, unsigned keep, unsigned of)
{
    size_t count, p = 0;
    EngParam *const params = eng_model_params(c->model, &count);
    for (size_t i = 0; i < c->net->op_count; i++) {
        const EngOp *const op = &c->net->ops[i];
        const size_t length = op->kind == ENG_OP_CONV ? op->in.c : eng_op_row_length(op);
        while (p < count && strncmp(params[p].name, op->name, strlen(op->name)) != 0)
            p++;
        if (p < count && (op->kind == ENG_OP_LINEAR || op->kind == ENG_OP_CONV))
            for (size_t at = 0; at < params[p].size; at += length)
                eng_sparse_prune(params[p].value + at, params[p].value + at, length, 1, keep, of);
        p = p == count ? 0 : p;
    }
    eng_model_touch(c->model);
}

#define SPARSE_NET "conv3x3-9, bn, relu, dw3x3, bn, relu, conv3x3-20, bn, relu, fc-30, relu, fc-10"

/* After some training: what a sparse model answers is what a dense one answers whose weights were
 * pruned by hand. */
static void test_a_sparse_model_answers_like_a_pruned_one(void)
{
    const EngEmulation sparse = {.sparse_keep = 2, .sparse_of = 4};
    const EngEmulation dense = {.sparse_keep = 1, .sparse_of = 1};
    Case a, b;
    open_case(&a, SPARSE_NET, &sparse);
    open_case(&b, SPARSE_NET, &dense);
    train(&a, 12);
    size_t count, same;
    const EngTensor *const from = eng_model_tensors(a.model, &count);
    const EngTensor *const to = eng_model_tensors(b.model, &same);
    CHECK_INT(same, count);
    for (size_t i = 0; i < count; i++)
        memcpy(to[i].data, from[i].data, from[i].size * sizeof(float));
    eng_model_touch(b.model);
    const float sparse_loss = forward(&a, false);
    CHECK(sparse_loss != forward(&b, false));
    prune_for_good(&b, 2, 4);
    CHECK(sparse_loss == forward(&b, false));
    CHECK(memcmp(eng_model_output(a.model), eng_model_output(b.model), 200 * sizeof(float)) == 0);
    close_case(&a);
    close_case(&b);
}

/* Of every `of` neighbours of a segment at most `keep` are not 0. */
static void check_row(const float *row, size_t length, size_t segment, const EngEmulation *e)
{
    for (size_t first = 0; first < length; first += segment) {
        size_t kept = 0;
        for (size_t i = 0; i < segment; i++) {
            kept = i % e->sparse_of ? kept : 0;
            kept += row[first + i] != 0;
            CHECK(kept <= e->sparse_keep);
        }
    }
}

typedef struct Watch {
    const EngNetwork *net;
    const EngEmulation *emulation;
    unsigned seen[ENG_SLOTS];
} Watch;

static void watch_weights(void *ctx, size_t layer, EngSlot slot, const EngSlotRows *rows,
    const EngFormat *format, const EngNoise *noise)
{
    Watch *w = ctx;
    const EngOp *op = eng_network_product(w->net, layer);
    if (eng_slot_role(slot) != ENG_ROLE_W || op->kind == ENG_OP_DEPTHWISE)
        return;
    const size_t channels = slot == ENG_SLOT_W_FWD ? op->in.c : op->out.c;
    float *const row = eng_alloc(rows->length, sizeof *row);
    for (size_t i = 0; i < rows->rows; i++) {
        eng_slot_rows_read(rows, i, 1, row);
        check_row(
            row, rows->length, op->kind == ENG_OP_CONV ? channels : rows->length, w->emulation);
    }
    eng_free(row);
    w->seen[slot]++;
}

static void test_operands_hold_n_of_m(void)
{
    const EngEmulation sparse[] = {
        {.sparse_keep = 2, .sparse_of = 4}, {.sparse_keep = 2, .sparse_of = 8}};
    for (int i = 0; i < 2; i++) {
        Case c;
        open_case(&c, SPARSE_NET, &sparse[i]);
        Watch watch = {.net = c.net, .emulation = &sparse[i]};
        const EngObserver observer = {.inspect = watch_weights, .ctx = &watch};
        c.step.observer = &observer;
        train(&c, 3);
        CHECK_INT(watch.seen[ENG_SLOT_W_FWD], 3 * 4);
        CHECK_INT(watch.seen[ENG_SLOT_W_DGRAD], 3 * 3); /* the first layer has none */
        close_case(&c);
    }
}

/* The input gradient's operand: pruned down the outputs, from the same weights. */
static void check_dgrad(const EngOp *op, size_t taps)
{
    const size_t k = op->out.c, c = op->kind == ENG_OP_CONV ? op->in.c : eng_op_row_length(op);
    const size_t size = k * taps * c;
    const EngContext ctx = {.sparse_keep = 2, .sparse_of = 4};
    float *const value = eng_alloc(size, sizeof *value);
    EngParam weight = {.value = value, .size = size};
    EngLayer layer = {.op = op, .weight = &weight};
    EngRandom random;
    eng_random_init(&random, SEED, 2, 0, 0);
    for (size_t i = 0; i < size; i++)
        value[i] = (float)eng_random_normal(&random);
    CHECK_INT(eng_sparse_weights_init(&layer, NULL), ENG_OK);
    eng_sparse_weights_refresh(&layer, &ctx);
    const float *const pruned = eng_sparse_weights_of(&layer, ENG_SLOT_W_DGRAD);
    for (size_t i = 0; i < size; i++) {
        const size_t out = i / (taps * c), rest = i % (taps * c);
        size_t larger = 0;
        for (size_t j = out - out % 4; j < out - out % 4 + 4 && j < k; j++)
            larger += fabsf(value[j * taps * c + rest]) > fabsf(value[i]);
        CHECK(pruned[i] == (larger < 2 ? value[i] : 0.0f));
    }
    eng_sparse_weights_clear(&layer);
    eng_free(value);
}

static void test_the_input_gradient_prunes_the_outputs(void)
{
    const EngOp fc = {
        .kind = ENG_OP_LINEAR, .in = {1, 1, 13}, .out = {1, 1, 11}, .input_gradient = true};
    const EngOp conv = {.kind = ENG_OP_CONV,
        .in = {4, 4, 5},
        .out = {4, 4, 10},
        .kernel = 3,
        .input_gradient = true};
    check_dgrad(&fc, 1);
    check_dgrad(&conv, 9);
}

/* ---- what is refused -------------------------------------------------------------------------- */

static void test_a_table_must_hold_the_plan(void)
{
    Run r;
    EngError err = {.text = ""};
    EngTrainer *t = NULL;
    open_run(&r, "digits:100", 40, "mlp:16", "*: bfp2; fc2.G: bfp6 @1ep..");
    r.options.hardware.multiplier = ENG_MULTIPLIER_TABLE;
    CHECK_INT(eng_trainer_new(&r.options, &t, &err), ENG_ERR_RANGE);
    CHECK_HAS(err.text, "none was given");
    r.options.table = blind(4);
    CHECK_INT(eng_trainer_new(&r.options, &t, &err), ENG_ERR_RANGE);
    CHECK_HAS(err.text, "Layer fc2, G.dgrad and W.dgrad");
    CHECK_HAS(err.text, "6");
    /* Floats ask nothing of the table; a later plan may still ask too much. */
    Run floats;
    open_run(&floats, "digits:100", 40, "mlp:16", "*: bfp4; fc2.G: fp32");
    r.options.plan = floats.plan;
    CHECK_INT(eng_trainer_new(&r.options, &t, &err), ENG_OK);
    CHECK_INT(eng_trainer_set_plan(t, r.plan, &err), ENG_ERR_RANGE);
    CHECK_INT(eng_trainer_set_plan(t, floats.plan, &err), ENG_OK);
    eng_trainer_free(t);
    eng_free((void *)r.options.table.table);
    close_run(&r);
    close_run(&floats);
}

int main(void)
{
    RUN(test_products_are_the_restated_ones);
    RUN(test_a_blind_circuit_is_a_bit_less);
    RUN(test_all_columns_cut_away);
    RUN(test_threads_and_instruction_sets_change_nothing);
    RUN(test_cycles_are_the_formulas);
    RUN(test_a_sparse_model_answers_like_a_pruned_one);
    RUN(test_operands_hold_n_of_m);
    RUN(test_the_input_gradient_prunes_the_outputs);
    RUN(test_a_table_must_hold_the_plan);
    return check_done();
}
