//! `run`: trace the host, or one command and its descendants.

use std::ffi::OsString;
use std::io::{self, IsTerminal as _};
use std::process::Child;
use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::Context as _;
use tracehound_engine::recording::Preamble;
use tracehound_engine::{Clock, Engine, Selection};
use tracehound_probes::{Account, CallOptions, Held, Options, Tracer, boot_time};

use crate::cli::Run;
use crate::ending::{End, Ending};
use crate::failure::Failure;
use crate::signals::Signals;
use crate::worker::{Batch, Offer, Worker};
use crate::{child, events, outputs, stats};

/// The shortest pause between two looks at the rings; a 4 MiB ring takes 9 ms to fill at the rate
/// of one saturated CPU.
const PAUSE: Duration = Duration::from_millis(1);
/// The longest, when nothing happens.
const IDLE_PAUSE: Duration = Duration::from_millis(4);
/// Bytes of a batch; the next batch takes the rest.
const BATCH: usize = 1 << 18;

/// Runs `run`.
pub fn run(options: &Run) -> Result<u8, Failure> {
    let selected = events::choose(&options.show.events, "sigprocmask")?;
    let command = options.command.first();
    let stream = if command.is_none() {
        outputs::Default::Stdout
    } else {
        outputs::Default::Stderr
    };
    events::check_rung(options.rung.as_deref())?;
    let planned = outputs::plan(&options.show.outputs, stream)?;
    child::check(&options.command)?;
    let preamble = preamble()?;
    let mut signals = Signals::catch()?;
    let started = Tracer::start(&Options {
        events: events::traced(&selected),
        rung: options.rung.clone(),
        ring_size: options.ring_size,
        scoped: command.is_some(),
        calls: CallOptions::default(),
        lenient: false,
    });
    // The terminal's Ctrl-C reaches the child that proves hooks too; then nothing was proved.
    go_on(command, &mut signals)?;
    let mut tracer = started.map_err(Failure::start)?;
    for outcome in tracer.outcomes().filter(|outcome| outcome.used().is_none()) {
        eprintln!("tracehound: going on without {}", outcome.lack());
    }
    let outputs = outputs::open(planned, &preamble, || go_on(command, &mut signals))?;
    let child = start(&mut tracer, options, &mut signals)?;
    let engine = Engine::new(
        &Selection::new(&selected),
        options.show.max_events,
        outputs.keep(),
    );
    let ending = Ending::new(child, options.duration, signals);
    trace(tracer, engine, options, ending)
}

fn preamble() -> Result<Preamble, Failure> {
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .context("the clock is before 1970")?;
    let boot = i64::try_from(now.as_nanos()).unwrap_or(0) - i64::try_from(boot_time()).unwrap_or(0);
    let boot_id = std::fs::read_to_string("/proc/sys/kernel/random/boot_id");
    let boot_id = boot_id.context("cannot read the boot id; mount /proc")?;
    Ok(Preamble {
        clock: Clock { boot },
        boot_id: boot_id.trim().to_owned(),
    })
}

fn start(
    tracer: &mut Tracer,
    options: &Run,
    signals: &mut Signals,
) -> Result<Option<Child>, Failure> {
    let Some(name) = options.command.first() else {
        tracer.go_live()?;
        if io::stderr().is_terminal() && !options.quiet {
            eprintln!("tracehound: tracing the whole host; Ctrl-C ends it");
        }
        return Ok(None);
    };
    let held = Held::new(&options.command);
    go_on(Some(name), signals)?;
    let held = held.context("starting the command")?;
    tracer.follow(held.pid())?;
    tracer.go_live()?;
    // From its release on, a signal is the command's business.
    go_on(Some(name), signals)?;
    let released = held.release();
    released
        .map(Some)
        .map_err(|error| child::refused(name, &error))
}

/// Gives up the start if a signal has come meanwhile.
fn go_on(command: Option<&OsString>, signals: &mut Signals) -> Result<(), Failure> {
    match signals.peek() {
        None => Ok(()),
        Some(signal) => Err(Failure::interrupted(command, signal)),
    }
}

/// Reads until the end of the run and tells the account.
fn trace(
    mut tracer: Tracer,
    engine: Engine,
    options: &Run,
    mut ending: Ending,
) -> Result<u8, Failure> {
    let mut worker = Worker::start(engine);
    let (end, rest) = read(&mut tracer, &worker, &mut ending);
    let account = finish(&mut tracer, &worker, rest, &mut ending);
    // Nothing of ours is left in the kernel while the sinks, or the command, take their time.
    drop(tracer);
    worker.close();
    if !ending.drained(|| worker.ended()) {
        let account = account?;
        report(options, &account, None);
        let delivered = stats::total(&account).delivered;
        return Err(Failure::stalled(delivered, worker.written()));
    }
    let (engine, result) = worker.join();
    let failed = result.map_err(Failure::output).err();
    if let Some(failure) = &failed {
        eprintln!("tracehound: {failure}");
    }
    // With the output lost nobody knows how much of it was shown.
    let shown = engine.as_ref().filter(|_| failed.is_none());
    report(options, &account?, shown);
    let code = ending.wait(end, options.quiet);
    Ok(failed.map_or(code, |failure| failure.code()))
}

/// Reads as long as the run lasts; what could not be handed over comes back.
fn read(tracer: &mut Tracer, worker: &Worker, ending: &mut Ending) -> (End, Batch) {
    let mut pause = PAUSE;
    loop {
        let mut batch = worker.batch();
        batch.records = tracer.read(&mut batch.bytes, BATCH) as u64;
        let (idle, busy) = (batch.records == 0, batch.bytes.len() >= BATCH);
        while !batch.bytes.is_empty() {
            batch = match worker.offer(batch) {
                Offer::Taken => Batch::default(),
                Offer::Over => return (End::Output, Batch::default()),
                Offer::Later(batch) => match ending.over(worker) {
                    Some(end) => return (end, batch),
                    None => {
                        thread::sleep(PAUSE);
                        batch
                    }
                },
            };
        }
        if let Some(end) = ending.over(worker) {
            return (end, Batch::default());
        }
        if !busy {
            pause = if idle {
                (pause + PAUSE / 4).min(IDLE_PAUSE)
            } else {
                PAUSE
            };
            thread::sleep(pause);
        }
    }
}

/// Detaches, and hands over what is left as long as the engine takes it.
fn finish(
    tracer: &mut Tracer,
    worker: &Worker,
    mut rest: Batch,
    ending: &mut Ending,
) -> Result<Account, Failure> {
    let account = tracer.finish(&mut rest.bytes)?;
    let mut rest = Some(rest);
    ending.drained(|| {
        if let Some(batch) = rest.take()
            && let Offer::Later(batch) = worker.offer(batch)
        {
            rest = Some(batch);
        }
        rest.is_none()
    });
    Ok(account)
}

fn report(options: &Run, account: &Account, engine: Option<&Engine>) {
    if options.stats {
        eprint!("{}", stats::table(account, engine));
    } else if !options.quiet {
        eprintln!("{}", stats::line(account, engine));
    }
}
