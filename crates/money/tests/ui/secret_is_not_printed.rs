//! A secret has no `Display`.

fn main() {
    println!("{}", money::Secret::new("key"));
}
