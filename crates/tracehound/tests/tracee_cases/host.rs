//! Processes that were there before the tracer, and none: the whole machine is traced.

use std::fs::File;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::case::{Case, Place, judge, lines, seen};
use crate::support::{root, tracehound};

const NOTHING: &[&str] = &[];

/// The tracer, and what it has told by now.
struct Tracer<'p> {
    child: Child,
    place: &'p Place,
}

impl Tracer<'_> {
    fn new<'p>(place: &'p Place, policies: &str) -> Tracer<'p> {
        let file = place.path("events.json");
        let mut tracer = tracehound();
        tracer.args(["--stats", "-p", policies, "-o", &format!("json:{file}")]);
        let said = File::create(place.path("stats")).unwrap();
        let child = tracer.stderr(said).spawn().unwrap();
        Tracer { child, place }
    }

    fn told(&self) -> Vec<Value> {
        lines(&std::fs::read_to_string(self.place.path("events.json")).unwrap_or_default())
    }

    /// Does something until a policy has chosen what it makes.
    fn until(&self, policy: &str, mut act: impl FnMut()) {
        let deadline = Instant::now() + Duration::from_secs(60);
        let chose = |event: &Value| {
            let named = event["policies"].as_array();
            named.is_some_and(|named| named.iter().any(|name| name == policy))
        };
        while !self.told().iter().any(chose) {
            assert!(Instant::now() < deadline, "{policy} never chose anything");
            act();
        }
    }

    fn end(mut self) -> Vec<Value> {
        let id = self.child.id().to_string();
        Command::new("kill").args(["-INT", &id]).status().unwrap();
        let status = self.child.wait().unwrap();
        let stats = std::fs::read_to_string(self.place.path("stats")).unwrap();
        assert!(status.success(), "{stats}");
        assert!(!stats.contains("DOES NOT BALANCE"), "{stats}");
        self.told()
    }
}

#[test]
fn process_ids_choose_whose_events_are_seen() {
    if !root() {
        return;
    }
    let place = Place::new("ids");
    let run = |name: &str, acts: &[&str]| {
        let mut command = Command::new(place.command(name));
        command.args(acts).stdin(Stdio::piped());
        command
    };
    // Process 1 does nothing at our bidding: one that was there before stands for it. 319 is
    // memfd_create, and so is what a new one does.
    let mut old = run("old", &["wait", "319"]).spawn().unwrap();
    let id = format!("pid={}", old.id());
    let memory: &[(&str, &[&str])] = &[("memfd_create", NOTHING)];
    let cases = [
        Case::new("13: the idle task")
            .policy(
                "idle",
                &["pid=0"],
                &[("sched_switch", &["data.next_comm=napper"])],
            )
            .sees(
                seen("sched_switch")
                    .with("next_comm", "napper")
                    .with("prev_tid", "0"),
            ),
        Case::new("14: a process that was there before")
            .policy("that-one", &[&id], memory)
            .sees(seen("memfd_create").by("old")),
        Case::new("19: one that is new and was there before").policy(
            "impossible",
            &["pid=new", &id],
            memory,
        ),
        Case::new("19: new ones of a name")
            .policy("new", &["pid=new", "comm=young,old"], memory)
            .sees(seen("memfd_create").by("young")),
    ];
    let tracer = Tracer::new(&place, &place.policies(&cases));
    tracer.until("new", || {
        run("young", &["319"]).status().unwrap();
    });
    // A processor that has nothing else to do goes from its idle task to the one that wakes up.
    tracer.until("idle", || {
        run("napper", &["nap"]).status().unwrap();
    });
    drop(old.stdin.take());
    old.wait().unwrap();
    judge(&cases, &tracer.end());
}
