/* word.c - see word.h. */
#include "word.h"

#include "../common/language.h"
#include "../common/opt.h"
#include "../common/text.h"

bool word_key(const char *text, struct buf *out)
{
    size_t before = out->n;
    if (text_key(bytes_of_str(text), out) != ERR_OK)
        return false;
    for (size_t i = before; i < out->n; i++)
        if (out->p[i] == ' ' || out->p[i] == '_')
            out->p[i] = '-';
    return true;
}

bool word_is(const char *typed, const char *word)
{
    struct buf a = {0}, b = {0};
    bool same = word_key(typed, &a) && word_key(word, &b) && bytes_equal(buf_bytes(&a), buf_bytes(&b));
    buf_deinit(&a);
    buf_deinit(&b);
    return same;
}

static void closest(const char *key, const char *word, unsigned *best, const char **close)
{
    if (opt_is_close(key, word) && opt_distance(key, word) < *best) {
        *best = opt_distance(key, word);
        *close = word;
    }
}

const struct kind_info *word_kind(const char *typed, const char **close)
{
    struct buf key = {0};
    const struct kind_info *found = NULL;
    const char *near = NULL;
    unsigned best = UINT32_MAX;

    if (word_key(typed, &key)) {
        for (size_t i = 0; found == NULL && i < schema_kind_count; i++) {
            const struct kind_info *k = &schema_kinds[i];
            if (word_is(buf_cstr(&key), k->name) || strcmp(buf_cstr(&key), k->word) == 0 ||
                word_is(buf_cstr(&key), _(k->label)))
                found = k;
            closest(buf_cstr(&key), k->name, &best, &near);
            closest(buf_cstr(&key), k->word, &best, &near);
        }
    }
    if (close != NULL)
        *close = near;
    buf_deinit(&key);
    return found;
}

const struct field_info *word_field(const struct kind_info *k, const char *typed, const char **close)
{
    const struct field_info *found = schema_field_named(k, typed);
    struct buf key = {0};
    const char *near = NULL;
    unsigned best = UINT32_MAX;

    if (found == NULL && word_key(typed, &key)) {
        for (size_t i = 0; found == NULL && i < k->fields; i++) {
            if (word_is(buf_cstr(&key), k->field[i].name) || word_is(buf_cstr(&key), _(k->field[i].label)))
                found = &k->field[i];
            closest(buf_cstr(&key), k->field[i].name, &best, &near);
        }
    }
    if (close != NULL)
        *close = near;
    buf_deinit(&key);
    return found;
}

void word_fit(struct bytes text, size_t columns, struct buf *out)
{
    const uint8_t *end = text.n > 0 ? memchr(text.p, '\n', text.n) : NULL;
    struct bytes line = end == NULL ? text : bytes_of(text.p, (size_t)(end - text.p));
    struct bytes fits = text_fit(line, columns);

    if (fits.n < text.n && columns > 1) {
        buf_put_bytes(out, text_fit(line, columns - 1));
        buf_put_str(out, "…");
    } else {
        buf_put_bytes(out, fits);
    }
}

void word_pad(size_t width, size_t columns, struct buf *out)
{
    for (; width < columns; width++)
        buf_put_u8(out, ' ');
}
