//! `lab`: the live tests on stock Debian kernels, booted by qemu under software emulation.
//!
//! Order of work: `apt` finds and verifies packages, `kernels` chooses and keeps images, `image`
//! packs the guest's files, `guest` boots and watches, `report` reads what the guest says, `table`
//! prints it. `guest.sh` is the guest's first program. How to use it: `docs/lab.md`.

mod apt;
mod coverage;
mod expect;
mod guest;
mod headers;
mod icount;
mod image;
mod kernels;
mod plan;
mod report;
mod table;
mod task;

pub use task::{Lab, run};
