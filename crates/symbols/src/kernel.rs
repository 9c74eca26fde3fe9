//! Functions of the kernel, its modules and BPF programs.

use blazesym::MaybeDefault;
use blazesym::symbolize::source::{Kernel as Listed, Source};
use blazesym::symbolize::{Input, Symbolized, Symbolizer};

use crate::answer::Answer;

/// The kernel's list of symbols.
#[derive(Debug)]
pub struct Kernel {
    symbolizer: Symbolizer,
    source: Source<'static>,
}

impl Kernel {
    /// Prepares it; the list is read when it is needed.
    pub fn new() -> Kernel {
        let listed = Listed {
            kallsyms: MaybeDefault::Default,
            // Rarely installed, and hundreds of megabytes.
            vmlinux: MaybeDefault::None,
            debug_syms: false,
            ..Listed::default()
        };
        Kernel {
            symbolizer: Symbolizer::new(),
            source: Source::Kernel(listed),
        }
    }

    /// What is at an address; `back` is how far before it the instruction begins that is meant.
    pub fn find(&self, address: u64, back: u64) -> Answer {
        let meant = address.wrapping_sub(back);
        let found = self
            .symbolizer
            .symbolize_single(&self.source, Input::AbsAddr(meant));
        match found {
            Ok(Symbolized::Sym(symbol)) => Answer {
                symbol: Some((symbol.name.as_bytes().to_vec(), symbol.offset as u64 + back)),
                ..Answer::default()
            },
            Ok(Symbolized::Unknown(reason)) => Answer::none(reason.to_string()),
            Err(error) => Answer::none(format!("the kernel's symbols cannot be read: {error}")),
        }
    }
}
