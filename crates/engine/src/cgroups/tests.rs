//! Containers by records of cgroups.

use tracehound_schema::record::Builder;

use super::*;

const ID: &str = "5f1c6d5b1f2c4f0bb0c9f1f4e0a9a7f6b5c4d3e2f1a0b9c8d7e6f5a4b3c2d1e0";

fn feed(all: &mut Cgroups, name: &str, cgroup: u64, path: &str, hierarchy: u64) {
    let event = by_name(name).unwrap();
    let index = |name| event.field_index(name).unwrap();
    let header = Header {
        mnt_ns: 77,
        ..Header::default()
    };
    let bytes = Builder::new(event.id, event.fields.len(), header)
        .slot(index("cgroup_id"), cgroup)
        .tail(index("cgroup_path"), path.replace("ID", ID).as_bytes())
        .slot(index("hierarchy_id"), hierarchy)
        .build();
    let record = Record::split(&bytes).unwrap().0;
    all.learn(event, &record);
    all.forget(event, &record);
}

fn exec(all: &mut Cgroups, cgroup: u64, mnt_ns: u32) {
    let event = by_name("sched_process_exec").unwrap();
    let header = Header {
        cgroup,
        mnt_ns,
        ..Header::default()
    };
    let bytes = Builder::new(event.id, event.fields.len(), header).build();
    all.learn(event, &Record::split(&bytes).unwrap().0);
}

/// Where a process of a cgroup is: in a new, a started container.
fn place(all: &Cgroups, cgroup: u64) -> Result<Option<(bool, bool)>, ()> {
    let header = Header {
        cgroup,
        ..Header::default()
    };
    match all.place(&header) {
        Place::Unknown => Err(()),
        Place::Host => Ok(None),
        Place::Container(inside) => {
            assert_eq!(inside.container.id, ID);
            Ok(Some((inside.new, inside.started)))
        }
    }
}

#[test]
fn what_was_there_is_started_and_not_new() {
    let mut all = Cgroups::default();
    feed(&mut all, "existing_cgroup", 1, "/", 0);
    feed(&mut all, "existing_cgroup", 2, "/docker/ID", 0);
    feed(&mut all, "existing_cgroup", 3, "/docker/ID/init.scope", 0);
    feed(&mut all, "cgroup_mkdir", 4, "/docker/ID/more", 0);
    assert_eq!(place(&all, 1), Ok(None));
    for inside in [2, 3, 4] {
        assert_eq!(place(&all, inside), Ok(Some((false, true))));
    }
    assert_eq!(place(&all, 5), Err(()));
    assert_eq!(place(&all, 0), Err(()));
}

#[test]
fn a_new_one_starts_with_an_exec_in_a_mount_namespace_of_its_own() {
    let mut all = Cgroups::default();
    feed(&mut all, "cgroup_mkdir", 2, "/docker/ID", 0);
    assert_eq!(place(&all, 2), Ok(Some((true, false))));
    exec(&mut all, 2, 77);
    assert_eq!(place(&all, 2), Ok(Some((true, false))));
    exec(&mut all, 2, 78);
    assert_eq!(place(&all, 2), Ok(Some((true, true))));
    feed(&mut all, "cgroup_rmdir", 2, "/docker/ID", 0);
    assert_eq!(place(&all, 2), Err(()));
    assert!(all.containers.is_empty() && all.known.is_empty() && all.elsewhere == 0);
}

#[test]
fn one_made_during_the_snapshot_is_new() {
    let mut all = Cgroups::default();
    feed(&mut all, "existing_cgroup", 2, "/docker/ID", 0);
    feed(&mut all, "cgroup_mkdir", 2, "/docker/ID", 0);
    assert_eq!(place(&all, 2), Ok(Some((true, false))));
}

#[test]
fn with_containers_of_version_1_only_nobody_is_surely_on_the_host() {
    let mut all = Cgroups::default();
    feed(&mut all, "existing_cgroup", 1, "/", 0);
    assert_eq!(place(&all, 1), Ok(None));
    feed(&mut all, "existing_cgroup", 9, "/docker/ID", 4);
    assert_eq!(place(&all, 1), Err(()));
    feed(&mut all, "cgroup_mkdir", 2, "/docker/ID", 0);
    assert_eq!(place(&all, 1), Ok(None));
    feed(&mut all, "cgroup_rmdir", 2, "/docker/ID", 0);
    feed(&mut all, "cgroup_rmdir", 9, "/docker/ID", 4);
    assert_eq!(place(&all, 1), Ok(None));
    assert_eq!(all.elsewhere, 0);
}

#[test]
fn with_records_of_a_hierarchy_of_version_1_those_of_version_2_do_not_matter() {
    let mut all = Cgroups {
        hierarchy: 4,
        ..Cgroups::default()
    };
    feed(&mut all, "existing_cgroup", 7, "/docker/ID", 0);
    feed(&mut all, "existing_cgroup", 1, "/", 4);
    assert_eq!(place(&all, 7), Err(()));
    assert_eq!(place(&all, 1), Err(()));
    feed(&mut all, "existing_cgroup", 8, "/docker/ID", 4);
    assert_eq!(place(&all, 8), Ok(Some((false, true))));
    assert_eq!(place(&all, 1), Ok(None));
}

#[test]
fn the_version_changes_with_containers_only() {
    let mut all = Cgroups::default();
    feed(&mut all, "existing_cgroup", 1, "/", 0);
    feed(&mut all, "cgroup_mkdir", 3, "/system.slice", 0);
    assert_eq!(all.version(), 0);
    feed(&mut all, "cgroup_mkdir", 2, "/docker/ID", 0);
    let one = all.version();
    assert_ne!(one, 0);
    feed(&mut all, "cgroup_rmdir", 2, "/docker/ID", 0);
    assert!(all.version() > one);
}

/// What an engine says of the container; `why` where it says nothing.
fn named(all: &mut Cgroups, name: &str, why: Option<&str>) {
    let event = by_name("container_named").unwrap();
    let index = |name| event.field_index(name).unwrap();
    let mut record = Builder::new(event.id, event.fields.len(), Header::default());
    for field in 0..event.fields.len() {
        record = record.absent(field);
    }
    let bytes = record.build();
    // Absent until they are set: a builder only adds states.
    let mut header = Record::split(&bytes).unwrap().0.header;
    let set = ["container_id", "container_name"].map(index);
    set.iter().for_each(|index| header.absent &= !(1 << index));
    if why.is_some() {
        header.absent &= !(1 << index("why"));
        header.unread |= 1 << index("container_name");
    }
    let bytes = Builder::new(event.id, event.fields.len(), header)
        .tail(index("container_id"), ID.as_bytes())
        .tail(index("container_name"), name.as_bytes())
        .tail(index("why"), why.unwrap_or_default().as_bytes())
        .build();
    all.learn(event, &Record::split(&bytes).unwrap().0);
}

fn name(all: &Cgroups) -> Option<&[u8]> {
    all.called(ID)?.text(Word::Name)
}

#[test]
fn a_name_may_come_before_the_cgroup_and_after_it() {
    let mut all = Cgroups::default();
    named(&mut all, "early", None);
    assert_eq!(name(&all), None);
    feed(&mut all, "cgroup_mkdir", 2, "/docker/ID", 0);
    assert_eq!(name(&all), Some(&b"early"[..]));
    let version = all.version();
    named(&mut all, "late", None);
    assert_eq!(name(&all), Some(&b"late"[..]));
    assert_ne!(all.version(), version);
    named(&mut all, "none", Some("no answer"));
    assert_eq!(name(&all), Some(&b"late"[..]));
    feed(&mut all, "cgroup_rmdir", 2, "/docker/ID", 0);
    assert_eq!(name(&all), None);
}

/// What Kubernetes says of the container's pod; `why` where it does not say its owner.
fn pod(all: &mut Cgroups, labels: &str, owner: Result<&str, &str>) {
    let event = by_name("pod_named").unwrap();
    let mut record = Builder::new(event.id, event.fields.len(), Header::default());
    for (index, field) in event.fields.iter().enumerate() {
        record = match (field.name, owner) {
            ("container_id", _) => record.tail(index, ID.as_bytes()),
            ("pod_labels", _) => record.tail(index, labels.as_bytes()),
            ("pod_owner_kind", Ok(kind)) => record.tail(index, kind.as_bytes()),
            ("pod_owner_kind", Err(_)) => record.unread(index),
            ("why", Err(why)) => record.tail(index, why.as_bytes()),
            ("pod_name", _) => record.tail(index, b"web-5d"),
            _ => record.absent(index),
        };
    }
    let bytes = record.build();
    all.learn(event, &Record::split(&bytes).unwrap().0);
}

#[test]
fn what_kubernetes_says_is_added_to_what_the_engine_says() {
    for pod_first in [false, true] {
        let mut all = Cgroups::default();
        if pod_first {
            pod(&mut all, "app=web\0", Ok("Deployment"));
        }
        named(&mut all, "web", None);
        feed(&mut all, "cgroup_mkdir", 2, "/docker/ID", 0);
        if !pod_first {
            pod(&mut all, "app=web\0", Ok("Deployment"));
        }
        let called = all.called(ID).unwrap();
        for (word, text) in [
            (Word::Name, "web"),
            (Word::PodName, "web-5d"),
            (Word::PodLabels, "app=web\0"),
            (Word::PodOwnerKind, "Deployment"),
        ] {
            assert_eq!(called.text(word), Some(text.as_bytes()), "{word:?}");
        }
        assert!(called.by_engine);
        // An owner that is not known does not take away what is.
        pod(&mut all, "", Err("we may not get replicasets"));
        assert_eq!(
            all.called(ID).unwrap().text(Word::PodOwnerKind),
            Some(&b"Deployment"[..])
        );
    }
}

#[test]
fn of_a_pod_the_name_is_known_although_the_owner_is_not() {
    let mut all = Cgroups::default();
    feed(&mut all, "cgroup_mkdir", 2, "/docker/ID", 0);
    pod(&mut all, "", Err("we may not get replicasets"));
    let called = all.called(ID).unwrap();
    assert_eq!(called.text(Word::PodName), Some(&b"web-5d"[..]));
    assert_eq!(called.text(Word::PodOwnerKind), None);
    assert!(!called.by_engine);
}

#[test]
fn names_of_containers_that_never_come_do_not_pile_up() {
    let mut early = Early::default();
    for number in 0..5000 {
        early.keep(number.to_string(), Called::default());
        early.keep(number.to_string(), Called::default());
    }
    assert!(early.take("0").is_none() && early.take("4999").is_some());
    assert!(early.take("3976").is_some() && early.take("3975").is_none());
}
