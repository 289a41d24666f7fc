//! Packs for one test: some rules under a head that is the same for all.

use payments::Packs;
use policy::{Choice, Rulebook};

/// What stands above the rules; `article` is the one they cite, as `a`.
fn head(id: &str, article: &str) -> String {
    format!(
        r#"
id = "{id}"
title = "T"
version = "1"
jurisdiction = "KR"
layer = "provider"
status = "in_force"
effective = {{ from = 2026-01-01 }}
time_zone = "Asia/Seoul"
currency = "KRW"
evidence = "V1"
[citations]
a = {{ law = "Terms", article = "{article}", source = "here" }}
"#
    )
}

/// Packs of these `rules` alone, under `id`, with what factors and categories there are.
pub(crate) fn packs((id, article): (&str, &str), rules: &str, factors: &str, categories: Option<&str>) -> Packs {
    let mut files =
        vec![(format!("{id}.toml"), head(id, article) + rules), ("factors.toml".to_owned(), factors.to_owned())];
    files.extend(categories.map(|text| ("categories.toml".to_owned(), text.to_owned())));
    let choice = Choice { jurisdiction: Some("KR".to_owned()), ..Choice::default() };
    Rulebook::choose(&files, choice).unwrap().into()
}
