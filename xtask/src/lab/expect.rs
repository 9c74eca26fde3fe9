//! Which rungs may be missing on which kernels. All others must work.

use super::kernels::Series;
use super::plan::ONE_CALL;

/// A rung that some kernels lack.
struct Lack {
    /// The event that lacks it there, of all events that have it.
    event: Option<&'static str>,
    rung: &'static str,
    /// The kernels that lack it: from, up to and without.
    from: Series,
    until: Series,
}

const FIRST: Series = Series(0, 0);
const LAST: Series = Series(u32::MAX, 0);

const LACKS: &[Lack] = &[
    // The iterator of links came with 5.19.
    Lack {
        event: Some("existing_bpf_link"),
        rung: "iter",
        from: FIRST,
        until: Series(5, 19),
    },
    // Kernels since 7.0 preempt these programs, which share a buffer.
    Lack {
        event: Some(ONE_CALL),
        rung: "fentry+fexit",
        from: Series(7, 0),
        until: LAST,
    },
    // Debian's type information lacks functions that a kernel has twice, from pahole 1.25 on.
    Lack {
        event: Some("load_elf_phdrs"),
        rung: "fentry",
        from: Series(6, 2),
        until: LAST,
    },
    // The tracepoint came with 6.14.
    Lack {
        event: Some("cap_capable"),
        rung: "tp_btf",
        from: FIRST,
        until: Series(6, 14),
    },
    Lack {
        event: Some("cap_capable"),
        rung: "raw_tp",
        from: FIRST,
        until: Series(6, 14),
    },
    // The tracepoint was called so up to 6.3, and otherwise since.
    Lack {
        event: Some("io_uring_submit_req"),
        rung: "tp_btf/io_uring_submit_req",
        from: FIRST,
        until: Series(6, 4),
    },
    Lack {
        event: Some("io_uring_submit_req"),
        rung: "raw_tp/io_uring_submit_req",
        from: FIRST,
        until: Series(6, 4),
    },
    Lack {
        event: Some("io_uring_submit_req"),
        rung: "tp_btf/io_uring_submit_sqe",
        from: Series(6, 3),
        until: LAST,
    },
    Lack {
        event: Some("io_uring_submit_req"),
        rung: "raw_tp/io_uring_submit_sqe",
        from: Series(6, 3),
        until: LAST,
    },
    // One function that all others call came late; which of them call each other differs.
    Lack {
        event: Some("file_modification"),
        rung: "fentry+fexit/file_update_time_flags",
        from: FIRST,
        until: Series(6, 18),
    },
    Lack {
        event: Some("file_modification"),
        rung: "kprobe+kretprobe/file_update_time_flags",
        from: FIRST,
        until: Series(6, 18),
    },
    Lack {
        event: Some("file_modification"),
        rung: "fentry+fexit/file_update_time,file_modified_flags",
        from: FIRST,
        until: Series(6, 1),
    },
    Lack {
        event: Some("file_modification"),
        rung: "fentry+fexit/file_update_time,file_modified_flags",
        from: Series(6, 2),
        until: LAST,
    },
    Lack {
        event: Some("file_modification"),
        rung: "kprobe+kretprobe/file_update_time,file_modified_flags",
        from: FIRST,
        until: Series(6, 1),
    },
    Lack {
        event: Some("file_modification"),
        rung: "kprobe+kretprobe/file_update_time,file_modified_flags",
        from: Series(6, 2),
        until: LAST,
    },
    Lack {
        event: Some("file_modification"),
        rung: "fentry+fexit/file_update_time,file_modified,kiocb_modified",
        from: FIRST,
        until: Series(6, 0),
    },
    Lack {
        event: Some("file_modification"),
        rung: "kprobe+kretprobe/file_update_time,file_modified,kiocb_modified",
        from: FIRST,
        until: Series(6, 0),
    },
    // The tracepoints came with 6.3.
    Lack {
        event: Some("udp_socket_close"),
        rung: "tp_btf/sys_enter,sched_process_exit+sys_exit+sock_send_length+sock_recv_length",
        from: FIRST,
        until: Series(6, 3),
    },
    Lack {
        event: Some("udp_socket_close"),
        rung: "raw_tp/sys_enter,sched_process_exit+sys_exit+sock_send_length+sock_recv_length",
        from: FIRST,
        until: Series(6, 3),
    },
    // The compiler inlines sigprocmask() into the system call.
    Lack {
        event: None,
        rung: "fentry+fexit+inner",
        from: Series(6, 2),
        until: LAST,
    },
    // BPF_TRACE_KPROBE_SESSION came with 6.10.
    Lack {
        event: None,
        rung: "kprobe.session",
        from: FIRST,
        until: Series(6, 10),
    },
    // BPF_TRACE_UPROBE_MULTI came with 6.6.
    Lack {
        event: None,
        rung: "uprobe.multi",
        from: FIRST,
        until: Series(6, 6),
    },
    // BPF_TRACE_KPROBE_MULTI came with 5.18; Debian's 6.1 is built without CONFIG_FPROBE.
    Lack {
        event: None,
        rung: "kprobe.multi",
        from: FIRST,
        until: Series(6, 2),
    },
];

/// Whether a kernel may lack a rung of an event.
pub fn may_lack(series: Series, event: &str, rung: &str) -> bool {
    // What a rung that names its target is attached by; some are meant with their target.
    let mechanism = rung.split('/').next().unwrap_or(rung);
    LACKS.iter().any(|lack| {
        lack.event.is_none_or(|own| own == event)
            && [mechanism, rung].contains(&lack.rung)
            && lack.from <= series
            && series < lack.until
    })
}
