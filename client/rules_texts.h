/* rules_texts.h - the packs of rules/ as the Makefile compiled them in, ascending by file name. */
#ifndef CHIBO_RULES_TEXTS_H
#define CHIBO_RULES_TEXTS_H

#include <stddef.h>

struct rules_texts_file {
    const char *name; /* "sinh-hoat-2025.ini" */
    const unsigned char *text;
    size_t size;
};
extern const struct rules_texts_file rules_texts[];
extern const size_t rules_texts_count;

#endif
