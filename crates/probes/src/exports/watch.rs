//! Functions that libraries other than the C library have little reason to define.

/// What a library that hides files, processes or connections, or listens to what is read and written,
/// puts itself in the place of.
const WATCHED: &[&str] = &[
    "__fxstat",
    "__fxstat64",
    "__lxstat",
    "__lxstat64",
    "__xstat",
    "__xstat64",
    "accept",
    "accept4",
    "access",
    "connect",
    "dlsym",
    "execve",
    "fdopendir",
    "fopen",
    "fopen64",
    "fstat",
    "fstat64",
    "fstatat",
    "kill",
    "link",
    "lstat",
    "lstat64",
    "open",
    "open64",
    "openat",
    "openat64",
    "opendir",
    "ptrace",
    "read",
    "readdir",
    "readdir64",
    "readlink",
    "recvmsg",
    "rename",
    "stat",
    "stat64",
    "statx",
    "syscall",
    "unlink",
    "unlinkat",
    "write",
];

/// Where distributions have the C library, up to what its files are called.
const FOLDERS: &[&str] = &[
    "/lib/",
    "/lib32/",
    "/lib64/",
    "/libx32/",
    "/usr/lib/",
    "/usr/lib32/",
    "/usr/lib64/",
    "/usr/libx32/",
];
const C_LIBRARY: &[&str] = &[
    "libc.so.6",
    "libc-2.",
    "libc.musl-",
    "ld-musl-",
    "libpthread.so.0",
    "libpthread-2.",
    "libdl.so.2",
    "libdl-2.",
];

/// Whether a name is watched.
pub fn is_watched(name: &[u8]) -> bool {
    WATCHED.iter().any(|watched| watched.as_bytes() == name)
}

/// Whether a path is one of the C library's.
pub fn is_c_library(path: &[u8]) -> bool {
    let Ok(path) = str::from_utf8(path) else {
        return false;
    };
    let Some((_, name)) = path.rsplit_once('/') else {
        return false;
    };
    FOLDERS.iter().any(|folder| path.starts_with(folder))
        && C_LIBRARY.iter().any(|start| name.starts_with(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_librarys_own_place_makes_it_the_c_library() {
        assert!(is_c_library(b"/usr/lib/x86_64-linux-gnu/libc.so.6"));
        assert!(is_c_library(b"/lib/ld-musl-x86_64.so.1"));
        for path in [
            "/tmp/libc.so.6",
            "libc.so.6",
            "/usr/lib/libcurl.so.4",
            "/usr/local/lib/libc.so.6",
        ] {
            assert!(!is_c_library(path.as_bytes()), "{path}");
        }
    }

    #[test]
    fn what_is_watched_is_in_order() {
        assert!(WATCHED.is_sorted());
        assert!(is_watched(b"readdir") && !is_watched(b"readdir_r"));
    }
}
