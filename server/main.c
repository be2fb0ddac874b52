/* main.c - chibod, the ward's server. */
#include "cmd.h"

int main(int argc, char **argv)
{
    return cmd_main(argc, argv);
}
