//! Programs at the ends of calls that their events name: one attached program jumps to them, so that
//! other calls cost no more than that one.

use std::collections::BTreeSet;
use std::os::fd::{AsFd as _, AsRawFd as _};
use std::sync::{Arc, Mutex};

use libbpf_rs::{Link, MapCore as _, MapFlags, MapHandle, ProgramMut};
use tracehound_schema::{Event, HookKind, Rung, ends};

use crate::object::{Flavour, Maps, Together};
use crate::preempt;
use crate::reason::{self, Doing};

/// Numbers of one kind of programs (`MOST_CALLS` of `bpf/call.h`).
const MOST_CALLS: u32 = 1024;
/// Jumps that the kernel follows, less one for good measure (`MAX_TAIL_CALL_CNT`).
const MOST_JUMPS: usize = 31;

/// The program and the calls that it looks at.
#[derive(Debug)]
struct User {
    place: usize,
    numbers: BTreeSet<u32>,
}

/// What is jumped to by programs of one kind.
#[derive(Debug, Default)]
struct Kind {
    users: Vec<User>,
    table: Option<MapHandle>,
    /// Of the one program that is attached, as long as it has any to jump to.
    link: Option<Link>,
}

impl Kind {
    /// Who comes after each place, for one number.
    fn nexts(&self, number: u32) -> [u8; ends::MOST_PLACES] {
        let mut nexts = [0; ends::MOST_PLACES];
        let users = self.users.iter();
        let users = users.filter(|user| user.numbers.contains(&number));
        let places: BTreeSet<usize> = users.map(|user| user.place).collect();
        for (from, next) in nexts.iter_mut().enumerate() {
            // Also after one that is gone: a call may be on its way there.
            let after = places.range(from + 1..).next();
            *next = after.map_or(0, |place| *place as u8);
        }
        nexts
    }

    /// Tells the kernel who comes after whom.
    fn write(&self, kind: HookKind, numbers: &BTreeSet<u32>) -> libbpf_rs::Result<()> {
        let Some(table) = &self.table else {
            return Ok(());
        };
        let first = if kind == HookKind::TpBtf {
            0
        } else {
            MOST_CALLS
        };
        numbers.iter().try_for_each(|number| {
            let key = first + number;
            table.update(&key.to_ne_bytes(), &self.nexts(*number), MapFlags::ANY)
        })
    }

    fn has_room(&self, numbers: &BTreeSet<u32>) -> bool {
        numbers.iter().all(|number| {
            let users = self.users.iter();
            users.filter(|user| user.numbers.contains(number)).count() < MOST_JUMPS
        })
    }
}

/// What is jumped to at the ends of calls. A clone is the same.
#[derive(Clone, Debug, Default)]
pub struct Ends {
    direct: Arc<Mutex<Kind>>,
    raw: Arc<Mutex<Kind>>,
}

/// A program that is jumped to. Dropping it ends that.
#[derive(Debug)]
pub struct End {
    kind: HookKind,
    of: Arc<Mutex<Kind>>,
    place: usize,
}

impl Ends {
    /// Whether the rung's program is to be jumped to. Where the kernel preempts programs they are attached
    /// each by itself: a call that ends while another waits would be missed by all of them.
    pub fn serve(event: &Event, rung: &Rung, section: &str) -> bool {
        Ends::jumping(event, rung).is_some() && ends::is_at_end(section)
    }

    /// The program that jumps to those of a rung, if any of them is to be jumped to.
    pub fn jumping(event: &Event, rung: &Rung) -> Option<&'static str> {
        let direct = rung.kind == HookKind::TpBtf;
        let name = if direct {
            "ends__tp_btf"
        } else {
            "ends__raw_tp"
        };
        (ends::way(event, rung).is_some() && !preempt::preempts()).then_some(name)
    }

    /// Has a loaded program jumped to; none where there is no room. The error is a reason to show.
    pub fn enter(
        &self,
        flavour: Flavour,
        maps: &Maps,
        loaded: &Together,
        event: &Event,
        rung: &Rung,
        program: &ProgramMut<'_>,
    ) -> Result<Option<End>, String> {
        let (Some(way), Some(place)) = (ends::way(event, rung), ends::place(event)) else {
            return Ok(None);
        };
        let Some(name) = Ends::jumping(event, rung) else {
            return Ok(None);
        };
        let (of, programs) = match rung.kind {
            HookKind::TpBtf => (&self.direct, &maps.ends_tp_btf),
            _ => (&self.raw, &maps.ends_raw_tp),
        };
        let numbers = ends::numbers(way);
        let mut kind = of.lock().map_err(|error| error.to_string())?;
        if !kind.has_room(&numbers) {
            return Ok(None);
        }
        let failed = |doing| {
            let section = program.section().to_string_lossy().into_owned();
            move |error: libbpf_rs::Error| reason::reason(rung, &section, doing, &error)
        };
        if kind.link.is_none() {
            let object = loaded.have(flavour, maps, rung, &[name])?;
            let mut programs = object.progs_mut();
            let first = programs.find(|program| program.name() == name);
            let first = first.ok_or("the object has lost a program")?;
            kind.link = Some(first.attach().map_err(failed(Doing::Attaching))?);
            let table = MapHandle::try_from(&maps.ends);
            kind.table = Some(table.map_err(failed(Doing::Attaching))?);
        }
        let fd = program.as_fd().as_raw_fd();
        programs
            .update(
                &(place as u32).to_ne_bytes(),
                &fd.to_ne_bytes(),
                MapFlags::ANY,
            )
            .map_err(failed(Doing::Attaching))?;
        kind.users.push(User {
            place,
            numbers: numbers.clone(),
        });
        let end = End {
            kind: rung.kind,
            of: Arc::clone(of),
            place,
        };
        let told = kind.write(rung.kind, &numbers);
        drop(kind);
        told.map_err(failed(Doing::Attaching)).map(|()| Some(end))
    }
}

impl Drop for End {
    fn drop(&mut self) {
        let Ok(mut kind) = self.of.lock() else {
            return;
        };
        let of = |user: &User| user.place == self.place;
        if let Some(at) = kind.users.iter().position(of) {
            let user = kind.users.remove(at);
            // The table is the tracer's own; if it could not be written, the program goes on being run.
            kind.write(self.kind, &user.numbers).ok();
        }
        if kind.users.is_empty() {
            kind.link = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(users: &[(usize, &[u32])]) -> Kind {
        let user = |(place, numbers): &(usize, &[u32])| User {
            place: *place,
            numbers: numbers.iter().copied().collect(),
        };
        Kind {
            users: users.iter().map(user).collect(),
            ..Kind::default()
        }
    }

    #[test]
    fn each_call_has_those_that_look_at_it_in_the_order_of_their_places() {
        let kind = kind(&[(9, &[1, 2]), (4, &[1]), (6, &[2])]);
        let order = |number| {
            let nexts = kind.nexts(number);
            let mut at = 0;
            std::iter::from_fn(|| {
                at = usize::from(nexts[at]);
                (at > 0).then_some(at)
            })
            .collect::<Vec<_>>()
        };
        assert_eq!(order(1), [4, 9]);
        assert_eq!(order(2), [6, 9]);
        assert_eq!(order(3), [0; 0]);
    }

    #[test]
    fn a_call_that_has_come_to_one_that_is_gone_goes_on() {
        assert_eq!(kind(&[(9, &[1])]).nexts(1)[4], 9);
    }

    #[test]
    fn there_are_no_more_for_a_call_than_the_kernel_jumps_to() {
        let users: Vec<(usize, &[u32])> = (1..=MOST_JUMPS).map(|at| (at, &[1][..])).collect();
        assert!(kind(&users[1..]).has_room(&[1].into()));
        assert!(!kind(&users).has_room(&[1].into()));
        assert!(kind(&users).has_room(&[2].into()));
    }
}
