//! A secret has no `Serialize`.

fn written<T: serde::Serialize>(_: &T) {}

fn main() {
    written(&money::Secret::new("key"));
}
