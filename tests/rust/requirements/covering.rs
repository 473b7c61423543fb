//! Requirements against test cases.

use _core::requirements::{LinkedCase, cover, read};
use serde_json::json;

fn case(name: &str, ids: &[&str], is_draft: bool) -> LinkedCase {
    LinkedCase {
        name: name.to_owned(),
        requirement_ids: ids.iter().map(|&id| id.to_owned()).collect(),
        is_draft,
    }
}

#[test]
fn coverage_has_the_form_of_the_document() {
    let text = "- FR-1: a (Priority: High)\n- FR-2: b\n- NFR-1: c (Risk: critical)\n  - Test cases: TC-9\n";
    let cases =
        [case("t::one", &["fr-1"], false), case("t::two", &["FR-2"], true), case("t::three", &[], false)];

    let coverage = serde_json::to_value(cover(&read(text).requirements, &cases)).unwrap();

    assert_eq!(
        coverage,
        json!({
            "requirement_coverage": {"total_requirements": 3, "covered_requirements": 2, "requirement_coverage_percent": 66.66},
            "feature_coverage": {
                "total_functional_requirements": 2, "covered_functional_requirements": 1, "functional_coverage_percent": 50.0
            },
            "high_risk_coverage": {
                "total_high_risk_requirements": 2, "covered_high_risk_requirements": 2, "high_risk_coverage_percent": 100.0
            },
            "requirement_to_testcase_mapping": [
                {"requirement_id": "FR-1", "covered_by": ["t::one"], "to_be_written": []},
                {"requirement_id": "FR-2", "covered_by": [], "to_be_written": ["t::two"]},
                {"requirement_id": "NFR-1", "covered_by": ["TC-9"], "to_be_written": []},
            ],
        })
    );
}

#[test]
fn a_draft_that_the_document_names_covers_nothing() {
    let cases = [case("t::one", &["FR-2"], true)];
    let coverage = cover(&read("- FR-1: a\n  - Test cases: t::one\n- FR-2: b\n").requirements, &cases);
    assert_eq!(coverage.requirement_coverage.covered_requirements, 0);
}

#[test]
fn where_there_is_nothing_to_cover_nothing_is_missing() {
    let coverage = cover(&read("- NFR-1: c").requirements, &[]);
    assert_eq!(coverage.feature_coverage.total_functional_requirements, 0);
    assert!((coverage.feature_coverage.functional_coverage_percent - 100.0).abs() < 1e-9);
    assert!(coverage.requirement_coverage.requirement_coverage_percent.abs() < 1e-9);
}
