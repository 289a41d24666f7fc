//! What the handset shows of wallet, payments, devices and sessions.

use money::{Amount, Instant, Language};
use protocol::{
    CodesView, DeviceView, HeardView, PayerView, PaymentStatus, PaymentView, PinView, RecoveryView, SessionView,
};
use serde::Serialize;

use super::saved::Saved;
use super::words::Word;
use crate::failure::Failure;
use crate::output::{BAD, FAINT, GOOD, Output, STRONG, WARN, pairs, table, words};

/// What a terminal cannot know about the device it runs on.
const UNSEEN: &str = "not visible here";

/// Where the handset shows things, and in which language.
pub(super) struct Screen<'a> {
    pub(super) output: &'a mut Output,
    pub(super) language: Language,
    /// Whether this phone's key lies sealed.
    pub(super) sealed: bool,
}

/// What this handset can say about itself.
#[derive(Serialize)]
pub(super) struct Posture {
    key: &'static str,
    rooted: &'static str,
    overlays: &'static str,
    wifi: &'static str,
    nfc: &'static str,
}

impl Posture {
    pub(super) const fn new(sealed: bool) -> Self {
        let key = if sealed { "sealed_software" } else { "software" };
        Self { key, rooted: UNSEEN, overlays: UNSEEN, wifi: UNSEEN, nfc: UNSEEN }
    }
}

/// With `--json`: where this phone stands.
#[derive(Serialize)]
pub(super) struct StatusView<'a> {
    /// The server.
    pub(super) server: &'a str,
    /// The wallet.
    pub(super) payer: &'a PayerView,
    /// This device, as the wallet knows it.
    pub(super) device: &'a DeviceView,
    /// The session of the present token.
    pub(super) session: Option<money::SessionId>,
    /// When that token ends.
    pub(super) token_expires_at: Option<Instant>,
    /// What this handset can say about itself.
    pub(super) posture: Posture,
}

impl Screen<'_> {
    /// A word in the language that is spoken.
    pub(super) const fn say(&self, word: Word) -> &'static str {
        word.say(self.language)
    }

    /// The tag of that language.
    pub(super) const fn language_tag(&self) -> &'static str {
        match self.language {
            Language::Ko => "ko",
            Language::En => "en",
        }
    }

    /// The payment PIN: never itself.
    pub(super) fn pin(&mut self, view: &PinView) -> Result<(), Failure> {
        if self.output.is_json() {
            return self.output.object(view);
        }
        let state = self.say(if view.set { Word::Set } else { Word::None }).to_owned();
        let mut rows = vec![(Word::PaymentPin, state)];
        if view.set {
            rows.extend(view.usable_from.map(|from| (Word::CodesFrom, from.to_string())));
            rows.push((Word::TriesLeft, view.tries_left.to_string()));
            rows.extend(view.locked_until.map(|until| (Word::LockedUntil, format!("{WARN}{until}{WARN:#}"))));
        }
        self.rows(rows);
        Ok(())
    }

    /// How the wallet could come back.
    pub(super) fn recovery(&mut self, view: &RecoveryView) -> Result<(), Failure> {
        if self.output.is_json() {
            return self.output.object(view);
        }
        let mut rows = vec![(Word::Codes, view.codes_left.to_string())];
        for contact in &view.contacts {
            let (name, id, from) = (&contact.name, contact.contact, contact.usable_from);
            rows.push((Word::Contact, format!("{name}  {FAINT}{id} · {from}{FAINT:#}")));
        }
        self.rows(rows);
        Ok(())
    }

    /// A sheet of codes, the one time it is shown.
    pub(super) fn sheet(&mut self, view: &CodesView, payer: money::PayerId) -> Result<(), Failure> {
        if self.output.is_json() {
            return self.output.object(view);
        }
        let mut rows = vec![(Word::Wallet, payer.to_string()), (Word::CodesFrom, view.usable_from.to_string())];
        for code in &view.codes {
            rows.push((Word::Codes, format!("{STRONG}{}{STRONG:#}", code.dangerous_reveal())));
        }
        self.rows(rows);
        let keep = self.say(Word::CodesKeep);
        self.output.note(&format!("{WARN}{keep}{WARN:#}"));
        Ok(())
    }

    /// That something was heard.
    pub(super) fn heard(&mut self, view: &HeardView) -> Result<(), Failure> {
        if self.output.is_json() {
            return self.output.object(view);
        }
        self.good(Word::Heard);
        Ok(())
    }

    /// Labelled rows.
    pub(super) fn rows(&mut self, rows: Vec<(Word, String)>) {
        let rows: Vec<(&str, String)> = rows.into_iter().map(|(word, text)| (self.say(word), text)).collect();
        self.output.lines(&pairs(&rows));
    }

    /// A sentence above what follows; for people only.
    pub(super) fn good(&mut self, word: Word) {
        if !self.output.is_json() {
            let text = self.say(word);
            self.output.line(&format!("{GOOD}{text}{GOOD:#}"));
        }
    }

    /// That something was done of which there is no more to show.
    pub(super) fn done(&mut self, word: Word) -> Result<(), Failure> {
        if self.output.is_json() {
            return self.output.object(&serde_json::json!({ "done": true }));
        }
        self.good(word);
        Ok(())
    }

    /// A wallet.
    pub(super) fn balance(&mut self, view: &PayerView) -> Result<(), Failure> {
        if self.output.is_json() {
            return self.output.object(view);
        }
        let rows = self.wallet(view);
        self.rows(rows);
        Ok(())
    }

    fn wallet(&self, view: &PayerView) -> Vec<(Word, String)> {
        let state = match (view.frozen, view.unfreezes_at) {
            (true, Some(at)) => format!("{WARN}{} {at}{WARN:#}", self.say(Word::FrozenUntil)),
            (true, None) => format!("{WARN}{}{WARN:#}", self.say(Word::Frozen)),
            (false, _) => format!("{GOOD}{}{GOOD:#}", self.say(Word::Open)),
        };
        let limit = format!("{} {}", self.say(Word::AtMost), view.payment_limit.for_people());
        vec![
            (Word::Wallet, format!("{}  {FAINT}{}{FAINT:#}", words(&view.name), view.payer)),
            (Word::Available, format!("{STRONG}{}{STRONG:#}", view.balance.available.for_people())),
            (Word::Held, view.balance.held.for_people().to_string()),
            (Word::State, state),
            (Word::OnePayment, limit),
        ]
    }

    /// Where this phone stands.
    pub(super) fn status(&mut self, view: &StatusView<'_>) -> Result<(), Failure> {
        if self.output.is_json() {
            return self.output.object(view);
        }
        let key = if self.sealed { Word::Sealed } else { Word::Software };
        let mut rows = self.wallet(view.payer);
        rows.push((Word::Server, view.server.to_owned()));
        rows.push((Word::Device, format!("{}  {FAINT}{}{FAINT:#}", words(&view.device.name), view.device.device)));
        rows.push((Word::Key, self.say(key).to_owned()));
        rows.push((Word::Usable, self.use_of(view.device)));
        if let (Some(session), Some(at)) = (view.session, view.token_expires_at) {
            rows.push((Word::Session, format!("{FAINT}{session}{FAINT:#}")));
            rows.push((Word::TokenUntil, at.to_string()));
        }
        rows.push((Word::ThisPhone, format!("{FAINT}{}{FAINT:#}", self.say(Word::Unseen))));
        self.rows(rows);
        Ok(())
    }

    /// One payment, just made.
    pub(super) fn payment(&mut self, view: &PaymentView) -> Result<(), Failure> {
        if self.output.is_json() {
            return self.output.object(view);
        }
        let state = match view.status {
            PaymentStatus::Held => format!("{WARN}{}{WARN:#}{}", self.say(Word::Waits), self.until(view)),
            PaymentStatus::Captured => format!("{GOOD}{}{GOOD:#}", self.say(Word::Paid)),
            PaymentStatus::Authorized => format!("{GOOD}{}{GOOD:#}", self.say(Word::HeldForPayee)),
            other => self.say(status(other)).to_owned(),
        };
        self.rows(vec![
            (Word::Payment, format!("{state}  {FAINT}{}{FAINT:#}", view.payment)),
            (Word::PaidTo, format!("{} · {}", view.payee.name, view.amount.for_people())),
        ]);
        Ok(())
    }

    /// Until when a payment waits, and what happens then.
    fn until(&self, view: &PaymentView) -> String {
        let Some(wait) = &view.wait else { return String::new() };
        let then = self.say(if wait.goes_on { Word::GoesOn } else { Word::ComesBack });
        let rules: Vec<&str> = view.rules.iter().map(|rule| rule.say.as_str()).collect();
        format!(" · {} → {then}  {FAINT}{}{FAINT:#}", wait.until, rules.join("; "))
    }

    /// The latest payments, one JSON object a line or a table.
    pub(super) fn activity(&mut self, payments: &[PaymentView]) -> Result<(), Failure> {
        if self.output.is_json() {
            return payments.iter().try_for_each(|payment| self.output.object(payment));
        }
        let sum = |amount: Amount| amount.for_people().to_string();
        let row = |payment: &PaymentView| {
            let refunded = format!("{} {}", sum(payment.refunded), self.say(Word::Refunded));
            vec![
                payment.created_at.to_string(),
                payment.payee.name.to_string(),
                words(&payment.purpose),
                sum(payment.amount),
                self.say(status(payment.status)).to_owned(),
                if payment.refunded.is_zero() { String::new() } else { refunded },
            ]
        };
        let rows: Vec<Vec<String>> = payments.iter().map(row).collect();
        let headings = [Word::When, Word::Payee, Word::For, Word::Sum, Word::State].map(|word| self.say(word));
        self.output.lines(&table(&[&headings[..], &[""]].concat(), &rows, &[3]));
        Ok(())
    }

    /// The devices of the wallet, one JSON object a line or a table.
    pub(super) fn devices(&mut self, devices: &[DeviceView], saved: &Saved) -> Result<(), Failure> {
        if self.output.is_json() {
            return devices.iter().try_for_each(|device| self.output.object(device));
        }
        let row = |device: &DeviceView| {
            let own = if device.device == saved.device { self.say(Word::ThisPhone) } else { "" };
            let (name, id, since) = (words(&device.name), device.device.to_string(), device.bound_at.to_string());
            vec![name, id, since, self.use_of(device), own.to_owned()]
        };
        let rows: Vec<Vec<String>> = devices.iter().map(row).collect();
        let headings = [Word::Name, Word::Device, Word::Since, Word::State].map(|word| self.say(word));
        self.output.lines(&table(&[&headings[..], &[""]].concat(), &rows, &[]));
        Ok(())
    }

    fn use_of(&self, device: &DeviceView) -> String {
        if device.revoked {
            return format!("{BAD}{}{BAD:#}", self.say(Word::Revoked));
        }
        if !device.kind.is_own() {
            return self.say(Word::SharedMachine).to_owned();
        }
        if device.usable_from > device.bound_at {
            return format!("{} {}", self.say(Word::WaitsUntil), device.usable_from);
        }
        self.say(Word::Usable).to_owned()
    }

    /// The live sessions of the wallet, one JSON object a line or a table.
    pub(super) fn sessions(&mut self, sessions: &[SessionView]) -> Result<(), Failure> {
        if self.output.is_json() {
            return sessions.iter().try_for_each(|session| self.output.object(session));
        }
        let row = |session: &SessionView| {
            let own = if session.current { self.say(Word::Here) } else { "" };
            let (name, id) = (words(&session.device_name), session.session.to_string());
            let (since, last) = (session.opened_at.to_string(), session.last_at.to_string());
            vec![name, id, since, last, words(&session.place), own.to_owned()]
        };
        let rows: Vec<Vec<String>> = sessions.iter().map(row).collect();
        let headings = [Word::Device, Word::Session, Word::Since, Word::Last, Word::Place].map(|word| self.say(word));
        self.output.lines(&table(&[&headings[..], &[""]].concat(), &rows, &[]));
        Ok(())
    }
}

const fn status(status: PaymentStatus) -> Word {
    match status {
        PaymentStatus::Authorized => Word::Held,
        PaymentStatus::Held => Word::Waits,
        PaymentStatus::Captured => Word::Paid,
        PaymentStatus::Voided => Word::Released,
        PaymentStatus::Expired => Word::Lapsed,
        PaymentStatus::Refused => Word::Refused,
    }
}
