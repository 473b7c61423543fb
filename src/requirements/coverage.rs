//! Which requirements have a test case? All, those of what the software does, and those whose failure would be grave.

use std::collections::{BTreeSet, HashMap, HashSet};

use serde::{Deserialize, Serialize};

use super::requirement::Requirement;

/// A test case, and the requirements that it is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkedCase {
    /// Its name, as in `tests/test_login.py::test_req_001`.
    pub name: String,
    /// The ids of its requirements.
    pub requirement_ids: Vec<String>,
    /// Whether somebody has still to write what it tests: then it covers nothing.
    pub is_draft: bool,
}

/// How much is covered; percentages are cut after two decimals, and 100 where there is nothing to cover.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RequirementCoverage {
    /// Of all requirements.
    pub requirement_coverage: AllCoverage,
    /// Of those that say what the software does.
    pub feature_coverage: FeatureCoverage,
    /// Of those whose failure would be grave.
    pub high_risk_coverage: HighRiskCoverage,
    /// What covers each, in the order of the document.
    pub requirement_to_testcase_mapping: Vec<Covered>,
}

/// Of all requirements.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AllCoverage {
    /// How many there are.
    pub total_requirements: u64,
    /// How many have a test case.
    pub covered_requirements: u64,
    /// The part of those.
    pub requirement_coverage_percent: f64,
}

/// Of those that say what the software does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FeatureCoverage {
    /// How many there are.
    pub total_functional_requirements: u64,
    /// How many have a test case.
    pub covered_functional_requirements: u64,
    /// The part of those.
    pub functional_coverage_percent: f64,
}

/// Of those whose failure would be grave.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[expect(clippy::struct_field_names, reason = "the names are those of the document")]
pub struct HighRiskCoverage {
    /// How many there are.
    pub total_high_risk_requirements: u64,
    /// How many have a test case.
    pub covered_high_risk_requirements: u64,
    /// The part of those.
    pub high_risk_coverage_percent: f64,
}

/// What covers one requirement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Covered {
    /// Which.
    pub requirement_id: String,
    /// Its test cases.
    pub covered_by: Vec<String>,
    /// Test cases that somebody has still to write.
    pub to_be_written: Vec<String>,
}

/// Holds requirements against test cases: those that the document names for them, and those that are linked to them.
#[must_use]
pub fn cover(requirements: &[Requirement], cases: &[LinkedCase]) -> RequirementCoverage {
    let mut by_id: HashMap<String, Vec<&LinkedCase>> = HashMap::new();
    for case in cases {
        for id in &case.requirement_ids {
            by_id.entry(id.to_ascii_uppercase()).or_default().push(case);
        }
    }
    let linked = |requirement: &Requirement| {
        by_id.get(&requirement.id.to_ascii_uppercase()).map(Vec::as_slice).unwrap_or_default()
    };
    let drafts: HashSet<&str> =
        cases.iter().filter(|case| case.is_draft).map(|case| case.name.as_str()).collect();
    let mapping: Vec<Covered> =
        requirements.iter().map(|requirement| covered(requirement, linked(requirement), &drafts)).collect();
    let count = |counts: &dyn Fn(&Requirement) -> bool| {
        let wanted = requirements.iter().zip(&mapping).filter(|(requirement, _)| counts(requirement));
        wanted.fold((0, 0), |(all, hit), (_, found)| (all + 1, hit + u64::from(!found.covered_by.is_empty())))
    };
    let (all, functional, grave) =
        (count(&|_| true), count(&|it| it.category.is_functional()), count(&Requirement::is_high_risk));
    RequirementCoverage {
        requirement_coverage: AllCoverage {
            total_requirements: all.0,
            covered_requirements: all.1,
            requirement_coverage_percent: percent(all),
        },
        feature_coverage: FeatureCoverage {
            total_functional_requirements: functional.0,
            covered_functional_requirements: functional.1,
            functional_coverage_percent: percent(functional),
        },
        high_risk_coverage: HighRiskCoverage {
            total_high_risk_requirements: grave.0,
            covered_high_risk_requirements: grave.1,
            high_risk_coverage_percent: percent(grave),
        },
        requirement_to_testcase_mapping: mapping,
    }
}

fn covered(requirement: &Requirement, linked: &[&LinkedCase], drafts: &HashSet<&str>) -> Covered {
    let names = |is_draft: bool| {
        linked.iter().filter(move |case| case.is_draft == is_draft).map(|case| case.name.clone())
    };
    let of_document = requirement.test_cases.iter().filter(|name| !drafts.contains(name.as_str())).cloned();
    let mut seen = BTreeSet::new();
    let covered_by = of_document.chain(names(false)).filter(|name| seen.insert(name.clone())).collect();
    Covered { requirement_id: requirement.id.clone(), covered_by, to_be_written: names(true).collect() }
}

/// Cut after two decimals: 99.999 is not 100.
fn percent((total, hit): (u64, u64)) -> f64 {
    if total == 0 {
        return 100.0;
    }
    let hundredths = u32::try_from(hit * 10_000 / total).unwrap_or(10_000);
    f64::from(hundredths) / 100.0
}
