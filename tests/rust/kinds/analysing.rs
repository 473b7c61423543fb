//! Requirements against test cases, and a module against its tests.

use super::*;

const MODULE: &str = "def sign(number):\n    if number < 0:\n        return -1\n    return 1\n";

#[tokio::test]
async fn requirements_are_held_against_test_cases() {
    let shop = Shop::new();
    let requirements = "- REQ-1: a (risk: high)\n- REQ-2: b\n- REQ-10: c\n- NFR-1: d\n";
    shop.put_artifact("requirement.md", requirements);
    shop.put_artifact(
        "test_cases/test_a.py",
        "def test_it():\n    \"\"\"REQ-1: works.\"\"\"\n    assert 1 + 1 == 2\n",
    );
    shop.put_artifact(
        "test_cases/sub/test_b.py",
        "class TestB:\n    def test_nfr_1_holds(self):\n        assert True\n",
    );
    shop.put_artifact(
        "test_cases/test_c.py",
        "def test_req_2_later():\n    ...\n\ndef test_other():\n    assert 1\n",
    );
    shop.put_artifact("test_cases/test_d.py", "def test_broken(:\n");

    let result = shop.done(&Kind::CoverageAnalysis, json!({"project_id": "shop"})).await;

    assert_eq!(result["success"], true);
    let analysis = &result["coverage_analysis"];
    let all =
        json!({"total_requirements": 4, "covered_requirements": 2, "requirement_coverage_percent": 50.0});
    assert_eq!(analysis["requirement_coverage"], all);
    assert_eq!(analysis["high_risk_coverage"]["covered_high_risk_requirements"], 1);
    assert_eq!(
        analysis["requirement_to_testcase_mapping"],
        json!([
            {"requirement_id": "REQ-1", "covered_by": ["test_cases/test_a.py::test_it"], "to_be_written": []},
            {"requirement_id": "REQ-2", "covered_by": [], "to_be_written": ["test_cases/test_c.py::test_req_2_later"]},
            {"requirement_id": "REQ-10", "covered_by": [], "to_be_written": []},
            {"requirement_id": "NFR-1", "covered_by": ["test_cases/sub/test_b.py::TestB::test_nfr_1_holds"], "to_be_written": []},
        ])
    );
    assert_eq!(result["test_cases"]["without_requirement"], json!(["test_cases/test_c.py::test_other"]));
    assert_eq!(result["test_cases"]["unparsed"][0]["path"], "test_cases/test_d.py");
    assert!(
        result["message"].as_str().unwrap().starts_with("2 of 4 requirements have a test case"),
        "{result}"
    );
}

#[tokio::test]
async fn drafts_of_ours_cover_nothing_until_they_are_written() {
    let shop = Shop::new();
    shop.done(&Kind::GenerateRtm, json!({"project_id": "shop", "requirements_content": "REQ-1: a"})).await;
    shop.done(&Kind::GenerateTestCases, json!({"project_id": "shop"})).await;

    let result = shop.done(&Kind::CoverageAnalysis, json!({"project_id": "shop"})).await;

    assert_eq!(result["coverage_analysis"]["requirement_coverage"]["covered_requirements"], 0);
    assert_eq!(result["test_cases"]["to_be_written"], 1);
    assert!(result["message"].as_str().unwrap().contains("1 test case is still to be written"), "{result}");
}

#[tokio::test]
async fn without_requirements_both_documents_are_named() {
    let (kind, message) = Shop::new().fails(&Kind::CoverageAnalysis, json!({"project_id": "shop"})).await;

    assert_eq!(kind, ErrorKind::Config);
    assert!(
        message.contains("requirements_traceability_matrix.md and requirement.md are missing"),
        "{message}"
    );
}

#[tokio::test]
async fn the_tests_of_a_module_are_run_and_measured() {
    let shop = Shop::new();
    shop.put("sign.py", MODULE);
    shop.put(
        "tests/test_sign.py",
        "import pytest\nfrom sign import sign\n\ndef test_plus():\n    assert sign(2) == 1\n\ndef test_wrong():\n    assert sign(2) == 5\n\n\
         @pytest.mark.skip\ndef test_later():\n    pass\n",
    );
    let payload = json!({"project_id": "shop", "file_path": "sign.py", "analysis_options": {"min_coverage_threshold": 75}});

    let result = shop.done(&Kind::CoverageAnalysis, payload).await;

    let analysis = &result["coverage_analysis"];
    assert_eq!(
        (&analysis["file_path"], &analysis["test_file"]),
        (&json!("sign.py"), &json!("tests/test_sign.py"))
    );
    assert_eq!(
        (&analysis["line_coverage_percent"], &analysis["branch_coverage_percent"]),
        (&json!(75.0), &json!(50.0))
    );
    assert_eq!((&analysis["coverage_percent"], &analysis["threshold_met"]), (&json!(66.66), &json!(false)));
    assert_eq!(analysis["missing_lines"], json!([3]));
    let tests = &analysis["tests"];
    assert_eq!((&tests["total"], &tests["passed"], &tests["skipped"]), (&json!(3), &json!(1), &json!(1)));
    assert_eq!(tests["failed"][0]["test"], "test_wrong");
    assert_eq!(std::fs::read_to_string(shop.root.path().join("sign.py")).unwrap(), MODULE);

    let lines_only = json!({
        "project_id": "shop",
        "file_path": "sign.py",
        "analysis_options": {"include_branch_coverage": false, "min_coverage_threshold": 75},
    });
    let result = shop.done(&Kind::CoverageAnalysis, lines_only).await;
    let analysis = &result["coverage_analysis"];
    assert_eq!((&analysis["coverage_percent"], &analysis["threshold_met"]), (&json!(75.0), &json!(true)));
    assert_eq!(analysis["branch_coverage_percent"], Value::Null);
}

#[tokio::test]
async fn a_module_without_tests_or_none_at_all_is_named() {
    let shop = Shop::new();
    shop.put("sign.py", MODULE);
    let of = |file: &str| json!({"project_id": "shop", "file_path": file});

    let (kind, message) = shop.fails(&Kind::CoverageAnalysis, of("sign.py")).await;
    assert_eq!(kind, ErrorKind::Config);
    assert!(message.contains("sign.py has no test file: none of tests/test_sign.py"), "{message}");

    let (kind, message) = shop.fails(&Kind::CoverageAnalysis, of("missing.py")).await;
    assert_eq!(kind, ErrorKind::InvalidModule);
    assert!(message.contains("missing.py does not exist"), "{message}");
}
