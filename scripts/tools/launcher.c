// Starts a program of the tools folder through the loader and the libraries that came along with it, so that it needs
// nothing of the machine that it runs on. A program's name in the folder is a link to this, which is static.
//
//     ROOT/bin/NAME, ROOT/libexec/git-core/NAME   links to ROOT/launcher
//     ROOT/programs/NAME                          the program
//     ROOT/lib                                    its libraries, and the loader as ROOT/lib/loader
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

int main(int argc, char **argv) {
    // The name that was executed, not what it links to. A program that starts itself again by a descriptor (dropbear)
    // has only its first argument for a name.
    const char *called = (const char *)getauxval(AT_EXECFN);
    if (strncmp(called, "/dev/fd/", 8) == 0 && argc > 0) called = argv[0];
    char path[PATH_MAX], root[PATH_MAX], loader[PATH_MAX], library[PATH_MAX], program[PATH_MAX];
    if (called[0] == '/') {
        snprintf(path, sizeof path, "%s", called);
    } else {
        char here[PATH_MAX];
        if (getcwd(here, sizeof here) == NULL) here[0] = 0;
        snprintf(path, sizeof path, "%.2000s/%.2000s", here, called);
    }
    const char *name = strrchr(path, '/') + 1;
    snprintf(root, sizeof root, "%s", path);
    for (;;) {
        char *cut = strrchr(root, '/');
        if (cut == NULL) {
            fprintf(stderr, "%s: the folder of the tools is not above it\n", path);
            return 127;
        }
        *cut = 0;
        snprintf(loader, sizeof loader, "%.4000s/lib/loader", root);
        if (access(loader, X_OK) == 0) break;
    }
    snprintf(library, sizeof library, "%.4000s/lib", root);
    snprintf(program, sizeof program, "%.3000s/programs/%.1000s", root, name);
    char **arguments = calloc((size_t)argc + 8, sizeof *arguments);
    if (arguments == NULL) return 127;
    int count = 0;
    arguments[count++] = loader;
    arguments[count++] = "--inhibit-cache";
    arguments[count++] = "--library-path";
    arguments[count++] = library;
    arguments[count++] = "--argv0";
    arguments[count++] = argc > 0 ? argv[0] : path;
    arguments[count++] = program;
    for (int i = 1; i < argc; i++) arguments[count++] = argv[i];
    execv(loader, arguments);
    fprintf(stderr, "%s: cannot start %s: %s\n", path, loader, strerror(errno));
    return 127;
}
