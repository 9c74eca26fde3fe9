//! Programs and maps of BPF.

use crate::names;
use crate::types::Len::Arg;
use crate::types::Type::{
    self, Array, By, Chars, Enum, Fd, Flags, Hex, I16, I32, In, InOut, Long, Nibble, Operation,
    Path, Struct, Text, U32, U64, Wide,
};
use crate::types::Width::{W32, W64};
use crate::types::{Len, Machine, Part, choices, structs};

/// A pointer that has 64 bits for every caller, not followed.
const POINTER: Type = Wide(W64, &Type::Addr);
/// Whether the structure ends before `size`: bytes that an older caller does not pass are not there.
const SIZE: Option<Len> = Some(Arg("size"));
/// The command; from Linux 7.3 on a bit beside it says that two more arguments count.
const COMMAND: Type = Type::Parts(&[
    Part {
        mask: 0xfffe_ffff,
        kind: Enum(&names::bpf::COMMAND),
    },
    Part {
        mask: 0x1_0000,
        kind: Flags(&names::bpf::COMMAND_FLAGS),
    },
]);
/// Kind of a program's attachment.
const ATTACH: Type = Enum(&names::bpf::ATTACH_TYPE);

structs! {
    /// The registers of an instruction, in one byte.
    REGISTERS = "struct bpf_insn" {
        dst_reg: Nibble(false, &Enum(&names::bpf::REGISTER)), src_reg: Nibble(true, &Enum(&names::bpf::REGISTER)),
    } with { union: true }

    /// An instruction.
    INSTRUCTION = "struct bpf_insn" {
        code: Operation(Machine::Extended), __unnamed: Struct(&REGISTERS), off: I16, imm: Hex(&I32),
    } with { instruction: Some(Machine::Extended) }

    /// A new map.
    MAP_CREATE = "union bpf_attr" {
        map_type: Enum(&names::bpf::MAP_TYPE), key_size: U32, value_size: U32, max_entries: U32,
        map_flags: Flags(&names::bpf::MAP_FLAGS), inner_map_fd: Fd, numa_node: U32, map_name: Chars(16),
        map_ifindex: U32, btf_fd: Fd, btf_key_type_id: U32, btf_value_type_id: U32,
        btf_vmlinux_value_type_id: U32, map_extra: Hex(&U64), value_type_btf_obj_fd: Fd, map_token_fd: Fd,
        excl_prog_hash: POINTER, excl_prog_hash_size: U32,
    } with { size: SIZE, brief: &["map_type", "key_size", "value_size", "max_entries", "map_flags", "inner_map_fd", "map_name"] }

    /// An element of a map.
    MAP_ELEMENT = "union bpf_attr" {
        map_fd: Fd, __pad: U32, key: POINTER, value: POINTER, flags: Wide(W64, &Flags(&names::bpf::ELEMENT_FLAGS)),
    } with { size: SIZE }

    /// The key that follows another.
    MAP_NEXT_KEY = "union bpf_attr" { map_fd: Fd, __pad: U32, key: POINTER, next_key: POINTER } with { size: SIZE }

    /// Several elements of a map.
    MAP_BATCH = "union bpf_attr" {
        in_batch: POINTER, out_batch: POINTER, keys: POINTER, values: POINTER, count: U32, map_fd: Fd,
        elem_flags: Hex(&U64), flags: Hex(&U64),
    } with { size: SIZE }

    /// A new program.
    PROGRAM = "union bpf_attr" {
        prog_type: Enum(&names::bpf::PROGRAM_TYPE), insn_cnt: U32, insns: Wide(W64, &In(&Array(&Struct(&INSTRUCTION), Arg("insn_cnt")))), license: Wide(W64, &In(&Text)),
        log_level: U32, log_size: U32, log_buf: POINTER, kern_version: Hex(&U32),
        prog_flags: Flags(&names::bpf::PROGRAM_FLAGS), prog_name: Chars(16), prog_ifindex: U32,
        expected_attach_type: ATTACH, prog_btf_fd: Fd, func_info_rec_size: U32, func_info: POINTER,
        func_info_cnt: U32, line_info_rec_size: U32, line_info: POINTER, line_info_cnt: U32,
        attach_btf_id: U32, attach_prog_fd: Fd, core_relo_cnt: U32, fd_array: POINTER, core_relos: POINTER,
        core_relo_rec_size: U32, log_true_size: U32, prog_token_fd: Fd, fd_array_cnt: U32,
        signature: POINTER, signature_size: U32, keyring_id: I32,
    } with {
        size: SIZE,
        brief: &["prog_type", "insn_cnt", "insns", "license", "log_level", "log_size", "log_buf",
            "kern_version", "prog_flags", "prog_name", "prog_ifindex", "expected_attach_type"],
    }

    /// A path in a BPF file system.
    OBJECT = "union bpf_attr" {
        pathname: Wide(W64, &In(&Path)), bpf_fd: Fd, file_flags: Hex(&U32), path_fd: Fd,
    } with { size: SIZE }

    /// A program and where it is attached.
    ATTACHMENT = "union bpf_attr" {
        target_fd: Fd, attach_bpf_fd: Fd, attach_type: ATTACH, attach_flags: Flags(&names::bpf::ATTACH_FLAGS),
        replace_bpf_fd: Fd, relative_fd: Fd, expected_revision: U64,
    } with { size: SIZE }

    /// A run of a program with given input.
    TEST_RUN = "union bpf_attr" {
        prog_fd: Fd, retval: U32, data_size_in: U32, data_size_out: U32, data_in: POINTER, data_out: POINTER,
        repeat: U32, duration: U32, ctx_size_in: U32, ctx_size_out: U32, ctx_in: POINTER, ctx_out: POINTER,
        flags: Hex(&U32), cpu: U32, batch_size: U32,
    } with { size: SIZE }

    /// An id, and the one that follows.
    NEXT_ID = "union bpf_attr" { start_id: U32, next_id: U32, open_flags: Hex(&U32) } with { size: SIZE }

    /// A program by its id.
    PROGRAM_ID = "union bpf_attr" { prog_id: U32, next_id: U32, open_flags: Hex(&U32), fd_by_id_token_fd: Fd }
        with { size: SIZE }

    /// A map by its id.
    MAP_ID = "union bpf_attr" { map_id: U32, next_id: U32, open_flags: Hex(&U32), fd_by_id_token_fd: Fd }
        with { size: SIZE }

    /// Types by their id.
    BTF_ID = "union bpf_attr" { btf_id: U32, next_id: U32, open_flags: Hex(&U32), fd_by_id_token_fd: Fd }
        with { size: SIZE }

    /// A link by its id.
    LINK_ID = "union bpf_attr" { link_id: U32, next_id: U32, open_flags: Hex(&U32), fd_by_id_token_fd: Fd }
        with { size: SIZE }

    /// What is known of an object.
    INFO = "union bpf_attr" { bpf_fd: Fd, info_len: U32, info: POINTER } with { size: SIZE }

    /// The programs that are attached somewhere.
    QUERY = "union bpf_attr" {
        target_fd: Fd, attach_type: ATTACH, query_flags: Hex(&U32), attach_flags: Hex(&U32), prog_ids: POINTER,
        count: U32, __pad: U32, prog_attach_flags: POINTER, link_ids: POINTER, link_attach_flags: POINTER,
        revision: U64,
    } with { size: SIZE }

    /// A tracepoint, with the values as the kernel has them.
    RAW_TRACEPOINT = "union bpf_attr" { name: Wide(W64, &In(&Text)), prog_fd: Fd, __pad: U32, cookie: Hex(&U64) } with { size: SIZE }

    /// Types of a program.
    BTF = "union bpf_attr" {
        btf: POINTER, btf_log_buf: POINTER, btf_size: U32, btf_log_size: U32, btf_log_level: U32,
        btf_log_true_size: U32, btf_flags: Hex(&U32), btf_token_fd: Fd,
    } with { size: SIZE }

    /// What a descriptor of a task traces.
    TASK_QUERY = "union bpf_attr" {
        pid: U32, fd: U32, flags: Hex(&U32), buf_len: U32, buf: POINTER, prog_id: U32, fd_type: U32,
        probe_offset: Hex(&U64), probe_addr: Hex(&U64),
    } with { size: SIZE }

    /// A link between a program and what it is attached to, without what only some kinds have.
    LINK_CREATE = "union bpf_attr" { prog_fd: Fd, target_fd: Fd, attach_type: ATTACH, flags: Hex(&U32) } with { size: SIZE }

    /// A link that gets another program.
    LINK_UPDATE = "union bpf_attr" { link_fd: Fd, new_prog_fd: Fd, flags: Hex(&U32), old_prog_fd: Fd } with { size: SIZE }

    /// A map.
    MAP = "union bpf_attr" { map_fd: Fd } with { size: SIZE }

    /// A link.
    LINK = "union bpf_attr" { link_fd: Fd } with { size: SIZE }

    /// What is to be counted.
    STATISTICS = "union bpf_attr" { r#type: U32 } with { size: SIZE }

    /// A link that is read as a file.
    ITERATOR = "union bpf_attr" { link_fd: Fd, flags: Hex(&U32) } with { size: SIZE }

    /// A program and a map that it keeps.
    BIND = "union bpf_attr" { prog_fd: Fd, map_fd: Fd, flags: Hex(&U32) } with { size: SIZE }

    /// A program and the operations that it belongs to.
    ASSOCIATE = "union bpf_attr" { map_fd: Fd, prog_fd: Fd, flags: Hex(&U32) } with { size: SIZE }

    /// A token, by the descriptor of a BPF file system.
    TOKEN = "union bpf_attr" { flags: Hex(&U32), bpffs_fd: Fd } with { size: SIZE }

    /// Where to write a log, for any command.
    COMMON_ATTRIBUTES = "struct bpf_common_attr" {
        log_buf: POINTER, log_size: U32, log_level: U32, log_true_size: U32,
    } with { size: Some(Arg("size_common")) }

    /// What a program has written.
    STREAM = "union bpf_attr" { stream_buf: POINTER, stream_buf_len: U32, stream_id: U32, prog_fd: Fd } with { size: SIZE }
}

choices! {
    /// What is passed besides, where the command has the bit that says so.
    COMMON = by "cmd" & 0x1_0000 { [0x1_0000] => In(&Struct(&COMMON_ATTRIBUTES)) } else Type::Unused;

    /// Its size.
    COMMON_SIZE = by "cmd" & 0x1_0000 { [0x1_0000] => U32 } else Type::Unused;

    /// What bpf(2) is passed, by the command.
    ATTRIBUTES = by "cmd" & 0xfffe_ffff {
        [0] => In(&Struct(&MAP_CREATE)),
        [1, 2, 3, 21] => In(&Struct(&MAP_ELEMENT)),
        [4] => In(&Struct(&MAP_NEXT_KEY)),
        [5] => In(&Struct(&PROGRAM)),
        [6, 7] => In(&Struct(&OBJECT)),
        [8, 9] => In(&Struct(&ATTACHMENT)),
        [10] => InOut(&Struct(&TEST_RUN)),
        [11, 12, 23, 31] => InOut(&Struct(&NEXT_ID)),
        [13] => In(&Struct(&PROGRAM_ID)),
        [14] => In(&Struct(&MAP_ID)),
        [19] => In(&Struct(&BTF_ID)),
        [30] => In(&Struct(&LINK_ID)),
        [15] => InOut(&Struct(&INFO)),
        [16] => InOut(&Struct(&QUERY)),
        [17] => In(&Struct(&RAW_TRACEPOINT)),
        [18] => In(&Struct(&BTF)),
        [20] => InOut(&Struct(&TASK_QUERY)),
        [22] => In(&Struct(&MAP)),
        [34] => In(&Struct(&LINK)),
        [24, 25, 26, 27] => InOut(&Struct(&MAP_BATCH)),
        [28] => In(&Struct(&LINK_CREATE)),
        [29] => In(&Struct(&LINK_UPDATE)),
        [32] => In(&Struct(&STATISTICS)),
        [33] => In(&Struct(&ITERATOR)),
        [35] => In(&Struct(&BIND)),
        [36] => In(&Struct(&TOKEN)),
        [37] => In(&Struct(&STREAM)),
        [38] => In(&Struct(&ASSOCIATE)),
    } else Type::Addr;

    /// What bpf(2) returns: a descriptor for commands that make or find an object.
    RESULT = by "cmd" & 0xfffe_ffff {
        [0, 5, 7, 13, 14, 17, 18, 19, 28, 30, 32, 33, 36] => Fd,
    } else Long;
}

calls! {
    /// Does one of several things with BPF programs, maps and what they are attached to.
    bpf x86_64 321, i386 357, aarch64 280;
        (cmd: COMMAND, attr: By(&ATTRIBUTES), size: U32, attr_common: By(&COMMON), size_common: Wide(W32, &By(&COMMON_SIZE))) -> By(&RESULT),
        in ["system"]
        with { since: "3.18" }
}
