//! Certificates: only a receiver that can prove its name gets anything.

use super::{agreed, deliver, probe, record, sent, waiting};
use crate::support::certificates::Authority;
use crate::support::receiver::{OK, Receiver};
use crate::support::{Home, Ran};

/// What waits in a home is sent to a receiver, while the authority's certificate is trusted.
fn delivered(home: &Home, authority: &Authority) -> Ran {
    let file = home.path().join("authority.pem");
    authority.write(&file);
    home.run_with(&[("SSL_CERT_FILE", &file.to_string_lossy())], &["deliver", "probe", "--now"])
}

#[test]
fn a_receiver_with_a_trusted_certificate_gets_the_events() {
    let authority = Authority::new();
    for name in ["127.0.0.1", "localhost"] {
        let receiver = Receiver::start_tls(OK, &authority.issue(name, 2999));
        let url = format!("https://{name}:{}/events", receiver.address.port());
        let home = agreed(&probe(&[&url]));
        record(&home, 3);
        let ran = delivered(&home, &authority).ends(0);
        assert!(ran.stdout.contains("3 events to Probes 0"), "{ran:?}");
        assert_eq!(receiver.event_ids().len(), 3);
        assert_eq!(sent(&home).len(), 1);
    }
}

#[test]
fn a_receiver_that_cannot_prove_its_name_gets_nothing() {
    let (trusted, other) = (Authority::new(), Authority::new());
    for (what, identity) in [
        ("another authority", other.issue("127.0.0.1", 2999)),
        ("another name", trusted.issue("stats.example.com", 2999)),
        ("another address", trusted.issue("127.0.0.2", 2999)),
        ("expired", trusted.issue("127.0.0.1", 2021)),
    ] {
        let receiver = Receiver::start_tls(OK, &identity);
        let home = agreed(&probe(&[&format!("https://{}/events", receiver.address)]));
        record(&home, 1);
        let ran = delivered(&home, &trusted).ends(1);
        assert!(ran.stdout.contains("the rest waits"), "{what}: {ran:?}");
        assert!(ran.stdout.contains("certificate"), "{what}: {ran:?}");
        assert_eq!(receiver.requests().len(), 0, "{what}");
        assert_eq!(waiting(&home).len(), 1, "{what}");
        assert_eq!(sent(&home).len(), 0, "{what}: nothing has left");
    }
}

#[test]
fn an_authority_that_the_system_does_not_know_is_not_trusted() {
    let receiver = Receiver::start_tls(OK, &Authority::new().issue("127.0.0.1", 2999));
    let home = agreed(&probe(&[&format!("https://{}/events", receiver.address)]));
    record(&home, 1);
    let _ = deliver(&home).ends(1);
    assert_eq!((receiver.requests().len(), waiting(&home).len()), (0, 1));
}

#[test]
fn a_receiver_without_encryption_gets_nothing() {
    let receiver = Receiver::start(OK);
    let home = agreed(&probe(&[&format!("https://{}/events", receiver.address)]));
    record(&home, 1);
    let _ = deliver(&home).ends(1);
    assert_eq!((receiver.requests().len(), waiting(&home).len()), (0, 1));
}
