/*
 * preload.c - refuses or ends a process at its n-th write below a folder, to be loaded by LD_PRELOAD.
 *
 * TORTURE_IN: the folder. TORTURE_AT: which write, from 1 on. TORTURE_DO: "kill", "eio" or "enospc"; a refused write is
 * refused for good. TORTURE_COUNT: a file in which a byte for each write is left, so that they can be counted.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

static atomic_long writes;

static int is_ours(int fd)
{
	const char *in = getenv("TORTURE_IN");
	char link[64], path[PATH_MAX];
	ssize_t length;

	if (!in)
		return 0;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	length = readlink(link, path, sizeof(path) - 1);
	if (length < 0)
		return 0;
	path[length] = 0;
	return strncmp(path, in, strlen(in)) == 0;
}

/* Whether this write is refused, with errno set; it may not return at all. */
static int refused(int fd)
{
	static __thread int counting;
	const char *at = getenv("TORTURE_AT"), *what = getenv("TORTURE_DO"), *count = getenv("TORTURE_COUNT");
	long n;

	if (counting || !is_ours(fd))
		return 0;
	n = atomic_fetch_add(&writes, 1) + 1;
	if (count) {
		int file;

		counting = 1;
		file = open(count, O_WRONLY | O_APPEND | O_CREAT, 0600);
		if (file >= 0) {
			if (write(file, ".", 1) != 1)
				abort();
			close(file);
		}
		counting = 0;
	}
	if (!at || !what || n < atol(at))
		return 0;
	if (strcmp(what, "kill") == 0)
		kill(getpid(), SIGKILL);
	errno = strcmp(what, "enospc") == 0 ? ENOSPC : EIO;
	return 1;
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

ssize_t write(int fd, const void *data, size_t size)
{
	return refused(fd) ? -1 : REAL(write)(fd, data, size);
}
ssize_t pwrite(int fd, const void *data, size_t size, off_t at)
{
	return refused(fd) ? -1 : REAL(pwrite)(fd, data, size, at);
}
ssize_t pwrite64(int fd, const void *data, size_t size, off64_t at)
{
	return refused(fd) ? -1 : REAL(pwrite64)(fd, data, size, at);
}
ssize_t writev(int fd, const struct iovec *parts, int count)
{
	return refused(fd) ? -1 : REAL(writev)(fd, parts, count);
}
ssize_t pwritev(int fd, const struct iovec *parts, int count, off_t at)
{
	return refused(fd) ? -1 : REAL(pwritev)(fd, parts, count, at);
}
int fsync(int fd)
{
	return refused(fd) ? -1 : REAL(fsync)(fd);
}
int fdatasync(int fd)
{
	return refused(fd) ? -1 : REAL(fdatasync)(fd);
}
int ftruncate(int fd, off_t size)
{
	return refused(fd) ? -1 : REAL(ftruncate)(fd, size);
}
int ftruncate64(int fd, off64_t size)
{
	return refused(fd) ? -1 : REAL(ftruncate64)(fd, size);
}
