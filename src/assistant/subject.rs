//! Which tool does a request want, and on which text? `Plan authentication system`, `Parse requirements for a todo app`,
//! `Validate this plan: …`.

use super::instruction::{begins_with, has_words};
use crate::planning::Asked;
use crate::task::PlanningTool;

const VALIDATING: &[&str] =
    &["validate", "check", "review", "verify", "evaluate", "critique", "assess", "audit"];
const PARSING: &[&str] = &[
    "parse",
    "extract",
    "list",
    "read",
    "structure",
    "analyze",
    "analyse",
    "identify",
    "collect",
    "gather",
    "find",
];
const PLANNING: &[&str] = &[
    "generate", "create", "make", "write", "draft", "prepare", "produce", "develop", "build", "plan",
    "give me", "design", "outline",
];
/// What stands before the subject of a plan.
const MARKS: &[&str] =
    &["generation for ", "plan for ", "plan of ", "roadmap for ", "plan to ", "plan: ", "plan:\n"];
/// What plans are called.
const PLANS: &[&str] = &["plan", "plans", "roadmap", "roadmaps"];
/// What requirements are called.
const REQUIREMENTS: &[&str] = &["requirements", "requirement", "user stories"];
const ARTICLES: &[&str] = &["a", "an", "the", "this", "these", "my", "our", "following", "me"];

/// The tool that a request wants, and its text: all that it says where it names no other; empty where it names nothing at all.
pub(super) fn tool_and_text(what: &str) -> (PlanningTool, String) {
    let tool = tool_of(what);
    let text = match tool {
        PlanningTool::ValidatePlan => material(what, PLANS),
        PlanningTool::ParseRequirements => material(what, REQUIREMENTS),
        PlanningTool::GenerateImplementationPlan => plan_of(what),
    };
    (tool, text)
}

/// The tool that a request wants: a plan, where it names nothing else.
pub(super) fn tool_of(what: &str) -> PlanningTool {
    let line = head(what);
    let verb = |verbs: &[&str]| verbs.iter().any(|verb| begins_with(what, verb));
    let names_plan = has_words(line, PLANS);
    let is_question = begins_with(what, "is") || begins_with(what, "are");
    if (verb(VALIDATING) || is_question || begins_with(what, "plan validation")) && names_plan {
        return PlanningTool::ValidatePlan;
    }
    let names_requirements = has_words(line, REQUIREMENTS);
    let asks_for_them =
        verb(PARSING) || begins_with(what, "what") || begins_with(what, "requirements parsing");
    if names_requirements && asks_for_them || begins_with(what, "requirements") && !names_plan {
        return PlanningTool::ParseRequirements;
    }
    PlanningTool::GenerateImplementationPlan
}

/// The first line, up to a colon that the material follows.
fn head(what: &str) -> &str {
    let line = what.lines().next().unwrap_or_default();
    line.split(": ").next().unwrap_or(line)
}

/// What follows the name of a thing: behind a colon, a new line, or `for`.
fn material(what: &str, names: &[&str]) -> String {
    let line = what.lines().next().unwrap_or_default();
    if let Some(below) =
        what.strip_prefix(line).filter(|below| !below.trim().is_empty() && line.trim_end().ends_with(':'))
    {
        return below.trim().to_owned();
    }
    let question =
        (begins_with(what, "is") || begins_with(what, "are")).then(|| what.split_once("? ")).flatten();
    if let Some((_, after)) = question {
        return after.trim().to_owned();
    }
    let lower = line.to_ascii_lowercase();
    let found = names.iter().filter_map(|name| whole(&lower, name));
    let after_name = found.min().map_or(0, |(_, end)| end);
    let rest = what[after_name..].trim_start_matches([' ', ':', ',', '\n']);
    for word in ["parsing for", "validation for", "for", "of", "from", "in", "out of"] {
        if begins_with(rest, word) {
            if let Some(text) = rest[word.len()..].strip_prefix(':') {
                return text.trim().to_owned();
            }
            let text = without_articles(rest[word.len()..].trim_start_matches([' ', ':', '\n']));
            let label = ["text:", "document:", "following:"].iter().find(|label| begins_with(text, label));
            return label.map_or(text, |label| &text[label.len()..]).trim().trim_end_matches('?').to_owned();
        }
    }
    rest.trim().to_owned()
}

/// What is to be planned: the subject alone where nothing else is said of the plan, else all that is said.
fn plan_of(what: &str) -> String {
    let mut rest = what.trim();
    let verb = PLANNING.iter().filter(|verb| begins_with(rest, verb)).max_by_key(|verb| verb.len());
    if let Some(verb) = verb {
        let after = rest[verb.len()..].trim_start_matches([' ', ':', '\n']);
        if !after.is_empty() {
            rest = after;
        }
    }
    let rest = without_articles(rest);
    let asked = Asked::after(rest, MARKS).filter(Asked::says_no_more);
    asked.map_or(rest, |asked| without_articles(asked.subject.trim_start())).trim_end().to_owned()
}

/// Where a name stands for the first time as a word of its own.
fn whole(lower: &str, name: &str) -> Option<(usize, usize)> {
    let is_letter = |letter: char| letter.is_alphanumeric();
    let is_apart = |(at, end): &(usize, usize)| {
        !lower[..*at].ends_with(is_letter) && !lower[*end..].starts_with(is_letter)
    };
    lower.match_indices(name).map(|(at, _)| (at, at + name.len())).find(is_apart)
}

/// Without articles at the beginning.
fn without_articles(mut text: &str) -> &str {
    while let Some(article) = ARTICLES.iter().find(|article| begins_with(text, article)) {
        let rest = text[article.len()..].trim_start();
        // An article alone is a name: `A`, `A and B`.
        let is_name = rest.is_empty() || begins_with(rest, "and") || begins_with(rest, "or");
        if is_name || !text[article.len()..].starts_with(char::is_whitespace) {
            break;
        }
        text = rest;
    }
    text
}
