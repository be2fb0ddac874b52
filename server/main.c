/* main.c - chibod, the ward's server. */
#include "../common/process.h"
#include "cmd.h"

int main(int argc, char **argv)
{
    process_init();
    return cmd_main(argc, argv);
}
