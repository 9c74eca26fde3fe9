//! Names of files and their attributes: what `programs/names.c` does, in either width.

use std::path::PathBuf;

use serde_json::{Value, json};

use crate::{at_call_end, events_of, folder, run_of, support};

/// One run of the program: the fields of each event, and what else is known.
struct Told {
    events: Vec<Vec<Value>>,
    /// The folder in which it works.
    folder: PathBuf,
    /// At the end of calls less is seen.
    late: bool,
    by_lsm: bool,
    output: String,
}

impl Told {
    /// The path of a name in the folder.
    fn path(&self, name: &str) -> Value {
        json!(self.folder.join(name))
    }

    /// The same, where the end of a call cannot tell it.
    fn lost(&self, name: &str) -> Value {
        self.unless_late(self.path(name))
    }

    fn unless_late(&self, value: Value) -> Value {
        if self.late { json!("unread") } else { value }
    }

    /// The first where the kernel has taken off the umask's permissions before it tells, else the second.
    fn masked(&self, taken: &str, whole: &str) -> Value {
        let lists = self.printed("lists") == 1;
        json!(if lists || self.late { whole } else { taken })
    }

    /// What the program printed: an inode's number, or the device.
    fn printed(&self, name: &str) -> Value {
        let mut lines = self.output.lines();
        let line = lines.find_map(|line| line.strip_prefix(&format!("{name} ")));
        let text = line.unwrap_or_else(|| panic!("{}", self.output));
        text.parse::<u64>()
            .map_or(json!(text), |number| json!(number))
    }
}

/// The values of an event's fields, `unread` for those that say so.
fn values(event: &Value, fields: &[&str]) -> Vec<Value> {
    let unread = event["unread"].as_array().cloned().unwrap_or_default();
    let value = |field: &&str| {
        if unread.contains(&json!(field)) {
            json!("unread")
        } else {
            event["args"][field].clone()
        }
    };
    fields.iter().map(value).collect()
}

/// Checks what each width of the program is told to do.
fn check(event: &str, fields: &[&str], wanted: impl Fn(&Told, bool) -> Vec<Vec<Value>>) {
    for program in ["names", "names32"] {
        let name = format!("{event}-{program}");
        let folder = folder(&name);
        let place = folder.display().to_string();
        let run = run_of(event, &[&support::program(program), &place]);
        std::fs::remove_dir(&folder).unwrap();
        let Some(run) = run else { return };
        assert_eq!(run.code, Some(0), "{program}: {}", run.text);
        let rung = std::env::var("TRACEHOUND_RUNG").unwrap_or_default();
        let told = Told {
            events: support::named(&run, event)
                .iter()
                .map(|event| values(event, fields))
                .collect(),
            folder,
            late: at_call_end(event),
            by_lsm: rung.starts_with("lsm/"),
            output: run.stdout.clone(),
        };
        let wanted = wanted(&told, program == "names32");
        assert_eq!(told.events, wanted, "{program}");
    }
}

#[test]
fn security_inode_rename_tells_both_paths_and_an_exchange() {
    let fields = ["old_path", "new_path", "flags"];
    check("security_inode_rename", &fields, |told, _| {
        let row = |old, new, flags: &str| {
            let flags = if told.by_lsm { "unread" } else { flags };
            vec![told.lost(old), told.lost(new), json!(flags)]
        };
        let mut rows = vec![row("file", "moved", "0x0")];
        if told.by_lsm {
            rows.push(row("regular", "moved", ""));
        }
        rows.push(row("moved", "regular", "RENAME_EXCHANGE"));
        rows
    });
}

#[test]
fn security_inode_symlink_tells_the_link_and_what_it_says() {
    check(
        "security_inode_symlink",
        &["linkpath", "target"],
        |told, _| {
            vec![
                vec![told.lost("arrow"), json!("../elsewhere")],
                vec![told.lost("dart"), json!("/nowhere")],
            ]
        },
    );
}

#[test]
fn security_inode_mknod_tells_what_kind_and_which_device() {
    let fields = ["file_name", "mode", "dev"];
    check("security_inode_mknod", &fields, |told, _| {
        let pipe = told.masked("S_IFIFO|0644", "S_IFIFO|0666");
        vec![
            vec![told.lost("pipe"), pipe, json!("0:0")],
            vec![told.lost("null"), json!("S_IFCHR|0600"), json!("1:3")],
            vec![told.lost("disk"), json!("S_IFBLK|0640"), json!("259:74565")],
            vec![told.path("socket"), json!("S_IFSOCK|0755"), json!("0:0")],
        ]
    });
}

#[test]
fn security_inode_link_tells_both_paths() {
    let fields = [
        "old_path",
        "new_path",
        "inode",
        "dev",
        "syscall_old_path",
        "syscall_new_path",
    ];
    check("security_inode_link", &fields, |told, _| {
        let row = |new| {
            vec![
                told.lost("file"),
                told.lost(new),
                told.unless_late(told.printed("file")),
                told.unless_late(told.printed("dev")),
                json!("file"),
                json!(new),
            ]
        };
        vec![row("second"), row("third")]
    });
}

#[test]
fn security_inode_create_tells_new_files_alone() {
    let fields = ["pathname", "mode", "syscall_pathname"];
    check("security_inode_create", &fields, |told, _| {
        let masked = "S_IFREG|0644";
        let mode = if told.late {
            json!(masked)
        } else {
            told.masked(masked, "S_IFREG|0666")
        };
        let file = vec![told.path("file"), mode, json!("file")];
        let regular = [
            told.lost("regular"),
            json!("S_IFREG|0600"),
            json!("regular"),
        ];
        vec![file, regular.to_vec()]
    });
}

#[test]
fn security_inode_mkdir_tells_path_and_mode() {
    let fields = ["pathname", "mode", "syscall_pathname"];
    check("security_inode_mkdir", &fields, |told, _| {
        let mode = told.masked("01755", "01777");
        vec![
            vec![told.lost("folder"), mode, json!("folder")],
            vec![told.lost("other"), json!("0700"), json!("other")],
        ]
    });
}

#[test]
fn security_inode_rmdir_tells_what_is_removed() {
    let fields = ["pathname", "dev", "syscall_pathname"];
    check("security_inode_rmdir", &fields, |told, _| {
        let row = |name| {
            let dev = told.unless_late(told.printed("dev"));
            vec![told.lost(name), dev, json!(name)]
        };
        vec![row("folder"), row("other")]
    });
}

#[test]
fn chmod_common_tells_file_and_mode_by_every_call() {
    check(
        "chmod_common",
        &["pathname", "mode", "returnValue"],
        |told, _| {
            vec![
                vec![told.path("regular"), json!("04750"), json!(0)],
                vec![told.lost("regular"), json!("0600"), json!(0)],
                vec![told.lost("regular"), json!("0640"), json!(0)],
            ]
        },
    );
}

#[test]
fn chmod_common_tells_what_failed() {
    failing_change("chmod_common", "chmod 600");
}

#[test]
fn chown_common_tells_what_failed() {
    failing_change("chown_common", "chown 1");
}

/// Files of /proc/sys refuse, when they have been found: the end of a call cannot tell that from a file
/// that is not there.
fn failing_change(event: &str, command: &str) {
    let file = "/proc/sys/kernel/hostname";
    let script = format!("{command} {file} /nowhere 2>/dev/null; :");
    let Some(events) = events_of(event, &script) else {
        return;
    };
    let wanted = usize::from(!at_call_end(event));
    assert_eq!(events.len(), wanted, "{events:?}");
    for event in events {
        assert_eq!(event["args"]["pathname"], file, "{event}");
        assert_eq!(event["args"]["returnValue"], -1, "{event}");
        assert_eq!(event["error"], "EPERM", "{event}");
    }
}

#[test]
fn chown_common_tells_owner_and_group_by_every_call() {
    let fields = ["pathname", "user", "group", "returnValue"];
    check("chown_common", &fields, |told, narrow| {
        let mut rows = vec![
            vec![told.path("regular"), json!(1234), json!(null), json!(0)],
            vec![told.lost("regular"), json!(null), json!(4321), json!(0)],
        ];
        if narrow {
            rows.push(vec![told.path("regular"), json!(null), json!(77), json!(0)]);
        }
        rows
    });
}

#[test]
fn vfs_utimes_tells_the_times_that_are_given() {
    let fields = ["pathname", "dev", "inode", "atime", "mtime"];
    check("vfs_utimes", &fields, |told, _| {
        let by_path = vec![
            told.lost("regular"),
            told.unless_late(told.printed("dev")),
            told.unless_late(told.printed("file")),
            told.unless_late(json!("2008-01-10T21:20:00.000000000Z")),
            told.unless_late(json!(null)),
        ];
        let by_descriptor = vec![
            told.path("regular"),
            told.printed("dev"),
            told.printed("file"),
            json!("2001-09-09T01:46:40.000000005Z"),
            json!("2004-11-09T11:33:20.000000007Z"),
        ];
        vec![by_descriptor, by_path]
    });
}

#[test]
fn security_inode_setxattr_tells_name_and_value() {
    let fields = ["pathname", "name", "value", "flags"];
    check("security_inode_setxattr", &fields, |told, _| {
        let (one, two) = (json!("trusted.one"), json!("trusted.two"));
        vec![
            vec![
                told.path("regular"),
                one,
                json!("76616c7565"),
                json!("XATTR_CREATE"),
            ],
            vec![told.lost("regular"), two, json!(null), json!("0x0")],
        ]
    });
}

#[test]
fn security_inode_removexattr_tells_the_name() {
    check(
        "security_inode_removexattr",
        &["pathname", "name"],
        |told, _| {
            vec![
                vec![told.path("regular"), json!("trusted.one")],
                vec![told.lost("regular"), json!("trusted.two")],
            ]
        },
    );
}

#[test]
fn security_path_notify_tells_what_is_watched_by_every_means() {
    let fields = ["pathname", "inode", "dev", "mask", "obj_type"];
    check("security_path_notify", &fields, |told, _| {
        let row = |path: Value, inode: &str, mask: &str, kind: &str| {
            let kind = format!("FSNOTIFY_OBJ_TYPE_{kind}");
            let (inode, dev) = (told.printed(inode), told.printed("dev"));
            vec![path, inode, dev, json!(mask), json!(kind)]
        };
        let here = json!(told.folder);
        let mut all = vec![
            row(here.clone(), "folder", "FS_CREATE", "INODE"),
            row(here.clone(), "folder", "FS_CREATE|FS_DELETE", "INODE"),
            row(told.lost("regular"), "file", "FS_OPEN", "INODE"),
            row(told.path("pipe"), "pipe", "FS_OPEN", "INODE"),
            row(here.clone(), "folder", "FS_CREATE|FS_MOVED_TO", "INODE"),
            row(here.clone(), "folder", "FS_OPEN", "INODE"),
            row(
                told.unless_late(here),
                "folder",
                "FS_CLOSE_WRITE",
                "VFSMOUNT",
            ),
        ];
        // What dnotify asks for is put into the kernel's words by the kernel.
        all[4][3] = told.unless_late(json!("FS_MOVED_TO|FS_CREATE|FS_EVENT_ON_CHILD"));
        all[6][1] = told.unless_late(all[6][1].clone());
        all[6][2] = told.unless_late(all[6][2].clone());
        all
    });
}

#[test]
fn inotify_watch_tells_the_file() {
    check("inotify_watch", &["pathname", "inode", "dev"], |told, _| {
        let row = |path, inode| vec![path, told.printed(inode), told.printed("dev")];
        let here = json!(told.folder);
        vec![
            row(here.clone(), "folder"),
            row(here, "folder"),
            row(told.lost("regular"), "file"),
            row(told.path("pipe"), "pipe"),
        ]
    });
}

#[test]
fn zeroed_inodes_tells_the_entry_by_each_call() {
    let event = "zeroed_inodes";
    if std::fs::File::open("/dev/fuse").is_err() {
        println!("skipped: no file system of a program's own here");
        return;
    }
    for program in ["zeroed", "zeroed32"] {
        let folder = folder(program);
        let place = folder.display().to_string();
        let run = run_of(event, &[&support::program(program), &place]);
        std::fs::remove_dir(&folder).unwrap();
        let Some(run) = run else { return };
        assert!(run.stdout.contains("getdents64 104"), "{}", run.stdout);
        let events = support::named(&run, event);
        assert_eq!(events.len(), 2, "{program}: {events:?}");
        for event in events {
            assert_eq!(event["args"], json!({"dirent_name": "hidden"}), "{event}");
        }
    }
}
