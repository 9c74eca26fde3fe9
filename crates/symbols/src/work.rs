//! The thread that finds out what is asked.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, Sender};

use crate::Open;
use crate::answer::{Answer, Form};
use crate::files::Files;
use crate::kernel::Kernel;
use crate::perf_map::PerfMap;
use crate::query::{Place, Query};

/// Answers questions until nobody asks any more: records for each list of them.
pub fn work(form: Form, open: Open, asked: &Receiver<Vec<Query>>, answer: &Sender<Vec<u8>>) {
    let mut files = Files::new(open);
    let mut kernel = None;
    for queries in asked {
        // A process that makes code tells of more of it all the time.
        let mut maps = HashMap::new();
        let mut records = Vec::new();
        for query in &queries {
            let found = match query.place {
                Place::File(_, _, offset) => in_file(&mut files, query, offset),
                Place::Process(_, _, address) => in_process(&mut maps, query, address),
                Place::Kernel(address) => kernel
                    .get_or_insert_with(Kernel::new)
                    .find(address, query.back()),
            };
            records.extend(form.record(query, &found));
        }
        if answer.send(records).is_err() {
            return;
        }
    }
}

/// What reads a hostile file may fail on it; that is not to end the run.
fn in_file(files: &mut Files, query: &Query, offset: u64) -> Answer {
    let Some(code) = &query.code else {
        return Answer::none("the record that tells of the file was lost");
    };
    let found = catch_unwind(AssertUnwindSafe(|| files.find(query, code, offset)));
    found.unwrap_or_else(|_| {
        files.forget(code);
        Answer::none("the file's symbols cannot be read: they are damaged")
    })
}

fn in_process(
    maps: &mut HashMap<u32, Result<PerfMap, String>>,
    query: &Query,
    address: u64,
) -> Answer {
    let (pid, own) = (query.header.host_pid, query.header.pid);
    let map = maps.entry(pid).or_insert_with(|| PerfMap::of(pid, own));
    let map = match map {
        Ok(map) => map,
        Err(why) => return Answer::none(why.clone()),
    };
    match map.find(address.wrapping_sub(query.back())) {
        Some((name, offset)) => Answer {
            symbol: Some((name.to_vec(), offset + query.back())),
            ..Answer::default()
        },
        None => Answer::none("the process's perf map has no function there"),
    }
}
