//! `policies/cases/*.toml`: facts in, outcome and numbers out.

use std::path::{Path, PathBuf};

use policy::{Library, Request};
use toml::de::DeTable;

pub(crate) fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../policies")
}

pub(crate) fn files(folder: &Path) -> Vec<(String, String)> {
    let mut files: Vec<(String, String)> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "toml"))
        .map(|path| (path.display().to_string(), std::fs::read_to_string(&path).unwrap()))
        .collect();
    files.sort();
    files
}

pub(crate) fn shipped() -> Vec<(String, String)> {
    [files(&folder()), files(&folder().join("calendars"))].concat()
}

pub(crate) fn library(files: &[(String, String)]) -> Library {
    Library::read(files.iter().map(|(name, text)| (name.as_str(), text.as_str()))).unwrap()
}

#[test]
fn every_case_comes_out_as_written() {
    let library = library(&shipped());
    let mut count = 0;
    let mut wrong = Vec::new();
    for (file, text) in files(&folder().join("cases")) {
        let document = DeTable::parse(&text).unwrap();
        for case in document.get_ref().get("case").unwrap().get_ref().as_array().unwrap().iter() {
            let get = |key: &str| case.get_ref().as_table().unwrap().get(key).map(|value| value.get_ref());
            let name = get("name").unwrap().as_str().unwrap();
            let request = Request::from_json(get("request").unwrap().as_str().unwrap())
                .unwrap_or_else(|e| panic!("{file}: {name}: {e}"));
            let decision = policy::decide(&library, &request).unwrap();
            let json = serde_json::to_string(&decision).unwrap();
            let texts = |key: &str| -> Vec<String> {
                let list = get(key).and_then(|value| value.as_array());
                list.map(|list| list.iter().map(|one| one.get_ref().as_str().unwrap().to_owned()).collect())
                    .unwrap_or_default()
            };
            let outcome = get("outcome").unwrap().as_str().unwrap();
            let good = format!("{:?}", decision.outcome) == outcome
                && texts("has").iter().all(|part| json.contains(part.as_str()))
                && texts("lacks").iter().all(|part| !json.contains(part.as_str()));
            if !good {
                wrong.push(format!("{name}: wanted {outcome} {:?}\n  {json}", texts("has")));
            }
            count += 1;
        }
    }
    assert!(wrong.is_empty(), "{} of {count}:\n{}", wrong.len(), wrong.join("\n"));
    assert!(count > 60, "{count} cases");
}
