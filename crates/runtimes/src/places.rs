//! Where engines are asked.

use std::path::{Path, PathBuf};

/// An engine's interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Docker's HTTP interface, which podman's service has too.
    Docker,
    /// containerd's own.
    Containerd,
    /// Kubernetes' Container Runtime Interface.
    Cri,
    /// The folder in which podman keeps its containers.
    Storage,
}

impl Kind {
    const ALL: &[(Kind, &str)] = &[
        (Kind::Docker, "docker"),
        (Kind::Containerd, "containerd"),
        (Kind::Cri, "cri"),
        (Kind::Storage, "storage"),
    ];

    /// Each by its word.
    pub fn words() -> impl Iterator<Item = &'static str> {
        Kind::ALL.iter().map(|row| row.1)
    }

    /// What a word means.
    #[must_use]
    pub fn named(word: &str) -> Option<Kind> {
        let row = Kind::ALL.iter().find(|row| row.1 == word);
        row.map(|row| row.0)
    }
}

/// One place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The interface.
    pub kind: Kind,
    /// Whose containers it knows, as their cgroups call the engine; of any where that is empty.
    pub of: &'static [&'static str],
    /// The socket, or the folder.
    pub path: PathBuf,
}

/// All of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Places(pub Vec<Place>);

/// Where engines listen unless they are told otherwise.
///
/// Not podman's socket: where nobody runs its service, systemd would start it only to answer us.
const USUAL: &[(Kind, &[&str], &str)] = &[
    (Kind::Docker, &["docker"], "/run/docker.sock"),
    (
        Kind::Containerd,
        &["containerd"],
        "/run/containerd/containerd.sock",
    ),
    (
        Kind::Containerd,
        &["containerd"],
        "/run/k3s/containerd/containerd.sock",
    ),
    (Kind::Cri, &["crio"], "/run/crio/crio.sock"),
    (Kind::Storage, &["podman"], "/var/lib/containers/storage"),
];

impl Places {
    /// Where engines are unless somebody says otherwise.
    #[must_use]
    pub fn usual() -> Places {
        let place = |(kind, of, path): &(Kind, &'static [&'static str], &str)| Place {
            kind: *kind,
            of,
            path: PathBuf::from(path),
        };
        Places(USUAL.iter().map(place).collect())
    }

    /// One more, of any engine's containers, which is asked first.
    pub fn add(&mut self, kind: Kind, path: PathBuf) {
        self.0.insert(
            0,
            Place {
                kind,
                of: &[],
                path,
            },
        );
    }

    /// Those that may know a container, by its engine.
    pub fn for_engine(&self, engine: Option<&str>) -> impl Iterator<Item = (usize, &Place)> {
        let fits = move |place: &&Place| match engine {
            Some(engine) => place.of.is_empty() || place.of.contains(&engine),
            None => true,
        };
        let all = self.0.iter().enumerate();
        all.filter(move |(_, place)| fits(place) && place.is_there())
    }
}

impl Place {
    /// Whether somebody may be there.
    #[must_use]
    pub fn is_there(&self) -> bool {
        Path::exists(&self.path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_engines_containers_are_asked_of_it_and_of_places_for_any() {
        let here = std::env::temp_dir();
        let mut places = Places(vec![
            Place {
                kind: Kind::Docker,
                of: &["docker"],
                path: here.clone(),
            },
            Place {
                kind: Kind::Cri,
                of: &["crio"],
                path: here.join("nobody-is-here"),
            },
        ]);
        places.add(Kind::Storage, here);
        let kinds = |engine| -> Vec<Kind> {
            let found = places.for_engine(engine);
            found.map(|(_, place)| place.kind).collect()
        };
        assert_eq!(kinds(Some("docker")), [Kind::Storage, Kind::Docker]);
        assert_eq!(kinds(Some("crio")), [Kind::Storage]);
        assert_eq!(kinds(None), [Kind::Storage, Kind::Docker]);
    }

    #[test]
    fn words_are_those_of_kinds() {
        for word in Kind::words() {
            assert!(Kind::named(word).is_some());
        }
        assert_eq!(Kind::named("rkt"), None);
    }
}
