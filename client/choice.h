/* choice.h - records of one kind in a numbered list, to choose from by number: "5,12,40" or "3-6". */
#ifndef CHIBO_CHOICE_H
#define CHIBO_CHOICE_H

#include "ask.h"
#include "refs.h"

struct choice_item {
    struct id id;
    struct buf title, key; /* key: sorts as Vietnamese does, persons by their given names */
};

struct choice {
    size_t count, cap;
    struct choice_item *item; /* number n is item[n - 1] */
};

/* org NULL: all that this book holds; else only what is filed under it. Needs a transaction; the list outlives it. */
MUST_CHECK enum err choice_load(struct choice *c, struct book *book, uint32_t kind, const struct id *org);
void choice_deinit(struct choice *c);
void choice_print(const struct choice *c, struct buf *out);
/* Marks the items that the text names by number: chosen has count entries, all false at first. ERR_BAD_VALUE:
 * anything else is in it, or a number beyond the list. An empty text chooses none. */
MUST_CHECK enum err choice_numbers(const struct choice *c, const char *text, bool *chosen);
/* Shows the list and asks for one number of it; Enter is the last one. */
enum ask_answer choice_ask(const struct choice *c, struct ask *ask, const char *question, size_t *which);

#endif
