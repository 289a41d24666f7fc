//! [`Staff`]: what staff may ask of a data folder: through its admin socket while it is served, directly otherwise.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use money::Secret;
use protocol::Problem;
use serde::Serialize;
use serde::de::DeserializeOwned;
use simulator::http::{Connection, HttpError, Outgoing};
use store::{KeySource, Options, PostgresOptions, PostgresStore, SqliteStore, Store};

use crate::failure::{Failure, failed};

/// The socket's name in a data folder.
pub(crate) const SOCKET: &str = "admin.sock";
/// The database's name in a data folder: without it, the folder is none of ours.
const DATABASE: &str = "farthing.db";

/// How long a check of the whole folder may take.
const PATIENCE: Duration = Duration::from_secs(3_600);

/// Which data folder, and the key to open it when it is not served.
#[derive(Debug, clap::Args)]
pub(crate) struct DataFolder {
    /// The data folder, served or not.
    #[arg(long, value_name = "DIR")]
    pub(crate) data: PathBuf,
    /// A command whose standard output is the key-encryption key, instead of the file DIR/kek.
    #[arg(long, value_name = "COMMAND")]
    pub(crate) key_command: Option<String>,
}

/// A way to a data folder.
pub(crate) enum Staff {
    /// It is served: the operating system says who may call.
    Socket(Connection),
    /// It is not: this process holds its lock, or reads its database beside whoever else does.
    Store(Arc<dyn Store>),
}

impl Staff {
    /// The way to a folder that is open now.
    pub(crate) async fn of(folder: &DataFolder) -> Result<Self, Failure> {
        let data = folder.data.as_path();
        if !data.join(DATABASE).exists()
            && let Some(socket) = Self::socket(&data.join(SOCKET)).await?
        {
            // A node of a shared database: its folder holds keys and this socket, and the node answers.
            return Ok(socket);
        }
        if !data.join(DATABASE).exists() {
            return Err(Failure::new(format!("`{}` is not a data folder", data.display())).hint(
                "name the folder that `farthing serve --data` uses; a node with --database-url must be running",
            ));
        }
        if let Some(socket) = Self::socket(&data.join(SOCKET)).await? {
            return Ok(socket);
        }
        let keys = folder.key_command.clone().map_or(KeySource::File, KeySource::Command);
        let store = SqliteStore::open(Options::new(data).keys(keys)).map_err(failed("cannot open the data folder"))?;
        Ok(Self::Store(store))
    }

    /// The way to a database of nodes: through the one that is served from `data`, else beside them all, under the
    /// settings they have agreed on.
    pub(crate) async fn of_database(url: &Secret<String>, folder: &DataFolder) -> Result<Self, Failure> {
        if let Some(socket) = Self::socket(&folder.data.join(SOCKET)).await? {
            return Ok(socket);
        }
        if folder.data.join(DATABASE).exists() {
            return Self::of(folder).await;
        }
        let keys = folder.key_command.clone().map_or(KeySource::File, KeySource::Command);
        let options = PostgresOptions::new(url.dangerous_reveal().clone(), &folder.data).keys(keys).as_agreed();
        Ok(Self::Store(PostgresStore::open(options).await.map_err(failed("cannot use the database"))?))
    }

    /// The socket at `path`, when somebody answers there.
    pub(crate) async fn socket(path: &Path) -> Result<Option<Self>, Failure> {
        if !path.exists() {
            return Ok(None);
        }
        let mut line = Connection::to_socket(path).with_patience(PATIENCE);
        let status = Outgoing { method: "GET", path: "/admin/status", headers: &[], body: &[] };
        match line.send(status).await {
            Ok(_) => Ok(Some(Self::Socket(line))),
            Err(HttpError::Connect(_, error)) if error.kind() == std::io::ErrorKind::ConnectionRefused => Ok(None),
            Err(error) => Err(Failure::because(format!("cannot ask `{}`", path.display()), &error)),
        }
    }

    /// Whether the folder is being served.
    pub(crate) const fn is_served(&self) -> bool {
        matches!(self, Self::Socket(_))
    }

    /// Asks, and reads the answer.
    pub(crate) async fn get<T: DeserializeOwned>(&mut self, path: &str) -> Result<T, Failure> {
        self.call("GET", path, &[]).await
    }

    /// Sends a body, and reads the answer.
    pub(crate) async fn post<B: Serialize, T: DeserializeOwned>(&mut self, path: &str, body: &B) -> Result<T, Failure> {
        let body = serde_json::to_vec(body).map_err(failed("cannot write the request"))?;
        self.call("POST", path, &body).await
    }

    async fn call<T: DeserializeOwned>(&mut self, method: &str, path: &str, body: &[u8]) -> Result<T, Failure> {
        match self {
            Self::Socket(line) => {
                let headers = [("content-type", "application/json".to_owned())];
                let answer = line.send(Outgoing { method, path, headers: &headers, body }).await;
                let answer = answer.map_err(failed("the server does not answer on its admin socket"))?;
                if answer.is_success() {
                    return answer.json().map_err(failed("the server cannot be understood"));
                }
                let problem: Problem = answer.json().map_err(failed("the server cannot be understood"))?;
                Err(refused(&problem.title, problem.code.code(), problem.detail.as_deref()))
            }
            Self::Store(store) => {
                let answer = server::admin::dispatch(store.as_ref(), method, path, body).await;
                let value = answer.map_err(failed("refused"))?;
                serde_json::from_value(value).map_err(failed("the answer cannot be understood"))
            }
        }
    }

    /// Closes a folder that was opened; a served one goes on.
    pub(crate) async fn close(self) -> Result<(), Failure> {
        match self {
            Self::Socket(_) => Ok(()),
            Self::Store(store) => store.close().await.map_err(failed("cannot close the data folder")),
        }
    }
}

/// A refusal in one sentence: the server's words, its code, and what exactly.
pub(crate) fn refused(title: &str, code: &str, detail: Option<&str>) -> Failure {
    let detail = detail.map(|detail| format!(": {detail}")).unwrap_or_default();
    Failure::negative(format!("refused with `{code}`{detail}")).hint(title)
}
