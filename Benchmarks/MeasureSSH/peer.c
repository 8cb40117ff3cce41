// The other sides of `make bench`'s measurements of SSH, in C: what is at a tunnel's end, a client of a forwarded port,
// and a bare loop over libssh2 to compare with.
//
//   peer serve                                     prints its port; "d" COUNT sends bytes, "u" COUNT takes them, "p" echoes
//   peer tcp PORT d|u COUNT CHANNELS               moves COUNT bytes by each of CHANNELS connections
//   peer bare SSHPORT USER KEYFILE PORT d|u COUNT CHANNELS   the same by channels of one session
//
// COUNT is a number of 8 bytes, least significant first. tcp and bare print seconds.
#include <arpa/inet.h>
#include <fcntl.h>
#include <libssh2.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { PIECE = 256 << 10, MOST = 64 };

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec + time.tv_nsec / 1e9;
}

static void die(const char *what) {
    perror(what);
    exit(1);
}

static int all(int file, char *bytes, size_t count, int sends) {
    while (count > 0) {
        ssize_t moved = sends ? send(file, bytes, count, MSG_NOSIGNAL) : recv(file, bytes, count, 0);
        if (moved <= 0) return 0;
        bytes += moved;
        count -= moved;
    }
    return 1;
}

static void *serve(void *argument) {
    int file = (int)(intptr_t)argument;
    char *bytes = calloc(1, PIECE);
    char what;
    uint64_t count;
    while (all(file, &what, 1, 0)) {
        if (what == 'p') {
            if (!all(file, &what, 1, 1)) break;
            continue;
        }
        if (!all(file, (char *)&count, 8, 0)) break;
        for (uint64_t left = count; left > 0;) {
            size_t size = left < PIECE ? left : PIECE;
            if (!all(file, bytes, size, what == 'd')) goto end;
            left -= size;
        }
        if (what == 'u' && !all(file, &what, 1, 1)) break;
    }
end:
    free(bytes);
    close(file);
    return NULL;
}

static struct sockaddr_in loopback(int port) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

static void serve_all(void) {
    int listener = socket(AF_INET, SOCK_STREAM, 0), on = 1;
    struct sockaddr_in address = loopback(0);
    socklen_t length = sizeof address;
    if (bind(listener, (void *)&address, length) || listen(listener, 1024)) die("listen");
    getsockname(listener, (void *)&address, &length);
    printf("%d\n", ntohs(address.sin_port));
    fflush(stdout);
    for (;;) {
        int file = accept(listener, NULL, NULL);
        if (file < 0) die("accept");
        setsockopt(file, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        pthread_t thread;
        pthread_attr_t small;
        pthread_attr_init(&small);
        pthread_attr_setstacksize(&small, 64 << 10);
        pthread_attr_setdetachstate(&small, PTHREAD_CREATE_DETACHED);
        if (pthread_create(&thread, &small, serve, (void *)(intptr_t)file)) close(file);
    }
}

static int dial(int port) {
    int file = socket(AF_INET, SOCK_STREAM, 0), on = 1;
    struct sockaddr_in address = loopback(port);
    if (connect(file, (void *)&address, sizeof address)) die("connect");
    setsockopt(file, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return file;
}

static char direction;
static uint64_t amount;

static void *move_by_tcp(void *argument) {
    int file = (int)(intptr_t)argument;
    char *bytes = calloc(1, PIECE), done;
    if (!all(file, &direction, 1, 1) || !all(file, (char *)&amount, 8, 1)) die("send");
    for (uint64_t left = amount; left > 0;) {
        size_t size = left < PIECE ? left : PIECE;
        if (!all(file, bytes, size, direction == 'u')) die("move");
        left -= size;
    }
    if (direction == 'u' && !all(file, &done, 1, 0)) die("confirmation");
    free(bytes);
    return NULL;
}

static int by_tcp(int port, int count) {
    int files[MOST];
    pthread_t threads[MOST];
    for (int index = 0; index < count; index++) files[index] = dial(port);
    double start = now();
    for (int index = 0; index < count; index++)
        pthread_create(&threads[index], NULL, move_by_tcp, (void *)(intptr_t)files[index]);
    for (int index = 0; index < count; index++) pthread_join(threads[index], NULL);
    printf("%.6f\n", now() - start);
    return 0;
}

static int bare(int sshport, const char *user, const char *keyfile, int port, int count) {
    libssh2_init(0);
    LIBSSH2_SESSION *session = libssh2_session_init();
    int file = dial(sshport);
    libssh2_session_method_pref(session, LIBSSH2_METHOD_CRYPT_CS, "aes128-ctr");
    libssh2_session_method_pref(session, LIBSSH2_METHOD_CRYPT_SC, "aes128-ctr");
    libssh2_session_method_pref(session, LIBSSH2_METHOD_MAC_CS, "hmac-sha2-256");
    libssh2_session_method_pref(session, LIBSSH2_METHOD_MAC_SC, "hmac-sha2-256");
    if (libssh2_session_handshake(session, file)) die("handshake");
    if (libssh2_userauth_publickey_fromfile(session, user, NULL, keyfile, NULL)) die("login");
    LIBSSH2_CHANNEL *channels[MOST];
    uint64_t left[MOST];
    char head[9];
    head[0] = direction;
    memcpy(head + 1, &amount, 8);
    for (int index = 0; index < count; index++) {
        channels[index] = libssh2_channel_direct_tcpip(session, "127.0.0.1", port);
        if (!channels[index]) die("channel");
        libssh2_channel_write(channels[index], head, 9);
        left[index] = amount;
    }
    libssh2_session_set_blocking(session, 0);
    char *bytes = calloc(1, PIECE);
    int open = count;
    double start = now();
    while (open > 0) {
        int moved = 0;
        for (int index = 0; index < count; index++) {
            while (left[index] > 0) {
                size_t size = left[index] < PIECE ? left[index] : PIECE;
                ssize_t got = direction == 'd' ? libssh2_channel_read(channels[index], bytes, size)
                                               : libssh2_channel_write(channels[index], bytes, size);
                if (got == LIBSSH2_ERROR_EAGAIN && libssh2_session_block_directions(session) & LIBSSH2_SESSION_BLOCK_OUTBOUND) {
                    // A packet is half sent: libssh2 wants this very call again before any other.
                    struct pollfd poller = {.fd = file, .events = POLLOUT};
                    poll(&poller, 1, 1000);
                    continue;
                }
                if (got == LIBSSH2_ERROR_EAGAIN || got == 0) break;
                if (got < 0) die("libssh2");
                moved = 1;
                left[index] -= got;
                if (left[index] == 0 && direction == 'd') open--;
            }
            if (direction == 'u' && left[index] == 0 && libssh2_channel_read(channels[index], bytes, 1) == 1) {
                left[index] = 0;
                moved = 1;
                open--;
            }
        }
        if (moved) continue;
        struct pollfd poller = {.fd = file, .events = POLLIN};
        poll(&poller, 1, 1000);
    }
    printf("%.6f\n", now() - start);
    return 0;
}

int main(int count, char **arguments) {
    if (count == 2 && !strcmp(arguments[1], "serve")) serve_all();
    if (count == 6 && !strcmp(arguments[1], "tcp")) {
        direction = *arguments[3];
        amount = strtoull(arguments[4], NULL, 10);
        return by_tcp(atoi(arguments[2]), atoi(arguments[5]));
    }
    if (count == 9 && !strcmp(arguments[1], "bare")) {
        direction = *arguments[6];
        amount = strtoull(arguments[7], NULL, 10);
        return bare(atoi(arguments[2]), arguments[3], arguments[4], atoi(arguments[5]), atoi(arguments[8]));
    }
    fprintf(stderr, "see the head of peer.c\n");
    return 2;
}
