/* import_match.h - is a row of somebody's table in the book already?
 *
 * By the natural key of its kind; else by what makes two records alike (alike.h); of kinds that have neither, when the
 * book says the same in every column of the table. Namesakes with another birth are two persons. */
#ifndef CHIBO_IMPORT_MATCH_H
#define CHIBO_IMPORT_MATCH_H

#include "keymap.h"
#include "record.h"

enum import_found { IMPORT_NEW, IMPORT_SAME, IMPORT_DIFFERENT };

struct import_match {
    struct book *book;
    const struct kind_info *kind;
    bool column[CHANGE_TRIPLES_MAX]; /* fields that the table says: the caller's to set before the load */
    struct keymap keys;
    struct buf reversed; /* struct id[]: cancelled by another record */
};

/* All that is in the book. A transaction is open. */
MUST_CHECK enum err import_match_load(struct import_match *m, struct book *book, const struct kind_info *k);
void import_match_deinit(struct import_match *m);
/* IMPORT_DIFFERENT: the record `id` is meant, and says something else in one of the fields that are given. */
MUST_CHECK enum err import_match_find(struct import_match *m, struct fields *f, const struct id *org,
                                      enum import_found *found, struct id *id);
void import_match_add(struct import_match *m, struct fields *f, const struct id *id); /* it was written */
/* Of a record in the book: does it say another value than the one that is given? */
bool import_match_differs(const struct view *v, struct fields *f, const struct field_info *field);

#endif
