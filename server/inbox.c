/* inbox.c - see inbox.h. */
#include "inbox.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../common/disk.h"

void inbox_report_deinit(struct inbox_report *r)
{
    buf_deinit(&r->failed);
}

/* ---- the folder ---- */

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool is_file(const char *dir, const char *name)
{
    char *path = disk_join(dir, name);
    struct stat st;
    const bool yes = name[0] != '.' && lstat(path, &st) == 0 && S_ISREG(st.st_mode);
    free(path);
    return yes;
}

/* Names of the files, ascending: char *[] in *names. No folder, no files. */
static enum err list(const char *dir, struct buf *names, size_t *count)
{
    DIR *d = opendir(dir);
    *count = 0;
    if (d == NULL)
        return errno == ENOENT ? ERR_OK : disk_error(errno);
    for (struct dirent *entry = readdir(d); entry != NULL && *count < INBOX_FILES_MAX; entry = readdir(d)) {
        if (!is_file(dir, entry->d_name))
            continue;
        char *name = mem_alloc(strlen(entry->d_name) + 1);
        memcpy(name, entry->d_name, strlen(entry->d_name));
        buf_put(names, &name, sizeof(name));
        (*count)++;
    }
    closedir(d);
    if (*count > 0)
        qsort(names->p, *count, sizeof(char *), by_name);
    return ERR_OK;
}

/* ---- one file ---- */

static enum err put_away(const char *in, const char *name)
{
    char *done = disk_join(INBOX_DONE, name);
    char *folder = disk_join(in, INBOX_DONE);
    enum err e = mkdir(folder, DISK_DIR_MODE) == 0 || errno == EEXIST ? ERR_OK : disk_error(errno);
    if (e == ERR_OK)
        e = disk_replace(in, name, done);
    free(done);
    free(folder);
    return e;
}

static enum err take_one(struct exchange_door *d, const char *in, const char *out, const char *name,
                         struct inbox_report *r)
{
    struct parcel_report report = {0};
    char *from = disk_join(in, name), *to = disk_join(out, name);
    const char *about = NULL;
    enum err e = exchange_file(d, from, to, &report, &about);
    if (e == ERR_HANDED_IN) /* of a revoked device: kept for a person, and there is no answer */
        e = ERR_OK;
    if (e == ERR_OK)
        e = put_away(in, name);
    if (e == ERR_OK) {
        r->taken++;
        r->changes += report.fresh;
    }
    parcel_report_deinit(&report);
    free(from);
    free(to);
    return e;
}

/* A file may need one that stands behind it in the list: as long as one goes in, the others get another try. */
static void take_all(struct exchange_door *d, const char *in, const char *out, char **name, size_t count,
                     struct inbox_report *r)
{
    uint64_t before;
    do {
        before = r->taken;
        buf_clear(&r->failed);
        for (size_t i = 0; i < count; i++) {
            if (name[i] == NULL)
                continue;
            struct inbox_failed failed = {.err = take_one(d, in, out, name[i], r)};
            if (failed.err == ERR_OK) {
                free(name[i]);
                name[i] = NULL;
                continue;
            }
            snprintf(failed.name, sizeof(failed.name), "%s", name[i]);
            buf_put(&r->failed, &failed, sizeof(failed));
        }
    } while (r->taken > before && r->failed.n > 0);
}

enum err inbox_take(struct exchange_door *d, struct inbox_report *r, const char **about)
{
    char *in = disk_join(d->dir, INBOX_IN), *out = disk_join(d->dir, INBOX_OUT);
    struct buf names = {0};
    size_t count = 0;
    enum err e = list(in, &names, &count);
    if (e == ERR_OK && count > 0 && mkdir(out, DISK_DIR_MODE) != 0 && errno != EEXIST)
        e = disk_error(errno);
    if (e != ERR_OK)
        *about = count == 0 ? INBOX_IN : INBOX_OUT;
    char **name = (char **)(void *)names.p;
    if (e == ERR_OK)
        take_all(d, in, out, name, count, r);
    for (size_t i = 0; i < count; i++)
        free(name[i]);
    buf_deinit(&names);
    free(in);
    free(out);
    return e;
}
