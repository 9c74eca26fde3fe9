//! Packages of rpm, in a root of its own; dpkg's are with the libraries.

use std::process::Command;

use serde_json::{Value, json};

use crate::is_available;
use crate::support::{self, Folder, Run, root, trace};

/// A package of copies of busybox, which are no other package's, also where the names are the same.
const SPEC: &str = "
Name: th-%{which}
Version: 1.2~rc1
Release: 4.fc99
%{?age:Epoch: %{age}}
Summary: x
License: MIT
AutoReqProv: no
%description
x
%install
mkdir -p %{buildroot}/usr/bin
for applet in %{applets}; do
    cp /bin/busybox %{buildroot}/usr/bin/$applet
    echo %{which} >> %{buildroot}/usr/bin/$applet
done
%files
/usr/bin/*
";

/// A root below the folder, with `bin` merged and two packages installed, the second over a file of the first.
const INSTALL: &str = r#"
set -e
cd "$1"
mkdir -p root/usr/bin root/old root/opt && ln -s usr/bin root/bin
cp /bin/busybox root/opt/busybox
cp /bin/busybox root/opt/sleep
package() {
    rpmbuild -bb --quiet --define "_topdir $1/$2" --define "_dbpath $1/built" --define 'debug_package %{nil}' \
        --define '__os_install_post %{nil}' --define '_build_id_links none' --define "which $2" --define "applets $3" --define "$4" th.spec
    find "$2" -name '*.rpm' -exec rpm --root "$1/root" --define '_dbpath /var/lib/rpm' \
        --define '_db_backend sqlite' -i --nodeps --noscripts --replacefiles {} +
}
package "$1" first 'sleep cat' 'none none'
package "$1" second 'cat true' 'age 3'
"#;

/// Goes to that root in a mount namespace of its own, and runs programs of it, one after the database was broken.
const ENTER: &str = "mount --bind \"$1\" \"$1\" && cd \"$1\" && pivot_root . old && exec /opt/busybox sh -c \
    '/bin/sleep 0.1; /usr/bin/sleep 0.1; /bin/cat /dev/null; /opt/sleep 1; \
    /opt/busybox truncate -s 6000 /var/lib/rpm/rpmdb.sqlite; /usr/bin/true; /opt/sleep 0.2'";

fn run(program: &str, words: &[&str]) -> String {
    let output = Command::new(program).args(words).output();
    let output = output.unwrap_or_else(|error| panic!("{program}, of scripts/setup: {error}"));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program} {words:?}: {said}");
    String::from_utf8(output.stdout).unwrap()
}

/// What rpm says of a file below a root.
fn owner(root: &str, path: &str) -> Value {
    let database = format!("_dbpath {root}/var/lib/rpm");
    let format = "%{NAME} %{EVR} %{ARCH}\n";
    let words = ["--define", &database, "-qf", "--qf", format, path];
    let told = run("rpm", &words);
    let [name, version, architecture] = told.split_whitespace().collect::<Vec<_>>()[..] else {
        panic!("{path} is not of one package: {told}");
    };
    json!(["rpm", name, version, architecture])
}

/// What the tracer says of a file: manager, package, version and architecture, and why not.
fn told(run: &Run, path: &str) -> [Value; 2] {
    let events = support::named(run, "file_packaged").into_iter();
    let of: Vec<&Value> = events
        .map(|event| &event["args"])
        .filter(|args| args["pathname"] == path)
        .collect();
    let [args] = of[..] else {
        panic!("{path}: {of:?}\n{}", run.text);
    };
    let names = ["manager", "package", "version", "architecture"];
    let package: Vec<&Value> = names.iter().filter_map(|name| args.get(name)).collect();
    [json!(package), args["why"].clone()]
}

#[test]
fn file_packaged_tells_what_rpm_tells() {
    let rung = std::env::var_os("TRACEHOUND_RUNG").is_some();
    if !root() || rung || !is_available("sched_process_exec") {
        return;
    }
    let folder = Folder::new("rpm");
    std::fs::write(folder.path("th.spec"), SPEC).unwrap();
    run("sh", &["-c", INSTALL, "sh", &folder.path("")]);
    let root = folder.path("root");
    let owners = ["/usr/bin/sleep", "/usr/bin/cat"].map(|path| (path, owner(&root, path)));
    assert_eq!(owners[1].1[2], "3:1.2~rc1-4.fc99");
    let enter = ["unshare", "-m", "sh", "-c", ENTER, "sh", &root];
    let traced = trace(&["-e", "file_packaged"], &enter);
    assert_eq!(traced.code, Some(0), "{}", traced.stats);
    for (path, owner) in owners {
        assert_eq!(told(&traced, path), [owner, Value::Null], "{path}");
    }
    assert_eq!(told(&traced, "/opt/sleep"), [json!([]), Value::Null]);
    let [package, why] = told(&traced, "/usr/bin/true");
    let expected = "rpm's database /var/lib/rpm/rpmdb.sqlite: ";
    assert!(
        package == json!([]) && why.as_str().unwrap().starts_with(expected),
        "{why}"
    );
}
