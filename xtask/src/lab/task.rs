//! The command: `cargo xtask lab`.

use std::fs;
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, anyhow, bail};
use clap::{Args, Subcommand};

use super::guest::{self, Said, Setup};
use super::image::Archive;
use super::kernels::{self, Cache, Files, Kernel, Series};
use super::report::Report;
use super::table::{self, Outcome};
use super::{coverage, headers, icount, image};
use crate::workspace::command;

/// Tests of all hook events on all rungs take an hour per kernel where everything is emulated.
const SHARE: u32 = 8;

/// Live tests on stock Debian kernels under qemu.
#[derive(Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Lab {
    #[command(subcommand)]
    task: Option<Task>,
    #[command(flatten)]
    options: Options,
}

#[derive(Args)]
struct Options {
    /// Series such as 6.12, `newest`, or `all`; the default is the oldest, 6.1, 6.12 and the newest
    kernels: Vec<String>,
    /// Ask the mirrors for newer kernels
    #[arg(long)]
    update: bool,
    /// Guests at a time
    #[arg(long, default_value_t = 2)]
    jobs: usize,
    /// Seconds that a guest may take
    #[arg(long, default_value_t = 2400)]
    limit: u64,
    /// Each kernel runs one in so many tests per event and rung, those of many events per rung, each kernel and
    /// each commit others; proofs all; 1 runs all, as `all` does
    #[arg(long, default_value_t = SHARE, value_parser = clap::value_parser!(u32).range(1..))]
    share: u32,
    /// Only this rung
    #[arg(long, default_value = "")]
    rung: String,
    /// Only tests with this in their name
    #[arg(long, default_value = "")]
    test: String,
    /// Write how many rungs of each event work on each kernel to this file; `all` writes docs/coverage.md
    #[arg(long)]
    coverage: Option<PathBuf>,
    /// Show what guests say, as they say it
    #[arg(long, short)]
    verbose: bool,
}

#[derive(Subcommand)]
enum Task {
    /// Instructions per call and rung, as a Markdown table
    Icount(Options),
    /// A shell in a guest; leave it with `exit`
    Shell { kernel: String },
    /// One command in a guest, its output as it comes
    Exec {
        kernel: String,
        #[arg(required = true, trailing_var_arg = true, allow_hyphen_values = true)]
        command: Vec<String>,
    },
    /// The table of system calls against the newest kernel headers that the mirrors have
    Headers,
    /// The kernels that the mirrors have
    List(Options),
}

/// Runs `lab`.
pub fn run(lab: &Lab) -> Result<()> {
    match &lab.task {
        None => tests(&lab.options),
        Some(Task::Icount(options)) => icount(options),
        Some(Task::Shell { kernel }) => interact(kernel, "shell", ""),
        Some(Task::Exec { kernel, command }) => interact(kernel, "exec", &command.join(" ")),
        Some(Task::Headers) => headers::run_headers(),
        Some(Task::List(options)) => list(options),
    }
}

fn chosen(options: &Options) -> Result<(Cache, Vec<Kernel>)> {
    let cache = Cache::open()?;
    let known = cache.known(options.update)?;
    let kernels = kernels::choose(&known, &options.kernels)?;
    Ok((cache, kernels))
}

fn list(options: &Options) -> Result<()> {
    for kernel in Cache::open()?.known(options.update)? {
        let Kernel {
            series,
            package,
            version,
            suite,
        } = kernel;
        println!("{:6} {package:45} {version:24} {suite}", series.to_string());
    }
    Ok(())
}

fn tests(options: &Options) -> Result<()> {
    let mut words = vec!["lab_task=tests".to_owned()];
    for (name, value) in [("lab_rung", &options.rung), ("lab_test", &options.test)] {
        if !value.is_empty() {
            words.push(format!("{name}={value}"));
        }
    }
    let outcomes = boot_all(options, &words, false)?;
    let (text, sums) = table::render(&outcomes);
    print!("{text}");
    let every = options.kernels.iter().any(|series| series == "all");
    let whole = outcomes.iter().all(|outcome| outcome.whole);
    let usual = (every && whole).then(|| PathBuf::from("docs/coverage.md"));
    if let Some(path) = options.coverage.clone().or(usual) {
        let written = fs::write(&path, coverage::page(&outcomes));
        written.with_context(|| format!("writing {}", path.display()))?;
    }
    if sums.failed > 0 {
        // The last line alone says how many.
        std::process::exit(1);
    }
    Ok(())
}

fn icount(options: &Options) -> Result<()> {
    let outcomes = boot_all(options, &["lab_task=icount".to_owned()], true)?;
    print!("{}", icount::table(&outcomes)?);
    Ok(())
}

/// Boots every chosen kernel, a few at a time, the newest first: they have most to do, and what is left when all others
/// are done keeps one processor busy.
fn boot_all(options: &Options, words: &[String], counting: bool) -> Result<Vec<Outcome>> {
    let (cache, kernels) = chosen(options)?;
    // All before the first boot, and one at a time, as apt and the folder for unpacking want it.
    let files: Vec<_> = kernels.iter().map(|kernel| cache.files(kernel)).collect();
    let archive = image::build("")?;
    let all = options.kernels.iter().any(|series| series == "all");
    let filtered = !options.rung.is_empty() || !options.test.is_empty();
    let share = if all || filtered { 1 } else { options.share };
    // Where kernels together run a part of the tests, the next commit has the next part.
    let first = commits() * kernels.len();
    let setup = |turn: usize| {
        let turn = first + turn;
        let mut words = words.to_vec();
        words.push(format!("lab_share={share}"));
        words.push(format!("lab_turn={}", turn % share as usize));
        Setup {
            words,
            counting,
            limit: Duration::from_secs(options.limit),
        }
    };
    let next = AtomicUsize::new(0);
    let outcomes = Mutex::new(Vec::new());
    let work = || {
        loop {
            let before = next.fetch_add(1, Ordering::Relaxed);
            let Some(index) = kernels.len().checked_sub(before + 1) else {
                return;
            };
            let (kernel, files) = (&kernels[index], &files[index]);
            let said = match files {
                Ok(files) => boot(
                    kernel.series,
                    files,
                    &archive,
                    &setup(index),
                    options.verbose,
                ),
                Err(error) => Err(anyhow!("{error:#}")),
            };
            let (took, report) = match said {
                Ok(said) => (said.took, Ok(Report::read(&said))),
                Err(error) => (Duration::ZERO, Err(format!("{error:#}"))),
            };
            let outcome = Outcome {
                kernel: kernel.clone(),
                report,
                took,
                whole: options.rung.is_empty() && options.test.is_empty(),
            };
            if let Ok(mut outcomes) = outcomes.lock() {
                outcomes.push(outcome);
            }
        }
    };
    thread::scope(|scope| {
        for _ in 0..options.jobs.max(1) {
            scope.spawn(work);
        }
    });
    let mut outcomes = outcomes.into_inner().unwrap_or_default();
    if outcomes.len() != kernels.len() {
        bail!("a guest's thread failed");
    }
    outcomes.sort_by_key(|outcome| outcome.kernel.series);
    Ok(outcomes)
}

/// How many commits led here; 0 where there is no history.
fn commits() -> usize {
    let counted = command("git")
        .args(["rev-list", "--count", "HEAD"])
        .output();
    let counted = counted
        .ok()
        .and_then(|output| String::from_utf8(output.stdout).ok());
    counted
        .and_then(|text| text.trim().parse().ok())
        .unwrap_or(0)
}

fn boot(
    series: Series,
    files: &Files,
    archive: &Archive,
    setup: &Setup,
    verbose: bool,
) -> Result<Said> {
    eprintln!("lab: booting {series}");
    let start = Instant::now();
    let archive = archive.with_modules(&files.modules, &series.to_string())?;
    let said = guest::listen(&files.image, &archive, setup, |line| {
        if verbose {
            eprintln!("[{series} {:4}] {line}", start.elapsed().as_secs());
        }
    })?;
    eprintln!("lab: {series} took {} s", said.took.as_secs());
    Ok(said)
}

/// Boots one kernel with the terminal as its console, for a shell or one shell command.
fn interact(series: &str, task: &str, command: &str) -> Result<()> {
    let cache = Cache::open()?;
    let known = cache.known(false)?;
    let kernels = kernels::choose(&known, &[series.to_owned()])?;
    let kernel = kernels.first().context("no such kernel")?;
    let setup = Setup {
        words: vec![format!("lab_task={task}")],
        counting: false,
        limit: Duration::MAX,
    };
    let files = cache.files(kernel)?;
    let archive = image::build(command)?;
    let initramfs = archive.with_modules(&files.modules, series)?;
    guest::interact(&files.image, &initramfs, &setup)
}
