//! How is text kept that may hold any character? PostgreSQL takes all but one: NUL is written as two others.

use std::borrow::Cow;

/// Stands before a digit in the place of what could not be kept. It is no character that anyone uses, and where someone
/// does all the same it stands for itself in the same way.
const MARK: char = '\u{10fffe}';

/// A text for its column. Equal texts stay equal, and others different.
pub(super) fn write(text: &str) -> String {
    if !text.contains(['\0', MARK]) {
        return text.to_owned();
    }
    text.replace(MARK, "\u{10fffe}1").replace('\0', "\u{10fffe}0")
}

/// A text from its column.
pub(super) fn read(text: &str) -> Box<str> {
    let read = if text.contains(MARK) {
        Cow::Owned(text.replace("\u{10fffe}0", "\0").replace("\u{10fffe}1", "\u{10fffe}"))
    } else {
        Cow::Borrowed(text)
    };
    read.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_is_read_as_it_was_written_and_kept_without_nul() {
        for text in
            ["", "ü漢🦀", "\0", "a\0b", "\u{10fffe}", "\u{10fffe}0\0\u{10fffe}1", "0\u{10fffe}\u{10fffe}1\0"]
        {
            assert_eq!(&*read(&write(text)), text);
            assert!(!write(text).contains('\0'));
        }
    }
}
