//! Clocks, timers and the formats of time.
//!
//! 32-bit x86 has two calls for most of these: the one with 32-bit times keeps its name in the
//! kernel's table, the one with 64-bit times has another there (`clock_gettime64`). Here the latter
//! goes by the name that 64-bit callers know it by, as its arguments are the same.

use crate::names;
use crate::types::Type::{
    Addr, By, Enum, Fd, Flags, I32, I64, In, InOut, Left, Long, Out, Pid, Raw, Seconds, Signal,
    Struct, Ticks, U32, Unused,
};
use crate::types::{choices, structs};

structs! {
    /// A time in seconds and nanoseconds, in the words of the caller.
    TIMESPEC = "struct timespec" { tv_sec: Long, tv_nsec: Long }

    /// A time in seconds and nanoseconds of 64 bits each for every caller.
    TIMESPEC64 = "struct __kernel_timespec" { tv_sec: I64, tv_nsec: I64 }
        with { compat: Some(&TIMESPEC64_COMPAT), x32: Some(&TIMESPEC64_X32) }

    /// The same of an x32 caller, who has all 64 bits.
    TIMESPEC64_X32 = "struct __kernel_timespec" { tv_sec: I64, tv_nsec: I64 }

    /// The same of a 32-bit caller, who has 32 bits of nanoseconds and 32 that count for nothing.
    TIMESPEC64_COMPAT = "struct __kernel_timespec" { tv_sec: I64, tv_nsec: I32, __pad: I32 }

    /// A time in seconds and microseconds, in the words of the caller.
    TIMEVAL = "struct timeval" { tv_sec: Long, tv_usec: Long } with { x32: Some(&TIMEVAL_X32) }

    /// The same of an x32 caller, whose words of time have 64 bits.
    TIMEVAL_X32 = "struct timeval" { tv_sec: I64, tv_usec: I64 }

    /// A timer's period and what is left of it, in microseconds.
    ITIMERVAL = "struct itimerval" { it_interval: Struct(&TIMEVAL), it_value: Struct(&TIMEVAL) }

    /// A timer's period and what is left of it, in the words of the caller.
    ITIMERSPEC = "struct itimerspec" { it_interval: Struct(&TIMESPEC), it_value: Struct(&TIMESPEC) }

    /// The same in 64 bits for every caller.
    ITIMERSPEC64 = "struct __kernel_itimerspec" {
        it_interval: Struct(&TIMESPEC64),
        it_value: Struct(&TIMESPEC64),
    }

    /// Where the machine is on the earth.
    TIMEZONE = "struct timezone" { tz_minuteswest: I32, tz_dsttime: I32 }

    /// Times that a process and its children used.
    TMS = "struct tms" { tms_utime: Ticks, tms_stime: Ticks, tms_cutime: Ticks, tms_cstime: Ticks }

    /// The discipline of a clock, in the words of the caller.
    TIMEX = "struct timex" {
        modes: Flags(&names::TIMEX_MODES),
        offset: Long,
        freq: Long,
        maxerror: Long,
        esterror: Long,
        status: Flags(&names::TIMEX_STATUS),
        constant: Long,
        precision: Long,
        tolerance: Long,
        time: Struct(&TIMEVAL),
        tick: Long,
        ppsfreq: Long,
        jitter: Long,
        shift: I32,
        stabil: Long,
        jitcnt: Long,
        calcnt: Long,
        errcnt: Long,
        stbcnt: Long,
        tai: I32,
        __pad: Raw(44),
    }

    /// A time in seconds and microseconds of 64 bits each.
    TIMEX_TIMEVAL = "struct __kernel_timex_timeval" { tv_sec: I64, tv_usec: I64 }

    /// The discipline of a clock in 64 bits for every caller.
    TIMEX64 = "struct __kernel_timex" {
        modes: Flags(&names::TIMEX_MODES),
        __pad: I32,
        offset: I64,
        freq: I64,
        maxerror: I64,
        esterror: I64,
        status: Flags(&names::TIMEX_STATUS),
        __pad1: I32,
        constant: I64,
        precision: I64,
        tolerance: I64,
        time: Struct(&TIMEX_TIMEVAL),
        tick: I64,
        ppsfreq: I64,
        jitter: I64,
        shift: I32,
        __pad2: I32,
        stabil: I64,
        jitcnt: I64,
        calcnt: I64,
        errcnt: I64,
        stbcnt: I64,
        tai: I32,
        __pad3: Raw(44),
    }

    /// A value that a signal carries.
    SIGVAL = "union sigval" { sival_int: I32, sival_ptr: Addr } with { union: true }

    /// How a timer or a message queue is to notify.
    SIGEVENT = "struct sigevent" {
        sigev_value: By(&SIGEV_VALUE),
        sigev_signo: Signal,
        sigev_notify: Enum(&names::SIGEV),
        __unnamed: By(&SIGEV_REST),
    } with { compat: Some(&SIGEVENT_COMPAT) }

    /// The same of a 32-bit caller.
    SIGEVENT_COMPAT = "struct sigevent" {
        sigev_value: By(&SIGEV_VALUE),
        sigev_signo: Signal,
        sigev_notify: Enum(&names::SIGEV),
        __unnamed: By(&SIGEV_REST_COMPAT),
    }

    /// The function that a library's thread is to call.
    SIGEV_FUNCTION = "" { sigev_notify_function: Addr, sigev_notify_attributes: Addr }

    /// The thread that is to get the signal.
    SIGEV_THREAD = "" { sigev_notify_thread_id: Pid }
}

choices! {
    /// The value that comes with a notice; strace does not show none.
    SIGEV_VALUE = by "sigev_value" { [0] => Unused } else Struct(&SIGVAL);

    /// The rest of a `struct sigevent`.
    SIGEV_REST = by "sigev_notify" {
        [linux_raw_sys::general::SIGEV_THREAD] => Struct(&SIGEV_FUNCTION),
        [linux_raw_sys::general::SIGEV_THREAD_ID] => Struct(&SIGEV_THREAD),
    } else Raw(48);

    /// The rest of a `struct sigevent` of a 32-bit caller.
    SIGEV_REST_COMPAT = by "sigev_notify" {
        [linux_raw_sys::general::SIGEV_THREAD] => Struct(&SIGEV_FUNCTION),
        [linux_raw_sys::general::SIGEV_THREAD_ID] => Struct(&SIGEV_THREAD),
    } else Raw(52);
}

calls! {
    /// Returns the time in seconds since 1970.
    time x86_64 201, i386 13;
        (tloc: Out(&Seconds)) -> Seconds,
        in ["time", "time_tod"]
        with { function32: "time32" }

    /// Sets the time in seconds since 1970.
    stime i386 25;
        (t: In(&Seconds)) -> Long,
        in []
        with { function32: "stime32" }

    /// Returned the time with milliseconds, long ago; the kernel has no such call any more.
    ftime i386 35;
        () -> Long,
        in []
        with { function32: "ni_syscall", man: "ftime(3)" }

    /// Gets the time and the time zone.
    gettimeofday x86_64 96, i386 78, aarch64 169;
        (tv: Out(&Struct(&TIMEVAL)), tz: Out(&Struct(&TIMEZONE))) -> Long,
        in ["time", "time_tod"]
        with { compat: true }

    /// Sets the time and the time zone.
    settimeofday x86_64 164, i386 79, aarch64 170;
        (tv: In(&Struct(&TIMEVAL)), tz: In(&Struct(&TIMEZONE))) -> Long,
        in ["time", "time_tod"]
        with { compat: true }

    /// Gets the times that the calling process and its children used.
    times x86_64 100, i386 43, aarch64 153;
        (buf: Out(&Struct(&TMS))) -> Long,
        in ["proc"]
        with { compat: true }

    /// Reads or tunes the discipline of the system's clock.
    adjtimex x86_64 159, i386 124, aarch64 171;
        (buf: InOut(&Struct(&TIMEX))) -> Enum(&names::CLOCK_STATE),
        in ["time", "time_clock"]
        with { function32: "adjtimex_time32" }

    /// Reads or tunes the discipline of a clock.
    clock_adjtime x86_64 305, i386 343, aarch64 266;
        (clk_id: Enum(&names::CLOCK), buf: InOut(&Struct(&TIMEX))) -> Enum(&names::CLOCK_STATE),
        in ["time", "time_clock"]
        with { function32: "clock_adjtime32" }

    /// Reads or tunes the discipline of a clock, with 64-bit times.
    clock_adjtime64 i386 405;
        (clk_id: Enum(&names::CLOCK), buf: InOut(&Struct(&TIMEX64))) -> Enum(&names::CLOCK_STATE),
        in []
        with { function32: "clock_adjtime", since: "5.1", man: "clock_adjtime(2)" }

    /// Gets the time of a clock.
    clock_gettime x86_64 228, i386 403, aarch64 113;
        (clockid: Enum(&names::CLOCK), tp: Out(&Struct(&TIMESPEC64))) -> Long,
        in ["time", "time_clock"]
        with { name32: "clock_gettime64" }

    /// Gets the time of a clock, in 32-bit seconds.
    clock_gettime32 i386 265;
        (which_clock: Enum(&names::CLOCK), tp: Out(&Struct(&TIMESPEC))) -> Long,
        in []
        with { name32: "clock_gettime", man: "clock_gettime(2)" }

    /// Sets the time of a clock.
    clock_settime x86_64 227, i386 404, aarch64 112;
        (clockid: Enum(&names::CLOCK), tp: In(&Struct(&TIMESPEC64))) -> Long,
        in ["time", "time_clock"]
        with { name32: "clock_settime64" }

    /// Sets the time of a clock, in 32-bit seconds.
    clock_settime32 i386 264;
        (which_clock: Enum(&names::CLOCK), tp: In(&Struct(&TIMESPEC))) -> Long,
        in []
        with { name32: "clock_settime", man: "clock_settime(2)" }

    /// Gets how fine a clock is.
    clock_getres x86_64 229, i386 406, aarch64 114;
        (clockid: Enum(&names::CLOCK), res: Out(&Struct(&TIMESPEC64))) -> Long,
        in ["time", "time_clock"]
        with { name32: "clock_getres_time64" }

    /// Gets how fine a clock is, in 32-bit seconds.
    clock_getres_time32 i386 266;
        (which_clock: Enum(&names::CLOCK), tp: Out(&Struct(&TIMESPEC))) -> Long,
        in []
        with { name32: "clock_getres", man: "clock_getres(2)" }

    /// Suspends the calling thread for a time, or until one, by a clock.
    clock_nanosleep x86_64 230, i386 407, aarch64 115;
        (clockid: Enum(&names::CLOCK), flags: Flags(&names::TIMER_FLAGS),
         request: In(&Struct(&TIMESPEC64)), remain: Left(&Struct(&TIMESPEC64))) -> Long,
        in ["time", "time_clock"]
        with { name32: "clock_nanosleep_time64", entry: true }

    /// Suspends the calling thread for a time, or until one, by a clock, in 32-bit seconds.
    clock_nanosleep_time32 i386 267;
        (which_clock: Enum(&names::CLOCK), flags: Flags(&names::TIMER_FLAGS),
         rqtp: In(&Struct(&TIMESPEC)), rmtp: Left(&Struct(&TIMESPEC))) -> Long,
        in []
        with { name32: "clock_nanosleep", entry: true, man: "clock_nanosleep(2)" }

    /// Suspends the calling thread for a time.
    nanosleep x86_64 35, i386 162, aarch64 101;
        (req: In(&Struct(&TIMESPEC)), rem: Left(&Struct(&TIMESPEC))) -> Long,
        in ["time", "time_timer"]
        with { entry: true, function32: "nanosleep_time32" }

    /// Asks for SIGALRM after some seconds.
    alarm x86_64 37, i386 27;
        (seconds: U32) -> Long,
        in ["time", "time_timer"]

    /// Gets a timer of the calling process.
    getitimer x86_64 36, i386 105, aarch64 102;
        (which: Enum(&names::ITIMER), curr_value: Out(&Struct(&ITIMERVAL))) -> Long,
        in ["time", "time_timer"]
        with { compat: true }

    /// Sets a timer of the calling process.
    setitimer x86_64 38, i386 104, aarch64 103;
        (which: Enum(&names::ITIMER), new_value: In(&Struct(&ITIMERVAL)), old_value: Out(&Struct(&ITIMERVAL))) -> Long,
        in ["time", "time_timer"]
        with { compat: true }

    /// Makes a timer that notifies as is said.
    timer_create x86_64 222, x32 526, i386 259, aarch64 107;
        (clockid: Enum(&names::CLOCK), sevp: In(&Struct(&SIGEVENT)), timer_id: Out(&I32)) -> Long,
        in ["time", "time_timer"]
        with { compat: true }

    /// Starts or stops a timer.
    timer_settime x86_64 223, i386 409, aarch64 110;
        (timer_id: I32, flags: Flags(&names::TIMER_FLAGS), new_value: In(&Struct(&ITIMERSPEC64)),
         old_value: Out(&Struct(&ITIMERSPEC64))) -> Long,
        in ["time", "time_timer"]
        with { name32: "timer_settime64" }

    /// Starts or stops a timer, in 32-bit seconds.
    timer_settime32 i386 260;
        (timer_id: I32, flags: Flags(&names::TIMER_FLAGS), new: In(&Struct(&ITIMERSPEC)),
         old: Out(&Struct(&ITIMERSPEC))) -> Long,
        in []
        with { name32: "timer_settime", man: "timer_settime(2)" }

    /// Gets the time until a timer expires next.
    timer_gettime x86_64 224, i386 408, aarch64 108;
        (timer_id: I32, curr_value: Out(&Struct(&ITIMERSPEC64))) -> Long,
        in ["time", "time_timer"]
        with { name32: "timer_gettime64" }

    /// Gets the time until a timer expires next, in 32-bit seconds.
    timer_gettime32 i386 261;
        (timer_id: I32, setting: Out(&Struct(&ITIMERSPEC))) -> Long,
        in []
        with { name32: "timer_gettime", man: "timer_gettime(2)" }

    /// Gets how often a timer expired in vain since its last signal.
    timer_getoverrun x86_64 225, i386 262, aarch64 109;
        (timer_id: I32) -> Long,
        in ["time", "time_timer"]

    /// Deletes a timer.
    timer_delete x86_64 226, i386 263, aarch64 111;
        (timer_id: I32) -> Long,
        in ["time", "time_timer"]

    /// Makes a timer that notifies through a file descriptor.
    timerfd_create x86_64 283, i386 322, aarch64 85;
        (clockid: Enum(&names::CLOCK), flags: Flags(&names::TIMERFD_FLAGS)) -> Fd,
        in ["time", "time_timer"]

    /// Starts or stops the timer of a file descriptor.
    timerfd_settime x86_64 286, i386 411, aarch64 86;
        (fd: Fd, flags: Flags(&names::TIMERFD_SETTIME_FLAGS), new_value: In(&Struct(&ITIMERSPEC64)),
         old_value: Out(&Struct(&ITIMERSPEC64))) -> Long,
        in ["time", "time_timer"]
        with { name32: "timerfd_settime64" }

    /// Starts or stops the timer of a file descriptor, in 32-bit seconds.
    timerfd_settime32 i386 325;
        (ufd: Fd, flags: Flags(&names::TIMERFD_SETTIME_FLAGS), utmr: In(&Struct(&ITIMERSPEC)),
         otmr: Out(&Struct(&ITIMERSPEC))) -> Long,
        in []
        with { name32: "timerfd_settime", man: "timerfd_settime(2)" }

    /// Gets the time until the timer of a file descriptor expires next.
    timerfd_gettime x86_64 287, i386 410, aarch64 87;
        (fd: Fd, curr_value: Out(&Struct(&ITIMERSPEC64))) -> Long,
        in ["time", "time_timer"]
        with { name32: "timerfd_gettime64" }

    /// Gets the time until the timer of a file descriptor expires next, in 32-bit seconds.
    timerfd_gettime32 i386 326;
        (ufd: Fd, otmr: Out(&Struct(&ITIMERSPEC))) -> Long,
        in []
        with { name32: "timerfd_gettime", man: "timerfd_gettime(2)" }
}
