//! What does a document consist of? Headings, lines of paragraphs and lists, and tables, each with the line that it begins in.

use std::ops::Range;

use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use super::html;
use super::lines::LineIndex;

/// A text, and the line that it begins in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Line {
    pub(crate) number: u32,
    pub(crate) text: String,
}

/// One piece of a document.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Block {
    /// From 1, the topmost.
    Heading(u8, Line),
    /// The lines of one paragraph.
    Paragraph(Vec<Line>),
    /// The first lines of an item of a list; the outermost list has depth 1.
    Item(usize, Vec<Line>),
    /// Further lines of the same.
    ItemMore(usize, Vec<Line>),
    /// A table: names of columns, and rows.
    Table(Vec<Line>, Vec<Vec<Line>>),
    /// Lines that are no Markdown.
    Code(Verbatim),
}

/// Lines that Markdown leaves as they are.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Verbatim {
    pub(crate) form: Form,
    pub(crate) lines: Vec<Line>,
}

/// What such lines are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// Program text, between fences or indented.
    Program,
    /// What a block of HTML shows.
    Html,
    /// What Markdown shows nowhere: metadata at the beginning, definitions of links.
    Hidden,
}

/// The pieces of a document, in its order.
pub(crate) fn blocks(text: &str) -> Vec<Block> {
    // A mark of byte order, as some editors write it.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let options =
        Options::ENABLE_TABLES | Options::ENABLE_TASKLISTS | Options::ENABLE_YAML_STYLE_METADATA_BLOCKS;
    let mut collector = Collector { index: LineIndex::new(text), ..Collector::default() };
    let mut events = Parser::new_ext(text, options).into_offset_iter();
    for (event, range) in events.by_ref() {
        let range = if let Event::Code(_) = event { within_marks(text, range) } else { range };
        collector.take(event, &range);
    }
    collector.flush();
    for (_, link) in events.reference_definitions().iter() {
        collector.define(text, &link.span);
    }
    collector.blocks
}

/// A span of code without the marks before it, which may stand on a line of their own.
fn within_marks(text: &str, span: Range<usize>) -> Range<usize> {
    let inside = text[span.clone()].trim_start_matches('`').trim_start();
    span.end - inside.len()..span.end
}

#[derive(Default)]
struct Collector {
    index: LineIndex,
    blocks: Vec<Block>,
    /// The lines that are being read; the last one is open.
    lines: Vec<Line>,
    /// Whether what comes next begins a line.
    is_new_line: bool,
    /// How many lists are open.
    depth: usize,
    /// Whether the open item has said nothing yet.
    is_fresh_item: bool,
    /// What comes is no Markdown, but this.
    verbatim: Option<Form>,
    header: Vec<Line>,
    rows: Vec<Vec<Line>>,
    row: Vec<Line>,
}

impl Collector {
    fn take(&mut self, event: Event<'_>, range: &Range<usize>) {
        match event {
            Event::Start(tag) => self.start(&tag, range),
            Event::End(tag) => self.end(tag, range),
            Event::Text(text) | Event::Code(text) | Event::Html(text) => self.add(&text, range.start),
            Event::InlineHtml(html) if is_line_break(&html) => self.is_new_line = true,
            Event::SoftBreak | Event::HardBreak => self.is_new_line = true,
            _ => {}
        }
    }

    fn start(&mut self, tag: &Tag<'_>, range: &Range<usize>) {
        match tag {
            Tag::List(_) => {
                self.flush();
                self.depth += 1;
            }
            Tag::Item => {
                self.flush();
                self.is_fresh_item = true;
            }
            Tag::Heading { .. } | Tag::Paragraph | Tag::BlockQuote(_) => self.flush(),
            Tag::CodeBlock(_) => self.begin(Form::Program),
            Tag::HtmlBlock => self.begin(Form::Html),
            Tag::MetadataBlock(_) => self.begin(Form::Hidden),
            Tag::Table(_) => {
                self.flush();
                self.header.clear();
                self.rows.clear();
            }
            Tag::TableCell => self.lines = vec![self.line_at(range.start)],
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd, range: &Range<usize>) {
        match tag {
            TagEnd::Heading(level) => {
                let lines = std::mem::take(&mut self.lines);
                // Of the first line that says something: a break may stand before it.
                let said = lines.iter().find(|line| !line.text.trim().is_empty());
                let number = said.map_or_else(|| self.index.line_of(range.start), |line| line.number);
                self.blocks.push(Block::Heading(depth_of(level), Line { number, text: joined(&lines, " ") }));
            }
            TagEnd::Paragraph | TagEnd::BlockQuote(_) | TagEnd::Item => self.flush(),
            TagEnd::List(_) => {
                self.flush();
                self.depth = self.depth.saturating_sub(1);
            }
            TagEnd::CodeBlock | TagEnd::HtmlBlock | TagEnd::MetadataBlock(_) => {
                self.flush();
                self.verbatim = None;
            }
            TagEnd::TableCell => {
                let (lines, number) = (std::mem::take(&mut self.lines), self.index.line_of(range.start));
                self.row.push(Line { number, text: joined(&lines, "\n") });
            }
            TagEnd::TableHead => self.header = std::mem::take(&mut self.row),
            TagEnd::TableRow => self.rows.push(std::mem::take(&mut self.row)),
            TagEnd::Table => {
                let (header, rows) = (std::mem::take(&mut self.header), std::mem::take(&mut self.rows));
                self.blocks.push(Block::Table(header, rows));
            }
            _ => {}
        }
    }

    fn begin(&mut self, form: Form) {
        self.flush();
        self.verbatim = Some(form);
    }

    /// A definition of a link, `[name]: address`.
    fn define(&mut self, text: &str, range: &Range<usize>) {
        self.begin(Form::Hidden);
        self.add(&text[range.clone()], range.start);
        self.flush();
    }

    /// Adds to the open line, or begins one.
    fn add(&mut self, text: &str, offset: usize) {
        if self.is_new_line || self.lines.is_empty() {
            let line = self.line_at(offset);
            self.lines.push(line);
            self.is_new_line = false;
        }
        let number = self.index.line_of(offset);
        for (later, piece) in (0..).zip(text.split_inclusive('\n')) {
            if later > 0 {
                self.lines.push(Line { number: number.saturating_add(later), text: String::new() });
            }
            if let Some(line) = self.lines.last_mut() {
                line.text.push_str(piece.trim_end_matches(['\n', '\r']));
            }
        }
        self.is_new_line = text.ends_with('\n');
    }

    fn line_at(&self, offset: usize) -> Line {
        Line { number: self.index.line_of(offset), text: String::new() }
    }

    /// Ends the lines that are being read.
    fn flush(&mut self) {
        self.is_new_line = false;
        let mut lines = std::mem::take(&mut self.lines);
        if self.verbatim == Some(Form::Html) {
            html::strip(&mut lines);
        }
        lines.retain(|line| !line.text.trim().is_empty());
        if lines.is_empty() {
            return;
        }
        if let Some(form) = self.verbatim {
            self.blocks.push(Block::Code(Verbatim { form, lines }));
            return;
        }
        let is_first = std::mem::take(&mut self.is_fresh_item);
        self.blocks.push(match self.depth {
            0 => Block::Paragraph(lines),
            depth if is_first => Block::Item(depth, lines),
            depth => Block::ItemMore(depth, lines),
        });
    }
}

fn depth_of(level: HeadingLevel) -> u8 {
    match level {
        HeadingLevel::H1 => 1,
        HeadingLevel::H2 => 2,
        HeadingLevel::H3 => 3,
        HeadingLevel::H4 => 4,
        HeadingLevel::H5 => 5,
        HeadingLevel::H6 => 6,
    }
}

fn is_line_break(html: &str) -> bool {
    matches!(html.to_ascii_lowercase().replace(' ', "").as_str(), "<br>" | "<br/>")
}

fn joined(lines: &[Line], between: &str) -> String {
    let texts: Vec<&str> =
        lines.iter().map(|line| line.text.trim()).filter(|text| !text.is_empty()).collect();
    texts.join(between)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(number: u32, text: &str) -> Line {
        Line { number, text: text.to_owned() }
    }

    #[test]
    fn pieces_come_with_their_lines() {
        let text =
            "# Title\n\none\n**two**\n\n- a\n  - b `c`\n\n  more\n\n| x | y |\n|---|---|\n| 1<br>2 | \\| |\n";
        assert_eq!(
            blocks(text),
            [
                Block::Heading(1, line(1, "Title")),
                Block::Paragraph(vec![line(3, "one"), line(4, "two")]),
                Block::Item(1, vec![line(6, "a")]),
                Block::Item(2, vec![line(7, "b c")]),
                Block::ItemMore(1, vec![line(9, "more")]),
                Block::Table(vec![line(11, "x"), line(11, "y")], vec![vec![line(13, "1\n2"), line(13, "|")]]),
            ]
        );
    }

    #[test]
    fn what_is_no_markdown_is_kept_apart_and_comments_are_left_out() {
        let text =
            "\u{feff}---\ntitle: x\n---\n<!-- no -->\n\n```\nREQ-1: a\nb\n```\n\n<p>\nc</p>\n\n[d]: e\n";
        let verbatim = |form, lines| Block::Code(Verbatim { form, lines });
        assert_eq!(
            blocks(text),
            [
                verbatim(Form::Hidden, vec![line(2, "title: x")]),
                verbatim(Form::Program, vec![line(7, "REQ-1: a"), line(8, "b")]),
                verbatim(Form::Html, vec![line(12, "c ")]),
                verbatim(Form::Hidden, vec![line(14, "[d]: e")]),
            ]
        );
    }
}
