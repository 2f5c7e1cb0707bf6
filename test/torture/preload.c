/*
 * preload.c - refuses or ends a process at its n-th call below a folder, to be loaded by LD_PRELOAD.
 *
 * TORTURE_IN: the folder. TORTURE_CALLS: which calls, of c (changes: writes, new files, new names), d (removals) and r
 * (reads). TORTURE_AT: which of them, from 1 on. TORTURE_DO: "kill", "eio" or "enospc". TORTURE_ONCE: only that one is
 * refused; without it all that follow are. TORTURE_COUNT: a file in which each of them leaves its letter.
 * TORTURE_KEEP: a folder that gets a copy of the folder as it is before each of them, which is what a kill leaves.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

enum calls { CHANGE = 'c', REMOVAL = 'd', READ = 'r' };

static atomic_long calls;
static __thread int counting;

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static int is_below(const char *path)
{
	const char *in = getenv("TORTURE_IN");

	return in && strncmp(path, in, strlen(in)) == 0;
}

static int is_ours(int fd)
{
	char link[64], path[PATH_MAX];
	ssize_t length;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	length = readlink(link, path, sizeof(path) - 1);
	if (length < 0)
		return 0;
	path[length] = 0;
	return is_below(path);
}

static int is_our_path(const char *path)
{
	char folder[PATH_MAX];

	if (path[0] == '/')
		return is_below(path);
	return getcwd(folder, sizeof(folder)) && is_below(folder);
}

static void count_one(const char *path, char letter)
{
	int file;

	counting = 1;
	file = open(path, O_WRONLY | O_APPEND | O_CREAT, 0600);
	if (file >= 0) {
		if (write(file, &letter, 1) != 1)
			abort();
		close(file);
	}
	counting = 0;
}

static void keep_copy(const char *in, const char *into, long n)
{
	char command[3 * PATH_MAX];

	snprintf(command, sizeof(command), "cp -r '%s' '%s/%06ld'", in, into, n);
	counting = 1;
	if (system(command) != 0)
		abort();
	counting = 0;
}

/* Whether this call is refused, with errno set; it may not return at all. */
static int refused(enum calls which)
{
	const char *at = getenv("TORTURE_AT"), *what = getenv("TORTURE_DO"), *count = getenv("TORTURE_COUNT");
	const char *wanted = getenv("TORTURE_CALLS"), *keep = getenv("TORTURE_KEEP");
	long n;

	if (!wanted || !strchr(wanted, which))
		return 0;
	n = atomic_fetch_add(&calls, 1) + 1;
	if (count)
		count_one(count, which);
	if (keep)
		keep_copy(getenv("TORTURE_IN"), keep, n);
	if (!at || !what || n < atol(at) || (n > atol(at) && getenv("TORTURE_ONCE")))
		return 0;
	if (strcmp(what, "kill") == 0)
		kill(getpid(), SIGKILL);
	errno = strcmp(what, "enospc") == 0 ? ENOSPC : EIO;
	return 1;
}

static int refused_of(int fd, enum calls which)
{
	return !counting && is_ours(fd) && refused(which);
}
static int refused_at(const char *path, enum calls which)
{
	return !counting && is_our_path(path) && refused(which);
}

ssize_t write(int fd, const void *data, size_t size)
{
	return refused_of(fd, CHANGE) ? -1 : REAL(write)(fd, data, size);
}
ssize_t pwrite(int fd, const void *data, size_t size, off_t at)
{
	return refused_of(fd, CHANGE) ? -1 : REAL(pwrite)(fd, data, size, at);
}
ssize_t pwrite64(int fd, const void *data, size_t size, off64_t at)
{
	return refused_of(fd, CHANGE) ? -1 : REAL(pwrite64)(fd, data, size, at);
}
ssize_t writev(int fd, const struct iovec *parts, int count)
{
	return refused_of(fd, CHANGE) ? -1 : REAL(writev)(fd, parts, count);
}
ssize_t pwritev(int fd, const struct iovec *parts, int count, off_t at)
{
	return refused_of(fd, CHANGE) ? -1 : REAL(pwritev)(fd, parts, count, at);
}
int fsync(int fd)
{
	return refused_of(fd, CHANGE) ? -1 : REAL(fsync)(fd);
}
int fdatasync(int fd)
{
	return refused_of(fd, CHANGE) ? -1 : REAL(fdatasync)(fd);
}
int ftruncate(int fd, off_t size)
{
	return refused_of(fd, CHANGE) ? -1 : REAL(ftruncate)(fd, size);
}
int ftruncate64(int fd, off64_t size)
{
	return refused_of(fd, CHANGE) ? -1 : REAL(ftruncate64)(fd, size);
}

ssize_t read(int fd, void *data, size_t size)
{
	return refused_of(fd, READ) ? -1 : REAL(read)(fd, data, size);
}
ssize_t pread(int fd, void *data, size_t size, off_t at)
{
	return refused_of(fd, READ) ? -1 : REAL(pread)(fd, data, size, at);
}
ssize_t pread64(int fd, void *data, size_t size, off64_t at)
{
	return refused_of(fd, READ) ? -1 : REAL(pread64)(fd, data, size, at);
}

static mode_t mode_of(int flags, va_list more)
{
	return flags & O_CREAT ? va_arg(more, mode_t) : 0;
}
int open(const char *path, int flags, ...)
{
	va_list more;
	mode_t mode;

	va_start(more, flags);
	mode = mode_of(flags, more);
	va_end(more);
	return flags & O_CREAT && refused_at(path, CHANGE) ? -1 : REAL(open)(path, flags, mode);
}
int open64(const char *path, int flags, ...)
{
	va_list more;
	mode_t mode;

	va_start(more, flags);
	mode = mode_of(flags, more);
	va_end(more);
	return flags & O_CREAT && refused_at(path, CHANGE) ? -1 : REAL(open64)(path, flags, mode);
}
int mkdir(const char *path, mode_t mode)
{
	return refused_at(path, CHANGE) ? -1 : REAL(mkdir)(path, mode);
}
char *mkdtemp(char *path)
{
	return refused_at(path, CHANGE) ? NULL : REAL(mkdtemp)(path);
}
int rename(const char *from, const char *to)
{
	return refused_at(to, CHANGE) ? -1 : REAL(rename)(from, to);
}
int link(const char *from, const char *to)
{
	return refused_at(to, CHANGE) ? -1 : REAL(link)(from, to);
}
int unlink(const char *path)
{
	return refused_at(path, REMOVAL) ? -1 : REAL(unlink)(path);
}
int rmdir(const char *path)
{
	return refused_at(path, REMOVAL) ? -1 : REAL(rmdir)(path);
}
