//! What a program writes of its event: a record in the ring, or one with tails in a buffer.

use std::fmt::Write as _;

use tracehound_schema::field::Origin;
use tracehound_schema::{Field, Kind};

use super::{Program, is_costly, is_long};

impl Program<'_> {
    pub(super) fn short_record(&self) -> String {
        let (name, index, life) = (self.event.name, self.index, self.life);
        let fields = self.event.fields;
        let comms = fields.iter().filter(|field| field.kind.has_tail()).count();
        let mut out = format!(
            "\t\tstruct th_record *rec = record_begin(current, {name}, {index}, {life}, {});\n\n\
             \t\tif (rec) {{\n{}",
            comms * 16,
            self.flags()
        );
        let mut at = 0;
        for field in fields {
            if let Some(lack) = self.lack(field) {
                out += &lack;
            } else if field.kind.has_tail() {
                let _ = writeln!(
                    out,
                    "\t\t\tput_comm(rec, FIELD_{name}_{}, {}, FIELDS_{name}, {at});",
                    field.identifier(),
                    self.source(field)
                );
                at += 16;
            } else {
                out += &self.value(field);
            }
        }
        let _ = writeln!(out, "\t\t\trecord_end(rec, {name}, {life});\n\t\t}}");
        out
    }

    /// Puts for all fields of a record in a buffer.
    pub(in super::super) fn puts(&self) -> String {
        self.each_put().into_iter().map(|(_, put)| put).collect()
    }

    /// A put for each field, with the field's index. Lists take what room is left, so they come last.
    fn each_put(&self) -> Vec<(usize, String)> {
        let fields = self.event.fields.iter().enumerate();
        let (lists, others): (Vec<_>, Vec<_>) = fields.partition(|(_, field)| is_list(field));
        let all = others.into_iter().chain(lists);
        all.map(|(index, field)| (index, self.chosen_put(field)))
            .collect()
    }

    fn chosen_put(&self, field: &Field) -> String {
        let put = self.put_field(field);
        if !is_costly(field) || self.chosen.is_none() {
            return put;
        }
        let unread = self.unread(field);
        let asked = if field.from.listed {
            "listed"
        } else {
            "chosen"
        };
        format!("\t\t\tif ({asked}) {{\n{put}\t\t\t}} else {{\n{unread}\t\t\t}}\n")
    }

    /// The puts, and behind the first path, which filters ask about most, what gives the record up
    /// if that is enough to. `end` ends a record.
    fn puts_and(&self, end: &str) -> String {
        let name = self.event.name;
        let puts = self.each_put();
        let is_path = |index: usize| matches!(self.event.fields[index].kind, Kind::Path);
        let has_tail = |(index, _): &(usize, String)| is_long(&self.event.fields[*index]);
        let path = puts.iter().position(|(index, _)| is_path(*index));
        let path = path.filter(|at| puts[at + 1..].iter().any(has_tail));
        let known = path.map_or(0, |at| {
            puts[..=at].iter().fold(0u64, |all, put| all | 1 << put.0)
        });
        let mut out = String::new();
        for (at, (_, put)) in puts.iter().enumerate() {
            out += put;
            if Some(at) == path {
                let _ = write!(
                    out,
                    "\t\t\tif (!keeps_fields(whole, number_of_buffer, INDEX_{name}, {known}ull)) {{\n\
                     \t\t\t\tbuffer_give(number_of_buffer);\n\t\t\t}} else {{\n"
                );
            }
        }
        out += end;
        if path.is_some() {
            out += "\t\t\t}\n";
        }
        out
    }

    pub(super) fn long_record(&self) -> String {
        let (name, index, life) = (self.event.name, self.index, self.life);
        let mut out = format!(
            "\t\tu32 number_of_buffer = buffer_take();\n\
             \t\tstruct call_record *whole = long_begin(current, number_of_buffer, {life}, \
             INDEX_{name}, ID_{name}, {index}, FIELDS_{name});\n\n\
             \t\tif (whole) {{\n\t\t\tstruct th_record *rec = &whole->head;\n\n{}",
            self.flags()
        );
        out += &self.puts_and(&format!(
            "\t\t\tlong_end(whole, number_of_buffer, {life}, INDEX_{name});\n"
        ));
        out + "\t\t}\n"
    }

    /// What writes a field's tail behind those that are there.
    fn put(&self, field: &Field) -> Option<&'static str> {
        let elsewhere = self.way.is_some_and(|way| way.takes_from_user(field.name));
        Some(match field.kind {
            Kind::Path => "hook_path",
            Kind::Str if elsewhere || field.from.origin == Origin::User => "hook_ustr",
            Kind::Str => "hook_str",
            Kind::StrArray => "hook_strings",
            Kind::Bytes | Kind::Ip => "hook_bytes",
            Kind::SockAddr => "hook_sockaddr",
            Kind::Cred => "hook_cred",
            _ => return None,
        })
    }

    /// What tells a list before the record that has no room for it, where the event is selected.
    fn pieces(&self, field: &Field) -> String {
        let (event, name) = (self.event.name, field.identifier());
        format!(
            "\t\t\tif (chosen)\n\t\t\t\tsend_pieces(whole, (struct pieces){{\n\
             \t\t\t\t\t.address = list_{name}.at, .length = list_{name}.length,\n\
             \t\t\t\t\t.index = INDEX_{event}, .event = ID_{event}, .fields = FIELDS_{event},\n\
             \t\t\t\t\t.field = FIELD_{event}_{name}, .rung = {} }});\n",
            self.index
        )
    }

    /// What puts a field of a record with tails.
    fn put_field(&self, field: &Field) -> String {
        if let Some(lack) = self.lack(field) {
            return lack;
        }
        let Some(put) = self.put(field) else {
            return self.value(field);
        };
        let (mut before, mut source) = (String::new(), self.source(field).to_owned());
        if field.from.pieces {
            let list = format!("list_{}", field.identifier());
            before = format!("\t\t\tstruct where {list} = {source};\n\n");
            before += &self.pieces(field);
            source = list;
        }
        let optional = if field.from.optional {
            " | OPTIONAL"
        } else {
            ""
        };
        format!(
            "{before}\t\t\t{put}(hand(whole, number_of_buffer), FIELD_{}_{}{optional}, {source});\n",
            self.event.name,
            field.identifier(),
        )
    }

    fn value(&self, field: &Field) -> String {
        let (event, name, source) = (self.event.name, field.identifier(), self.source(field));
        if field.from.optional || !field.from.unread.is_empty() {
            return format!("\t\t\tput_maybe(rec, FIELD_{event}_{name}, {source});\n");
        }
        let signed = matches!(field.kind, Kind::I32 | Kind::Enum(_));
        let cast = if signed { "(s64)(s32)" } else { "" };
        format!("\t\t\tput_value(rec, FIELD_{event}_{name}, {cast}({source}));\n")
    }
}

fn is_list(field: &Field) -> bool {
    matches!(field.kind, Kind::StrArray | Kind::Bytes)
}
