//! Which calls this kernel does not have: newer than it, or left out when it was built.

use std::collections::HashSet;
use std::fs::File;
use std::io::{self, BufRead as _, BufReader};
use std::sync::Mutex;

/// What to say of them.
pub const REASON: &str = "this kernel does not have the call";

/// The functions of calls that the kernel has. Its symbols are some hundred thousand lines, each of which it
/// writes anew when they are read.
static KNOWN: Mutex<Option<HashSet<String>>> = Mutex::new(None);

/// Gives the memory back; it is filled again where it is needed.
pub fn forget() {
    if let Ok(mut known) = KNOWN.lock() {
        *known = None;
    }
}

/// Those of `functions` that the kernel does not have. Where it hides them it lacks none.
pub fn absent(mut functions: HashSet<String>) -> HashSet<String> {
    let Ok(mut known) = KNOWN.lock() else {
        return HashSet::new();
    };
    if known.is_none() {
        *known = read().ok();
    }
    match known.as_ref() {
        Some(known) => {
            functions.retain(|function| !known.contains(function));
            functions
        }
        None => HashSet::new(),
    }
}

fn read() -> io::Result<HashSet<String>> {
    let mut known = HashSet::new();
    let mut line = Vec::new();
    let mut reader = BufReader::with_capacity(1 << 16, File::open("/proc/kallsyms")?);
    while reader.read_until(b'\n', &mut line)? > 0 {
        known.extend(symbol(&line).map(str::to_owned));
        line.clear();
    }
    Ok(known)
}

/// The name in a line of kallsyms (`address type name [module]`), if it is that of a call. A weak one
/// (`W`) only stands for a call that was left out (`COND_SYSCALL`).
fn symbol(line: &[u8]) -> Option<&str> {
    let mut words = line.split(|byte| byte.is_ascii_whitespace()).skip(1);
    let (kind, name) = (words.next()?, words.next()?);
    if kind.eq_ignore_ascii_case(b"w") {
        return None;
    }
    let known = name.starts_with(b"__x64_") || name.starts_with(b"__ia32_");
    known.then(|| std::str::from_utf8(name).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_that_was_left_out_is_none() {
        assert_eq!(symbol(b"0000000000000000 W __x64_sys_kexec_load\n"), None);
    }

    #[test]
    fn the_name_is_the_third_word() {
        let line = b"0000000000000000 T __x64_sys_openat\n";
        assert_eq!(symbol(line), Some("__x64_sys_openat"));
        assert_eq!(symbol(b"0000000000000000 t do_openat\t[mod]\n"), None);
        assert_eq!(symbol(b"\n"), None);
    }
}
