//! Docker's interface.

use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::PathBuf;
use std::thread;

use super::*;

/// Serves what `answer` says of a path: a status and a body.
pub fn docker(path: &PathBuf, answer: fn(&str) -> (u16, String)) {
    let listener = UnixListener::bind(path).unwrap();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            thread::spawn(move || serve(stream, answer));
        }
    });
}

fn serve(stream: UnixStream, answer: fn(&str) -> (u16, String)) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut stream = stream;
    loop {
        let mut first = String::new();
        if reader.read_line(&mut first)? == 0 {
            return Ok(());
        }
        let mut line = String::new();
        while reader.read_line(&mut line)? > 2 {
            line.clear();
        }
        let path = first.split(' ').nth(1).unwrap_or_default();
        let (status, body) = answer(path);
        write!(
            stream,
            "HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        )?;
    }
}

/// One container, whose image has a digest. A version in the path could be one that a daemon does not have.
fn one_container(path: &str) -> (u16, String) {
    let rest = &path[1..];
    if rest.starts_with("containers/json?") {
        assert!(rest.contains("all=true") && rest.contains(ID), "{rest}");
        let other = "0".repeat(64);
        let text = format!(
            r#"[{{"Id":"{other}","Names":["/other"],"Image":"x","ImageID":"sha256:1","Labels":{{}}}},
            {{"Id":"{ID}","Names":["/other/alias","/web"],"Image":"busybox:1","ImageID":"sha256:2",
            "Labels":{{"tier":"front"}},"State":"created"}}]"#
        );
        return (200, text);
    }
    assert!(rest.starts_with("images/sha256:2/json"), "{rest}");
    let text = format!(
        r#"{{"Id":"sha256:2","RepoTags":["busybox:1"],"RepoDigests":["busybox@{DIGEST}"]}}"#
    );
    (200, text)
}

#[test]
fn a_container_has_name_image_digest_and_labels() {
    let path = socket();
    docker(&path, one_container);
    let named = ask(&runtimes(&[(Kind::Docker, &path)]), ID).unwrap();
    assert_eq!(named.name.as_deref(), Some("web"));
    assert_eq!(named.image.as_deref(), Some("busybox:1"));
    assert_eq!(named.image_digest.as_deref(), Some(DIGEST));
    assert_eq!(named.labels["tier"], "front");
    assert_eq!((named.pod, named.sandbox), (None, None));
    std::fs::remove_file(path).unwrap();
}
