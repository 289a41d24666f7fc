//! What an operator gets wrong about a database: each a clear error that says what to do, and never the password.

use std::error::Error;

use store::{PostgresOptions, PostgresStore};

use crate::cluster::{Cluster, Setup};

const PASSWORD: &str = "hunter2-correct-horse";
const WRONG: &str = "hunter2-wrong-battery";

/// Everything that could be printed about a failure: its words, its form for programmers, and both of all its sources.
fn everything(error: &(dyn Error + 'static)) -> String {
    let mut said = format!("{error}\n{error:?}");
    let mut source = error.source();
    while let Some(error) = source {
        said = format!("{said}\n{error}\n{error:?}");
        source = error.source();
    }
    said
}

/// Opens a node that must be refused; with what it says.
async fn refused(url: &str, wanted: &str) {
    let dir = tempfile::tempdir().unwrap();
    let options = PostgresOptions::new(url, dir.path());
    assert!(!format!("{options:?}").contains("hunter2"));
    let error = PostgresStore::open(options).await.unwrap_err();
    assert!(error.to_string().contains(wanted), "{url}: {error}");
    let said = everything(&error);
    assert!(!said.contains("hunter2"), "{said}");
    assert!(!dir.path().join("kek").exists(), "no key is made for a database that was not reached");
}

#[tokio::test]
async fn a_wrong_password_user_database_host_or_port_says_what_to_do_and_no_password() {
    let hba = "local all all trust\nhost all all all scram-sha-256\n";
    let cluster = Cluster::with(&Setup { hba: Some(hba), tcp: true, ..Setup::default() });
    let raw = cluster.raw("postgres").await;
    raw.batch_execute(&format!("CREATE ROLE node LOGIN PASSWORD '{PASSWORD}'")).await.unwrap();
    let database = cluster.database().await;
    raw.batch_execute(&format!("ALTER DATABASE {database} OWNER TO node")).await.unwrap();
    let url = |user: &str, database: &str| cluster.tcp_url(user, "127.0.0.1", database);

    let user = "check user and password of the database URL";
    refused(&url(&format!("node:{WRONG}"), &database), user).await;
    // Not told apart: whoever asks learns nothing about which users there are.
    refused(&url(&format!("nobody:{PASSWORD}"), &database), user).await;
    refused(&url("node", &database), "asks for a password: write postgres://USER:PASSWORD@HOST/DATABASE").await;
    let right = format!("node:{PASSWORD}");
    refused(&url(&right, "nowhere"), "create the database, or correct its name in the URL").await;
    let address = url(&right, &database);
    let nowhere = format!("{}?sslmode=disable", address.replace("127.0.0.1", "nowhere.invalid"));
    refused(&nowhere, "check the host of the database URL").await;
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let closed = address.replace(&cluster.port().to_string(), &free.to_string());
    refused(&closed, "nobody listens there: start PostgreSQL, or correct host and port").await;
    refused(&closed, &format!("`{database}` at 127.0.0.1:{free}")).await;
    let mute = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let mute = address.replace(&cluster.port().to_string(), &mute.local_addr().unwrap().port().to_string());
    refused(&mute, "nobody answered within 5 s").await;
    refused(&address.replace("@127", "@hunter2@127"), "in a password write it as `%40`").await;

    // The right one is let in: by what was asked for above, and nothing else, were the others kept out.
    let dir = tempfile::tempdir().unwrap();
    let store = PostgresStore::open(PostgresOptions::new(address, dir.path())).await.unwrap();
    assert!(!format!("{store:?}").contains("hunter2"));
}
