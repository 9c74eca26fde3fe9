//! The control socket: a line asks for something, the answer is a word and a text.
//!
//! Only the owner of the socket's file, and root, can connect. One request per connection, which has a few
//! seconds' time: nobody keeps the tracer waiting.

use std::fs::{self, Permissions};
use std::io::{self, ErrorKind, Read as _, Write as _};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{FileTypeExt as _, PermissionsExt as _};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::failure::{Failure, shown};

/// Bytes that a request may have.
const LONGEST: usize = 8192;
/// Connections that are open at once; further ones wait.
const MOST: usize = 8;
/// Time for a request to come.
const PATIENCE: Duration = Duration::from_secs(5);

/// What is asked for.
#[derive(Debug, PartialEq, Eq)]
pub enum Wish {
    /// Which policies are in use.
    List,
    /// Read the files again.
    Reload,
    /// Use those of a file or folder too.
    Add(PathBuf),
    /// Use the one of this name no more.
    Remove(String),
}

impl Wish {
    fn parse(line: &str) -> Result<Wish, String> {
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        match (word, rest) {
            ("list", "") => Ok(Wish::List),
            ("reload", "") => Ok(Wish::Reload),
            ("add", path) if path.starts_with('/') => Ok(Wish::Add(path.into())),
            ("add", _) => Err("add is followed by a path that begins with /".to_owned()),
            ("remove", "") => Err("remove is followed by the name of a policy".to_owned()),
            ("remove", name) => Ok(Wish::Remove(name.to_owned())),
            _ => Err("write list, reload, add PATH or remove NAME".to_owned()),
        }
    }

    fn line(&self) -> String {
        match self {
            Wish::List => "list".to_owned(),
            Wish::Reload => "reload".to_owned(),
            Wish::Add(path) => format!("add {}", path.display()),
            Wish::Remove(name) => format!("remove {name}"),
        }
    }
}

/// Somebody who waits for an answer.
#[derive(Debug)]
pub struct Request {
    /// What is wanted.
    pub wish: Wish,
    stream: UnixStream,
}

impl Request {
    /// Answers.
    pub fn answer(self, answer: Result<&str, &str>) {
        self::answer(self.stream, answer);
    }
}

struct Connection {
    stream: UnixStream,
    line: Vec<u8>,
    until: Instant,
}

/// The socket.
pub struct Control {
    listener: UnixListener,
    path: PathBuf,
    open: Vec<Connection>,
}

impl Control {
    /// Makes the socket; one that a run left behind that is gone is replaced.
    pub fn listen(path: &Path) -> Result<Control, Failure> {
        let name = || shown(path.as_os_str());
        let there = fs::symlink_metadata(path).ok();
        let is_socket = there.as_ref().map(|facts| facts.file_type().is_socket());
        if is_socket == Some(false) {
            let message = format!("--control {}: what is there is not a socket", name());
            return Err(Failure::usage(message));
        }
        if is_socket == Some(true) {
            if UnixStream::connect(path).is_ok() {
                let message = format!("--control {}: another run listens there", name());
                return Err(Failure::usage(message));
            }
            // If that fails, so does what follows, and tells why.
            let _ = fs::remove_file(path);
        }
        let made = UnixListener::bind(path).and_then(|listener| {
            fs::set_permissions(path, Permissions::from_mode(0o600))?;
            listener.set_nonblocking(true)?;
            Ok(listener)
        });
        match made {
            Ok(listener) => Ok(Control {
                listener,
                path: path.to_owned(),
                open: Vec::new(),
            }),
            Err(error) => Err(Failure::usage(format!("--control {}: {error}", name()))),
        }
    }

    /// The next request that has come whole.
    pub fn next(&mut self) -> Option<Request> {
        if self.open.len() < MOST
            && let Ok((stream, _)) = self.listener.accept()
            && stream.set_nonblocking(true).is_ok()
        {
            self.open.push(Connection {
                stream,
                line: Vec::new(),
                until: Instant::now() + PATIENCE,
            });
        }
        let mut at = 0;
        while let Some(connection) = self.open.get_mut(at) {
            let whole = match connection.read() {
                Ok(false) if Instant::now() < connection.until => {
                    at += 1;
                    continue;
                }
                Ok(whole) => whole,
                Err(_) => false,
            };
            let connection = self.open.swap_remove(at);
            if let Some(request) = connection.request().filter(|_| whole) {
                return Some(request);
            }
        }
        None
    }
}

impl Connection {
    /// Reads what has come; whether the line is whole.
    fn read(&mut self) -> io::Result<bool> {
        let mut bytes = [0; 1024];
        loop {
            match self.stream.read(&mut bytes) {
                Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
                Ok(count) => self.line.extend_from_slice(&bytes[..count]),
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(false),
                Err(error) => return Err(error),
            }
            if self.line.len() > LONGEST {
                return Err(ErrorKind::InvalidData.into());
            }
            if self.line.ends_with(b"\n") {
                return Ok(true);
            }
        }
    }

    /// The request, if the line is one; else who asked is told.
    fn request(self) -> Option<Request> {
        let line = String::from_utf8(self.line).ok();
        let line = line.as_deref().map(str::trim_end).unwrap_or_default();
        match Wish::parse(line) {
            Ok(wish) => Some(Request {
                wish,
                stream: self.stream,
            }),
            Err(message) => {
                answer(self.stream, Err(&message));
                None
            }
        }
    }
}

/// Answers; who has gone away is not told.
fn answer(mut stream: UnixStream, answer: Result<&str, &str>) {
    let (word, text) = match answer {
        Ok(text) => ("ok", text),
        Err(text) => ("error", text),
    };
    let _ = stream.write_all(format!("{word}\n{text}").as_bytes());
}

impl Drop for Control {
    fn drop(&mut self) {
        // The next run replaces what is left behind.
        let _ = fs::remove_file(&self.path);
    }
}

/// Asks a run; the answer is its text.
pub fn ask(socket: &Path, wish: &Wish) -> Result<String, Failure> {
    let name = shown(socket.as_os_str());
    let line = wish.line();
    let is_text = match wish {
        Wish::Add(path) => std::str::from_utf8(path.as_os_str().as_bytes()).is_ok(),
        _ => true,
    };
    if !is_text || line.contains('\n') || line.len() >= LONGEST {
        let message = "what is asked for must be one line of UTF-8 text of less than 8 KiB";
        return Err(Failure::usage(message.to_owned()));
    }
    let failed = |error: io::Error| {
        let hint = match error.kind() {
            ErrorKind::NotFound | ErrorKind::ConnectionRefused => {
                "; start one with: tracehound -p POLICY --control PATH"
            }
            _ => "",
        };
        Failure::from(anyhow::anyhow!("no run answers at {name}: {error}{hint}"))
    };
    let mut stream = UnixStream::connect(socket).map_err(failed)?;
    stream
        .write_all(format!("{line}\n").as_bytes())
        .map_err(failed)?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).map_err(failed)?;
    match answer.split_once('\n') {
        Some(("ok", text)) => Ok(text.to_owned()),
        Some(("error", text)) => Err(Failure::from(anyhow::anyhow!("{text}"))),
        _ => Err(failed(ErrorKind::UnexpectedEof.into())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_a_wish_or_told_what_to_write() {
        let parsed = |line| Wish::parse(line).map_err(drop);
        assert_eq!(parsed("list"), Ok(Wish::List));
        assert_eq!(parsed("add /a b"), Ok(Wish::Add("/a b".into())));
        assert_eq!(parsed("remove x y"), Ok(Wish::Remove("x y".to_owned())));
        for line in ["", "add", "add x", "remove", "list all", "LIST"] {
            assert_eq!(parsed(line), Err(()), "{line}");
        }
    }

    #[test]
    fn what_is_asked_is_what_is_understood() {
        let wishes = [
            Wish::List,
            Wish::Reload,
            Wish::Add("/etc/p.yaml".into()),
            Wish::Remove("a-b".to_owned()),
        ];
        for wish in wishes {
            assert_eq!(Wish::parse(&wish.line()), Ok(wish));
        }
    }
}
