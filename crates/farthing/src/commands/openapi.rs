//! `farthing openapi`: the description of the HTTP API.

use crate::failure::Failure;
use crate::output::Output;

/// Print the OpenAPI 3.1 description of the HTTP API.
#[derive(Debug, clap::Args)]
pub(crate) struct Openapi {}

impl Openapi {
    #[expect(clippy::unused_self, reason = "every command is run the same way")]
    pub(crate) fn run(self, output: &mut Output) -> Result<(), Failure> {
        let description = server::openapi();
        output.line(description.trim_end());
        Ok(())
    }
}
