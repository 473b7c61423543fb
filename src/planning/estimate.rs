//! How long does somebody say that it takes? `3 days`, `2-3 weeks`, `4h`: in days of one person.

/// Hours in a day of work, days in a week and in a month of it.
const UNITS: &[(f64, &[&str])] = &[
    (1.0 / 480.0, &["min", "mins", "minute", "minutes"]),
    (1.0 / 8.0, &["h", "hr", "hrs", "hour", "hours"]),
    (1.0, &["d", "day", "days", "pd", "persondays"]),
    (5.0, &["w", "wk", "wks", "week", "weeks"]),
    (20.0, &["month", "months"]),
];

/// A number that is followed by a unit of time, in days, and where in the text it stands: of a range the upper end.
pub(super) fn days_in(text: &str) -> Option<(f64, std::ops::Range<usize>)> {
    let mut from = 0;
    while let Some(at) = text[from..].find(|letter: char| letter.is_ascii_digit()).map(|at| from + at) {
        let (number, end) = number_at(text, at);
        let (number, end) = upper_end(text, end).unwrap_or((number, end));
        if let (Some(number), Some((unit, end))) = (number, unit_at(text, end)) {
            return Some((number * unit, at..end));
        }
        from = end.max(at + 1);
    }
    None
}

/// The number that begins there, and where it ends; `None` where it is too much for one.
fn number_at(text: &str, at: usize) -> (Option<f64>, usize) {
    let length = text[at..].find(|letter: char| !letter.is_ascii_digit() && letter != '.');
    let end = length.map_or(text.len(), |length| at + length);
    let digits = text[at..end].trim_end_matches('.');
    let number = digits.parse().ok().filter(|number: &f64| (0.0..=100_000.0).contains(number));
    (number, at + digits.len())
}

/// The second number of `2-3`, `2 – 3` and `2 to 3`.
fn upper_end(text: &str, end: usize) -> Option<(Option<f64>, usize)> {
    let rest = text[end..].trim_start();
    let rest = ["-", "–", "—", "to "].iter().find_map(|sign| rest.strip_prefix(sign))?.trim_start();
    let begins = rest.starts_with(|letter: char| letter.is_ascii_digit());
    begins.then(|| number_at(text, text.len() - rest.len()))
}

/// The unit that follows, in days, and where it ends.
fn unit_at(text: &str, end: usize) -> Option<(f64, usize)> {
    let rest = &text[end..];
    let rest = rest.strip_prefix('-').unwrap_or(rest).trim_start();
    let rest = ["person-", "person ", "working ", "work "]
        .iter()
        .find_map(|word| rest.get(..word.len()).filter(|begin| begin.eq_ignore_ascii_case(word)))
        .map_or(rest, |word| &rest[word.len()..]);
    let length = rest.find(|letter: char| !letter.is_alphabetic()).unwrap_or(rest.len());
    let word = rest[..length].to_lowercase();
    let (days, _) = UNITS.iter().find(|(_, words)| words.contains(&word.as_str()))?;
    Some((*days, text.len() - rest.len() + length))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(text: &str) -> Option<f64> {
        days_in(text).map(|(days, _)| days)
    }

    #[test]
    fn times_are_read_as_people_write_them() {
        for (text, expected) in [
            ("3 days", 3.0),
            ("about 2-3 days", 3.0),
            ("2 – 4 weeks", 20.0),
            ("4h", 0.5),
            ("1.5d.", 1.5),
            ("2 to 3 person-days", 3.0),
            ("Phase 2 takes 1 week", 5.0),
            ("a 5-day task", 5.0),
            ("2 working days", 2.0),
            ("1 month", 20.0),
        ] {
            assert_eq!(days(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn other_numbers_are_no_times() {
        for text in ["", "3", "3 apples", "version 2.0", "99999999999 days", "v1.2 and 3", "é3é"] {
            assert_eq!(days(text), None, "{text}");
        }
    }
}
