//! Both forms, and hostile files.

use std::path::Path;
use std::time::{Duration, Instant};

use tracehound_engine::filter::{Limits, Per, Rate, Scope};

use crate::error::Problem;
use crate::policy::{Actions, Policy};
use crate::{explain, parse, read, yaml};

fn policy(text: &str) -> Result<Policy, Problem> {
    let tree = yaml::read(text)?;
    let read = read::policy(&tree, Path::new("p.yaml"), Some(0));
    read.map_err(|faults| faults.told().next().unwrap())
}

#[test]
fn everything_that_is_wrong_with_rules_is_told() {
    let text = "type: policy\nname: a\nrules:\n  - event: opena\n  - event: openat\n    filters:\n      \
        - data.pathnam=/a\n      - retval=0\n      - data.flags=O_RDWRR\n  - event: close\n    \
        actions: [lg]\n";
    let errors = parse(text, Path::new("p.yaml"), None).unwrap_err();
    let places: Vec<String> = errors.iter().map(ToString::to_string).collect();
    assert_eq!(places.len(), 4, "{places:?}");
    for (place, line) in places.iter().zip([4, 7, 9, 11]) {
        assert!(place.starts_with(&format!("p.yaml:{line}:")), "{places:?}");
    }
    let many = format!(
        "type: policy\nname: a\nrules:\n{}",
        "  - event: no\n".repeat(100)
    );
    assert_eq!(
        parse(&many, Path::new("p.yaml"), None).unwrap_err().len(),
        20
    );
}

fn wrong(text: &str) -> String {
    let start = Instant::now();
    let problem = policy(text).map(|policy| policy.name).unwrap_err();
    assert!(
        start.elapsed() < Duration::from_secs(20),
        "{:?}",
        start.elapsed()
    );
    problem.message
}

const PLAIN: &str = "type: policy\nname: a\ndescription: d\nscope:\n  - uid=0\n  - comm=cat,ls\n\
    defaultActions: [log]\nrules:\n  - event: openat\n    filters:\n      - data.pathname=/a\n      \
    - data.pathname=/b\n  - event: 'security_*'\n  - event: tag=proc_life\n  - event: fs_file_ops\n";

#[test]
fn both_forms_are_read() {
    let plain = policy(PLAIN).unwrap();
    assert_eq!(
        (plain.name.as_str(), plain.description.as_str()),
        ("a", "d")
    );
    assert_eq!(plain.rules.len(), 4);
    assert!(plain.rules[1].events.len() > 10 && plain.rules[3].events.len() > 10);
    assert!(plain.scope.is_some());
    let resource = "apiVersion: tracee.aquasec.com/v1beta1\nkind: Policy\nmetadata:\n  name: b\n  \
        annotations:\n    description: e\nspec:\n  scope:\n    - global\n  rules:\n    - event: close\n";
    let resource = policy(resource).unwrap();
    assert_eq!(
        (resource.name.as_str(), resource.description.as_str()),
        ("b", "e")
    );
    assert!(resource.scope.is_none());
    let json = r#"{"type":"policy","name":"c","scope":["pid=new"],"rules":[{"event":"close"}]}"#;
    assert_eq!(policy(json).unwrap().name, "c");
}

#[test]
fn what_is_in_scope_may_stand_alone_in_a_rule() {
    let rule = |filter: &str| {
        let text = format!(
            "type: policy\nname: a\nrules:\n  - event: security_file_open\n    filters: ['{filter}']\n"
        );
        explain(&policy(&text).unwrap())
    };
    for filter in ["syscall=execve", "uid>0", "processName=cat"] {
        assert_eq!(rule(filter), rule(&format!("scope.{filter}")));
    }
}

/// Whether so much in one another is refused for that, by us or by the parser.
fn deep(piece: &str, times: usize) -> bool {
    let message = wrong(&piece.repeat(times));
    message.contains("in one another") || message.contains("recursion limit")
}

#[test]
fn hostile_files_are_refused_in_time() {
    let bomb = "a: &a [x,x]\nb: &b [*a,*a]\nc: [*b,*b]\n";
    assert!(wrong(bomb).contains("anchors are refused"));
    assert!(wrong("a: *b").contains("alias") || wrong("a: *b").contains("anchor"));
    assert!(deep("[", 1 << 20) && deep("[", 100));
    assert!(deep("- ", 1 << 16) && deep("{a: ", 1 << 16) && deep("{a: ", 50));
    assert!(wrong(&"? ".repeat(1 << 16)).contains("name is expected"));
    assert!(wrong(&"- x\n".repeat(1 << 20)).contains("more than 500000 values"));
    let keys: String = (0..100_000)
        .map(|number| format!("k{number}: x\n"))
        .collect();
    assert!(wrong(&keys).contains("more than 256 names"));
    assert!(wrong("type: policy\ntype: policy\n").contains("twice"));
    assert!(wrong("type: !!str policy\n").contains("tags"));
    assert!(wrong("type: policy\n---\nname: a\n").contains("second document"));
    assert!(wrong("").contains("empty"));
    assert!(wrong("\u{1}").contains("YAML") || !wrong("\u{1}").is_empty());
}

/// What the limits and actions of a rule are read as.
fn limited(lines: &str) -> Result<(Limits, Actions), String> {
    let text = format!("type: policy\nname: a\nrules:\n  - event: close\n{lines}");
    let policy = policy(&text).map_err(|problem| problem.message)?;
    Ok((policy.rules[0].limits, policy.rules[0].actions))
}

#[test]
fn rules_can_be_limited_and_counted() {
    let all = "    sample: 10\n    rate: 5/m\n    first: 3\n    per: comm\n    actions: [count]\n";
    let (limits, actions) = limited(all).unwrap();
    let rate = Rate {
        number: 5,
        time: 60_000_000_000,
    };
    assert_eq!((limits.sample, limits.rate), (Some(10), Some(rate)));
    assert_eq!(
        (limits.first, limits.per),
        (Some(3), Some(Per::Scope(Scope::Comm)))
    );
    assert!(actions.counts && !actions.shows);
    for (lines, shows, counts) in [
        ("", true, false),
        ("    actions: []\n", true, false),
        ("    actions: [log, count]\n", true, true),
    ] {
        assert_eq!(
            limited(lines).unwrap().1,
            Actions {
                shows,
                counts,
                records: false,
            },
            "{lines}"
        );
    }
    for (lines, message) in [
        ("    sample: 0\n", "number from 1"),
        ("    first: all\n", "number from 1"),
        ("    rate: 5\n", "10/s"),
        ("    rate: 0/s\n", "10/s"),
        ("    rate: 5/d\n", "10/s"),
        ("    per: comm\n", "per goes with first"),
        ("    first: 1\n    per: cpu\n", "cannot be told per"),
        (
            "    first: 1\n    per: data.fdd\n",
            "close has no field \"fdd\"; did you mean fd?",
        ),
    ] {
        assert!(limited(lines).unwrap_err().contains(message), "{lines}");
    }
    for (name, per) in [
        ("data.fd", Per::Field("fd")),
        ("args.fd", Per::Field("fd")),
        ("retval", Per::Ret),
        ("scope.uid", Per::Scope(Scope::Uid)),
    ] {
        let (limits, _) = limited(&format!("    first: 1\n    per: {name}\n")).unwrap();
        assert_eq!(limits.per, Some(per), "{name}");
    }
    let text = "type: policy\nname: a\nrules:\n  - event: 'sched_process_e*'\n    first: 1\n    per: retval\n";
    let message = policy(text).unwrap_err().message;
    assert!(message.ends_with("has no return value"), "{message}");
    let told = explain(
        &policy(&format!(
            "type: policy\nname: a\nrules:\n  - event: close\n{all}"
        ))
        .unwrap(),
    );
    let line = "  counts every close, the first 3 of each comm, one in 10, at most 5 in 60 s\n";
    assert!(told.ends_with(line), "{told}");
}

#[test]
fn ten_megabytes_are_read_or_refused_in_time() {
    let start = Instant::now();
    let long = "x".repeat(10 << 20);
    let rule =
        "type: policy\nname: a\nrules:\n  - event: openat\n    filters:\n      - data.pathname=";
    assert_eq!(policy(&format!("{rule}{long}\n")).unwrap().rules.len(), 1);
    assert!(
        wrong(&format!(
            "type: policy\nname: {long}\nrules: [{{event: close}}]\n"
        ))
        .contains("1 to 63")
    );
    assert!(wrong(&format!("{long}: a\n")).len() < 1 << 10);
    assert!(
        wrong(&format!(
            "type: policy\nname: a\nrules: [{{event: {long}}}]\n"
        ))
        .contains("no event")
    );
    assert!(!wrong(&format!("{rule}\"{long}\n")).is_empty());
    assert!(!wrong(&"\t".repeat(10 << 20)).is_empty());
    assert!(wrong(&"#\n".repeat(5 << 20)).contains("empty"));
    assert!(
        start.elapsed() < Duration::from_secs(60),
        "{:?}",
        start.elapsed()
    );
}

#[test]
fn a_name_is_given_once() {
    let folder =
        std::env::temp_dir().join(format!("tracehound-policy-names-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    for file in ["a.yaml", "b.yaml"] {
        std::fs::write(folder.join(file), PLAIN).unwrap();
    }
    let errors = crate::load(std::slice::from_ref(&folder), None).unwrap_err();
    std::fs::remove_dir_all(&folder).unwrap();
    assert_eq!(errors.len(), 1);
    assert!(
        errors[0].to_string().contains("a policy named \"a\" too"),
        "{}",
        errors[0]
    );
}

#[test]
fn a_hundred_thousand_values_are_a_set() {
    let values: Vec<String> = (0..100_000).map(|number| format!("/f{number}")).collect();
    let text = format!(
        "type: policy\nname: a\nrules:\n  - event: openat\n    filters:\n      - data.pathname={}\n",
        values.join(",")
    );
    let start = Instant::now();
    assert_eq!(policy(&text).unwrap().rules.len(), 1);
    assert!(start.elapsed() < Duration::from_secs(20));
    let filters: String = (0..20_000)
        .map(|n| format!("      - data.pathname=/f{n}\n"))
        .collect();
    let text = format!("type: policy\nname: a\nrules:\n  - event: openat\n    filters:\n{filters}");
    let start = Instant::now();
    assert_eq!(policy(&text).unwrap().rules.len(), 1);
    assert!(start.elapsed() < Duration::from_secs(20));
}
