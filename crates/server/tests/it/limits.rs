//! A wallet's limits over HTTP, and a crowd against one of them.

use protocol::{
    CancelRaiseBody, LimitWindow, LimitsView, PaymentView, Problem, QuoteBody, QuoteView, SetLimitBody, Via,
};

use crate::world::{Handset, World, payment_id, sent, shown, won};

fn body(payer: &Handset, window: LimitWindow, amount: Option<i64>, from: Option<i64>) -> SetLimitBody {
    SetLimitBody {
        amount: amount.map(won),
        category: None,
        channel: None,
        from: from.map(won),
        payer: payer.phone.payer(),
        window,
    }
}

#[tokio::test]
async fn two_hundred_payments_at_once_never_pass_one_limit() {
    let world = World::start().await;
    let merchant = world.merchant().await;
    let mut payer = world.payer(100_000).await;
    let day = body(&payer, LimitWindow::Day, Some(1_000), None);
    let _: LimitsView = payer.post(&world, "/v1/limits", &day).await.expect(200);
    let mut requests = Vec::new();
    for _ in 0..200 {
        let intent = merchant.intent(&world, 30).await;
        let terms = shown(&world, &intent);
        requests.push(payer.phone.pay(&terms, payment_id(&world), world.moment()).unwrap());
    }
    let address = world.address();
    #[expect(clippy::disallowed_methods, reason = "these tasks are the crowd, not the server's")]
    let sent: Vec<_> =
        requests.into_iter().map(|request| tokio::spawn(async move { sent(request).to(address).await })).collect();
    let mut paid = 0;
    for answer in sent {
        let answer = answer.await.unwrap();
        match answer.status {
            201 => paid += answer.expect::<PaymentView>(201).captured.minor(),
            _ => {
                let problem: Problem = answer.expect(403);
                assert_eq!((problem.code.code(), problem.rules[0].pack.as_str()), ("policy.own_limit", "payer"));
            }
        }
    }
    assert_eq!(paid, 990, "1000 / 30");
    assert_eq!(payer.me(&world).await.balance.posted, won(100_000 - 990));
    let view: LimitsView = payer.get(&world, "/v1/limits").await.expect(200);
    assert_eq!((view.own[0].used, view.own[0].left), (won(990), won(10)));
    world.running.shutdown().await.unwrap();
}

#[tokio::test]
async fn a_limit_is_lowered_at_once_shown_in_the_quote_and_raised_only_with_a_check() {
    let world = World::start().await;
    let merchant = world.merchant().await;
    let mut payer = world.payer(50_000).await;
    let month = body(&payer, LimitWindow::Month, Some(5_000), None);
    let view: LimitsView = payer.post(&world, "/v1/limits", &month).await.expect(200);
    assert_eq!(view.own[0].left, won(5_000));
    let intent = merchant.intent(&world, 4_500).await;
    let quote =
        |intent: money::IntentId| QuoteBody { funding: protocol::FundingKind::Wallet, intent, via: Via::Link {} };
    let shown: QuoteView = payer.post(&world, "/v1/quotes", &quote(intent.intent)).await.expect(200);
    assert_eq!(shown.limit_left, won(500));
    assert_eq!((shown.limits[0].rule.as_str(), shown.limits[0].left), ("month", Some(won(500))));
    payer.pay(&world, &intent).await;
    let next = merchant.intent(&world, 501).await;
    let shown: QuoteView = payer.post(&world, "/v1/quotes", &quote(next.intent)).await.expect(200);
    assert_eq!(shown.refusals[0].code.code(), "policy.own_limit");
    assert_eq!(shown.rules[0].citation.law, "the payer's own settings");
    // Raising needs a check, and none is set up.
    let rise = body(&payer, LimitWindow::Month, None, Some(5_000));
    let problem: Problem = payer.post(&world, "/v1/limits", &rise).await.expect(403);
    assert_eq!(problem.code.code(), "step_up.not_set_up");
    assert_eq!(problem.step_up.unwrap().reasons[0].code.code(), "limit.raise");
    // What was not the limit shown changes nothing, and nothing waits to be called off.
    let wrong = body(&payer, LimitWindow::Month, Some(1), Some(4_000));
    assert_eq!(payer.post(&world, "/v1/limits", &wrong).await.problem(), (409, "limit.changed".to_owned()));
    let window = LimitWindow::Month;
    let cancel = CancelRaiseBody { category: None, channel: None, payer: payer.phone.payer(), window };
    assert_eq!(payer.post(&world, "/v1/limits/cancel", &cancel).await.problem(), (404, "limit.unknown".to_owned()));
    // Somebody else's limits are not theirs to set.
    let other = world.payer(0).await;
    let theirs = body(&other, LimitWindow::Day, Some(0), None);
    let status = payer.post(&world, "/v1/limits", &theirs).await.status;
    assert_eq!(status, 401);
    world.running.shutdown().await.unwrap();
}
