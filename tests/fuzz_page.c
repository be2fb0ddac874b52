/* fuzz_page.c - what a browser, or whoever poses as one, sends to the page: the body of a form, and headers.
 *
 * A form is refused, or read: what was read is the same when it is written again and read again, and asked for by name.
 * A header is ours only if it is letter for letter what the page gave out itself. */
#include <stdio.h>
#include <stdlib.h>

#include "../client/web/guard.h"
#include "../client/web/param.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static void fuzz_page_must(bool holds)
{
    if (!holds)
        abort();
}

static void fuzz_page_encode(const char *text, struct buf *out)
{
    for (; *text != 0; text++)
        buf_printf(out, "%%%02X", (uint8_t)*text);
}

static void fuzz_page_again(const struct params *first)
{
    struct params second = {0};
    struct buf text = {0};

    for (size_t i = 0; i < first->count; i++) {
        buf_put_str(&text, i == 0 ? "" : "&");
        fuzz_page_encode(first->item[i].name, &text);
        buf_put_str(&text, "=");
        fuzz_page_encode(first->item[i].value, &text);
        fuzz_page_must(param_given(first, first->item[i].name));
    }
    fuzz_page_must(param_parse(buf_bytes(&text), &second) == ERR_OK && second.count == first->count);
    for (size_t i = 0; i < first->count; i++) {
        fuzz_page_must(strcmp(first->item[i].name, second.item[i].name) == 0);
        fuzz_page_must(strcmp(first->item[i].value, second.item[i].value) == 0);
        fuzz_page_must(strcmp(param_get(first, first->item[i].name), param_get(&second, first->item[i].name)) == 0);
    }
    param_deinit(&second);
    buf_deinit(&text);
}

static bool fuzz_page_is(const char *prefix, const char *host, unsigned port, const char *sent)
{
    char want[64];

    snprintf(want, sizeof(want), "%s%s:%u", prefix, host, port);
    return strcmp(want, sent) == 0;
}

static void fuzz_page_guard(unsigned port, const char *sent, const char *site)
{
    const bool here = fuzz_page_is("", "127.0.0.1", port, sent) || fuzz_page_is("", "localhost", port, sent);
    const bool from = fuzz_page_is("http://", "127.0.0.1", port, sent) ||
                      fuzz_page_is("http://", "localhost", port, sent);
    const bool same = strcmp(site, "same-origin") == 0, nobody = strcmp(sent, "null") == 0;
    struct guard g;

    guard_init(&g, port);
    fuzz_page_must(guard_host(&g, sent) == here && !guard_host(&g, NULL));
    fuzz_page_must(guard_origin(&g, sent, site) == (same && (from || nobody)));
    fuzz_page_must(guard_origin(&g, sent, NULL) == from && guard_origin(&g, NULL, site) == same);
    fuzz_page_must(guard_seal(&g, sent) == (strcmp(sent, g.seal) == 0) && guard_seal(&g, g.seal));
    fuzz_page_must(!guard_cookie(&g, g.cookie));
    fuzz_page_must(guard_enter(&g, sent) == (strcmp(sent, g.token) == 0) || g.entered);
    if (!g.entered)
        fuzz_page_must(guard_enter(&g, g.token));
    fuzz_page_must(!guard_enter(&g, g.token) && guard_cookie(&g, g.cookie));
    fuzz_page_must(guard_cookie(&g, sent) == (strcmp(sent, g.cookie) == 0));
    guard_deinit(&g);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    struct params form = {0};

    if (n < 2)
        return 0;
    if (param_parse(bytes_of(p + 2, n - 2), &form) == ERR_OK) {
        fuzz_page_must(form.count <= PARAM_COUNT_MAX);
        fuzz_page_again(&form);
        fuzz_page_guard((unsigned)(p[0] << 8 | p[1]), param_get(&form, "h"), param_get(&form, "s"));
    }
    param_deinit(&form);
    return 0;
}
