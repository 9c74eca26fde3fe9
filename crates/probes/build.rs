//! Writes the C that the schema decides (`schema.h`, `programs.h`) and compiles the BPF objects.

#[path = "build/header.rs"]
mod header;
#[path = "build/programs.rs"]
mod programs;
#[path = "build/slim.rs"]
mod slim;

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, exit};
use std::thread;

fn main() {
    println!("cargo:rerun-if-changed=bpf");
    println!("cargo:rerun-if-changed=build");
    println!("cargo:rerun-if-env-changed=CLANG");
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    let libbpf = env::var_os("DEP_BPF_INCLUDE").expect("libbpf-sys tells its include folder");
    fs::write(out.join("schema.h"), header::render()).expect("OUT_DIR is writable");
    fs::write(out.join("programs.h"), programs::render()).expect("OUT_DIR is writable");
    let clang = clang();
    // Each takes half a minute of one processor.
    let flavours = [("modern", None), ("legacy", Some("-DTH_LEGACY"))];
    thread::scope(|scope| {
        for (name, define) in flavours {
            let (clang, out, libbpf) = (&clang, &out, Path::new(&libbpf));
            scope.spawn(move || compile(clang, out, libbpf, name, define));
        }
    });
}

/// The compiler: `$CLANG`, or the first that runs of those that Debian packages.
fn clang() -> String {
    if let Ok(clang) = env::var("CLANG") {
        return clang;
    }
    let known = [
        "clang-19", "clang", "clang-18", "clang-17", "clang-16", "clang-15", "clang-14",
    ];
    for name in known {
        if Command::new(name).arg("--version").output().is_ok() {
            return name.to_owned();
        }
    }
    fail("no clang found; install the package clang-19, or set CLANG");
}

fn compile(clang: &str, out: &Path, libbpf: &Path, name: &str, define: Option<&str>) {
    // Whole, for who wants to read it.
    let object = out.join(format!("{name}.whole.bpf.o"));
    // 5.10 knows instruction set v2 and, as clang 14 does, v3 without atomic fetch.
    let cpu = if define.is_some() {
        "-mcpu=v2"
    } else {
        "-mcpu=v3"
    };
    let status = Command::new(clang)
        .args([
            "-target",
            "bpf",
            "-g",
            "-O2",
            "-Wall",
            "-Werror",
            "-Wno-unused",
            "-fno-addrsig",
        ])
        .args(["-Wno-missing-declarations", "-D__TARGET_ARCH_x86", cpu])
        .args(define)
        .arg("-I")
        .arg(out)
        .arg("-I")
        .arg(libbpf)
        .args(["-I", "bpf", "-c", "bpf/main.bpf.c", "-o"])
        .arg(&object)
        .status();
    match status {
        Ok(status) if status.success() => {
            let whole = fs::read(&object).expect("clang wrote it");
            let slim = slim::slim(&whole)
                .unwrap_or_else(|why| fail(&format!("{}: {why}", object.display())));
            fs::write(out.join(format!("{name}.bpf.o")), slim).expect("OUT_DIR is writable");
        }
        Ok(status) => fail(&format!(
            "{clang} could not compile bpf/main.bpf.c ({name}): {status}"
        )),
        Err(error) => fail(&format!("{clang} could not be run: {error}")),
    }
}

fn fail(message: &str) -> ! {
    println!("cargo:error={message}");
    exit(1)
}
