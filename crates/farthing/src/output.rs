//! [`Output`]: everything this program writes, in one place: answers on stdout, everything else on stderr.

use std::io::{IsTerminal, Write};

use anstream::AutoStream;
use anstyle::{AnsiColor, Style};
use serde::Serialize;
use unicode_width::UnicodeWidthStr;

use crate::failure::Failure;

/// Headings and what matters most.
pub(crate) const STRONG: Style = Style::new().bold();
/// What matters less.
pub(crate) const FAINT: Style = Style::new().dimmed();
/// What is well.
pub(crate) const GOOD: Style = AnsiColor::Green.on_default();
/// What is not.
pub(crate) const BAD: Style = AnsiColor::Red.on_default().bold();
/// What deserves a look.
pub(crate) const WARN: Style = AnsiColor::Yellow.on_default();
/// Addresses and things to type.
pub(crate) const LINK: Style = AnsiColor::Cyan.on_default();

/// Where a command writes. Colours appear only on a terminal, and never under `NO_COLOR`.
pub(crate) struct Output {
    json: bool,
    out: AutoStream<std::io::Stdout>,
    err: AutoStream<std::io::Stderr>,
    progress: bool,
    is_terminal: bool,
}

impl Output {
    pub(crate) fn new(json: bool) -> Self {
        Self {
            json,
            out: AutoStream::auto(std::io::stdout()),
            err: AutoStream::auto(std::io::stderr()),
            progress: false,
            is_terminal: std::io::stderr().is_terminal(),
        }
    }

    /// Whether answers are wanted as JSON.
    pub(crate) const fn is_json(&self) -> bool {
        self.json
    }

    /// One line of the answer. A reader that has gone away (`| head`) is not an error.
    pub(crate) fn line(&mut self, text: &str) {
        self.end_progress();
        let _ = writeln!(self.out, "{text}").and_then(|()| self.out.flush());
    }

    /// Several lines of the answer.
    pub(crate) fn lines<T: AsRef<str>>(&mut self, lines: &[T]) {
        for line in lines {
            self.line(line.as_ref());
        }
    }

    /// One JSON object on one line.
    pub(crate) fn object<T: Serialize>(&mut self, value: &T) -> Result<(), Failure> {
        let text = serde_json::to_string(value).map_err(crate::failure::failed("cannot write the answer"))?;
        self.line(&text);
        Ok(())
    }

    /// Something to know while waiting: on stderr, one line that is overwritten on a terminal.
    pub(crate) fn progress(&mut self, text: &str) {
        if self.is_terminal {
            let _ = write!(self.err, "\r\x1b[2K{FAINT}{text}{FAINT:#}").and_then(|()| self.err.flush());
            self.progress = true;
        } else {
            let _ = writeln!(self.err, "{text}");
        }
    }

    /// Something that passes: on a terminal only, one line that is overwritten.
    pub(crate) fn ticker(&mut self, text: &str) {
        if self.is_terminal {
            self.progress(text);
        }
    }

    /// Something to know and keep: on stderr.
    pub(crate) fn note(&mut self, text: &str) {
        self.end_progress();
        let _ = writeln!(self.err, "{text}");
    }

    /// The last word of a command that failed.
    pub(crate) fn failure(&mut self, failure: &Failure) {
        self.end_progress();
        let _ = writeln!(self.err, "{BAD}error:{BAD:#} {failure}");
        if let Some(hint) = failure.advice() {
            let _ = writeln!(self.err, "{WARN} hint:{WARN:#} {hint}");
        }
    }

    fn end_progress(&mut self) {
        if self.progress {
            let _ = write!(self.err, "\r\x1b[2K").and_then(|()| self.err.flush());
            self.progress = false;
        }
    }
}

/// Words that somebody else wrote, as they may be shown: what hides, reorders or steers a terminal stands as `�`.
pub(crate) fn words(text: &str) -> String {
    qr::shown(text).text.into_owned()
}

/// How many columns a text takes on a terminal: Hangul takes two a syllable.
pub(crate) fn columns(text: &str) -> usize {
    text.width()
}

/// `text` followed by spaces up to `width` columns.
pub(crate) fn padded(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(columns(text))))
}

/// `text` after spaces, `width` columns in all.
pub(crate) fn right(text: &str, width: usize) -> String {
    format!("{}{text}", " ".repeat(width.saturating_sub(columns(text))))
}

/// Label and value in two aligned columns, the label faint.
pub(crate) fn pairs(rows: &[(&str, String)]) -> Vec<String> {
    let width = rows.iter().map(|(label, _)| columns(label)).max().unwrap_or(0);
    rows.iter().map(|(label, value)| format!("  {FAINT}{}{FAINT:#}  {value}", padded(label, width))).collect()
}

/// Rows under headings, each column as wide as its widest cell; the columns named in `numbers` stand to the right.
pub(crate) fn table(headings: &[&str], rows: &[Vec<String>], numbers: &[usize]) -> Vec<String> {
    let cell = |row: &[String], column: usize| row.get(column).map_or(0, |text| columns(text));
    let widths: Vec<usize> = headings
        .iter()
        .enumerate()
        .map(|(column, heading)| rows.iter().map(|row| cell(row, column)).max().unwrap_or(0).max(columns(heading)))
        .collect();
    let set = |texts: &mut dyn Iterator<Item = &str>| -> String {
        let cells = texts.zip(&widths).enumerate().map(|(column, (text, &width))| {
            if numbers.contains(&column) { right(text, width) } else { padded(text, width) }
        });
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    let heading = set(&mut headings.iter().copied());
    let mut lines = vec![format!("  {FAINT}{heading}{FAINT:#}")];
    lines.extend(rows.iter().map(|row| format!("  {}", set(&mut row.iter().map(String::as_str)))));
    lines
}

/// A whole number with thousands apart.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
