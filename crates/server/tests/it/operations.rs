//! Every operation of the OpenAPI document has a refused-without-rights case: this one, or a place on the public list.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::client::Sent;
use crate::world::World;

/// Operations anyone may call.
const PUBLIC: [&str; 6] = ["code_keys", "findings", "inspect_code", "reasons", "show_terms", "freeze_by_code"];

fn operations() -> Vec<(String, String, Value)> {
    let document: Value = serde_json::from_str(&server::openapi()).unwrap();
    let mut all = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            all.push((method.to_uppercase(), path.clone(), operation.clone()));
        }
    }
    all
}

fn callers(operation: &Value) -> Vec<String> {
    let schemes = operation["security"].as_array().unwrap().iter();
    schemes.flat_map(|scheme| scheme.as_object().unwrap().keys().cloned()).collect()
}

#[tokio::test]
async fn every_operation_refuses_callers_without_rights_in_the_same_words() {
    let world = World::start().await;
    let merchant = world.merchant().await;
    let mut public = BTreeSet::new();
    let mut answers = BTreeSet::new();
    for (method, path, operation) in operations() {
        let id = operation["operationId"].as_str().unwrap().to_owned();
        let callers = callers(&operation);
        if callers.is_empty() {
            public.insert(id);
            continue;
        }
        let real = path
            .replace("{payment}", &money::PaymentId::from_bytes([1; 16]).to_string())
            .replace("{intent}", &money::IntentId::from_bytes([1; 16]).to_string());
        let body = if method == "POST" { "{}" } else { "" };
        let mut attempts = vec![Sent::new(&method, &real).body(body)];
        if !callers.contains(&"merchant_key".to_owned()) {
            // An API key moves nothing and reads no wallet.
            attempts.push(Sent::new(&method, &real).header("authorization", merchant.bearer()).body(body));
        }
        for attempt in attempts {
            let answer = world.send(attempt).await;
            assert_eq!(answer.problem(), (401, "auth.refused".to_owned()), "{id}");
            assert!(answer.header("dpop-nonce").is_some() && answer.header("www-authenticate").is_some(), "{id}");
            answers.insert(answer.body);
        }
    }
    assert_eq!(answers.len(), 1);
    assert_eq!(public, PUBLIC.iter().map(ToString::to_string).collect());
}

#[test]
fn every_operation_lists_its_refusals_and_every_shape_is_there() {
    let text = server::openapi();
    let document: Value = serde_json::from_str(&text).unwrap();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    for (method, path, operation) in operations() {
        let answers = operation["responses"].as_object().unwrap();
        assert!(answers.keys().any(|status| status.starts_with('2')), "{method} {path}");
        assert!(answers.contains_key("429") && answers.contains_key("503"), "{method} {path}");
        assert!(!operation["summary"].as_str().unwrap_or_default().is_empty(), "{method} {path}");
    }
    for reference in text.split("\"#/components/schemas/").skip(1) {
        let name = reference.split('"').next().unwrap();
        assert!(document["components"]["schemas"].get(name).is_some(), "no shape `{name}`");
    }
}
