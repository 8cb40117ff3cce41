#pragma once
// What the shim needs of Linux and Swift cannot call. Only plain types are named here, so that Swift's own view of the
// C library meets no other one. Unless said otherwise a function gives -1 and sets errno where it fails.

// Orphans among the descendants become children of this process.
int cprocesses_become_subreaper(void);

// Blocks SIGCHLD, SIGTERM and SIGINT for this thread and those it starts. 0, or an error number.
int cprocesses_block_signals(void);

// A descriptor that tells about one signal, which must be blocked; closed on exec, never blocks.
int cprocesses_signal_descriptor(int signal);

// A descriptor that becomes readable when the process ends; closed on exec.
int cprocesses_open(int pid);

// Takes the status of any child that has ended, without waiting: its pid, or 0 where none has ended.
int cprocesses_reap(int *status);

// Reads a status: the exit code, or -1 after a signal; the signal, or 0.
int cprocesses_exit_code(int status);
int cprocesses_end_signal(int status);

// An epoll set, closed on exec.
int cprocesses_epoll(void);

// Registers a descriptor for input, or for the priority events of the kernel's own files.
int cprocesses_epoll_add(int epoll, int descriptor, int priority);

int cprocesses_epoll_remove(int epoll, int descriptor);

// Waits at most so many milliseconds, -1 without limit; puts up to 64 ready descriptors into `ready` and gives their
// count.
int cprocesses_epoll_wait(int epoll, int ready[64], int milliseconds);

// A counter to wake a thread with, closed on exec; `blocking` says whether reading zero waits.
int cprocesses_counter(int blocking);

// Closes every descriptor from `first` up.
int cprocesses_close_from(int first);

// Takes an advisory lock on a file for as long as it is open, without waiting.
int cprocesses_lock(int descriptor);

// Lets go of it, whoever has a copy of the descriptor.
void cprocesses_unlock(int descriptor);

// What a launched process gets. Descriptors are those of this process; `listener` becomes descriptor 3.
struct cprocesses_launch {
    const char *path;
    char *const *arguments;
    char *const *environment;
    const char *directory;
    int input, output, listener;
    // A directory of cgroup v2 to start in, or -1.
    int cgroup;
    // The two ends of a pipe, or -1: the program starts once a byte is written; it never does once the pipe is closed.
    int gate_read, gate_write;
};

// Starts a program in a session of its own, with default signals and no other descriptors than 0...3. What goes wrong
// in the new process is written to `output`, and its exit status is 127. Gives the pid.
int cprocesses_launch(const struct cprocesses_launch *what);
