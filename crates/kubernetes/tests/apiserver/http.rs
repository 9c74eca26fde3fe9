//! As much of HTTP/1.1 as a client of the API needs.

use std::collections::HashMap;
use std::io::{BufReader, Read, Result, Write};
use std::sync::Mutex;
use std::thread;
use std::time::Duration;

/// What is asked.
#[derive(Clone, Debug, Default)]
pub struct Request {
    pub method: String,
    /// The path with what stands behind the `?`.
    pub target: String,
    /// By their names in small letters.
    pub headers: HashMap<String, String>,
}

/// What is answered.
pub enum Reply {
    /// Status and JSON, whose length is said before.
    Json(u16, String),
    /// JSON in pieces of so many bytes, whose length is not said.
    Chunked(String, usize),
    /// Bytes as they are, then the end of the connection.
    Raw(Vec<u8>),
    /// So many bytes of a body that never ends.
    Endless(usize),
    /// Nothing, for so long.
    Silence(Duration),
}

impl Request {
    /// The path alone, and the values of what stands behind the `?`.
    pub fn parts(&self) -> (&str, HashMap<String, String>) {
        let (path, query) = self.target.split_once('?').unwrap_or((&self.target, ""));
        let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        let plain = |text: &str| text.replace("%3D", "=").replace("%2C", ",");
        let query = pairs.map(|(key, value)| (key.to_owned(), plain(value)));
        (path, query.collect())
    }

    fn read(reader: &mut impl std::io::BufRead) -> Result<Option<Request>> {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 {
            return Ok(None);
        }
        let mut words = line.split_whitespace().map(str::to_owned);
        let mut request = Request {
            method: words.next().unwrap_or_default(),
            target: words.next().unwrap_or_default(),
            headers: HashMap::new(),
        };
        loop {
            line.clear();
            reader.read_line(&mut line)?;
            let Some((key, value)) = line.trim_end().split_once(": ") else {
                return Ok(Some(request));
            };
            let key = key.to_lowercase();
            request.headers.insert(key, value.to_owned());
        }
    }
}

/// Answers the requests of a connection.
pub fn serve(
    stream: impl Read + Write,
    answer: &(dyn Fn(&Request) -> Reply + Send + Sync),
    log: &Mutex<Vec<Request>>,
) -> Result<()> {
    let mut stream = BufReader::new(stream);
    while let Some(request) = Request::read(&mut stream)? {
        log.lock().unwrap().push(request.clone());
        if !write(stream.get_mut(), answer(&request))? {
            break;
        }
    }
    Ok(())
}

/// Writes an answer; tells whether the connection goes on.
fn write(out: &mut impl Write, reply: Reply) -> Result<bool> {
    let json = "Content-Type: application/json\r\n";
    match reply {
        Reply::Json(status, body) => {
            let length = body.len();
            write!(
                out,
                "HTTP/1.1 {status} X\r\n{json}Content-Length: {length}\r\n\r\n{body}"
            )?;
        }
        Reply::Chunked(body, size) => {
            write!(
                out,
                "HTTP/1.1 200 OK\r\n{json}Transfer-Encoding: chunked\r\n\r\n"
            )?;
            for piece in body.as_bytes().chunks(size) {
                write!(out, "{:x}\r\n", piece.len())?;
                out.write_all(piece)?;
                out.write_all(b"\r\n")?;
            }
            out.write_all(b"0\r\n\r\n")?;
        }
        Reply::Raw(bytes) => {
            out.write_all(&bytes)?;
            out.flush()?;
            return Ok(false);
        }
        Reply::Endless(count) => {
            write!(
                out,
                "HTTP/1.1 200 OK\r\n{json}Transfer-Encoding: chunked\r\n\r\n"
            )?;
            let piece = [b' '; 1 << 16];
            for _ in 0..count / piece.len() {
                write!(out, "{:x}\r\n", piece.len())?;
                out.write_all(&piece)?;
                out.write_all(b"\r\n")?;
            }
            return Ok(false);
        }
        Reply::Silence(time) => {
            thread::sleep(time);
            return Ok(false);
        }
    }
    out.flush()?;
    Ok(true)
}
