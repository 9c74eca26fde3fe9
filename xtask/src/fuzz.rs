//! `fuzz`: builds a fuzz target with coverage instrumentation and runs it for a while.
//!
//! What `cargo fuzz` does, on the stable compiler and with nothing to install: libFuzzer comes with
//! the `libfuzzer-sys` crate, and the instrumentation is LLVM passes that rustc is told to run.
//! Address checks, which need a nightly compiler, are left out: the code under test has no `unsafe`.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result};
use tracehound_schema::{all, sample};

use crate::workspace::{command, root, run};

/// Options of `fuzz`.
#[derive(clap::Args)]
pub struct Options {
    /// The target, a file of `fuzz/targets`
    #[arg(default_value = "record")]
    target: String,
    /// How long to run
    #[arg(long, default_value_t = 60)]
    seconds: u64,
}

/// Edges counted in bytes, and compared values recorded, as libFuzzer wants them.
const FLAGS: &str = "-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
    -Cllvm-args=-sanitizer-coverage-pc-table -Cllvm-args=-sanitizer-coverage-trace-compares \
    --cfg fuzzing";

/// Runs `fuzz`.
pub fn run_fuzz(options: &Options) -> Result<()> {
    let folder = root().join("target/fuzz");
    let name = &options.target;
    let (seeds, corpus) = (
        folder.join("seeds").join(name),
        folder.join("corpus").join(name),
    );
    let artifacts = folder.join("artifacts").join(name);
    for folder in [&seeds, &corpus, &artifacts] {
        fs::create_dir_all(folder).with_context(|| format!("making {}", folder.display()))?;
    }
    match name.as_str() {
        "filter" => plant_filters(&seeds)?,
        "policy" => plant_policies(&seeds)?,
        _ => plant(&seeds)?,
    }
    let triple = host()?;
    let build = [
        "build",
        "--quiet",
        "--release",
        "--manifest-path",
        "fuzz/Cargo.toml",
    ];
    run(command("cargo")
        .args(build)
        .args(["--target", &triple, "--bin", name])
        .env("CARGO_TARGET_DIR", &folder)
        .env("RUSTFLAGS", FLAGS))?;
    let program = folder.join(&triple).join("release").join(name);
    run(command(program)
        .arg(format!("-max_total_time={}", options.seconds))
        .arg(format!("-artifact_prefix={}/", artifacts.display()))
        .args(["-max_len=8192", "-timeout=10", "-rss_limit_mb=2048"])
        .args(["-print_final_stats=1", "-verbosity=0"])
        .args([&corpus, &seeds]))
}

/// Example records of every event, in every state, alone and after a good preamble; of calls also
/// registers and memory by chance.
fn plant(folder: &Path) -> Result<()> {
    for event in all().filter(|event| event.call.is_some()) {
        let scrambled = (0..8).map(|seed| sample::scrambled(event, sample::header(event), seed));
        let records: Vec<u8> = scrambled.flatten().collect();
        let path = folder.join(format!("{}-scrambled", event.name));
        let seed = [&[0], records.as_slice()].concat();
        fs::write(&path, seed).with_context(|| format!("writing {}", path.display()))?;
    }
    for event in all() {
        let plain = sample::header(event);
        let mut headers = [plain; 4];
        headers[1].unread = !0;
        headers[2].absent = !0;
        headers[3].cut = !0;
        for (state, header) in headers.iter().enumerate() {
            let record = sample::build(event, *header);
            for choice in 0..2u8 {
                let path = folder.join(format!("{}-{state}-{choice}", event.name));
                let seed = [&[choice], record.as_slice()].concat();
                fs::write(&path, seed).with_context(|| format!("writing {}", path.display()))?;
            }
        }
    }
    Ok(())
}

/// The examples, and a policy with everything that a rule can have.
fn plant_policies(folder: &Path) -> Result<()> {
    const WHOLE: &str = "type: policy\nname: a\nscope: [uid>=1000, follow, container!=new]\n\
        defaultActions: [log, count]\nrules:\n  - event: tag=fs\n    sample: 2\n    rate: 5/m\n    \
        first: 3\n    per: comm\n  - event: openat\n    filters: ['retval<0', data.pathname=/a*]\n";
    let examples = root().join("examples/policies");
    let reading = || format!("reading {}", examples.display());
    let mut texts = vec![WHOLE.as_bytes().to_vec()];
    for entry in fs::read_dir(&examples).with_context(reading)? {
        texts.push(fs::read(entry.with_context(reading)?.path()).with_context(reading)?);
    }
    for (number, text) in texts.iter().enumerate() {
        let path = folder.join(format!("{number}"));
        fs::write(&path, text).with_context(|| format!("writing {}", path.display()))?;
    }
    Ok(())
}

/// A filter of every sort.
fn plant_filters(folder: &Path) -> Result<()> {
    const FILTERS: [&str; 12] = [
        "openat.data.pathname=/etc/*,\"/tmp/\\x41*\"",
        "openat.data.flags has any O_CREAT|0x80 and not (retval<0 or scope.uid!=0)",
        "openat.data.mode=0644 or openat.data.mode has S_ISUID",
        "data.pathname=*a*b* and retval=-ENOENT,1..5,..-9",
        "sigprocmask.args.set lacks SIGTERM,SIGRT_3",
        "security_socket_connect.data.remote_addr=10.0.0.0/8:1..1023,[::1]:80,@name",
        "security_socket_connect.data.remote_addr.sin_port=443",
        "security_inode_unlink.data.dev=8:1",
        "newfstatat.data.statbuf.st_mode has S_IFREG",
        "scope.syscall=execve and scope.abi=i386 and scope.timestamp>2026-01-01T00:00:00Z",
        "uid=0 or comm=ba* or exe=/usr/*",
        "pid=new and not mntns=4026531841",
    ];
    for (number, filter) in FILTERS.iter().enumerate() {
        let path = folder.join(number.to_string());
        fs::write(&path, filter).with_context(|| format!("writing {}", path.display()))?;
    }
    Ok(())
}

/// The machine's target triple: naming it keeps the flags away from build scripts.
fn host() -> Result<String> {
    let output = Command::new("rustc")
        .arg("-vV")
        .output()
        .context("running rustc")?;
    let text = String::from_utf8(output.stdout).context("reading what rustc says")?;
    let line = text.lines().find_map(|line| line.strip_prefix("host: "));
    line.map(str::to_owned)
        .context("rustc does not tell its host")
}
