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
