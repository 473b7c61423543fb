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
async fn a_requirement_is_covered_by_its_own_tests_alone() {
    let shop = Shop::new();
    let matrix = "REQ-1: Pay\n\n- first is accepted\n- second is accepted\n\nREQ-1.2: Refund as in REQ-1\n\nREQ_1: odd\n";
    shop.done(&Kind::GenerateRtm, json!({"project_id": "shop", "requirements_content": matrix})).await;
    shop.done(&Kind::GenerateTestCases, json!({"project_id": "shop"})).await;
    // A person writes those of the first; another gave them names before.
    let file = shop.artifact("test_cases/test_req_1.py");
    let lines = std::fs::read_to_string(&file).unwrap();
    let written = lines.lines().filter(|line| !line.starts_with("@pytest.mark.skip")).collect::<Vec<_>>();
    let written = written.join("\n").replace("    \"\"\"\n\n", "    \"\"\"\n    assert 1 == 1\n\n")
        + "\n    assert 1 == 1\n";
    std::fs::write(&file, written.replace("test_req_1__2_second", "test_req_1_2_second")).unwrap();

    let result = shop.done(&Kind::CoverageAnalysis, json!({"project_id": "shop"})).await;

    assert_eq!(
        result["coverage_analysis"]["requirement_to_testcase_mapping"],
        json!([
            {
                "requirement_id": "REQ-1",
                "covered_by": [
                    "test_cases/test_req_1.py::test_req_1__1_first_is_accepted",
                    "test_cases/test_req_1.py::test_req_1_2_second_is_accepted",
                ],
                "to_be_written": [],
            },
            {
                "requirement_id": "REQ-1.2",
                "covered_by": [],
                "to_be_written": ["test_cases/test_req_1_2.py::test_req_1_2__1_refund_as_in_req_1"],
            },
            {
                "requirement_id": "REQ_1",
                "covered_by": [],
                "to_be_written": ["test_cases/test_req_1__2.py::test_req_1__2__1_odd"],
            },
        ])
    );
}

#[tokio::test]
async fn a_test_that_never_runs_or_may_fail_covers_nothing() {
    let shop = Shop::new();
    shop.put_artifact("requirement.md", "REQ-1: a\n\nREQ-2: b\n\nREQ-3: c\n");
    shop.put_artifact(
        "test_cases/test_a.py",
        "import pytest\n\n@pytest.mark.skipif(True, reason='x')\ndef test_req_1():\n    assert 1\n\n\
         @pytest.mark.xfail\ndef test_req_2():\n    assert 0\n\n\
         @pytest.mark.skipif('win' in __name__, reason='REQ-1')\ndef test_req_3():\n    assert 1\n",
    );

    let result = shop.done(&Kind::CoverageAnalysis, json!({"project_id": "shop"})).await;

    let mapping = &result["coverage_analysis"]["requirement_to_testcase_mapping"];
    let covered = [0, 1, 2].map(|number| mapping[number]["covered_by"].as_array().unwrap().len());
    assert_eq!((covered, &result["test_cases"]["to_be_written"]), ([0, 0, 1], &json!(2)), "{mapping}");
}

#[tokio::test]
async fn more_files_are_read_than_a_command_line_takes() {
    const FILES: usize = 9_100;
    let shop = Shop::new();
    shop.put_artifact("requirement.md", "REQ-1: a\n");
    shop.put_artifact("test_cases/test_0.py", "def test_req_1():\n    assert 1\n");
    let folder = shop.artifact("test_cases");
    for number in 1..FILES {
        std::fs::write(folder.join(format!("test_{number}.py")), "").unwrap();
    }
    std::fs::write(folder.join(format!("test_{FILES}.py")), "def test_req_1():\n    assert 1\n").unwrap();

    let result = shop.done(&Kind::CoverageAnalysis, json!({"project_id": "shop"})).await;

    assert_eq!(result["test_cases"]["total"], 2);
}

#[tokio::test]
async fn more_files_than_are_read_are_refused() {
    const MOST: usize = 20_000;
    let shop = Shop::new();
    shop.put_artifact("requirement.md", "REQ-1: a\n");
    shop.put_artifact("test_cases/test_0.py", "");
    let folder = shop.artifact("test_cases");
    for number in 1..=MOST {
        std::fs::write(folder.join(format!("test_{number}.py")), "").unwrap();
    }

    let (kind, message) = shop.fails(&Kind::CoverageAnalysis, json!({"project_id": "shop"})).await;

    assert_eq!(kind, ErrorKind::Config);
    assert!(message.ends_with("test_cases has more than 20000 Python files: split the project"), "{message}");
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

const PLUS: &str = "from sign import sign\n\ndef test_it():\n    assert sign(2) == 1\n";
const MINUS: &str = "from sign import sign\n\ndef test_it():\n    assert sign(-2) == -1\n";

#[tokio::test]
async fn all_test_files_that_are_named_for_a_module_are_run_together() {
    let shop = Shop::new();
    shop.put("sign.py", MODULE);
    shop.put("tests/test_sign.py", PLUS);
    shop.put("tests/sign_test.py", MINUS);
    // pytest cannot load a second `test_sign` outside of packages.
    shop.put("tests/unit/test_sign.py", "raise ValueError\n");

    let result =
        shop.done(&Kind::CoverageAnalysis, json!({"project_id": "shop", "file_path": "sign.py"})).await;

    let analysis = &result["coverage_analysis"];
    assert_eq!(analysis["test_files"], json!(["tests/test_sign.py", "tests/sign_test.py"]));
    assert_eq!((&analysis["tests"]["passed"], &analysis["coverage_percent"]), (&json!(2), &json!(100.0)));
    let message = result["message"].as_str().unwrap();
    assert!(message.starts_with("2 tests of tests/test_sign.py, tests/sign_test.py reach 100"), "{message}");
    let command = analysis["command"].as_str().unwrap();
    assert!(command.contains(" tests/test_sign.py tests/sign_test.py &&"), "{command}");
}

#[tokio::test]
async fn tests_that_are_asked_for_are_run_by_file_or_folder() {
    let shop = Shop::new();
    shop.put("sign.py", MODULE);
    shop.put("tests/test_sign.py", PLUS);
    shop.put("checks/test_signs.py", MINUS);
    shop.put("checks/test_more.py", "def test_it():\n    assert False, 'no'\n");
    let of = |paths: Value| json!({"project_id": "shop", "file_path": "sign.py", "analysis_options": {"test_paths": paths}});

    let result = shop.done(&Kind::CoverageAnalysis, of(json!(["checks"]))).await;
    let analysis = &result["coverage_analysis"];
    assert_eq!(analysis["test_files"], json!(["checks"]));
    assert_eq!((&analysis["tests"]["total"], &analysis["tests"]["passed"]), (&json!(2), &json!(1)));
    assert_eq!(analysis["tests"]["failed"][0]["test"], "checks/test_more.py::test_it");

    let result =
        shop.done(&Kind::CoverageAnalysis, of(json!(["checks/test_signs.py", "tests/test_sign.py"]))).await;
    assert_eq!(result["coverage_analysis"]["coverage_percent"], 100.0);

    let (kind, message) = shop.fails(&Kind::CoverageAnalysis, of(json!(["tests", "elsewhere"]))).await;
    assert_eq!(kind, ErrorKind::Config);
    assert!(message.starts_with("elsewhere is no folder and no Python file of the project"), "{message}");
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
