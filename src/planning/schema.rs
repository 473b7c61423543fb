//! Of which form are plans, requirements and findings? As JSON Schema, for models that make them and programs that read them.

/// The form of a plan.
pub const PLAN: &str = include_str!("schemas/plan.json");
/// The form of parsed requirements.
pub const REQUIREMENTS: &str = include_str!("schemas/requirements.json");
/// The form of the findings of a check.
pub const FINDINGS: &str = include_str!("schemas/findings.json");
