//! Lists that came in several records: put together to one record, as if it had been so long.

use std::collections::VecDeque;

use tracehound_schema::record::{HEADER_SIZE, Header, PIECE, Record, State};

/// Bytes of lists that are kept at most; more than what one exec can have.
const MOST_BYTES: usize = 16 << 20;
/// Records that lists are kept for at most.
const MOST_RECORDS: usize = 1024;

/// A list as far as it has come.
#[derive(Debug)]
struct List {
    field: usize,
    bytes: Vec<u8>,
    /// Whether its end is missing.
    cut: bool,
}

/// What record a list belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Owner {
    number: u32,
    tid: u32,
    start: u64,
    event: u16,
}

impl Owner {
    const fn of(header: &Header) -> Owner {
        Owner {
            number: header.pieces,
            tid: header.host_tid,
            start: header.start,
            event: header.event,
        }
    }
}

/// What has come of the lists of one record.
#[derive(Debug)]
struct Kept {
    owner: Owner,
    lists: Vec<List>,
}

/// Pieces that wait for their record, those of late last. A thread sends them and the record at once, so
/// others wait only as long as threads on other CPUs do the same, or for a record that was lost.
#[derive(Debug, Default)]
pub struct Pieces {
    kept: VecDeque<Kept>,
    bytes: usize,
}

impl Pieces {
    /// Keeps a record if it is a piece of one to come.
    pub fn keep(&mut self, record: &Record<'_>) -> bool {
        if record.header.flags & PIECE == 0 {
            return false;
        }
        let owner = Owner::of(&record.header);
        let field = record.header.absent.trailing_ones() as usize;
        let bytes = record.tail(field).unwrap_or_default();
        let there = matches!(record.state(field), State::Read | State::Cut);
        let offset = usize::try_from(record.header.ret).unwrap_or(usize::MAX);
        if self.kept.back().is_none_or(|kept| kept.owner != owner) {
            let at = self.kept.iter().position(|kept| kept.owner == owner);
            let kept = at.and_then(|at| self.kept.remove(at));
            self.kept.push_back(kept.unwrap_or_else(|| Kept {
                owner,
                lists: Vec::new(),
            }));
        }
        let Some(kept) = self.kept.back_mut() else {
            return true;
        };
        if offset == 0 && !kept.lists.iter().any(|list| list.field == field) {
            kept.lists.push(List {
                field,
                bytes: Vec::new(),
                cut: true,
            });
        }
        let list = kept.lists.iter_mut().find(|list| list.field == field);
        // Behind one that was lost the rest would not be in its place.
        if let Some(list) = list.filter(|list| there && list.cut && list.bytes.len() == offset) {
            list.bytes.extend_from_slice(bytes);
            list.cut = record.state(field) == State::Cut;
            self.bytes += bytes.len();
        }
        while self.bytes > MOST_BYTES || self.kept.len() > MOST_RECORDS {
            let Some(oldest) = self.kept.pop_front() else {
                break;
            };
            self.bytes -= size(&oldest);
        }
        true
    }

    /// The record with the lists that came before it, if any did.
    pub fn whole(&mut self, record: &Record<'_>) -> Option<Vec<u8>> {
        let owner = Owner::of(&record.header);
        if owner.number == 0 {
            return None;
        }
        let at = self.kept.iter().position(|kept| kept.owner == owner)?;
        let kept = self.kept.remove(at)?;
        self.bytes -= size(&kept);
        let mut header = record.header;
        let mut bytes = record.bytes().to_vec();
        for list in kept.lists {
            let known = record.tail(list.field).map_or(0, <[u8]>::len);
            let place = HEADER_SIZE + list.field * 8;
            let slot = bytes.len() as u64 | (list.bytes.len() as u64) << 32;
            let at = bytes.get_mut(place..place + 8);
            let Some(at) = at.filter(|_| list.bytes.len() >= known) else {
                continue;
            };
            at.copy_from_slice(&slot.to_ne_bytes());
            bytes.extend_from_slice(&list.bytes);
            bytes.resize(bytes.len().next_multiple_of(8), 0);
            let bit = 1 << list.field;
            header.unread &= !bit;
            if list.cut {
                header.cut |= bit;
            } else {
                header.cut &= !bit;
            }
        }
        header.size = u32::try_from(bytes.len()).ok()?;
        header.write(bytes.first_chunk_mut()?);
        Some(bytes)
    }
}

fn size(kept: &Kept) -> usize {
    kept.lists.iter().map(|list| list.bytes.len()).sum()
}

#[cfg(test)]
mod tests {
    use tracehound_schema::record::Builder;

    use super::*;

    const LIST: usize = 1;
    const OTHER: usize = 0;

    fn header(number: u32) -> Header {
        Header {
            pieces: number,
            host_tid: 7,
            ..Header::default()
        }
    }

    fn piece(header: Header, field: usize, offset: i64, bytes: &[u8], cut: bool) -> Vec<u8> {
        let header = Header {
            flags: PIECE,
            ret: offset,
            cut: u64::from(cut) << field,
            ..header
        };
        let piece = Builder::new(111, 2, header).tail(field, bytes);
        piece.absent(1 - field).build()
    }

    fn keep(kept: &mut Pieces, pieces: &[Vec<u8>]) {
        for bytes in pieces {
            assert!(kept.keep(&Record::split(bytes).unwrap().0));
        }
    }

    /// The list that is told with a record that has its beginning.
    fn told(kept: &mut Pieces, header: Header) -> (Vec<u8>, State) {
        let header = Header {
            cut: 1 << LIST,
            ..header
        };
        let main = Builder::new(111, 2, header).tail(LIST, b"a\0").build();
        let record = Record::split(&main).unwrap().0;
        assert!(!kept.keep(&record));
        let whole = kept.whole(&record).unwrap_or(main.clone());
        assert!(kept.whole(&record).is_none(), "told twice");
        let record = Record::split(&whole).unwrap().0;
        (record.tail(LIST).unwrap().to_vec(), record.state(LIST))
    }

    fn one(header: Header, offset: i64, bytes: &[u8], cut: bool) -> Vec<u8> {
        piece(header, LIST, offset, bytes, cut)
    }

    #[test]
    fn pieces_make_a_whole() {
        let mut kept = Pieces::default();
        let of = header(9);
        keep(
            &mut kept,
            &[one(of, 0, b"a\0b", true), one(of, 3, b"\0c\0", false)],
        );
        let (list, state) = told(&mut kept, of);
        assert_eq!((&list[..], state), (&b"a\0b\0c\0"[..], State::Read));
        assert_eq!((kept.bytes, kept.kept.len()), (0, 0));
    }

    #[test]
    fn what_follows_a_lost_piece_is_not_told() {
        let of = header(9);
        let pieces = [
            one(of, 0, b"a\0b", true),
            one(of, 6, b"d\0", true),
            one(of, 8, b"e\0", false),
        ];
        let mut kept = Pieces::default();
        keep(&mut kept, &pieces);
        let (list, state) = told(&mut kept, of);
        assert_eq!((&list[..], state), (&b"a\0b"[..], State::Cut));
    }

    #[test]
    fn a_list_without_its_first_or_last_piece_is_cut() {
        let of = header(9);
        let mut kept = Pieces::default();
        keep(&mut kept, &[one(of, 3, b"\0c\0", false)]);
        assert_eq!(told(&mut kept, of), (b"a\0".to_vec(), State::Cut));
        keep(&mut kept, &[one(of, 0, b"a\0b", true)]);
        assert_eq!(told(&mut kept, of), (b"a\0b".to_vec(), State::Cut));
    }

    #[test]
    fn pieces_go_to_no_other_record() {
        let of = header(9);
        let mut kept = Pieces::default();
        keep(&mut kept, &[one(of, 0, b"a\0old", false)]);
        let others = [
            header(0),
            header(11),
            Header { host_tid: 8, ..of },
            Header { start: 1, ..of },
        ];
        for other in others {
            assert_eq!(told(&mut kept, other), (b"a\0".to_vec(), State::Cut));
        }
        assert_eq!(told(&mut kept, of), (b"a\0old".to_vec(), State::Read));
    }

    #[test]
    fn threads_that_take_turns_are_told_apart() {
        let (one_of, two_of) = (
            header(9),
            Header {
                host_tid: 8,
                ..header(9)
            },
        );
        let mut kept = Pieces::default();
        keep(
            &mut kept,
            &[
                one(one_of, 0, b"a\0b", true),
                one(two_of, 0, b"x\0y", true),
                piece(one_of, OTHER, 0, b"other", false),
                one(one_of, 3, b"c\0", false),
                one(two_of, 3, b"z\0", false),
            ],
        );
        assert_eq!(told(&mut kept, two_of), (b"x\0yz\0".to_vec(), State::Read));
        assert_eq!(told(&mut kept, one_of), (b"a\0bc\0".to_vec(), State::Read));
    }

    #[test]
    fn what_is_kept_for_lost_records_is_bounded() {
        let mut kept = Pieces::default();
        let bytes = [b'x'; 8000];
        for number in 1..=4000 {
            keep(&mut kept, &[one(header(number), 0, &bytes, false)]);
            assert!(kept.bytes <= MOST_BYTES);
        }
        assert_eq!(told(&mut kept, header(1)).1, State::Cut);
        assert_eq!(told(&mut kept, header(4000)).1, State::Read);
    }
}
