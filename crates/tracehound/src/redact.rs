//! `--env`, `--redact` and its rules: what is not told of arguments and environments.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::{Args, ValueHint};
use tracehound_engine::redact::{BuiltIn, Redaction};

use crate::events;
use crate::failure::{Failure, shown};

/// The words of `--redact`.
const WORDS: [(&str, BuiltIn); 3] = [
    ("env", BuiltIn::Environment),
    ("argv", BuiltIn::Both),
    ("none", BuiltIn::None),
];

/// How secrets are hidden; shared by what shows arguments.
#[derive(Args, Debug, Default)]
pub struct Redact {
    /// Hide secrets by built-in rules: env, in the environment (the default); argv, in arguments too; or none
    #[arg(long, value_name = "WHERE")]
    pub redact: Option<String>,
    /// Hide also what this regular expression finds in an argument or a variable (NAME=VALUE): its groups, or all
    /// of it; repeatable
    #[arg(long, value_name = "REGEX", allow_hyphen_values = true)]
    pub redact_rule: Vec<String>,
    /// File of such expressions, one a line; lines that begin with # are left out
    #[arg(long, value_name = "PATH", value_hint = ValueHint::FilePath)]
    pub redact_rules: Vec<PathBuf>,
}

/// What is to be hidden; `variables` names those of an environment that are told.
pub fn redaction(options: &Redact, variables: &[String]) -> Result<Redaction, Failure> {
    let built_in = match &options.redact {
        None => BuiltIn::Environment,
        Some(word) => named(word)?,
    };
    let mut redaction = Redaction::new(built_in);
    for name in variables {
        redaction = redaction.telling(variable(name)?);
    }
    for rule in &options.redact_rule {
        redaction = with_rule(redaction, rule, "--redact-rule")?;
    }
    for path in &options.redact_rules {
        redaction = of_file(redaction, path)?;
    }
    Ok(redaction)
}

fn named(word: &str) -> Result<BuiltIn, Failure> {
    let row = WORDS.iter().find(|row| row.0 == word);
    let known = WORDS.map(|row| row.0);
    row.map(|row| row.1)
        .ok_or_else(|| events::unknown("word of --redact", word, known))
}

fn variable(name: &str) -> Result<&str, Failure> {
    let problem = match name.trim() {
        "" => "a name is empty",
        name if name.contains('=') => "a name has no =, since values are not asked for",
        name => return Ok(name),
    };
    let hint = "name variables as in --env 'PATH,LD_*', or all: --env '*'";
    Err(Failure::usage(format!("--env: {problem}; {hint}")))
}

/// One more rule, which stands at `place`.
fn with_rule(redaction: Redaction, rule: &str, place: &str) -> Result<Redaction, Failure> {
    if rule.is_empty() {
        return Err(Failure::usage(format!("{place}: the expression is empty")));
    }
    redaction.hiding(rule).map_err(|error| {
        let rule = shown(rule.as_ref());
        let hint = "the syntax is that of https://docs.rs/regex, on bytes";
        Failure::usage(format!(
            "{place}: \"{rule}\" is no regular expression: {error}; {hint}"
        ))
    })
}

fn of_file(redaction: Redaction, path: &Path) -> Result<Redaction, Failure> {
    let name = shown(path.as_os_str());
    let text = fs::read_to_string(path).with_context(|| {
        format!("cannot read the rules {name}; check the path after --redact-rules")
    })?;
    let lines = text.lines().enumerate();
    let mut rules = lines.filter(|(_, line)| !line.trim().is_empty() && !line.starts_with('#'));
    let mut all = redaction;
    let mut some = false;
    rules.try_for_each(|(number, line)| {
        let place = format!("{name}, line {}", number + 1);
        all = with_rule(all.clone(), line, &place)?;
        some = true;
        Ok::<(), Failure>(())
    })?;
    if some {
        return Ok(all);
    }
    Err(Failure::usage(format!(
        "{name} has no rule; write one regular expression a line"
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(options: &Redact, variables: &[&str]) -> String {
        let variables: Vec<String> = variables.iter().map(|name| (*name).to_owned()).collect();
        let failure = redaction(options, &variables).unwrap_err();
        assert_eq!(failure.code(), 2);
        failure.to_string()
    }

    #[test]
    fn mistakes_name_their_place() {
        let asked = |word: &str| Redact {
            redact: Some(word.to_owned()),
            ..Redact::default()
        };
        assert!(refused(&asked("arg"), &[]).contains("did you mean argv?"));
        assert!(refused(&Redact::default(), &["A=b"]).contains("--env 'PATH,LD_*'"));
        assert!(refused(&Redact::default(), &[""]).contains("a name is empty"));
        let rule = Redact {
            redact_rule: vec!["a(".to_owned()],
            ..Redact::default()
        };
        let said = refused(&rule, &[]);
        assert!(
            said.starts_with("--redact-rule: \"a(\" is no regular expression: unclosed group"),
            "{said}"
        );
    }

    #[test]
    fn files_of_rules_are_read_by_line() {
        let path = std::env::temp_dir().join(format!("tracehound-rules-{}", std::process::id()));
        let options = Redact {
            redact_rules: vec![path.clone()],
            ..Redact::default()
        };
        fs::write(&path, "# a rule\n\n[a-z\n").unwrap();
        let wrong = refused(&options, &[]);
        fs::write(&path, "# none\n").unwrap();
        let empty = refused(&options, &[]);
        fs::write(&path, "# one\n^--pin=(.*)\n").unwrap();
        let right = redaction(&options, &[]);
        fs::remove_file(&path).unwrap();
        let missing = redaction(&options, &[]);
        assert!(wrong.contains(", line 3: "), "{wrong}");
        assert!(empty.contains("has no rule"), "{empty}");
        assert!(right.is_ok());
        assert_eq!(missing.unwrap_err().code(), 1);
    }
}
