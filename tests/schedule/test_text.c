/* Schedules as text: what is read, what is refused with which sentence, what is written. */
#include "base/memory.h"
#include "check.h"
#include "schedule/schedule.h"

static EngSchedule *parse(const char *text)
{
    EngSchedule *schedule = NULL;
    EngError err = {.text = ""};
    if (eng_schedule_parse(text, &schedule, &err))
        printf("# %s\n", err.text);
    CHECK(schedule != NULL);
    return schedule;
}

/* Reads and writes again. */
static void check_text(const char *text, const char *wanted)
{
    EngSchedule *const schedule = parse(text);
    if (!schedule)
        return;
    char *const written = eng_schedule_text(schedule, "; ");
    CHECK_STR(written, wanted);
    eng_free(written);
    eng_schedule_free(schedule);
}

static void test_reads_and_writes(void)
{
    check_text("", "");
    check_text("\n ; \r\n\t\n", "");
    check_text("*: bfp4", "*: bfp4");
    check_text("  * :bfp4:sr8 ;; fc*.A:fp32\r\n", "*: bfp4:sr8; fc*.A: fp32");
    check_text("conv1.W: bfp2 @0..50%, bfp4 @50%..", "conv1.W: bfp2 @0..50%, bfp4 @50%..");
    check_text("conv1.W: bfp2 @ 0% .. 50 %", "conv1.W: bfp2 @0..50%");
    check_text("a.W.fwd: bfp2 @..3ep, bfp4 @2.5ep..80%, fp32 @7it..",
        "a.W.fwd: bfp2 @..3ep, bfp4 @2.5ep..80%, fp32 @7it..");
    check_text("a: bfp2 @..", "a: bfp2");
    check_text("a: bfp2 @0..0%", "a: bfp2 @0..0%");
    check_text("a: bfp2 @-0..1e1ep", "a: bfp2 @0..10ep");
    check_text("attn1.qk.W: bfp2", "attn1.qk.W: bfp2");
    check_text("attn1.qk: bfp2", "attn1.qk: bfp2");
    check_text("a.G.dgrad: bfp2; a.G.wgrad: bfp2; a.A.wgrad: bfp2; a.A.fwd: bfp2; a.W.dgrad: bfp2",
        "a.G.dgrad: bfp2; a.G.wgrad: bfp2; a.A.wgrad: bfp2; a.A.fwd: bfp2; a.W.dgrad: bfp2");
}

static void test_reads_adaptive(void)
{
    check_text("fc*.A: adaptive(bfp2, bfp4, alpha=0.6, beta=0.3)", "fc*.A: adaptive(bfp2, bfp4)");
    check_text("*: adaptive( bfp2 ,bfp4,literal , interval = 7,alpha=1e0 ) @10..20it, bfp3",
        "*: adaptive(bfp2, bfp4, alpha=1, interval=7, literal) @10..20it, bfp3");
    check_text(
        "*.A: zse(fb12, fb16, up=0.25, down=0.15)", "*.A: zse(bfp4:truncate, bfp8:truncate)");
    check_text("*: zse(bfp4,bfp8,interval=5,down=0,up=1)@..5it",
        "*: zse(bfp4, bfp8, up=1, down=0, interval=5) @..5it");
    EngSchedule *const schedule = parse("*: adaptive(bfp2, bfp4:sr4, beta=0.125)");
    if (!schedule)
        return;
    const EngPrecision *const p = &schedule->lanes[0].segments[0].precision;
    CHECK(p->adaptive && !p->literal);
    CHECK_INT(p->format.m, 2);
    CHECK_INT(p->high.m, 4);
    CHECK_INT(p->high.noise_bits, 4);
    CHECK(p->alpha == 0.6 && p->beta == 0.125);
    CHECK_INT(p->interval, 10);
    eng_schedule_free(schedule);
}

static void test_slots_of_a_lane(void)
{
    EngSchedule *const schedule =
        parse("a: fp32\na.W: fp32\na.A: fp32\na.G: fp32\na.A.wgrad: fp32");
    if (!schedule)
        return;
    CHECK_INT(schedule->lanes[0].slots, 0x3f);
    CHECK_INT(schedule->lanes[1].slots, 1 << ENG_SLOT_W_FWD | 1 << ENG_SLOT_W_DGRAD);
    CHECK_INT(schedule->lanes[2].slots, 1 << ENG_SLOT_A_FWD | 1 << ENG_SLOT_A_WGRAD);
    CHECK_INT(schedule->lanes[3].slots, 1 << ENG_SLOT_G_DGRAD | 1 << ENG_SLOT_G_WGRAD);
    CHECK_INT(schedule->lanes[4].slots, 1 << ENG_SLOT_A_WGRAD);
    eng_schedule_free(schedule);
}

/* A lane that was made by a program may name any slots; the text then takes several lines. */
static void test_writes_any_slots(void)
{
    EngSegment segment = {.precision = eng_precision_fixed(eng_format_bfp(4)),
        .from = {.open = true},
        .to = {.open = true}};
    EngLane lanes[3] = {{.layer = "a", .slots = 0x3e, .segments = &segment, .count = 1},
        {.layer = "b", .slots = 0, .segments = &segment, .count = 1},
        {.layer = "c", .slots = 0x3f, .segments = &segment, .count = 0}};
    const EngSchedule schedule = {lanes, 3};
    char *const text = eng_schedule_text(&schedule, "\n");
    CHECK_STR(text, "a.W: bfp4\na.G: bfp4\na.A.wgrad: bfp4");
    eng_free(text);
}

static void test_refuses(void)
{
    static const struct {
        const char *text, *line, *word, *expected;
    } cases[] = {
        {"conv1.W bfp4", "line 1", "conv1.W bfp4", "expected 'lane: segment"},
        {"*: bfp4\n\n*: bfp99", "line 3", "bfp99", "1 to 16"},
        {"*: bfp4; x: nonsense", "line 1", "nonsense", "no number format"},
        {"*:", "line 1", "\"\"", "expected a format"},
        {"*: bfp4,", "line 1", "\"\"", "expected a format"},
        {"*: , bfp4", "line 1", "\"\"", "expected a format"},
        {"*: bfp4 @", "line 1", "\"\"", "expected from..to"},
        {": bfp4", "line 1", "\"\"", "expected a layer or a pattern"},
        {".W: bfp4", "line 1", ".W", "expected a layer or a pattern"},
        {"W.fwd: bfp4", "line 1", "W.fwd", "expected a layer or a pattern"},
        {"conv1.X: bfp4", "line 1", "conv1.X", "expected a role"},
        {"conv1.w: bfp4", "line 1", "conv1.w", "expected a role"},
        {"conv1.W.wgrad: bfp4", "line 1", "conv1.W.wgrad", "expected a role"},
        {"conv1.fwd: bfp4", "line 1", "conv1.fwd", "expected a role"},
        {"conv1.: bfp4", "line 1", "conv1.", "expected a role"},
        {"con v1: bfp4", "line 1", "con v1", "letters, digits"},
        {"a123456789012345678901234567890123456789012345678901234567890123: bfp4", "line 1",
            "a1234", "at most 63"},
        {"*: bfp4 @50%", "line 1", "50%", "from..to"},
        {"*: bfp4 @50..", "line 1", "\"50\"", "expected a unit"},
        {"*: bfp4 @..50", "line 1", "\"50\"", "expected a unit"},
        {"*: bfp4 @10%..50", "line 1", "\"50\"", "expected a unit"},
        {"*: bfp4 @1..5h", "line 1", "5h", "expected a position"},
        {"*: bfp4 @x..5ep", "line 1", "\"x\"", "expected a position"},
        {"*: bfp4 @..ep", "line 1", "\"ep\"", "expected a position"},
        {"*: bfp4 @..5epep", "line 1", "5epep", "expected a position"},
        {"*: bfp4 @..nan%", "line 1", "nan%", "expected a position"},
        {"*: bfp4 @-5..5ep", "line 1", "-5", "within 0..1000000"},
        {"*: bfp4 @..101%", "line 1", "101%", "within 0..100"},
        {"*: bfp4 @..1e999ep", "line 1", "1e999ep", "within 0..1000000"},
        {"*: bfp4 @..5000000000it", "line 1", "5000000000it", "within 0..4294967295"},
        {"*: bfp4 @1.5..2it", "line 1", "1.5", "whole number"},
        {"*: bfp4 @50..10%", "line 1", "50..10%", "starts after it ends"},
        {"*: bfp4 @3ep..2ep", "line 1", "3ep..2ep", "starts after it ends"},
        {"*: bfp4 @1..2..3ep", "line 1", "2..3ep", "expected a position"},
        {"*: adaptive", "line 1", "adaptive", "expected adaptive(low, high)"},
        {"*: adaptive(bfp2, bfp4", "line 1", "adaptive(bfp2, bfp4", "closing bracket"},
        {"*: adaptive(bfp2, bfp4 @5ep.., bfp2", "line 1", "adaptive(bfp2, bfp4", "closing bracket"},
        {"*: adaptive(bfp2)", "line 1", "bfp2", "two formats"},
        {"*: adaptive()", "line 1", "\"\"", "expected a format"},
        {"*: adaptive(bfp2, bfp4) bfp8", "line 1", "bfp8", "closing bracket"},
        {"*: bfp(4)", "line 1", "bfp(4)", "take brackets"},
        {"*: adaptive(bfp4, bfp2)", "line 1", "4 and 2", "fewer mantissa bits"},
        {"*: adaptive(bfp2, fp32)", "line 1", "fp32", "two block formats"},
        {"*: adaptive(bfp2, bfp4, alpha=20)", "line 1", "\"20\"", "alpha must be"},
        {"*: adaptive(bfp2, bfp4, alpha=)", "line 1", "\"\"", "alpha must be"},
        {"*: adaptive(bfp2, bfp4, beta=-1)", "line 1", "-1", "beta must be"},
        {"*: adaptive(bfp2, bfp4, beta=1;)", "line 1", "adaptive(", "closing bracket"},
        {"*: adaptive(bfp2, bfp4, interval=0)", "line 1", "\"0\"", "interval must be"},
        {"*: adaptive(bfp2, bfp4, interval=2.5)", "line 1", "2.5", "interval must be"},
        {"*: adaptive(bfp2, bfp4, interval=1000001)", "line 1", "1000001", "interval must be"},
        {"*: adaptive(bfp2, bfp4, gamma=1)", "line 1", "gamma=1", "adaptive takes"},
        {"*: adaptive(bfp2, bfp4, literal=1)", "line 1", "literal=1", "adaptive takes"},
        {"*: zse", "line 1", "zse", "expected zse(low, high)"},
        {"*: zse(bfp4)", "line 1", "bfp4", "zse needs two formats"},
        {"*: zse(bfp4, bfp8, up=2)", "line 1", "\"2\"", "up must be"},
        {"*: zse(bfp4, bfp8, up=0.1, down=0.2)", "line 1", "Zse", "down not above up"},
        {"*: zse(bfp4, bfp8, alpha=1)", "line 1", "alpha=1", "zse takes"},
        {"*: adaptive(bfp4, bfp8, up=1)", "line 1", "up=1", "adaptive takes"},
        {"*: zso(bfp4, bfp8)", "line 1", "zso", "take brackets"},
        {"*: adaptive(bfp2, bfp4, literal, literal)", "line 1", "literal", "once"},
        {"*: adaptive(bfp2, bfp4, alpha=1, alpha=1)", "line 1", "alpha=1", "once"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        EngSchedule *schedule = NULL;
        EngError err = {.text = ""};
        CHECK_INT(eng_schedule_parse(cases[i].text, &schedule, &err), ENG_ERR_PARSE);
        CHECK_INT(err.code, ENG_ERR_PARSE);
        CHECK(schedule == NULL);
        CHECK_HAS(err.text, cases[i].line);
        CHECK_HAS(err.text, cases[i].word);
        CHECK_HAS(err.text, cases[i].expected);
        eng_schedule_free(schedule);
    }
    CHECK_INT(eng_schedule_parse("x", &(EngSchedule *){NULL}, NULL), ENG_ERR_PARSE);
}

/* Bytes nobody can print must not reach the sentence. */
static void test_sentences_are_printable(void)
{
    EngSchedule *schedule = NULL;
    EngError err;
    CHECK_INT(eng_schedule_parse("\x1b[31m\xc3: bfp4", &schedule, &err), ENG_ERR_PARSE);
    for (const char *c = err.text; *c; c++)
        CHECK(*c >= ' ' && *c <= '~');
}

static void test_precision_settings_are_checked(void)
{
    EngPrecision p = eng_precision_adaptive(eng_format_bfp(2), eng_format_bfp(4));
    CHECK_INT(eng_precision_check(&p, NULL), ENG_OK);
    p.alpha = 0.0 / 0.0;
    CHECK_INT(eng_precision_check(&p, NULL), ENG_ERR_RANGE);
    p = eng_precision_adaptive(eng_format_bfp(2), eng_format_bfp(2));
    CHECK_INT(eng_precision_check(&p, NULL), ENG_ERR_RANGE);
    p = eng_precision_adaptive(eng_format_bfp(2), eng_format_bfp(4));
    p.interval = 0;
    CHECK_INT(eng_precision_check(&p, NULL), ENG_ERR_RANGE);
}

static void test_equal_precisions(void)
{
    const EngPrecision p = eng_precision_adaptive(eng_format_bfp(2), eng_format_bfp(4));
    EngPrecision others[6] = {p, p, p, p, p, p};
    others[0].literal = true;
    others[1].alpha = 0.5;
    others[2].beta = 0.5;
    others[3].interval = 11;
    others[4].high.m = 5;
    others[5].adaptive = false;
    CHECK(eng_precision_equal(&p, &p));
    for (int i = 0; i < 6; i++)
        CHECK(!eng_precision_equal(&p, &others[i]));
    /* What only an adaptive precision looks at does not tell fixed ones apart. */
    EngPrecision fixed = eng_precision_fixed(eng_format_bfp(2));
    CHECK(eng_precision_equal(&fixed, &others[5]));
}

/* The longest precision still fits its buffer. */
static void test_longest_precision(void)
{
    EngPrecision p = {.adaptive = true,
        .alpha = 1.2345678901234567,
        .beta = 9.8765432109876543,
        .interval = 1000000,
        .literal = true};
    EngError err;
    CHECK_INT(eng_format_parse("bfp15/g256/e7:lfsr8", 19, &p.format, &err), ENG_OK);
    CHECK_INT(eng_format_parse("bfp16/g256/e7:sr16", 18, &p.high, &err), ENG_OK);
    char text[ENG_PRECISION_TEXT];
    eng_precision_text(&p, text);
    EngPrecision again;
    CHECK_INT(eng_precision_parse(text, strlen(text), &again, &err), ENG_OK);
    CHECK(eng_precision_equal(&p, &again));
}

int main(void)
{
    RUN(test_reads_and_writes);
    RUN(test_reads_adaptive);
    RUN(test_slots_of_a_lane);
    RUN(test_writes_any_slots);
    RUN(test_refuses);
    RUN(test_sentences_are_printable);
    RUN(test_precision_settings_are_checked);
    RUN(test_equal_precisions);
    RUN(test_longest_precision);
    return check_done();
}
