//! Planning by a model that throttles, fails, answers nonsense or a plan that breaks the schema, and by nobody.

use super::asking::{Answer, shop};
use super::*;

fn plan(task: &Value) -> Answer {
    Answer::Says(json!({
        "title": "A shop",
        "phases": [{"id": "Phase 1", "title": "Build", "tasks": [task]}],
        "risks": [{"description": "Nobody comes", "impact": "high", "mitigation": "Ask first"}],
    }))
}

fn good() -> Answer {
    plan(
        &json!({"id": "T1", "title": "Build a  cart", "estimate_days": 2.5, "done_when": ["it holds things"]}),
    )
}

fn wish() -> Value {
    json!({"requirement": "a shop"})
}

#[tokio::test]
async fn a_model_that_throttles_twice_and_then_answers_is_waited_for() {
    let throttles = Answer::Throttles("0");
    let (shop, model) = shop([throttles.clone(), throttles, good()], false).await;

    let result = shop.done(&Kind::PlanGeneration, wish()).await;

    assert_eq!((&result["generated_by"], &result["model"]), (&json!("model"), &json!("tiny")));
    assert_eq!(result["plan"]["phases"][0]["tasks"][0]["title"], "Build a cart");
    assert_eq!(result["note"], Value::Null);
    let text = result["text"].as_str().unwrap();
    assert!(text.contains("- T1: Build a cart (2.5 days)\n  - Done when: it holds things"), "{text}");
    assert_eq!(model.asked.lock().len(), 3);
}

#[tokio::test]
async fn a_model_that_throttles_for_ever_fails_the_task_after_three_tries_of_each() {
    let (shop, model) = shop(vec![Answer::Throttles("0"); 6], false).await;

    let (kind, message) = shop.fails(&Kind::PlanGeneration, wish()).await;

    assert_eq!(kind, ErrorKind::RateLimit);
    assert!(message.contains("answered 429"), "{message}");
    assert_eq!(model.asked.lock().len(), 6);
}

#[tokio::test]
async fn other_errors_fail_the_task_at_once() {
    let (shop, model) = shop([Answer::Status(500, "down")], false).await;

    let (kind, message) =
        shop.fails(&Kind::RequirementsParsing, json!({"requirements_text": "a shop"})).await;

    assert_eq!(kind, ErrorKind::Transient);
    assert!(message.contains("answered 500"), "{message}");
    assert_eq!(model.asked.lock().len(), 1);
}

#[tokio::test]
async fn garbage_is_asked_for_again_once_and_fails_then() {
    let (shop, model) = shop([Answer::Words("Sure!"), Answer::Words("Here you are.")], false).await;

    let (kind, message) = shop.fails(&Kind::PlanGeneration, wish()).await;

    assert_eq!(kind, ErrorKind::Protocol);
    assert!(message.contains("gave twice an answer that is not of the form"), "{message}");
    assert_eq!(model.asked.lock().len(), 2);
}

#[tokio::test]
async fn a_plan_that_breaks_the_schema_is_told_why_and_asked_for_again() {
    for (wrong, says) in [
        (Answer::Says(json!({"title": "A shop"})), "missing field `phases`"),
        (plan(&json!({"id": "T1"})), "missing field `title`"),
        (plan(&json!({"id": "T1", "title": "Build", "estimate_days": "two"})), "invalid type"),
        (plan(&json!({"id": "T1", "title": "Build", "estimate_days": -1})), "which is no time"),
        (plan(&json!({"id": "T1", "title": "Build", "depends_on": ["T1"]})), "tasks wait for each other"),
        (plan(&json!({"id": "T1", "title": "Build", "depends_on": ["T9"]})), "T1 depends on T9"),
        (Answer::Says(json!({"title": "A shop", "phases": []})), "the plan holds no tasks"),
        (
            Answer::Says(json!({
                "title": "A shop",
                "phases": [{"id": "Phase 1", "title": "Build", "tasks": [{"id": "T1", "title": "Build"}]}],
                "risks": [{"description": ""}],
            })),
            "a risk has no description",
        ),
    ] {
        let (shop, model) = shop([wrong, good()], false).await;

        shop.done(&Kind::PlanGeneration, wish()).await;

        let asked = model.asked.lock();
        let again = asked[1].0["messages"][3]["content"].as_str().unwrap();
        assert!(again.contains(says), "{says}: {again}");
    }
}

#[tokio::test]
async fn as_many_phases_are_asked_for_as_the_words_say() {
    let (shop, model) = shop([good(), good()], true).await;

    let result = shop
        .done(&Kind::PlanGeneration, json!({"requirement": "2-phase plan for a shop with cart and stock"}))
        .await;

    assert_eq!((&result["generated_by"], &result["fallback"]), (&json!("embedded"), &json!(true)));
    let again = model.asked.lock()[1].0["messages"][3]["content"].to_string();
    assert!(again.contains("2 phases are asked for, and it has 1"), "{again}");
}

#[tokio::test]
async fn steps_of_what_is_to_be_built_are_no_number_of_phases() {
    let (shop, model) = shop([good()], false).await;

    shop.done(&Kind::PlanGeneration, json!({"requirement": "a shop with two-step verification"})).await;

    assert_eq!(model.asked.lock().len(), 1);
}

#[tokio::test]
async fn a_plan_of_a_model_keeps_the_ids_of_the_text_and_meets_no_other() {
    let answer = |listed: &str, met: &str| {
        Answer::Says(json!({
            "title": "A shop",
            "requirements": [{"id": listed, "text": "Users pay"}],
            "phases": [{"id": "Phase 1", "title": "Build", "tasks": [
                {"id": "T1", "title": "Build it", "requirements": [listed, met]},
            ]}],
        }))
    };
    for (wrong, says) in [
        (answer("REQ-1", "REQ-1"), "REQ-7 of the text is left out"),
        (answer("REQ-7", "REQ-9"), "T1 meets REQ-9, which is no requirement of the plan"),
    ] {
        let (shop, model) = shop([wrong, answer("req-7", "REQ-7")], false).await;

        shop.done(&Kind::PlanGeneration, json!({"requirement": "- REQ-7: Users pay"})).await;

        let again = model.asked.lock()[1].0["messages"][3]["content"].to_string();
        assert!(again.contains(says), "{says}: {again}");
    }
}

#[tokio::test]
async fn a_plan_that_is_too_large_is_answered_with_a_word_of_it() {
    let task = |number: usize| format!("- T{number}: a (1 day, after T{}, T1)\n", number + 1);
    let text: String = (1..=6_000).map(task).collect();

    let result = Shop::new().done(&Kind::PlanValidation, json!({"plan_text": text})).await;

    assert_eq!((&result["valid"], &result["findings"][0]["code"]), (&json!(false), &json!("too_large")));
    assert!(result.to_string().len() < 2_000_000);
}

#[tokio::test]
async fn requirements_of_a_model_keep_the_ids_of_the_text() {
    let row = |id: &str| json!({"id": id, "description": "Users log in", "type": "functional"});
    let answer = |id: &str| {
        let ambiguity = json!({"requirement_id": id, "words": "users", "question": "which ones?"});
        Answer::Says(json!({"requirements": [row(id)], "ambiguities": [ambiguity]}))
    };
    let (shop, model) = shop([answer("R-9"), answer("REQ-7")], false).await;

    let result = shop.done(&Kind::RequirementsParsing, json!({"requirements_text": "- REQ-7: log in"})).await;

    assert_eq!(result["requirements"][0]["id"], "REQ-7");
    assert_eq!(result["ambiguities"][0]["question"], "which ones?");
    assert!(
        model.asked.lock()[1].0["messages"][3]["content"]
            .to_string()
            .contains("REQ-7 of the document is left out")
    );
}

#[tokio::test]
async fn what_the_schemas_do_not_allow_is_asked_for_again() {
    let row = json!({"id": "REQ-1", "description": "Users log in", "type": "functional"});
    let requirements = |question: &str| {
        Answer::Says(
            json!({"requirements": [row], "ambiguities": [{"words": "users", "question": question}]}),
        )
    };
    let findings = |code: &str| {
        Answer::Says(json!({"findings": [{"severity": "hint", "code": code, "message": "It is long"}]}))
    };
    for (kind, payload, wrong, right, says) in [
        (
            Kind::RequirementsParsing,
            json!({"requirements_text": "log in"}),
            requirements(" "),
            requirements("which ones?"),
            "has no question",
        ),
        (
            Kind::PlanValidation,
            json!({"plan_text": "- T1: Deploy"}),
            findings(""),
            findings("long"),
            "has no code",
        ),
    ] {
        let (shop, model) = shop([wrong, right], false).await;

        shop.done(&kind, payload).await;

        let again = model.asked.lock()[1].0["messages"][3]["content"].to_string();
        assert!(again.contains(says), "{says}: {again}");
    }
}

#[tokio::test]
async fn a_model_adds_to_what_the_words_of_a_plan_tell() {
    let seen = json!({"severity": "error", "code": "no_rollback", "place": {"item": "T1"}, "message": "There is no way back"});
    let known = json!({"severity": "warning", "code": "missing_estimate", "place": {"item": "T1"}, "message": "again"});
    let (shop, _) = shop([Answer::Says(json!({"findings": [seen, known]}))], false).await;

    let result = shop.done(&Kind::PlanValidation, json!({"plan_text": "- T1: Deploy"})).await;

    assert_eq!(result["valid"], false);
    let codes: Vec<&str> =
        result["findings"].as_array().unwrap().iter().filter_map(|one| one["code"].as_str()).collect();
    assert_eq!(codes, ["no_rollback", "missing_estimate", "no_risks", "no_end"]);
    assert!(result["text"].as_str().unwrap().contains("- error no_rollback: There is no way back"));
}

#[tokio::test]
async fn the_embedded_way_says_that_it_did_no_more() {
    for (kind, payload) in [
        (Kind::PlanGeneration, wish()),
        (Kind::RequirementsParsing, json!({"requirements_text": "a shop"})),
        (Kind::PlanValidation, json!({"plan_text": "- T1: Deploy (1 day)"})),
    ] {
        let result = Shop::new().done(&kind, payload).await;

        assert_eq!((&result["generated_by"], &result["model"]), (&json!("embedded"), &Value::Null), "{kind}");
        let text = result["text"].as_str().unwrap();
        assert!(text.contains("alone: no"), "{kind}: {text}");
    }
}

#[test]
fn impossible_texts_are_refused_by_the_name_of_their_field() {
    let long = "x".repeat(256 * 1024 + 1);
    for (kind, payload, says) in [
        (Kind::PlanGeneration, json!({}), "requirement: is empty"),
        (Kind::PlanGeneration, json!({"requirement": " \n"}), "requirement: is empty"),
        (Kind::PlanGeneration, json!({"requirement": 7}), "requirement: must be a text, not 7"),
        (Kind::PlanGeneration, json!({"requirement": "a\u{0}"}), "NUL"),
        (Kind::RequirementsParsing, json!({"requirements_text": long}), "at most 262144 are taken"),
        (Kind::PlanValidation, json!({"plan": "x"}), "has no field \"plan\""),
    ] {
        let error = Shop::new().work(&kind, payload).unwrap_err().to_string();
        assert!(error.contains(says), "{error}");
    }
}
