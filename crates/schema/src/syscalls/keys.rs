//! Keys and keyrings of the kernel.

use crate::names;
use crate::types::Len::Arg;
use crate::types::Type::{
    self, Addr, By, Bytes, Enum, Gid, Hex, I32, In, IoVec, Long, Out, Raw, Size, Struct, Text, U16,
    U32, Uid, Ulong, Unused,
};
use crate::types::{Len, choices, structs};

/// A key or keyring by its serial number, or a special one.
const KEY: Type = Enum(&names::keys::KEY_SPECIAL);

structs! {
    /// Keys that a shared secret is computed from.
    DH_PARAMS = "struct keyctl_dh_params" { r#private: I32, prime: I32, base: I32 }

    /// What an operation with an asymmetric key is passed.
    PKEY_PARAMS = "struct keyctl_pkey_params" { key_id: I32, in_len: U32, out_len: U32, __pad: Raw(28) }

    /// What an asymmetric key can.
    PKEY_QUERY = "struct keyctl_pkey_query" {
        supported_ops: Hex(&U32), key_size: U32, max_data_size: U16,
        max_sig_size: U16, max_enc_size: U16,
        max_dec_size: U16, __pad: Raw(40),
    }
}

choices! {
    /// The second argument of keyctl(2).
    SECOND = by "operation" {
        [0, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 15, 16, 17, 19, 20, 21, 24, 29, 30, 32] => KEY,
        [1] => In(&Text),
        [14] => Enum(&names::keys::REQUEST_KEY_KEYRING),
        [22] => Uid,
        [23] => In(&Struct(&DH_PARAMS)),
        [25, 26, 27, 28] => In(&Struct(&PKEY_PARAMS)),
        [31] => Out(&Bytes(Arg("arg3"))),
        [18] => Unused,
    } else Hex(&Ulong);

    /// The third.
    THIRD = by "operation" {
        [0, 13, 31] => Ulong,
        [8, 9, 22, 30] => KEY,
        [2, 12] => In(&Bytes(Arg("arg4"))),
        [20] => In(&IoVec(Arg("arg4"), Len::Const(u32::MAX))),
        [4] => Uid,
        [5] => Hex(&U32),
        [6, 11, 17] => Out(&Bytes(Arg("arg4"))),
        [10, 25, 26, 27, 28, 29] => In(&Text),
        [15, 19] => U32,
        [23] => Out(&Bytes(Arg("arg4"))),
        [24] => Ulong,
        [1, 3, 7, 14, 16, 18, 21] => Unused,
    } else Hex(&Ulong);

    /// The fourth.
    FOURTH = by "operation" {
        [2, 6, 11, 12, 17, 20, 23] => Ulong,
        [4] => Gid,
        [10, 24, 29] => In(&Text),
        [13, 30] => KEY,
        [19] => U32,
        [25, 26, 27, 28] => Addr,
        [0, 1, 3, 5, 7, 8, 9, 14, 15, 16, 18, 21, 22, 31] => Unused,
    } else Hex(&Ulong);

    /// The fifth.
    FIFTH = by "operation" {
        [10, 12, 19, 20] => KEY,
        [24] => Out(&Struct(&PKEY_QUERY)),
        [23, 25, 26, 27, 28] => Addr,
        [30] => Hex(&U32),
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 13, 14, 15, 16, 17, 18, 21, 22, 29, 31, 32] => Unused,
    } else Hex(&Ulong);
}

calls! {
    /// Adds a key to a keyring.
    add_key x86_64 248, i386 286, aarch64 217;
        (r#type: In(&Text), description: In(&Text), payload: In(&Bytes(Arg("plen"))), plen: Size, keyring: KEY) -> Long,
        in ["system", "system_keys"]

    /// Finds a key, which the kernel asks user space for where there is none.
    request_key x86_64 249, i386 287, aarch64 218;
        (r#type: In(&Text), description: In(&Text), callout_info: In(&Text), dest_keyring: KEY) -> Long,
        in ["system", "system_keys"]
        with { entry: true }

    /// Does one of several things to a key.
    keyctl x86_64 250, i386 288, aarch64 219;
        (operation: Enum(&names::keys::KEYCTL), arg2: By(&SECOND), arg3: By(&THIRD), arg4: By(&FOURTH), arg5: By(&FIFTH)) -> Long,
        in ["system", "system_keys"]
        with { compat: true }
}
