/* Inside the store only: the one writing handle and what is done with it. Every function asserts
 * that it runs on the writer thread. */
#ifndef DB_WRITER_H
#define DB_WRITER_H

#include "db_queue.h"
#include "db_sqlite.h"

/* The prepared statements; their SQL is the table in writer.c. */
typedef enum DbWriteStatement {
    DB_WRITE_BEGIN,
    DB_WRITE_COMMIT,
    DB_WRITE_ROLLBACK,
    DB_WRITE_SAVEPOINT,
    DB_WRITE_RELEASE,
    DB_WRITE_UNDO,
    DB_WRITE_SEEN,
    DB_WRITE_ENTER,
    DB_WRITE_LEAVE,
    DB_WRITE_OTHERS,
    DB_WRITE_INTERRUPT,
    DB_WRITE_RUN,
    DB_WRITE_HAS_PARENT,
    DB_WRITE_TEXTS,
    DB_WRITE_METRIC,
    DB_WRITE_EVAL,
    DB_WRITE_EVENT,
    DB_WRITE_UPDATE,
    DB_WRITE_USED,
    DB_WRITE_NAME,
    DB_WRITE_NOTE,
    DB_WRITE_ARCHIVED,
    DB_WRITE_PIN,
    DB_WRITE_COLOUR,
    DB_WRITE_DELETED,
    DB_WRITE_RESTORED,
    DB_WRITE_GROUP_OF,
    DB_WRITE_TAG,
    DB_WRITE_UNTAG,
    DB_WRITE_GROUP,
    DB_WRITE_GROUP_NAME,
    DB_WRITE_GROUP_DELETE,
    DB_WRITE_PRESET,
    DB_WRITE_PRESET_DELETE,
    DB_WRITE_STATISTIC,
    DB_WRITE_CHECKPOINT,
    DB_WRITE_CHECKPOINTS_THIN,
    DB_WRITE_PURGE,
    DB_WRITE_NEXT_OLD,
    DB_WRITE_STATISTICS_THIN,
    DB_WRITE_CHECKPOINTS_OLD,
    DB_WRITE_COUNT
} DbWriteStatement;

struct DbWriter {
    sqlite3 *db;
    const char *path; /* of the store, who owns it */
    pthread_t thread; /* the writer thread */
    DbStatements statements;
    int64_t id; /* own row of the table writers */
};

/* Sniffs, opens, climbs the ladder, prepares, enters the table of writers and marks the runs of
 * those who are gone. The thread that calls it is the writer thread from then on. On failure
 * nothing is open. */
DbStatus db_writer_open(DbWriter *writer, const char *path, int busy_ms, DbError *err);

/* Marks own runs that nobody ended, leaves the table of writers, closes. */
void db_writer_close(DbWriter *writer);

/* Does jobs from `first` on, at most to `last`, in one transaction of at most DB_QUEUE_BATCH_NS
 * of jobs. *end is the last job done. On failure nothing of it is in the file. */
DbStatus db_writer_batch(DbWriter *writer, DbQueue *queue, DbJob *first, const DbJob *last,
    const DbJob **end, DbError *err);

/* The writing handle itself, for what is not in the table of statements. */
sqlite3 *db_writer_handle(DbWriter *writer);

/* The prepared statement, reset and without old values. */
sqlite3_stmt *db_writer_statement(DbWriter *writer, DbWriteStatement which);

/* Binds the job's run as ?1 and now, in Unix seconds, as ?3. */
void db_writer_bind_run(sqlite3_stmt *statement, const DbJob *job);

/* Steps a statement without rows. SQLite's code becomes a sentence: a violated foreign key means
 * that the job's run is not there (NOT_FOUND). */
DbStatus db_writer_done(
    DbWriter *writer, const DbJob *job, sqlite3_stmt *statement, const char *doing, DbError *err);

/* NOT_FOUND with the sentence, where the statement just done changed no row. */
DbStatus db_writer_changed(DbWriter *writer, const DbJob *job, DbError *err);

#endif
