//! Which words leave open what is meant? Each with the question that somebody has to answer.

use crate::requirements::plain;

const WORDS: &[(&str, &[&str])] = &[
    (
        "how fast is it: which time, under which load, measured where?",
        &[
            "fast",
            "faster",
            "quick",
            "quickly",
            "performant",
            "high performance",
            "responsive",
            "real time",
            "efficient",
            "efficiently",
        ],
    ),
    (
        "who has to manage what with it, and how is that found out?",
        &["user friendly", "easy", "easily", "easy to use", "intuitive", "simple", "usable", "convenient"],
    ),
    ("for how many users or how much data?", &["scalable", "scale", "large", "huge", "high volume"]),
    ("how often may it fail, and what happens then?", &["robust", "reliable", "stable", "resilient"]),
    ("against whom, and by which rules?", &["secure", "securely", "safe"]),
    (
        "by which measure, and who says so?",
        &[
            "appropriate",
            "adequate",
            "sufficient",
            "suitable",
            "reasonable",
            "good",
            "better",
            "best",
            "optimal",
            "acceptable",
            "state of the art",
            "modern",
            "clean",
            "nice",
            "seamless",
            "flexible",
            "comprehensive",
            "proper",
            "properly",
        ],
    ),
    (
        "in which case, and who decides?",
        &[
            "if necessary",
            "if possible",
            "if needed",
            "as needed",
            "as appropriate",
            "when required",
            "where applicable",
            "optionally",
            "possibly",
            "maybe",
            "probably",
            "usually",
            "normally",
            "typically",
            "sometimes",
        ],
    ),
    (
        "which ones? List them.",
        &["etc", "and so on", "and more", "various", "several", "some", "many", "things", "stuff"],
    ),
    (
        "it has to be decided: by whom, and until when?",
        &["tbd", "tba", "to be decided", "to be defined", "todo", "somehow"],
    ),
    ("until when?", &["soon", "later", "asap", "eventually", "timely"]),
    ("which of both is meant?", &["and or"]),
    (
        "from what to what, by which figure?",
        &["improve", "improved", "optimize", "optimise", "enhance", "minimize", "maximize"],
    ),
];

/// Names in which such a word is no judgement.
const NAMES: &[&str] = &["todo app", "todo list", "todo application", "best effort", "large language model"];

/// The vague words of a text, each once, with what is to be asked.
pub(super) fn vague_words(text: &str) -> Vec<(&'static str, &'static str)> {
    let mut words = format!(" {} ", plain(text));
    for name in NAMES {
        words = words.replace(&format!(" {name} "), " | ");
    }
    let found = |word: &&str| words.contains(&format!(" {word} "));
    let mut all = Vec::new();
    for (question, group) in WORDS {
        let hits: Vec<&'static str> = group.iter().copied().filter(found).collect();
        // `easy` says nothing that `easy to use` does not.
        let longest = |word: &&&str| !hits.iter().any(|other| other != *word && other.contains(**word));
        all.extend(hits.iter().filter(longest).map(|word| (*word, *question)));
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vague_words_are_found_as_whole_words() {
        let words = |text| vague_words(text).into_iter().map(|(word, _)| word).collect::<Vec<_>>();
        assert_eq!(words("A fast, user-friendly UI, etc."), ["fast", "user friendly", "etc"]);
        assert_eq!(words("Breakfast is served; easily"), ["easily"]);
        assert_eq!(words("Easy to use and/or safe"), ["easy to use", "safe", "and or"]);
        assert!(words("A todo app stores tasks within 200 ms").is_empty());
    }
}
