//! The HTTP API and its workers: extract, permit, submit, render.
