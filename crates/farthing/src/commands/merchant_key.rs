//! `farthing admin payee key`: a merchant's keys beside those of its registration.

use money::{KeyId, PayeeId};
use payments::{Network, Scope};
use protocol::{Text, limits};
use server::admin::{EndKey, IssuedKey, KeyView, NewKey, NewKeyKind, Replaced, Shown};

use crate::failure::Failure;
use crate::output::{BAD, FAINT, GOOD, Output, STRONG, pairs, table};
use crate::staff::{DataFolder, Staff};

#[derive(Debug, clap::Subcommand)]
pub(crate) enum KeyCommand {
    /// Add a key beside those that are there; its secret is shown once.
    Add(Box<KeyAdd>),
    /// A payee's keys: prefix, label, scopes, networks, created, last use, end.
    List {
        #[command(flatten)]
        folder: DataFolder,
        /// Which payee (pye_…).
        #[arg(value_name = "PAYEE")]
        payee: PayeeId,
    },
    /// End a key, at once or later.
    End {
        #[command(flatten)]
        folder: DataFolder,
        /// Which (key_…).
        #[arg(value_name = "KEY")]
        key: KeyId,
        /// In how many hours.
        #[arg(long, value_name = "HOURS", default_value_t = 0, value_parser = clap::value_parser!(i64).range(0..=8_760))]
        in_hours: i64,
    },
}

#[derive(Debug, clap::Args)]
pub(crate) struct KeyAdd {
    #[command(flatten)]
    folder: DataFolder,
    /// Which payee (pye_…).
    #[arg(value_name = "PAYEE")]
    payee: PayeeId,
    /// What it is for.
    #[arg(long, value_enum)]
    kind: Kind,
    /// What the merchant calls it.
    #[arg(long)]
    label: Text<{ limits::NAME_CHARS_MAX }>,
    /// What an API key may do; may be repeated, everything when absent.
    #[arg(long = "scope", value_enum, value_name = "SCOPE")]
    scopes: Vec<Allowed>,
    /// A network it may be used from, e.g. 203.0.113.0/24; may be repeated, any when absent.
    #[arg(long = "from", value_name = "CIDR")]
    networks: Vec<Network>,
    /// In how many days it ends.
    #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(i64).range(1..=3_650))]
    expires_in_days: Option<i64>,
    /// Base64url of the merchant's own Ed25519 public key, for a signing key; a pair is made when absent.
    #[arg(long, value_name = "KEY")]
    signing_public_key: Option<String>,
    /// The key this one takes over from (key_…).
    #[arg(long, value_name = "KEY")]
    replaces: Option<KeyId>,
    /// For how many hours both are good.
    #[arg(
        long,
        value_name = "HOURS",
        default_value_t = 24,
        requires = "replaces",
        value_parser = clap::value_parser!(i64).range(0..=8_760)
    )]
    overlap_hours: i64,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Kind {
    /// Creating and watching intents.
    Api,
    /// Signing captures, voids and refunds.
    Signing,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Allowed {
    /// Create intents.
    #[value(name = "intents:create")]
    CreateIntents,
    /// Look at intents and at the payee's own account.
    Read,
}

impl KeyCommand {
    pub(crate) async fn run(self, output: &mut Output) -> Result<(), Failure> {
        match self {
            Self::Add(add) => {
                let mut staff = Staff::of(&add.folder).await?;
                let path = format!("/admin/payees/{}/keys", add.payee);
                let issued: IssuedKey = staff.post(&path, &add.wanted()).await?;
                staff.close().await?;
                show_issued(&issued, output)
            }
            Self::List { folder, payee } => {
                let mut staff = Staff::of(&folder).await?;
                let keys: Vec<KeyView> = staff.get(&format!("/admin/payees/{payee}/keys")).await?;
                staff.close().await?;
                show(&keys, output)
            }
            Self::End { folder, key, in_hours } => {
                let mut staff = Staff::of(&folder).await?;
                let end = EndKey { in_seconds: in_hours * 3_600 };
                let ended: KeyView = staff.post(&format!("/admin/keys/{key}/end"), &end).await?;
                staff.close().await?;
                show(&[ended], output)
            }
        }
    }
}

impl KeyAdd {
    fn wanted(&self) -> NewKey {
        let scope = |allowed: &Allowed| match allowed {
            Allowed::CreateIntents => Scope::CreateIntents,
            Allowed::Read => Scope::Read,
        };
        NewKey {
            label: self.label.clone(),
            kind: match self.kind {
                Kind::Api => NewKeyKind::Api,
                Kind::Signing => NewKeyKind::Signing,
            },
            scopes: self.scopes.iter().map(scope).collect(),
            networks: self.networks.clone(),
            expires_in_seconds: self.expires_in_days.map(|days| days * 86_400),
            signing_public_key: self.signing_public_key.clone(),
            replaces: self.replaces.map(|key| Replaced { key, overlap_seconds: self.overlap_hours * 3_600 }),
        }
    }
}

fn show_issued(issued: &IssuedKey, output: &mut Output) -> Result<(), Failure> {
    if output.is_json() {
        return output.object(issued);
    }
    let mut rows = vec![("key", issued.view.key.to_string()), ("label", issued.view.label.clone())];
    if let Some(text) = &issued.api_key {
        rows.push(("API key", format!("{STRONG}{text}{STRONG:#}")));
    }
    if let Some(seed) = &issued.signing_key {
        rows.push(("signing key", format!("{STRONG}{seed}{STRONG:#}")));
    }
    output.lines(&pairs(&rows));
    output.note(&format!("{FAINT}a secret is shown this once{FAINT:#}"));
    Ok(())
}

fn show(keys: &[KeyView], output: &mut Output) -> Result<(), Failure> {
    if output.is_json() {
        return keys.iter().try_for_each(|key| output.object(key));
    }
    let row = |key: &KeyView| {
        let (what, may) = match &key.material {
            Shown::Api { prefix, scopes } => {
                let scope = |scope: &Scope| match scope {
                    Scope::CreateIntents => "intents:create",
                    Scope::Read => "read",
                };
                (format!("{prefix}…"), scopes.iter().map(scope).collect::<Vec<_>>().join(", "))
            }
            Shown::Signing { public_key } => (public_key.clone(), "capture, void, refund".to_owned()),
        };
        let from: Vec<String> = key.networks.iter().map(ToString::to_string).collect();
        let state = if key.live { format!("{GOOD}live{GOOD:#}") } else { format!("{BAD}ended{BAD:#}") };
        let at = |at: Option<money::Instant>| at.map(|at| at.to_string()).unwrap_or_default();
        vec![
            key.key.to_string(),
            key.label.clone(),
            what,
            may,
            if from.is_empty() { "anywhere".to_owned() } else { from.join(" ") },
            key.created_at.to_string(),
            at(key.last_used_at),
            at(key.expires_at),
            state,
        ]
    };
    let headings = ["key", "label", "is", "may", "from", "created", "last used", "ends", "state"];
    output.lines(&table(&headings, &keys.iter().map(row).collect::<Vec<_>>(), &[]));
    Ok(())
}
