//! Files.

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::process::Command;

use crate::transfers::transfers;
use crate::{at_call_end, events_of, folder, run_of, support};

#[test]
fn security_file_open_tells_the_file_behind_a_link() {
    let folder = folder("open");
    let (file, link) = (folder.join("file"), folder.join("link"));
    fs::write(&file, "x").unwrap();
    std::os::unix::fs::symlink("file", &link).unwrap();
    let inode = fs::metadata(&file).unwrap().ino();
    let script = format!("cd {}; read x < link; : >> link", folder.display());
    let events = events_of("security_file_open", &script);
    fs::remove_dir_all(&folder).unwrap();
    let Some(events) = events else { return };
    let path = file.display().to_string();
    let ours: Vec<_> = events
        .iter()
        .filter(|event| event["args"]["pathname"] == path.as_str())
        .collect();
    assert_eq!(ours.len(), 2, "{events:?}");
    for event in &ours {
        assert_eq!(event["args"]["inode"], inode, "{event}");
        assert_eq!(event["args"]["syscall_pathname"], "link", "{event}");
        let call = (&event["abi"], &event["syscall"]);
        assert!(call.0 == "x86_64" && call.1 == "openat", "{event}");
        assert!(event.get("unread").is_none(), "{event}");
    }
    let flags = ours[1]["args"]["flags"].as_str().unwrap();
    assert!(flags.contains("O_WRONLY|"), "{flags}");
    assert!(flags.contains("O_APPEND"), "{flags}");
}

#[test]
fn security_file_open_says_what_is_deleted_and_what_is_a_pipe() {
    let folder = folder("deleted");
    let script = format!(
        "cd {}; exec 3>gone; rm gone; : < /proc/self/fd/3; echo | : < /proc/self/fd/0",
        folder.display()
    );
    let events = events_of("security_file_open", &script);
    fs::remove_dir_all(&folder).unwrap();
    let Some(events) = events else { return };
    let paths: Vec<_> = events
        .iter()
        .map(|event| event["args"]["pathname"].as_str().unwrap())
        .collect();
    let gone = format!("{}/gone (deleted)", folder.display());
    assert!(paths.contains(&gone.as_str()), "{paths:?}");
    let pipe = paths.iter().find(|path| path.starts_with("pipe:["));
    let number = pipe.and_then(|path| path.strip_prefix("pipe:[")?.strip_suffix(']'));
    assert!(number.unwrap().parse::<u64>().is_ok(), "{pipe:?}");
}

#[test]
fn security_file_open_sees_an_exec_where_the_hook_is_the_kernels_own() {
    if let Some(events) = events_of("security_file_open", "exec sh -c :") {
        // An exec opens its program without a call that returns a descriptor.
        let names = events.iter().filter(|event| {
            let path = event["args"]["syscall_pathname"].as_str();
            path.is_some_and(|path| path.ends_with("/sh")) && event["syscall"] == "execve"
        });
        assert_eq!(
            names.count() > 0,
            !at_call_end("security_file_open"),
            "{events:?}"
        );
    }
}

#[test]
fn security_inode_unlink_tells_the_whole_path() {
    let folder = folder("unlink");
    let file = folder.join("file");
    fs::write(&file, "x").unwrap();
    let inode = fs::metadata(&file).unwrap().ino();
    let events = events_of(
        "security_inode_unlink",
        &format!("cd {}; rm file", folder.display()),
    );
    fs::remove_dir_all(&folder).unwrap();
    let Some(events) = events else { return };
    assert_eq!(events.len(), 1, "{events:?}");
    let args = &events[0]["args"];
    assert_eq!(args["pathname"], file.display().to_string().as_str());
    assert_eq!(args["inode"], inode);
}

#[test]
fn do_truncate_tells_every_way_to_a_length() {
    for (file, ..) in transfers("do_truncate") {
        let lengths = file
            .iter()
            .map(|event| event["args"]["length"].as_u64().unwrap());
        let lengths: Vec<_> = lengths.collect();
        // truncate(2) leaves no descriptor; the first open made the file.
        if at_call_end("do_truncate") {
            assert_eq!(lengths, [7 << 30, 0], "{file:?}");
        } else {
            assert_eq!(lengths, [7 << 30, 3, 0], "{file:?}");
        }
    }
}

#[test]
fn overlay_layer_tells_the_file_behind() {
    // The lab's guests have the module, others load it with the mount.
    Command::new("insmod")
        .arg("/lab/modules/overlay.ko")
        .output()
        .ok();
    let folder = folder("overlay");
    let script = format!(
        "cd {} && mount -t tmpfs none . && cd . && cd {0} && mkdir lower upper work merged && \
         echo a > lower/low && echo b > lower/both && echo c > upper/up && \
         mount -t overlay -o lowerdir=lower,upperdir=upper,workdir=work none merged || exit 0; \
         echo mounted; stat -c '%n %i' lower/low upper/up; \
         read x < merged/low; read x < merged/up; echo d >> merged/both; stat -c '%n %i' upper/both",
        folder.display()
    );
    let run = run_of("overlay_layer", &["unshare", "-m", "sh", "-c", &script]);
    fs::remove_dir_all(&folder).unwrap();
    let Some(run) = run else { return };
    if !run.stdout.contains("mounted") {
        println!("skipped: overlays cannot be mounted here");
        return;
    }
    let inode = |name: &str| {
        let line = run.stdout.lines().find_map(|line| line.strip_prefix(name));
        line.unwrap().trim().parse::<u64>().unwrap()
    };
    let events = support::named(&run, "overlay_layer");
    for (name, layer, behind) in [
        ("low", "lower", "lower/low"),
        ("up", "upper", "upper/up"),
        ("both", "upper", "upper/both"),
    ] {
        let path = format!("{}/merged/{name}", folder.display());
        let told = events
            .iter()
            .find(|event| event["args"]["pathname"] == path.as_str());
        let args = &told.unwrap_or_else(|| panic!("{path} in {events:?}"))["args"];
        assert_eq!(args["layer"], layer, "{args}");
        let behind_path = format!("{}/{behind}", folder.display());
        assert_eq!(args["layer_path"], behind_path.as_str(), "{args}");
        assert_eq!(args["layer_inode"], inode(behind), "{args}");
        assert_ne!(args["layer_dev"], args["dev"], "{args}");
    }
}
