//! The C declaration of a value, as its man page would write it.

use crate::types::{Type, Width};

/// The C type.
#[must_use]
pub fn of(kind: &Type) -> String {
    match kind {
        Type::U8 => "unsigned char",
        Type::U16 => "unsigned short",
        Type::I16 => "short",
        Type::U32 | Type::TextBehind | Type::Flags(_) => "unsigned int",
        Type::I64 => "int64_t",
        Type::U64 | Type::Limit(_) => "uint64_t",
        Type::Long => "long",
        Type::Ulong => "unsigned long",
        Type::Size => "size_t",
        Type::Loff => "loff_t",
        Type::Addr => "void *",
        Type::Mode => "mode_t",
        Type::Dev => "dev_t",
        Type::Pid => "pid_t",
        Type::Uid => "uid_t",
        Type::Gid => "gid_t",
        Type::Handler => "__sighandler_t",
        Type::Seconds => "time_t",
        Type::Split(inner) | Type::Hex(inner) | Type::Octal(inner) => return of(inner),
        Type::Parts(parts) => {
            return parts
                .first()
                .map_or_else(|| "int".to_owned(), |part| of(&part.kind));
        }
        Type::Wide(width, inner) => return wide(*width, inner),
        Type::Chars(count) => return format!("char [{count}]"),
        Type::Raw(count) => return format!("unsigned char [{count}]"),
        Type::Inline(inner, count) => return format!("{} [{count}]", of(inner)),
        Type::Struct(structure) => structure.name,
        Type::By(by) => return of(&by.other),
        Type::In(inner) => return format!("const {} *", behind(inner)),
        Type::Out(inner) | Type::InOut(inner) | Type::Found(inner) | Type::Left(inner) => {
            return format!("{} *", behind(inner));
        }
        Type::Strings => "char *const",
        Type::Text
        | Type::Path
        | Type::Bytes(_)
        | Type::Array(..)
        | Type::IoVec(..)
        | Type::MsgHdr
        | Type::MmsgHdr(..)
        | Type::SockAddr(_)
        | Type::SigSet(_)
        | Type::BitSet(_)
        | Type::FdSet(_) => return behind(kind),
        _ => "int",
    }
    .to_owned()
}

/// What stands behind a pointer.
fn behind(kind: &Type) -> String {
    match kind {
        Type::Text | Type::Path => "char",
        Type::Bytes(_) => "void",
        Type::Array(inner, _) => return of(inner),
        Type::IoVec(..) => "struct iovec",
        Type::MsgHdr => "struct msghdr",
        Type::MmsgHdr(..) => "struct mmsghdr",
        Type::SockAddr(_) => "struct sockaddr",
        Type::SigSet(_) => "sigset_t",
        Type::BitSet(_) => "unsigned long",
        Type::FdSet(_) => "fd_set",
        other => return of(other),
    }
    .to_owned()
}

fn wide(width: Width, inner: &Type) -> String {
    match width {
        Width::W8 => "unsigned char",
        Width::W16 => "unsigned short",
        Width::W32 => return of(inner),
        Width::W64 => "uint64_t",
        Width::Word => "unsigned long",
    }
    .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::Len;

    #[test]
    fn declarations_are_those_of_man_pages() {
        assert_eq!(of(&Type::In(&Type::Path)), "const char *");
        assert_eq!(of(&Type::In(&Type::Strings)), "const char *const *");
        assert_eq!(of(&Type::Out(&Type::Bytes(Len::Ret))), "void *");
        assert_eq!(of(&Type::Fd), "int");
    }
}
