//! BTF as it lies in memory (`include/uapi/linux/btf.h`, Documentation/bpf/btf.rst): little-endian here.

/// Kinds, as the kernel numbers them.
pub mod kind {
    pub const INT: u32 = 1;
    pub const PTR: u32 = 2;
    pub const ARRAY: u32 = 3;
    pub const STRUCT: u32 = 4;
    pub const UNION: u32 = 5;
    pub const ENUM: u32 = 6;
    pub const FWD: u32 = 7;
    pub const TYPEDEF: u32 = 8;
    pub const VOLATILE: u32 = 9;
    pub const CONST: u32 = 10;
    pub const RESTRICT: u32 = 11;
    pub const FUNC: u32 = 12;
    pub const FUNC_PROTO: u32 = 13;
    pub const VAR: u32 = 14;
    pub const DATASEC: u32 = 15;
    pub const FLOAT: u32 = 16;
    pub const DECL_TAG: u32 = 17;
    pub const TYPE_TAG: u32 = 18;
    pub const ENUM64: u32 = 19;
}

const MAGIC: u32 = 0xeb9f;
const HEADER: usize = 24;

/// Types and the strings that they are called by; a module's go on where the kernel's end.
#[derive(Debug)]
pub struct Raw<'b> {
    types: &'b [u8],
    strings: &'b [u8],
    /// Where each type lies.
    places: Vec<u32>,
    base: Option<&'b Raw<'b>>,
}

impl<'b> Raw<'b> {
    /// Reads what a file of /sys/kernel/btf or a section `.BTF` holds; `None` if it is not understood.
    pub fn parse(bytes: &'b [u8], base: Option<&'b Raw<'b>>) -> Option<Raw<'b>> {
        let header = |at| word(bytes, at);
        if header(0)? & 0xffff != MAGIC {
            return None;
        }
        let start = header(4)? as usize;
        let part = |at| {
            let (from, length) = (header(at)? as usize, header(at + 4)? as usize);
            bytes.get(start + from..start + from + length)
        };
        let mut raw = Raw {
            types: part(8).filter(|_| start >= HEADER)?,
            strings: part(16)?,
            places: Vec::new(),
            base,
        };
        let mut at = 0;
        while at < raw.types.len() {
            raw.places.push(at as u32);
            let info = word(raw.types, at + 4)?;
            at += 12 + behind(info)?;
        }
        (at == raw.types.len()).then_some(raw)
    }

    /// The first id that is its own.
    pub fn first(&self) -> u32 {
        self.base.map_or(1, Raw::end)
    }

    /// The id behind the last.
    pub fn end(&self) -> u32 {
        self.first() + self.places.len() as u32
    }

    /// The ids of its own.
    pub fn ids(&self) -> std::ops::Range<u32> {
        self.first()..self.end()
    }

    /// A type, with what stands behind it; `None` for the id 0, which is void.
    pub fn get(&self, id: u32) -> Option<Type<'b>> {
        let Some(own) = id.checked_sub(self.first()) else {
            return self.base?.get(id);
        };
        let at = *self.places.get(own as usize)? as usize;
        let info = word(self.types, at + 4)?;
        let bytes = self.types.get(at..at + 12 + behind(info)?)?;
        Some(Type { bytes })
    }

    /// The text at an offset; empty where there is none.
    pub fn text(&self, at: u32) -> &'b [u8] {
        let before = self.base.map_or(0, |base| base.strings.len() as u32);
        let Some(own) = at.checked_sub(before) else {
            return self.base.map_or(b"", |base| base.text(at));
        };
        let rest = self.strings.get(own as usize..).unwrap_or_default();
        rest.split(|byte| *byte == 0).next().unwrap_or_default()
    }
}

/// How many bytes stand behind a type's first twelve; `None` for kinds that are not known.
fn behind(info: u32) -> Option<usize> {
    let count = (info & 0xffff) as usize;
    Some(match info >> 24 & 0x1f {
        kind::INT | kind::VAR | kind::DECL_TAG => 4,
        kind::ARRAY => 12,
        kind::STRUCT | kind::UNION | kind::DATASEC | kind::ENUM64 => count * 12,
        kind::ENUM | kind::FUNC_PROTO => count * 8,
        kind::PTR
        | kind::FWD
        | kind::TYPEDEF
        | kind::VOLATILE
        | kind::CONST
        | kind::RESTRICT
        | kind::FUNC
        | kind::FLOAT
        | kind::TYPE_TAG => 0,
        _ => return None,
    })
}

/// A word of 32 bits.
pub fn word(bytes: &[u8], at: usize) -> Option<u32> {
    let bytes = bytes.get(at..at + 4)?;
    Some(u32::from_le_bytes(bytes.try_into().ok()?))
}

/// One type.
#[derive(Clone, Copy, Debug)]
pub struct Type<'b> {
    /// As it lies there, with what stands behind it.
    pub bytes: &'b [u8],
}

impl Type<'_> {
    /// A word of it.
    pub fn word(self, at: usize) -> u32 {
        word(self.bytes, at).unwrap_or_default()
    }

    /// Its kind.
    pub fn kind(self) -> u32 {
        self.word(4) >> 24 & 0x1f
    }

    /// Where its name is.
    pub fn name(self) -> u32 {
        self.word(0)
    }

    fn count(self) -> usize {
        (self.word(4) & 0xffff) as usize
    }

    /// Where in it names of members, enumerators or parameters stand.
    pub fn names(self) -> impl Iterator<Item = usize> {
        let (step, count) = match self.kind() {
            kind::STRUCT | kind::UNION | kind::ENUM64 => (12, self.count()),
            kind::ENUM | kind::FUNC_PROTO => (8, self.count()),
            _ => (12, 0),
        };
        (0..count).map(move |index| 12 + index * step)
    }

    /// Where in it ids of other types stand.
    pub fn types(self) -> impl Iterator<Item = usize> {
        let (first, behind, step, count) = match self.kind() {
            kind::PTR
            | kind::TYPEDEF
            | kind::VOLATILE
            | kind::CONST
            | kind::RESTRICT
            | kind::FUNC
            | kind::VAR
            | kind::DECL_TAG
            | kind::TYPE_TAG => (Some(8), 0, 1, 0),
            kind::FUNC_PROTO => (Some(8), 16, 8, self.count()),
            kind::ARRAY => (None, 12, 4, 2),
            kind::STRUCT | kind::UNION => (None, 16, 12, self.count()),
            kind::DATASEC => (None, 12, 12, self.count()),
            _ => (None, 0, 1, 0),
        };
        let rest = (0..count).map(move |index| behind + index * step);
        first.into_iter().chain(rest)
    }
}
