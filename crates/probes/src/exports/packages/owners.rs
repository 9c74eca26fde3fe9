//! Whose each path is.

use std::borrow::Cow;
use std::collections::HashMap;
use std::hash::{BuildHasher as _, RandomState};

/// The most paths of one root.
const MAX_PATHS: usize = 1 << 20;
/// The most packages of one root.
const MAX_PACKAGES: usize = 1 << 16;
/// The longest name, version or architecture.
const MAX_TEXT: usize = 256;

/// A package that is installed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Package {
    /// Whose list has it.
    pub manager: &'static str,
    /// Its name.
    pub name: Vec<u8>,
    /// Its version.
    pub version: Vec<u8>,
    /// What it was built for.
    pub architecture: Vec<u8>,
}

/// A folder of the root, and another that it is.
pub type Merged = (&'static str, &'static str);

/// The packages of a root, and what is theirs.
#[derive(Debug, Default)]
pub struct Owners {
    /// Folders of the root, and others that they are.
    merged: Vec<Merged>,
    packages: Vec<Package>,
    /// By a hash of the path, keyed so that nobody can choose paths that share one.
    paths: HashMap<u64, u32>,
    hasher: RandomState,
    /// Why those of a manager are not among them.
    pub unread: Option<String>,
}

impl Owners {
    /// Nobody's, where these folders are others; one that leads to another of them stands before it.
    pub fn new(merged: Vec<Merged>) -> Owners {
        Owners {
            merged,
            ..Owners::default()
        }
    }

    /// How many paths are known.
    pub fn len(&self) -> usize {
        self.paths.len()
    }

    /// How many packages are known.
    pub fn packages(&self) -> usize {
        self.packages.len()
    }

    /// Forgets the packages behind the first so many.
    pub fn forget(&mut self, packages: usize) {
        self.packages.truncate(packages);
        self.paths
            .retain(|_, package| (*package as usize) < packages);
    }

    /// Takes a package, whose paths are to follow; the error is a reason to show.
    pub fn package(&mut self, package: Package) -> Result<(), String> {
        if self.packages.len() >= MAX_PACKAGES {
            return Err(format!("the lists have more than {MAX_PACKAGES} packages"));
        }
        let texts = [&package.name, &package.version, &package.architecture];
        if texts.iter().any(|text| text.len() > MAX_TEXT) {
            return Err(format!(
                "the lists have a package with a name, version or architecture of more than {MAX_TEXT} bytes"
            ));
        }
        self.packages.push(package);
        Ok(())
    }

    /// Takes a path, from the root on, as one of the last package's.
    pub fn path(&mut self, path: &[u8]) -> Result<(), String> {
        let Some(package) = self.packages.len().checked_sub(1) else {
            return Ok(());
        };
        if self.paths.len() >= MAX_PATHS {
            return Err(format!("the lists have more than {MAX_PATHS} paths"));
        }
        let key = self.key(path);
        // Folders are of many; whose they are is not asked.
        self.paths.entry(key).or_insert(package as u32);
        Ok(())
    }

    /// Whose a path is, if anybody's; the error is a reason to show.
    pub fn of(&self, path: &[u8]) -> Result<Option<&Package>, String> {
        let package = self.paths.get(&self.key(path));
        let package = package.and_then(|package| self.packages.get(*package as usize));
        match (package, &self.unread) {
            (None, Some(why)) => Err(why.clone()),
            _ => Ok(package),
        }
    }

    fn key(&self, path: &[u8]) -> u64 {
        let path = path.strip_prefix(b"/").unwrap_or(path);
        let mut path = Cow::from(path);
        for (folder, other) in &self.merged {
            let rest = path.strip_prefix(folder.as_bytes());
            if let Some(rest) = rest.filter(|rest| rest.starts_with(b"/")) {
                path = [other.as_bytes(), rest].concat().into();
            }
        }
        self.hasher.hash_one(path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owners(merged: Vec<Merged>) -> Owners {
        let mut owners = Owners::new(merged);
        for (name, path) in [("dash", "/bin/dash"), ("make", "usr/bin/make")] {
            let package = Package {
                manager: "dpkg",
                name: name.into(),
                version: Vec::new(),
                architecture: Vec::new(),
            };
            owners.package(package).unwrap();
            owners.path(path.as_bytes()).unwrap();
        }
        owners
    }

    fn whose(owners: &Owners, path: &str) -> Option<String> {
        let package = owners.of(path.as_bytes()).unwrap()?;
        Some(String::from_utf8(package.name.clone()).unwrap())
    }

    #[test]
    fn folders_that_lead_into_usr_are_the_same() {
        let merged = owners(vec![("bin", "usr/bin")]);
        for path in ["/bin/dash", "/usr/bin/dash"] {
            assert_eq!(whose(&merged, path).as_deref(), Some("dash"), "{path}");
        }
        assert_eq!(whose(&merged, "/bin/make").as_deref(), Some("make"));
        assert_eq!(whose(&merged, "/binx/make"), None);
    }

    #[test]
    fn elsewhere_they_are_not() {
        let apart = owners(Vec::new());
        assert_eq!(whose(&apart, "/bin/dash").as_deref(), Some("dash"));
        assert_eq!(whose(&apart, "/usr/bin/dash"), None);
        assert_eq!(whose(&apart, "/bin/make"), None);
    }

    /// /sbin, /usr/sbin and /usr/bin are one, as in Fedora from 42 on.
    #[test]
    fn folders_are_followed_one_after_another() {
        let merged = owners(vec![
            ("bin", "usr/bin"),
            ("sbin", "usr/sbin"),
            ("usr/sbin", "usr/bin"),
        ]);
        for path in ["/sbin/dash", "/usr/sbin/dash", "/usr/bin/dash"] {
            assert_eq!(whose(&merged, path).as_deref(), Some("dash"), "{path}");
        }
    }

    #[test]
    fn packages_are_forgotten_with_their_paths() {
        let mut owners = owners(Vec::new());
        owners.forget(1);
        assert_eq!(whose(&owners, "/bin/dash").as_deref(), Some("dash"));
        assert_eq!(whose(&owners, "/usr/bin/make"), None);
        assert_eq!((owners.packages(), owners.len()), (1, 1));
    }

    #[test]
    fn what_nobody_has_is_not_known_where_a_list_is_unread() {
        let mut owners = owners(Vec::new());
        owners.unread = Some("why".to_owned());
        assert_eq!(whose(&owners, "/bin/dash").as_deref(), Some("dash"));
        assert_eq!(owners.of(b"/bin/other").unwrap_err(), "why");
    }

    #[test]
    fn hostile_lists_end_at_their_bounds() {
        let mut owners = owners(Vec::new());
        let mut number = 0u32;
        let error = loop {
            number += 1;
            if let Err(error) = owners.path(&number.to_le_bytes()) {
                break error;
            }
        };
        assert!(error.ends_with("paths"), "{error}");
    }
}
