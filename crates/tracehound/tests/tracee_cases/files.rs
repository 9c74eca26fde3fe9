//! Paths that are opened, written and mapped: those that Tracee compares in the kernel.

use crate::case::{Case, Place, hold, seen, sees_exec};

const NOTHING: &[&str] = &[];

#[test]
fn paths_choose_files_that_are_opened() {
    let place = Place::new("opened");
    let (config, other) = (place.file("etc/netconfig"), place.file("etc/other"));
    let (date, rule) = (
        place.file("devices/virtual/id/date"),
        place.file("pam.d/other"),
    );
    let class = place.path("class");
    std::os::unix::fs::symlink(place.path("devices/virtual"), &class).unwrap();
    let integration = place.file("integration/file").replace("/file", "");
    let long = place.file(&format!("{0}/{0}BCDEFGHIJK", "A".repeat(240)));
    let open = |path: &str| seen("security_file_open").by("cat").with("pathname", path);
    let start = format!("data.pathname={}*", place.path("etc/net"));
    let cases = [
        Case::new("10: how the path of a name's files ends")
            .policy(
                "lists",
                &["comm=ls"],
                &[("security_file_open", &["data.pathname=*integration"])],
            )
            .does(&format!("ls {integration} {}", place.path("etc")))
            .sees(
                seen("security_file_open")
                    .by("ls")
                    .with("pathname", &integration),
            ),
        Case::new("35: alternatives, and what it must not be")
            .policy(
                "is-one",
                &["comm=cat"],
                &[(
                    "security_file_open",
                    &[
                        &start,
                        "data.pathname=/etc/ld.so.cache",
                        "data.pathname!=/usr/lib/*",
                    ],
                )],
            )
            .policy(
                "is-the-cache",
                &["comm=cat"],
                &[(
                    "security_file_open",
                    &[
                        &format!("data.pathname!={config}"),
                        "data.pathname!=/usr/lib/*",
                        "data.pathname=*ld.so.cache",
                    ],
                )],
            )
            .policy(
                "is-none",
                &["comm=cat"],
                &[(
                    "security_file_open",
                    &[
                        "data.pathname!=/etc/ld.so.cache",
                        "data.pathname!=*libc.so.6",
                        "data.pathname!=*other",
                        "data.pathname!=*date",
                        "data.pathname!=*JK",
                    ],
                )],
            )
            .does(&format!("cat {config} {other}"))
            .sees(
                open("/etc/ld.so.cache")
                    .due_to(&["is-one", "is-the-cache"])
                    .or_not(),
            )
            .sees(open(&config).due_to(&["is-one", "is-none"])),
        Case::new("38: what the kernel compares, and what it does not, in two policies")
            .policy(
                "as-named",
                &["comm=cat"],
                &[(
                    "security_file_open",
                    &[&format!("data.syscall_pathname={class}/id*")],
                )],
            )
            .policy(
                "as-found",
                &["comm=cat"],
                &[(
                    "security_file_open",
                    &[&format!("data.pathname={}/*", rule.replace("/other", ""))],
                )],
            )
            .does(&format!("cat {class}/id/date {rule}"))
            .sees(
                open(&date)
                    .with("syscall_pathname", &format!("{class}/id/date"))
                    .due_to(&["as-named"]),
            )
            .sees(open(&rule).due_to(&["as-found"])),
        Case::new("39: the same in one policy")
            .policy(
                "both",
                &["comm=cat"],
                &[(
                    "security_file_open",
                    &[
                        &format!("data.pathname={}/id*", place.path("devices/virtual")),
                        &format!("data.syscall_pathname={class}/id*"),
                    ],
                )],
            )
            .policy(
                "as-found-again",
                &["comm=cat"],
                &[(
                    "security_file_open",
                    &[&format!("data.pathname={}/*", rule.replace("/other", ""))],
                )],
            )
            // The file by its own name fits one of the two only.
            .does(&format!("cat {date}"))
            .sees(
                open(&date)
                    .with("syscall_pathname", &format!("{class}/id/date"))
                    .due_to(&["both"]),
            )
            .sees(open(&rule).due_to(&["as-found-again"])),
        // Tracee's kernel side compares 255 bytes; ours has no such end.
        Case::new("42: a path of more than 255 bytes")
            .policy(
                "begins",
                &["comm=cat"],
                &[(
                    "security_file_open",
                    &[&format!("data.pathname={}*", place.path("AAAAAAAAAAAA"))],
                )],
            )
            .policy(
                "ends",
                &["comm=cat"],
                &[("security_file_open", &["data.pathname=*DEFGHIJK"])],
            )
            .policy(
                "is",
                &["comm=cat"],
                &[("security_file_open", &[&format!("data.pathname={long}")])],
            )
            .does(&format!("cat {long}"))
            .sees(open(&long)),
    ];
    hold(&place, &cases);
}

#[test]
fn paths_choose_files_that_are_written() {
    let place = Place::new("written");
    let [more, other] = ["more", "other"].map(|name| place.command(name));
    let [a, b, c] = ["hostname", "shadow", "passwd"].map(|name| place.file(&format!("etc/{name}")));
    let [to_a, to_b, to_c] =
        ["hostname", "shadow", "passwd"].map(|name| place.path(&format!("out/{name}")));
    std::fs::create_dir(place.path("out")).unwrap();
    let write = |path: &str| seen("magic_write").by("more").with("pathname", path);
    let cases = [
        Case::new("24: what a name writes")
            .policy("tee", &["comm=tee"], &[("magic_write", NOTHING)])
            .does(&format!(
                "echo 42 | tee {} | cat; {other} {a} >{}",
                place.path("out/tee"),
                place.path("out/cat")
            ))
            .sees(
                seen("magic_write")
                    .by("tee")
                    .with("pathname", "*/out/tee")
                    .with("bytes", "34320a"),
            ),
        Case::new("36: what is opened and what is written, in two policies")
            .policy(
                "copied",
                &["comm=more"],
                &[
                    (
                        "security_file_open",
                        &[&format!("data.pathname={c}"), "data.pathname!=/usr/lib/*"],
                    ),
                    (
                        "magic_write",
                        &[&format!("data.pathname={}", place.path("copy"))],
                    ),
                ],
            )
            .policy(
                "copied-elsewhere",
                &["comm=more"],
                &[
                    ("security_file_open", &[&format!("data.pathname={c}")]),
                    (
                        "magic_write",
                        &[
                            &format!("data.pathname!={}", place.path("copy")),
                            // What the other cases write.
                            "data.pathname!=*name,*shadow,*passwd",
                        ],
                    ),
                ],
            )
            .does(&format!("{more} {c} >{}", place.path("copy")))
            .sees(
                seen("security_file_open")
                    .by("more")
                    .with("pathname", &c)
                    .due_to(&["copied", "copied-elsewhere"]),
            )
            .sees(
                seen("magic_write")
                    .by("more")
                    .with("pathname", "*/copy")
                    .due_to(&["copied"]),
            ),
        Case::new("37: the start, the whole and the end of a path")
            .policy(
                "below",
                &["comm=more"],
                &[(
                    "magic_write",
                    &[&format!("data.pathname={}/*", place.path("out"))],
                )],
            )
            .policy(
                "some",
                &["comm=more"],
                &[(
                    "magic_write",
                    &[&format!("data.pathname={to_a}"), "data.pathname=*passwd"],
                )],
            )
            .does(&format!(
                "{more} {a} >{to_a}; {more} {b} >{to_b}; {more} {c} >{to_c}"
            ))
            .sees(write(&to_a).due_to(&["below", "some"]))
            .sees(write(&to_b).due_to(&["below"]))
            .sees(write(&to_c).due_to(&["below", "some"])),
        Case::new("41: two events with paths of their own")
            .policy(
                "hosts-and-secrets",
                &["comm=more"],
                &[
                    (
                        "security_file_open",
                        &[&format!("data.pathname={}*", place.path("etc/host"))],
                    ),
                    (
                        "magic_write",
                        &["data.pathname=*shadow", "data.pathname=*passwd"],
                    ),
                ],
            )
            .sees(seen("security_file_open").by("more").with("pathname", &a))
            .sees(write(&to_b))
            .sees(write(&to_c)),
    ];
    hold(&place, &cases);
}

#[test]
fn paths_choose_files_that_are_mapped() {
    let place = Place::new("mapped");
    // ldd is a script: what its shell maps bears its name.
    let ldd = place.path("bin/ldd");
    std::fs::write(&ldd, "#!/bin/bash\n:\n").unwrap();
    shell_may_run(&ldd);
    let map = |path: &str| seen("security_mmap_file").by("ldd").with("pathname", path);
    let shell = match sees_exec("security_mmap_file") {
        true => map("*/bin/bash"),
        false => map("*/bin/bash").or_not(),
    };
    let cases = [Case::new("40: ends of paths, also of what exec maps")
        .policy(
            "maps",
            &["comm=ldd"],
            &[(
                "security_mmap_file",
                &["data.pathname=*/bin/bash", "data.pathname=*libc.so.6"],
            )],
        )
        .does(&ldd)
        .sees(shell)
        .sees(map("*libc.so.6"))];
    hold(&place, &cases);
}

fn shell_may_run(path: &str) {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
}
