//! The picture in the README is a real screen: `SNAPSHOTS=overwrite cargo test picture` takes it anew.

use crate::support::{Home, Terminal, program};
use std::path::Path;

#[test]
fn the_picture_in_the_readme_shows_what_the_program_prints() {
    let home = Home::new();
    home.declare("gitops").declare("testkube").declare("werf");
    home.run(&["enable", "werf", "--notice", "1"]).ends(0);
    home.run(&["disable", "gitops", "dashboard"]).ends(0);
    home.run(&["enable", "gitops", "update-check", "--notice", "1"]).ends(0);
    home.run(&["disable", "testkube"]).ends(0);
    for tool in ["gitops", "testkube", "werf"] {
        on_one_day(&home, &format!(".config/sayso/consent/{tool}.toml"));
    }
    let (_, screen) = Terminal::start(&home, &program(), &[]).finish();
    let typed = "$ sayso\n";
    let svg = anstyle_svg::Term::new().render_svg(&format!("{typed}{}", screen.replace('\r', "")));
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/status.svg");
    if std::env::var_os("SNAPSHOTS").is_some_and(|mode| mode == "overwrite") {
        std::fs::write(&file, &svg).expect("a picture");
    }
    assert_eq!(std::fs::read_to_string(&file).expect("a picture"), svg, "SNAPSHOTS=overwrite");
}

/// Puts one day in the place of today, so that the picture does not change every day.
fn on_one_day(home: &Home, file: &str) {
    let lines: Vec<String> = home
        .read(file)
        .lines()
        .map(|line| match line.strip_prefix("at = ") {
            Some(_) => "at = 2026-11-20T12:00:00Z".to_owned(),
            None => line.to_owned(),
        })
        .collect();
    home.write(file, &lines.join("\n"));
}
