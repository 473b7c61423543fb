//! What may be asked for is checked when it is submitted, by the texts alone.

use super::*;

fn error(kind: &Kind, payload: Value) -> String {
    Shop::new().work(kind, payload).unwrap_err().to_string()
}

#[test]
fn unknown_fields_are_refused_with_the_nearest_name() {
    let rtm = &Kind::GenerateRtm;
    assert_eq!(
        error(rtm, json!({"project_id": "shop", "requirement_content": "x"})),
        "payload: has no field \"requirement_content\": did you mean \"requirements_content\"?"
    );
    let cases = &Kind::GenerateTestCases;
    let options = json!({"project_id": "shop", "generation_options": {"include_negative": true}});
    assert!(error(cases, options).contains("generation_options: has no field \"include_negative\""));
    let analysis = json!({"project_id": "shop", "colour": "red"});
    assert!(
        error(&Kind::CoverageAnalysis, analysis)
            .contains("known are project_id, file_path, analysis_options")
    );
}

fn tests_at(paths: &Value) -> Value {
    json!({"project_id": "a", "file_path": "b.py", "analysis_options": {"test_paths": paths}})
}

#[test]
fn impossible_values_are_refused_by_the_name_of_their_field() {
    let long = "x".repeat(1024 * 1024 + 1);
    for (kind, payload, says) in [
        (Kind::GenerateRtm, json!({}), "project_id: is missing"),
        (Kind::GenerateRtm, json!({"project_id": 7}), "project_id: must be a text, not 7"),
        (Kind::GenerateRtm, json!({"project_id": "../x"}), "project_id: \"../x\" is no id of a project"),
        (Kind::GenerateRtm, json!({"project_id": ""}), "project_id: \"\" is no id"),
        (Kind::GenerateRtm, json!({"project_id": ".."}), "is no id"),
        (
            Kind::GenerateRtm,
            json!({"project_id": "a", "requirements_content": " "}),
            "requirements_content: is empty",
        ),
        (Kind::GenerateRtm, json!({"project_id": "a", "requirements_content": "a\u{0}"}), "NUL"),
        (
            Kind::GenerateRtm,
            json!({"project_id": "a", "requirements_content": long}),
            "at most 1048576 are kept",
        ),
        (
            Kind::GenerateTestCases,
            json!({"project_id": "a", "generation_options": {"test_framework": "junit"}}),
            "generation_options.test_framework: \"junit\" is not supported",
        ),
        (Kind::GenerateTestCases, json!({"project_id": "a", "generation_options": []}), "must be an object"),
        (Kind::CoverageAnalysis, json!({"project_id": "a", "file_path": "../b.py"}), "file_path: "),
        (Kind::CoverageAnalysis, json!({"project_id": "a", "file_path": "b.txt"}), "does not end in .py"),
        (
            Kind::CoverageAnalysis,
            tests_at(&json!([])),
            "analysis_options.test_paths: must be 1 to 100 files or folders, not 0",
        ),
        (
            Kind::CoverageAnalysis,
            tests_at(&json!("tests")),
            "analysis_options.test_paths: must be a list of texts, not \"tests\"",
        ),
        (
            Kind::CoverageAnalysis,
            tests_at(&json!([1])),
            "analysis_options.test_paths: must be a list of texts, not [1]",
        ),
        (Kind::CoverageAnalysis, tests_at(&json!(["../b"])), "analysis_options.test_paths: "),
        (
            Kind::CoverageAnalysis,
            json!({"project_id": "a", "analysis_options": {"test_paths": ["tests"]}}),
            "analysis_options.test_paths: are the tests of a module: name it in `file_path`",
        ),
        (
            Kind::CoverageAnalysis,
            json!({"project_id": "a", "analysis_options": {"min_coverage_threshold": 101}}),
            "analysis_options.min_coverage_threshold: must be between 0 and 100",
        ),
        (
            Kind::CoverageAnalysis,
            json!({"project_id": "a", "analysis_options": {"include_branch_coverage": "yes"}}),
            "analysis_options.include_branch_coverage: must be true or false",
        ),
    ] {
        let error = error(&kind, payload);
        assert!(error.contains(says), "{error:?} says no {says:?}");
    }
}

#[test]
fn a_task_carries_its_artifacts_folder_and_survives_being_written_down() {
    let shop = Shop::new();
    let payload = json!({"project_id": "shop", "analysis_options": {"min_coverage_threshold": 90.0}});
    let work = shop.work(&Kind::CoverageAnalysis, payload).unwrap();

    let Work::Documents(documents) = &work else { panic!("other work") };
    assert_eq!(documents.project.folder, shop.artifact(""));
    assert_eq!(work.lane(), Lane::of_kind(&Kind::CoverageAnalysis));
    let again: Work = serde_json::from_str(&serde_json::to_string(&work).unwrap()).unwrap();
    assert_eq!(again, work);
}

#[test]
fn file_processing_is_what_a_users_handler_does() {
    let kind: Kind = Kind::FILE_PROCESSING.parse().unwrap();
    assert!(matches!(kind, Kind::Custom(_)));
    let work = TestRequest::work_of_kind(kind, Map::new(), &Shop::new().context(), 3).unwrap();
    assert_eq!(work.lane().as_str(), "file_processing");
}
