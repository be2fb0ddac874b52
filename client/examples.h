/* examples.h - the tables of examples and topics; `{name:text}` in them is what manual.h says. */
#ifndef CHIBO_EXAMPLES_H
#define CHIBO_EXAMPLES_H

#include "../common/manual.h"

extern const struct manual_example examples[];
extern const size_t examples_count;
extern const struct manual_topic examples_topics[];
extern const size_t examples_topic_count;

#endif
