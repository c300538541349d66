/* The engine's half of test_torch.py.
 *
 *   torch_peer DATA describe          prints "y x c classes targets"
 *   torch_peer DATA NET BATCH STEPS LR IN OUT FOLDER
 *       starts from the weights in IN, writes the input and the labels of the batches, in the order
 *       of the file, to FOLDER/x and FOLDER/label, what the network tells of the first batch to
 *       FOLDER/logits, prints the loss of each step, and writes the weights to OUT */
#include "base/text.h"
#include "net/weights.h"
#include "train/trainer.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct Peer {
    EngDataset *data;
    EngNetwork *net;
    EngPlan *plan;
    EngTrainSettings settings;
    uint32_t steps;
} Peer;

static void need(bool fine, const EngError *err)
{
    if (fine)
        return;
    fprintf(stderr, "%s\n", err->text);
    exit(1);
}

static void write_file(const char *folder, const char *name, const void *bytes, size_t size)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "wb");
    if (!file || fwrite(bytes, 1, size, file) != size || fclose(file) != 0) {
        perror(path);
        exit(1);
    }
}

static void open_network(Peer *p, const char *text, const char *batch)
{
    EngError err = {0};
    p->settings.batch = (uint32_t)atoi(batch);
    p->settings.epochs = 1;
    p->settings.no_shuffle = true;
    need(eng_network_parse(text, p->data->shape, p->data->classes, &p->net, &err) == ENG_OK, &err);
}

static void make_plan(Peer *p)
{
    EngError err = {0};
    EngSchedule *schedule = NULL;
    const char *names[64];
    for (size_t i = 0; i < p->net->product_count && i < 64; i++)
        names[i] = eng_network_product(p->net, i)->name;
    const EngClock clock = eng_train_clock(&p->settings, p->data->train.count);
    need(eng_schedule_parse("*: fp32", &schedule, &err) == ENG_OK &&
            eng_plan_build(schedule, names, p->net->product_count, clock, &p->plan, &err) == ENG_OK,
        &err);
    eng_schedule_free(schedule);
}

/* The samples the steps see. */
static void write_data(const Peer *p, const char *folder)
{
    const size_t n = (size_t)p->settings.batch * p->steps, size = eng_shape_size(p->data->shape);
    const size_t targets = eng_dataset_targets(p->data);
    uint32_t *index = calloc(n, sizeof *index);
    float *x = calloc(n, size * sizeof *x);
    uint16_t *label = calloc(n, targets * sizeof *label);
    for (size_t i = 0; i < n; i++)
        index[i] = (uint32_t)i;
    eng_dataset_gather(p->data, &p->data->train, index, n, x, label);
    write_file(folder, "x", x, n * size * sizeof *x);
    write_file(folder, "label", label, n * targets * sizeof *label);
    free(index);
    free(x);
    free(label);
}

static void write_logits(const Peer *p, const char *weights, const char *folder)
{
    EngError err = {0};
    EngModel *model = NULL;
    const EngKernels *kernels = NULL;
    const size_t batch = p->settings.batch;
    EngFormat(*formats)[ENG_SLOTS] = calloc(p->net->product_count, sizeof *formats);
    uint32_t *index = calloc(batch, sizeof *index);
    uint16_t *label = calloc(batch, eng_dataset_targets(p->data) * sizeof *label);
    for (size_t i = 0; i < batch; i++)
        index[i] = (uint32_t)i;
    need(eng_kernels(ENG_ISA_AUTO, &kernels, &err) == ENG_OK &&
            eng_model_new(p->net, batch, 1, kernels, NULL, &model, &err) == ENG_OK &&
            eng_model_load_weights(model, weights, &err) == ENG_OK,
        &err);
    const EngStep step = {.formats = (const EngFormat(*)[ENG_SLOTS])formats, .samples = batch};
    for (size_t i = 0; i < p->net->product_count * ENG_SLOTS; i++)
        formats[i / ENG_SLOTS][i % ENG_SLOTS] = eng_format_fp32();
    eng_dataset_gather(p->data, &p->data->train, index, batch, eng_model_input(model), label);
    need(eng_model_forward(model, &step, &err) == ENG_OK, &err);
    write_file(folder, "logits", eng_model_output(model),
        batch * eng_network_targets(p->net) * p->data->classes * sizeof(float));
    eng_model_free(model);
    free(formats);
    free(index);
    free(label);
}

static void train(const Peer *p, const char *in, const char *out)
{
    EngError err = {0};
    EngTrainer *trainer = NULL;
    EngRunSummary summary = {0};
    const EngTrainerOptions options = {.data = p->data,
        .net = p->net,
        .plan = p->plan,
        .settings = p->settings,
        .hardware = eng_hardware_default(),
        .initial_weights = in};
    char text[ENG_TEXT_NUMBER];
    need(eng_trainer_new(&options, &trainer, &err) == ENG_OK, &err);
    while (summary.steps < p->steps) {
        const uint32_t before = summary.steps;
        eng_trainer_step(trainer);
        do {
            eng_trainer_wait(trainer, 1);
            eng_trainer_summary(trainer, &summary);
        } while (summary.steps == before || summary.state == ENG_RUN_RUNNING);
        puts(eng_text_double(text, (double)summary.train_loss));
    }
    need(eng_trainer_save_weights(trainer, out, &err) == ENG_OK, &err);
    eng_trainer_free(trainer);
}

int main(int argc, char **argv)
{
    Peer p = {.settings = eng_train_settings_default()};
    EngError err = {0};
    const char *end;
    if (argc != 3 && argc != 9)
        return 2;
    need(eng_dataset_open(argv[1], 1, 0, &p.data, &err) == ENG_OK, &err);
    if (argc == 3) {
        const EngShape s = p.data->shape;
        printf("%u %u %u %u %zu\n", s.y, s.x, s.c, p.data->classes, eng_dataset_targets(p.data));
    } else {
        open_network(&p, argv[2], argv[3]);
        p.steps = (uint32_t)atoi(argv[4]);
        if (!eng_text_read_double(argv[5], &end, &p.settings.rate.base))
            return 2;
        make_plan(&p);
        write_data(&p, argv[8]);
        write_logits(&p, argv[6], argv[8]);
        train(&p, argv[6], argv[7]);
    }
    eng_plan_free(p.plan);
    eng_network_free(p.net);
    eng_dataset_free(p.data);
    return 0;
}
