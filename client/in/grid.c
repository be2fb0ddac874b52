/* grid.c - see grid.h. */
#include "grid.h"

#define PAD 3.0
#define BLANK_HEIGHT 25.0
#define LONG_SHARE 0.4 /* of a page: a row that needs more may be parted */

struct line {
    PangoLayout *layout[GRID_COLUMNS];
    int at[GRID_COLUMNS]; /* the next line of each */
};

void grid_init(struct grid *g, struct sheet *s, double size, size_t columns, const double *width, const char *align)
{
    double all = 0;

    *g = (struct grid){.sheet = s, .size = size, .columns = columns};
    for (size_t i = 0; i < columns; i++)
        all += width[i];
    g->x[0] = s->left;
    for (size_t i = 0; i < columns; i++) {
        g->x[i + 1] = g->x[i] + (s->right - s->left) * width[i] / (all > 0 ? all : 1);
        g->align[i] = align[i] == 'c' ? PANGO_ALIGN_CENTER : align[i] == 'r' ? PANGO_ALIGN_RIGHT : PANGO_ALIGN_LEFT;
    }
}

void grid_deinit(struct grid *g)
{
    for (size_t i = 0; i < g->columns; i++)
        buf_deinit(&g->head[i]);
}

static void line_init(struct grid *g, struct line *l, const struct bytes *cell, size_t cells, bool bold, bool head)
{
    *l = (struct line){0};
    for (size_t i = 0; i < g->columns; i++) {
        const struct sheet_style style = {.size = g->size, .bold = bold,
                                          .align = head ? PANGO_ALIGN_CENTER : g->align[i]};
        struct bytes text = i < cells ? cell[i] : (struct bytes){0};
        l->layout[i] = sheet_layout(g->sheet, text, &style, g->x[i + 1] - g->x[i] - 2 * PAD);
    }
}

static void line_deinit(struct grid *g, struct line *l)
{
    for (size_t i = 0; i < g->columns; i++)
        g_object_unref(l->layout[i]);
}

static double line_height(struct grid *g, const struct line *l)
{
    double most = 0;

    for (size_t i = 0; i < g->columns; i++) {
        double h = sheet_layout_height(l->layout[i], l->at[i]);
        most = h > most ? h : most;
    }
    return most + 2 * PAD;
}

static void frame(struct grid *g, double y, double height)
{
    struct sheet *s = g->sheet;

    sheet_rule(s, s->left, y, s->right, y, false);
    sheet_rule(s, s->left, y + height, s->right, y + height, false);
    for (size_t i = 0; i <= g->columns; i++)
        sheet_rule(s, g->x[i], y, g->x[i], y + height, false);
}

/* What fits of it here. False: something is left. */
static bool line_draw(struct grid *g, struct line *l)
{
    struct sheet *s = g->sheet;
    double most = 0, room = sheet_room(s) - 2 * PAD;
    bool whole = true;

    for (size_t i = 0; i < g->columns; i++) {
        double h = sheet_draw(s, l->layout[i], &l->at[i], g->x[i] + PAD, s->y + PAD, room);
        most = h > most ? h : most;
        whole = whole && l->at[i] >= pango_layout_get_line_count(l->layout[i]);
    }
    if (most > 0) {
        frame(g, s->y, most + 2 * PAD);
        s->y += most + 2 * PAD;
    }
    return whole;
}

static void head_draw(struct grid *g)
{
    struct bytes cell[GRID_COLUMNS];
    struct line l;

    for (size_t i = 0; i < g->columns; i++)
        cell[i] = buf_bytes(&g->head[i]);
    line_init(g, &l, cell, g->columns, true, true);
    (void)line_draw(g, &l);
    line_deinit(g, &l);
}

static void next_page(struct grid *g)
{
    sheet_page(g->sheet);
    head_draw(g);
}

void grid_head(struct grid *g, const struct bytes *cell, size_t cells)
{
    struct line l;

    for (size_t i = 0; i < g->columns; i++) {
        buf_clear(&g->head[i]);
        if (i < cells)
            buf_put_bytes(&g->head[i], cell[i]);
    }
    line_init(g, &l, cell, cells, true, true);
    (void)sheet_need(g->sheet, line_height(g, &l) + BLANK_HEIGHT);
    line_deinit(g, &l);
    head_draw(g);
}

void grid_row(struct grid *g, const struct bytes *cell, size_t cells, bool bold)
{
    struct sheet *s = g->sheet;
    struct line l;
    double height;

    line_init(g, &l, cell, cells, bold, false);
    height = line_height(g, &l);
    if (height > sheet_room(s) && (height < (s->bottom - s->top) * LONG_SHARE || sheet_room(s) < 4 * g->size))
        next_page(g);
    while (!line_draw(g, &l)) {
        next_page(g);
        if (sheet_room(s) < 2 * g->size) /* the head alone fills a page */
            break;
    }
    line_deinit(g, &l);
}

void grid_blank(struct grid *g, size_t rows)
{
    for (size_t i = 0; i < rows; i++) {
        if (sheet_room(g->sheet) < BLANK_HEIGHT)
            next_page(g);
        frame(g, g->sheet->y, BLANK_HEIGHT);
        g->sheet->y += BLANK_HEIGHT;
    }
}
