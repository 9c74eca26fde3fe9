//! For tests: what the kernel would be given.

use libbpf_rs::{AsRawLibbpf as _, ObjectBuilder, OpenObject};

use crate::types::Types;

/// A name, and for each instruction its operation, registers, offset and number.
pub type Program = (String, Vec<[u64; 4]>);

/// Whether objects can be adapted here; it is said where they cannot.
pub fn can_adapt() -> bool {
    // SAFETY: a call without arguments.
    let can = unsafe { libc::geteuid() } == 0;
    if !can {
        println!("skipped: needs root to create maps");
    }
    can
}

/// The programs of an object as they are adapted to the kernel; none is loaded.
pub fn adapted(object: &[u8], types: &Types) -> Vec<Program> {
    // It says of each program that it has no lines of source.
    libbpf_rs::set_print(None);
    let mut builder = ObjectBuilder::default();
    builder.btf_custom_path(types.path()).unwrap();
    let mut object = builder.open_memory(object).unwrap();
    for mut program in object.progs_mut() {
        program.set_autoload(true);
    }
    // SAFETY: the object is open, and nobody else uses it.
    let error = unsafe { libbpf_sys::bpf_object__prepare(object.as_libbpf_object().as_ptr()) };
    assert_eq!(error, 0);
    instructions(&object)
}

/// Names and instructions, without the descriptors of maps.
fn instructions(object: &OpenObject) -> Vec<Program> {
    let programs = object.progs().map(|program| {
        let name = program.name().to_string_lossy().into_owned();
        let all = program.insns().iter().map(|one| {
            let is_map = one.code == 0x18 && [1, 2, 5, 6].contains(&one.src_reg());
            let regs = u64::from(one.src_reg()) << 8 | u64::from(one.dst_reg());
            let imm = if is_map { 0 } else { one.imm };
            [
                u64::from(one.code),
                regs,
                one.off as u64,
                u64::from(imm.cast_unsigned()),
            ]
        });
        (name, all.collect())
    });
    programs.collect()
}

/// Asserts that two programs have the same name and instructions.
pub fn assert_same(one: &Program, other: &Program) {
    assert_eq!(one.0, other.0);
    let differs = one.1.iter().zip(&other.1).position(|pair| pair.0 != pair.1);
    assert_eq!(differs, None, "{}", one.0);
    assert_eq!(one.1.len(), other.1.len(), "{}", one.0);
}
