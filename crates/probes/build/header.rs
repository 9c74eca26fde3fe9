//! `schema.h`: the record, ids, slot indices and numbers as C.

use std::fmt::Write as _;

use tracehound_schema::record::{HAS_RET, HEADER_SIZE, IN_INTERRUPT, LAYOUT};
use tracehound_schema::{Abi, all, syscalls};

/// Renders the header. Writing to a `String` cannot fail, so results are dropped.
pub fn render() -> String {
    let mut out = String::from("/* Generated from crates/schema. */\n#pragma once\n\n");
    record(&mut out);
    for abi in Abi::ALL.into_iter().chain([Abi::None]) {
        let name = if abi == Abi::None {
            "NONE".to_owned()
        } else {
            abi.name().to_uppercase()
        };
        let _ = writeln!(out, "#define ABI_{name} {}", abi as u8);
    }
    let _ = writeln!(
        out,
        "#define TH_HAS_RET {HAS_RET}\n#define TH_IN_INTERRUPT {IN_INTERRUPT}"
    );
    for call in syscalls::all() {
        for abi in Abi::ALL {
            if let Some(number) = call.number(abi) {
                let abi = abi.name().to_uppercase();
                let _ = writeln!(out, "#define NR_{abi}_{} {number}", call.name);
            }
        }
    }
    events(&mut out);
    out
}

fn record(out: &mut String) {
    out.push_str("struct th_record {\n");
    for member in LAYOUT {
        let array = if member.array > 0 {
            format!("[{}]", member.array)
        } else {
            String::new()
        };
        let _ = writeln!(out, "\t{} {}{array};", member.ctype, member.name);
    }
    out.push_str("};\n");
    for member in LAYOUT {
        let (name, offset) = (member.name, member.offset);
        let _ = writeln!(
            out,
            "_Static_assert(__builtin_offsetof(struct th_record, {name}) == {offset}, \"{name}\");"
        );
    }
    let _ = writeln!(
        out,
        "_Static_assert(sizeof(struct th_record) == {HEADER_SIZE}, \"size\");"
    );
}

fn events(out: &mut String) {
    for (index, event) in all().enumerate() {
        let name = event.name;
        let _ = writeln!(
            out,
            "#define ID_{name} {}\n#define INDEX_{name} {index}\n#define FIELDS_{name} {}",
            event.id,
            event.fields.len()
        );
        for (slot, field) in event.fields.iter().enumerate() {
            let _ = writeln!(out, "#define FIELD_{name}_{} {slot}", field.name);
        }
    }
    let _ = writeln!(out, "#define EVENT_COUNT {}", all().count());
}
