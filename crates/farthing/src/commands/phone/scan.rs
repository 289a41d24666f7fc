//! A code, looked at: what it is, who is paid, where the money goes, and what paying would leave.

use std::io::BufRead;
use std::path::PathBuf;

use device::{ShowError, Shown};
use money::{Amount, Instant, IntentId, Language, ReasonCode};
use protocol::{
    CaptureMode, Cell, FundingKind, HopRole, QuoteBody, QuoteCore, QuoteView, ReportCodeBody, Surroundings, Warning,
};
use qr::{FindingKind, Inspection, Verdict, Weight};
use serde::{Deserialize, Serialize};

use super::page::{Posture, Screen};
use super::saved::Saved;
use super::sticker::{self, Sticker};
use super::words::{Word, left, refundable, settled};
use super::{Line, told};
use crate::commands::qr::picture;
use crate::failure::{Failure, failed};
use crate::output::{BAD, FAINT, GOOD, STRONG, WARN, pairs};

/// Which code.
#[derive(Debug, clap::Args)]
pub(super) struct Code {
    /// The scanned text, a checkout link, an intent's id (int_…), or - to read a line from stdin.
    #[arg(required_unless_present = "png")]
    code: Option<String>,
    /// Scan the one code of this picture instead.
    #[arg(long, value_name = "FILE", conflicts_with = "code")]
    png: Option<PathBuf>,
    /// Say that it was scanned in this cell of the map, a geohash of seven characters; nothing is said of the place
    /// without it.
    #[arg(long, value_name = "GEOHASH")]
    cell: Option<Cell>,
    /// Say that this mark could be seen around, 0 to 65535; may be repeated, eight at most.
    #[arg(long = "mark", value_name = "NUMBER")]
    marks: Vec<u16>,
}

/// A code and what the payer adds to it.
pub(super) struct Scanned {
    text: String,
    /// What the payer pays by a sticker.
    pub(super) amount: Option<Amount>,
    /// Where it was scanned, as far as the payer says so.
    place: Option<protocol::Scan>,
}

impl Code {
    pub(super) fn read(self, amount: Option<Amount>) -> Result<Scanned, Failure> {
        let surroundings = Surroundings::try_from(self.marks).map_err(failed("too many marks"))?;
        let place = (self.cell.is_some() || !surroundings.is_empty())
            .then_some(protocol::Scan { cell: self.cell, surroundings });
        let text = match (self.code, self.png) {
            (_, Some(path)) => only_one(picture::read(&path)?)?,
            (Some(code), None) if code == "-" => {
                let mut line = String::new();
                std::io::stdin().lock().read_line(&mut line).map_err(failed("cannot read the code"))?;
                line.trim_end_matches(['\r', '\n']).to_owned()
            }
            (code, None) => code.unwrap_or_default(),
        };
        Ok(Scanned { text, amount, place })
    }
}

impl Scanned {
    /// Tells the provider that it does not belong where it is.
    pub(super) async fn report(self, line: &mut Line) -> Result<(), Failure> {
        let body = ReportCodeBody { payload: self.text, scan: self.place };
        line.tell("/v1/codes/reports", &body).await.map_err(told)
    }

    fn shown(&self, shown: Shown) -> Shown {
        match &self.place {
            Some(place) => shown.scanned(place.clone()),
            None => shown,
        }
    }
}

/// Tricks that are shown at once: more than three sentences nobody reads at a counter.
const TRICKS_MAX: usize = 3;

/// WHY only one: a second code beside the first is how a sticker is pasted over; a person must say which is meant.
fn only_one(texts: Vec<Vec<u8>>) -> Result<String, Failure> {
    let count = texts.len();
    let mut texts = texts.into_iter();
    let (Some(text), None) = (texts.next(), texts.next()) else {
        let failure = Failure::negative(format!("there are {count} codes in the picture"));
        return Err(failure.hint("cut the picture to the one that is meant; two side by side may be a trick"));
    };
    String::from_utf8(text).map_err(failed("the code holds bytes that are no text"))
}

/// A code, looked at.
pub(super) struct Scan {
    inspection: Option<Inspection>,
    sticker: Option<Sticker>,
    core: Option<QuoteCore>,
    shown: Option<Result<Shown, ShowError>>,
    preview: Option<QuoteView>,
    now: Instant,
}

/// With `--json`: what a scan says.
#[derive(Serialize)]
struct ScanView<'a> {
    /// What to make of the code; `link` when there was none.
    verdict: &'a str,
    /// Why.
    reasons: Vec<ReasonCode>,
    /// Whether `phone pay` would sign it.
    payable: bool,
    /// Why not.
    #[serde(skip_serializing_if = "Option::is_none")]
    refusal: Option<String>,
    /// What a genuine sticker says of itself; without an amount there are no terms yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    sticker: Option<&'a Sticker>,
    /// The terms.
    core: Option<&'a QuoteCore>,
    /// Their digest: what would be signed.
    quote: Option<money::Digest>,
    /// The real decision, run dry.
    preview: Option<&'a QuoteView>,
    /// What this handset can say about itself.
    posture: Posture,
}

/// Fetches the terms of a code, checks one against the other, and asks what paying would mean. Signs no approval.
pub(super) async fn scan(scanned: &Scanned, saved: &mut Saved, line: &mut Line) -> Result<Scan, Failure> {
    let (code, now) = (scanned.text.as_str(), line.now().map_err(told)?);
    let mut seen = Scan { inspection: None, sticker: None, core: None, shown: None, preview: None, now };
    if let Ok(intent) = code.parse::<IntentId>() {
        let core = terms(intent, line).await?;
        seen.shown = Some(Shown::from_link(core.clone(), now));
        seen.core = Some(core);
        return seen.previewed(line).await;
    }
    let mut keys = saved.trusted(now).ok();
    let mut inspection = qr::inspect(code, keys.as_ref(), now);
    let outdated = [ReasonCode::CodeUnknownKey, ReasonCode::CodeRevocationStale];
    if inspection.reasons.iter().any(|reason| outdated.contains(reason)) {
        // The keys may have been rotated, or dated anew: the pinned root says whether the new set counts.
        saved.renew_keys(line.read("/.well-known/farthing-keys").await.map_err(told)?, now)?;
        keys = saved.trusted(now).ok();
        inspection = qr::inspect(code, keys.as_ref(), now);
    }
    let Some(keys) = keys else { return Ok(Scan { inspection: Some(inspection), ..seen }) };
    if let Some(intent) = intent_of(code) {
        let core = terms(intent, line).await?;
        let shown = match code.contains('#') {
            true => device::check_link(code, core.clone(), &keys, now),
            false => device::check_shown(code, core.clone(), &keys, now),
        };
        let shown = Some(shown.map(|shown| scanned.shown(shown)));
        return Scan { inspection: Some(inspection), core: Some(core), shown, ..seen }.previewed(line).await;
    }
    // What the register and the place say of it only the server knows.
    let inspection = judged(inspection, scanned, line).await?;
    seen.sticker = Sticker::read(code, inspection.fields.merchant_name.clone(), &keys, now);
    if let (Some(_), Some(amount)) = (&seen.sticker, scanned.amount)
        && inspection.verdict != Verdict::Dangerous
    {
        let core = sticker::terms(code, amount, line).await?;
        let shown = device::check_sticker(code, core.clone(), (saved.payer, amount), &keys, now);
        seen.shown = Some(shown.map(|shown| scanned.shown(shown)));
        seen.core = Some(core);
    }
    Scan { inspection: Some(inspection), ..seen }.previewed(line).await
}

/// What is asked of `POST /v1/qr/inspect`.
#[derive(Serialize)]
struct Asked<'a> {
    payload: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    scan: Option<&'a protocol::Scan>,
}

/// What matters of its answer here.
#[derive(Deserialize)]
struct Judged {
    verdict: Verdict,
    reasons: Vec<ReasonCode>,
}

/// Lowers the phone's own verdict to the server's, who knows the register and the place.
async fn judged(own: Inspection, scanned: &Scanned, line: &mut Line) -> Result<Inspection, Failure> {
    let asked = Asked { payload: &scanned.text, scan: scanned.place.as_ref() };
    let judged: Judged = line.post("/v1/qr/inspect", &asked).await.map_err(told)?;
    let worse = judged.verdict != own.verdict;
    Ok(if worse { own.lowered(judged.verdict, &judged.reasons) } else { own })
}

/// The intent a code or checkout link names; nothing about it is proven yet.
fn intent_of(code: &str) -> Option<IntentId> {
    const TERMS: u8 = 80;
    if let Some((_, terms)) = code.split_once('#') {
        return terms.split('&').find_map(|pair| pair.strip_prefix("i="))?.parse().ok();
    }
    qr::decode(code).ok()?.element(TERMS)?.child(1)?.parse().ok()
}

async fn terms(intent: IntentId, line: &mut Line) -> Result<QuoteCore, Failure> {
    line.read(&format!("/v1/intents/{intent}/core")).await.map_err(told)
}

impl Scan {
    pub(super) const fn may_be_paid(&self) -> bool {
        matches!(self.shown, Some(Ok(_)))
    }

    /// The sticker, when all that is missing is what the payer wants to pay.
    pub(super) fn wants_amount(&self) -> Option<&Sticker> {
        let stopped = self.found() == Some(Verdict::Dangerous);
        self.sticker.as_ref().filter(|_| self.shown.is_none() && !stopped)
    }

    /// The terms, to be signed; else why not, where there is more to say than that nobody vouches for the code.
    pub(super) fn into_shown(self) -> Result<Shown, Option<ShowError>> {
        self.shown.map_or(Err(None), |shown| shown.map_err(Some))
    }

    /// With what paying would mean. WHY only for terms that hold: the preview is of what would be signed.
    async fn previewed(mut self, line: &mut Line) -> Result<Self, Failure> {
        let Some(Ok(shown)) = &self.shown else { return Ok(self) };
        let body = QuoteBody { funding: FundingKind::Wallet, intent: shown.core().intent, via: shown.via().clone() };
        let view: QuoteView = line.post("/v1/quotes", &body).await.map_err(told)?;
        if view.quote != shown.quote() {
            return Err(Failure::negative("the server previews other terms than the code was signed for"));
        }
        self.preview = Some(view);
        Ok(self)
    }

    pub(super) fn write(&self, screen: &mut Screen<'_>) -> Result<(), Failure> {
        if screen.output.is_json() {
            return screen.output.object(&self.view(screen.sealed));
        }
        let language = screen.language;
        let mut rows = vec![(Word::Verdict, self.verdict(language))];
        rows.extend(self.tricks(language).map(|text| (Word::Warned, format!("{WARN}{text}{WARN:#}"))));
        rows.extend(self.sticker.iter().flat_map(Sticker::rows));
        if self.wants_amount().is_some() {
            rows.push((Word::Sum, format!("{WARN}{}{WARN:#}", Word::NameAmount.say(language))));
        }
        if let Some(core) = &self.core {
            rows.extend(terms_of(core, self.now, language));
        }
        if let Some(preview) = &self.preview {
            rows.extend(meaning(preview, language));
        }
        rows.push((Word::ThisPhone, format!("{FAINT}{}{FAINT:#}", Word::Unseen.say(language))));
        let rows: Vec<(&str, String)> = rows.into_iter().map(|(word, text)| (word.say(language), text)).collect();
        screen.output.line("");
        screen.output.lines(&pairs(&rows));
        screen.output.line("");
        Ok(())
    }

    fn refusal(&self) -> Option<String> {
        match &self.shown {
            Some(Err(error)) => Some(error.to_string()),
            _ => None,
        }
    }

    fn found(&self) -> Option<Verdict> {
        self.inspection.as_ref().map(|inspection| inspection.verdict)
    }

    fn verdict(&self, language: Language) -> String {
        if let Some(refusal) = self.refusal() {
            return format!("{BAD}{}{BAD:#}: {refusal}", Word::DoNotPay.say(language));
        }
        let (style, what) = match self.found() {
            None => (WARN, Word::Link),
            Some(Verdict::Trusted) => (GOOD, Word::Trusted),
            Some(Verdict::Unverified) => (WARN, Word::Unverified),
            Some(Verdict::Suspicious) => (BAD, Word::Suspicious),
            Some(Verdict::Dangerous) => (BAD, Word::Dangerous),
            Some(Verdict::Invalid) => (BAD, Word::Invalid),
            Some(Verdict::Expired) => (BAD, Word::Expired),
        };
        let reason = self.inspection.as_ref().and_then(|inspection| inspection.reasons.first());
        let why = match (self.found(), reason) {
            (None, _) => Word::LinkWhy.say(language),
            (Some(Verdict::Trusted), _) => Word::TrustedWhy.say(language),
            (Some(_), Some(reason)) => reason.text(language),
            (Some(_), None) => "",
        };
        let why = if why.is_empty() { String::new() } else { format!(": {why}") };
        format!("{style}{}{style:#}{why}", what.say(language))
    }

    /// What looks like a trick, in plain words.
    fn tricks(&self, language: Language) -> impl Iterator<Item = &'static str> {
        let found = self.inspection.iter().flat_map(|inspection| &inspection.findings);
        let kind = |code: &str| FindingKind::ALL.iter().find(|kind| kind.code() == code);
        let heavy = [Weight::Warns, Weight::Refuses, Weight::Alarms].map(Weight::name);
        let heavy = found.filter(move |finding| heavy.contains(&finding.weight));
        heavy.filter_map(move |finding| kind(finding.code)).map(move |kind| kind.text(language)).take(TRICKS_MAX)
    }

    fn view(&self, sealed: bool) -> ScanView<'_> {
        let verdict = match self.found() {
            None => "link",
            Some(Verdict::Trusted) => "trusted",
            Some(Verdict::Unverified) => "unverified",
            Some(Verdict::Suspicious) => "suspicious",
            Some(Verdict::Dangerous) => "dangerous",
            Some(Verdict::Invalid) => "invalid",
            Some(Verdict::Expired) => "expired",
        };
        ScanView {
            verdict,
            reasons: self.inspection.as_ref().map(|inspection| inspection.reasons.clone()).unwrap_or_default(),
            payable: self.may_be_paid(),
            refusal: self.refusal(),
            sticker: self.sticker.as_ref(),
            core: self.core.as_ref(),
            quote: self.core.as_ref().map(QuoteCore::digest),
            preview: self.preview.as_ref(),
            posture: Posture::new(sealed),
        }
    }
}

/// The terms as a payer reads them, the way of the money among them.
fn terms_of(core: &QuoteCore, now: Instant, language: Language) -> Vec<(Word, String)> {
    let payee = &core.payee;
    let taken = match core.capture {
        CaptureMode::Automatic => Word::TakenAtOnce,
        CaptureMode::Manual => Word::TakenLater,
    };
    let mut rows = vec![
        (Word::Payee, format!("{STRONG}{}{STRONG:#}  {} · {}", payee.name, payee.name_latin, payee.category)),
        (Word::Sum, format!("{STRONG}{}{STRONG:#}", core.amount.for_people())),
        (Word::For, core.purpose.to_string()),
        (Word::At, core.place.to_string()),
        (Word::Taken, taken.say(language).to_owned()),
    ];
    for funding in &core.funding {
        let role = |role| match role {
            HopRole::Wallet => Word::YourWallet.say(language),
            HopRole::Provider => Word::Provider.say(language),
            HopRole::Payee => Word::Payee.say(language),
        };
        let hops: Vec<String> = funding.path.iter().map(|hop| format!("{} ({})", hop.name, role(hop.role))).collect();
        rows.push((Word::Fee, funding.fee.for_people().to_string()));
        rows.push((Word::Way, hops.join(" → ")));
        rows.push((Word::Refunds, refundable(funding.refundable_days, language)));
        rows.push((Word::Settled, settled(funding.settlement_days, language)));
    }
    let seconds = core.expires_at.millis_since(now) / 1_000;
    let expires = if seconds > 0 { left(seconds, language) } else { Word::Already.say(language).to_owned() };
    rows.push((Word::Expires, expires));
    rows
}

/// What paying would mean for this wallet.
fn meaning(view: &QuoteView, language: Language) -> Vec<(Word, String)> {
    let mut rows = vec![(Word::Total, format!("{STRONG}{}{STRONG:#}", view.total.for_people()))];
    if let Some(after) = view.available_after {
        rows.push((Word::Left, format!("{} → {}", view.available_before.for_people(), after.for_people())));
    }
    rows.push((Word::LimitLeft, view.limit_left.for_people().to_string()));
    for warning in &view.warnings {
        let word = match warning {
            Warning::FirstTimePayee => Word::FirstTime,
            Warning::ExpiresSoon => Word::Soon,
            Warning::LeavesLittle => Word::Little,
            Warning::CodeDoubtful => Word::Doubtful,
        };
        rows.push((Word::Warned, format!("{WARN}{}{WARN:#}", word.say(language))));
    }
    for reason in &view.refusals {
        rows.push((Word::Refusal, format!("{BAD}{}{BAD:#}  {}", reason.code, reason.code.text(language))));
    }
    rows
}
