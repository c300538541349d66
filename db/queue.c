#include "db_error.h"
#include "db_queue.h"
#include "db_text.h"
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { LONGEST_JOB = 512 << 20 };
#define RETRY_NS UINT64_C(1000000000)

DbJob *db_job_new(DbApply apply, int64_t run, size_t payload, size_t texts, DbError *err)
{
    if (payload > LONGEST_JOB || texts > LONGEST_JOB - payload) {
        db_error(err, DB_ERR_ARGUMENT, "more than 512 MiB in one piece cannot be stored");
        return NULL;
    }
    const size_t size = sizeof(DbJob) + payload + texts;
    DbJob *job = malloc(size);
    if (!job) {
        db_error(err, DB_ERR_NOMEM, "out of memory while queueing %zu bytes", size);
        return NULL;
    }
    *job = (DbJob){.apply = apply, .run = run, .rows = 1, .size = size};
    job->text_end = (char *)job->payload + payload;
    memset(job->payload, 0, payload);
    return job;
}

const char *db_job_text(DbJob *job, const char *text)
{
    if (!text)
        return NULL;
    char *copy = job->text_end;
    job->text_end = db_text_clean(copy, text);
    return copy;
}

uint64_t db_queue_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * UINT64_C(1000000000) + (uint64_t)now.tv_nsec;
}

static void wait_until(pthread_cond_t *condition, pthread_mutex_t *lock, uint64_t when_ns)
{
    const struct timespec when = {
        .tv_sec = (time_t)(when_ns / 1000000000), .tv_nsec = (long)(when_ns % 1000000000)};
    pthread_cond_timedwait(condition, lock, &when);
}

DbStatus db_queue_init(DbQueue *queue, size_t limit, DbError *err)
{
    *queue = (DbQueue){.limit = limit};
    pthread_condattr_t monotonic;
    if (pthread_condattr_init(&monotonic) != 0)
        return db_error(err, DB_ERR_NOMEM, "out of memory while starting the writer thread");
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_mutex_init(&queue->lock, NULL);
    pthread_cond_init(&queue->work, &monotonic);
    pthread_cond_init(&queue->change, &monotonic);
    pthread_condattr_destroy(&monotonic);
    return DB_OK;
}

void db_queue_destroy(DbQueue *queue)
{
    while (queue->head) {
        DbJob *job = queue->head;
        queue->head = job->next;
        free(job);
    }
    pthread_cond_destroy(&queue->change);
    pthread_cond_destroy(&queue->work);
    pthread_mutex_destroy(&queue->lock);
}

/* Waits for room; false: there will be none, because the file cannot be written. */
static bool wait_for_room(DbQueue *queue, size_t size)
{
    while (queue->head && queue->bytes + size > queue->limit) {
        if (queue->stuck)
            return false;
        queue->hurry = true;
        pthread_cond_signal(&queue->work);
        pthread_cond_wait(&queue->change, &queue->lock);
    }
    return true;
}

static void append(DbQueue *queue, DbJob *job)
{
    job->queued_ns = db_queue_now();
    job->next = NULL;
    if (queue->tail)
        queue->tail->next = job;
    else
        queue->head = job;
    queue->tail = job;
    queue->bytes += job->size;
    queue->rows += job->rows;
    queue->queued++;
    pthread_cond_signal(&queue->work);
}

DbStatus db_queue_push(DbQueue *queue, DbJob *job, bool patient, DbError *err)
{
    pthread_mutex_lock(&queue->lock);
    if (!patient || wait_for_room(queue, job->size)) {
        append(queue, job);
        pthread_mutex_unlock(&queue->lock);
        return DB_OK;
    }
    const DbError why = queue->trouble;
    const size_t rows = queue->rows;
    queue->refused += job->rows;
    pthread_mutex_unlock(&queue->lock);
    free(job);
    return db_error(
        err, DB_ERR_IO, "%zu rows wait already and no more are taken: %s", rows, why.text);
}

/* Waits for the answer, with the lock held, and gives the lock back. */
static DbStatus await(DbQueue *queue, const DbReply *reply, int64_t *value, DbError *err)
{
    while (!reply->done)
        pthread_cond_wait(&queue->change, &queue->lock);
    pthread_mutex_unlock(&queue->lock);
    if (value && reply->error.code == DB_OK)
        *value = reply->value;
    if (err && reply->error.code != DB_OK)
        *err = reply->error;
    return reply->error.code;
}

DbStatus db_queue_call(DbQueue *queue, DbJob *job, int64_t *value, DbError *err)
{
    DbReply reply = {0};
    job->reply = &reply;
    pthread_mutex_lock(&queue->lock);
    queue->hurry = true;
    append(queue, job);
    return await(queue, &reply, value, err);
}

DbStatus db_queue_call_ahead(DbQueue *queue, DbJob *job, DbError *err)
{
    DbReply reply = {0};
    job->reply = &reply;
    job->alone = true;
    pthread_mutex_lock(&queue->lock);
    while (queue->ahead)
        pthread_cond_wait(&queue->change, &queue->lock);
    queue->ahead = job;
    pthread_cond_signal(&queue->work);
    return await(queue, &reply, NULL, err);
}

static DbStatus take_error(DbQueue *queue, DbError *err)
{
    const DbStatus code = queue->first.code;
    if (code != DB_OK && err)
        *err = queue->first;
    queue->first.code = DB_OK;
    return code;
}

DbStatus db_queue_flush(DbQueue *queue, DbError *err)
{
    pthread_mutex_lock(&queue->lock);
    const uint64_t target = queue->queued, failures = queue->failures;
    while (queue->stored < target && queue->failures == failures) {
        queue->hurry = true;
        pthread_cond_signal(&queue->work);
        pthread_cond_wait(&queue->change, &queue->lock);
    }
    DbStatus status = take_error(queue, err);
    if (status == DB_OK && queue->stored < target) {
        /* Another thread took the error, but these rows are not in the file all the same. */
        status = queue->trouble.code;
        if (err)
            *err = queue->trouble;
    }
    pthread_mutex_unlock(&queue->lock);
    return status;
}

DbStatus db_queue_take_error(DbQueue *queue, DbError *err)
{
    pthread_mutex_lock(&queue->lock);
    const DbStatus status = take_error(queue, err);
    pthread_mutex_unlock(&queue->lock);
    return status;
}

void db_queue_close(DbQueue *queue)
{
    pthread_mutex_lock(&queue->lock);
    queue->closing = true;
    pthread_cond_signal(&queue->work);
    pthread_mutex_unlock(&queue->lock);
}

/* When the batch at the head is due, in nanoseconds; 0: now. */
static uint64_t due(const DbQueue *queue)
{
    if (queue->hurry || queue->closing)
        return 0;
    if (queue->stuck)
        return queue->retry_ns;
    return queue->bytes >= queue->limit / 2 ? 0 : queue->head->queued_ns + DB_QUEUE_WAIT_NS;
}

bool db_queue_next(DbQueue *queue, DbJob **first, DbJob **last)
{
    pthread_mutex_lock(&queue->lock);
    for (;;) {
        if (queue->ahead || (!queue->head && queue->closing))
            break;
        if (queue->head && db_queue_now() >= due(queue))
            break;
        if (queue->head)
            wait_until(&queue->work, &queue->lock, due(queue));
        else
            pthread_cond_wait(&queue->work, &queue->lock);
    }
    queue->hurry = false;
    queue->last_try = queue->closing;
    *first = queue->ahead ? queue->ahead : queue->head;
    *last = queue->ahead ? queue->ahead : queue->tail;
    const bool more = *first != NULL;
    pthread_mutex_unlock(&queue->lock);
    return more;
}

static void answer(DbReply *reply, int64_t value)
{
    reply->value = value;
    reply->done = true;
}

/* Takes the head out of the queue. */
static DbJob *pop(DbQueue *queue)
{
    DbJob *job = queue->head;
    queue->head = job->next;
    if (!queue->head)
        queue->tail = NULL;
    queue->bytes -= job->size;
    queue->rows -= job->rows;
    return job;
}

/* The job ahead is done; what is stuck behind it may have a chance now. */
static void done_ahead(DbQueue *queue)
{
    answer(queue->ahead->reply, queue->ahead->value);
    free(queue->ahead);
    queue->ahead = NULL;
    queue->hurry = true;
    pthread_cond_broadcast(&queue->change);
}

void db_queue_stored(DbQueue *queue, const DbJob *last)
{
    pthread_mutex_lock(&queue->lock);
    if (last == queue->ahead) {
        done_ahead(queue);
        pthread_mutex_unlock(&queue->lock);
        return;
    }
    const uint64_t age = db_queue_now() - queue->head->queued_ns;
    queue->longest_ns = age > queue->longest_ns ? age : queue->longest_ns;
    for (bool more = true; more;) {
        DbJob *job = pop(queue);
        more = job != last;
        if (job->reply)
            answer(job->reply, job->value);
        queue->stored++;
        free(job);
    }
    queue->stuck = false;
    pthread_cond_broadcast(&queue->change);
    pthread_mutex_unlock(&queue->lock);
}

static void report(DbQueue *queue, const DbError *error)
{
    if (queue->first.code == DB_OK)
        queue->first = *error;
}

void db_queue_report(DbQueue *queue, const DbError *error)
{
    pthread_mutex_lock(&queue->lock);
    report(queue, error);
    pthread_mutex_unlock(&queue->lock);
}

bool db_queue_failed(DbQueue *queue, const DbError *error)
{
    pthread_mutex_lock(&queue->lock);
    DbJob *job = queue->head;
    bool kept = false;
    queue->head = queue->tail = NULL;
    queue->bytes = queue->rows = 0;
    while (job) {
        DbJob *next = job->next;
        if (job->reply) {
            job->reply->error = *error;
            answer(job->reply, 0);
            queue->stored++;
            free(job);
        } else {
            const uint64_t queued_ns = job->queued_ns;
            append(queue, job);
            queue->queued--; /* it was counted when it came */
            job->queued_ns = queued_ns;
            kept = true;
        }
        job = next;
    }
    if (kept)
        report(queue, error); /* those who waited know it already */
    queue->trouble = *error;
    queue->stuck = kept;
    queue->failures++;
    queue->retry_ns = db_queue_now() + RETRY_NS;
    const bool go_on = !queue->last_try;
    pthread_cond_broadcast(&queue->change);
    pthread_mutex_unlock(&queue->lock);
    return go_on;
}
