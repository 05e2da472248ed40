//! What sayso does not know in a consent file expresses no choice and takes nothing away: the other
//! choices stay valid, and every rewrite keeps it byte for byte.

use crate::support::Home;
use std::fs;

/// Keys and tables that no program of this version writes, for the top and for the end of the file.
const UNKNOWN: &[(&str, &str)] = &[
    ("", "[future]\nkey = 1\n"),
    ("", "[Future]\nchoice = \"denied\"  # no purpose has this name\n"),
    ("", "[a.b.c]\nkey = 1\n"),
    ("", "[[future]]\nkey = 1\n\n[[future]]\nkey = 2\n"),
    ("", "[errors]\nnote = \"no choice yet\"\n"),
    ("", "[\"two words\"]\nx = 1\n"),
    ("", "[usage.future]\nkey = 1\n"),
    ("", "[future.choice]\nkey = 1\n"),
    ("future = 1\n", ""),
    ("future = { a = 1, b = [1, 2] }  # mine\n", ""),
    ("future.a.b = 1979-05-27\n", ""),
    ("future = [{ a = 1 }]\n'quoted key' = nan\n", ""),
    ("notice = 0\ndigest = 7\n", ""),
];

fn granted() -> Home {
    let home = Home::new();
    home.declare("werf");
    home.run(&["enable", "werf", "usage", "--notice", "1"]).ends(0);
    home
}

#[test]
fn other_choices_stay_valid_and_every_byte_stays() {
    for (top, end) in UNKNOWN {
        let home = granted();
        let path = home.consent("werf");
        let text = fs::read_to_string(&path).expect("the file");
        let text = text.replacen("tool = \"werf\"\n", &format!("tool = \"werf\"\n{top}"), 1);
        fs::write(&path, format!("{text}\n{end}")).expect("the file");
        let case = format!("{top}{end}");
        assert_eq!(home.reason("werf", "usage"), (true, "granted".to_owned()), "{case}");
        for (line, expected) in [
            (&["disable", "werf", "usage"][..], "denied"),
            (&["enable", "werf", "usage", "--notice", "1"], "granted"),
            (&["disable", "werf"], "denied"),
        ] {
            let ran = home.run(line).ends(0);
            assert!(!ran.stdout.contains("kept as"), "{case}: {ran:#?}");
            let now = fs::read_to_string(&path).expect("the file");
            assert!(now.contains(top), "{case} after {line:?}:\n{now}");
            assert!(end.lines().all(|line| now.contains(line)), "{case}:\n{now}");
            assert_eq!(home.reason("werf", "usage").1, expected, "{case} after {line:?}");
        }
    }
}

#[test]
fn a_newer_file_is_called_newer_and_an_opt_out_keeps_it() {
    for (from, to) in [("version = 1", "version = 2"), ("tool", "kind = \"group\"\ntool")] {
        let home = granted();
        let path = home.consent("werf");
        let newer = fs::read_to_string(&path).expect("the file").replacen(from, to, 1);
        fs::write(&path, &newer).expect("the file");
        assert_eq!(home.reason("werf", "usage"), (false, "unreadable".to_owned()));
        let doctor = home.run(&["doctor"]).ends(1);
        assert!(doctor.stdout.contains("newer sayso"), "{doctor:#?}");
        assert!(!doctor.stdout.contains("damaged"), "{doctor:#?}");
        let ran = home.run(&["disable", "werf"]).ends(0);
        assert!(ran.stdout.contains("The file of a newer sayso was kept as"), "{ran:#?}");
        let folder = path.parent().expect("a folder");
        let kept = fs::read_dir(folder).expect("the folder").flatten().map(|entry| entry.path());
        let kept = kept.filter(|path| path.to_string_lossy().contains(".toml.newer-"));
        let kept: Vec<String> = kept.map(|path| fs::read_to_string(path).expect("it")).collect();
        assert_eq!(kept, [newer]);
        assert_eq!(home.reason("werf", "usage"), (false, "denied".to_owned()));
    }
}
