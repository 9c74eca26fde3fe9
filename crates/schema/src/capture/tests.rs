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
fn every_step_of_a_call_has_a_bit() {
    fn longest(cases: &[Case], steps: fn(&Case) -> &Vec<Step>) -> usize {
        let all = cases
            .iter()
            .map(|case| steps(case).len() + longest(&case.cases, steps));
        all.max().unwrap_or(0)
    }
    for call in crate::syscalls::all() {
        for abi in [Abi::X86_64, Abi::I386] {
            let plan = plan(call, abi);
            let before = plan.before.len() + longest(&plan.cases, |case| &case.before);
            let after = plan.after.len() + longest(&plan.cases, |case| &case.after);
            assert!(before.max(after) <= MOST_STEPS_IN_ALL, "{}", call.name);
        }
    }
}

/// Only where the option is a filter its instructions are looked for.
#[test]
fn what_an_option_points_at_is_copied_for_that_option() {
    for (abi, offset) in [(Abi::X86_64, 8), (Abi::I386, 4)] {
        let plan = plan_of("setsockopt", abi);
        let socket = plan.cases.iter().find(|case| case.value == 1).unwrap();
        let switch = socket.before.last().unwrap();
        assert_eq!((switch.what, switch.argument), (What::Switch as u8, 2));
        let values: Vec<u64> = socket.cases.iter().map(|case| case.value).collect();
        assert_eq!(
            values,
            [26, 51],
            "SO_ATTACH_FILTER, SO_ATTACH_REUSEPORT_CBPF"
        );
        let [filter] = socket.cases[0].before[..] else {
            panic!("{socket:?}");
        };
        assert_eq!((filter.flags & DEREF, filter.offset), (DEREF, offset));
        assert_eq!((filter.count, filter.scale), (Count::At16 as u8, 8));
        assert_eq!(filter.limit, MOST_OF_ARRAY);
        assert!(socket.cases[0].after.is_empty());
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

fn bytes_at(steps: &[Step], register: u8) -> Vec<Step> {
    let of = |step: &&Step| step.argument == register && step.what == What::Bytes as u8;
    steps.iter().filter(of).copied().collect()
}

#[test]
fn an_option_is_copied_whole_whatever_the_string_size() {
    let plan = plan_of("setsockopt", Abi::X86_64);
    let [value] = bytes_at(&plan.before, 3)[..] else {
        panic!("{plan:?}");
    };
    assert_eq!((value.count, value.from), (Count::Register as u8, 4));
    assert!(
        value.flags & CONTENT == 0 && value.limit >= 256,
        "{value:?}"
    );
}

#[test]
fn what_is_copied_in_any_case_is_not_copied_twice() {
    let plan = plan_of("setsockopt", Abi::X86_64);
    for case in &plan.cases {
        assert!(case.before.iter().all(|step| !plan.before.contains(step)));
    }
}

#[test]
fn of_a_message_to_be_filled_no_content_is_copied_before() {
    let plan = plan_of("recvmsg", Abi::X86_64);
    let content = |steps: &[Step]| {
        let messages = steps.iter().filter(|step| step.what == What::MsgHdr as u8);
        messages
            .map(|step| step.flags & CONTENT)
            .collect::<Vec<_>>()
    };
    assert_eq!(
        (content(&plan.before), content(&plan.after)),
        (vec![0], vec![CONTENT])
    );
}

#[test]
fn before_the_call_its_result_counts_nothing() {
    for call in crate::syscalls::all() {
        let plan = plan(call, Abi::X86_64);
        let cases = plan.cases.iter().flat_map(|case| &case.before);
        for step in plan.before.iter().chain(cases) {
            assert!(
                step.count != Count::RegisterOrRet as u8 && step.count != Count::Ret as u8,
                "{}",
                call.name
            );
        }
    }
}

#[test]
fn a_structure_may_say_itself_how_long_it_is() {
    let plan = plan_of("perf_event_open", Abi::X86_64);
    let attr = bytes_at(&plan.before, 0)[0];
    assert_eq!(
        (attr.count, attr.from, attr.count_at),
        (Count::At32 as u8, 0, 4)
    );
    assert_eq!(attr.limit, 144);
}

#[test]
fn a_pointer_of_64_bits_is_followed_for_every_abi() {
    let bpf = |abi| plan_of("bpf", abi);
    for abi in [Abi::X86_64, Abi::I386] {
        let load = bpf(abi)
            .cases
            .into_iter()
            .find(|case| case.value == 5)
            .unwrap();
        let pointers = load.before.iter().filter(|step| step.flags & DEREF != 0);
        let pointers: Vec<_> = pointers.map(|step| (step.what, step.offset)).collect();
        assert_eq!(
            pointers,
            [(What::Bytes as u8, 8), (What::Text as u8, 16)],
            "instructions, licence"
        );
    }
}

#[test]
fn what_no_row_tells_of_a_request_is_as_long_as_its_number_says() {
    let plan = plan_of("ioctl", Abi::X86_64);
    for steps in [&plan.before, &plan.after] {
        let [content] = bytes_at(steps, 2)[..] else {
            panic!("{plan:?}");
        };
        assert_eq!((content.count, content.from), (Count::Ioctl as u8, 1));
    }
}

#[test]
fn events_of_epoll_have_padding_but_on_x86() {
    let events = |abi| bytes_at(&plan_of("epoll_pwait", abi).after, 1)[0].scale;
    assert_eq!(
        [Abi::X86_64, Abi::I386, Abi::Aarch64].map(events),
        [12, 12, 16]
    );
}

#[test]
fn descriptors_that_a_call_leaves_are_looked_up() {
    let files = |steps: &[Step]| -> Vec<(u8, u32)> {
        let all = steps.iter().map(|step| (step.what, step.limit));
        all.filter(|(what, _)| *what >= What::ReturnedFile as u8 && *what != What::Switch as u8)
            .collect()
    };
    for name in ["pipe", "pipe2", "socketpair"] {
        let plan = plan_of(name, Abi::X86_64);
        assert_eq!(files(&plan.after), [(What::Files as u8, 8)], "{name}");
    }
    let returned = [(What::ReturnedFile as u8, 0)];
    assert_eq!(files(&plan_of("openat", Abi::X86_64).after), returned);
    // By what the call is asked for.
    let plan = plan_of("fcntl", Abi::X86_64);
    assert_eq!(files(&plan.after), []);
    let after = |value| {
        let case = plan.cases.iter().find(|case| case.value == value);
        case.map_or(vec![], |case| files(&case.after))
    };
    assert_eq!([after(0), after(1030)], [returned, returned]);
    assert_eq!(after(3), []);
    // The flags decide, which choose nothing else.
    assert_eq!(files(&plan_of("seccomp", Abi::X86_64).after), returned);
}
