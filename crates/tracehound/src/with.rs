//! `--with LIST`: what lines tell of an event beside itself.

use tracehound_engine::{Extra, Extras};
use tracehound_probes::{Beside, tells_uts};
use tracehound_schema::Event;

use crate::events;
use crate::failure::Failure;

/// What the help says.
pub fn help() -> String {
    let words: Vec<_> = Extra::ALL.iter().map(|row| row.1).collect();
    format!(
        "Tell beside each event (JSON; stacks in tables too): {}; separated by commas, repeatable",
        words.join(", ")
    )
}

/// What words ask for; the failure is one of usage.
pub fn extras(words: &[String]) -> Result<Extras, Failure> {
    let known = || Extra::ALL.iter().map(|row| row.1);
    words.iter().try_fold(Extras::default(), |all, word| {
        let word = word.trim();
        match Extra::named(word) {
            Some(extra) => Ok(all.and(extra)),
            None => Err(events::unknown("word of --with", word, known())),
        }
    })
}

/// What programs are to tell beside the events that are traced.
pub fn beside(extras: Extras, traced: &[&'static Event]) -> Beside {
    Beside {
        user: extras.has(Extra::Stack),
        kernel: extras.has(Extra::KernelStack),
        caller: extras.has(Extra::Caller),
        uts: tells_uts(traced),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_word_suggests_the_nearest() {
        let asked = extras(&["ancestors".to_owned(), " ancestors".to_owned()]).unwrap();
        assert!(asked.has(Extra::Ancestors));
        let failure = extras(&["ancestor".to_owned()]).unwrap_err();
        assert_eq!(failure.code(), 2);
        let said = failure.to_string();
        assert!(said.contains("did you mean ancestors?"), "{said}");
    }
}
