//! A code, looked at: what it is, who is paid, where the money goes, and what paying would leave.

use std::io::BufRead;
use std::path::PathBuf;

use device::{ShowError, Shown};
use money::{Instant, IntentId, Language, ReasonCode};
use protocol::{CaptureMode, FundingKind, HopRole, QuoteBody, QuoteCore, QuoteView, Warning};
use qr::{Inspection, Verdict};
use serde::Serialize;

use super::page::{Posture, Screen};
use super::saved::Saved;
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
}

impl Code {
    pub(super) fn read(self) -> Result<String, Failure> {
        match (self.code, self.png) {
            (_, Some(path)) => only_one(picture::read(&path)?),
            (Some(code), None) if code == "-" => {
                let mut line = String::new();
                std::io::stdin().lock().read_line(&mut line).map_err(failed("cannot read the code"))?;
                Ok(line.trim_end_matches(['\r', '\n']).to_owned())
            }
            (code, None) => Ok(code.unwrap_or_default()),
        }
    }
}

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
pub(super) async fn scan(code: &str, saved: &mut Saved, line: &mut Line) -> Result<Scan, Failure> {
    let now = line.now().map_err(told)?;
    if let Ok(intent) = code.parse::<IntentId>() {
        let core = terms(intent, line).await?;
        let shown = Shown::from_link(core.clone(), now);
        return Scan { inspection: None, core: Some(core), shown: Some(shown), preview: None, now }
            .previewed(line)
            .await;
    }
    let mut keys = saved.trusted(now).ok();
    let mut inspection = qr::inspect(code, keys.as_ref(), now);
    if inspection.reasons.contains(&ReasonCode::CodeUnknownKey) {
        // The keys may have been rotated: the pinned root says whether the new set counts.
        saved.renew_keys(line.read("/.well-known/farthing-keys").await.map_err(told)?, now)?;
        keys = saved.trusted(now).ok();
        inspection = qr::inspect(code, keys.as_ref(), now);
    }
    let (Some(keys), Some(intent)) = (keys, intent_of(code)) else {
        return Ok(Scan { inspection: Some(inspection), core: None, shown: None, preview: None, now });
    };
    let core = terms(intent, line).await?;
    let shown = match code.contains('#') {
        true => device::check_link(code, core.clone(), &keys, now),
        false => device::check_shown(code, core.clone(), &keys, now),
    };
    let inspection = Some(inspection);
    Scan { inspection, core: Some(core), shown: Some(shown), preview: None, now }.previewed(line).await
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
        let (style, what, why) = match self.found() {
            None => (WARN, Word::Link, Some(Word::LinkWhy)),
            Some(Verdict::Trusted) => (GOOD, Word::Trusted, Some(Word::TrustedWhy)),
            Some(Verdict::Unverified) => (WARN, Word::Unverified, Some(Word::UnverifiedWhy)),
            Some(Verdict::Suspicious) => (BAD, Word::Suspicious, Some(Word::SuspiciousWhy)),
            Some(Verdict::Dangerous) => (BAD, Word::Dangerous, Some(Word::DangerousWhy)),
            Some(Verdict::Invalid) => (BAD, Word::Invalid, None),
            Some(Verdict::Expired) => (BAD, Word::Expired, Some(Word::ExpiredWhy)),
        };
        let why = why.map(|why| format!(": {}", why.say(language))).unwrap_or_default();
        format!("{style}{}{style:#}{why}", what.say(language))
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
