//! [`Banner`]: what a newcomer sees first: where to go and what to try, in Korean and English.

use simulator::{Merchant, Settled, Town};

use crate::output::{FAINT, GOOD, LINK, STRONG, columns, grouped, padded};
use crate::temporary::Folder;

/// What to try, in order: Korean and English.
const STEPS: [(&str, &str); 4] = [
    ("지갑을 열고 이름을 정합니다", "Open the wallet and sign up"),
    ("테스트 머니를 받습니다", "Take some test money"),
    (
        "다른 탭에서 가게를 열고, 가게의 코드를 지갑에서 결제합니다",
        "Open the shop in another tab; pay its code in the wallet",
    ),
    ("지갑을 잠그고 한 번 더 결제해 봅니다", "Freeze the wallet and try to pay once more"),
];

/// Everything the banner says.
pub(super) struct Banner<'a> {
    pub(super) url: &'a str,
    pub(super) shop_url: &'a str,
    pub(super) shop: &'a Merchant,
    pub(super) town: &'a Town,
    pub(super) settled: Option<Settled>,
    pub(super) folder: &'a Folder,
}

impl Banner<'_> {
    pub(super) fn lines(&self) -> Vec<String> {
        let mut lines = vec![String::new()];
        lines.extend(self.title());
        lines.push(String::new());
        lines.extend(self.places());
        lines.push(String::new());
        lines.push(format!("  {STRONG}해 보기 · Try this{STRONG:#}"));
        lines.extend(steps());
        lines.push(String::new());
        lines.push(self.ending());
        lines.push(String::new());
        lines
    }

    fn title(&self) -> Vec<String> {
        let version = env!("CARGO_PKG_VERSION");
        let (korean, english) = match self.settled {
            Some(settled) => {
                let (shops, people) = (self.town.merchants().len(), self.town.people().len());
                let payments = grouped(settled.payments);
                (
                    format!("합성 도시: 가게 {shops} · 주민 {people} · 지난 결제 {payments}"),
                    format!("a synthetic town: {shops} merchants · {people} payers · {payments} past payments"),
                )
            }
            None => ("이어서 시작합니다".to_owned(), "going on where it stopped".to_owned()),
        };
        let name = format!("Farthing {version}");
        let indent = " ".repeat(columns(&name));
        vec![format!("  {STRONG}{name}{STRONG:#}  {korean}"), format!("  {indent}  {FAINT}{english}{FAINT:#}")]
    }

    fn places(&self) -> Vec<String> {
        let rows = [
            ("지갑", "Wallet", format!("{}/", self.url), String::new()),
            (
                "가게",
                "Shop",
                self.shop_url.to_owned(),
                format!("{} · {}", self.shop.card.name, self.shop.card.name_latin),
            ),
            ("API 문서", "API docs", format!("{}/docs", self.url), String::new()),
            (
                "터미널",
                "Terminal",
                format!("farthing admin status --data {}", self.folder.path().display()),
                String::new(),
            ),
        ];
        let mut lines = Vec::new();
        for (korean, english, place, about) in rows {
            let (korean, english) = (padded(korean, 8), padded(english, 8));
            lines.push(format!("  {korean}  {FAINT}{english}{FAINT:#}  {LINK}{place}{LINK:#}"));
            if !about.is_empty() {
                lines.push(format!("  {}  {FAINT}{about}{FAINT:#}", " ".repeat(18)));
            }
        }
        lines
    }

    fn ending(&self) -> String {
        let kept = if self.folder.is_temporary() {
            "데이터는 지워집니다 · its data is removed"
        } else {
            "데이터는 남습니다 · its data stays"
        };
        format!("  {STRONG}멈추기 · Stop{STRONG:#}  Ctrl-C   {FAINT}{kept}{FAINT:#}")
    }
}

fn steps() -> Vec<String> {
    let width = STEPS.iter().map(|(korean, _)| columns(korean)).max().unwrap_or(0);
    let step = |(number, (korean, english)): (usize, &(&str, &str))| {
        format!("  {GOOD}{number}{GOOD:#}  {}  {FAINT}{english}{FAINT:#}", padded(korean, width))
    };
    (1..).zip(&STEPS).map(step).collect()
}
