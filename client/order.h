/* order.h - lines of a list in the order people look for them: persons by given name, then family, then middle name, as
 * Vietnamese sorts (text_sort_key); records of other kinds as they come. Names are wiped when they are let go. */
#ifndef CHIBO_ORDER_H
#define CHIBO_ORDER_H

#include "../common/buf.h"
#include "../proto/replica.h"

struct order {
    bool sorted;     /* this kind has names */
    struct buf rows; /* struct order_row[] */
};

/* Appends what a record sorts by: names, where it has them, else nothing. */
void order_key(const struct view *v, struct buf *key);

void order_init(struct order *o, const struct kind_info *k);
void order_deinit(struct order *o);
/* Takes what was appended to `text` behind `from` as the line of this record; where nothing is sorted it stays. */
void order_put(struct order *o, const struct view *v, struct buf *text, size_t from);
/* Appends all lines. */
void order_flush(struct order *o, struct buf *text);

#endif
