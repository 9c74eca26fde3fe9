//! Memory.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::{Value, json};

use crate::support::{self, Run};
use crate::{at_call_end, folder, run_of};

/// What `mappings` does, seen by one event.
struct Mapped {
    run: Run,
    event: &'static str,
    /// The file that it was given.
    path: String,
    inode: u64,
    /// The addresses and results that it printed.
    notes: BTreeMap<String, i64>,
}

/// Runs the program of either width on a file of eight pages.
fn mapped(event: &'static str, program: &str) -> Option<Mapped> {
    static RUNS: AtomicU32 = AtomicU32::new(0);
    let number = RUNS.fetch_add(1, Ordering::Relaxed);
    let folder = folder(&format!("{program}-{number}"));
    let file = folder.join("file");
    fs::write(&file, [b'x'; 8 * 4096]).unwrap();
    let path = file.display().to_string();
    let inode = fs::metadata(&file).unwrap().ino();
    let run = run_of(event, &[&support::program(program), &path]);
    fs::remove_dir_all(&folder).unwrap();
    let run = run?;
    let notes = run.stdout.lines().map(|line| {
        let words: Vec<_> = line.split(' ').collect();
        (words[1].to_owned(), words[2].parse().unwrap())
    });
    let notes: BTreeMap<_, _> = notes.collect();
    assert!(notes.len() > 15, "{}", run.stats);
    Some(Mapped {
        run,
        event,
        path,
        inode,
        notes,
    })
}

impl Mapped {
    fn at(&self, note: &str) -> String {
        format!("{:#x}", self.notes[note])
    }

    fn events(&self) -> Vec<&Value> {
        support::named(&self.run, self.event)
    }

    fn arguments(&self) -> impl Iterator<Item = &Value> {
        self.events().into_iter().map(|event| {
            assert!(event.get("unread").is_none(), "{event}");
            &event["args"]
        })
    }

    /// Of what the event tells of the file, these arguments.
    fn of_file(&self, names: &[&str]) -> Vec<Value> {
        let ours = self
            .arguments()
            .filter(|args| args["pathname"] == *self.path);
        ours.map(|args| {
            assert_eq!(args["inode"], self.inode, "{args}");
            assert!(!args["flags"].as_str().unwrap().contains("O_WR"), "{args}");
            names.iter().map(|name| args[*name].clone()).collect()
        })
        .collect()
    }
}

const BOTH: [&str; 2] = ["mappings", "mappings32"];
const RX: &str = "PROT_READ|PROT_EXEC";
const RW: &str = "PROT_READ|PROT_WRITE";
const RWX: &str = "PROT_READ|PROT_WRITE|PROT_EXEC";

#[test]
fn security_mmap_file_tells_the_file_by_every_way_in() {
    for program in BOTH {
        let Some(mapped) = mapped("security_mmap_file", program) else {
            return;
        };
        let told = mapped.of_file(&["prot", "mmap_flags"]);
        let code = json!([RX, "MAP_PRIVATE"]);
        let data = json!(["PROT_READ", "MAP_SHARED"]);
        let wanted = [&code, &data, &code, &code];
        assert_eq!(told.iter().collect::<Vec<_>>(), wanted, "{program}");
    }
}

#[test]
fn security_mmap_file_tells_of_no_memory_without_a_file() {
    let Some(mapped) = mapped("security_mmap_file", "mappings") else {
        return;
    };
    for args in mapped.arguments() {
        let flags = args["mmap_flags"].as_str().unwrap();
        assert!(!flags.contains("MAP_ANONYMOUS"), "{args}");
    }
}

#[test]
fn shared_object_loaded_tells_what_is_mapped_as_code() {
    for program in BOTH {
        let Some(mapped) = mapped("shared_object_loaded", program) else {
            return;
        };
        // By mmap, mmap2 and the oldest; not what is only read.
        assert_eq!(mapped.of_file(&["pathname"]).len(), 3, "{program}");
        let libraries = mapped.arguments().filter(|args| {
            let path = args["pathname"].as_str().unwrap();
            path.ends_with("/libc.so.6")
        });
        assert_eq!(libraries.count(), 1, "{program}");
        let own = support::program(program);
        let name = own.rsplit('/').next().unwrap();
        // The kernel itself maps the program.
        assert!(mapped.arguments().all(|args| {
            !args["pathname"]
                .as_str()
                .unwrap()
                .ends_with(&format!("/{name}"))
        }));
    }
}

#[test]
fn do_mmap_tells_where_and_what() {
    for program in BOTH {
        let Some(mapped) = mapped("do_mmap", program) else {
            return;
        };
        let files = mapped.of_file(&["addr", "pgoff", "len", "prot", "mmap_flags"]);
        let row = |note: &str, page: u32, length: u32, access: &str, flags: &str| {
            json!([mapped.at(note), page, length, access, flags])
        };
        assert_eq!(
            files,
            [
                row("code", 1, 4096, RX, "MAP_PRIVATE"),
                row("data", 0, 100, "PROT_READ", "MAP_SHARED"),
                row("mmap2", 1, 4096, RX, "MAP_PRIVATE"),
                row("old", 2, 4096, RX, "MAP_PRIVATE"),
            ]
        );
        let memory = |note: &str| {
            let address = mapped.at(note);
            let found = mapped.arguments().find(|args| args["addr"] == *address);
            let args = found.unwrap_or_else(|| panic!("{note} is not told"));
            for absent in ["pathname", "flags", "dev", "inode", "ctime"] {
                assert!(args.get(absent).is_none(), "{args}");
            }
            (
                args["len"].clone(),
                args["prot"].clone(),
                args["mmap_flags"].clone(),
            )
        };
        let anonymous = "MAP_PRIVATE|MAP_ANONYMOUS";
        assert_eq!(
            memory("at_once"),
            (json!(5000), json!(RWX), json!(anonymous))
        );
        assert_eq!(memory("memory"), (json!(4096), json!(RX), json!(anonymous)));
        // A call that failed is no mapping.
        let pages = mapped.arguments().filter_map(|args| args["addr"].as_str());
        assert!(pages.into_iter().all(|page| !page.starts_with("0xfffff")));
    }
}

#[test]
fn security_file_mprotect_tells_before_and_after() {
    for program in BOTH {
        let Some(mapped) = mapped("security_file_mprotect", program) else {
            return;
        };
        let area = mapped.notes["area"];
        let ours = mapped.arguments().filter_map(|args| {
            let address = i64::from_str_radix(&args["addr"].as_str()?[2..], 16).unwrap();
            let page = (address - area) / 4096;
            let ours = address >= area && page < 4;
            assert!(!ours || args.get("pathname").is_none(), "{args}");
            ours.then(|| {
                json!([
                    page,
                    args["len"],
                    args["prev_prot"],
                    args["prot"],
                    args["pkey"]
                ])
            })
        });
        let rows: Vec<_> = ours.collect();
        let none = "0x0";
        assert_eq!(
            rows,
            [
                json!([0, 4096, RW, RX, null]),
                json!([0, 4096, RX, RWX, null]),
                json!([0, 4096, RWX, RWX, null]),
                json!([0, 4096, RWX, RX, null]),
                json!([1, 4096, RW, none, null]),
                json!([1, 4096, none, RX, null]),
                json!([3, 4096, RW, RWX, null]),
                json!([2, 4096, RW, "PROT_READ", -1]),
            ],
            "{program}"
        );
        // The loader protects what it has relocated of the C library.
        let library = mapped.arguments().find(|args| {
            let path = args["pathname"].as_str();
            path.is_some_and(|path| path.ends_with("/libc.so.6"))
        });
        let library = library.unwrap();
        assert_eq!(library["prot"], "PROT_READ", "{library}");
        assert_eq!(library["prev_prot"], RW, "{library}");
        if let Some(low) = mapped.notes.get("low") {
            let low = format!("{low:#x}");
            let compat = mapped.arguments().find(|args| args["addr"] == *low);
            assert_eq!(compat.unwrap()["prot"], RX);
        }
    }
}

#[test]
fn mem_prot_alert_tells_each_case_once() {
    for program in BOTH {
        let Some(mapped) = mapped("mem_prot_alert", program) else {
            return;
        };
        let area = mapped.notes["area"];
        let page = |number: i64| format!("{:#x}", area + number * 4096);
        let row = |alert: &str, address: &str, length: u32, before: Option<&str>, after: &str| {
            json!([format!("ALERT_{alert}"), address, length, before, after])
        };
        let mut wanted = vec![
            row("MMAP_W_X", &mapped.at("at_once"), 8192, None, RWX),
            row("MPROT_W_REM", &page(0), 4096, Some(RW), RX),
            row("MPROT_W_ADD", &page(0), 4096, Some(RX), RWX),
            row("MPROT_W_REM", &page(0), 4096, Some(RWX), RX),
            row("MPROT_X_ADD", &page(1), 4096, Some("0x0"), RX),
            row("MPROT_X_ADD", &page(3), 4096, Some(RW), RWX),
        ];
        if mapped.notes.contains_key("low") {
            wanted.push(row("MPROT_W_REM", &mapped.at("low"), 4096, Some(RW), RX));
        }
        let told: Vec<_> = mapped
            .arguments()
            .map(|args| {
                assert!(args.get("pathname").is_none(), "{args}");
                json!([
                    args["alert"],
                    args["addr"],
                    args["len"],
                    args["prev_prot"],
                    args["prot"]
                ])
            })
            .collect();
        assert_eq!(told, wanted, "{program}");
    }
}

#[test]
fn memfd_map_executable_tells_the_name_and_of_no_other_file() {
    for program in BOTH {
        let Some(mapped) = mapped("memfd_map_executable", program) else {
            return;
        };
        // Not /tmp/memfd:PID, which has a folder.
        let told: Vec<_> = mapped.arguments().collect();
        assert_eq!(told.len(), 1, "{told:?}");
        assert_eq!(told[0]["name"], "tracehound demo");
        assert_eq!(told[0]["prot"], RX);
        assert_eq!(told[0]["mmap_flags"], "MAP_SHARED");
    }
}

/// What a kernel without the fault does with the same splice is no such event.
#[test]
fn dirty_pipe_splice_is_not_told_of_a_sound_kernel() {
    let Some(mapped) = mapped("dirty_pipe_splice", "mappings") else {
        return;
    };
    assert_eq!(mapped.notes["splice"], 100);
    assert_eq!(mapped.notes["splice_on"], 100);
    assert_eq!(mapped.arguments().next(), None);
}

#[test]
fn security_kernel_read_file_tells_what_is_taken_for_a_module() {
    let Some(mapped) = mapped("security_kernel_read_file", "mappings") else {
        return;
    };
    let told: Vec<_> = mapped.arguments().collect();
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(told[0]["pathname"], *mapped.path);
    assert_eq!(told[0]["inode"], mapped.inode);
    assert_eq!(told[0]["type"], "READING_MODULE");
}

#[test]
fn security_kernel_post_read_file_tells_how_much_was_read() {
    let event = "security_kernel_post_read_file";
    let Some(mapped) = mapped(event, "mappings") else {
        return;
    };
    let told = mapped.events();
    assert_eq!(told.len(), 1, "{told:?}");
    let args = &told[0]["args"];
    assert_eq!(args["pathname"], *mapped.path);
    assert_eq!(args["type"], "READING_MODULE");
    if at_call_end(event) {
        assert_eq!(told[0]["unread"], json!(["size"]));
    } else {
        assert_eq!(args["size"], 8 * 4096);
    }
}

/// Runs the program that makes calls from odd places; gives what an event tells of each call, and the
/// addresses that the program printed.
fn odd_calls(event: &str, program: &str) -> Option<(Vec<Value>, BTreeMap<String, u64>)> {
    let run = run_of(event, &[&support::program(program)])?;
    let notes = run.stdout.lines().map(|line| {
        let words: Vec<_> = line.split(' ').collect();
        (words[1].to_owned(), words[2].parse().unwrap())
    });
    let notes: BTreeMap<_, _> = notes.collect();
    assert_eq!(notes.len(), 6, "{}", run.stats);
    let events = support::named(&run, event);
    let abi = if program.ends_with("32") {
        "i386"
    } else {
        "x86_64"
    };
    for event in &events {
        assert_eq!(event["abi"], abi, "{event}");
        assert!(event.get("unread").is_none(), "{event}");
    }
    let told = events.iter().map(|event| {
        let args = &event["args"];
        json!([
            event["syscall"],
            args["vma_type"],
            args["vma_start"],
            args["vma_size"]
        ])
    });
    let told = told.collect();
    if event == "stack_pivot" {
        return Some((told, notes));
    }
    for event in &events {
        let ip = event["args"]["ip"].as_str().unwrap();
        // Behind seven bytes of code.
        assert!(ip.ends_with("007"), "{event}");
        let flags = event["args"]["vma_flags"].as_str().unwrap();
        assert!(flags.starts_with("VM_READ|VM_WRITE|VM_EXEC|"), "{event}");
    }
    Some((told, notes))
}

const SOURCES: [&str; 2] = ["sources", "sources32"];

#[test]
fn suspicious_syscall_source_says_where_the_code_is() {
    for program in SOURCES {
        let Some((told, notes)) = odd_calls("suspicious_syscall_source", program) else {
            return;
        };
        let at = |note: &str| format!("{:#x}", notes[note]);
        // The anonymous page may be part of a larger mapping, so only its kind is known.
        assert_eq!(told.len(), 5, "{program}: {told:?}");
        assert_eq!(told[0][0], "getppid");
        assert_eq!(told[0][1], "anonymous");
        let wanted = [
            json!(["getuid", "heap", at("heap"), 4096]),
            json!(["getgid", "main stack", at("stack"), 4096]),
            // What lies beside it may be part of its mapping.
            json!(["geteuid", "thread stack", told[3][2], told[3][3]]),
            json!(["getsid", "anonymous", at("shared"), 4096]),
        ];
        assert_eq!(told[1..], wanted, "{program}");
    }
}

/// Threads, forked threads, handlers on a stack of their own and children of vfork are where they are
/// to be.
#[test]
fn stack_pivot_says_where_the_stack_pointer_is_and_nothing_of_stacks() {
    for program in SOURCES {
        let Some((told, notes)) = odd_calls("stack_pivot", program) else {
            return;
        };
        let kinds: Vec<_> = told.iter().map(|row| (&row[0], &row[1])).collect();
        let wanted = [
            (&json!("getegid"), &json!("anonymous")),
            (&json!("getpid"), &json!("heap")),
            (&json!("gettid"), &json!("file backed")),
            (&json!("sched_yield"), &Value::Null),
        ];
        assert_eq!(kinds, wanted, "{program}");
        assert_eq!(told[1][2], format!("{:#x}", notes["heap"]), "{program}");
    }
}
