//! How do models fare? Their figures, added up in the file.

use std::collections::BTreeMap;

use sqlx::Row;

use super::operation::Operation;
use super::reader::Reader;
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

    async fn apply(&self, session: &mut Session) -> Result<(), StoreError> {
        const COUNT: &str = "INSERT INTO model (model, runs, successes, rate_limits, cost_usd) \
             VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO UPDATE SET runs = runs + excluded.runs, \
             successes = successes + excluded.successes, rate_limits = rate_limits + excluded.rate_limits, \
             cost_usd = CASE WHEN excluded.cost_usd IS NULL THEN cost_usd \
             ELSE coalesce(cost_usd, 0) + excluded.cost_usd END";
        for run in &self.runs {
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

impl Reader {
    /// The figures of all models, by their ids.
    pub(super) async fn models(&self) -> Result<BTreeMap<String, ModelFigures>, StoreError> {
        const ALL: &str = "SELECT model, runs, successes, rate_limits, cost_usd FROM model";
        let found = sqlx::query(ALL).fetch_all(&*self.pool().await).await?;
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
}
