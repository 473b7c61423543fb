//! Which requirements does a test case name? What it says exactly stands above its own name, and no name means two of them.

use std::collections::{BTreeSet, HashMap};

use super::check::FoundTest;
use crate::requirements::{Lead, Leads, Requirement, is_whole_id};

/// The ids of a document, as test cases may name them.
pub(super) struct Ids {
    /// In the order of the document.
    all: Vec<String>,
    /// By the id in capitals.
    by_id: HashMap<String, usize>,
    /// By the id as part of the name of a test; `None` where several are written so.
    by_words: HashMap<String, Option<usize>>,
    /// How many words the longest of those has.
    most_words: usize,
    /// Those with characters that words of a text do not have.
    odd: Vec<usize>,
}

impl Ids {
    pub(super) fn of(requirements: &[Requirement]) -> Self {
        let all: Vec<String> = requirements.iter().map(|requirement| requirement.id.clone()).collect();
        let by_id = (0..).zip(&all).map(|(place, id)| (id.to_uppercase(), place)).collect();
        let (mut by_words, mut most_words) = (HashMap::new(), 0);
        for (place, id) in all.iter().enumerate() {
            let lower = id.to_lowercase();
            let words: Vec<&str> = words(&lower).collect();
            // One word might be any.
            if words.len() > 1 {
                most_words = most_words.max(words.len());
                by_words.entry(words.join("_")).and_modify(|known| *known = None).or_insert(Some(place));
            }
        }
        let odd = (0..all.len()).filter(|place| !tokens(&all[*place]).eq([all[*place].as_str()])).collect();
        Self { all, by_id, by_words, most_words, odd }
    }

    /// The ids that a test names, in the order of the document.
    pub(super) fn named(&self, test: &FoundTest) -> Vec<String> {
        let places = self.said(test).unwrap_or_else(|| self.in_name(&test.name));
        places.into_iter().map(|place| self.all[place].clone()).collect()
    }

    /// What is said in `REQUIREMENT`, marks and docstrings; `None` where none of them says an id.
    fn said(&self, test: &FoundTest) -> Option<BTreeSet<usize>> {
        let (mut places, mut is_said) = (BTreeSet::new(), false);
        for text in &test.named {
            let found = self.in_text(text);
            is_said |= !found.is_empty() || is_whole_id(text.trim()) || Lead::of(text).is_some();
            places.extend(found);
        }
        for docstring in &test.docstrings {
            let begins = self.at_the_beginning(docstring);
            is_said |= begins.is_some();
            places.extend(begins.unwrap_or_else(|| {
                let found = self.in_text(docstring).into_iter();
                found.filter(|place| is_whole_id(&self.all[*place])).collect()
            }));
        }
        (is_said || !places.is_empty()).then_some(places)
    }

    /// The ids that a docstring begins with: those alone are what it is for. They may be of another document.
    fn at_the_beginning(&self, docstring: &str) -> Option<BTreeSet<usize>> {
        let line = docstring.trim_start().lines().next()?;
        let before_colon = line.split_once(": ").map_or_else(|| line.trim_end_matches(':'), |(head, _)| head);
        if let Some(place) = self.place(before_colon) {
            return Some(BTreeSet::from([place]));
        }
        let ids = Leads::of(line)?.ids;
        Some(ids.into_iter().filter_map(|id| self.place(id)).collect())
    }

    fn place(&self, id: &str) -> Option<usize> {
        self.by_id.get(&id.trim().to_uppercase()).copied()
    }

    /// The ids that stand in a text as whole words.
    fn in_text(&self, text: &str) -> BTreeSet<usize> {
        let mut found: BTreeSet<usize> = tokens(text).filter_map(|token| self.place(token)).collect();
        if !self.odd.is_empty() {
            let text = text.to_uppercase();
            let is_there = |place: &&usize| stands_in(&text, &self.all[**place].to_uppercase());
            found.extend(self.odd.iter().filter(is_there));
        }
        found
    }

    /// The ids in the name of a test: at each place the longest, and none that two are written as.
    fn in_name(&self, name: &str) -> BTreeSet<usize> {
        let name = name.to_lowercase().replace("::", "__");
        let words: Vec<&str> = name.split('_').collect();
        let (mut found, mut start) = (BTreeSet::new(), 0);
        while start < words.len() {
            let most = self.most_words.min(words.len() - start);
            let longest = (2..=most)
                .rev()
                .find(|count| self.by_words.contains_key(&words[start..start + count].join("_")));
            if let Some(count) = longest {
                found.extend(self.by_words.get(&words[start..start + count].join("_")).copied().flatten());
            }
            start += longest.unwrap_or(1);
        }
        found
    }
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty())
}

/// The parts of a text that may be ids as a whole: `REQ-1` is none of `REQ-12`, of `REQ-1.2` and of `REQ-1-A`.
fn tokens(text: &str) -> impl Iterator<Item = &str> {
    let is_part = |letter: char| letter.is_alphanumeric() || matches!(letter, '-' | '_' | '.');
    let runs = text.split(move |letter: char| !is_part(letter));
    runs.map(|run| run.trim_matches(['-', '_', '.'])).filter(|token| !token.is_empty())
}

/// Whether an id stands in a text with nothing beside it that goes on with it. Both in capitals.
fn stands_in(text: &str, id: &str) -> bool {
    let is_part = |letter: char| letter.is_alphanumeric() || matches!(letter, '-' | '_');
    text.match_indices(id).any(|(start, found)| {
        !text[start + found.len()..].starts_with(is_part) && !text[..start].ends_with(is_part)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const IDS: [&str; 8] = ["REQ-1", "REQ-1.2", "REQ-2", "A-1", "A_1", "5", "Ж-1", "#9"];

    fn named(name: &str, named: &[&str], docstrings: &[&str]) -> Vec<String> {
        let requirement = |id: &&str| Requirement { id: (*id).to_owned(), ..Requirement::default() };
        let texts = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect();
        let test = FoundTest {
            name: name.to_owned(),
            draft: false,
            named: texts(named),
            docstrings: texts(docstrings),
        };
        Ids::of(&IDS.iter().map(requirement).collect::<Vec<_>>()).named(&test)
    }

    #[test]
    fn ids_are_found_as_whole_words() {
        for (text, ids) in [
            ("It shows REQ-1: logs in", &["REQ-1"][..]),
            ("see req-1.", &["REQ-1"]),
            ("both (REQ-1) and REQ-2/REQ-1.2", &["REQ-1", "REQ-1.2", "REQ-2"]),
            ("see Ж-1", &["Ж-1"]),
            ("ticket #9, 5 times", &["#9"]),
            ("no REQ-12, XREQ-1, REQ-1-A or REQ-1.3", &[]),
        ] {
            let expected = if text.contains('#') { &[][..] } else { ids };
            assert_eq!(named("test_it", &[], &[text]), expected, "{text}");
            assert_eq!(named("test_it", &[text], &[]).contains(&"#9".to_owned()), text.contains('#'));
        }
    }

    #[test]
    fn what_is_said_stands_above_the_name() {
        assert_eq!(named("test_req_2", &["REQ-1"], &[]), ["REQ-1"]);
        assert_eq!(named("test_req_2", &[], &["REQ-1: works"]), ["REQ-1"]);
        assert_eq!(named("test_req_2", &["REQ-99"], &[]), [] as [&str; 0], "of another document");
        assert_eq!(named("test_req_2", &["slow"], &["Says what it shows."]), ["REQ-2"]);
        assert_eq!(named("test_it", &["REQ-1"], &["REQ-2: works"]), ["REQ-1", "REQ-2"]);
    }

    #[test]
    fn a_docstring_that_begins_with_ids_is_for_those_alone() {
        assert_eq!(named("test_it", &[], &["REQ-1: works as in REQ-2"]), ["REQ-1"]);
        assert_eq!(named("test_it", &[], &["REQ-1, REQ-2: both"]), ["REQ-1", "REQ-2"]);
        assert_eq!(named("test_it", &[], &["5: times"]), ["5"]);
        assert_eq!(named("test_it", &[], &["REQ-99: as in REQ-2"]), [] as [&str; 0]);
    }

    #[test]
    fn of_names_that_begin_alike_the_longest_counts() {
        assert_eq!(named("test_req_1_2_second", &[], &[]), ["REQ-1.2"]);
        assert_eq!(named("test_req_1__2_second", &[], &[]), ["REQ-1"]);
        assert_eq!(named("test_req_1_and_req_2", &[], &[]), ["REQ-1", "REQ-2"]);
        assert_eq!(named("Test_REQ_1::test_2", &[], &[]), ["REQ-1"]);
        assert_eq!(named("test_ж_1_x", &[], &[]), ["Ж-1"]);
    }

    #[test]
    fn a_name_that_two_ids_have_is_that_of_neither() {
        assert_eq!(named("test_a_1_works", &[], &[]), [] as [&str; 0]);
        assert_eq!(named("test_5_times", &[], &[]), [] as [&str; 0]);
    }
}
