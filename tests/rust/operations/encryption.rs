//! TLS with the database: each mode does what it promises, and what goes wrong is said with what to do about it.

use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::LazyLock;

use _core::store::{AnyStore, Store, StoreLocation, StoreTerms};
use sqlx::{Connection, PgConnection, Row};
use tempfile::TempDir;

use super::open;
use crate::postgres::{Database, Server};
use crate::support::noop;

const PASSWORD: &str = "hunter2hunter2";

/// Certificates of an authority, of a server called `localhost`, of a user called `certain`; and of an authority that
/// nobody knows.
struct Certificates(TempDir);

impl Certificates {
    /// `None` where there is no `openssl`.
    fn make() -> Option<Self> {
        let folder = TempDir::new().unwrap();
        std::fs::write(folder.path().join("names"), "subjectAltName=DNS:localhost").unwrap();
        for name in ["ca", "other"] {
            let subject = format!("/CN=otg-{name}");
            let files = [format!("{name}.key"), format!("{name}.crt")];
            let authority =
                ["req", "-x509", "-days", "2", "-subj", &subject, "-keyout", &files[0], "-out", &files[1]];
            openssl(folder.path(), &[&authority, &NEW_KEY[..]].concat())?;
        }
        for (name, common, signed_by) in
            [("server", "localhost", "ca"), ("client", "certain", "ca"), ("stranger", "certain", "other")]
        {
            let subject = format!("/CN={common}");
            let [key, request, certificate] = ["key", "csr", "crt"].map(|end| format!("{name}.{end}"));
            let [authority, authority_key] = ["crt", "key"].map(|end| format!("{signed_by}.{end}"));
            let asks = ["req", "-subj", &subject, "-keyout", &key, "-out", &request];
            openssl(folder.path(), &[&asks, &NEW_KEY[..]].concat())?;
            let signs = [
                "x509",
                "-req",
                "-days",
                "2",
                "-in",
                &request,
                "-CA",
                &authority,
                "-CAkey",
                &authority_key,
                "-CAcreateserial",
                "-extfile",
                "names",
                "-out",
                &certificate,
            ];
            openssl(folder.path(), &signs)?;
        }
        Some(Self(folder))
    }

    /// The path of a file, as it stands in an address.
    fn file(&self, name: &str) -> String {
        self.0.path().join(name).display().to_string()
    }
}

const NEW_KEY: [&str; 5] = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];

fn openssl(folder: &Path, arguments: &[&str]) -> Option<()> {
    let made = Command::new("openssl").args(arguments).current_dir(folder).stderr(Stdio::null()).status();
    match made {
        Ok(status) => assert!(status.success(), "openssl {arguments:?}"),
        Err(error) => {
            assert!(std::env::var_os("CI").is_none(), "openssl cannot be run: {error}");
            eprintln!("NOT TESTED with TLS: openssl cannot be run: {error}");
            return None;
        }
    }
    Some(())
}

/// A server with a certificate, and who signed it.
struct Encrypted {
    server: &'static Server,
    certificates: Certificates,
}

/// The one of this run.
fn encrypted() -> Option<&'static Encrypted> {
    static ENCRYPTED: LazyLock<Option<Encrypted>> = LazyLock::new(|| {
        let certificates = Certificates::make()?;
        Some(Encrypted { server: Server::with_certificates(certificates.0.path())?, certificates })
    });
    ENCRYPTED.as_ref()
}

/// A database there, with our schema, and the users `certain` and `shielded` in it.
async fn database() -> Option<(&'static Encrypted, Database)> {
    let encrypted = tokio::task::spawn_blocking(encrypted).await.unwrap()?;
    let database = Database::empty_on(encrypted.server).await;
    for (role, group) in [("certain", "certified"), ("quiet", "shielded")] {
        let make = format!(
            "DO $$ BEGIN CREATE ROLE {group}; CREATE ROLE {role} LOGIN SUPERUSER IN ROLE {group}; \
             EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$"
        );
        database.run(make).await;
    }
    AnyStore::migrate(&database.location(), &StoreTerms::default()).await.unwrap();
    Some((encrypted, database))
}

/// The address of a database for a user with a password, by the name of its host, with these parameters.
fn address(database: &Database, user: &str, host: &str, parameters: &str) -> String {
    let url = database.url();
    let place = url.split_once('@').unwrap().1.replace("127.0.0.1", host);
    format!("postgres://{user}:{PASSWORD}@{place}?{parameters}")
}

/// Works at such an address; answers whether the connection is encrypted.
async fn connects(address: &str) -> bool {
    let location = StoreLocation::parse(address, Path::new("/")).unwrap();
    let store = open(&location, &StoreTerms::default()).await.unwrap();
    store.submit(noop()).await.unwrap();
    store.close().await;
    let mut connection = PgConnection::connect(address).await.unwrap();
    let asked = sqlx::query("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()");
    asked.fetch_one(&mut connection).await.unwrap().get(0)
}

/// What is said of an address at which nothing can be opened: never its password.
async fn refusal(address: &str) -> String {
    let location = StoreLocation::parse(address, Path::new("/")).unwrap();
    let error = open(&location, &StoreTerms::default()).await.unwrap_err();
    assert!(!format!("{error} {error:?}").contains(PASSWORD), "{error:?}");
    error.to_string()
}

#[tokio::test]
async fn each_mode_encrypts_what_it_says() {
    let Some((encrypted, database)) = database().await else { return };
    let authority = format!("sslrootcert={}", encrypted.certificates.file("ca.crt"));
    for (host, mode, is_encrypted) in [
        ("127.0.0.1", "sslmode=disable".to_owned(), false),
        ("127.0.0.1", "sslmode=prefer".to_owned(), true),
        ("127.0.0.1", "sslmode=require".to_owned(), true),
        ("127.0.0.1", format!("sslmode=verify-ca&{authority}"), true),
        ("localhost", format!("sslmode=verify-full&{authority}"), true),
    ] {
        assert_eq!(connects(&address(&database, "postgres", host, &mode)).await, is_encrypted, "{mode}");
    }
}

#[tokio::test]
async fn a_certificate_that_nobody_vouches_for_is_refused_with_the_way_out() {
    let Some((encrypted, database)) = database().await else { return };
    let stranger = format!("&sslrootcert={}", encrypted.certificates.file("other.crt"));
    for mode in ["verify-ca", "verify-full"] {
        for root in ["", &stranger] {
            let parameters = format!("sslmode={mode}{root}");
            let said = refusal(&address(&database, "postgres", "localhost", &parameters)).await;
            assert!(said.contains("signed by nobody") && said.contains("sslrootcert"), "{said}");
        }
    }
}

#[tokio::test]
async fn a_certificate_of_another_host_is_refused_with_the_way_out() {
    let Some((encrypted, database)) = database().await else { return };
    let parameters = format!("sslmode=verify-full&sslrootcert={}", encrypted.certificates.file("ca.crt"));
    let said = refusal(&address(&database, "postgres", "127.0.0.1", &parameters)).await;
    assert!(said.contains("of another host") && said.contains("verify-ca"), "{said}");
}

#[tokio::test]
async fn a_server_without_tls_is_refused_where_tls_is_asked_for() {
    let Some(database) = Database::fresh().await else { return };
    for mode in ["require", "verify-ca", "verify-full"] {
        let said = refusal(&address(&database, "postgres", "127.0.0.1", &format!("sslmode={mode}"))).await;
        assert!(said.contains("speaks no TLS") && said.contains("ssl = on"), "{said}");
    }
    assert!(!connects(&address(&database, "postgres", "127.0.0.1", "sslmode=prefer")).await);
}

#[tokio::test]
async fn a_server_that_takes_nobody_without_tls_says_so() {
    let Some((_, database)) = database().await else { return };
    let said = refusal(&address(&database, "quiet", "127.0.0.1", "sslmode=disable")).await;
    assert!(said.contains("takes nobody without TLS") && said.contains("sslmode=require"), "{said}");
    assert!(connects(&address(&database, "quiet", "127.0.0.1", "sslmode=require")).await);
}

#[tokio::test]
async fn a_user_is_known_by_a_certificate() {
    let Some((encrypted, database)) = database().await else { return };
    let shows = |name: &str| {
        let [certificate, key] =
            ["crt", "key"].map(|end| encrypted.certificates.file(&format!("{name}.{end}")));
        address(
            &database,
            "certain",
            "127.0.0.1",
            &format!("sslmode=require&sslcert={certificate}&sslkey={key}"),
        )
    };
    assert!(connects(&shows("client")).await);

    let said = refusal(&address(&database, "certain", "127.0.0.1", "sslmode=require")).await;
    assert!(said.contains("sslcert") && said.contains("sslkey"), "{said}");
    let said = refusal(&shows("stranger")).await;
    assert!(said.contains("sslcert") && said.contains("sslkey"), "{said}");
}

#[tokio::test]
async fn files_that_are_not_there_or_not_whole_are_named_by_their_parameters() {
    let Some((encrypted, database)) = database().await else { return };
    let certificate = encrypted.certificates.file("client.crt");
    for parameters in [
        "sslmode=verify-ca&sslrootcert=/not/there.crt".to_owned(),
        format!("sslmode=require&sslcert={certificate}"),
        format!("sslmode=require&sslcert={certificate}&sslkey=/not/there.key"),
        format!("sslmode=require&sslcert={certificate}&sslkey={certificate}"),
    ] {
        let said = refusal(&address(&database, "postgres", "127.0.0.1", &parameters)).await;
        assert!(said.contains("sslcert") && said.contains("sslkey"), "{parameters}: {said}");
    }
}

#[test]
fn a_parameter_that_is_not_known_is_refused_and_its_value_not_shown() {
    let text = format!("postgres://ada@db.example/testgen?sslmod={PASSWORD}");
    let error = StoreLocation::parse(&text, Path::new("/")).unwrap_err();
    assert!(error.contains("\"sslmod\"") && !error.contains(PASSWORD), "{error}");
    for known in
        ["sslmode=require&application_name=x", "options=-c%20work_mem%3D16MB", "options[work_mem]=16MB"]
    {
        StoreLocation::parse(&format!("postgres://db/x?{known}"), Path::new("/")).unwrap();
    }
}
