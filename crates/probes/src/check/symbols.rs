//! The kernel's symbols, as `/proc/kallsyms` lists them.

use std::collections::BTreeMap;
use std::fs;

/// A symbol.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Symbol {
    /// Its name.
    pub name: String,
    /// The module that it is of; `None` for the kernel itself.
    pub module: Option<String>,
}

/// Symbols by their addresses.
#[derive(Debug, Default)]
pub struct Symbols {
    at: BTreeMap<u64, Vec<Symbol>>,
    text: Option<(u64, u64)>,
}

impl Symbols {
    /// Reads the list; the error is a reason to show.
    pub fn read() -> Result<Symbols, String> {
        let list = fs::read_to_string("/proc/kallsyms")
            .map_err(|error| format!("/proc/kallsyms: {error}"))?;
        let symbols = Symbols::parse(&list);
        if symbols.text.is_none_or(|text| text.0 == 0) {
            return Err(
                "/proc/kallsyms hides addresses; kernel.kptr_restrict does that".to_owned(),
            );
        }
        Ok(symbols)
    }

    /// Of lines `address type name [module]`.
    pub fn parse(list: &str) -> Symbols {
        let mut symbols = Symbols::default();
        for line in list.lines() {
            let mut words = line.split_ascii_whitespace();
            let address = words
                .next()
                .and_then(|word| u64::from_str_radix(word, 16).ok());
            let (Some(address), Some(_), Some(name)) = (address, words.next(), words.next()) else {
                continue;
            };
            let module = words
                .next()
                .map(|word| word.trim_matches(['[', ']']).to_owned());
            symbols.at.entry(address).or_default().push(Symbol {
                name: name.to_owned(),
                module,
            });
        }
        let (start, end) = (symbols.address("_stext"), symbols.address("_etext"));
        symbols.text = start.zip(end);
        symbols
    }

    /// Where the kernel's own symbol of a name is.
    pub fn address(&self, name: &str) -> Option<u64> {
        let own = |symbol: &Symbol| symbol.name == name && symbol.module.is_none();
        let found = self.at.iter().find(|(_, all)| all.iter().any(own));
        found.map(|(address, _)| *address)
    }

    /// The symbols that begin at an address.
    pub fn exactly(&self, address: u64) -> &[Symbol] {
        self.at.get(&address).map_or(&[], Vec::as_slice)
    }

    /// Whether an address lies in the kernel's own code.
    pub fn is_kernels(&self, address: u64) -> bool {
        self.text
            .is_some_and(|(start, end)| (start..end).contains(&address))
    }

    /// The nearest symbol at or below an address, if anybody's code is there.
    pub fn nearest(&self, address: u64) -> Option<&Symbol> {
        let (_, all) = self.at.range(..=address).next_back()?;
        let symbol = all.first()?;
        // Below a module's last symbol there is the module; behind the kernel's code nothing of it.
        (symbol.module.is_some() || self.is_kernels(address)).then_some(symbol)
    }

    /// The nearest function with its owner, `NAME [OWNER]`; where there is none the address.
    pub fn named(&self, address: u64) -> String {
        match self.nearest(address) {
            Some(symbol) => {
                let owner = symbol.module.as_deref().unwrap_or("system");
                format!("{} [{owner}]", symbol.name)
            }
            None => format!("{address:#x} [hidden]"),
        }
    }

    /// The names of modules that have symbols, each once.
    pub fn modules(&self) -> impl Iterator<Item = (&str, u64)> {
        self.at.iter().flat_map(|(address, all)| {
            let named = all.iter().filter_map(|symbol| symbol.module.as_deref());
            named.map(|module| (module, *address))
        })
    }
}
