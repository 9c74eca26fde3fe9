//! What signals do.

use serde_json::json;

use crate::at_call_end;
use crate::tasks::{both_widths, only_old_is_unread};

#[test]
fn do_sigaction_tells_the_new_action_and_the_old() {
    both_widths("do_sigaction", &["actions"], |told| {
        assert_eq!(told.number("old"), 0);
        assert_eq!(told.number("oldest"), 0x1234);
        let handler = format!("0x{:x}", told.number("handler"));
        let mask = json!(["SIGUSR2", "SIGRT_8"]);
        let args = told.args();
        assert_eq!(args.len(), 5, "{args:?}");
        // Handler, mask, whether the old action is asked for.
        let wanted = [
            (json!(handler), mask.clone(), false),
            (json!(null), json!(null), true),
            (json!("SIG_IGN"), mask.clone(), true),
            (json!("0x1234"), json!(["SIGUSR2"]), false),
            (json!("0x5678"), json!([]), true),
        ];
        for (args, (handler, mask, asks)) in args.iter().zip(&wanted) {
            assert_eq!(args["sig"], "SIGUSR1", "{args}");
            assert_eq!(args["is_sa_initialized"], !handler.is_null(), "{args}");
            assert_eq!(args["sa_handler"], *handler, "{args}");
            assert_eq!(args["sa_mask"], *mask, "{args}");
            assert_eq!(args["is_old_sa_initialized"], *asks, "{args}");
        }
        let flags = args[0]["sa_flags"].as_str().unwrap();
        assert!(flags.contains("SA_RESTART|SA_NODEFER"), "{flags}");
        let methods = args.iter().map(|args| args["sa_handle_method"].as_str());
        let (ours, ignored) = (Some("SIG_HND"), Some("SIG_IGN"));
        let methods: Vec<_> = methods.collect();
        assert_eq!(methods, [ours, None, ignored, ours, ours]);
        assert_eq!(args[1]["old_sa_handler"], handler.as_str());
        assert_eq!(args[1]["old_sa_mask"], mask);
        let end = at_call_end("do_sigaction");
        if !end {
            let old: Vec<_> = args.iter().map(|args| &args["old_sa_handler"]).collect();
            let wanted = [
                json!("SIG_DFL"),
                json!(handler),
                json!(handler),
                json!("SIG_IGN"),
                json!("0x1234"),
            ];
            assert_eq!(old, wanted.iter().collect::<Vec<_>>());
        }
        for event in &told.events {
            only_old_is_unread(end, event);
        }
    });
}
