//! What metadata is taken.

use super::*;

fn meta() -> ObjectMeta {
    ObjectMeta {
        name: Some("web-5d9c-x7".to_owned()),
        namespace: Some("shop".to_owned()),
        uid: Some("0d1ef8a5-2c37".to_owned()),
        ..ObjectMeta::default()
    }
}

#[test]
fn names_are_those_that_a_server_takes() {
    let long = "x".repeat(MAX_NAME);
    for name in [
        "a",
        "web-5d9c",
        "kube-apiserver-node1.example.org",
        "0",
        &long,
    ] {
        assert!(is_name(name), "{name}");
    }
    let longer = "x".repeat(MAX_NAME + 1);
    for other in [
        "",
        "A",
        "a/b",
        "../secrets",
        "a..b",
        "-a",
        "a-",
        "a b",
        "a?x",
        "ä",
        "%2e",
        &longer,
    ] {
        assert!(!is_name(other), "{other}");
    }
}

#[test]
fn the_controller_is_the_owner() {
    let owner = |name: &str, controller| OwnerReference {
        name: name.to_owned(),
        controller,
        ..OwnerReference::default()
    };
    let owners = vec![
        owner("other", None),
        owner("no", Some(false)),
        owner("yes", Some(true)),
    ];
    assert_eq!(controller(Some(owners)).unwrap().name, "yes");
    assert!(controller(Some(vec![owner("other", None)])).is_none());
    assert!(controller(None).is_none());
}

#[test]
fn a_pod_of_the_kubelets_own_files_is_known_by_its_hash() {
    let mut meta = meta();
    let hash = "8f2c6f1d7d0e4b1a9a5d1b0c3e2f4a6b";
    meta.annotations = Some([("kubernetes.io/config.mirror".to_owned(), hash.to_owned())].into());
    let meta = Meta::of(meta).unwrap();
    assert!(meta.is(hash) && meta.is("0d1ef8a5-2c37") && !meta.is(""));
}

#[test]
fn what_no_server_takes_is_not_taken() {
    for spoil in [
        (|meta| meta.name = None) as fn(&mut ObjectMeta),
        |meta| meta.name = Some("../x".to_owned()),
        |meta| meta.namespace = Some("\x1b[2J".to_owned()),
        |meta| meta.uid = Some("x".repeat(MAX_NAME + 1)),
    ] {
        let mut spoilt = meta();
        spoil(&mut spoilt);
        assert_eq!(Meta::of(spoilt), None);
    }
    let mut many = meta();
    let labels = (0..500).map(|number| (format!("{number:03}"), "x".repeat(number)));
    many.labels = Some(labels.collect());
    let labels = Meta::of(many).unwrap().labels;
    assert_eq!(labels.len(), MAX_LABELS);
    assert!(labels.values().all(|value| value.len() <= MAX_VALUE));
}
