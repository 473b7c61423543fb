//! Which test cases does a requirement call for? One for each of its conditions; on request those that it must refuse, and
//! those at its bounds. Nothing is said that the requirement does not say.

use serde::{Deserialize, Serialize};

use super::requirement::Requirement;

/// One test case, in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestCase {
    /// The requirement that it is for.
    pub requirement_id: String,
    /// What it shows, in one line.
    pub title: String,
    /// In which way.
    #[serde(default)]
    pub form: CaseForm,
    /// What must be so before.
    #[serde(default)]
    pub preconditions: Vec<String>,
    /// What is done.
    #[serde(default)]
    pub steps: Vec<String>,
    /// What must be so afterwards.
    #[serde(default)]
    pub expected: Vec<String>,
    /// Where that stands in the document, from 1; 0 where no line says it.
    #[serde(default)]
    pub line: u32,
}

/// In which way a test case looks at its requirement.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CaseForm {
    /// What it asks for happens.
    #[default]
    Positive,
    /// What it does not allow is refused.
    Negative,
    /// A number that it names is reached, and missed by one.
    Boundary,
}

impl CaseForm {
    /// The name in JSON and in names of tests.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Positive => "positive",
            Self::Negative => "negative",
            Self::Boundary => "boundary",
        }
    }
}

/// The test cases of one requirement.
#[must_use]
pub fn derive_cases(requirement: &Requirement, include_negative: bool) -> Vec<TestCase> {
    let stated = (requirement.description.as_str(), requirement.line);
    let criteria =
        requirement.acceptance_criteria.iter().map(|criterion| (criterion.text.as_str(), criterion.line));
    let mut texts: Vec<(&str, u32)> = criteria.collect();
    if texts.is_empty() {
        texts.push(stated);
    }
    let mut cases: Vec<TestCase> =
        texts.iter().map(|(text, line)| positive(requirement, text, *line)).collect();
    if include_negative {
        cases.push(negative(requirement));
        let bounds =
            std::iter::once(stated).chain(texts).filter_map(|(text, line)| Some((bound(text)?, line)));
        let mut seen = Vec::new();
        for (bound, line) in bounds {
            if !seen.contains(&bound) {
                cases.push(boundary(requirement, &bound, line));
                seen.push(bound);
            }
        }
    }
    cases
}

fn case(requirement: &Requirement, form: CaseForm, title: String, line: u32) -> TestCase {
    let requirement_id = requirement.id.clone();
    TestCase { requirement_id, title, form, preconditions: vec![], steps: vec![], expected: vec![], line }
}

fn positive(requirement: &Requirement, text: &str, line: u32) -> TestCase {
    let parts = Scenario::of(text);
    let title = parts.as_ref().and_then(|parts| parts.title.clone()).unwrap_or_else(|| text.to_owned());
    let plain = case(requirement, CaseForm::Positive, title, line);
    match parts {
        Some(parts) => {
            TestCase { preconditions: parts.given, steps: parts.when, expected: parts.then, ..plain }
        }
        None => TestCase { expected: vec![text.to_owned()], ..plain },
    }
}

fn negative(requirement: &Requirement) -> TestCase {
    let title = format!("what this does not allow is refused: {}", requirement.description);
    case(requirement, CaseForm::Negative, title, requirement.line)
}

fn boundary(requirement: &Requirement, bound: &str, line: u32) -> TestCase {
    let title = format!("at the bound of {bound}, and one step to either side of it");
    case(requirement, CaseForm::Boundary, title, line)
}

/// The first number of a text that bounds something, with the words that make it a bound.
fn bound(text: &str) -> Option<String> {
    const BEFORE: &[&str] = &[
        "at least",
        "at most",
        "up to",
        "no more than",
        "no less than",
        "more than",
        "less than",
        "fewer than",
        "within",
        "under",
        "below",
        "above",
        "over",
        "minimum of",
        "maximum of",
        "exactly",
        "after",
    ];
    let lower = text.to_lowercase();
    // Only where lower case has the same bytes can one be cut by places in the other.
    let text = if lower.len() == text.len() { text } else { lower.as_str() };
    let place = BEFORE.iter().filter_map(|words| {
        let start = lower.find(&format!("{words} "))?;
        let rest = text.get(start + words.len() + 1..)?;
        rest.starts_with(|letter: char| letter.is_ascii_digit()).then_some((start, words.len(), rest))
    });
    let (start, length, rest) = place.min_by_key(|(start, ..)| *start)?;
    let mut words = rest.split_whitespace().map(|word| word.trim_end_matches([',', '.', ';', ')']));
    let (number, unit) = (words.next()?, words.next().unwrap_or_default());
    let bounding = text.get(start..start + length)?.to_lowercase();
    Some(format!("{bounding} {number} {unit}").trim_end().to_owned())
}

/// The parts of a text by given, when and then.
struct Scenario {
    title: Option<String>,
    given: Vec<String>,
    when: Vec<String>,
    then: Vec<String>,
}

impl Scenario {
    fn of(text: &str) -> Option<Self> {
        let mut scenario = Self { title: None, given: vec![], when: vec![], then: vec![] };
        let mut part = Vec::new();
        let mut name = String::new();
        for word in text.split_whitespace() {
            let bare = word.trim_end_matches([':', ',']).to_lowercase();
            let begins = matches!(bare.as_str(), "given" | "when" | "then" | "scenario");
            // In a sentence `when` is an ordinary word: only after `given`, or at the beginning, it parts.
            if begins && (name.is_empty() == part.is_empty()) {
                scenario.keep(&name, &part);
                (name, part) = (bare, Vec::new());
            } else {
                part.push(word);
            }
        }
        scenario.keep(&name, &part);
        let has_cause = !scenario.given.is_empty() || !scenario.when.is_empty();
        let is_whole = has_cause && !scenario.then.is_empty();
        is_whole.then_some(scenario)
    }

    fn keep(&mut self, name: &str, words: &[&str]) {
        if words.is_empty() {
            return;
        }
        let text = words.join(" ").trim_end_matches([',', ';']).to_owned();
        match name {
            "given" => self.given.push(text),
            "when" => self.when.push(text),
            "then" => self.then.push(text),
            "scenario" => self.title = Some(text),
            _ => {}
        }
    }
}
