//! What is it that a plan is asked for? `Create a detailed 3-phase plan for a shop` asks for one of a shop; `users plan for
//! holidays` asks for none.

use crate::requirements::plain;

/// Words by which a plan is asked for, before what it is of.
const ASKING: &[&str] = &[
    "please",
    "can",
    "could",
    "would",
    "you",
    "i",
    "we",
    "want",
    "need",
    "us",
    "me",
    "to",
    "let",
    "lets",
    "give",
    "generate",
    "create",
    "make",
    "write",
    "draft",
    "prepare",
    "produce",
    "develop",
    "build",
    "design",
    "outline",
    "submit",
    "a",
    "an",
    "the",
    "my",
    "our",
    "this",
    "new",
    "good",
    "full",
    "complete",
    "comprehensive",
    "detailed",
    "thorough",
    "extensive",
    "exhaustive",
    "elaborate",
    "in",
    "depth",
    "end",
    "phase",
    "phases",
    "phased",
    "stage",
    "stages",
    "step",
    "steps",
    "and",
    "with",
    "plan",
    "roadmap",
    "generation",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
];
/// Words that say of a plan no more than that it is one.
const OF_PLANS: &[&str] = &[
    "implementation",
    "project",
    "development",
    "delivery",
    "technical",
    "work",
    "high level",
    "short",
    "simple",
    "quick",
    "brief",
];

/// What is asked for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Asked<'a> {
    /// The words before the name of the plan, in small letters.
    said: String,
    /// What the plan is to be of.
    pub(crate) subject: &'a str,
}

impl<'a> Asked<'a> {
    /// What follows the first of these marks, such as `plan for `, where all words before it ask; `None` for any other text.
    pub(crate) fn after(text: &'a str, marks: &[&str]) -> Option<Self> {
        let lower = text.to_ascii_lowercase();
        let (at, end) = marks.iter().filter_map(|mark| whole(&lower, mark)).min()?;
        let said = plain(&text[..at]);
        asks(&said).then(|| Self { said, subject: &text[end..] })
    }

    /// Whether nothing is said of the plan that whoever makes it should know.
    pub(crate) fn says_no_more(&self) -> bool {
        let said = self.said.strip_suffix("plan").unwrap_or(&self.said).trim();
        said.is_empty() || OF_PLANS.contains(&said)
    }
}

/// Whether a text asks for a plan and does not say of what.
pub(crate) fn asks_only(text: &str) -> bool {
    let said = plain(text);
    let tails = [" with detailed risk analysis", " with risk analysis", " with risks"];
    let said = tails.iter().find_map(|tail| said.strip_suffix(tail)).unwrap_or(&said);
    let names_plan = said.split(' ').next_back().is_some_and(|word| matches!(word, "plan" | "roadmap"));
    names_plan && asks(said)
}

/// Where a mark stands for the first time as words of their own.
fn whole(lower: &str, mark: &str) -> Option<(usize, usize)> {
    let is_apart = |at: &usize| !lower[..*at].ends_with(|letter: char| letter.is_alphanumeric());
    let at = lower.match_indices(mark).map(|(at, _)| at).find(is_apart)?;
    Some((at, at + mark.len()))
}

/// Whether these words do nothing but ask for a plan.
fn asks(said: &str) -> bool {
    let is_of_plans = |word: &str| OF_PLANS.iter().any(|words| words.split(' ').any(|one| one == word));
    said.split(' ').filter(|word| !word.is_empty()).all(|word| {
        ASKING.contains(&word) || is_of_plans(word) || word.bytes().all(|byte| byte.is_ascii_digit())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const MARKS: &[&str] = &["plan for ", "roadmap for "];

    #[test]
    fn a_subject_stands_behind_words_that_ask_and_no_others() {
        for (text, subject) in [
            ("Plan for holidays", "holidays"),
            ("please create a detailed 3-phase implementation plan for a shop", "a shop"),
            ("A high-level roadmap for 2027", "2027"),
        ] {
            assert_eq!(Asked::after(text, MARKS).map(|asked| asked.subject), Some(subject), "{text}");
        }
        for text in
            ["users plan for holidays", "an airplan for two", "Let admins export; we plan for more", ""]
        {
            assert_eq!(Asked::after(text, MARKS), None, "{text}");
        }
    }

    #[test]
    fn only_a_plan_of_which_nothing_is_said_says_no_more() {
        let says_no_more = |text| Asked::after(text, MARKS).unwrap().says_no_more();
        assert!(says_no_more("implementation plan for a blog"));
        assert!(!says_no_more("detailed plan for a blog"));
    }

    #[test]
    fn a_plan_of_nothing_is_only_asked_for() {
        for text in ["3-phase implementation plan", "Plan!", "a comprehensive plan with risk analysis"] {
            assert!(asks_only(text), "{text}");
        }
        for text in ["Users can upgrade their plan", "a pricing plan", "plan a shop", ""] {
            assert!(!asks_only(text), "{text}");
        }
    }
}
