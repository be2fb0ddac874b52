/* html.c - see html.h. */
#include "html.h"

#include "../../common/text.h"

static const char *reference(uint8_t c)
{
    switch (c) {
    case '&': return "&amp;";
    case '<': return "&lt;";
    case '>': return "&gt;";
    case '"': return "&quot;";
    case '\'': return "&#39;";
    default: return NULL;
    }
}

void html_text(struct buf *out, struct bytes text)
{
    struct buf shown = {0};

    text_show(text, &shown);
    for (size_t i = 0; i < shown.n; i++) {
        const char *r = reference(shown.p[i]);
        if (r != NULL)
            buf_put_str(out, r);
        else
            buf_put_u8(out, shown.p[i]);
    }
    buf_wipe_deinit(&shown);
}

void html_str(struct buf *out, const char *text)
{
    html_text(out, bytes_of_str(text));
}

void html_put(struct buf *out, const char *markup)
{
    buf_put_str(out, markup);
}

void html_attr(struct buf *out, const char *name, const char *value)
{
    buf_printf(out, " %s=\"", name);
    html_str(out, value);
    buf_put_u8(out, '"');
}

void html_element(struct buf *out, const char *tag, const char *class, const char *text)
{
    buf_printf(out, "<%s", tag);
    if (class != NULL)
        html_attr(out, "class", class);
    buf_put_u8(out, '>');
    html_str(out, text);
    buf_printf(out, "</%s>", tag);
}

void html_link(struct buf *out, const char *href, const char *text)
{
    html_put(out, "<a");
    html_attr(out, "href", href);
    html_put(out, ">");
    html_str(out, text);
    html_put(out, "</a>");
}
