//! A sheet of stickers to print: A4, two by three, each with its names, serial and place.

use std::fmt::Write;

use super::drawing::Drawn;

/// Stickers on one sheet.
pub(crate) const STICKERS_MAX: usize = COLUMNS * ROWS;

const COLUMNS: usize = 2;
const ROWS: usize = 3;
// Everything below is in tenths of a millimetre.
const SHEET_WIDTH: usize = 2_100;
const SHEET_HEIGHT: usize = 2_970;
const STICKER_WIDTH: usize = 900;
const STICKER_HEIGHT: usize = 900;
/// A side of 62 mm: the densest code of ours at this error level has modules of half a millimetre.
const CODE_SIDE: usize = 620;

/// One sticker of a sheet.
pub(crate) struct Printed<'a> {
    pub(crate) drawn: Drawn,
    pub(crate) name_ko: Option<&'a str>,
    pub(crate) name: &'a str,
    pub(crate) serial: &'a str,
    pub(crate) place: &'a str,
}

/// The sheet as SVG, in millimetres, with dashed lines to cut along.
pub(crate) fn svg(stickers: &[Printed<'_>]) -> String {
    let mut sheet = format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" width="210mm" height="297mm" viewBox="0 0 {SHEET_WIDTH} {SHEET_HEIGHT}">"##
    );
    sheet.push_str(r##"<rect width="100%" height="100%" fill="#fff"/>"##);
    for (index, sticker) in stickers.iter().enumerate() {
        let (column, row) = (index % COLUMNS, index / COLUMNS);
        let gap = (SHEET_WIDTH - COLUMNS * STICKER_WIDTH) / (COLUMNS + 1);
        let x = gap + column * (STICKER_WIDTH + gap);
        let gap = (SHEET_HEIGHT - ROWS * STICKER_HEIGHT) / (ROWS + 1);
        let y = gap + row * (STICKER_HEIGHT + gap);
        let _ = write!(sheet, r#"<g transform="translate({x} {y})">{}</g>"#, sticker.svg());
    }
    sheet.push_str("</svg>");
    sheet
}

impl Printed<'_> {
    fn svg(&self) -> String {
        let (middle, code_x) = (STICKER_WIDTH / 2, (STICKER_WIDTH - CODE_SIDE) / 2);
        let side = self.drawn.side();
        let line = |y: usize, size: usize, weight: &str, text: &str| {
            let text = escaped(text);
            format!(
                r#"<text x="{middle}" y="{y}" font-family="sans-serif" font-size="{size}" font-weight="{weight}" text-anchor="middle">{text}</text>"#
            )
        };
        let mut svg = format!(
            r##"<rect width="{STICKER_WIDTH}" height="{STICKER_HEIGHT}" fill="none" stroke="#999" stroke-width="2" stroke-dasharray="12 8"/>"##
        );
        let (first, second) = (self.name_ko.unwrap_or(self.name), self.name_ko.map(|_| self.name));
        svg.push_str(&line(76, 54, "bold", first));
        svg.push_str(&second.map(|name| line(128, 38, "normal", name)).unwrap_or_default());
        let _ = write!(
            svg,
            r#"<svg x="{code_x}" y="140" width="{CODE_SIDE}" height="{CODE_SIDE}" viewBox="0 0 {side} {side}" shape-rendering="crispEdges"><path d="{}"/></svg>"#,
            self.drawn.path()
        );
        svg.push_str(&line(806, 36, "bold", &format!("No. {}", self.serial)));
        svg.push_str(&line(846, 26, "normal", &format!("등록 장소 · Registered at: {}", self.place)));
        svg.push_str(&line(
            880,
            22,
            "normal",
            "앱에 뜨는 이름이 다르면 결제하지 마세요 · Pay only if the app shows this name",
        ));
        svg
    }
}

/// Text that can only be text: marks of XML escaped, and nothing that turns or hides letters.
fn escaped(text: &str) -> String {
    let hides = |c: char| {
        c.is_control()
            || matches!(c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}')
    };
    let mut safe = String::with_capacity(text.len());
    for c in text.chars().filter(|&c| !hides(c)) {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            c => safe.push(c),
        }
    }
    safe
}
