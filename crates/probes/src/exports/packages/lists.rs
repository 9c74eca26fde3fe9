//! The lists of dpkg, apk, pacman and rpm, read as they are below a root.

use std::ffi::{CStr, CString};
use std::os::unix::ffi::OsStringExt;

use super::owners::{Merged, Owners, Package};
use super::rpm::Rpm;
use crate::place::{Place, State};

/// The largest list that is read.
const MOST: u64 = 64 << 20;

const DPKG: &CStr = c"var/lib/dpkg/status";
/// A file for each package, in images that have no dpkg.
const DPKG_PARTS: &CStr = c"var/lib/dpkg/status.d";
const APK: [&CStr; 2] = [c"lib/apk/db/installed", c"usr/lib/apk/db/installed"];
const PACMAN: &CStr = c"var/lib/pacman/local";

/// Folders that distributions merge with others: those of the root first, which lead to the one of /usr that Fedora (42)
/// and Arch merge too.
const MERGED: [Merged; 7] = [
    ("bin", "usr/bin"),
    ("sbin", "usr/sbin"),
    ("lib", "usr/lib"),
    ("lib32", "usr/lib32"),
    ("lib64", "usr/lib64"),
    ("libx32", "usr/libx32"),
    ("usr/sbin", "usr/bin"),
];

/// The lists as they are, rpm's behind the others; nothing of one that is not there.
pub type States = [Option<State>; 8];

/// The lists below a root.
#[derive(Debug)]
pub struct Lists<'p>(pub &'p Place);

impl Lists<'_> {
    /// What changes with them.
    pub fn states(&self) -> States {
        let [dpkg, parts, apk, usr_apk, pacman] =
            [DPKG, DPKG_PARTS, APK[0], APK[1], PACMAN].map(|path| self.0.state(path));
        let rpm = Rpm::find(self.0).map(|rpm| rpm.states());
        let [rpm, log, journal] = rpm.unwrap_or_default();
        [dpkg, parts, apk, usr_apk, pacman, rpm, log, journal]
    }

    /// Reads them; the error is a reason to show.
    pub fn read(&self) -> Result<Owners, String> {
        if self.states() == States::default() {
            return Err("there is no list of dpkg, apk, pacman or rpm".to_owned());
        }
        let merged = MERGED.into_iter().filter(|(folder, other)| {
            let paths = [*folder, *other].map(CString::new);
            matches!(&paths, [Ok(own), Ok(other)] if self.0.are_same([own, other]))
        });
        let mut owners = Owners::new(merged.collect());
        if let Ok(status) = self.0.look(DPKG) {
            self.dpkg(&mut owners, &status.read(MOST)?)?;
        }
        self.dpkg_parts(&mut owners)?;
        for path in APK {
            if let Ok(list) = self.0.look(path) {
                apk(&mut owners, &list.read(MOST)?)?;
            }
        }
        self.pacman(&mut owners)?;
        // Last, so that what it has can be told apart where it cannot be read to the end.
        if let Some(rpm) = Rpm::find(self.0) {
            owners.unread = rpm.read(&mut owners).err();
        }
        Ok(owners)
    }

    fn names(&self, folder: &CStr) -> impl Iterator<Item = Vec<u8>> {
        let names = self.0.names(folder).unwrap_or_default().into_iter();
        names.map(OsStringExt::into_vec)
    }

    fn file(&self, folder: &CStr, name: &[u8]) -> Result<Vec<u8>, String> {
        let path = CString::new([folder.to_bytes(), b"/", name].concat());
        let path = path.map_err(|_| "a list names what cannot be a file".to_owned())?;
        self.0.look(&path)?.read(MOST)
    }

    fn dpkg(&self, owners: &mut Owners, status: &[u8]) -> Result<(), String> {
        for paragraph in paragraphs(status) {
            let field = |name| field(paragraph, name).unwrap_or_default();
            let installed = field(b"Status").ends_with(b" installed");
            let (name, architecture) = (field(b"Package"), field(b"Architecture"));
            if !installed || name.is_empty() || name.contains(&b'/') {
                continue;
            }
            owners.package(debian(paragraph))?;
            // Those of which several architectures can be installed have it in the name.
            let with = [name, b":", architecture, b".list"].concat();
            let info = c"var/lib/dpkg/info";
            let list = self.file(info, &with);
            let Ok(list) = list.or_else(|_| self.file(info, &[name, b".list"].concat())) else {
                continue;
            };
            for path in lines(&list) {
                owners.path(path)?;
            }
        }
        Ok(())
    }

    fn dpkg_parts(&self, owners: &mut Owners) -> Result<(), String> {
        for name in self.names(DPKG_PARTS) {
            if name.ends_with(b".md5sums") {
                continue;
            }
            let Ok(part) = self.file(DPKG_PARTS, &name) else {
                continue;
            };
            let package = debian(&part);
            let Ok(sums) = self.file(DPKG_PARTS, &[&name, &b".md5sums"[..]].concat()) else {
                continue;
            };
            if package.name.is_empty() {
                continue;
            }
            owners.package(package)?;
            // A sum of 32 digits, two spaces, the path without the root.
            for path in lines(&sums).filter_map(|line| line.get(34..)) {
                owners.path(path)?;
            }
        }
        Ok(())
    }

    fn pacman(&self, owners: &mut Owners) -> Result<(), String> {
        for name in self.names(PACMAN) {
            let of = |file: &[u8]| self.file(PACMAN, &[&name, &b"/"[..], file].concat());
            let (Ok(about), Ok(files)) = (of(b"desc"), of(b"files")) else {
                continue;
            };
            let value = |key| section(&about, key).next().unwrap_or_default().to_vec();
            owners.package(Package {
                manager: "pacman",
                name: value(b"%NAME%"),
                version: value(b"%VERSION%"),
                architecture: value(b"%ARCH%"),
            })?;
            for path in section(&files, b"%FILES%") {
                owners.path(path)?;
            }
        }
        Ok(())
    }
}

/// What dpkg says of a package.
fn debian(paragraph: &[u8]) -> Package {
    let field = |name| field(paragraph, name).unwrap_or_default().to_vec();
    Package {
        manager: "dpkg",
        name: field(b"Package"),
        version: field(b"Version"),
        architecture: field(b"Architecture"),
    }
}

/// Paragraphs of one letter, a colon and a value in each line: F is a folder, R a file in the last one.
fn apk(owners: &mut Owners, list: &[u8]) -> Result<(), String> {
    for paragraph in paragraphs(list) {
        let value = |key: u8| {
            let mut lines = lines(paragraph);
            let line = lines.find(|line| line.starts_with(&[key, b':']));
            line.map_or_else(Vec::new, |line| line[2..].to_vec())
        };
        owners.package(Package {
            manager: "apk",
            name: value(b'P'),
            version: value(b'V'),
            architecture: value(b'A'),
        })?;
        let mut folder: &[u8] = b"";
        for line in lines(paragraph) {
            match line {
                [b'F', b':', rest @ ..] => folder = rest,
                [b'R', b':', file @ ..] if folder.is_empty() => owners.path(file)?,
                [b'R', b':', file @ ..] => owners.path(&[folder, b"/", file].concat())?,
                _ => {}
            }
        }
    }
    Ok(())
}

fn lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty())
}

/// Parts that empty lines divide.
fn paragraphs(mut text: &[u8]) -> impl Iterator<Item = &[u8]> {
    std::iter::from_fn(move || {
        if text.is_empty() {
            return None;
        }
        let end = text.windows(2).position(|two| two == b"\n\n");
        let (part, rest) = match end {
            Some(end) => (&text[..=end], &text[end + 2..]),
            None => (text, &text[text.len()..]),
        };
        text = rest;
        Some(part)
    })
    .filter(|part| !part.is_empty())
}

/// The value of a line `NAME: VALUE`.
fn field<'t>(paragraph: &'t [u8], name: &[u8]) -> Option<&'t [u8]> {
    lines(paragraph).find_map(|line| line.strip_prefix(name)?.strip_prefix(b": "))
}

/// The lines below that of a key, up to the next key.
fn section<'t>(text: &'t [u8], key: &[u8]) -> impl Iterator<Item = &'t [u8]> {
    let below = lines(text).skip_while(move |line| *line != key).skip(1);
    below.take_while(|line| !(line.starts_with(b"%") && line.ends_with(b"%")))
}

#[cfg(test)]
pub mod tests {
    use std::fs;
    use std::path::{Path, PathBuf};

    use super::*;

    /// A root with these files, removed in the end.
    pub struct Root(pub PathBuf);

    impl Root {
        /// Files below a new root.
        pub fn new(name: &str, files: &[(&str, &str)]) -> Root {
            let name = format!("tracehound-packages-{name}-{}", std::process::id());
            let root = Root(std::env::temp_dir().join(name));
            for (path, text) in files {
                let path = root.0.join(path);
                fs::create_dir_all(path.parent().unwrap_or(Path::new("/"))).unwrap();
                fs::write(path, text).unwrap();
            }
            root
        }

        /// What the lists say.
        pub fn owners(&self) -> Result<Owners, String> {
            Lists(&Place::below(&self.0).unwrap()).read()
        }

        /// Manager, package, version and architecture of each path.
        pub fn expect(&self, rows: &[(&str, Option<[&str; 4]>)]) {
            let owners = self.owners().unwrap();
            for (path, expected) in rows {
                let found = owners.of(path.as_bytes()).unwrap().map(|package| {
                    let texts = [&package.name, &package.version, &package.architecture];
                    let [name, version, arch] =
                        texts.map(|text| String::from_utf8_lossy(text).into_owned());
                    [package.manager.to_owned(), name, version, arch]
                });
                let expected = expected.map(|texts| texts.map(str::to_owned));
                assert_eq!(found, expected, "{path}");
            }
        }
    }

    impl Drop for Root {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn dpkg_lists_files_by_package_and_architecture() {
        let status = "Package: dash\nStatus: install ok installed\nArchitecture: amd64\nVersion: 0.5-1\n\n\
                      Package: libc6\nStatus: install ok installed\nArchitecture: i386\nVersion: 2.36\n\n\
                      Package: gone\nStatus: deinstall ok config-files\nArchitecture: amd64\nVersion: 1\n";
        let root = Root::new(
            "dpkg",
            &[
                ("var/lib/dpkg/status", status),
                ("var/lib/dpkg/info/dash.list", "/.\n/bin\n/bin/dash\n"),
                ("var/lib/dpkg/info/libc6:i386.list", "/.\n/lib/libc.so.6\n"),
                ("var/lib/dpkg/info/gone.list", "/bin/gone\n"),
            ],
        );
        root.expect(&[
            ("/bin/dash", Some(["dpkg", "dash", "0.5-1", "amd64"])),
            ("/lib/libc.so.6", Some(["dpkg", "libc6", "2.36", "i386"])),
            ("/bin/gone", None),
            ("/bin/das", None),
            ("/usr/bin/dash", None),
        ]);
    }

    #[test]
    fn images_without_dpkg_have_a_file_for_each_package() {
        let root = Root::new(
            "parts",
            &[
                (
                    "var/lib/dpkg/status.d/base",
                    "Package: base-files\nVersion: 12\nArchitecture: all\n",
                ),
                (
                    "var/lib/dpkg/status.d/base.md5sums",
                    "d41d8cd98f00b204e9800998ecf8427e  usr/bin/x\nshort\n",
                ),
            ],
        );
        root.expect(&[("/usr/bin/x", Some(["dpkg", "base-files", "12", "all"]))]);
    }

    #[test]
    fn apk_lists_files_below_their_folders() {
        let list = "C:Q1\nP:busybox\nV:1.36-r0\nA:x86_64\nF:bin\nR:busybox\na:0:0:755\nF:\nR:top\n\n\
                    P:musl\nV:1.2\nA:x86_64\nF:lib\nR:ld-musl-x86_64.so.1\n";
        let root = Root::new("apk", &[("lib/apk/db/installed", list)]);
        let busybox = Some(["apk", "busybox", "1.36-r0", "x86_64"]);
        root.expect(&[
            ("/bin/busybox", busybox),
            ("/top", busybox),
            (
                "/lib/ld-musl-x86_64.so.1",
                Some(["apk", "musl", "1.2", "x86_64"]),
            ),
            ("/lib/busybox", None),
        ]);
    }

    #[test]
    fn pacman_has_a_folder_for_each_package() {
        let files = "%FILES%\nusr/\nusr/bin/\nusr/bin/ls\n\n%BACKUP%\netc/x\n";
        let about = "%NAME%\ncoreutils\n\n%VERSION%\n9.5-1\n\n%ARCH%\nx86_64\n";
        let folder = "var/lib/pacman/local";
        let root = Root::new(
            "pacman",
            &[
                (&format!("{folder}/coreutils-9.5-1/desc"), about),
                (&format!("{folder}/coreutils-9.5-1/files"), files),
                (&format!("{folder}/ALPM_DB_VERSION"), "9\n"),
            ],
        );
        root.expect(&[
            (
                "/usr/bin/ls",
                Some(["pacman", "coreutils", "9.5-1", "x86_64"]),
            ),
            ("/etc/x", None),
        ]);
    }

    #[test]
    fn lists_that_change_are_known_to_have_changed() {
        let root = Root::new("states", &[("lib/apk/db/installed", "P:a\nF:\nR:x\n")]);
        let place = Place::below(&root.0).unwrap();
        let before = Lists(&place).states();
        assert_eq!(Lists(&place).states(), before);
        fs::write(root.0.join("lib/apk/db/installed"), "P:a\nF:\nR:xy\n").unwrap();
        assert_ne!(Lists(&place).states(), before);
    }

    #[test]
    fn a_root_without_lists_says_so() {
        let root = Root::new("none", &[("etc/passwd", "")]);
        let error = root.owners().unwrap_err();
        assert_eq!(error, "there is no list of dpkg, apk, pacman or rpm");
    }

    #[test]
    fn nonsense_is_nobodys() {
        let nonsense = "\n\n\nPackage\n: \n\u{1}\n\nPackage: ../../x\nStatus: a b installed\n";
        let root = Root::new(
            "nonsense",
            &[
                ("var/lib/dpkg/status", nonsense),
                ("lib/apk/db/installed", "F:\nR:\nR\n\n\n\nP:\n"),
                ("var/lib/pacman/local/x/desc", "%NAME%"),
                ("var/lib/pacman/local/x/files", "%FILES%"),
            ],
        );
        root.expect(&[("/bin/sh", None)]);
    }
}
