//! The browser tests: a real server on an empty data folder, a real Chromium, and an end to both.

use std::{
    fs,
    io::{BufRead, BufReader},
    net::{Ipv4Addr, TcpListener},
    path::PathBuf,
    process::Child,
    sync::mpsc,
    time::Duration,
};

use crate::{
    console::{complain, say},
    failure::{Failure, Outcome},
    process::Run,
    web, workspace,
};

/// How long the demo may take to say where it listens: it creates its town first.
const START_SECONDS_MAX: u64 = 120;
/// How many lines of the server's log are shown after a failure.
const LOG_LINES_SHOWN: usize = 40;

/// Builds the server, starts its demo, runs the end-to-end tests against it, and ends it.
///
/// # Errors
/// When the server does not start, or a test fails; the server's last words are shown.
pub(crate) fn run() -> Outcome {
    Run::cargo("build").args(["--package", "farthing"]).go()?;
    let demo = Demo::start("e2e", Run::new(workspace::target()?.join("debug/farthing")))?;
    let outcome = web::script("e2e")
        .env("FARTHING_URL", &demo.listening.url)
        .env("FARTHING_SHOP_KEY", &demo.listening.shop_key)
        .env("FARTHING_ADMIN_SOCKET", demo.folder.join("data/admin.sock"))
        .go();
    match outcome {
        Ok(()) => demo.finish(),
        Err(failure) => {
            demo.show_log();
            Err(failure)
        }
    }
}

/// The first line a demo writes with `--json`.
#[derive(Debug, PartialEq, Eq)]
struct Listening {
    url: String,
    shop_key: String,
}

/// A running demo. Dropping it ends that process, however the tests went.
struct Demo {
    child: Child,
    folder: PathBuf,
    listening: Listening,
}

impl Demo {
    /// Starts `farthing demo` on an empty folder of its own, named after `purpose`, and waits until it listens.
    fn start(purpose: &str, farthing: Run) -> Result<Self, Failure> {
        let folder = workspace::target()?.join("demo-runs").join(format!("{purpose}-{}", std::process::id()));
        fs::create_dir_all(&folder).map_err(Failure::while_doing(format!("create {}", folder.display())))?;
        let log =
            fs::File::create(folder.join("server.log")).map_err(Failure::while_doing("create the server's log"))?;
        let mut child = farthing
            // Two days of history: a debug build plays three weeks in half a minute, and these tests need none of it.
            .args(["demo", "--json", "--days", "2", "--port", &free_port()?.to_string(), "--data"])
            .arg(folder.join("data"))
            .start(log)?;
        let first_line = first_line(&mut child);
        let nowhere = Listening { url: String::new(), shop_key: String::new() };
        let mut demo = Self { child, folder, listening: nowhere };
        match first_line.and_then(|line| read_listening(&line)) {
            Ok(listening) => demo.listening = listening,
            Err(failure) => {
                demo.show_log();
                return Err(failure);
            }
        }
        say(&format!("the demo listens on {}", demo.listening.url));
        Ok(demo)
    }

    fn show_log(&self) {
        let log = fs::read_to_string(self.folder.join("server.log")).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        let shown = lines.len().min(LOG_LINES_SHOWN);
        complain(&format!("the last {shown} lines of {}:", self.folder.join("server.log").display()));
        lines.iter().skip(lines.len().saturating_sub(shown)).for_each(|line| complain(line));
    }

    /// Ends the server and removes its folder; after a failure the folder stays, to be looked at.
    fn finish(self) -> Outcome {
        let folder = self.folder.clone();
        drop(self);
        fs::remove_dir_all(&folder).map_err(Failure::while_doing(format!("remove {}", folder.display())))
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        // Both fail only when the process has already ended, which is what is wanted.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A port nobody listens on now. Named before the demo starts, so that it is opened as `localhost`: passkeys need a name.
fn free_port() -> Result<u16, Failure> {
    let socket = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(Failure::while_doing("find a free port"))?;
    Ok(socket.local_addr().map_err(Failure::while_doing("find a free port"))?.port())
}

/// Waits for the first line, then keeps reading so that the server never blocks on a full pipe.
fn first_line(child: &mut Child) -> Result<String, Failure> {
    let Some(stdout) = child.stdout.take() else {
        return Err(Failure::new("the demo's output is not piped"));
    };
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        for line in BufReader::new(stdout).lines().map_while(Result::ok) {
            // The receiver is gone after the first line; the rest is read and let go.
            let _ = sender.send(line);
        }
    });
    receiver.recv_timeout(Duration::from_secs(START_SECONDS_MAX)).map_err(|error| match error {
        mpsc::RecvTimeoutError::Timeout => {
            Failure::new(format!("the demo did not say where it listens within {START_SECONDS_MAX} seconds"))
        }
        mpsc::RecvTimeoutError::Disconnected => Failure::new("the demo ended before it said where it listens"),
    })
}

fn read_listening(line: &str) -> Result<Listening, Failure> {
    match (text_member(line, "url"), text_member(line, "shop_key")) {
        (Some(url), Some(shop_key)) => Ok(Listening { url: url.to_owned(), shop_key: shop_key.to_owned() }),
        _ => Err(Failure::new(format!("the demo's first line has no `url` and `shop_key`: `{line}`"))),
    }
}

/// The text of one member of a flat JSON object. Addresses and keys hold nothing that JSON escapes; `None` if they do.
fn text_member<'a>(object: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = object.split_once(&format!("\"{name}\""))?;
    let rest = rest.trim_start().strip_prefix(':')?.trim_start().strip_prefix('"')?;
    let (value, _) = rest.split_once('"')?;
    (!value.contains('\\')).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(line: &str, expected: Option<(&str, &str)>) {
        let listening = read_listening(line).ok();
        let listening = listening.as_ref().map(|l| (l.url.as_str(), l.shop_key.as_str()));
        assert_eq!(listening, expected, "{line}");
    }

    #[test]
    fn the_first_line_says_where_the_demo_listens() {
        let expected = Some(("http://127.0.0.1:4711", "fk_a-b_c"));
        check(r#"{"url":"http://127.0.0.1:4711","shop_key":"fk_a-b_c"}"#, expected);
        check(r#"{ "shop_key" : "fk_a-b_c", "town": 12, "url": "http://127.0.0.1:4711" }"#, expected);
        check(r#"{"url":"http://127.0.0.1:4711"}"#, None);
        check(r#"{"url":4711,"shop_key":"fk_a"}"#, None);
        check(r#"{"url":"a\"b","shop_key":"fk_a"}"#, None);
        check("listening", None);
    }

    /// Stands in for the binary; the demo's own arguments are the script's and go unused.
    #[cfg(unix)]
    fn stand_in(script: &str) -> Run {
        Run::new("sh").args(["-c", script, "farthing"])
    }

    #[cfg(unix)]
    #[test]
    fn a_demo_is_ended_and_its_folder_removed() {
        let script = r#"echo '{"url":"http://127.0.0.1:1","shop_key":"fk_a"}'; exec sleep 600"#;
        let demo = Demo::start("test-ended", stand_in(script)).unwrap();
        assert_eq!(demo.listening.url, "http://127.0.0.1:1");
        let folder = demo.folder.clone();
        assert!(folder.join("server.log").is_file());
        demo.finish().unwrap();
        assert!(!folder.exists());
    }

    #[cfg(unix)]
    #[test]
    fn a_demo_that_does_not_start_is_said() {
        let Err(failure) = Demo::start("test-silent", stand_in("echo trouble >&2; exit 1")) else {
            panic!("it started")
        };
        assert_eq!(failure.to_string(), "the demo ended before it said where it listens");
    }
}
