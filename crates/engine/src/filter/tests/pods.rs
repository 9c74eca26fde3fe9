//! What Kubernetes tells of pods, beside what engines tell of containers.

use tracehound_schema::record::Header;

use super::around::{ID, Run, Value, header, record};

/// Whether an event of the container is shown, of which others have told this.
fn shows_with(scope: &str, path: &str, told: &[(&str, &[(&str, &str)])]) -> bool {
    let mut run = Run::new(&[scope]);
    let fields = [
        ("cgroup_id", Value::Number(2)),
        ("cgroup_path", Value::Text(path)),
        ("hierarchy_id", Value::Number(0)),
    ];
    run.feed(record("existing_cgroup", header(1, "x"), &fields));
    for (event, texts) in told {
        let texts = texts.iter().map(|(name, text)| (*name, Value::Text(text)));
        let all: Vec<_> = [("container_id", Value::Text(ID))]
            .into_iter()
            .chain(texts)
            .collect();
        run.feed(record(event, header(1, "x"), &all));
    }
    run.shows(Header {
        cgroup: 2,
        ..header(7, "x")
    })
}

#[test]
fn owners_of_pods_are_compared_once_kubernetes_has_told_them() {
    let in_pod = format!("/kubepods-pod0d1ef8a5.slice/docker-{ID}.scope");
    let plain = format!("/docker/{ID}");
    let engine: (&str, &[(&str, &str)]) = ("container_named", &[("container_name", "web")]);
    let owner = [
        ("pod_name", "web-5d"),
        ("pod_namespace", "shop"),
        ("pod_owner_kind", "Deployment"),
        ("pod_owner_name", "web"),
    ];
    let pod: (&str, &[(&str, &str)]) = ("pod_named", &owner);
    for (scope, path, told, shown) in [
        (
            "pod_owner_kind=Deployment",
            &in_pod,
            vec![engine, pod],
            true,
        ),
        ("pod_owner_kind=CronJob", &in_pod, vec![engine, pod], false),
        ("pod_owner_name=we*", &in_pod, vec![pod], true),
        ("pod_owner_name=db", &in_pod, vec![pod], false),
        ("pod_name=other", &in_pod, vec![pod], false),
        // Nobody has told it yet.
        ("pod_owner_kind=CronJob", &in_pod, vec![engine], true),
        ("pod_owner_kind=CronJob", &in_pod, vec![], true),
        ("pod_name=other", &in_pod, vec![engine], true),
        ("container_name=other", &in_pod, vec![pod], true),
        // What is in no pod has none.
        ("pod_owner_kind=CronJob", &plain, vec![engine], false),
        ("container_name=other", &plain, vec![engine], false),
    ] {
        assert_eq!(
            shows_with(scope, path, &told),
            shown,
            "{scope} {path} {told:?}"
        );
    }
}
