//! The suite every store must pass, generic over how one is opened: each check is handed a fresh place and opens its
//! store there, closes it, and opens it again where a restart is part of the fact.

mod codes;
mod commands;
mod concurrency;
mod identity;
mod kept;
mod limits;
mod lists;
mod merchant_keys;
mod outcomes;
mod passkeys;
mod proofs;
mod recovery;
mod retention;
mod roll_up;
mod sessions;
mod time;
mod waiting;

use std::sync::Arc;

use store::{ManualClock, Store};

use crate::town::Town;

/// Opens a store by this clock; the same number is the same place, with what was left there.
pub(crate) type Open<'a> = &'a (dyn Fn(u64, Arc<ManualClock>) -> Arc<dyn Store> + Sync);

/// A town and its store.
pub(crate) struct Place<'a> {
    open: Open<'a>,
    number: u64,
    pub(crate) town: Town,
    pub(crate) store: Arc<dyn Store>,
}

impl<'a> Place<'a> {
    fn new(open: Open<'a>, number: u64) -> Self {
        let town = Town::new(number);
        let store = open(number, town.clock.clone());
        Self { open, number, town, store }
    }

    /// Closes the store and opens it again.
    async fn restart(mut self) -> Self {
        self.store.close().await.unwrap();
        drop(self.store);
        self.store = (self.open)(self.number, self.town.clock.clone());
        self
    }

    /// The books balance, the chain holds, and every decision was made again.
    async fn proven(self) {
        self.store.seal().await.unwrap();
        let ledger = self.store.check_ledger().await.unwrap();
        assert!(ledger.ok, "{:?}", ledger.findings);
        let audit = self.store.verify_audit().await.unwrap();
        assert!(audit.ok, "{:?}", audit.findings);
        assert_eq!(audit.decisions, audit.replayed, "every decision is made again");
        self.store.close().await.unwrap();
    }
}

/// Runs the whole suite.
pub(crate) async fn conformance(open: Open<'_>) {
    let mut number = 0;
    let mut next = || {
        number += 1;
        Place::new(open, number)
    };
    commands::every_command_has_its_effect(next()).await;
    commands::a_hold_is_captured_in_part_or_voided(next()).await;
    commands::refunds_add_up_and_stop_at_what_was_captured(next()).await;
    commands::a_quote_writes_nothing(next()).await;
    codes::what_is_scanned_is_folded_once(next()).await;
    commands::a_refused_command_changes_nothing_but_its_record(next()).await;
    commands::events_are_told_after_their_commit(next()).await;
    proofs::a_proof_works_once(next()).await;
    proofs::the_same_payment_again_is_the_first_answer_also_after_a_restart(next()).await;
    proofs::an_intent_key_works_once_also_after_a_restart(next()).await;
    proofs::a_refund_id_works_once_also_after_a_restart(next()).await;
    proofs::a_refused_payment_keeps_its_id(next()).await;
    time::a_hold_expires(next()).await;
    waiting::a_held_payment_waits_and_goes_on_or_comes_back(next()).await;
    time::an_intent_expires(next()).await;
    time::a_frozen_wallet_pays_nothing_until_it_has_thawed(next()).await;
    time::a_stale_proof_is_forgotten_but_never_works_again(next()).await;
    time::the_present_never_goes_back(next()).await;
    kept::an_approval_outlives_a_restart_and_is_spent_once(next()).await;
    outcomes::what_is_reported_is_learnt_once_also_after_a_crash(next()).await;
    outcomes::an_attack_waits_for_its_payments_also_after_a_crash(next()).await;
    outcomes::a_demotion_holds_over_a_restart(next()).await;
    passkeys::a_passkey_is_kept_used_once_a_ceremony_and_flagged_for_good(next()).await;
    recovery::a_code_is_used_up_and_what_spoke_is_remembered(next()).await;
    lists::payments_are_paged_newest_first(next()).await;
    lists::payments_are_filtered(next()).await;
    lists::hostile_words_find_only_themselves(next()).await;
    lists::payees_devices_and_alerts_are_listed(next()).await;
    concurrency::many_payments_never_overdraw_one_balance(next()).await;
    concurrency::one_payment_submitted_often_has_one_effect(next()).await;
    concurrency::one_intent_is_paid_once(next()).await;
    concurrency::what_was_answered_is_read(next()).await;
    limits::many_payments_never_pass_a_limit_the_payer_set(next()).await;
    limits::many_payments_never_pass_a_packs_cap_and_are_made_again_under_it(next()).await;
    limits::a_refused_payment_keeps_the_rules_behind_it(next()).await;
    retention::records_are_destroyed_at_their_date_and_stay_provable(next()).await;
    retention::an_erased_payer_acts_no_more_and_law_keeps_only_what_it_keeps(next()).await;
    roll_up::credits_wait_and_are_counted_once(next()).await;
    roll_up::what_waits_is_found_oldest_first(next()).await;
    roll_up::a_refund_does_not_wait_for_the_roll_up(next()).await;
    roll_up::payments_go_on_while_credits_are_rolled_up(next()).await;
    roll_up::a_credit_appended_and_counted_in_one_batch_is_counted_once(next()).await;
    merchant_keys::a_merchants_key_is_listed_and_ends_also_after_a_restart(next()).await;
    identity::facts_and_guardians_outlive_a_restart_and_go_with_their_payer(next()).await;
    identity::a_line_vouches_for_so_many_wallets_also_after_a_restart(next()).await;
    identity::sign_ups_of_a_network_are_counted_whoever_decides_and_forgotten(next()).await;
    identity::a_payout_leaves_once_and_comes_back_whole(next()).await;
    sessions::a_session_is_carried_on_once_also_after_a_restart(next()).await;
    sessions::what_is_ended_or_revoked_stays_so_after_a_restart(next()).await;
    sessions::a_shared_device_has_one_session_also_after_a_restart(next()).await;
    commands::a_closed_store_refuses(next()).await;
}
