/* mantissa-cli train: one run from the command line into the store. */
#include "base/memory.h"
#include "cli_commands.h"
#include "cli_experiment.h"
#include "cli_options.h"
#include "cli_progress.h"
#include "db_store.h"
#include "experiment.h"
#include "job.h"
#include "json.h"
#include "paths.h"
#include "recorder.h"
#include "train/trainer.h"
#include <inttypes.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* How long the loop sleeps when the trainer has nothing to say; an interrupt waits at most so. */
#define WAIT_MS 100
/* Seconds between two updates of the run's row while it runs. */
#define UPDATE_SECONDS 2

/* What the command line says beside the experiment; the texts are the arguments' own. */
typedef struct TrainArguments {
    const char *name, *isa, *db, *progress, *optimiser, *rate;
    uint32_t threads, evals;
    double lr, momentum, weight_decay, clip, smoothing, warm_up, every, factor;
    bool nesterov;
    uint64_t seed, seed_weights, seed_data, seed_noise;
    bool json;
} TrainArguments;

/* Everything one call of the command holds. */
typedef struct TrainCommand {
    CliCommand command;
    CliExperiment wanted;
    TrainArguments args;
    AppExperiment experiment;
    AppJob job;
    EngTrainer *trainer;
    DbStore *store;
    AppRecorder recorder;
    CliProgress progress;
    bool store_told; /* a sentence about the store was printed */
    bool store_lost; /* rows were refused for good */
    bool ended;      /* the run's last record has come */
} TrainCommand;

/* The one variable of the program that is not on a stack: a signal handler reaches nothing else.
 * A second signal finds the default action again and ends the program at once. */
static volatile sig_atomic_t interrupted;

static void on_signal(int number)
{
    interrupted = number;
}

static void catch_signals(void)
{
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND};
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

/* ---- from the command line to an experiment ----------------------------------------------- */

/* --seed sets all three; a seed of its own wins over it, wherever it stands. */
static void take_seeds(const CliCommand *command, const TrainArguments *args, EngTrainSettings *out)
{
    if (cli_given(command, "seed"))
        out->seed_weights = out->seed_data = out->seed_noise = args->seed;
    if (cli_given(command, "seed-weights"))
        out->seed_weights = args->seed_weights;
    if (cli_given(command, "seed-data"))
        out->seed_data = args->seed_data;
    if (cli_given(command, "seed-noise"))
        out->seed_noise = args->seed_noise;
}

/* Options that hold a number and the setting they go to. */
static void take_numbers(
    const CliCommand *command, const TrainArguments *args, EngTrainSettings *out)
{
    const struct {
        const char *name;
        const double *from;
        double *to;
    } reals[] = {
        {"lr", &args->lr, &out->rate.base},
        {"momentum", &args->momentum, &out->optimiser.momentum},
        {"weight-decay", &args->weight_decay, &out->optimiser.weight_decay},
        {"clip", &args->clip, &out->optimiser.clip_norm},
        {"label-smoothing", &args->smoothing, &out->label_smoothing},
        {"warm-up", &args->warm_up, &out->rate.warm_up},
        {"rate-every", &args->every, &out->rate.every},
        {"rate-factor", &args->factor, &out->rate.factor},
    };
    for (size_t i = 0; i < sizeof reals / sizeof reals[0]; i++)
        if (cli_given(command, reals[i].name))
            *reals[i].to = *reals[i].from;
    if (cli_given(command, "nesterov"))
        out->optimiser.nesterov = true;
    if (cli_given(command, "evals"))
        out->evals_per_epoch = args->evals;
    if (cli_given(command, "threads"))
        out->threads = args->threads;
}

/* The experiment that the file and the options describe together. */
static EngStatus take_experiment(TrainCommand *train, EngError *err)
{
    const TrainArguments *const args = &train->args;
    AppExperiment *const experiment = &train->experiment;
    EngTrainSettings *const settings = &experiment->training;
    EngStatus status = cli_experiment_take(&train->command, &train->wanted, experiment, err);
    if (status == ENG_OK && args->name)
        status = app_experiment_set(&experiment->name, args->name, err);
    if (status == ENG_OK && args->optimiser)
        status = app_training_word(settings, "optimiser", args->optimiser, err);
    if (status == ENG_OK && args->rate)
        status = app_training_word(settings, "rate", args->rate, err);
    if (status != ENG_OK)
        return status;
    take_numbers(&train->command, args, settings);
    take_seeds(&train->command, args, settings);
    return eng_isa_parse(args->isa, &settings->isa, err);
}

/* ---- the run ------------------------------------------------------------------------------- */

/* Opens the store that --db names. False: a sentence was printed. */
static bool open_store(TrainCommand *train)
{
    EngError err = {0};
    DbError db_err = {0};
    char *path = NULL;
    const char *const wanted = train->args.db;
    if (wanted && strcmp(wanted, "none") == 0)
        return true;
    EngStatus status = ENG_OK;
    if (!wanted) {
        status = app_default_store(&path, &err);
        if (status == ENG_OK)
            status = app_make_folder_of(path, &err);
    }
    if (status != ENG_OK)
        cli_complain(&train->command, "%s", err.text);
    else if (db_store_open(wanted ? wanted : path, &train->store, &db_err) != DB_OK)
        cli_complain(&train->command, "%s", db_err.text);
    eng_free(path);
    return train->store != NULL;
}

/* Trouble that trying again will not mend: the row is gone, or memory was short. */
static bool for_good(DbStatus status)
{
    return status != DB_OK && status != DB_ERR_IO && status != DB_ERR_DAMAGED;
}

/* Tells the first trouble of the store; its writer keeps the rows and tries again. */
static void watch_store(TrainCommand *train)
{
    DbError err = {0};
    if (!train->store)
        return;
    const DbStatus status = db_store_take_error(train->store, &err);
    train->store_lost |= for_good(status);
    if (status == DB_OK || train->store_told)
        return;
    cli_progress_clear(&train->progress);
    cli_complain(&train->command, "%s; the training goes on", err.text);
    train->store_told = true;
}

/* Writes the run's row now and then, so that a run that is killed shows how far it was. */
static void update_row(TrainCommand *train, time_t *last)
{
    const time_t now = time(NULL);
    if (now - *last < UPDATE_SECONDS)
        return;
    *last = now;
    app_recorder_update(&train->recorder, train->trainer);
}

static void see_record(void *ctx, const EngRecord *record)
{
    TrainCommand *const train = ctx;
    cli_progress_record(&train->progress, record);
    if (record->kind == ENG_RECORD_STATE && eng_run_state_final(record->state.state))
        train->ended = true;
}

/* Follows the run until its last record has come, the one that says how it ended. */
static void follow(TrainCommand *train)
{
    time_t last = time(NULL);
    bool stopping = false;
    eng_trainer_run(train->trainer);
    do {
        eng_trainer_wait(train->trainer, WAIT_MS);
        app_recorder_drain(&train->recorder, train->trainer, see_record, train);
        cli_progress_draw(&train->progress, train->ended);
        watch_store(train);
        update_row(train, &last);
        if (interrupted && !stopping) {
            stopping = true;
            eng_trainer_stop(train->trainer);
        }
    } while (!train->ended);
    cli_progress_clear(&train->progress);
}

/* Brings the end of the run into the file. False: a sentence was printed, now or before. */
static bool store_end(TrainCommand *train)
{
    DbError err = {0};
    if (!train->store)
        return true;
    app_recorder_update(&train->recorder, train->trainer);
    const DbStatus status = db_store_flush(train->store, &err);
    if (status != DB_OK)
        cli_complain(&train->command, "%s", err.text);
    return status == DB_OK && !train->store_lost;
}

/* ---- what is said about it ------------------------------------------------------------------ */

static void print_json(const TrainCommand *train, const EngRunSummary *summary)
{
    char hash[17];
    snprintf(hash, sizeof hash, "%016" PRIx64, summary->loss_hash);
    const bool bad = summary->state == ENG_RUN_DIVERGED || summary->state == ENG_RUN_FAILED;
    json_t *const value = json_pack("{s:o, s:s, s:I, s:o, s:o, s:o, s:o, s:s, s:o, s:o, s:o, s:o}",
        "run", train->store ? json_integer(train->recorder.run) : json_null(), "status",
        eng_run_state_name(summary->state), "steps", (json_int_t)summary->steps, "train_loss",
        app_json_real((double)summary->train_loss), "test_loss",
        app_json_real((double)summary->test_loss), "test_accuracy",
        app_json_real((double)summary->test_accuracy), "best_test_accuracy",
        app_json_real((double)summary->best_test_accuracy), "loss_hash", hash, "cycles",
        app_json_count(summary->cost.cycles), "simulated_seconds",
        app_json_real(eng_cost_seconds(&summary->cost, &train->experiment.hardware)),
        "energy_joules", app_json_real(eng_cost_joules(&summary->cost)), "wall_seconds",
        app_json_real(summary->wall_seconds));
    if (bad && value)
        json_object_set_new(value, "message", app_json_string(summary->error.text));
    cli_print_json(value);
}

static void print_plain(const TrainCommand *train, const EngRunSummary *summary)
{
    const EngHardware *const hw = &train->experiment.hardware;
    printf("%s: %u of %u steps in %.2f s\n", eng_run_state_name(summary->state), summary->steps,
        summary->steps_total, summary->wall_seconds);
    if (summary->steps > 0)
        printf("  training loss  %.4f\n", (double)summary->train_loss);
    if (!isnan(summary->test_accuracy))
        printf("  test loss      %.4f\n  test accuracy  %.2f %% (best %.2f %%)\n",
            (double)summary->test_loss, 100 * (double)summary->test_accuracy,
            100 * (double)summary->best_test_accuracy);
    printf("  loss hash      %016" PRIx64 "\n", summary->loss_hash);
    printf("  accelerator    %" PRIu64 " cycles, %.4g s and %.4g J simulated\n",
        summary->cost.cycles, eng_cost_seconds(&summary->cost, hw),
        eng_cost_joules(&summary->cost));
    if (train->store)
        printf("  kept           run %" PRId64 " in %s\n", train->recorder.run,
            db_store_path(train->store));
}

/* The verdict of a run that ended: success is a run that did all its steps and was kept. */
static int conclude(TrainCommand *train)
{
    EngRunSummary summary;
    const bool stored = store_end(train);
    eng_trainer_summary(train->trainer, &summary);
    if (train->args.json)
        print_json(train, &summary);
    else
        print_plain(train, &summary);
    if (summary.state == ENG_RUN_DIVERGED || summary.state == ENG_RUN_FAILED)
        cli_complain(&train->command, "%s", summary.error.text);
    else if (summary.state != ENG_RUN_FINISHED)
        cli_complain(
            &train->command, "stopped after %u of %u steps", summary.steps, summary.steps_total);
    return summary.state == ENG_RUN_FINISHED && stored ? CLI_OK : CLI_FAILED;
}

/* Opens everything before the store, so that a refused job leaves no trace in it. */
static int run_training(TrainCommand *train, CliProgressMode mode)
{
    EngError err = {0};
    DbError db_err = {0};
    EngStatus status = take_experiment(train, &err);
    if (status == ENG_OK)
        status = app_job_open(&train->experiment, &train->job, &err);
    if (status == ENG_OK) {
        const EngTrainerOptions options = app_job_options(&train->job, &train->experiment);
        status = eng_trainer_new(&options, &train->trainer, &err);
    }
    if (status != ENG_OK) {
        cli_complain(&train->command, "%s", err.text);
        return CLI_FAILED;
    }
    if (!open_store(train))
        return CLI_FAILED;
    if (app_recorder_begin(&train->recorder, train->store, &train->experiment, &train->job, NULL,
            &db_err) != DB_OK) {
        cli_complain(&train->command, "%s", db_err.text);
        return CLI_FAILED;
    }
    train->progress = cli_progress_new(mode, train->job.clock);
    catch_signals();
    follow(train);
    return conclude(train);
}

static void release(TrainCommand *train)
{
    eng_trainer_free(train->trainer);
    db_store_close(train->store, NULL);
    app_job_close(&train->job);
    app_experiment_clear(&train->experiment);
}

static const char details[] =
    "Without --experiment, --data and --model must be given; what else is left out has the "
    "default\n"
    "above, and no schedule means fp32. With it, the options given replace the file's values.\n"
    "\n" CLI_EXPERIMENT_DETAILS "\n"
    "Ctrl+C ends the run at the next step and keeps it; a second one ends the program at once.\n"
    "Exit status: 0 for a run that did all its steps and was kept, else 1; 2 for a wrong usage.\n";

int cli_train(int argc, char **argv)
{
    TrainCommand train = {0};
    TrainArguments *const args = &train.args;
    CliExperiment *const wanted = &train.wanted;
    cli_experiment_new(wanted);
    args->isa = "auto";
    args->progress = "auto";
    const CliOption options[] = {
        CLI_EXPERIMENT_OPTIONS(train.wanted),
        {"lr", CLI_DOUBLE, &args->lr, "X", "learning rate (0.05)"},
        {"momentum", CLI_DOUBLE, &args->momentum, "X", "momentum of SGD (0.9)"},
        {"optimiser", CLI_TEXT, &args->optimiser, "NAME", "sgd or adam (sgd)"},
        {"nesterov", CLI_FLAG, &args->nesterov, NULL, "Nesterov's momentum"},
        {"weight-decay", CLI_DOUBLE, &args->weight_decay, "X",
            "added to the gradients of the weights, times the weight (0)"},
        {"clip", CLI_DOUBLE, &args->clip, "X",
            "scale all gradients down to this norm together (0: off)"},
        {"label-smoothing", CLI_DOUBLE, &args->smoothing, "X",
            "share of the target that goes to all classes alike (0)"},
        {"rate", CLI_TEXT, &args->rate, "NAME",
            "learning rate over time: constant, step or cosine\n(constant)"},
        {"warm-up", CLI_DOUBLE, &args->warm_up, "X", "epochs in which the rate climbs to --lr (0)"},
        {"rate-every", CLI_DOUBLE, &args->every, "X", "step: epochs between two steps (1)"},
        {"rate-factor", CLI_DOUBLE, &args->factor, "X",
            "step: what the rate is multiplied by (0.1)"},
        {"evals", CLI_U32, &args->evals, "N", "evaluations of the test data an epoch (1)"},
        {"seed", CLI_U64, &args->seed, "N", "all three seeds at once (1)"},
        {"seed-weights", CLI_U64, &args->seed_weights, "N", "the initial weights alone"},
        {"seed-data", CLI_U64, &args->seed_data, "N", "the order of the samples alone"},
        {"seed-noise", CLI_U64, &args->seed_noise, "N", "the stochastic rounding alone"},
        {"threads", CLI_U32, &args->threads, "N",
            "threads, which change no bit of the result\n(0: one per processor)"},
        {"isa", CLI_TEXT, &args->isa, "NAME",
            "instruction set, which changes no bit either:\nauto, c, avx2, avx512 or neon (auto)"},
        {"db", CLI_TEXT, &args->db, "FILE|none",
            "where the run is kept\n($XDG_DATA_HOME/mantissa/runs.db)"},
        {"name", CLI_TEXT, &args->name, "TEXT", "the run's name in the library"},
        {"progress", CLI_TEXT, &args->progress, "WHEN",
            "on standard error: auto (a bar on a terminal), bar,\nlines (one per evaluation) or "
            "none"},
        {"json", CLI_FLAG, &args->json, NULL, "one JSON object on standard output"},
        {NULL, CLI_FLAG, NULL, NULL, NULL},
    };
    train.command = (CliCommand){.name = "train",
        .arguments = "",
        .summary = "Trains a network under a precision schedule and keeps the run.",
        .details = details,
        .kinds = eng_dataset_help(),
        .options = options};
    size_t count;
    const char *words[1];
    const CliParsed parsed = cli_parse(&train.command, argc, argv, words, &count);
    if (parsed != CLI_GO)
        return parsed == CLI_HELPED ? CLI_OK : CLI_USAGE;
    CliProgressMode mode;
    if (!cli_progress_mode(args->progress, &mode)) {
        cli_complain(&train.command, "--progress is \"%s\", expected auto, bar, lines or none",
            args->progress);
        return CLI_USAGE;
    }
    if (!wanted->file && (!wanted->data || !wanted->model)) {
        cli_complain(&train.command,
            "--%s is missing, expected --data and --model, or --experiment",
            wanted->data ? "model" : "data");
        return CLI_USAGE;
    }
    const int status = run_training(&train, mode);
    release(&train);
    return cli_finish_output(&train.command, status);
}
