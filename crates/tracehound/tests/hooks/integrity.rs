//! Kernel integrity.

use std::path::Path;

use crate::{run_of, support};

/// A module that does nothing until a device is made with it; the lab's guests have it.
const MODULE: &str = "/lab/modules/dummy.ko";

#[test]
fn module_load_tells_the_file() {
    if !Path::new(MODULE).exists() {
        println!("skipped: no module to load here");
        return;
    }
    let script = format!("insmod {MODULE}; rmmod dummy");
    let Some(run) = run_of("module_load", &["sh", "-c", &script]) else {
        return;
    };
    let events = support::named(&run, "module_load");
    assert_eq!(events.len(), 1, "{events:?}");
    let args = &events[0]["args"];
    assert_eq!(args["name"], "dummy", "{args}");
    assert_eq!(args["pathname"], MODULE, "{args}");
}

#[test]
fn module_free_tells_the_name() {
    if !Path::new(MODULE).exists() {
        println!("skipped: no module to load here");
        return;
    }
    let script = format!("insmod {MODULE}; rmmod dummy");
    let Some(run) = run_of("module_free", &["sh", "-c", &script]) else {
        return;
    };
    let events = support::named(&run, "module_free");
    assert_eq!(events.len(), 1, "{events:?}");
    assert_eq!(events[0]["args"]["name"], "dummy", "{events:?}");
}
