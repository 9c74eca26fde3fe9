//! The programs.

use std::collections::BTreeSet;
use std::process::{Command, Stdio};

use crate::support::{program, root};
use crate::{Folder, check};

fn sh(script: &str) -> Vec<String> {
    ["/bin/sh", "-c", script].map(str::to_owned).to_vec()
}

macro_rules! cases {
    ($($name:ident = $script:expr;)*) => {
        $(
            #[test]
            fn $name() {
                check(stringify!($name), &[], &sh($script));
            }
        )*
    };
}

cases! {
    ls = "ls -l / /dev /nosuch";
    cp = "seq 1000 >a; cp a b; cp -a a c; cp -r . /nosuch/x";
    mv = "touch a; mkdir d; mv a d; mv -n d e; mv nosuch x";
    cat = "seq 20000 >a; cat a a - </dev/null >b; cat nosuch";
    sort = "seq 3000 | sort -rn | uniq -c | sort -k2 >out";
    find = "mkdir -p a/b/c; touch a/x a/b/y; find . -type f -newer /etc/passwd -print0 | xargs -0 ls -l; find /etc -maxdepth 1 -name 'p*'";
    du = "mkdir d; seq 5000 >d/a; du -a .; df .; df /nosuch";
    stat = "touch a; ln -s a l; stat a l /dev/null; stat -f .; readlink -f l; realpath .; fincore /etc/passwd /bin/sh nosuch";
    touch = "touch -d '2001-02-03 04:05:06' a; touch -r a b; touch -m b; touch /nosuch/a";
    chmod = "touch a; chmod 4755 a; chown 1:2 a; chmod -R go-rwx .; chgrp 3 a; chmod 1 nosuch";
    mkdir = "mkdir -p a/b; mkdir a; rmdir a/b; rmdir /etc; mkdir -m 700 c";
    ln = "touch a; ln a b; ln -s a c; ln -sf b c; ln a b; rm -rf a b c nosuch; unlink nosuch";
    dd = "dd if=/dev/zero of=a bs=4k count=10 conv=fsync; dd if=a of=b skip=1 seek=2 bs=512; truncate -s 1M a; fallocate -l 64k c; sync b";
    head = "seq 10000 >a; head -n 3 a; tail -n 3 a; tail -c 10 a; wc a; tee b <a >c; od -c a | head -2; tac a >d; shuf -n 3 a; split -l 5000 a";
    id = "id; groups; date; env A=b true; uname -a; hostname; whoami; nproc; arch; tty; who; uptime; getconf PAGESIZE";
    mktemp = "mktemp -p .; mktemp -d -p .; mkfifo f; mknod n p; mknod z c 1 3; cmp /etc/passwd /etc/group; diff /etc/passwd /etc/group; md5sum /etc/passwd; base64 /etc/passwd";
    shell_pipes = "ls /etc | grep pass | wc -l; (exit 3) || echo no; x=$(echo a; echo b); cd /; echo $x | tr a b | cut -c1; for i in 1 2 3; do echo $i; done | cat";
    bash_signals = "bash -c 'trap \"echo got\" USR1 CHLD; kill -USR1 $$; (exit 1); sleep 0.05 & wait; trap - USR1; kill -USR1 $$'";
    killed = "sleep 5 & kill $!; wait; sh -c 'kill -SEGV $$'; sh -c 'kill -9 $$'; sh -c 'kill -STOP $$' & sleep 0.1; kill -CONT $!; wait";
    python = "/usr/bin/python3 -c 'import json, os, threading, time; t = [threading.Thread(target=time.sleep, args=(0.01,)) for _ in range(4)]; [x.start() for x in t]; [x.join() for x in t]; open(\"a\", \"w\").write(json.dumps(list(os.environ)))'";
    python_calls = "/usr/bin/python3 -c '\nimport os, signal, select, socket, resource, mmap, fcntl, time, tempfile, subprocess\nsignal.signal(signal.SIGALRM, lambda *a: None)\nsignal.setitimer(signal.ITIMER_REAL, 0.01)\nsignal.pause()\nr, w = os.pipe()\nselect.select([r], [w], [], 0.1)\nos.write(w, b\"x\\0y\")\np = select.poll(); p.register(r, select.POLLIN); p.poll(100)\ne = select.epoll(); e.register(r, select.EPOLLIN); e.poll(0.01)\nresource.getrlimit(resource.RLIMIT_NOFILE); resource.getrusage(resource.RUSAGE_SELF)\nm = mmap.mmap(-1, 8192); m.close()\nfcntl.fcntl(r, fcntl.F_GETFL); fcntl.fcntl(r, fcntl.F_SETFL, os.O_NONBLOCK)\nf = open(\"a\", \"w\"); fcntl.flock(f, fcntl.LOCK_EX); fcntl.lockf(f, fcntl.LOCK_UN)\nos.sched_getaffinity(0); os.getpriority(os.PRIO_PROCESS, 0); os.times(); os.umask(0o22)\nos.readv(r, [bytearray(2), bytearray(4)])\nos.writev(w, [b\"one\", b\"two\"])\nos.sendfile(w, os.open(\"/etc/passwd\", os.O_RDONLY), 0, 20)\nos.statvfs(\".\"); os.utime(\"a\", (1, 2)); os.rename(\"a\", \"b\"); os.listdir(\".\")\nos.setxattr(\"b\", \"user.x\", b\"v\"); os.getxattr(\"b\", \"user.x\"); os.listxattr(\"b\")\nos.memfd_create(\"m\"); os.eventfd(3)\nos.getrandom(8); time.sleep(0.01)\nsubprocess.run([\"true\"])\n'";
    sockets = "/usr/bin/python3 -c '\nimport socket, os, array\na, b = socket.socketpair(); a.send(b\"hi\"); b.recv(10); a.shutdown(socket.SHUT_WR)\ns = socket.socket(socket.AF_UNIX); s.bind(\"s\"); s.listen(1)\nc = socket.socket(socket.AF_UNIX); c.connect(\"s\"); d, _ = s.accept()\nsocket.send_fds(c, [b\"x\"], [0]); socket.recv_fds(d, 10, 2)\nt = socket.socket(); t.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1); t.bind((\"127.0.0.1\", 0)); t.listen()\nu = socket.create_connection(t.getsockname()); v, _ = t.accept(); v.sendall(b\"y\" * 100); u.recv(200)\nu.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1); u.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR); u.getpeername()\nw = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM); w.sendto(b\"z\", (\"::1\", 9)); w.settimeout(0.01)\ntry: w.recvfrom(10)\nexcept OSError: pass\nq = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); q.bind((\"127.0.0.1\", 0)); q.sendto(b\"z\", q.getsockname()); q.recvfrom(10)\nn = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0); n.bind((0, 0)); n.getsockname()\n'";
    gcc = "printf 'int main(void) { return 0; }' >a.c; gcc -O1 a.c -o a && ./a";
    git = "git init -q . && git config user.email a@b && git config user.name a && touch a && git add a && git commit -qm a && git log --oneline";
    tar = "mkdir d; seq 1000 >d/a; ln -s a d/l; tar cf a.tar d; tar czf a.tgz d; rm -r d; tar xzf a.tgz; gzip a.tar; gunzip a.tar.gz";
    curl = "/usr/bin/python3 -m http.server -b 127.0.0.1 18964 & i=0; until curl -s -o out http://127.0.0.1:18964/ || [ $i = 50 ]; do i=$((i+1)); sleep 0.1; done; kill $!; wait";
    ps = "ps aux; ps -o pid,comm; free; kill -l; pgrep nosuch";
    unshare = "unshare -m -p -f --mount-proc sh -c 'mount -t tmpfs none /mnt && touch /mnt/a && umount /mnt; ps'";
    xargs = "seq 5 | xargs -n 2 -P 2 echo; timeout --foreground 0.1 sleep 1; nice -n 5 true; setsid true; nohup true; stdbuf -o0 true; flock a true; chroot / true; taskset 1 true; ionice true; chrt -o 0 true";
}

#[test]
fn a_threaded_program() {
    check(
        "threads",
        &[],
        &[program("sequence"), "200".to_owned(), "4".to_owned()],
    );
}

#[test]
fn a_32_bit_program() {
    check("sigmask32", &[], &[program("sigmask32")]);
    check(
        "sequence32",
        &[],
        &[program("sequence32"), "20".to_owned(), "2".to_owned()],
    );
}

#[test]
fn descriptors_with_their_paths() {
    check("paths", &["-y"], &sh("ls -l / | cat >a; cat /etc/passwd"));
}

#[test]
fn nothing_abbreviated() {
    check(
        "whole",
        &["-v", "-s", "200"],
        &sh("ls -l /; stat /etc/passwd; uname -a"),
    );
}

/// strace's classes, as strace sees them: a program makes each call once.
pub fn classes() {
    if !root() {
        return;
    }
    let folder = Folder::new("classes");
    for class in [
        "file", "desc", "process", "network", "signal", "ipc", "memory", "creds", "clock", "pure",
        "%stat", "%statfs",
    ] {
        let seen = |command: &mut Command, file: &str| -> BTreeSet<String> {
            let path = folder.0.join(file);
            let status = command
                .arg("-o")
                .arg(&path)
                .args(["-e", &format!("trace=%{class}"), "--"])
                .arg(program("every_call"))
                .stdout(Stdio::null())
                .status()
                .unwrap();
            assert!(status.success(), "{class}");
            let text = std::fs::read_to_string(&path).unwrap();
            // Later calls have no class in strace 6.1.
            let known = |name: &&str| {
                let row = tracehound_schema::syscalls::by_name(name);
                // What never returns is refused here all the same, and has no end in a record.
                row.is_some_and(|row| {
                    !row.never_returns && row.x86_64.is_none_or(|number| number <= 450)
                })
            };
            let refused = text.lines().filter(|line| line.contains("ENOSYS"));
            let names = refused.filter_map(|line| line.split('(').next());
            names.filter(known).map(str::to_owned).collect()
        };
        let theirs = seen(&mut Command::new("strace"), "strace");
        let ours = seen(crate::tracehound().arg("strace"), "tracehound");
        let only: Vec<_> = theirs.symmetric_difference(&ours).collect();
        println!("{class}: {} calls", ours.len());
        assert!(only.is_empty(), "{class}: {only:?}");
    }
}
