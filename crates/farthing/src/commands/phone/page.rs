//! What the handset shows.

use device::{ShowError, Shown};
use money::{Amount, Instant, ReasonCode};
use protocol::{CaptureMode, HopRole, PayerView, PaymentStatus, PaymentView, QuoteCore};
use qr::{Inspection, Verdict};
use serde::Serialize;

use crate::failure::Failure;
use crate::output::{BAD, FAINT, GOOD, Output, STRONG, WARN, pairs, table};

/// What a terminal cannot know about the device it runs on.
const UNSEEN: &str = "not visible here";

/// A code, looked at.
pub(super) struct Scan {
    inspection: Option<Inspection>,
    core: Option<QuoteCore>,
    shown: Option<Result<Shown, ShowError>>,
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
    /// What this handset can say about itself.
    posture: Posture,
}

/// What this handset can say about itself.
#[derive(Serialize)]
struct Posture {
    key: &'static str,
    rooted: &'static str,
    overlays: &'static str,
    wifi: &'static str,
    nfc: &'static str,
}

impl Scan {
    pub(super) fn of_link(core: QuoteCore, now: Instant) -> Self {
        let shown = Shown::from_link(core.clone(), now);
        Self { inspection: None, core: Some(core), shown: Some(shown), now }
    }

    pub(super) const fn of_code(
        inspection: Inspection,
        core: QuoteCore,
        shown: Result<Shown, ShowError>,
        now: Instant,
    ) -> Self {
        Self { inspection: Some(inspection), core: Some(core), shown: Some(shown), now }
    }

    pub(super) const fn unpayable(inspection: Inspection, now: Instant) -> Self {
        Self { inspection: Some(inspection), core: None, shown: None, now }
    }

    pub(super) const fn may_be_paid(&self) -> bool {
        matches!(self.shown, Some(Ok(_)))
    }

    /// The terms, to be signed; else why not, where there is more to say than that nobody vouches for the code.
    pub(super) fn into_shown(self) -> Result<Shown, Option<ShowError>> {
        self.shown.map_or(Err(None), |shown| shown.map_err(Some))
    }

    pub(super) fn write(&self, output: &mut Output) -> Result<(), Failure> {
        if output.is_json() {
            return output.object(&self.view());
        }
        let mut rows = vec![("verdict", self.verdict())];
        if let Some(core) = &self.core {
            rows.extend(terms(core, self.now));
        }
        rows.push(("this phone", format!("{FAINT}root, overlays, Wi-Fi, NFC: {UNSEEN}{FAINT:#}")));
        output.line("");
        output.lines(&pairs(&rows));
        output.line("");
        Ok(())
    }

    fn refusal(&self) -> Option<String> {
        match &self.shown {
            Some(Err(error)) => Some(error.to_string()),
            _ => None,
        }
    }

    fn verdict(&self) -> String {
        if let Some(refusal) = self.refusal() {
            return format!("{BAD}do not pay{BAD:#}: {refusal}");
        }
        match self.inspection.as_ref().map(|inspection| inspection.verdict) {
            None => format!("{WARN}a link{WARN:#}: terms from your own server, no code to hold them against"),
            Some(Verdict::Trusted) => format!("{GOOD}trusted{GOOD:#}: signed by your server, unchanged, in time"),
            Some(Verdict::Unverified) => format!("{WARN}unverified{WARN:#}: nobody vouches for this code"),
            Some(Verdict::Suspicious) => {
                format!("{BAD}suspicious{BAD:#}: claims to be your server's and cannot show it")
            }
            Some(Verdict::Dangerous) => format!("{BAD}dangerous{BAD:#}: changed after it was signed"),
            Some(Verdict::Invalid) => format!("{BAD}not a payment code{BAD:#}"),
            Some(Verdict::Expired) => format!("{BAD}expired{BAD:#}: genuine, but not valid now"),
        }
    }

    fn view(&self) -> ScanView<'_> {
        let verdict = match self.inspection.as_ref().map(|inspection| inspection.verdict) {
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
            posture: Posture { key: "software", rooted: UNSEEN, overlays: UNSEEN, wifi: UNSEEN, nfc: UNSEEN },
        }
    }
}

/// The terms as a payer reads them, the way of the money among them.
fn terms(core: &QuoteCore, now: Instant) -> Vec<(&'static str, String)> {
    let payee = &core.payee;
    let mut rows = vec![
        ("payee", format!("{STRONG}{}{STRONG:#}  {} · {}", payee.name, payee.name_latin, payee.category)),
        ("amount", format!("{STRONG}{}{STRONG:#}", core.amount.for_people())),
        ("for", core.purpose.to_string()),
        ("at", core.place.to_string()),
        ("taken", taken(core.capture).to_owned()),
    ];
    for funding in &core.funding {
        let role = |role| match role {
            HopRole::Wallet => "your wallet",
            HopRole::Provider => "provider",
            HopRole::Payee => "payee",
        };
        let hops: Vec<String> = funding.path.iter().map(|hop| format!("{} ({})", hop.name, role(hop.role))).collect();
        rows.push(("fee", funding.fee.for_people().to_string()));
        rows.push(("money's way", hops.join(" → ")));
        let days = |days: u16| if days == 0 { "at once".to_owned() } else { format!("in {days} days") };
        rows.push(("refunds", format!("can be asked for {} days", funding.refundable_days)));
        rows.push(("settled", days(funding.settlement_days)));
    }
    let left = core.expires_at.millis_since(now) / 1_000;
    rows.push((
        "expires",
        if left > 0 { format!("in {} min {} s", left / 60, left % 60) } else { "already".to_owned() },
    ));
    rows
}

const fn taken(capture: CaptureMode) -> &'static str {
    match capture {
        CaptureMode::Automatic => "at once",
        CaptureMode::Manual => "held first; the payee takes at most this much later",
    }
}

/// A wallet.
pub(super) fn balance(view: &PayerView, output: &mut Output) -> Result<(), Failure> {
    if output.is_json() {
        return output.object(view);
    }
    let lock = match (view.frozen, view.unfreezes_at) {
        (true, Some(at)) => format!("{WARN}frozen until {at}{WARN:#}"),
        (true, None) => format!("{WARN}frozen: nothing leaves it{WARN:#}"),
        (false, _) => format!("{GOOD}open{GOOD:#}"),
    };
    output.lines(&pairs(&[
        ("wallet", format!("{}  {FAINT}{}{FAINT:#}", view.name, view.payer)),
        ("available", format!("{STRONG}{}{STRONG:#}", view.balance.available.for_people())),
        ("held", view.balance.held.for_people().to_string()),
        ("state", lock),
        ("one payment", format!("at most {}", view.payment_limit.for_people())),
    ]));
    Ok(())
}

/// One payment, just made.
pub(super) fn payment(view: &PaymentView, output: &mut Output) -> Result<(), Failure> {
    if output.is_json() {
        return output.object(view);
    }
    let state = match view.status {
        PaymentStatus::Captured => format!("{GOOD}paid{GOOD:#}"),
        PaymentStatus::Authorized => format!("{GOOD}held for the payee{GOOD:#}"),
        other => status(other).to_owned(),
    };
    output.lines(&pairs(&[
        ("payment", format!("{state}  {FAINT}{}{FAINT:#}", view.payment)),
        ("paid to", format!("{} · {}", view.payee.name, view.amount.for_people())),
    ]));
    Ok(())
}

/// The latest payments, one JSON object a line or a table.
pub(super) fn activity(payments: &[PaymentView], output: &mut Output) -> Result<(), Failure> {
    if output.is_json() {
        return payments.iter().try_for_each(|payment| output.object(payment));
    }
    let sum = |amount: Amount| amount.for_people().to_string();
    let row = |payment: &PaymentView| {
        vec![
            payment.created_at.to_string(),
            payment.payee.name.to_string(),
            payment.purpose.clone(),
            sum(payment.amount),
            status(payment.status).to_owned(),
            if payment.refunded.is_zero() { String::new() } else { format!("{} refunded", sum(payment.refunded)) },
        ]
    };
    let rows: Vec<Vec<String>> = payments.iter().map(row).collect();
    output.lines(&table(&["when", "payee", "for", "amount", "state", ""], &rows, &[3]));
    Ok(())
}

const fn status(status: PaymentStatus) -> &'static str {
    match status {
        PaymentStatus::Authorized => "held",
        PaymentStatus::Captured => "paid",
        PaymentStatus::Voided => "released",
        PaymentStatus::Expired => "expired",
        PaymentStatus::Refused => "refused",
    }
}
