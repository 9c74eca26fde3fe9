//! `-o FORMAT[:PATH]`: opening what events are written to.

use std::fs::File;
use std::io::{self, IsTerminal as _, Write};
use std::path::Path;

use tracehound_engine::recording::{self, Preamble};
use tracehound_engine::{Format, Sink};

use crate::failure::Failure;

/// Where events go when no path is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Default {
    /// Nothing else writes there.
    Stdout,
    /// A traced command has the standard output.
    Stderr,
}

/// Opens every output. Nothing is created before all names are known to be good.
pub fn open(texts: &[String], default: Default, preamble: &Preamble) -> Result<Vec<Sink>, Failure> {
    let terminal = match default {
        Default::Stdout => io::stdout().is_terminal(),
        Default::Stderr => true,
    };
    let plain = [if terminal { "table" } else { "json" }.to_owned()];
    let texts = if texts.is_empty() { &plain[..] } else { texts };
    let parsed = texts
        .iter()
        .map(|text| parse(text))
        .collect::<Result<Vec<_>, _>>()?;
    let unnamed = parsed
        .iter()
        .filter(|(format, path)| path.is_none() && *format != Format::None);
    if unnamed.count() > 1 {
        let message = "two outputs write to the same stream; give one of them a file: -o json:PATH";
        return Err(Failure::usage(message.to_owned()));
    }
    parsed
        .into_iter()
        .map(|(format, path)| sink(format, path, default, preamble))
        .collect()
}

fn parse(text: &str) -> Result<(Format, Option<&Path>), Failure> {
    let (name, path) = match text.split_once(':') {
        Some((name, path)) => (name, Some(Path::new(path))),
        None => (text, None),
    };
    let format = match name {
        "table" => Format::Table,
        "json" => Format::Json,
        "strace" => Format::Strace,
        "none" => Format::None,
        "raw" => Format::Raw,
        other => {
            let message =
                format!("unknown output format {other:?}; known: table, json, strace, none, raw");
            return Err(Failure::usage(message));
        }
    };
    if format == Format::Raw && path.is_none() {
        return Err(Failure::usage(
            "raw records need a file: -o raw:PATH".to_owned(),
        ));
    }
    if path.is_some_and(|path| path.as_os_str().is_empty()) {
        return Err(Failure::usage(format!("the path after {name}: is empty")));
    }
    Ok((format, path))
}

fn sink(
    format: Format,
    path: Option<&Path>,
    default: Default,
    preamble: &Preamble,
) -> Result<Sink, Failure> {
    let mut writer: Box<dyn Write + Send> = match (path, default) {
        (Some(path), _) => Box::new(create(path)?),
        (None, Default::Stdout) => Box::new(io::stdout()),
        (None, Default::Stderr) => Box::new(io::stderr()),
    };
    if format == Format::Raw {
        recording::write(preamble, &mut writer).map_err(Failure::output)?;
    }
    Ok(Sink::new(format, writer, preamble))
}

fn create(path: &Path) -> Result<File, Failure> {
    File::create(path).map_err(|error| {
        let shown = path
            .display()
            .to_string()
            .escape_debug()
            .collect::<String>();
        let message = format!("cannot write to {shown}: {error}; choose another path");
        Failure::from(anyhow::Error::msg(message))
    })
}

/// Prints a finished text to the standard output.
pub fn print(bytes: &[u8]) -> Result<u8, Failure> {
    let result = io::stdout()
        .write_all(bytes)
        .and_then(|()| io::stdout().flush());
    match result {
        // `| head` is a normal way to read a page.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(0),
        Err(error) => Err(Failure::output(error)),
        Ok(()) => Ok(0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_and_paths_are_parsed() {
        assert_eq!(parse("json").unwrap(), (Format::Json, None));
        assert_eq!(
            parse("raw:a:b").unwrap(),
            (Format::Raw, Some(Path::new("a:b")))
        );
        assert!(parse("raw").is_err());
        assert!(parse("json:").is_err());
        assert!(parse("xml").is_err());
    }
}
