//! What browsers get: headers, pages, assets, and nothing from elsewhere.

use serde_json::Value;

use crate::client::{Answer, Sent};
use crate::world::World;

async fn browse(world: &World, path: &str) -> Answer {
    world.send(Sent::new("GET", path).header("accept", "text/html,application/xhtml+xml")).await
}

/// Nothing on the page loads from another origin, and nothing runs inline.
#[track_caller]
fn self_contained(answer: &Answer) {
    let text = answer.text();
    for (attribute, quote) in [("src=\"", '"'), ("href=\"", '"'), ("action=\"", '"'), ("url(", ')')] {
        for rest in text.split(attribute).skip(1) {
            let address = rest.split(quote).next().unwrap();
            let own =
                address.starts_with(['/', '#', '.']) && !address.starts_with("//") || address.starts_with("data:");
            assert!(own, "`{address}` comes from elsewhere");
        }
    }
    for inline in ["<script>", " onclick=", " onload=", "javascript:"] {
        assert!(!text.contains(inline), "{inline}");
    }
}

#[tokio::test]
async fn every_answer_carries_the_security_headers() {
    let world = World::start().await;
    for path in
        ["/", "/shop", "/docs", "/docs/style.css", "/v1/reasons", "/v1/me", "/nothing", "/healthz", "/assets/x.js"]
    {
        let answer = browse(&world, path).await;
        let csp = answer.header("content-security-policy").unwrap();
        assert!(
            csp.starts_with("default-src 'none'; script-src 'self';") && csp.contains("frame-ancestors 'none'"),
            "{csp}"
        );
        assert!(!csp.contains("unsafe-eval") && !csp.contains("http"), "{csp}");
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{path}");
        assert_eq!(answer.header("referrer-policy"), Some("no-referrer"), "{path}");
        assert!(answer.header("permissions-policy").unwrap().contains("camera=(self)"), "{path}");
        assert_eq!(answer.header("cross-origin-opener-policy"), Some("same-origin"), "{path}");
        assert!(answer.header("dpop-nonce").is_some() && answer.header("cache-control").is_some(), "{path}");
        assert!(answer.header("access-control-allow-origin").is_none(), "{path}");
    }
}

#[tokio::test]
async fn pages_are_pages_and_everything_else_is_not() {
    let world = World::start().await;
    for path in ["/", "/shop", "/pay/int_1", "/docs", "/docs/reasons"] {
        let answer = browse(&world, path).await;
        assert_eq!(answer.status, 200, "{path}");
        assert!(answer.header("content-type").unwrap().starts_with("text/html"), "{path}");
        self_contained(&answer);
    }
    for path in ["/nothing.png", "/v1/nothing", "/docs/nothing", "/assets/nothing.js", "/.well-known/nothing"] {
        assert_eq!(browse(&world, path).await.problem(), (404, "request.not_found".to_owned()), "{path}");
    }
    assert_eq!(world.get("/shop").await.problem().0, 404, "only for those who want a page");
}

#[tokio::test]
async fn the_documentation_names_every_call_shape_and_reason() {
    let world = World::start().await;
    let docs = browse(&world, "/docs").await.text();
    let document: Value = world.get("/v1/openapi.json").await.expect(200);
    assert_eq!(document, serde_json::from_str::<Value>(&server::openapi()).unwrap());
    for item in document["paths"].as_object().unwrap().values() {
        for operation in item.as_object().unwrap().values() {
            let id = operation["operationId"].as_str().unwrap();
            assert!(docs.contains(&format!("id=\"{id}\"")), "{id}");
        }
    }
    for name in document["components"]["schemas"].as_object().unwrap().keys() {
        assert!(docs.contains(&format!("id=\"schema-{name}\"")), "{name}");
    }
    let reasons = browse(&world, "/docs/reasons").await.text();
    let catalogue: Vec<Value> = world.get("/v1/reasons").await.expect(200);
    assert_eq!(catalogue.len(), money::ReasonCode::ALL.len());
    for entry in catalogue {
        assert!(reasons.contains(&format!("id=\"{}\"", entry["code"].as_str().unwrap())));
    }
}

#[tokio::test]
async fn every_finding_has_its_sentences_for_whoever_reads_a_code() {
    let world = World::start().await;
    let catalogue: Vec<Value> = world.get("/v1/qr/findings").await.expect(200);
    assert_eq!(catalogue.len(), qr::FindingKind::ALL.len());
    for (entry, kind) in catalogue.iter().zip(qr::FindingKind::ALL) {
        assert_eq!(entry["code"], kind.code());
        assert_eq!(entry["weight"], kind.weight().name());
        assert_eq!(entry["ko"], kind.text(money::Language::Ko));
        assert_eq!(entry["en"], kind.text(money::Language::En));
    }
    let inspection: Value = world
        .send(Sent::new("POST", "/v1/qr/inspect").body(r#"{"payload":"https://naver.com@evil.example/"}"#))
        .await
        .expect(200);
    let known = |code: &Value| catalogue.iter().any(|entry| entry["code"] == *code);
    assert!(inspection["findings"].as_array().unwrap().iter().all(|finding| known(&finding["code"])));
    assert_eq!(inspection["verdict"], "dangerous");
}

#[tokio::test]
async fn the_operators_addresses_answer_on_loopback_and_name_nobody() {
    let world = World::start().await;
    let payer = world.payer(1_000).await;
    assert_eq!(world.get("/healthz").await.status, 200);
    assert_eq!(world.get("/readyz").await.status, 200);
    for name in ["x-forwarded-for", "x-real-ip", "forwarded", "via"] {
        let forwarded = Sent::new("GET", "/metrics").header(name, "203.0.113.7");
        assert_eq!(world.send(forwarded).await.problem(), (404, "request.not_found".to_owned()), "{name}");
    }
    let metrics = world.get("/metrics").await.text();
    for name in [
        "farthing_requests_total{route=\"/v1/payers\",status=\"201\"}",
        "farthing_decisions_total{command=\"open_payer\",outcome=\"accepted\",reason=\"\"}",
        "farthing_commit_seconds_bucket",
        "farthing_commands_waiting",
        "farthing_streams",
    ] {
        assert!(metrics.contains(name), "{name} is missing in {metrics}");
    }
    for personal in [payer.phone.payer().to_string(), payer.phone.device().to_string(), payer.phone.jwk().x] {
        assert!(!metrics.contains(&personal));
    }
}
