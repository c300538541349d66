/* From a plan back to a short text, and from that text to the same plan. */
#include "base/memory.h"
#include "check.h"
#include "schedule/random_plan.h"
#include "schedule/schedule.h"

#define SEED 7193u
#define MAX_LAYERS 14

static char *text_of(const EngPlan *plan, const char *const *names)
{
    EngSchedule *schedule = NULL;
    EngError err = {.text = ""};
    if (eng_schedule_from_plan(plan, names, &schedule, &err))
        printf("# %s\n", err.text);
    char *const text = schedule ? eng_schedule_text(schedule, "\n") : NULL;
    eng_schedule_free(schedule);
    CHECK(text != NULL);
    return text;
}

static EngPlan *plan_of(const char *text, const char *const *names, size_t layers, EngClock clock)
{
    EngSchedule *schedule = NULL;
    EngPlan *plan = NULL;
    EngError err = {.text = ""};
    if (eng_schedule_parse(text, &schedule, &err) ||
        eng_plan_build(schedule, names, layers, clock, &plan, &err))
        printf("# %s\n", err.text);
    eng_schedule_free(schedule);
    CHECK(plan != NULL);
    return plan;
}

/* text -> plan -> text; the plan's own text must be `wanted`. */
static void check_composed(const char *text, const char *wanted)
{
    static const char *const names[] = {"conv1", "conv2", "conv3", "fc1", "fc2"};
    const EngClock clock = {.steps = 1000, .steps_per_epoch = 100};
    EngPlan *const plan = plan_of(text, names, 5, clock);
    if (!plan)
        return;
    char *const composed = text_of(plan, names);
    CHECK_STR(composed, wanted);
    EngPlan *const again = plan_of(composed ? composed : "", names, 5, clock);
    CHECK(again && eng_plan_equal(plan, again));
    eng_plan_free(again);
    eng_free(composed);
    eng_plan_free(plan);
}

static void test_texts(void)
{
    check_composed("", "");
    check_composed("*: fp32 @5ep..", "");
    check_composed("*: bfp4", "*: bfp4");
    /* A rounding that is the role's own is left out. */
    check_composed("*.W: bfp4:nearest; *.A: bfp4:nearest; *.G: bfp4:sr8", "*: bfp4");
    check_composed("*: bfp4:nearest", "*: bfp4\n*.G: bfp4:nearest");
    /* Positions: quarter epochs where they are, else steps. */
    check_composed("*: bfp4 @250it..", "*: bfp4 @2.5ep..");
    check_composed("*: bfp4 @..251it", "*: bfp4 @..251it");
    check_composed("*: bfp4 @10..20%", "*: bfp4 @1..2ep");
    /* Roles, slots, layers and families are exceptions of what stands before. */
    check_composed("*: bfp4; *.G: bfp8; fc2.W.fwd: fp32", "*: bfp4\n*.G: bfp8\nfc2.W.fwd: fp32");
    check_composed(
        "conv1: bfp2; conv2: bfp2; conv3: bfp2; fc1: bfp4; fc2: bfp4", "*: bfp2\nfc*: bfp4");
    check_composed("conv*.W: bfp2 @..3ep", "conv*.W: bfp2 @..3ep");
    check_composed("fc1: bfp4", "fc1: bfp4");
    /* An exception for some steps is written as such. */
    check_composed("*: bfp4; conv2.W: bfp4 @..5ep, bfp8 @5..6ep, bfp4 @6ep..",
        "*: bfp4\nconv2.W: bfp8 @5..6ep");
    /* One precision below many. */
    check_composed("*: bfp2 @..1ep, bfp4 @1..2ep, bfp2 @2..3ep, bfp4 @3..4ep, bfp2 @4ep..",
        "*: bfp2, bfp4 @1..2ep, bfp4 @3..4ep");
    check_composed("*: bfp2 @0..50%, bfp4 @50%..", "*: bfp2 @..5ep, bfp4 @5ep..");
    check_composed(
        "*: adaptive(bfp2, bfp4, alpha=1) @..5ep", "*: adaptive(bfp2, bfp4, alpha=1) @..5ep");
}

/* `conv*` would take the transposed convolution along, so the two others are named one by one. */
static void test_a_pattern_that_would_name_too_many(void)
{
    static const char *const names[] = {"conv1", "conv2", "convt1", "fc1", "fc2", "fc3"};
    const EngClock clock = {1000, 100};
    EngPlan *const plan = plan_of("conv1: bfp8; conv2: bfp8", names, 6, clock);
    char *const text = text_of(plan, names);
    CHECK_STR(text, "conv1: bfp8\nconv2: bfp8");
    eng_free(text);
    eng_plan_free(plan);
}

static void test_random_plans(void)
{
    EngRandom random;
    eng_random_init(&random, SEED, 2, 0, 0);
    size_t lines = 0, slots = 0;
    for (int round = 0; round < 400; round++) {
        char storage[MAX_LAYERS][16];
        const char *names[MAX_LAYERS];
        const size_t layers = 1 + eng_random_below(&random, MAX_LAYERS);
        const uint32_t per_epoch = 1 + eng_random_below(&random, 200);
        const EngClock clock = {1 + eng_random_below(&random, 20 * per_epoch), per_epoch};
        random_names(&random, layers, storage, names);
        EngPlan *const plan = random_plan(&random, layers, clock, true);
        char *const text = plan ? text_of(plan, names) : NULL;
        EngPlan *const again = text ? plan_of(text, names, layers, clock) : NULL;
        const bool equal = again && eng_plan_equal(plan, again);
        CHECK(equal);
        if (!equal)
            printf("# round %d:\n%s\n", round, text ? text : "");
        for (const char *c = text; c && *c; c++)
            lines += *c == '\n';
        slots += layers * ENG_SLOTS;
        eng_plan_free(again);
        eng_free(text);
        eng_plan_free(plan);
    }
    CHECK(lines < slots); /* shorter than naming every slot */
}

static void test_names_that_no_lane_can_name(void)
{
    static const char *const bad[] = {"conv 1", "x.W", "a.W.fwd", "", "a:b", "c*", "q;",
        "a12345678901234567890123456789012345678901234567890123456789012345"};
    const EngClock clock = {10, 10};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        EngRandom random;
        eng_random_init(&random, SEED, 3, 0, 0);
        EngPlan *const plan = random_plan(&random, 1, clock, false);
        EngSchedule *schedule = NULL;
        EngError err = {.text = ""};
        CHECK_INT(eng_schedule_from_plan(plan, &bad[i], &schedule, &err), ENG_ERR_PARSE);
        CHECK(schedule == NULL);
        CHECK_HAS(err.text, "no name for a layer");
        eng_plan_free(plan);
    }
    static const char *const twice[] = {"fc1", "fc1"};
    EngPlan *const plan = plan_of("*: bfp4", twice, 2, clock);
    EngError err = {.text = ""};
    EngSchedule *schedule = NULL;
    CHECK_INT(eng_schedule_from_plan(plan, twice, &schedule, &err), ENG_ERR_PARSE);
    CHECK_HAS(err.text, "Two layers");
    eng_plan_free(plan);
}

int main(void)
{
    printf("# seed %u\n", SEED);
    RUN(test_texts);
    RUN(test_a_pattern_that_would_name_too_many);
    RUN(test_random_plans);
    RUN(test_names_that_no_lane_can_name);
    return check_done();
}
