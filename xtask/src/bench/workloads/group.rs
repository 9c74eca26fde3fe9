//! A group of processes that does not outlive this one, however it ends.

use std::ffi::OsStr;
use std::os::unix::process::CommandExt as _;
use std::process::{Child, ChildStdin, Command, Stdio};

use anyhow::{Context as _, Result};

use crate::workspace::command;

/// The group; all in it are killed when this is dropped, or when this process is gone.
pub struct Group {
    leader: Child,
    line: Option<ChildStdin>,
    id: i32,
}

impl Group {
    /// Starts its leader, which waits for the end of a pipe that we alone hold: a panic, an error, a
    /// signal to us and even SIGKILL all end the pipe.
    pub fn start() -> Result<Group> {
        let mut leader = command("sh")
            .args(["-c", "read line; kill -KILL 0"])
            .process_group(0)
            .stdin(Stdio::piped())
            .spawn()
            .context("starting the leader of a process group")?;
        let id = i32::try_from(leader.id()).context("a process id")?;
        let line = leader.stdin.take();
        Ok(Group { leader, line, id })
    }

    /// Its id, for signals to all in it.
    pub const fn id(&self) -> i32 {
        self.id
    }

    /// A program to be run in the workspace's root, as part of the group.
    pub fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = command(program);
        command.process_group(self.id);
        command
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        drop(self.line.take());
        // It ends by the signal that it sends.
        let _ = self.leader.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_in_the_group_ends_with_it() {
        let group = Group::start().unwrap();
        let mut child = group.command("sleep").arg("60").spawn().unwrap();
        assert!(child.try_wait().unwrap().is_none());
        drop(group);
        assert!(!child.wait().unwrap().success());
    }
}
