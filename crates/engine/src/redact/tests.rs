//! What is told of lists, and that no secret is.

use proptest::prelude::*;

use super::*;

fn arguments(redaction: &Redaction, words: &[&str]) -> Vec<String> {
    told(redaction, Holds::Arguments, words)
}

fn told(redaction: &Redaction, holds: Holds, words: &[&str]) -> Vec<String> {
    let bytes: Vec<u8> = words
        .iter()
        .flat_map(|word| [word.as_bytes(), b"\0"].concat())
        .collect();
    let list = redaction.list(holds, &bytes);
    let texts = list.map_or(bytes, |list| list.texts);
    let texts = value::items(&texts).map(|text| String::from_utf8(text.to_vec()).unwrap());
    texts.collect()
}

/// A command line as one writes it, without quotes: words are parted by one blank, `~` stands for a blank.
fn line(text: &str) -> Vec<String> {
    text.split(' ').map(|word| word.replace('~', " ")).collect()
}

#[test]
fn secrets_in_arguments_are_redacted() {
    let all = Redaction::new(BuiltIn::Both);
    for (given, expected) in [
        ("app --password=x", "app --password=[redacted]"),
        ("app --password x y", "app --password [redacted] y"),
        ("app --password=a~b~c", "app --password=[redacted]"),
        (
            "java -Dspring.datasource.password=x",
            "java -Dspring.datasource.password=[redacted]",
        ),
        ("env DB_PASSWORD=x app", "env DB_PASSWORD=[redacted] app"),
        (
            "docker run -e TOKEN=x img",
            "docker run -e TOKEN=[redacted] img",
        ),
        (
            "docker login -u me -p x",
            "docker login -u me -p [redacted]",
        ),
        ("mysql -uroot -px db", "mysql -uroot -p[redacted] db"),
        (
            "sudo /usr/bin/mysql -px",
            "sudo /usr/bin/mysql -p[redacted]",
        ),
        ("sshpass -p x ssh h", "sshpass -p [redacted] ssh h"),
        ("sshpass -px ssh h", "sshpass -p[redacted] ssh h"),
        ("curl -u me:x http://h", "curl -u me:[redacted] http://h"),
        ("curl --user me:x h", "curl --user me:[redacted] h"),
        ("curl -ume:x h", "curl -ume:[redacted] h"),
        (
            "curl -H Authorization:~Bearer~x h",
            "curl -H Authorization:~Bearer~[redacted] h",
        ),
        ("curl -H X-Api-Key:~x h", "curl -H X-Api-Key:~[redacted] h"),
        (
            "curl -d {\"password\":\"x\"} h",
            "curl -d {\"password\":\"[redacted]\"} h",
        ),
        (
            "git clone https://me:x@h/r",
            "git clone https://me:[redacted]@h/r",
        ),
        ("redis-cli -a x", "redis-cli -a [redacted]"),
        ("openssl enc -pass pass:x", "openssl enc -pass [redacted]"),
        (
            "openssl rsa -passin pass:x",
            "openssl rsa -passin pass:[redacted]",
        ),
        (
            "smbclient -U me%x //h/s",
            "smbclient -U me%[redacted] //h/s",
        ),
        (
            "sh -c PGPASSWORD=x~psql~-h~h",
            "sh -c PGPASSWORD=[redacted]~psql~-h~h",
        ),
        (
            "sh -c PGPASSWORD='a~b'~psql",
            "sh -c PGPASSWORD=[redacted]~psql",
        ),
        (
            "bash -lc mysql~-px~-e~'a';ls~-px",
            "bash -lc mysql~-p[redacted]~-e~'a';ls~-px",
        ),
        (
            "sh -c curl~-H~\"Authorization:~Bearer~x\"~h",
            "sh -c curl~-H~\"Authorization:~Bearer~[redacted]\"~h",
        ),
        (
            "sh -c bash~-c~'mysql~-px~db'",
            "sh -c bash~-c~'mysql~-p[redacted]~db'",
        ),
        ("ssh h app~--token~x~y", "ssh h app~--token~[redacted]~y"),
        (
            "sh -c app~--token~'x~y'~z",
            "sh -c app~--token~[redacted]~z",
        ),
    ] {
        let words = line(given);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        assert_eq!(arguments(&all, &words), line(expected), "{given}");
    }
}

#[test]
fn what_is_no_secret_stays() {
    let all = Redaction::new(BuiltIn::Both);
    for given in [
        "mysql -u root -p db",
        "ssh -p 22 me@h",
        "docker run -p 80:80 -u 1000:1000 img",
        "grep password /etc/x",
        "app --password-file=/x --password-stdin",
        "app --password --host h",
        "curl -u me h",
        "curl http://h:80/a@b",
        "tar -czf x.tgz token",
        "ls -l --author",
        "app --max-tokens=7",
        "sh -c echo~password;ls",
        "app PWD=/x",
        "app --password=",
        "app --token",
    ] {
        let words = line(given);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        assert_eq!(arguments(&all, &words), line(given), "{given}");
    }
}

#[test]
fn variables_are_told_that_were_asked_for() {
    let some = Redaction::new(BuiltIn::Environment)
        .telling("PATH")
        .telling("LD_*")
        .telling("*_TOKEN");
    let all = [
        "PATH=/bin",
        "PATHS=x",
        "LD_PRELOAD=a=b",
        "A_TOKEN=x",
        "HOME",
        "=LD_=x",
        "",
    ];
    let texts = told(&some, Holds::Environment, &all);
    assert_eq!(texts, ["PATH=/bin", "LD_PRELOAD=a=b", "A_TOKEN=[redacted]"]);
    let bytes = b"PATH=/bin\0HOME=/\0X=y\0";
    assert_eq!(some.list(Holds::Environment, bytes).unwrap().left_out, 2);
    assert_eq!(some.list(Holds::Environment, b"PATH=/bin\0"), None);
    assert!(!some.hides_all(Holds::Environment));
    assert!(Redaction::new(BuiltIn::None).hides_all(Holds::Environment));
}

#[test]
fn arguments_stay_unless_that_is_asked_for() {
    let bytes = b"app\0--password=x\0";
    for built_in in [BuiltIn::None, BuiltIn::Environment] {
        assert_eq!(Redaction::new(built_in).list(Holds::Arguments, bytes), None);
    }
}

#[test]
fn values_of_variables_have_secrets_too() {
    let all = Redaction::new(BuiltIn::Environment).telling("*");
    let given = [
        "URL=postgres://a:x@h/d",
        "JSON={\"apiKey\":\"x\"}",
        "PASSWORD=",
        "MYSQL_PWD=a b",
    ];
    let expected = [
        "URL=postgres://a:[redacted]@h/d",
        "JSON={\"apiKey\":\"[redacted]\"}",
        "PASSWORD=",
        "MYSQL_PWD=[redacted]",
    ];
    assert_eq!(told(&all, Holds::Environment, &given), expected);
    let none = Redaction::new(BuiltIn::None).telling("*");
    assert_eq!(told(&none, Holds::Environment, &given), given);
}

#[test]
fn own_rules_redact_their_groups_or_all() {
    let own = Redaction::new(BuiltIn::None).telling("*");
    let own = own
        .hiding("^--pin=(.*)$")
        .unwrap()
        .hiding("(?i)hush[0-9]+")
        .unwrap();
    let given = ["app", "--pin=1\n2", "a HUSH12 b hush3", "pin=4"];
    let expected = [
        "app",
        "--pin=[redacted]",
        "a [redacted] b [redacted]",
        "pin=4",
    ];
    assert_eq!(arguments(&own, &given), expected);
    assert_eq!(
        told(&own, Holds::Environment, &["X=hush1"]),
        ["X=[redacted]"]
    );
    let wrong = Redaction::new(BuiltIn::None).hiding("a(b").unwrap_err();
    assert_eq!(wrong, "unclosed group");
}

#[test]
fn a_rule_hides_bytes_that_are_no_text() {
    let own = Redaction::new(BuiltIn::None)
        .hiding("^--pin=(.*)$")
        .unwrap();
    let list = own
        .list(Holds::Arguments, b"a\0--pin=\xff\xc3x\0\xfe\0")
        .unwrap();
    assert_eq!(list.texts, b"a\0--pin=[redacted]\0\xfe\0");
}

/// What stands before a secret and behind it.
const FORMS: [(&str, &str); 16] = [
    ("--password=", ""),
    ("--api-key=", ""),
    ("DB_PASSWORD=", ""),
    ("-Dtoken=", ""),
    ("postgres://user:", "@host/db"),
    ("Authorization: Bearer ", ""),
    ("Authorization: Basic ", ""),
    ("{\"secret\":\"", "\"}"),
    ("https://host/?token=", "&page=2"),
    ("mysql -p", " db"),
    ("cd /; PASSWORD=", " ./run"),
    ("curl -u me:", " http://host"),
    ("app --password ", " --other"),
    ("sh -c 'app --password \"", "\" x'"),
    ("a && app --token='", "'"),
    ("redis-cli -a ", " get x"),
];

proptest! {
    #[test]
    fn a_secret_never_leaks(
        secret in "[A-Za-z0-9!#%*+.,:?^_~-]{0,20}[A-Za-z0-9]{8}",
        form in 0..FORMS.len(),
        before in prop::collection::vec("[ -~]{0,12}", 0..4),
        after in prop::collection::vec(prop::collection::vec(1u8.., 0..12), 0..4),
    ) {
        // What begins with a dash is the next option.
        let secret = format!("s{secret}");
        let (start, end) = FORMS[form];
        let mut bytes = b"app\0".to_vec();
        for word in &before {
            bytes.extend_from_slice(word.as_bytes());
            bytes.push(0);
        }
        // Of a text that a word before says is a value, all would be redacted.
        bytes.extend_from_slice(b"x\0");
        bytes.extend_from_slice(format!("{start}{secret}{end}\0").as_bytes());
        for word in &after {
            bytes.extend_from_slice(word);
            bytes.push(0);
        }
        let all = Redaction::new(BuiltIn::Both);
        let list = all.list(Holds::Arguments, &bytes).unwrap();
        let leaks = |text: &[u8]| text.windows(secret.len()).any(|part| part == secret.as_bytes());
        prop_assert!(!leaks(&list.texts), "{}", String::from_utf8_lossy(&list.texts));
        prop_assert_eq!(value::items(&list.texts).count(), value::items(&bytes).count());
    }

    #[test]
    fn any_bytes_are_taken(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let all = Redaction::new(BuiltIn::Both).telling("*").hiding("(x)|y").unwrap();
        for holds in [Holds::Arguments, Holds::Environment] {
            if let Some(list) = all.list(holds, &bytes) {
                prop_assert_eq!(value::items(&list.texts).count(), value::items(&bytes).count());
            }
        }
    }
}
