//! What the program says about itself.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::Write as _;
use std::process::{Command, Stdio};

use support::tracehound;

#[expect(dead_code, reason = "each test file uses a part")]
mod support;

fn said(arguments: &[&str]) -> String {
    let output = tracehound().args(arguments).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{arguments:?}");
    assert_eq!(output.stderr, b"", "{arguments:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn the_general_help_shows_what_most_people_want() {
    let help = said(&["--help"]);
    for words in [
        "--events",
        "--output",
        "--stats",
        "-- bash -c 'ls|wc'",
        "Exit codes",
        "126",
        "doctor",
    ] {
        assert!(help.contains(words), "{words:?} is missing\n{help}");
    }
    assert_eq!(help, said(&["-h"]));
    assert_eq!(help, said(&["help"]));
    assert!(said(&["help", "run"]).contains("Ctrl-C"));
}

#[test]
fn help_is_plain_text_where_nobody_asks_for_colours() {
    assert!(!said(&["--help"]).contains('\u{1b}'));
    // A terminal gets none either when NO_COLOR is set; script(1) is one.
    let run = format!("{} --help", tracehound().get_program().display());
    let screen = |variable: &str| {
        let output = Command::new("script")
            .args(["-qec", &run, "/dev/null"])
            .env("TERM", "xterm-256color")
            .env(variable, "1")
            .stdin(Stdio::null())
            .output()
            .unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    assert!(screen("SOMETHING_ELSE").contains('\u{1b}'));
    assert!(!screen("NO_COLOR").contains('\u{1b}'));
}

#[test]
fn a_shell_takes_its_completions() {
    let mut bash = Command::new("bash")
        .arg("-n")
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    let script = said(&["completions", "bash"]);
    bash.stdin
        .take()
        .unwrap()
        .write_all(script.as_bytes())
        .unwrap();
    assert!(bash.wait().unwrap().success());
    for shell in ["bash", "zsh", "fish"] {
        let script = said(&["completions", shell]);
        for word in ["replay", "max-events", "ring-size"] {
            assert!(script.contains(word), "{shell}: {word} is missing");
        }
    }
}
