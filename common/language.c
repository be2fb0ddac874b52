/* language.c - gettext set up so that it needs nothing from the machine but C.UTF-8. */
#include "language.h"

#include <limits.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define DOMAIN "chibo"

/* Where the catalogues may lie, seen from the program's folder: beside it in a build, a folder above for a build's
 * tests, and in the share/ next to bin/ of an installation that was moved. */
static const char *const beside[] = { "locale", "../locale", "../share/locale" };

static bool program_dir(char dir[PATH_MAX])
{
    ssize_t n = readlink("/proc/self/exe", dir, PATH_MAX - 1);
    if (n <= 0)
        return false;
    dir[n] = 0;
    char *slash = strrchr(dir, '/');
    if (slash == NULL)
        return false;
    *slash = 0;
    return true;
}

static void bind_catalogue(void)
{
    char dir[PATH_MAX];
    char path[PATH_MAX];
    char mo[PATH_MAX];
    const char *found = CHIBO_LOCALEDIR;
    bool known = program_dir(dir);
    for (size_t i = 0; known && i < ARRAY_LEN(beside); i++) {
        int n = snprintf(path, sizeof(path), "%s/%s", dir, beside[i]);
        int m = snprintf(mo, sizeof(mo), "%s/%s/vi/LC_MESSAGES/" DOMAIN ".mo", dir, beside[i]);
        if (n < (int)sizeof(path) && m < (int)sizeof(mo) && access(mo, R_OK) == 0) {
            found = path;
            break;
        }
    }
    bindtextdomain(DOMAIN, found);
    bind_textdomain_codeset(DOMAIN, "UTF-8");
    textdomain(DOMAIN);
}

static bool is_english(const char *configured)
{
    const char *choice = getenv("CHIBO_LANG");
    if (choice == NULL || choice[0] == 0)
        choice = configured;
    return choice != NULL && strcmp(choice, "en") == 0;
}

/* gettext looks nothing up in the locale C, and follows LANGUAGE in any other. Only these two categories: the
 * others cost a file each at every start and would change how numbers and dates are read. */
void language_init(const char *configured)
{
    setlocale(LC_CTYPE, "C.UTF-8");
    if (is_english(configured)) {
        setlocale(LC_MESSAGES, "C");
        return;
    }
    setenv("LANGUAGE", "vi", 1);
    setlocale(LC_MESSAGES, "C.UTF-8");
    bind_catalogue();
}

bool language_is_english(void)
{
    return strcmp(setlocale(LC_MESSAGES, NULL), "C") == 0;
}
