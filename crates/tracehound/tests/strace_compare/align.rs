//! Which line of one trace is which of the other.

use crate::lines::Line;

/// How far ahead the next pair of lines is looked for.
const AHEAD: usize = 40;

/// A line and its counterpart; one of them is there at least.
pub struct Pair<'l> {
    /// strace's.
    pub theirs: Option<&'l Line>,
    /// Ours.
    pub ours: Option<&'l Line>,
}

impl Pair<'_> {
    /// Whether both say the same.
    pub fn same(&self) -> bool {
        match (self.theirs, self.ours) {
            (Some(theirs), Some(ours)) if theirs.split || ours.split => {
                theirs.plain() == ours.plain()
            }
            (theirs, ours) => theirs.map(|line| &line.text) == ours.map(|line| &line.text),
        }
    }
}

/// What strace's own child did before it ran the command is not in strace's trace.
pub fn from_the_start<'l>(theirs: &[Line], ours: &'l [Line]) -> &'l [Line] {
    let Some(first) = theirs.first().filter(|line| line.name() == "execve") else {
        return ours;
    };
    let at = ours.iter().position(|line| line.plain() == first.plain());
    &ours[at.unwrap_or(0)..]
}

/// Pairs lines of the same name in order; lines that only one trace has stand alone.
pub fn pairs<'l>(theirs: &'l [Line], ours: &'l [Line]) -> Vec<Pair<'l>> {
    let (mut theirs, mut ours) = (theirs, ours);
    let mut pairs = Vec::new();
    loop {
        match (theirs.first(), ours.first()) {
            (None, None) => return pairs,
            (Some(left), Some(right)) if left.name() == right.name() => {
                pairs.push(Pair {
                    theirs: Some(left),
                    ours: Some(right),
                });
                (theirs, ours) = (&theirs[1..], &ours[1..]);
            }
            _ => {
                let (skipped, extra) = next_meeting(theirs, ours);
                pairs.extend(theirs[..skipped].iter().map(|line| Pair {
                    theirs: Some(line),
                    ours: None,
                }));
                pairs.extend(ours[..extra].iter().map(|line| Pair {
                    theirs: None,
                    ours: Some(line),
                }));
                (theirs, ours) = (&theirs[skipped..], &ours[extra..]);
            }
        }
    }
}

/// How many lines of each have to be passed over until both go on with the same name.
fn next_meeting(theirs: &[Line], ours: &[Line]) -> (usize, usize) {
    for distance in 1..2 * AHEAD {
        for skipped in 0..=distance {
            let extra = distance - skipped;
            if let (Some(left), Some(right)) = (theirs.get(skipped), ours.get(extra))
                && left.name() == right.name()
            {
                return (skipped, extra);
            }
        }
    }
    (theirs.len(), ours.len())
}
