/* Looking at a run: figures of every slot, one group in full, and that looking changes nothing. */
#include "base/philox.h"
#include "number/quantize.h"
#include "schedule/adaptive.h"
#include "setup.h"
#include <math.h>
#include <stdlib.h>

#define RECORDS 512

static size_t count_figures(const EngRecord *records, size_t n)
{
    size_t count = 0;
    for (size_t i = 0; i < n && i < RECORDS; i++)
        count += records[i].kind == ENG_RECORD_FIGURES;
    return count;
}

static void check_figures(const EngRecord *record, const Setup *s)
{
    const EngSlotFigures *f = &record->figures.figures;
    const EngSlot slot = (EngSlot)record->figures.slot;
    CHECK(record->figures.layer < s->net->product_count && slot < ENG_SLOTS);
    CHECK(record->figures.layer > 0 || (slot != ENG_SLOT_G_DGRAD && slot != ENG_SLOT_W_DGRAD));
    CHECK(f->flushed >= 0 && f->flushed <= 1 && f->saturated >= 0 && f->saturated <= 1);
    /* A mantissa bit is worth 6 dB, less where values are flushed or thrown by dice. */
    CHECK(f->sqnr_less_db < f->sqnr_db - 2 && f->sqnr_more_db > f->sqnr_db + 2);
    CHECK(f->spread >= 0 && f->spread < 20);
    CHECK_INT(record->figures.high, -1);
    CHECK(isnan(record->figures.r) && isnan(record->figures.epsilon));
}

static void test_figures_at_their_interval(void)
{
    Setup s;
    static EngRecord records[RECORDS];
    open_setup(&s, "*: bfp4; *.G: bfp4:sr8");
    const uint64_t plain = hash_of(&s);
    s.options.figures_every = 6;
    EngTrainer *t = start(&s);
    EngRunSummary summary;
    eng_trainer_run(t);
    const size_t n = finish(t, records, RECORDS, &summary);
    /* Steps 0, 6, 12, 18; the first layer has no input gradient. */
    CHECK_INT(count_figures(records, n), 4 * (4 + 6 + 6));
    for (size_t i = 0; i < n && i < RECORDS; i++) {
        if (records[i].kind != ENG_RECORD_FIGURES)
            continue;
        CHECK_INT(records[i].step % 6, 0);
        check_figures(&records[i], &s);
    }
    CHECK(summary.loss_hash == plain);
    eng_trainer_free(t);
    close_setup(&s);
}

static void test_figures_do_not_depend_on_threads(void)
{
    static EngRecord records[2][RECORDS];
    Setup s;
    open_setup(&s, "*: bfp3; *.G: bfp4:sr8");
    s.options.figures_every = 9;
    size_t n[2];
    for (unsigned i = 0; i < 2; i++) {
        EngRunSummary summary;
        s.options.settings.threads = 1 + 2 * i;
        EngTrainer *t = start(&s);
        eng_trainer_run(t);
        n[i] = finish(t, records[i], RECORDS, &summary);
        eng_trainer_free(t);
    }
    CHECK_INT(n[0], n[1]);
    for (size_t i = 0; i < n[0] && i < RECORDS; i++) {
        if (records[0][i].kind == ENG_RECORD_FIGURES)
            CHECK(memcmp(&records[0][i].figures.figures, &records[1][i].figures.figures,
                      sizeof(EngSlotFigures)) == 0);
    }
    close_setup(&s);
}

/* An answer that a look at the same tensor by plain functions confirms. */
static void check_look(const EngGroupLook *look, const Setup *s)
{
    const EngFormat *f = &look->format;
    int32_t k[ENG_LOOK_MAX], scale[1];
    CHECK(look->row < look->rows && look->first % f->g == 0 && look->count == f->g);
    for (unsigned i = 0; i < look->count; i++) {
        const uint32_t noise = f->rounding == ENG_ROUND_STOCHASTIC
            ? eng_noise_at(s->options.settings.seed_noise, look->layer * 8u + look->slot,
                  look->step, (uint32_t)look->row, look->length, look->first + i, f->noise_bits)
            : 0;
        CHECK_INT(look->noise[i], noise);
    }
    CHECK_INT(eng_bfp_quantize(look->x, 1, look->count, f, look->noise, k, scale, NULL), ENG_OK);
    CHECK(look->integers);
    CHECK_INT(look->s, scale[0]);
    for (unsigned i = 0; i < look->count; i++) {
        CHECK_INT(look->k[i], k[i]);
        CHECK(look->y[i] == ldexpf((float)k[i], scale[0]));
    }
}

static EngGroupLook ask(EngTrainer *t, size_t layer, EngSlot slot, size_t row, size_t position)
{
    EngGroupLook look = {0};
    EngError err = {0};
    CHECK_INT(eng_trainer_look(t, layer, slot, row, position, &err), ENG_OK);
    while (!eng_trainer_take_look(t, &look))
        eng_trainer_wait(t, 1);
    CHECK_INT(look.layer, layer);
    CHECK_INT(look.slot, slot);
    return look;
}

static void test_look_at_a_group(void)
{
    Setup s;
    open_setup(&s, "*: bfp4; *.G: bfp4:sr8");
    const uint64_t plain = hash_of(&s);
    s.options.window_ring = true;
    EngTrainer *t = start(&s);
    EngRunSummary summary;
    /* Idle: the first batch and the initial weights. */
    EngGroupLook look = ask(t, 0, ENG_SLOT_W_FWD, 5, 100);
    CHECK(look.rows == 33 && look.length == 784 && look.row == 5 && look.first == 96);
    CHECK_INT(look.step, 0);
    check_look(&look, &s);
    const float weight = look.x[0];
    step_to(t, 3);
    look = ask(t, 0, ENG_SLOT_W_FWD, 5 + 33, 100 + 784); /* counted round */
    CHECK(look.row == 5 && look.first == 96 && look.x[0] != weight);
    CHECK_INT(look.step, 2);
    look = ask(t, 1, ENG_SLOT_G_WGRAD, 16, 17); /* outputs along 50 samples */
    CHECK(look.rows == 17 && look.length == 50 && look.row == 16 && look.first == 16);
    check_look(&look, &s);
    eng_trainer_figures(t);
    EngRecord records[64];
    size_t figures = 0;
    while (figures < 16) {
        const size_t n = eng_trainer_window_records(t, records, 64);
        figures += count_figures(records, n);
    }
    CHECK_INT(figures, 16);
    eng_trainer_run(t);
    look = ask(t, 2, ENG_SLOT_A_WGRAD, 3, 20); /* somewhere on the way, or at the end */
    check_look(&look, &s);
    finish(t, NULL, 0, &summary);
    look = ask(t, 2, ENG_SLOT_A_FWD, 49, 0); /* after the last step */
    CHECK_INT(look.step, 23);
    CHECK(look.rows == 50 && look.length == 17);
    check_look(&look, &s);
    eng_trainer_figures(t);
    for (figures = 0; figures < 16;)
        figures += count_figures(records, eng_trainer_window_records(t, records, 64));
    eng_trainer_summary(t, &summary);
    CHECK(summary.loss_hash == plain);
    eng_trainer_free(t);
    close_setup(&s);
}

static void test_looks_that_make_no_sense(void)
{
    Setup s;
    open_setup(&s, "*: bfp4");
    EngTrainer *t = start(&s);
    EngError err = {0};
    CHECK_INT(eng_trainer_look(t, 3, ENG_SLOT_A_FWD, 0, 0, &err), ENG_ERR_RANGE);
    CHECK_HAS(err.text, "layer 3");
    CHECK_INT(eng_trainer_look(t, 0, ENG_SLOT_G_DGRAD, 0, 0, &err), ENG_ERR_RANGE);
    CHECK_HAS(err.text, "fc1");
    EngGroupLook look;
    CHECK(!eng_trainer_take_look(t, &look));
    eng_trainer_free(t);
    close_setup(&s);
}

/* Batch norm's running statistics, dropout's dice and the order of the batches stay as they are. */
static void test_looking_changes_no_state(void)
{
    Setup s;
    open_net(&s, "digits:100", 40, "conv3x3-8/2, bn, relu, drop-0.2, pool2, fc-10", 8, "*: bfp4");
    const uint64_t plain = hash_of(&s);
    EngTrainer *t = start(&s);
    EngRunSummary summary;
    for (uint32_t i = 0; i < 8; i++) {
        step_to(t, i);
        const EngGroupLook look = ask(t, 0, ENG_SLOT_A_FWD, 100 * i, i);
        CHECK_INT(look.length, 9); /* patches of one channel */
        CHECK(look.count == 9 && look.first == 0);
    }
    eng_trainer_run(t);
    finish(t, NULL, 0, &summary);
    CHECK(summary.loss_hash == plain);
    eng_trainer_free(t);
    close_setup(&s);
}

/* ---- the rules' measures ----------------------------------------------------------------------- */

static EngFormat format(const char *text)
{
    EngFormat f = eng_format_fp32();
    CHECK_INT(eng_format_parse(text, strlen(text), &f, NULL), ENG_OK);
    return eng_format_for_role(&f, ENG_ROLE_W);
}

static EngSlotRows rows_of(const float *x, size_t rows, size_t length, bool transposed)
{
    return (EngSlotRows){.rows = rows,
        .length = length,
        .matrix = {.data = x,
            .outer = 1,
            .inner = rows,
            .length = length,
            .inner_stride = transposed ? 1 : length,
            .pos_stride = transposed ? rows : 1,
            .inner_noise = 1}};
}

static void check_measures(EngRandom *random, EngPool *pool, size_t rows, size_t length)
{
    static const char *const lows[] = {"bfp2", "bfp3/g8/e3", "bfp4:truncate", "bfp1/g64"};
    static const char *const highs[] = {"bfp4", "bfp5/g32", "bfp8", "bfp16/e5"};
    float *x = malloc(rows * length * sizeof *x), *t = malloc(rows * length * sizeof *t);
    for (size_t i = 0; i < rows * length; i++)
        x[i] = ldexpf((float)eng_random_normal(random), (int)eng_random_below(random, 9) - 4);
    for (size_t i = 0; i < rows * length; i++)
        t[i % length * rows + i / length] = x[i];
    for (size_t i = 0; i < 4; i++) {
        const EngFormat low = format(lows[i]), high = format(highs[i]);
        const EngSlotRows plain = rows_of(x, rows, length, false);
        const EngSlotRows turned = rows_of(t, rows, length, true);
        for (int literal = 0; literal < 2; literal++) {
            double r[3];
            CHECK_INT(eng_relative_improvement(x, rows, length, &low, &high, literal, &r[0], NULL),
                ENG_OK);
            CHECK_INT(
                eng_measure_improvement(&plain, &low, &high, literal, pool, &r[1], NULL), ENG_OK);
            CHECK_INT(
                eng_measure_improvement(&turned, &low, &high, literal, pool, &r[2], NULL), ENG_OK);
            /* Sums of at most 2^13 terms in another order: 2^13 roundings of 2^-53, and the literal
             * denominator may be 2^10 times smaller than its terms' sizes. */
            CHECK(fabs(r[1] - r[0]) <= 0x1p-28 * r[0]);
            CHECK(r[1] == r[2]);
        }
        int32_t *k = malloc(rows * length * sizeof *k),
                *scale = malloc(rows * length * sizeof *scale);
        CHECK_INT(eng_bfp_quantize(x, rows, length, &low, NULL, k, scale, NULL), ENG_OK);
        size_t flushed = 0, nonzero = 0;
        for (size_t j = 0; j < rows * length; j++) {
            nonzero += x[j] != 0;
            flushed += x[j] != 0 && k[j] == 0;
        }
        double share;
        CHECK_INT(eng_measure_flushed(&turned, &low, pool, &share, NULL), ENG_OK);
        CHECK(share == (double)flushed / (double)nonzero);
        free(k);
        free(scale);
    }
    free(x);
    free(t);
}

static void test_measures(void)
{
    EngRandom random;
    eng_random_init(&random, 77, 0, 0, 0);
    for (unsigned threads = 1; threads <= 3; threads += 2) {
        EngPool *pool = NULL;
        CHECK_INT(eng_pool_new(threads, &pool, NULL), ENG_OK);
        check_measures(&random, pool, 1, 1);
        check_measures(&random, pool, 65, 37);
        check_measures(&random, pool, 200, 41);
        eng_pool_free(pool);
    }
}

static void test_measures_of_what_diverged(void)
{
    static const float bad[] = {NAN, INFINITY, 0x1p62f};
    for (size_t i = 0; i < 3; i++) {
        float x[40] = {0};
        x[33] = bad[i];
        const EngSlotRows rows = rows_of(x, 4, 10, false);
        const EngFormat low = format("bfp2/e3"), high = format("bfp4");
        double value;
        CHECK_INT(eng_measure_improvement(&rows, &low, &high, false, NULL, &value, NULL),
            ENG_ERR_DIVERGED);
        CHECK_INT(eng_measure_flushed(&rows, &high, NULL, &value, NULL), ENG_ERR_DIVERGED);
    }
}

/* The second rule: up above one share, down below the other, else it stays. */
static void test_zse_choices_follow_the_rule(void)
{
    Setup s;
    static EngRecord records[RECORDS];
    open_setup(&s, "*: zse(bfp3, bfp6, up=0.13, down=0.12, interval=2)");
    EngTrainer *t = start(&s);
    EngRunSummary summary;
    eng_trainer_run(t);
    const size_t n = finish(t, records, RECORDS, &summary);
    bool high[9] = {false};
    unsigned choices = 0, ups = 0, downs = 0;
    for (size_t i = 0; i < n && i < RECORDS; i++) {
        if (records[i].kind != ENG_RECORD_CHOICE)
            continue;
        bool *was = &high[records[i].choice.layer * 3 + records[i].choice.role];
        CHECK_INT(records[i].step % 2, 0);
        CHECK(records[i].choice.epsilon == (*was ? 0.12f : 0.13f));
        CHECK_INT(records[i].choice.high, records[i].choice.r > records[i].choice.epsilon);
        ups += !*was && records[i].choice.high;
        downs += *was && !records[i].choice.high;
        *was = records[i].choice.high;
        choices++;
    }
    printf("# %u choices, %u up, %u down\n", choices, ups, downs);
    CHECK_INT(choices, 12 * 9);
    CHECK(ups > 0 && downs > 0);
    eng_trainer_free(t);
    close_setup(&s);
}

int main(void)
{
    RUN(test_figures_at_their_interval);
    RUN(test_figures_do_not_depend_on_threads);
    RUN(test_look_at_a_group);
    RUN(test_looks_that_make_no_sense);
    RUN(test_looking_changes_no_state);
    RUN(test_measures);
    RUN(test_measures_of_what_diverged);
    RUN(test_zse_choices_follow_the_rule);
    return check_done();
}
