#pragma once
// Inline wrappers over Linux calls that Swift cannot see, because they are variadic.
//
// No header that defines a type is included, nor is _GNU_SOURCE set: Swift's own view of the C library must not meet
// another one.

#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

extern long syscall(long number, ...);
extern int mallopt(int parameter, int value);
extern void (*signal(int number, void (*handler)(int)))(int);

// All threads allocate from so many arenas, not from one each: a program of many, mostly idle threads then touches less
// memory. 1, or 0 where the C library has no arenas.
static inline int clinux_limit_arenas(int count) { return mallopt(-8 /* M_ARENA_MAX */, count); }

// Whatever ends this process, its memory is written to no core file, and no other user's process reads it. Swift's own
// backtraces on a crash go with that: they print memory too, and their tool would wait for ever for a process that it may
// not read. What this process starts is bound by none of it. 0, or -1 with errno.
static inline int clinux_forbid_core_files(void) {
    const int crashes[] = {3 /* QUIT */, 4 /* ILL */, 5 /* TRAP */, 6 /* ABRT */, 7 /* BUS */, 8 /* FPE */, 11 /* SEGV */};
    for (unsigned long index = 0; index < sizeof crashes / sizeof *crashes; index++)
        signal(crashes[index], (void (*)(int))0 /* SIG_DFL */);
    return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

// Orphans among the descendants become children of this process. 0, or -1 with errno.
static inline int clinux_become_subreaper(void) { return prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); }

// This process gets `signal` when the thread that started it ends. 0, or -1 with errno.
static inline int clinux_signal_on_parent_death(int signal) { return prctl(PR_SET_PDEATHSIG, signal, 0, 0, 0); }

extern int posix_spawn_file_actions_addclosefrom_np(void *actions, int first);

// What is spawned by `actions` (a posix_spawn_file_actions_t) gets no descriptor from `first` up. 0, or an errno.
static inline int clinux_spawn_close_from(void *actions, int first) {
    return posix_spawn_file_actions_addclosefrom_np(actions, first);
}

// Closes every descriptor from `first` up. 0, or -1 with errno (ENOSYS before Linux 5.9).
static inline int clinux_close_from(unsigned int first) {
#ifdef SYS_close_range
    return (int)syscall(SYS_close_range, first, ~0u, 0);
#else
    return (int)syscall(-1);
#endif
}

// A descriptor of a process, readable once it has ended; or -1 with errno.
static inline int clinux_open_process(int process) { return (int)syscall(SYS_pidfd_open, process, 0); }

// Takes `count` bytes of the disk for a file from `offset` on, whose end stays where it is. 0, or -1 with errno.
static inline int clinux_claim(int file, long offset, long count) {
    return (int)syscall(SYS_fallocate, file, 1 /* FALLOC_FL_KEEP_SIZE */, offset, count);
}

// Unlocks the other side of a pseudo-terminal's master. 0, or -1 with errno.
static inline int clinux_unlock_terminal(int master) {
    int locked = 0;
    return ioctl(master, TIOCSPTLCK, &locked);
}

// The number of a master's terminal in /dev/pts, or -1 with errno.
static inline int clinux_terminal_number(int master) {
    unsigned int number = 0;
    return ioctl(master, TIOCGPTN, &number) == 0 ? (int)number : -1;
}

// Sends `signal` to the foreground process group of a master's terminal. 0, or -1 with errno.
static inline int clinux_signal_foreground(int master, int signal) { return ioctl(master, TIOCSIG, signal); }

// The foreground process group of a master's terminal, or -1 with errno.
static inline int clinux_foreground_group(int master) {
    int group = -1;
    return ioctl(master, TIOCGPGRP, &group) == 0 ? group : -1;
}

// posix_spawn's flag for a session of its own.
static inline short clinux_spawn_setsid(void) { return 0x80; }

// One of what the kernel tells of many descriptors: what happened, and the number under which it was added.
struct clinux_happening {
    unsigned int events;
    unsigned long token;
};

#define CLINUX_READABLE 0x001u
#define CLINUX_WRITABLE 0x004u
#define CLINUX_FAILED 0x008u
#define CLINUX_HUNG_UP 0x010u
#define CLINUX_PEER_ENDED 0x2000u

// epoll's own struct, which is packed on this processor alone.
struct clinux_epoll_event {
    unsigned int events;
    unsigned long token;
}
#if defined(__x86_64__)
__attribute__((packed))
#endif
;

// A descriptor that waits for others, closed in what this process starts; or -1 with errno.
static inline int clinux_epoll_open(void) { return (int)syscall(SYS_epoll_create1, 02000000 /* EPOLL_CLOEXEC */); }

// Adds a descriptor; each change of it is told once (edge-triggered). 0, or -1 with errno.
static inline int clinux_epoll_add(int epoll, int file, unsigned long token) {
    struct clinux_epoll_event event;
    event.events = CLINUX_READABLE | CLINUX_WRITABLE | CLINUX_PEER_ENDED | (1u << 31) /* EPOLLET */;
    event.token = token;
    return (int)syscall(SYS_epoll_ctl, epoll, 1 /* EPOLL_CTL_ADD */, file, &event);
}

// Takes a descriptor out. 0, or -1 with errno.
static inline int clinux_epoll_remove(int epoll, int file) {
    struct clinux_epoll_event event = {0, 0};
    return (int)syscall(SYS_epoll_ctl, epoll, 2 /* EPOLL_CTL_DEL */, file, &event);
}

// Waits at most so many milliseconds (-1: for ever) for at most 64 happenings. Their count, or -1 with errno.
static inline int clinux_epoll_wait(int epoll, struct clinux_happening *happenings, int milliseconds) {
    struct clinux_epoll_event events[64];
    int count = (int)syscall(SYS_epoll_pwait, epoll, events, 64, milliseconds, (void *)0, 8ul);
    for (int index = 0; index < count; index++) {
        happenings[index].events = events[index].events;
        happenings[index].token = events[index].token;
    }
    return count;
}

// A counter that wakes who waits for it: write 8 bytes of 1, read 8 bytes to reset. Or -1 with errno.
static inline int clinux_wake_open(void) { return (int)syscall(SYS_eventfd2, 0, 02004000 /* CLOEXEC, NONBLOCK */); }

// A pipe's two ends, the reading one first, closed in what this process starts. 0, or -1 with errno.
static inline int clinux_pipe(int *ends) { return (int)syscall(SYS_pipe2, ends, 02000000 /* O_CLOEXEC */); }
