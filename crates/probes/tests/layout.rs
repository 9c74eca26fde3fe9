//! The record's layout, as the compiled BPF objects have it, against Rust's.
//!
//! The C struct is generated and asserts its own offsets; this looks at the result instead, the type
//! information that clang put into the objects, which is what the kernel's side really writes by.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::mem::{offset_of, size_of};

use libbpf_rs::HasSize as _;
use libbpf_rs::btf::types::{Array, Int, MemberAttr, Struct};
use libbpf_rs::btf::{Btf, BtfType, TypeId};
use tracehound_schema::record::{HEADER_SIZE, Header, LAYOUT};

const OBJECTS: [(&str, &[u8]); 2] = [
    (
        "modern",
        include_bytes!(concat!(env!("OUT_DIR"), "/modern.bpf.o")),
    ),
    (
        "legacy",
        include_bytes!(concat!(env!("OUT_DIR"), "/legacy.bpf.o")),
    ),
];

fn each_object(check: impl Fn(&str, &Btf<'_>)) {
    for (flavour, bytes) in OBJECTS {
        let btf = Btf::from_raw(flavour, bytes).unwrap().unwrap();
        check(flavour, &btf);
    }
}

/// Bytes of a member's type and whether it is signed; arrays count all their items.
fn size(btf: &Btf<'_>, id: TypeId) -> (usize, bool) {
    let real: BtfType<'_> = btf.type_by_id(id).unwrap();
    let real = real.skip_mods_and_typedefs();
    if let Ok(array) = Array::try_from(real) {
        let (item, signed) = size(btf, array.ty());
        return (item * array.capacity(), signed);
    }
    let int = Int::try_from(real).unwrap();
    let signed = format!("{:?}", int.encoding) == "Signed";
    (usize::from(int.bits) / 8, signed)
}

#[test]
fn members_of_the_compiled_record_lie_where_rust_reads_them() {
    each_object(|flavour, btf| {
        let record: Struct<'_> = btf.type_by_name("th_record").unwrap();
        assert_eq!(record.size(), size_of::<Header>(), "{flavour}");
        assert_eq!(record.len(), LAYOUT.len(), "{flavour}");
        let mut ends = LAYOUT.iter().skip(1).map(|member| member.offset);
        for (member, row) in record.iter().zip(LAYOUT) {
            let place = format!("{flavour}: {}", row.name);
            assert_eq!(member.name.unwrap(), row.name, "{place}");
            let MemberAttr::Normal { offset } = member.attr else {
                panic!("{place} is a bit field");
            };
            assert_eq!(offset as usize, row.offset * 8, "{place}");
            let (bytes, signed) = size(btf, member.ty);
            let end = ends.next().unwrap_or(HEADER_SIZE);
            assert_eq!(row.offset + bytes, end, "{place}");
            if row.ctype != "char" {
                assert_eq!(signed, row.ctype.starts_with("__s"), "{place}");
            }
        }
    });
}

/// The table that the C is written from is itself derived; this holds it to the struct in use.
#[test]
fn the_layout_table_is_that_of_the_header_in_memory() {
    let of = |name: &str| LAYOUT.iter().find(|row| row.name == name).unwrap().offset;
    assert_eq!(of("event"), offset_of!(Header, event));
    assert_eq!(of("time"), offset_of!(Header, time));
    assert_eq!(of("comm"), offset_of!(Header, comm));
    assert_eq!(of("unread"), offset_of!(Header, unread));
    assert_eq!(of("ret"), offset_of!(Header, ret));
    assert_eq!(of("ret") + 8, size_of::<Header>());
}
