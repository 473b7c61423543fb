//! A key is never shown: not by `Debug`, not in JSON, not in a listing, not in an error.

use secrecy::ExposeSecret;

use super::*;

const KEY: &str = "sk-or-v1-Geheim";

#[test]
fn the_key_is_kept_without_the_blanks_around_it() {
    let settings = Place::new().variable("OPENROUTER_API_KEY", format!(" {KEY}\n")).settings();
    assert_eq!(settings.api_key.unwrap().expose_secret(), KEY);
}

#[test]
fn nothing_that_prints_shows_the_key() {
    let place = Place::new().variable("OPENROUTER_API_KEY", KEY).argument("api_key", KEY);
    let (settings, sources) = place.load().unwrap();
    let printed = [
        format!("{settings:?}"),
        serde_json::to_string(&settings).unwrap(),
        format!("{sources:?}"),
        serde_json::to_string(&sources).unwrap(),
        format!("{:?}", place.inputs),
        format!("{:?}", settings.context()),
    ];
    for text in printed {
        assert!(!text.contains(KEY), "{text}");
    }
    assert_eq!(sources.get("api_key").unwrap().shown(), "**********");
}

#[test]
fn an_error_about_a_key_does_not_show_it() {
    let error = Place::new().argument("api_key", format!("{KEY}\0x")).error();
    assert_eq!(error, "api_key must be text without a NUL character, not ********** (set by argument)");
    let error = Place::new().argument("api_key", vec![KEY]).error();
    assert_eq!(error, "api_key must be text, not ********** (set by argument)");
    let error = Place::new().argument("api_key", format!("{KEY}\r\nX-Header: 1")).error();
    assert!(error.starts_with("api_key must be text without control characters, not **********"), "{error}");
}

#[test]
fn a_password_in_an_address_is_not_shown() {
    let place = Place::new().argument("base_url", "https://me:pass@host/v1");
    assert_eq!(place.sources().get("base_url").unwrap().shown(), "https://**********@host/v1");
    assert_eq!(place.settings().base_url, "https://me:pass@host/v1");
    let place = Place::new().argument("store", "postgres://me:pa@ss@host/db");
    assert_eq!(place.sources().get("store").unwrap().shown(), "postgres://**********@host/db");
    assert!(!format!("{:?}", place.settings()).contains("pa@ss"));
    let place = Place::new().argument("store", "postgres://host/db?user=me&password=pass&sslmode=require");
    let shown = "postgres://host/db?user=me&password=**********&sslmode=require";
    assert_eq!(place.sources().get("store").unwrap().shown(), shown);
    assert!(!format!("{:?}", place.settings()).contains("=pass"));
}
