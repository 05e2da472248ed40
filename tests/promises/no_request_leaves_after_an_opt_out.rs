//! Consent is read once more when the connection stands and no byte of a request is on it: an opt-out until
//! then counts, whichever way it was made.

use crate::delivery::proxies::{NAME, Proxy};
use crate::delivery::{agreed, record, sent, waiting};
use crate::support::certificates::Authority;
use crate::support::receiver::{OK, Receiver};
use crate::support::{Home, Ran};
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Mutex;

/// A way to opt out while a proxy is making the connection.
#[derive(Clone, Copy, Debug)]
enum OptOut {
    None,
    Command(&'static [&'static str]),
    /// A whole consent file that somebody writes.
    File(&'static str),
}

const OPT_OUTS: [OptOut; 6] = [
    OptOut::Command(&["disable", "probe"]),
    OptOut::Command(&["disable"]),
    OptOut::Command(&["forget", "probe"]),
    OptOut::File("version = 1\ntool = \"probe\"\nchoice = \"denied\"\n"),
    OptOut::File("choice = "),
    OptOut::File(""),
];

/// Runs a command behind a proxy that is slow to connect: the opt-out comes meanwhile.
fn run(
    home: &Home,
    receiver: &Receiver,
    authority: &Authority,
    out: OptOut,
    command: &[&str],
) -> Ran {
    let consent: PathBuf = home.path().join(".config/sayso/consent/probe.toml");
    let opt_out = match out {
        OptOut::Command(words) => Some(home.sayso(words)),
        _ => None,
    };
    let opt_out: Mutex<Option<Command>> = Mutex::new(opt_out);
    let proxy = Proxy::start_after(Some(receiver.address), move || {
        if let Some(mut command) = opt_out.lock().expect("no panic").take() {
            let _ = command.stdout(Stdio::null()).stderr(Stdio::null()).status().expect("it runs");
        }
        if let OptOut::File(text) = out {
            fs::write(&consent, text).expect("written");
        }
    });
    let file = home.path().join("authority.pem");
    authority.write(&file);
    let (address, file) =
        (format!("http://{}", proxy.address), file.to_string_lossy().into_owned());
    home.run_with(&[("HTTPS_PROXY", &*address), ("SSL_CERT_FILE", &*file)], command)
}

#[test]
fn a_delivery_honours_an_opt_out_until_the_connection_stands() {
    let authority = Authority::new();
    let declaration = crate::delivery::probe(&[&format!("https://{NAME}/events")]);
    for out in [&[OptOut::None], &OPT_OUTS[..]].concat() {
        let receiver = Receiver::start_tls(OK, &authority.issue(NAME, 2999));
        let home = agreed(&declaration);
        record(&home, 1);
        let ran = run(&home, &receiver, &authority, out, &["deliver", "probe", "--now"]);
        let left = usize::from(matches!(out, OptOut::None));
        assert_eq!(receiver.requests().len(), left, "{out:?}: {ran:?}");
        assert_eq!(sent(&home).len(), left, "{out:?}: {ran:?}");
        assert!(waiting(&home).len() <= 1 - left, "{out:?}");
    }
}

#[test]
fn an_update_check_honours_an_opt_out_until_the_connection_stands() {
    let authority = Authority::new();
    let declaration = format!(
        "tool = \"probe\"\nname = \"Probe\"\nvendor = \"Probes\"\nwhy = \"To test.\"\n\
         [purposes.update-check]\nwhy = \"To test.\"\n[[destinations]]\nkind = \"checkpoint\"\n\
         product = \"p\"\nurl = \"https://{NAME}\"\nrecipient = \"Probes\"\npurposes = [\"update-check\"]\n"
    );
    let command = ["update-check", "probe", "--version", "1.0.0"];
    // A general `disable` leaves update checks alone.
    let all = OPT_OUTS.into_iter().filter(|out| !matches!(out, OptOut::Command(["disable"])));
    for out in all.chain([OptOut::None]) {
        let receiver = Receiver::start_tls(OK, &authority.issue(NAME, 2999));
        let home = agreed(&declaration);
        let ran = run(&home, &receiver, &authority, out, &command);
        let left = usize::from(matches!(out, OptOut::None));
        assert_eq!(receiver.requests().len(), left, "{out:?}: {ran:?}");
    }
}
