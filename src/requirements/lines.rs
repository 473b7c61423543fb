//! In which line of a document is a byte? Lines end as Markdown has it: with a line feed, a carriage return, or both.

/// Where the lines of a text begin.
#[derive(Debug, Default)]
pub(super) struct LineIndex {
    starts: Vec<usize>,
}

impl LineIndex {
    pub(super) fn new(text: &str) -> Self {
        let bytes = text.as_bytes();
        let ends = |(at, byte): (usize, &u8)| match byte {
            b'\n' => Some(at + 1),
            b'\r' if bytes.get(at + 1) != Some(&b'\n') => Some(at + 1),
            _ => None,
        };
        let starts = std::iter::once(0).chain(bytes.iter().enumerate().filter_map(ends)).collect();
        Self { starts }
    }

    /// The line of a byte, from 1.
    pub(super) fn line_of(&self, offset: usize) -> u32 {
        let line = self.starts.partition_point(|start| *start <= offset);
        u32::try_from(line).unwrap_or(u32::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_counted_as_markdown_counts_them() {
        let index = LineIndex::new("a\nb\r\nc\rd");
        assert_eq!([0, 1, 2, 5, 7].map(|offset| index.line_of(offset)), [1, 1, 2, 3, 4]);
    }
}
