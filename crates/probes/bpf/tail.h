/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Records with long tails: built in a buffer and copied out, since the size of a reservation must
 * be a constant. Parts are global functions, which the verifier checks once per program.
 */
#pragma once

#define PIPEFS_MAGIC 0x50495045
#define ANON_INODE_FS_MAGIC 0x09041934

/* Starts a record in a buffer; counts a drop and gives NULL where there is none. */
static __always_inline struct call_record *long_begin(struct task_struct *task, u32 number,
						      u32 life, u32 index, u16 event, u8 rung,
						      u32 fields)
{
	struct call_record *rec = number ? call_record_of(number) : NULL;

	if (!rec) {
		next_seq(life);
		count_drop(index);
		return NULL;
	}
	start_record(&rec->head, task, 0, event, rung, 0);
	rec->at = sizeof(struct th_record) + fields * 8;
	return rec;
}

/* The sequence number is taken last: what comes between would look like a loss meanwhile. */
static __always_inline void long_end(struct call_record *rec, u32 number, u32 life, u32 index)
{
	void *ring = ring_of(life);
	u32 size = (rec->at + 7) & ~7u;

	if (!keeps_long(rec, number, index)) {
		buffer_give(number);
		return;
	}
	if (size > CALL_SIZE)
		size = CALL_SIZE;
	rec->head.size = size;
	beside_before(rec, number);
	rec->head.seq = next_seq(life);
	if (!ring || bpf_ringbuf_output(ring, rec, size, BPF_RB_NO_WAKEUP))
		count_drop(index);
	buffer_give(number);
}

/* Added to a field's index: a null pointer means that there is no value. */
#define OPTIONAL 0x100
#define FIELD_MASK 63

static __always_inline void tail_slot(struct call_record *rec, u32 index, u64 value)
{
	u32 at = sizeof(struct th_record) + (index & FIELD_MASK) * 8;

	*(u64 *)(rec->bytes + bounded(at, 1023)) = value;
}

/* There is nothing at `address`, or it could not be read. */
static __always_inline void tail_missing(struct call_record *rec, u32 index, u64 address)
{
	u64 bit = 1ull << (index & FIELD_MASK);

	if (!address && index & OPTIONAL)
		rec->head.absent |= bit;
	else
		rec->head.unread |= bit;
	tail_slot(rec, index, address);
}

static __always_inline void tail_cut(struct call_record *rec, u32 index)
{
	rec->head.cut |= 1ull << (index & FIELD_MASK);
}

/* Where the next tail goes. */
static __always_inline char *tail_place(struct call_record *rec, u32 offset)
{
	return rec->bytes + bounded(rec->at + offset, CALL_SIZE - 1);
}

/* Ends a tail whose bytes are in place. */
static __always_inline void tail_end(struct call_record *rec, u32 index, u32 length)
{
	tail_slot(rec, index, TAIL_SLOT(rec->at, length));
	rec->at += length;
}

enum {
	IN_KERNEL = 0,
	IN_USER = 1,
	OF_PEER = 2,
	OF_SOCKET = 3,
	LISTED = 4,
	OF_POINTERS = 5,
	IN_VECTOR = 6,
};

/* Where the bytes of a field are. */
struct where {
	u64 at;
	u32 length;
	u32 how;
};

#define STR_MAX 4096

__noinline int tail_text(RECORD handed, u32 index, u64 address, u32 how)
{
	struct call_record *rec = record_of(handed);
	char last = 1;
	long n;

	if (!rec)
		return 0;
	if (!address) {
		tail_missing(rec, index, address);
		return 0;
	}
	if (rec->at > CALL_SIZE - STR_MAX) {
		tail_cut(rec, index);
		tail_end(rec, index, 0);
		return 0;
	}
	if (how == IN_USER)
		n = bpf_probe_read_user_str(tail_place(rec, 0), STR_MAX, (void *)address);
	else
		n = bpf_probe_read_kernel_str(tail_place(rec, 0), STR_MAX, (void *)address);
	if (n < 0) {
		tail_missing(rec, index, address);
		return 0;
	}
	/* The longest text that there is room for looks like the beginning of a longer one. */
	if (n == STR_MAX) {
		address += STR_MAX - 1;
		if (how == IN_USER)
			bpf_probe_read_user(&last, 1, (void *)address);
		else
			bpf_probe_read_kernel(&last, 1, (void *)address);
		if (last)
			tail_cut(rec, index);
	}
	tail_end(rec, index, n ? n - 1 : 0);
	return 0;
}

#define BYTES_MAX 8191

__noinline int tail_bytes(RECORD handed, u32 index, u64 address, u32 length, u32 how)
{
	struct call_record *rec = record_of(handed);
	u32 wanted = length, done;

	if (!rec)
		return 0;
	if (!address) {
		tail_missing(rec, index, address);
		return 0;
	}
	if (wanted > BYTES_MAX)
		wanted = BYTES_MAX;
	if (rec->at + wanted > CALL_SIZE)
		wanted = rec->at < CALL_SIZE ? CALL_SIZE - rec->at : 0;
	if (how == IN_USER) {
		/* It writes where the bytes of a chunk would begin. */
		rec->at -= CHUNK_HEAD;
		done = copy_user(handed, address, wanted);
		rec->at += CHUNK_HEAD;
	} else {
		done = wanted;
		if (bpf_probe_read_kernel(tail_place(rec, 0), bounded(wanted, BYTES_MAX),
					  (void *)address))
			done = 0;
	}
	if (!done && wanted) {
		tail_missing(rec, index, address);
		return 0;
	}
	if (done < length)
		tail_cut(rec, index);
	tail_end(rec, index, done);
	return 0;
}

/*
 * Writes a number in decimal digits; returns how many. They are counted in memory, whose content the verifier
 * does not know: it would look at the second loop for each count that the first can end with.
 */
static __always_inline u32 tail_number(struct call_record *rec, u32 offset, u64 number)
{
	volatile u32 *digits = &rec->fill;
	u64 scale = 1;

	*digits = 1;
	for (int i = 0; i < 19; i++) {
		if (number / 10 < scale)
			break;
		scale *= 10;
		*digits += 1;
	}
	for (u32 i = 0; i < 20; i++) {
		if (i >= *digits)
			break;
		*tail_place(rec, offset + i) = '0' + number / scale % 10;
		scale /= 10;
	}
	return *digits;
}

/* What has an inode and no path: `NAME:[number]`, behind a NUL that says so. */
__noinline int tail_numbered(RECORD handed, u32 index, u64 number, u32 is_pipe)
{
	struct call_record *rec = record_of(handed);
	u32 length = is_pipe ? 7 : 9;

	if (!rec)
		return 0;
	if (is_pipe)
		__builtin_memcpy(tail_place(rec, 0), "\0pipe:[", 7);
	else
		__builtin_memcpy(tail_place(rec, 0), "\0socket:[", 9);
	length += tail_number(rec, length, number);
	*tail_place(rec, length) = ']';
	tail_end(rec, index, length + 1);
	return 0;
}

/* The names of a path from the last to the first; says where the file is gone or out of reach. */
__noinline int tail_names(RECORD handed, u32 index)
{
	struct call_record *rec = record_of(handed);
	u64 dentry;
	int left = 1;

	if (!rec)
		return 0;
	dentry = rec->dentry;
	rec->fill = 0;
	rec->at -= CHUNK_HEAD;
	/* A name that has no file yet may be out of the table as well. */
	if (!LOAD(dentry, dentry, d_hash.pprev) && LOAD(dentry, dentry, d_inode) &&
	    (u64)LOAD(dentry, dentry, d_parent) != dentry) {
		left = put_name(handed);
		if (rec->fill) {
			__builtin_memcpy(chunk_bytes(rec, rec->fill - 1), " (deleted)", 11);
			rec->fill += 10;
		}
	}
	for (int i = 0; i < MOST_NAMES; i++) {
		if (left != 1)
			break;
		left = put_name(handed);
	}
	if (!left && !LOAD(mount, rec->mnt - bpf_core_field_offset(struct mount, mnt), mnt_ns)) {
		__builtin_memcpy(chunk_bytes(rec, rec->fill), "(unreachable)", 14);
		rec->fill += 14;
	}
	rec->at += CHUNK_HEAD;
	if (left)
		tail_cut(rec, index);
	tail_end(rec, index, bounded(rec->fill, CALL_SIZE - 1));
	return 0;
}

__noinline int tail_path(RECORD handed, u32 index, u64 mnt, u64 dentry)
{
	struct call_record *rec = record_of(handed);
	u64 inode, sb = 0;
	u32 magic = 0;
	long n;

	if (!rec)
		return 0;
	if (!dentry || !mnt) {
		tail_missing(rec, index, dentry);
		return 0;
	}
	if (rec->at > CALL_SIZE - STR_MAX) {
		tail_cut(rec, index);
		tail_end(rec, index, 0);
		return 0;
	}
	rec->mnt = mnt;
	rec->dentry = dentry;
	inode = (u64)LOAD(dentry, dentry, d_inode);
	if (inode)
		sb = (u64)LOAD(inode, inode, i_sb);
	if (sb)
		magic = LOAD(super_block, sb, s_magic);
	if (magic == PIPEFS_MAGIC || magic == SOCKFS_MAGIC)
		return tail_numbered(handed, index, LOAD(inode, inode, i_ino),
				     magic == PIPEFS_MAGIC);
	if (magic != ANON_INODE_FS_MAGIC)
		return tail_names(handed, index);
	__builtin_memcpy(tail_place(rec, 0), "\0anon_inode:", 12);
	n = bpf_probe_read_kernel_str(tail_place(rec, 12), NAME_SIZE,
				      (void *)LOAD(dentry, dentry, d_name.name));
	tail_end(rec, index, n > 0 ? 11 + bounded(n, 511) : 12);
	return 0;
}

/* An address of a socket in the form of its family: the peer's, or its own. */
__noinline int tail_socket(RECORD handed, u32 index, u64 sk, u32 how)
{
	struct call_record *rec = record_of(handed);
	bool peer = how == OF_PEER;
	u32 length = 0;
	char *to;
	u16 family, port;

	if (!rec)
		return 0;
	if (!sk) {
		tail_missing(rec, index, sk);
		return 0;
	}
	to = tail_place(rec, 0);
	family = LOAD(sock, sk, __sk_common.skc_family);
	__builtin_memset(to, 0, 32);
	*(u16 *)to = family;
	if (family == AF_INET || family == AF_INET6) {
		u64 common = sk + bpf_core_field_offset(struct sock, __sk_common);

		port = LOAD(sock, sk, __sk_common.skc_num);
		port = __builtin_bswap16(port);
		if (peer)
			port = LOAD(sock, sk, __sk_common.skc_dport);
		else if (!port)
			/* A port is given back before a socket is said to be closed. */
			port = LOAD(inet_sock, sk, inet_sport);
		*(u16 *)(to + 2) = port;
		if (family == AF_INET) {
			*(u32 *)(to + 4) = peer ? LOAD(sock, sk, __sk_common.skc_daddr)
						: LOAD(sock, sk, __sk_common.skc_rcv_saddr);
			length = 16;
		} else if (bpf_core_field_exists(struct sock_common, skc_v6_daddr)) {
			common += peer ? bpf_core_field_offset(struct sock_common, skc_v6_daddr)
				       : bpf_core_field_offset(struct sock_common, skc_v6_rcv_saddr);
			bpf_probe_read_kernel(to + 8, 16, (void *)common);
			length = 28;
		}
		/* A connection that was dissolved, or none. */
		if (peer && !port)
			length = 0;
	} else if (family == AF_UNIX && bpf_core_type_exists(struct unix_sock)) {
		u64 other = peer ? (u64)LOAD(unix_sock, sk, peer) : sk;
		u64 address = other ? (u64)LOAD(unix_sock, other, addr) : 0;

		if (other)
			length = 2;
		if (address) {
			length = LOAD(unix_address, address, len);
			if (length > 110)
				length = 110;
			address += bpf_core_field_offset(struct unix_address, name);
			bpf_probe_read_kernel(to, bounded(length, 127), (void *)address);
		}
	} else if (family == AF_NETLINK && bpf_core_type_exists(struct netlink_sock)) {
		*(u32 *)(to + 4) = peer ? LOAD(netlink_sock, sk, dst_portid)
					: LOAD(netlink_sock, sk, portid);
		length = 12;
	} else {
		length = 2;
	}
	if (!length) {
		tail_missing(rec, index, 0);
		return 0;
	}
	tail_end(rec, index, length);
	/* Slots and tails of numbers are read in place. */
	rec->at = (rec->at + 7) & ~7u;
	return 0;
}

#define CAPABILITIES(cred, set)                                                    \
	({                                                                         \
		u64 __set = 0;                                                     \
		bpf_probe_read_kernel(&__set, sizeof(__set), (void *)((cred) +     \
			bpf_core_field_offset(struct cred, set)));                 \
		__set;                                                             \
	})

__noinline int tail_cred(RECORD handed, u32 index, u64 cred)
{
	struct call_record *rec = record_of(handed);
	struct cred_facts *facts;

	if (!rec)
		return 0;
	if (!cred) {
		tail_missing(rec, index, cred);
		return 0;
	}
	rec->at = (rec->at + 7) & ~7u;
	facts = (struct cred_facts *)tail_place(rec, 0);
	facts->uid = LOAD(cred, cred, uid.val);
	facts->gid = LOAD(cred, cred, gid.val);
	facts->suid = LOAD(cred, cred, suid.val);
	facts->sgid = LOAD(cred, cred, sgid.val);
	facts->euid = LOAD(cred, cred, euid.val);
	facts->egid = LOAD(cred, cred, egid.val);
	facts->fsuid = LOAD(cred, cred, fsuid.val);
	facts->fsgid = LOAD(cred, cred, fsgid.val);
	facts->user_ns = BPF_CORE_READ((struct cred *)cred, user_ns, ns.inum);
	facts->securebits = LOAD(cred, cred, securebits);
	facts->cap_inheritable = CAPABILITIES(cred, cap_inheritable);
	facts->cap_permitted = CAPABILITIES(cred, cap_permitted);
	facts->cap_effective = CAPABILITIES(cred, cap_effective);
	facts->cap_bounding = CAPABILITIES(cred, cap_bset);
	facts->cap_ambient = CAPABILITIES(cred, cap_ambient);
	tail_end(rec, index, sizeof(*facts));
	return 0;
}
