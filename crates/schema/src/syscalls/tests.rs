use std::collections::HashSet;

use super::*;

#[test]
fn no_two_calls_share_a_name_or_a_number() {
    for abi in [Abi::X86_64, Abi::I386, Abi::Aarch64] {
        let mut numbers = HashSet::new();
        for number in all().filter_map(|call| call.number(abi)) {
            assert!(numbers.insert(number), "{} {number}", abi.name());
        }
    }
    let mut names = HashSet::new();
    for call in all() {
        assert!(names.insert(call.name), "{}", call.name);
    }
}

#[test]
fn a_split_argument_takes_two_registers_of_32_bit_callers_only() {
    let call = Syscall {
        args: &[
            Arg {
                name: "fd",
                kind: Type::Fd,
            },
            Arg {
                name: "offset",
                kind: Type::Loff,
            },
            Arg {
                name: "whence",
                kind: Type::I32,
            },
        ],
        ..Syscall::PLAIN
    };
    let registers = |abi| {
        call.places(abi)
            .iter()
            .map(|place| place.register)
            .collect::<Vec<_>>()
    };
    assert_eq!(registers(Abi::X86_64), [0, 1, 2]);
    assert_eq!(registers(Abi::I386), [0, 1, 3]);
}

#[test]
fn arguments_fit_in_the_registers() {
    for call in all() {
        for abi in [Abi::X86_64, Abi::I386] {
            assert_eq!(
                call.places(abi).len(),
                call.arguments(abi).len(),
                "{}",
                call.name
            );
        }
    }
}

#[test]
fn clone_takes_thread_local_storage_before_the_childs_id_on_all_but_x86_64() {
    let clone = by_name("clone").unwrap();
    let last = |abi| clone.arguments(abi)[3..].iter().map(|arg| arg.name);
    assert!(last(Abi::X86_64).eq(["child_tid", "tls"]));
    assert!(last(Abi::I386).eq(["tls", "child_tid"]));
    assert!(last(Abi::Aarch64).eq(["tls", "child_tid"]));
}
