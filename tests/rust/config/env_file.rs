//! The `.env` file: where it is looked for, how it is read, what it never does.

use super::*;

#[test]
fn quotes_comments_and_export_are_understood() {
    let place = Place::new().file(
        ".env",
        "# ours\nexport OPENHANDS_WORKERS=5\nOPENHANDS_MAX_RETRIES='2' # two\nOPENHANDS_BASE_URL=\"http://h/é\"\n",
    );
    let settings = place.settings();
    assert_eq!((settings.workers, settings.max_retries), (5, 2));
    assert_eq!(settings.base_url, "http://h/é");
}

#[test]
fn the_last_of_two_lines_counts_and_a_byte_order_mark_does_not() {
    let place = Place::new().file(".env", "\u{feff}OPENHANDS_WORKERS=5\r\nOPENHANDS_WORKERS=6\r\n");
    assert_eq!(place.settings().workers, 6);
}

#[test]
fn another_file_can_be_named() {
    let place = Place::new()
        .file(".env", "OPENHANDS_WORKERS=5\n")
        .file("conf/team.env", "OPENHANDS_WORKERS=8\n")
        .variable("OPENHANDS_ENV_FILE", "conf/team.env");
    assert_eq!(place.settings().workers, 8);
}

#[test]
fn an_empty_name_means_no_file() {
    let place = Place::new().file(".env", "OPENHANDS_WORKERS=5\n").variable("OPENHANDS_ENV_FILE", "");
    assert_eq!(place.settings().workers, 3);
}

#[test]
fn only_the_working_directory_is_looked_at() {
    let mut place = Place::new().file(".env", "OPENHANDS_WORKERS=5\n").folder("sub");
    place.inputs.working_directory = place.root().join("sub");
    assert_eq!(place.settings().workers, 3);
}

#[test]
fn the_environment_of_the_process_stays_as_it_was() {
    let variable = "OPENHANDS_TESTGEN_NEVER_SET";
    let _ = Place::new().file(".env", format!("{variable}=1\nOPENHANDS_WORKERS=5\n")).settings();
    assert!(std::env::var_os(variable).is_none());
}

#[test]
fn a_folder_of_that_name_is_passed_over() {
    assert_eq!(Place::new().folder(".env").settings().workers, 3);
}

#[test]
fn a_named_file_that_is_missing_or_a_folder_is_an_error() {
    let missing = Place::new().variable("OPENHANDS_ENV_FILE", "missing.env").error();
    assert!(missing.starts_with("cannot read .env (ROOT/missing.env): No such file"), "{missing}");
    let folder = Place::new().folder("conf").variable("OPENHANDS_ENV_FILE", "conf").error();
    assert!(folder.starts_with("cannot read .env (ROOT/conf): Is a directory"), "{folder}");
}

#[test]
fn a_file_that_is_not_utf_8_is_an_error_with_a_way_out() {
    assert_eq!(
        Place::new().file(".env", b"OPENHANDS_WORKERS=\xff\n").error(),
        "cannot read .env (ROOT/.env): it is not UTF-8; mend it, or set OPENHANDS_ENV_FILE to another file, \
         or to nothing to read none"
    );
}

#[test]
fn a_broken_line_about_a_setting_is_an_error_that_names_the_line_and_not_its_value() {
    let error = Place::new().file(".env", "A=1\nOPENROUTER_API_KEY=sk-1234 5678\n").error();
    assert!(error.starts_with("cannot read .env (ROOT/.env): line 2 has no NAME=value"), "{error}");
    assert!(!error.contains("sk-1234") && !error.contains("5678"), "{error}");
}

#[test]
fn a_quote_that_swallows_a_setting_is_an_error() {
    let error = Place::new().file(".env", "A=\"1\nOPENHANDS_WORKERS=5\n").error();
    assert!(error.starts_with("cannot read .env (ROOT/.env): line 1 has no NAME=value"), "{error}");
}

#[test]
fn a_broken_line_about_something_else_is_no_business_of_ours() {
    let place = Place::new().file(".env", "this is not a variable\nOPENHANDS_WORKERS=5\n");
    assert_eq!(place.settings().workers, 5);
}
