//! What is noted at the end of a line beside other words? `… (Risk: high, Owner: Bob)`: what is known is taken, the rest stays
//! in the text, and a value that is none is named.

use super::fields::{Field, is_nothing};
use super::level::plain;
use super::notes::{self, Notes, last_brackets};

/// A line, taken apart.
#[derive(Debug)]
pub(super) struct Remarks {
    /// What it says, with the brackets that stay.
    pub(super) text: String,
    pub(super) notes: Notes,
    /// Parts with a value that is none.
    pub(super) wrong: Vec<(Field, String)>,
}

/// What became of a part of brackets.
enum Part {
    Taken(Notes),
    Wrong(Field, String),
    Stays,
}

/// Takes a line apart.
pub(super) fn split(line: &str) -> Remarks {
    let (mut notes, mut wrong) = (Notes::default(), Vec::new());
    // From the end of the line to its beginning.
    let (mut text, mut staying) = (line.trim(), Vec::new());
    loop {
        let (before, found) = notes::split(text);
        (text, notes) = (before, notes.or(found));
        let Some((before, inside, is_square)) = last_brackets(text) else { break };
        let brackets = &text[before.trim_end().len()..];
        let parts = Parts::of(inside, is_square);
        notes = notes.or(parts.notes);
        wrong.extend(parts.wrong);
        match parts.rest {
            None => staying.push(brackets.to_owned()),
            Some(rest) if rest.is_empty() => {}
            Some(rest) if is_square => staying.push(format!(" [{rest}]")),
            Some(rest) => staying.push(format!(" ({rest})")),
        }
        text = before.trim_end();
    }
    let text = [text.to_owned()].into_iter().chain(staying.into_iter().rev()).collect();
    Remarks { text, notes, wrong }
}

/// What is in brackets.
struct Parts {
    notes: Notes,
    wrong: Vec<(Field, String)>,
    /// What is left in them; `None` where nothing was taken.
    rest: Option<String>,
}

impl Parts {
    fn of(inside: &str, is_square: bool) -> Self {
        let (mut notes, mut wrong, mut rest, mut is_taken) =
            (Notes::default(), Vec::new(), Vec::new(), false);
        for part in inside.split([',', ';', '|']).map(str::trim) {
            match Part::of(part, is_square) {
                Part::Taken(found) => {
                    notes = notes.or(found);
                    is_taken = true;
                    continue;
                }
                Part::Wrong(field, value) => wrong.push((field, value)),
                Part::Stays => {}
            }
            rest.push(part);
        }
        Self { notes, wrong, rest: is_taken.then(|| rest.join(", ")) }
    }
}

impl Part {
    /// Only what is named for what it is: beside other words `high` alone may be any of them.
    fn of(part: &str, is_square: bool) -> Self {
        if let Some((name, value)) = part.split_once([':', '=']) {
            let field = Field::of(name);
            let Some(field @ (Field::Priority | Field::Risk | Field::Category)) = field else {
                return Self::Stays;
            };
            return match Notes::of_part(part, is_square) {
                Some(notes) => Self::Taken(notes),
                None if is_nothing(value) => Self::Taken(Notes::default()),
                None => Self::Wrong(field, value.trim().to_owned()),
            };
        }
        let words = plain(part);
        let is_named = words.split(' ').any(|word| matches!(word, "priority" | "risk"));
        match Notes::of_part(part, is_square).filter(|_| is_named) {
            Some(notes) => Self::Taken(notes),
            None if is_square && is_numbered_level(part) => Self::Wrong(Field::Priority, part.to_owned()),
            None => Self::Stays,
        }
    }
}

/// `P7`: written as a priority, whatever its number.
fn is_numbered_level(part: &str) -> bool {
    let number = part.strip_prefix(['P', 'p']);
    number.is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::super::level::Level;
    use super::*;

    #[test]
    fn what_is_known_is_taken_from_among_other_words() {
        let remarks = split("Pay (Risk: high, Owner: Bob)");
        assert_eq!((remarks.text.as_str(), remarks.notes.risk), ("Pay (Owner: Bob)", Some(Level::High)));

        let remarks = split("Pay (P1 priority; by card) [Risk: low] (of items).");
        assert_eq!(remarks.text, "Pay (by card) (of items).");
        assert_eq!((remarks.notes.priority, remarks.notes.risk), (Some(Level::High), Some(Level::Low)));
        assert!(remarks.wrong.is_empty());
    }

    #[test]
    fn values_that_are_none_stay_and_are_named() {
        for (line, text, field, value) in [
            ("Pay (Priority: high, Risk: huge)", "Pay (Risk: huge)", Field::Risk, "huge"),
            ("Pay (Priority: urgentt)", "Pay (Priority: urgentt)", Field::Priority, "urgentt"),
            ("Pay [P7]", "Pay [P7]", Field::Priority, "P7"),
        ] {
            let remarks = split(line);
            assert_eq!(remarks.text, text);
            assert_eq!(remarks.wrong, [(field, value.to_owned())]);
        }
    }

    #[test]
    fn other_brackets_stay_as_they_are() {
        for line in
            ["A list (of items, low ones)", "f(1)", "see  [docs]", "a ) b (", "()", "at most (1).", "(a) (b)"]
        {
            let remarks = split(line);
            assert_eq!((remarks.text.as_str(), remarks.notes), (line, Notes::default()), "{line}");
        }
        let many = "(a) ".repeat(100_000);
        assert_eq!(split(&many).text, many.trim_end());
    }
}
