/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * The frames of a stack and the files that their code is in.
 *
 * The user's are walked here and not by bpf_get_stack(): that needs the context of the program, which
 * parts of it do not have, is not there for each type of program on each kernel, and misses the caller
 * of a function that does not set up a frame, as the C library's system calls are.
 */
#pragma once

/* Files that may be seen for the first time in one stack; others are told with another. */
#define MOST_NEW_FILES MOST_SPANS
/* Of the steps to find who called, if they all lead to the C library. */
#define CALLER_FRAMES 8

/* A file that a stack was in. */
struct code_file {
	u64 inode, ctime;
	u32 dev, pad;
};

/* Files that were told; user space gives it room where stacks are asked for. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 1);
	__type(key, struct code_file);
	__type(value, u32);
} code_files SEC(".maps");

static __always_inline struct code_file code_file_of(struct file *file)
{
	struct code_file of = {
		.inode = file_inode(file),
		.ctime = inode_ctime(inode_of_file(file)),
		.dev = file_dev(file),
	};

	return of;
}

/* Notes a file that is to be told with this stack. */
static __always_inline void note_code_file(struct call_record *rec, struct file *file)
{
	struct code_file of = code_file_of(file);
	u32 told = 1, place = rec->spanned;

	if (place >= MOST_NEW_FILES || bpf_map_lookup_elem(&code_files, &of) ||
	    bpf_map_update_elem(&code_files, &of, &told, BPF_ANY))
		return;
	rec->spans[place & (MOST_SPANS - 1)].from = plain((u64)file);
	rec->spanned = place + 1;
}

static __always_inline u32 code_memory(struct area *area)
{
	if (area->found != AREA_FOUND)
		return area->found == AREA_NONE ? CODE_NOWHERE : CODE_UNKNOWN;
	if (is_of_file(area->file))
		return CODE_OF_FILE;
	return IS_VDSO(special_name(area)) ? CODE_OF_VDSO : CODE_ANONYMOUS;
}

#define WORD_OF(text)                                                                    \
	((u64)(text)[0] | (u64)(text)[1] << 8 | (u64)(text)[2] << 16 | (u64)(text)[3] << 24 |  \
	 (u64)(text)[4] << 32 | (u64)(text)[5] << 40 | (u64)(text)[6] << 48 | (u64)(text)[7] << 56)

/* Whether a file is a C library's, by how its name begins. User space looks at the whole of it. */
static __always_inline bool is_c_library(struct file *file)
{
	u64 word = 0;

	bpf_probe_read_kernel(&word, sizeof(word), BPF_CORE_READ(file, f_path.dentry, d_name.name));
	return word == WORD_OF("libc.so.") || word == WORD_OF("ld-linux") ||
	       word == WORD_OF("libc.mus") || word == WORD_OF("ld-musl-") ||
	       word == WORD_OF("libpthre") || word << 8 == WORD_OF("libc-2.") << 8;
}

/*
 * The parts of the walk, one after another: what a part needs of the 512 bytes that a program and its
 * functions share does not add up with what the next one needs, and some programs leave but 128.
 */

/* Begins a walk at the thread's registers; whether it has any of a program's. */
__noinline int walk_begin(RECORD handed)
{
	struct call_record *rec = record_of(handed);
	struct task_struct *task = current_task();
	struct pt_regs *regs = user_regs(task);
	struct walk *walk;

	if (!rec || !fixed.beside)
		return 0;
	walk = &rec->walk;
	walk->ip = BPF_CORE_READ(regs, ip);
	walk->sp = BPF_CORE_READ(regs, sp);
	walk->bp = BPF_CORE_READ(regs, bp);
	walk->chained = walk->told = walk->leaf = walk->calls = 0;
	rec->word = abi_of(task, 0) == ABI_I386 ? 4 : 8;
	/* Threads of the kernel have none, nor have those that have given their memory back. */
	return BPF_CORE_READ(task, mm) && walk->ip;
}

/* Two words of the stack. */
static __always_inline bool read_words(struct call_record *rec, u64 at, u64 *words)
{
	u64 both;

	if (rec->word == 8)
		return !bpf_probe_read_user(words, 16, (void *)at);
	if (bpf_probe_read_user(words, 8, (void *)at))
		return false;
	both = words[0];
	words[0] = (u32)both;
	words[1] = both >> 32;
	return true;
}

#define IS_INDIRECT_CALL(code, at) ((code)[at] == 0xff && ((code)[(at) + 1] & 0x38) == 0x10)

/* Whether the instruction before an address may be a call. */
static __always_inline bool is_behind_call(u64 address)
{
	u8 code[8] = {};

	if (bpf_probe_read_user(code, 7, (void *)(address - 7)))
		return false;
	return code[2] == 0xe8 || IS_INDIRECT_CALL(code, 0) || IS_INDIRECT_CALL(code, 1) ||
	       IS_INDIRECT_CALL(code, 3) || IS_INDIRECT_CALL(code, 4) || IS_INDIRECT_CALL(code, 5);
}

/* How a walk goes on, or ends. */
enum {
	WALK_ON = 0,
	WALK_DONE = 1,		/* at the outermost function */
	WALK_CUT = 2,		/* there are more frames than are told */
	WALK_LOST = 3,		/* the frame pointer leads nowhere, before the outermost function */
};

/* Without a frame of its own a function has its return address on top of the stack. */
__noinline int walk_leaf(RECORD handed)
{
	struct call_record *rec = record_of(handed);
	struct walk *walk;
	u64 found;

	if (!rec || !fixed.beside)
		return 0;
	walk = &rec->walk;
	walk->calls = walk->leaf = 1;
	found = read_words(rec, walk->sp, walk->words) ? walk->words[0] : 0;
	walk->chained = read_words(rec, walk->bp, walk->words);
	if (!found || (walk->chained && found == walk->words[1]) || !is_behind_call(found))
		return 0;
	walk->ip = found;
	return 1;
}

/*
 * The next frame, as frame pointers tell it. The outermost function has 0 for a frame pointer (the System V
 * ABI of x86-64, 3.4.1) or for a return address.
 */
__noinline int walk_up(RECORD handed)
{
	struct call_record *rec = record_of(handed);
	struct walk *walk;
	u64 next;

	if (!rec || !fixed.beside)
		return WALK_DONE;
	walk = &rec->walk;
	walk->leaf = 0;
	if (walk->told) {
		next = walk->words[0];
		if (next <= walk->bp)
			return next ? WALK_LOST : WALK_DONE;
		walk->bp = next;
		walk->chained = read_words(rec, next, walk->words);
	}
	if (!walk->chained)
		return walk->bp ? WALK_LOST : WALK_DONE;
	walk->told = 1;
	walk->ip = walk->words[1];
	return walk->ip ? WALK_ON : WALK_DONE;
}

#ifndef TH_LEGACY
/* The part of a mapping that frames are told by: a stack has no room for the whole. */
struct code_area {
	u64 start, flags, page, private_data;
	struct file *file;
};

static long code_found(struct task_struct *task, struct vm_area_struct *vma, struct code_area *to)
{
	to->start = BPF_CORE_READ(vma, vm_start);
	to->flags = BPF_CORE_READ(vma, vm_flags);
	to->page = BPF_CORE_READ(vma, vm_pgoff);
	to->private_data = (u64)BPF_CORE_READ(vma, vm_private_data);
	to->file = BPF_CORE_READ(vma, vm_file);
	return 0;
}
#endif

/* Looks up the mapping that a frame's code is in. */
__noinline int find_code(RECORD handed)
{
	struct call_record *rec = record_of(handed);
	struct area *area;
	u64 address;

	if (!rec || !fixed.beside)
		return 0;
	address = rec->walk.calls ? rec->walk.ip - 1 : rec->walk.ip;
	area = &rec->walk.area;
	area->found = AREA_UNKNOWN;
#ifndef TH_LEGACY
	if (bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_find_vma)) {
		struct code_area to = {};
		/* It does not wait for whoever is changing mappings. */
		long error = bpf_find_vma(current_task(), address, code_found, &to, 0);

		if (error) {
			area->found = error == -ENOENT ? AREA_NONE : AREA_UNKNOWN;
			return 0;
		}
		area->start = to.start;
		area->flags = to.flags;
		area->page = to.page;
		area->private_data = to.private_data;
		area->file = to.file;
		area->found = AREA_FOUND;
		return 0;
	}
#endif
	if (bpf_core_field_exists(struct mm_struct___locked, mm_rb))
		area_in_tree(area, BPF_CORE_READ(current_task(), mm), address);
	return 0;
}

/* What became of a frame. */
enum {
	FRAME_ADDED = 0,
	FRAME_IS_CALLER = 1,	/* and that is all that is asked for */
	FRAME_IS_NONE = 2,	/* there is no code: it is no frame */
};

/* Adds the frame that was found. */
__noinline int add_frame(RECORD handed)
{
	struct call_record *rec = record_of(handed);
	struct frame_facts *frame;
	struct area *area;

	if (!rec || !fixed.beside)
		return 0;
	area = &rec->walk.area;
	/* A frame pointer that is used for something else leads anywhere. */
	if (rec->walk.calls && area->found == AREA_FOUND && !(area->flags & PROT_EXEC))
		return rec->walk.leaf ? FRAME_ADDED : FRAME_IS_NONE;
	frame = (struct frame_facts *)tail_place(rec, 0);
	frame->ip = rec->walk.ip;
	frame->memory = code_memory(area);
	frame->offset = frame->inode = frame->dev = 0;
	if (frame->memory == CODE_OF_FILE) {
		frame->inode = file_inode(area->file);
		frame->dev = file_dev(area->file);
	}
	if (frame->memory == CODE_OF_FILE || frame->memory == CODE_OF_VDSO)
		frame->offset = frame->ip - area->start + area->page * PAGE;
	rec->at += sizeof(*frame);
	if (frame->memory != CODE_OF_FILE)
		return FRAME_ADDED;
	note_code_file(rec, area->file);
	return fixed.beside & STACK_USER || is_c_library(area->file) ? FRAME_ADDED : FRAME_IS_CALLER;
}

/* Notes where a field's tail is, whose bytes are in place. */
static __always_inline void stack_tail(struct call_record *rec, u32 index, u32 from)
{
	rec->head.absent &= ~(1ull << index);
	tail_slot(rec, index, TAIL_SLOT(from, rec->at - from));
}

/* Adds the frames of the user's stack, and says how the walk ends. */
static __always_inline u32 walk_frames(RECORD handed)
{
	const u32 most = fixed.beside & STACK_USER ? MOST_FRAMES : CALLER_FRAMES;

	for (u32 i = 0; i < MOST_FRAMES; i++) {
		u32 end = WALK_ON, added;

		if (i >= most)
			break;
		/* The first is where the thread is, the second its caller where that has no frame. */
		if (i == 1 && !walk_leaf(handed))
			continue;
		if (i > 1)
			end = walk_up(handed);
		if (end != WALK_ON)
			return end;
		find_code(handed);
		added = add_frame(handed);
		if (added != FRAME_ADDED)
			return added == FRAME_IS_NONE ? WALK_LOST : WALK_DONE;
	}
	return WALK_CUT;
}

static __always_inline void walk_user(RECORD handed, struct call_record *rec)
{
	const u32 index = FIELD_stack_captured_user;
	u32 from = rec->at, end;

	if (!walk_begin(handed))
		return;
	end = walk_frames(handed);
	if (end == WALK_CUT)
		tail_cut(rec, index);
	stack_tail(rec, index, from);
	rec->head.absent &= ~(1ull << FIELD_stack_captured_user_lost);
	tail_slot(rec, FIELD_stack_captured_user_lost, end == WALK_LOST);
}

/* The kernel's own, behind those of the user. */
__noinline int walk_kernel(RECORD handed)
{
	struct call_record *rec = record_of(handed);
	const u32 index = FIELD_stack_captured_kernel;
	u32 from;
	long size = -1;

	if (!rec || !fixed.beside)
		return 0;
	from = rec->at;
#ifndef TH_LEGACY
	if (bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_get_task_stack))
		size = bpf_get_task_stack(current_task(), tail_place(rec, 0), MOST_FRAMES * 8, 0);
#endif
	if (size <= 0) {
		rec->head.absent &= ~(1ull << index);
		tail_missing(rec, index, 0);
		return 0;
	}
	rec->at += size;
	if (size == MOST_FRAMES * 8)
		tail_cut(rec, index);
	stack_tail(rec, index, from);
	return 0;
}

__noinline int send_stack(RECORD handed)
{
	struct call_record *rec = record_of(handed);

	if (rec && fixed.beside)
		send_beside(rec, INDEX_stack_captured);
	return 0;
}

/* Begins to tell one of the files that were seen for the first time: the number of its record's buffer. */
__noinline int begin_code_file(RECORD handed, u32 which)
{
	struct call_record *stack = record_of(handed), *rec;
	struct code_file of;
	struct file *file;
	u32 number;

	if (!stack || !fixed.beside)
		return 0;
	number = buffer_take();
	rec = number ? call_record_of(number) : NULL;
	if (!rec)
		return 0;
	file = (struct file *)stack->spans[which & (MOST_SPANS - 1)].from;
	of = code_file_of(file);
	rec->head = stack->head;
	rec->head.time--;
	start_beside(rec, ID_code_file_seen, FIELDS_code_file_seen);
	rec->head.absent = 0;
	tail_slot(rec, FIELD_code_file_seen_dev, of.dev);
	tail_slot(rec, FIELD_code_file_seen_inode, of.inode);
	tail_slot(rec, FIELD_code_file_seen_ctime, of.ctime);
	rec->mnt = (u64)BPF_CORE_READ(file, f_path.mnt);
	rec->dentry = (u64)BPF_CORE_READ(file, f_path.dentry);
	return number;
}

__noinline int end_code_file(RECORD handed, u32 which, u32 number)
{
	struct call_record *stack = record_of(handed);
	struct call_record *rec = number ? call_record_of(number) : NULL;
	struct code_file of;
	bool sent = false;

	if (!stack || !fixed.beside)
		return 0;
	if (rec) {
		sent = send_beside(rec, INDEX_code_file_seen);
		buffer_give(number);
	} else {
		count_lost(INDEX_code_file_seen);
	}
	/* One that was lost is to be told again. */
	of = code_file_of((struct file *)stack->spans[which & (MOST_SPANS - 1)].from);
	if (!sent)
		bpf_map_delete_elem(&code_files, &of);
	return 0;
}

/* Tells the files before the stack, so that who reads that knows them. */
static __always_inline void tell_code_files(RECORD handed, struct call_record *stack)
{
	for (u32 i = 0; i < MOST_NEW_FILES; i++) {
		struct call_record *rec;
		u32 number;

		if (i >= stack->spanned)
			break;
		number = begin_code_file(handed, i);
		rec = call_record_of(number);
		if (number && rec)
			tail_names(hand(rec, number), FIELD_code_file_seen_pathname);
		end_code_file(handed, i, number);
	}
}

/* A record for the stack of another's event: the number of its buffer. */
__noinline int begin_stack(RECORD handed)
{
	struct call_record *event = record_of(handed), *rec;
	u32 number;

	if (!event || !fixed.beside || !is_of_this_thread(&event->head))
		return 0;
	number = buffer_take();
	rec = number ? call_record_of(number) : NULL;
	if (!rec) {
		count_lost(INDEX_stack_captured);
		return 0;
	}
	if (!event->head.pieces)
		event->head.pieces = (u32)event->head.time | 1;
	rec->head = event->head;
	/* The reader goes by time, and this comes before its event. */
	rec->head.time--;
	rec->spanned = 0;
	start_beside(rec, ID_stack_captured, FIELDS_stack_captured);
	return number;
}

static __always_inline void tell_stack(RECORD event)
{
	u32 number = begin_stack(event);
	struct call_record *rec = call_record_of(number);

	if (!number || !rec)
		return;
	if (fixed.beside & (STACK_USER | STACK_CALLER))
		walk_user(hand(rec, number), rec);
	if (fixed.beside & STACK_KERNEL)
		walk_kernel(hand(rec, number));
	tell_code_files(hand(rec, number), rec);
	send_stack(hand(rec, number));
	buffer_give(number);
}

__noinline int tell_beside(RECORD event)
{
	if (fixed.beside & BESIDE_UTS)
		end_uts(begin_uts(event));
	if (fixed.beside & BESIDE_STACK)
		tell_stack(event);
	return 0;
}
