//! What a line may tell of stacks, as JSON Schema.

use serde_json::{Value, json};

use super::forms::{hex, object, unsigned};

/// The keys, in their order.
pub fn keys() -> Vec<(&'static str, Value)> {
    let frames = || json!({"type": "array", "items": frame(), "minItems": 1});
    vec![
        ("caller", frame()),
        ("stack", frames()),
        ("stack_cut", json!({"const": true})),
        ("stack_lost", json!({"const": true})),
        ("kernel_stack_unread", json!({"const": true})),
        ("kernel_stack", frames()),
        ("kernel_stack_cut", json!({"const": true})),
    ]
}

fn frame() -> Value {
    let string = || json!({"type": "string"});
    let memory = json!({"enum": ["unknown", "anonymous", "vdso", "unmapped"]});
    let rows = [
        ("ip", hex()),
        ("path", string()),
        ("memory", memory),
        ("offset", unsigned()),
        (
            "build_id",
            json!({"type": "string", "pattern": "^([0-9a-f]{2})+$"}),
        ),
        ("symbol", string()),
        ("symbol_offset", unsigned()),
        ("symbol_unread", json!({"const": true})),
    ];
    object(&rows, &["ip"])
}
