/* cmd_rules.c - `chibo quy-tac`: the packs of rules that count on a day, one of them in full, and sending one to the
 * cells. */
#include <stdio.h>
#include <stdlib.h>

#include "../common/date.h"
#include "../common/json.h"
#include "../common/language.h"
#include "../common/text.h"
#include "../proto/org_change.h"
#include "cmd.h"
#include "cmd_rules.h"
#include "rules.h"
#include "word.h"

static const struct opt_row rows[] = {
    CMD_OPTIONS,
    {.name = "ngay", .alias = "date", .kind = OPT_TEXT, .value = N_("DATE"),
     .help = N_("the rules of this day; else today's")},
    {.name = "chi-bo", .alias = "org", .kind = OPT_TEXT, .value = N_("CODE"),
     .help = N_("of this cell; when sending: to it alone")},
    {.name = "gui", .alias = "send", .kind = OPT_TEXT, .value = N_("FILE"),
     .help = N_("the ward's clerk: check this file and send it to every cell")},
};

#define NAME_COLUMNS 18
#define DAYS_COLUMNS 24

/* --- one pack --- */

static void put_date(struct json *j, const char *key, uint32_t date)
{
    char text[DATE_TEXT_SIZE];
    date_print_iso(date, text);
    json_key(j, key);
    if (date == 0)
        json_null(j);
    else
        json_string(j, text);
}

static void put_values(struct json *j, const struct rules_pack *p)
{
    json_key(j, "values");
    json_object_begin(j);
    for (size_t i = 0; i < p->values; i++)
        json_put_string(j, p->value[i].key->key, p->value[i].text);
    json_object_end(j);
}

static void pack_json(const struct rules_pack *p, bool whole, struct buf *out)
{
    struct json j;
    json_init(&j, out);
    json_object_begin(&j);
    json_put_uint(&j, "v", 1);
    json_put_string(&j, "pack", p->name);
    json_put_string(&j, "title", p->title);
    json_put_uint(&j, "version", p->version);
    put_date(&j, "from", p->from);
    put_date(&j, "to", p->to);
    json_put_string(&j, "source", p->source == NULL ? "" : p->source);
    put_date(&j, "source_date", p->source_date);
    json_key(&j, "unverified");
    json_bool(&j, p->unverified);
    json_put_string(&j, "origin", id_is_zero(&p->org) ? "program" : "ward");
    if (whole)
        put_values(&j, p);
    json_object_end(&j);
    json_line(&j);
}

static void pack_line(const struct rules_pack *p, struct buf *out)
{
    char from[DATE_TEXT_SIZE], to[DATE_TEXT_SIZE];
    struct buf days = {0};

    date_print(p->from, from);
    date_print(p->to, to);
    buf_printf(&days, "%s – %s", from, to[0] == '\0' ? "…" : to);
    buf_printf(out, "%s", p->name);
    word_pad(strlen(p->name), NAME_COLUMNS, out);
    buf_printf(out, " %s", buf_cstr(&days));
    word_pad(text_width(buf_bytes(&days)), DAYS_COLUMNS, out);
    buf_printf(out, " v%u %s", p->version, p->title);
    if (p->source != NULL)
        buf_printf(out, " (%s)", p->source);
    if (!id_is_zero(&p->org))
        buf_printf(out, " · %s", _("from the ward"));
    if (p->unverified)
        buf_printf(out, " · %s", _("not all verified"));
    buf_put_str(out, "\n");
    buf_deinit(&days);
}

static void pack_whole(const struct rules_pack *p, struct buf *out)
{
    pack_line(p, out);
    for (size_t i = 0; i < p->values; i++) {
        const struct rules_key *k = p->value[i].key;
        buf_printf(out, "  %s: %s %s\n    %s = %s\n", _(k->label), p->value[i].text, cmd_translate(k->unit), k->key,
                   p->value[i].text);
    }
}

/* --- looking --- */

static enum err named(struct cmd_env *env, const struct rules *r, const struct id *org, const char *typed,
                      uint32_t date)
{
    struct buf key = {0};
    enum err e = ERR_OK;
    const char *name = word_key(typed, &key) ? buf_cstr(&key) : "";
    const struct rules_pack *p = rules_choose(r, org, name, date);

    if (!rules_is_name(name))
        e = cmd_explain(env, ERR_BAD_VALUE, typed, _("no pack has this name; they are listed by: chibo quy-tac"));
    else if (p != NULL && env->out.json)
        pack_json(p, true, &env->out.text);
    else if (p != NULL)
        pack_whole(p, &env->out.text);
    else if (!env->out.json)
        buf_printf(&env->out.text, "%s\n", _("There is no rule of this name for that day."));
    buf_deinit(&key);
    return e;
}

static void all(struct cmd_env *env, const struct rules *r, const struct id *org, uint32_t date)
{
    const char *before = "";
    for (size_t i = 0; i < rules_key_count; i++) { /* names stand together in the table */
        if (strcmp(rules_keys[i].pack, before) == 0)
            continue;
        before = rules_keys[i].pack;
        const struct rules_pack *p = rules_choose(r, org, before, date);
        if (p != NULL && env->out.json)
            pack_json(p, false, &env->out.text);
        else if (p != NULL)
            pack_line(p, &env->out.text);
    }
    if (env->out.json)
        return;
    if (r->passed_over > 0)
        buf_printf(&env->out.text, _("Packs this program does not understand: %zu\n"), r->passed_over);
    buf_printf(&env->out.text, "%s\n", _("What one says: chibo quy-tac NAME"));
}

static enum err which_org(struct cmd_env *env, const struct opt_parsed *args, struct id *out)
{
    const char *code = opt_text(args, "chi-bo", NULL);
    struct org o;
    *out = env->book.replica.org;
    if (code == NULL)
        return ERR_OK;
    enum err e = org_by_any_code(book_txn(&env->book), code, &o);
    if (e == ERR_NOT_FOUND)
        return cmd_explain(env, ERR_BAD_VALUE, code, _("There is no organisation with this code."));
    *out = o.id;
    return e;
}

static enum err look(struct cmd_env *env, const struct opt_parsed *args)
{
    const char *typed = opt_text(args, "ngay", NULL);
    uint32_t date = env->today;
    struct date_fault fault;
    struct rules r;
    struct id org;
    enum err e = ERR_OK;

    if (typed != NULL && (date_parse(typed, env->today, &date, &fault) != ERR_OK || !date_is_full(date)))
        return cmd_explain(env, ERR_BAD_DATE, typed, _("Written as 28/10/2025."));
    rules_init(&r);
    e = book_begin(&env->book, false);
    if (e == ERR_OK)
        e = which_org(env, args, &org);
    if (e == ERR_OK)
        e = rules_load_of(&r, &env->book, &org);
    if (e == ERR_OK && args->arg_count > 0)
        e = named(env, &r, &org, opt_arg(args, 0), date);
    else if (e == ERR_OK)
        all(env, &r, &org, date);
    book_abort(&env->book);
    rules_deinit(&r);
    return e;
}

static enum err run(struct cmd_env *env, const struct opt_parsed *args)
{
    const char *file = opt_text(args, "gui", NULL);
    enum err e = book_open(&env->book, file == NULL ? KV_READ : KV_WRITE);
    if (e == ERR_OK && file != NULL)
        e = cmd_rules_send(env, file, opt_text(args, "chi-bo", NULL));
    else if (e == ERR_OK)
        e = look(env, args);
    return e;
}

const struct cmd cmd_rules = {"quy-tac", "rules", N_("The rules that count on a day; the ward's clerk sends them."), 0,
                              {rows, ARRAY_LEN(rows), N_("[NAME]"), 0, 1}, run};
