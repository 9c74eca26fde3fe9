//! Programs of `udp_socket_close`: which function of `hand/udp_socket_close.h` or
//! `hand/udp_descriptors.h` a hook calls.

use tracehound_schema::{Hook, HookKind, Rung};

/// The body of the program for one hook of a rung.
pub fn body(rung: &Rung, index: usize, hook: &Hook) -> String {
    let direct = u8::from(rung.kind == HookKind::TpBtf);
    let act = match rung.kind {
        HookKind::Fentry => at_function(hook, |n| format!("ctx[{n}]"), index),
        HookKind::Kprobe => {
            let register = |n: usize| format!("ctx->{}", ["di", "si", "dx", "cx", "r8"][n]);
            at_function(hook, register, index)
        }
        _ => at_tracepoint(hook, direct, rung.name.contains("sock_send_length"), index),
    };
    format!("\tstruct task_struct *current = current_task();\n\n\t{act};\n")
}

fn at_function(hook: &Hook, given: impl Fn(usize) -> String, index: usize) -> String {
    let sk = format!("(struct sock *){}", given(0));
    let socket = format!("(struct socket *){}", given(0));
    match (hook.section, hook.target.as_str()) {
        (_, "security_socket_post_create") => {
            format!("udp_made(current, {socket}, {})", given(4))
        }
        (_, "udp_destroy_sock" | "udpv6_destroy_sock") => {
            format!("udp_ends(current, {sk}, {index})")
        }
        ("fexit", "udp_sendmsg") => format!("udp_sent_by_v4(current, {sk}, (s32)ctx[3])"),
        ("fexit", "udpv6_sendmsg") => format!("udp_sent(current, {sk}, (s32)ctx[3])"),
        ("kprobe", "udp_sendmsg") => {
            format!("udp_hold(current, ctx, is_of_v4({sk}) ? {sk} : NULL)")
        }
        ("kprobe", "udpv6_sendmsg") => format!("udp_hold(current, ctx, {sk})"),
        ("kretprobe", "udp_sendmsg" | "udpv6_sendmsg") => {
            "udp_sent(current, udp_let_go(current, ctx), (s32)ctx->ax)".to_owned()
        }
        ("fexit", "inet_recvmsg" | "inet6_recvmsg") => {
            format!("udp_received(current, sock_of({socket}), (s32)ctx[4], (u32)ctx[3])")
        }
        ("kprobe", "inet_recvmsg" | "inet6_recvmsg") => {
            format!("udp_hold(current, ctx, udp_takes((u32)ctx->cx) ? sock_of({socket}) : NULL)")
        }
        ("kretprobe", "inet_recvmsg" | "inet6_recvmsg") => {
            "udp_received(current, udp_let_go(current, ctx), (s32)ctx->ax, 0)".to_owned()
        }
        (section, target) => panic!("{section}/{target}: no function for it"),
    }
}

fn at_tracepoint(hook: &Hook, direct: u8, counted: bool, index: usize) -> String {
    let how = format!("UDP_HOW({index}, {})", u8::from(counted));
    match hook.target.as_str() {
        "sys_enter" => format!("udp_call_begins(current, (u32)ctx[1], {how})"),
        "sys_exit" => format!(
            "udp_call_ends(current, REGS((struct pt_regs *)ctx[0], {direct}, orig_ax), (s64)ctx[1])"
        ),
        "sched_process_exit" => format!("udp_exits(current, {how})"),
        "sock_send_length" => "udp_sent(current, (struct sock *)ctx[0], (s32)ctx[1])".to_owned(),
        "sock_recv_length" => {
            "udp_received(current, (struct sock *)ctx[0], (s32)ctx[1], (u32)ctx[2])".to_owned()
        }
        target => panic!("{target}: no function for it"),
    }
}
