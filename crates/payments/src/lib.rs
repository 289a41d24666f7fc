//! The functional core: commands, decide(), and what a payment may become.
