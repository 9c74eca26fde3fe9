//! What the kernel may leave out: filters as plans of steps that its programs run.
//!
//! A plan keeps every record that the filters keep, and perhaps more. A step answers whether its
//! comparison may hold, so "and" goes on at the next step after yes, "or" after no, and "not" asks
//! for the opposite of each comparison. What cannot be compared there may hold, as may its opposite. A
//! comparison that the kernel can only make too wide is made where it is not negated.

use tracehound_schema::narrow::{
    DROP, MOST_STEPS, MOST_TEXTS, NOT, PASS, PORTS, Plan, Source, Step, TEXT_SIZE, What,
};
use tracehound_schema::{Event, Kind, MadeBy, all};

use super::expr::{Bit, Compare, Expr, Net, Range, Subject, Test, Texts};
use super::filters::Filters;
use super::scope::CONTAINERS;

mod header;
mod text;

impl Filters {
    /// The plans for the events that the kernel can leave records out of.
    #[must_use]
    pub fn narrowed(&self) -> Vec<(&'static Event, Plan)> {
        let needed = self.needs();
        // Who made a container's cgroup does not matter to those who want to know of it.
        let is_needed = |event: &Event| {
            needed.iter().any(|one| one.id == event.id) || CONTAINERS.contains(&event.name)
        };
        let plan = |event| Some((event, self.plan(event)?));
        let plans = all().filter_map(plan);
        plans
            .filter(|(event, _)| may_miss(event) && !is_needed(event))
            .collect()
    }

    /// How much of what is wanted of an event the kernel decides.
    #[must_use]
    pub fn decided(&self, event: &'static Event) -> Decided {
        let entries = self.wanted(event).map(|expr| expr.cloned());
        let Some(exprs) = entries.collect::<Option<Vec<Expr>>>() else {
            return Decided::Whole;
        };
        if exprs.is_empty() {
            return Decided::Whole;
        }
        if !may_miss(event) || self.needs().iter().any(|one| one.id == event.id) {
            return Decided::Nothing;
        }
        let mut writer = Writer::new(event);
        let entry = writer.expr(&Expr::Any(exprs), false, Goal::Pass, Goal::Drop);
        match entry {
            Goal::Step(_) if writer.exact => Decided::Whole,
            Goal::Step(_) => Decided::Part,
            _ => Decided::Nothing,
        }
    }

    /// The plan for one event, whatever its records are needed for; `None` where all must be told.
    pub(super) fn plan(&self, event: &'static Event) -> Option<Plan> {
        let entries = self.wanted(event);
        let exprs: Option<Vec<Expr>> = entries.map(|expr| expr.cloned()).collect();
        let exprs = exprs.filter(|exprs| !exprs.is_empty())?;
        plan(event, &Expr::Any(exprs))
    }
}

/// How much of a filter the kernel decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decided {
    /// All of it, as far as it can read the values.
    Whole,
    /// It leaves out some of what the filter excludes.
    Part,
    /// Nothing.
    Nothing,
}

/// Whether a record that filters exclude is needed for nothing else. Those of processes' lives name
/// programs, from others more events follow, and those with checks can show a kernel that lies.
fn may_miss(event: &Event) -> bool {
    const LIVES: [&str; 4] = [
        "sched_process_fork",
        "sched_process_exec",
        "sched_process_exit",
        "existing_process",
    ];
    let made = matches!(event.made_by, MadeBy::Tracer | MadeBy::Snapshot);
    let in_pieces = event.fields.iter().any(|field| field.from.pieces);
    let is_source = all().any(|other| other.derived.contains(&event.name));
    !made && !in_pieces && !is_source && event.checks.is_empty() && !LIVES.contains(&event.name)
}

/// The plan of an expression about an event; `None` if it cannot exclude anything.
fn plan(event: &'static Event, expr: &Expr) -> Option<Plan> {
    let mut writer = Writer::new(event);
    let entry = writer.expr(expr, false, Goal::Pass, Goal::Drop);
    let Goal::Step(first) = entry else {
        return None;
    };
    // What is written last runs first.
    let count = first + 1;
    writer.steps.truncate(count);
    let steps = writer.steps.iter().rev();
    let steps = steps.map(|written| Step {
        yes: written.yes.place(count),
        no: written.no.place(count),
        ..written.step
    });
    Some(Plan {
        steps: steps.collect(),
        texts: writer.texts,
    })
}

/// Where to go on, as long as steps are counted from the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Goal {
    Pass,
    Drop,
    Step(usize),
}

impl Goal {
    fn place(self, count: usize) -> u8 {
        match self {
            Goal::Pass => PASS,
            Goal::Drop => DROP,
            // There are fewer steps than `DROP`.
            Goal::Step(at) => u8::try_from(count - 1 - at).unwrap_or(PASS),
        }
    }
}

struct Written {
    step: Step,
    yes: Goal,
    no: Goal,
}

/// Writes steps from the last to the first, so that it is known where each goes on.
struct Writer {
    event: &'static Event,
    steps: Vec<Written>,
    texts: Vec<[u8; TEXT_SIZE]>,
    /// Whether every comparison so far is made as it was asked for.
    exact: bool,
}

/// What becomes of one comparison.
#[derive(Clone, Debug)]
enum Piece {
    /// A step that holds exactly where the comparison does.
    Exact(Step, Vec<u8>),
    /// One that holds wherever the comparison does.
    Wider(Step, Vec<u8>),
    /// Nothing that the kernel can do.
    Unknown,
}

impl Writer {
    const fn new(event: &'static Event) -> Writer {
        Writer {
            event,
            steps: Vec::new(),
            texts: Vec::new(),
            exact: true,
        }
    }

    /// Writes an expression, or its opposite; gives where it begins.
    fn expr(&mut self, expr: &Expr, negated: bool, yes: Goal, no: Goal) -> Goal {
        match expr {
            Expr::Not(inner) => self.expr(inner, !negated, yes, no),
            Expr::All(all) => self.several(all, !negated, yes, no, |writer, one, yes, no| {
                writer.expr(one, negated, yes, no)
            }),
            Expr::Any(any) => self.several(any, negated, yes, no, |writer, one, yes, no| {
                writer.expr(one, negated, yes, no)
            }),
            Expr::Test(test) => {
                let (pieces, all) = self.pieces(test);
                self.several(&pieces, all != negated, yes, no, |writer, one, yes, no| {
                    writer.piece(one, negated, yes, no)
                })
            }
        }
    }

    /// Writes several, all or one of which must hold.
    fn several<T>(
        &mut self,
        parts: &[T],
        all: bool,
        yes: Goal,
        no: Goal,
        mut write: impl FnMut(&mut Writer, &T, Goal, Goal) -> Goal,
    ) -> Goal {
        let mut entry = if all { yes } else { no };
        for part in parts.iter().rev() {
            entry = if all {
                write(self, part, entry, no)
            } else {
                write(self, part, yes, entry)
            };
        }
        entry
    }

    /// Writes a comparison. One for which there is no room may hold.
    fn piece(&mut self, piece: &Piece, negated: bool, yes: Goal, no: Goal) -> Goal {
        let (step, text) = match piece {
            Piece::Exact(step, text) => (step, text),
            Piece::Wider(step, text) if !negated => {
                self.exact = false;
                (step, text)
            }
            Piece::Wider(..) | Piece::Unknown => {
                self.exact = false;
                return yes;
            }
        };
        if yes == no {
            return yes;
        }
        let has_room = self.steps.len() < MOST_STEPS;
        let Some(text) = has_room.then(|| self.text(text)).flatten() else {
            self.exact = false;
            return yes;
        };
        let flags = step.flags | if negated { NOT } else { 0 };
        let step = Step {
            text,
            flags,
            ..*step
        };
        self.steps.push(Written { step, yes, no });
        Goal::Step(self.steps.len() - 1)
    }

    /// The number of a text; `None` if there are too many.
    fn text(&mut self, text: &[u8]) -> Option<u8> {
        if text.is_empty() {
            return Some(0);
        }
        let mut own = [0; TEXT_SIZE];
        own.get_mut(..text.len())?.copy_from_slice(text);
        let known = self.texts.iter().position(|one| *one == own);
        if known.is_none() && self.texts.len() == MOST_TEXTS {
            return None;
        }
        let at = known.unwrap_or(self.texts.len());
        if known.is_none() {
            self.texts.push(own);
        }
        u8::try_from(at).ok()
    }

    /// What a test is made of, and whether all of it must hold.
    fn pieces(&self, test: &Test) -> (Vec<Piece>, bool) {
        let unknown = || (vec![Piece::Unknown], true);
        let Some(at) = self.subject(&test.subject) else {
            return unknown();
        };
        let all = matches!(test.compare, Compare::All(_));
        let pieces: Vec<Piece> = match &test.compare {
            Compare::Number(ranges) => ranges.iter().map(|range| at.range(*range)).collect(),
            Compare::All(bits) | Compare::Some(bits) => {
                bits.iter().map(|bit| at.bit(bit)).collect()
            }
            Compare::Text(texts) => at.texts(texts),
            Compare::Net(nets) => nets.iter().map(|net| at.net(net)).collect(),
        };
        // Of a value that was not read nothing is known, however little is asked.
        if pieces.is_empty() {
            return unknown();
        }
        (pieces, all)
    }

    /// Where a value is, if the kernel can look there. What an argument of a call means follows from
    /// its type, which user space knows.
    fn subject(&self, subject: &Subject) -> Option<At> {
        match subject {
            Subject::Ret => Some(At::new(Source::Ret, 0, Form::Signed)),
            Subject::Scope(scope) => header::place(*scope),
            Subject::Field { index, members } => {
                if self.event.call.is_some() || !members.is_empty() {
                    return None;
                }
                let form = Form::of(&self.event.fields.get(*index)?.kind)?;
                Some(At::new(Source::Field, u16::try_from(*index).ok()?, form))
            }
        }
    }
}

/// How a value is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Signed,
    Unsigned,
    /// A word of a list: it has a sign, and is also found by its bits without one.
    Either,
    Text,
    Path,
    Host,
    Socket,
}

impl Form {
    /// That of a field; `None` where the kernel does not compare it.
    const fn of(kind: &Kind) -> Option<Form> {
        Some(match kind {
            Kind::I32 | Kind::I64 => Form::Signed,
            Kind::Enum(_) => Form::Either,
            Kind::Str | Kind::Bytes => Form::Text,
            Kind::Path => Form::Path,
            Kind::Ip => Form::Host,
            Kind::SockAddr => Form::Socket,
            Kind::U32
            | Kind::U64
            | Kind::Bool
            | Kind::Pid
            | Kind::Uid
            | Kind::Size
            | Kind::Addr
            | Kind::WallTime
            | Kind::Dev
            | Kind::Flags(_)
            | Kind::Mode
            | Kind::CapSet
            | Kind::SigSet
            | Kind::Signal
            | Kind::Handler => Form::Unsigned,
            // Clocks, lists, and what has members.
            Kind::Time | Kind::StrArray | Kind::Cred | Kind::Arg(_) => return None,
        })
    }
}

/// A value that the kernel can look at.
#[derive(Clone, Copy, Debug)]
struct At {
    step: Step,
    form: Form,
}

impl At {
    const fn new(source: Source, place: u16, form: Form) -> At {
        let step = Step {
            what: What::Range as u8,
            source: source as u8,
            place,
            flags: 0,
            length: 0,
            text: 0,
            yes: PASS,
            no: PASS,
            pad: [0; 3],
            ports: [0; 2],
            low: 0,
            high: 0,
        };
        At { step, form }
    }

    const fn is_number(self) -> bool {
        matches!(self.form, Form::Signed | Form::Unsigned | Form::Either)
    }

    /// Numbers of a range, as far as the value can be one of them. A range with its ends the wrong way
    /// round holds nothing.
    fn range(self, range: Range) -> Piece {
        if !self.is_number() {
            return Piece::Unknown;
        }
        let by_bits = self.form == Form::Either
            && range.low == range.high
            && range.low > i128::from(i64::MAX);
        let (what, least, most) = if self.form == Form::Unsigned || by_bits {
            (What::Range, 0, i128::from(u64::MAX))
        } else {
            (
                What::SignedRange,
                i128::from(i64::MIN),
                i128::from(i64::MAX),
            )
        };
        let (mut low, mut high) = (range.low.max(least), range.high.min(most));
        if low > high {
            (low, high) = (1, 0);
        }
        let step = Step {
            what: what as u8,
            low: low as u64,
            high: high as u64,
            ..self.step
        };
        Piece::Exact(step, Vec::new())
    }

    fn bit(self, bit: &Bit) -> Piece {
        if !self.is_number() {
            return Piece::Unknown;
        }
        let step = Step {
            what: What::Bits as u8,
            low: bit.mask,
            high: bit.value,
            ..self.step
        };
        Piece::Exact(step, Vec::new())
    }

    fn texts(self, texts: &Texts) -> Vec<Piece> {
        match self.form {
            Form::Text => text::plain(self.step, texts),
            Form::Path => text::path(self.step, texts),
            _ => vec![Piece::Unknown],
        }
    }

    fn net(self, net: &Net) -> Piece {
        let Net::Host {
            bits,
            length,
            ports,
        } = net
        else {
            return Piece::Unknown;
        };
        let what = match self.form {
            Form::Host => What::Host,
            Form::Socket => What::Socket,
            _ => return Piece::Unknown,
        };
        let (from, to) = ports.unwrap_or_default();
        let step = Step {
            what: what as u8,
            length: *length,
            flags: self.step.flags | if ports.is_some() { PORTS } else { 0 },
            ports: [from, to],
            low: *bits as u64,
            high: (*bits >> 64) as u64,
            ..self.step
        };
        Piece::Exact(step, Vec::new())
    }
}
