#pragma once
#include <libssh2.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

// libssh2 takes its callbacks as data pointers, which Swift makes of no function.

// Lets a session send and receive by the caller's functions.
static inline void dstack_ssh_set_transport(
    LIBSSH2_SESSION *session, LIBSSH2_SEND_FUNC((*send)), LIBSSH2_RECV_FUNC((*receive))) {
    libssh2_session_callback_set(session, LIBSSH2_CALLBACK_SEND, (void *)send);
    libssh2_session_callback_set(session, LIBSSH2_CALLBACK_RECV, (void *)receive);
}

// Has a session tell that its peer ends it (SSH_MSG_DISCONNECT), and why.
static inline void dstack_ssh_set_farewell(LIBSSH2_SESSION *session, LIBSSH2_DISCONNECT_FUNC((*farewell))) {
    libssh2_session_callback_set(session, LIBSSH2_CALLBACK_DISCONNECT, (void *)farewell);
}

// What a session's callbacks are given.
struct dstack_ssh_context {
    void *owner;
    // Called when the exit status of a channel's command has come. `channel` is our number of it.
    void (*status_came)(void *owner, unsigned int channel);
};

static inline void *dstack_ssh_alloc(size_t count, void **context) {
    (void)context;
    return malloc(count);
}

static inline void *dstack_ssh_realloc(void *block, size_t count, void **context) {
    (void)context;
    return realloc(block, count);
}

// libssh2 says 0 where no exit status came, too. So its packets are looked at when it lets go of them: this one is
// byte 98 (channel request), the channel's number, and a string of 11 bytes, "exit-status".
static inline void dstack_ssh_free(void *block, void **context) {
    static const char mark[] = "\0\0\0\vexit-status";
    const unsigned char *bytes = block;
    if (bytes && malloc_usable_size(block) >= 25 && bytes[0] == 98 && !memcmp(bytes + 5, mark, sizeof mark - 1)) {
        struct dstack_ssh_context *told = *context;
        told->status_came(told->owner, (unsigned)bytes[1] << 24 | bytes[2] << 16 | bytes[3] << 8 | bytes[4]);
    }
    free(block);
}

// A session whose callbacks are given `context`, which outlives it.
static inline LIBSSH2_SESSION *dstack_ssh_session(struct dstack_ssh_context *context) {
    return libssh2_session_init_ex(dstack_ssh_alloc, dstack_ssh_free, dstack_ssh_realloc, context);
}

// How many bytes a peer may send on a channel before it has to wait for their being read.
static const unsigned int dstack_ssh_window = LIBSSH2_CHANNEL_WINDOW_DEFAULT;
