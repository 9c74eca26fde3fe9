/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* What is behind a descriptor, as a chunk: a file with its path, or a socket with its addresses. */
#pragma once

#define AT_FDCWD (-100)
#define SOCKFS_MAGIC 0x534F434B
#define AF_UNIX 1
#define AF_INET 2
#define AF_INET6 10
#define AF_NETLINK 16
/* Of a path, in steps up; a mount point counts once more. */
#define MOST_NAMES 64
#define NAME_SIZE 256
#define MOST_TRIES 8

/* Notes where a path is; for a descriptor of ours to look at. */
static __always_inline void note_path(struct call_record *rec, u64 mnt, u64 dentry)
{
	rec->mnt = mnt;
	rec->dentry = dentry;
	rec->inode = dentry ? (u64)LOAD(dentry, dentry, d_inode) : 0;
}

/* Finds the open file of a descriptor, or the working directory; tells whether there is one. */
__noinline int find_file(RECORD handed, s32 fd, u32 directory)
{
	struct call_record *rec = record_of(handed);
	struct task_struct *task = bare(current_task());
	u64 files, fdt, file = 0;

	if (!rec)
		return 0;
	rec->file = 0;
	if (fd == AT_FDCWD && directory) {
		u64 fs = (u64)TASK_READ(task, fs);

		if (!fs)
			return 0;
		note_path(rec, (u64)LOAD(fs_struct, fs, pwd.mnt),
			  (u64)LOAD(fs_struct, fs, pwd.dentry));
		return 1;
	}
	files = (u64)TASK_READ(task, files);
	if (fd < 0 || !files)
		return 0;
	fdt = (u64)LOAD(files_struct, files, fdt);
	if ((u32)fd >= LOAD(fdtable, fdt, max_fds))
		return 0;
	bpf_probe_read_kernel(&file, sizeof(file),
			      (void *)((u64)LOAD(fdtable, fdt, fd) + (u64)(u32)fd * 8));
	if (!file)
		return 0;
	note_path(rec, (u64)LOAD(file, file, f_path.mnt),
		  (u64)LOAD(file, file, f_path.dentry));
	rec->inode = (u64)LOAD(file, file, f_inode);
	rec->file = file;
	return 1;
}

/* Goes one step up. Returns 1 to go on, 0 at the end of the path, -1 where there is no room. */
__noinline int put_name(RECORD handed)
{
	struct call_record *rec = record_of(handed);
	u64 dentry, parent = 0, root, mount, above;
	u32 offset;
	long n = -1;

	if (!rec)
		return 0;
	dentry = rec->dentry;
	mount = rec->mnt - bpf_core_field_offset(struct mount, mnt);
	root = (u64)LOAD(vfsmount, rec->mnt, mnt_root);
	if (dentry == root) {
		above = (u64)LOAD(mount, mount, mnt_parent);
		if (above == mount)
			return 0;
		rec->dentry = (u64)LOAD(mount, mount, mnt_mountpoint);
		rec->mnt = above + bpf_core_field_offset(struct mount, mnt);
		return 1;
	}
	offset = rec->fill;
	if (rec->at + CHUNK_HEAD + offset + NAME_SIZE > CALL_SIZE)
		return -1;
	/* A rename meanwhile writes name and parent in place, and counts before and after. */
	for (int i = 0; i < MOST_TRIES; i++) {
		u32 count = LOAD(dentry, dentry, d_seq.seqcount.sequence);

		n = bpf_probe_read_kernel_str(chunk_bytes(rec, offset), NAME_SIZE,
					      (void *)LOAD(dentry, dentry, d_name.name));
		parent = (u64)LOAD(dentry, dentry, d_parent);
		if (!(count & 1) && count == LOAD(dentry, dentry, d_seq.seqcount.sequence))
			break;
		n = -1;
	}
	if (n <= 0)
		return -1;
	/* A pipe has no name, an anonymous inode has one without a path. */
	if (n > 1)
		rec->fill = offset + n;
	rec->dentry = parent;
	return dentry != parent;
}

/* Appends the facts about a file and its names from the last to the first. */
__noinline int put_file(RECORD handed, s64 fd)
{
	struct call_record *rec = record_of(handed);
	struct file_facts *facts;
	u64 inode, sb;
	int left = 1;

	if (!rec)
		return 0;
	if (room(rec) < sizeof(*facts)) {
		rec->head.cut |= 1ull << (rec->now.argument & 7);
		return 0;
	}
	inode = rec->inode;
	facts = (struct file_facts *)chunk_bytes(rec, 0);
	sb = (u64)LOAD(inode, inode, i_sb);
	facts->inode = LOAD(inode, inode, i_ino);
	facts->mode = LOAD(inode, inode, i_mode);
	facts->rdev = LOAD(inode, inode, i_rdev);
	facts->dev = LOAD(super_block, sb, s_dev);
	facts->magic = LOAD(super_block, sb, s_magic);
	rec->fill = sizeof(*facts);
	for (int i = 0; i < MOST_NAMES; i++) {
		left = put_name(handed);
		if (left != 1)
			break;
	}
	chunk_end(rec, fd, bounded(rec->fill, CALL_SIZE - 1), CHUNK_FILE, left ? CHUNK_CUT : 0);
	return 0;
}

/* Appends the name that a unix socket is bound to; returns its length. */
static __always_inline u32 put_unix(struct call_record *rec, struct socket_facts *facts, u64 sk)
{
	u32 offset = sizeof(*facts), length = 0;
	u64 address, peer, socket;

	if (!bpf_core_type_exists(struct unix_sock))
		return 0;
	peer = (u64)LOAD(unix_sock, sk, peer);
	socket = peer ? (u64)LOAD(sock, peer, sk_socket) : 0;
	if (socket) {
		u64 alloc = socket - bpf_core_field_offset(struct socket_alloc, socket);

		facts->remote[0] = LOAD(socket_alloc, alloc, vfs_inode.i_ino);
	}
	address = (u64)LOAD(unix_sock, sk, addr);
	if (!address)
		return 0;
	/* The family's two bytes count. */
	length = LOAD(unix_address, address, len) - 2;
	if (length > 108)
		length = 0;
	if (bpf_probe_read_kernel(chunk_bytes(rec, offset), bounded(length, 127),
				  (void *)(address + bpf_core_field_offset(struct unix_address, name) +
					   bpf_core_field_offset(struct sockaddr_un, sun_path))))
		length = 0;
	facts->path_length = length;
	return length;
}

static __always_inline void put_inet(struct socket_facts *facts, u64 sk)
{
	u16 port = LOAD(sock, sk, __sk_common.skc_num);

	facts->local_port = __builtin_bswap16(port);
	facts->remote_port = LOAD(sock, sk, __sk_common.skc_dport);
	if (facts->family == AF_INET) {
		*(u32 *)facts->local = LOAD(sock, sk, __sk_common.skc_rcv_saddr);
		*(u32 *)facts->remote = LOAD(sock, sk, __sk_common.skc_daddr);
	} else if (bpf_core_field_exists(struct sock_common, skc_v6_daddr)) {
		u64 at = sk + bpf_core_field_offset(struct sock, __sk_common);

		bpf_probe_read_kernel(facts->local, 16, (void *)(at +
			bpf_core_field_offset(struct sock_common, skc_v6_rcv_saddr)));
		bpf_probe_read_kernel(facts->remote, 16, (void *)(at +
			bpf_core_field_offset(struct sock_common, skc_v6_daddr)));
	}
}

/* Appends the facts about a socket. */
__noinline int put_socket(RECORD handed, s64 fd)
{
	struct call_record *rec = record_of(handed);
	struct socket_facts *facts;
	u64 socket, sk;
	u32 length = 0;

	if (!rec)
		return 0;
	if (room(rec) < sizeof(*facts) + 128) {
		rec->head.cut |= 1ull << (rec->now.argument & 7);
		return 0;
	}
	facts = (struct socket_facts *)chunk_bytes(rec, 0);
	__builtin_memset(facts, 0, sizeof(*facts));
	facts->inode = LOAD(inode, rec->inode, i_ino);
	socket = (u64)LOAD(file, rec->file, private_data);
	sk = socket ? (u64)LOAD(socket, socket, sk) : 0;
	if (sk) {
		facts->family = LOAD(sock, sk, __sk_common.skc_family);
		facts->state = LOAD(sock, sk, __sk_common.skc_state);
		facts->kind = LOAD(sock, sk, sk_type);
		facts->protocol = LOAD(sock, sk, sk_protocol);
		if (facts->family == AF_UNIX)
			length = put_unix(rec, facts, sk);
		else if (facts->family == AF_INET || facts->family == AF_INET6)
			put_inet(facts, sk);
		else if (facts->family == AF_NETLINK && bpf_core_type_exists(struct netlink_sock)) {
			*(u32 *)facts->local = LOAD(netlink_sock, sk, portid);
			*(u32 *)facts->remote = LOAD(netlink_sock, sk, dst_portid);
		}
	}
	chunk_end(rec, fd, sizeof(*facts) + bounded(length, 127), CHUNK_SOCKET, 0);
	return 0;
}

/* Says what is behind a descriptor; nothing where it is not open. */
__noinline int step_file(RECORD handed, s32 fd)
{
	struct call_record *rec = record_of(handed);
	u64 sb;
	bool is_socket;

	if (!rec || !find_file(handed, fd, rec->now.flags & STEP_DIRECTORY))
		return 0;
	if (!rec->inode || !rec->dentry)
		return 0;
	/* A socket's place in a file system is a file like others. */
	sb = (u64)LOAD(inode, rec->inode, i_sb);
	is_socket = LOAD(super_block, sb, s_magic) == SOCKFS_MAGIC;
	if (is_socket && rec->file)
		put_socket(handed, fd);
	else
		put_file(handed, fd);
	return 0;
}
