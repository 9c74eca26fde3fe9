/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* What generated programs call to put a field, by its kind. */
#pragma once

/* A parameter that the verifier does not let us load. */
static __always_inline u64 word_of(u64 *ctx, const u32 index)
{
	u64 word = 0;

	bpf_probe_read_kernel(&word, sizeof(word), ctx + index);
	return word;
}

/* Stands for a file of which it could not be found out whether there is one. */
#define NOT_HAD ((struct file *)1)

/* What generated programs call, by the kind of the field. */
static __always_inline void path_of_file(RECORD handed, u32 index, const void *of)
{
	const struct file *file = of;

	if (file == NOT_HAD) {
		file = NULL;
		index &= FIELD_MASK;
	}
	tail_path(handed, index, file ? (u64)BPF_CORE_READ(file, f_path.mnt) : 0,
		  file ? (u64)BPF_CORE_READ(file, f_path.dentry) : 0);
}

static __always_inline void path_of_path(RECORD handed, u32 index, const void *of)
{
	const struct path *path = of;

	tail_path(handed, index, path ? (u64)BPF_CORE_READ(path, mnt) : 0,
		  path ? (u64)BPF_CORE_READ(path, dentry) : 0);
}

static __always_inline void path_of_dentry(RECORD handed, u32 index, const void *of)
{
	tail_dentry(handed, index, plain((u64)of));
}

/* Where a mount is. */
static __always_inline void path_of_mount(RECORD handed, u32 index, const void *of)
{
	const struct vfsmount *mnt = of;

	tail_path(handed, index, plain((u64)mnt), mnt ? (u64)BPF_CORE_READ(mnt, mnt_root) : 0);
}

/* There is no such thing, or it is out of reach. */
static __always_inline void tail_lacking(RECORD handed, u32 index, struct maybe maybe)
{
	struct call_record *rec = record_of(handed);

	if (rec)
		tail_missing(rec, maybe.state == IS_ABSENT ? index | OPTIONAL : index & FIELD_MASK, 0);
}

/* Of a struct file that may be missing. */
static __always_inline void path_of_maybe(RECORD handed, u32 index, struct maybe file)
{
	if (file.state == IS_THERE)
		path_of_file(handed, index, (void *)file.value);
	else
		tail_lacking(handed, index, file);
}

/* A file, or a name where no file is told. */
struct place {
	struct file *file;
	struct dentry *dentry;
};

static __always_inline void path_of_place(RECORD handed, u32 index, struct place place)
{
	if (place.file)
		path_of_file(handed, index, place.file);
	else
		path_of_dentry(handed, index, place.dentry);
}

#define hook_path(handed, index, source)                         \
	_Generic((source),                                       \
		struct vfsmount *: path_of_mount,                \
		struct maybe: path_of_maybe,                     \
		struct file *: path_of_file,                     \
		const struct file *: path_of_file,               \
		struct path *: path_of_path,                     \
		const struct path *: path_of_path,               \
		struct place: path_of_place,                     \
		struct dentry *: path_of_dentry)(handed, index, source)

#define hook_ustr(handed, index, source) tail_text(handed, index, (u64)(source), IN_USER)
#define hook_cred(handed, index, source) tail_cred(handed, index, plain((u64)(source)))

/* Of bytes, and of texts one behind another. */
static __always_inline void bytes_of_where(RECORD handed, u32 index, struct where where)
{
	if (where.how == IN_VECTOR)
		tail_vector(handed, index, plain(where.at), where.length);
	else
		tail_bytes(handed, index, plain(where.at), where.length, where.how);
}

#define hook_bytes(handed, index, source)        \
	_Generic((source),                       \
		struct maybe: tail_lacking,      \
		struct where: bytes_of_where)(handed, index, source)

static __always_inline void str_at_number(RECORD handed, u32 index, u64 address)
{
	tail_text(handed, index, plain(address), IN_KERNEL);
}

static __always_inline void str_at_pointer(RECORD handed, u32 index, const void *address)
{
	str_at_number(handed, index, (u64)address);
}

/* Text that ends with a NUL, or where its length says. */
#define hook_str(handed, index, source)                          \
	_Generic((source),                                       \
		struct where: bytes_of_where,                    \
		u64: str_at_number,                              \
		default: str_at_pointer)(handed, index, source)

static __always_inline void hook_strings(RECORD handed, u32 index, struct where where)
{
	if (where.how == LISTED)
		tail_strings(handed, index, plain(where.at), where.length);
	else if (where.how == OF_POINTERS)
		tail_texts(handed, index, plain(where.at));
	else
		tail_bytes(handed, index, plain(where.at), where.length, where.how);
}

static __always_inline void hook_sockaddr(RECORD handed, u32 index, struct where where)
{
	if (where.how == OF_PEER || where.how == OF_SOCKET)
		tail_socket(handed, index, plain(where.at), where.how);
	else
		tail_bytes(handed, index, plain(where.at), where.length > 128 ? 128 : where.length,
			   where.how);
}
