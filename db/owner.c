#include "db_owner.h"
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

/* The first word of a small file; "-" where there is none (no Linux, no /proc). */
static void read_word(const char *path, char *word, size_t size)
{
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    const ssize_t got = fd < 0 ? 0 : read(fd, word, size - 1);
    if (fd >= 0)
        close(fd);
    word[got > 0 ? got : 0] = '\0';
    word[strcspn(word, " \n")] = '\0';
    if (!word[0])
        snprintf(word, size, "-");
}

#define ENDED UINT64_MAX

/* When the process started, in clock ticks since boot: the 22nd field of /proc/PID/stat. 0 where it
 * cannot be read (another user's, where /proc hides them; no /proc); ENDED where it only waits for
 * its parent to ask. The second field is the program's name in parentheses and may hold blanks and
 * parentheses itself, so counting starts behind the last one. */
static uint64_t start_time(intmax_t pid)
{
    char path[64], stat[1024];
    snprintf(path, sizeof path, "/proc/%" PRIdMAX "/stat", pid);
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    const ssize_t got = fd < 0 ? 0 : read(fd, stat, sizeof stat - 1);
    if (fd >= 0)
        close(fd);
    stat[got > 0 ? got : 0] = '\0';
    const char *at = strrchr(stat, ')');
    if (at && (strncmp(at, ") Z", 3) == 0 || strncmp(at, ") X", 3) == 0))
        return ENDED;
    for (int field = 2; at && field < 22; field++)
        at = strchr(at + 1, ' ');
    return at ? strtoull(at, NULL, 10) : 0;
}

static void place(char boot[48], char space[48])
{
    read_word("/proc/sys/kernel/random/boot_id", boot, 48);
    const ssize_t got = readlink("/proc/self/ns/pid", space, 47);
    space[got > 0 ? got : 0] = '\0';
    if (!space[0])
        strcpy(space, "-");
}

void db_owner_self(char text[DB_OWNER_TEXT])
{
    char boot[48], space[48];
    place(boot, space);
    const intmax_t pid = getpid();
    snprintf(text, DB_OWNER_TEXT, "%s %s %" PRIdMAX " %" PRIu64, boot, space, pid, start_time(pid));
}

DbOwnerState db_owner_state(const char *text)
{
    char boot[48], space[48], its_boot[48], its_space[48];
    intmax_t pid;
    uint64_t started;
    place(boot, space);
    if (sscanf(text, "%47s %47s %" SCNdMAX " %" SCNu64, its_boot, its_space, &pid, &started) != 4 ||
        pid <= 0 || strcmp(boot, its_boot) != 0)
        return DB_OWNER_GONE; /* not of ours, or before this computer's last start */
    if (strcmp(space, its_space) != 0)
        return DB_OWNER_UNKNOWN;
    if (kill((pid_t)pid, 0) != 0 && errno == ESRCH)
        return DB_OWNER_GONE;
    const uint64_t now = start_time(pid);
    if (now != ENDED && (now == 0 || started == 0))
        return DB_OWNER_UNKNOWN; /* a process of this number lives, whichever it is */
    return now == started ? DB_OWNER_ALIVE : DB_OWNER_GONE;
}
