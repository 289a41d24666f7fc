//! Packs of a running server: shown, read anew, and kept while the new ones are broken.

use crate::program::{Running, farthing, json, text};

#[test]
fn a_broken_pack_never_replaces_a_good_one() {
    let place = tempfile::tempdir().unwrap();
    let (data, packs) = (place.path().join("data"), place.path().join("packs"));
    std::fs::create_dir_all(packs.join("calendars")).unwrap();
    let shipped = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../policies");
    for name in ["kr-wallet.toml", "kr-efta.toml", "factors.toml", "categories.toml"] {
        std::fs::copy(shipped.join(name), packs.join(name)).unwrap();
    }
    let (data, folder) = (text(&data), text(&packs));
    let args = ["--json", "serve", "--data", &data, "--listen", "127.0.0.1:0", "--no-web", "--log", "error"];
    let server = Running::start(&[&args[..], &["--packs", &folder]].concat());
    let show = || json(&["--json", "admin", "packs", "show", "--data", &data]);
    let reload = || json(&["--json", "admin", "packs", "reload", "--data", &data]);
    let first = show();
    assert_eq!(first["packs"], serde_json::json!(["kr-efta@2026.1", "kr-wallet@2026.1"]));
    assert_eq!(reload()["changed"], false);

    let wallet = packs.join("kr-wallet.toml");
    let good = std::fs::read_to_string(&wallet).unwrap();
    std::fs::write(&wallet, good.replace("cap = \"1000000 KRW\"", "cap = \"1000000 EUR\"")).unwrap();
    let refused = farthing().args(["admin", "packs", "reload", "--data", &data]).output().unwrap();
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(!refused.status.success(), "{said}");
    assert!(said.contains("the old ones still hold") && said.contains("kr-wallet.toml:"), "{said}");
    assert_eq!(show(), first, "nothing was exchanged");

    let tighter = good.replace("cap = \"1000000 KRW\"", "cap = \"900000 KRW\"").replace("\"2026.1\"", "\"2026.2\"");
    std::fs::write(&wallet, tighter).unwrap();
    let now = reload();
    assert_eq!((now["changed"].as_bool(), now["packs"][1].as_str()), (Some(true), Some("kr-wallet@2026.2")));
    assert_ne!(now["digest"], first["digest"]);
    assert!(server.terminate().0);
    // A server does not even start with broken packs.
    std::fs::write(&wallet, "id = 1").unwrap();
    let refused = farthing().args([&args[1..], &["--packs", &folder]].concat()).output().unwrap();
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(!refused.status.success() && said.contains("kr-wallet.toml:1"), "{said}");
}
