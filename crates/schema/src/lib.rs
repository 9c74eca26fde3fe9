//! What can be seen: every event, field, name and the layout of a record, as data.
//!
//! Nothing here runs. The kernel programs (`probes`), the decoder and the outputs (`engine`) and
//! every page that `tracehound events show` prints are derived from these tables, so that each
//! fact has one place. The crate depends on nothing but the constants of the kernel's headers.

#![forbid(unsafe_code)]

pub mod abi;
pub mod capture;
pub mod ctype;
pub mod ends;
pub mod event;
pub mod events;
pub mod field;
pub mod kind;
pub mod layout;
pub mod names;
pub mod narrow;
pub mod record;
pub mod rung;
pub mod sample;
pub mod sigset;
pub mod syscalls;
pub mod types;
pub mod way;

pub use abi::Abi;
pub use event::{Check, Event, MadeBy, Page, Param};
pub use events::{all, by_id, by_name};
pub use field::{Field, From, Origin};
pub use kind::{Kind, Names};
pub use rung::{Hook, HookKind, Rung};
pub use way::Way;
