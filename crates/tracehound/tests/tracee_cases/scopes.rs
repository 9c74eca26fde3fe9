//! Whose events: names, programs, users, namespaces.

use crate::case::{Case, Place, hold, namespace, seen};

const NOTHING: &[&str] = &[];

#[test]
fn names_and_programs_choose_whose_events_are_seen() {
    let place = Place::new("names");
    let [ls, who, ping] = ["ls", "who", "ping"].map(|name| place.command(name));
    let [own_who, own_uname] = ["who", "uname"].map(|name| place.executable(name));
    let cases = [
        Case::new("6: one name")
            .policy(
                "ping",
                &["comm=ping"],
                &[
                    ("sched_process_exec", NOTHING),
                    ("sched_process_exit", NOTHING),
                ],
            )
            .does(&ping)
            .sees(seen("sched_process_exec").by("ping"))
            .sees(seen("sched_process_exit").by("ping")),
        Case::new("11: a name for each of two policies")
            .policy("ls-ends", &["comm=ls"], &[("sched_process_exit", NOTHING)])
            .policy(
                "uname-ends",
                &["comm=uname"],
                &[("sched_process_exit", NOTHING)],
            )
            .does("ls; uname")
            .sees(seen("sched_process_exit").by("ls").due_to(&["ls-ends"]))
            .sees(
                seen("sched_process_exit")
                    .by("uname")
                    .due_to(&["uname-ends"]),
            ),
        Case::new("12: a program for each of two policies")
            .policy(
                "who-runs",
                &[&format!("exec={own_who}")],
                &[("sched_process_exec", NOTHING)],
            )
            .policy(
                "uname-runs",
                &[&format!("exec={own_uname}")],
                &[("sched_process_exec", NOTHING)],
            )
            // Others of these names are other programs.
            .does(&format!("{own_who}; {own_uname}; {who}; uname"))
            .sees(
                seen("sched_process_exec")
                    .by("who")
                    .with("pathname", &own_who)
                    .due_to(&["who-runs"]),
            )
            .sees(
                seen("sched_process_exec")
                    .by("uname")
                    .with("pathname", &own_uname)
                    .due_to(&["uname-runs"]),
            ),
        Case::new("20: default events of one name")
            .policy("ls-default", &["comm=ls"], &[("tag=default", NOTHING)])
            .does("ls")
            .sees(seen("*").of_set("default").by("ls")),
        Case::new("21: a policy nobody fits beside one that somebody fits")
            .policy("ls-again", &["comm=ls"], &[("tag=default", NOTHING)])
            .policy("never", &["comm=never"], &[("tag=default", NOTHING)])
            .does(&ls)
            .sees(seen("*").of_set("default").by("ls").due_to(&["ls-again"])),
        Case::new("22: default events of a name for each of two policies")
            .policy("ls-here", &["comm=ls"], &[("tag=default", NOTHING)])
            .policy("who-here", &["comm=who"], &[("tag=default", NOTHING)])
            .does(&format!("{ls}; {who}"))
            .sees(seen("*").of_set("default").by("ls").due_to(&["ls-here"]))
            .sees(seen("*").of_set("default").by("who").due_to(&["who-here"])),
        Case::new("29: names in two lines are alternatives")
            .policy("one", &["comm=ls"], &[("tag=default", NOTHING)])
            .policy(
                "either",
                &["comm=who", "comm=ls"],
                &[("tag=default", NOTHING)],
            )
            .does(&format!("{ls}; {who}"))
            .sees(seen("*").by("ls").due_to(&["one", "either"]))
            .sees(seen("*").by("who").due_to(&["either"])),
        Case::new("30: names in one line are alternatives")
            .policy("ls-alone", &["comm=ls"], &[("tag=default", NOTHING)])
            .policy("who-or-ls", &["comm=who,ls"], &[("tag=default", NOTHING)])
            .does(&format!("{ls}; {who}"))
            .sees(seen("*").by("ls").due_to(&["ls-alone", "who-or-ls"]))
            .sees(seen("*").by("who").due_to(&["who-or-ls"])),
        // Tracee takes them, and nothing ever fits.
        Case::new("ours: the beginning of a name")
            .policy("start", &["comm=pin*"], &[("sched_process_exec", NOTHING)])
            .sees(seen("sched_process_exec").by("ping")),
        Case::new("17: a set of one name")
            .policy("ls-files", &["comm=ls"], &[("fs", NOTHING)])
            .does("ls")
            .sees(seen("*").of_set("fs").by("ls")),
    ];
    hold(&place, &cases);
}

#[test]
fn users_and_namespaces_choose_whose_events_are_seen() {
    let place = Place::new("users");
    let [mntns, pidns] = ["mnt", "pid"].map(namespace);
    let [ping, apart, list] = ["ping", "apart", "list"].map(|name| place.command(name));
    let docker = place.executable("dockerd");
    let exec: &[(&str, &[&str])] = &[("sched_process_exec", NOTHING)];
    let cases = [
        Case::new("2: namespaces that there are none of")
            .policy(
                "no-namespace",
                &["mntns=0", "pidns=0"],
                &[("tag=default", NOTHING)],
            )
            .does("ls; uname"),
        Case::new("3: other mount namespaces")
            .policy("other-mounts", &[&format!("mntns!={mntns}")], exec)
            // A process begins in its parent's, and makes one of its own.
            .does(&format!("unshare -m {apart}; {list}"))
            .sees(seen("sched_process_exec").by("apart")),
        Case::new("4: other process namespaces")
            .policy("other-processes", &[&format!("pidns!={pidns}")], exec)
            .does(&format!("unshare -p -f {apart}"))
            .sees(seen("sched_process_exec").by("apart")),
        Case::new("5: a name in these namespaces")
            .policy(
                "ping-here",
                &[
                    "comm=ping",
                    &format!("mntns={mntns}"),
                    &format!("pidns={pidns}"),
                ],
                &[
                    ("sched_process_exec", NOTHING),
                    ("sched_process_exit", NOTHING),
                ],
            )
            .does(&ping)
            .sees(seen("sched_process_exec").by("ping"))
            .sees(seen("sched_process_exit").by("ping")),
        Case::new("15: user 0 of a name")
            .policy(
                "root-lists",
                &["uid=0", "comm=list"],
                &[("getppid", NOTHING)],
            )
            .does(&format!("{list} 110; {list} uid 110; {apart} 110"))
            .sees(seen("getppid").by("list").of_uid(0)),
        Case::new("16: other users of a name")
            .policy(
                "others-list",
                &["uid>0", "comm=list"],
                &[("getppid", NOTHING)],
            )
            .sees(seen("getppid").by("list").of_uid(65534)),
        Case::new("16: other users, of whom there are none").policy(
            "others-part",
            &["uid>0", "comm=apart"],
            &[("getppid", NOTHING)],
        ),
        // Numbers of calls: 308 is setns.
        Case::new("18: a call of a program")
            .policy(
                "docker",
                &[&format!("exec={docker}")],
                &[("setns", NOTHING)],
            )
            .does(&format!("{docker} 308; {list} 308"))
            .sees(seen("setns").by("dockerd")),
    ];
    hold(&place, &cases);
}
