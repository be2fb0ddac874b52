/* cmd_print.c - `chibo in FORM [ID] --ky PERIOD --trong --ra FILE.pdf`: a form on paper, filled or blank. */
#include <stdlib.h>

#include "../common/date.h"
#include "../common/language.h"
#include "../common/period.h"
#include "cmd.h"
#include "paper.h"
#include "rules.h"
#include "word.h"

static const struct opt_row rows[] = {
    CMD_OPTIONS,
    {.name = "ky", .alias = "period", .kind = OPT_TEXT, .value = N_("PERIOD"),
     .help = N_("only of this month, quarter, half or year")},
    {.name = "trong", .alias = "blank", .kind = OPT_FLAG, .help = N_("empty, to be filled in by hand")},
    {.name = "ra", .alias = "out", .kind = OPT_TEXT, .value = N_("FILE"), .help = N_("the PDF file to be written")},
    {.name = "ghi-de", .alias = "force", .kind = OPT_FLAG, .help = N_("write over a file that is there")},
};

static const struct paper_form *form_named(struct cmd_env *env, const char *typed)
{
    const char *close = NULL;

    for (size_t i = 0; i < paper_form_count; i++)
        if (word_is(typed, paper_forms[i].word) || word_is(typed, paper_forms[i].name))
            return &paper_forms[i];
    for (size_t i = 0; i < paper_form_count && close == NULL; i++)
        if (opt_is_close(typed, paper_forms[i].word) || opt_is_close(typed, paper_forms[i].name))
            close = paper_forms[i].word;
    buf_put_str(&env->why, typed);
    if (close != NULL)
        buf_printf(&env->why, " (%s %s?)", _("did you mean"), close);
    buf_printf(&env->why, ". %s: chibo in", _("All forms"));
    return NULL;
}

static void list_forms(struct cmd_env *env)
{
    struct buf *out = &env->out.text;

    for (size_t i = 0; i < paper_form_count; i++) {
        const struct paper_form *f = &paper_forms[i];
        if (env->out.json) {
            struct json j;
            json_init(&j, out);
            json_object_begin(&j);
            json_put_uint(&j, "v", 1);
            json_put_string(&j, "form", f->name);
            json_put_string(&j, "word", f->word);
            json_put_string(&j, "title", f->title);
            json_put_string(&j, "of", f->kind == NULL ? "" : f->kind);
            json_object_end(&j);
            json_line(&j);
            continue;
        }
        size_t from = out->n;
        buf_printf(out, "  %s%s", f->word, f->of == PAPER_OF_RECORD ? " ID" : "");
        word_pad(out->n - from, 26, out);
        for (const char *t = f->title; *t != 0; t++)
            buf_put_u8(out, (uint8_t)(*t == '\n' ? ' ' : *t));
        buf_put_str(out, "\n");
    }
}

/* The record that is meant, or the one that it is about: minutes name their meeting. */
static enum err find_record(struct cmd_env *env, struct paper *p, const char *typed)
{
    const struct kind_info *wanted = schema_kind_named(p->form->kind), *k;
    uint32_t kind = 0;
    struct id id = {0};
    enum err e = refs_find(&p->print.refs, 0, typed, &kind, &id);

    if (e == ERR_BAD_VALUE || e == ERR_NO_SUCH_RECORD)
        e = refs_find(&p->print.refs, wanted->number, typed, &kind, &id);
    if (e == ERR_OK)
        e = replica_view(book_txn(p->book), &p->book->replica, kind, &id, &p->view);
    p->asked = id;
    k = schema_kind(kind);
    for (size_t i = 0; e == ERR_OK && k != NULL && kind != wanted->number && i < k->fields; i++) {
        if (k->field[i].refers == NULL || k->field[i].list || strcmp(k->field[i].refers, wanted->name) != 0 ||
            !value_id(&p->view, k->field[i].name, &id))
            continue;
        replica_view_deinit(&p->view);
        kind = wanted->number;
        e = replica_view(book_txn(p->book), &p->book->replica, kind, &id, &p->view);
    }
    if (e == ERR_OK && kind != wanted->number)
        e = ERR_NO_SUCH_RECORD;
    if (e == ERR_NOT_FOUND)
        e = ERR_NO_SUCH_RECORD;
    return e == ERR_OK ? e : cmd_explain(env, e, typed, _(wanted->label));
}

static enum err what_of(struct cmd_env *env, struct paper *p, const struct opt_parsed *args)
{
    const char *id = args->arg_count > 1 ? opt_arg(args, 1) : NULL, *period = opt_text(args, "ky", NULL);

    if (p->blank && (id != NULL || period != NULL))
        return cmd_explain(env, ERR_USAGE, "--trong", _("a blank form is of nothing"));
    if (period != NULL && period_parse(period, env->today, &p->period) != ERR_OK)
        return cmd_explain(env, ERR_BAD_VALUE, period, _("for example 11/2026, Q4/2026, 2026"));
    if (!p->blank && p->form->of == PAPER_OF_YEAR)
        p->period = (p->period == 0 ? date_year(env->today) : p->period / 100) * 100;
    if (p->form->of != PAPER_OF_RECORD && id != NULL)
        return cmd_explain(env, ERR_USAGE, id, _("this form is not of one record"));
    if (p->form->of != PAPER_OF_RECORD || p->blank)
        return ERR_OK;
    if (id == NULL)
        return cmd_explain(env, ERR_USAGE, p->form->word, _("which record? chibo in FORM ID, or --trong"));
    return find_record(env, p, id);
}

/* What is on paper is Vietnamese; what is said about it goes on in the language chosen. */
static enum err describe(struct paper *p)
{
    const char *chosen = getenv("CHIBO_LANG");
    struct buf kept = {0};
    bool english = language_is_english();
    enum err e;

    if (!english)
        return paper_describe(p);
    buf_put_str(&kept, chosen == NULL ? "" : chosen);
    (void)setenv("CHIBO_LANG", "vi", 1);
    language_init(NULL);
    e = paper_describe(p);
    (void)setenv("CHIBO_LANG", kept.n == 0 ? "en" : buf_cstr(&kept), 1);
    language_init(NULL);
    buf_deinit(&kept);
    return e;
}

/* The papers are made for A4; where the rules of the day ask for another size, that is said. */
static enum err say_size(struct cmd_env *env)
{
    struct rules rules;

    rules_init(&rules);
    const enum err e = rules_load_of(&rules, &env->book, &env->book.replica.org);
    const char *size = rules_text(rules_choose(&rules, &env->book.replica.org, "the-thuc", env->today), "kho_giay");
    if (size != NULL && strcmp(size, "A4") != 0)
        out_note(_("The rules of today ask for another size of paper; this is A4."));
    rules_deinit(&rules);
    return e;
}

static enum err print_form(struct cmd_env *env, struct paper *p, const struct opt_parsed *args)
{
    const char *path = opt_text(args, "ra", NULL);
    enum err e = path == NULL ? cmd_explain(env, ERR_USAGE, "--ra", _("the PDF file to be written")) : ERR_OK;

    if (e == ERR_OK)
        e = book_begin(&env->book, false);
    if (e == ERR_OK)
        e = print_init(&p->print, &env->book);
    if (e == ERR_OK)
        e = what_of(env, p, args);
    if (e == ERR_OK)
        e = describe(p);
    if (e == ERR_OK)
        e = say_size(env);
    print_deinit(&p->print);
    replica_view_deinit(&p->view);
    book_abort(&env->book);
    if (e == ERR_AMBIGUOUS && env->why.n == 0)
        return cmd_explain(env, e, _("this meeting has more than one record of minutes"),
                           _("name the one: chibo in bien-ban ID"));
    if (e != ERR_OK)
        return e;
    e = paper_write(buf_bytes(&p->text), path, opt_given(args, "ghi-de"));
    if (e == ERR_NOT_FOUND)
        return cmd_explain(env, e, _("the program that makes PDF files belongs beside chibo, or there"),
                           CHIBO_LIBDIR "/chibo-in");
    if (e != ERR_OK)
        return cmd_explain(env, e, path, e == ERR_EXISTS ? "--ghi-de" : "");
    return ERR_OK;
}

static enum err run(struct cmd_env *env, const struct opt_parsed *args)
{
    struct paper p = {.book = &env->book, .today = env->today, .blank = opt_given(args, "trong")};
    enum err e;

    if (args->arg_count == 0) {
        list_forms(env);
        return ERR_OK;
    }
    p.form = form_named(env, opt_arg(args, 0));
    if (p.form == NULL)
        return ERR_USAGE;
    e = print_form(env, &p, args);
    buf_wipe_deinit(&p.text);
    return e;
}

const struct cmd cmd_print = {"in", "print", N_("Puts a form on paper: a PDF file, filled in or blank."), NEED_STORE,
                              {rows, ARRAY_LEN(rows), N_("[FORM [ID]]"), 0, 2}, run};
