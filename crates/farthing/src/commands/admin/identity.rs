//! `farthing admin payer fact|guardian…`, `admin payee verification`, `admin payout`, `admin sign-ups`: who people and
//! merchants are, and how many wallets come from where.

use money::{Day, Instant, PayeeId, PayerId, PayoutId};
use protocol::{
    Assurance, Country, FactKind, FactSource, FactStanding, FactValue, FactsView, PayoutStatus, Text,
    VerificationState, VerificationView, limits,
};
use server::admin::{
    CheckedSource, FactEntry, FactWithdrawal, GuardianEntry, PayoutEntry, SignUpsView, StaffPayoutView,
    VerificationEntry,
};

use crate::failure::Failure;
use crate::output::{GOOD, Output, WARN, pairs, table};
use crate::staff::{DataFolder, Staff};

type Name = Text<{ limits::NAME_CHARS_MAX }>;
type Line = Text<{ limits::LINE_CHARS_MAX }>;

/// A word of the API as a flag's value.
fn word<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, String> {
    serde_json::from_value(serde_json::Value::from(text)).map_err(|error| error.to_string())
}

/// What is known about who a payer is. Whatever is changed is told to the payer, who may contest it.
#[derive(Debug, clap::Subcommand)]
pub(super) enum FactCommand {
    /// Every fact, with who says so and what it does.
    List {
        #[command(flatten)]
        folder: DataFolder,
        /// About whom (pyr_…).
        #[arg(long, value_name = "PAYER")]
        payer: PayerId,
    },
    /// Enter a fact that a document or the carrier shows, in the place of the one of its kind and source.
    Enter(Box<Enter>),
    /// Take a fact away, whoever said it.
    Withdraw {
        #[command(flatten)]
        folder: DataFolder,
        /// About whom (pyr_…).
        #[arg(long, value_name = "PAYER")]
        payer: PayerId,
        /// What it is about: born_on, legal_name, residence or line_since.
        #[arg(long, value_name = "KIND", value_parser = word::<FactKind>)]
        kind: FactKind,
        /// Who said it: self_declared, carrier or document.
        #[arg(long, value_name = "SOURCE", value_parser = word::<FactSource>)]
        source: FactSource,
        /// Who takes it away.
        #[arg(long, value_name = "NAME")]
        staff: Name,
    },
    /// Say who answers for a payer; without --guardian nobody does any more.
    Guardian {
        #[command(flatten)]
        folder: DataFolder,
        /// The ward (pyr_…).
        #[arg(long, value_name = "PAYER")]
        payer: PayerId,
        /// The guardian's wallet (pyr_…), whose date of birth was checked.
        #[arg(long, value_name = "PAYER")]
        guardian: Option<PayerId>,
        /// Who enters it.
        #[arg(long, value_name = "NAME")]
        staff: Name,
        /// Where what was looked at is kept.
        #[arg(long, value_name = "TEXT")]
        evidence: Option<Line>,
        /// From when on it is over (RFC 3339).
        #[arg(long, value_name = "MOMENT")]
        until: Option<Instant>,
    },
}

/// A fact to enter; one of the four.
#[derive(Debug, clap::Args)]
#[command(group = clap::ArgGroup::new("fact").required(true).args(["born_on", "legal_name", "residence", "line_since"]))]
pub(super) struct Enter {
    #[command(flatten)]
    folder: DataFolder,
    /// About whom (pyr_…).
    #[arg(long, value_name = "PAYER")]
    payer: PayerId,
    /// The date of birth, e.g. 2007-03-01.
    #[arg(long, value_name = "DATE")]
    born_on: Option<Day>,
    /// The name in law.
    #[arg(long, value_name = "NAME")]
    legal_name: Option<Name>,
    /// The country of residence, e.g. KR.
    #[arg(long, value_name = "COUNTRY")]
    residence: Option<Country>,
    /// Since when the line is theirs, e.g. 2019-05-20.
    #[arg(long, value_name = "DATE")]
    line_since: Option<Day>,
    /// Who says so: carrier or document.
    #[arg(long, value_name = "SOURCE", value_parser = word::<CheckedSource>)]
    source: CheckedSource,
    /// How sure it is: low, substantial or high; low is not relied on.
    #[arg(long, value_name = "LEVEL", default_value = "substantial", value_parser = word::<Assurance>)]
    assurance: Assurance,
    /// Who enters it.
    #[arg(long, value_name = "NAME")]
    staff: Name,
    /// Where what was looked at is kept.
    #[arg(long, value_name = "TEXT")]
    evidence: Option<Line>,
    /// From when on it is not relied on (RFC 3339).
    #[arg(long, value_name = "MOMENT")]
    until: Option<Instant>,
    /// The line it was checked by, e.g. +82-10-1234-5678: it vouches for so many wallets and no more. Never stored.
    #[arg(long, value_name = "NUMBER")]
    line: Option<String>,
}

impl FactCommand {
    pub(super) async fn run(self, output: &mut Output) -> Result<(), Failure> {
        let (folder, payer, call) = match self {
            Self::List { folder, payer } => {
                let mut staff = Staff::of(&folder).await?;
                let answer: Result<FactsView, Failure> = staff.get(&format!("/admin/payers/{payer}/facts")).await;
                staff.close().await?;
                return show(&answer?, output);
            }
            Self::Enter(enter) => {
                let entry = enter.entry()?;
                (enter.folder, enter.payer, ("facts", serde_json::to_value(entry)))
            }
            Self::Withdraw { folder, payer, kind, source, staff } => {
                let which = FactWithdrawal { kind, source, staff };
                (folder, payer, ("withdraw-fact", serde_json::to_value(which)))
            }
            Self::Guardian { folder, payer, guardian, staff, evidence, until } => {
                let entry = GuardianEntry { guardian, staff, evidence, expires_at: until };
                (folder, payer, ("guardian", serde_json::to_value(entry)))
            }
        };
        let (call, body) = call;
        let body = body.map_err(|error| Failure::because("cannot write the request", &error))?;
        let mut staff = Staff::of(&folder).await?;
        let answer: Result<FactsView, Failure> = staff.post(&format!("/admin/payers/{payer}/{call}"), &body).await;
        staff.close().await?;
        show(&answer?, output)
    }
}

impl Enter {
    fn entry(&self) -> Result<FactEntry, Failure> {
        let born_on = self.born_on.map(FactValue::BornOn);
        let name = self.legal_name.clone().map(FactValue::LegalName);
        let residence = self.residence.map(FactValue::Residence);
        let fact = born_on.or(name).or(residence).or(self.line_since.map(FactValue::LineSince));
        Ok(FactEntry {
            fact: fact.ok_or_else(|| Failure::new("no fact is named"))?,
            source: self.source,
            assurance: self.assurance,
            staff: self.staff.clone(),
            evidence: self.evidence.clone(),
            expires_at: self.until,
            line: self.line.clone(),
        })
    }
}

fn show(view: &FactsView, output: &mut Output) -> Result<(), Failure> {
    if output.is_json() {
        return output.object(view);
    }
    let row = |fact: &protocol::FactView| {
        let standing = match fact.standing {
            FactStanding::Relied => "relied on",
            FactStanding::Tightens if fact.contested_at.is_some() => "contested",
            FactStanding::Tightens => "tightens",
        };
        let value = match &fact.fact {
            FactValue::BornOn(day) | FactValue::LineSince(day) => day.to_string(),
            FactValue::LegalName(name) => name.to_string(),
            FactValue::Residence(country) => country.to_string(),
        };
        let kind = fact.fact.kind().word().to_owned();
        vec![kind, value, fact.source.word().to_owned(), fact.by.clone(), standing.to_owned()]
    };
    let rows: Vec<Vec<String>> = view.facts.iter().map(row).collect();
    output.lines(&table(&["fact", "is", "says", "entered by", "now"], &rows, &[]));
    for known in view.guardian.iter().chain(&view.wards) {
        let allowed = match &known.consent {
            None => format!("{WARN}allows nothing{WARN:#}"),
            Some(consent) if consent.withdrawn_at.is_some() => format!("{WARN}allows nothing any more{WARN:#}"),
            Some(consent) => format!("allows {} a month until {}", consent.cap.for_people(), consent.expires_at),
        };
        output.line(&format!("{} answers for {} and {allowed}", known.guardian, known.ward));
    }
    Ok(())
}

/// Who a merchant is, before anything is paid out to it.
#[derive(Debug, clap::Subcommand)]
pub(super) enum VerificationCommand {
    /// How far it is known.
    Show {
        #[command(flatten)]
        folder: DataFolder,
        /// Which payee (pye_…).
        #[arg(value_name = "PAYEE")]
        payee: PayeeId,
    },
    /// Say what was found: submitted (taken in for it), verified, refused or withdrawn.
    Set {
        #[command(flatten)]
        folder: DataFolder,
        /// Which payee (pye_…).
        #[arg(value_name = "PAYEE")]
        payee: PayeeId,
        /// How it stands from now on.
        #[arg(value_name = "STATE", value_parser = word::<VerificationState>)]
        state: VerificationState,
        /// Who says so.
        #[arg(long, value_name = "NAME")]
        staff: Name,
        /// Where what was looked at is kept.
        #[arg(long, value_name = "TEXT")]
        evidence: Option<Line>,
        /// Why; the merchant is shown it.
        #[arg(long, value_name = "TEXT")]
        note: Option<Line>,
    },
}

impl VerificationCommand {
    pub(super) async fn run(self, output: &mut Output) -> Result<(), Failure> {
        let answer: Result<VerificationView, Failure> = match self {
            Self::Show { folder, payee } => {
                let mut staff = Staff::of(&folder).await?;
                let answer = staff.get(&format!("/admin/payees/{payee}/verification")).await;
                staff.close().await?;
                answer
            }
            Self::Set { folder, payee, state, staff: by, evidence, note } => {
                let entry = VerificationEntry { state, staff: by, evidence, note };
                let mut staff = Staff::of(&folder).await?;
                let answer = staff.post(&format!("/admin/payees/{payee}/verification"), &entry).await;
                staff.close().await?;
                answer
            }
        };
        let view = answer?;
        if output.is_json() {
            return output.object(&view);
        }
        let state = match view.state {
            VerificationState::Verified => format!("{GOOD}verified{GOOD:#}: it is paid out to"),
            other => format!("{WARN}{}{WARN:#}: nothing is paid out", shown(&other)),
        };
        let text = |text: Option<String>| text.unwrap_or_else(|| "—".to_owned());
        output.lines(&pairs(&[
            ("payee", view.payee.to_string()),
            ("state", state),
            ("evidence", text(view.evidence)),
            ("note", text(view.note)),
            ("since", text(view.at.map(|at| at.to_string()))),
        ]));
        Ok(())
    }
}

fn shown<T: serde::Serialize>(word: &T) -> String {
    serde_json::to_value(word).ok().and_then(|word| word.as_str().map(str::to_owned)).unwrap_or_default()
}

/// What is paid out to merchants' banks.
#[derive(Debug, clap::Subcommand)]
pub(super) enum PayoutCommand {
    /// Every payout, those that wait for the bank among them.
    List {
        #[command(flatten)]
        folder: DataFolder,
    },
    /// The bank has it.
    Sent(Settle),
    /// It came back, and is the merchant's again.
    Returned(Settle),
}

/// What became of a payout.
#[derive(Debug, clap::Args)]
pub(super) struct Settle {
    #[command(flatten)]
    folder: DataFolder,
    /// Which payout (pot_…).
    #[arg(value_name = "PAYOUT")]
    payout: PayoutId,
    /// Who says so.
    #[arg(long, value_name = "NAME")]
    staff: Name,
    /// The bank's reference, or why it came back.
    #[arg(long, value_name = "TEXT")]
    reference: Line,
}

impl PayoutCommand {
    pub(super) async fn run(self, output: &mut Output) -> Result<(), Failure> {
        let (settle, status) = match self {
            Self::List { folder } => {
                let mut staff = Staff::of(&folder).await?;
                let answer: Result<Vec<StaffPayoutView>, Failure> = staff.get("/admin/payouts").await;
                staff.close().await?;
                return payouts(&answer?, output);
            }
            Self::Sent(settle) => (settle, PayoutStatus::Sent),
            Self::Returned(settle) => (settle, PayoutStatus::Returned),
        };
        let entry = PayoutEntry { status, staff: settle.staff, reference: settle.reference };
        let mut staff = Staff::of(&settle.folder).await?;
        let path = format!("/admin/payouts/{}", settle.payout);
        let answer: Result<StaffPayoutView, Failure> = staff.post(&path, &entry).await;
        staff.close().await?;
        payouts(&[answer?], output)
    }
}

fn payouts(rows: &[StaffPayoutView], output: &mut Output) -> Result<(), Failure> {
    if output.is_json() {
        return rows.iter().try_for_each(|row| output.object(row));
    }
    let row = |row: &StaffPayoutView| {
        let payout = &row.payout;
        let reference = payout.reference.clone().unwrap_or_else(|| "—".to_owned());
        let amount = payout.amount.for_people().to_string();
        vec![payout.payout.to_string(), row.payee.to_string(), amount, shown(&payout.status), reference]
    };
    let rows: Vec<Vec<String>> = rows.iter().map(row).collect();
    output.lines(&table(&["payout", "payee", "amount", "stands", "reference"], &rows, &[2]));
    Ok(())
}

/// How many wallets came from each network, and how many each line vouched for: the fullest first.
#[derive(Debug, clap::Args)]
pub(super) struct SignUps {
    #[command(flatten)]
    folder: DataFolder,
}

impl SignUps {
    pub(super) async fn run(self, output: &mut Output) -> Result<(), Failure> {
        let mut staff = Staff::of(&self.folder).await?;
        let answer: Result<Vec<SignUpsView>, Failure> = staff.get("/admin/sign-ups").await;
        staff.close().await?;
        let rows = answer?;
        if output.is_json() {
            return rows.iter().try_for_each(|row| output.object(row));
        }
        let row = |row: &SignUpsView| {
            let counts = [row.count.to_string(), row.limit.to_string(), row.refused.to_string()];
            [vec![shown(&row.by), row.of.clone()], counts.to_vec(), vec![row.until.to_string()]].concat()
        };
        let rows: Vec<Vec<String>> = rows.iter().map(row).collect();
        output.lines(&table(&["by", "of", "wallets", "of at most", "refused", "until"], &rows, &[2, 3, 4]));
        Ok(())
    }
}
