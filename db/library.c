/* What people do to their runs, as jobs for the writer. */
#include "db_inner.h"
#include "db_library.h"
#include "db_text.h"
#include "db_writer.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* ---- one column of one run --------------------------------------------------------------- */

/* One value for one column: ?2 of the statement. */
typedef struct Setting {
    DbWriteStatement statement;
    const char *doing;
    const char *text; /* in the job; NULL: the number */
    int64_t number;
    bool null;
    int64_t fourth; /* ?4, where the statement has one */
} Setting;

static void bind_setting(sqlite3_stmt *row, const Setting *setting)
{
    if (setting->text)
        db_bind_text(row, 2, setting->text);
    else if (!setting->null)
        sqlite3_bind_int64(row, 2, setting->number);
    if (sqlite3_bind_parameter_count(row) >= 4)
        sqlite3_bind_int64(row, 4, setting->fourth);
}

static DbStatus apply_setting(DbWriter *writer, DbJob *job, DbError *err)
{
    const Setting *setting = (const void *)job->payload;
    sqlite3_stmt *row = db_writer_statement(writer, setting->statement);
    db_writer_bind_run(row, job);
    bind_setting(row, setting);
    const DbStatus status = db_writer_done(writer, job, row, setting->doing, err);
    if (status == DB_ERR_NOT_FOUND) /* the one column that refers to something */
        return db_error(
            err, status, "%s: there is no group %" PRId64, writer->path, setting->number);
    return status == DB_OK ? db_writer_changed(writer, job, err) : status;
}

/* Tags are rows of their own, which may be there already or not. */
static DbStatus apply_tag(DbWriter *writer, DbJob *job, DbError *err)
{
    const Setting *setting = (const void *)job->payload;
    sqlite3_stmt *row = db_writer_statement(writer, setting->statement);
    sqlite3_bind_int64(row, 1, job->run);
    db_bind_text(row, 2, setting->text);
    return db_writer_done(writer, job, row, setting->doing, err);
}

static DbStatus push(DbStore *store, int64_t id, DbApply apply, const Setting *setting)
{
    DbJob *job = db_job_new(apply, id, sizeof *setting, db_text_clean_size(setting->text), NULL);
    if (!job)
        return DB_ERR_NOMEM;
    Setting *copy = (void *)job->payload;
    *copy = *setting;
    copy->text = db_job_text(job, setting->text);
    return db_queue_push(&store->queue, job, false, NULL);
}

DbStatus db_run_rename(DbStore *store, int64_t id, const char *name)
{
    if (!name)
        return DB_ERR_ARGUMENT;
    return push(store, id, apply_setting,
        &(Setting){.statement = DB_WRITE_NAME, .doing = "renaming a run", .text = name});
}

DbStatus db_run_set_note(DbStore *store, int64_t id, const char *note)
{
    return push(store, id, apply_setting,
        &(Setting){.statement = DB_WRITE_NOTE, .doing = "noting", .text = note ? note : ""});
}

DbStatus db_run_set_archived(DbStore *store, int64_t id, bool archived)
{
    return push(store, id, apply_setting,
        &(Setting){.statement = DB_WRITE_ARCHIVED, .doing = "archiving a run", .number = archived});
}

DbStatus db_run_set_pin(DbStore *store, int64_t id, int64_t place)
{
    return push(store, id, apply_setting,
        &(Setting){.statement = DB_WRITE_PIN,
            .doing = "pinning a run",
            .number = place,
            .null = place < 0});
}

DbStatus db_run_set_colour(DbStore *store, int64_t id, int64_t slot)
{
    return push(store, id, apply_setting,
        &(Setting){.statement = DB_WRITE_COLOUR,
            .doing = "colouring a run",
            .number = slot,
            .null = slot < 0});
}

DbStatus db_run_delete(DbStore *store, int64_t id)
{
    return push(store, id, apply_setting,
        &(Setting){.statement = DB_WRITE_DELETED,
            .doing = "deleting a run",
            .number = (int64_t)time(NULL)});
}

DbStatus db_run_restore(DbStore *store, int64_t id)
{
    return push(store, id, apply_setting,
        &(Setting){.statement = DB_WRITE_RESTORED, .doing = "restoring a run", .null = true});
}

DbStatus db_run_set_group(DbStore *store, int64_t id, int64_t group, uint32_t replica)
{
    return push(store, id, apply_setting,
        &(Setting){.statement = DB_WRITE_GROUP_OF,
            .doing = "grouping a run",
            .number = group,
            .null = group == 0,
            .fourth = replica});
}

static DbStatus push_tag(DbStore *store, int64_t id, const char *tag, const Setting *setting)
{
    if (!tag || !tag[0] || strchr(tag, '\n'))
        return DB_ERR_ARGUMENT;
    return push(store, id, apply_tag, setting);
}

DbStatus db_run_add_tag(DbStore *store, int64_t id, const char *tag)
{
    return push_tag(store, id, tag,
        &(Setting){.statement = DB_WRITE_TAG, .doing = "tagging a run", .text = tag});
}

DbStatus db_run_remove_tag(DbStore *store, int64_t id, const char *tag)
{
    return push_tag(store, id, tag,
        &(Setting){.statement = DB_WRITE_UNTAG, .doing = "taking a tag away", .text = tag});
}

/* ---- groups ------------------------------------------------------------------------------ */

typedef struct NewGroup {
    DbNewGroup group;
    char uuid[37];
} NewGroup;

static DbStatus apply_group(DbWriter *writer, DbJob *job, DbError *err)
{
    const NewGroup *new = (const void *)job->payload;
    sqlite3_stmt *row = db_writer_statement(writer, DB_WRITE_GROUP);
    db_bind_text(row, 1, new->uuid);
    sqlite3_bind_int64(row, 2, new->group.created);
    db_bind_text(row, 3, new->group.name);
    db_bind_text(row, 4, new->group.kind);
    db_bind_text(row, 5, new->group.detail);
    const DbStatus status = db_writer_done(writer, job, row, "making a group", err);
    job->value = sqlite3_last_insert_rowid(db_writer_handle(writer));
    return status;
}

DbStatus db_group_create(DbStore *store, const DbNewGroup *group, int64_t *id, DbError *err)
{
    if (!group->name || !group->kind)
        return db_error(
            err, DB_ERR_ARGUMENT, "%s: a new group needs its name and kind", store->path);
    const char *const texts[] = {group->name, group->kind, group->detail};
    DbError own = {0};
    DbJob *job = db_job_new(apply_group, 0, sizeof(NewGroup), db_text_clean_sizes(texts, 3), &own);
    if (!job)
        return db_error(err, own.code, "%s: %s", store->path, own.text);
    NewGroup *new = (void *)job->payload;
    new->group = *group;
    new->group.name = db_job_text(job, group->name);
    new->group.kind = db_job_text(job, group->kind);
    new->group.detail = db_job_text(job, group->detail);
    if (!db_make_uuid(new->uuid)) {
        free(job);
        return db_error(err, DB_ERR_IO, "%s: the system gives no random bytes", store->path);
    }
    return db_queue_call(&store->queue, job, id, err);
}

/* Groups have no column to say when they changed; ?3 is not in these statements. */
static DbStatus apply_group_setting(DbWriter *writer, DbJob *job, DbError *err)
{
    const Setting *setting = (const void *)job->payload;
    sqlite3_stmt *row = db_writer_statement(writer, setting->statement);
    sqlite3_bind_int64(row, 1, job->run);
    if (setting->text)
        db_bind_text(row, 2, setting->text);
    const DbStatus status = db_writer_done(writer, job, row, setting->doing, err);
    if (status != DB_OK || sqlite3_changes64(db_writer_handle(writer)) > 0)
        return status;
    return db_error(
        err, DB_ERR_NOT_FOUND, "%s: there is no group %" PRId64, writer->path, job->run);
}

DbStatus db_group_rename(DbStore *store, int64_t group, const char *name)
{
    if (!name)
        return DB_ERR_ARGUMENT;
    return push(store, group, apply_group_setting,
        &(Setting){.statement = DB_WRITE_GROUP_NAME, .doing = "renaming a group", .text = name});
}

DbStatus db_group_delete(DbStore *store, int64_t group)
{
    return push(store, group, apply_group_setting,
        &(Setting){.statement = DB_WRITE_GROUP_DELETE, .doing = "dissolving a group"});
}

/* ---- presets ----------------------------------------------------------------------------- */

static DbStatus apply_preset(DbWriter *writer, DbJob *job, DbError *err)
{
    const DbPreset *preset = (const void *)job->payload;
    sqlite3_stmt *row =
        db_writer_statement(writer, preset->body ? DB_WRITE_PRESET : DB_WRITE_PRESET_DELETE);
    db_bind_text(row, 1, preset->kind);
    db_bind_text(row, 2, preset->name);
    if (preset->body) {
        db_bind_text(row, 3, preset->body);
        db_bind_text(row, 4, preset->source);
        sqlite3_bind_int64(row, 5, (int64_t)time(NULL));
    }
    return db_writer_done(writer, job, row, "storing a preset", err);
}

/* A preset without a body is one to be deleted. */
static DbStatus push_preset(DbStore *store, const DbPreset *preset)
{
    if (!preset->kind || !preset->name)
        return DB_ERR_ARGUMENT;
    const char *const texts[] = {preset->kind, preset->name, preset->body, preset->source};
    DbJob *job = db_job_new(apply_preset, 0, sizeof *preset, db_text_clean_sizes(texts, 4), NULL);
    if (!job)
        return DB_ERR_NOMEM;
    DbPreset *copy = (void *)job->payload;
    copy->kind = db_job_text(job, preset->kind);
    copy->name = db_job_text(job, preset->name);
    copy->body = db_job_text(job, preset->body);
    copy->source = db_job_text(job, preset->source);
    return db_queue_push(&store->queue, job, false, NULL);
}

DbStatus db_preset_save(DbStore *store, const DbPreset *preset)
{
    return preset->body ? push_preset(store, preset) : DB_ERR_ARGUMENT;
}

DbStatus db_preset_delete(DbStore *store, const char *kind, const char *name)
{
    return push_preset(store, &(DbPreset){.kind = kind, .name = name});
}
