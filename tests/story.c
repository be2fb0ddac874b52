/* story.c - see story.h. */
#include <ctype.h>
#include <stdlib.h>

#include "../proto/mp.h"
#include "story.h"
#include "test.h"

static const char *put_value(const char *s, struct buf *out);

static const char *put_list(const char *s, struct buf *out)
{
    struct buf items = {0};
    size_t count = 0;

    while (*s != ']') {
        s = put_value(s, &items);
        count++;
        if (*s == ',')
            s++;
    }
    mp_put_array(out, count);
    buf_put_bytes(out, buf_bytes(&items));
    buf_deinit(&items);
    return s + 1;
}

static const char *put_value(const char *s, struct buf *out)
{
    if (*s == '[')
        return put_list(s + 1, out);
    if (*s == 'n') {
        mp_put_nil(out);
        return s + 1;
    }
    if (*s == '\'') {
        const char *end = strchr(s + 1, '\'');
        mp_put_str(out, bytes_of(s + 1, (size_t)(end - s - 1)));
        return end + 1;
    }
    assert(*s == '-' || isdigit((unsigned char)*s));
    char *end;
    long v = strtol(s, &end, 10);
    mp_put_int(out, v);
    return end;
}

static void show_value(struct mp *r, struct buf *out)
{
    switch (mp_peek(r)) {
    case MP_NIL:
        mp_nil(r);
        buf_put_str(out, "n");
        break;
    case MP_INT:
        buf_printf(out, "%lld", (long long)mp_int(r));
        break;
    case MP_STR:
        buf_put_str(out, "'");
        buf_put_bytes(out, mp_str(r, SIZE_MAX));
        buf_put_str(out, "'");
        break;
    case MP_ARRAY:
        buf_put_str(out, "[");
        for (size_t n = mp_array(r, SIZE_MAX); n > 0; n--) {
            show_value(r, out);
            buf_put_str(out, n > 1 ? "," : "");
        }
        buf_put_str(out, "]");
        break;
    default:
        buf_put_str(out, "?");
    }
}

struct version story_version(char letter)
{
    struct version v;

    memset(v.b, letter, sizeof(v.b));
    return v;
}

/* One step on the tag. Goes through the encoded body, as every real change does. */
static const char *fold_step(struct part *p, const char *s, uint32_t tag)
{
    struct buf base = {0}, value = {0}, body = {0};
    struct change c = {.record = {{1}}, .kind = STORY_KIND, .count = 1}, seen;
    struct version v = story_version(*s++);

    assert(*s == ':');
    for (s++; *s != '=' && *s != '-'; s++)
        buf_put(&base, story_version(*s).b, VERSION_SIZE);
    c.op = *s == '-' ? OP_REMOVE : TAG_CLASS(tag) == MERGE_UNION ? OP_ADD : OP_SET;
    s = put_value(s + 1, &value);
    c.triple[0] = (struct triple){tag, buf_bytes(&base), buf_bytes(&value)};
    change_encode(&c, &body);
    CHECK_EQ(change_decode(&seen, buf_bytes(&body)), ERR_OK);
    bool owns = *s == '!';
    CHECK(fold_change(p, FOLD_VERSION, &seen, &v, owns, (uint32_t)p->changes, 0));
    buf_deinit(&base);
    buf_deinit(&value);
    buf_deinit(&body);
    return owns ? s + 1 : s;
}

void story_fold(struct part *p, const char *s, uint32_t tag)
{
    while (*s != '\0') {
        s = fold_step(p, s, tag);
        while (*s == ' ')
            s++;
    }
}

const char *story_show(const struct entry *e, struct buf *out)
{
    buf_clear(out);
    for (size_t i = 0; e != NULL && i < e->count; i++) {
        struct mp r;
        buf_put_str(out, i > 0 ? " " : "");
        for (size_t at = 0; at < e->candidate[i].versions.n; at += VERSION_SIZE)
            buf_put(out, e->candidate[i].versions.p + at, 1);
        buf_put_str(out, "=");
        mp_open(&r, e->candidate[i].value);
        show_value(&r, out);
        CHECK_EQ(mp_close(&r), ERR_OK);
        buf_put_str(out, e->candidate[i].owns ? "!" : "");
    }
    return buf_cstr(out);
}
