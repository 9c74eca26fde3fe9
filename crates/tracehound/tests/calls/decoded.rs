//! What stands behind pointers, call by call, of a program that makes calls that few programs make.

use serde_json::{Value, json};
use tracehound_schema::record::chunk;

use crate::raw;
use crate::support::{self, program, root};

const EVENTS: &str =
    "ioctl,setsockopt,prctl,seccomp,bpf,pipe2,socketpair,fcntl,fcntl64,io_submit,statmount";

/// The program's calls by 64-bit and by 32-bit code.
fn each(check: fn(&[Value])) {
    if !root() {
        return;
    }
    for name in ["decoded", "decoded32"] {
        let run = support::trace(&["-e", EVENTS], &[&program(name)]);
        let calls: Vec<_> = run.events.into_iter().collect();
        assert!(!calls.is_empty(), "{}", run.stats);
        check(&calls);
    }
}

fn named<'a>(calls: &'a [Value], name: &str) -> Vec<&'a Value> {
    calls.iter().filter(|call| call["event"] == name).collect()
}

#[test]
fn requests_are_read_in_the_direction_of_their_number() {
    each(|calls| {
        let [reads, writes, both, none, entropy] = named(calls, "ioctl")[..] else {
            panic!("{calls:?}");
        };
        assert_eq!(reads["args"]["arg"], "to the kernel", "{reads}");
        assert_eq!(writes["unwritten"], json!(["arg"]), "{writes}");
        assert_eq!(both["args"]["arg"], "in, out\0", "{both}");
        let address = none["args"]["arg"].as_str().unwrap();
        assert!(address.starts_with("0x"), "{none}");
        let number = entropy["args"]["arg"].as_str().unwrap();
        assert_eq!(number.chars().count(), 4, "{entropy}");
        assert_ne!(number, "UUUU", "{entropy}");
    });
}

/// Nothing is copied against the direction.
#[test]
fn what_a_request_writes_is_not_copied_before() {
    if !root() {
        return;
    }
    let run = raw::trace("requests", &["-e", "ioctl"], &[&program("decoded")]);
    let [reads, writes, both, none, entropy] = &run.calls[..] else {
        panic!("{:?}", run.calls);
    };
    let states = |call: &raw::Call| -> Vec<u8> {
        let own = call
            .pieces
            .iter()
            .filter(|piece| piece.address == call.args[2]);
        own.map(|piece| piece.state).collect()
    };
    assert_eq!([states(reads), states(both)], [[0], [0]]);
    assert_eq!([states(writes), states(none)], [[], []] as [[u8; 0]; 2]);
    assert_eq!(states(entropy), [chunk::EXIT]);
}

#[test]
fn filters_are_told_instruction_by_instruction() {
    each(|calls| {
        let [filter, number] = named(calls, "setsockopt")[..] else {
            panic!("{calls:?}");
        };
        assert_eq!(
            filter["args"]["optval"],
            json!({"len": 4, "filter": [
                {"code": "BPF_LD|BPF_W|BPF_ABS", "jt": 0, "jf": 0, "k": "0xfffff000"},
                {"code": "BPF_JMP|BPF_K|BPF_JEQ", "jt": 0, "jf": 1, "k": "0x800"},
                {"code": "BPF_RET|BPF_A", "jt": 0, "jf": 0, "k": "0x0"},
                {"code": "BPF_RET|BPF_K", "jt": 0, "jf": 0, "k": "0x40000"},
            ]}),
            "{filter}"
        );
        assert_eq!(number["args"]["optval"], 1, "{number}");
        let expected = json!({"len": 3, "filter": [
            {"code": "BPF_LD|BPF_W|BPF_ABS", "jt": 0, "jf": 0, "k": "0x4"},
            {"code": "BPF_RET|BPF_K", "jt": 0, "jf": 0, "k": "SECCOMP_RET_ALLOW"},
            {"code": "BPF_RET|BPF_K", "jt": 0, "jf": 0, "k": "SECCOMP_RET_ERRNO|0x1"},
        ]});
        let [by_prctl, by_seccomp] = [named(calls, "prctl"), named(calls, "seccomp")];
        assert_eq!(by_prctl[0]["args"]["arg3"], expected, "{by_prctl:?}");
        assert_eq!(by_seccomp[0]["args"]["args"], expected, "{by_seccomp:?}");
    });
}

#[test]
fn a_loaded_program_is_told_instruction_by_instruction() {
    each(|calls| {
        let [load, common] = named(calls, "bpf")[..] else {
            panic!("{calls:?}");
        };
        let attr = &load["args"]["attr"];
        assert_eq!(
            attr["insns"],
            json!([
                {"code": "BPF_ALU64|BPF_K|BPF_MOV", "dst_reg": "BPF_REG_0", "src_reg": "BPF_REG_0",
                    "off": 0, "imm": "0x7"},
                {"code": "BPF_JMP|BPF_K|BPF_EXIT", "dst_reg": "BPF_REG_0", "src_reg": "BPF_REG_0",
                    "off": 0, "imm": "0x0"},
            ]),
            "{load}"
        );
        assert_eq!(attr["license"], "GPL", "{load}");
        assert_eq!(load["args"].get("attr_common"), None, "{load}");
        assert_eq!(common["args"]["cmd"], "BPF_MAP_CREATE|BPF_COMMON_ATTRS");
        assert_eq!(
            common["args"]["attr_common"],
            json!({"log_buf": "NULL", "log_size": 3, "log_level": 1, "log_true_size": 0}),
            "{common}"
        );
        assert_eq!(common["args"]["size_common"], 20, "{common}");
    });
}

#[test]
fn files_of_descriptors_in_memory_are_told() {
    each(|calls| {
        let [pipe, failed] = named(calls, "pipe2")[..] else {
            panic!("{calls:?}");
        };
        let path = |name: &str| pipe["files"][name]["path"].as_str().unwrap();
        assert!(path("pipefd.0").starts_with("pipe:["), "{pipe}");
        assert_eq!(path("pipefd.0"), path("pipefd.1"), "{pipe}");
        assert_eq!(failed.get("files"), None, "{failed}");
        let pair = named(calls, "socketpair")[0];
        let socket = |name: &str| pair["files"][name]["socket"].clone();
        assert_eq!(socket("sv.1")["type"], "SOCK_DGRAM", "{pair}");
        assert_ne!(socket("sv.0")["inode"], socket("sv.1")["inode"], "{pair}");
        let commands = calls
            .iter()
            .filter(|call| call["event"].as_str().unwrap().starts_with("fcntl"));
        let [copied, flags] = commands.collect::<Vec<_>>()[..] else {
            panic!("{calls:?}");
        };
        assert_eq!(copied["files"]["ret"]["socket"], socket("sv.0"), "{copied}");
        assert_eq!(flags["files"].get("ret"), None, "{flags}");
    });
}

#[test]
fn requests_behind_a_list_of_pointers_are_told() {
    each(|calls| {
        let [submit] = named(calls, "io_submit")[..] else {
            panic!("{calls:?}");
        };
        let requests = submit["args"]["iocbpp"].as_array().unwrap();
        let [write, sync] = &requests[..] else {
            panic!("{submit}");
        };
        assert_eq!(write["aio_lio_opcode"], "IOCB_CMD_PWRITE", "{submit}");
        assert_eq!(write["aio_data"], "0x7", "{submit}");
        assert_eq!(
            (&write["aio_nbytes"], &write["aio_offset"]),
            (&json!(5), &json!(9))
        );
        assert_eq!(sync["aio_lio_opcode"], "IOCB_CMD_FSYNC", "{submit}");
        assert_eq!(sync["aio_fildes"], 999, "{submit}");
    });
}

/// Since Linux 6.8; before, the call fails and has written nothing.
#[test]
fn texts_behind_a_mount_are_told() {
    each(|calls| {
        // A call that the kernel does not have has no function that a program could sit on.
        let Some(told) = named(calls, "statmount").first().copied() else {
            println!("skipped: this rung sees no call that the kernel lacks");
            return;
        };
        if told["error"] == "ENOSYS" {
            assert_eq!(told["unwritten"], json!(["buf"]), "{told}");
            return;
        }
        let mount = &told["args"]["buf"];
        assert_eq!(mount["fs_type"], "proc", "{told}");
        assert_eq!(mount["mnt_root"], "/", "{told}");
        assert_eq!(mount["mnt_point"], "/proc", "{told}");
        assert_eq!(mount.get("mnt_opts"), None, "{told}");
    });
}
