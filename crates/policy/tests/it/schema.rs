//! The published schemas are what the code reads.

use std::path::Path;

#[track_caller]
fn check(file: &str, schema: &serde_json::Value, command: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(file);
    let published = std::fs::read_to_string(path).unwrap_or_default();
    let same = serde_json::from_str::<serde_json::Value>(&published).is_ok_and(|published| published == *schema);
    assert!(same, "{file} is not what the code reads: farthing policy schema {command} > {file}");
}

#[test]
fn the_published_schemas_are_current() {
    check("policies/schema.json", &policy::schema::packs(), "packs");
    check("docs/policy-decide.schema.json", &policy::schema::request(), "request");
}

#[test]
fn every_word_and_alias_has_a_place_in_the_schema() {
    let schema = policy::schema::request();
    for word in policy::VOCABULARY {
        for name in std::iter::once(&word.name).chain(word.aliases) {
            // Modes are named by packs, so their object is open.
            if name.starts_with("settings.modes.") {
                continue;
            }
            let place = name.split('.').try_fold(&schema, |place, part| {
                let inner = |place: &serde_json::Value| place.pointer(&format!("/properties/{part}")).is_some();
                let tables = place.get("anyOf").and_then(|any| any.as_array());
                let table = tables.and_then(|any| any.iter().find(|one| inner(one))).unwrap_or(place);
                table.pointer(&format!("/properties/{part}"))
            });
            assert!(place.is_some(), "{name}");
        }
    }
}
