//! TLS to a real server, with an authority of this test's own.

use money::Secret;
use protocol::CaptureMode;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use store::{PostgresOptions, PostgresStore, Store};

use crate::cluster::{Cluster, Setup};
use crate::town::{Town, paid, settings};

/// An authority called so, and a server's certificate for `name` with its key.
fn authority(called: &str, name: &str) -> (String, String, String) {
    let mut params = CertificateParams::new(Vec::<String>::new()).unwrap();
    params.distinguished_name.push(DnType::CommonName, called);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let server = CertificateParams::new(vec![name.to_owned()]).unwrap().signed_by(&key, &authority).unwrap();
    (authority.pem(), server.pem(), key.serialize_pem())
}

async fn refused(url: &str, wanted: &str) {
    let dir = tempfile::tempdir().unwrap();
    let error = PostgresStore::open(PostgresOptions::new(url, dir.path())).await.unwrap_err().to_string();
    assert!(error.contains(wanted), "{url}: {error}");
}

#[tokio::test]
async fn only_a_server_with_a_certificate_of_the_named_authority_for_its_name_is_believed() {
    let (ca, certificate, key) = authority("Ours", "db.test");
    let place = tempfile::tempdir().unwrap();
    let file = |name: &str, pem: String| {
        let path = place.path().join(name);
        std::fs::write(&path, pem).unwrap();
        path.display().to_string()
    };
    let trusted = file("ca.pem", ca);
    // Another authority, and one that only calls itself like ours.
    let others = [file("other.pem", authority("Other", "db.test").0), file("same.pem", authority("Ours", "db.test").0)];
    let settings_of_tls = ["ssl=on", "ssl_cert_file=../../server.crt", "ssl_key_file=../../server.key"];
    let cluster = Cluster::with(&Setup {
        settings: settings_of_tls.map(str::to_owned).to_vec(),
        hba: Some("local all all trust\nhostssl all all all trust\n"),
        tcp: true,
        files: vec![("server.crt", certificate), ("server.key", key)],
        ..Setup::default()
    });
    let database = cluster.database().await;
    // What `db.test` resolves to stands in the URL: the name is the certificate's affair.
    let url = |host: &str, more: &str| {
        format!("{}?hostaddr=127.0.0.1&{more}", cluster.tcp_url("farthing:hunter2", host, &database))
    };
    for mode in ["sslmode=verify-full&", "sslmode=require&", ""] {
        for other in &others {
            refused(&url("db.test", &format!("{mode}sslrootcert={other}")), "name the authority that signed").await;
        }
        let name = url("other.test", &format!("{mode}sslrootcert={trusted}"));
        refused(&name, "write the host as it stands in the server's certificate").await;
    }
    refused(&url("db.test", "sslmode=disable"), "pg_hba.conf does not let this user in from here, or not without TLS")
        .await;

    let (town, dir) = (Town::new(260), tempfile::tempdir().unwrap());
    let options = PostgresOptions::new(url("db.test", &format!("sslrootcert={trusted}")), dir.path());
    let store = PostgresStore::open(options.settings(settings()).clock(town.clock.clone())).await.unwrap();
    let (mina, shop) = (town.person(&*store, "Mina", 1_000).await, town.shop(&*store, "Cafe").await);
    let intent = town.intent(&*store, &shop, Town::intent_body(10, "tea", CaptureMode::Automatic)).await;
    paid(store.submit(town.pay(&mina, &intent, town.payment_id())).await.unwrap().outcome);
    let sql = "SELECT count(*), count(*) FILTER (WHERE s.ssl AND s.version = 'TLSv1.3') FROM pg_stat_ssl s \
        JOIN pg_stat_activity a USING (pid) WHERE a.application_name = 'farthing'";
    let row = cluster.raw(&database).await.query_one(sql, &[]).await.unwrap();
    let (all, encrypted): (i64, i64) = (row.get(0), row.get(1));
    assert!(all >= 3 && all == encrypted, "{encrypted} of {all} connections are encrypted");
}

#[tokio::test]
async fn a_server_without_tls_is_refused_unless_the_url_says_that_the_network_is_safe() {
    let place = tempfile::tempdir().unwrap();
    let ca = place.path().join("ca.pem");
    std::fs::write(&ca, authority("Ours", "db.test").0).unwrap();
    let cluster = Cluster::with(&Setup { tcp: true, ..Setup::default() });
    let database = cluster.database().await;
    let secret = Secret::new("hunter2".to_owned());
    let url = |host: &str, more: &str| {
        let user = format!("farthing:{}", secret.dangerous_reveal());
        format!("{}?hostaddr=127.0.0.1&{more}", cluster.tcp_url(&user, host, &database))
    };
    let roots = format!("sslrootcert={}", ca.display());
    // A host that is not this machine: nothing was asked for, and nothing is sent in clear.
    refused(&url("db.test", &roots), "switch `ssl` on there, or say `sslmode=disable` where the network is safe").await;
    refused(&url("localhost", &format!("sslmode=verify-full&{roots}")), "switch `ssl` on there").await;
    refused(&url("localhost", &format!("sslmode=prefer&{roots}")), "protects nothing").await;
    for (host, more) in [("db.test", "sslmode=disable"), ("localhost", "")] {
        let dir = tempfile::tempdir().unwrap();
        let kek = place.path().join("first/kek");
        let keys = match kek.exists() {
            true => store::KeySource::Command(format!("cat {}", kek.display())),
            false => store::KeySource::File,
        };
        let folder = if kek.exists() { dir.path().to_owned() } else { place.path().join("first") };
        PostgresStore::open(PostgresOptions::new(url(host, more), folder).keys(keys)).await.unwrap();
    }
}
