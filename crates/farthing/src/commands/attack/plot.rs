//! How attackers are noticed over time, as SVG.

use std::fmt::Write;

use simulator::{SwapFigures, SwapKind};

const WIDTH: i64 = 520;
const HEIGHT: i64 = 300;
const MARGIN: i64 = 50;
/// Hours on the axis.
const HOURS: i64 = 72;
const COLOURS: [&str; 3] = ["#1f6feb", "#d9480f", "#2b8a3e"];

/// The share of attackers of each kind that were alerted, by hours since their first scan.
pub(super) fn noticed(towns: &[SwapFigures]) -> String {
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" font-family=\"sans-serif\" \
         font-size=\"11\"><rect width=\"{WIDTH}\" height=\"{HEIGHT}\" fill=\"white\"/>"
    );
    axes(&mut svg);
    for (number, (kind, colour)) in (0_i64..).zip(SwapKind::ALL.iter().zip(COLOURS)) {
        let word = kind.word();
        let all: Vec<_> = towns.iter().flat_map(|town| &town.campaigns).filter(|one| one.kind == word).collect();
        let count = i64::try_from(all.len()).unwrap_or(i64::MAX).max(1);
        let mut seconds: Vec<i64> = all.iter().filter_map(|one| one.alerted_after_seconds).collect();
        seconds.sort_unstable();
        let mut path = format!("M{} {}", x(0), y(0, count));
        for (noticed, at) in (0_i64..).zip(seconds.iter().filter(|at| **at <= HOURS * 3_600)) {
            let _ = write!(path, "H{}V{}", x(*at), y(noticed + 1, count));
        }
        let _ = write!(path, "H{}", x(HOURS * 3_600));
        let _ = write!(svg, "<path d=\"{path}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"/>");
        let top = MARGIN + 14 * number;
        let left = WIDTH - 150;
        let _ = write!(svg, "<text x=\"{left}\" y=\"{top}\" fill=\"{colour}\">{word} ({})</text>", all.len());
    }
    svg.push_str("</svg>\n");
    svg
}

fn x(seconds: i64) -> i64 {
    MARGIN + seconds * (WIDTH - 2 * MARGIN) / (HOURS * 3_600)
}

fn y(part: i64, whole: i64) -> i64 {
    HEIGHT - MARGIN - part * (HEIGHT - 2 * MARGIN) / whole
}

fn axes(svg: &mut String) {
    for percent in [0, 25, 50, 75, 100] {
        let (y, left, right) = (y(percent, 100), MARGIN, WIDTH - MARGIN);
        let _ = write!(svg, "<path d=\"M{left} {y}H{right}\" stroke=\"#ddd\"/>");
        let _ = write!(svg, "<text x=\"{}\" y=\"{}\" text-anchor=\"end\">{percent} %</text>", left - 6, y + 4);
    }
    for hour in (0..=HOURS).step_by(12) {
        let (x, y) = (x(hour * 3_600), HEIGHT - MARGIN);
        let _ = write!(svg, "<text x=\"{x}\" y=\"{}\" text-anchor=\"middle\">{hour}</text>", y + 16);
    }
    let middle = WIDTH / 2;
    let _ = write!(
        svg,
        "<text x=\"{middle}\" y=\"{}\" text-anchor=\"middle\">hours from an attacker's first scan to the first alert</text>",
        HEIGHT - 14
    );
}
