/* A disk that does what a test wants, put between the program and the system (LD_PRELOAD). The program knows nothing of it.
 *
 * Counts the flushes (fsync, fdatasync) of files in a folder, and at one of them ends the process as SIGKILL does, loses what was
 * not flushed, or fails. May be full for some files as long as another file is there.
 *
 * DISK_FOLDER   only files whose path begins with this count
 * DISK_LOG      a line for each flush goes here: its number and the file
 * DISK_AT       at which flush something happens; 0: at none
 * DISK_DO       after: the flush is done, then the process ends
 *               lose: what was written to the write-ahead log since its last flush is undone, then the process ends
 *               fail: it fails with EIO
 * DISK_FULL     as long as this file exists, writes to files whose path holds DISK_FULL_IN fail with ENOSPC
 * DISK_FULL_IN  see there
 * DISK_BALLAST  if it is set, the disk is full only as long as this file exists
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* What stood where something was written. */
struct undo {
    ino_t file;
    off_t at, size;
    size_t length;
    char *bytes;
    struct undo *before;
};

static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;
static struct undo *undone;
static int flushes;
static const char *folder, *flush_log, *to_do, *full, *full_in, *ballast;
static int at;

static ssize_t (*real_write)(int, const void *, size_t);
static ssize_t (*real_pwrite)(int, const void *, size_t, off_t);
static int (*real_fsync)(int);

__attribute__((constructor)) static void begin(void) {
    real_write = dlsym(RTLD_NEXT, "write");
    real_pwrite = dlsym(RTLD_NEXT, "pwrite64");
    real_fsync = dlsym(RTLD_NEXT, "fsync");
    folder = getenv("DISK_FOLDER");
    flush_log = getenv("DISK_LOG");
    to_do = getenv("DISK_DO");
    full = getenv("DISK_FULL");
    full_in = getenv("DISK_FULL_IN");
    ballast = getenv("DISK_BALLAST");
    at = getenv("DISK_AT") ? atoi(getenv("DISK_AT")) : 0;
    /* Programs that this one starts have an ordinary disk. */
    unsetenv("LD_PRELOAD");
}

/* Returns whether a file lies in the folder, and its path. */
static int is_ours(int fd, char path[4096]) {
    char link[64];
    if (!folder || fd < 3) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, 4095);
    if (length <= 0) return 0;
    path[length] = 0;
    return strncmp(path, folder, strlen(folder)) == 0;
}

static int is_log(const char *path) {
    size_t length = strlen(path);
    return length > 4 && strcmp(path + length - 4, "-wal") == 0;
}

static int is_full(const char *path) {
    return full && full_in && strstr(path, full_in) && access(full, F_OK) == 0 && (!ballast || access(ballast, F_OK) == 0);
}

/* Remembers what a write to the write-ahead log is about to replace. */
static void remember(int fd, off_t where, size_t length) {
    struct stat file;
    struct undo *undo = malloc(sizeof *undo);
    if (!undo || fstat(fd, &file) != 0) return;
    *undo = (struct undo){file.st_ino, where, file.st_size, 0, malloc(length), undone};
    ssize_t read = undo->bytes ? pread(fd, undo->bytes, length, where) : -1;
    undo->length = read > 0 ? (size_t)read : 0;
    undone = undo;
}

ssize_t write(int fd, const void *bytes, size_t length) {
    char path[4096];
    if (is_ours(fd, path)) {
        if (is_full(path)) {
            errno = ENOSPC;
            return -1;
        }
        if (is_log(path)) {
            pthread_mutex_lock(&turn);
            remember(fd, lseek(fd, 0, SEEK_CUR), length);
            pthread_mutex_unlock(&turn);
        }
    }
    return real_write(fd, bytes, length);
}

ssize_t pwrite64(int fd, const void *bytes, size_t length, off_t where) {
    char path[4096];
    if (is_ours(fd, path)) {
        if (is_full(path)) {
            errno = ENOSPC;
            return -1;
        }
        if (is_log(path)) {
            pthread_mutex_lock(&turn);
            remember(fd, where, length);
            pthread_mutex_unlock(&turn);
        }
    }
    return real_pwrite(fd, bytes, length, where);
}

ssize_t pwrite(int fd, const void *bytes, size_t length, off_t where) {
    return pwrite64(fd, bytes, length, where);
}

static void die(void) {
    kill(getpid(), SIGKILL);
    for (;;) pause();
}

static int flush(int fd) {
    char path[4096];
    if (!is_ours(fd, path)) return real_fsync(fd);
    pthread_mutex_lock(&turn);
    int number = ++flushes;
    if (flush_log) {
        char line[4200];
        int length = snprintf(line, sizeof line, "%d %s\n", number, path + strlen(folder));
        int log = open(flush_log, O_WRONLY | O_CREAT | O_APPEND, 0600);
        if (log >= 0) {
            real_write(log, line, length);
            close(log);
        }
    }
    int is_now = number == at && to_do;
    if (is_now && strcmp(to_do, "fail") == 0) {
        pthread_mutex_unlock(&turn);
        errno = EIO;
        return -1;
    }
    struct stat file;
    if (is_log(path) && fstat(fd, &file) == 0) {
        for (struct undo *undo = undone; undo; undo = undo->before) {
            if (undo->file != file.st_ino) continue;
            if (is_now && strcmp(to_do, "lose") == 0) {
                real_pwrite(fd, undo->bytes, undo->length, undo->at);
                if (ftruncate(fd, undo->size) != 0) abort();
            }
            undo->file = 0;
        }
    }
    if (is_now && strcmp(to_do, "lose") == 0) die();
    int flushed = real_fsync(fd);
    if (is_now && strcmp(to_do, "after") == 0) die();
    pthread_mutex_unlock(&turn);
    return flushed;
}

int fsync(int fd) { return flush(fd); }
int fdatasync(int fd) { return flush(fd); }
