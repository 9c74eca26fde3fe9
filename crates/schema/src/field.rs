//! Fields: a name, a kind, and where the value comes from.

use crate::kind::Kind;

/// Where a field's value is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// In kernel memory, while the kernel holds it.
    Kernel,
    /// In the registers that the kernel saved when the thread entered.
    Register,
    /// In the traced process's memory, which its other threads can rewrite meanwhile.
    User,
    /// In a register or on the stack of the process, stopped at the probed instruction.
    UserRegister,
    /// Nowhere in the kernel: the tracer itself made it.
    Tracer,
    /// In what another program says, or in a file that others write: it can be anything.
    Told,
}

/// How a field is obtained: the origin and everything that goes with it.
#[derive(Clone, Copy, Debug)]
pub struct From {
    /// Where the value is read.
    pub origin: Origin,
    /// The C expression or the words that say what is read.
    pub source: &'static str,
    /// The C type that the kernel or the C library declares for the argument; empty if none.
    pub ctype: &'static str,
    /// Whether a null pointer is allowed, so that the field may be absent.
    pub optional: bool,
    /// The kernel function whose own copy of the value replaces the user's on the best rung.
    pub inner: &'static str,
    /// Whether the field is carried for checks only and not printed among the arguments.
    pub hidden: bool,
    /// When the value cannot be read, as a clause that follows "unread"; empty if it always can.
    pub unread: &'static str,
    /// Whether the list is told whole, in records before the event's where one does not hold it.
    pub pieces: bool,
    /// Whether reading it takes time, so that it is left out where the event is not selected and
    /// only tells the tracer which processes there are.
    pub costly: bool,
    /// Whether it is also read where the event is not selected and processes are listed.
    pub listed: bool,
}

/// One field of an event.
#[derive(Debug)]
pub struct Field {
    /// The kernel's or the man page's word.
    pub name: &'static str,
    /// How the slot is read.
    pub kind: Kind,
    /// One sentence (or more) of what the value means.
    pub doc: &'static [&'static str],
    /// How it is obtained.
    pub from: From,
}

/// A field without its name, for events that tell the same.
#[derive(Debug)]
pub(crate) struct Fact {
    /// How the slot is read.
    pub kind: Kind,
    /// What the value means.
    pub doc: &'static [&'static str],
    /// How it is obtained.
    pub from: From,
}

const fn origin(origin: Origin, source: &'static str) -> From {
    From {
        origin,
        source,
        ctype: "",
        optional: false,
        inner: "",
        hidden: false,
        unread: "",
        pieces: false,
        costly: false,
        listed: false,
    }
}

/// A value in kernel memory, given by a C expression over the hook's parameters and `task`.
#[must_use]
pub const fn kernel(source: &'static str) -> From {
    origin(Origin::Kernel, source)
}

/// A system call argument held in a register.
#[must_use]
pub const fn register(source: &'static str) -> From {
    origin(Origin::Register, source)
}

/// A value behind a pointer into the traced process's memory.
#[must_use]
pub const fn user(source: &'static str) -> From {
    origin(Origin::User, source)
}

/// An argument of a user-space function, as its calling convention passes it.
#[must_use]
pub const fn user_register(source: &'static str) -> From {
    origin(Origin::UserRegister, source)
}

/// A value that the tracer makes.
#[must_use]
pub const fn tracer(source: &'static str) -> From {
    origin(Origin::Tracer, source)
}

/// A value that another program tells the tracer, or a file of the traced process's own.
#[must_use]
pub const fn told(source: &'static str) -> From {
    origin(Origin::Told, source)
}

impl From {
    /// Says which C type the argument has.
    #[must_use]
    pub const fn ctype(mut self, ctype: &'static str) -> From {
        self.ctype = ctype;
        self
    }

    /// Says that a null pointer is allowed.
    #[must_use]
    pub const fn opt(mut self) -> From {
        self.optional = true;
        self
    }

    /// Names the kernel function that holds its own copy.
    #[must_use]
    pub const fn inner(mut self, function: &'static str) -> From {
        self.inner = function;
        self
    }

    /// Says when the value cannot be read.
    #[must_use]
    pub const fn unread(mut self, when: &'static str) -> From {
        self.unread = when;
        self
    }

    /// Tells a long list in several records.
    #[must_use]
    pub const fn pieces(mut self) -> From {
        self.pieces = true;
        self
    }

    /// Leaves the field unread where the event is not selected.
    #[must_use]
    pub const fn costly(mut self) -> From {
        self.costly = true;
        self
    }

    /// Leaves the field unread where the event is not selected, unless processes are listed.
    #[must_use]
    pub const fn listed(mut self) -> From {
        self.costly = true;
        self.listed = true;
        self
    }

    /// Keeps the field out of the printed arguments.
    #[must_use]
    pub const fn hidden(mut self) -> From {
        self.hidden = true;
        self
    }
}

/// A letter of the published notation, with its meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tag {
    /// Originated from kernel space.
    K,
    /// Originated from user space.
    U,
    /// Can be rewritten between the time it is checked and the time it is used.
    Toctou,
    /// May be absent: the pointer may be null.
    Opt,
}

impl Tag {
    /// Every tag, in the order pages list them.
    pub const ALL: [Tag; 4] = [Tag::K, Tag::U, Tag::Toctou, Tag::Opt];

    /// The tag as printed.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Tag::K => "K",
            Tag::U => "U",
            Tag::Toctou => "TOCTOU",
            Tag::Opt => "OPT",
        }
    }

    /// What the tag says of a value.
    #[must_use]
    pub const fn meaning(self) -> &'static str {
        match self {
            Tag::K => "read in kernel space: the value the kernel itself used or left",
            Tag::U => {
                "read in user space, through a pointer or register of the traced process, or told by a program"
            }
            Tag::Toctou => {
                "racy: another thread can rewrite the memory between the kernel's use and ours \
                 (time of check, time of use)"
            }
            Tag::Opt => "optional: absent when it was not passed, as with a null pointer",
        }
    }
}

impl Field {
    /// The name as part of one in C.
    #[must_use]
    pub fn identifier(&self) -> String {
        self.name.replace('.', "_")
    }

    /// The tags of the field on a rung; `inner` says whether that rung sees the kernel's copy.
    #[must_use]
    pub fn tags(&self, inner: bool) -> Vec<Tag> {
        let copied = inner && !self.from.inner.is_empty();
        let mut tags = match self.from.origin {
            _ if copied => vec![Tag::K],
            Origin::Kernel | Origin::Register | Origin::Tracer => vec![Tag::K],
            Origin::User => vec![Tag::U, Tag::Toctou],
            Origin::UserRegister | Origin::Told => vec![Tag::U],
        };
        if self.from.optional {
            tags.push(Tag::Opt);
        }
        tags
    }
}
