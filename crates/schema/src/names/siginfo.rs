//! The reason that comes with a signal, by the signal.

use super::signal;
use crate::kind::Names;

/// The table of a signal's reasons; each has those that mean the same for every signal too.
const fn codes_of(signal: u8) -> &'static Names {
    match signal {
        4 => &signal::ILL_CODE,
        5 => &signal::TRAP_CODE,
        7 => &signal::BUS_CODE,
        8 => &signal::FPE_CODE,
        11 => &signal::SEGV_CODE,
        17 => &signal::CLD_CODE,
        29 => &signal::POLL_CODE,
        31 => &signal::SYS_CODE,
        _ => &signal::SI_CODE,
    }
}

/// The name of a signal's reason (`si_code`).
#[must_use]
pub fn signal_code(signal: u8, code: i32) -> Option<&'static str> {
    codes_of(signal).name(i64::from(code))
}
