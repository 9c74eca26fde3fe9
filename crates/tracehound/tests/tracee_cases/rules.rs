//! What of an event: arguments, results, the call in which it happened.

use crate::case::{Case, Place, hold, seen, sees_exec};

const NOTHING: &[&str] = &[];
const EVERYBODY: &[&str] = &["global"];

#[test]
fn arguments_and_results_choose_calls() {
    let place = Place::new("calls");
    let [one, two] = ["fakeprog1", "fakeprog2"].map(|name| place.command(name));
    // A relative name is not the one that the process has.
    let cases = [
        Case::new("8: how a path ends")
            .policy("runs-ls", EVERYBODY, &[("execve", &["data.pathname=*ls"])])
            .does("ls; uname")
            .sees(seen("execve").with("pathname", "*ls")),
        Case::new("9: how no path ends")
            .policy(
                "runs-nothing",
                EVERYBODY,
                &[("execve", &["data.pathname=*/almost/improbable/path"])],
            )
            .does("ls; uname; who"),
        Case::new("31: two calls of one name")
            .policy(
                "reads-and-writes",
                &["comm=fakeprog1"],
                &[("read", NOTHING), ("write", NOTHING)],
            )
            .does(&format!("{one} 0 1; {two} 0 1"))
            .sees(seen("read").by("fakeprog1"))
            .sees(seen("write").by("fakeprog1")),
        Case::new("32: a call of everybody")
            .policy("runs", EVERYBODY, &[("execve", NOTHING)])
            .does(&format!("{one} 59"))
            .sees(seen("execve").by("fakeprog1").with("pathname", "null"))
            .sees(seen("execve").or_not()),
        Case::new("33: several arguments")
            .policy(
                "openat-0",
                &["comm=fakeprog1"],
                &[("openat", &["data.dirfd=0", "data.flags=0"])],
            )
            .policy(
                "open-0",
                &["comm=fakeprog2"],
                &[("open", &["data.flags=0"])],
            )
            .does(&format!("{one} 257 2; {two} 257 2"))
            .sees(
                seen("openat")
                    .by("fakeprog1")
                    .with("dirfd", "0")
                    .due_to(&["openat-0"]),
            )
            .sees(
                seen("open")
                    .by("fakeprog2")
                    .with("flags", "O_RDONLY")
                    .due_to(&["open-0"]),
            ),
        Case::new("34: results")
            .policy(
                "openat-fails",
                &["comm=fakeprog1"],
                &[("openat", &["retval<0"])],
            )
            .policy(
                "open-works",
                &["comm=fakeprog2"],
                &[("open", &["retval>=0"])],
            )
            .sees(
                seen("openat")
                    .by("fakeprog1")
                    .with("dirfd", "0")
                    .failed()
                    .due_to(&["openat-fails"]),
            )
            // The loader may look for libraries where there are none.
            .sees(
                seen("openat")
                    .by("fakeprog1")
                    .failed()
                    .due_to(&["openat-fails"])
                    .or_not(),
            ),
    ];
    hold(&place, &cases);
}

#[test]
fn a_call_chooses_what_happens_in_it() {
    let place = Place::new("context");
    let by_exec = seen("security_file_open")
        .by("bash")
        .with("pathname", "*/ls");
    let by_exec = match sees_exec("security_file_open") {
        true => by_exec,
        false => by_exec.or_not(),
    };
    let list = place.file("files/ls");
    let cases = [
        Case::new("23: a call, as Tracee's files name it")
            .policy(
                "opens-to-run",
                EVERYBODY,
                &[(
                    "security_file_open",
                    &["syscall=execve", "data.pathname=*ls"],
                )],
            )
            // A file of that name that is opened otherwise is not asked for.
            .does(&format!("bash -c 'ls; :'; cat {list}"))
            .sees(by_exec),
        Case::new("23: the same in words of the command line")
            .policy(
                "opens-to-read",
                &["comm=cat"],
                &[(
                    "security_file_open",
                    &["scope.syscall=openat", "data.pathname=*ls"],
                )],
            )
            .sees(seen("security_file_open").by("cat").with("pathname", &list)),
    ];
    hold(&place, &cases);
}
