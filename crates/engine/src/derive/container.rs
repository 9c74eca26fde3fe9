//! Which container a cgroup is, by the names that engines give.

/// What a cgroup's path says of a container.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Container {
    /// The engine, where the name says it.
    pub runtime: Option<&'static str>,
    /// Its id: 64 hexadecimal digits, or its name where the engine has no other.
    pub id: String,
    /// The id of its pod.
    pub pod: Option<String>,
}

/// What is told apart of the name of a container's cgroup.
#[derive(Clone, Copy)]
enum Id {
    /// 64 hexadecimal digits.
    Digits,
    /// Any name.
    Name,
    /// The name of a machine as systemd writes it in names of units, which virtual machines have too.
    Machine,
}

/// What engines put before and behind the id.
const NAMES: &[(&str, Id, &str, &str)] = &[
    ("docker-", Id::Digits, "", "docker"),
    ("cri-containerd-", Id::Digits, "", "containerd"),
    ("nerdctl-", Id::Digits, "", "containerd"),
    ("crio-", Id::Digits, "", "crio"),
    ("libpod-", Id::Digits, "", "podman"),
    ("libpod-payload-", Id::Digits, "", "podman"),
    ("runc-", Id::Name, ".scope", "runc"),
    ("crun-", Id::Name, ".scope", "crun"),
    ("machine-", Id::Machine, ".scope", "systemd-nspawn"),
    ("systemd-nspawn@", Id::Machine, ".service", "systemd-nspawn"),
    ("lxc.payload.", Id::Name, "", "lxc"),
];

/// What stands between the pod's slice and the id where systemd's names are not given to systemd.
const PARTS: &[(&str, &str)] = &[
    ("docker", "docker"),
    ("cri-containerd", "containerd"),
    ("crio", "crio"),
    ("libpod", "podman"),
];

/// The folders in which engines put cgroups that are called by the id alone.
const FOLDERS: &[(&str, Id, &str)] = &[
    ("docker", Id::Digits, "docker"),
    ("k8s.io", Id::Digits, "containerd"),
    ("libpod_parent", Id::Digits, "podman"),
    ("lxc", Id::Name, "lxc"),
];

/// Groups inside of a container's in which an engine's own processes are.
const ENGINES_OWN: &[&str] = &["supervisor"];

impl Container {
    /// The container whose own cgroup this is; `None` for others, those inside of containers included.
    pub fn of(path: &[u8]) -> Option<Container> {
        let path = str::from_utf8(path).ok()?;
        let (above, name) = path.rsplit_once('/')?;
        let folder = above.rsplit('/').next().unwrap_or_default();
        let parts = || in_parts(name);
        let named = || {
            let (runtime, id) = by_name(name)?;
            Some((Some(runtime), id, folder))
        };
        let alone = || {
            let (runtime, id) = by_folder(folder, name)?;
            Some((runtime, id, folder))
        };
        let (runtime, id, folder) = parts().or_else(named).or_else(alone)?;
        Some(Container {
            runtime,
            id,
            pod: pod(folder),
        })
    }

    /// The innermost container that a cgroup is or lies in, and whether it is its own cgroup.
    pub fn around(path: &[u8]) -> Option<(Container, bool)> {
        let (mut part, mut last) = (path, None);
        loop {
            if let Some(container) = Container::of(part) {
                let name = last.unwrap_or_default();
                let engines_own = ENGINES_OWN.iter().any(|own| own.as_bytes() == name);
                let is_nspawn = container.runtime == Some("systemd-nspawn");
                return (!(engines_own && is_nspawn)).then_some((container, last.is_none()));
            }
            let slash = part.iter().rposition(|byte| *byte == b'/')?;
            last = Some(&part[slash + 1..]);
            part = &part[..slash];
        }
    }
}

fn by_name(name: &str) -> Option<(&'static str, String)> {
    NAMES.iter().find_map(|(before, id, behind, runtime)| {
        let rest = name.strip_prefix(before)?;
        let rest = match *behind {
            "" => rest.strip_suffix(".scope").unwrap_or(rest),
            behind => rest.strip_suffix(behind)?,
        };
        Some((*runtime, id.of(rest)?))
    })
}

fn by_folder(folder: &str, name: &str) -> Option<(Option<&'static str>, String)> {
    let row = FOLDERS.iter().find(|row| row.0 == folder);
    let id = row.map_or(Id::Digits, |row| row.1).of(name)?;
    Some((row.map(|row| row.2), id))
}

/// `SLICE:ENGINE:ID`.
fn in_parts(name: &str) -> Option<(Option<&'static str>, String, &str)> {
    let (slice, rest) = name.split_once(':')?;
    let (engine, id) = rest.split_once(':')?;
    let row = PARTS.iter().find(|row| row.0 == engine)?;
    Some((Some(row.1), Id::Digits.of(id)?, slice))
}

impl Id {
    fn of(self, text: &str) -> Option<String> {
        match self {
            Id::Digits => is_digits(text).then(|| text.to_owned()),
            Id::Name => (!text.is_empty()).then(|| text.to_owned()),
            Id::Machine => {
                let name = unescaped(text)?;
                // libvirt's virtual machines are machines of systemd's, too.
                let is_virtual = name.starts_with("qemu-");
                (!name.is_empty() && !is_virtual).then_some(name)
            }
        }
    }
}

/// A name as systemd writes it in names of units: other bytes than letters, digits and `:_.` are `\xNN`.
fn unescaped(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, behind)) = rest.split_first() {
        let (byte, behind) = match behind {
            [b'x', high, low, behind @ ..] if *first == b'\\' => {
                let digit = |byte: u8| char::from(byte).to_digit(16);
                let byte = digit(*high)? << 4 | digit(*low)?;
                (u8::try_from(byte).ok()?, behind)
            }
            _ => (*first, behind),
        };
        bytes.push(byte);
        rest = behind;
    }
    String::from_utf8(bytes).ok()
}

/// Whether an id is one that engines make: 64 hexadecimal digits.
pub fn is_digits(text: &str) -> bool {
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
mod tests;
