//! The compiler, asked whether statements about the headers hold.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use tracehound_schema::Abi;

/// Which headers, and for which word size.
#[derive(Clone, Debug)]
pub struct Headers {
    /// The folders that the compiler looks into before its own.
    folders: Vec<PathBuf>,
    word: &'static str,
}

impl Headers {
    /// The headers to test against.
    pub fn new(abi: Abi) -> Headers {
        let folders = match std::env::var_os("TRACEHOUND_HEADERS") {
            Some(root) => vec![
                Path::new(&root).join("usr/include"),
                Path::new(&root).join("usr/include/x86_64-linux-gnu"),
            ],
            None => Vec::new(),
        };
        Headers {
            folders,
            word: match abi {
                Abi::I386 => "-m32",
                Abi::X32 => "-mx32",
                _ => "-m64",
            },
        }
    }

    /// Whether they are newer than the machine's.
    pub fn newest(&self) -> bool {
        !self.folders.is_empty()
    }

    /// Where files of the kernel's headers are, best first.
    pub fn roots(&self) -> Vec<PathBuf> {
        let machine = ["/usr/include", "/usr/include/x86_64-linux-gnu"];
        if self.folders.is_empty() {
            machine.iter().map(PathBuf::from).collect()
        } else {
            self.folders.clone()
        }
    }

    fn gcc(&self, arguments: &[&str], source: &str) -> Output {
        let mut gcc = Command::new("gcc");
        gcc.arg(self.word).args(arguments).env("LC_ALL", "C");
        for folder in &self.folders {
            gcc.arg("-isystem").arg(folder);
        }
        let mut gcc = gcc
            .args(["-x", "c", "-"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("gcc runs; scripts/setup installs it");
        gcc.stdin
            .take()
            .unwrap()
            .write_all(source.as_bytes())
            .unwrap();
        gcc.wait_with_output().unwrap()
    }

    /// The macros that a source ends with: name and definition.
    pub fn macros(&self, source: &str) -> BTreeMap<String, String> {
        let output = self.gcc(&["-E", "-dM"], source);
        let text = String::from_utf8(output.stdout).unwrap();
        let define = |line: &str| {
            let (name, value) = line.strip_prefix("#define ")?.split_once(' ')?;
            Some((name.to_owned(), value.to_owned()))
        };
        text.lines().filter_map(define).collect()
    }

    /// What the compiler has against each statement, by its number; none where they all hold.
    pub fn errors(&self, includes: &str, statements: &[String]) -> Errors {
        let mut source = format!("{includes}\n");
        for (index, statement) in statements.iter().enumerate() {
            // Errors then name the statement as their file.
            source += &format!("#line 1 \"statement-{index}\"\n{statement}\n");
        }
        let arguments = ["-fsyntax-only", "-fmax-errors=0", "-w", "-D_GNU_SOURCE"];
        let output = self.gcc(&arguments, &source);
        let text = String::from_utf8(output.stderr).unwrap();
        let mut errors = Errors::default();
        for line in text.lines().filter(|line| line.contains("error: ")) {
            let message = line.split_once("error: ").unwrap().1.to_owned();
            errors.fatal |= line.contains("fatal error: ");
            let index = line
                .strip_prefix("statement-")
                .and_then(|rest| rest.split(':').next()?.parse().ok());
            match index {
                Some(index) => errors.statements.entry(index).or_insert(message),
                None => errors.includes.get_or_insert(message),
            };
        }
        errors
    }
}

/// What a compiler had to say.
#[derive(Debug, Default)]
pub struct Errors {
    /// Against a statement, the first error of each.
    pub statements: BTreeMap<usize, String>,
    /// Against the headers themselves, the first error.
    pub includes: Option<String>,
    /// Whether the compiler stopped there, so that nothing is said of the statements.
    pub fatal: bool,
}

/// Whether an error says that a statement is false, rather than that it cannot be understood.
pub fn is_false(error: &str) -> bool {
    error.starts_with("static assertion failed")
}

#[test]
fn a_false_statement_is_told_from_one_that_cannot_be_understood() {
    let statements = [
        "_Static_assert(SIG_BLOCK == 0, \"\");".to_owned(),
        "_Static_assert(SIG_BLOCK == 1, \"\");".to_owned(),
        "_Static_assert(SIG_NOTHING == 0, \"\");".to_owned(),
    ];
    let errors = Headers::new(Abi::X86_64).errors("#include <asm/signal.h>", &statements);
    let told: Vec<_> = errors
        .statements
        .iter()
        .map(|(index, error)| (*index, is_false(error)))
        .collect();
    assert_eq!(told, [(1, true), (2, false)]);
    assert_eq!(errors.includes, None);
    assert!(!errors.fatal);
    assert!(
        Headers::new(Abi::X86_64)
            .errors("#include <linux/nothing.h>", &statements)
            .fatal
    );
}
