//! Takes out of an object what no kernel is given: what debuggers read, and the lines of source that the verifier
//! would quote. They are three quarters of it, and libbpf goes through all of it at each start.

use std::error::Error;

use object::build::ByteString;
use object::build::elf::{Builder, SectionData};
use object::elf::SHT_STRTAB;

/// The object without them. The error is a reason to show.
pub fn slim(object: &[u8]) -> Result<Vec<u8>, Box<dyn Error>> {
    let mut builder = Builder::read(object)?;
    for section in builder.sections.iter_mut() {
        // Relocations of types' names: libbpf has no use for them.
        let left_out: [&[u8]; 3] = [b".debug_", b".rel.debug_", b".rel.BTF"];
        section.delete = left_out
            .iter()
            .any(|start| section.name.as_slice().starts_with(start));
        if section.name.as_slice() == b".BTF.ext"
            && let SectionData::Data(data) = &mut section.data
        {
            let shorter = without_lines(data.as_slice());
            *data = shorter.ok_or(".BTF.ext is not understood")?.into();
        }
    }
    // clang keeps the names of sections among those of symbols.
    let names = builder.sections.add();
    names.name = ByteString::from(&b".shstrtab"[..]);
    names.sh_type = SHT_STRTAB;
    names.data = SectionData::SectionString;
    let mut out = Vec::new();
    builder.write(&mut out)?;
    Ok(out)
}

/// `struct btf_ext_header` (`tools/lib/bpf/libbpf_internal.h`) and what follows, of which functions, lines and
/// relocations each have an offset and a length.
fn without_lines(data: &[u8]) -> Option<Vec<u8>> {
    let word = |at: usize| {
        let bytes = data.get(at..at + 4)?;
        Some(u32::from_le_bytes(bytes.try_into().ok()?) as usize)
    };
    let header = word(4)?;
    let part = |at: usize| {
        let from = header + word(at)?;
        data.get(from..from + word(at + 4)?)
    };
    let (functions, relocations) = (part(8)?, part(24)?);
    let behind = functions.len() as u32;
    let lengths = [0, behind, behind, 0, behind, relocations.len() as u32];
    let mut out = data.get(..8)?.to_vec();
    out.extend(lengths.into_iter().flat_map(u32::to_le_bytes));
    out.extend_from_slice(data.get(32..header)?);
    out.extend_from_slice(functions);
    out.extend_from_slice(relocations);
    Some(out)
}
