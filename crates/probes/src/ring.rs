//! One BPF ring buffer, read without wake-ups and without copying.
//!
//! The layout is that of `kernel/bpf/ringbuf.c` (v6.18): a consumer page that we may write, a
//! producer page, then the data, mapped twice in a row so that no record wraps. libbpf's reader
//! hands out records one ring at a time; merging rings by time needs to look at a head before
//! taking it, hence our own.

use std::io;
use std::os::fd::{AsRawFd, BorrowedFd};
use std::ptr;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

/// Set in a record's length while it is being written (`BPF_RINGBUF_BUSY_BIT`).
const BUSY: u32 = 1 << 31;
/// Set when it is to be skipped (`BPF_RINGBUF_DISCARD_BIT`).
const DISCARD: u32 = 1 << 30;
/// Bytes of the length and page offset before each record (`BPF_RINGBUF_HDR_SZ`).
const PREFIX: u64 = 8;

/// A mapped ring.
pub struct Ring {
    consumer: *mut u8,
    producer: *mut u8,
    page: usize,
    size: usize,
    /// Position up to which records have been taken; the kernel learns of it by `release`.
    taken: u64,
}

// SAFETY: the mappings belong to this value alone and are reached through `&mut self` or atomics.
unsafe impl Send for Ring {}

impl Ring {
    /// Maps the ring behind `fd`, whose data area has `size` bytes (a power of two).
    pub fn map(fd: BorrowedFd<'_>, size: usize) -> io::Result<Ring> {
        let page = page_size()?;
        let consumer = map(fd, page, libc::PROT_READ | libc::PROT_WRITE, 0)?;
        let producer = match map(fd, page + 2 * size, libc::PROT_READ, page) {
            Ok(producer) => producer,
            Err(error) => {
                unmap(consumer, page);
                return Err(error);
            }
        };
        let mut ring = Ring {
            consumer,
            producer,
            page,
            size,
            taken: 0,
        };
        ring.taken = ring.position(ring.consumer).load(Ordering::Acquire);
        Ok(ring)
    }

    fn position(&self, at: *mut u8) -> &AtomicU64 {
        // SAFETY: both pages are mapped for the life of `self`, page-aligned, and their first
        // eight bytes are a position that the kernel too accesses atomically.
        unsafe { AtomicU64::from_ptr(at.cast()) }
    }

    /// How far the kernel has reserved.
    pub fn produced(&self) -> u64 {
        self.position(self.producer).load(Ordering::Acquire)
    }

    /// The next whole record before position `until`, without taking it.
    pub fn peek(&mut self, until: u64) -> Option<&[u8]> {
        while self.taken < until {
            let at = usize::try_from(self.taken & (self.size as u64 - 1)).ok()?;
            // SAFETY: `at` is inside the data area and a multiple of 8, as all lengths are
            // rounded up; the kernel publishes the length with release order.
            let length = unsafe { AtomicU32::from_ptr(self.producer.add(self.page + at).cast()) }
                .load(Ordering::Acquire);
            if length & BUSY != 0 {
                return None;
            }
            let bytes = usize::try_from(length & !DISCARD).ok()?;
            if length & DISCARD == 0 {
                // SAFETY: the record is complete (not busy), at most `size` long, and the double
                // mapping makes it contiguous; the kernel does not touch it until `release`.
                let start = unsafe { self.producer.add(self.page + at + PREFIX as usize) };
                // SAFETY: as above; the slice borrows `self`, so `release` cannot come between.
                return Some(unsafe { std::slice::from_raw_parts(start, bytes.min(self.size)) });
            }
            self.skip(bytes);
        }
        None
    }

    /// Takes the record that `peek` gave, of `bytes` bytes.
    pub fn skip(&mut self, bytes: usize) {
        self.taken += (bytes as u64 + PREFIX).next_multiple_of(8);
    }

    /// Gives the taken bytes back to the kernel.
    pub fn release(&self) {
        self.position(self.consumer)
            .store(self.taken, Ordering::Release);
    }
}

impl Drop for Ring {
    fn drop(&mut self) {
        unmap(self.consumer, self.page);
        unmap(self.producer, self.page + 2 * self.size);
    }
}

/// Bytes of a page.
pub fn page_size() -> io::Result<usize> {
    // SAFETY: sysconf reads a constant of the system.
    let page = unsafe { libc::sysconf(libc::_SC_PAGESIZE) };
    usize::try_from(page).map_err(io::Error::other)
}

/// Maps a file, shared, at an address of the kernel's choice.
pub fn map(fd: BorrowedFd<'_>, length: usize, access: i32, offset: usize) -> io::Result<*mut u8> {
    let offset = libc::off_t::try_from(offset).map_err(io::Error::other)?;
    // SAFETY: a new shared mapping at an address of the kernel's choice; no memory of ours is
    // touched, and the result is checked.
    let at = unsafe {
        libc::mmap(
            ptr::null_mut(),
            length,
            access,
            libc::MAP_SHARED,
            fd.as_raw_fd(),
            offset,
        )
    };
    if at == libc::MAP_FAILED {
        Err(io::Error::last_os_error())
    } else {
        Ok(at.cast())
    }
}

/// Ends what `map` has made.
pub fn unmap(at: *mut u8, length: usize) {
    // SAFETY: `at` and `length` are those of a mapping made by `map`, which nobody uses any more.
    let _ = unsafe { libc::munmap(at.cast(), length) };
}
