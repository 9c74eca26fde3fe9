//! `run`: trace the host, or one command and its descendants.

use std::io::{self, IsTerminal as _};
use std::process::Child;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::Context as _;
use tracehound_engine::recording::Preamble;
use tracehound_engine::{Clock, Engine, Selection};
use tracehound_probes::{Account, Held, Options, Tracer, boot_time};

use crate::cli::Run;
use crate::failure::Failure;
use crate::{child, events, outputs, stats};

/// The shortest pause between two looks at the rings; a 4 MiB ring takes 9 ms to fill at the rate
/// of one saturated CPU.
const PAUSE: Duration = Duration::from_millis(1);
/// The longest, when nothing happens.
const IDLE_PAUSE: Duration = Duration::from_millis(4);
/// Bytes of a batch; the next batch takes the rest.
const BATCH: usize = 1 << 20;
/// Batches on their way to the engine at most; then the rings take up the slack.
const QUEUE: usize = 8;
/// How long a command that got the same Ctrl-C may take to end.
const GRACE: Duration = Duration::from_millis(200);

/// Runs `run`.
pub fn run(options: &Run) -> Result<u8, Failure> {
    let selected = events::choose(&options.show.events, "sigprocmask")?;
    child::check(&options.command)?;
    let stream = if options.command.is_empty() {
        outputs::Default::Stdout
    } else {
        outputs::Default::Stderr
    };
    let preamble = preamble()?;
    let stop = stop_flag()?;
    let sinks = outputs::open(&options.show.outputs, stream, &preamble)?;
    let max = options.show.max_events;
    let mut engine = Engine::new(&Selection::new(&selected), max, sinks);
    let mut tracer = Tracer::start(&Options {
        events: selected,
        rung: options.rung.clone(),
        ring_size: options.ring_size,
        scoped: !options.command.is_empty(),
        lenient: false,
    })?;
    let child = start(&mut tracer, options)?;
    let (account, status) = pump(&mut tracer, &mut engine, options, child, &stop)?;
    report(options, &account, &engine);
    Ok(status)
}

fn preamble() -> Result<Preamble, Failure> {
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .context("the clock is before 1970")?;
    let boot = i64::try_from(now.as_nanos()).unwrap_or(0) - i64::try_from(boot_time()).unwrap_or(0);
    let boot_id = std::fs::read_to_string("/proc/sys/kernel/random/boot_id");
    let boot_id = boot_id.context("reading /proc/sys/kernel/random/boot_id; is /proc mounted?")?;
    Ok(Preamble {
        clock: Clock { boot },
        boot_id: boot_id.trim().to_owned(),
    })
}

fn stop_flag() -> Result<Arc<AtomicBool>, Failure> {
    let stop = Arc::new(AtomicBool::new(false));
    for signal in [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM] {
        signal_hook::flag::register(signal, Arc::clone(&stop)).context("taking over signals")?;
    }
    Ok(stop)
}

fn start(tracer: &mut Tracer, options: &Run) -> Result<Option<Child>, Failure> {
    if options.command.is_empty() {
        tracer.go_live()?;
        if io::stderr().is_terminal() && !options.quiet {
            eprintln!("tracehound: tracing the whole host; Ctrl-C ends it");
        }
        return Ok(None);
    }
    let held = Held::new(&options.command).context("starting the command")?;
    tracer.follow(held.pid())?;
    tracer.go_live()?;
    let name = options.command[0].to_string_lossy();
    let name: String = name.escape_debug().collect();
    held.release()
        .map(Some)
        .map_err(|error| Failure::command(126, format!("cannot run {name}: {error}")))
}

/// Reads until the end of the run; the engine works in a thread of its own.
fn pump(
    tracer: &mut Tracer,
    engine: &mut Engine,
    options: &Run,
    mut child: Option<Child>,
    stop: &AtomicBool,
) -> Result<(Account, u8), Failure> {
    let (batches, from_reader) = sync_channel(QUEUE);
    let (empties, spare) = sync_channel(QUEUE);
    let full = AtomicBool::new(false);
    let deadline = options.duration.map(|duration| Instant::now() + duration);
    thread::scope(|scope| {
        let full = &full;
        let working = scope.spawn(move || work(engine, &from_reader, &empties, full));
        let mut ending = Ending {
            child: &mut child,
            deadline,
            stop,
            full,
            status: 0,
        };
        read(tracer, &batches, &spare, &mut ending);
        let status = ending.status;
        let mut rest = Vec::new();
        let account = tracer.finish(&mut rest);
        // The engine may have ended already, with its sink; its own error says so.
        let _ = batches.send(rest);
        drop(batches);
        let worked = working
            .join()
            .unwrap_or_else(|_| Err(io::Error::other("the engine failed")));
        worked.map_err(Failure::output)?;
        Ok((account?, status))
    })
}

fn work(
    engine: &mut Engine,
    batches: &Receiver<Vec<u8>>,
    empties: &SyncSender<Vec<u8>>,
    full: &AtomicBool,
) -> io::Result<()> {
    for mut batch in batches {
        engine.feed(&batch)?;
        engine.flush()?;
        if engine.full() {
            full.store(true, Ordering::Relaxed);
        }
        batch.clear();
        // A full queue of empty buffers needs no more of them.
        let _ = empties.try_send(batch);
    }
    engine.flush()
}

fn read(
    tracer: &mut Tracer,
    batches: &SyncSender<Vec<u8>>,
    spare: &Receiver<Vec<u8>>,
    ending: &mut Ending<'_>,
) {
    let mut pause = PAUSE;
    loop {
        // Asked first: what the command did before it ended is then still read below.
        let over = ending.over();
        let mut batch = spare.try_recv().unwrap_or_default();
        let count = tracer.read(&mut batch, BATCH);
        let busy = batch.len() >= BATCH;
        if !batch.is_empty() && batches.send(batch).is_err() {
            return;
        }
        if over {
            return;
        }
        if !busy {
            pause = if count > 0 {
                PAUSE
            } else {
                (pause + PAUSE / 4).min(IDLE_PAUSE)
            };
            thread::sleep(pause);
        }
    }
}

/// What ends a run.
struct Ending<'a> {
    child: &'a mut Option<Child>,
    deadline: Option<Instant>,
    stop: &'a AtomicBool,
    full: &'a AtomicBool,
    status: u8,
}

impl Ending<'_> {
    fn over(&mut self) -> bool {
        if self.ended() {
            return true;
        }
        if self.stop.load(Ordering::Relaxed) {
            // The terminal sends Ctrl-C to the command as well: give it time to end.
            let until = Instant::now() + GRACE;
            while self.child.is_some() && !self.ended() && Instant::now() < until {
                thread::sleep(PAUSE);
            }
            return true;
        }
        self.full.load(Ordering::Relaxed) || self.deadline.is_some_and(|at| Instant::now() >= at)
    }

    fn ended(&mut self) -> bool {
        let Some(child) = &mut self.child else {
            return false;
        };
        match child.try_wait() {
            Ok(Some(status)) => {
                self.status = child::code(status);
                true
            }
            _ => false,
        }
    }
}

fn report(options: &Run, account: &Account, engine: &Engine) {
    if options.stats {
        eprint!("{}", stats::table(account, engine));
    } else if !options.quiet {
        eprintln!("{}", stats::line(account, engine));
    }
}
