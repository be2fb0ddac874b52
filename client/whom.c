/* whom.c - see whom.h. */
#include "whom.h"

#include "../common/language.h"
#include "../common/text.h"
#include "../proto/mp.h"
#include "alike.h"
#include "value.h"

enum err whom_describe(struct refs *r, const struct id *member, struct buf *born, struct buf *line)
{
    static const char *const names[] = {"born", "occupation", "address"};
    const struct kind_info *k = schema_kind_named("member");
    struct view v;
    enum err e = replica_view(book_txn(r->book), &r->book->replica, k->number, member, &v);

    if (e != ERR_OK)
        return e;
    refs_title(r, &v, line);
    for (size_t n = 0; n < ARRAY_LEN(names); n++) {
        const struct field_info *f = schema_field_named(k, names[n]);
        const struct entry *entry = replica_view_entry(&v, f);
        if (entry == NULL)
            continue;
        if (n == 0 && born != NULL)
            buf_put_bytes(born, entry->candidate[0].value);
        buf_put_str(line, " · ");
        entry_print(f, entry->candidate[0].value, &r->entry, line);
    }
    buf_put_str(line, " · ");
    (void)refs_org_name(r, &v.org, true, line);
    replica_view_deinit(&v);
    return ERR_OK;
}

struct namesakes {
    struct print *p;
    struct buf key;
    struct id leader;
    size_t count;
};

static void key_of(struct print *p, const struct view *v, struct buf *key)
{
    struct buf title = {0};

    buf_clear(key);
    refs_title(&p->refs, v, &title);
    if (text_key(buf_bytes(&title), key) != ERR_OK)
        buf_clear(key);
    buf_wipe_deinit(&title);
}

static bool namesake_visit(void *arg, struct view *v)
{
    struct namesakes *n = arg;
    struct id leader = alike_leader(n->p, v->kind, &v->record);
    struct buf key = {0};

    key_of(n->p, v, &key);
    if (replica_view_void(v) != CLOSE_VOID && bytes_equal(buf_bytes(&key), buf_bytes(&n->key)) &&
        id_equal(&leader, &v->record) && !id_equal(&leader, &n->leader))
        n->count++;
    buf_wipe_deinit(&key);
    return true;
}

static enum err count_namesakes(struct print *p, const struct id *member, size_t *count)
{
    const struct kind_info *k = schema_kind_named("member");
    struct namesakes n = {.p = p, .leader = alike_leader(p, k->number, member)};
    struct view v;
    enum err e = replica_view(book_txn(p->book), &p->book->replica, k->number, member, &v);

    if (e != ERR_OK)
        return e;
    key_of(p, &v, &n.key);
    replica_view_deinit(&v);
    if (n.key.n > 0)
        e = replica_each(book_txn(p->book), &p->book->replica, k->number, namesake_visit, &n);
    *count = n.count;
    buf_wipe_deinit(&n.key);
    return e;
}

/* With the letter with which the member came: a cell's device may not know the cell at work by its name. */
static void put_work(struct print *p, const struct view *link, const struct id *work, struct buf *line)
{
    struct bytes letter;

    buf_printf(line, " · %s: ", _("Cell at work"));
    (void)p->refs.entry.name_org(&p->refs, work, ENTRY_PEOPLE, line);
    if (value_text(link, "letter_no", &letter)) {
        buf_printf(line, " · %s: ", _("Letter number"));
        buf_put_bytes(line, letter);
    }
}

enum err whom_of_link(struct print *p, const struct id *link, struct whom *w)
{
    const struct kind_info *k = schema_kind_named("residence_link");
    struct id member, work;
    struct view v;
    enum err e = replica_view(book_txn(p->book), &p->book->replica, k->number, link, &v);

    memset(w, 0, sizeof(*w));
    if (e != ERR_OK)
        return e == ERR_NOT_FOUND ? ERR_OK : e;
    bool has_member = value_id(&v, "member", &member), has_work = value_id(&v, "work_org", &work);
    e = has_member ? whom_describe(&p->refs, &member, NULL, &w->line) : ERR_NOT_FOUND;
    if (e == ERR_OK && has_work)
        put_work(p, &v, &work, &w->line);
    replica_view_deinit(&v);
    if (e == ERR_OK)
        e = count_namesakes(p, &member, &w->namesakes);
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

void whom_deinit(struct whom *w)
{
    buf_wipe_deinit(&w->line);
}

static bool is_comment(const struct kind_info *k)
{
    return strcmp(k->name, "residence_comment") == 0;
}

static enum err look(struct cmd_env *env, const struct id *link, struct whom *w)
{
    struct print p;
    enum err e = print_init(&p, &env->book);

    memset(w, 0, sizeof(*w));
    if (e == ERR_OK)
        e = whom_of_link(&p, link, w);
    print_deinit(&p);
    return e;
}

static void say(struct cmd_env *env, struct whom *w)
{
    struct buf text = {0};

    buf_printf(&text, "%s: %s", _("The comment is about"), buf_cstr(&w->line));
    if (w->namesakes > 0)
        buf_printf(&text, _(". Other members of the same name: %zu"), w->namesakes);
    (void)env;
    out_note(buf_cstr(&text));
    buf_wipe_deinit(&text);
}

/* Where there are homonyms Enter is no answer. */
static enum err ask(struct cmd_env *env, struct whom *w)
{
    struct buf line = {0};
    enum ask_answer answer;
    bool agreed;

    do {
        answer = ask_line(&env->ask, _("Is it this person? (y/n)"), w->namesakes == 0 ? _("y") : NULL, &line);
        agreed = answer == ASK_TEXT &&
                 (line.n == 0 ? w->namesakes == 0 : line.n == 1 && strchr("yc", line.p[0]) != NULL);
    } while (answer == ASK_TEXT && !agreed && (line.n != 1 || strchr("nk", line.p[0]) == NULL));
    buf_deinit(&line);
    return agreed ? ERR_OK : cmd_explain(env, ERR_BAD_VALUE, _("Nothing was written"), buf_cstr(&w->line));
}

enum err whom_ask(struct cmd_env *env, struct fields *f)
{
    const struct field_info *link = schema_field_named(f->kind, "link");
    struct whom w = {0};
    struct mp r;
    enum err e;

    if (!is_comment(f->kind) || link == NULL || !fields_value(f, link)->given)
        return ERR_OK;
    mp_open(&r, buf_bytes(&fields_value(f, link)->value));
    struct id id = id_from(mp_bin_exact(&r, ID_SIZE));
    if (mp_close(&r) != ERR_OK)
        return ERR_OK;
    e = book_begin(&env->book, false);
    if (e == ERR_OK)
        e = look(env, &id, &w);
    book_abort(&env->book);
    const bool asked = ask_is_possible() && !env->out.json;
    if (e == ERR_OK && w.line.n > 0 && (asked || w.namesakes > 0))
        say(env, &w);
    if (e == ERR_OK && w.line.n > 0 && asked)
        e = ask(env, &w);
    whom_deinit(&w);
    return e;
}

enum err whom_say(struct cmd_env *env, const struct id *comment)
{
    const struct kind_info *k = schema_kind_named("residence_comment");
    struct whom w = {0};
    struct view v;
    struct id link;
    enum err e = replica_view(book_txn(&env->book), &env->book.replica, k->number, comment, &v);

    if (e != ERR_OK)
        return e;
    bool has_link = value_id(&v, "link", &link);
    replica_view_deinit(&v);
    if (has_link)
        e = look(env, &link, &w);
    if (e == ERR_OK && w.line.n > 0 && (w.namesakes > 0 || (ask_is_possible() && !env->out.json)))
        say(env, &w);
    whom_deinit(&w);
    return e;
}
