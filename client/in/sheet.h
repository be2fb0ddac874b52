/* sheet.h - A4 pages and text that flows over them; the only files that know pango and cairo are those of this folder.
 *
 * Sizes are points. Margins, fonts and the number at the top of each page after the first are those of Party papers
 * (36-HD/VPTW). Text is data: nothing in it is markup, and what could not be seen is replaced (text_show). */
#ifndef CHIBO_SHEET_H
#define CHIBO_SHEET_H

#include <pango/pangocairo.h>

#include "../../common/buf.h"

#define SHEET_SIZE 14.0 /* of plain text */

struct sheet {
    cairo_surface_t *surface;
    cairo_t *cr;
    double width, height;            /* of the page */
    double left, right, top, bottom; /* what may be written on: x from left to right, y from top to bottom */
    double y;                        /* where the next thing comes */
    unsigned page;                   /* 0: none yet */
    bool failed;                     /* what was written could not leave */
};

struct sheet_style {
    double size;
    bool bold, italic;
    PangoAlignment align;
    bool justify;
    double indent; /* of the first line of each paragraph */
};

void sheet_init(struct sheet *s, bool landscape);
bool sheet_finish(struct sheet *s); /* false: not all of it was written */
void sheet_page(struct sheet *s);   /* goes on with a new page */
double sheet_room(const struct sheet *s);
/* A new page when less than this is left. True: it is one. */
bool sheet_need(struct sheet *s, double height);

/* Text of this width, broken into lines: for g_object_unref. */
PangoLayout *sheet_layout(struct sheet *s, struct bytes text, const struct sheet_style *style, double width);
double sheet_layout_height(PangoLayout *l, int from_line);
/* Draws lines from *line on, as many as fit into `room`, and moves *line behind them; the height they took. */
double sheet_draw(struct sheet *s, PangoLayout *l, int *line, double x, double y, double room);

/* All of a text at the place where the page is, from x on and this wide, over as many pages as it needs. */
void sheet_flow(struct sheet *s, struct bytes text, const struct sheet_style *style, double x, double width);
void sheet_rule(struct sheet *s, double x1, double y1, double x2, double y2, bool dotted);

#endif
