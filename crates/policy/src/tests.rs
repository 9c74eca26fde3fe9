//! Both forms, and hostile files.

use std::path::Path;
use std::time::{Duration, Instant};

use crate::error::Problem;
use crate::policy::Policy;
use crate::{read, yaml};

fn policy(text: &str) -> Result<Policy, Problem> {
    let tree = yaml::read(text)?;
    read::policy(&tree, Path::new("p.yaml"), Some(0))
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
