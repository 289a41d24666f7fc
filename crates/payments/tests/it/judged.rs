//! What the engine finds binds the payment, from the same commit; in shadow it is found and nothing follows.

use payments::{Judging, Kept, KeptKey, Key, Row};
use risk::rule::RuleSet;

use crate::scenario::{check, run};
use crate::world::World;

/// Rules that find something in every payment from 10,000 won on.
fn judged_by(action: &str) -> World {
    let rules = format!(
        r#"
        [set]
        name = "test"
        version = 1
        author = "test"

        [[rule]]
        id = "all"
        stage = "live"
        when = "payment.amount >= 10_000"
        action = {action}
        reason = "risk.listed"
        ko = "모든 결제"
        en = "every payment"
        "#
    );
    let rules = RuleSet::read(&[("test.toml", &rules)]).unwrap();
    let mut world = check(
        "
        payer ann 1000000
        pin ann 493817 -> pin from 0
        payee cafe
        intent small cafe 900 life=3600
        intent large cafe 20000 life=3600
        ",
    );
    world.settings.judging = Judging::by(Some(rules), None, None);
    world
}

fn dossier(world: &World) -> Option<&[u8]> {
    match world.state.row(&Key::Kept(KeptKey::Dossier(world.people["ann"].phone.payer()))) {
        Some(Row::Kept(Kept::Dossier(row))) => Some(&row.bytes.0),
        _ => None,
    }
}

#[test]
fn a_rule_that_refuses_refuses_in_the_payments_own_decision() {
    let mut world = judged_by("\"refuse\"");
    run(
        &mut world,
        "
        # the payer is not told which list
        pay p ann large -> refused risk.refused
        pay q ann small -> captured 900
        show ann -> posted 999100 held 0 available 999100
        ",
    );
    assert!(dossier(&world).is_some(), "what happened is remembered with the payment");
}

#[test]
fn a_rule_that_asks_asks_for_one_more_check() {
    let mut world = judged_by("{ step_up = \"pin\" }");
    run(&mut world, "pay p ann large -> refused risk.step_up_needed");
}

#[test]
fn in_shadow_it_is_judged_and_remembered_and_nothing_follows() {
    for action in ["\"refuse\"", "\"hold\"", "{ step_up = \"passkey\" }"] {
        let mut world = judged_by(action);
        world.settings.risk.shadow = true;
        run(&mut world, "pay p ann large -> captured 20000");
        assert!(dossier(&world).is_some(), "{action}");
    }
}
