//! What this machine can do, and what processes use of it.

use std::hint::black_box;
use std::path::PathBuf;
use std::time::Duration;

use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};
use device::{DeviceKey, SoftwareKey};
use tokio::time::Instant as Tick;

use crate::failure::{Failure, failed};

/// What Linux counts processor time in: `USER_HZ` is 100 on every architecture this runs on.
const TICKS_PER_SECOND: u64 = 100;
const VERIFY_FOR: Duration = Duration::from_secs(1);

/// How many P-256 signatures one core verifies in a second with the library the server uses.
pub(super) fn p256_verifications_per_second() -> Result<u64, Failure> {
    const MESSAGE: &[u8] = b"farthing bench: as long as the two first parts of a proof, roughly, give or take a few";
    let key = SoftwareKey::from_seed([7; 32]).map_err(failed("cannot make a key"))?;
    let point = key.jwk().point().map_err(failed("cannot make a key"))?;
    let signature = key.sign(MESSAGE).map_err(failed("cannot sign"))?;
    let start = Tick::now();
    let mut count = 0_u64;
    while start.elapsed() < VERIFY_FOR {
        for _ in 0..64 {
            let public = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, black_box(&point));
            public.verify(black_box(MESSAGE), &signature).map_err(failed("cannot verify"))?;
        }
        count += 64;
    }
    let millis = u64::try_from(start.elapsed().as_millis()).unwrap_or(1).max(1);
    Ok(count * 1_000 / millis)
}

/// Processor time a process has used so far, in microseconds; `None` where there is no `/proc`.
pub(super) fn cpu_micros(process: Process) -> Option<u64> {
    let path = match process {
        Process::This => PathBuf::from("/proc/self/stat"),
        Process::Child(pid) => PathBuf::from(format!("/proc/{pid}/stat")),
    };
    let text = std::fs::read_to_string(path).ok()?;
    // The second field is the name in brackets, which may hold anything; `utime` and `stime` are the 14th and 15th.
    let (_, fields) = text.rsplit_once(')')?;
    let mut fields = fields.split_ascii_whitespace().skip(11);
    let user: u64 = fields.next()?.parse().ok()?;
    let system: u64 = fields.next()?.parse().ok()?;
    Some((user + system) * (1_000_000 / TICKS_PER_SECOND))
}

/// The first process of the PostgreSQL to which `backend` belongs; `None` when that is on another machine.
pub(super) fn database_of(backend: u32) -> Option<u32> {
    let (name, numbers) = times(backend)?;
    if name.starts_with("postgres") { numbers.first().and_then(|parent| u32::try_from(*parent).ok()) } else { None }
}

/// Processor time so far of a PostgreSQL's `first` process and of all it has started, in microseconds.
pub(super) fn database_cpu_micros(first: u32) -> Option<u64> {
    let mut ticks: u64 = times(first)?.1.iter().skip(1).sum();
    for entry in std::fs::read_dir("/proc").ok()?.filter_map(Result::ok) {
        let Some(process) = entry.file_name().to_str().and_then(|name| name.parse().ok()) else { continue };
        if let Some((_, numbers)) = times(process).filter(|(_, numbers)| numbers.first() == Some(&u64::from(first))) {
            ticks += numbers.iter().skip(1).take(2).sum::<u64>();
        }
    }
    Some(ticks * (1_000_000 / TICKS_PER_SECOND))
}

/// A process's name; its parent, and user and system time of its own and of its children that have ended.
fn times(process: u32) -> Option<(String, [u64; 5])> {
    let text = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    let (head, fields) = text.rsplit_once(')')?;
    let fields: Vec<&str> = fields.split_ascii_whitespace().collect();
    let number = |index: usize| fields.get(index).and_then(|text| text.parse::<u64>().ok()).unwrap_or(0);
    Some((head.split_once('(')?.1.to_owned(), [1, 11, 12, 13, 14].map(number)))
}

/// Processor time of this process's children that have ended, in microseconds.
pub(super) fn ended_children_cpu_micros() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/self/stat").ok()?;
    let (_, fields) = text.rsplit_once(')')?;
    let times = fields.split_ascii_whitespace().skip(13).take(2);
    let times: Result<Vec<u64>, _> = times.map(str::parse).collect();
    Some(times.ok()?.into_iter().sum::<u64>() * (1_000_000 / TICKS_PER_SECOND))
}

/// How many processes want a processor, in the last minute's mean.
pub(super) fn load_average() -> Option<f64> {
    std::fs::read_to_string("/proc/loadavg").ok()?.split_ascii_whitespace().next()?.parse().ok()
}

/// Whose processor time.
#[derive(Clone, Copy, Debug)]
pub(super) enum Process {
    /// The load generator.
    This,
    /// The server, by process id.
    Child(u32),
}

/// How many cores there are for everything together.
pub(super) fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get)
}
