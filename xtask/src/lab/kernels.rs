//! Kernels: one per series, the newest that the suites have, kept in a cache folder.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use super::apt::{Apt, newer};
use crate::workspace::run;

const IMAGE: &str = "linux-image-";
const SPLIT: &str = "linux-binary-";
/// Where the modules of such a kernel are.
const MODULES: &str = "linux-modules-";
/// The modules that guests get, and what each does.
const LOADED: [(&str, &str); 4] = [
    ("drivers/net/dummy", "makes a network device"),
    (
        "drivers/block/loop",
        "makes block devices and their files in debugfs",
    ),
    ("arch/x86/kernel/cpuid", "registers a character device"),
    ("fs/overlayfs/overlay", "lays file systems upon each other"),
];
/// Where it is noted which of them were looked for.
const ASKED: &str = "asked";
const FLAVOUR: &str = "-cloud-amd64";

/// A kernel series, as `6.12`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Series(pub u32, pub u32);

impl Series {
    /// Reads `6.12` at the start of a text.
    pub fn parse(text: &str) -> Option<Series> {
        let mut numbers = text.split(|letter: char| !letter.is_ascii_digit());
        let major = numbers.next()?.parse().ok()?;
        let minor = numbers.next()?.parse().ok()?;
        Some(Series(major, minor))
    }
}

impl std::fmt::Display for Series {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.0, self.1)
    }
}

/// The oldest series that Tracehound supports.
pub const OLDEST: Series = Series(5, 10);
/// The default set between the oldest and the newest.
const BETWEEN: [Series; 2] = [Series(6, 1), Series(6, 12)];

/// A kernel that Debian has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kernel {
    /// Its series.
    pub series: Series,
    /// The package of the image.
    pub package: String,
    /// The package's version.
    pub version: String,
    /// The suite it comes from.
    pub suite: String,
}

/// Where kernels are kept.
pub struct Cache {
    folder: PathBuf,
}

impl Cache {
    /// `$TRACEHOUND_LAB_CACHE`, else a folder under the user's cache folder.
    pub fn open() -> Result<Cache> {
        let folder = match env::var_os("TRACEHOUND_LAB_CACHE") {
            Some(folder) => PathBuf::from(folder),
            None => user_cache()?.join("tracehound/lab"),
        };
        fs::create_dir_all(&folder).with_context(|| format!("creating {}", folder.display()))?;
        let folder = folder.canonicalize()?;
        Ok(Cache { folder })
    }

    /// A place of its own in it.
    pub fn place(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Every kernel known; asks the mirrors when nothing is known yet, or when told to.
    pub fn known(&self, update: bool) -> Result<Vec<Kernel>> {
        let list = self.folder.join("kernels");
        if !update && let Ok(text) = fs::read_to_string(&list) {
            return Ok(text.lines().filter_map(parse_line).collect());
        }
        eprintln!("lab: asking the mirrors which kernels there are");
        let apt = Apt::new(self.folder.join("apt"))?;
        apt.update()?;
        let kernels = discover(&apt)?;
        if kernels.is_empty() {
            bail!("no kernel found on the mirrors of apt's sources; is the network up?");
        }
        let lines: String = kernels.iter().map(line).collect();
        fs::write(&list, lines)?;
        Ok(kernels)
    }

    /// The files of a kernel, fetched unless they are here already.
    pub fn files(&self, kernel: &Kernel) -> Result<Files> {
        let folder = self.folder.join(&kernel.version);
        let files = Files {
            image: folder.join("vmlinuz"),
            modules: folder.join("modules"),
        };
        if !files.image.exists() {
            self.fetch(&kernel.package, kernel, &files)?;
        }
        if fs::read_to_string(files.modules.join(ASKED)).ok() != Some(asked()) {
            fs::remove_dir_all(&files.modules).ok();
            let package = match kernel.package.strip_prefix(SPLIT) {
                Some(rest) => format!("{MODULES}{rest}"),
                None => kernel.package.clone(),
            };
            self.fetch(&package, kernel, &files)?;
        }
        for file in [&files.image, &files.modules] {
            if !file.exists() {
                let name = file.file_name().unwrap_or_default().display();
                bail!(
                    "no package of {} {} has a {name}",
                    kernel.package,
                    kernel.version
                );
            }
        }
        Ok(files)
    }

    /// Unpacks a package, and keeps what it has of the files.
    fn fetch(&self, package: &str, kernel: &Kernel, files: &Files) -> Result<()> {
        eprintln!("lab: fetching {package} {}", kernel.version);
        let apt = Apt::new(self.folder.join("apt"))?;
        let unpacked = self.folder.join("unpacked");
        fs::remove_dir_all(&unpacked).ok();
        apt.unpack(package, &kernel.version, &unpacked)?;
        fs::create_dir_all(self.folder.join(&kernel.version))?;
        // Moved last, so that a cut download never looks like a kernel.
        if let Some(modules) = find_modules(&unpacked)? {
            fs::rename(modules, &files.modules)?;
        }
        if let Some(image) = find_image(&unpacked) {
            fs::rename(image, &files.image)?;
        }
        fs::remove_dir_all(&unpacked).ok();
        Ok(())
    }
}

/// What is kept of a kernel.
pub struct Files {
    /// The image that boots.
    pub image: PathBuf,
    /// The folder of its modules that tests load.
    pub modules: PathBuf,
}

fn user_cache() -> Result<PathBuf> {
    if let Some(folder) = env::var_os("XDG_CACHE_HOME").filter(|folder| !folder.is_empty()) {
        return Ok(PathBuf::from(folder));
    }
    let home = env::var_os("HOME").context("neither XDG_CACHE_HOME nor HOME is set")?;
    Ok(PathBuf::from(home).join(".cache"))
}

/// The image: `boot/vmlinuz-VERSION`, or with the modules in packages that keep `/boot` empty.
fn find_image(unpacked: &Path) -> Option<PathBuf> {
    let is_image = |path: &PathBuf| path.to_string_lossy().contains("/vmlinuz-");
    let in_boot = names(&unpacked.join("boot")).into_iter().find(is_image);
    let versions = names(&unpacked.join("usr/lib/modules"));
    let with_modules = versions.iter().map(|folder| folder.join("vmlinuz"));
    in_boot.or_else(|| with_modules.into_iter().find(|path| path.is_file()))
}

/// A folder with the modules that tests load, unpacked: the guest's insmod may not know how.
fn find_modules(unpacked: &Path) -> Result<Option<PathBuf>> {
    let roots = ["lib/modules", "usr/lib/modules"].map(|root| names(&unpacked.join(root)));
    let all = roots.iter().flatten();
    let Some(folder) = all.map(|folder| folder.join("kernel")).find(|f| f.is_dir()) else {
        return Ok(None);
    };
    let modules = unpacked.join("modules");
    fs::create_dir_all(&modules)?;
    for (module, what) in LOADED {
        let path = folder.join(module);
        let parent = path.parent().unwrap_or(&folder);
        let stem = format!("{}.ko", path.file_name().unwrap_or_default().display());
        let is_it = |path: &PathBuf| {
            path.file_name()
                .is_some_and(|n| n.display().to_string().starts_with(&stem))
        };
        let Some(file) = names(parent).into_iter().find(is_it) else {
            eprintln!("lab: no module {module} in the package, which {what}");
            continue;
        };
        let plain = fs::File::create(modules.join(&stem))?;
        let program = match file.extension().and_then(|extension| extension.to_str()) {
            Some("xz") => "xz",
            Some("zst") => "zstd",
            Some("gz") => "gzip",
            _ => "cat",
        };
        let mut unpack = Command::new(program);
        if program != "cat" {
            unpack.arg("-dc");
        }
        run(unpack.arg(&file).stdout(plain))?;
    }
    fs::write(modules.join(ASKED), asked())?;
    Ok(Some(modules))
}

/// The modules that are looked for, a line each.
fn asked() -> String {
    LOADED.map(|(module, _)| module).join("\n")
}

fn names(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| entry.path()).collect()
}

fn line(kernel: &Kernel) -> String {
    let Kernel {
        series,
        package,
        version,
        suite,
    } = kernel;
    format!("{series} {package} {version} {suite}\n")
}

fn parse_line(line: &str) -> Option<Kernel> {
    let mut words = line.split(' ');
    Some(Kernel {
        series: Series::parse(words.next()?)?,
        package: words.next()?.to_owned(),
        version: words.next()?.to_owned(),
        suite: words.next()?.to_owned(),
    })
}

/// The newest kernel of each series.
fn discover(apt: &Apt) -> Result<Vec<Kernel>> {
    let images = apt.names(IMAGE)?;
    let split = apt.names(SPLIT)?;
    let packages = images.iter().filter_map(|name| {
        // From 6.19 on the image package is empty and the image is in a package of another name.
        let rest = name.strip_prefix(IMAGE)?;
        let other = format!("{SPLIT}{rest}");
        let name = if split.contains(&other) {
            other
        } else {
            name.clone()
        };
        series_of(rest).map(|_| name)
    });
    let packages: Vec<String> = packages.collect();
    let mut best: BTreeMap<Series, Kernel> = BTreeMap::new();
    for (package, version, suite) in apt.versions(&packages)? {
        let rest = package.strip_prefix(IMAGE).or(package.strip_prefix(SPLIT));
        let Some(series) = rest.and_then(series_of) else {
            continue;
        };
        let known = best.get(&series);
        if known.is_none_or(|known| newer(&version, &known.version)) {
            let kernel = Kernel {
                series,
                package,
                version,
                suite,
            };
            best.insert(series, kernel);
        }
    }
    Ok(best.into_values().collect())
}

/// The series of a signed image of our flavour; debug symbols and unsigned twins have longer names,
/// packages that only depend on an image shorter ones.
fn series_of(rest: &str) -> Option<Series> {
    let version = rest.strip_suffix(FLAVOUR)?;
    let series = Series::parse(version)?;
    (series >= OLDEST && version != series.to_string()).then_some(series)
}

/// The kernels that the words name: a series, `all`, or nothing for the default set.
pub fn choose(known: &[Kernel], words: &[String]) -> Result<Vec<Kernel>> {
    if words.iter().any(|word| word == "all") {
        return Ok(known.to_vec());
    }
    let newest = known.iter().map(|kernel| kernel.series).max();
    let wanted: Vec<Series> = if words.is_empty() {
        let set = [OLDEST].into_iter().chain(BETWEEN).chain(newest);
        set.collect()
    } else {
        let parse = |word: &String| {
            let newest = newest.filter(|_| word == "newest");
            newest
                .or_else(|| Series::parse(word))
                .with_context(|| format!("{word} is not a kernel series such as 6.12"))
        };
        words.iter().map(parse).collect::<Result<_>>()?
    };
    let mut chosen: Vec<Kernel> = Vec::new();
    for series in wanted {
        let found = known.iter().find(|kernel| kernel.series == series);
        let kernel = found.with_context(|| missing(known, series))?;
        if !chosen.contains(kernel) {
            chosen.push(kernel.clone());
        }
    }
    Ok(chosen)
}

fn missing(known: &[Kernel], series: Series) -> String {
    let have: Vec<String> = known
        .iter()
        .map(|kernel| kernel.series.to_string())
        .collect();
    format!(
        "no kernel {series} was found; there are {}; `cargo xtask lab --update` asks the mirrors again",
        have.join(", ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known() -> Vec<Kernel> {
        let lines = "5.10 a 1 x\n6.1 b 2 x\n6.12 c 3 x\n6.18 d 4 x\n7.3 e 5 x\n";
        lines.lines().filter_map(parse_line).collect()
    }

    fn chosen(words: &[&str]) -> Vec<String> {
        let words: Vec<String> = words.iter().map(ToString::to_string).collect();
        let kernels = choose(&known(), &words).unwrap();
        kernels
            .iter()
            .map(|kernel| kernel.series.to_string())
            .collect()
    }

    #[test]
    fn the_default_is_oldest_two_between_and_newest() {
        assert_eq!(chosen(&[]), ["5.10", "6.1", "6.12", "7.3"]);
        assert_eq!(chosen(&["6.18", "newest"]), ["6.18", "7.3"]);
        assert_eq!(chosen(&["all"]).len(), 5);
    }

    #[test]
    fn a_default_kernel_that_is_missing_is_an_error() {
        let known: Vec<_> = known().into_iter().skip(1).collect();
        let error = choose(&known, &[]).unwrap_err().to_string();
        assert!(error.contains("no kernel 5.10"), "{error}");
    }
}
