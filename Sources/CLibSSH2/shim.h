#pragma once
#include <libssh2.h>

// libssh2 takes its callbacks as data pointers, which Swift makes of no function.

// Lets a session send and receive by the caller's functions.
static inline void dstack_ssh_set_transport(
    LIBSSH2_SESSION *session, LIBSSH2_SEND_FUNC((*send)), LIBSSH2_RECV_FUNC((*receive))) {
    libssh2_session_callback_set(session, LIBSSH2_CALLBACK_SEND, (void *)send);
    libssh2_session_callback_set(session, LIBSSH2_CALLBACK_RECV, (void *)receive);
}

// A session without an allocator of its own, whose callbacks are given `context`.
static inline LIBSSH2_SESSION *dstack_ssh_session(void *context) {
    return libssh2_session_init_ex((void *)0, (void *)0, (void *)0, context);
}

// How many bytes a peer may send on a channel before it has to wait for their being read.
static const unsigned int dstack_ssh_window = LIBSSH2_CHANNEL_WINDOW_DEFAULT;
