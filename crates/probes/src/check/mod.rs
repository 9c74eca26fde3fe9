//! Comparing views of the kernel that should say the same.

/// The events that checks make.
#[cfg(test)]
pub fn names() -> impl Iterator<Item = &'static str> {
    std::iter::empty()
}
