//! `run`: trace the host, or one command and its descendants.

use std::ffi::OsString;
use std::io::{self, IsTerminal as _};
use std::path::PathBuf;
use std::process::Child;
use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::Context as _;
use tracehound_engine::filter::Filters;
use tracehound_engine::recording::Preamble;
use tracehound_engine::redact::Redaction;
use tracehound_engine::{Clock, Engine, Extras, Selection};
use tracehound_probes::{
    Account, CallOptions, Held, Launch, Only, Options, Outcome, Tracer, boot_time, go_first,
};
use tracehound_schema::Event;
use tracehound_schema::narrow::Plan;

use crate::changes::{Changes, Sources};
use crate::cli::Run;
use crate::ending::{End, Ending};
use crate::failure::Failure;
use crate::names::{self, Whom};
use crate::outputs::{Outputs, Planned};
use crate::signals::Signals;
use crate::way::Way;
use crate::worker::{Batch, Offer, Worker};
use crate::{child, events, outputs, own, policy, redact, stats, with};

/// The shortest pause between two looks at the rings.
const PAUSE: Duration = Duration::from_millis(1);
/// The longest, when a look finds less than a batch: each look wakes two threads, which a busy machine
/// feels. A 4 MiB ring takes 9 ms to fill at the rate of one saturated CPU.
const LONG_PAUSE: Duration = Duration::from_millis(4);
/// Bytes of a batch; the next batch takes the rest.
const BATCH: usize = 1 << 18;

/// What is to be traced, and how.
pub struct Session {
    /// The events to show.
    pub shown: Vec<&'static Event>,
    /// What is wanted of them.
    pub filters: Filters,
    /// What is told beside them.
    pub extras: Extras,
    /// What is not told of lists, if anything.
    pub redaction: Option<Redaction>,
    /// The policies that say so, if there are any.
    pub policies: Sources,
    /// Whether the kernel may leave out what they surely exclude.
    pub narrows: bool,
    /// Whether processes are to be listed with their arguments.
    pub lists: bool,
    /// Whether what the tracer does itself is shown, and what those do who read its output.
    pub own: bool,
    /// The only rung to use.
    pub rung: Option<String>,
    /// Whether outputs tell which containers processes are in.
    pub containers: bool,
    /// Who is asked what containers are called.
    pub whom: Whom,
    /// Bytes of each CPU's ring.
    pub ring_size: usize,
    /// How much of calls is told.
    pub calls: CallOptions,
    /// So many events at most.
    pub max_events: Option<u64>,
    /// So long at most.
    pub duration: Option<Duration>,
    /// Whether lives of processes are told whole.
    pub whole_lives: bool,
    /// What is said of the account.
    pub report: Report,
    /// The command, without words for none.
    pub launch: Launch,
    /// Running processes to trace instead.
    pub attach: Vec<u32>,
    /// Whether it is said when these are traced.
    pub announces: bool,
}

/// What is said of the account at the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Report {
    /// A line for each event.
    Table,
    /// One line.
    Line,
    /// One line if anything was lost.
    Loss,
    /// Nothing.
    Nothing,
}

impl Session {
    fn name(&self) -> Option<&OsString> {
        self.launch.words.first()
    }

    fn quiet(&self) -> bool {
        matches!(self.report, Report::Loss | Report::Nothing)
    }
}

/// Runs `run`.
pub fn run(options: &Run) -> Result<u8, Failure> {
    let (shown, filters) = events::wanted_by(&options.show, "sigprocmask", true)?;
    let extras = with::extras(&options.show.with)?;
    let redaction = redact::redaction(&options.show.redact, &options.show.env)?;
    let stream = if options.command.is_empty() {
        outputs::Default::Stdout
    } else {
        outputs::Default::Stderr
    };
    events::check_rung(options.rung.as_deref())?;
    let planned = outputs::plan(&options.show.outputs, stream)?;
    let program = child::check(&options.command)?;
    let session = Session {
        shown,
        filters,
        extras,
        redaction: Some(redaction),
        policies: Sources {
            paths: options.show.policies.clone(),
            watches: !options.no_watch,
            control: options.control.clone(),
            keeps: planned.iter().any(Planned::takes_chosen),
            extras,
            containers: planned.iter().any(Planned::tells_containers),
        },
        // A recording has all that is traced, for other filters to choose from.
        narrows: !planned.iter().any(Planned::is_raw),
        // Of a recording the processes of a time are listed.
        lists: planned
            .iter()
            .any(|planned| planned.is_raw() || planned.takes_chosen()),
        own: options.show_own,
        containers: planned.iter().any(Planned::tells_containers),
        whom: Whom {
            engines: names::places(&options.engines)?,
            cluster: options.kubernetes.cluster()?,
        },
        rung: options.rung.clone(),
        ring_size: options.ring_size,
        calls: CallOptions::default(),
        max_events: options.show.max_events,
        duration: options.duration,
        report: match (options.stats, options.quiet) {
            (true, _) => Report::Table,
            (_, true) => Report::Nothing,
            _ => Report::Line,
        },
        launch: Launch {
            words: options.command.clone(),
            program: program.map(PathBuf::into_os_string),
            ..Launch::default()
        },
        attach: Vec::new(),
        announces: false,
        whole_lives: true,
    };
    traced(&session, |preamble, go_on| {
        outputs::open(planned, preamble, go_on)
    })
}

/// Asked while an output has to be waited for.
type GoOn<'g> = &'g mut dyn FnMut() -> Result<(), Failure>;

/// Traces; `open` opens the outputs when the tracer stands.
pub fn traced(
    session: &Session,
    open: impl FnOnce(&Preamble, GoOn<'_>) -> Result<Outputs, Failure>,
) -> Result<u8, Failure> {
    let mut preamble = preamble()?;
    let mut signals = Signals::catch()?;
    let command = session.name();
    let changes = Changes::new(&session.policies, session.quiet())?;
    let events = match &changes {
        Some(changes) => changes.traced().to_vec(),
        None => events::traced(&session.shown, &session.filters, session.extras),
    };
    let aside = if session.containers {
        events::of_containers(&events)
    } else {
        Vec::new()
    };
    let told = (events.clone(), aside.clone());
    let scoped = command.is_some() || !session.attach.is_empty();
    let started = Tracer::start(&Options {
        narrowed: session.narrows.then(|| narrowed(&session.filters, &events)),
        beside: with::beside(session.extras, &events),
        events,
        aside,
        only: session.rung.clone().map_or(Only::Any, Only::Named),
        ring_size: session.ring_size,
        scoped,
        own: session.own,
        calls: session.calls,
        whole_lives: session.whole_lives,
        lists: session.lists,
        changes: changes.is_some(),
        lenient: false,
    });
    // The terminal's Ctrl-C reaches the child that proves hooks too; then nothing was proved.
    go_on(command, &mut signals)?;
    let mut tracer = started.map_err(Failure::start)?;
    preamble.hierarchy = tracer.hierarchy();
    // Of all calls some are too new, or gone: nobody asked for them by name.
    let wanted =
        |outcome: &&Outcome| session.report != Report::Loss || outcome.event.call.is_none();
    for lack in lacks(tracer.outcomes().filter(wanted)) {
        eprintln!("tracehound: going on without {lack}");
    }
    let outputs = open(&preamble, &mut || go_on(command, &mut signals))?;
    let readers = if scoped || session.own {
        Vec::new()
    } else {
        own::readers()
    };
    let hold = names::start(&mut tracer, &session.whom, &told.0, &told.1);
    let way = Way::new(hold, session.extras);
    let child = start(&mut tracer, session, &mut signals)?;
    let engine = Engine::new(
        &Selection::new(&session.shown),
        session.max_events,
        outputs.keep(),
    )
    .with_filters(session.filters.clone(), preamble.clock)
    .with_extras(session.extras)
    .in_hierarchy(preamble.hierarchy)
    .with_redaction(session.redaction.clone())
    .without(readers);
    let ending = Ending::new(child, session.duration, signals)
        .watching(&session.attach)
        .reloading(changes.is_some());
    trace((tracer, way), engine, session, ending, changes)
}

/// What the kernel is to leave out of these events.
pub fn narrowed(filters: &Filters, events: &[&'static Event]) -> Vec<(&'static Event, Plan)> {
    let traced = |one: &(&'static Event, Plan)| events.iter().any(|event| event.id == one.0.id);
    filters.narrowed().into_iter().filter(traced).collect()
}

/// What is not to be had here, a line each; calls that the kernel does not have share one.
pub fn lacks<'o>(outcomes: impl Iterator<Item = &'o Outcome>) -> Vec<String> {
    let lacking = outcomes.filter(|outcome| outcome.used().is_none());
    let (calls, others): (Vec<_>, Vec<_>) = lacking.partition(|outcome| outcome.is_no_call());
    let mut lines: Vec<String> = others.into_iter().map(Outcome::lack).collect();
    let mut names: Vec<&str> = calls.iter().map(|outcome| outcome.event.name).collect();
    names.sort_unstable();
    if !names.is_empty() {
        let (count, s) = (names.len(), if names.len() == 1 { "" } else { "s" });
        let names = names.join(", ");
        lines.push(format!(
            "{count} system call{s} that this kernel does not have: {names}"
        ));
    }
    lines
}

/// Of what is recorded from now on.
pub fn preamble() -> Result<Preamble, Failure> {
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .context("the clock is before 1970")?;
    let boot = i64::try_from(now.as_nanos()).unwrap_or(0) - i64::try_from(boot_time()).unwrap_or(0);
    let boot_id = std::fs::read_to_string("/proc/sys/kernel/random/boot_id");
    let boot_id = boot_id.context("cannot read the boot id; mount /proc")?;
    Ok(Preamble {
        clock: Clock { boot },
        boot_id: boot_id.trim().to_owned(),
        hierarchy: 0,
    })
}

fn start(
    tracer: &mut Tracer,
    session: &Session,
    signals: &mut Signals,
) -> Result<Option<Child>, Failure> {
    for pid in &session.attach {
        follow(tracer, *pid)?;
        if session.announces {
            eprintln!("strace: Process {pid} attached");
        }
    }
    let Some(name) = session.name() else {
        tracer.go_live()?;
        go_first();
        if session.attach.is_empty() && io::stderr().is_terminal() && !session.quiet() {
            eprintln!("tracehound: tracing the whole host; Ctrl-C ends it");
        }
        return Ok(None);
    };
    let held = Held::new(&session.launch, signals.ignored());
    go_on(Some(name), signals)?;
    let held = held.context("starting the command")?;
    tracer.follow_held(&held)?;
    tracer.go_live()?;
    // The command is a process already and keeps the priority that the run was given. Once it is
    // released it may start so many others that we would not come to read of the first.
    go_first();
    // From its release on, a signal is the command's business.
    go_on(Some(name), signals)?;
    let released = held.release();
    released
        .map(Some)
        .map_err(|error| child::refused(name, &error))
}

/// Puts a running process in scope, thread by thread.
fn follow(tracer: &Tracer, pid: u32) -> Result<(), Failure> {
    let tasks = std::fs::read_dir(format!("/proc/{pid}/task"));
    let tasks = tasks.map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => anyhow::anyhow!("no process has the id {pid}"),
        _ => anyhow::anyhow!("cannot look at process {pid}: {error}"),
    })?;
    let threads = tasks
        .flatten()
        .filter_map(|task| task.file_name().to_str()?.parse().ok());
    for thread in threads {
        let followed = tracer.follow(thread);
        // A thread may have ended meanwhile, and kernels before 6.9 name none but the first.
        if thread == pid {
            followed?;
        }
    }
    Ok(())
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
    (mut tracer, mut way): (Tracer, Way),
    engine: Engine,
    session: &Session,
    mut ending: Ending,
    mut changes: Option<Changes>,
) -> Result<u8, Failure> {
    let mut worker = Worker::start(engine);
    let from = (&mut tracer, &mut way);
    let (end, rest) = read(from, &worker, &mut ending, changes.as_mut());
    // Nobody is to ask for other policies from now on.
    drop(changes);
    let account = finish((&mut tracer, &mut way), &worker, rest, &mut ending);
    // Nothing of ours is left in the kernel while the sinks, or the command, take their time.
    drop(tracer);
    worker.close();
    if !ending.drained(|| worker.ended()) {
        let account = account?;
        report(session.report, &account, None);
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
    let mut account = account?;
    if let Some(engine) = shown {
        stats::leave_out(&mut account, engine);
        if session.report != Report::Nothing {
            eprint!("{}", policy::summary(engine, true));
        }
    }
    report(session.report, &account, shown);
    let code = ending.wait(end, session.quiet());
    Ok(failed.map_or(code, |failure| failure.code()))
}

/// Reads as long as the run lasts; what could not be handed over comes back.
fn read(
    (tracer, way): (&mut Tracer, &mut Way),
    worker: &Worker,
    ending: &mut Ending,
    mut changes: Option<&mut Changes>,
) -> (End, Batch) {
    let mut pause = PAUSE;
    loop {
        let mut batch = worker.batch();
        let asked = ending.reload();
        let stepped = changes
            .as_mut()
            .and_then(|changes| changes.step(tracer, asked, &mut batch));
        let mut change = stepped.map(Box::new);
        if change.is_none() {
            batch.records = tracer.read(&mut batch.bytes, BATCH) as u64;
        }
        let busy = batch.bytes.len() >= BATCH;
        // What was read under the old policies is not left to the new ones.
        let forced = change.is_some();
        way.take(batch, forced);
        if let Some((end, rest)) = hand_over(way, worker, ending, forced) {
            return (end, rest);
        }
        while let Some(unsent) = change.take() {
            change = worker.change(unsent);
            match (&change, changes.as_mut()) {
                (None, Some(changes)) => changes.settle(tracer),
                _ => thread::sleep(PAUSE),
            }
            if let Some(end) = change.as_ref().and_then(|_| ending.over(worker)) {
                return (end, Batch::default());
            }
        }
        if let Some(end) = ending.over(worker) {
            return (end, Batch::default());
        }
        if busy {
            pause = PAUSE;
        } else {
            thread::sleep(pause);
            pause = (pause + PAUSE / 4).min(LONG_PAUSE);
        }
    }
}

/// Gives the engine what need not wait; at the end of the run, or of the output, also what was not taken.
fn hand_over(
    way: &mut Way,
    worker: &Worker,
    ending: &mut Ending,
    forced: bool,
) -> Option<(End, Batch)> {
    loop {
        let next = if forced { way.force() } else { way.next() };
        let mut batch = next?;
        while !batch.bytes.is_empty() {
            batch = match worker.offer(batch) {
                Offer::Taken => Batch::default(),
                Offer::Over => return Some((End::Output, Batch::default())),
                Offer::Later(batch) => match ending.over(worker) {
                    Some(end) => return Some((end, batch)),
                    None => {
                        thread::sleep(PAUSE);
                        batch
                    }
                },
            };
        }
    }
}

/// Detaches, and hands over what is left as long as the engine takes it.
fn finish(
    (tracer, way): (&mut Tracer, &mut Way),
    worker: &Worker,
    rest: Batch,
    ending: &mut Ending,
) -> Result<Account, Failure> {
    let mut last = Vec::new();
    let account = tracer.finish(&mut last)?;
    let mut rest = Some(way.rest(rest, last));
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

fn report(report: Report, account: &Account, engine: Option<&Engine>) {
    let lost = || {
        let total = stats::total(account);
        total.dropped + total.missed > 0
    };
    match report {
        Report::Table => eprint!("{}", stats::table(account, engine)),
        Report::Line => eprintln!("{}", stats::line(account, engine)),
        Report::Loss if lost() => eprintln!("{}", stats::line(account, engine)),
        Report::Loss | Report::Nothing => {}
    }
}
