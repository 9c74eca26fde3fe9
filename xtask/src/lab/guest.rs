//! Booting a guest and watching its console.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};

/// How a guest is set up.
#[derive(Clone, Debug)]
pub struct Setup {
    /// What the guest's first program is asked to do, as `lab_task=tests`.
    pub words: Vec<String>,
    /// Count instructions: one virtual CPU, one nanosecond per instruction.
    pub counting: bool,
    /// How long it may take.
    pub limit: Duration,
}

/// What a guest said.
pub struct Said {
    /// The console, line by line.
    pub lines: Vec<String>,
    /// Whether it ran out of time and was ended.
    pub late: bool,
    /// How long it took.
    pub took: Duration,
}

/// The kernel's command line: consoles, LSM programs are possible, an oops or a CPU stuck for a minute
/// ends the guest and shows where.
const CMDLINE: &str = "console=ttyS0 quiet loglevel=3 panic=-1 oops=panic \
                       softlockup_panic=1 watchdog_thresh=30 nokaslr \
                       lsm=lockdown,capability,bpf random.trust_cpu=on";

/// Every feature but fast string operations: kernels that have them copy and clear byte by byte, which is dear
/// where it is emulated (`tracehound doctor --all-rungs` of thirteen events on 6.1: 46 s with them, 32 s without).
const CPU: &str = "max,-erms,-fsrm";

/// The command that boots `image`; its console is the standard streams.
fn qemu(image: &Path, archive: &Path, setup: &Setup) -> Command {
    let mut qemu = Command::new("qemu-system-x86_64");
    qemu.args([
        "-nodefaults",
        "-no-user-config",
        "-no-reboot",
        "-display",
        "none",
    ])
    .args(["-m", "2048", "-cpu", CPU, "-serial", "stdio"]);
    if setup.counting {
        qemu.args([
            "-smp",
            "1",
            "-accel",
            "tcg,thread=single",
            "-icount",
            "shift=0,sleep=off",
        ]);
    } else {
        // Processors in threads of their own fetch code that another is patching: kernels died of
        // an int3 that was no longer theirs. Taking turns in one thread costs no time either, since
        // two guests run side by side.
        qemu.args(["-smp", "2", "-accel", "tcg,thread=single"]);
    }
    qemu.arg("-kernel").arg(image).arg("-initrd").arg(archive);
    // Without a second clock to compare with, the kernel would not trust its fastest one.
    let clock = if setup.counting { " tsc=reliable" } else { "" };
    let line = format!("{CMDLINE}{clock} {}", setup.words.join(" "));
    qemu.args(["-append", &line]);
    qemu
}

/// Boots a guest for a person: the console is the terminal.
pub fn interact(image: &Path, archive: &Path, setup: &Setup) -> Result<()> {
    let status = qemu(image, archive, setup).status();
    status.context("running qemu-system-x86_64; `make setup` installs it")?;
    Ok(())
}

/// Boots a guest and listens until it powers off or its time is over. `heard` gets each line.
pub fn listen(
    image: &Path,
    archive: &Path,
    setup: &Setup,
    mut heard: impl FnMut(&str),
) -> Result<Said> {
    let start = Instant::now();
    let mut child = qemu(image, archive, setup)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .spawn()
        .context("running qemu-system-x86_64; `make setup` installs it")?;
    let console = child.stdout.take().context("the guest's console")?;
    let (sender, receiver) = channel();
    thread::spawn(move || {
        let mut console = BufReader::new(console);
        let mut line = Vec::new();
        // A guest's bytes are not always UTF-8: tests print hostile names.
        while console.read_until(b'\n', &mut line).is_ok_and(|n| n > 0) {
            let text = String::from_utf8_lossy(&line);
            if sender.send(text.trim_end().to_owned()).is_err() {
                return;
            }
            line.clear();
        }
    });
    let mut lines = Vec::new();
    let late = loop {
        let left = setup.limit.saturating_sub(start.elapsed());
        match receiver.recv_timeout(left) {
            Ok(line) => {
                heard(&line);
                lines.push(line);
            }
            Err(RecvTimeoutError::Disconnected) => break false,
            Err(RecvTimeoutError::Timeout) => break true,
        }
    };
    end(&mut child);
    Ok(Said {
        lines,
        late,
        took: start.elapsed(),
    })
}

/// A guest that has closed its console is gone or going; one that hangs is ended.
fn end(child: &mut Child) {
    let until = Instant::now() + Duration::from_secs(2);
    while Instant::now() < until {
        if matches!(child.try_wait(), Ok(Some(_)) | Err(_)) {
            return;
        }
        thread::sleep(Duration::from_millis(20));
    }
    child.kill().ok();
    child.wait().ok();
}
