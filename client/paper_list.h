/* paper_list.h - forms that are lists, as rows: which records, in what order, and what stands in each column. */
#ifndef CHIBO_PAPER_LIST_H
#define CHIBO_PAPER_LIST_H

#include "paper.h"

#define PAPER_COLUMNS 16

struct paper_column {
    const char *head;
    unsigned width;     /* its share */
    char align;         /* l c r */
    const char *paths;  /* paper_value; or */
    void (*make)(struct paper *p, const struct view *v, struct buf *out);
};

/* A list of lists ends with one without a kind. The number of the row comes first by itself. */
struct paper_list {
    const char *caption; /* NULL: none */
    const char *rule;    /* key of the pack `mau` that says which form of the regulations it is; NULL: none */
    const char *kind;
    const char *within;  /* the field that says when; NULL: all */
    const char *sort;    /* a field; of a member, by name; NULL: as they were written */
    unsigned size;       /* of the letters */
    struct paper_column column[PAPER_COLUMNS];
    bool (*keep)(struct paper *p, const struct view *v);
};

extern const struct paper_list paper_list_members[], paper_list_transfers[], paper_list_resolutions[],
    paper_list_issued[], paper_list_received[], paper_list_duties[], paper_list_linked[], paper_list_ratings[],
    paper_list_candidates[], paper_list_inspections[];

#endif
