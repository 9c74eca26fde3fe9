//! Writing the tables into the maps that the programs read.

use libbpf_rs::{MapCore as _, MapFlags, MapHandle};

use super::table::{Meaning, Row, Tables, bytes, flag};
use crate::error::Error;
use crate::object::Maps;

impl Tables {
    /// Writes everything; what is not selected stays zero.
    pub fn fill(&self, maps: &Maps) -> Result<(), Error> {
        for (key, list) in self.lists.iter().enumerate().skip(1) {
            let mut value = vec![0; maps.lists.value_size() as usize];
            for (place, step) in value.chunks_exact_mut(bytes(&list[0]).len()).zip(list) {
                place.copy_from_slice(&bytes(step));
            }
            update(&maps.lists, &(key as u32).to_ne_bytes(), &value)?;
        }
        for (key, list) in &self.switches {
            update(&maps.switches, &key.to_ne_bytes(), &list.to_ne_bytes())?;
        }
        self.meanings
            .iter()
            .try_for_each(|meaning| mean(maps, meaning))?;
        self.rows.iter().try_for_each(|row| select(maps, row))
    }

    /// Has the programs tell no more of those events.
    pub fn leave(&mut self, maps: &Maps, events: &[u16]) -> Result<(), Error> {
        for row in self
            .rows
            .iter_mut()
            .filter(|row| events.contains(&row.event))
        {
            row.event = 0;
            row.flags &= flag::EXECS | flag::MULTIPLEXED;
            select(maps, row)?;
        }
        let meanings = self.meanings.iter_mut();
        for meaning in meanings.filter(|meaning| events.contains(&meaning.row.event)) {
            (meaning.row.event, meaning.row.flags) = (0, 0);
            mean(maps, meaning)?;
        }
        Ok(())
    }
}

fn mean(maps: &Maps, meaning: &Meaning) -> Result<(), Error> {
    let mut value = words(&meaning.row);
    value.push(u8::from(meaning.array));
    value.extend(meaning.registers);
    value.push(0);
    update(
        &maps.meanings,
        &u32::from(meaning.index).to_ne_bytes(),
        &value,
    )
}

fn select(maps: &Maps, row: &Row) -> Result<(), Error> {
    update(&maps.calls, &row.key().to_ne_bytes(), &words(row))?;
    let number = u32::from(row.number);
    update(&maps.selected, &number.to_ne_bytes(), &1u32.to_ne_bytes())
}

/// A row as `struct call` has it.
fn words(row: &Row) -> Vec<u8> {
    let fields = [
        row.event,
        row.flags,
        row.begins,
        row.ends,
        row.before,
        row.after,
        row.meanings,
        row.words,
    ];
    let bytes = fields.iter().flat_map(|field| field.to_ne_bytes());
    bytes.collect()
}

fn update(map: &MapHandle, key: &[u8], value: &[u8]) -> Result<(), Error> {
    map.update(key, value, MapFlags::ANY)
        .map_err(Error::bpf("telling the programs about system calls"))
}

#[cfg(test)]
mod tests {
    use libbpf_rs::HasSize as _;
    use libbpf_rs::btf::Btf;
    use libbpf_rs::btf::types::{MemberAttr, Struct};
    use tracehound_schema::syscalls::REGISTERS;

    use crate::object::Flavour;

    /// The members of a struct of the compiled programs with their offsets, and its size.
    fn members(btf: &Btf<'_>, name: &str) -> (Vec<(String, u32)>, usize) {
        let found: Struct<'_> = btf.type_by_name(name).unwrap();
        let offset = |attr| match attr {
            MemberAttr::Normal { offset } => offset / 8,
            MemberAttr::BitField { .. } => panic!("{name} has a bit field"),
        };
        let members = found.iter().map(|member| {
            let name = member.name.unwrap().to_str().unwrap().to_owned();
            (name, offset(member.attr))
        });
        (members.collect(), found.size())
    }

    #[test]
    fn rows_and_meanings_are_laid_out_as_the_programs_read_them() {
        for flavour in [Flavour::Modern, Flavour::Legacy] {
            let btf = Btf::from_raw("programs", flavour.bytes()).unwrap().unwrap();
            let (call, size) = members(&btf, "call");
            let names = [
                "event", "flags", "begins", "ends", "before", "after", "meanings", "words",
            ];
            let expected = names.iter().zip((0..).step_by(2));
            let expected: Vec<_> = expected.map(|(name, at)| (name.to_string(), at)).collect();
            assert_eq!((call, size), (expected, 16));
            let (meaning, size) = members(&btf, "meaning");
            let places: Vec<u32> = meaning.iter().map(|member| member.1).collect();
            assert_eq!(places, [0, 16, 17, 17 + REGISTERS as u32]);
            assert_eq!(size, 18 + REGISTERS);
            // A task's state ends with what scope.rs writes.
            let (state, size) = members(&btf, "task_state");
            let scope = state.iter().find(|member| member.0 == "in_scope").unwrap();
            assert_eq!(scope.1 as usize, size - 8);
        }
    }

    #[test]
    fn a_list_has_room_for_the_longest() {
        for flavour in [Flavour::Modern, Flavour::Legacy] {
            let btf = Btf::from_raw("programs", flavour.bytes()).unwrap().unwrap();
            let list: Struct<'_> = btf.type_by_name("list").unwrap();
            let step: Struct<'_> = btf.type_by_name("step").unwrap();
            assert!(list.size() >= step.size() * tracehound_schema::capture::MOST_STEPS);
        }
    }
}
