//! The arguments that 32-bit callers pass, against the kernel's types (BTF) of the functions behind
//! its entry stubs: `__do_compat_sys_*`, and `__do_sys_*` where the call has no compat form. Compilers
//! put most of them into the stub, and then nothing is known of them.

use libbpf_rs::ReferencesType as _;
use libbpf_rs::btf::Btf;
use libbpf_rs::btf::types::{Func, FuncProto};
use tracehound_schema::Abi;
use tracehound_schema::syscalls::{self, Syscall};

use crate::newer_than_this_kernel;

/// The number of parameters of a function, where the kernel has its type.
fn parameters(btf: &Btf<'_>, name: &str) -> Option<usize> {
    let function: Func<'_> = btf.type_by_name(name)?;
    let proto: FuncProto<'_> = btf.type_by_id(function.referenced_type_id())?;
    Some(proto.iter().count())
}

/// The registers that arguments of 32-bit callers take.
fn registers(call: &Syscall) -> usize {
    let places = call.places(Abi::I386);
    let taken = places.iter().map(|place| 1 + usize::from(place.split));
    taken.sum()
}

/// The function with the declared parameters behind a stub.
fn inner(stub: &str) -> String {
    let name = stub
        .trim_start_matches("__ia32_")
        .trim_start_matches("__x64_");
    format!("__do_{name}")
}

#[test]
fn arguments_of_32_bit_callers_are_as_many_as_the_kernel_has() {
    let Ok(btf) = Btf::from_vmlinux() else {
        println!("skipped: this kernel does not describe its types");
        return;
    };
    let mut wrong = Vec::new();
    let mut checked = 0;
    let calls = syscalls::all().filter(|call| call.i386.is_some() && !call.packed32);
    for call in calls.filter(|call| !newer_than_this_kernel(call)) {
        let stubs = call.functions(Abi::X86_64);
        let Some(stub) = stubs.iter().find(|stub| stub.starts_with("__ia32_")) else {
            continue;
        };
        if let Some(count) = parameters(&btf, &inner(stub)) {
            checked += 1;
            // A call without arguments has the registers for its only parameter.
            if count.max(1) != registers(call).max(1) {
                wrong.push(format!(
                    "{}: {} registers, {stub} has {count}",
                    call.name,
                    registers(call)
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    println!("{checked} calls of 32-bit callers have their kernel's arguments");
}
