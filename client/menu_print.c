/* menu_print.c - see menu_print.h. The table of forms says what is asked: a record, a period, or nothing. */
#include "menu_print.h"

#include "../common/language.h"
#include "choice.h"
#include "paper.h"

#define WORDS_MAX 6

static const struct paper_form *ask_form(struct cmd_env *env)
{
    struct choice c = {0};
    size_t which = 0;
    bool chosen;

    c.item = mem_alloc(paper_form_count * sizeof(*c.item));
    for (; c.count < paper_form_count; c.count++)
        for (const char *t = paper_forms[c.count].title; *t != 0; t++)
            buf_put_u8(&c.item[c.count].title, (uint8_t)(*t == '\n' ? ' ' : *t));
    chosen = choice_ask(&c, &env->ask, _("Which form"), &which) == ASK_TEXT;
    choice_deinit(&c);
    return chosen ? &paper_forms[which] : NULL;
}

/* Of one record: which. blank: Enter at nothing to choose from. */
static enum err ask_record(struct cmd_env *env, const struct paper_form *form, struct buf *id, bool *gone)
{
    struct choice c;
    size_t which = 0;
    char hex[ID_TEXT_SIZE];
    enum err e = book_begin(&env->book, false);

    if (e != ERR_OK)
        return e;
    e = choice_load(&c, &env->book, schema_kind_named(form->kind)->number, NULL);
    book_abort(&env->book);
    *gone = e == ERR_OK && c.count > 0 && choice_ask(&c, &env->ask, _("Of which record"), &which) != ASK_TEXT;
    if (e == ERR_OK && c.count > 0 && !*gone) {
        id_print(&c.item[which].id, hex);
        buf_put_str(id, hex);
    }
    choice_deinit(&c);
    return e;
}

static enum err print_form(struct cmd_env *env, const struct paper_form *form, struct buf *id, struct buf *period,
                           struct buf *path)
{
    struct buf word = {0};
    char *words[WORDS_MAX];
    int n = 0;

    buf_put_str(&word, form->word);
    (void)buf_cstr(&word);
    words[n++] = (char *)word.p;
    if (id->n > 0 && buf_cstr(id) != NULL)
        words[n++] = (char *)id->p;
    else if (form->of == PAPER_OF_RECORD)
        words[n++] = (char[]){"--trong"};
    if (period->n > 0 && buf_cstr(period) != NULL) {
        words[n++] = (char[]){"--ky"};
        words[n++] = (char *)period->p;
    }
    struct buf out = {0};
    buf_printf(&out, "--ra=%s", buf_cstr(path));
    (void)buf_cstr(&out);
    words[n++] = (char *)out.p;
    enum err e = cmd_words(env, &cmd_print, n, words);
    buf_deinit(&out);
    buf_deinit(&word);
    return e;
}

enum err menu_print_run(struct cmd_env *env)
{
    const struct paper_form *form = ask_form(env);
    struct buf id = {0}, period = {0}, path = {0}, shown = {0};
    bool gone = form == NULL;
    enum err e = ERR_OK;

    if (!gone && form->of == PAPER_OF_RECORD)
        e = ask_record(env, form, &id, &gone);
    else if (!gone)
        gone = ask_line(&env->ask, _("Of which month, quarter or year (Enter: all)"), NULL, &period) != ASK_TEXT;
    if (e == ERR_OK && !gone) {
        buf_printf(&shown, "%s.pdf", form->word);
        gone = ask_line(&env->ask, _("PDF file"), buf_cstr(&shown), &path) != ASK_TEXT;
    }
    if (e == ERR_OK && !gone) {
        if (path.n == 0)
            buf_put_bytes(&path, buf_bytes(&shown));
        e = print_form(env, form, &id, &period, &path);
        if (e == ERR_OK)
            ask_say(&env->ask, _("  It is written."));
    }
    buf_deinit(&id);
    buf_deinit(&period);
    buf_deinit(&path);
    buf_deinit(&shown);
    return e;
}
