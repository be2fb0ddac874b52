/* cmd.h - the words of chibod: what was typed is parsed, done, answered. One table holds all commands (cmd.c). */
#ifndef CHIBO_CMD_H
#define CHIBO_CMD_H

/* argv[0] is the program. The exit status. */
int cmd_main(int argc, char *const *argv);

#endif
