//! Whether this kernel preempts BPF programs, and what that means for the order of rungs.
//!
//! The kernel runs a trampoline's or raw tracepoint's program once per CPU at a time and skips it
//! otherwise. Where such programs can be preempted, a thread that loses its CPU inside one keeps it
//! from every other thread on that CPU for a time slice: with more runnable threads than CPUs, half
//! of all calls were missed so on Debian's 7.3 in the kernel lab. Probes by ftrace run with preemption
//! off and missed none. See `docs/decisions/0010-preempted-programs.md`.

use std::fs;

use tracehound_schema::{HookKind, Rung};

/// Whether programs of trampolines and raw tracepoints can be preempted here.
pub fn preempts() -> bool {
    let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
    judge(
        &read("/proc/sys/kernel/version"),
        &read("/proc/sys/kernel/osrelease"),
        &read("/sys/kernel/debug/sched/preempt"),
    )
}

/// `version` is that of uname(1) -v, `model` the scheduler's list with the choice in brackets.
fn judge(version: &str, release: &str, model: &str) -> bool {
    if !version.contains("PREEMPT") {
        return false;
    }
    if !version.contains("PREEMPT_DYNAMIC") {
        return true;
    }
    if model.contains('(') {
        return model.contains("(full)") || model.contains("(lazy)");
    }
    // Without debugfs: 7.0 took the models that do not preempt away from x86.
    let major = release.split('.').next().unwrap_or_default();
    major.parse::<u32>().is_ok_and(|major| major >= 7)
}

/// The order in which to try `rungs`, as indices: the ladder's own, or on a kernel that preempts
/// programs those that miss nothing first.
pub fn order<'a>(rungs: impl Iterator<Item = &'a Rung>, preempts: bool) -> Vec<usize> {
    let mut indices: Vec<(bool, usize)> = rungs
        .enumerate()
        .map(|(index, rung)| (preempts && can_miss(rung), index))
        .collect();
    indices.sort_unstable();
    indices.into_iter().map(|pair| pair.1).collect()
}

fn can_miss(rung: &Rung) -> bool {
    matches!(
        rung.kind,
        HookKind::Fentry | HookKind::TpBtf | HookKind::RawTp
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const DYNAMIC: &str = "#1 SMP PREEMPT_DYNAMIC Debian";

    #[test]
    fn the_schedulers_own_word_decides() {
        assert!(judge(DYNAMIC, "6.12.1", "none voluntary (full)"));
        assert!(judge(DYNAMIC, "7.3.4", "full (lazy)"));
        assert!(!judge(DYNAMIC, "6.12.1", "none (voluntary) full"));
    }

    #[test]
    fn without_it_version_and_release_do() {
        assert!(!judge("#1 SMP Debian 5.10.262-1", "5.10.0", ""));
        assert!(judge("#1 SMP PREEMPT_RT Debian", "6.1.0", ""));
        assert!(!judge(DYNAMIC, "6.18.44", ""));
        assert!(judge(DYNAMIC, "7.3.4+deb13", ""));
    }

    #[test]
    fn probes_by_ftrace_come_first_where_programs_are_preempted() {
        let event = tracehound_schema::by_name("sigprocmask").unwrap();
        let rungs: Vec<Rung> = event.rungs().collect();
        let first = order(rungs.iter(), true)[0];
        assert_eq!(rungs[first].name, "kprobe.session");
        let ladder: Vec<usize> = (0..rungs.len()).collect();
        assert_eq!(order(rungs.iter(), false), ladder);
    }
}
