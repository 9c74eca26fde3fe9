//! Hooks, types and enumerations against the running kernel's own description of itself.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::process::Command;
use std::sync::LazyLock;

use libbpf_rs::ReferencesType as _;
use libbpf_rs::btf::types::{Enum, Func, FuncProto, Ptr, Typedef};
use libbpf_rs::btf::{Btf, BtfKind, BtfType, TypeId};
use tracehound_schema::{Abi, Event, HookKind, MadeBy, Rung, all, by_name, names, syscalls};

use crate::{root, tracehound};

fn btf() -> Btf<'static> {
    Btf::from_vmlinux().expect("this kernel describes its types (/sys/kernel/btf/vmlinux)")
}

/// Every function that the kernel lists, static ones included.
fn functions() -> HashSet<String> {
    let text = std::fs::read_to_string("/proc/kallsyms").unwrap();
    let functions = text.lines().filter_map(|line| {
        let mut words = line.split_whitespace().skip(1);
        let kind = words.next()?;
        kind.eq_ignore_ascii_case("t")
            .then(|| words.next().map(str::to_owned))?
    });
    functions.collect()
}

/// The C spelling of a type, without qualifiers.
fn spelled(btf: &Btf<'_>, id: TypeId) -> String {
    let void = || "void".to_owned();
    let Some(kind): Option<BtfType<'_>> = btf.type_by_id(id) else {
        return void();
    };
    let name = kind
        .name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default();
    match kind.kind() {
        BtfKind::Ptr => {
            let target = spelled(btf, Ptr::try_from(kind).unwrap().referenced_type_id());
            format!("{target}{}*", if target.ends_with('*') { "" } else { " " })
        }
        BtfKind::Struct | BtfKind::Fwd => format!("struct {name}"),
        BtfKind::Enum | BtfKind::Enum64 => format!("enum {name}"),
        BtfKind::Const | BtfKind::Volatile | BtfKind::Restrict => kind
            .next_type()
            .map_or_else(void, |next| spelled(btf, next.type_id())),
        BtfKind::Void => void(),
        _ => name,
    }
}

fn unqualified(ctype: &str) -> String {
    let words = ctype.split_whitespace();
    let words: Vec<_> = words
        .filter(|word| !["const", "restrict"].contains(word))
        .collect();
    words.join(" ")
}

/// What tracepoint programs are passed, from the type that the kernel keeps for them.
fn tracepoint(btf: &Btf<'_>, name: &str) -> Option<Vec<String>> {
    let typedef: Typedef<'_> = btf.type_by_name(&format!("btf_trace_{name}"))?;
    let pointer: Ptr<'_> = btf.type_by_id(typedef.referenced_type_id())?;
    let proto: FuncProto<'_> = btf.type_by_id(pointer.referenced_type_id())?;
    // The first is the kernel's own.
    let types = proto.iter().skip(1).map(|param| spelled(btf, param.ty));
    Some(types.collect())
}

/// What this kernel has; looked up once, since every call has hooks.
struct Kernel {
    /// Names of tracepoints that programs are passed types by.
    tracepoints: HashSet<String>,
    /// Functions that the type information knows.
    typed: HashSet<String>,
    /// Functions that the kernel lists.
    listed: HashSet<String>,
}

static KERNEL: LazyLock<Kernel> = LazyLock::new(|| {
    let btf = btf();
    let named = |name: Option<&OsStr>| name.map(|name| name.to_string_lossy().into_owned());
    let typedefs = btf.type_by_kind::<Typedef<'_>>();
    let tracepoints = typedefs.filter_map(|typedef| {
        let name = named(typedef.name())?;
        Some(name.strip_prefix("btf_trace_")?.to_owned())
    });
    Kernel {
        tracepoints: tracepoints.collect(),
        typed: btf
            .type_by_kind::<Func<'_>>()
            .filter_map(|function| named(function.name()))
            .collect(),
        listed: functions(),
    }
});

/// Hooks of a rung with whether this kernel has what they sit on.
fn targets(event: &'static Event) -> Vec<(&'static str, String, bool)> {
    let mut targets = Vec::new();
    // Uprobes sit on libraries, not on the kernel.
    let libraries = [HookKind::Uprobe, HookKind::UprobeMulti];
    for rung in event.rungs().filter(|rung| !libraries.contains(&rung.kind)) {
        for hook in rung.hooks(event, Abi::X86_64) {
            let there = match hook.section {
                "tp_btf" | "raw_tp" => &KERNEL.tracepoints,
                "fentry" | "fexit" | "lsm" | "iter" => &KERNEL.typed,
                _ => &KERNEL.listed,
            };
            let function = match hook.section {
                "lsm" => format!("bpf_lsm_{}", hook.target),
                "iter" => format!("bpf_iter_{}", hook.target),
                _ => hook.target.clone(),
            };
            let exists = there.contains(&function);
            targets.push((rung.name, hook.target, exists));
        }
    }
    targets
}

#[test]
fn hooks_sit_on_what_this_kernel_has() {
    // What calls lack alike is asked for once: they all climb one ladder.
    let mut asked = HashSet::new();
    for event in all() {
        let mut lacking = Vec::new();
        for (rung, target, exists) in targets(event) {
            // Functions come and go with versions and compilers; tracepoints that we name stay, but
            // for those of what a kernel can be built without.
            let stays = rung.starts_with("tp_btf") || rung.starts_with("raw_tp");
            let stays = stays
                && !BUILT_WITHOUT
                    .iter()
                    .any(|prefix| target.starts_with(prefix));
            assert!(exists || !stays, "{}: {rung} names {target}", event.name);
            if !exists {
                lacking.push(rung);
            }
        }
        let first = event.call.is_none() || asked.insert(lacking.clone());
        if first && !lacking.is_empty() {
            doctor_refuses(event, &lacking);
        }
    }
}

/// Tracepoints of what this kernel may be built without, too old for, or may name otherwise: what their
/// names start with.
const BUILT_WITHOUT: &[&str] = &["module_", "cap_capable", "io_uring_"];

/// Where a symbol is missing, doctor must not count on it.
fn doctor_refuses(event: &Event, rungs: &[&str]) {
    if !root("asking doctor about a symbol that this kernel lacks") {
        return;
    }
    let output = tracehound()
        .args(["doctor", "--rungs", event.name])
        .output()
        .unwrap();
    let works = String::from_utf8(output.stdout).unwrap();
    let wrong = works.lines().find(|line| rungs.contains(line));
    assert_eq!(wrong, None, "{} works without its symbol", event.name);
}

#[test]
fn doctor_counts_on_no_hook_that_this_kernel_lacks() {
    if !root("doctor") {
        return;
    }
    let output = tracehound().arg("doctor").output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    for event in all().filter(|event| event.made_by != MadeBy::Tracer) {
        let used = text
            .lines()
            .find_map(|line| line.strip_prefix(&format!("{}: by ", event.name)));
        for (rung, target, exists) in targets(event) {
            assert!(
                exists || used != Some(rung),
                "{}: {rung} is used without {target}",
                event.name
            );
        }
    }
}

/// Where a tracepoint passes what the event's function has elsewhere, and as what, as its rung says by
/// `(type)ctx[place]`.
fn places(event: &Event, rung: &'static str) -> Vec<(usize, &'static str)> {
    let sources = event.way(rung).map_or(&[][..], |way| way.sources);
    let place = |source: &'static str| {
        let (before, rest) = source.split_once("ctx[")?;
        let (number, _) = rest.split_once(']')?;
        let cast = before.strip_suffix(')')?.rsplit_once('(')?.1;
        let kind = if cast == "s32" { "int" } else { cast };
        Some((number.parse().ok()?, kind))
    };
    sources.iter().filter_map(|row| place(row.1)).collect()
}

#[test]
fn tracepoints_pass_the_parameters_that_events_declare() {
    let btf = btf();
    let mut checked = 0;
    for event in all().filter(|event| event.made_by == MadeBy::Hook) {
        let tracepoints = event.rungs().filter(|rung| {
            let kinds = [HookKind::TpBtf, HookKind::RawTp];
            kinds.contains(&rung.kind) && !rung.at_calls()
        });
        let each = |rung: Rung| rung.targets().map(move |target| (rung, target));
        for (rung, target) in tracepoints.flat_map(each) {
            // Behind it stand those whose programs keep owners.
            let target = target.split('+').next().unwrap_or(target);
            let optional = BUILT_WITHOUT
                .iter()
                .any(|prefix| target.starts_with(prefix));
            let Some(passed) = tracepoint(&btf, target) else {
                assert!(optional, "{target}");
                continue;
            };
            checked += 1;
            let own = places(event, rung.name);
            if !own.is_empty() {
                for (place, kind) in own {
                    assert_eq!(
                        passed[place], kind,
                        "{target}: the kernel passes {passed:?}"
                    );
                }
                continue;
            }
            let part = || event.way(&rung.part(target));
            let way = event.way(rung.name).or_else(part);
            for (slot, param) in event.params.iter().enumerate() {
                // What comes from elsewhere on this rung is not passed.
                if way.is_some_and(|way| way.source(param.name).is_some()) {
                    continue;
                }
                // Kernels append parameters; what we do not declare we do not read.
                let declared = unqualified(param.ctype);
                assert_eq!(passed.get(slot), Some(&declared), "{target}: {passed:?}");
            }
        }
    }
    assert!(checked > 0);
}

#[test]
fn system_call_tracepoints_pass_registers_and_a_number() {
    let btf = btf();
    let passed = |name| tracepoint(&btf, name).unwrap();
    assert_eq!(passed("sys_enter"), ["struct pt_regs *", "long int"]);
    assert_eq!(passed("sys_exit"), ["struct pt_regs *", "long int"]);
}

/// The argument number that a field's source names.
fn argument(source: &str) -> Option<usize> {
    let (_, rest) = source.split_once("argument ")?;
    rest.chars()
        .next()?
        .to_digit(10)
        .map(|digit| digit as usize)
}

/// A call's argument types as the kernel's trace events list them.
fn traced_types(call: &str) -> Option<Vec<String>> {
    let path = format!("/sys/kernel/tracing/events/syscalls/sys_enter_{call}/format");
    let script = format!("[ -e {path} ] || mount -t tracefs none /sys/kernel/tracing; cat {path}");
    // In a mount namespace of its own: the machine's stays as it is.
    let output = Command::new("unshare")
        .args(["-m", "sh", "-c", &script])
        .output()
        .ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let fields = text
        .lines()
        .filter_map(|line| line.trim().strip_prefix("field:"));
    let types = fields.filter_map(|field| field.split(';').next()?.rsplit_once(' '));
    let types: Vec<_> = types
        .skip_while(|(_, name)| *name != "__syscall_nr")
        .skip(1)
        .map(|(ctype, _)| unqualified(ctype))
        .collect();
    (!types.is_empty()).then_some(types)
}

#[test]
fn arguments_have_the_types_that_the_kernel_declares() {
    if !root("reading trace event formats") {
        return;
    }
    let mut checked = 0;
    for event in all().filter(|event| !event.calls.is_empty()) {
        // The first call is the full one; the legacy form has fewer and older types.
        let Some(types) = traced_types(event.calls[0]) else {
            println!(
                "skipped: this kernel has no trace events for system calls (CONFIG_FTRACE_SYSCALLS)"
            );
            return;
        };
        for field in event
            .fields
            .iter()
            .filter(|field| !field.from.ctype.is_empty())
        {
            let Some(number) = argument(field.from.source) else {
                continue;
            };
            let declared = unqualified(field.from.ctype);
            assert_eq!(types[number - 1], declared, "{}.{}", event.name, field.name);
            checked += 1;
        }
    }
    assert!(checked >= 8, "{checked}");
}

#[test]
fn results_of_signals_are_those_of_the_kernels_enumeration() {
    let btf = btf();
    for (value, name) in names::SIGNAL_RESULT.rows {
        let wanted = format!("TRACE_SIGNAL_{}", name.to_uppercase());
        let found = btf.type_by_kind::<Enum<'_>>().find_map(|list| {
            let member = list
                .iter()
                .find(|m| m.name.is_some_and(|name| name == wanted.as_str()))?;
            Some(member.value)
        });
        assert_eq!(found, Some(*value), "{wanted}");
    }
}

#[test]
fn functions_that_the_page_denies_do_not_exist() {
    let page = by_name("sigprocmask").unwrap().page.issues.join(" ");
    let functions = functions();
    for denied in ["do_sigprocmask", "do_rt_sigprocmask"] {
        assert!(
            page.contains(&format!("no function {denied}"))
                || page.contains(&format!("no {denied}"))
        );
        assert!(!functions.contains(denied), "{denied} exists");
    }
    assert!(
        functions.contains("sigprocmask"),
        "the inner function that the page names"
    );
}

/// Compat forms that no number of the 32-bit table leads to: for x32, other architectures or the
/// multiplexed calls.
const SPARE_COMPAT: [&str; 12] = [
    // On 6.12 a hook on it does not fire for i386 319, one on the plain function does.
    "epoll_pwait",
    "fcntl",
    "newfstatat",
    "old_msgctl",
    "old_semctl",
    "old_shmctl",
    "preadv64",
    "preadv64v2",
    "pwritev64",
    "pwritev64v2",
    "recv",
    "sendfile64",
];

/// A call without a compat form is served for 32-bit programs by the plain function.
#[test]
fn calls_have_a_compat_form_where_the_table_says_so() {
    let listed = &KERNEL.listed;
    let compat: HashSet<&str> = listed
        .iter()
        .filter_map(|name| name.strip_prefix("__ia32_compat_sys_"))
        .filter(|name| !name.contains('.') && !SPARE_COMPAT.contains(name))
        .collect();
    let mut wrong = Vec::new();
    let mut claimed = HashSet::new();
    for call in syscalls::all().filter(|call| call.i386.is_some()) {
        let mut functions = call.functions(Abi::X86_64).into_iter();
        let serves = functions.find(|name| name.starts_with("__ia32_")).unwrap();
        let name = serves.trim_start_matches("__ia32_");
        let name = name
            .trim_start_matches("compat_")
            .trim_start_matches("sys_");
        claimed.insert(name.to_owned());
        // One that is missing is newer than this kernel, or left out when it was built.
        let lost =
            !listed.contains(&serves) && listed.contains(&format!("__x64_sys_{}", call.name));
        if lost || (!call.compat && compat.contains(name)) {
            wrong.push(format!("{}: {serves} does not serve it", call.name));
        }
    }
    let unclaimed = compat.iter().filter(|name| !claimed.contains(**name));
    wrong.extend(unclaimed.map(|name| format!("compat_sys_{name} serves no row")));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
