/* background.h - an exchange that nobody asked for and nobody waits for: after a command that wrote something, in a
 * process of its own, with BACKGROUND_MS for the network; and whenever a user's timer calls `chibo dong-bo --nen`.
 *
 * It is never in the way: it prints nothing, holds the book's writer only while one job runs, and gives up when another
 * one is under way (a lock on the file "nen" in the home) or when someone syncs by hand (the ward closes the older
 * session). What it ended with is told by `chibo tinh-trang`, in words and with the next step.
 */
#ifndef CHIBO_BACKGROUND_H
#define CHIBO_BACKGROUND_H

#include "book.h"

#define BACKGROUND_MS 2000 /* for the network; a link that needs longer is a person's decision */
#define BACKGROUND_DEATH_S 20 /* a name server that does not answer keeps no process for ever */

/* When an exchange follows a command by itself. */
enum background_when {
    BACKGROUND_TERMINAL, /* when a person sits at a terminal: scripts decide for themselves. As a new book begins. */
    BACKGROUND_ALWAYS,
    BACKGROUND_NEVER,
    BACKGROUND_WHENS
};

/* Inside a transaction. */
MUST_CHECK enum err background_load(struct book *b, enum background_when *when);
MUST_CHECK enum err background_save(struct book *b, enum background_when when);
/* "man-hinh", "bat", "tat", and in English terminal, on, off. False: another word. */
bool background_parse(const char *word, enum background_when *when);
const char *background_word(enum background_when when);

/* After a command that wrote: starts `chibo dong-bo --nen` if this book wants it and is joined to a ward. Says nothing,
 * and no failure of it is the command's. */
void background_start(struct book *b);
/* In that process: the lock, held until the process ends. ERR_LOCKED: another one is under way. */
MUST_CHECK enum err background_enter(const struct book *b);

#endif
