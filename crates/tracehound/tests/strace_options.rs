//! strace's options: what each changes in the lines, in the table and in the exit status.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::{BufRead as _, Read as _};
use std::os::unix::process::ExitStatusExt as _;
use std::process::Output;

use support::{root, tracehound};

#[expect(dead_code, reason = "each test file uses a part")]
mod support;

/// Runs `tracehound strace`; the lines go to standard error.
fn strace(options: &[&str]) -> Output {
    tracehound().arg("strace").args(options).output().unwrap()
}

fn lines(options: &[&str]) -> String {
    String::from_utf8(strace(options).stderr).unwrap()
}

#[test]
fn options_that_need_the_process_stopped_are_refused_by_name() {
    for (options, name) in [
        (&["-i", "true"][..], "-i"),
        (&["-k", "true"], "-k"),
        (&["-D", "true"], "-D"),
        (&["-b", "execve", "true"], "-b"),
        (&["-e", "inject=open:error=ENOENT", "true"], "inject="),
        (&["--inject=open:error=ENOENT", "true"], "--inject"),
    ] {
        let output = strace(options);
        let text = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{text}");
        assert!(text.contains(name) && text.contains("refused"), "{text}");
    }
}

#[test]
fn an_unknown_option_or_word_is_named() {
    for (options, word) in [
        (&["-Q", "true"][..], "-Q"),
        (&["-e", "trace=opennat", "true"], "opennat"),
        (&["-e", "trce=open", "true"], "trce"),
        (&["-S", "name", "true"], "-S"),
        (&["-u", "no-such-user", "true"], "no-such-user"),
        (&["no-such-command"], "no-such-command"),
        (&["-p", "4194305"], "4194305"),
        (&[], "strace"),
    ] {
        let output = strace(options);
        let text = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{text}");
        assert!(text.contains(word), "{text}");
    }
}

#[test]
fn the_commands_status_is_the_exit_status() {
    if !root() {
        return;
    }
    let code = |script| strace(&["-o", "/dev/null", "sh", "-c", script]).status;
    assert_eq!(code("exit 7").code(), Some(7));
    assert_eq!(code("kill -TERM $$").code(), Some(128 + 15));
    assert_eq!(code("exit 0").signal(), None);
}

#[test]
fn without_f_the_first_process_is_shown_alone() {
    if !root() {
        return;
    }
    let script = ["-e", "trace=execve", "sh", "-c", "/bin/true; /bin/true"];
    let first = lines(&script);
    assert_eq!(first.matches("execve(").count(), 1, "{first}");
    assert!(!first.contains("[pid"), "{first}");
    let all = lines(&[&["-f"], &script[..]].concat());
    assert_eq!(all.matches("execve(").count(), 3, "{all}");
    assert!(all.contains("strace: Process"), "{all}");
    assert!(all.contains("[pid"), "{all}");
}

#[test]
fn ff_writes_a_file_for_each_thread() {
    if !root() {
        return;
    }
    let folder = std::env::temp_dir().join(format!("tracehound-ff-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join("out");
    strace(&[
        "-ff",
        "-o",
        path.to_str().unwrap(),
        "sh",
        "-c",
        "/bin/true; /bin/true",
    ]);
    let files: Vec<_> = std::fs::read_dir(&folder).unwrap().flatten().collect();
    assert_eq!(files.len(), 3);
    for file in files {
        let text = std::fs::read_to_string(file.path()).unwrap();
        assert!(text.ends_with("+++ exited with 0 +++\n"), "{text}");
        assert!(!text.contains("unfinished"), "{text}");
    }
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn calls_can_be_chosen_by_how_they_end() {
    if !root() {
        return;
    }
    let command = ["-e", "trace=%file", "cat", "/etc/passwd", "/nosuch"];
    let good = lines(&[&["-z"], &command[..]].concat());
    assert!(
        good.contains("passwd") && !good.contains("ENOENT"),
        "{good}"
    );
    let bad = lines(&[&["-Z"], &command[..]].concat());
    assert!(
        bad.contains("\"/nosuch\"") && !bad.contains("\"/etc/passwd\""),
        "{bad}"
    );
    let path = lines(&[&["-P", "/nosuch"], &command[..]].concat());
    assert_eq!(path.matches('(').count(), 2, "{path}");
}

#[test]
fn times_stand_before_and_behind() {
    if !root() {
        return;
    }
    let first = |options: &[&str]| {
        let text = lines(&[options, &["-e", "trace=execve", "true"]].concat());
        text.lines().next().unwrap().to_owned()
    };
    let shape = |text: &str| -> String {
        let digit = |char: char| if char.is_ascii_digit() { '9' } else { char };
        text.chars().map(digit).collect()
    };
    assert!(shape(&first(&["-t"])).starts_with("99:99:99 execve("));
    assert!(shape(&first(&["-tt"])).starts_with("99:99:99.999999 execve("));
    assert!(shape(&first(&["-ttt"])).starts_with("9999999999.999999 execve("));
    assert!(shape(&first(&["-r"])).starts_with("     9.999999 execve("));
    assert!(shape(&first(&["-T"])).ends_with(" = 9 <9.999999>"));
    assert!(shape(&first(&["-n"])).starts_with("[  99] execve("));
}

#[test]
fn the_table_counts_calls_and_errors() {
    if !root() {
        return;
    }
    let text = lines(&["-c", "-e", "trace=openat,close", "cat", "/nosuch"]);
    let row = text.lines().find(|line| line.ends_with(" openat")).unwrap();
    let cells: Vec<&str> = row.split_whitespace().collect();
    assert_eq!(cells.len(), 6, "{text}");
    let (calls, errors): (u32, u32) = (cells[3].parse().unwrap(), cells[4].parse().unwrap());
    assert!(errors >= 1 && calls > errors, "{text}");
    assert!(text.lines().last().unwrap().ends_with(" total"), "{text}");
    assert!(!text.contains("openat("), "{text}");
}

#[test]
fn a_running_process_can_be_watched() {
    if !root() {
        return;
    }
    let script = "while :; do sleep 0.05; done";
    let mut shell = std::process::Command::new("sh")
        .args(["-c", script])
        .spawn()
        .unwrap();
    let mut tracer = tracehound()
        .args(["strace", "-p", &shell.id().to_string(), "-e", "trace=wait4"])
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = std::io::BufReader::new(tracer.stderr.take().unwrap());
    let mut text = String::new();
    while !text.contains(" = ") && said.read_line(&mut text).unwrap() > 0 {}
    shell.kill().unwrap();
    shell.wait().unwrap();
    said.read_to_string(&mut text).unwrap();
    assert!(tracer.wait().unwrap().success(), "{text}");
    assert!(text.contains("attached\n"), "{text}");
    assert!(
        text.contains("wait4(-1, [{WIFEXITED(s) && WEXITSTATUS(s) == 0}], 0, NULL) = "),
        "{text}"
    );
}

#[test]
fn variables_and_the_user_are_set() {
    if !root() {
        return;
    }
    let script = ["-e", "none", "sh", "-c", "id -u; echo $A$B"];
    let options = ["-o", "/dev/null", "-u", "nobody", "-E", "A=x y", "-E", "B"];
    let output = tracehound()
        .arg("strace")
        .args(options)
        .args(script)
        .env("B", "gone")
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(
        !text.starts_with("0\n") && text.ends_with("\nx y\n"),
        "{text}"
    );
}
