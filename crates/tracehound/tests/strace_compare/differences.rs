//! What may differ from strace's lines, with the reason.

use crate::align::Pair;

/// The reason why a pair of lines may differ, if there is one.
pub fn reason(pair: &Pair<'_>) -> Option<&'static str> {
    let (Some(theirs), Some(ours)) = (pair.theirs, pair.ours) else {
        return None;
    };
    let (theirs, ours) = (theirs.plain(), ours.plain());
    if theirs.starts_with("rt_sigreturn({mask=") && ours.starts_with("rt_sigreturn(") {
        return Some("rt_sigreturn: the frame on the stack is not read");
    }
    None
}
