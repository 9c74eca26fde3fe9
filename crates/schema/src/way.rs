//! How a hook event is had on some of its rungs, where that differs from the rest of its block.

/// What an `at` clause of a block says.
#[derive(Debug)]
pub struct Way {
    /// The rungs meant.
    pub rungs: &'static [&'static str],
    /// On rungs at the end of system calls: the calls after which the program looks.
    pub calls: &'static [&'static str],
    /// A C expression that must hold, besides the event's own; empty if there is none.
    pub when: &'static str,
    /// Parameters and fields that are had by another C expression.
    pub sources: &'static [(&'static str, &'static str)],
    /// Fields that are taken from user memory there, by a C expression for the address.
    pub users: &'static [(&'static str, &'static str)],
    /// Fields that cannot be had, each with the reason: their records say `unread`.
    pub lacks: &'static [(&'static str, &'static str)],
}

impl Way {
    /// The expression for a parameter or field.
    #[must_use]
    pub fn source(&self, name: &str) -> Option<&'static str> {
        let mut found = self.sources.iter().chain(self.users);
        found.find(|row| row.0 == name).map(|row| row.1)
    }

    /// Whether a field that the kernel holds elsewhere is taken from user memory.
    #[must_use]
    pub fn takes_from_user(&self, field: &str) -> bool {
        self.users.iter().any(|row| row.0 == field)
    }

    /// Why a field cannot be had.
    #[must_use]
    pub fn lack(&self, field: &str) -> Option<&'static str> {
        let found = self.lacks.iter().find(|row| row.0 == field);
        found.map(|row| row.1)
    }
}
