use super::*;
use crate::syscalls::by_name;

fn plan_of(name: &str, abi: Abi) -> Plan {
    plan(by_name(name).unwrap(), abi)
}

#[test]
fn what_is_received_is_as_long_as_the_call_returned() {
    let plan = plan_of("read", Abi::X86_64);
    let [content] = plan.after[..] else {
        panic!("{plan:?}");
    };
    assert_eq!((content.argument, content.count), (1, Count::Ret as u8));
    assert_eq!(content.flags, CONTENT | WRITTEN);
}

#[test]
fn what_is_sent_is_as_long_as_the_argument_says() {
    let plan = plan_of("write", Abi::X86_64);
    let content = plan
        .before
        .iter()
        .find(|step| step.what == What::Bytes as u8)
        .unwrap();
    assert_eq!((content.count, content.from), (Count::Register as u8, 2));
    assert_eq!(content.flags, CONTENT | WIDE);
    assert!(plan.entry);
}

#[test]
fn a_structure_has_the_size_of_the_callers_abi() {
    let limit = |abi| plan_of("nanosleep", abi).before[0].limit;
    assert_eq!((limit(Abi::X86_64), limit(Abi::I386)), (16, 8));
}

#[test]
fn a_call_that_never_returns_has_no_end() {
    let plan = plan_of("exit_group", Abi::X86_64);
    assert!(plan.entry && !plan.exit);
}

#[test]
fn no_list_is_longer_than_the_kernel_program_runs() {
    for call in crate::syscalls::all() {
        for abi in [Abi::X86_64, Abi::I386] {
            let plan = plan(call, abi);
            let most = [&plan.before, &plan.after]
                .into_iter()
                .chain(
                    plan.cases
                        .iter()
                        .flat_map(|case| [&case.before, &case.after]),
                )
                .map(Vec::len)
                .max()
                .unwrap_or(0);
            assert!(most <= MOST_STEPS, "{}: {most} steps", call.name);
        }
    }
}

#[test]
fn choices_of_one_call_are_by_one_argument() {
    for call in crate::syscalls::all() {
        for abi in [Abi::X86_64, Abi::I386] {
            let caller = Caller {
                call,
                abi,
                places: call.places(abi),
            };
            let choices = caller.choices();
            let Some((_, first)) = choices.first() else {
                continue;
            };
            assert!(
                choices
                    .iter()
                    .all(|(_, by)| by.name == first.name && by.mask == first.mask),
                "{}",
                call.name
            );
            let known = call.arguments(abi).iter().any(|arg| arg.name == first.name);
            assert!(known, "{}: no argument {}", call.name, first.name);
        }
    }
}
