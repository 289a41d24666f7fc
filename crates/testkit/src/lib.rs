//! For tests only: scenario text, generators, a naive auditor and software device keys.
