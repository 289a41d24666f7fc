//! `POST /v1/qr/inspect`, over published codes and our own.

use serde_json::{Value, json};

use crate::client::Sent;
use crate::world::World;

/// A static code of EMVCo's form that nobody signed.
pub(crate) const UNSIGNED: &str = "00020101021102160004hoge0104abcd520441115303156540523.7255020256035005802CN5914BEST TRANSPORT6007BEIJING6107123456762950105123450205678900305098760405543210505abcde0605fghij0705klmno0805pqres0903tuv1004abcd5004ijkl64280002ZH0102北京0204最佳运输0304abcd65020080320016A0112233449988770708123456786304C659";

async fn inspect(world: &World, payload: &str) -> Value {
    let sent = Sent::new("POST", "/v1/qr/inspect").body(json!({ "payload": payload }).to_string());
    world.send(sent).await.expect(200)
}

#[tokio::test]
async fn our_own_code_is_trusted_and_an_altered_one_is_dangerous() {
    let world = World::start().await;
    let merchant = world.merchant().await;
    let code = merchant.intent(&world, 4_500).await.code;
    let view = inspect(&world, &code).await;
    assert_eq!((&view["verdict"], &view["network"]), (&json!("trusted"), &json!("farthing")));
    let view = inspect(&world, &code.replace("54044500", "54044400")).await;
    assert_eq!(view["verdict"], json!("dangerous"));
    assert_eq!(inspect(&world, "https://example.com").await["scheme"], json!("link"));
    assert_eq!(inspect(&world, UNSIGNED).await["verdict"], json!("unverified"));
}

#[tokio::test]
async fn published_codes_are_read_field_by_field() {
    #[expect(clippy::disallowed_methods, reason = "where the published vectors are is the test machine's to say")]
    let shared = std::env::var_os("FARTHING_SHARED");
    let shared =
        shared.map_or_else(|| concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared").into(), std::path::PathBuf::from);
    let path = shared.join("vectors/01-emv-qr/mpm-valid.json");
    let Ok(text) = std::fs::read(&path) else {
        println!("no published vectors at `{}`: skipped", path.display());
        return;
    };
    let vectors: Value = serde_json::from_slice(&text).unwrap();
    let world = World::start().await;
    let mut read = 0;
    for case in vectors["cases"].as_array().unwrap() {
        let (id, payload) = (&case["id"], case["payload"].as_str().unwrap());
        let view = inspect(&world, payload).await;
        // Decision 0014: `v028` has what another published file refuses, and the Brazilian manual forbids.
        assert_eq!(view["valid"], json!(id != "v028"), "{id}");
        for (name, value) in case["fields"].as_object().unwrap() {
            assert_eq!(&view["fields"][name], value, "{id} {name}");
        }
        assert_ne!(view["verdict"], json!("trusted"), "{id}: a right checksum never makes a code trustworthy");
        read += 1;
    }
    assert!(read > 0);
}

#[tokio::test]
async fn bad_input_is_named_and_never_a_fault() {
    let world = World::start().await;
    let good = "00020101021126380014PH.INSTAPAY.ME0316123456789012345652045999530360854041.005802PH5913TEST \
                MERCHANT6006MANILA63044481";
    let rows = [
        (good.replace("0002", "０００２"), "unrecognised"),
        (good.replacen("PH.INSTAPAY", "PH.\0NSTAPAY", 1), "control_character"),
        (good.replace("6304", "5802PH6304"), "root_id_repeated"),
        (good.replace("4481", "abcd"), "crc_lower_case"),
        (good.replace("63044481", ""), "crc_missing"),
        ("26".to_owned() + &"990026".repeat(200), "unrecognised"),
        (String::new(), "empty"),
    ];
    for (payload, code) in rows {
        let said = inspect(&world, &payload).await;
        let codes: Vec<&str> = said["findings"].as_array().unwrap().iter().filter_map(|f| f["code"].as_str()).collect();
        assert!(said["valid"] == false && codes.contains(&code), "{payload:?}: {said}");
        assert_ne!(said["verdict"], "trusted");
    }
    let raw = |body: Vec<u8>| world.send(crate::client::Sent::new("POST", "/v1/qr/inspect").body(body));
    let megabyte = format!("{{\"payload\":\"{}\"}}", "0".repeat(1_048_576));
    assert_eq!(raw(megabyte.into_bytes()).await.problem(), (413, "request.too_large".to_owned()));
    let not_utf8 = [b"{\"payload\":\"".as_slice(), &[0xff, 0xfe], b"\"}"].concat();
    assert_eq!(raw(not_utf8).await.status, 400);
    let long = format!("{{\"payload\":\"{}\"}}", "0".repeat(4_097));
    assert_eq!(raw(long.into_bytes()).await.problem(), (413, "request.too_large".to_owned()));
}
