/* process.h - what a process that holds a book makes sure of before it opens anything. */
#ifndef CHIBO_PROCESS_H
#define CHIBO_PROCESS_H

/* First in main().
 * Descriptors 0 to 2 are taken: whoever starts us with one closed would else have the next file opened in its place,
 * and what is meant for the terminal would be written into the store. What was closed stays useless: reading 0, or
 * writing 1 or 2, fails.
 * No core file: the memory holds keys and opened records.
 * A file that may not grow (RLIMIT_FSIZE) is an error of the write, not the end of the process. */
void process_init(void);

#endif
