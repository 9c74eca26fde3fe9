//! What tasks do to themselves and to each other, by a program that says what it did.

use std::collections::HashMap;

use serde_json::Value;

use crate::{run_of, support};

/// The events of one run of the program, and what it said: the values of a name in their order.
pub struct Told {
    pub events: Vec<Value>,
    said: HashMap<String, Vec<String>>,
}

impl Told {
    pub fn text(&self, name: &str) -> &str {
        &self.said[name][0]
    }

    pub fn numbers(&self, name: &str) -> Vec<i64> {
        let said = self.said[name].iter();
        said.map(|text| text.parse().unwrap()).collect()
    }

    pub fn number(&self, name: &str) -> i64 {
        self.numbers(name)[0]
    }

    /// The arguments of each event.
    pub fn args(&self) -> Vec<&Value> {
        self.events.iter().map(|event| &event["args"]).collect()
    }
}

/// Traces an event of what the program does, in both widths; skips what this machine cannot.
pub fn both_widths(event: &str, doing: &[&str], check: impl Fn(&Told)) {
    for name in ["tasks", "tasks32"] {
        let program = support::program(name);
        let command: Vec<_> = [&[program.as_str()], doing].concat();
        let Some(run) = run_of(event, &command) else {
            return;
        };
        let mut said: HashMap<String, Vec<String>> = HashMap::new();
        for line in run.stdout.lines() {
            let line = line.strip_prefix("note ").unwrap_or(line);
            let (name, value) = line.split_once(' ').unwrap();
            said.entry(name.to_owned())
                .or_default()
                .push(value.to_owned());
        }
        let ours = |event: &&&Value| {
            let comm = event["process"]["comm"].as_str().unwrap();
            comm == name
        };
        let events = support::named(&run, event);
        let events = events.iter().filter(ours).map(|&event| event.clone());
        let events = events.collect();
        check(&Told { events, said });
    }
}

#[test]
fn cap_capable_tells_the_answer() {
    both_widths("cap_capable", &["capabilities"], |told| {
        assert_eq!(told.number("before"), 0);
        assert_eq!(told.number("after"), -1);
        let of = |cap: &str| -> Vec<_> {
            let events = told.events.iter();
            let events = events.filter(|event| event["args"]["cap"] == cap);
            events
                .map(|event| (event["ret"].as_i64().unwrap(), event["error"].as_str()))
                .collect()
        };
        let events = &told.events;
        let answers = [(0, None), (-1, Some("EPERM"))];
        assert_eq!(of("CAP_SYS_CHROOT"), answers, "{events:?}");
        assert!(of("CAP_SETUID").contains(&(0, None)), "{events:?}");
    });
}

#[test]
fn switch_task_ns_tells_new_namespaces_only() {
    both_widths("switch_task_ns", &["namespaces"], |told| {
        assert_eq!(told.number("unshared"), 0);
        assert_eq!(told.number("process"), 0);
        let (uts, ipc, pid) = (told.numbers("uts"), told.numbers("ipc"), told.number("pid"));
        let wanted = [
            serde_json::json!({"pid": pid, "new_uts": uts[0], "new_ipc": ipc[0]}),
            serde_json::json!({"pid": pid, "new_uts": uts[1]}),
            serde_json::json!({"pid": pid, "new_ipc": ipc[1]}),
        ];
        let args = told.args();
        assert_eq!(args, wanted.iter().collect::<Vec<_>>());
        assert_ne!(uts[0], uts[1]);
    });
}

#[test]
fn security_task_setrlimit_tells_whose_limit_is_set() {
    both_widths("security_task_setrlimit", &["limits"], |told| {
        let results = ["set", "other", "asked"].map(|name| told.number(name));
        assert_eq!(results, [0, 0, 0]);
        let wanted = [
            serde_json::json!({"target_host_pid": told.number("pid"), "resource": "RLIMIT_NOFILE",
                "new_rlim_cur": 200, "new_rlim_max": 300}),
            serde_json::json!({"target_host_pid": told.number("child"), "resource": "RLIMIT_CORE",
                "new_rlim_cur": 8_589_934_592_u64, "new_rlim_max": 8_589_934_597_u64}),
        ];
        assert_eq!(told.args(), wanted.iter().collect::<Vec<_>>());
    });
}

#[test]
fn set_fs_pwd_tells_both_paths() {
    let folder = crate::folder("pwd");
    let link = folder.join("link");
    std::os::unix::fs::symlink(".", &link).unwrap();
    let (path, real) = (link.to_str().unwrap(), folder.to_str().unwrap());
    let here = std::env::current_dir().unwrap();
    both_widths("set_fs_pwd", &["directories", path], |told| {
        assert_eq!(told.number("nowhere"), -1);
        let wanted = [
            serde_json::json!({"unresolved_path": path, "resolved_path": real}),
            serde_json::json!({"resolved_path": here.to_str().unwrap()}),
        ];
        assert_eq!(told.args(), wanted.iter().collect::<Vec<_>>());
    });
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn security_settime64_tells_who_tries_to_set_the_clock() {
    both_widths("security_settime64", &["clocks"], |told| {
        assert_eq!(told.number("same"), 0);
        assert_eq!(told.number("refused"), -1);
        let times: Vec<_> = told.args()[1..]
            .iter()
            .map(|args| (&args["tv_sec"], &args["tv_nsec"]))
            .map(|(sec, nsec)| (sec.as_i64().unwrap(), nsec.as_i64().unwrap()))
            .collect();
        let mut wanted = vec![
            (1_234_567, 891),
            (7_654_321, 198),
            (1 << 33, 777),
            (7_654_321, 0),
            (7_654_321, 198_000),
        ];
        // A time that is no time is refused before the question.
        wanted.retain(|time| time.0 < 1 << 32 || told.number("wholes") == -1);
        assert_eq!(times, wanted, "{:?}", told.events);
        let zone = told.args()[0];
        assert_eq!(zone["tz_minuteswest"], told.number("zone"), "{zone}");
        assert!(zone.get("tv_sec").is_none(), "{zone}");
        for event in &told.events {
            assert!(event.get("unread").is_none(), "{event}");
        }
    });
}

#[test]
fn ptrace_attach_tells_who_is_traced_and_who_is_refused() {
    both_widths("ptrace_attach", &["attaching"], |told| {
        assert_eq!(told.number("seized"), 0);
        let child = told.number("child");
        let told: Vec<_> = told
            .events
            .iter()
            .map(|event| {
                let args = &event["args"];
                let words = ["request", "options", "target_comm"].map(|name| args[name].as_str());
                (
                    words,
                    args["target_host_pid"].as_i64().unwrap(),
                    event["ret"].as_i64().unwrap(),
                    event["process"]["host_ppid"].as_i64().unwrap(),
                )
            })
            .collect();
        let comm = told[0].0[2];
        assert!(comm.unwrap().starts_with("tasks"), "{told:?}");
        let parent = told[0].3;
        let (seize, attach) = (Some("PTRACE_SEIZE"), Some("PTRACE_ATTACH"));
        let options = Some("PTRACE_O_TRACEEXEC");
        assert_eq!(told[0], ([seize, options, comm], child, 0, parent));
        assert_eq!(told[1], ([attach, None, comm], child, -1, parent));
        assert_eq!(told[2].0[0], attach);
        assert_eq!((told[2].1, told[2].2), (parent, -1));
        assert_eq!(told.len(), 3);
    });
}

#[test]
fn process_vm_rw_tells_whose_memory_and_how_much() {
    both_widths("process_vm_rw", &["pieces"], |told| {
        let child = told.number("child");
        let told: Vec<_> = told
            .events
            .iter()
            .map(|event| {
                let args = &event["args"];
                let (write, pid) = (args["write"].as_bool(), args["target_host_pid"].as_i64());
                (write, pid, event["ret"].as_i64(), event["unread"].is_null())
            })
            .collect();
        let wanted = [
            (Some(false), Some(child), Some(9), true),
            (Some(true), Some(child), Some(4), true),
            (Some(false), None, Some(-3), false),
        ];
        assert_eq!(told, wanted);
    });
}

#[test]
fn ptrace_may_access_tells_the_answer() {
    both_widths("ptrace_may_access", &["attaching"], |told| {
        let child = told.number("child");
        let attached = |event: &&Value| {
            let mode = event["args"]["mode"].as_str().unwrap();
            mode.contains("PTRACE_MODE_ATTACH") && mode.contains("PTRACE_MODE_REALCREDS")
        };
        let told: Vec<_> = told.events.iter().filter(attached).collect();
        let ends: Vec<_> = [told.first().unwrap(), told.last().unwrap()]
            .map(|event| (&event["args"]["target_host_pid"], &event["ret"]))
            .to_vec();
        assert_eq!(*ends[0].0, child, "{told:?}");
        assert_eq!(*ends[0].1, 0, "{told:?}");
        assert_eq!(*ends[1].0, told[0]["process"]["host_ppid"], "{told:?}");
        assert_eq!(*ends[1].1, -1, "{told:?}");
    });
}

/// At the end of calls fields of what was before may be unread; nothing else ever.
pub fn only_old_is_unread(end: bool, event: &Value) {
    let names = event["unread"].as_array().cloned().unwrap_or_default();
    let old = |name: &Value| name.as_str().unwrap().starts_with("old_");
    let fine = names.is_empty() || (end && names.iter().all(old));
    assert!(fine, "{event}");
}
