//! `pgbench` on the same server: what PostgreSQL itself makes of this machine at this moment.

use std::path::Path;
use std::process::Command;

use super::machine;
use crate::failure::{Failure, failed};
use crate::output::Output;

/// Rows of the bank, in hundreds of thousands of accounts.
const SCALE: &str = "50";
const CLIENTS: &str = "32";
/// Where Debian keeps it when it is not on the path.
const DEBIAN: &str = "/usr/lib/postgresql/15/bin/pgbench";

/// What `pgbench` made of the server.
#[derive(Clone, Copy, Debug)]
pub(super) struct Yardstick {
    /// TPC-B transactions a second.
    pub(super) tps: f64,
    /// Processor time of a transaction, in the database and in `pgbench`; where it can be looked at.
    pub(super) cpu_micros: Option<u64>,
}

/// TPC-B: prepared, scale 50, 32 clients. Its tables are dropped afterwards.
pub(super) fn measure(
    url: &str,
    database: Option<u32>,
    seconds: u32,
    output: &mut Output,
) -> Result<Yardstick, Failure> {
    let environment = store::client_environment(url).map_err(failed("cannot run pgbench"))?;
    let run = |args: &[&str]| -> Result<String, Failure> {
        let program = if Path::new(DEBIAN).exists() { DEBIAN } else { "pgbench" };
        let done = Command::new(program).args(args).envs(environment.clone()).output();
        let done = done.map_err(|error| {
            Failure::because("cannot run pgbench", &error).hint("install it: Debian package postgresql-15")
        })?;
        if done.status.success() {
            return Ok(String::from_utf8_lossy(&done.stdout).into_owned());
        }
        Err(Failure::new(format!("pgbench failed: {}", String::from_utf8_lossy(&done.stderr).trim())))
    };
    output.progress("pgbench makes its bank of scale 50 on the same server …");
    run(&["--initialize", "--quiet", "--scale", SCALE])?;
    output.progress("pgbench measures the same server …");
    let seconds = seconds.to_string();
    let args = ["--client", CLIENTS, "--jobs", "2", "--protocol", "prepared", "--time", &seconds];
    let used = || Some(machine::database_cpu_micros(database?)? + machine::ended_children_cpu_micros()?);
    let before = used();
    let said = run(&args);
    let after = used();
    run(&["--initialize", "--init-steps", "d"])?;
    let said = said?;
    let tps = said.lines().find_map(|line| line.strip_prefix("tps = ")?.split_whitespace().next()?.parse().ok());
    let count = said.lines().find_map(|line| {
        let (_, count) = line.split_once("transactions actually processed: ")?;
        count.split('/').next()?.trim().parse::<u64>().ok()
    });
    let cpu_micros = before.zip(after).zip(count).map(|((before, after), count)| (after - before) / count.max(1));
    let tps = tps.ok_or_else(|| Failure::new("pgbench did not say how fast it was"))?;
    Ok(Yardstick { tps, cpu_micros })
}
