//! Reading all rings in the order of time, and putting gaps where records are missing.
//!
//! A record's time is taken before it is submitted, and a thread submits one record before it takes
//! the time of the next. So with `now` read *before* looking how far each ring has got, all records
//! up to `now` that were caused by one another are visible: taking only those, least time first,
//! keeps every thread's order and every cause before its effect, on any number of CPUs.

use tracehound_schema::record::{Builder, ENTRY, Header};
use tracehound_schema::{Event, by_name};

use crate::ring::Ring;

/// Sequence numbers of one CPU in one class of ring.
#[derive(Clone, Debug, Default)]
struct Sequence {
    /// Highest number seen.
    last: u64,
    /// Time of the record that had it.
    time: u64,
    /// Numbers jumped over and not seen since, with the times on both sides.
    holes: Vec<Hole>,
}

#[derive(Clone, Copy, Debug)]
struct Hole {
    first: u64,
    count: u64,
    since: u64,
    until: u64,
    /// An interrupt can submit before the record it interrupted: a hole is a loss only if it is
    /// still there one batch later.
    seen_before: bool,
}

/// All rings of a run.
pub struct Reader {
    rings: Vec<Ring>,
    sequences: Vec<[Sequence; 2]>,
    gap: &'static Event,
    /// Records read per event id: of calls their ends, then their beginnings.
    pub delivered: Vec<[u64; 2]>,
    /// Records missing by sequence numbers.
    pub lost: u64,
    /// Those of them that tell of processes' lives.
    pub lost_lives: u64,
}

impl Reader {
    /// Takes the rings of `cpus` CPUs and, last, the life ring.
    pub fn new(rings: Vec<Ring>, cpus: usize) -> Reader {
        let gap = by_name("gap").expect("the catalogue has gap");
        let sequences = vec![<[Sequence; 2]>::default(); cpus];
        Reader {
            rings,
            sequences,
            gap,
            delivered: vec![[0; 2]; 1 << 16],
            lost: 0,
            lost_lives: 0,
        }
    }

    /// Appends every record up to `now` to `batch`; returns how many.
    pub fn read(&mut self, now: u64, batch: &mut Vec<u8>, room: usize) -> usize {
        let until: Vec<u64> = self.rings.iter().map(Ring::produced).collect();
        let mut heads: Vec<Option<u64>> = Vec::with_capacity(self.rings.len());
        for (ring, until) in self.rings.iter_mut().zip(&until) {
            heads.push(head(ring, *until, now));
        }
        let mut count = 0;
        while batch.len() < room {
            let Some(next) = earliest(&heads) else { break };
            let bound = heads.iter().enumerate().filter(|head| head.0 != next);
            let bound = bound.filter_map(|head| *head.1).min().unwrap_or(now);
            count += self.drain(next, until[next], bound.min(now), batch, room);
            heads[next] = head(&mut self.rings[next], until[next], now);
        }
        for ring in &self.rings {
            ring.release();
        }
        self.settle(batch, heads.iter().all(Option::is_none));
        count
    }

    /// Takes records from one ring as long as none elsewhere is earlier than `bound`.
    fn drain(
        &mut self,
        index: usize,
        until: u64,
        bound: u64,
        batch: &mut Vec<u8>,
        room: usize,
    ) -> usize {
        let life = usize::from(index + 1 == self.rings.len());
        let mut count = 0;
        while batch.len() < room {
            let Some(bytes) = self.rings[index].peek(until) else {
                break;
            };
            let length = bytes.len();
            let Some(header) = Header::read(bytes) else {
                self.rings[index].skip(length);
                continue;
            };
            if header.time > bound {
                break;
            }
            batch.extend_from_slice(bytes);
            let begins = usize::from(header.flags & ENTRY != 0);
            self.delivered[usize::from(header.event)][begins] += 1;
            if let Some(sequences) = self.sequences.get_mut(header.cpu as usize) {
                sequences[life].note(&header);
            }
            self.rings[index].skip(length);
            count += 1;
        }
        count
    }

    /// Turns holes that have stayed into gap records.
    fn settle(&mut self, batch: &mut Vec<u8>, caught_up: bool) {
        for (cpu, pair) in self.sequences.iter_mut().enumerate() {
            for (life, sequence) in pair.iter_mut().enumerate() {
                for hole in std::mem::take(&mut sequence.holes) {
                    if hole.seen_before {
                        self.lost += hole.count;
                        self.lost_lives += hole.count * life as u64;
                        batch.extend(gap_record(self.gap, cpu, life, &hole));
                    } else {
                        sequence.holes.push(Hole {
                            seen_before: caught_up,
                            ..hole
                        });
                    }
                }
            }
        }
    }

    /// What the kernel tried to tell of processes' lives, per CPU, a while ago: what has not come by now is
    /// missing, though no later record shows that.
    pub fn expect_lives(&mut self, tried: &[u64], now: u64) {
        for ([_, lives], tried) in self.sequences.iter_mut().zip(tried) {
            if *tried > lives.last {
                lives.jump(*tried + 1, now);
                (lives.last, lives.time) = (*tried, now);
            }
        }
    }

    /// At the end of a run: what the kernel tried beyond what was seen, as gaps.
    pub fn finish(&mut self, tried: &[[u64; 2]], now: u64, batch: &mut Vec<u8>) {
        for (pair, tried) in self.sequences.iter_mut().zip(tried) {
            for (sequence, tried) in pair.iter_mut().zip(tried) {
                sequence.jump(*tried + 1, now);
                for hole in &mut sequence.holes {
                    hole.seen_before = true;
                }
            }
        }
        self.settle(batch, true);
    }

    /// Forgets everything seen, when proving is over.
    pub fn reset(&mut self) {
        self.delivered.fill([0; 2]);
        self.lost = 0;
        self.lost_lives = 0;
        self.sequences.fill_with(Default::default);
    }
}

impl Sequence {
    fn note(&mut self, header: &Header) {
        if header.seq > self.last {
            self.jump(header.seq, header.time);
            self.last = header.seq;
            self.time = header.time;
        } else {
            self.fill(header.seq);
        }
    }

    /// Notes a hole between the last number seen and `next`, if there is one.
    fn jump(&mut self, next: u64, time: u64) {
        let count = next.saturating_sub(self.last + 1);
        if count > 0 {
            let (first, since) = (self.last + 1, self.time);
            self.holes.push(Hole {
                first,
                count,
                since,
                until: time,
                seen_before: false,
            });
        }
    }

    /// A number that had been jumped over has come after all.
    fn fill(&mut self, seq: u64) {
        let inside = |hole: &Hole| hole.first <= seq && seq < hole.first + hole.count;
        let Some(at) = self.holes.iter().position(inside) else {
            return;
        };
        let hole = self.holes.remove(at);
        let before = Hole {
            count: seq - hole.first,
            ..hole
        };
        let after = Hole {
            first: seq + 1,
            count: hole.first + hole.count - seq - 1,
            ..hole
        };
        self.holes
            .extend([before, after].into_iter().filter(|hole| hole.count > 0));
    }
}

fn head(ring: &mut Ring, until: u64, now: u64) -> Option<u64> {
    let header = Header::read(ring.peek(until)?);
    let time = header.map_or(0, |header| header.time);
    (time <= now).then_some(time)
}

fn earliest(heads: &[Option<u64>]) -> Option<usize> {
    let known = heads
        .iter()
        .enumerate()
        .filter_map(|(index, time)| time.map(|time| (time, index)));
    known.min().map(|head| head.1)
}

fn gap_record(event: &'static Event, cpu: usize, life: usize, hole: &Hole) -> Vec<u8> {
    let header = Header {
        time: hole.until,
        cpu: cpu as u32,
        nr: -1,
        ..Header::default()
    };
    Builder::new(event.id, event.fields.len(), header)
        .slot(0, cpu as u64)
        .slot(1, life as u64)
        .slot(2, hole.count)
        .slot(3, hole.since)
        .slot(4, hole.until)
        .build()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn note(sequence: &mut Sequence, seq: u64) {
        sequence.note(&Header {
            seq,
            time: seq * 10,
            ..Header::default()
        });
    }

    #[test]
    fn a_jump_leaves_a_hole_with_both_times() {
        let mut sequence = Sequence::default();
        for seq in [1, 2, 6] {
            note(&mut sequence, seq);
        }
        let hole = sequence.holes[0];
        assert_eq!(
            (hole.first, hole.count, hole.since, hole.until),
            (3, 3, 20, 60)
        );
    }

    #[test]
    fn what_nothing_comes_after_is_missed_too() {
        let mut reader = Reader::new(Vec::new(), 2);
        reader.sequences[1][1].last = 4;
        reader.expect_lives(&[0, 6], 70);
        let mut batch = Vec::new();
        for lost in [0, 2, 2] {
            reader.read(80, &mut batch, usize::MAX);
            assert_eq!(reader.lost_lives, lost);
        }
        reader.expect_lives(&[0, 6], 90);
        reader.read(100, &mut batch, usize::MAX);
        assert_eq!((reader.lost, reader.lost_lives), (2, 2));
    }

    #[test]
    fn a_late_number_fills_its_hole() {
        let mut sequence = Sequence::default();
        for seq in [1, 3, 2] {
            note(&mut sequence, seq);
        }
        assert!(sequence.holes.is_empty());
    }

    #[test]
    fn a_late_number_splits_a_wide_hole() {
        let mut sequence = Sequence::default();
        for seq in [1, 6, 4] {
            note(&mut sequence, seq);
        }
        let counts: Vec<_> = sequence
            .holes
            .iter()
            .map(|hole| (hole.first, hole.count))
            .collect();
        assert_eq!(counts, [(2, 2), (5, 1)]);
    }

    #[test]
    fn the_end_shows_what_was_tried_and_not_seen() {
        let mut reader = Reader::new(Vec::new(), 1);
        note(&mut reader.sequences[0][0], 1);
        let mut batch = Vec::new();
        reader.finish(&[[4, 0]], 99, &mut batch);
        assert_eq!(reader.lost, 3);
        assert!(!batch.is_empty());
    }
}
