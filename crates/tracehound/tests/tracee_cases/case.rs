//! A case: policies, what is done under them, and what must then be seen, and nothing else.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::PathBuf;

use serde_json::Value;
use tracehound_schema::by_name;

use crate::support::{self, Run, program, tracehound};

/// Something that policies are to show.
#[derive(Clone, Debug)]
pub struct Seen {
    event: &'static str,
    set: Option<&'static str>,
    comm: Option<String>,
    uid: Option<u64>,
    args: Vec<(&'static str, String)>,
    fails: bool,
    policies: BTreeSet<&'static str>,
    /// Whether it may also be missing.
    may: bool,
}

/// An event, by name; `*` is any.
pub fn seen(event: &'static str) -> Seen {
    Seen {
        event,
        set: None,
        comm: None,
        uid: None,
        args: Vec::new(),
        fails: false,
        policies: BTreeSet::new(),
        may: false,
    }
}

impl Seen {
    pub fn by(mut self, comm: &str) -> Seen {
        self.comm = Some(comm.to_owned());
        self
    }

    pub fn of_set(mut self, set: &'static str) -> Seen {
        self.set = Some(set);
        self
    }

    pub fn of_uid(mut self, uid: u64) -> Seen {
        self.uid = Some(uid);
        self
    }

    /// With an argument; `*` at an end of the value stands for any text.
    pub fn with(mut self, name: &'static str, value: &str) -> Seen {
        self.args.push((name, value.to_owned()));
        self
    }

    /// A call that fails.
    pub fn failed(mut self) -> Seen {
        self.fails = true;
        self
    }

    /// The case's policies that show it, all of them; without this its only one.
    pub fn due_to(mut self, policies: &[&'static str]) -> Seen {
        self.policies = policies.iter().copied().collect();
        self
    }

    /// It need not be seen: what is only told on some rungs, or by what other cases do.
    pub fn or_not(mut self) -> Seen {
        self.may = true;
        self
    }

    fn is(&self, event: &Value) -> bool {
        let name = event["event"].as_str().unwrap();
        let process = &event["process"];
        let of_set = |set| by_name(name).is_some_and(|event| event.sets.contains(&set));
        let has = |(name, value): &(&str, String)| fits(value, &text(&event["args"][*name]));
        (self.event == "*" || self.event == name)
            && self.set.is_none_or(of_set)
            && self
                .comm
                .as_ref()
                .is_none_or(|comm| process["comm"] == **comm)
            && self.uid.is_none_or(|uid| process["uid"] == uid)
            && self.args.iter().all(has)
            && (!self.fails || event["ret"].as_i64().is_some_and(|ret| ret < 0))
    }
}

/// A value as it is compared here.
fn text(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

fn fits(pattern: &str, text: &str) -> bool {
    match (pattern.strip_prefix('*'), pattern.strip_suffix('*')) {
        (Some(end), _) => text.ends_with(end),
        (None, Some(start)) => text.starts_with(start),
        (None, None) => text == pattern,
    }
}

/// One of Tracee's cases.
#[derive(Debug)]
pub struct Case {
    name: &'static str,
    policies: Vec<(&'static str, String)>,
    acts: String,
    seen: Vec<Seen>,
}

impl Case {
    pub fn new(name: &'static str) -> Case {
        Case {
            name,
            policies: Vec::new(),
            acts: String::new(),
            seen: Vec::new(),
        }
    }

    /// Adds a policy; its name is no other's of the run. Each rule is an event and its filters.
    pub fn policy(mut self, name: &'static str, scope: &[&str], rules: &[(&str, &[&str])]) -> Case {
        let mut file = format!(
            "apiVersion: tracee.aquasec.com/v1beta1\nkind: Policy\nmetadata:\n  name: {name}\n\
             spec:\n  scope:\n"
        );
        for scope in scope {
            let _ = writeln!(file, "    - {scope}");
        }
        file += "  defaultActions:\n    - log\n  rules:\n";
        for (event, filters) in rules {
            let _ = writeln!(file, "    - event: {event}\n      filters:");
            for filter in *filters {
                let _ = writeln!(file, "        - {filter}");
            }
        }
        self.policies.push((name, file));
        self
    }

    /// A line of shell.
    pub fn does(mut self, line: &str) -> Case {
        self.acts += line;
        self.acts.push('\n');
        self
    }

    pub fn sees(mut self, seen: Seen) -> Case {
        self.seen.push(seen);
        self
    }

    /// What is wrong with what was seen: each event that the policies chose must be asked for, and
    /// each that is asked for be there.
    fn faults(&self, events: &[Value]) -> Vec<String> {
        let mut missing: Vec<&Seen> = self.seen.iter().filter(|seen| !seen.may).collect();
        let mut faults = Vec::new();
        for event in events {
            let chosen = self.chosen_by(event);
            if chosen.is_empty() {
                continue;
            }
            let all = self.policies.iter().map(|policy| policy.0).collect();
            let due = |seen: &Seen| match (seen.policies.is_empty(), seen.may) {
                (true, true) => true,
                (true, false) => chosen == all,
                (false, _) => seen.policies == chosen,
            };
            if !self.seen.iter().any(|seen| seen.is(event) && due(seen)) {
                let (name, comm) = (&event["event"], &event["process"]["comm"]);
                let fault = format!("{name} of {comm} {} {chosen:?}", event["args"]);
                faults.push(format!("{}: not asked for: {fault}", self.name));
            }
            missing.retain(|seen| !(seen.is(event) && due(seen)));
        }
        faults.extend(
            missing
                .iter()
                .map(|seen| format!("{}: not seen: {seen:?}", self.name)),
        );
        faults
    }

    /// The case's policies that chose an event.
    fn chosen_by(&self, event: &Value) -> BTreeSet<&'static str> {
        let named = event["policies"].as_array();
        let names = self.policies.iter().map(|policy| policy.0);
        names
            .filter(|name| named.is_some_and(|named| named.iter().any(|one| one == name)))
            .collect()
    }
}

/// A folder with links to commands, and room for files.
pub struct Place(PathBuf);

impl Place {
    pub fn new(name: &str) -> Place {
        let name = format!("tracehound-cases-{name}-{}", std::process::id());
        let path = std::env::temp_dir().join(name);
        std::fs::remove_dir_all(&path).ok();
        std::fs::create_dir_all(path.join("policies")).unwrap();
        std::fs::create_dir(path.join("bin")).unwrap();
        Place(path.canonicalize().unwrap())
    }

    /// The path of a file here.
    pub fn path(&self, name: &str) -> String {
        self.0.join(name).to_str().unwrap().to_owned()
    }

    /// A command that does what its arguments say (`programs/acts.c`), known by its name: `comm`.
    pub fn command(&self, name: &str) -> String {
        let path = self.path(&format!("bin/{name}"));
        std::os::unix::fs::symlink(program("acts"), &path).ok();
        path
    }

    /// The same as a program of its own: `exe`.
    pub fn executable(&self, name: &str) -> String {
        let path = self.path(&format!("{name}.own"));
        std::fs::create_dir_all(&path).unwrap();
        let path = format!("{path}/{name}");
        std::fs::copy(program("acts"), &path).unwrap();
        path
    }

    /// A file with a line of text.
    pub fn file(&self, name: &str) -> String {
        let path = self.path(name);
        std::fs::create_dir_all(std::path::Path::new(&path).parent().unwrap()).unwrap();
        std::fs::write(&path, "text\n").unwrap();
        path
    }

    /// Writes the cases' policies; gives their folder.
    pub fn policies(&self, cases: &[Case]) -> String {
        let policies: Vec<_> = cases.iter().flat_map(|case| &case.policies).collect();
        for (name, file) in &policies {
            std::fs::write(self.path(&format!("policies/{name}.yaml")), file).unwrap();
        }
        let written = std::fs::read_dir(self.path("policies")).unwrap().count();
        assert_eq!(written, policies.len(), "two policies have the same name");
        self.path("policies")
    }

    /// Traces a command on the best rungs.
    pub fn trace(&self, options: &[&str], command: &[&str]) -> Run {
        let file = self.path("events.json");
        let mut tracer = tracehound();
        tracer.args(["--stats", "-o", &format!("json:{file}")]);
        tracer
            .args(options)
            .arg("--")
            .args(command)
            .env("LC_ALL", "C")
            // Cargo's, in which the loader looks first.
            .env_remove("LD_LIBRARY_PATH");
        let output = tracer.output().unwrap();
        let stats = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(0), "{stats}");
        assert!(!stats.contains("DOES NOT BALANCE"), "{stats}");
        let text = std::fs::read_to_string(&file).unwrap();
        Run {
            events: lines(&text),
            text,
            stats,
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            code: output.status.code(),
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.0).ok();
    }
}

/// Events from lines of JSON, as far as they are whole.
pub fn lines(text: &str) -> Vec<Value> {
    let whole = text.rfind('\n').map_or("", |end| &text[..end]);
    let lines = whole.lines();
    lines
        .map(|line| serde_json::from_str(line).expect(line))
        .collect()
}

/// Does what all the cases do under the policies of all of them, and judges each.
pub fn hold(place: &Place, cases: &[Case]) {
    if !support::root() {
        return;
    }
    let policies = place.policies(cases);
    let acts: String = cases.iter().map(|case| case.acts.as_str()).collect();
    // What an act returns is not what is asked about.
    let script = format!("{acts}true");
    let run = place.trace(&["-p", &policies], &["sh", "-c", &script]);
    judge(cases, &run.events);
}

pub fn judge(cases: &[Case], events: &[Value]) {
    let faults: Vec<String> = cases.iter().flat_map(|case| case.faults(events)).collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// The number of a namespace of this process.
pub fn namespace(kind: &str) -> String {
    let link = std::fs::read_link(format!("/proc/self/ns/{kind}")).unwrap();
    let text = link.to_str().unwrap();
    text.trim_start_matches(|char: char| !char.is_ascii_digit())
        .trim_end_matches(']')
        .to_owned()
}

/// Whether the event is told by a hook of security modules or of the function: exec's own files, which no
/// call's end tells, are seen there.
pub fn sees_exec(event: &str) -> bool {
    let doctor = tracehound().args(["doctor", "--rungs", event]).output();
    let rungs = String::from_utf8(doctor.unwrap().stdout).unwrap();
    rungs
        .lines()
        .next()
        .is_some_and(|rung| !rung.ends_with("/sys_exit"))
}
