/* sheet.c - see sheet.h. */
#include "sheet.h"

#include <cairo-pdf.h>
#include <unistd.h>

#include "../../common/text.h"

#define MM (72.0 / 25.4)
#define A4_SHORT (210 * MM)
#define A4_LONG (297 * MM)
#define FONTS "Times New Roman, Liberation Serif, serif"
#define LINE_GAP 1.1 /* from line to line, in the font's own height */

static cairo_status_t write_out(void *arg, const unsigned char *p, unsigned n)
{
    struct sheet *s = arg;

    while (n > 0 && !s->failed) {
        ssize_t done = write(STDOUT_FILENO, p, n);
        s->failed = done <= 0;
        p += done > 0 ? done : 0;
        n -= done > 0 ? (unsigned)done : 0;
    }
    return s->failed ? CAIRO_STATUS_WRITE_ERROR : CAIRO_STATUS_SUCCESS;
}

void sheet_init(struct sheet *s, bool landscape)
{
    *s = (struct sheet){.width = landscape ? A4_LONG : A4_SHORT, .height = landscape ? A4_SHORT : A4_LONG};
    s->left = (landscape ? 20 : 30) * MM;
    s->right = s->width - 15 * MM;
    s->top = 20 * MM;
    s->bottom = s->height - 20 * MM;
    s->surface = cairo_pdf_surface_create_for_stream(write_out, s, s->width, s->height);
    s->cr = cairo_create(s->surface);
    sheet_page(s);
}

bool sheet_finish(struct sheet *s)
{
    cairo_show_page(s->cr);
    cairo_surface_finish(s->surface);
    bool good = cairo_status(s->cr) == CAIRO_STATUS_SUCCESS &&
                cairo_surface_status(s->surface) == CAIRO_STATUS_SUCCESS && !s->failed;
    cairo_destroy(s->cr);
    cairo_surface_destroy(s->surface);
    return good;
}

static void page_number(struct sheet *s)
{
    const struct sheet_style style = {.size = SHEET_SIZE, .align = PANGO_ALIGN_CENTER};
    struct buf text = {0};
    int line = 0;

    buf_printf(&text, "%u", s->page);
    PangoLayout *l = sheet_layout(s, buf_bytes(&text), &style, s->right - s->left);
    (void)sheet_draw(s, l, &line, s->left, s->top - 26, 26);
    g_object_unref(l);
    buf_deinit(&text);
}

void sheet_page(struct sheet *s)
{
    if (s->page > 0)
        cairo_show_page(s->cr);
    s->page++;
    s->y = s->top;
    if (s->page > 1)
        page_number(s);
}

double sheet_room(const struct sheet *s)
{
    return s->bottom - s->y;
}

bool sheet_need(struct sheet *s, double height)
{
    if (sheet_room(s) >= height || s->y <= s->top)
        return false;
    sheet_page(s);
    return true;
}

PangoLayout *sheet_layout(struct sheet *s, struct bytes text, const struct sheet_style *style, double width)
{
    PangoLayout *l = pango_cairo_create_layout(s->cr);
    PangoFontDescription *font = pango_font_description_new();
    PangoAttrList *attributes = pango_attr_list_new();
    struct buf clean = {0};

    text_show(text, &clean);
    pango_font_description_set_family(font, FONTS);
    pango_font_description_set_absolute_size(font, style->size * PANGO_SCALE);
    pango_font_description_set_weight(font, style->bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
    pango_font_description_set_style(font, style->italic ? PANGO_STYLE_ITALIC : PANGO_STYLE_NORMAL);
    /* One letter, one glyph: whoever copies text out of the paper finds what was written. */
    pango_attr_list_insert(attributes, pango_attr_font_features_new("liga=0"));
    pango_attr_list_insert(attributes, pango_attr_insert_hyphens_new(FALSE));
    pango_layout_set_attributes(l, attributes);
    pango_layout_set_font_description(l, font);
    pango_layout_set_width(l, (int)(width * PANGO_SCALE));
    pango_layout_set_wrap(l, PANGO_WRAP_WORD_CHAR);
    pango_layout_set_alignment(l, style->align);
    pango_layout_set_justify(l, style->justify);
    pango_layout_set_indent(l, (int)(style->indent * PANGO_SCALE));
    pango_layout_set_auto_dir(l, FALSE);
    pango_layout_set_text(l, (const char *)clean.p, (int)clean.n);
    pango_attr_list_unref(attributes);
    pango_font_description_free(font);
    buf_deinit(&clean);
    return l;
}

static double line_height(PangoLayoutIter *at)
{
    PangoRectangle box;

    pango_layout_iter_get_line_extents(at, NULL, &box);
    return box.height * LINE_GAP / PANGO_SCALE;
}

static PangoLayoutIter *iter_at(PangoLayout *l, int line)
{
    PangoLayoutIter *at = pango_layout_get_iter(l);

    for (int i = 0; i < line; i++)
        (void)pango_layout_iter_next_line(at);
    return at;
}

double sheet_layout_height(PangoLayout *l, int from_line)
{
    double height = 0;

    if (from_line >= pango_layout_get_line_count(l))
        return 0;
    PangoLayoutIter *at = iter_at(l, from_line);
    do
        height += line_height(at);
    while (pango_layout_iter_next_line(at));
    pango_layout_iter_free(at);
    return height;
}

double sheet_draw(struct sheet *s, PangoLayout *l, int *line, double x, double y, double room)
{
    double used = 0;

    if (*line >= pango_layout_get_line_count(l))
        return 0;
    PangoLayoutIter *at = iter_at(l, *line);
    do {
        PangoRectangle box;
        double height = line_height(at);
        if (used + height > room + 0.01)
            break;
        pango_layout_iter_get_line_extents(at, NULL, &box);
        int base = pango_layout_iter_get_baseline(at) - box.y;
        cairo_move_to(s->cr, x + (double)box.x / PANGO_SCALE, y + used + (double)base / PANGO_SCALE);
        pango_cairo_show_layout_line(s->cr, pango_layout_iter_get_line_readonly(at));
        used += height;
        ++*line;
    } while (pango_layout_iter_next_line(at));
    pango_layout_iter_free(at);
    return used;
}

void sheet_flow(struct sheet *s, struct bytes text, const struct sheet_style *style, double x, double width)
{
    PangoLayout *l = sheet_layout(s, text, style, width);
    int line = 0, lines = pango_layout_get_line_count(l);

    while (line < lines) {
        int before = line;
        s->y += sheet_draw(s, l, &line, x, s->y, sheet_room(s));
        if (line < lines && (line == before && s->y <= s->top)) /* not even one line fits on an empty page */
            break;
        if (line < lines)
            sheet_page(s);
    }
    g_object_unref(l);
}

void sheet_rule(struct sheet *s, double x1, double y1, double x2, double y2, bool dotted)
{
    const double dots[] = {1, 2.5};

    cairo_set_line_width(s->cr, dotted ? 0.7 : 0.6);
    cairo_set_dash(s->cr, dots, dotted ? 2 : 0, 0);
    cairo_move_to(s->cr, x1, y1);
    cairo_line_to(s->cr, x2, y2);
    cairo_stroke(s->cr);
}
