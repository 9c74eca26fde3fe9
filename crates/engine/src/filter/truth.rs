//! Three-valued answers.

/// What is known of a statement about a record; in the order that makes "and" the least and "or"
/// the greatest of two.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Truth {
    /// It is surely false.
    No,
    /// It depends on what was not read.
    Unknown,
    /// It is true.
    Yes,
}

impl Truth {
    /// The opposite; that of what is not known is not known.
    #[must_use]
    pub const fn not(self) -> Truth {
        match self {
            Truth::No => Truth::Yes,
            Truth::Unknown => Truth::Unknown,
            Truth::Yes => Truth::No,
        }
    }

    /// Whether a record with this answer is kept: unless it is surely not wanted.
    #[must_use]
    pub const fn keeps(self) -> bool {
        !matches!(self, Truth::No)
    }
}

impl From<bool> for Truth {
    fn from(known: bool) -> Truth {
        if known { Truth::Yes } else { Truth::No }
    }
}
