//! What does a plan hold, what is wrong with it, and what of it does a text say by itself? Pure: texts in, data and texts
//! out.

mod answer;
mod check;
mod cycle;
mod draft;
mod estimate;
mod finding;
mod findings;
mod json;
mod order;
mod parsed;
mod phases;
mod plan;
mod planner;
mod prose;
mod reader;
mod rows;
mod schema;
mod subject;
mod tags;
mod text;
mod vague;

pub use answer::{Demands, cleaned};
pub use check::check;
pub use finding::{Finding, Place, Severity, Validation};
pub use parsed::{Ambiguity, ParsedRequirements, parse};
pub use phases::requested_phases;
pub use plan::{Phase, Plan, PlanRequirement, PlanTask, Risk};
pub use planner::plan_of;
pub(crate) use prose::parted;
pub use reader::{ReadPlan, read_plan};
pub use schema::{FINDINGS, PLAN, REQUIREMENTS};
pub(crate) use subject::Asked;
pub use text::{parsed_text, plan_text, validation_text};
