//! Questions that say more than any rule can ask about.

use policy::Request;

#[test]
fn what_no_rule_asks_about_is_refused_or_named_with_its_place() {
    let json = serde_json::json!({
        "at": "2026-05-04T12:00:00+09:00",
        "operation": {"amount": "1000 KRW", "basket": {"items": 2}},
        "weather": "rain",
        "history": [{"at": "2026-05-03T12:00:00+09:00", "amount": "500 KRW", "mood": "good"}],
    });
    assert!(Request::from_value(&json).is_err());
    let (request, unknown) = Request::from_wider(&json).unwrap();
    assert_eq!(unknown, ["history[0].mood", "operation.basket.items", "weather"]);
    assert!(request.facts.money("operation.amount").is_some());
    assert_eq!(request.history.len(), 1);
}

#[test]
fn a_known_fact_with_a_wrong_value_is_refused_either_way() {
    let json = serde_json::json!({"at": "2026-05-04T12:00:00+09:00", "operation": {"amount": "ten", "basket": 2}});
    assert_eq!(Request::from_wider(&json).unwrap_err().path, "operation.amount");
    let json = serde_json::json!({"at": "2026-05-04T12:00:00+09:00", "operation": {"kind": "sneeze"}});
    assert!(Request::from_wider(&json).unwrap_err().what.contains("payment, top_up"));
}
