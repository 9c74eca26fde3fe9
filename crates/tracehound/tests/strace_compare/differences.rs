//! What may differ from strace's lines, with the reason.

use crate::align::Pair;

/// The reason why a pair of lines may differ, if there is one.
pub fn reason(pair: &Pair<'_>) -> Option<&'static str> {
    let (Some(theirs), Some(ours)) = (pair.theirs, pair.ours) else {
        return None;
    };
    let (theirs, ours) = (theirs.plain(), ours.plain());
    if theirs.starts_with("rt_sigreturn(") && ours.starts_with("rt_sigreturn(") {
        return Some("sigreturn: the frame on the stack, which holds the mask, is not read");
    }
    if theirs.starts_with("kill(") && theirs.ends_with("= ?") {
        return Some(
            "kill: the thread was killed before strace could stop it at the end of the call",
        );
    }
    if theirs.starts_with("ioctl(")
        && request(&theirs)
            .split(" or ")
            .any(|name| name == request(&ours))
    {
        return Some("ioctl: of several names for one request strace shows all, we the kernel's");
    }
    if theirs.starts_with("clone3(") && theirs.contains("tls={entry_number=") {
        return Some("clone3 of 32-bit callers: the segment behind tls is not read");
    }
    None
}

/// The second argument of an ioctl.
fn request(line: &str) -> &str {
    line.split(", ").nth(1).unwrap_or_default()
}
