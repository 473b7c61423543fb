//! How do models fare? Their figures, added up in the database.

use std::collections::BTreeMap;

use sqlx::Row;

use super::operation::{Operation, Told};
use super::rows;
use super::session::Session;
use crate::store::StoreError;
use crate::task::{ModelFigures, ModelRun};

/// Counts what models did in one attempt.
pub(super) struct CountModels {
    pub(super) runs: Vec<ModelRun>,
}

impl Operation for CountModels {
    type Answer = ();

    fn told((): &()) -> Told {
        Told::Never
    }

    async fn apply(&self, session: &mut Session) -> Result<(), StoreError> {
        const COUNT: &str = "INSERT INTO testgen.model AS known (model, runs, successes, rate_limits, cost_usd) \
             VALUES ($1, $2, $3, $4, $5) ON CONFLICT (model) DO UPDATE SET runs = known.runs + excluded.runs, \
             successes = known.successes + excluded.successes, \
             rate_limits = known.rate_limits + excluded.rate_limits, \
             cost_usd = CASE WHEN excluded.cost_usd IS NULL THEN known.cost_usd \
             ELSE coalesce(known.cost_usd, 0) + excluded.cost_usd END";
        // In one order, so that no two wait for each other.
        let mut runs: Vec<_> = self.runs.iter().collect();
        runs.sort_by(|one, other| one.model.cmp(&other.model));
        for run in runs {
            let mut figures = ModelFigures::default();
            figures.count(run);
            let statement = sqlx::query(COUNT)
                .bind(run.model.to_string())
                .bind(figures.runs.cast_signed())
                .bind(figures.successes.cast_signed())
                .bind(figures.rate_limits.cast_signed())
                .bind(figures.cost_usd);
            session.execute(statement).await?;
        }
        Ok(())
    }
}

/// The figures of all models, by their ids.
pub(super) async fn all(session: &mut Session) -> Result<BTreeMap<String, ModelFigures>, StoreError> {
    const ALL: &str = "SELECT model, runs, successes, rate_limits, cost_usd FROM testgen.model";
    let found = session.rows(sqlx::query(ALL)).await?;
    let read = found.iter().map(|row| {
        let figures = ModelFigures {
            runs: rows::read_number(row, 1)?,
            successes: rows::read_number(row, 2)?,
            rate_limits: rows::read_number(row, 3)?,
            cost_usd: row.try_get(4)?,
        };
        Ok((row.try_get(0)?, figures))
    });
    read.collect()
}
