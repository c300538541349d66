/* Finding runs, and the menus and lists that help with it. */
#include "db_library.h"
#include "db_reader.h"
#include "db_text.h"
#include <stdlib.h>
#include <string.h>

/* ---- SQL functions ----------------------------------------------------------------------- */

static bool scratch_fits(DbScratch *scratch, size_t size)
{
    if (size <= scratch->size)
        return true;
    char *grown = realloc(scratch->bytes, size);
    if (!grown)
        return false;
    scratch->bytes = grown;
    scratch->size = size;
    return true;
}

/* The words of the folded search text, each ended by a NUL, the last by two: all of them occur. */
static bool has_words(const char *folded, const char *words)
{
    for (; *words; words += strlen(words) + 1) {
        if (!strstr(folded, words))
            return false;
    }
    return true;
}

/* found(words, text, …): every word occurs in one of the texts, whatever its case. */
static void found(sqlite3_context *context, int count, sqlite3_value **values)
{
    DbScratch *scratch = sqlite3_user_data(context);
    size_t length = 0;
    for (int i = 1; i < count; i++)
        length += (size_t)sqlite3_value_bytes(values[i]) + 1;
    if (!scratch_fits(scratch, 3 * length + 1)) {
        sqlite3_result_error_nomem(context);
        return;
    }
    char *at = scratch->bytes;
    for (int i = 1; i < count; i++) {
        const char *text = (const char *)sqlite3_value_text(values[i]);
        if (text)
            at = db_text_fold(at, text);
        *at++ = '\n'; /* no word goes over the end of a text */
    }
    *at = '\0';
    sqlite3_result_int(context, has_words(scratch->bytes, sqlite3_value_blob(values[0])));
}

/* sort_key(text): bytes in the order of names. */
static void sort_key(sqlite3_context *context, int count, sqlite3_value **values)
{
    DbScratch *scratch = sqlite3_user_data(context);
    const char *text = (const char *)sqlite3_value_text(values[0]);
    if (!text)
        return;
    if (!scratch_fits(scratch, 4 * strlen(text) + 4)) {
        sqlite3_result_error_nomem(context);
        return;
    }
    const size_t size = db_text_sort_key(scratch->bytes, text);
    sqlite3_result_blob64(context, scratch->bytes, size, SQLITE_TRANSIENT);
}

DbStatus db_find_prepare(DbReader *reader, DbError *err)
{
    const int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC;
    int rc = sqlite3_create_function_v2(
        reader->db, "found", -1, flags, &reader->scratch, found, NULL, NULL, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_create_function_v2(
            reader->db, "sort_key", 1, flags, &reader->scratch, sort_key, NULL, NULL, NULL);
    return rc == SQLITE_OK ? DB_OK
                           : db_error_sqlite(err, reader->path, reader->db, rc, "opening it");
}

/* ---- the query --------------------------------------------------------------------------- */

/* What is sorted by; NULLs come last, and cycles and energies from 2^63 up (negative as SQLite sees
 * them) after the others. */
static const char *const sort_columns[DB_SORT_COUNT] = {
    [DB_SORT_CREATED] = "created",
    [DB_SORT_CHANGED] = "changed",
    [DB_SORT_NAME] = "sort_key(name)",
    [DB_SORT_STATUS] = "status",
    [DB_SORT_DATA] = "sort_key(data)",
    [DB_SORT_MODEL] = "sort_key(model)",
    [DB_SORT_STEPS] = "steps",
    [DB_SORT_BEST_ACCURACY] = "best_test_accuracy",
    [DB_SORT_TEST_ACCURACY] = "test_accuracy",
    [DB_SORT_TEST_LOSS] = "test_loss",
    [DB_SORT_CYCLES] = "cycles + iif(cycles < 0, 18446744073709551616.0, 0)",
    [DB_SORT_ENERGY] = "femtojoules + iif(femtojoules < 0, 18446744073709551616.0, 0)",
    [DB_SORT_SIMULATED] = "simulated_seconds",
    [DB_SORT_WALL] = "wall_seconds",
    [DB_SORT_PIN] = "pin",
};

static const char *shelf_condition(DbShelf shelf)
{
    switch (shelf) {
    case DB_SHELF_ARCHIVE:
        return "deleted IS NULL AND archived <> 0";
    case DB_SHELF_ALL:
        return "deleted IS NULL";
    case DB_SHELF_BIN:
        return "deleted IS NOT NULL";
    default:
        return "deleted IS NULL AND archived = 0";
    }
}

/* The SQL of a query; every value is a parameter, named so that it can be left out. */
static char *query_sql(const DbQuery *query)
{
    sqlite3_str *sql = sqlite3_str_new(NULL);
    const char *column = sort_columns[query->sort];
    sqlite3_str_appendall(sql, "SELECT id FROM runs WHERE ");
    sqlite3_str_appendall(sql, shelf_condition(query->shelf));
    if (query->text)
        sqlite3_str_appendall(sql,
            " AND found(:words, name, note, data, model, status, machine,"
            " (SELECT schedule FROM run_texts WHERE run_texts.run = runs.id),"
            " (SELECT group_concat(tag, char(10)) FROM tags WHERE tags.run = runs.id))");
    if (query->data)
        sqlite3_str_appendall(sql, " AND data = :data");
    if (query->model)
        sqlite3_str_appendall(sql, " AND model = :model");
    if (query->status)
        sqlite3_str_appendall(sql, " AND status = :status");
    if (query->tag)
        sqlite3_str_appendall(sql, " AND id IN (SELECT run FROM tags WHERE tag = :tag)");
    if (query->group != 0)
        sqlite3_str_appendall(sql, " AND group_id = :group");
    if (query->created_from != 0)
        sqlite3_str_appendall(sql, " AND created >= :from");
    if (query->created_before != 0)
        sqlite3_str_appendall(sql, " AND created < :before");
    const char *direction = query->descending ? "DESC" : "ASC";
    sqlite3_str_appendf(sql, " ORDER BY %s %s NULLS LAST, id %s", column, direction, direction);
    return sqlite3_str_finish(sql);
}

/* The search text as folded words, each with its NUL, and one more NUL; NULL: no memory. */
static char *split_words(const char *text, size_t *size)
{
    char *words = malloc(3 * strlen(text) + 2);
    if (!words)
        return NULL;
    db_text_fold(words, text);
    char *out = words, *rest = NULL;
    for (char *word = strtok_r(words, " \t\n", &rest); word;
         word = strtok_r(NULL, " \t\n", &rest)) {
        const size_t length = strlen(word) + 1;
        memmove(out, word, length); /* never ahead of where strtok_r reads on */
        out += length;
    }
    *out++ = '\0';
    *size = (size_t)(out - words);
    return words;
}

static void bind_named(sqlite3_stmt *statement, const char *name, const char *text)
{
    const int index = sqlite3_bind_parameter_index(statement, name);
    if (index > 0)
        db_bind_text(statement, index, text);
}

static void bind_number(sqlite3_stmt *statement, const char *name, int64_t number)
{
    const int index = sqlite3_bind_parameter_index(statement, name);
    if (index > 0)
        sqlite3_bind_int64(statement, index, number);
}

static void bind_query(sqlite3_stmt *statement, const DbQuery *query)
{
    bind_named(statement, ":data", query->data);
    bind_named(statement, ":model", query->model);
    bind_named(statement, ":status", query->status);
    bind_named(statement, ":tag", query->tag);
    bind_number(statement, ":group", query->group);
    bind_number(statement, ":from", query->created_from);
    bind_number(statement, ":before", query->created_before);
}

static int read_id(sqlite3_stmt *row, void *element)
{
    *(int64_t *)element = sqlite3_column_int64(row, 0);
    return SQLITE_ROW;
}

DbStatus db_reader_find(
    DbReader *reader, const DbQuery *query, int64_t **ids, size_t *count, DbError *err)
{
    static const DbRowKind kind = {sizeof(int64_t), read_id, NULL, "looking for runs"};
    *ids = NULL;
    *count = 0;
    if ((unsigned)query->sort >= DB_SORT_COUNT)
        return db_error(err, DB_ERR_ARGUMENT, "%s: runs cannot be sorted by column %d",
            reader->path, (int)query->sort);
    size_t size = 0;
    char *words = query->text ? split_words(query->text, &size) : NULL;
    char *sql = query->text && !words ? NULL : query_sql(query);
    sqlite3_stmt *row = NULL;
    const int rc = sql ? sqlite3_prepare_v2(reader->db, sql, -1, &row, NULL) : SQLITE_NOMEM;
    DbRows list = {0};
    DbStatus status;
    if (rc == SQLITE_OK) {
        bind_query(row, query);
        if (words)
            sqlite3_bind_blob64(
                row, sqlite3_bind_parameter_index(row, ":words"), words, size, SQLITE_STATIC);
        status = db_read_rows(reader, row, &kind, &list, err);
    } else {
        status = db_error_sqlite(err, reader->path, reader->db, rc, kind.doing);
    }
    *ids = list.rows;
    *count = list.count;
    sqlite3_finalize(row);
    sqlite3_free(sql);
    free(words);
    return status;
}

/* ---- facets ------------------------------------------------------------------------------ */

static int read_facet(sqlite3_stmt *row, void *element)
{
    bool failed = false;
    *(DbFacetValue *)element = (DbFacetValue){
        .value = db_column_text(row, 0, &failed),
        .runs = (size_t)sqlite3_column_int64(row, 1),
    };
    return db_row_code(failed, false);
}

static void clear_facet(void *element)
{
    free(((DbFacetValue *)element)->value);
}

static const DbRowKind facet_kind = {
    sizeof(DbFacetValue), read_facet, clear_facet, "counting its runs"};

DbStatus db_reader_facets(
    DbReader *reader, DbFacet facet, DbFacetValue **values, size_t *count, DbError *err)
{
    static const DbReadStatement statements[] = {[DB_FACET_DATA] = DB_READ_FACET_DATA,
        [DB_FACET_MODEL] = DB_READ_FACET_MODEL,
        [DB_FACET_STATUS] = DB_READ_FACET_STATUS,
        [DB_FACET_TAG] = DB_READ_FACET_TAG};
    DbRows list = {0};
    const DbStatus status = db_read_rows(
        reader, db_reader_statement(reader, statements[facet], 0), &facet_kind, &list, err);
    *values = list.rows;
    *count = list.count;
    return status;
}

void db_facets_free(DbFacetValue *values, size_t count)
{
    db_rows_clear(&(DbRows){.rows = values, .count = count}, &facet_kind);
}

/* ---- groups and presets ------------------------------------------------------------------ */

static int read_group(sqlite3_stmt *row, void *element)
{
    bool failed = false;
    *(DbGroup *)element = (DbGroup){
        .id = sqlite3_column_int64(row, 0),
        .created = sqlite3_column_int64(row, 1),
        .uuid = db_column_text(row, 2, &failed),
        .name = db_column_text(row, 3, &failed),
        .kind = db_column_text(row, 4, &failed),
        .detail = db_column_text(row, 5, &failed),
        .runs = (size_t)sqlite3_column_int64(row, 6),
    };
    return db_row_code(failed, false);
}

static void clear_group(void *element)
{
    const DbGroup *group = element;
    free(group->uuid);
    free(group->name);
    free(group->kind);
    free(group->detail);
}

static const DbRowKind group_kind = {
    sizeof(DbGroup), read_group, clear_group, "reading its groups"};

DbStatus db_reader_groups(DbReader *reader, DbGroupList *out, DbError *err)
{
    DbRows list = {0};
    const DbStatus status = db_read_rows(
        reader, db_reader_statement(reader, DB_READ_GROUPS, 0), &group_kind, &list, err);
    *out = (DbGroupList){.groups = list.rows, .count = list.count};
    return status;
}

void db_group_list_free(DbGroupList *list)
{
    db_rows_clear(&(DbRows){.rows = list->groups, .count = list->count}, &group_kind);
    *list = (DbGroupList){0};
}

static int read_preset(sqlite3_stmt *row, void *element)
{
    bool failed = false;
    *(DbPreset *)element = (DbPreset){
        .kind = db_column_text(row, 0, &failed),
        .name = db_column_text(row, 1, &failed),
        .body = db_column_text(row, 2, &failed),
        .source = db_column_text(row, 3, &failed),
        .changed = sqlite3_column_int64(row, 4),
    };
    return db_row_code(failed, false);
}

static void clear_preset(void *element)
{
    const DbPreset *preset = element; /* its texts are const for those who save one */
    free((char *)preset->kind);
    free((char *)preset->name);
    free((char *)preset->body);
    free((char *)preset->source);
}

static const DbRowKind preset_kind = {
    sizeof(DbPreset), read_preset, clear_preset, "reading its presets"};

DbStatus db_reader_presets(DbReader *reader, const char *kind, DbPresetList *out, DbError *err)
{
    sqlite3_stmt *row = db_reader_statement(reader, DB_READ_PRESETS, 0);
    db_bind_text(row, 1, kind);
    DbRows list = {0};
    const DbStatus status = db_read_rows(reader, row, &preset_kind, &list, err);
    *out = (DbPresetList){.presets = list.rows, .count = list.count};
    return status;
}

void db_preset_list_free(DbPresetList *list)
{
    db_rows_clear(&(DbRows){.rows = list->presets, .count = list->count}, &preset_kind);
    *list = (DbPresetList){0};
}
