//! A file that ends with a whole line, or a whole record, even when the disk is full.

use std::fs::File;
use std::io::{self, ErrorKind, Seek as _, Write};
use std::thread;
use std::time::Duration;

use tracehound_schema::record::Record;

/// What a file is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Lines of text.
    Line,
    /// Raw records.
    Record,
}

/// A file that is written in whole units.
pub struct Whole {
    file: File,
    unit: Unit,
    truncate: bool,
    prefix: Vec<u8>,
}

impl Whole {
    /// Takes a file as it is.
    pub const fn new(file: File, unit: Unit) -> Whole {
        Whole {
            file,
            unit,
            truncate: false,
            prefix: Vec::new(),
        }
    }

    /// Takes a file whose content is replaced, beginning with `prefix`, when writing begins.
    pub const fn replacing(file: File, unit: Unit, prefix: Vec<u8>) -> Whole {
        Whole {
            file,
            unit,
            truncate: true,
            prefix,
        }
    }

    fn begin(&mut self) -> io::Result<()> {
        if std::mem::take(&mut self.truncate) && self.file.metadata()?.is_file() {
            self.file.set_len(0)?;
        }
        let prefix = std::mem::take(&mut self.prefix);
        self.put(&prefix)
    }

    fn put(&mut self, bytes: &[u8]) -> io::Result<()> {
        let mut done = 0;
        while done < bytes.len() {
            match self.file.write(&bytes[done..]) {
                Ok(0) => return Err(ErrorKind::WriteZero.into()),
                Ok(count) => done += count,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                // Someone else who has this terminal or pipe has made it non-blocking.
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    thread::sleep(Duration::from_millis(1));
                }
                Err(error) => {
                    self.cut_back(partial(self.unit, &bytes[..done]));
                    return Err(error);
                }
            }
        }
        Ok(())
    }

    /// Takes the last bytes away again, if the file's end is ours.
    fn cut_back(&mut self, partial: usize) {
        let end = self.file.stream_position();
        let size = self.file.metadata().ok().filter(|file| file.is_file());
        if let (Ok(end), Some(size)) = (end, size)
            && size.len() == end
        {
            // The disk's error is what gets told; this is the best that can be done about it.
            let _ = self.file.set_len(end.saturating_sub(partial as u64));
        }
    }
}

/// The length of an unfinished unit at the end of bytes that begin with a whole one.
fn partial(unit: Unit, bytes: &[u8]) -> usize {
    match unit {
        Unit::Line => bytes
            .iter()
            .rev()
            .take_while(|byte| **byte != b'\n')
            .count(),
        Unit::Record => {
            let mut rest = bytes;
            while let Some((_, next)) = Record::split(rest) {
                rest = next;
            }
            rest.len()
        }
    }
}

impl Write for Whole {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.write_all(bytes)?;
        Ok(bytes.len())
    }

    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.begin()?;
        self.put(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.begin()?;
        self.file.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unfinished_line_is_told_from_whole_ones() {
        assert_eq!(partial(Unit::Line, b"a\nbc"), 2);
        assert_eq!(partial(Unit::Line, b"a\n"), 0);
        assert_eq!(partial(Unit::Line, b"abc"), 3);
        assert_eq!(partial(Unit::Record, b"abc"), 3);
        assert_eq!(partial(Unit::Record, b""), 0);
    }

    #[test]
    fn a_file_keeps_its_content_until_writing_begins() {
        let path = std::env::temp_dir().join(format!("tracehound-whole-{}", std::process::id()));
        std::fs::write(&path, "the old content, which is longer").unwrap();
        let file = File::options().write(true).open(&path).unwrap();
        let mut whole = Whole::replacing(file, Unit::Line, b"first\n".to_vec());
        assert!(
            std::fs::read_to_string(&path)
                .unwrap()
                .starts_with("the old")
        );
        whole.write_all(b"second\n").unwrap();
        whole.flush().unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        std::fs::remove_file(&path).unwrap();
        assert_eq!(text, "first\nsecond\n");
    }
}
