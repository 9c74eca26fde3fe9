//! Engines that do not answer as they should.

use std::io::Write as _;
use std::os::unix::net::UnixListener;
use std::thread;
use std::time::Instant;

use super::docker::docker;
use super::*;

/// Accepts and says nothing, or something that is no answer.
pub fn silent(path: &PathBuf, said: &'static [u8]) {
    let listener = UnixListener::bind(path).unwrap();
    thread::spawn(move || {
        let mut kept = Vec::new();
        for mut stream in listener.incoming().flatten() {
            stream.write_all(said).unwrap();
            kept.push(stream);
        }
    });
}

fn why(answer: Result<Named, String>) -> String {
    answer.unwrap_err()
}

#[test]
fn one_that_hangs_costs_its_limit_and_is_not_waited_for_again() {
    for kind in [Kind::Docker, Kind::Containerd, Kind::Cri] {
        let path = socket();
        silent(&path, b"");
        let runtimes = runtimes(&[(kind, &path)]);
        assert!(runtimes.is_prompt(None));
        let started = Instant::now();
        let why = why(ask(&runtimes, ID));
        assert!(why.contains("no answer within 2s"), "{kind:?}: {why}");
        assert!(started.elapsed() < Duration::from_secs(10), "{kind:?}");
        assert!(!runtimes.is_prompt(None), "{kind:?}");
        std::fs::remove_file(path).unwrap();
    }
}

#[test]
fn one_that_hangs_does_not_keep_another_from_answering() {
    let (hanging, storage) = (socket(), socket());
    silent(&hanging, b"");
    let folder = storage.join("overlay-containers");
    std::fs::create_dir_all(&folder).unwrap();
    let rows = |id: u32| format!(r#"{{"id":"{id:064}","names":["n{id}"]}}"#);
    let rows: Vec<String> = (0..200).map(rows).collect();
    let text = format!("[{}]", rows.join(","));
    std::fs::write(folder.join("containers.json"), text).unwrap();
    let place = |kind, of, path: &PathBuf| Place {
        kind,
        of,
        path: path.clone(),
    };
    let places = vec![
        place(Kind::Docker, &["docker"][..], &hanging),
        place(Kind::Storage, &["podman"][..], &storage),
    ];
    let runtimes = Runtimes::start(Places(places), None).unwrap();
    let started = Instant::now();
    for number in 0..200 {
        let id = format!("{number:064}");
        for engine in ["docker", "podman"] {
            let (id, engine) = (id.clone(), Some(engine));
            assert!(runtimes.ask(Ask {
                id,
                engine,
                pod: None
            }));
        }
    }
    let mut named = 0;
    while named < 200 {
        let answer = runtimes.answer_within(Duration::from_secs(20)).unwrap();
        named += u32::from(matches!(answer.told, Told::Named(Ok(_), _)));
    }
    // They would take 25 s if they stood in the same queue.
    assert!(
        started.elapsed() < Duration::from_secs(10),
        "{:?}",
        started.elapsed()
    );
    std::fs::remove_file(hanging).unwrap();
    std::fs::remove_dir_all(storage).unwrap();
}

#[test]
fn one_that_talks_nonsense_is_told_as_such() {
    for kind in [Kind::Docker, Kind::Containerd, Kind::Cri] {
        let path = socket();
        silent(&path, b"\x1b]0;x\x07 this is no protocol\r\n\r\n");
        let why = why(ask(&runtimes(&[(kind, &path)]), ID));
        assert!(why.contains(path.to_str().unwrap()), "{kind:?}: {why}");
        std::fs::remove_file(path).unwrap();
    }
}

#[test]
fn one_that_lies_about_ids_and_sizes_names_nothing() {
    let path = socket();
    docker(&path, |path| {
        let long = "x".repeat(100_000);
        let id = if path.contains(&"7".repeat(64)) {
            "7".repeat(64)
        } else {
            "8".repeat(64)
        };
        let row = format!(
            r#"{{"Id":"{id}","Names":["/{long}"],"Image":"{long}","Labels":{{"a":"{long}"}}}}"#
        );
        (200, format!("[{row}]"))
    });
    let runtimes = runtimes(&[(Kind::Docker, &path)]);
    let why = why(ask(&runtimes, ID));
    assert!(why.contains("no such container"), "{why}");
    let named = ask(&runtimes, &"7".repeat(64)).unwrap();
    assert_eq!(named, tracehound_runtimes::Named::default());
    std::fs::remove_file(path).unwrap();
}

#[test]
fn one_that_comes_later_is_found() {
    let path = socket();
    let runtimes = runtimes(&[(Kind::Docker, &path)]);
    assert!(!runtimes.knows(None));
    docker(&path, |_| {
        (200, format!(r#"[{{"Id":"{ID}","Names":["/late"]}}]"#))
    });
    assert!(runtimes.knows(None));
    let named = ask(&runtimes, ID).unwrap();
    assert_eq!(named.name.as_deref(), Some("late"));
    std::fs::remove_file(path).unwrap();
}
