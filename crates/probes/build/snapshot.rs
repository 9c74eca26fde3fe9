//! Programs that the kernel runs for each object that is there.

use std::fmt::Write as _;

use tracehound_schema::{Event, Hook, Rung};

use super::hook::Program;

/// The body of the program that the kernel runs for each object: the first parameter is NULL when all
/// have been. What comes from elsewhere than the kernel the tracer fills in.
pub fn body(event: &Event, rung: &Rung, index: usize, hook: &Hook) -> String {
    let name = event.name;
    let program = Program {
        event,
        rung,
        index,
        hook,
        way: None,
        life: 0,
        chosen: None,
    };
    let mut body = String::from(
        "\tstruct bpf_iter_meta *meta = (struct bpf_iter_meta *)ctx[0];\n\
         #undef READ\n#define READ(p, m) TASK_READ(p, m)\n",
    );
    for (slot, param) in event.params.iter().enumerate() {
        let (ctype, name, at) = (param.ctype, param.name, slot + 1);
        let _ = writeln!(body, "\t{ctype} {name} = ({ctype})ctx[{at}];");
    }
    for param in event.params.iter().filter(|p| p.ctype.ends_with('*')) {
        let _ = writeln!(body, "\tif (!{})\n\t\treturn 0;", param.name);
    }
    if !event.when.is_empty() {
        let _ = writeln!(body, "\tif (!({}))\n\t\treturn 0;", event.when);
    }
    let own = event.params.iter().any(|param| param.name == "task");
    let task = if own { "task" } else { "NULL" };
    let header = if own {
        "\t\t\tfill_header(rec, task);\n"
    } else {
        ""
    };
    let _ = write!(
        body,
        "\tif (exists(INDEX_{name}, {task})) {{\n\
         \t\tu32 number_of_buffer = buffer_take();\n\
         \t\tstruct call_record *whole = existing_begin(number_of_buffer, INDEX_{name}, \
         ID_{name}, {index}, FIELDS_{name});\n\n\
         \t\tif (whole) {{\n\t\t\tstruct th_record *rec = &whole->head;\n\n{header}{}\
         \t\t\texisting_end(meta, whole, number_of_buffer, INDEX_{name});\n\t\t}}\n\t}}\n",
        program.puts()
    );
    body
}
