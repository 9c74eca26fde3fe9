//! Databases that rpm and SQLite made themselves, and what hostile ones can be. The programs are of packages that
//! `scripts/setup` installs.

mod headers;
mod suse;

use std::fs::{self, File};
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::LazyLock;

use super::*;
use crate::exports::packages::lists::tests::Root;

/// Enough packages, and one with enough files, for pages below pages and rows that go on in other pages.
const SPEC: &str = "
Name: th-one
Version: 1.2~rc1
Release: 4.fc99
Summary: x
License: MIT
AutoReqProv: no
%description
x
%package -n th-two
Summary: x
Epoch: 0
Version: 7
BuildArch: noarch
%description -n th-two
x
%{lua:for at = 1, 60 do
    print('%package -n th-' .. at .. '\\nSummary: x\\nEpoch: ' .. at .. '\\n')
    print('%description -n th-' .. at .. '\\nx\\n%files -n th-' .. at .. '\\n/usr/lib/th/' .. at .. '\\n')
end}
%install
mkdir -p %{buildroot}/usr/bin %{buildroot}/usr/lib/th %{buildroot}/opt/th
cd %{buildroot}
touch usr/bin/th-one usr/bin/th-two $(seq -f usr/lib/th/%.0f 60) $(seq -f opt/th/a-file-with-a-long-name-%.0f 3000)
%files
/usr/bin/th-one
/opt/th
%files -n th-two
/usr/bin/th-two
";

const SQLITE: &str = "var/lib/rpm/rpmdb.sqlite";

/// What a program prints; it has to be there, and to end well.
fn output(program: &str, words: &[&str]) -> String {
    let mut command = Command::new(program);
    let output = command.args(words).stderr(Stdio::piped()).output();
    let output = output.unwrap_or_else(|error| panic!("{program}, of scripts/setup: {error}"));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program} {words:?}: {said}");
    String::from_utf8(output.stdout).unwrap()
}

/// Runs Python, whose standard library has SQLite, with these arguments.
fn python(script: &str, words: &[&str]) {
    output("python3", &[&["-c", script], words].concat());
}

fn path(root: &Root, name: &str) -> PathBuf {
    root.0.join(name)
}

/// A root whose database has the packages above; they are built once.
fn installed(name: &str) -> Root {
    static DATABASE: LazyLock<Vec<u8>> = LazyLock::new(database);
    let root = Root::new(&format!("rpm-{name}"), &[(SQLITE, "")]);
    fs::write(path(&root, SQLITE), &*DATABASE).unwrap();
    root
}

fn database() -> Vec<u8> {
    let root = Root::new("rpm-built", &[("th.spec", SPEC)]);
    let (spec, built) = (path(&root, "th.spec"), path(&root, "built"));
    let topdir = format!("_topdir {}", built.display());
    // Without a database of its own it makes one in the user's home.
    let own = format!("_dbpath {}", built.join("db").display());
    let mut words = vec!["-bb", "--quiet", "--define", &topdir, "--define", &own];
    words.extend(["--define", "debug_package %{nil}"]);
    words.extend(["--define", "__os_install_post %{nil}"]);
    output(
        "rpmbuild",
        &[&words[..], &[spec.to_str().unwrap()]].concat(),
    );
    let packages = output("find", &[built.to_str().unwrap(), "-name", "*.rpm"]);
    let mut words = vec!["-i", "--justdb", "--nodeps"];
    words.extend(packages.lines());
    rpm(&root, &words);
    fs::read(path(&root, SQLITE)).unwrap()
}

/// Runs rpm on the database below a root.
fn rpm(root: &Root, words: &[&str]) -> String {
    let folder = path(root, "var/lib/rpm");
    fs::create_dir_all(&folder).unwrap();
    let folder = format!("_dbpath {}", folder.display());
    let define = ["--define", &folder, "--define", "_db_backend sqlite"];
    output("rpm", &[&define[..], words].concat())
}

/// Each file and its package, as rpm itself tells them.
fn files(root: &Root) -> Vec<[String; 4]> {
    let format = "[%{FILENAMES}\t%{=NAME}\t%{=EVR}\t%{=ARCH}\n]";
    let told = rpm(root, &["-qa", "--qf", format]);
    let rows = told.lines().map(|line| {
        let mut parts = line.split('\t').map(str::to_owned);
        std::array::from_fn(|_| parts.next().unwrap())
    });
    rows.collect()
}

/// Looks whether the root's lists say of each file what rpm says; how many there are.
fn agrees(root: &Root) -> usize {
    let files = files(root);
    let rows = files.iter().map(|[path, name, version, architecture]| {
        let package = ["rpm", name, version, architecture];
        (&path[..], Some(package))
    });
    root.expect(&rows.collect::<Vec<_>>());
    files.len()
}

/// Why something is not known.
fn why(root: &Root) -> String {
    root.owners().unwrap().of(b"/nobody's").unwrap_err()
}

fn headers(file: &Path) -> Result<Vec<Vec<u8>>, String> {
    let mut headers = Vec::new();
    let database = Database::open(File::open(file).unwrap(), Log::default())?;
    database.blobs(b"packages", &mut |blob| {
        headers.push(blob.to_vec());
        Ok(())
    })?;
    Ok(headers)
}

#[test]
fn files_are_whose_rpm_says_they_are() {
    let root = installed("agrees");
    assert!(agrees(&root) > 3060);
    let epoch = ["rpm", "th-two", "0:7-4.fc99", "noarch"];
    root.expect(&[("/usr/bin/th-two", Some(epoch)), ("/usr/bin/other", None)]);
    let place = Place::below(&root.0).unwrap();
    let before = Rpm::find(&place).unwrap().states();
    rpm(
        &root,
        &["-e", "--justdb", "--nodeps", "th-one", "th-7", "th-8"],
    );
    assert_ne!(Rpm::find(&place).unwrap().states(), before);
    assert_eq!(agrees(&root), 59);
    root.expect(&[("/usr/bin/th-one", None), ("/usr/lib/th/7", None)]);
}

#[test]
fn a_database_of_another_distribution_is_found_first() {
    let root = installed("sysimage");
    let sysimage = path(&root, "usr/lib/sysimage/rpm");
    fs::create_dir_all(sysimage.parent().unwrap()).unwrap();
    fs::rename(path(&root, "var/lib/rpm"), &sysimage).unwrap();
    fs::create_dir_all(path(&root, "var/lib/rpm")).unwrap();
    fs::write(
        path(&root, "var/lib/rpm/Packages"),
        "what is left of RHEL 8's",
    )
    .unwrap();
    let three = ["rpm", "th-3", "3:1.2~rc1-4.fc99", std::env::consts::ARCH];
    root.expect(&[("/usr/lib/th/3", Some(three))]);
}

/// Copies a database while it is written to: one package is taken away, the others are about to be others.
const IN_LOG: &str = "
import os, shutil, sqlite3, sys
own, copy = sys.argv[1:]
database = sqlite3.connect(own, isolation_level=None)
database.execute('PRAGMA wal_autocheckpoint = 0')
database.execute('PRAGMA cache_size = 1')
database.execute('DELETE FROM Packages WHERE hnum = 2')
ended = os.path.getsize(own + '-wal')
database.execute('BEGIN')
database.execute('UPDATE Packages SET blob = zeroblob(length(blob))')
assert os.path.getsize(own + '-wal') > ended
for end in ('', '-wal'):
    shutil.copy(own + end, copy + end)
";

#[test]
fn changes_that_have_ended_are_taken_from_the_log() {
    let root = installed("log");
    let (own, copy) = (path(&root, SQLITE), path(&root, "usr/lib/sysimage/rpm"));
    let all = files(&root);
    let numbers = rpm(&root, &["-qa", "--qf", "%{DBINSTANCE}\t%{NAME}\n"]);
    let gone = numbers.lines().find_map(|line| line.strip_prefix("2\t"));
    let gone = gone.unwrap().to_owned();
    fs::create_dir_all(&copy).unwrap();
    let copy = copy.join("rpmdb.sqlite");
    python(IN_LOG, &[own.to_str().unwrap(), copy.to_str().unwrap()]);
    let rows = all.iter().map(|[path, name, version, architecture]| {
        let package = ["rpm", name, version, architecture];
        (&path[..], (*name != gone).then_some(package))
    });
    let rows: Vec<_> = rows.collect();
    root.expect(&rows);
    let place = Place::below(&root.0).unwrap();
    let mark = || Rpm::find(&place).unwrap().mark();
    let before = mark();
    let log = PathBuf::from(format!("{}-wal", copy.display()));
    let whole = fs::read(&log).unwrap();
    fs::write(&log, [&whole[..], b"more"].concat()).unwrap();
    assert_eq!(mark(), before);
    assert!(rows.iter().any(|(_, package)| package.is_none()));
    let all = all.iter().map(|[path, name, version, architecture]| {
        (&path[..], Some(["rpm", name, version, architecture]))
    });
    let all: Vec<_> = all.collect();
    // Without the log, or with one that is broken at its first page, the database is as it was before.
    for at in [0, 20, 30, 40, 48, 56 + 2000] {
        let mut broken = whole.clone();
        broken[at] ^= 1;
        fs::write(&log, broken).unwrap();
        assert_eq!(mark() == before, at >= 32, "{at}");
        root.expect(&all);
    }
    fs::remove_file(&log).unwrap();
    root.expect(&all);
}

/// Rows of all lengths that a page can divide differently, each byte of which is known; some are taken away again.
const ROWS: &str = "
import sqlite3, sys
path, size = sys.argv[1:]
database = sqlite3.connect(path)
database.execute(f'PRAGMA page_size = {size}')
database.execute('CREATE TABLE other (x)')
database.execute('CREATE TABLE Packages (hnum INTEGER PRIMARY KEY AUTOINCREMENT, blob BLOB NOT NULL)')
blob = lambda length: bytes((length + at) % 251 for at in range(length))
rows = [(at + 1, blob(at)) for at in range(1500)] + [(4000, blob(200000)), (1 << 40, blob(70000))]
database.executemany('INSERT INTO Packages VALUES (?, ?)', rows)
database.execute('DELETE FROM Packages WHERE hnum % 7 = 0')
database.commit()
";

#[test]
fn rows_are_read_from_pages_of_any_size() {
    for size in ["512", "1024", "4096", "65536"] {
        let root = Root::new(&format!("rows-{size}"), &[("here", "")]);
        let file = path(&root, "rows");
        python(ROWS, &[file.to_str().unwrap(), size]);
        let lengths = (0..1500).filter(|at| (at + 1) % 7 != 0);
        let lengths = lengths.chain([200_000, 70_000]);
        let expected: Vec<Vec<u8>> = lengths
            .map(|length| (0..length).map(|at| ((length + at) % 251) as u8).collect())
            .collect();
        assert!(headers(&file).unwrap() == expected, "{size}");
    }
}

#[test]
fn hostile_pages_end_in_errors() {
    let root = Root::new("hostile", &[("here", "")]);
    let file = path(&root, "rows");
    python(ROWS, &[file.to_str().unwrap(), "512"]);
    let whole = fs::read(&file).unwrap();
    let rows = headers(&file).unwrap();
    let open = File::options().write(true).open(&file).unwrap();
    let mut errors = Vec::new();
    // Pages that go on in themselves, have most cells and themselves below them, and are not there.
    for page in (0..whole.len()).step_by(512 * 61) {
        let own = ((page / 512 + 1) as u32).to_be_bytes();
        let interior = [&[5, 0, 0, 0xff, 0xff, 0, 0, 0][..], &own].concat();
        for bytes in [&own[..], &interior, &[13, 0, 0, 0xff, 0xff], &[0xff; 512]] {
            open.write_all_at(bytes, page as u64).unwrap();
            match headers(&file) {
                Err(why) => errors.push(why),
                Ok(read) if bytes == own => assert!(read == rows, "{page}"),
                Ok(_) => {}
            }
            open.write_all_at(&whole[page..page + 512], page as u64)
                .unwrap();
        }
    }
    for expected in ["a page of it is in it twice", "a page of it is broken"] {
        let count = errors.iter().filter(|why| *why == expected).count();
        assert!(count > 10, "{expected}: {count}");
    }
    for length in (0..whole.len()).step_by(whole.len() / 97) {
        open.set_len(length as u64).unwrap();
        assert!(length == 0 || headers(&file).is_err(), "{length}");
        open.write_all_at(&whole, 0).unwrap();
    }
}

/// Puts a page that has as many cells as fit, all of them at its end, where the table begins.
fn crowded(name: &str, head: &[u8], cell: &[u8]) -> String {
    let root = Root::new(name, &[("here", "")]);
    let file = path(&root, "rows");
    python(ROWS, &[file.to_str().unwrap(), "65536"]);
    let mut page = vec![0; 65_536];
    let end = page.len() - cell.len();
    let places = (end as u16).to_be_bytes().repeat(30_000);
    page[..head.len()].copy_from_slice(head);
    page[3..5].copy_from_slice(&30_000u16.to_be_bytes());
    page[head.len()..][..places.len()].copy_from_slice(&places);
    page[end..].copy_from_slice(cell);
    let open = File::options().write(true).open(&file).unwrap();
    // The first page has the names of tables, the second is of the other table.
    open.write_all_at(&page, 2 * 65_536).unwrap();
    headers(&file).unwrap_err()
}

/// They are left before they are in memory, or read for ever.
#[test]
fn more_pages_and_rows_than_there_is_room_for_are_left() {
    let interior = [5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4];
    let why = crowded("wide", &interior, &[0, 0, 0, 4, 1]);
    assert_eq!(why, "it names more pages than it has");
    // 1,000 bytes, of row 1: the columns' types, nothing for its number, and a blob.
    let row = [&[0x87, 0x68, 1, 4, 0, 0x8f, 0x54][..], &[0; 996]].concat();
    let why = crowded("long", &[13, 0, 0, 0, 0, 0, 0, 0], &row);
    assert_eq!(why, "its rows are longer than it is");
}

/// Changes single bytes all over, the same ones in each run; none of it may make the reader fail but with an error.
#[test]
fn changed_bytes_are_answers_or_errors() {
    let root = installed("changed");
    let file = path(&root, SQLITE);
    let whole = fs::read(&file).unwrap();
    let open = File::options().write(true).open(&file).unwrap();
    let place = Place::below(&root.0).unwrap();
    let (mut random, mut errors) = (1u64, 0);
    for _ in 0..600 {
        // Numbers of a linear congruential generator (Knuth's MMIX).
        random = random
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let at = (random >> 33) as usize % whole.len();
        open.write_all_at(&[(random >> 25) as u8], at as u64)
            .unwrap();
        let mut owners = Owners::default();
        if Rpm::find(&place).unwrap().read(&mut owners).is_err() {
            errors += 1;
            assert_eq!((owners.packages(), owners.len()), (0, 0));
        }
        open.write_all_at(&whole[at..=at], at as u64).unwrap();
    }
    assert!(errors > 10, "{errors}");
    agrees(&root);
}

#[test]
fn each_byte_of_a_header_may_be_another() {
    let root = installed("bytes");
    let headers = headers(&path(&root, SQLITE)).unwrap();
    let header = headers.iter().min_by_key(|header| header.len()).unwrap();
    let read = |blob: &[u8]| package(&mut Owners::default(), &mut MOST_PATHS.clone(), blob);
    read(header).unwrap();
    let mut errors = 0;
    for at in 0..header.len() {
        for byte in [0, 1, 0x7f, 0xff] {
            let mut other = header.clone();
            other[at] = byte;
            errors += usize::from(read(&other).is_err());
        }
        assert!(read(&header[..at]).is_err(), "{at}");
    }
    assert!(errors > 500, "{errors}");
}

const DASH: [(&str, &str); 2] = [
    (
        "var/lib/dpkg/status",
        "Package: dash\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1\n",
    ),
    ("var/lib/dpkg/info/dash.list", "/bin/dash\n"),
];

#[test]
fn lists_of_others_are_told_beside_a_database_that_is_not_read() {
    let dash = Some(["dpkg", "dash", "1", "amd64"]);
    for (name, bytes, expected) in [
        ("Packages", "any", "Berkeley DB is not read"),
        (
            "rpmdb.sqlite",
            &"x".repeat(4096),
            "it is no SQLite database",
        ),
        ("rpmdb.sqlite", "x", "it ends too early"),
        (
            "Packages.db",
            &"x".repeat(4096),
            "it is no ndb database of version 0",
        ),
    ] {
        let root = Root::new(&format!("beside-{name}-{}", bytes.len()), &DASH);
        let file = format!("var/lib/rpm/{name}");
        fs::create_dir_all(path(&root, "var/lib/rpm")).unwrap();
        fs::write(path(&root, &file), bytes).unwrap();
        root.expect(&[("/bin/dash", dash)]);
        assert_eq!(why(&root), format!("rpm's database /{file}: {expected}"));
        fs::remove_file(path(&root, &file)).unwrap();
        fs::create_dir(path(&root, &file)).unwrap();
        root.expect(&[("/bin/dash", dash)]);
        assert_eq!(why(&root), format!("/{file} is no plain file"));
    }
}

#[test]
fn a_database_without_packages_has_none() {
    let root = Root::new("rpm-empty", &DASH);
    let dash = Some(["dpkg", "dash", "1", "amd64"]);
    fs::create_dir_all(path(&root, "var/lib/rpm")).unwrap();
    fs::write(path(&root, SQLITE), "").unwrap();
    root.expect(&[("/bin/dash", dash), ("/bin/other", None)]);
    fs::remove_file(path(&root, SQLITE)).unwrap();
    rpm(&root, &["--initdb"]);
    assert!(fs::metadata(path(&root, SQLITE)).unwrap().len() > 0);
    root.expect(&[("/bin/dash", dash), ("/bin/other", None)]);
}

#[test]
fn a_change_that_did_not_end_is_not_read_over() {
    let root = installed("journal");
    let journal = path(&root, "var/lib/rpm/rpmdb.sqlite-journal");
    fs::write(&journal, [0; 512]).unwrap();
    agrees(&root);
    fs::write(&journal, [0xd9; 512]).unwrap();
    assert!(why(&root).ends_with("it has a journal of a change that did not end"));
}
