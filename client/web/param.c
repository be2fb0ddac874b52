/* param.c - see param.h. */
#include "param.h"

#include <stdlib.h>

static int digit(uint8_t c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* One letter as it was sent; *at goes behind it. False: no letter. */
static bool take(struct bytes in, size_t *at, uint8_t *c)
{
    *c = in.p[(*at)++];
    if (*c == '+')
        *c = ' ';
    if (*c != '%')
        return *c != 0;
    if (in.n - *at < 2 || digit(in.p[*at]) < 0 || digit(in.p[*at + 1]) < 0)
        return false;
    *c = (uint8_t)(digit(in.p[*at]) * 16 + digit(in.p[*at + 1]));
    *at += 2;
    return *c != 0;
}

static void put(struct buf *text, uint8_t c)
{
    bool pair = c == '\n' && text->n > 0 && text->p[text->n - 1] == '\r';

    if (pair)
        text->n--;
    buf_put_u8(text, c == '\t' ? ' ' : c);
}

/* Lone carriage returns, of old machines. */
static void end_lines(struct buf *text, size_t from)
{
    for (size_t i = from; i < text->n; i++)
        if (text->p[i] == '\r')
            text->p[i] = '\n';
}

static size_t count_of(struct bytes in)
{
    size_t n = in.n > 0;
    for (size_t i = 0; i < in.n; i++)
        n += in.p[i] == '&';
    return n;
}

enum err param_parse(struct bytes encoded, struct params *out)
{
    size_t at = 0, most = count_of(encoded);
    uint8_t c;

    memset(out, 0, sizeof(*out));
    if (most > PARAM_COUNT_MAX)
        return ERR_TOO_LONG;
    out->item = mem_alloc((most + 1) * sizeof(*out->item));
    buf_reserve(&out->text, encoded.n + 2 * most + 2); /* it must not move: the items point into it */
    while (at < encoded.n) {
        struct param *p = &out->item[out->count];
        size_t from = out->text.n;
        bool named = false;
        p->name = (const char *)out->text.p + from;
        for (; at < encoded.n && encoded.p[at] != '&';) {
            if (!named && encoded.p[at] == '=') {
                named = true;
                buf_put_u8(&out->text, 0);
                from = out->text.n;
                at++;
            } else if (take(encoded, &at, &c)) {
                put(&out->text, c);
            } else {
                return ERR_BAD_VALUE;
            }
        }
        end_lines(&out->text, from);
        p->value = named ? (const char *)out->text.p + from : "";
        buf_put_u8(&out->text, 0);
        out->count++;
        at++;
    }
    return ERR_OK;
}

void param_deinit(struct params *p)
{
    free(p->item);
    buf_wipe_deinit(&p->text);
    memset(p, 0, sizeof(*p));
}

const char *param_next(const struct params *p, const char *name, size_t *at)
{
    for (; *at < p->count; ++*at)
        if (strcmp(p->item[*at].name, name) == 0)
            return p->item[(*at)++].value;
    return NULL;
}

const char *param_get(const struct params *p, const char *name)
{
    size_t at = 0;
    const char *value = param_next(p, name, &at);
    return value == NULL ? "" : value;
}

bool param_given(const struct params *p, const char *name)
{
    size_t at = 0;
    return param_next(p, name, &at) != NULL;
}
