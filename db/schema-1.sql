-- Version 1 of a Mantissa store. The comments that people who open a file with `sqlite3 FILE
-- .schema` are to read stand inside the statements, because SQLite keeps nothing else.

CREATE TABLE writers (
    -- A row per application that has this file open for writing now; its own row goes when it
    -- closes. A row whose process is gone is cleared by the next application that opens the file,
    -- and the runs that process left behind are marked 'interrupted'.
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    process TEXT NOT NULL,      -- '<boot id> <pid namespace> <pid> <start time in clock ticks>'
    opened INTEGER NOT NULL,    -- Unix seconds
    seen INTEGER NOT NULL       -- Unix seconds of its last transaction
) STRICT;

CREATE TABLE runs (
    -- A row per training run. uint64 columns hold the 64 bits as SQLite's signed integer: a value
    -- from 2^63 up shows as negative (the views give such energies and cycles rightly).
    -- NULL in a number means unknown (NaN).
    id INTEGER PRIMARY KEY AUTOINCREMENT, -- of this file; never given twice
    uuid TEXT NOT NULL UNIQUE,  -- the run's identity, the same in every file it is copied to
    created INTEGER NOT NULL,   -- Unix seconds
    changed INTEGER NOT NULL,   -- Unix seconds of the last change of this row
    name TEXT NOT NULL,         -- as shown in the library
    status TEXT NOT NULL,       -- running paused finished stopped diverged failed interrupted
    message TEXT,               -- diverged, failed: where, when and why
    data TEXT NOT NULL,         -- data set, as written on the command line
    model TEXT NOT NULL,        -- network, its line of text
    engine_version TEXT,
    machine TEXT,               -- instruction set and threads
    seed_weights INTEGER NOT NULL, -- uint64: initial weights
    seed_data INTEGER NOT NULL, -- uint64: order of the samples
    seed_noise INTEGER NOT NULL, -- uint64: stochastic rounding
    steps INTEGER NOT NULL DEFAULT 0, -- done
    steps_total INTEGER NOT NULL, -- planned
    steps_per_epoch INTEGER NOT NULL,
    train_loss REAL,            -- of the last step
    test_loss REAL,             -- of the last evaluation
    test_accuracy REAL,         -- of the last evaluation, share 0..1
    best_test_accuracy REAL,    -- share 0..1
    loss_hash TEXT,             -- 16 hex digits: FNV-1a 64 over every step's float32 loss
    cycles INTEGER NOT NULL DEFAULT 0, -- uint64: simulated clock cycles of the steps done
    compute_cycles INTEGER NOT NULL DEFAULT 0, -- uint64: those of the array alone
    femtojoules INTEGER NOT NULL DEFAULT 0, -- uint64: simulated energy, 1e-15 J
    simulated_seconds REAL DEFAULT 0, -- on the simulated accelerator
    wall_seconds REAL DEFAULT 0, -- on this computer, pauses left out
    writer INTEGER REFERENCES writers (id) ON DELETE SET NULL -- who trains it now
) STRICT;

CREATE INDEX runs_by_writer ON runs (writer) WHERE writer IS NOT NULL;

CREATE TABLE run_texts (
    -- The long texts of a run, apart, so that lists of runs do not have to step over them.
    run INTEGER PRIMARY KEY REFERENCES runs (id) ON DELETE CASCADE,
    schedule TEXT NOT NULL,     -- as drawn, a line per lane
    schedule_used TEXT,         -- as used, with live edits and adaptive choices
    experiment TEXT             -- the whole experiment as JSON
) STRICT;

CREATE TABLE metrics (
    -- A row per training step.
    run INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    step INTEGER NOT NULL CHECK (step BETWEEN 0 AND 4294967295), -- index from 0
    loss REAL,                  -- mean over the batch
    accuracy REAL,              -- share of the batch that was right, 0..1
    cycles INTEGER NOT NULL,    -- uint64: simulated, from the start to the end of this step
    femtojoules INTEGER NOT NULL, -- uint64: the same
    wall_seconds REAL,          -- since the first step, pauses left out
    PRIMARY KEY (run, step)
) STRICT, WITHOUT ROWID;

CREATE TABLE evals (
    -- A row per evaluation of the test split.
    run INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    step INTEGER NOT NULL CHECK (step BETWEEN 0 AND 4294967295), -- steps done before it
    loss REAL,
    accuracy REAL,              -- share 0..1
    wall_seconds REAL,
    PRIMARY KEY (run, step)
) STRICT, WITHOUT ROWID;

CREATE TABLE events (
    -- What happened during a run: an edit of the plan, an adaptive decision, a divergence.
    id INTEGER PRIMARY KEY,     -- in order of happening within a run
    run INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    step INTEGER NOT NULL CHECK (step BETWEEN 0 AND 4294967295), -- steps done before it
    kind TEXT NOT NULL,         -- plan choice diverged failed …
    detail TEXT                 -- JSON or a sentence
) STRICT;

CREATE INDEX events_by_run ON events (run, id);

CREATE VIEW run_overview AS
    -- The library as a table: SELECT * FROM run_overview;
    SELECT runs.id, runs.name, runs.status,
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
    FROM runs LEFT JOIN run_texts ON run_texts.run = runs.id
    ORDER BY runs.created DESC, runs.id DESC;

CREATE VIEW eval_costs AS
    -- What every evaluation had cost by then: accuracy against cycles, energy and time.
    SELECT evals.run, evals.step, evals.loss, evals.accuracy,
        metrics.cycles + iif(metrics.cycles < 0, 18446744073709551616.0, 0) AS cycles,
        (metrics.femtojoules + iif(metrics.femtojoules < 0, 18446744073709551616.0, 0)) * 1e-15
            AS joules,
        evals.wall_seconds
    FROM evals LEFT JOIN metrics ON metrics.run = evals.run AND metrics.step = evals.step - 1;

CREATE VIEW epoch_metrics AS
    -- Mean training loss and accuracy of every epoch (counted from 1) of every run.
    SELECT metrics.run, metrics.step / max(runs.steps_per_epoch, 1) + 1 AS epoch,
        avg(metrics.loss) AS loss, avg(metrics.accuracy) AS accuracy, count(*) AS steps
    FROM metrics JOIN runs ON runs.id = metrics.run
    GROUP BY metrics.run, epoch;
