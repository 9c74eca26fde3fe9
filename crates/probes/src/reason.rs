//! Why a rung cannot be used here, in words for a person.

use std::path::Path;

use tracehound_schema::names::ERRNO;
use tracehound_schema::{HookKind, Rung};

/// Kernels with kprobes list them here; without the file libbpf has nothing to attach to.
const KPROBE_TYPE: &str = "/sys/bus/event_source/devices/kprobe/type";

/// What was being done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doing {
    /// Loading the programs.
    Loading,
    /// Attaching one of them.
    Attaching,
}

/// Whether this kernel is built with kprobes.
pub fn has_kprobes() -> bool {
    Path::new(KPROBE_TYPE).exists()
}

/// Says why `rung` failed.
pub fn reason(rung: &Rung, hook: &str, doing: Doing, error: &libbpf_rs::Error) -> String {
    let text = format!("{error:#}");
    let Some(code) = code(&text) else {
        return text;
    };
    let name = ERRNO
        .name(code)
        .map_or_else(|| code.to_string(), str::to_owned);
    match known(rung, hook, doing, &name) {
        Some(words) => format!("{words} ({name})"),
        None => {
            let doing = match doing {
                Doing::Loading => "the kernel refused the program",
                Doing::Attaching => "the kernel refused to attach",
            };
            format!("{doing}: {text}")
        }
    }
}

/// Why an object built for an old kernel has no programs for `rung`.
pub fn not_built(rung: &Rung) -> String {
    let since = match rung.kind {
        HookKind::KprobeSession => "6.10",
        HookKind::KprobeMulti => "5.18",
        HookKind::UprobeMulti => "6.6",
        HookKind::Lsm => "5.7",
        _ => "5.11",
    };
    format!("needs Linux {since} or newer")
}

/// The error number, as libbpf-rs has it.
pub fn code_of(error: &libbpf_rs::Error) -> Option<i64> {
    code(&format!("{error:#}"))
}

/// The error number: libbpf-rs shows it in its text only.
fn code(text: &str) -> Option<i64> {
    let rest = text.rsplit("os error ").next()?;
    rest.split(')').next()?.parse().ok()
}

fn known(rung: &Rung, hook: &str, doing: Doing, errno: &str) -> Option<String> {
    use Doing::{Attaching, Loading};
    // Numbers and not versions decide: distributions build and patch kernels as they like.
    let words = match (rung.kind, doing, errno) {
        (_, _, "EPERM") => "this kernel's policy refuses programs of this kind".to_owned(),
        (HookKind::KprobeSession | HookKind::KprobeMulti, Attaching, "EOPNOTSUPP") => {
            "this kernel is built without CONFIG_FPROBE".to_owned()
        }
        (HookKind::KprobeSession, Attaching, "EINVAL") => {
            "this kernel does not know sessions, which came with Linux 6.10".to_owned()
        }
        (HookKind::KprobeMulti, Attaching, "EINVAL") => {
            "this kernel does not know attachment to many, which came with Linux 5.18".to_owned()
        }
        (HookKind::UprobeMulti, Attaching, "EINVAL" | "EOPNOTSUPP") => {
            "this kernel does not know uprobes by many, which came with Linux 6.6".to_owned()
        }
        (_, Attaching, "ENOENT") if hook.is_empty() && !has_kprobes() => {
            "this kernel is built without CONFIG_KPROBES".to_owned()
        }
        (
            HookKind::Kprobe | HookKind::KprobeMulti | HookKind::KprobeSession,
            Attaching,
            "ENOENT" | "ESRCH",
        ) => {
            format!("this kernel has no function {}", target(hook))
        }
        // Beside raw_tp there may be one of the others.
        (
            HookKind::Lsm | HookKind::Fentry | HookKind::TpBtf | HookKind::RawTp,
            Loading,
            "ESRCH" | "ENOENT",
        ) => "this kernel's type information lacks the function, hook or tracepoint".to_owned(),
        (HookKind::TpBtf | HookKind::RawTp, Attaching, "ENOENT") => {
            format!("this kernel has no tracepoint {}", target(hook))
        }
        _ => return None,
    };
    Some(words)
}

fn target(hook: &str) -> &str {
    hook.split_once('/').map_or(hook, |parts| parts.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn says(rung: &'static str, doing: Doing, code: i32) -> String {
        let error = libbpf_rs::Error::from_raw_os_error(code);
        reason(&Rung::parse(rung), "kprobe.multi/f", doing, &error)
    }

    #[test]
    fn a_number_becomes_words_that_say_what_is_missing() {
        let fprobe = says("kprobe.multi", Doing::Attaching, libc::EOPNOTSUPP);
        assert_eq!(
            fprobe,
            "this kernel is built without CONFIG_FPROBE (EOPNOTSUPP)"
        );
        let policy = says("fentry+fexit", Doing::Loading, libc::EPERM);
        assert!(policy.contains("policy") && policy.ends_with("(EPERM)"));
        let symbol = says("kprobe.multi", Doing::Attaching, libc::ESRCH);
        assert_eq!(symbol, "this kernel has no function f (ESRCH)");
    }

    #[test]
    fn an_unforeseen_number_is_shown_with_what_was_being_done() {
        let text = says("tp_btf", Doing::Loading, libc::E2BIG);
        assert!(
            text.starts_with("the kernel refused the program: "),
            "{text}"
        );
    }
}
