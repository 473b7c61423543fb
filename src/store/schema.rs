//! May this program work on the schema that is there? The steps by which schemas grow, and the one rule of who understands
//! which.
//!
//! A step only adds; what nobody uses any more is removed by a later release. So with each step the database says the
//! oldest schema whose programs may go on, and old and new work together while a fleet is replaced. A step that says
//! nothing is for those alone that know it.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Serialize;
use sqlx::SqlSafeStr;
use sqlx::migrate::{Migration, MigrationType, Migrator};

/// The schema that a program knows: the steps that were compiled in and, in tests of what the next release will bring,
/// one more.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Release {
    next: Option<NextStep>,
}

/// A step that no release has yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NextStep {
    /// Its number; above all that there are.
    pub version: i64,
    /// What it does on `PostgreSQL`. It leaves a row in `testgen.step` if older programs may go on.
    pub postgres: &'static str,
    /// What it does on `SQLite`. It leaves a row in `step` if older programs may go on.
    pub sqlite: &'static str,
}

impl Release {
    /// A program of the release after this one.
    #[must_use]
    pub fn with_next(step: NextStep) -> Self {
        Self { next: Some(step) }
    }

    /// The steps that this program knows. Which are applied is decided here, under locks of our own.
    pub(super) fn steps(
        &self,
        base: &Migrator,
        table: &'static str,
        text: impl Fn(&NextStep) -> &'static str,
    ) -> Migrator {
        let mut steps: Vec<Migration> = base.iter().cloned().collect();
        steps.extend(self.next.as_ref().map(|next| {
            let (name, sql) = (Cow::Borrowed("next"), text(next).into_sql_str());
            Migration::new(next.version, name, MigrationType::Simple, sql, false)
        }));
        let mut migrator = Migrator::with_migrations(steps);
        migrator.dangerous_set_table_name(table);
        migrator.set_ignore_missing(true).set_locking(false);
        migrator
    }
}

/// The schema that a store has, step by step.
#[derive(Debug, Clone, Default)]
pub(super) struct Schema {
    pub(super) steps: BTreeMap<i64, StepThere>,
}

/// A step that was applied.
#[derive(Debug, Clone, Default)]
pub(super) struct StepThere {
    /// The oldest schema whose programs may go on; `None` where it does not say.
    pub(super) oldest: Option<i64>,
    /// What its text came to.
    pub(super) checksum: Vec<u8>,
}

/// How a schema stands to a program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// The program may work on it.
    Fits,
    /// Steps are missing.
    TooOld,
    /// It has this step, which the program does not know and which does not let it go on.
    TooNew(i64),
    /// This step is not what the program knows by that number.
    Strange(i64),
}

impl Schema {
    /// The newest step; `None` where there is nothing yet.
    pub(super) fn version(&self) -> Option<i64> {
        self.steps.last_key_value().map(|(version, _)| *version)
    }

    /// Whether a program may work on it.
    pub(super) fn standing(&self, known: &Migrator) -> Standing {
        let newest = newest(known);
        for (version, there) in &self.steps {
            match known.iter().find(|step| step.version == *version) {
                Some(step) if *step.checksum != there.checksum => return Standing::Strange(*version),
                None if there.oldest.unwrap_or(*version) > newest => return Standing::TooNew(*version),
                _ => {}
            }
        }
        if self.missing(known).is_empty() { Standing::Fits } else { Standing::TooOld }
    }

    /// The steps that a program knows and this schema lacks.
    pub(super) fn missing(&self, known: &Migrator) -> Vec<Step> {
        known.iter().filter(|step| !self.steps.contains_key(&step.version)).map(Step::of).collect()
    }
}

/// The schema of a program.
fn newest(known: &Migrator) -> i64 {
    known.iter().map(|step| step.version).max().unwrap_or_default()
}

/// One step by which a schema grows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Step {
    /// Its number.
    pub version: i64,
    /// What it is about.
    pub description: String,
}

impl Step {
    fn of(migration: &Migration) -> Self {
        Self { version: migration.version, description: migration.description.to_string() }
    }
}

/// How the schema of a store stands to this program's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SchemaReport {
    /// The store, without its password.
    pub store: String,
    /// The schema that was found; `None` where there was nothing.
    pub found: Option<i64>,
    /// The schema of this program.
    pub release: i64,
    /// What was applied just now.
    pub applied: Vec<Step>,
    /// What is to be applied.
    pub missing: Vec<Step>,
}

impl SchemaReport {
    pub(super) fn of(store: String, schema: &Schema, known: &Migrator) -> Self {
        let missing = schema.missing(known);
        Self { store, found: schema.version(), release: newest(known), applied: Vec::new(), missing }
    }

    /// The same, after what was missing was applied.
    pub(super) fn done(self) -> Self {
        Self { applied: self.missing, missing: Vec::new(), ..self }
    }
}

/// Why a program is refused that does not know a step.
pub(super) fn too_new(step: i64, another: &str) -> String {
    format!(
        "was brought up to date by a newer release, with which this one cannot work (schema {step}): upgrade the package \
         with `pip install --upgrade openhands-testgen`, or name another {another}"
    )
}

/// Why a program is refused that may not bring a schema up to date.
pub(super) fn too_old(found: Option<i64>) -> String {
    let there =
        found.map_or("has no schema yet".to_owned(), |version| format!("has the old schema {version}"));
    format!(
        "{there}, and this process may not change that: run `openhands-testgen migrate` as a user who may, or set \
         OPENHANDS_STORE_MIGRATE=auto"
    )
}

/// Why a program is refused that knows a step of the same number and another text.
pub(super) const STRANGE: &str = "was made by a version that was never released";

#[cfg(test)]
mod tests {
    use super::*;

    fn program(versions: &[i64]) -> Migrator {
        let step = |version: &i64| {
            let sql = "SELECT 1".into_sql_str();
            Migration::new(*version, "step".into(), MigrationType::Simple, sql, false)
        };
        Migrator::with_migrations(versions.iter().map(step).collect())
    }

    /// A schema of steps, each with the oldest whose programs may go on.
    fn schema(steps: &[(i64, Option<i64>)]) -> Schema {
        let checksum = program(&[1]).migrations[0].checksum.to_vec();
        let there = |oldest| StepThere { oldest, checksum: checksum.clone() };
        Schema { steps: steps.iter().map(|(version, oldest)| (*version, there(*oldest))).collect() }
    }

    #[test]
    fn a_step_that_lets_older_programs_go_on_refuses_none_of_them() {
        let schema = schema(&[(1, None), (5, Some(5)), (6, Some(5)), (7, Some(5))]);
        assert_eq!(schema.standing(&program(&[1, 5])), Standing::Fits);
        assert_eq!(schema.standing(&program(&[1, 5, 6])), Standing::Fits);
    }

    #[test]
    fn a_step_refuses_who_is_older_than_it_says() {
        let schema = schema(&[(1, None), (5, Some(5)), (6, Some(5)), (7, Some(6))]);
        assert_eq!(schema.standing(&program(&[1, 5])), Standing::TooNew(7));
        assert_eq!(schema.standing(&program(&[1, 5, 6])), Standing::Fits);
    }

    #[test]
    fn a_step_that_says_nothing_is_for_those_who_know_it() {
        let schema = schema(&[(1, None), (5, Some(5)), (6, None)]);
        assert_eq!(schema.standing(&program(&[1, 5])), Standing::TooNew(6));
        assert_eq!(schema.standing(&program(&[1, 5, 6])), Standing::Fits);
    }

    #[test]
    fn what_a_program_knows_and_the_schema_lacks_is_missing_whatever_came_later() {
        let (schema, program) = (schema(&[(1, None), (5, None)]), program(&[1, 4, 5, 6]));
        let missing = schema.missing(&program);
        assert_eq!(missing.iter().map(|step| step.version).collect::<Vec<_>>(), [4, 6]);
        assert_eq!(schema.standing(&program), Standing::TooOld);
    }

    #[test]
    fn a_step_of_another_text_is_strange() {
        let mut schema = schema(&[(1, None)]);
        schema.steps.insert(5, StepThere::default());
        assert_eq!(schema.standing(&program(&[1, 5])), Standing::Strange(5));
    }
}
