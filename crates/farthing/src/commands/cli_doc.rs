//! `farthing cli-doc`: writes `docs/cli.md` from the commands themselves.

use std::fmt::Write;

use clap::{Arg, Command, CommandFactory};

use crate::cli::Cli;
use crate::output::Output;

/// What stands above the generated part, and the JSON keys, which clap does not know.
const HEAD: &str = include_str!("cli_doc/head.md");
const KEYS: &str = include_str!("cli_doc/keys.md");

/// Print docs/cli.md.
#[derive(Debug, clap::Args)]
pub(crate) struct CliDoc {}

impl CliDoc {
    #[expect(clippy::unused_self, reason = "every command is run the same way")]
    pub(crate) fn run(self, output: &mut Output) {
        let mut text = HEAD.to_owned();
        let mut root = Cli::command();
        root.build();
        describe(&root, "farthing", &mut text);
        text.push_str(KEYS);
        output.line(text.trim_end());
    }
}

fn describe(command: &Command, path: &str, text: &mut String) {
    let about = command.get_long_about().or_else(|| command.get_about());
    let about = about.map(ToString::to_string).unwrap_or_default();
    let leaf = command.get_subcommands().all(is_help);
    if path != "farthing" {
        let mut usage = command.clone().render_usage().to_string();
        if let Some(rest) = usage.strip_prefix("Usage: ") {
            usage = rest.trim().to_owned();
        }
        let _ = write!(text, "\n## {path}\n\n{about}\n");
        if leaf {
            let _ = write!(text, "\n    {usage}\n");
            options(command, text);
        }
    }
    for inner in command.get_subcommands().filter(|inner| !is_help(inner) && !inner.is_hide_set()) {
        describe(inner, &format!("{path} {}", inner.get_name()), text);
    }
}

fn is_help(command: &Command) -> bool {
    command.get_name() == "help"
}

fn options(command: &Command, text: &mut String) {
    let is_shared = |arg: &&Arg| !matches!(arg.get_id().as_str(), "help" | "version" | "json") && !arg.is_hide_set();
    let mut rows = command.get_arguments().filter(is_shared).peekable();
    if rows.peek().is_none() {
        return;
    }
    text.push_str("\n| flag | meaning | default |\n|---|---|---|\n");
    for arg in rows {
        let _ = writeln!(text, "| `{}` | {} | {} |", name(arg), help(arg), default(arg));
    }
}

fn name(arg: &Arg) -> String {
    let value = || arg.get_value_names().and_then(|names| names.first()).map(ToString::to_string).unwrap_or_default();
    match arg.get_long() {
        Some(long) if arg.get_action().takes_values() => format!("--{long} {}", value()),
        Some(long) => format!("--{long}"),
        None => value(),
    }
}

fn help(arg: &Arg) -> String {
    let help = arg.get_long_help().or_else(|| arg.get_help()).map(ToString::to_string).unwrap_or_default();
    let variable = arg.get_env().map(|name| format!(" (or `{}`)", name.to_string_lossy())).unwrap_or_default();
    let required = if arg.is_required_set() { " (required)" } else { "" };
    let help = help.trim_end_matches('.');
    format!("{}{variable}{required}", help.replace('\n', " ").replace('|', "\\|"))
}

fn default(arg: &Arg) -> String {
    let values: Vec<String> =
        arg.get_default_values().iter().map(|value| value.to_string_lossy().into_owned()).collect();
    let is_flag = !arg.get_action().takes_values();
    if values.is_empty() || is_flag { String::new() } else { format!("`{}`", values.join(" ")) }
}
