//! The rings that programs write to, one for each CPU, and one for the lives of processes.

use std::os::fd::{AsFd as _, AsRawFd as _};

use libbpf_rs::{MapCore as _, MapFlags, MapHandle, MapType};

use crate::error::Error;
use crate::object::Maps;
use crate::ring::Ring;

/// The life ring: processes come and go slowly, so one for all CPUs.
const LIFE_RING: usize = 4 << 20;

pub(super) fn make(
    maps: &Maps,
    cpus: usize,
    size: usize,
) -> Result<(Vec<MapHandle>, Vec<Ring>), Error> {
    let mut handles = Vec::with_capacity(cpus + 1);
    let mut rings = Vec::with_capacity(cpus + 1);
    for index in 0..=cpus {
        let size = if index == cpus { LIFE_RING } else { size };
        let options = libbpf_sys::bpf_map_create_opts {
            sz: size_of::<libbpf_sys::bpf_map_create_opts>() as libbpf_sys::size_t,
            ..Default::default()
        };
        let handle = MapHandle::create(MapType::RingBuf, Some("ring"), 0, 0, size as u32, &options)
            .map_err(Error::bpf("creating a ring"))?;
        let fd = handle.as_fd().as_raw_fd().to_ne_bytes();
        maps.rings
            .update(&(index as u32).to_ne_bytes(), &fd, MapFlags::ANY)
            .map_err(Error::bpf("installing a ring"))?;
        rings.push(Ring::map(handle.as_fd(), size).map_err(Error::io("mapping a ring"))?);
        handles.push(handle);
    }
    Ok((handles, rings))
}
