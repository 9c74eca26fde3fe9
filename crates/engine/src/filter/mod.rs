//! Filters: typed expressions over records, and whether a record can be what one wants.
//!
//! An expression is plain data ([`Expr`]); [`parse`] makes it from text, [`Expr::check`] holds it
//! against a record. The answer has three values ([`Truth`]): what was not read is not known, and a
//! record is left out only where the expression is surely false.

mod called;
mod class;
mod describe;
mod expr;
mod facts;
mod fault;
mod filters;
mod index;
mod join;
mod limits;
mod names;
mod narrow;
pub mod parse;
mod pattern;
mod probe;
mod rules;
mod scope;
mod special;
mod subject;
mod truth;
mod value;

pub use describe::describe;
pub use expr::{Bit, Compare, Expr, Net, Range, Subject, Test, Texts};
pub use facts::{Facts, Scratch};
pub use fault::{Fault, nearest, plain};
pub use filters::Filters;
pub use join::{combined, scope};
pub use limits::{Limits, Per, Rate};
pub use narrow::Decided;
pub use parse::Parsed;
pub use pattern::{Missing, Pattern};
pub use rules::{Counted, Named, Policies, Rule, Settled};
pub use scope::{CONTAINERS, Scope};
pub use truth::Truth;

#[cfg(test)]
mod tests;
