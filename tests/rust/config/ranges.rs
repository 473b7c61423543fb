//! Every range at its edges, and every way to write a boolean.

use _core::config::{Rule, SETTINGS};
use proptest::prelude::*;
use serde_json::json;

use super::*;

#[test]
fn numbers_hold_at_their_edges_and_not_beyond() {
    for setting in SETTINGS {
        let (inside, outside) = match setting.rule {
            Rule::Whole { min, max } => {
                let below = i64::try_from(min).unwrap() - 1;
                ([json!(min), json!(max)], [json!(below), json!(max + 1)])
            }
            Rule::Number { min, max } => ([json!(min), json!(max)], [json!(min - 0.01), json!(max + 0.01)]),
            _ => continue,
        };
        for value in inside {
            assert!(accepts(setting.name, &value), "{} refused {value}", setting.name);
            assert!(accepts_text(setting.variable, &value), "{} refused {value}", setting.variable);
        }
        for value in outside {
            assert!(!accepts(setting.name, &value), "{} took {value}", setting.name);
            assert!(!accepts_text(setting.variable, &value), "{} took {value}", setting.variable);
        }
    }
}

#[test]
fn every_default_obeys_its_own_rule() {
    for setting in SETTINGS {
        if let Some(default) = setting.default {
            assert!(accepts_text(setting.variable, &json!(default)), "{} = {default}", setting.variable);
        }
    }
}

#[test]
fn a_number_is_not_a_boolean_a_text_or_a_fraction() {
    for value in [json!(true), json!("3"), json!(3.5), json!([3]), json!({"a": 3})] {
        assert!(!accepts("max_retries", &value), "{value}");
    }
    for value in [json!(true), json!("60"), json!([60])] {
        assert!(!accepts("default_timeout_seconds", &value), "{value}");
    }
}

#[test]
fn what_is_not_a_finite_number_is_refused() {
    for text in ["nan", "inf", "-inf", "ten", "1_000", "60s", "٦٠"] {
        assert!(!accepts_text("OPENHANDS_TIMEOUT", &json!(text)), "{text}");
    }
}

#[test]
fn booleans_are_written_in_eight_ways_in_any_case() {
    for (text, expected) in [
        ("true", true),
        ("1", true),
        ("YES", true),
        ("On", true),
        ("false", false),
        ("0", false),
        ("no", false),
        (" OFF ", false),
    ] {
        let settings = Place::new().variable("OPENHANDS_REQUIRE_SANDBOX", text).settings();
        assert_eq!(settings.require_sandbox, expected, "{text}");
    }
}

#[test]
fn names_of_variables_and_settings_are_unique() {
    for (index, setting) in SETTINGS.iter().enumerate() {
        for other in &SETTINGS[index + 1..] {
            assert_ne!(setting.name, other.name);
            assert_ne!(setting.variable, other.variable);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn no_text_in_a_variable_or_a_file_makes_it_panic(index in 0..SETTINGS.len(), text in "\\PC{0,40}") {
        let variable = SETTINGS[index].variable;
        let _ = Place::new().variable(variable, text.clone()).load();
        let _ = Place::new().file(".env", format!("{variable}={text}\n{text}\n")).load();
        let _ = Place::new().pyproject(&text).load();
    }
}

fn accepts(name: &str, value: &Value) -> bool {
    Place::new().argument(name, value.clone()).load().is_ok()
}

fn accepts_text(variable: &str, value: &Value) -> bool {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    Place::new().variable(variable, text).load().is_ok()
}
