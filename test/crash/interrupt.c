/*
 * Preloaded into the process under test: counts its calls that change a file or a name, over all threads, and
 * at the n-th kills it or lets the call fail.
 *
 * strace cannot do this: it counts per thread and per system call, so of two threads' first fsync only one is
 * ever interrupted.
 *
 *   INTERRUPT_AT    n, from 1; "all"; or "named": calls are counted for each folder in INTERRUPT_UNDER, and n is that
 *                   folder's name. Without it calls are only counted
 *   INTERRUPT_WITH  "kill"; "stop", which lets the call happen once the process is continued; or the errno the
 *                   call answers
 *   INTERRUPT_LOG   file that gets one line a call, its name; the one interrupted ends with "!", and that of a folder
 *                   with "!" and the folder's name
 *   INTERRUPT_CALLS the calls that count, as ",fsync,link,"
 *   INTERRUPT_UNDER folder; without it calls count wherever they go
 *   INTERRUPT_WHILE file with an errno: as long as it exists, every such call answers it, as a disk that is full,
 *                   read-only or broken does; INTERRUPT_AT is not used then
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define MOST_CALLS 4096
/* By the folder's number; where folders are none of it, by 0. */
static atomic_long counts[MOST_CALLS];
/* One call is stopped at a time: a second one, of another thread, would be counted and never seen. */
static pthread_mutex_t stopping = PTHREAD_MUTEX_INITIALIZER;

static void say(const char *name, const char *mark) {
  const char *path = getenv("INTERRUPT_LOG");
  if (!path) return;
  char line[64];
  int length = snprintf(line, sizeof line, "%s%s\n", name, mark);
  /* Bare system calls: the log must not count itself. */
  long fd = syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (fd < 0) return;
  syscall(SYS_write, fd, line, (size_t)length);
  syscall(SYS_close, fd);
}

static int is_under(const char *path) {
  const char *folder = getenv("INTERRUPT_UNDER");
  return !folder || strncmp(path, folder, strlen(folder)) == 0;
}

/* True when the call must fail, with errno set. */
static int interrupted(const char *name, const char *path) {
  if (!is_under(path)) return 0;
  const char *calls = getenv("INTERRUPT_CALLS");
  char wanted[32];
  snprintf(wanted, sizeof wanted, ",%s,", name);
  if (!calls || !strstr(calls, wanted)) return 0;
  const char *during = getenv("INTERRUPT_WHILE");
  if (during) {
    char digits[16] = "";
    long fd = syscall(SYS_openat, AT_FDCWD, during, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return 0;
    syscall(SYS_read, fd, digits, sizeof digits - 1);
    syscall(SYS_close, fd);
    errno = atoi(digits);
    return errno != 0;
  }
  const char *at = getenv("INTERRUPT_AT");
  const char *folder = getenv("INTERRUPT_UNDER");
  int is_named = at && folder && strcmp(at, "named") == 0;
  /* "/40/file" below the folder. */
  long wanted_at = is_named ? atol(path + strlen(folder) + 1) : at ? atol(at) : 0;
  if (wanted_at < 0 || wanted_at >= MOST_CALLS) abort();
  long here = atomic_fetch_add(&counts[is_named ? wanted_at : 0], 1) + 1;
  if (!at || (here != wanted_at && strcmp(at, "all") != 0)) {
    say(name, "");
    return 0;
  }
  const char *with = getenv("INTERRUPT_WITH");
  if (with && strcmp(with, "stop") == 0) {
    pthread_mutex_lock(&stopping);
    say(name, "!");
    /* Of this thread, which then stops before the call; kill() may take another one first. */
    raise(SIGSTOP);
    pthread_mutex_unlock(&stopping);
    return 0;
  }
  char mark[32] = "!";
  if (is_named) snprintf(mark, sizeof mark, "!%ld", wanted_at);
  say(name, mark);
  if (!with || strcmp(with, "kill") == 0) {
    kill(getpid(), SIGKILL);
    for (;;) pause();
  }
  errno = atoi(with);
  return 1;
}

/* Pipes and event counters are no files: what is written to them survives nothing anyway. */
static int is_file(int fd) {
  struct stat info;
  return fstat(fd, &info) == 0 && S_ISREG(info.st_mode);
}

static int interrupted_at(const char *name, int fd) {
  char entry[32], path[4096];
  snprintf(entry, sizeof entry, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(entry, path, sizeof path - 1);
  path[length < 0 ? 0 : length] = 0;
  return interrupted(name, path);
}

#define NEXT(name) ((typeof(&name))dlsym(RTLD_NEXT, #name))

ssize_t write(int fd, const void *bytes, size_t size) {
  return is_file(fd) && interrupted_at("write", fd) ? -1 : NEXT(write)(fd, bytes, size);
}
ssize_t pwrite64(int fd, const void *bytes, size_t size, off64_t at) {
  return interrupted_at("pwrite", fd) ? -1 : NEXT(pwrite64)(fd, bytes, size, at);
}
int fsync(int fd) { return interrupted_at("fsync", fd) ? -1 : NEXT(fsync)(fd); }
int fdatasync(int fd) { return interrupted_at("fdatasync", fd) ? -1 : NEXT(fdatasync)(fd); }
int ftruncate64(int fd, off64_t size) { return interrupted_at("ftruncate", fd) ? -1 : NEXT(ftruncate64)(fd, size); }
int link(const char *from, const char *to) { return interrupted("link", to) ? -1 : NEXT(link)(from, to); }
int rename(const char *from, const char *to) { return interrupted("rename", to) ? -1 : NEXT(rename)(from, to); }
int unlink(const char *path) { return interrupted("unlink", path) ? -1 : NEXT(unlink)(path); }
