/*
 * ipc: every call that i386's ipc(2) stands for, by int $0x80 in a 64-bit build. The test beside it
 * states what must be seen of each.
 */
#define _GNU_SOURCE
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>

#include "calls.h"

/* Structures of today, not of libc 5. */
#define IPC_64 0x100

static long made(const char *label, uint32_t call, uint32_t first, uint32_t second, uint32_t third,
		 const void *pointer, uint32_t fifth)
{
	return told(label, compat(117, call, first, second, third, at(pointer), fifth));
}

/* semctl(2) has its last argument in memory. */
static long control(const char *label, uint32_t id, uint32_t number, uint32_t command, uint32_t value)
{
	return made(label, 3, id, number, command, low(&value, sizeof(value)), 0);
}

static void semaphores(void)
{
	struct {
		uint16_t number;
		int16_t change, flags;
	} up = { 1, 2, IPC_NOWAIT }, down = { 1, -1, SEM_UNDO };
	uint32_t time[2] = { 3, 4000 };
	uint32_t *state = low(NULL, 256);
	long id = made("semget", 2, IPC_PRIVATE, 2, IPC_CREAT | 0640, NULL, 0);

	note("semaphores", id);
	control("semctl-set", id, 1, SETVAL | IPC_64, 5);
	control("semctl-set-old", id, 0, SETVAL, 6);
	made("semop", 1, id, 1, 0, low(&up, sizeof(up)), 0);
	made("semtimedop", 4, id, 1, 0, low(&down, sizeof(down)), at(low(time, sizeof(time))));
	made("semtimedop-forever", 4, id, 1, 0, low(&down, sizeof(down)), 0);
	control("semctl-get", id, 1, GETVAL | IPC_64, 0);
	control("semctl-stat", id, 0, IPC_STAT | IPC_64, at(state));
	/* struct ipc64_perm, then two times in two words each */
	note("sem_ctime", state[11]);
	control("semctl-stat-old", id, 0, IPC_STAT, at(state));
	note("sem_old", at(state));
	control("semctl-remove", id, 0, IPC_RMID | IPC_64, 0);
}

static void messages(void)
{
	struct {
		uint32_t type;
		char text[8];
	} message = { 7, "letter" };
	uint32_t *state = low(NULL, 256), *buffer = low(NULL, 64);
	uint32_t kludge[2] = { at(buffer), (uint32_t)-7 };
	long id = made("msgget", 13, IPC_PRIVATE, 0600, 0, NULL, 0);

	note("queue", id);
	made("msgsnd", 11, id, 6, IPC_NOWAIT, low(&message, sizeof(message)), 0);
	made("msgctl-stat", 14, id, IPC_STAT | IPC_64, 0, state, 0);
	note("msg_stime", state[9]);
	note("msg_ctime", state[13]);
	note("msg_qbytes", state[17]);
	made("msgctl-set", 14, id, IPC_SET | IPC_64, 0, state, 0);
	made("msgrcv", 12, id, 32, MSG_NOERROR, low(kludge, sizeof(kludge)), 0);
	made("msgrcv-empty", 12, id, 32, IPC_NOWAIT, low(kludge, sizeof(kludge)), 0);
	made("msgrcv-version-1", 1 << 16 | 12, id, 32, IPC_NOWAIT, buffer, 7);
	note("buffer", at(buffer));
	made("msgctl-remove", 14, id, IPC_RMID | IPC_64, 0, NULL, 0);
}

static void memory(void)
{
	uint32_t *where = low(NULL, 4), *state = low(NULL, 256);
	long id = made("shmget", 23, IPC_PRIVATE, 8192, IPC_CREAT | 0600, NULL, 0);

	note("segment", id);
	made("shmat", 21, id, SHM_RDONLY, at(where), NULL, 0);
	note("where", *where);
	made("shmctl-stat", 24, id, IPC_STAT | IPC_64, 0, state, 0);
	note("shm_atime", state[10]);
	note("shm_ctime", state[14]);
	made("shmctl-info", 24, 0, IPC_INFO | IPC_64, 0, state, 0);
	note("shmmax", state[0]);
	note("shmmni", state[2]);
	note("shmseg", state[3]);
	note("shmall", state[4]);
	made("shmdt", 22, 0, 0, 0, (void *)(uintptr_t)*where, 0);
	made("shmctl-remove", 24, id, IPC_RMID | IPC_64, 0, NULL, 0);
	made("shmat-gone", 21, id, 0, at(where), NULL, 0);
}

int main(void)
{
	note("uid", getuid());
	note("gid", getgid());
	note("pid", getpid());
	begin();
	semaphores();
	messages();
	memory();
	made("unknown", 99, 1, 2, 3, NULL, 5);
	return end();
}
