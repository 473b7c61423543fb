//! What does a test file hold? Asked of `inspect_tests.py`, which reads it in the sandbox without running it.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::Removed;
use super::refusal::Relation;

/// The functions of a test file.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Inventory {
    /// Why it does not parse.
    pub(super) error: Option<String>,
    functions: Vec<Function>,
    /// The bases of each class, as far as they are plain names.
    bases: BTreeMap<String, Vec<String>>,
}

#[derive(Debug, Clone, Deserialize)]
struct Function {
    name: String,
    line: u32,
    /// What is wrong with its assertions; `None` for one that asserts.
    idle: Option<String>,
    fixture: bool,
    relation: Relation,
}

impl Inventory {
    /// Tests that need not be run to see that they prove nothing: the line of each, and why.
    pub(super) fn idle_tests(&self) -> Vec<(u32, Removed)> {
        let mut last: BTreeMap<&str, u32> = BTreeMap::new();
        for function in &self.functions {
            last.insert(&function.name, function.line);
        }
        let tests = self.functions.iter().filter(|function| function.is_test());
        tests
            .filter_map(|function| {
                let reason = if last[function.name.as_str()] == function.line {
                    function.idle.as_deref()?
                } else {
                    "is replaced by a later function of the same name"
                };
                Some((function.line, Removed { test: function.name.clone(), reason: reason.into() }))
            })
            .collect()
    }

    /// What is wrong with the assertions of a collected test; nothing for one that is not defined in the file.
    pub(super) fn idle(&self, test: &str) -> Option<&str> {
        self.find(test)?.idle.as_deref()
    }

    /// What a collected test has to do with the module; one that is not defined in the file may have much.
    pub(super) fn relation(&self, test: &str) -> Relation {
        self.find(test).map_or(Relation::Reads, |function| function.relation)
    }

    /// The line of a test's `def`, in its class or one of that class's bases.
    pub(super) fn line_of(&self, test: &str) -> Option<u32> {
        self.find(test).map(|function| function.line)
    }

    fn find(&self, test: &str) -> Option<&Function> {
        let (class, name) = test.rsplit_once("::").map_or(("", test), |(class, name)| (class, name));
        let mut seen = BTreeSet::new();
        let mut classes = vec![class.to_owned()];
        while let Some(class) = classes.pop() {
            let full = if class.is_empty() { name.to_owned() } else { format!("{class}::{name}") };
            if let Some(found) = self.functions.iter().rev().find(|function| function.name == full) {
                return Some(found);
            }
            if seen.insert(class.clone()) {
                classes.extend(self.bases.get(&class).into_iter().flatten().cloned());
            }
        }
        None
    }
}

impl Function {
    /// What pytest takes for a test unless a project says otherwise.
    fn is_test(&self) -> bool {
        let name = self.name.rsplit("::").next().unwrap_or(&self.name);
        let in_test_class = self
            .name
            .rsplit_once("::")
            .is_none_or(|(class, _)| class.contains("Test") || class.contains("test"));
        name.starts_with("test") && in_test_class && !self.fixture
    }
}
