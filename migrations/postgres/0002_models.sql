-- How the models of agents fare, added up over all attempts that ended.
CREATE TABLE testgen.model (
    model       text PRIMARY KEY,
    -- Attempts of tasks in which it worked, and those that came to what was asked for.
    runs        bigint NOT NULL,
    successes   bigint NOT NULL,
    -- How often its provider asked to slow down, or its account was used up.
    rate_limits bigint NOT NULL,
    -- In US dollars; null where it never was known.
    cost_usd    double precision
);
