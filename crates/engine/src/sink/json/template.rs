//! Text made once per event and per system call.

use tracehound_schema::{Abi, Event, Field, all, syscalls};

/// One field's key.
pub struct Key {
    /// The field.
    pub field: &'static Field,
    /// Its slot.
    pub index: usize,
    /// `,"name":`
    pub text: Vec<u8>,
}

/// One event's text.
pub struct Template {
    /// What follows the time.
    pub head: Vec<u8>,
    /// The shown fields.
    pub keys: Vec<Key>,
}

impl Template {
    fn new(event: &'static Event) -> Template {
        let fields = event.fields.iter().enumerate();
        let keys = fields
            .filter(|(_, field)| !field.from.hidden)
            .map(|(index, field)| Key {
                field,
                index,
                text: format!(",\"{}\":", field.name).into_bytes(),
            });
        Template {
            head: format!("\",\"event\":\"{}\",\"schema\":1", event.name).into_bytes(),
            keys: keys.collect(),
        }
    }
}

/// All text made once.
pub struct Templates {
    events: Vec<Option<Template>>,
    /// By convention and number.
    calls: Vec<Vec<Vec<u8>>>,
    abis: Vec<Vec<u8>>,
}

impl Templates {
    /// Makes it.
    pub fn new() -> Templates {
        let highest = all().map(|event| event.id).max().unwrap_or(0);
        let mut events: Vec<Option<Template>> = (0..=highest).map(|_| None).collect();
        for event in all() {
            events[usize::from(event.id)] = Some(Template::new(event));
        }
        let abis = (0..=u8::MAX).map(Abi::from_byte);
        let last = Abi::ALL.iter().map(|abi| *abi as usize).max().unwrap_or(0);
        Templates {
            events,
            calls: abis.clone().take(last + 1).map(calls).collect(),
            abis: abis.map(abi_text).collect(),
        }
    }

    /// The text of an event's id.
    pub fn event(&self, id: u16) -> Option<&Template> {
        self.events.get(usize::from(id))?.as_ref()
    }

    /// `,"abi":"…","syscall":"…"`, without the call where it has no name, empty outside of calls.
    pub fn call(&self, abi: u8, number: i32) -> &[u8] {
        let known = self.calls.get(usize::from(abi));
        let number = usize::try_from(number).ok();
        known
            .and_then(|calls| calls.get(number?))
            .filter(|text| !text.is_empty())
            .unwrap_or(&self.abis[usize::from(abi)])
    }
}

fn abi_text(abi: Abi) -> Vec<u8> {
    if abi == Abi::None {
        return Vec::new();
    }
    format!(",\"abi\":\"{}\"", abi.name()).into_bytes()
}

fn calls(abi: Abi) -> Vec<Vec<u8>> {
    let mut texts = Vec::new();
    // x32 has numbers of its own, and those of 64-bit callers.
    let other = (abi == Abi::X32).then_some(Abi::X86_64);
    let numbers = syscalls::all().flat_map(|call| {
        let numbers = [Some(abi), other].into_iter().flatten();
        numbers.filter_map(move |abi| Some((call, usize::from(call.number(abi)?))))
    });
    for (call, number) in numbers {
        if texts.len() <= number {
            texts.resize(number + 1, Vec::new());
        }
        texts[number] = abi_text(abi);
        texts[number].extend(format!(",\"syscall\":\"{}\"", call.spelled(abi)).into_bytes());
    }
    texts
}
