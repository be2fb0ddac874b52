/* cmd_plan.c - see cmd_plan.h. */
#include "cmd_plan.h"

#include <stdio.h>
#include <strings.h>

#include "../common/json.h"
#include "../common/language.h"
#include "../common/zip.h"
#include "../proto/replica_budget.h"

#define BUDGET_MAX 1000000000000u

/* 20000, 20KB, 20K, 1MB, 1M: thousands and millions, as links are sold. */
static bool parse(const char *text, uint64_t *bytes)
{
    static const struct {
        const char *unit;
        uint64_t times;
    } units[] = {{"", 1}, {"B", 1}, {"K", 1000}, {"KB", 1000}, {"M", 1000000}, {"MB", 1000000}};
    uint64_t n = 0;
    const char *at = text;
    for (; *at >= '0' && *at <= '9' && n < BUDGET_MAX; at++)
        n = n * 10 + (uint64_t)(*at - '0');
    for (size_t i = 0; at > text && i < ARRAY_LEN(units); i++)
        if (strcasecmp(at, units[i].unit) == 0) {
            *bytes = n * units[i].times;
            return *bytes > 0 && *bytes <= BUDGET_MAX;
        }
    return false;
}

enum err cmd_plan_budget(struct cmd_env *env, const struct opt_parsed *args, uint64_t *budget_bytes)
{
    const char *text = opt_text(args, "toi-da", "");
    *budget_bytes = 0;
    if (!opt_given(args, "toi-da") || parse(text, budget_bytes))
        return ERR_OK;
    return cmd_explain(env, ERR_BAD_VALUE, text, _("A number of bytes, such as 20000, 20KB or 1MB."));
}

static void print_json(const struct replica_plan *p, struct buf *out)
{
    struct json j;
    json_init(&j, out);
    json_object_begin(&j);
    json_put_uint(&j, "v", 1);
    json_put_uint(&j, "changes", p->sealed + p->chosen);
    json_put_uint(&j, "sealed", p->sealed);
    json_put_uint(&j, "left", p->left);
    json_put_uint(&j, "deletions", 0);
    json_put_uint(&j, "bytes", p->bytes);
    for (uint32_t kind = 0; kind < PLAN_KINDS; kind++) {
        const struct kind_info *k = schema_kind(kind);
        char name[40];
        if (p->kind[kind] == 0)
            continue;
        snprintf(name, sizeof name, "kind.%s", k != NULL ? k->name : "other");
        json_put_uint(&j, name, p->kind[kind]);
    }
    json_object_end(&j);
    json_line(&j);
}

static void print(const struct replica_plan *p, struct buf *out)
{
    buf_printf(out, _("Would send %llu changes, no deletions: %llu bytes\n"),
               (unsigned long long)(p->sealed + p->chosen), (unsigned long long)p->bytes);
    for (uint32_t kind = 0; kind < PLAN_KINDS; kind++) {
        const struct kind_info *k = schema_kind(kind);
        if (p->kind[kind] > 0)
            buf_printf(out, "  %s: %llu\n", k != NULL ? _(k->label) : _("other"), (unsigned long long)p->kind[kind]);
    }
    if (p->sealed > 0)
        buf_printf(out, _("%llu of them were signed before and go in any case.\n"), (unsigned long long)p->sealed);
    if (p->left > 0)
        buf_printf(out, _("%llu changes would wait for a later exchange.\n"), (unsigned long long)p->left);
}

enum err cmd_plan(struct cmd_env *env, uint64_t budget_bytes)
{
    struct replica_plan plan;
    enum err e = book_begin(&env->book, true);
    if (e == ERR_OK && !env->book.replica.enrolled)
        e = ERR_NOT_JOINED;
    if (e == ERR_OK)
        e = replica_plan(book_txn(&env->book), &env->book.replica, &env->book.moment, budget_bytes, &plan);
    book_abort(&env->book); /* it was sealed only to be weighed */
    if (e == ERR_NOT_JOINED)
        return cmd_explain(env, e, "", _("Ask the ward for an invite, then: chibo khoi-tao -"));
    if (e == ERR_OK && env->out.json)
        print_json(&plan, &env->out.text);
    else if (e == ERR_OK)
        print(&plan, &env->out.text);
    return e;
}

enum err cmd_plan_left(struct cmd_env *env)
{
    struct replica_counts counts = {0};
    enum err e = env->out.json ? ERR_OK : book_begin(&env->book, false);
    if (e == ERR_OK && !env->out.json)
        e = replica_count(book_txn(&env->book), &counts);
    book_abort(&env->book);
    if (e == ERR_OK && counts.unsealed > 0)
        buf_printf(&env->out.text, _("%llu changes wait for a later exchange.\n"), (unsigned long long)counts.unsealed);
    return e;
}
