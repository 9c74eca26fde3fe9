/* Arguments at random, from hostile pools. */
#pragma once

static uint64_t next(struct thread *self)
{
	/* splitmix64 */
	uint64_t z = self->random += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

static uint64_t below(struct thread *self, uint64_t limit)
{
	return next(self) % limit;
}

static uint64_t text(struct thread *self)
{
	return ARENA + TEXTS * PAGE + 32 * below(self, LENGTH(texts));
}

static uint64_t pointer(struct thread *self)
{
	uint64_t page;

	switch (below(self, 10)) {
	case 0:
		return nowhere[below(self, LENGTH(nowhere))];
	case 1:
		return 0;
	case 2: /* right before what is not mapped */
		return ARENA + HOLE * PAGE - below(self, 2) * below(self, 64) - 1;
	case 3:
		return text(self);
	case 4:
		page = READ_ONLY + below(self, 2);
		break;
	case 5:
		page = below(self, PAGES);
		break;
	case 6:
		page = COLD + below(self, 3);
		break;
	case 7:
		page = CHURNED + below(self, 3);
		break;
	default:
		page = below(self, TEXTS);
	}
	/* Few places: what is read and what is written often are the same. */
	return ARENA + page * PAGE + 8 * below(self, 4) * below(self, 128) + below(self, 2) * below(self, 8);
}

static uint64_t bits(struct thread *self)
{
	uint64_t value = 0;

	for (uint64_t left = below(self, 4); left; left--)
		value |= 1UL << below(self, 32);
	return value;
}

static uint64_t anything(struct thread *self)
{
	switch (below(self, 16)) {
	case 0:
		return 0;
	case 1:
		return -1;
	case 2:
	case 3:
		return below(self, 40);
	case 4:
		return counts[below(self, LENGTH(counts))];
	case 5:
		return -below(self, 200);
	case 6:
		return (uint32_t)next(self);
	case 7:
		return next(self) | 1UL << 63;
	case 8:
	case 9:
		return below(self, 24);
	case 10:
		return bits(self);
	case 11:
		return text(self);
	default:
		return pointer(self);
	}
}

static uint64_t hinted(struct thread *self, char hint)
{
	switch (hint) {
	case 'f':
		return below(self, 10) ? below(self, 24) : anything(self);
	case 'p':
		return pointer(self);
	case 's':
		return below(self, 4) ? text(self) : pointer(self);
	case 'n':
		return counts[below(self, LENGTH(counts))];
	case 'i':
		return below(self, 40);
	case 'x':
		return bits(self);
	default:
		return anything(self);
	}
}

static void arguments(struct thread *self, enum abi abi, int nr, uint64_t args[6])
{
	const char *hint = "";

	if (below(self, 2)) {
		for (uint64_t i = 0; i < LENGTH(hints); i++) {
			if (nr == (abi == I386 ? hints[i].nr32 : hints[i].nr64))
				hint = hints[i].args;
		}
	}
	for (int i = 0; i < 6; i++) {
		args[i] = *hint ? hinted(self, *hint++) : anything(self);
		/* What a 32-bit call must not look at. */
		if (abi == I386 && !below(self, 4))
			args[i] |= next(self) << 32;
	}
	if (nr == (abi == I386 ? 172 : SYS_prctl))
		args[0] = options[below(self, LENGTH(options))];
}

/* Whether the call may be made, its arguments set right. */
static int allowed(struct thread *self, enum abi abi, int nr, uint64_t args[6])
{
	nr &= ~0x40000000;
	for (uint64_t i = 0; i < LENGTH(rules); i++) {
		const struct rule *rule = &rules[i];

		if (nr != (abi == I386 ? rule->nr32 : rule->nr64))
			continue;
		if (rule->what == LEAVE || (rule->what == SELDOM && below(self, rule->value)))
			return 0;
		if (rule->what == FIX)
			args[rule->arg] = rule->value;
	}
	return 1;
}
