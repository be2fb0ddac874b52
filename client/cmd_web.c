/* cmd_web.c - `chibo trang`: the book as a page in a browser of this machine. It becomes the program `chibo-trang`
 * (client/web/), which opens the book for each request by itself. */
#include <stdio.h>
#include <unistd.h>

#include "../common/language.h"
#include "beside.h"
#include "cmd.h"

#define PROGRAM "chibo-trang"
#define MINUTES 30

static const struct opt_row rows[] = {
    CMD_OPTIONS,
    {.name = "cong", .alias = "port", .kind = OPT_NUMBER, .value = N_("PORT"), .most = 65535,
     .help = N_("where the page listens; else any free port")},
    {.name = "khong-mo", .alias = "no-browser", .kind = OPT_FLAG,
     .help = N_("only print the address, open no browser")},
    {.name = "nghi", .alias = "idle", .kind = OPT_NUMBER, .value = N_("MINUTES"), .most = 1440,
     .help = N_("the page closes by itself when nobody uses it for so long (30)")},
};

static enum err run(struct cmd_env *env, const struct opt_parsed *args)
{
    struct buf program = {0}, self = {0};
    char port[24], minutes[24];
    const uint64_t idle = opt_number(args, "nghi", MINUTES);

    snprintf(port, sizeof(port), "%llu", (unsigned long long)opt_number(args, "cong", 0));
    snprintf(minutes, sizeof(minutes), "%llu", (unsigned long long)(idle == 0 ? MINUTES : idle));
    if (beside_path(PROGRAM, &program) && beside_self(&self))
        (void)execl(buf_cstr(&program), PROGRAM, buf_cstr(&self), port, minutes,
                    opt_given(args, "khong-mo") ? "0" : "1", env->book.dir, (char *)NULL);
    enum err e = cmd_explain(env, ERR_NOT_FOUND, buf_cstr(&program),
                             _("the program that shows the page belongs beside chibo, or there"));
    buf_deinit(&program);
    buf_deinit(&self);
    return e;
}

const struct cmd cmd_web = {"trang", "web", N_("The book as a page in your browser, on this machine only."), 0,
                            {rows, ARRAY_LEN(rows), NULL, 0, 0}, run};
