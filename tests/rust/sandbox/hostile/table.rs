//! Does `docs/sandbox.md` say what the hostile files say?

use std::fmt::Write as _;
use std::path::Path;

use _core::sandbox::Level;

use super::case::Case;

const DOCUMENT: &str = "docs/sandbox.md";
const BEGIN: &str = "<!-- what hostile code can do: begin -->\n";
const END: &str = "<!-- end -->";

#[test]
fn the_documentation_has_the_outcome_of_every_hostile_file() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(DOCUMENT);
    let text = std::fs::read_to_string(&path).unwrap();
    let (before, rest) = text.split_once(BEGIN).expect("the mark where the table begins");
    let (written, after) = rest.split_once(END).expect("the mark where the table ends");
    let table = table();
    if written != table && std::env::var_os("OTG_TEST_WRITE").is_some() {
        std::fs::write(&path, [before, BEGIN, &table, END, after].concat()).unwrap();
        return;
    }
    assert_eq!(written, table, "run this test with OTG_TEST_WRITE=1 to write the table anew");
}

fn table() -> String {
    let mut table = String::from("| a file that | bubblewrap | landlock | limits |\n|---|---|---|---|\n");
    for case in Case::all() {
        let title = case.title.trim_end_matches('.');
        let mut letters = title.chars();
        let title =
            letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect());
        let [one, two, three] = Level::ALL.map(|level| case.promise(level));
        // Writing to a String cannot fail.
        let _ = writeln!(table, "| {title} | {one} | {two} | {three} |");
    }
    table
}
