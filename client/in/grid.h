/* grid.h - a table over as many pages as it needs; its head stands on each of them.
 *
 * A row stays on one page unless it is long; then its lines go on where the page ends. */
#ifndef CHIBO_GRID_H
#define CHIBO_GRID_H

#include "sheet.h"

#define GRID_COLUMNS 24

struct grid {
    struct sheet *sheet;
    double size;
    size_t columns;
    double x[GRID_COLUMNS + 1];
    PangoAlignment align[GRID_COLUMNS];
    struct buf head[GRID_COLUMNS];
};

/* width: the columns' shares of the page; align: l, c, r. At most GRID_COLUMNS. */
void grid_init(struct grid *g, struct sheet *s, double size, size_t columns, const double *width, const char *align);
void grid_deinit(struct grid *g);
void grid_head(struct grid *g, const struct bytes *cell, size_t cells);
void grid_row(struct grid *g, const struct bytes *cell, size_t cells, bool bold);
void grid_blank(struct grid *g, size_t rows); /* to be filled by hand */

#endif
