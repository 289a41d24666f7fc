//! A synthetic town of payers, merchants and phones, seeded and repeatable.
