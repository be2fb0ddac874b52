/* sim_open.h - seeds of the campaign that show a bug which is known and not mended yet. They run, and are counted as
 * skipped, so that the list is seen at the end of each `make check`; any other seed that fails is a failure. The list
 * belongs to this state of the code: another draw of chance moves the bugs to other seeds. Whoever mends one, or shifts
 * the campaign, takes it out and looks at what `t_sim` says then. */
#ifndef CHIBO_SIM_OPEN_H
#define CHIBO_SIM_OPEN_H

static const struct {
    uint64_t seed;
    const char *what;
} sim_open[] = {
    {2046, "a clone, five old stores of the ward, two renewals: the ward asks for bodies that nobody sends again"},
};

#endif
