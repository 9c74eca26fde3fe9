//! 32-bit calls that stand for several: `socketcall(2)` and `ipc(2)`.
//!
//! A record of theirs is one of the event of what was really called, where that is selected.

/// One meaning of a multiplexed call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Multiplexed {
    /// The call that is made.
    pub call: &'static str,
    /// Its first argument, which chooses.
    pub value: u16,
    /// The call that is meant.
    pub target: &'static str,
    /// Where the arguments of what is meant are.
    pub from: Arguments,
}

/// Where the arguments are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arguments {
    /// 32-bit words one after another, at the address in the second register.
    Array,
    /// In these registers of the call, in order.
    Registers(&'static [u8]),
}

/// Every meaning.
pub static MULTIPLEXED: &[Multiplexed] = &[Multiplexed {
    call: "socketcall",
    value: 3,
    target: "connect",
    from: Arguments::Array,
}];
