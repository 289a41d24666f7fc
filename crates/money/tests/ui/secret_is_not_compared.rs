//! A secret has no `PartialEq`: comparing it would take longer the more of it is right.

fn main() {
    let _ = money::Secret::new([1, 2]) == money::Secret::new([1, 2]);
}
