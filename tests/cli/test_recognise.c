/* What is dropped on the window: every kind that is read, and sentences for the others. */
#include "base/memory.h"
#include "check.h"
#include "recognise.h"
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

static char folder[] = "/tmp/mantissa-recognise-XXXXXX";

/* Paths of this test live until its end in one of a few buffers. */
static const char *path_of(const char *name)
{
    static char paths[4][256];
    static unsigned next;
    char *const path = paths[next++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s", folder, name);
    return path;
}

static void write_bytes(const char *name, const void *bytes, size_t length)
{
    FILE *const file = fopen(path_of(name), "wb");
    CHECK(file != NULL);
    if (file) {
        CHECK_INT(fwrite(bytes, 1, length, file), length);
        fclose(file);
    }
}

static void write_text(const char *name, const char *text)
{
    write_bytes(name, text, strlen(text));
}

static void check_found(const char *name, AppFoundKind kind, const char *prefix, const char *path)
{
    AppFound found = {0};
    EngError err = {.text = ""};
    char wanted[300];
    snprintf(wanted, sizeof wanted, "%s%s", prefix, path_of(path));
    CHECK_INT(app_recognise(path_of(name), &found, &err), ENG_OK);
    CHECK_STR(err.text, "");
    CHECK_INT(found.kind, kind);
    CHECK_STR(found.spec, wanted);
    eng_free(found.spec);
}

static void check_refused(const char *name, EngStatus status, const char *part)
{
    AppFound found = {0};
    EngError err = {.text = ""};
    CHECK_INT(app_recognise(path_of(name), &found, &err), status);
    CHECK(found.spec == NULL);
    CHECK_HAS(err.text, path_of(name));
    CHECK_HAS(err.text, part);
}

static void test_folders(void)
{
    mkdir(path_of("mnist"), 0700);
    write_text("mnist/train-images-idx3-ubyte.gz", "x");
    write_text("mnist/t10k-labels-idx1-ubyte.gz", "x");
    write_text("mnist/notes.txt", "About these files.\n");
    check_found("mnist", APP_FOUND_DATA, "idx:", "mnist");
    check_found("mnist/", APP_FOUND_DATA, "idx:", "mnist");
    check_found("mnist/t10k-labels-idx1-ubyte.gz", APP_FOUND_DATA, "idx:", "mnist");
    check_found("mnist/notes.txt", APP_FOUND_DATA, "text:", "mnist/notes.txt");
    mkdir(path_of("cifar, ten"), 0700);
    write_text("cifar, ten/data_batch_3.bin", "x");
    write_text("cifar, ten/test_batch.bin", "x");
    check_found("cifar, ten", APP_FOUND_DATA, "cifar10:", "cifar, ten");
    check_found("cifar, ten/test_batch.bin", APP_FOUND_DATA, "cifar10:", "cifar, ten");
    mkdir(path_of("hundred"), 0700);
    write_text("hundred/train.bin", "x");
    check_found("hundred", APP_FOUND_DATA, "cifar100:", "hundred");
    mkdir(path_of("empty"), 0700);
    check_refused("empty", ENG_ERR_FORMAT, "CIFAR batches");
}

static void test_files(void)
{
    write_text("points.csv", "x,y,class\n");
    write_text("POINTS.TSV", "x\ty\n");
    write_text("table.data", "5.1;3.5;a\n4.9;3.0;b\n");
    write_text("verse.txt", "Rough winds, said he,\nand winds, said she,\n");
    write_text("verse", "Rough winds, he said,\nand cold ones.\n");
    write_text("run.json", "\n {\"version\": 1}");
    write_text("run", "{\"version\": 1}");
    write_text("broken.json", "[1, 2");
    check_found("points.csv", APP_FOUND_DATA, "csv:", "points.csv");
    check_found("POINTS.TSV", APP_FOUND_DATA, "csv:", "POINTS.TSV");
    check_found("table.data", APP_FOUND_DATA, "csv:", "table.data");
    check_found("verse.txt", APP_FOUND_DATA, "text:", "verse.txt");
    check_found("verse", APP_FOUND_DATA, "text:", "verse");
    check_found("run.json", APP_FOUND_EXPERIMENT, "", "run.json");
    check_found("run", APP_FOUND_EXPERIMENT, "", "run");
    check_found("broken.json", APP_FOUND_EXPERIMENT, "", "broken.json");
}

static void test_packed(void)
{
    static const char text[] = "a,b\n1,2\n";
    gzFile const file = gzopen(path_of("packed.gz"), "wb");
    CHECK(file && gzwrite(file, text, sizeof text - 1) > 0);
    gzclose(file);
    check_found("packed.gz", APP_FOUND_DATA, "csv:", "packed.gz");
    static const char damaged[] = "\x1f\x8b\x08\0\0\0\0\0\0\x03\xff\xff\xff\xff";
    write_bytes("damaged.csv.gz", damaged, sizeof damaged - 1);
    check_refused("damaged.csv.gz", ENG_ERR_IO, "damaged");
}

static void test_unknown(void)
{
    static const char picture[] = "\x89PNG\r\n\x1a\n\0\0\0\rIHDR";
    static const char database[] = "SQLite format 3\0\x10";
    write_bytes("photo.png", picture, sizeof picture);
    write_bytes("runs.db", database, sizeof database);
    write_text("nothing.csv", "");
    check_refused("photo.png", ENG_ERR_FORMAT, "a CSV or text file");
    check_refused("runs.db", ENG_ERR_FORMAT, "library of runs");
    check_refused("nothing.csv", ENG_ERR_FORMAT, "an empty file");
    check_refused("nowhere", ENG_ERR_IO, "No such file");
    CHECK_INT(mkfifo(path_of("pipe"), 0600), 0);
    check_refused("pipe", ENG_ERR_FORMAT, "no plain file");
}

int main(void)
{
    if (!mkdtemp(folder))
        return 1;
    RUN(test_folders);
    RUN(test_files);
    RUN(test_packed);
    RUN(test_unknown);
    char command[sizeof folder + 16];
    snprintf(command, sizeof command, "rm -r '%s'", folder);
    CHECK_INT(system(command), 0);
    return check_done();
}
