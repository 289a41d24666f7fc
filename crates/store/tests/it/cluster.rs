//! A PostgreSQL of this test process alone: made in a temporary directory, reached by a socket in it, and gone with it.

use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, OnceLock};

use tokio_postgres::NoTls;

/// Where distributions put the server's programs.
const PLACES: [&str; 5] = [
    "/usr/lib/postgresql/15/bin",
    "/usr/lib/postgresql/16/bin",
    "/usr/lib/postgresql/17/bin",
    "/usr/pgsql-15/bin",
    "/usr/local/pgsql/bin",
];

/// A running cluster; stopped when dropped.
pub(crate) struct Cluster {
    server: Mutex<Child>,
    dir: tempfile::TempDir,
    options: Vec<String>,
    /// Where it listens besides its socket.
    port: Option<u16>,
    databases: AtomicU64,
    /// Its stdin is kept open: when this process ends, however it does, the guard reads its end, stops the server and
    /// takes away the directory and what is mounted there.
    _guard: Child,
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let server = self.server.get_mut().unwrap();
        let _ = server.kill();
        let _ = server.wait();
    }
}

/// How a cluster is made.
#[derive(Default)]
pub(crate) struct Setup<'s> {
    /// Settings besides the usual ones.
    pub(crate) settings: Vec<String>,
    /// Lines of `pg_hba.conf`, instead of trust for everybody.
    pub(crate) hba: Option<&'s str>,
    /// Whether it listens on loopback, too.
    pub(crate) tcp: bool,
    /// Files beside its data, the server's own: certificates.
    pub(crate) files: Vec<(&'s str, String)>,
    /// A running cluster that it follows, read-only until promoted.
    pub(crate) standby_of: Option<&'s Cluster>,
    /// A small disk of its own.
    pub(crate) disk: Option<Disk>,
}

/// A file system of its own, with so many megabytes, for a cluster.
#[derive(Clone, Copy)]
pub(crate) enum Disk {
    /// For its data; its log is elsewhere.
    Data(u32),
    /// For its data and its log.
    All(u32),
}

impl Disk {
    /// Whether this process may make one; says so in a line where it may not.
    pub(crate) fn is_possible() -> bool {
        let dir = tempfile::tempdir().unwrap();
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", "size=1m", "tmpfs"]).arg(dir.path()).output();
        let mounted = mounted.is_ok_and(|mounted| mounted.status.success());
        if mounted {
            assert!(Command::new("umount").arg(dir.path()).status().unwrap().success());
        } else {
            eprintln!("no small disk can be mounted here (that needs root): what happens on a full one is not tested");
        }
        mounted
    }
}

/// The directory of `initdb` and `postgres`.
pub(crate) fn programs() -> PathBuf {
    let on_path =
        std::env::var_os("PATH").into_iter().flat_map(|path| std::env::split_paths(&path).collect::<Vec<_>>());
    let known = PLACES.into_iter().map(PathBuf::from);
    known.chain(on_path).find(|dir| dir.join("initdb").is_file() && dir.join("postgres").is_file()).expect(
        "PostgreSQL's `initdb` is not on this machine: run `cargo xtask test`, which installs it, or install the \
         package postgresql-15",
    )
}

/// A program that runs as somebody the server accepts: never root.
fn unprivileged(program: &Path, dir: &Path) -> Command {
    if dir.metadata().unwrap().uid() == effective_user() && effective_user() != 0 {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid", NOBODY, "--regid", NOBODY, "--clear-groups"]).arg(program);
    command
}

/// The user that owns nothing.
const NOBODY: &str = "65534";

fn effective_user() -> u32 {
    std::fs::metadata("/proc/self").unwrap().uid()
}

impl Cluster {
    fn start() -> Self {
        Self::with(&Setup::default())
    }

    /// A cluster of its own kind.
    pub(crate) fn with(setup: &Setup<'_>) -> Self {
        let dir = tempfile::Builder::new().prefix("farthing-pg-").tempdir().unwrap();
        let disk = dir.path().join("disk");
        std::fs::create_dir(&disk).unwrap();
        if let Some(Disk::Data(megabytes) | Disk::All(megabytes)) = setup.disk {
            let size = format!("size={megabytes}m");
            let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(&disk).status();
            assert!(mounted.unwrap().success(), "whoever asks for a disk has looked whether one can be made");
        }
        own(&disk);
        let guard = Command::new("sh")
            .args(["-c", GUARD, "guard"])
            .arg(dir.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        std::fs::set_permissions(dir.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
        own(dir.path());
        make_data(setup, dir.path());
        for (name, content) in &setup.files {
            let path = dir.path().join(name);
            std::fs::write(&path, content).unwrap();
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
            own(&path);
        }
        let mut options: Vec<String> =
            ["fsync=off", "shared_buffers=32MB", "max_connections=300"].map(str::to_owned).to_vec();
        // The order of commits is asked for by the comparison with a sequential run.
        options.push("track_commit_timestamp=on".to_owned());
        options.extend(setup.settings.iter().cloned());
        // Found free; should somebody take it in between, the server says so and ends.
        let port = setup.tcp.then(|| {
            let found = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
            found.local_addr().unwrap().port()
        });
        let server = serve(dir.path(), &options, port);
        Self { server: Mutex::new(server), dir, options, port, databases: AtomicU64::new(0), _guard: guard }
    }

    /// Where its files are.
    pub(crate) fn dir(&self) -> &Path {
        self.dir.path()
    }

    /// Its first process, whose children do the work.
    pub(crate) fn process_id(&self) -> u32 {
        self.server.lock().unwrap().id()
    }

    /// Where its small disk is mounted.
    pub(crate) fn disk(&self) -> PathBuf {
        self.dir.path().join("disk")
    }

    /// Where it listens on loopback.
    pub(crate) fn port(&self) -> u16 {
        self.port.expect("a cluster with `tcp`")
    }

    /// Stops it: at once, as a crash would, or after it has put everything in order.
    pub(crate) fn stop(&self, at_once: bool) {
        let signal = if at_once { "-QUIT" } else { "-INT" };
        let process = self.process_id().to_string();
        // It may have ended by itself.
        let _ = Command::new("kill").args([signal, &process]).stderr(Stdio::null()).status().unwrap();
        self.server.lock().unwrap().wait().unwrap();
    }

    /// Starts it again where it was.
    pub(crate) fn start_again(&self) {
        *self.server.lock().unwrap() = serve(self.dir.path(), &self.options, self.port);
    }

    /// Whether the server has ended.
    pub(crate) fn has_ended(&self) -> bool {
        self.server.lock().unwrap().try_wait().unwrap().is_some()
    }

    /// The URL of a database.
    pub(crate) fn url(&self, database: &str) -> String {
        let socket = self.dir.path().display().to_string().replace('/', "%2F");
        format!("postgres://farthing@{socket}:{}/{database}", self.port.unwrap_or(5432))
    }

    /// The URL of a database over loopback; what comes before the host, e.g. `farthing:password@`.
    pub(crate) fn tcp_url(&self, user: &str, host: &str, database: &str) -> String {
        format!("postgres://{user}@{host}:{}/{database}", self.port())
    }

    /// Makes the primary of a standby.
    pub(crate) async fn promote(&self) {
        let done = self.raw("postgres").await.query_one("SELECT pg_promote(true, 60)", &[]).await.unwrap();
        assert!(done.get::<_, bool>(0), "{}", self.log());
    }

    /// A raw connection, for what the store would never do.
    pub(crate) async fn raw(&self, database: &str) -> tokio_postgres::Client {
        for _ in 0..600 {
            if let Ok((client, driver)) = tokio_postgres::connect(&self.url(database), NoTls).await {
                tokio::task::spawn(driver);
                return client;
            }
            assert!(self.server.lock().unwrap().try_wait().unwrap().is_none(), "postgres ended: {}", self.log());
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        panic!("postgres did not start: {}", self.log());
    }

    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(self.dir.path().join("log")).unwrap_or_default()
    }

    /// A fresh database's name.
    pub(crate) async fn database(&self) -> String {
        self.database_like("template1").await
    }

    /// A fresh database with all that `template`, which nobody uses at the moment, has.
    pub(crate) async fn database_like(&self, template: &str) -> String {
        let name = format!("t{}", self.databases.fetch_add(1, Ordering::SeqCst));
        let postgres = self.raw("postgres").await;
        let end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1";
        // A store comes back by itself, and PostgreSQL copies only what nobody uses.
        let is_stores = template != "template1";
        if is_stores {
            postgres.batch_execute(&format!("ALTER DATABASE {template} ALLOW_CONNECTIONS false")).await.unwrap();
        }
        postgres.query(end, &[&template]).await.unwrap();
        postgres.batch_execute(&format!("CREATE DATABASE {name} TEMPLATE {template}")).await.unwrap();
        if is_stores {
            postgres.batch_execute(&format!("ALTER DATABASE {template} ALLOW_CONNECTIONS true")).await.unwrap();
        }
        name
    }
}

/// INVARIANT: only the server that says that it runs there is ended.
const GUARD: &str = "cat >/dev/null; kill -QUIT $(head -n 1 \"$1/disk/data/postmaster.pid\"); \
    mountpoint -q \"$1/disk\" && umount -l \"$1/disk\"; rm -rf \"$1\"";

fn data_of(dir: &Path) -> PathBuf {
    dir.join("disk/data")
}

/// Gives a path to the user the server runs as.
fn own(path: &Path) {
    if effective_user() == 0 {
        let nobody = Some(NOBODY.parse().unwrap());
        chown(path, nobody, nobody).unwrap();
    }
}

/// The data of a new cluster, or a copy of another's.
fn make_data(setup: &Setup<'_>, dir: &Path) {
    let data = data_of(dir);
    std::fs::create_dir(&data).unwrap();
    std::fs::set_permissions(&data, std::fs::Permissions::from_mode(0o700)).unwrap();
    own(&data);
    let mut command = match setup.standby_of {
        None => {
            let mut initdb = unprivileged(&programs().join("initdb"), dir);
            initdb.args(["--username", "farthing", "--auth", "trust", "--encoding", "UTF8", "--locale", "C.UTF-8"]);
            // Small, so that a small disk holds some.
            initdb.args(["--no-sync", "--wal-segsize", "4"]);
            if matches!(setup.disk, Some(Disk::Data(_))) {
                initdb.arg("--waldir").arg(dir.join("log-of-writes"));
            }
            initdb
        }
        Some(primary) => {
            let mut copy = unprivileged(&programs().join("pg_basebackup"), dir);
            copy.args(["--write-recovery-conf", "--checkpoint", "fast", "--no-sync", "--username", "farthing"]);
            copy.arg("--host").arg(primary.dir());
            copy
        }
    };
    let made = command.arg("--pgdata").arg(&data).current_dir(dir).output().unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    if let Some(hba) = setup.hba {
        std::fs::write(data.join("pg_hba.conf"), hba).unwrap();
    }
}

/// Starts the server; it listens a little later.
fn serve(dir: &Path, options: &[String], port: Option<u16>) -> Child {
    let log = std::fs::OpenOptions::new().create(true).append(true).open(dir.join("log")).unwrap();
    let mut server = unprivileged(&programs().join("postgres"), dir);
    server.arg("-D").arg(data_of(dir)).arg("-k").arg(dir);
    match port {
        Some(port) => server.args(["-c", "listen_addresses=127.0.0.1", "-p", &port.to_string()]),
        None => server.args(["-c", "listen_addresses="]),
    };
    for option in options {
        server.args(["-c", option]);
    }
    server.current_dir(dir).stdout(Stdio::null()).stderr(log).spawn().unwrap()
}

/// The cluster of this test process.
pub(crate) fn cluster() -> &'static Cluster {
    static CLUSTER: OnceLock<Cluster> = OnceLock::new();
    CLUSTER.get_or_init(Cluster::start)
}
