/* filter.c - see filter.h. */
#include "filter.h"

#include "../common/language.h"
#include "../common/text.h"
#include "../proto/mp.h"
#include "../proto/org_change.h"
#include "assign.h"
#include "word.h"

/* Text is compared without marks and case; all else as it is stored. */
static bool value_is(const struct field_info *f, struct bytes value, struct bytes wanted)
{
    struct buf a = {0}, b = {0};
    struct mp r;
    bool same = bytes_equal(value, wanted);

    if (!same && f->type == TYPE_TEXT && wanted.n > 0) {
        mp_open(&r, value);
        same = text_key(mp_str(&r, CHANGE_BODY_MAX), &a) == ERR_OK;
        (void)!mp_close(&r);
        mp_open(&r, wanted);
        same = text_key(mp_str(&r, CHANGE_BODY_MAX), &b) == ERR_OK && same;
        (void)!mp_close(&r);
        same = same && bytes_equal(buf_bytes(&a), buf_bytes(&b));
    }
    buf_wipe_deinit(&a);
    buf_wipe_deinit(&b);
    return same;
}

static bool word_fits(struct cmd_env *env, struct print *p, const struct filter *f, const struct view *v)
{
    struct buf org = {0};
    bool fits = false;
    if (strcmp(f->word, "state") == 0)
        return word_is(f->text, print_state(v)) || word_is(f->text, _(print_state(v)));
    if (strcmp(f->word, "sync") == 0)
        return word_is(f->text, print_sync(p, v));
    if (strcmp(f->word, "transport") == 0)
        return word_is(f->text, print_transport(p, v));
    if (!id_is_zero(&f->org)) /* of it, or of what became part of it */
        return org_leads_to(book_txn(&env->book), &v->org, &f->org, &fits) == ERR_OK && fits;
    fits = refs_org_name(&p->refs, &v->org, true, &org) && word_is(f->text, buf_cstr(&org));
    buf_deinit(&org);
    return fits;
}

/* An empty value asks for those that have none. */
static bool fits_one(struct cmd_env *env, struct print *p, const struct filter *f, const struct view *v)
{
    const struct entry *e;
    bool any = false;
    if (f->field == NULL)
        return word_fits(env, p, f, v);
    e = replica_view_entry(v, f->field);
    if (f->value.n == 0)
        return e == NULL;
    for (size_t i = 0; e != NULL && i < (f->field->list ? e->count : 1); i++)
        any = any || value_is(f->field, e->candidate[i].value, buf_bytes(&f->value));
    return any;
}

/* Former codes find it too. */
static enum err org_of(struct cmd_env *env, struct filter *f)
{
    struct buf code = {0};
    struct org o;
    enum err e;

    for (const char *p = f->text; *p != '\0'; p++)
        buf_put_u8(&code, (uint8_t)(*p >= 'a' && *p <= 'z' ? *p - 'a' + 'A' : *p));
    e = org_by_any_code(book_txn(&env->book), buf_cstr(&code), &o);
    if (e == ERR_OK)
        f->org = o.id;
    buf_deinit(&code);
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static enum err add(struct filter_set *fs, struct cmd_env *env, struct print *p, const struct kind_info *k,
                    const char *word)
{
    static const char *const words[] = {"org", "state", "sync", "transport"};
    struct filter *f = &fs->filter[fs->n];
    char why[ENTRY_WHY_SIZE] = "";
    enum err e;

    if (fs->n == FILTERS_MAX)
        return ERR_TOO_LONG;
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        if (strncmp(word, words[i], strlen(words[i])) == 0 && word[strlen(words[i])] == '=' &&
            schema_field_named(k, words[i]) == NULL) {
            *f = (struct filter){.word = words[i], .text = word + strlen(words[i]) + 1};
            if (i == 0 && org_of(env, f) != ERR_OK)
                return ERR_DAMAGED;
            fs->n++;
            fs->state = fs->state || i == 1; /* whoever asks for a state means it */
            return ERR_OK;
        }
    f->field = assign_split(env, k, word, &f->text, &e);
    if (f->field == NULL)
        return e;
    fs->n++;
    e = ERR_OK;
    if (f->text[0] != 0) {
        struct field_info one = *f->field;
        one.limit = one.type == TYPE_TEXT ? 0 : one.limit; /* too long to be there, but no mistake */
        e = entry_parse(&one, f->text, env->today, &p->refs.entry, &f->value, why);
    }
    return e == ERR_OK ? e : cmd_explain(env, e, _(f->field->label), why);
}

enum err filter_read(struct filter_set *fs, struct cmd_env *env, struct print *p, const struct kind_info *k,
                     const struct opt_parsed *args)
{
    enum err e = ERR_OK;
    size_t at = 0;
    const char *word;

    while (e == ERR_OK && (word = opt_next(args, "loc", &at)) != NULL)
        e = add(fs, env, p, k, word);
    return e;
}

bool filter_fits(const struct filter_set *fs, struct cmd_env *env, struct print *p, const struct view *v)
{
    for (size_t i = 0; i < fs->n; i++)
        if (!fits_one(env, p, &fs->filter[i], v))
            return false;
    return true;
}

void filter_deinit(struct filter_set *fs)
{
    for (size_t i = 0; i < fs->n; i++)
        buf_wipe_deinit(&fs->filter[i].value);
}
