/* Stands between a program and its C library: another time of day, and a disk that syncs slowly or not at all.

   Loaded by LD_PRELOAD into every program on the way; it acts in the one named by SHIM_PROGRAM only. What it does is read
   at each call from the file SHIM_CONTROL, which a test changes while the program runs: three numbers of 64 bits. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

struct control {
    int64_t clock_ms; /* added to the time of day */
    int64_t stall_ms; /* before each sync */
    int64_t fails;    /* syncs say EIO */
};

static const struct control nothing;
static const volatile struct control *control = &nothing;
static int (*real_clock_gettime)(clockid_t, struct timespec *);
static int (*real_fdatasync)(int);
static int (*real_fsync)(int);

__attribute__((constructor)) static void load(void)
{
    const char *program = getenv("SHIM_PROGRAM"), *path = getenv("SHIM_CONTROL");

    real_clock_gettime = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
    real_fdatasync = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");
    real_fsync = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
    if (!program || !path || !strstr(program_invocation_short_name, program))
        return;
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        abort();
    void *mapped = mmap(0, sizeof(struct control), PROT_READ, MAP_SHARED, file, 0);
    if (mapped == MAP_FAILED)
        abort();
    close(file);
    control = mapped;
}

int clock_gettime(clockid_t clock, struct timespec *time)
{
    if (!real_clock_gettime)
        load();
    int status = real_clock_gettime(clock, time);
    if (status == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) {
        int64_t ms = control->clock_ms;
        time->tv_sec += ms / 1000;
    }
    return status;
}

int gettimeofday(struct timeval *restrict time, void *restrict zone)
{
    struct timespec now;
    (void)zone;
    if (clock_gettime(CLOCK_REALTIME, &now))
        return -1;
    time->tv_sec = now.tv_sec;
    time->tv_usec = now.tv_nsec / 1000;
    return 0;
}

time_t time(time_t *into)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (into)
        *into = now.tv_sec;
    return now.tv_sec;
}

/* Whether the sync fails, once it has taken its time. */
static int is_failing(void)
{
    int64_t ms = control->stall_ms;
    struct timespec wait = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 };
    if (ms)
        nanosleep(&wait, 0);
    if (control->fails)
        errno = EIO;
    return control->fails != 0;
}

int fdatasync(int file)
{
    return is_failing() ? -1 : real_fdatasync(file);
}

int fsync(int file)
{
    return is_failing() ? -1 : real_fsync(file);
}
