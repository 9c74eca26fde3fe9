//! Paths of cgroups as engines make them.

use super::*;

const ID: &str = "5f1c6d5b1f2c4f0bb0c9f1f4e0a9a7f6b5c4d3e2f1a0b9c8d7e6f5a4b3c2d1e0";
const POD: &str = "0d1ef8a5-2c37-4a51-9c3b-7f2f0c9b6a11";

fn of(path: &str) -> Option<Container> {
    Container::of(path.replace("ID", ID).as_bytes())
}

fn known(path: &str) -> (Option<&'static str>, String, Option<String>) {
    let container = of(path).expect(path);
    let id = container.id.replace(ID, "ID");
    (container.runtime, id, container.pod)
}

#[test]
fn engines_are_known_by_both_cgroup_drivers_names() {
    for (path, runtime) in [
        ("/docker/ID", "docker"),
        ("/system.slice/docker-ID.scope", "docker"),
        (
            "/user.slice/user-1000.slice/user@1000.service/user.slice/docker-ID.scope",
            "docker",
        ),
        ("/k8s.io/ID", "containerd"),
        ("/system.slice/nerdctl-ID.scope", "containerd"),
        ("/machine.slice/libpod-ID.scope", "podman"),
        (
            "/machine.slice/machine-libpod_pod_ID.slice/libpod-ID.scope",
            "podman",
        ),
        (
            "/user.slice/user-0.slice/session-1.scope/libpod-payload-ID",
            "podman",
        ),
        ("/libpod_parent/libpod-ID", "podman"),
        ("/libpod_parent/ID", "podman"),
        ("/docker/ID/docker/ID", "docker"),
    ] {
        assert_eq!(
            known(path),
            (Some(runtime), "ID".to_owned(), None),
            "{path}"
        );
    }
    for path in ["/ID", "/default/ID", "/ecs/2f1d/ID", "/actions_job/ID"] {
        assert_eq!(known(path), (None, "ID".to_owned(), None), "{path}");
    }
}

#[test]
fn containers_without_an_id_are_known_by_their_names() {
    for (path, runtime, id) in [
        ("/system.slice/runc-web.1.scope", "runc", "web.1"),
        ("/user.slice/crun-a-b.scope", "crun", "a-b"),
        (
            "/machine.slice/machine-debian.scope",
            "systemd-nspawn",
            "debian",
        ),
        (
            r"/machine.slice/machine-my\x2dbox.scope",
            "systemd-nspawn",
            "my-box",
        ),
        (
            r"/machine.slice/machine-lxc\x2d5\x2dbox.scope",
            "systemd-nspawn",
            "lxc-5-box",
        ),
        (
            "/machine.slice/systemd-nspawn@debian.service",
            "systemd-nspawn",
            "debian",
        ),
        ("/lxc.payload.u1", "lxc", "u1"),
        ("/lxc/u1", "lxc", "u1"),
    ] {
        assert_eq!(known(path), (Some(runtime), id.to_owned(), None), "{path}");
    }
}

#[test]
fn pods_are_known_by_the_folder_above_or_the_slice_before() {
    let slice = "kubepods-besteffort-pod0d1ef8a5_2c37_4a51_9c3b_7f2f0c9b6a11.slice";
    let above = "/kubepods.slice/kubepods-besteffort.slice/";
    for (path, runtime) in [
        (
            format!("{above}{slice}/cri-containerd-ID.scope"),
            Some("containerd"),
        ),
        (format!("{above}{slice}/crio-ID.scope"), Some("crio")),
        (format!("{above}{slice}/docker-ID.scope"), Some("docker")),
        (format!("/kubepods/burstable/pod{POD}/ID"), None),
        (format!("/{slice}:cri-containerd:ID"), Some("containerd")),
        (
            format!("/system.slice/containerd.service/{slice}:cri-containerd:ID"),
            Some("containerd"),
        ),
    ] {
        let expected = (runtime, "ID".to_owned(), Some(POD.to_owned()));
        assert_eq!(known(&path), expected, "{path}");
    }
    // A static pod's id is a digest.
    let (_, _, pod) = known("/kubepods/burstable/pod0d1ef8a52c374a519c3b7f2f0c9b6a11/ID");
    assert_eq!(pod.as_deref(), Some("0d1ef8a52c374a519c3b7f2f0c9b6a11"));
}

#[test]
fn what_is_beside_or_inside_a_container_is_none() {
    for path in [
        "/",
        "",
        "/system.slice/docker.service",
        "/docker/ID/init.scope",
        "/machine.slice/libpod-ID.scope/container",
        "/machine.slice/libpod-conmon-ID.scope",
        "/kubepods.slice/crio-conmon-ID.scope",
        "/docker/ID0",
        "/docker/5f1c6d5b1f2c",
        "/other-ID.scope",
        r"/machine.slice/machine-qemu\x2d1\x2dvm.scope",
        r"/machine.slice/machine-bad\xff.scope",
        "/machine.slice/machine-.scope",
        "/system.slice/runc-.scope",
        "/system.slice/runc-web.service",
        "/system.slice/systemd-nspawn@.service",
        "/lxc.monitor.u1",
        "/lxc.payload.",
        "/a.slice:unknown:ID",
        "/a.slice:docker:5f1c",
    ] {
        assert_eq!(of(path), None, "{path}");
    }
    assert_eq!(Container::of(b"/docker/\xff"), None);
}

#[test]
fn what_lies_in_a_container_is_around_by_the_innermost() {
    let around = |path: &str| {
        let found = Container::around(path.replace("ID", ID).as_bytes());
        found.map(|(container, own)| (container.runtime, own))
    };
    for (path, expected) in [
        ("/docker/ID", Some((Some("docker"), true))),
        ("/docker/ID/init.scope/a", Some((Some("docker"), false))),
        (
            "/docker/ID/libpod_parent/ID/a",
            Some((Some("podman"), false)),
        ),
        (
            "/m/machine-a.scope/payload",
            Some((Some("systemd-nspawn"), false)),
        ),
        // systemd-nspawn itself.
        ("/m/machine-a.scope/supervisor", None),
        ("/docker/ID/supervisor", Some((Some("docker"), false))),
        ("/system.slice/a", None),
        ("", None),
    ] {
        assert_eq!(around(path), expected, "{path}");
    }
}
