//! Calls as their rows have them.

use tracehound_schema::syscalls;
use tracehound_schema::types::Type;

use super::{AT, Made, at};

/// A call of the table with these arguments that returned 0.
fn called(name: &str, registers: &[u64]) -> Made {
    let mut made = at(Type::Addr);
    made.row = syscalls::by_name(name).unwrap();
    made.registers = registers.to_vec();
    made
}

#[test]
fn what_a_request_is_passed_goes_where_its_number_says() {
    let request = |direction: u64, ret| {
        let number = direction << 30 | 4 << 16 | 0xfe01;
        let made = called("ioctl", &[3, number, AT]).read(AT, b"in..");
        made.wrote(AT, b"out.").ret(ret).json()
    };
    let (none, reads, writes, both) = (request(0, 0), request(1, 0), request(2, 0), request(3, 0));
    assert!(none.ends_with("\"arg\":\"0x7ffd1000\""), "{none}");
    assert!(reads.ends_with("\"arg\":\"in..\""), "{reads}");
    assert!(writes.ends_with("\"arg\":\"out.\""), "{writes}");
    assert!(both.ends_with("\"arg\":\"in..\""), "{both}");
    let (reads, writes) = (request(1, -22), request(2, -22));
    assert!(reads.ends_with("\"arg\":\"in..\""), "{reads}");
    assert!(writes.ends_with(" unwritten \"arg\""), "{writes}");
}

/// The instructions of a filter of packets: code, jumps, number.
fn filter(steps: &[(u16, u8, u8, u32)]) -> Vec<u8> {
    let bytes = steps.iter().flat_map(|(code, jt, jf, k)| {
        let mut step = code.to_ne_bytes().to_vec();
        step.extend([*jt, *jf]);
        step.extend(k.to_ne_bytes());
        step
    });
    bytes.collect()
}

#[test]
fn issue_3_the_length_of_a_filter_has_16_bits() {
    let steps = filter(&[
        (0x20, 0, 0, 0xffff_f004),
        (0x15, 0, 1, 0x800),
        (6, 0, 0, 64),
    ]);
    // The rest of the word is whatever the caller left there.
    let mut program = vec![3, 0, 0xaa, 0xaa];
    let narrow = program.clone();
    program.extend([0xaa; 4]);
    program.extend(0x4000_u64.to_ne_bytes());
    let call = called("setsockopt", &[3, 1, 26, AT, 16])
        .read(AT, &program)
        .read(0x4000, &steps)
        .verbose();
    let json = "\"optval\":{\"len\":3,\"filter\":[\
        {\"code\":\"BPF_LD|BPF_W|BPF_ABS\",\"jt\":0,\"jf\":0,\"k\":\"0xfffff004\"},\
        {\"code\":\"BPF_JMP|BPF_K|BPF_JEQ\",\"jt\":0,\"jf\":1,\"k\":\"0x800\"},\
        {\"code\":\"BPF_RET|BPF_K\",\"jt\":0,\"jf\":0,\"k\":\"0x40\"}]}";
    assert!(call.json().contains(json), "{}", call.json());
    let human = "{len=3, filter=[BPF_STMT(BPF_LD|BPF_W|BPF_ABS, SKF_AD_OFF+SKF_AD_PKTTYPE), \
        BPF_JUMP(BPF_JMP|BPF_K|BPF_JEQ, 0x800, 0, 0x1), BPF_STMT(BPF_RET|BPF_K, 0x40)]}";
    assert!(call.human().contains(human), "{}", call.human());
    let brief = call.clone();
    let brief = Made {
        style: crate::calls::Style::PLAIN,
        ..brief
    };
    assert!(brief.human().contains("{len=3, filter=0x4000}"));
    // A pointer of 32 bits.
    let narrow = [narrow, 0x4000_u32.to_ne_bytes().to_vec()].concat();
    let narrow = called("setsockopt", &[3, 1, 26, AT, 8])
        .i386()
        .read(AT, &narrow)
        .read(0x4000, &steps);
    assert!(narrow.json().contains(json), "{}", narrow.json());
}

#[test]
fn what_a_filter_of_calls_returns_has_a_name() {
    let steps = filter(&[(6, 0, 0, 0x7fff_0000), (6, 0, 0, 0x5_0001), (0x16, 0, 0, 7)]);
    let program = [3_u64.to_ne_bytes(), 0x4000_u64.to_ne_bytes()].concat();
    let call = called("seccomp", &[1, 0, AT])
        .read(AT, &program)
        .read(0x4000, &steps)
        .verbose();
    let human = "[BPF_STMT(BPF_RET|BPF_K, SECCOMP_RET_ALLOW), \
        BPF_STMT(BPF_RET|BPF_K, SECCOMP_RET_ERRNO|0x1), BPF_STMT(BPF_RET|BPF_A, 0x7)]";
    assert!(call.human().contains(human), "{}", call.human());
}
