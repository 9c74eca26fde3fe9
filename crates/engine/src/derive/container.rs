//! Which container a cgroup is, by the names that engines give.

/// What a cgroup's path says of a container.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Container {
    /// The engine, where the name says it.
    pub runtime: Option<&'static str>,
    /// Its id: 64 hexadecimal digits.
    pub id: String,
    /// The id of its pod.
    pub pod: Option<String>,
}

/// What engines put before the id (`PREFIX-ID`, `PREFIX-ID.scope`).
const PREFIXES: &[(&str, &str)] = &[
    ("docker-", "docker"),
    ("cri-containerd-", "containerd"),
    ("nerdctl-", "containerd"),
    ("crio-", "crio"),
    ("libpod-", "podman"),
];

/// The folders in which engines put cgroups that are called by the id alone.
const FOLDERS: &[(&str, &str)] = &[
    ("docker", "docker"),
    ("k8s.io", "containerd"),
    ("libpod_parent", "podman"),
];

impl Container {
    /// The container whose own cgroup this is; `None` for others, those inside of containers included.
    pub fn of(path: &[u8]) -> Option<Container> {
        let path = str::from_utf8(path).ok()?;
        let (above, name) = path.rsplit_once('/')?;
        let bare = name.strip_suffix(".scope").unwrap_or(name);
        let prefixed = PREFIXES.iter().find_map(|(prefix, runtime)| {
            let id = bare.strip_prefix(prefix).filter(|id| is_id(id))?;
            Some((Some(*runtime), id))
        });
        let folder = above.rsplit('/').next().unwrap_or_default();
        let alone = || {
            let runtime = FOLDERS.iter().find(|row| row.0 == folder);
            is_id(name).then_some((runtime.map(|row| row.1), name))
        };
        let (runtime, id) = prefixed.or_else(alone)?;
        Some(Container {
            runtime,
            id: id.to_owned(),
            pod: pod(folder),
        })
    }
}

fn is_id(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// The pod's id in the name of its cgroup: `podID`, or `kubepods-CLASS-podID.slice` with `_` for `-`.
fn pod(folder: &str) -> Option<String> {
    let slice = folder.strip_suffix(".slice");
    let id = match slice {
        Some(slice) => slice.strip_prefix("kubepods")?.rsplit_once("-pod")?.1,
        None => folder.strip_prefix("pod")?,
    };
    let id = id.replace('_', "-");
    let known = !id.is_empty()
        && id
            .bytes()
            .all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    known.then_some(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "5f1c6d5b1f2c4f0bb0c9f1f4e0a9a7f6b5c4d3e2f1a0b9c8d7e6f5a4b3c2d1e0";

    fn of(path: &str) -> Option<(Option<&'static str>, Option<String>)> {
        let container = Container::of(path.replace("ID", ID).as_bytes())?;
        assert_eq!(container.id, ID);
        Some((container.runtime, container.pod))
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
            ("/libpod_parent/libpod-ID", "podman"),
            ("/libpod_parent/ID", "podman"),
            ("/docker/ID/docker/ID", "docker"),
        ] {
            assert_eq!(of(path), Some((Some(runtime), None)), "{path}");
        }
    }

    #[test]
    fn pods_are_known_by_the_folder_above() {
        let pod = Some("0d1ef8a5-2c37-4a51-9c3b-7f2f0c9b6a11".to_owned());
        let slice = "/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod0d1ef8a5_2c37_4a51_9c3b_7f2f0c9b6a11.slice";
        let path = format!("{slice}/cri-containerd-ID.scope");
        assert_eq!(of(&path), Some((Some("containerd"), pod.clone())));
        let path = format!("{slice}/crio-ID.scope");
        assert_eq!(of(&path), Some((Some("crio"), pod.clone())));
        let path = "/kubepods/burstable/pod0d1ef8a5-2c37-4a51-9c3b-7f2f0c9b6a11/ID";
        assert_eq!(of(path), Some((None, pod)));
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
        ] {
            assert_eq!(of(path), None, "{path}");
        }
        assert_eq!(Container::of(b"/docker/\xff"), None);
    }
}
