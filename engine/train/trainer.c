/* The trainer's thread: its mailbox, its states and its two rings. What a step does is in run.c. */
#include "train/trainer.h"
#include "base/memory.h"
#include "net/weights.h"
#include "train/emulate.h"
#include "train/run.h"
#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

#define WINDOW_RECORDS 8192 /* a second of the fastest steps; more would be late news */
#define STORE_RECORDS 65536

/* What the controlling thread asked for since the last step boundary. */
typedef struct Mailbox {
    bool run, pause, step, stop, quit;
    EngPlan *plan; /* newest; owned */
    EngWish wish;
} Mailbox;

struct EngTrainer {
    EngRun run; /* the training thread's own */
    EngRing *window, *store;
    EngWakeFn wake;
    void *wake_ctx;
    atomic_bool woken;

    pthread_t thread;
    pthread_mutex_t weights; /* held while a step or a look goes through the network */
    pthread_mutex_t lock;    /* guards everything below */
    pthread_cond_t command;  /* the mailbox has something, or the store ring has room */
    pthread_cond_t news;     /* the store ring is a quarter full, or the run is over */
    Mailbox mailbox;
    EngRunSummary summary;    /* as of the last step boundary */
    EngPlan *plan;            /* a copy of the run's */
    EngCheckpoint checkpoint; /* the newest, until somebody takes it */
    EngCheckpoint best;       /* the same of the best evaluation */
    EngGroupLook look;        /* the newest answer … */
    bool looked;              /* … that nobody took yet */
    bool over;                /* the last record has left */
    bool store_ready;         /* there is enough in the store ring to be worth a wake-up */
};

static struct timespec deadline_after(unsigned ms)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    t.tv_sec += ms / 1000;
    t.tv_nsec += (long)(ms % 1000) * 1000000;
    if (t.tv_nsec >= 1000000000) {
        t.tv_sec++;
        t.tv_nsec -= 1000000000;
    }
    return t;
}

/* ---- records out ------------------------------------------------------------------------- */

static void announce_store(EngTrainer *t)
{
    pthread_mutex_lock(&t->lock);
    t->store_ready = true;
    pthread_cond_signal(&t->news);
    pthread_mutex_unlock(&t->lock);
}

/* Never loses a record: waits for the consumer, unless the trainer is being freed. */
static void push_store(EngTrainer *t, const EngRecord *record)
{
    if (!eng_ring_has_room(t->store)) {
        announce_store(t);
        pthread_mutex_lock(&t->lock);
        while (!t->mailbox.quit && !eng_ring_has_room(t->store)) {
            const struct timespec deadline = deadline_after(50);
            pthread_cond_timedwait(&t->command, &t->lock, &deadline);
        }
        pthread_mutex_unlock(&t->lock);
    }
    eng_ring_push(t->store, record);
}

static void wake(EngTrainer *t)
{
    if (t->wake && !atomic_exchange(&t->woken, true))
        t->wake(t->wake_ctx);
}

/* Behind the last state there is nobody who drains the store's ring. */
static void emit(void *ctx, const EngRecord *record)
{
    EngTrainer *t = ctx;
    const bool late = record->kind != ENG_RECORD_STATE && eng_run_state_final(t->run.summary.state);
    if (t->window)
        eng_ring_push(t->window, record);
    if (t->store && !late)
        push_store(t, record);
    wake(t);
}

static void publish_look(void *ctx, const EngGroupLook *look)
{
    EngTrainer *t = ctx;
    pthread_mutex_lock(&t->lock);
    t->look = *look;
    t->looked = true;
    pthread_mutex_unlock(&t->lock);
    wake(t);
}

static void publish_summary(EngTrainer *t)
{
    pthread_mutex_lock(&t->lock);
    t->summary = t->run.summary;
    pthread_mutex_unlock(&t->lock);
}

static void set_state(EngTrainer *t, EngRunState state)
{
    t->run.summary.state = state;
    const EngRecord record = {.kind = ENG_RECORD_STATE,
        .step = t->run.step,
        .wall_seconds = t->run.summary.wall_seconds,
        .state = {state}};
    publish_summary(t);
    emit(t, &record);
    if (!eng_run_state_final(state))
        return;
    pthread_mutex_lock(&t->lock);
    t->over = true;
    pthread_cond_broadcast(&t->news);
    pthread_mutex_unlock(&t->lock);
}

/* ---- the thread -------------------------------------------------------------------------- */

static bool has_mail(const Mailbox *box)
{
    return box->quit || box->run || box->pause || box->step || box->stop || box->plan ||
        box->wish.figures || box->wish.look;
}

/* Takes what lies in the mailbox; waits for something where the run stands still. */
static Mailbox take_mail(EngTrainer *t, bool wait)
{
    pthread_mutex_lock(&t->lock);
    const Mailbox *box = &t->mailbox;
    while (wait && !has_mail(box))
        pthread_cond_wait(&t->command, &t->lock);
    const Mailbox mail = *box;
    t->mailbox = (Mailbox){.quit = mail.quit};
    pthread_mutex_unlock(&t->lock);
    return mail;
}

/* The copy that eng_trainer_plan hands out follows the run's plan. */
static void publish_plan(EngTrainer *t)
{
    EngPlan *copy;
    if (eng_plan_splice(t->run.plan, t->run.plan, 0, &copy, NULL) != ENG_OK)
        return; /* the older copy stays: memory is short, the run is not harmed */
    pthread_mutex_lock(&t->lock);
    EngPlan *old = t->plan;
    t->plan = copy;
    pthread_mutex_unlock(&t->lock);
    eng_plan_free(old);
}

static void adopt_plan(EngTrainer *t, EngPlan *plan)
{
    if (eng_run_replan(&t->run, plan, NULL) == ENG_OK)
        publish_plan(t);
    eng_plan_free(plan);
}

/* A checkpoint that nobody took yet gives way to the newer one. */
static void publish_checkpoint(EngTrainer *t, EngCheckpoint *place)
{
    EngCheckpoint checkpoint;
    if (eng_run_save(&t->run, &checkpoint, NULL) != ENG_OK)
        return; /* memory is short: the older one stays, the run is not harmed */
    pthread_mutex_lock(&t->lock);
    EngCheckpoint old = *place;
    *place = checkpoint;
    pthread_mutex_unlock(&t->lock);
    eng_checkpoint_free(&old);
}

static bool checkpoint_due(const EngTrainer *t)
{
    const uint32_t every = t->run.options.checkpoint_every;
    return every > 0 && t->run.step % every == 0 && t->run.step < t->run.clock.steps;
}

static void run_one_step(EngTrainer *t)
{
    EngError err = {0};
    pthread_mutex_lock(&t->weights);
    const EngStatus status = eng_run_step(&t->run, &err);
    pthread_mutex_unlock(&t->weights);
    publish_summary(t);
    if (t->store && t->run.step % (STORE_RECORDS / 4) == 0)
        announce_store(t);
    if (status == ENG_OK && checkpoint_due(t))
        publish_checkpoint(t, &t->checkpoint);
    if (status == ENG_OK && t->run.improved && t->run.options.keep_best)
        publish_checkpoint(t, &t->best);
    if (status == ENG_OK)
        return;
    t->run.summary.error = err;
    set_state(t, status == ENG_ERR_DIVERGED ? ENG_RUN_DIVERGED : ENG_RUN_FAILED);
}

/* What the mail says about running; returns the state to go on with. */
static EngRunState next_state(EngRunState state, const Mailbox *mail)
{
    if (mail->stop)
        return ENG_RUN_STOPPING;
    if (mail->pause && state != ENG_RUN_IDLE)
        return ENG_RUN_PAUSED;
    if (mail->run || mail->step)
        return ENG_RUN_RUNNING;
    return state;
}

/* Adds a new wish to one that is still open. */
static void take_wish(EngTrainer *t, const EngWish *wish)
{
    const bool figures = t->run.wish.figures || wish->figures;
    if (wish->look)
        t->run.wish = *wish;
    t->run.wish.figures = figures;
}

/* What the mail asks for while steps are still to come. */
static void obey(EngTrainer *t, const Mailbox *mail, bool *single)
{
    const EngRunState before = t->run.summary.state;
    *single = mail->step || (*single && !mail->run);
    const EngRunState state = next_state(before, mail);
    if (state == ENG_RUN_PAUSED && state != before && t->run.options.checkpoint_every > 0)
        publish_checkpoint(t, &t->checkpoint);
    if (state != before)
        set_state(t, state);
    if (state == ENG_RUN_STOPPING)
        set_state(t, ENG_RUN_STOPPED);
}

static void go_on(EngTrainer *t, bool single)
{
    run_one_step(t);
    if (eng_run_state_final(t->run.summary.state))
        return;
    if (t->run.step == t->run.clock.steps)
        set_state(t, ENG_RUN_FINISHED);
    else if (single)
        set_state(t, ENG_RUN_PAUSED);
}

static void show(EngTrainer *t)
{
    pthread_mutex_lock(&t->weights);
    eng_run_show(&t->run, NULL);
    pthread_mutex_unlock(&t->weights);
}

/* In a final state the thread stays for whoever wants to look at the tensors. */
static void *train(void *arg)
{
    EngTrainer *t = arg;
    bool single = false;
    for (;;) {
        const Mailbox mail = take_mail(t, t->run.summary.state != ENG_RUN_RUNNING);
        const bool over = eng_run_state_final(t->run.summary.state);
        if (mail.plan && !over)
            adopt_plan(t, mail.plan);
        else
            eng_plan_free(mail.plan);
        if (mail.quit)
            return NULL;
        take_wish(t, &mail.wish);
        if (!over)
            obey(t, &mail, &single);
        if (t->run.summary.state == ENG_RUN_RUNNING)
            go_on(t, single);
        else if (t->run.wish.figures || t->run.wish.look)
            show(t);
    }
}

/* ---- the controlling side ---------------------------------------------------------------- */

static EngStatus make_rings(EngTrainer *t, const EngTrainerOptions *o, EngError *err)
{
    EngStatus status = ENG_OK;
    if (o->window_ring)
        status = eng_ring_new(WINDOW_RECORDS, sizeof(EngRecord), &t->window, err);
    if (status == ENG_OK && o->store_ring)
        status = eng_ring_new(STORE_RECORDS, sizeof(EngRecord), &t->store, err);
    return status;
}

static void clear(EngTrainer *t)
{
    eng_ring_free(t->window);
    eng_ring_free(t->store);
    eng_plan_free(t->plan);
    eng_plan_free(t->mailbox.plan);
    eng_checkpoint_free(&t->checkpoint);
    eng_checkpoint_free(&t->best);
    eng_run_clear(&t->run);
    eng_free(t);
}

EngStatus eng_trainer_new(const EngTrainerOptions *options, EngTrainer **out, EngError *err)
{
    EngTrainer *t = eng_alloc(1, sizeof *t);
    if (!t)
        return eng_error(err, ENG_ERR_NOMEM, "No memory for the trainer.");
    const EngRunSink sink = {.record = emit, .look = publish_look, .ctx = t};
    EngStatus status = eng_run_init(&t->run, options, sink, err);
    if (status == ENG_OK && options->resume)
        status = eng_run_restore(&t->run, options->resume, err);
    t->run.options.resume = NULL; /* the caller's, and done with */
    if (status == ENG_OK)
        status = make_rings(t, options, err);
    if (status == ENG_OK)
        status = eng_plan_splice(t->run.plan, t->run.plan, 0, &t->plan, err);
    if (status != ENG_OK) {
        clear(t);
        return status;
    }
    t->wake = options->wake;
    t->wake_ctx = options->wake_ctx;
    t->summary = t->run.summary;
    pthread_mutex_init(&t->weights, NULL);
    pthread_mutex_init(&t->lock, NULL);
    pthread_cond_init(&t->command, NULL);
    pthread_cond_init(&t->news, NULL);
    if (pthread_create(&t->thread, NULL, train, t) != 0) {
        clear(t);
        return eng_error(err, ENG_ERR_IO, "The system refused a thread for the training.");
    }
    *out = t;
    return ENG_OK;
}

void eng_trainer_free(EngTrainer *t)
{
    if (!t)
        return;
    pthread_mutex_lock(&t->lock);
    t->mailbox.quit = true;
    pthread_cond_broadcast(&t->command);
    pthread_mutex_unlock(&t->lock);
    pthread_join(t->thread, NULL);
    pthread_cond_destroy(&t->news);
    pthread_cond_destroy(&t->command);
    pthread_mutex_destroy(&t->lock);
    pthread_mutex_destroy(&t->weights);
    clear(t);
}

/* Puts one command into the mailbox; a later one of run, pause and step replaces an earlier. */
static void post(EngTrainer *t, bool run, bool pause, bool step, bool stop)
{
    pthread_mutex_lock(&t->lock);
    if (run || pause || step)
        t->mailbox = (Mailbox){
            run, pause, step, t->mailbox.stop, t->mailbox.quit, t->mailbox.plan, t->mailbox.wish};
    t->mailbox.stop |= stop;
    pthread_cond_signal(&t->command);
    pthread_mutex_unlock(&t->lock);
}

void eng_trainer_run(EngTrainer *t)
{
    post(t, true, false, false, false);
}

void eng_trainer_pause(EngTrainer *t)
{
    post(t, false, true, false, false);
}

void eng_trainer_step(EngTrainer *t)
{
    post(t, false, false, true, false);
}

void eng_trainer_stop(EngTrainer *t)
{
    post(t, false, false, false, true);
}

EngStatus eng_trainer_set_plan(EngTrainer *t, const EngPlan *plan, EngError *err)
{
    EngPlan *copy, *old;
    const EngTrainerOptions *const options = &t->run.options;
    const EngMultiplier multiplier = eng_run_multiplier(&options->hardware, &options->table);
    pthread_mutex_lock(&t->lock);
    /* Splicing at step 0 checks clock and layers against the run's and copies. */
    EngStatus status = eng_plan_splice(t->plan, plan, 0, &copy, err);
    if (status == ENG_OK) {
        status = eng_run_check_multiplier(&multiplier, options->net, copy, err);
        if (status != ENG_OK)
            eng_plan_free(copy);
    }
    if (status == ENG_OK) {
        old = t->mailbox.plan;
        t->mailbox.plan = copy;
        pthread_cond_signal(&t->command);
    }
    pthread_mutex_unlock(&t->lock);
    if (status == ENG_OK)
        eng_plan_free(old);
    return status;
}

static bool take_checkpoint(EngTrainer *t, EngCheckpoint *place, EngCheckpoint *out)
{
    pthread_mutex_lock(&t->lock);
    *out = *place;
    *place = (EngCheckpoint){0};
    pthread_mutex_unlock(&t->lock);
    return out->bytes != NULL;
}

bool eng_trainer_take_checkpoint(EngTrainer *t, EngCheckpoint *out)
{
    return take_checkpoint(t, &t->checkpoint, out);
}

bool eng_trainer_take_best(EngTrainer *t, EngCheckpoint *out)
{
    return take_checkpoint(t, &t->best, out);
}

EngStatus eng_trainer_save_weights(EngTrainer *t, const char *path, EngError *err)
{
    EngRunSummary summary;
    eng_trainer_summary(t, &summary);
    if (summary.state == ENG_RUN_RUNNING || summary.state == ENG_RUN_STOPPING)
        return eng_error(err, ENG_ERR_STATE,
            "Weights can be written while the run is paused or over, not while it is %s.",
            eng_run_state_name(summary.state));
    pthread_mutex_lock(&t->weights); /* a command to run may be on its way already */
    const EngStatus status = eng_model_save_weights(t->run.model, path, err);
    pthread_mutex_unlock(&t->weights);
    return status;
}

void eng_trainer_figures(EngTrainer *t)
{
    pthread_mutex_lock(&t->lock);
    t->mailbox.wish.figures = true;
    pthread_cond_signal(&t->command);
    pthread_mutex_unlock(&t->lock);
}

EngStatus eng_trainer_look(
    EngTrainer *t, size_t layer, EngSlot slot, size_t row, size_t position, EngError *err)
{
    const EngNetwork *net = t->run.options.net; /* never changes */
    if (layer >= net->product_count || slot >= ENG_SLOTS)
        return eng_error(err, ENG_ERR_RANGE, "There is no layer %zu among %zu, or no slot %d.",
            layer, net->product_count, (int)slot);
    const EngOp *op = eng_network_product(net, layer);
    if (!op->input_gradient && (slot == ENG_SLOT_G_DGRAD || slot == ENG_SLOT_W_DGRAD))
        return eng_error(err, ENG_ERR_RANGE,
            "Layer %s needs no gradient of its input, so %s is never quantised.", op->name,
            eng_slot_name(slot));
    pthread_mutex_lock(&t->lock);
    t->mailbox.wish = (EngWish){.figures = t->mailbox.wish.figures,
        .look = true,
        .layer = (uint16_t)layer,
        .slot = slot,
        .row = row,
        .position = position};
    pthread_cond_signal(&t->command);
    pthread_mutex_unlock(&t->lock);
    return ENG_OK;
}

bool eng_trainer_take_look(EngTrainer *t, EngGroupLook *out)
{
    pthread_mutex_lock(&t->lock);
    const bool waiting = t->looked;
    if (waiting)
        *out = t->look;
    t->looked = false;
    pthread_mutex_unlock(&t->lock);
    return waiting;
}

size_t eng_trainer_window_records(EngTrainer *t, EngRecord *records, size_t max)
{
    return t->window ? eng_ring_pop(t->window, records, max) : 0;
}

size_t eng_trainer_store_records(EngTrainer *t, EngRecord *records, size_t max)
{
    if (!t->store)
        return 0;
    const size_t n = eng_ring_pop(t->store, records, max);
    pthread_mutex_lock(&t->lock);
    t->store_ready = false;
    pthread_cond_signal(&t->command); /* the thread may be waiting for room */
    pthread_mutex_unlock(&t->lock);
    return n;
}

void eng_trainer_armed(EngTrainer *t)
{
    atomic_store(&t->woken, false);
}

bool eng_trainer_wait(EngTrainer *t, unsigned timeout_ms)
{
    const struct timespec deadline = deadline_after(timeout_ms);
    int late = 0;
    pthread_mutex_lock(&t->lock);
    while (!late && !t->store_ready && !t->over)
        late = pthread_cond_timedwait(&t->news, &t->lock, &deadline);
    const bool news = t->store_ready || t->over;
    pthread_mutex_unlock(&t->lock);
    return news;
}

void eng_trainer_summary(EngTrainer *t, EngRunSummary *out)
{
    pthread_mutex_lock(&t->lock);
    *out = t->summary;
    pthread_mutex_unlock(&t->lock);
}

EngStatus eng_trainer_plan(EngTrainer *t, EngPlan **out, EngError *err)
{
    pthread_mutex_lock(&t->lock);
    const EngStatus status = eng_plan_splice(t->plan, t->plan, 0, out, err);
    pthread_mutex_unlock(&t->lock);
    return status;
}
