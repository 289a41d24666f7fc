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
    databases: AtomicU64,
    /// Its stdin is kept open: when this process ends, however it does, the guard reads its end and stops the server.
    _guard: Child,
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let _ = self.server.get_mut().unwrap().kill();
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
        let programs = programs();
        let dir = tempfile::Builder::new().prefix("farthing-pg-").tempdir().unwrap();
        let data = dir.path().join("data");
        std::fs::create_dir(&data).unwrap();
        std::fs::set_permissions(dir.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
        std::fs::set_permissions(&data, std::fs::Permissions::from_mode(0o700)).unwrap();
        if effective_user() == 0 {
            let nobody = Some(NOBODY.parse().unwrap());
            chown(dir.path(), nobody, nobody).unwrap();
            chown(&data, nobody, nobody).unwrap();
        }
        let made = unprivileged(&programs.join("initdb"), dir.path())
            .args([
                "--username",
                "farthing",
                "--auth",
                "trust",
                "--encoding",
                "UTF8",
                "--locale",
                "C.UTF-8",
                "--no-sync",
            ])
            .arg("--pgdata")
            .arg(&data)
            .current_dir(dir.path())
            .output()
            .unwrap();
        assert!(made.status.success(), "initdb: {}", String::from_utf8_lossy(&made.stderr));
        let log = std::fs::File::create(dir.path().join("log")).unwrap();
        let mut server = unprivileged(&programs.join("postgres"), dir.path());
        server.arg("-D").arg(&data).args(["-c", "listen_addresses="]).arg("-k").arg(dir.path());
        // The order of commits is asked for by the comparison with a sequential run.
        for setting in ["max_connections=300", "fsync=off", "shared_buffers=64MB", "track_commit_timestamp=on"] {
            server.args(["-c", setting]);
        }
        let server = server.current_dir(dir.path()).stdout(Stdio::null()).stderr(log).spawn().unwrap();
        let guard = Command::new("sh")
            .args(["-c", "cat >/dev/null; kill -QUIT \"$1\"; rm -rf \"$2\"", "guard"])
            .arg(server.id().to_string())
            .arg(dir.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        Self { server: Mutex::new(server), dir, databases: AtomicU64::new(0), _guard: guard }
    }

    /// The URL of a database.
    pub(crate) fn url(&self, database: &str) -> String {
        let socket = self.dir.path().display().to_string().replace('/', "%2F");
        format!("postgres://farthing@{socket}/{database}")
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

    fn log(&self) -> String {
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

/// The cluster of this test process.
pub(crate) fn cluster() -> &'static Cluster {
    static CLUSTER: OnceLock<Cluster> = OnceLock::new();
    CLUSTER.get_or_init(Cluster::start)
}
