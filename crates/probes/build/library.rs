//! The body of a program that sits on a library's function: an argument or memory per field.

use std::fmt::Write as _;

use tracehound_schema::{Event, Field, Kind, Origin};

/// Renders the body of the `rung`th program of `event`. Writing to a `String` cannot fail.
pub fn body(event: &Event, rung: usize) -> String {
    let name = event.name;
    let mut body = format!(
        "\tstruct task_struct *current = current_task();\n\
         \tstruct library_call call;\n\tstruct library *library;\n\tstruct th_record *rec;\n\n\
         \tif (!admit(INDEX_{name}, current, false) || !keeps_task(INDEX_{name}, 0, 0))\n\
         \t\treturn 0;\n\
         \tlibrary_call_read(&call, ctx);\n\
         \tlibrary = library_of(&call);\n\
         \trec = record_begin(current, {name}, {rung}, 0, LIBRARY_PATH_SIZE);\n\
         \tif (rec) {{\n"
    );
    for field in event.fields {
        let _ = writeln!(body, "\t\t{};", put(name, field));
    }
    let _ = writeln!(body, "\t\trecord_end_anywhere(rec, {name});\n\t}}");
    body
}

fn put(event: &str, field: &Field) -> String {
    let slot = format!("FIELD_{event}_{}", field.name);
    let number = argument(field.from.source);
    match (field.from.origin, field.kind) {
        (Origin::Tracer, Kind::Str) => {
            let at = format!("sizeof(*rec) + FIELDS_{event} * 8");
            format!("put_library_path(rec, {slot}, library, {at})")
        }
        (Origin::Tracer, Kind::Dev) => format!("put_library_value(rec, {slot}, library, dev)"),
        (Origin::Tracer, _) => format!("put_library_value(rec, {slot}, library, inode)"),
        (_, Kind::SigSet) => format!("put_user_set(rec, {slot}, &call, {number})"),
        (_, kind) => {
            let cast = match kind {
                Kind::I32 | Kind::Signal | Kind::Enum(_) => "s32",
                _ => "u64",
            };
            format!("put_argument(rec, {slot}, &call, {number}, {cast})")
        }
    }
}

/// The number in `argument N`; the return address comes before the first, as on the stack.
fn argument(source: &str) -> u32 {
    let number = source.strip_prefix("argument ");
    number.and_then(|number| number.parse().ok()).unwrap_or(0)
}
