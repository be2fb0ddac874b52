/* page_draft.c - see page_draft.h. */
#include "page_draft.h"

#include <stdio.h>

#include "../../common/language.h"

void page_draft_init(struct page_draft *d, struct page *p, const struct kind_info *k)
{
    memset(d, 0, sizeof(*d));
    d->page = p;
    form_init(&d->form, k);
    fields_init(&d->fields, k);
}

void page_draft_deinit(struct page_draft *d)
{
    form_deinit(&d->form);
    fields_deinit(&d->fields);
    for (size_t i = 0; i < CHANGE_TRIPLES_MAX; i++) {
        buf_wipe_deinit(&d->before[i]);
        buf_wipe_deinit(&d->why[i]);
        buf_wipe_deinit(&d->echo[i]);
    }
}

void page_draft_take(struct page_draft *d)
{
    const struct kind_info *k = d->form.kind;

    for (size_t i = 0; i < k->fields; i++) {
        struct buf *answer = form_answer(&d->form, &k->field[i]), name = {0};
        buf_clear(answer);
        page_field_take(&d->page->form, &k->field[i], answer);
        buf_printf(&name, "o.%s", k->field[i].name);
        buf_clear(&d->before[i]);
        buf_put_str(&d->before[i], param_get(&d->page->form, buf_cstr(&name)));
        buf_deinit(&name);
    }
}

void page_draft_blame(struct page_draft *d, const struct field_info *f, enum err e, const char *why)
{
    struct buf *sentence = &d->why[f - d->form.kind->field];

    d->wrong += sentence->n == 0;
    buf_clear(sentence);
    page_sentence(e, why, sentence);
}

void page_draft_check(struct page_draft *d, const bool *only, bool missing)
{
    const struct kind_info *k = d->form.kind;
    char why[ENTRY_WHY_SIZE];
    struct refs refs;

    refs_init(&refs, &d->page->env->book);
    for (size_t i = 0; i < k->fields; i++) {
        const struct field_info *f = &k->field[i];
        if (!page_field_typed(f) || (only != NULL && !only[i]))
            continue;
        enum err e = form_value(&d->form, d->page->env, f, &refs.entry, &d->fields, why);
        if (e == ERR_OK && missing && f->required && fields_value(&d->fields, f)->count == 0)
            e = ERR_MISSING_FIELD;
        if (e != ERR_OK)
            page_draft_blame(d, f, e, why);
        else if (f->type != TYPE_TEXT && f->type != TYPE_ENUM && f->type != TYPE_RECORD)
            form_echo(f, fields_value(&d->fields, f), &refs.entry, &d->echo[i]);
    }
    refs_deinit(&refs);
}

/* --- drawing --- */

/* The first that is wrong, else the first that is empty and asked for. */
static size_t focus_of(struct page_draft *d)
{
    const struct kind_info *k = d->form.kind;
    size_t first = SIZE_MAX;

    for (size_t i = 0; i < k->fields; i++) {
        if (d->why[i].n > 0)
            return i;
        if (first == SIZE_MAX && !d->fixed[i] && !k->field[i].seldom && d->form.answer[i].n == 0)
            first = i;
    }
    return first;
}

static enum err put_one(struct page_draft *d, size_t i, struct refs *refs, struct page_field_choices *c, bool focus)
{
    const struct field_info *f = &d->form.kind->field[i];
    struct page *p = d->page;
    const struct page_field view = {
        .info = f, .answer = buf_cstr(&d->form.answer[i]), .before = d->change ? buf_cstr(&d->before[i]) : NULL,
        .why = buf_cstr(&d->why[i]), .echo = buf_cstr(&d->echo[i]), .focus = focus,
    };

    if (!page_field_typed(f))
        return ERR_OK;
    if (!d->fixed[i])
        return page_field_put(p, refs, c, &view);
    if (d->echo[i].n > 0) {
        html_put(&p->body, "<p class=\"field\">");
        html_str(&p->body, _(f->label));
        html_put(&p->body, ": ");
        html_element(&p->body, "b", NULL, buf_cstr(&d->echo[i]));
        html_put(&p->body, "</p>\n");
    }
    return ERR_OK;
}

static bool is_open(const struct page_draft *d, size_t i)
{
    return !d->form.kind->field[i].seldom || d->why[i].n > 0;
}

/* What is seldom known stands folded behind the rest, unless something of it is there already. */
static enum err put_fields(struct page_draft *d)
{
    const struct kind_info *k = d->form.kind;
    struct page_field_choices c = {0};
    const size_t focus = focus_of(d);
    struct refs refs;
    bool seldom = false, filled = false;
    enum err e = ERR_OK;

    refs_init(&refs, &d->page->env->book);
    for (size_t i = 0; e == ERR_OK && i < k->fields; i++) {
        if (is_open(d, i))
            e = put_one(d, i, &refs, &c, i == focus);
        seldom = seldom || !is_open(d, i);
        filled = filled || (!is_open(d, i) && d->form.answer[i].n > 0);
    }
    if (seldom) {
        html_put(&d->page->body, filled ? "<details open>" : "<details>");
        html_element(&d->page->body, "summary", NULL, _("More, seldom needed"));
        for (size_t i = 0; e == ERR_OK && i < k->fields; i++)
            e = is_open(d, i) ? ERR_OK : put_one(d, i, &refs, &c, false);
        html_put(&d->page->body, "</details>\n");
    }
    page_field_choices_deinit(&c);
    refs_deinit(&refs);
    return e;
}

/* Each form that is drawn anew has a number of its own; shown again after a mistake it keeps it. */
static void put_number(struct page_draft *d)
{
    const char *sent = param_get(&d->page->form, "lan");
    char number[GUARD_TEXT_SIZE];
    uint8_t random[GUARD_RANDOM];

    crypto_random(random, sizeof(random));
    for (size_t i = 0; i < sizeof(random); i++)
        snprintf(number + 2 * i, 3, "%02x", random[i]);
    html_put(&d->page->body, "<input type=\"hidden\" name=\"lan\"");
    html_attr(&d->page->body, "value", strlen(sent) == GUARD_TEXT_SIZE - 1 ? sent : number);
    html_put(&d->page->body, ">\n");
}

enum err page_draft_put(struct page_draft *d, const char *path, const char *rest)
{
    struct page *p = d->page;
    struct buf line = {0};

    if (d->wrong > 0) {
        p->status = 422;
        buf_printf(&line, _("Not recorded yet: %zu fields want another look. Nothing you typed is lost."), d->wrong);
        page_notice(p, "wrong", buf_cstr(&line));
    } else if (d->recalled) {
        page_notice(p, "note", _("You left this half-way; here it is as you typed it."));
    }
    html_element(&p->body, "p", "hint", _("* must be filled in"));
    page_form_begin(p, path, rest);
    put_number(d);
    html_put(&p->body, d->sure ? "<input type=\"hidden\" name=\"chac\" value=\"1\">\n" : "");
    enum err e = put_fields(d);
    html_put(&p->body, "<p class=\"buttons\">");
    page_button(p, "lam", PAGE_DRAFT_SAVE, _("Record it"), true);
    page_button(p, "lam", PAGE_DRAFT_KEEP, _("Check it and keep it for later"), false);
    page_button(p, "lam", PAGE_DRAFT_DROP, _("Throw away what I typed"), false);
    html_put(&p->body, "</p>\n");
    page_form_end(p);
    buf_deinit(&line);
    return e;
}

/* --- buttons --- */

bool page_draft_wants(const struct page_draft *d, const char *what)
{
    return strcmp(param_get(&d->page->form, "lam"), what) == 0;
}

bool page_draft_was_saved(struct page_draft *d)
{
    struct page_site *s = d->page->site;
    char hex[ID_TEXT_SIZE];

    for (size_t i = 0; i < PAGE_DONE_MAX; i++)
        if (s->done[i].form[0] != 0 && strcmp(s->done[i].form, param_get(&d->page->form, "lan")) == 0) {
            id_print(&s->done[i].record, hex);
            page_go(d->page, "/xem/", hex);
            return true;
        }
    return false;
}

void page_draft_saved(struct page_draft *d, const struct record_written *w)
{
    struct page_site *s = d->page->site;
    struct page_done *done = &s->done[s->done_n++ % PAGE_DONE_MAX];
    char hex[ID_TEXT_SIZE];

    done->record = w->id;
    snprintf(done->form, sizeof(done->form), "%s", param_get(&d->page->form, "lan"));
    buf_clear(&s->note);
    if (w->changes > 0)
        buf_printf(&s->note, "%s\n", _("Saved on this machine. Not sent to the ward yet."));
    form_note_written(d->form.kind, w, &s->note);
    id_print(&w->id, hex);
    page_go(d->page, "/xem/", hex);
}
