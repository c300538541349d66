/* Runs a fuzzer's entry as a test: TEST_CORPUS file by file, then mutations of those files from a
 * fixed seed. */
#include "base/philox.h"
#include "check.h"
#include "fuzz.h"
#include <dirent.h>

#define SEED UINT64_C(20240229)
#define FILES_MAX 64
#define SIZE_MOST ((size_t)16384)

typedef struct File {
    size_t size;
    uint8_t bytes[SIZE_MOST];
} File;

static File corpus[FILES_MAX];
static size_t files;

static bool read_file(const char *name, File *file)
{
    char path[1024];
    snprintf(path, sizeof path, "%s/%s", TEST_CORPUS, name);
    FILE *stream = fopen(path, "rb");
    if (!stream)
        return false;
    file->size = fread(file->bytes, 1, sizeof file->bytes, stream);
    return fclose(stream) == 0 && file->size < sizeof file->bytes;
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static int is_visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

/* In the order of their names, so that the mutations are the same everywhere. */
static void test_corpus(void)
{
    struct dirent **entry = NULL;
    const int count = scandir(TEST_CORPUS, &entry, is_visible, by_name);
    CHECK(count > 0);
    for (int i = 0; i < count; i++) {
        const bool room = files < FILES_MAX;
        CHECK(room);
        if (room && read_file(entry[i]->d_name, &corpus[files])) {
            LLVMFuzzerTestOneInput(corpus[files].bytes, corpus[files].size);
            files++;
        }
        free(entry[i]);
    }
    free(entry);
    CHECK_INT(files, count);
    LLVMFuzzerTestOneInput(corpus[0].bytes, 0);
}

/* Bytes at which readers turn: ends of number ranges, delimiters, parts of UTF-8 and gzip. */
static const uint8_t telling[] = {0x00, 0x01, 0x08, 0x0a, 0x0d, 0x1f, 0x20, 0x22, 0x2c, 0x2e, 0x3b,
    0x65, 0x7f, 0x80, 0x8b, 0xc2, 0xed, 0xf4, 0xff};

static void overwrite(File *file, EngRandom *random)
{
    const uint32_t at = eng_random_below(random, (uint32_t)file->size);
    switch (eng_random_below(random, 3)) {
    case 0:
        file->bytes[at] ^= (uint8_t)(1u << eng_random_below(random, 8));
        break;
    case 1:
        file->bytes[at] = telling[eng_random_below(random, sizeof telling)];
        break;
    default: /* a number of four bytes */
        for (size_t i = 0; i < 4 && at + i < file->size; i++)
            file->bytes[at + i] = telling[eng_random_below(random, sizeof telling)];
    }
}

/* Copies up to 40 bytes of any file in between. */
static void insert(File *file, EngRandom *random)
{
    const File *from = &corpus[eng_random_below(random, (uint32_t)files)];
    uint8_t taken[40];
    size_t n = 1 + eng_random_below(random, sizeof taken);
    const size_t at = eng_random_below(random, (uint32_t)file->size + 1);
    n = n < from->size ? n : from->size;
    n = n < SIZE_MOST - file->size ? n : SIZE_MOST - file->size;
    if (n == 0)
        return;
    memcpy(taken, from->bytes + eng_random_below(random, (uint32_t)(from->size - n + 1)), n);
    memmove(file->bytes + at + n, file->bytes + at, file->size - at);
    memcpy(file->bytes + at, taken, n);
    file->size += n;
}

static void take_out(File *file, EngRandom *random)
{
    const size_t at = eng_random_below(random, (uint32_t)file->size);
    const size_t n = 1 + eng_random_below(random, (uint32_t)(file->size - at));
    memmove(file->bytes + at, file->bytes + at + n, file->size - at - n);
    file->size -= n;
}

static void mutate(File *file, EngRandom *random)
{
    for (uint32_t n = 1 + eng_random_below(random, 6); n > 0; n--) {
        const uint32_t kind = eng_random_below(random, 8);
        if (file->size == 0 || kind == 0)
            insert(file, random);
        else if (kind == 1)
            take_out(file, random);
        else
            overwrite(file, random);
    }
}

static void test_mutations(void)
{
    static File file;
    EngRandom random;
    printf("# seed %" PRIu64 ", %d mutations\n", SEED, FUZZ_MUTATIONS);
    eng_random_init(&random, SEED, 0, 0, 0);
    for (int i = 0; i < FUZZ_MUTATIONS && files > 0; i++) {
        file = corpus[eng_random_below(&random, (uint32_t)files)];
        mutate(&file, &random);
        /* A copy of just its size, so that a sanitizer sees a read behind its end. */
        uint8_t *bytes = malloc(file.size ? file.size : 1);
        memcpy(bytes, file.bytes, file.size);
        LLVMFuzzerTestOneInput(bytes, file.size);
        free(bytes);
    }
}

int main(void)
{
    RUN(test_corpus);
    RUN(test_mutations);
    return check_done();
}
