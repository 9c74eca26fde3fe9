//! What is wrong with a text, and where.

use super::super::{Fault, parse};
use super::event;

fn fault(text: &str) -> Fault {
    match parse::of_any_event(text) {
        Ok(parsed) => panic!("{text} was read as {:?}", parsed.1),
        Err(fault) => fault,
    }
}

/// The fault of a text, its place marked by `[…]` in it.
fn says(marked: &str, message: &str) {
    let text = marked.replace(['⟦', '⟧'], "");
    let start = marked.find('⟦').unwrap();
    let end = marked.find('⟧').unwrap() - '⟦'.len_utf8();
    let fault = fault(&text);
    assert!(fault.message.contains(message), "{text}: {fault}");
    assert_eq!((fault.start, fault.end), (start, end), "{text}: {fault}");
}

#[test]
fn faults_name_the_place_and_the_remedy() {
    says("⟦openatt⟧.data.pathname=/x", "did you mean openat?");
    says("openat.data.⟦pathnam⟧=/x", "did you mean pathname?");
    says(
        "openat.⟦pathname⟧=/x",
        "write data.FIELD, retval or scope.NAME",
    );
    says("openat.scope.⟦uidd⟧=0", "did you mean uid?");
    says(
        "openat.scope.hostName⟦<⟧a",
        "does not fit this kind of value",
    );
    says("⟦openat.scope.follow⟧", "write it in -s");
    says("openat.scope.⟦utss⟧=a", "did you mean uts?");
    says("openat.data.flags has ⟦O_CREATE⟧", "did you mean O_CREAT?");
    says(
        "openat.data.flags has O_EXCL|⟦O_CREATE⟧",
        "did you mean O_CREAT?",
    );
    says("openat.data.flags⟦<⟧3", "=, !=, has, has any and lacks do");
    says("openat.data.pathname ⟦has⟧ x", "= and != do");
    says("openat.retval=⟦ENOENTT⟧", "did you mean ENOENT?");
    says("openat.retval=⟦010⟧", "write a number");
    says("openat.retval=⟦5..1⟧", "ends before it begins");
    says("openat.retval<1,⟦2⟧", "takes one value");
    says("openat.data.mode=⟦644⟧", "octal");
    says("openat.data.pathname=⟦⟧", "a value is missing");
    says("openat.data.pathname=⟦\"/x⟧", "not closed");
    says("openat.data.pathname=\"a⟦\\q⟧\"", "in quotes");
    says("openat.data.pathname⟦⟧", "an operator is missing");
    says("openat.retval=1 and ⟦close⟧.retval=2", "about one event");
    says("(openat.retval=1⟦⟧", "not closed");
    says("openat.retval=1 or⟦⟧", "a name is missing");
    says("openat.data.pathname=\"/x\" ⟦y⟧", "nothing is expected");
    says("openat.scope.timestamp>⟦yesterday⟧", "write an instant");
    says(
        "security_socket_connect.data.remote_addr=⟦1.2.3⟧",
        "no address",
    );
    says("security_inode_unlink.data.dev=⟦8-1⟧", "MAJOR:MINOR");
    says("sched_process_exit.⟦retval⟧=0", "no return value");
    says("newfstatat.data.⟦statbuf⟧=1", "compare one of its members");
    says("⟦openat⟧", "data.FIELD");
}

#[test]
fn deep_texts_are_refused() {
    let deep = format!("{}openat.retval=1", "(".repeat(100_000));
    assert!(fault(&deep).message.contains("in one another"));
    let deep = format!("{}openat.retval=1", "not ".repeat(100_000));
    assert!(fault(&deep).message.contains("in one another"));
}

#[test]
fn the_place_is_marked_below_the_text() {
    let text = "openat.retval=\u{1b}[31m";
    let fault = fault(text);
    let shown = fault.shown(text);
    let (line, marks) = shown.split_once('\n').unwrap();
    assert_eq!(line.chars().count(), marks.chars().count());
    assert!(!shown.contains('\u{1b}'), "{shown}");
    assert_eq!(marks.trim_start(), "^^^^^^^^^^");
}

#[test]
fn a_recording_has_no_new_processes() {
    assert!(parse::of_scope("pid=new", Some(5)).is_ok());
    assert!(parse::of_scope("pid!=new", Some(5)).is_ok());
    assert!(parse::of_scope("pid=new", None).is_err());
    for text in [
        "tree<5",
        "follow=1",
        "follow and uid=0",
        "uts<a",
        "container=x",
        "container<5",
    ] {
        assert!(parse::of_scope(text, Some(5)).is_err(), "{text}");
    }
    assert!(parse::of_event(event("openat"), "scope.follow").is_err());
    assert!(parse::of_event(event("openat"), "openat.retval=1").is_ok());
}
