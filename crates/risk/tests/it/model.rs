//! A model from a file of payments: trained twice it is the same, kept and read again it scores the same, and what
//! explains a score adds up to it.

use risk::data::{Evaluated, Options, Schema, evaluate, extra_columns, features_of};
use risk::explain::explain;
use risk::model::{Model, ModelError};

const SCHEMA: &str = r#"
[columns]
payer = "payer"
payee = "payee"
time = "time"
amount = "amount"
label = "fraud"
names = ["kind"]
[label]
delay = 3600
[protocols.halves]
folds = [{ train = { rows = [0, 600] }, test = { rows = [600, 1000] } }]
"#;

/// A thousand payments; large ones to one payee are mostly fraud. The names of kinds come in an order of their own.
fn file(kinds: [&str; 2]) -> String {
    let mut text = "payer,payee,time,amount,kind,fraud\n".to_owned();
    for row in 0..1000_u64 {
        let fraud = row % 13 == 0;
        let amount = if fraud { 900 + row % 97 } else { 10 + row * 7 % 300 };
        let payee = if fraud { 0 } else { row % 9 };
        let kind = if row % 3 == 0 { kinds[0] } else { kinds[1] };
        let label = u8::from(fraud);
        text.push_str(&format!("p{},t{payee},{},{amount},{kind},{label}\n", row % 40, 1_700_000_000 + row * 600));
    }
    text
}

fn schema() -> Schema {
    Schema::parse(SCHEMA).unwrap_or_else(|error| unreachable!("{error}"))
}

fn run(text: &str, model: Option<Model>) -> Evaluated {
    let schema = schema();
    let protocol = schema.protocol("halves").unwrap_or_else(|error| unreachable!("{error}"));
    let options =
        Options { lenient: false, rows: None, row_file: None, model, progress: &mut |_| {}, stopwatch: &|| 0.0 };
    evaluate(text.as_bytes(), &schema, protocol, options).unwrap_or_else(|error| unreachable!("{error}"))
}

/// The model of the plain file; trained once, because trees take their time.
fn known() -> Model {
    static MODEL: std::sync::OnceLock<Model> = std::sync::OnceLock::new();
    MODEL.get_or_init(|| trained(&file(["a", "b"]))).clone()
}

fn trained(text: &str) -> Model {
    run(text, None).models.pop().unwrap_or_else(|| unreachable!("one fold, one model"))
}

#[test]
fn trained_twice_is_the_same_model_and_kept_it_scores_the_same() {
    let text = file(["a", "b"]);
    let first = run(&text, None);
    let written = known().written().unwrap_or_default();
    assert_eq!(first.models.iter().map(|model| model.written().unwrap_or_default()).collect::<String>(), written);
    let read = Model::read(&written, &extra_columns(&schema()));
    let again = run(&text, read.ok());
    assert_eq!(again.scored, first.scored);
    assert_eq!(again.report.train_rows, 0, "nothing is trained where a model is given");
    assert!(first.report.average_precision > 0.9, "{}", first.report.average_precision);
}

#[test]
fn a_name_is_known_by_what_happened_not_by_when_it_was_met() {
    let model = known();
    let scores = |kinds| run(&file(kinds), Some(model.clone())).scored;
    assert_eq!(scores(["a", "b"]), scores(["zz", "another"]));
}

#[test]
fn other_columns_and_damaged_trees_are_refused_with_what_is_wrong() {
    let mut model = known();
    let written = model.written().unwrap_or_default();
    let other = Model::read(&written, &["raw.weather".to_owned()]);
    let Err(ModelError::OtherCatalogue { missing, added, .. }) = other else { unreachable!("{other:?}") };
    assert_eq!(missing, extra_columns(&schema()));
    assert_eq!(added, ["raw.weather"]);
    for tree in &mut model.full.trees {
        for node in &mut tree.nodes {
            node.right = 0;
        }
    }
    let looping = Model::read(&model.written().unwrap_or_default(), &extra_columns(&schema()));
    assert!(matches!(looping, Err(ModelError::Form(_))), "{looping:?}");
    assert!(matches!(Model::read("{}", &[]), Err(ModelError::Form(_))));
}

#[test]
fn the_parts_of_an_explanation_add_up_to_the_score() {
    let text = file(["a", "b"]);
    let model = known();
    for row in [600, 611, 650, 999] {
        let vector = features_of(text.as_bytes(), &schema(), row).unwrap_or_default();
        let told = explain(&model, &vector);
        let sum = told.families.values().fold(told.begin, |sum, part| sum + part);
        assert!((sum - told.log_odds).abs() < 1e-9, "row {row}: {sum} and {}", told.log_odds);
        assert!((1..=3).contains(&told.en.len()) && told.ko.len() == told.en.len(), "{told:?}");
        assert!(told.en.iter().any(|sentence| sentence.contains(|c: char| c.is_ascii_digit())), "{:?}", told.en);
    }
    assert!(features_of(text.as_bytes(), &schema(), 1000).is_err());
}
