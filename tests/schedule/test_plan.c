/* What every slot uses at every step, against a painter who repaints step by step. */
#include "base/memory.h"
#include "check.h"
#include "schedule/random_plan.h"
#include "schedule/schedule.h"
#include <stdlib.h>

#define SEED 20240611u

static const char *const names[] = {"conv1", "conv2", "fc1", "fc2"};
static const EngClock clock100 = {.steps = 100, .steps_per_epoch = 20};

static EngPlan *build(const char *text, EngClock clock)
{
    EngSchedule *schedule = NULL;
    EngPlan *plan = NULL;
    EngError err = {.text = ""};
    if (eng_schedule_parse(text, &schedule, &err) ||
        eng_plan_build(schedule, names, 4, clock, &plan, &err))
        printf("# %s\n", err.text);
    eng_schedule_free(schedule);
    CHECK(plan != NULL);
    return plan;
}

/* The spans of a slot as "bfp4 0..10, fp32 10..100". */
static void check_spans(const EngPlan *plan, size_t layer, EngSlot slot, const char *wanted)
{
    char text[1024] = "", precision[ENG_PRECISION_TEXT];
    size_t count, used = 0;
    const EngSpan *const spans = eng_plan_spans(plan, layer, slot, &count);
    for (size_t i = 0; i < count; i++)
        used += (size_t)snprintf(text + used, sizeof text - used, "%s%s %u..%u", i ? ", " : "",
            eng_precision_text(&spans[i].precision, precision), (unsigned)spans[i].from,
            (unsigned)spans[i].to);
    CHECK_STR(text, wanted);
}

static void test_empty_schedule_is_fp32(void)
{
    EngPlan *const plan = build("", clock100);
    for (size_t i = 0; plan && i < 4 * ENG_SLOTS; i++)
        check_spans(plan, i / ENG_SLOTS, (EngSlot)(i % ENG_SLOTS), "fp32 0..100");
    eng_plan_free(plan);
}

static void test_roundings_follow_the_role(void)
{
    EngPlan *const plan = build("*: bfp4; fc*.W: bfp8:truncate", clock100);
    if (!plan)
        return;
    check_spans(plan, 0, ENG_SLOT_A_FWD, "bfp4:nearest 0..100");
    check_spans(plan, 0, ENG_SLOT_W_FWD, "bfp4:nearest 0..100");
    check_spans(plan, 0, ENG_SLOT_G_DGRAD, "bfp4:sr8 0..100");
    check_spans(plan, 3, ENG_SLOT_W_DGRAD, "bfp8:truncate 0..100");
    check_spans(plan, 3, ENG_SLOT_G_WGRAD, "bfp4:sr8 0..100");
    eng_plan_free(plan);
}

static void test_later_wins(void)
{
    EngPlan *const plan = build("*: bfp4:nearest @..50%, bfp2:nearest @40..60it\n"
                                "conv*: fp16 @2ep..3ep\n"
                                "conv2.W.fwd: int8:even @95it..\n"
                                "*.A.fwd: bf16 @0..0%",
        clock100);
    if (!plan)
        return;
    check_spans(plan, 2, ENG_SLOT_A_FWD, "bfp4:nearest 0..40, bfp2:nearest 40..60, fp32 60..100");
    check_spans(plan, 0, ENG_SLOT_G_WGRAD, "bfp4:nearest 0..40, fp16:even 40..60, fp32 60..100");
    check_spans(plan, 1, ENG_SLOT_W_FWD,
        "bfp4:nearest 0..40, fp16:even 40..60, fp32 60..95, int8:even 95..100");
    check_spans(plan, 1, ENG_SLOT_W_DGRAD, "bfp4:nearest 0..40, fp16:even 40..60, fp32 60..100");
    eng_plan_free(plan);
}

static void test_equal_neighbours_are_one_span(void)
{
    EngPlan *const plan =
        build("*: bfp4:sr8 @..30it, bfp4:sr8 @30..60it, bfp4:sr8 @20..80it", clock100);
    if (plan)
        check_spans(plan, 0, ENG_SLOT_G_DGRAD, "bfp4:sr8 0..80, fp32 80..100");
    eng_plan_free(plan);
}

static void test_positions(void)
{
    static const struct {
        EngPosition position;
        EngClock clock;
        uint32_t wanted;
    } cases[] = {
        {{ENG_UNIT_PERCENT, 50, false}, {101, 10}, 51}, /* 50.5: half goes up */
        {{ENG_UNIT_PERCENT, 49.9, false}, {101, 10}, 50},
        {{ENG_UNIT_PERCENT, 100, false}, {UINT32_MAX, 10}, UINT32_MAX},
        {{ENG_UNIT_EPOCH, 2.5, false}, {1000, 937}, 1000}, /* beyond the end */
        {{ENG_UNIT_EPOCH, 0.25, false}, {1000, 937}, 234}, /* 234.25 */
        {{ENG_UNIT_STEP, 4294967295.0, false}, {7, 1}, 7},
        {{ENG_UNIT_STEP, 0, true}, {7, 1}, 7},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        CHECK_INT(eng_position_step(&cases[i].position, cases[i].clock, true), cases[i].wanted);
    CHECK_INT(eng_position_step(&(EngPosition){.open = true}, clock100, false), 0);
}

static void check_refused(const char *text, EngClock clock, EngStatus code, const char *part)
{
    EngSchedule *schedule = NULL;
    EngPlan *plan = NULL;
    EngError err = {.text = ""};
    CHECK_INT(eng_schedule_parse(text, &schedule, &err), ENG_OK);
    CHECK_INT(eng_plan_build(schedule, names, 4, clock, &plan, &err), code);
    CHECK(plan == NULL);
    CHECK_HAS(err.text, part);
    eng_schedule_free(schedule);
}

static void test_refuses(void)
{
    check_refused("pool1: bfp4", clock100, ENG_ERR_PARSE, "\"pool1\"");
    check_refused("conv1x*.W: bfp4", clock100, ENG_ERR_PARSE, "conv1, conv2, fc1, fc2");
    check_refused("*: bfp4", (EngClock){0, 1}, ENG_ERR_RANGE, "not 0 and 1");
    check_refused("*: bfp4", (EngClock){1, 0}, ENG_ERR_RANGE, "not 1 and 0");
    check_refused("*: bfp4 @4ep..50%", clock100, ENG_ERR_PARSE, "starts at step 80");
    /* Both ends beyond the run: nothing is left of it, and that is no error. */
    check_refused(
        "*: bfp4 @9ep..900it, bfp2 @9ep..100%; x: fp32", clock100, ENG_ERR_PARSE, "\"x\"");
}

static void test_patterns(void)
{
    static const struct {
        const char *pattern;
        unsigned layers; /* bit i: names[i] */
    } cases[] = {{"*", 15}, {"conv*", 3}, {"*1", 5}, {"*c*", 15}, {"fc2", 8}, {"f*2", 8},
        {"**o**v*", 3}, {"*fc1*", 4}, {"c*n*v*2", 2}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[64];
        snprintf(text, sizeof text, "%s: bf16", cases[i].pattern);
        EngPlan *const plan = build(text, clock100);
        for (size_t l = 0; plan && l < 4; l++)
            check_spans(plan, l, ENG_SLOT_A_FWD,
                cases[i].layers >> l & 1 ? "bf16:even 0..100" : "fp32 0..100");
        eng_plan_free(plan);
    }
}

/* A random schedule of up to 30 segments in which everything may overlap. */
static EngSchedule *random_schedule(EngRandom *random)
{
    static const char *const lanes[] = {
        "*", "conv*", "fc1", "*2", "conv1.W", "*.G", "*.A.wgrad", "fc*.W.dgrad", "*c*.A"};
    char text[4096] = "";
    size_t used = 0;
    const unsigned count = eng_random_below(random, 8);
    for (unsigned l = 0; l < count; l++) {
        used += (size_t)snprintf(
            text + used, sizeof text - used, "%s:", lanes[eng_random_below(random, 9)]);
        const unsigned segments = 1 + eng_random_below(random, 5);
        for (unsigned s = 0; s < segments; s++) {
            const unsigned from = eng_random_below(random, 110),
                           more = eng_random_below(random, 60);
            used += (size_t)snprintf(text + used, sizeof text - used, "%s bfp%u @%u..%uit",
                s ? "," : "", 1 + eng_random_below(random, 16), from, from + more);
        }
        used += (size_t)snprintf(text + used, sizeof text - used, "\n");
    }
    EngSchedule *schedule = NULL;
    CHECK_INT(eng_schedule_parse(text, &schedule, NULL), ENG_OK);
    return schedule;
}

/* The same by painting one step at a time. */
static EngPrecision painted(const EngSchedule *schedule, const char *name, int slot, uint32_t step)
{
    EngPrecision p = eng_precision_fixed(eng_format_fp32());
    for (size_t l = 0; l < schedule->count; l++) {
        const EngLane *const lane = &schedule->lanes[l];
        EngPlan *matched = NULL;
        const EngSchedule one = {(EngLane *)lane, 1};
        const bool matches = eng_plan_build(&one, &name, 1, clock100, &matched, NULL) == ENG_OK;
        eng_plan_free(matched);
        if (!matches || !(lane->slots >> slot & 1))
            continue;
        for (size_t s = 0; s < lane->count; s++) {
            if (lane->segments[s].from.value <= step && step < lane->segments[s].to.value)
                p = lane->segments[s].precision;
        }
    }
    return eng_precision_for_role(&p, eng_slot_role((EngSlot)slot));
}

static void check_invariants(const EngPlan *plan)
{
    for (size_t i = 0; i < plan->layers * ENG_SLOTS; i++) {
        size_t count;
        const EngSpan *const spans =
            eng_plan_spans(plan, i / ENG_SLOTS, (EngSlot)(i % ENG_SLOTS), &count);
        CHECK(count >= 1);
        CHECK_INT(spans[0].from, 0);
        CHECK_INT(spans[count - 1].to, plan->clock.steps);
        for (size_t s = 0; s < count; s++) {
            CHECK(spans[s].from < spans[s].to);
            CHECK(s == 0 || spans[s].from == spans[s - 1].to);
            CHECK(s == 0 || !eng_precision_equal(&spans[s].precision, &spans[s - 1].precision));
        }
    }
}

static void test_random_schedules(void)
{
    EngRandom random;
    eng_random_init(&random, SEED, 1, 0, 0);
    for (int round = 0; round < 60; round++) {
        EngSchedule *const schedule = random_schedule(&random);
        EngPlan *plan = NULL;
        CHECK_INT(eng_plan_build(schedule, names, 4, clock100, &plan, NULL), ENG_OK);
        check_invariants(plan);
        for (size_t i = 0; i < 4 * ENG_SLOTS; i++) {
            const EngSlot slot = (EngSlot)(i % ENG_SLOTS);
            for (uint32_t step = 0; step < 100; step += 1 + eng_random_below(&random, 4)) {
                const EngPrecision wanted = painted(schedule, names[i / ENG_SLOTS], slot, step);
                const EngSpan *const span = eng_plan_at(plan, i / ENG_SLOTS, slot, step);
                CHECK(span->from <= step && step < span->to);
                CHECK(eng_precision_equal(&span->precision, &wanted));
            }
        }
        eng_plan_free(plan);
        eng_schedule_free(schedule);
    }
}

static EngStatus from_spans(const EngSpan *spans, size_t count, EngPlan **out, EngError *err)
{
    const EngSpan *all[ENG_SLOTS];
    size_t counts[ENG_SLOTS];
    for (int s = 0; s < ENG_SLOTS; s++) {
        all[s] = spans;
        counts[s] = count;
    }
    return eng_plan_from_spans(all, counts, 1, clock100, out, err);
}

static void test_drawn_spans(void)
{
    const EngPrecision a = eng_precision_fixed(eng_format_bfp(4)),
                       b = eng_precision_fixed(eng_format_bfp(2));
    EngPrecision bad = eng_precision_adaptive(eng_format_bfp(4), eng_format_bfp(2));
    EngPlan *plan = NULL;
    EngError err;
    const EngSpan good[] = {{0, 20, a}, {20, 30, a}, {30, 100, b}};
    CHECK_INT(from_spans(good, 3, &plan, &err), ENG_OK);
    check_spans(plan, 0, ENG_SLOT_W_FWD, "bfp4:nearest 0..30, bfp2:nearest 30..100");
    EngPlan *copy = NULL;
    CHECK_INT(eng_plan_copy(plan, &copy, &err), ENG_OK);
    CHECK(eng_plan_equal(plan, copy));
    copy->spans[0].precision = b;
    CHECK(!eng_plan_equal(plan, copy));
    eng_plan_free(copy);
    eng_plan_free(plan);
    plan = NULL;

    const EngSpan gap[] = {{0, 20, a}, {21, 100, b}}, overlap[] = {{0, 20, a}, {19, 100, b}},
                  shortened[] = {{0, 99, a}}, beyond[] = {{0, 101, a}},
                  empty[] = {{0, 0, a}, {0, 100, b}}, backwards[] = {{0, 100, bad}};
    CHECK_INT(from_spans(gap, 2, &plan, &err), ENG_ERR_RANGE);
    CHECK_HAS(err.text, "Layer 0, slot A.fwd: span 1");
    CHECK_INT(from_spans(overlap, 2, &plan, &err), ENG_ERR_RANGE);
    CHECK_INT(from_spans(shortened, 1, &plan, &err), ENG_ERR_RANGE);
    CHECK_HAS(err.text, "end at step 99");
    CHECK_INT(from_spans(beyond, 1, &plan, &err), ENG_ERR_RANGE);
    CHECK_INT(from_spans(empty, 2, &plan, &err), ENG_ERR_RANGE);
    CHECK_INT(from_spans(backwards, 1, &plan, &err), ENG_ERR_RANGE);
    CHECK_INT(from_spans(good, 0, &plan, &err), ENG_ERR_RANGE);
    CHECK(plan == NULL);
}

int main(void)
{
    printf("# seed %u\n", SEED);
    RUN(test_empty_schedule_is_fp32);
    RUN(test_roundings_follow_the_role);
    RUN(test_later_wins);
    RUN(test_equal_neighbours_are_one_span);
    RUN(test_positions);
    RUN(test_refuses);
    RUN(test_patterns);
    RUN(test_random_schedules);
    RUN(test_drawn_spans);
    return check_done();
}
