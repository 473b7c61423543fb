-- How the models of agents fare, added up over all attempts that ended.
CREATE TABLE model (
    model       TEXT    PRIMARY KEY,
    -- Attempts of tasks in which it worked, and those that came to what was asked for.
    runs        INTEGER NOT NULL,
    successes   INTEGER NOT NULL,
    -- How often its provider asked to slow down, or its account was used up.
    rate_limits INTEGER NOT NULL,
    -- In US dollars; null where it never was known.
    cost_usd    REAL
) STRICT, WITHOUT ROWID;
