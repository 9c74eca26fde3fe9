//! A private apt: the machine's mirrors and keys, other suites, its own lists.
//!
//! apt itself verifies what it fetches; nothing here handles signatures or sums.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use anyhow::{Context as _, Result, bail};

/// Releases with kernels that we support, oldest first.
const RELEASES: [&str; 5] = ["bullseye", "bookworm", "trixie", "forky", "sid"];
/// Suites beside a release, in the main archive.
const BESIDE: [&str; 3] = ["", "-updates", "-backports"];
const SECURITY: &str = "-security";
const KEYRING: &str = "/usr/share/keyrings/debian-archive-keyring.gpg";

/// An apt with state of its own in a folder.
pub struct Apt {
    folder: PathBuf,
}

impl Apt {
    /// Prepares the folder: the mirrors are those of the machine's own sources.
    pub fn new(folder: PathBuf) -> Result<Apt> {
        for part in ["lists/partial", "cache/archives/partial"] {
            fs::create_dir_all(folder.join(part))?;
        }
        fs::write(folder.join("status"), "")?;
        fs::write(folder.join("sources.list"), sources(&machine_suites()?)?)?;
        let at = folder.display();
        // The machine's hooks clean up its own apt's folders: not ours to run.
        let conf = format!(
            "Dir::State::lists \"{at}/lists\";\nDir::State::status \"{at}/status\";\n\
             Dir::Cache \"{at}/cache\";\nDir::Cache::pkgcache \"pkgcache.bin\";\n\
             Dir::Cache::srcpkgcache \"srcpkgcache.bin\";\nDir::Etc::sourcelist \"{at}/sources.list\";\n\
             Dir::Etc::sourceparts \"/dev/null\";\nDir::Etc::preferencesparts \"/dev/null\";\n\
             Acquire::IndexTargets::deb::DEP-11::DefaultEnabled \"false\";\n\
             Acquire::Languages \"none\";\nAPT::Architecture \"amd64\";\n\
             #clear APT::Architectures;\n\
             APT::Architectures {{ \"amd64\"; }};\n\
             #clear APT::Update::Pre-Invoke;\n#clear APT::Update::Post-Invoke;\n\
             #clear APT::Update::Post-Invoke-Success;\n"
        );
        fs::write(folder.join("apt.conf"), conf)?;
        Ok(Apt { folder })
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.arg("-c").arg(self.folder.join("apt.conf"));
        command.env("LC_ALL", "C");
        command
    }

    /// Fetches package lists; suites that the network refuses are told, and done without.
    pub fn update(&self) -> Result<()> {
        let output = output(self.command("apt-get").args(["-q", "update"]))?;
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        for line in text.lines().filter(|line| line.starts_with("E:")) {
            eprintln!("lab: doing without a suite: {}", line[2..].trim());
        }
        Ok(())
    }

    /// Names of all packages that start so.
    pub fn names(&self, prefix: &str) -> Result<Vec<String>> {
        let output = output(self.command("apt-cache").args(["pkgnames", prefix]))?;
        Ok(lines(&output).map(str::to_owned).collect())
    }

    /// `(package, version, suite)` of every version of the packages.
    pub fn versions(&self, packages: &[String]) -> Result<Vec<(String, String, String)>> {
        let output = output(self.command("apt-cache").arg("madison").args(packages))?;
        Ok(lines(&output).filter_map(version_of).collect())
    }

    /// Downloads a package, verified, and unpacks it into `target`.
    pub fn unpack(&self, package: &str, version: &str, target: &Path) -> Result<()> {
        let archives = self.folder.join("cache/archives");
        fs::create_dir_all(target)?;
        let wanted = format!("{package}={version}");
        let mut download = self.command("apt-get");
        download.args(["-q", "download", &wanted]);
        let output = output(download.current_dir(&archives))?;
        if !output.status.success() {
            let text = String::from_utf8_lossy(&output.stderr).into_owned();
            bail!("downloading {wanted}: {}", text.trim());
        }
        // apt writes the colon of an epoch as %3a; no kernel has an epoch.
        let named = |machine: &str| archives.join(format!("{package}_{version}_{machine}.deb"));
        let file = Some(named("all")).filter(|file| file.exists());
        let file = file.unwrap_or_else(|| named("amd64"));
        let status = Command::new("dpkg-deb")
            .arg("-x")
            .args([&file, target])
            .status()
            .context("running dpkg-deb")?;
        fs::remove_file(&file).ok();
        if !status.success() {
            bail!("unpacking {}: {status}", file.display());
        }
        Ok(())
    }
}

/// Whether one Debian version is newer than another, by dpkg's rules.
pub fn newer(version: &str, than: &str) -> bool {
    let compare = Command::new("dpkg")
        .args(["--compare-versions", version, "gt", than])
        .status();
    compare.is_ok_and(|status| status.success())
}

fn output(command: &mut Command) -> Result<Output> {
    let name = command.get_program().to_string_lossy().into_owned();
    command
        .output()
        .with_context(|| format!("running {name}; the lab needs a Debian machine"))
}

fn lines(output: &Output) -> impl Iterator<Item = &str> {
    let text = std::str::from_utf8(&output.stdout).unwrap_or_default();
    text.lines()
}

/// `(mirror, suite)` of every source of the machine, in whichever format it is written: apt reads
/// them for us, and says what it would fetch without fetching it.
fn machine_suites() -> Result<Vec<(String, String)>> {
    let output = output(Command::new("apt-get").args(["--print-uris", "update"]))?;
    Ok(lines(&output).filter_map(suite_of).collect())
}

/// Reads `PACKAGE | VERSION | MIRROR SUITE/COMPONENT ARCHITECTURE Packages`.
fn version_of(line: &str) -> Option<(String, String, String)> {
    let mut columns = line.split('|').map(str::trim);
    let (package, version) = (columns.next()?, columns.next()?);
    let suite = columns.next()?.split(' ').nth(1)?;
    Some((package.to_owned(), version.to_owned(), suite.to_owned()))
}

/// Reads `'MIRROR/dists/SUITE/InRelease' …`.
fn suite_of(line: &str) -> Option<(String, String)> {
    let uri = line.strip_prefix('\'')?.split('\'').next()?;
    let (mirror, rest) = uri.split_once("/dists/")?;
    let suite = rest.strip_suffix("/InRelease")?;
    Some((mirror.to_owned(), suite.to_owned()))
}

/// The sources of our suites on the machine's mirrors.
fn sources(known: &[(String, String)]) -> Result<String> {
    let aliases = ["stable", "oldstable", "testing", "unstable"];
    let is_release = |suite: &str, ends: &[&str]| {
        let named = |name: &&str| ends.iter().any(|end| suite == format!("{name}{end}"));
        RELEASES.iter().any(named) || aliases.iter().any(named)
    };
    let mirror = |ends: &[&str]| {
        let found = known.iter().find(|(_, suite)| is_release(suite, ends));
        found.map(|(mirror, _)| mirror.as_str())
    };
    let Some(main) = mirror(&BESIDE) else {
        bail!("apt's sources name no Debian mirror; the lab fetches Debian kernels");
    };
    let mut out = String::new();
    let mut add = |mirror: &str, suite: &str| {
        out += &format!("deb [arch=amd64 signed-by={KEYRING}] {mirror} {suite} main\n");
    };
    for release in RELEASES {
        add(main, release);
    }
    // Backports end with a release's own years; kernels of the oldest come from its security suite.
    for release in &RELEASES[1..3] {
        add(main, &format!("{release}-backports"));
    }
    match mirror(&[SECURITY]) {
        Some(security) => {
            for release in &RELEASES[..3] {
                add(security, &format!("{release}{SECURITY}"));
            }
        }
        None => eprintln!("lab: apt's sources name no security mirror: kernels may be older"),
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mirror_and_its_suite_are_read_from_apts_own_list() {
        let line = "'http://m.example/debian/dists/bookworm/InRelease' m.example_x 0 ";
        let pair = suite_of(line).unwrap();
        assert_eq!(
            pair,
            ("http://m.example/debian".to_owned(), "bookworm".to_owned())
        );
        assert!(suite_of("'http://m.example/debian/dists/x/main/Packages.xz' y 0").is_none());
    }

    #[test]
    fn all_suites_come_from_the_mirrors_that_the_machine_uses() {
        let known = [
            ("http://other.example/x", "nodistro"),
            ("http://m.example/debian", "bookworm-updates"),
            ("http://s.example/sec", "bookworm-security"),
        ]
        .map(|(mirror, suite)| (mirror.to_owned(), suite.to_owned()));
        let text = sources(&known).unwrap();
        assert!(text.contains("http://m.example/debian trixie-backports main"));
        assert!(text.contains("http://s.example/sec bullseye-security main"));
        assert!(!text.contains("other.example"));
    }

    #[test]
    fn a_machine_without_debian_sources_is_refused() {
        let known = [("http://other.example/x".to_owned(), "nodistro".to_owned())];
        assert!(sources(&known).is_err());
    }
}
