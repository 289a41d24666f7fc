//! [`needs`]: which rows a command reads; found by following what is known already.

use money::{AccountId, DeviceId, IntentId, PayerId, PaymentId};
use protocol::{FreezeForBody, RefundBody, RefundCause, Serial, Via, VouchBody};

use crate::command::Suspect;
use crate::facts::{CallerFacts, Facts};
use crate::kept::{Kept, KeptKey, limit_keys, passkey_keys, pin_keys, recovery_keys};
use crate::merchant::{MerchantFacts, bank, clearing};
use crate::noted::{Noted, NotedKey};
use crate::passkey::PasskeyUse;
use crate::risk_command::learning_keys;
use crate::state::{Key, Row, State, test_cash};
use crate::watch::Watched;
use crate::{identity, roll_up, sighting, sign_up};

/// The keys that `facts` reads and `state` does not have yet. Load them and ask again, until there are none.
#[must_use]
pub fn needs(facts: &Facts, state: &State) -> Vec<Key> {
    let mut wanted = wanted(facts, state);
    wanted.retain(|key| !state.has(key));
    wanted
}

/// Every key `facts` reads, in the order in which [`needs`] names them to who begins with nothing; all are loaded.
pub(crate) fn read_keys(facts: &Facts, state: &State) -> Vec<Key> {
    let mut walk = Walk { state, seen: Vec::with_capacity(16) };
    loop {
        let mut next = wanted(facts, &walk);
        next.retain(|key| !walk.seen.contains(key));
        if next.is_empty() {
            return walk.seen;
        }
        walk.seen.append(&mut next);
    }
}

/// What is known of the rows so far.
trait Known {
    /// Whether `key` is known, present or absent.
    fn has(&self, key: &Key) -> bool;
    /// The row of `key`; `None` when it is absent or not known.
    fn known(&self, key: &Key) -> Option<&Row>;
    /// All the rows, for a reader that asks only for known ones.
    fn state(&self) -> &State;
}

impl Known for State {
    fn has(&self, key: &Key) -> bool {
        self.has(key)
    }

    fn known(&self, key: &Key) -> Option<&Row> {
        self.known(key)
    }

    fn state(&self) -> &State {
        self
    }
}

/// Some of the rows of a state: those that a walk has come to.
struct Walk<'a> {
    state: &'a State,
    seen: Vec<Key>,
}

impl Known for Walk<'_> {
    fn has(&self, key: &Key) -> bool {
        self.seen.contains(key)
    }

    fn known(&self, key: &Key) -> Option<&Row> {
        if self.has(key) { self.state.row(key) } else { None }
    }

    fn state(&self) -> &State {
        self.state
    }
}

/// What `facts` reads, as far as the known rows tell; sorted, each once.
fn wanted(facts: &Facts, rows: &impl Known) -> Vec<Key> {
    let mut wanted = Vec::with_capacity(16);
    first(facts, &mut wanted);
    follow(facts, rows, &mut wanted);
    wanted.sort_unstable();
    wanted.dedup();
    wanted
}

fn caller_keys(caller: &CallerFacts, wanted: &mut Vec<Key>) {
    wanted.extend([Key::Proof(caller.proof.id), Key::Payer(caller.payer)]);
    device_keys(caller.device, wanted);
}

const fn code_key(serial: Serial) -> Key {
    Key::Noted(NotedKey::Code(serial))
}

fn device_keys(device: DeviceId, wanted: &mut Vec<Key>) {
    wanted.extend([Key::Device(device), Key::Kept(KeptKey::Standing(device))]);
}

/// What the command itself names.
#[expect(clippy::too_many_lines, reason = "one arm for each command")]
fn first(facts: &Facts, wanted: &mut Vec<Key>) {
    match facts {
        Facts::OpenPayer { body, key, proof, place, counted } => {
            wanted.extend([Key::Proof(proof.id), Key::Payer(body.payer)]);
            wanted.extend([Key::Device(body.device), Key::DeviceKey(*key)]);
            wanted.extend(counted.then(|| sign_up::key(sign_up::network_mark(place))));
        }
        Facts::ForgetSignUps { marks } => wanted.extend(marks.iter().map(|mark| sign_up::key(*mark))),
        Facts::Identity(facts) => {
            facts.caller().into_iter().for_each(|caller| caller_keys(caller, wanted));
            facts.keys(wanted);
        }
        Facts::Merchant(facts) => facts.keys(wanted),
        Facts::OpenSession { body, proof, .. } | Facts::RefreshSession { body, proof, .. } => {
            wanted.extend([Key::Proof(proof.id), Key::Payer(body.payer)]);
            device_keys(body.device, wanted);
        }
        Facts::EndSessions { caller, body } => {
            caller_keys(caller, wanted);
            device_keys(body.device, wanted);
        }
        Facts::RevokeDevice { caller, body } => {
            caller_keys(caller, wanted);
            recovery_keys(caller.payer, wanted);
            device_keys(body.device, wanted);
        }
        Facts::BindDevice { caller, body, key, possession } => {
            caller_keys(caller, wanted);
            wanted.extend([Key::Proof(possession.id), Key::Device(body.device), Key::DeviceKey(*key)]);
        }
        Facts::SetPin { caller, .. } | Facts::TryPin { caller, .. } | Facts::RemovePin { caller, .. } => {
            caller_keys(caller, wanted);
            pin_keys(caller.payer, wanted);
        }
        Facts::PrintCodes { caller, .. } | Facts::RemoveContact { caller, .. } => {
            caller_keys(caller, wanted);
            recovery_keys(caller.payer, wanted);
        }
        Facts::AddContact { caller, body } => {
            caller_keys(caller, wanted);
            wanted.push(Key::Payer(body.contact));
            recovery_keys(caller.payer, wanted);
        }
        Facts::Vouch { caller, body: VouchBody { payer, .. } }
        | Facts::FreezeFor { caller, body: FreezeForBody { payer } } => {
            caller_keys(caller, wanted);
            wanted.extend([Key::Payer(*payer), Key::Kept(KeptKey::Recovery(*payer))]);
        }
        Facts::VouchIdentity { payer, .. } | Facts::FreezeByCode { payer, .. } => {
            wanted.extend([Key::Payer(*payer), Key::Kept(KeptKey::Recovery(*payer))]);
        }
        Facts::Recover { payer, device, proof, passkey, .. } => {
            wanted.extend([
                Key::Proof(proof.id),
                Key::Payer(*payer),
                Key::Device(device.id),
                Key::DeviceKey(device.key),
            ]);
            wanted.extend(passkey.map(|used| Key::Proof(used.ceremony.id)));
            wanted.push(Key::Kept(KeptKey::Passkeys(*payer)));
            recovery_keys(*payer, wanted);
        }
        Facts::RotateKey { caller, key, .. } => {
            caller_keys(caller, wanted);
            wanted.extend([Key::DeviceKey(*key), Key::Kept(KeptKey::Guard(caller.payer))]);
        }
        Facts::StaffThaw { payer } => wanted.push(Key::Payer(*payer)),
        Facts::StaffRevokeDevice { payer, device } => {
            wanted.push(Key::Payer(*payer));
            device_keys(*device, wanted);
        }
        Facts::StaffRemovePin { payer } => {
            wanted.push(Key::Payer(*payer));
            pin_keys(*payer, wanted);
        }
        Facts::BeginPasskey { caller, .. }
        | Facts::RenamePasskey { caller, .. }
        | Facts::RevokePasskey { caller, .. } => {
            caller_keys(caller, wanted);
            passkey_keys(caller.payer, wanted);
        }
        Facts::AddPasskey { caller, ceremony, .. }
        | Facts::ApproveByPasskey { caller, used: PasskeyUse { ceremony, .. }, .. } => {
            caller_keys(caller, wanted);
            wanted.push(Key::Proof(ceremony.id));
            passkey_keys(caller.payer, wanted);
        }
        Facts::SignIn { payer, device, proof, used, .. } => {
            wanted.extend([Key::Proof(proof.id), Key::Proof(used.ceremony.id), Key::Payer(*payer)]);
            wanted.extend([Key::Device(device.id), Key::DeviceKey(device.key)]);
            passkey_keys(*payer, wanted);
        }
        Facts::ApproveByPin { payer, .. } | Facts::ChangePin { payer, .. } => {
            wanted.push(Key::Payer(*payer));
            pin_keys(*payer, wanted);
        }
        Facts::RegisterPayee { payee } => wanted.push(Key::Payee(payee.card.id)),
        Facts::RekeyPayee { payee, .. } => wanted.push(Key::Payee(*payee)),
        Facts::AddMerchantKey { key } => {
            wanted.extend([Key::Payee(key.payee), Key::Noted(NotedKey::MerchantKey(key.id))]);
            wanted.push(Key::Noted(NotedKey::KeyRing(key.payee)));
        }
        Facts::EndMerchantKey { key, .. } => wanted.push(Key::Noted(NotedKey::MerchantKey(*key))),
        Facts::RotateServerKeys { .. } => wanted.push(Key::Noted(NotedKey::ServerKeys)),
        Facts::Fund { payer, amount } => {
            wanted.extend([Key::Payer(*payer), Key::Account(test_cash(amount.currency()))]);
            limit_keys(*payer, wanted);
        }
        Facts::TestFund { caller, body } => {
            caller_keys(caller, wanted);
            wanted.extend([Key::Account(test_cash(body.amount.currency())), Key::Kept(KeptKey::Guard(caller.payer))]);
            limit_keys(caller.payer, wanted);
        }
        Facts::CreateIntent { payee, body, idempotency } => {
            wanted.push(Key::Payee(*payee));
            wanted.extend(body.terminal.map(code_key));
            wanted.extend(idempotency.iter().map(|(key, _)| Key::Idempotent(*payee, *key)));
        }
        Facts::RegisterCode { payee, proof, body } => {
            wanted.extend(proof.iter().map(|proof| Key::Proof(proof.id)));
            wanted.extend([Key::Payee(*payee), code_key(body.serial)]);
            wanted.extend(body.cell.map(|cell| Key::Noted(NotedKey::Place(cell))));
            wanted.push(Key::Noted(NotedKey::Watch(Watched::Payee(*payee))));
        }
        Facts::WithdrawCode { proof, serial, .. } => {
            wanted.extend(proof.iter().map(|proof| Key::Proof(proof.id)));
            wanted.push(code_key(*serial));
        }
        Facts::ReportCode { caller, serial, .. } => {
            caller_keys(caller, wanted);
            wanted.extend([code_key(*serial), Key::Noted(NotedKey::Watch(Watched::Code(*serial)))]);
        }
        Facts::ReportStranger { caller, body } => {
            caller_keys(caller, wanted);
            let cell = body.scan.as_ref().and_then(|scan| scan.cell);
            wanted.extend(cell.map(|cell| Key::Noted(NotedKey::Place(cell))));
        }
        Facts::ClearSuspicion { of: Suspect::Payee(payee) } => {
            wanted.extend([Key::Payee(*payee), Key::Noted(NotedKey::Watch(Watched::Payee(*payee)))]);
        }
        Facts::ClearSuspicion { of: Suspect::Place(cell) } => wanted.push(Key::Noted(NotedKey::Place(*cell))),
        Facts::JudgeCode { serial, .. } => {
            wanted.extend([code_key(*serial), Key::Noted(NotedKey::Watch(Watched::Code(*serial)))]);
        }
        Facts::FoldSightings { sightings } => {
            wanted.extend(sightings.iter().map(|intent| Key::Noted(NotedKey::Sighting(*intent))));
        }
        Facts::TakeSticker { caller, sticker, .. } => {
            caller_keys(caller, wanted);
            wanted.extend([Key::Payee(sticker.payee), code_key(sticker.serial)]);
        }
        Facts::Risk { asked } => {
            asked.caller().into_iter().for_each(|caller| caller_keys(caller, wanted));
            asked.first(wanted);
        }
        Facts::Quote { caller, body, .. } => {
            caller_keys(caller, wanted);
            wanted.extend([Key::Intent(body.intent), Key::Kept(KeptKey::Guard(caller.payer))]);
            wanted.extend([Key::Kept(KeptKey::Dossier(caller.payer)), identity::key(caller.payer)]);
            limit_keys(caller.payer, wanted);
        }
        Facts::Pay { caller, body, .. } => {
            caller_keys(caller, wanted);
            let guard = Key::Kept(KeptKey::Guard(caller.payer));
            wanted.extend([Key::Payment(body.payment), Key::Intent(body.intent), guard]);
            wanted.extend([Key::Kept(KeptKey::Dossier(caller.payer)), identity::key(caller.payer)]);
            wanted.push(Key::Noted(NotedKey::Sighting(body.intent)));
            limit_keys(caller.payer, wanted);
        }
        Facts::Capture { payment, proof, .. } | Facts::Void { payment, proof, .. } => {
            wanted.extend([Key::Proof(proof.id), Key::Payment(*payment)]);
        }
        Facts::Refund { proof, body, .. } => {
            wanted.extend([Key::Proof(proof.id), Key::Refund(body.refund), Key::Payment(body.payment)]);
        }
        Facts::Freeze { caller, .. } | Facts::Unfreeze { caller, .. } => {
            caller_keys(caller, wanted);
            wanted.push(Key::Kept(KeptKey::Guard(caller.payer)));
        }
        Facts::CancelPayment { caller, body } => {
            caller_keys(caller, wanted);
            wanted.push(Key::Payment(body.payment));
        }
        Facts::SetLimit { caller, .. } | Facts::CancelRaise { caller, .. } => {
            caller_keys(caller, wanted);
            wanted.extend([Key::Kept(KeptKey::Guard(caller.payer)), identity::key(caller.payer)]);
            limit_keys(caller.payer, wanted);
        }
        Facts::ShowLimits { payer, device } => {
            wanted.extend([Key::Payer(*payer), Key::Device(*device), identity::key(*payer)]);
            limit_keys(*payer, wanted);
        }
        Facts::ExpireHold { payment } | Facts::JudgeHeld { payment, .. } => wanted.push(Key::Payment(*payment)),
        Facts::ExpireIntent { intent } => wanted.push(Key::Intent(*intent)),
        Facts::RollUp { account } => wanted.extend([Key::Account(*account), Key::AppendedTo(*account)]),
    }
}

/// What the rows loaded so far lead on to.
fn follow(facts: &Facts, rows: &impl Known, wanted: &mut Vec<Key>) {
    let payer_id = facts.payer();
    if let Some(payer) = payer_id.and_then(|id| rows.known(&Key::Payer(id))) {
        wanted.extend(account_of(payer));
    }
    match facts {
        Facts::CreateIntent { payee, idempotency: Some((key, _)), .. } => {
            if let Some(Row::Idempotent(row)) = rows.known(&Key::Idempotent(*payee, *key)) {
                wanted.push(Key::Intent(row.intent));
            }
        }
        Facts::Quote { caller, body, .. } => follow_intent(rows, (body.intent, &body.via), caller.payer, wanted),
        Facts::Pay { caller, body, .. } => {
            follow_intent(rows, (body.intent, &body.via), caller.payer, wanted);
            if let Some(Row::Payment(payment)) = rows.known(&Key::Payment(body.payment)) {
                wanted.push(Key::Intent(payment.intent));
            }
        }
        Facts::Capture { payment, .. } | Facts::Void { payment, .. } => follow_payment(rows, *payment, wanted),
        Facts::CancelPayment { body, .. } => follow_payment(rows, body.payment, wanted),
        Facts::ExpireHold { payment } | Facts::JudgeHeld { payment, .. } => {
            follow_payment(rows, *payment, wanted);
            if let Some(Row::Payment(payment)) = rows.known(&Key::Payment(*payment)) {
                wanted.push(Key::Device(payment.device));
            }
        }
        Facts::EndMerchantKey { key, .. } => {
            if let Some(Row::Noted(Noted::MerchantKey(key))) = rows.known(&Key::Noted(NotedKey::MerchantKey(*key))) {
                wanted.push(Key::Noted(NotedKey::KeyRing(key.payee)));
            }
        }
        Facts::Unfreeze { caller, .. } => {
            if let Some(Row::Kept(Kept::Guard(guard))) = rows.known(&Key::Kept(KeptKey::Guard(caller.payer))) {
                wanted.extend(guard.frozen_by.map(Key::Device));
            }
        }
        Facts::ApproveByPin { payer, attempt, .. } | Facts::ChangePin { payer, attempt, .. } => {
            if let Some(Row::Kept(Kept::Pin(pin))) = rows.known(&Key::Kept(KeptKey::Pin(*payer))) {
                let tries = pin.tries.iter().filter(|known| known.id == *attempt);
                wanted.extend(tries.map(|known| Key::Device(known.device)));
            }
        }
        Facts::Refund { body, .. } => {
            follow_payment(rows, body.payment, wanted);
            follow_refund(rows, body, wanted);
        }
        Facts::Risk { asked } => asked.follow(&|key| rows.known(key), wanted),
        Facts::RollUp { account } => follow_appended(rows, *account, wanted),
        Facts::Identity(facts) => facts.follow(rows.known(&identity::key(facts.payer())), wanted),
        Facts::Merchant(facts) => follow_merchant(rows, facts, wanted),
        Facts::WithdrawCode { serial, .. } => {
            if let Some(Row::Noted(Noted::Code(code))) = rows.known(&code_key(*serial)) {
                wanted.extend(code.cell.map(|cell| Key::Noted(NotedKey::Place(cell))));
                wanted.push(Key::Noted(NotedKey::Watch(Watched::Payee(code.payee))));
            }
        }
        Facts::FoldSightings { sightings } => follow_sightings(rows, sightings, wanted),
        _ => {}
    }
}

fn follow_intent(rows: &impl Known, (intent, via): (IntentId, &Via), payer: PayerId, wanted: &mut Vec<Key>) {
    if let Some(Row::Intent(intent)) = rows.known(&Key::Intent(intent)) {
        wanted.extend([Key::Payee(intent.payee), Key::Pair(payer, intent.payee)]);
        wanted.push(Key::Noted(NotedKey::PayeeFile(intent.payee)));
        wanted.extend(intent.core.counter.map(|counter| code_key(counter.serial)));
        wanted.extend(sighting::keys(intent, via.scan()).into_iter().map(Key::Noted));
    }
}

fn follow_sightings(rows: &impl Known, sightings: &[IntentId], wanted: &mut Vec<Key>) {
    for intent in sightings {
        let Some(Row::Noted(Noted::Sighting(row))) = rows.known(&Key::Noted(NotedKey::Sighting(*intent))) else {
            continue;
        };
        let of_payee = NotedKey::Watch(Watched::Payee(row.payee));
        let of_code = row.serial.map(|serial| [NotedKey::Code(serial), NotedKey::Watch(Watched::Code(serial))]);
        let place = row.scan.cell.map(NotedKey::Place);
        wanted.extend(of_code.into_iter().flatten().chain(place).chain([of_payee]).map(Key::Noted));
    }
}

fn follow_payment(rows: &impl Known, payment: PaymentId, wanted: &mut Vec<Key>) {
    let Some(Row::Payment(payment)) = rows.known(&Key::Payment(payment)) else { return };
    wanted.extend([Key::Payer(payment.payer), Key::Payee(payment.payee), Key::Intent(payment.intent)]);
    wanted.extend([Key::Pair(payment.payer, payment.payee), Key::Kept(KeptKey::Usage(payment.payer))]);
    wanted.extend(payment.hold.map(Key::Hold));
    wanted.extend(payment.transfer.map(Key::Transfer));
    wanted.extend(rows.known(&Key::Payer(payment.payer)).and_then(account_of));
}

/// A refund takes from the payee's account, so it needs what the account has: what is counted, what waits of the payment
/// itself, and where that is not enough what else waits.
fn follow_refund(rows: &impl Known, body: &RefundBody, wanted: &mut Vec<Key>) {
    let Some(Row::Payment(payment)) = rows.known(&Key::Payment(body.payment)) else { return };
    let Some(Row::Payee(payee)) = rows.known(&Key::Payee(payment.payee)) else { return };
    if body.cause == Some(RefundCause::Fraud) {
        wanted.extend(learning_keys(payment));
    }
    let account = Key::Account(payee.account);
    wanted.push(account);
    let Some(transfer) = payment.transfer else { return };
    let own = Key::Appended(payment.payer, transfer, payee.account);
    wanted.extend([own, Key::Noted(NotedKey::Seen(transfer)), Key::Noted(NotedKey::PayeeFile(payee.card.id))]);
    if rows.has(&account) && rows.has(&own) && roll_up::is_short(rows.state(), payment, payee, body.amount) {
        wanted.push(Key::AppendedTo(payee.account));
        follow_appended(rows, payee.account, wanted);
    }
}

fn follow_appended(rows: &impl Known, account: AccountId, wanted: &mut Vec<Key>) {
    let Some(Row::AppendedTo(listed)) = rows.known(&Key::AppendedTo(account)) else { return };
    for (payer, transfer) in listed {
        let seen = Key::Noted(NotedKey::Seen(*transfer));
        wanted.extend([Key::Appended(*payer, *transfer, account), seen]);
        if let Some(Row::Noted(row)) = rows.known(&seen) {
            wanted.push(Key::Noted(NotedKey::PayeeFile(row.payee())));
        }
    }
}

/// A payout takes from the payee's account, so it counts what waits for it first.
fn follow_merchant(rows: &impl Known, facts: &MerchantFacts, wanted: &mut Vec<Key>) {
    let payee = match facts {
        MerchantFacts::RequestPayout { payee, .. } => Some(*payee),
        MerchantFacts::SettlePayout { payout, .. } => match rows.known(&Key::Noted(NotedKey::Payout(*payout))) {
            Some(Row::Noted(Noted::Payout(row))) => {
                let currency = row.amount.currency();
                wanted.extend([Key::Account(clearing(currency)), Key::Account(bank(currency)), Key::Payee(row.payee)]);
                Some(row.payee)
            }
            _ => None,
        },
        MerchantFacts::Submit { .. } | MerchantFacts::Judge { .. } => None,
    };
    let Some(Row::Payee(payee)) = payee.and_then(|payee| rows.known(&Key::Payee(payee))) else { return };
    wanted.push(Key::Account(payee.account));
    if matches!(facts, MerchantFacts::RequestPayout { .. }) {
        wanted.push(Key::AppendedTo(payee.account));
        follow_appended(rows, payee.account, wanted);
    }
}

const fn account_of(row: &Row) -> Option<Key> {
    match row {
        Row::Payer(payer) => Some(Key::Account(payer.wallet)),
        _ => None,
    }
}
