//! A build: make, gcc and the linker on generated files of C.

use std::fmt::Write as _;
use std::fs;
use std::io::{BufRead as _, Write as _};

use anyhow::{Context as _, Result, ensure};

use super::super::machine;
use super::super::work::Work;
use super::Workload;
use super::measure::Running;

/// Files to compile.
const FILES: u64 = 30;
/// Functions in a file.
const FUNCTIONS: usize = 25;

/// Headers of the C library; each brings a dozen more.
const HEADERS: &[&str] = &[
    "arpa/inet.h",
    "ctype.h",
    "dirent.h",
    "errno.h",
    "fcntl.h",
    "inttypes.h",
    "limits.h",
    "locale.h",
    "math.h",
    "netdb.h",
    "netinet/in.h",
    "poll.h",
    "pthread.h",
    "pwd.h",
    "regex.h",
    "signal.h",
    "stdint.h",
    "stdio.h",
    "stdlib.h",
    "string.h",
    "sys/epoll.h",
    "sys/mman.h",
    "sys/resource.h",
    "sys/socket.h",
    "sys/stat.h",
    "sys/time.h",
    "sys/types.h",
    "sys/un.h",
    "sys/wait.h",
    "termios.h",
    "time.h",
    "unistd.h",
    "wchar.h",
];

/// As many projects do it: an object per file with its list of headers, then a program.
const MAKEFILE: &str = "\
OBJECTS = $(patsubst %.c,objects/%.o,$(wildcard file*.c))

objects/program: $(OBJECTS) objects/main.o
\tgcc -o $@ $^ -lm

objects/%.o: %.c
\tgcc -O1 -Wall -MMD -c -o $@ $<
";

/// Says when it is ready, builds when told to, and waits to be let go.
const SCRIPT: &str = "\
cd \"${0%/*}\" || exit 1
rm -rf objects && mkdir objects || exit 1
echo ready
read -r line
make -s -j2 || exit 1
echo done
read -r line
exit 0
";

/// The build.
pub struct Build;

impl Workload for Build {
    fn name(&self) -> &'static str {
        "build"
    }

    fn title(&self) -> &'static str {
        "Workload: a build"
    }

    fn rate(&self) -> &'static str {
        "files/s"
    }

    fn about(&self) -> String {
        format!(
            "`make -j2` of {FILES} generated files of C with {} headers of the C library each, \
             then the linker; {}.",
            HEADERS.len(),
            machine::said("gcc", &["--version"])
        )
    }

    fn busy(&self) -> &'static str {
        "openat"
    }

    fn needs(&self) -> Vec<&'static str> {
        vec!["make", "gcc"]
    }

    fn amount(&self, _parts: u64) -> u64 {
        FILES
    }

    fn prepare(&self, work: &Work) -> Result<()> {
        let folder = work.file("build");
        fs::create_dir(&folder).context("creating the folder to build in")?;
        let mut files: Vec<(String, String)> = (0..FILES)
            .map(|number| (format!("file{number}.c"), source(number)))
            .collect();
        files.push(("main.c".to_owned(), main_source()));
        files.push(("Makefile".to_owned(), MAKEFILE.to_owned()));
        files.push(("build.sh".to_owned(), SCRIPT.to_owned()));
        for (name, text) in files {
            fs::write(folder.join(&name), text).with_context(|| format!("writing {name}"))?;
        }
        Ok(())
    }

    fn command(&self, work: &Work) -> Result<Vec<String>> {
        let script = work.file("build").join("build.sh");
        Ok(vec!["/bin/sh".to_owned(), script.display().to_string()])
    }

    fn ready(&self, running: &mut Running<'_>) -> Result<()> {
        expect(running, "ready")
    }

    fn work(&self, running: &mut Running<'_>, amount: u64) -> Result<()> {
        ensure!(amount == FILES, "only the whole can be built");
        go_on(running)?;
        expect(running, "done")
    }

    fn end(&self, running: &mut Running<'_>) -> Result<()> {
        go_on(running)
    }
}

fn go_on(running: &mut Running<'_>) -> Result<()> {
    let stdin = running.stdin.as_mut().context("the build has no input")?;
    stdin.write_all(b"\n").context("telling the build to go on")
}

/// Reads the build's own lines; bpftrace prints others among them.
fn expect(running: &mut Running<'_>, word: &str) -> Result<()> {
    let mut lines = (&mut running.stdout).lines().map_while(Result::ok);
    let found = lines.any(|line| line == word);
    ensure!(found, "the build ended before it was {word}");
    Ok(())
}

/// A file with functions that differ, so that there is something to compile.
fn source(number: u64) -> String {
    let mut text = String::new();
    for header in HEADERS {
        let _ = writeln!(text, "#include <{header}>");
    }
    for function in 0..FUNCTIONS {
        let _ = write!(
            text,
            "
double file{number}_{function}(const double *from, char *to, unsigned count)
{{
	double sum = {function}.0;
	for (unsigned i = 0; i < count; i++) {{
		sum += from[i] * {}.0 + sin(from[i] / {}.0);
		if (isdigit((unsigned char)to[i % {}]))
			to[i % {}] = (char)toupper((int)sum & 127);
	}}
	if (sum > {}.5)
		snprintf(to, count, \"%s %f %d\", \"file{number}\", sum, {function});
	return sum + strlen(to);
}}
",
            number + 1,
            function + 2,
            function + 3,
            function + 5,
            function * 7,
        );
    }
    text
}

/// Calls one function of each file.
fn main_source() -> String {
    let mut text = String::from("#include <stdio.h>\n");
    for number in 0..FILES {
        let _ = writeln!(
            text,
            "double file{number}_0(const double *from, char *to, unsigned count);"
        );
    }
    text += "int main(void)\n{\n\tdouble from[64] = {1}, sum = 0;\n\tchar to[64] = \"1\";\n";
    for number in 0..FILES {
        let _ = writeln!(text, "\tsum += file{number}_0(from, to, 64);");
    }
    text + "\treturn printf(\"%f\\n\", sum) < 0;\n}\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_differ_and_main_calls_each() {
        assert_ne!(source(0), source(1));
        let main = main_source();
        for number in 0..FILES {
            assert!(main.contains(&format!("file{number}_0(from, to, 64)")));
        }
    }
}
