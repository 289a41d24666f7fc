//! `farthing demo`: a whole town on the embedded store, with traffic, and what to try.

mod banner;
mod past;

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use payments::Settings;
use serde::Serialize;
use server::{RateLimits, Running};
use simulator::{Live, Town, TownSize};
use store::KeySource;

use self::banner::Banner;
use crate::commands::risk::files::JudgingArgs;
use crate::failure::{Failure, failed};
use crate::node::{self, Plan};
use crate::output::{Output, grouped};
use crate::packs::Source;
use crate::temporary::Folder;

/// How long unfreezing takes in a demo, in seconds: long enough to be seen.
const UNFREEZE_SECONDS: i64 = 60;

/// Start everything on a synthetic town: wallet, shop, live traffic; says what to open and what to try.
#[derive(Debug, clap::Args)]
pub(crate) struct Demo {
    /// The data folder, kept afterwards; a temporary one, removed at the end, when absent.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Where to listen on this machine; 0 takes a free port.
    #[arg(long, value_name = "PORT", default_value_t = 8080)]
    port: u16,
    /// The town's seed: the same seed makes the same town.
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    seed: u64,
    /// Live payments a second, on average; 0 for none.
    #[arg(long, value_name = "RATE", default_value = "1.0", value_parser = per_minute)]
    rate: u32,
    /// How many days of history the town has.
    #[arg(long, value_name = "DAYS", default_value_t = 21, value_parser = clap::value_parser!(u32).range(0..=120))]
    days: u32,
    /// The least important log lines to write: error, warn, info, debug or trace.
    #[arg(long, value_name = "LEVEL", default_value = "warn")]
    log: String,
    #[command(flatten)]
    risk: JudgingArgs,
    /// Accepted for scripts: no browser is ever opened.
    #[arg(long, hide = true)]
    no_open: bool,
}

/// With `--json`: the first line of stdout.
#[derive(Serialize)]
struct Started<'a> {
    /// The wallet.
    url: &'a str,
    /// The shop, with its key.
    shop_url: &'a str,
    /// The shop's API key.
    shop_key: &'a str,
    /// The shop.
    payee: money::PayeeId,
    /// Where staff call.
    admin_socket: String,
}

/// `1.5` payments a second as payments a minute.
fn per_minute(text: &str) -> Result<u32, String> {
    let rate: f64 = text.parse().map_err(|_| "not a number".to_owned())?;
    // As a duration of so many seconds, so that no arithmetic on fractions is needed.
    let millis = Duration::try_from_secs_f64(rate).map_err(|_| "not a rate".to_owned())?.as_millis();
    u32::try_from(millis * 60 / 1_000).ok().filter(|rate| *rate <= 60_000).ok_or("at most 1000 a second".to_owned())
}

/// Where people open the demo: a browser makes passkeys for a name, never for a number. A port that is taken as it comes
/// is known too late to be named.
fn local_name(port: u16) -> Option<String> {
    (port != 0).then(|| format!("http://localhost:{port}"))
}

impl Demo {
    pub(crate) async fn run(self, output: &mut Output) -> Result<(), Failure> {
        node::log(&self.log)?;
        let folder = Folder::or_temporary(self.data.clone())?;
        let town = Town::new(self.seed, TownSize::default()).map_err(failed("cannot make the town"))?;
        let packs = Source::home();
        let settings = Settings {
            packs: packs.read()?,
            test_mode: true,
            unfreeze_delay_seconds: UNFREEZE_SECONDS,
            judging: self.risk.judging()?,
            risk: self.risk.settings()?,
            ..Settings::default()
        };
        output.ticker("the town lives through its past …");
        let settled = past::live_through(folder.path(), &settings, &town, self.days).await?;
        let plan = Plan {
            data: folder.path().to_owned(),
            database: None,
            change_settings: false,
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, self.port)),
            public_origin: local_name(self.port),
            trusted_proxies: Vec::new(),
            passkeys: server::PasskeyConfig::default(),
            settings,
            packs: Some(packs),
            keys: KeySource::File,
            // The whole town signs up from this machine.
            sign_up_exempt: node::loopback(),
            rate: RateLimits::default(),
            web: true,
        };
        let mut stop = node::Stop::listen()?;
        let running = node::start(plan).await?;
        self.say_where(&running, &town, settled, &folder, output)?;
        let live = async {
            if self.rate == 0 {
                return std::future::pending().await;
            }
            match Live::new(&town, running.origin()).await {
                Ok(live) => live.run(self.rate, |tally| output.ticker(&words(tally))).await,
                Err(error) => tracing::error!(%error, "no live traffic"),
            }
            std::future::pending().await
        };
        tokio::select! {
            () = stop.asked(&running, &self.risk) => {}
            () = live => {}
        }
        node::stop(running).await?;
        if !output.is_json() {
            let kept = if folder.is_temporary() { "its data is removed" } else { "its data is kept" };
            output.note(&format!("the demo has ended; {kept}"));
        }
        Ok(())
    }

    fn say_where(
        &self,
        running: &Running,
        town: &Town,
        settled: Option<simulator::Settled>,
        folder: &Folder,
        output: &mut Output,
    ) -> Result<(), Failure> {
        let shop = town.merchants().first().ok_or_else(|| Failure::new("the town has no merchants"))?;
        let shop_key = shop.api_key().text();
        let url = running.origin();
        let shop_url = format!("{url}/shop#key={shop_key}");
        if output.is_json() {
            let admin_socket = running.admin_socket().map(|path| path.display().to_string()).unwrap_or_default();
            let payee = shop.card.id;
            return output.object(&Started { url, shop_url: &shop_url, shop_key: &shop_key, payee, admin_socket });
        }
        let banner = Banner { url, shop_url: &shop_url, shop, town, settled, folder };
        output.lines(&banner.lines());
        Ok(())
    }
}

fn words(tally: simulator::Tally) -> String {
    let failed = if tally.failed > 0 { format!(" · {} failed", grouped(tally.failed)) } else { String::new() };
    format!("  live · {} paid · {} refused{failed}", grouped(tally.paid), grouped(tally.refused))
}
