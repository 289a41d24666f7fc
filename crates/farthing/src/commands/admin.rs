//! `farthing admin`: what staff do, through the admin socket of a served folder or directly on an unserved one.

mod identity;
mod migrate;
mod payer;
mod payment;

use std::path::{Path, PathBuf};

use money::{Amount, Currency, PayeeId, PayerId};
use protocol::{Text, limits};
use serde::Serialize;
use server::PacksInForce;
use server::admin::{
    Funding, IssuedPayee, NewPayee, PayeeSummary, Rekey, RotateServerKeys, ServerKeysView, Status, WalletSummary,
};
use store::{Clock, SystemClock};

use super::code::CodeCommand;
use super::merchant_key::KeyCommand;
use super::privacy;
use crate::failure::{Failure, failed};
use crate::node::keys_folder;
use crate::output::{BAD, FAINT, GOOD, Output, STRONG, WARN, pairs, table, words};
use crate::staff::{DataFolder, SOCKET, Staff};

/// Register payees, issue keys, fund wallets in test mode, look at the server.
#[derive(Debug, clap::Args)]
pub(crate) struct Admin {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Who is paid.
    #[command(subcommand)]
    Payee(PayeeCommand),
    /// Put play money into a wallet; in test mode only.
    Fund {
        #[command(flatten)]
        folder: DataFolder,
        /// Whose wallet (pyr_…).
        #[arg(long, value_name = "PAYER")]
        payer: PayerId,
        /// How much, e.g. 5000KRW or 12.34EUR.
        #[arg(long, value_name = "AMOUNT")]
        amount: Amount,
    },
    /// The stickers and terminals on counters.
    #[command(subcommand)]
    Code(CodeCommand),
    /// For a payer whose papers were seen: speak for a new device, lift a brake, take a forgotten PIN away.
    #[command(subcommand)]
    Payer(payer::PayerCommand),
    /// What is known about who a payer is, with who says so.
    #[command(subcommand)]
    Fact(identity::FactCommand),
    /// What is paid out to merchants' banks.
    #[command(subcommand)]
    Payout(identity::PayoutCommand),
    SignUps(identity::SignUps),
    /// Payments that a rule holds: look at them, let them go on, or end them.
    #[command(subcommand)]
    Payment(payment::PaymentCommand),
    /// The keys that sign dynamic codes.
    #[command(subcommand)]
    Keys(KeysCommand),
    Retention(privacy::Retention),
    Export(privacy::Export),
    Erase(privacy::Erase),
    /// The policy packs a server decides under.
    #[command(subcommand)]
    Packs(PacksCommand),
    /// Copy an embedded store into an empty PostgreSQL; nothing is kept unless its books, its audit chain and every row
    /// agree.
    Migrate(migrate::Migrate),
    /// How the server is.
    Status {
        #[command(flatten)]
        folder: DataFolder,
    },
}

#[derive(Debug, clap::Subcommand)]
enum PacksCommand {
    /// Those that hold now.
    Show {
        #[command(flatten)]
        folder: DataFolder,
    },
    /// Have the server read its packs anew, as SIGHUP does; while they are broken, the old ones hold.
    Reload {
        #[command(flatten)]
        folder: DataFolder,
    },
}

#[derive(Debug, clap::Subcommand)]
enum PayeeCommand {
    /// Register a payee and issue its keys, which are shown once.
    Add(Box<PayeeAdd>),
    /// All payees, by name.
    List {
        #[command(flatten)]
        folder: DataFolder,
    },
    /// The payee's keys beside those of its registration: several at a time, scoped, bound to networks, with an end.
    #[command(subcommand)]
    Key(KeyCommand),
    /// Who the payee is: nothing is paid out before it is verified.
    #[command(subcommand)]
    Verification(identity::VerificationCommand),
    /// Issue the keys of the registration anew; the old ones of it stop working at once.
    Rekey {
        #[command(flatten)]
        folder: DataFolder,
        /// Which payee (pye_…).
        #[arg(value_name = "PAYEE")]
        payee: PayeeId,
        /// Base64url of the payee's own Ed25519 public key; a pair is made when absent.
        #[arg(long, value_name = "KEY")]
        signing_public_key: Option<String>,
    },
}

#[derive(Debug, clap::Args)]
struct PayeeAdd {
    #[command(flatten)]
    folder: DataFolder,
    /// The trading name, as payers are shown it.
    #[arg(long)]
    name: Text<{ limits::NAME_CHARS_MAX }>,
    /// The same in Latin letters.
    #[arg(long, value_name = "NAME")]
    name_latin: Text<{ limits::NAME_CHARS_MAX }>,
    /// ISO 18245 merchant category code, four digits.
    #[arg(long, value_name = "CODE")]
    category: String,
    /// The place, as payers are shown it.
    #[arg(long)]
    place: Text<{ limits::LINE_CHARS_MAX }>,
    /// The city in Latin letters, at most 15 characters.
    #[arg(long)]
    city: String,
    /// The currency it is paid in.
    #[arg(long, default_value = "KRW")]
    currency: Currency,
    /// Base64url of the payee's own Ed25519 public key; a pair is made when absent.
    #[arg(long, value_name = "KEY")]
    signing_public_key: Option<String>,
}

#[derive(Debug, clap::Subcommand)]
enum KeysCommand {
    /// The published key set and its root.
    Show {
        /// The data folder.
        #[arg(long, value_name = "DIR")]
        data: PathBuf,
    },
    /// Which of the server's own keys sign tokens, nonces and passkey ceremonies.
    ShowTokens {
        #[command(flatten)]
        folder: DataFolder,
    },
    /// Let the next of the server's own keys sign tokens, nonces and passkey ceremonies, on every node within a second or
    /// two. Devices whose refresh token is older open a session anew, which nobody notices.
    RotateTokens {
        #[command(flatten)]
        folder: DataFolder,
        /// For how many hours what the present keys signed stays good; 0 when they have leaked.
        #[arg(long, value_name = "HOURS", default_value_t = 24)]
        overlap_hours: u16,
    },
    /// A new online key, vouched for by the offline root; a server on this folder signs with it at once.
    Rotate {
        /// The data folder.
        #[arg(long, value_name = "DIR")]
        data: PathBuf,
        /// The file of the offline root's key.
        #[arg(long, value_name = "FILE")]
        root: PathBuf,
    },
    /// Withdraw keys and stickers, and date the key set anew, which stickers need every week; a server on this folder
    /// publishes it at once.
    Revoke {
        /// The data folder.
        #[arg(long, value_name = "DIR")]
        data: PathBuf,
        /// The file of the offline root's key.
        #[arg(long, value_name = "FILE")]
        root: PathBuf,
        /// A key whose codes are not to be trusted any more; may be repeated.
        #[arg(long = "kid", value_name = "KEY")]
        kids: Vec<String>,
        /// The serial of a sticker that is withdrawn; may be repeated.
        #[arg(long = "serial", value_name = "SERIAL")]
        serials: Vec<String>,
    },
}

impl Admin {
    pub(crate) async fn run(self, output: &mut Output) -> Result<(), Failure> {
        match self.command {
            Command::Payee(PayeeCommand::Add(add)) => add.run(output).await,
            Command::Payee(PayeeCommand::Key(command)) => command.run(output).await,
            Command::Payee(PayeeCommand::List { folder }) => list(&folder, output).await,
            Command::Payee(PayeeCommand::Rekey { folder, payee, signing_public_key }) => {
                let mut staff = Staff::of(&folder).await?;
                let path = format!("/admin/payees/{payee}/rekey");
                let issued = staff.post(&path, &Rekey { signing_public_key }).await?;
                staff.close().await?;
                issued_keys(&issued, output)
            }
            Command::Code(command) => command.run(output).await,
            Command::Payer(command) => command.run(output).await,
            Command::Fact(command) => command.run(output).await,
            Command::Payout(command) => command.run(output).await,
            Command::SignUps(command) => command.run(output).await,
            Command::Payee(PayeeCommand::Verification(command)) => command.run(output).await,
            Command::Payment(command) => command.run(output).await,
            Command::Fund { folder, payer, amount } => fund(&folder, Funding { payer, amount }, output).await,
            Command::Keys(KeysCommand::Show { data }) => {
                let signer = server::keys::load(&keys_folder(&data)).map_err(failed("cannot read the keys"))?;
                key_set(signer.key_set(), output)
            }
            Command::Keys(KeysCommand::Rotate { data, root }) => {
                let root = server::keys::read_root(&root).map_err(failed("cannot read the offline root"))?;
                let signer = server::keys::rotate(&keys_folder(&data), &root, SystemClock.now());
                let signer = signer.map_err(failed("cannot rotate the keys"))?;
                key_set(signer.key_set(), output)?;
                take_up(&data, output).await
            }
            Command::Keys(KeysCommand::Revoke { data, root, kids, serials }) => {
                let root = server::keys::read_root(&root).map_err(failed("cannot read the offline root"))?;
                let set = server::keys::revoke(&keys_folder(&data), &root, &kids, &serials, SystemClock.now());
                key_set(&set.map_err(failed("cannot withdraw"))?, output)?;
                take_up(&data, output).await
            }
            Command::Keys(KeysCommand::ShowTokens { folder }) => token_keys(&folder, None, output).await,
            Command::Keys(KeysCommand::RotateTokens { folder, overlap_hours }) => {
                let overlap_seconds = i64::from(overlap_hours).saturating_mul(3_600);
                token_keys(&folder, Some(RotateServerKeys { overlap_seconds }), output).await
            }
            Command::Retention(retention) => retention.run(output).await,
            Command::Export(export) => export.run(output).await,
            Command::Erase(erase) => erase.run(output).await,
            Command::Packs(command) => command.run(output).await,
            Command::Migrate(migrate) => migrate.run(output).await,
            Command::Status { folder } => status(&folder, output).await,
        }
    }
}

impl PayeeAdd {
    async fn run(self, output: &mut Output) -> Result<(), Failure> {
        let mut staff = Staff::of(&self.folder).await?;
        let new = NewPayee {
            name: self.name,
            name_latin: self.name_latin,
            category: self.category,
            place: self.place,
            city: self.city,
            currency: self.currency,
            signing_public_key: self.signing_public_key,
        };
        let issued = staff.post("/admin/payees", &new).await?;
        staff.close().await?;
        issued_keys(&issued, output)
    }
}

fn issued_keys(issued: &IssuedPayee, output: &mut Output) -> Result<(), Failure> {
    if output.is_json() {
        return output.object(issued);
    }
    let own = || "the one it brought".to_owned();
    output.lines(&pairs(&[
        ("payee", issued.payee.to_string()),
        ("API key", format!("{STRONG}{}{STRONG:#}", issued.api_key)),
        ("signing key", issued.signing_key.clone().unwrap_or_else(own)),
    ]));
    output.note(&format!("{WARN}both keys are shown this once; only their public parts are kept{WARN:#}"));
    Ok(())
}

async fn list(folder: &DataFolder, output: &mut Output) -> Result<(), Failure> {
    let mut staff = Staff::of(folder).await?;
    let payees: Vec<PayeeSummary> = staff.get("/admin/payees").await?;
    staff.close().await?;
    if output.is_json() {
        return payees.iter().try_for_each(|payee| output.object(payee));
    }
    let row = |payee: &PayeeSummary| {
        let state = if payee.closed { "closed" } else { "open" };
        vec![payee.payee.to_string(), words(&payee.name), payee.currency.to_string(), state.to_owned()]
    };
    let rows: Vec<Vec<String>> = payees.iter().map(row).collect();
    output.lines(&table(&["payee", "name", "currency", "state"], &rows, &[]));
    Ok(())
}

impl PacksCommand {
    async fn run(self, output: &mut Output) -> Result<(), Failure> {
        let (folder, is_reload) = match self {
            Self::Show { folder } => (folder, false),
            Self::Reload { folder } => (folder, true),
        };
        let mut staff = Staff::of(&folder).await?;
        if !staff.is_served() {
            return Err(Failure::new(format!("`{}` is not served", folder.data.display())).hint("farthing policy list"));
        }
        let path = "/admin/packs";
        let now: PacksInForce = if is_reload { staff.post(path, &()).await? } else { staff.get(path).await? };
        if output.is_json() {
            return output.object(&now);
        }
        match (is_reload, now.changed) {
            (true, true) => output.line("other packs hold from now on"),
            (true, false) => output.line("nothing has changed"),
            (false, _) => {}
        }
        output.lines(&pairs(&[("digest", now.digest.to_string()), ("packs", now.packs.join(", "))]));
        Ok(())
    }
}

async fn fund(folder: &DataFolder, funding: Funding, output: &mut Output) -> Result<(), Failure> {
    let mut staff = Staff::of(folder).await?;
    let wallet: WalletSummary = staff.post("/admin/funds", &funding).await?;
    staff.close().await?;
    if output.is_json() {
        return output.object(&wallet);
    }
    output.lines(&pairs(&[
        ("payer", wallet.payer.to_string()),
        ("available", wallet.balance.available.for_people().to_string()),
        ("held", wallet.balance.held.for_people().to_string()),
    ]));
    Ok(())
}

/// With `--json`: [`Status`], and whether the folder is being served.
#[derive(Serialize)]
struct Served<'a> {
    #[serde(flatten)]
    status: &'a Status,
    served: bool,
}

async fn status(folder: &DataFolder, output: &mut Output) -> Result<(), Failure> {
    let mut staff = Staff::of(folder).await?;
    let served = staff.is_served();
    let status: Status = staff.get("/admin/status").await?;
    staff.close().await?;
    if output.is_json() {
        return output.object(&Served { status: &status, served });
    }
    let ready = match &status.unready {
        _ if status.ready => format!("{GOOD}yes{GOOD:#}"),
        Some(part) => format!("{BAD}no{BAD:#}: {part}"),
        None => format!("{BAD}no{BAD:#}"),
    };
    output.lines(&pairs(&[
        ("served", if served { "yes".to_owned() } else { "no, opened by this command".to_owned() }),
        ("ready", ready),
        ("version", status.version.clone()),
        ("engine", status.engine.clone()),
        ("now", status.now.to_string()),
    ]));
    Ok(())
}

/// Has a server on this folder take up the set that was just written; other nodes are told with SIGHUP.
async fn take_up(data: &Path, output: &mut Output) -> Result<(), Failure> {
    match Staff::socket(&data.join(SOCKET)).await? {
        Some(mut staff) => {
            let _: qr::KeySet = staff.post("/admin/code-keys", &()).await?;
            output.note("the server on this folder has taken the new set up");
        }
        None => output.note(&format!("{WARN}a server takes the new set up when it starts, or on SIGHUP{WARN:#}")),
    }
    Ok(())
}

/// Shows the server's own keys, after the next ones were let sign where that is wanted.
async fn token_keys(folder: &DataFolder, rotate: Option<RotateServerKeys>, output: &mut Output) -> Result<(), Failure> {
    let mut staff = Staff::of(folder).await?;
    let path = "/admin/server-keys";
    let keys: Result<ServerKeysView, Failure> = match &rotate {
        Some(rotate) => staff.post(path, rotate).await,
        None => staff.get(path).await,
    };
    staff.close().await?;
    let keys = keys?;
    if output.is_json() {
        return output.object(&keys);
    }
    let at = |at: Option<money::Instant>| at.map_or_else(|| "—".to_owned(), |at| at.to_string());
    output.lines(&pairs(&[
        ("keys", format!("{STRONG}number {}{STRONG:#}", keys.generation)),
        ("sign since", at(keys.since)),
        ("those before good until", at(keys.previous_until)),
    ]));
    Ok(())
}

fn key_set(set: &qr::KeySet, output: &mut Output) -> Result<(), Failure> {
    if output.is_json() {
        return output.object(set);
    }
    let body = &set.set;
    output.lines(&pairs(&[
        ("root", format!("{}  {FAINT}SHA-256 of its public key; clients pin it{FAINT:#}", body.root)),
        ("sequence", body.sequence.to_string()),
        ("issued", body.issued_at.to_string()),
        ("expires", body.expires_at.to_string()),
        ("withdrawn", format!("{} keys, {} stickers", body.revoked_keys.len(), body.revoked_serials.len())),
    ]));
    let row = |key: &qr::PublishedKey| {
        vec![key.kid.clone(), key.not_before.to_string(), key.not_after.to_string(), key.x.clone()]
    };
    let rows: Vec<Vec<String>> = body.keys.iter().map(row).collect();
    output.line("");
    output.lines(&table(&["key", "signs from", "until", "public key"], &rows, &[]));
    Ok(())
}
