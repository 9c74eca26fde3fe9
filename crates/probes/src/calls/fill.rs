//! Writing the tables into the maps that the programs read.

use libbpf_rs::{MapCore as _, MapFlags, MapHandle};
use tracehound_schema::Abi;

use super::table::{Row, Tables, bytes};
use crate::error::Error;
use crate::object::Maps;

/// Numbers of one ABI (`MOST_CALLS` of `bpf/call.h`).
const MOST_CALLS: u32 = 512;

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
        for meaning in &self.meanings {
            let mut value = words(&meaning.row);
            value.push(u8::from(meaning.array));
            value.extend(meaning.registers);
            value.push(0);
            let key = u32::from(meaning.index).to_ne_bytes();
            update(&maps.meanings, &key, &value)?;
        }
        for row in &self.rows {
            self.select(maps, row)?;
        }
        Ok(())
    }

    fn select(&self, maps: &Maps, row: &Row) -> Result<(), Error> {
        let number = u32::from(row.number);
        if number >= MOST_CALLS {
            return Ok(());
        }
        let slot = if row.abi == Abi::I386 { MOST_CALLS } else { 0 };
        update(&maps.calls, &(slot + number).to_ne_bytes(), &words(row))?;
        update(&maps.selected, &number.to_ne_bytes(), &1u32.to_ne_bytes())
    }
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
