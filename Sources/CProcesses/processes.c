#define _GNU_SOURCE
#include "CProcesses.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

int cprocesses_become_subreaper(void) { return prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); }

int cprocesses_block_signals(void) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    return pthread_sigmask(SIG_BLOCK, &set, NULL);
}

int cprocesses_signal_descriptor(int signal) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, signal);
    return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

int cprocesses_open(int pid) { return (int)syscall(SYS_pidfd_open, pid, 0u); }

int cprocesses_reap(int *status) { return waitpid(-1, status, WNOHANG); }

int cprocesses_exit_code(int status) { return WIFEXITED(status) ? WEXITSTATUS(status) : -1; }

int cprocesses_end_signal(int status) { return WIFSIGNALED(status) ? WTERMSIG(status) : 0; }

int cprocesses_epoll(void) { return epoll_create1(EPOLL_CLOEXEC); }

int cprocesses_epoll_add(int epoll, int descriptor, int priority) {
    struct epoll_event event = {.events = priority ? EPOLLPRI : EPOLLIN, .data = {.fd = descriptor}};
    return epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event);
}

int cprocesses_epoll_remove(int epoll, int descriptor) { return epoll_ctl(epoll, EPOLL_CTL_DEL, descriptor, NULL); }

int cprocesses_epoll_wait(int epoll, int ready[64], int milliseconds) {
    struct epoll_event events[64];
    int count = epoll_wait(epoll, events, 64, milliseconds);
    for (int i = 0; i < count; i++) ready[i] = events[i].data.fd;
    return count;
}

int cprocesses_counter(int blocking) { return eventfd(0, EFD_CLOEXEC | (blocking ? 0 : EFD_NONBLOCK)); }

int cprocesses_close_from(int first) { return (int)syscall(SYS_close_range, (unsigned)first, ~0u, 0u); }

int cprocesses_lock(int descriptor) { return flock(descriptor, LOCK_EX | LOCK_NB); }

void cprocesses_unlock(int descriptor) { flock(descriptor, LOCK_UN); }

int cprocesses_launch(const struct cprocesses_launch *what) {
    // struct clone_args of linux/sched.h, version 2 (CLONE_ARGS_SIZE_VER2), which older headers lack.
    struct {
        unsigned long long flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls, set_tid,
            set_tid_size, cgroup;
    } arguments = {0};
    arguments.exit_signal = SIGCHLD;
    if (what->cgroup >= 0) {
        arguments.flags = 0x200000000ULL;  // CLONE_INTO_CGROUP
        arguments.cgroup = (unsigned long long)what->cgroup;
    }
    int pid = (int)syscall(SYS_clone3, &arguments, sizeof arguments);
    if (pid != 0) return pid;
    // The new process: a copy of one thread, so only async-signal-safe calls from here on.
    sigset_t none;
    sigemptyset(&none);
    for (int number = 1; number < 32; number++) signal(number, SIG_DFL);
    sigprocmask(SIG_SETMASK, &none, (sigset_t *)0);
    setsid();
    if (what->gate_read >= 0) {
        char byte;
        close(what->gate_write);
        if (read(what->gate_read, &byte, 1) != 1) _exit(127);
    }
    const char *step = "chdir";
    if (chdir(what->directory) == 0) {
        // Up to descriptors that none of the four overwrites.
        int input = fcntl(what->input, F_DUPFD, 10), output = fcntl(what->output, F_DUPFD, 10);
        int listener = fcntl(what->listener, F_DUPFD, 10);
        step = "dup2";
        if (dup2(input, 0) >= 0 && dup2(output, 1) >= 0 && dup2(output, 2) >= 0 && dup2(listener, 3) >= 0) {
            step = "close_range";
            if (syscall(SYS_close_range, 4u, ~0u, 0u) == 0) {
                step = "execve";
                execve(what->path, what->arguments, what->environment);
            }
        }
    }
    char text[] = "errno 000\n";
    text[6] = (char)('0' + errno / 100 % 10);
    text[7] = (char)('0' + errno / 10 % 10);
    text[8] = (char)('0' + errno % 10);
    const char *parts[] = {"cannot start ", what->path, ": ", step, " failed with ", text};
    for (int i = 0; i < 6; i++) {
        size_t length = 0;
        while (parts[i][length]) length++;
        if (write(2, parts[i], length) < 0) break;
    }
    _exit(127);
}
