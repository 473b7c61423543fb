//! What does a block of HTML show? Its text, without tags, comments, styles and scripts; each line stays the line that it is.

use super::blocks::Line;

/// What is not shown, by its beginning and its end; the first that fits counts.
const HIDDEN: &[(&str, &str)] =
    &[("<!--", "-->"), ("<style", "</style>"), ("<script", "</script>"), ("<", ">")];

/// Leaves what is shown.
pub(super) fn strip(lines: &mut [Line]) {
    let mut inside = None;
    for line in lines {
        line.text = shown(&line.text, &mut inside);
    }
}

/// What is shown of a line; `inside` is the end of what is open before it, and after it.
fn shown(line: &str, inside: &mut Option<&'static str>) -> String {
    // Small letters of ASCII stand at the same places.
    let lower = line.to_ascii_lowercase();
    let (mut text, mut at) = (String::new(), 0);
    while at < line.len() {
        let rest = &lower[at..];
        if let Some(end) = *inside {
            let Some(found) = rest.find(end) else { break };
            at += found + end.len();
            *inside = None;
            text.push(' ');
        } else {
            let begins = next_hidden(rest);
            text.push_str(&line[at..at + begins.map_or(rest.len(), |(place, _)| place)]);
            let Some((place, end)) = begins else { break };
            at += place;
            *inside = Some(end);
        }
    }
    text
}

/// Where something begins that is not shown, and what ends it. Before a blank or a digit `<` is a sign of its own.
fn next_hidden(text: &str) -> Option<(usize, &'static str)> {
    let is_tag = |place: &usize| {
        text[place + 1..]
            .starts_with(|next: char| next.is_ascii_alphabetic() || matches!(next, '/' | '!' | '?'))
    };
    let place = text.match_indices('<').map(|(place, _)| place).find(is_tag)?;
    let (_, end) = HIDDEN.iter().find(|(begin, _)| text[place..].starts_with(begin))?;
    Some((place, end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_left_without_what_is_not_shown() {
        let text = [
            "<TABLE a=\"<\"><tr><td>REQ-1</td>",
            "<!-- REQ-2",
            "--> ä < 3 <STYLE>x {",
            "}</style>b<br",
            "/>c",
        ];
        let line = |text: &&str| Line { number: 1, text: (*text).to_owned() };
        let mut lines: Vec<Line> = text.iter().map(line).collect();

        strip(&mut lines);

        let texts: Vec<&str> = lines.iter().map(|line| line.text.trim()).collect();
        assert_eq!(texts, ["REQ-1", "", "ä < 3", "b", "c"]);
    }
}
