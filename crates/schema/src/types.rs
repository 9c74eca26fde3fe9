//! Types of system call arguments: how a register, and the memory it may point at, is to be read
//! and printed.
//!
//! A [`Type`] is data. From it follow which bytes the kernel side copies and when (`capture.rs`),
//! where a member lies for each ABI (`layout.rs`), and what every output prints.

use crate::kind::Names;

/// How a value is stored and what it means.
#[derive(Clone, Copy, Debug)]
pub enum Type {
    /// 8-bit unsigned integer.
    U8,
    /// 16-bit unsigned integer.
    U16,
    /// 16-bit signed integer.
    I16,
    /// `int`.
    I32,
    /// `unsigned int`.
    U32,
    /// 64-bit signed integer: one register, or a member.
    I64,
    /// 64-bit unsigned integer: one register, or a member.
    U64,
    /// `long` of the caller's ABI.
    Long,
    /// `unsigned long` of the caller's ABI.
    Ulong,
    /// `size_t`.
    Size,
    /// A file offset (`loff_t`), signed. As an argument it takes two registers from 32-bit callers,
    /// the low half first.
    Loff,
    /// 64 bits of flags or the like that, as an argument, take two registers from 32-bit callers.
    Split(&'static Type),
    /// The lower half of an offset whose upper half is the `High` beside it, one register; all of it
    /// from callers of 64 bits (`pos_l` of preadv(2)). `-o strace` prints the two as one signed
    /// offset.
    Low,
    /// The upper half of such an offset, one register; without meaning from callers of 64 bits.
    High,
    /// Where NUL-terminated text stands, 32 bits: so many bytes behind the end of the structure that it
    /// is a member of.
    TextBehind,
    /// An integer printed in hexadecimal; width and sign are those of the inner type.
    Hex(&'static Type),
    /// An integer printed in octal; width as above.
    Octal(&'static Type),
    /// A pointer that is not followed.
    Addr,
    /// Permission bits with the file's type, if any (`umode_t`, `mode_t`): `S_IFREG|0644`.
    Mode,
    /// A device number in the form that user space has (`makedev(3)`), 32 bits.
    Dev,
    /// A file descriptor.
    Fd,
    /// A file descriptor of a directory; `AT_FDCWD` stands for the working directory.
    DirFd,
    /// A process, thread or process group id, signed.
    Pid,
    /// A user id; -1 stands for "no change".
    Uid,
    /// A group id; -1 stands for "no change".
    Gid,
    /// A signal number.
    Signal,
    /// `SIG_DFL`, `SIG_IGN` or a handler's address.
    Handler,
    /// Seconds since 1970 (`time_t` of the caller's ABI).
    Seconds,
    /// How a process ended or stopped, as `wait(2)` tells it, 32 bits.
    WaitStatus,
    /// A number, of which some stand for something else (`RLIM_INFINITY`), 64 bits.
    Limit(&'static Names),
    /// An integer in network byte order: `htons(80)`; the inner type gives width and meaning.
    Net(&'static Type),
    /// An IPv4 address, four bytes in network order.
    Inet,
    /// An IPv6 address, sixteen bytes in network order.
    Inet6,
    /// A hardware address of so many bytes: `00:11:22:33:44:55`.
    Hardware(u16),
    /// A request of ioctl(2), 32 bits: by name, else by the parts of its number.
    IoctlRequest(&'static Names),
    /// The code of an instruction of BPF: `BPF_LD|BPF_W|BPF_ABS`.
    Operation(Machine),
    /// Four bits of a byte, the upper ones if the first is set.
    Nibble(bool, &'static Type),
    /// A time in hundredths of a second (`clock_t` of the caller's ABI).
    Ticks,
    /// One of a table of names, 32 bits; an unknown value stays a number.
    Enum(&'static Names),
    /// Bits by name, 32 bits; unknown bits stay a number.
    Flags(&'static Names),
    /// A word with parts of different meaning, such as a type and flags. The first part's type gives
    /// the width.
    Parts(&'static [Part]),
    /// The inner type in another width.
    Wide(Width, &'static Type),
    /// Text in place: a member `char name[N]` that ends at its first NUL.
    Chars(u16),
    /// Bytes in place: a member `__u8 name[N]`.
    Raw(u16),
    /// Several of the same in place: a member `T name[N]`.
    Inline(&'static Type, u16),
    /// A structure: as a member in place, behind a pointer otherwise.
    Struct(&'static Struct),
    /// What another argument (or member of the same structure) decides.
    By(&'static By),
    /// An argument that the call does not read in this case (`mode` of an open(2) that creates
    /// nothing): outputs leave it out.
    Unused,

    /// A pointer to what the call reads.
    In(&'static Type),
    /// A pointer to what the call writes when it succeeds.
    Out(&'static Type),
    /// A pointer to what the call reads, and writes when it succeeds.
    InOut(&'static Type),
    /// A pointer to what the call writes when it returns more than zero (`wait4`, which returns zero
    /// where nobody has ended yet).
    Found(&'static Type),
    /// A pointer to what the call writes when it is interrupted (`EINTR`), as the time left over.
    Left(&'static Type),

    // What follows stands behind a pointer only.
    /// NUL-terminated text, printed up to the string size that the user chose.
    Text,
    /// NUL-terminated path, always whole (4,096 bytes with the NUL).
    Path,
    /// A path of so many bytes, without a NUL, always whole (readlink(2)).
    PathOf(Len),
    /// Bytes, printed up to the string size that the user chose.
    Bytes(Len),
    /// Elements one after another.
    Array(&'static Type, Len),
    /// Structures of so many bytes in all, one after another, each as long as its own `d_reclen`
    /// says (getdents(2)). A member `Chars(0)` is text that ends at its NUL; members behind it stand
    /// at the end of the structure. `-o strace` prints the number of structures without `-v`.
    Records(&'static Struct, Len),
    /// Pointers to NUL-terminated texts, ending with a null pointer (`argv`).
    Strings,
    /// `struct iovec`s and what they point at; the count is the first, the bytes in all the second.
    IoVec(Len, Len),
    /// `struct msghdr` with its name, vectors and control messages.
    MsgHdr,
    /// `struct mmsghdr`s, and which way their content goes.
    MmsgHdr(Len, Traffic),
    /// A socket address of so many bytes; as a member in place where that is constant.
    SockAddr(Len),
    /// A set of signals of so many bytes; as a member in place where that is constant.
    SigSet(Len),
    /// A set of numbers from 0 on, a bit each, of so many bytes (`cpu_set_t`).
    BitSet(Len),
    /// A set of file descriptors (`fd_set`) of so many bits.
    FdSet(Len),
}

impl Type {
    /// The type that this one points at, repeats, or prints in another way.
    #[must_use]
    pub const fn inner(&self) -> Option<&'static Type> {
        match self {
            Type::In(inner)
            | Type::Out(inner)
            | Type::InOut(inner)
            | Type::Found(inner)
            | Type::Left(inner)
            | Type::Array(inner, _)
            | Type::Inline(inner, _)
            | Type::Split(inner)
            | Type::Wide(_, inner)
            | Type::Net(inner)
            | Type::Nibble(_, inner)
            | Type::Hex(inner)
            | Type::Octal(inner) => Some(*inner),
            _ => None,
        }
    }

    /// How many descriptors a call leaves behind a pointer of this type, where it leaves nothing else.
    #[must_use]
    pub const fn left_descriptors(&self) -> Option<u32> {
        match self {
            Type::Out(Type::Fd) => Some(1),
            Type::Out(Type::Inline(Type::Fd, count)) => Some(*count as u32),
            Type::Out(Type::Array(Type::Fd, Len::Const(count))) => Some(*count),
            _ => None,
        }
    }
}

/// How much there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Len {
    /// Always so much.
    Const(u32),
    /// As an argument says (or a member of the same structure), by name.
    Arg(&'static str),
    /// As the call returned.
    Ret,
    /// As a 32-bit number says that an argument points at (`socklen_t *`), as it is when the call ends
    /// for what the call writes.
    At(&'static str),
    /// As a `size_t` says that an argument points at.
    AtSize(&'static str),
    /// The size that an ioctl(2) request number carries, for the directions that it has.
    IoctlSize(&'static str),
    /// As an argument says, but in the call that returns how much it wrote: the less of the two.
    ArgOrRet(&'static str),
    /// One for each page (of 4,096 bytes) of a range as long as an argument says.
    Pages(&'static str),
}

/// Which way the content of messages goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Traffic {
    /// The call reads it.
    Sent,
    /// The call writes it.
    Received,
}

/// What runs a program of BPF.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Machine {
    /// The first one: an instruction is a code of 16 bits, two jumps and a number.
    Classic,
    /// The one that bpf(2) loads programs for; a code is 8 bits.
    Extended,
}

/// A width in bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Width {
    /// 8.
    W8,
    /// 16.
    W16,
    /// 32.
    W32,
    /// 64.
    W64,
    /// That of `long` in the caller's ABI.
    Word,
}

/// One part of a word.
#[derive(Clone, Copy, Debug)]
pub struct Part {
    /// Its bits.
    pub mask: u64,
    /// What they mean: an `Enum`, `Flags`, `Signal`, `Mode` or an integer. Printed where the bits are
    /// not all zero, or where an `Enum` names zero, or where it is a `Mode`.
    pub kind: Type,
}

/// A structure as the kernel's headers declare it.
#[derive(Debug)]
pub struct Struct {
    /// The C name with its keyword (`struct stat`).
    pub name: &'static str,
    /// The members in order; padding the compiler would add is not listed.
    pub members: &'static [Member],
    /// The members that `-o strace` shows without `-v` and in which order, `...` standing for the
    /// rest where there is any; empty for all as they stand.
    pub brief: &'static [&'static str],
    /// Whether the members follow one another without padding (`__attribute__((packed))`).
    pub packed: bool,
    /// All members in the order that `-o strace` shows them with `-v`, where it is not their own.
    pub order: &'static [&'static str],
    /// Whether it is an instant since 1970, whose date `-o strace` adds.
    pub dated: bool,
    /// Whether the members lie over one another (`union`).
    pub union: bool,
    /// The structure that 32-bit callers pass, where it is not the same declaration.
    pub compat: Option<&'static Struct>,
    /// The structure that x32 callers pass with their own numbers, where it is neither that of
    /// 32-bit callers nor the same declaration.
    pub x32: Option<&'static Struct>,
    /// The same for 64-bit Arm, which has the generic headers.
    pub aarch64: Option<&'static Struct>,
    /// What it is an instruction for. Without `-v`, `-o strace` shows where instructions stand, and with
    /// it those of the first machine as the macros that programs write (`BPF_STMT`).
    pub instruction: Option<Machine>,
    /// The argument that says how much of it there is, for structures that grow with the kernel
    /// (`size` of `clone3`); members beyond are not there.
    pub size: Option<Len>,
}

impl Struct {
    /// What a structure has that nothing else is said of.
    pub const PLAIN: Struct = Struct {
        name: "",
        members: &[],
        brief: &[],
        packed: false,
        order: &[],
        dated: false,
        union: false,
        compat: None,
        x32: None,
        aarch64: None,
        instruction: None,
        size: None,
    };
}

/// A member of a structure.
#[derive(Clone, Copy, Debug)]
pub struct Member {
    /// Its name; an empty one is padding, read over. `_` is an unnamed structure, or a choice of
    /// some: its members count as those of the outer one, and its choices may be by members of the
    /// outer one. Where the choice falls on
    /// anything else, it is padding too.
    pub name: &'static str,
    /// How it is stored.
    pub kind: Type,
}

/// A choice by the value of another argument or member.
#[derive(Debug)]
pub struct By {
    /// The name of the argument or member that decides.
    pub name: &'static str,
    /// The bits of it that count.
    pub mask: u64,
    /// What each value means.
    pub cases: &'static [Case],
    /// What any other value means.
    pub other: Type,
}

/// One case of a choice.
#[derive(Clone, Copy, Debug)]
pub struct Case {
    /// The values.
    pub values: &'static [i64],
    /// What they mean.
    pub kind: Type,
}

impl By {
    /// The type for a value of the deciding argument.
    #[must_use]
    pub fn choose(&self, value: u64) -> &Type {
        let value = value & self.mask;
        let has = |case: &&Case| {
            case.values
                .iter()
                .any(|&known| known as u64 & self.mask == value)
        };
        self.cases
            .iter()
            .find(has)
            .map_or(&self.other, |case| &case.kind)
    }
}

/// Declares structures as rows: `NAME = "struct name" { member: Type, … } with { field: value }`.
macro_rules! structs {
    ($($(#[$doc:meta])+ $name:ident = $cname:literal {
        $($member:ident: $kind:expr),* $(,)?
    } $(with { $($key:ident: $value:expr),* $(,)? })?)*) => {
        $($(#[$doc])+ pub static $name: crate::types::Struct = crate::types::Struct {
            name: $cname,
            members: &[$(crate::types::Member {
                name: crate::types::member(stringify!($member)),
                kind: $kind,
            }),*],
            $($($key: $value,)*)?
            ..crate::types::Struct::PLAIN
        };)*
    };
}
pub(crate) use structs;

/// Declares choices as rows: `NAME = by "argument" & mask { [VALUE, …] => Type, … } else Type`.
macro_rules! choices {
    ($($(#[$doc:meta])* $name:ident = by $arg:literal $(& $mask:literal)? {
        $([$($value:expr),* $(,)?] => $kind:expr),* $(,)?
    } else $other:expr;)*) => {
        $($(#[$doc])* pub static $name: crate::types::By = crate::types::By {
            name: $arg,
            mask: u32::MAX as u64 $(& $mask)?,
            cases: &[$(crate::types::Case { values: &[$($value as i64),*], kind: $kind }),*],
            other: $other,
        };)*
    };
}
pub(crate) use choices;

/// The member's name for its identifier: `__pad` starts padding, `__unnamed` is one without a name
/// of its own, `r#type` is `type`.
pub(crate) const fn member(name: &'static str) -> &'static str {
    match name.as_bytes() {
        [b'_', b'_', b'p', b'a', b'd', ..] => "",
        [b'_', b'_', b'u', b'n', b'n', b'a', b'm', b'e', b'd', ..] => "_",
        [b'r', b'#', ..] => name.split_at(2).1,
        _ => name,
    }
}
