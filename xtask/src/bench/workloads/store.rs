//! A key-value store under load: redis and its own load generator, over a Unix socket.

use std::fs;
use std::os::unix::net::UnixStream;

use anyhow::{Context as _, Result};

use super::super::machine;
use super::super::work::Work;
use super::measure::Running;
use super::{Workload, server};

/// Requests of a run, half of them writes; more than a second of them untraced.
const REQUESTS: u64 = 200_000;
/// Connections at a time.
const CLIENTS: &str = "16";
/// Debian's redis-tools have the server's program under this name, and no service to start it.
const SAME_PROGRAM: &str = "redis-check-rdb";

/// The store.
pub struct Store;

impl Workload for Store {
    fn name(&self) -> &'static str {
        "store"
    }

    fn title(&self) -> &'static str {
        "Workload: a key-value store"
    }

    fn rate(&self) -> &'static str {
        "requests/s"
    }

    fn about(&self) -> String {
        format!(
            "{}, nothing on disk, on a Unix socket; \
             `redis-benchmark -c {CLIENTS} -t set,get`, {REQUESTS} requests.",
            machine::said(SAME_PROGRAM, &["--version"])
        )
    }

    fn busy(&self) -> &'static str {
        "read"
    }

    fn needs(&self) -> Vec<&'static str> {
        vec![SAME_PROGRAM, "redis-benchmark"]
    }

    fn amount(&self, parts: u64) -> u64 {
        REQUESTS / parts
    }

    fn prepare(&self, work: &Work) -> Result<()> {
        let program = machine::find(SAME_PROGRAM).context("finding redis")?;
        let own_name = work.file("redis-server");
        std::os::unix::fs::symlink(program, own_name).context("linking redis")?;
        let text = format!(
            "port 0\nunixsocket {}\npidfile {}\nsave \"\"\nappendonly no\nlogfile {}\n",
            work.file("redis.socket").display(),
            work.file("redis.pid").display(),
            work.file("redis.log").display(),
        );
        fs::write(work.file("redis.conf"), text).context("writing redis.conf")
    }

    fn command(&self, work: &Work) -> Result<Vec<String>> {
        let words = [work.file("redis-server"), work.file("redis.conf")];
        Ok(words.map(|path| path.display().to_string()).to_vec())
    }

    fn ready(&self, running: &mut Running<'_>) -> Result<()> {
        let socket = running.work.file("redis.socket");
        running.attempt(|| UnixStream::connect(&socket).ok())?;
        self.work(running, REQUESTS / 100)
    }

    fn work(&self, running: &mut Running<'_>, amount: u64) -> Result<()> {
        let mut load = running.command("redis-benchmark");
        load.arg("-s").arg(running.work.file("redis.socket"));
        // So many of each kind.
        let each = (amount / 2).to_string();
        load.args(["-n", &each, "-c", CLIENTS, "-q", "-t", "set,get"]);
        server::load(&mut load).map(drop)
    }

    fn end(&self, running: &mut Running<'_>) -> Result<()> {
        server::stop(&running.work.file("redis.pid"))
    }
}
