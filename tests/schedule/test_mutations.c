/* The reader against damaged schedules: a fixed seed, some hundred thousand texts. Whatever comes,
 * it must answer with a schedule that reads back from its own text as itself, or with a sentence. */
#include "base/memory.h"
#include "check.h"
#include "schedule/random_plan.h"
#include "schedule/schedule.h"

#define SEED 424242u
#define ROUNDS 400000

static const char *const seeds[] = {
    "*: bfp4\n*.G: bfp4:sr8; conv1.W: bfp2 @0..50%, bfp4 @50%..",
    "fc*.A: adaptive(bfp2, bfp4, alpha=0.6, beta=0.3)",
    "*.W.fwd: adaptive(bfp2/g32, bfp8/e5:sr4, interval=7, literal) @2.5ep..800it, fp32",
    "attn1.qk.G.wgrad: nvfp4 @..99.5%; mxfp8_e4m3: q4.4",
    "*: adaptive(bfp1, bfp16, alpha=10, beta=1e-3) @0..0it",
};
static const char *const pieces[] = {"@", "..", ",", ":", ";", "\n", "(", ")", "%", "ep", "it", "*",
    ".W", ".G.dgrad", "adaptive(", "bfp4", "fp32", "1e308", "-", "\xff", "=", "literal", "0"};

/* Changes `text` (room for `size`) in one place. */
static void mutate(EngRandom *random, char *text, size_t size)
{
    const size_t length = strlen(text);
    const size_t at = eng_random_below(random, (uint32_t)length + 1);
    switch (eng_random_below(random, 5)) {
    case 0: /* cut a piece out */
        if (at < length) {
            const size_t n = 1 + eng_random_below(random, (uint32_t)(length - at));
            memmove(text + at, text + at + n, length - at - n + 1);
        }
        break;
    case 1: /* another byte */
        if (at < length)
            text[at] = (char)(1 + eng_random_below(random, 255));
        break;
    case 2: /* the text ends here */
        text[at] = '\0';
        break;
    case 3: { /* a piece goes in */
        const char *const piece = pieces[eng_random_below(random, sizeof pieces / sizeof *pieces)];
        const size_t n = strlen(piece);
        if (length + n < size) {
            memmove(text + at + n, text + at, length - at + 1);
            memcpy(text + at, piece, n);
        }
        break;
    }
    default: /* a part again */
        if (at < length && 2 * length - at < size)
            memmove(text + length, text + at, length - at + 1);
        break;
    }
}

static bool reads_back(const EngSchedule *schedule)
{
    char *const text = eng_schedule_text(schedule, "\n");
    EngSchedule *again = NULL;
    bool same = text && eng_schedule_parse(text, &again, NULL) == ENG_OK;
    char *const twice = same ? eng_schedule_text(again, "\n") : NULL;
    same = twice && strcmp(text, twice) == 0 && again->count == schedule->count;
    eng_schedule_free(again);
    eng_free(twice);
    eng_free(text);
    return same;
}

static void test_mutations(void)
{
    EngRandom random;
    eng_random_init(&random, SEED, 0, 0, 0);
    size_t good = 0, refused = 0;
    for (int round = 0; round < ROUNDS; round++) {
        char text[512];
        strcpy(text, seeds[eng_random_below(&random, sizeof seeds / sizeof seeds[0])]);
        for (unsigned n = 1 + eng_random_below(&random, 2); n > 0; n--)
            mutate(&random, text, sizeof text);
        /* An exact copy on the heap, so that a sanitizer sees the first byte beyond its end. */
        char *const exact = eng_strdup(text);
        EngSchedule *schedule = NULL;
        EngError err = {.text = ""};
        const EngStatus status = eng_schedule_parse(exact, &schedule, &err);
        const bool fine = status == ENG_OK ? schedule && reads_back(schedule)
                                           : status == ENG_ERR_PARSE && !schedule && err.text[0];
        good += status == ENG_OK;
        refused += status != ENG_OK;
        CHECK(fine);
        if (!fine)
            printf("# %s\n", text);
        eng_schedule_free(schedule);
        eng_free(exact);
    }
    printf("# %zu read, %zu refused\n", good, refused);
    CHECK(good > ROUNDS / 20 && refused > ROUNDS / 20);
}

int main(void)
{
    printf("# seed %u\n", SEED);
    RUN(test_mutations);
    return check_done();
}
