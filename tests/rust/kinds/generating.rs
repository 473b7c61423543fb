//! Requirements into a matrix, and into test cases.

use super::*;

const REQUIREMENTS: &str = "# Shop\n\nPlain words.\n\n- REQ-001: User shall be able to login (Priority: High)\n  - with a password of at \
    least 8 characters\n  - Given a user, when they say \"\"\"hi\\\"\"\", then nothing breaks\n- REQ-002: Ümläute | und \\ mehr\n";

#[tokio::test]
async fn a_matrix_is_written_in_markdown_and_json() {
    let shop = Shop::new();
    shop.put_artifact("requirement.md", REQUIREMENTS);

    let result = shop.done(&Kind::GenerateRtm, json!({"project_id": "shop"})).await;

    assert_eq!(result["success"], true);
    assert_eq!(result["project_id"], "shop");
    assert_eq!(result["generated_file"], "requirements_traceability_matrix.md");
    assert_eq!(result["requirements_content_length"], REQUIREMENTS.chars().count());
    assert_eq!(result["total_requirements"], 2);
    assert_eq!((&result["generated_by"], &result["model"]), (&json!("embedded"), &Value::Null));
    assert_eq!(result["unread"][0]["line"], 3);
    let text = std::fs::read_to_string(shop.artifact("requirements_traceability_matrix.md")).unwrap();
    let matrix = _core::requirements::read(&text);
    assert_eq!(matrix.requirements[1].description, "Ümläute | und \\ mehr");
    let json = std::fs::read_to_string(shop.artifact("requirements_traceability_matrix.json")).unwrap();
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["requirements"][0]["priority"], "high");
    let left: Vec<_> =
        std::fs::read_dir(shop.artifact("")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left.len(), 3, "no temporary file stays: {left:?}");
}

#[tokio::test]
async fn test_cases_that_a_person_linked_stay_in_the_matrix() {
    let shop = Shop::new();
    let first = "| ID | Description | Test Cases |\n|--|--|--|\n| REQ-1 | a | TC-9 |\n";
    shop.put_artifact("requirements_traceability_matrix.md", first);

    shop.done(
        &Kind::GenerateRtm,
        json!({"project_id": "shop", "requirements_content": "REQ-1: b\nREQ-2: c"}),
    )
    .await;

    let text = std::fs::read_to_string(shop.artifact("requirements_traceability_matrix.md")).unwrap();
    let matrix = _core::requirements::read(&text).requirements;
    assert_eq!((matrix[0].description.as_str(), &matrix[0].test_cases[..]), ("b", &["TC-9".to_owned()][..]));
}

#[tokio::test]
async fn test_cases_are_drafts_that_parse_and_collect() {
    let shop = Shop::new();
    let payload = json!({
        "project_id": "shop",
        "rtm_content": REQUIREMENTS,
        "generation_options": {"include_negative_tests": true, "test_framework": "pytest"},
    });

    let result = shop.done(&Kind::GenerateTestCases, payload).await;

    assert_eq!(
        result["generated_files"],
        json!(["test_cases/test_req_001.py", "test_cases/test_req_002.py"])
    );
    assert_eq!((&result["total_count"], &result["to_be_written"]), (&json!(6), &json!(6)));
    assert_eq!(result["rtm_content_length"], REQUIREMENTS.chars().count());
    let source = std::fs::read_to_string(shop.artifact("test_cases/test_req_001.py")).unwrap();
    assert!(source.contains("def test_req_001__1_with_a_password_of_at_least() -> None:"), "{source}");
    assert!(source.contains("REQUIREMENT = \"REQ-001\""));
    assert_eq!(source.matches("@pytest.mark.skip(reason=\"to be written by a person").count(), 4, "{source}");
    assert!(!source.contains("assert "), "{source}");
}

#[tokio::test]
async fn a_file_that_a_person_has_edited_stays() {
    let shop = Shop::new();
    let payload = json!({"project_id": "shop", "rtm_content": "REQ-1: a\nREQ-2: b"});
    shop.done(&Kind::GenerateTestCases, payload.clone()).await;
    let edited = "def test_req_1():\n    assert 1 + 1 == 2\n";
    shop.put_artifact("test_cases/test_req_1.py", edited);

    let result = shop.done(&Kind::GenerateTestCases, payload).await;

    assert_eq!(result["kept_files"], json!(["test_cases/test_req_1.py"]));
    assert_eq!(result["generated_files"], json!(["test_cases/test_req_2.py"]));
    assert_eq!(std::fs::read_to_string(shop.artifact("test_cases/test_req_1.py")).unwrap(), edited);
}

#[tokio::test]
async fn ids_in_any_alphabet_have_files_of_their_own() {
    let shop = Shop::new();
    let table = "| ID | Description |\n|--|--|\n| Ж-1 | a |\n| Ю-1 | b |\n| Ы | c |\n| class | d |\n";

    let result =
        shop.done(&Kind::GenerateTestCases, json!({"project_id": "shop", "rtm_content": table})).await;

    assert_eq!(result["total_count"], 4);
    let files =
        ["test_1", "test_1__2", "test_requirement", "test_class"].map(|name| format!("test_cases/{name}.py"));
    assert_eq!(result["generated_files"], json!(files));
}

#[tokio::test]
async fn no_two_ids_share_a_file_or_a_name_of_a_test() {
    let shop = Shop::new();
    let text = "REQ-1: Pay\n\n- first is accepted\n- second is accepted\n\nREQ-1.2: Refund\n\nREQ_1: odd\n\nREQ-1-2: more\n";

    let result =
        shop.done(&Kind::GenerateTestCases, json!({"project_id": "shop", "rtm_content": text})).await;

    let tests: Vec<&str> =
        result["test_cases"].as_array().unwrap().iter().map(|case| case["test"].as_str().unwrap()).collect();
    assert_eq!(
        tests,
        [
            "test_cases/test_req_1.py::test_req_1__1_first_is_accepted",
            "test_cases/test_req_1.py::test_req_1__2_second_is_accepted",
            "test_cases/test_req_1_2.py::test_req_1_2__1_refund",
            "test_cases/test_req_1__2.py::test_req_1__2__1_odd",
            "test_cases/test_req_1_2__2.py::test_req_1_2__2__1_more",
        ]
    );
}

#[tokio::test]
async fn what_is_missing_or_says_nothing_is_named() {
    let shop = Shop::new();

    let (kind, message) = shop.fails(&Kind::GenerateRtm, json!({"project_id": "shop"})).await;
    assert_eq!(kind, ErrorKind::Config);
    assert!(
        message.contains("requirement.md is missing in") && message.contains("projects/shop/artifacts"),
        "{message}"
    );

    let (_, message) = shop.fails(&Kind::GenerateTestCases, json!({"project_id": "shop"})).await;
    assert!(message.contains("requirements_traceability_matrix.md is missing in"), "{message}");

    let prose = json!({"project_id": "shop", "requirements_content": "Nothing here.\n"});
    let (_, message) = shop.fails(&Kind::GenerateRtm, prose).await;
    assert!(message.contains("no requirement was found") && message.contains("line 1: prose"), "{message}");
}
