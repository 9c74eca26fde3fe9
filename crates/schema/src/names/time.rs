//! Names of clocks, timers and their flags.

use super::names;

names! {
    /// Clocks; numbers below zero stand for a process's clock or a device's.
    CLOCK = "clockid" from general [
        CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_PROCESS_CPUTIME_ID, CLOCK_THREAD_CPUTIME_ID,
        CLOCK_MONOTONIC_RAW, CLOCK_REALTIME_COARSE, CLOCK_MONOTONIC_COARSE, CLOCK_BOOTTIME,
        CLOCK_REALTIME_ALARM, CLOCK_BOOTTIME_ALARM, CLOCK_SGI_CYCLE, CLOCK_TAI, CLOCK_AUX,
    ];

    /// Flags of clock_nanosleep(2) and timer_settime(2).
    TIMER_FLAGS = "flags" from general [TIMER_ABSTIME];

    /// Flags of timerfd_create(2).
    TIMERFD_FLAGS = "flags" from general [TFD_CLOEXEC, TFD_NONBLOCK];

    /// Flags of timerfd_settime(2).
    TIMERFD_SETTIME_FLAGS = "flags" from general [TFD_TIMER_ABSTIME, TFD_TIMER_CANCEL_ON_SET];

    /// Timers of setitimer(2).
    ITIMER = "which" from general [ITIMER_REAL, ITIMER_VIRTUAL, ITIMER_PROF];

    /// What adjtimex(2) is to set; names of several bits come first.
    TIMEX_MODES = "modes" and [
        0xa001 => "ADJ_OFFSET_SS_READ",
        0x8001 => "ADJ_OFFSET_SINGLESHOT",
        0x0001 => "ADJ_OFFSET",
        0x0002 => "ADJ_FREQUENCY",
        0x0004 => "ADJ_MAXERROR",
        0x0008 => "ADJ_ESTERROR",
        0x0010 => "ADJ_STATUS",
        0x0020 => "ADJ_TIMECONST",
        0x0080 => "ADJ_TAI",
        0x0100 => "ADJ_SETOFFSET",
        0x1000 => "ADJ_MICRO",
        0x2000 => "ADJ_NANO",
        0x4000 => "ADJ_TICK",
    ];

    /// The state of the clock's discipline.
    TIMEX_STATUS = "status" and [
        0x0001 => "STA_PLL",
        0x0002 => "STA_PPSFREQ",
        0x0004 => "STA_PPSTIME",
        0x0008 => "STA_FLL",
        0x0010 => "STA_INS",
        0x0020 => "STA_DEL",
        0x0040 => "STA_UNSYNC",
        0x0080 => "STA_FREQHOLD",
        0x0100 => "STA_PPSSIGNAL",
        0x0200 => "STA_PPSJITTER",
        0x0400 => "STA_PPSWANDER",
        0x0800 => "STA_PPSERROR",
        0x1000 => "STA_CLOCKERR",
        0x2000 => "STA_NANO",
        0x4000 => "STA_MODE",
        0x8000 => "STA_CLK",
    ];

    /// What adjtimex(2) returns.
    CLOCK_STATE = "state" and [
        0 => "TIME_OK",
        1 => "TIME_INS",
        2 => "TIME_DEL",
        3 => "TIME_OOP",
        4 => "TIME_WAIT",
        5 => "TIME_ERROR",
    ];

    /// How a timer or a message queue is to notify.
    SIGEV = "sigev_notify" from general [SIGEV_SIGNAL, SIGEV_NONE, SIGEV_THREAD, SIGEV_THREAD_ID];
}
