//! Mounts: what `programs/mounts.c` does, in either width.

use serde_json::{Value, json};

use crate::{at_call_end, folder, run_of, support};

/// The arguments of each event while the program works in a folder, and what is unread; `late` at the
/// end of calls.
fn check(event: &str, wanted: impl Fn(&str, bool) -> Vec<Value>) {
    for program in ["mounts", "mounts32"] {
        let folder = folder(&format!("{event}-{program}"));
        let place = folder.display().to_string();
        let run = run_of(event, &[&support::program(program), &place]);
        std::fs::remove_dir(&folder).unwrap();
        let Some(run) = run else { return };
        let told: Vec<_> = support::named(&run, event)
            .iter()
            .map(|event| json!([event["args"], event["unread"]]))
            .collect();
        assert_eq!(told, wanted(&place, at_call_end(event)), "{program}");
    }
}

#[test]
fn security_sb_mount_tells_what_goes_where() {
    check("security_sb_mount", |place, late| {
        let row = |dev: &str, path: &str, kind: Option<&str>, flags: &str| {
            let mut args = json!({"dev_name": dev, "flags": flags});
            if let Some(kind) = kind {
                args["type"] = json!(kind);
            }
            if late {
                return json!([args, ["path"]]);
            }
            args["path"] = json!(path);
            json!([args, null])
        };
        vec![
            row("none", "/", None, "MS_REC|MS_PRIVATE"),
            row("memory", place, Some("tmpfs"), "MS_NOSUID"),
            row(".", &format!("{place}/bound"), None, "MS_BIND"),
        ]
    });
}

#[test]
fn security_sb_umount_tells_what_goes() {
    check("security_sb_umount", |place, late| {
        let flags = json!("MNT_DETACH");
        if late {
            return vec![json!([{"flags": flags}, ["mountpoint", "type"]])];
        }
        let mountpoint = format!("{place}/bound");
        let args = json!({"mountpoint": mountpoint, "type": "tmpfs", "flags": flags});
        vec![json!([args, null])]
    });
}

#[test]
fn security_sb_pivotroot_tells_the_roots() {
    check("security_sb_pivotroot", |place, late| {
        let mut args = json!({"syscall_new_root": "new", "syscall_put_old": "new/old"});
        if late {
            return vec![json!([args, ["new_root", "put_old"]])];
        }
        args["new_root"] = json!(format!("{place}/new"));
        args["put_old"] = json!(format!("{place}/new/old"));
        vec![json!([args, null])]
    });
}

#[test]
fn security_move_mount_tells_mounts_that_no_mount_call_makes() {
    check("security_move_mount", |place, late| {
        let row = |from: &str, to: &str, by_path: bool| {
            let to = format!("{place}/{to}");
            if late && by_path {
                return json!([{}, ["from_path", "to_path", "type"]]);
            }
            let mut args = json!({"to_path": to, "type": "tmpfs", "dev_name": "fresh"});
            if late {
                return json!([args, ["from_path"]]);
            }
            args["from_path"] = json!(from);
            json!([args, null])
        };
        vec![
            row("/", "new", false),
            row("/", "tree", false),
            row(&format!("{place}/tree"), "moved", true),
        ]
    });
}
