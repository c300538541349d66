-- Version 2: the library. Columns come by ALTER TABLE, which keeps the comment between a column's
-- name and its type.

CREATE TABLE groups (
    -- Runs that belong together: replicas, which differ in one seed, or the runs of a sweep.
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    uuid TEXT NOT NULL UNIQUE,  -- the same in every file
    created INTEGER NOT NULL,   -- Unix seconds
    name TEXT NOT NULL,
    kind TEXT NOT NULL,         -- noise weights data (the seed that varies), sweep, other
    detail TEXT                 -- JSON: what was swept
) STRICT;

ALTER TABLE runs ADD COLUMN note
    -- what a person wrote about it
    TEXT NOT NULL DEFAULT '';
ALTER TABLE runs ADD COLUMN archived
    -- 1: put away, out of the library's first list
    INTEGER NOT NULL DEFAULT 0;
ALTER TABLE runs ADD COLUMN deleted
    -- Unix seconds; in the bin since, until it is purged or restored
    INTEGER;
ALTER TABLE runs ADD COLUMN pin
    -- place among the pinned runs, from 0; NULL: not pinned
    INTEGER;
ALTER TABLE runs ADD COLUMN colour
    -- colour slot that a person chose, from 0; NULL: the next free one
    INTEGER;
ALTER TABLE runs ADD COLUMN parent_uuid
    -- the run it was forked from, which may be in another file
    TEXT;
ALTER TABLE runs ADD COLUMN fork_step
    -- steps it has in common with its parent, bit for bit
    INTEGER;
ALTER TABLE runs ADD COLUMN group_id
    INTEGER REFERENCES groups (id) ON DELETE SET NULL;
ALTER TABLE runs ADD COLUMN replica
    -- number within its group, from 0
    INTEGER;

CREATE INDEX runs_by_parent ON runs (parent_uuid) WHERE parent_uuid IS NOT NULL;
CREATE INDEX runs_by_group ON runs (group_id) WHERE group_id IS NOT NULL;

CREATE TABLE tags (
    -- A row per tag of a run.
    run INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    tag TEXT NOT NULL,
    PRIMARY KEY (run, tag)
) STRICT, WITHOUT ROWID;

CREATE TABLE statistics (
    -- What quantisation did to a tensor, measured at some steps.
    run INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    step INTEGER NOT NULL CHECK (step BETWEEN 0 AND 4294967295), -- steps done before it
    layer INTEGER NOT NULL,     -- layer with a product, from 0
    slot INTEGER NOT NULL,      -- 0 A.fwd 1 W.fwd 2 G.dgrad 3 W.dgrad 4 A.wgrad 5 G.wgrad
    r REAL,                     -- relative improvement r(X) that the adaptive rule looks at
    epsilon REAL,               -- its threshold
    high INTEGER,               -- 1: it took the high format, 0: the low one, NULL: not asked
    sqnr_db REAL,               -- signal to quantisation noise, decibels
    flushed REAL,               -- share of nonzero values that became zero, 0..1
    saturated REAL,             -- share of values at the largest code, 0..1
    spread REAL,                -- standard deviation of the shared exponents
    PRIMARY KEY (run, step, layer, slot)
) STRICT, WITHOUT ROWID;

CREATE TABLE checkpoints (
    -- The whole state of a run after `step` steps, from which it can be resumed or forked.
    id INTEGER PRIMARY KEY,
    run INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    step INTEGER NOT NULL CHECK (step BETWEEN 0 AND 4294967295),
    created INTEGER NOT NULL,   -- Unix seconds
    kind TEXT NOT NULL,         -- interval pause end (these may be thinned out), kept (never)
    size INTEGER NOT NULL,      -- bytes
    checksum TEXT NOT NULL,     -- 16 hex digits: FNV-1a 64 over the bytes
    body BLOB NOT NULL,         -- in the engine's own form
    UNIQUE (run, step)
) STRICT;

CREATE TABLE presets (
    -- Things a person saved under a name, to be used again.
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,         -- schedule hardware experiment view …
    name TEXT NOT NULL,
    body TEXT NOT NULL,         -- schedule: its text; the others: JSON
    source TEXT,                -- where it comes from: a paper, a person
    changed INTEGER NOT NULL,   -- Unix seconds
    UNIQUE (kind, name)
) STRICT;

DROP VIEW run_overview;

CREATE VIEW run_overview AS
    -- The library as a table, without what is in the bin: SELECT * FROM run_overview;
    SELECT runs.id, runs.name, runs.status,
        (SELECT group_concat(tag, ', ') FROM tags WHERE tags.run = runs.id) AS tags,
        runs.note, runs.archived, groups.name AS "group", runs.replica,
        datetime(runs.created, 'unixepoch') AS created_utc,
        runs.data, runs.model, run_texts.schedule,
        runs.steps, runs.steps_total,
        round(1.0 * runs.steps / nullif(runs.steps_per_epoch, 0), 2) AS epochs,
        round(100 * runs.best_test_accuracy, 2) AS best_percent,
        round(100 * runs.test_accuracy, 2) AS final_percent,
        runs.train_loss, runs.test_loss,
        runs.cycles + iif(runs.cycles < 0, 18446744073709551616.0, 0) AS cycles,
        (runs.femtojoules + iif(runs.femtojoules < 0, 18446744073709551616.0, 0)) * 1e-15 AS joules,
        runs.simulated_seconds, runs.wall_seconds, runs.loss_hash
    FROM runs
        LEFT JOIN run_texts ON run_texts.run = runs.id
        LEFT JOIN groups ON groups.id = runs.group_id
    WHERE runs.deleted IS NULL
    ORDER BY runs.created DESC, runs.id DESC;

CREATE VIEW lineage AS
    -- Which run was forked from which, and where; parent is NULL where it is not in this file.
    SELECT runs.id AS run, runs.name, parents.id AS parent, parents.name AS parent_name,
        runs.fork_step, runs.parent_uuid
    FROM runs LEFT JOIN runs AS parents ON parents.uuid = runs.parent_uuid
    WHERE runs.parent_uuid IS NOT NULL;

CREATE VIEW group_overview AS
    -- Every group with the mean and the (sample) variance of its runs' accuracies.
    SELECT groups.id, groups.name, groups.kind, count(runs.id) AS runs,
        avg(runs.test_accuracy) AS final_mean,
        (avg(runs.test_accuracy * runs.test_accuracy)
            - avg(runs.test_accuracy) * avg(runs.test_accuracy))
            * count(runs.test_accuracy) / nullif(count(runs.test_accuracy) - 1, 0)
            AS final_variance,
        avg(runs.best_test_accuracy) AS best_mean,
        (avg(runs.best_test_accuracy * runs.best_test_accuracy)
            - avg(runs.best_test_accuracy) * avg(runs.best_test_accuracy))
            * count(runs.best_test_accuracy) / nullif(count(runs.best_test_accuracy) - 1, 0)
            AS best_variance
    FROM groups LEFT JOIN runs ON runs.group_id = groups.id AND runs.deleted IS NULL
    GROUP BY groups.id;
