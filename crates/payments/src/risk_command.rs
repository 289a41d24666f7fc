//! What is asked about risk beside paying: that a payment was fraud, that a rule passes somebody over, that one is demoted.

use credentials::{ProofUse, Signed};
use money::{Digest, Instant, PayerId, PaymentId};
use protocol::{AttackBody, ReportPaymentBody, sha256};
use serde::{Deserialize, Serialize};

use crate::decide::Context;
use crate::facts::{CallerFacts, caller};
use crate::kept::KeptKey;
use crate::model::{Line, Payment};
use crate::noted::{Noted, NotedKey};
use crate::outcome::{Accepted, Refusal};
use crate::permit::{StaffPermit, SystemPermit};
use crate::state::{Key, Row};
use crate::{demotion, outcomes, snoozing};

/// A command about risk, with the authority it is asked under.
#[derive(Debug)]
pub enum RiskCommand {
    /// Say that a payment of one's own was fraud.
    Report {
        /// The device's proof.
        signed: Signed<ReportPaymentBody>,
    },
    /// Let nothing leave a wallet, and say that what was paid since a moment was fraud.
    Attack {
        /// The device's proof.
        signed: Signed<AttackBody>,
    },
    /// Say what a payment was, whatever others said.
    Judge {
        /// Staff.
        permit: StaffPermit,
        /// Which.
        payment: PaymentId,
        /// Whether it was fraud.
        fraud: bool,
    },
    /// Take in the payments of an attack.
    TakeAlarm {
        /// The worker that learns.
        permit: SystemPermit,
        /// Whose.
        payer: PayerId,
        /// Their payments since then, at most [`crate::limits::ALARM_PAYMENTS_MAX`].
        payments: Vec<PaymentId>,
    },
    /// Fold what became known of payments into their payees' files.
    FoldOutcomes {
        /// The worker that learns.
        permit: SystemPermit,
        /// Which, at most [`crate::limits::FOLD_MAX`].
        payments: Vec<PaymentId>,
    },
    /// Pass a rule over for a payer until some moment, or no longer.
    Snooze {
        /// Staff.
        permit: StaffPermit,
        /// For whom.
        payer: PayerId,
        /// Which rule.
        rule: String,
        /// Until when; `None` ends it now.
        until: Option<Instant>,
        /// Why.
        because: Line,
    },
    /// Demote what a rule, or the score, refuses to step-ups; or no longer.
    Demote {
        /// The breaker.
        permit: SystemPermit,
        /// Which rule.
        rule: String,
        /// Until when; `None` ends it now.
        until: Option<Instant>,
        /// How many of how many payments it stopped.
        stopped: [u64; 2],
    },
}

/// A command about risk after its authority was consumed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "what")]
#[expect(missing_docs, reason = "each mirrors the command of the same name, whose parts are documented there")]
pub enum RiskFacts {
    Report { caller: CallerFacts, body: ReportPaymentBody },
    Attack { caller: CallerFacts, body: AttackBody },
    Judge { payment: PaymentId, fraud: bool },
    TakeAlarm { payer: PayerId, payments: Vec<PaymentId> },
    FoldOutcomes { payments: Vec<PaymentId> },
    Snooze { payer: PayerId, rule: String, until: Option<Instant>, because: Line },
    Demote { rule: String, until: Option<Instant>, stopped: [u64; 2] },
}

impl From<RiskCommand> for RiskFacts {
    fn from(command: RiskCommand) -> Self {
        match command {
            RiskCommand::Report { signed } => Self::Report { caller: caller(&signed), body: signed.into_body() },
            RiskCommand::Attack { signed } => Self::Attack { caller: caller(&signed), body: signed.into_body() },
            RiskCommand::Judge { permit: _, payment, fraud } => Self::Judge { payment, fraud },
            RiskCommand::TakeAlarm { permit: _, payer, payments } => Self::TakeAlarm { payer, payments },
            RiskCommand::FoldOutcomes { permit: _, payments } => Self::FoldOutcomes { payments },
            RiskCommand::Snooze { permit: _, payer, rule, until, because } => {
                Self::Snooze { payer, rule, until, because }
            }
            RiskCommand::Demote { permit: _, rule, until, stopped } => Self::Demote { rule, until, stopped },
        }
    }
}

impl RiskCommand {
    /// What it is called in metrics: as its facts are in records.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Report { .. } => "report_payment",
            Self::Attack { .. } => "report_attack",
            Self::Judge { .. } => "judge_payment",
            Self::TakeAlarm { .. } => "take_alarm",
            Self::FoldOutcomes { .. } => "fold_outcomes",
            Self::Snooze { .. } => "snooze_rule",
            Self::Demote { .. } => "demote_rule",
        }
    }
}

impl RiskFacts {
    pub(crate) const fn name(&self) -> &'static str {
        match self {
            Self::Report { .. } => "report_payment",
            Self::Attack { .. } => "report_attack",
            Self::Judge { .. } => "judge_payment",
            Self::TakeAlarm { .. } => "take_alarm",
            Self::FoldOutcomes { .. } => "fold_outcomes",
            Self::Snooze { .. } => "snooze_rule",
            Self::Demote { .. } => "demote_rule",
        }
    }

    pub(crate) const fn payer(&self) -> Option<PayerId> {
        match self {
            Self::Report { caller, .. } | Self::Attack { caller, .. } => Some(caller.payer),
            Self::TakeAlarm { payer, .. } | Self::Snooze { payer, .. } => Some(*payer),
            Self::Judge { .. } | Self::FoldOutcomes { .. } | Self::Demote { .. } => None,
        }
    }

    pub(crate) const fn caller(&self) -> Option<&CallerFacts> {
        match self {
            Self::Report { caller, .. } | Self::Attack { caller, .. } => Some(caller),
            _ => None,
        }
    }

    pub(crate) fn proof(&self) -> Option<ProofUse> {
        self.caller().map(|caller| caller.proof)
    }

    /// Whether a worker asks: where there was nothing to do, nothing is recorded.
    pub(crate) const fn is_upkeep(&self) -> bool {
        matches!(self, Self::TakeAlarm { .. } | Self::FoldOutcomes { .. } | Self::Demote { .. })
    }

    /// What the command itself names, beside its caller's rows.
    pub(crate) fn first(&self, wanted: &mut Vec<Key>) {
        match self {
            Self::Report { body, .. } => wanted.push(Key::Payment(body.payment)),
            Self::Attack { caller, body } => {
                let alarm = Key::Noted(NotedKey::Alarm(body.payer));
                wanted.extend([Key::Kept(KeptKey::Guard(caller.payer)), alarm]);
            }
            Self::Judge { payment, .. } => wanted.push(Key::Payment(*payment)),
            Self::TakeAlarm { payer, payments } => {
                wanted.extend([Key::Payer(*payer), Key::Noted(NotedKey::Alarm(*payer))]);
                wanted.extend(payments.iter().map(|payment| Key::Payment(*payment)));
            }
            Self::FoldOutcomes { payments } => {
                wanted.extend(payments.iter().map(|payment| Key::Noted(NotedKey::Outcome(*payment))));
            }
            Self::Snooze { payer, .. } => {
                wanted.extend([Key::Payer(*payer), Key::Kept(KeptKey::Dossier(*payer))]);
            }
            Self::Demote { rule, .. } => wanted.push(Key::Noted(NotedKey::Demotion(rule_key(rule)))),
        }
    }

    /// What the rows loaded so far lead on to.
    pub(crate) fn follow<'a>(&self, known: &dyn Fn(&Key) -> Option<&'a Row>, wanted: &mut Vec<Key>) {
        match self {
            Self::Report { body: ReportPaymentBody { payment, .. }, .. } | Self::Judge { payment, .. } => {
                if let Some(Row::Payment(payment)) = known(&Key::Payment(*payment)) {
                    wanted.extend(learning_keys(payment));
                }
            }
            Self::TakeAlarm { payments, .. } => {
                for payment in payments {
                    if let Some(Row::Payment(payment)) = known(&Key::Payment(*payment)) {
                        wanted.extend(learning_keys(payment));
                    }
                }
            }
            Self::FoldOutcomes { payments } => {
                for payment in payments {
                    if let Some(Row::Noted(Noted::Outcome(row))) = known(&Key::Noted(NotedKey::Outcome(*payment))) {
                        wanted.push(Key::Noted(NotedKey::PayeeFile(row.payee)));
                    }
                }
            }
            Self::Attack { .. } | Self::Snooze { .. } | Self::Demote { .. } => {}
        }
    }

    pub(crate) fn carry_out(&self, context: &mut Context<'_>) -> Result<Accepted, Refusal> {
        match self {
            Self::Report { caller, body } => outcomes::report(context, caller, body),
            Self::Attack { caller, body } => outcomes::attack(context, caller, body),
            Self::Judge { payment, fraud } => outcomes::judge(context, *payment, *fraud),
            Self::TakeAlarm { payer, payments } => outcomes::take_alarm(context, *payer, payments),
            Self::FoldOutcomes { payments } => outcomes::fold(context, payments),
            Self::Snooze { payer, rule, until, because: _ } => snoozing::snooze(context, *payer, rule, *until),
            Self::Demote { rule, until, stopped } => demotion::demote(context, rule, *until, *stopped),
        }
    }
}

/// What is read to learn what a payment was.
pub(crate) fn learning_keys(payment: &Payment) -> [Key; 4] {
    [
        Key::Payer(payment.payer),
        Key::Kept(KeptKey::Dossier(payment.payer)),
        Key::Noted(NotedKey::Label(payment.id)),
        Key::Noted(NotedKey::Outcome(payment.id)),
    ]
}

/// The key of what is noted about a rule.
pub(crate) fn rule_key(rule: &str) -> [u8; 16] {
    let digest: Digest = sha256(rule.as_bytes());
    let mut key = [0; 16];
    for (to, from) in key.iter_mut().zip(digest.as_bytes()) {
        *to = *from;
    }
    key
}
