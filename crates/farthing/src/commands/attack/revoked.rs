//! `farthing attack revoked`: somebody goes on with a device that was just revoked, or a session just ended, and how long that
//! works.

use std::time::{Duration, Instant};

use device::{Moment, Phone, SoftwareKey};
use money::{Currency, DeviceId, PayerId, ReasonCode, SessionId};
use protocol::{BindDeviceBody, DeviceView, EndSessionsBody, PayerView, RevokeDeviceBody, SessionKind, SignUpBody};
use serde::Serialize;
use simulator::http::Connection;
use simulator::{Handset, HandsetError, Source};
use store::entropy;

use crate::failure::{Failure, failed};
use crate::output::{Output, pairs, table};
use crate::source::Machine;

/// Rounds in one run.
const ROUNDS_MAX: i64 = 200;
/// How long a device that was revoked is watched before it is called a hole.
const PATIENCE: Duration = Duration::from_secs(30);

/// A thief's device asks on without a pause while its owner revokes it, or ends its session: on the node that hears of it and on
/// others. Counts what it still gets after the owner has their answer, and measures how long until it is refused.
#[derive(Debug, clap::Args)]
pub(crate) struct Revoked {
    /// The node the owner calls, without rate limits.
    #[arg(long, value_name = "URL")]
    url: String,
    /// Another node of the same database; may be repeated.
    #[arg(long = "other", value_name = "URL")]
    others: Vec<String>,
    /// What clients sign for, where that is not --url.
    #[arg(long, value_name = "ORIGIN")]
    origin: Option<String>,
    /// How often: each time a new wallet with two devices.
    #[arg(long, value_name = "COUNT", default_value_t = 20, value_parser = clap::value_parser!(i64).range(1..=ROUNDS_MAX))]
    rounds: i64,
}

/// With `--json`: everything that was seen.
#[derive(Serialize)]
struct Report {
    rounds: i64,
    nodes: Vec<NodeReport>,
}

/// What one node let through, and how soon it refused.
#[derive(Serialize)]
struct NodeReport {
    node: String,
    what: &'static str,
    /// Requests sent after the owner had the answer, and answered well: each is a hole.
    accepted_after: u64,
    /// From the owner's answer to the first refusal, in microseconds; how long one request takes there.
    median_micros: u64,
    worst_micros: u64,
}

/// What the owner takes away.
#[derive(Clone, Copy, PartialEq, Eq)]
enum What {
    Device,
    Session,
}

type Line = Handset<SoftwareKey, Machine>;

impl Revoked {
    pub(crate) async fn run(self, output: &mut Output) -> Result<(), Failure> {
        let nodes: Vec<String> = std::iter::once(&self.url).chain(&self.others).map(|url| plain(url)).collect();
        let origin = self.origin.as_deref().map_or_else(|| plain(&self.url), plain);
        let mut reports = Vec::new();
        for what in [What::Device, What::Session] {
            let mut seen: Vec<Vec<Seen>> = nodes.iter().map(|_| Vec::new()).collect();
            for round in 0..self.rounds {
                output.progress(&format!("{} {} of {}", what.word(), round.saturating_add(1), self.rounds));
                let round = play(&nodes, &origin, what).await?;
                for (node, one) in seen.iter_mut().zip(round) {
                    node.push(one);
                }
            }
            reports.extend(nodes.iter().zip(&seen).map(|(node, seen)| NodeReport::of(node, what, seen)));
        }
        let report = Report { rounds: self.rounds, nodes: reports };
        report.write(output)?;
        match report.nodes.iter().map(|node| node.accepted_after).sum::<u64>() {
            0 => Ok(()),
            holes => Err(Failure::negative(format!("{holes} requests got through after the revocation was answered"))),
        }
    }
}

fn plain(url: &str) -> String {
    url.trim_end_matches('/').to_owned()
}

impl What {
    const fn word(self) -> &'static str {
        match self {
            Self::Device => "device revoked",
            Self::Session => "session ended",
        }
    }
}

/// What one watched line saw.
struct Seen {
    accepted_after: u64,
    refused_after: Duration,
}

/// One round: a wallet, its owner's phone and a thief's, which asks on at every node while the owner takes it away.
async fn play(nodes: &[String], origin: &str, what: What) -> Result<Vec<Seen>, Failure> {
    let first = nodes.first().map(String::as_str).unwrap_or_default();
    let mut machine = Machine;
    let Moment { now, random } = machine.moment().map_err(told)?;
    let [a, b, c, d, e, f, g, h, i, j, ..] = random;
    let payer = PayerId::new(now, [a, b, c, d, e, f, g, h, i, j]);
    let device = |last| DeviceId::new(now, [a, b, c, d, e, f, g, h, i, last]);
    let (own, theirs) = (device(0), device(1));
    let seed: [u8; 32] = entropy::random().map_err(failed("no random bytes can be had"))?;
    let mut owner = line(first, origin, (payer, own), seed_of(seed, 0))?;
    let name = || "attack".parse().map_err(failed("a name"));
    let body = SignUpBody { currency: Currency::KRW, device: own, device_name: name()?, name: name()?, payer };
    owner.sign_up(&body).await.map_err(told)?;
    let mut thief = line(first, origin, (payer, theirs), seed_of(seed, 1))?;
    let possession = thief.possession().await.map_err(told)?;
    let bind = BindDeviceBody { device: theirs, device_name: name()?, kind: SessionKind::Own, possession };
    let _: DeviceView = owner.post("/v1/devices", &bind).await.map_err(told)?;
    let token = thief.renew_token().await.map_err(told)?;

    let mut watched = Vec::new();
    for node in nodes {
        let mut line = line(node, origin, (payer, theirs), seed_of(seed, 1))?;
        line.phone_mut().accept_token(&token);
        // Once before, so that it has this node's nonce and its connection stands.
        let _: PayerView = line.get("/v1/me").await.map_err(told)?;
        watched.push(line);
    }
    let (answered, heard) = tokio::sync::watch::channel(None);
    let watching = futures(watched, &heard);
    let taking = async {
        let taken = take(&mut owner, what, (theirs, token.session)).await;
        answered.send_replace(Some(now_here()));
        taken
    };
    let (taken, seen) = tokio::join!(taking, watching);
    taken?;
    seen
}

/// All lines at once, each until it is refused.
async fn futures(
    lines: Vec<Line>,
    heard: &tokio::sync::watch::Receiver<Option<Instant>>,
) -> Result<Vec<Seen>, Failure> {
    let mut tasks = tokio::task::JoinSet::new();
    for (place, line) in lines.into_iter().enumerate() {
        let heard = heard.clone();
        tasks.spawn(async move { (place, ask_on(line, heard).await) });
    }
    let mut seen = Vec::new();
    while let Some(done) = tasks.join_next().await {
        let (place, one) = done.map_err(failed("a watcher ended"))?;
        seen.push((place, one?));
    }
    seen.sort_by_key(|(place, _)| *place);
    Ok(seen.into_iter().map(|(_, one)| one).collect())
}

/// Asks without a pause until it is refused.
async fn ask_on(mut line: Line, heard: tokio::sync::watch::Receiver<Option<Instant>>) -> Result<Seen, Failure> {
    let (began, mut accepted_after) = (now_here(), 0_u64);
    loop {
        let sent_after = heard.borrow().is_some();
        let answer: Result<PayerView, HandsetError> = line.get("/v1/me").await;
        match answer {
            Ok(_) => accepted_after = accepted_after.saturating_add(u64::from(sent_after)),
            Err(HandsetError::Refused(problem)) if REFUSED.contains(&problem.code) => {
                // It may be refused a moment before its owner hears that it is: nothing is longer than nothing.
                let answered = *heard.borrow();
                let refused_after = answered.map_or(Duration::ZERO, |at| now_here().saturating_duration_since(at));
                return Ok(Seen { accepted_after, refused_after });
            }
            Err(error) => return Err(told(error)),
        }
        if began.elapsed() > PATIENCE {
            return Err(Failure::negative("it is never refused"));
        }
    }
}

const REFUSED: [ReasonCode; 3] = [ReasonCode::DeviceRevoked, ReasonCode::SessionEnded, ReasonCode::AuthRefused];

async fn take(owner: &mut Line, what: What, (device, session): (DeviceId, SessionId)) -> Result<(), Failure> {
    let done: Result<DeviceView, HandsetError> = match what {
        What::Device => owner.post("/v1/devices/revoke", &RevokeDeviceBody { device }).await,
        What::Session => owner.post("/v1/sessions/end", &EndSessionsBody { device, session: Some(session) }).await,
    };
    done.map(drop).map_err(told)
}

fn line(node: &str, origin: &str, (payer, device): (PayerId, DeviceId), seed: [u8; 32]) -> Result<Line, Failure> {
    let key = SoftwareKey::from_seed(seed).map_err(failed("a key cannot be made"))?;
    let connection = Connection::to(node).map_err(failed("cannot call the server"))?;
    Ok(Handset::new(Phone::new(key, origin, payer, device), connection, Machine))
}

fn seed_of(seed: [u8; 32], last: u8) -> [u8; 32] {
    let mut seed = seed;
    if let Some(byte) = seed.last_mut() {
        *byte = last;
    }
    seed
}

#[expect(clippy::disallowed_methods, reason = "this measures")]
fn now_here() -> Instant {
    Instant::now()
}

fn told(error: HandsetError) -> Failure {
    match error {
        HandsetError::Refused(problem) => {
            crate::staff::refused(&problem.title, problem.code.code(), problem.detail.as_deref())
        }
        other => Failure::because("the server could not be asked", &other),
    }
}

impl NodeReport {
    fn of(node: &str, what: What, seen: &[Seen]) -> Self {
        let mut micros: Vec<u64> =
            seen.iter().map(|one| u64::try_from(one.refused_after.as_micros()).unwrap_or(u64::MAX)).collect();
        micros.sort_unstable();
        let middle = micros.len().checked_div(2).and_then(|middle| micros.get(middle)).copied();
        Self {
            node: node.to_owned(),
            what: what.word(),
            accepted_after: seen.iter().map(|one| one.accepted_after).sum(),
            median_micros: middle.unwrap_or_default(),
            worst_micros: micros.last().copied().unwrap_or_default(),
        }
    }
}

impl Report {
    fn write(&self, output: &mut Output) -> Result<(), Failure> {
        if output.is_json() {
            return output.object(self);
        }
        output.lines(&pairs(&[("rounds", self.rounds.to_string())]));
        let row = |node: &NodeReport| {
            let millis = |micros: u64| format!("{}.{:03}", micros / 1_000, micros % 1_000);
            vec![
                node.node.clone(),
                node.what.to_owned(),
                node.accepted_after.to_string(),
                millis(node.median_micros),
                millis(node.worst_micros),
            ]
        };
        let rows: Vec<Vec<String>> = self.nodes.iter().map(row).collect();
        output.lines(&table(&["node", "what", "accepted after", "refused after, ms", "worst, ms"], &rows, &[2, 3, 4]));
        Ok(())
    }
}
