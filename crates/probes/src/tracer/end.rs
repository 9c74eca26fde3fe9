//! The end of a run: what is left is read, and the account of all that was made is closed.

use std::time::{Duration, Instant};

use libbpf_rs::{MapCore as _, MapFlags};

use super::controls::Phase;
use super::part::words;
use super::{Tracer, boot_time};
use crate::account::Account;
use crate::error::Error;
use crate::object;

/// How long the end of a run waits for files that are looked at.
const PATIENCE: Duration = Duration::from_secs(2);

impl Tracer {
    /// Detaches everything, reads what is left and closes the account.
    pub fn finish(&mut self, batch: &mut Vec<u8>) -> Result<Account, Error> {
        self.give_up_adding(batch)?;
        // All at once: detaching takes a while, and a process must not be told to end that none was told
        // to create.
        for part in &self.parts {
            self.controls.tell(&part.maps, Phase::Idle)?;
        }
        let attached = self.parts.iter_mut().flat_map(|part| {
            let climbs = part.climbs.iter_mut();
            let climbs = climbs.filter_map(|climb| climb.attached.as_mut());
            climbs.chain(part.calls.attached.as_mut())
        });
        object::detach(attached);
        let from = batch.len();
        batch.append(&mut self.first.bytes);
        let deadline = Instant::now() + Duration::from_secs(1);
        loop {
            // Programs already running on other CPUs are let go a moment after detaching.
            self.reader.read(u64::MAX, batch, usize::MAX);
            let account = self.account()?;
            if account.balances() || Instant::now() > deadline {
                let account = self.finish_files(batch, from, account)?;
                let tried = self.tried()?;
                self.reader.finish(&tried, boot_time(), batch);
                return Ok(account);
            }
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    /// Waits for what follows from the last files; the account with that.
    fn finish_files(
        &mut self,
        batch: &mut Vec<u8>,
        from: usize,
        account: Account,
    ) -> Result<Account, Error> {
        let parts = self.parts.iter_mut();
        let files = parts.flat_map(|part| std::mem::take(&mut part.files));
        let mut files = files.chain(std::mem::take(&mut self.guests)).peekable();
        if files.peek().is_none() {
            return Ok(account);
        }
        let mut made = Vec::new();
        for mut file in files {
            made.extend(file.found());
            file.feed(batch.get(from..).unwrap_or_default(), &mut made);
            made.extend(file.finish(PATIENCE));
        }
        self.take_own(&made, batch);
        self.account()
    }

    /// Records that each CPU has tried, of its ring and of lives.
    pub(super) fn tried(&self) -> Result<Vec<[u64; 2]>, Error> {
        let mut tried = vec![[0; 2]; self.controls.cpus];
        for life in 0..2u32 {
            let sequences = &self.parts[0].maps.sequences;
            let found = sequences.lookup_percpu(&life.to_ne_bytes(), MapFlags::ANY);
            let cpus = found
                .map_err(Error::bpf("reading sequence numbers"))?
                .unwrap_or_default();
            for (pair, cpu) in tried.iter_mut().zip(&cpus) {
                pair[life as usize] = words(cpu).next().unwrap_or(0);
            }
        }
        Ok(tried)
    }
}
