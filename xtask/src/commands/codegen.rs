//! `cargo xtask codegen`: the API description from the code, and the web client's types from the description.

use std::fs;

use crate::{
    console::say,
    failure::{Failure, Outcome},
    process::Run,
    web, workspace,
};

/// Writes `docs/openapi.json`, then the web client's types.
///
/// # Errors
/// When the binary does not build, the file cannot be written, or the web's generator fails.
pub(crate) fn run() -> Outcome {
    let description = Run::cargo("run").args(["--quiet", "--package", "farthing", "--", "openapi"]).read()?;
    let file = workspace::root().join("docs/openapi.json");
    fs::write(&file, description).map_err(Failure::while_doing("write docs/openapi.json"))?;
    say("wrote docs/openapi.json");
    web::install()?;
    web::script("codegen").go()
}
