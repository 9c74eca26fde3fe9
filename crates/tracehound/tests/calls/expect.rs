//! What a program said of its calls, and what JSON says of them.

use std::collections::HashMap;

use serde_json::{Map, Value, json};
use tracehound_schema::{Abi, syscalls};

use crate::support::{program, root, trace};

/// Keys that are of the run or the machine, or that are compared by themselves.
const ASIDE: [&str; 10] = [
    "time",
    "schema",
    "process",
    "parent",
    "cpu",
    "cgroup",
    "duration_ns",
    "files",
    "ret",
    "error",
];

/// What a program printed.
#[derive(Default)]
pub struct Said {
    /// Its calls: label and result.
    calls: Vec<(String, i64)>,
    notes: HashMap<String, i64>,
}

impl Said {
    fn parse(text: &str) -> Said {
        let mut said = Said::default();
        for line in text.lines() {
            let words: Vec<&str> = line.split(' ').collect();
            let (name, value) = (words[1].to_owned(), words[2].parse().unwrap());
            match words[0] {
                "call" => said.calls.push((name, value)),
                _ => drop(said.notes.insert(name, value)),
            }
        }
        said
    }

    /// A number that the program named.
    pub fn note(&self, name: &str) -> i64 {
        *self.notes.get(name).unwrap_or_else(|| panic!("no {name}"))
    }

    /// The same as an address of a 32-bit program.
    pub fn address(&self, name: &str) -> String {
        format!("{:#x}", self.note(name) as u32)
    }

    /// What a call returned.
    pub fn ret(&self, label: &str) -> i64 {
        let call = self.calls.iter().find(|call| call.0 == label);
        call.unwrap_or_else(|| panic!("no {label}")).1
    }
}

/// The program's own calls as they were traced, each with what the program said of it.
pub struct Seen {
    pub said: Said,
    events: Vec<Value>,
}

impl Seen {
    /// Traces a program; `None` without the right to.
    pub fn of(name: &str, events: &str) -> Option<Seen> {
        if !root() {
            return None;
        }
        let all = format!("{events},getppid");
        let run = trace(&["-e", &all, "--env", "*"], &[&program(name)]);
        let said = Said::parse(&run.stdout);
        let mut events = run.events;
        events.retain(|event| event.get("abi").is_some());
        let marks: Vec<usize> = (0..events.len())
            .filter(|at| events[*at]["event"] == "getppid")
            .collect();
        let [first, last] = marks[..] else {
            panic!("{marks:?}\n{}", run.stats);
        };
        let events = events[first + 1..last].to_vec();
        let labels: Vec<_> = said.calls.iter().map(|call| &call.0).collect();
        let names: Vec<_> = events.iter().map(|event| &event["event"]).collect();
        assert_eq!(labels.len(), names.len(), "{labels:?} {names:?}");
        Some(Seen { said, events })
    }

    /// The line of a call.
    pub fn line(&self, label: &str) -> &Value {
        let at = self.said.calls.iter().position(|call| call.0 == label);
        &self.events[at.unwrap_or_else(|| panic!("no {label}"))]
    }

    /// Every call is what `rows` say, in order: label, event, syscall (empty: the event's), and the rest
    /// of the line. A row without `args` has no arguments at all.
    pub fn agrees(&self, abi: &str, rows: &[(&str, &str, &str, Value)]) {
        let labels: Vec<_> = self.said.calls.iter().map(|call| &*call.0).collect();
        let known: Vec<_> = rows.iter().map(|row| row.0).collect();
        assert_eq!(labels, known);
        let mut wrong = Vec::new();
        for ((call, event), row) in self.said.calls.iter().zip(&self.events).zip(rows) {
            let (label, name, syscall, rest) = row;
            assert_eq!(event["ret"], call.1, "{label}: {event}");
            assert_eq!(event.get("error").is_some(), call.1 < 0, "{label}");
            let syscall = match *syscall {
                "" => in_the_kernel(name, abi),
                syscall => syscall,
            };
            let mut expected = json!({"event": name, "abi": abi, "syscall": syscall});
            merge(&mut expected, rest);
            let seen = own(event);
            if seen != expected {
                wrong.push(format!("{label}\n  seen     {seen}\n  expected {expected}"));
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }
}

/// The name of an event's call in the kernel's table for an ABI.
fn in_the_kernel(name: &str, abi: &str) -> &'static str {
    let abi = Abi::ALL.into_iter().find(|row| row.name() == abi).unwrap();
    syscalls::by_name(name).unwrap().spelled(abi)
}

fn merge(into: &mut Value, rest: &Value) {
    let into = into.as_object_mut().unwrap();
    into.extend(rest.as_object().unwrap().clone());
}

fn own(event: &Value) -> Value {
    let keep = |(key, _): &(&String, &Value)| !ASIDE.contains(&key.as_str());
    let line = event.as_object().unwrap().iter().filter(keep);
    Value::Object(
        line.map(|(key, value)| (key.clone(), value.clone()))
            .collect::<Map<_, _>>(),
    )
}
