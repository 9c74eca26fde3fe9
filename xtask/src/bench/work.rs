//! The folder that outputs and recordings go to while measuring.

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use memchr::memmem::Finder;

use crate::workspace::root;

/// A folder of files that are gone when this is dropped.
pub struct Work {
    folder: PathBuf,
}

impl Work {
    /// Makes the folder.
    pub fn create() -> Result<Work> {
        let folder = root().join("target").join("bench");
        // A run that was interrupted leaves its recording.
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).with_context(|| format!("creating {}", folder.display()))?;
        Ok(Work { folder })
    }

    /// A file in the folder.
    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }
}

impl Drop for Work {
    fn drop(&mut self) {
        // What is left then is a build product like others in target/.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// How many times `text` stands in a file.
pub fn occurrences(path: &Path, text: &str) -> Result<u64> {
    let doing = || format!("counting the lines of {}", path.display());
    let mut file = fs::File::open(path).with_context(doing)?;
    let finder = Finder::new(text);
    let mut buffer = vec![0; 1 << 20];
    let (mut held, mut count) = (0, 0);
    loop {
        let read = file.read(&mut buffer[held..]).with_context(doing)?;
        if read == 0 {
            return Ok(count);
        }
        let filled = held + read;
        let mut after = 0;
        for at in finder.find_iter(&buffer[..filled]) {
            count += 1;
            after = at + text.len();
        }
        // One that is cut by the end of the buffer is found when the rest is there.
        let keep = after.max(filled.saturating_sub(text.len() - 1));
        buffer.copy_within(keep..filled, 0);
        held = filled - keep;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_across_two_reads_is_counted_once() {
        let path = std::env::temp_dir().join(format!("xtask-bench-{}", std::process::id()));
        let line = "12 rt_sigprocmask(2) = 0\n";
        // 25 does not divide the buffer's size, so some are cut.
        fs::write(&path, line.repeat(200_000)).unwrap();
        let count = occurrences(&path, "rt_sigprocmask").unwrap();
        fs::remove_file(&path).unwrap();
        assert_eq!(count, 200_000);
    }
}
