//! Whose each path is.

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

/// The packages of a root, and what is theirs.
#[derive(Debug, Default)]
pub struct Owners {
    /// Folders of the root that lead to those of the same name in /usr.
    merged: Vec<&'static str>,
    packages: Vec<Package>,
    /// By a hash of the path, keyed so that nobody can choose paths that share one.
    paths: HashMap<u64, u32>,
    hasher: RandomState,
}

impl Owners {
    /// Nobody's, where these folders of the root are others of /usr.
    pub fn new(merged: Vec<&'static str>) -> Owners {
        Owners {
            merged,
            ..Owners::default()
        }
    }

    /// How many paths are known.
    pub fn len(&self) -> usize {
        self.paths.len()
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

    /// Whose a path is.
    pub fn of(&self, path: &[u8]) -> Option<&Package> {
        let package = *self.paths.get(&self.key(path))?;
        self.packages.get(package as usize)
    }

    fn key(&self, path: &[u8]) -> u64 {
        let path = path.strip_prefix(b"/").unwrap_or(path);
        let top = path.split(|byte| *byte == b'/').next().unwrap_or_default();
        let usr: &[u8] = if self.merged.iter().any(|folder| folder.as_bytes() == top) {
            b"usr/"
        } else {
            b""
        };
        self.hasher.hash_one([usr, path].concat())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owners(merged: Vec<&'static str>) -> Owners {
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
        let package = owners.of(path.as_bytes())?;
        Some(String::from_utf8(package.name.clone()).unwrap())
    }

    #[test]
    fn folders_that_lead_into_usr_are_the_same() {
        let merged = owners(vec!["bin"]);
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
