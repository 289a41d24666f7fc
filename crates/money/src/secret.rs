//! [`Secret`]: a value that cannot be printed, serialised or compared in variable time by accident.

/// Holds a secret. No `Display`, no `Serialize`, no `PartialEq`; `Debug` prints `***`.
pub struct Secret<T>(T);

impl<T> Secret<T> {
    /// Takes a value out of sight.
    pub const fn new(value: T) -> Self {
        Self(value)
    }

    /// The value itself; every use of this name is worth a look in review.
    pub const fn dangerous_reveal(&self) -> &T {
        &self.0
    }
}

impl<T> std::fmt::Debug for Secret<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("***")
    }
}
