//! What is a setting? Its name, variable, rule and default, and how it is found by its name.

use super::rule::Rule;
use super::table::SETTINGS;

/// One setting as the table has it.
#[derive(Debug, Clone, Copy)]
pub struct Setting {
    /// The name in arguments, `pyproject.toml`, Python and [`super::Settings`].
    pub name: &'static str,
    /// The environment variable, which may stand in a `.env` file too.
    pub variable: &'static str,
    /// What a value must be.
    pub rule: Rule,
    /// The default as one would write it in the environment; `None` where there is none or it is found.
    pub default: Option<&'static str>,
    /// Whether it may stand in `pyproject.toml`.
    pub in_pyproject: bool,
    /// One sentence for `config show`: what it decides.
    pub about: &'static str,
    /// What to do about a value that is refused; may be empty.
    pub hint: &'static str,
}

impl Setting {
    pub(super) const fn new(
        name: &'static str,
        variable: &'static str,
        rule: Rule,
        default: Option<&'static str>,
        about: &'static str,
    ) -> Self {
        Self { name, variable, rule, default, in_pyproject: true, about, hint: "" }
    }

    pub(super) const fn not_in_pyproject(mut self) -> Self {
        self.in_pyproject = false;
        self
    }

    pub(super) const fn hint(mut self, hint: &'static str) -> Self {
        self.hint = hint;
        self
    }

    /// The setting of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        SETTINGS.iter().find(|setting| setting.name == name)
    }

    /// The known name that is most like `name`, if one is near enough to be meant.
    #[must_use]
    pub fn nearest_name(name: &str) -> Option<&'static str> {
        let written = name.to_lowercase().replace('-', "_");
        SETTINGS
            .iter()
            .map(|setting| (strsim::damerau_levenshtein(&written, setting.name), setting.name))
            .min()
            .filter(|(distance, known)| *distance <= known.len() / 3)
            .map(|(_, known)| known)
    }
}
