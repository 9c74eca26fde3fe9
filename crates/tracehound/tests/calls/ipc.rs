//! What ipc(2) stands for: each call is told as the one that was meant.

use serde_json::json;

use crate::expect::Seen;

const EVENTS: &str =
    "ipc,semget,semop,semtimedop,semctl,msgget,msgsnd,msgrcv,msgctl,shmget,shmat,shmdt,shmctl";

fn agrees(name: &str) {
    let Some(seen) = Seen::of(name, EVENTS) else {
        return;
    };
    let note = |name| seen.said.note(name);
    let address = |name| seen.said.address(name);
    let (sem, queue, segment) = (note("semaphores"), note("queue"), note("segment"));
    let (uid, gid, pid) = (note("uid"), note("gid"), note("pid"));
    let operation =
        |change: i32, flag: &str| json!([{"sem_num": 1, "sem_op": change, "sem_flg": flag}]);
    let permissions = |mode: &str| json!({"key": 0, "uid": uid, "gid": gid, "cuid": uid, "cgid": gid, "mode": mode});
    let control = |number: i32, command: &str, arg: serde_json::Value| json!({"args": {"semid": sem, "semnum": number, "cmd": command, "arg": arg}});
    let state = json!({
        "sem_perm": permissions("0640"), "sem_otime": note("sem_ctime"),
        "sem_ctime": note("sem_ctime"), "sem_nsems": 2});
    let queued = json!({
        "msg_perm": permissions("0600"), "msg_stime": note("msg_stime"), "msg_rtime": 0,
        "msg_ctime": note("msg_ctime"), "msg_cbytes": 6, "msg_qnum": 1,
        "msg_qbytes": note("msg_qbytes"), "msg_lspid": pid, "msg_lrpid": 0});
    let change = json!({
        "msg_perm": {"uid": uid, "gid": gid, "mode": "0600"}, "msg_qbytes": note("msg_qbytes")});
    let attached = json!({
        "shm_perm": permissions("0600"), "shm_segsz": 8192, "shm_atime": note("shm_atime"),
        "shm_dtime": 0, "shm_ctime": note("shm_ctime"), "shm_cpid": pid, "shm_lpid": pid,
        "shm_nattch": 1});
    let limits = json!({
        "shmmax": note("shmmax"), "shmmin": 1, "shmmni": note("shmmni"), "shmseg": note("shmseg"),
        "shmall": note("shmall")});
    let timed = |timeout| {
        let mut args = json!({"semid": sem, "sops": operation(-1, "SEM_UNDO"), "nsops": 1});
        if let Some(timeout) = timeout {
            args["timeout"] = timeout;
        }
        json!({"args": args})
    };
    let message = json!({"mtype": 7, "mtext": "letter"});
    seen.agrees("i386", &[
        ("semget", "semget", "ipc", json!({"args": {"key": "IPC_PRIVATE", "nsems": 2, "semflg": "IPC_CREAT|0640"}})),
        ("semctl-set", "semctl", "ipc", control(1, "IPC_64|SETVAL", json!("0x5"))),
        ("semctl-set-old", "semctl", "ipc", control(0, "SETVAL", json!("0x6"))),
        ("semop", "semop", "ipc", json!({"args": {"semid": sem, "sops": operation(2, "IPC_NOWAIT"), "nsops": 1}})),
        ("semtimedop", "semtimedop", "ipc", timed(Some(json!({"tv_sec": 3, "tv_nsec": 4000})))),
        ("semtimedop-forever", "semtimedop", "ipc", timed(None)),
        ("semctl-get", "semctl", "ipc", control(1, "IPC_64|GETVAL", json!("NULL"))),
        ("semctl-stat", "semctl", "ipc", control(0, "IPC_64|IPC_STAT", state)),
        ("semctl-stat-old", "semctl", "ipc", control(0, "IPC_STAT", json!(address("sem_old")))),
        ("semctl-remove", "semctl", "ipc", control(0, "IPC_64|IPC_RMID", json!("NULL"))),
        ("msgget", "msgget", "ipc", json!({"args": {"key": "IPC_PRIVATE", "msgflg": "0600"}})),
        ("msgsnd", "msgsnd", "ipc", json!({"args": {"msqid": queue, "msgp": message, "msgsz": 6, "msgflg": "IPC_NOWAIT"}})),
        ("msgctl-stat", "msgctl", "ipc", json!({"args": {"msqid": queue, "cmd": "IPC_64|IPC_STAT", "buf": queued}})),
        ("msgctl-set", "msgctl", "ipc", json!({"args": {"msqid": queue, "cmd": "IPC_64|IPC_SET", "buf": change}})),
        ("msgrcv", "msgrcv", "ipc", json!({"args": {"msqid": queue, "msgp": message, "msgsz": 32, "msgtyp": -7, "msgflg": "MSG_NOERROR"}})),
        ("msgrcv-empty", "msgrcv", "ipc", json!({"args": {"msqid": queue, "msgsz": 32, "msgtyp": -7, "msgflg": "IPC_NOWAIT"}, "unwritten": ["msgp"]})),
        // Its arguments lie elsewhere.
        ("msgrcv-version-1", "ipc", "", json!({"args": {"call": 0x1000c, "first": queue, "second": 32, "third": 0o4000, "ptr": address("buffer"), "fifth": 7}})),
        ("msgctl-remove", "msgctl", "ipc", json!({"args": {"msqid": queue, "cmd": "IPC_64|IPC_RMID", "buf": "NULL"}})),
        ("shmget", "shmget", "ipc", json!({"args": {"key": "IPC_PRIVATE", "size": 8192, "shmflg": "IPC_CREAT|0600"}})),
        ("shmat", "shmat", "ipc", json!({"args": {"shmid": segment, "shmaddr": "NULL", "shmflg": "SHM_RDONLY", "raddr": address("where")}})),
        ("shmctl-stat", "shmctl", "ipc", json!({"args": {"shmid": segment, "cmd": "IPC_64|IPC_STAT", "buf": attached}})),
        ("shmctl-info", "shmctl", "ipc", json!({"args": {"shmid": 0, "cmd": "IPC_64|IPC_INFO", "buf": limits}})),
        ("shmdt", "shmdt", "ipc", json!({"args": {"shmaddr": address("where")}})),
        ("shmctl-remove", "shmctl", "ipc", json!({"args": {"shmid": segment, "cmd": "IPC_64|IPC_RMID", "buf": "NULL"}})),
        ("shmat-gone", "shmat", "ipc", json!({"args": {"shmid": segment, "shmaddr": "NULL", "shmflg": "0x0"}, "unwritten": ["raddr"]})),
        ("unknown", "ipc", "", json!({"args": {"call": 99, "first": 1, "second": 2, "third": 3, "ptr": "NULL", "fifth": 5}})),
    ]);
}

#[test]
fn what_ipc_of_a_32_bit_program_means_is_told() {
    agrees("ipc32");
}

#[test]
fn what_ipc_of_a_64_bit_program_means_is_told() {
    agrees("ipc");
}
