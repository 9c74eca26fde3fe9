//! The guest's files: one initramfs for all kernels, and modules of each kernel's own behind it.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write as _;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail};

use super::plan;
use crate::workspace::{command, root, run};

const INIT: &str = include_str!("guest.sh");
/// Programs of this machine that tests start; everything else is busybox's.
const PROGRAMS: [&str; 9] = [
    "bash", "dash", "strace", "env", "sleep", "ls", "cat", "wc", "kill",
];

/// A packed initramfs. Dropping it removes it.
pub struct Archive {
    folder: PathBuf,
    path: PathBuf,
}

impl Archive {
    /// The archive for one kernel: the kernel unpacks archives one behind another.
    pub fn with_modules(&self, modules: &Path, name: &str) -> Result<PathBuf> {
        let files = self.folder.join(name);
        let folder = files.join("lab/modules");
        fs::create_dir_all(&folder)?;
        for entry in fs::read_dir(modules)? {
            let entry = entry?;
            fs::copy(entry.path(), folder.join(entry.file_name()))?;
        }
        let own = self.folder.join(format!("{name}.modules.cpio"));
        pack(&own, &files)?;
        let path = self.folder.join(format!("{name}.cpio"));
        fs::copy(&self.path, &path)?;
        let mut whole = fs::File::options().append(true).open(&path)?;
        std::io::copy(&mut fs::File::open(own)?, &mut whole)?;
        Ok(path)
    }
}

impl Drop for Archive {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.folder).ok();
    }
}

/// Builds what goes in, with a shell command to be run on demand, and packs it.
pub fn build(exec: &str) -> Result<Archive> {
    // A folder per run, so that one lab can be looked into while another runs.
    let folder = root().join(format!("target/lab/{}", std::process::id()));
    let path = folder.join("initramfs.cpio");
    let archive = Archive { folder, path };
    let files = archive.folder.join("root");
    fill(&files, exec)?;
    pack(&archive.path, &files)?;
    Ok(archive)
}

fn fill(files: &Path, exec: &str) -> Result<()> {
    for part in [
        "bin",
        "busybox",
        "lab/tests",
        "lab/programs",
        "tmp",
        "etc",
        "root",
    ] {
        fs::create_dir_all(files.join(part))?;
    }
    fs::write(files.join("etc/passwd"), "root:x:0:0:root:/root:/bin/sh\n")?;
    let mut dynamic = BTreeSet::new();
    binaries(files, &mut dynamic)?;
    programs(files, &mut dynamic)?;
    busybox(files)?;
    for path in &dynamic {
        libraries(path, files)?;
    }
    write_program(&files.join("init"), INIT)?;
    fs::write(files.join("lab/events"), plan::events())?;
    fs::write(files.join("lab/exec"), format!("{exec}\n"))?;
    Ok(())
}

/// What musl's programs name as their loader.
const MUSL: &str = "/lib/ld-musl-x86_64.so.1";

/// The tracer and the live tests, as cargo builds them.
fn binaries(files: &Path, dynamic: &mut BTreeSet<PathBuf>) -> Result<()> {
    let mut cargo = command("cargo");
    // Of the whole workspace, as `make test` built it: features of dependencies come together, and all
    // would be compiled again, the kernel's programs too.
    cargo.args([
        "test",
        "--no-run",
        "--workspace",
        "--message-format=json-render-diagnostics",
    ]);
    let output = cargo
        .stderr(Stdio::inherit())
        .output()
        .context("running cargo")?;
    if !output.status.success() {
        bail!("building the live tests failed");
    }
    let mut found = Vec::new();
    for line in output.stdout.split(|byte| *byte == b'\n') {
        let Ok(message) = serde_json::from_slice::<serde_json::Value>(line) else {
            continue;
        };
        let Some(executable) = message["executable"].as_str() else {
            continue;
        };
        let name = message["target"]["name"].as_str().unwrap_or_default();
        let kind = message["target"]["kind"][0].as_str().unwrap_or_default();
        let test = message["profile"]["test"] == true;
        let target = match (kind, test) {
            ("bin", false) if name == "tracehound" => files.join("lab/tracehound"),
            ("test" | "lib", true) if plan::BINARIES.contains(&name) => {
                found.push(name.to_owned());
                files.join("lab/tests").join(name)
            }
            _ => continue,
        };
        dynamic.insert(PathBuf::from(executable));
        // Debug information is most of their size and of no use in the guest.
        run(command("strip").arg("-o").arg(target).arg(executable))?;
    }
    if !files.join("lab/tracehound").exists() || found.is_empty() {
        bail!("cargo built no tracer or no live test");
    }
    fs::write(files.join("lab/plan"), plan::runs(&found))?;
    Ok(())
}

fn programs(files: &Path, dynamic: &mut BTreeSet<PathBuf>) -> Result<()> {
    run(command("make").args(["-s", "programs"]))?;
    for entry in fs::read_dir(root().join("target/programs"))? {
        let path = entry?.path();
        let Some(name) = path.file_name() else {
            continue;
        };
        fs::copy(&path, files.join("lab/programs").join(name))?;
        dynamic.insert(path);
    }
    for name in PROGRAMS {
        let path =
            find(name).with_context(|| format!("{name} is not installed; run `make setup`"))?;
        fs::copy(&path, files.join("bin").join(name))?;
        dynamic.insert(path);
    }
    symlink("dash", files.join("bin/sh"))?;
    Ok(())
}

fn find(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|folder| folder.join(name))
        .find(|path| path.is_file())
}

fn busybox(files: &Path) -> Result<()> {
    let path = find("busybox").context("busybox is not installed; run `make setup`")?;
    fs::copy(&path, files.join("busybox/busybox"))?;
    let output = Command::new(&path).arg("--list").output()?;
    for applet in String::from_utf8_lossy(&output.stdout).lines() {
        let link = files.join("busybox").join(applet);
        if !link.exists() {
            symlink("busybox", link)?;
        }
    }
    Ok(())
}

/// Copies the libraries and the loader that a program needs, to the paths where it looks.
fn libraries(program: &Path, files: &Path) -> Result<()> {
    if memchr::memmem::find(&fs::read(program)?, MUSL.as_bytes()).is_some() {
        return musl(files);
    }
    let output = Command::new("ldd").arg(program).output()?;
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        // `name => /path (address)`, or `/loader (address)`.
        let line = line.split(" (").next().unwrap_or(line);
        let path = line.rsplit(" => ").next().unwrap_or(line).trim();
        if !path.starts_with('/') {
            continue;
        }
        let target = files.join(path.trim_start_matches('/'));
        if target.exists() {
            continue;
        }
        fs::create_dir_all(target.parent().unwrap_or(files))?;
        fs::copy(path, &target).with_context(|| format!("copying {path}"))?;
    }
    Ok(())
}

/// musl is one file, loader and library; programs know it by a link. ldd does not know it at all.
fn musl(files: &Path) -> Result<()> {
    let link = files.join(MUSL.trim_start_matches('/'));
    if link.is_symlink() {
        return Ok(());
    }
    let library = fs::canonicalize(MUSL).with_context(|| format!("looking for {MUSL}"))?;
    let target = files.join(library.strip_prefix("/").unwrap_or(&library));
    for path in [&link, &target] {
        fs::create_dir_all(path.parent().unwrap_or(files))?;
    }
    fs::copy(&library, target).with_context(|| format!("copying {}", library.display()))?;
    symlink(library, link)?;
    Ok(())
}

fn write_program(path: &Path, text: &str) -> Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    fs::write(path, text)?;
    fs::set_permissions(path, fs::Permissions::from_mode(0o755))?;
    Ok(())
}

/// Not compressed: emulated unpacking costs more than reading it whole does.
fn pack(archive: &Path, files: &Path) -> Result<()> {
    let mut names = Vec::new();
    list(files, Path::new("."), &mut names)?;
    let mut cpio = Command::new("cpio")
        .args(["-o", "-H", "newc", "--quiet", "-R", "0:0"])
        .current_dir(files)
        .stdin(Stdio::piped())
        .stdout(fs::File::create(archive)?)
        .spawn()
        .context("running cpio; `make setup` installs it")?;
    let mut stdin = cpio.stdin.take().context("cpio's input")?;
    stdin.write_all(names.join("\n").as_bytes())?;
    drop(stdin);
    let status = cpio.wait()?;
    if !status.success() {
        bail!("packing the guest's files: cpio: {status}");
    }
    Ok(())
}

fn list(files: &Path, at: &Path, names: &mut Vec<String>) -> Result<()> {
    names.push(at.display().to_string());
    let path = files.join(at);
    if path.is_symlink() || !path.is_dir() {
        return Ok(());
    }
    for entry in fs::read_dir(path)? {
        list(files, &at.join(entry?.file_name()), names)?;
    }
    Ok(())
}
