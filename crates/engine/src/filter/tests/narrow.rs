//! Plans for the kernel: what they are for expressions that are known, and that they keep what random
//! filters keep of random records.

use proptest::prelude::*;
use tracehound_schema::narrow::{DROP, MOST_STEPS, Plan, What};
use tracehound_schema::record::{IN_INTERRUPT, Record};
use tracehound_schema::sample::Random;
use tracehound_schema::{Event, all};

use super::super::{Filters, Limits, Named, Rule, parse};
use super::model::keeps;
use super::property::{below, comparison, leaves, record};
use super::{Told, event};

fn filters(event: &'static Event, text: &str) -> Filters {
    let parsed = parse::of_event(event, text).unwrap_or_else(|fault| {
        panic!("{fault}\n{}", fault.shown(text));
    });
    Filters::new(vec![(event, parsed.expr)], None)
}

fn plan(name: &str, text: &str) -> Option<Plan> {
    filters(event(name), text).plan(event(name))
}

impl Told {
    fn kept_by(&self, plan: &Plan) -> bool {
        let record = Record::split(&self.bytes).unwrap().0;
        let late = keeps(plan, &record, false);
        // What is known early does not contradict what is known later.
        assert!(!late || keeps(plan, &record, true));
        late
    }
}

/// Whether a filter of an event's example leaves it out in the kernel.
fn drops(name: &str, text: &str) -> bool {
    let plan = plan(name, text);
    plan.is_some_and(|plan| !Told::example(name).kept_by(&plan))
}

#[test]
fn a_plan_answers_as_the_filter_does_where_the_kernel_can_compare() {
    // The example is of /usr/bin/bash.
    let example = Told::example("security_file_open");
    let path = "data.pathname";
    let cases = [
        format!("{path}=/usr/bin/bash"),
        format!("{path}=/usr/bin/sh"),
        format!("{path}=/usr/bin/*"),
        format!("{path}=/usr/lib/*"),
        format!("{path}=*/bin/bash"),
        format!("{path}=*.so"),
        format!("{path}=*sh"),
        format!("{path}!=/usr/bin/bash"),
        format!("{path}!=/usr/bin/*"),
        format!("{path}=/usr/bin/sh,/usr/bin/bash"),
        format!("{path}!=/usr/bin/sh,/usr/bin/bash"),
        format!("{path}=/usr/bin/sh or scope.uid>=0"),
        format!("not ({path}=*/bin/bash and scope.uid>=0)"),
        format!("{path}=/usr/bin/bash and scope.uid=77"),
        "scope.comm=nobody".to_owned(),
        "scope.comm!=nobody".to_owned(),
    ];
    let mut dropped = 0;
    for text in cases {
        let keeps = example.says(&text).keeps();
        assert_eq!(drops("security_file_open", &text), !keeps, "{text}");
        dropped += usize::from(!keeps);
    }
    assert!(dropped >= 6, "{dropped}");
}

#[test]
fn what_the_kernel_cannot_compare_is_kept_either_way() {
    for text in [
        "data.pathname=*pass*",
        "data.pathname!=*pass*",
        "data.pathname=/et*",
        "data.pathname!=/etc/pa*",
        "scope.exe=/bin/sh",
        "data.pathname=*pass* or data.pathname=/nowhere",
    ] {
        assert_eq!(plan("security_file_open", text), None, "{text}");
    }
    // But not what is asked beside it.
    assert!(drops(
        "security_file_open",
        "data.pathname=*pass* and data.pathname=/nowhere"
    ));
}

#[test]
fn a_pattern_in_the_middle_of_a_name_is_compared_by_directory() {
    assert!(drops("security_file_open", "data.pathname=/usr/lib/py*"));
    assert!(!drops("security_file_open", "data.pathname=/usr/bin/z*"));
}

#[test]
fn one_comparison_is_one_step() {
    let plan = plan("security_file_open", "data.pathname=/etc/*").unwrap();
    let [step] = plan.steps.as_slice() else {
        panic!("{plan:?}");
    };
    assert_eq!((step.what, step.no), (What::End as u8, DROP));
    assert_eq!(plan.texts[0][..5], *b"\0etc\0");
}

#[test]
fn a_filter_of_more_values_than_there_is_room_for_keeps_the_rest() {
    let paths: Vec<String> = (0..200).map(|number| format!("/tmp/{number}")).collect();
    let text = format!("data.pathname={}", paths.join(","));
    assert_eq!(plan("security_file_open", &text), None);
    let text = format!("{text} and scope.uid=77");
    let plan = plan("security_file_open", &text).unwrap();
    assert!(plan.steps.len() <= MOST_STEPS);
    assert!(!Told::example("security_file_open").kept_by(&plan));
}

#[test]
fn policies_join_and_one_that_wants_all_wants_all() {
    let event = event("security_file_open");
    let wants = |text: Option<&str>| Named {
        name: String::new(),
        stamp: 0,
        scope: None,
        rules: vec![Rule {
            name: String::new(),
            events: vec![(
                event,
                text.map(|text| parse::of_event(event, text).unwrap().expr),
            )],
            limits: Limits::default(),
            shows: false,
            counts: true,
            records: false,
        }],
    };
    let one = wants(Some("data.pathname=/a"));
    let two = wants(Some("data.pathname=/b"));
    let both = Filters::of_policies(vec![one.clone(), two]);
    assert_eq!(both.plan(event).unwrap().steps.len(), 2);
    assert_eq!(
        Filters::of_policies(vec![one, wants(None)]).plan(event),
        None
    );
}

#[test]
fn events_that_others_rest_on_are_left_whole() {
    let scope = parse::of_scope("uid=77", None).unwrap().expr;
    let narrowed = Filters::new(Vec::new(), Some(scope)).narrowed();
    let has = |name: &str| narrowed.iter().any(|one| one.0.name == name);
    assert!(has("security_file_open"));
    for name in [
        "sched_process_fork",
        "sched_process_exec",
        "sched_process_exit",
        "existing_process",
        "shared_object_loaded",
        "cgroup_mkdir",
        "gap",
    ] {
        assert!(!has(name), "{name}");
    }
}

#[test]
fn events_that_filters_ask_are_left_whole() {
    let scope = |text: &str| parse::of_scope(text, None).unwrap().expr;
    for (text, needed) in [
        ("ancestor.comm=sh", "task_rename"),
        ("container", "cgroup_mkdir"),
    ] {
        let asked = scope(&format!("{text} and uid=77"));
        let all = Filters::new(Vec::new(), Some(scope("uid=77")));
        let has = |filters: &Filters| filters.narrowed().iter().any(|one| one.0.name == needed);
        assert!(has(&all) || needed == "cgroup_mkdir", "{needed}");
        let asks = Filters::new(Vec::new(), Some(asked));
        assert!(!has(&asks), "{needed}");
        let others = asks.narrowed();
        assert!(others.iter().any(|one| one.0.name == "security_file_open"));
    }
}

/// Comparisons of a record's values and of who made it, joined at random.
pub fn expression(event: &'static Event, told: &Told, random: &mut Random) -> Option<String> {
    let line = told.json();
    let mut found = Vec::new();
    leaves("", &line["args"], &mut found);
    let mut parts = Vec::new();
    for (path, value) in found {
        if let Some((text, _)) = comparison(value, random) {
            parts.push(format!("data.{path}{text}"));
        }
    }
    let header = Record::split(&told.bytes).unwrap().0.header;
    for (name, number) in [
        ("uid", header.uid),
        ("host_pid", header.host_pid),
        ("mntns", header.mnt_ns),
    ] {
        let number = u64::from(number) + below(random, 2) as u64;
        parts.push(format!(
            "scope.{name}{}{number}",
            ["=", "!=", ">", "<="][below(random, 4)]
        ));
    }
    parts.push(format!(
        "scope.comm{}",
        ["=sh", "!=sh", "=s*", "=*h"][below(random, 4)]
    ));
    if event.has_ret {
        parts.push(format!(
            "retval{}",
            ["=0", "<0", ">1", "!=0"][below(random, 4)]
        ));
    }
    let mut text = String::new();
    for _ in 0..1 + below(random, 5) {
        let part = &parts[below(random, parts.len())];
        let not = if below(random, 3) == 0 { "not " } else { "" };
        let part = format!("{not}({part})");
        if parse::of_event(event, &part).is_err() {
            continue;
        }
        text = match below(random, 2) {
            _ if text.is_empty() => part,
            0 => format!("({text} and {part})"),
            _ => format!("({text} or {part})"),
        };
    }
    (!text.is_empty()).then_some(text)
}

/// Whether a filter made of one record is kept of another by the filter and by its plan, and whether
/// the plan can do without user space.
fn asked(choice: u64, seed: u64, donor: u64) -> Option<(bool, bool, String)> {
    let events: Vec<&'static Event> = all().collect();
    let event = events[choice as usize % events.len()];
    let mut told = record(event, seed);
    if choice >> 32 & 7 == 0 {
        let mut record = Record::split(&told.bytes).unwrap().0.header;
        record.flags |= IN_INTERRUPT;
        let start = told.bytes.first_chunk_mut().unwrap();
        record.write(start);
    }
    let from = record(event, seed ^ donor);
    let text = expression(event, &from, &mut Random::new(seed ^ choice << 1))?;
    let mut filters = filters(event, &text);
    let plan = filters.plan(event)?;
    let kept = told.with(|facts, _| filters.check(facts));
    Some((kept.keeps(), told.kept_by(&plan), text))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_plan_keeps_what_its_filter_keeps(choice in any::<u64>(), seed in any::<u64>(), donor in 0u64..8) {
        if let Some((wanted, kept, text)) = asked(choice, seed, donor) {
            prop_assert!(kept || !wanted, "{}", text);
        }
    }
}

/// The cases have plans that leave records out, and that do so for most of what the filter leaves out.
#[test]
fn the_cases_leave_out() {
    let mut random = Random::new(4711);
    let (mut wanted, mut dropped, mut missed) = (0, 0, 0);
    for _ in 0..2000 {
        match asked(random.next(), random.next(), random.next() & 7) {
            Some((true, ..)) => wanted += 1,
            Some((false, false, _)) => dropped += 1,
            Some((false, true, _)) => missed += 1,
            None => {}
        }
    }
    assert!(
        wanted > 100 && dropped > 100 && dropped > missed,
        "{wanted} {dropped} {missed}"
    );
}
