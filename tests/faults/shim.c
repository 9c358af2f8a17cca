/* Preloaded into a process and all that it starts: the files below FAULTY_DISK fail, as a disk does,
 * as long as a switch lies in the folder FAULTY_SWITCHES.
 *
 *   sync   fsync and fdatasync give EIO, and sync nothing
 *   full   no file grows: what would make one longer gives ENOSPC
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static int switched_on(const char *name)
{
    char path[PATH_MAX];
    const char *folder = getenv("FAULTY_SWITCHES");
    return folder && snprintf(path, sizeof path, "%s/%s", folder, name) < (int)sizeof path
        && access(path, F_OK) == 0;
}

/* Whether a descriptor is a file of the disk; a link to the disk counts as where it leads. */
static int on_the_disk(int fd)
{
    char link[64], path[PATH_MAX];
    const char *disk = getenv("FAULTY_DISK");
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (!disk || length < 0)
        return 0;
    path[length] = 0;
    return strncmp(path, disk, strlen(disk)) == 0;
}

/* Whether to fail with this error, which is set. errno is left alone otherwise. */
static int fails(int fd, const char *name, int error)
{
    int before = errno, failing = switched_on(name) && on_the_disk(fd);
    errno = failing ? error : before;
    return failing;
}

static int grows(int fd, off_t end)
{
    struct stat found;
    return fstat(fd, &found) == 0 && S_ISREG(found.st_mode) && end > found.st_size;
}

static off_t total(const struct iovec *parts, int count)
{
    off_t bytes = 0;
    for (int i = 0; i < count; i++)
        bytes += (off_t)parts[i].iov_len;
    return bytes;
}

#define FULL(fd, end) (grows(fd, end) && fails(fd, "full", ENOSPC))

int fsync(int fd) { return fails(fd, "sync", EIO) ? -1 : REAL(fsync)(fd); }
int fdatasync(int fd) { return fails(fd, "sync", EIO) ? -1 : REAL(fdatasync)(fd); }

ssize_t write(int fd, const void *data, size_t count)
{
    off_t at = lseek(fd, 0, SEEK_CUR);
    return at >= 0 && FULL(fd, at + (off_t)count) ? -1 : REAL(write)(fd, data, count);
}

ssize_t pwrite(int fd, const void *data, size_t count, off_t at)
{
    return FULL(fd, at + (off_t)count) ? -1 : REAL(pwrite)(fd, data, count, at);
}

ssize_t pwritev(int fd, const struct iovec *parts, int count, off_t at)
{
    return FULL(fd, at + total(parts, count)) ? -1 : REAL(pwritev)(fd, parts, count, at);
}

int ftruncate(int fd, off_t length)
{
    return FULL(fd, length) ? -1 : REAL(ftruncate)(fd, length);
}

int posix_fallocate(int fd, off_t at, off_t length)
{
    return FULL(fd, at + length) ? ENOSPC : REAL(posix_fallocate)(fd, at, length);
}

/* Programs built for large files call these names for the same things. */
ssize_t pwrite64(int, const void *, size_t, off_t) __attribute__((alias("pwrite")));
ssize_t pwritev64(int, const struct iovec *, int, off_t) __attribute__((alias("pwritev")));
int ftruncate64(int, off_t) __attribute__((alias("ftruncate")));
int posix_fallocate64(int, off_t, off_t) __attribute__((alias("posix_fallocate")));
