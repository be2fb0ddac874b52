/* page_roll.c - the roll call of a meeting on one page: a row of marks for each person. What can be recorded is, when
 * the button is pressed; what cannot stands there as it was typed. */
#include <stdlib.h>

#include "../../common/language.h"
#include "../form.h"
#include "../roll.h"
#include "page.h"

#define UNMARKED "unmarked"

struct person {
    struct buf mark, reason;     /* as the page shows them, or as they were typed */
    struct buf had, had_reason;  /* as the book has them; no mark: not called yet */
    struct buf wrong;
};

struct sheet {
    struct page *page;
    struct roll roll;
    const struct field_info *mark, *reason;
    struct person *person; /* by member */
    size_t written, wrong;
};

static void sheet_deinit(struct sheet *s)
{
    for (size_t i = 0; s->person != NULL && i < s->roll.members.count; i++) {
        struct person *p = &s->person[i];
        struct buf *const all[] = {&p->mark, &p->reason, &p->had, &p->had_reason, &p->wrong};
        for (size_t b = 0; b < ARRAY_LEN(all); b++)
            buf_wipe_deinit(all[b]);
    }
    free(s->person);
    roll_deinit(&s->roll);
}

static enum err load(struct sheet *s)
{
    struct page *p = s->page;
    const struct kind_info *k = NULL;
    struct id meeting;
    enum err e = book_begin(&p->env->book, false);

    if (e == ERR_OK)
        e = page_record(p, &k, &meeting);
    book_abort(&p->env->book);
    if (e == ERR_OK && strcmp(k->name, "meeting") != 0)
        e = ERR_NO_SUCH_RECORD;
    if (e == ERR_OK)
        e = roll_load(&s->roll, p->env, &meeting, NULL);
    if (e == ERR_OK && s->roll.members.count > PAGE_ROWS_MAX)
        e = ERR_TOO_LONG;
    if (e != ERR_OK)
        return e;
    s->person = mem_alloc(s->roll.members.count * sizeof(*s->person));
    for (size_t i = 0; i < s->roll.members.count && s->roll.again; i++) {
        const struct roll_mark *m = &s->roll.of[i];
        buf_put_str(&s->person[i].had, m->mark == NULL ? "" : m->mark);
        buf_put_bytes(&s->person[i].had_reason, buf_bytes(&m->reason));
    }
    return ERR_OK;
}

/* What the page shows at first: what the book says, else what was told half-way, else what is most likely. */
static void show_book(struct sheet *s)
{
    for (size_t i = 0; i < s->roll.members.count; i++) {
        const struct roll_mark *m = &s->roll.of[i];
        const bool told = m->hinted && m->hint != NULL;
        const char *mark = told ? m->hint : m->mark;
        buf_put_str(&s->person[i].mark, mark == NULL ? UNMARKED : mark);
        buf_put_bytes(&s->person[i].reason, buf_bytes(told ? &m->hint_reason : &m->reason));
    }
}

/* --- drawing --- */

static void put_marks(struct sheet *s, size_t i, const char *hex)
{
    struct page *p = s->page;
    struct buf name = {0};

    buf_printf(&name, "d.%s", hex);
    for (const struct enum_value *v = s->mark->values; v->name != NULL; v++) {
        html_put(&p->body, "<label class=\"box\"><input type=\"radio\"");
        html_attr(&p->body, "name", buf_cstr(&name));
        html_attr(&p->body, "value", v->name);
        html_put(&p->body, strcmp(buf_cstr(&s->person[i].mark), v->name) == 0 ? " checked> " : "> ");
        html_str(&p->body, _(v->label));
        html_put(&p->body, "</label>\n");
    }
    buf_deinit(&name);
}

static void put_hidden(struct page *p, char letter, const char *hex, struct buf *value)
{
    buf_printf(&p->body, "<input type=\"hidden\" name=\"%c.%s\"", letter, hex);
    html_attr(&p->body, "value", buf_cstr(value));
    html_put(&p->body, ">");
}

static void put_person(struct sheet *s, size_t i)
{
    struct page *p = s->page;
    struct person *person = &s->person[i];
    const struct choice_item *member = &s->roll.members.item[i];
    char hex[ID_TEXT_SIZE];

    id_print(&member->id, hex);
    html_put(&p->body, "<fieldset class=\"person\"><legend>");
    buf_printf(&p->body, "%zu. ", i + 1);
    html_text(&p->body, buf_bytes(&member->title));
    html_put(&p->body, "</legend>\n");
    put_marks(s, i, hex);
    buf_printf(&p->body, "<label class=\"reason\" for=\"l.%s\">", hex);
    html_str(&p->body, _(s->reason->label));
    buf_printf(&p->body, "</label><input type=\"text\" id=\"l.%s\" name=\"l.%s\"", hex, hex);
    html_attr(&p->body, "value", buf_cstr(&person->reason));
    html_put(&p->body, ">");
    put_hidden(p, 'D', hex, &person->had);
    put_hidden(p, 'L', hex, &person->had_reason);
    if (person->wrong.n > 0)
        html_element(&p->body, "p", "wrong", buf_cstr(&person->wrong));
    html_put(&p->body, "</fieldset>\n");
}

static enum err draw(struct sheet *s)
{
    struct page *p = s->page;
    struct buf title = {0};
    struct refs refs;
    char hex[ID_TEXT_SIZE];
    enum err e = book_begin(&p->env->book, false);

    id_print(&s->roll.meeting, hex);
    refs_init(&refs, &p->env->book);
    buf_printf(&title, "%s: ", _("Roll call"));
    if (e == ERR_OK)
        (void)refs.entry.name_record(refs.entry.arg, "meeting", &s->roll.meeting, &title);
    refs_deinit(&refs);
    book_abort(&p->env->book);
    page_title(p, buf_cstr(&title));
    buf_deinit(&title);
    if (!s->roll.again && !p->post)
        page_notice(p, "note", _("Everybody is marked present. Change those who are not, then record it."));
    page_form_begin(p, "/diem-danh/", hex);
    for (size_t i = 0; i < s->roll.members.count; i++)
        put_person(s, i);
    html_put(&p->body, "<p class=\"buttons\">");
    page_button(p, "lam", "ghi", _("Record the roll call"), true);
    html_put(&p->body, "</p>\n");
    page_form_end(p);
    return e;
}

/* --- recording --- */

static void take(struct sheet *s, size_t i, char letter, struct buf *out)
{
    struct buf name = {0};
    char hex[ID_TEXT_SIZE];

    id_print(&s->roll.members.item[i].id, hex);
    buf_printf(&name, "%c.%s", letter, hex);
    buf_put_str(out, param_get(&s->page->form, buf_cstr(&name)));
    buf_deinit(&name);
}

static bool equal(const struct buf *a, const struct buf *b)
{
    return bytes_equal(buf_bytes(a), buf_bytes(b));
}

static void blame(struct sheet *s, struct person *person, enum err e, const char *why)
{
    page_sentence(e, why, &person->wrong);
    s->wrong++;
}

/* Only what the person changed, or what was shown to him and nobody had called yet. What changed in the book meanwhile
 * is shown before it is written over. */
static void judge(struct sheet *s, size_t i)
{
    struct person *person = &s->person[i];
    struct roll_mark *m = &s->roll.of[i];
    struct buf mark = {0}, reason = {0}, value = {0};
    char why[ENTRY_WHY_SIZE];

    m->write = false;
    take(s, i, 'd', &person->mark);
    take(s, i, 'l', &person->reason);
    take(s, i, 'D', &mark);
    take(s, i, 'L', &reason);
    const struct enum_value *typed = schema_value_named(s->mark, buf_cstr(&person->mark));
    if (mark.n == 0)
        buf_put_str(&mark, person->had.n > 0 ? "" : UNMARKED); /* nobody called him: as he stands without a mark */
    const bool same = equal(&person->mark, &mark) && equal(&person->reason, &reason);
    const bool moved = person->had.n > 0 && !(equal(&person->had, &mark) && equal(&person->had_reason, &reason));
    enum err e = entry_parse(s->reason, buf_cstr(&person->reason), s->page->env->today, NULL, &value, why);
    if (typed != NULL && !same && moved) {
        blame(s, person, ERR_STALE_BASE, "");
    } else if (typed != NULL && !same && e != ERR_OK) {
        blame(s, person, e, why);
    } else if (typed != NULL && !same) {
        m->write = true;
        m->mark = typed->name;
        buf_clear(&m->reason);
        buf_put_bytes(&m->reason, buf_bytes(&person->reason));
        s->written++;
    }
    buf_deinit(&mark);
    buf_wipe_deinit(&reason);
    buf_wipe_deinit(&value);
}

/* If the page is shown again, it begins with what was written. */
static void remember(struct sheet *s)
{
    for (size_t i = 0; i < s->roll.members.count; i++) {
        struct person *person = &s->person[i];
        if (!s->roll.of[i].write)
            continue;
        buf_clear(&person->had);
        buf_clear(&person->had_reason);
        buf_put_bytes(&person->had, buf_bytes(&person->mark));
        buf_put_bytes(&person->had_reason, buf_bytes(&person->reason));
    }
}

static enum err post(struct sheet *s)
{
    struct page *p = s->page;
    struct buf line = {0};
    char hex[ID_TEXT_SIZE];

    for (size_t i = 0; i < s->roll.members.count; i++)
        judge(s, i);
    enum err e = roll_save(&s->roll);
    if (e == ERR_LOCKED) { /* by another program: everything as it was typed */
        page_notice(p, "wrong", _(err_sentence(e)));
        p->status = 503;
        return ERR_OK;
    }
    remember(s);
    buf_printf(&line, _("Recorded for %zu persons."), s->written);
    if (e == ERR_OK && s->wrong == 0) {
        buf_put_bytes(&p->site->note, buf_bytes(&line));
        id_print(&s->roll.meeting, hex);
        page_go(p, "/xem/", hex);
    } else if (e == ERR_OK) {
        p->status = 422;
        buf_printf(&line, " %s", _("Some want another look; they are marked below."));
        page_notice(p, "wrong", buf_cstr(&line));
    }
    buf_deinit(&line);
    return e;
}

enum err page_roll(struct page *p)
{
    const struct kind_info *k = schema_kind_named("attendance");
    struct sheet s = {.page = p, .mark = schema_field_named(k, "mark"), .reason = schema_field_named(k, "reason")};
    enum err e = load(&s);

    if (e == ERR_OK && p->post)
        e = post(&s);
    else if (e == ERR_OK)
        show_book(&s);
    if (e == ERR_OK && p->target[0] == 0)
        e = draw(&s);
    sheet_deinit(&s);
    return e;
}
