//! Changing what the kernel leaves out while it traces.

use tracehound_schema::Event;
use tracehound_schema::narrow::Plan;

use super::Tracer;
use super::controls::Phase;
use crate::error::Error;
use crate::narrow;

impl Tracer {
    /// Has the kernel leave out nothing from now on.
    pub fn narrow_nothing(&mut self) -> Result<(), Error> {
        self.tell_narrows(false)
    }

    /// Has the kernel leave out what these plans exclude, and nothing else.
    pub fn narrow(&mut self, plans: &[(&'static Event, Plan)]) -> Result<(), Error> {
        self.narrow_nothing()?;
        let maps = &self.parts[0].maps;
        // A program may still run by the plans that are about to be overwritten.
        if plans.is_empty() || !narrow::has_room(maps) || !programs_have_ended() {
            return Ok(());
        }
        narrow::fill(maps, plans)?;
        self.tell_narrows(true)
    }

    fn tell_narrows(&mut self, narrows: bool) -> Result<(), Error> {
        if self.controls.narrows == narrows {
            return Ok(());
        }
        self.controls.narrows = narrows;
        let controls = self.controls;
        self.parts
            .iter()
            .try_for_each(|part| controls.tell(&part.maps, Phase::Live(0)))
    }
}

/// Waits until all programs that run have ended, which is when all processors have left what RCU
/// protects; whether the kernel could tell.
fn programs_have_ended() -> bool {
    let (global, no_flags) = (1, 0);
    // SAFETY: membarrier(2) takes two numbers and changes no memory.
    unsafe { libc::syscall(libc::SYS_membarrier, global, no_flags) == 0 }
}
