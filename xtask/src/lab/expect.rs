//! Which rungs may be missing on which kernels. All others must work.

use super::kernels::Series;

/// A rung that some kernels lack.
struct Lack {
    rung: &'static str,
    /// The kernels that lack it: from, up to and without.
    from: Series,
    until: Series,
}

const FIRST: Series = Series(0, 0);
const LAST: Series = Series(u32::MAX, 0);

const LACKS: &[Lack] = &[
    // The compiler inlines sigprocmask() into the system call.
    Lack {
        rung: "fentry+fexit+inner",
        from: Series(6, 2),
        until: LAST,
    },
    // BPF_TRACE_KPROBE_SESSION came with 6.10.
    Lack {
        rung: "kprobe.session",
        from: FIRST,
        until: Series(6, 10),
    },
    // BPF_TRACE_UPROBE_MULTI came with 6.6.
    Lack {
        rung: "uprobe.multi",
        from: FIRST,
        until: Series(6, 6),
    },
    // BPF_TRACE_KPROBE_MULTI came with 5.18; Debian's 6.1 is built without CONFIG_FPROBE.
    Lack {
        rung: "kprobe.multi",
        from: FIRST,
        until: Series(6, 2),
    },
];

/// Whether a kernel may lack a rung.
pub fn may_lack(series: Series, rung: &str) -> bool {
    // What a rung that names its one target is attached by.
    let mechanism = rung.split('/').next().unwrap_or(rung);
    LACKS
        .iter()
        .any(|lack| lack.rung == mechanism && lack.from <= series && series < lack.until)
}
