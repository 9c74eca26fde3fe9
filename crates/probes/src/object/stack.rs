//! How much stack programs take with all that they call: what the verifiers of all kernels add up, before they find out
//! what is never reached (`check_max_stack_depth`, `kernel/bpf/verifier.c`).

use std::collections::HashMap;

use object::elf::{R_BPF_64_32, R_BPF_64_64};
use object::{Object as _, ObjectSection as _, ObjectSymbol as _, RelocationTarget, SectionIndex};
use object::{RelocationFlags, SymbolKind};

use super::Flavour;

/// The most bytes, and functions, of a program at a time (`MAX_BPF_STACK`, `MAX_CALL_FRAMES`).
const MOST_BYTES: u64 = 512;
const MOST_FRAMES: usize = 8;

const CALL: u8 = 0x85;
const LOAD_64: u8 = 0x18;
const MOVE: u8 = 0xbf;
const ADD: u8 = 0x07;
/// The register that points at the end of a function's stack.
const FRAME: u8 = 10;

/// Where a function begins.
type Place = (SectionIndex, u64);

#[derive(Default)]
struct Function {
    name: String,
    bytes: u64,
    calls: Vec<Place>,
}

/// The functions of an object by where they begin.
fn functions(object: &object::File<'_>) -> HashMap<Place, Function> {
    let mut functions = HashMap::new();
    for symbol in object
        .symbols()
        .filter(|symbol| symbol.kind() == SymbolKind::Text)
    {
        let (Some(index), size) = (symbol.section_index(), symbol.size()) else {
            continue;
        };
        let section = object.section_by_index(index).unwrap();
        let called: HashMap<u64, Place> = section
            .relocations()
            .filter_map(|(at, relocation)| {
                let elf = relocation.flags();
                let is_code = matches!(elf, RelocationFlags::Elf { r_type } if [R_BPF_64_32, R_BPF_64_64].contains(&r_type));
                let RelocationTarget::Symbol(target) = relocation.target() else {
                    return None;
                };
                let target = object.symbol_by_index(target).ok().filter(|_| is_code)?;
                let code = matches!(target.kind(), SymbolKind::Text | SymbolKind::Section);
                Some((at, (target.section_index().filter(|_| code)?, target.address())))
            })
            .collect();
        let code = section.data_range(symbol.address(), size).unwrap().unwrap();
        let function = Function {
            name: symbol.name().unwrap().to_owned(),
            bytes: depth(code),
            calls: calls(code, (index, symbol.address()), &called),
        };
        functions.insert((index, symbol.address()), function);
    }
    functions
}

/// The lowest byte of its stack that a function names.
fn depth(code: &[u8]) -> u64 {
    let mut lowest = 0;
    let mut is_frame = [false; 16];
    for one in code.as_chunks::<8>().0 {
        let (to, from) = (one[1] & 15, one[1] >> 4);
        let offset = i64::from(i16::from_le_bytes([one[2], one[3]]));
        let number = i64::from(i32::from_le_bytes([one[4], one[5], one[6], one[7]]));
        let base = match one[0] & 7 {
            1 => Some(from),
            2 | 3 => Some(to),
            _ => None,
        };
        if base == Some(FRAME) {
            lowest = lowest.min(offset);
        }
        if one[0] == ADD && std::mem::take(&mut is_frame[usize::from(to)]) {
            lowest = lowest.min(number);
        }
        if one[0] == MOVE {
            is_frame[usize::from(to)] = from == FRAME;
        }
    }
    // Rounded as kernels did before 6.8.
    lowest.unsigned_abs().max(1).next_multiple_of(32)
}

/// What a function calls, or has called.
fn calls(code: &[u8], (section, start): Place, called: &HashMap<u64, Place>) -> Vec<Place> {
    let mut calls = Vec::new();
    for (index, one) in code.as_chunks::<8>().0.iter().enumerate() {
        let at = start + index as u64 * 8;
        let number = i64::from(i32::from_le_bytes([one[4], one[5], one[6], one[7]]));
        let (is_own, target) = (one[0] == CALL && one[1] >> 4 == 1, called.get(&at));
        match target {
            // The number is that of the call before the section's start, in instructions.
            Some((section, 0)) if is_own => calls.push((*section, ((number + 1) * 8) as u64)),
            Some(place) if is_own || one[0] == LOAD_64 => calls.push(*place),
            None if is_own => calls.push((section, (at as i64 + (number + 1) * 8) as u64)),
            _ => {}
        }
    }
    calls
}

/// The most bytes and functions from one on, and their names.
fn most(
    place: Place,
    functions: &HashMap<Place, Function>,
    known: &mut HashMap<Place, (u64, Vec<String>)>,
) -> (u64, Vec<String>) {
    if let Some(known) = known.get(&place) {
        return known.clone();
    }
    let Some(function) = functions.get(&place) else {
        return (0, Vec::new());
    };
    let under = function
        .calls
        .iter()
        .map(|call| most(*call, functions, known));
    let (bytes, names) = under.max_by_key(|under| under.0).unwrap_or_default();
    let own = format!("{}: {}", function.name, function.bytes);
    let sum = (function.bytes + bytes, [vec![own], names].concat());
    known.insert(place, sum.clone());
    sum
}

#[test]
fn no_program_takes_more_stack_than_any_verifier_gives() {
    for flavour in [Flavour::Modern, Flavour::Legacy] {
        let object = object::File::parse(flavour.bytes()).unwrap();
        let functions = functions(&object);
        let mut known = HashMap::new();
        let mut deepest = (0, 0);
        for place in functions.keys() {
            let (bytes, names) = most(*place, &functions, &mut known);
            deepest = (deepest.0.max(bytes), deepest.1.max(names.len()));
            assert!(bytes <= MOST_BYTES, "{flavour:?}, {bytes} bytes: {names:?}");
            assert!(names.len() <= MOST_FRAMES, "{flavour:?}: {names:?}");
        }
        // Some of them take nearly all: what is found is no trifle.
        assert!(functions.len() > 900, "{flavour:?}");
        assert!(deepest > (256, 4), "{flavour:?}: {deepest:?}");
        println!(
            "{flavour:?}: at most {} bytes, {} functions",
            deepest.0, deepest.1
        );
    }
}
