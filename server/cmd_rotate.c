/* cmd_rotate.c - `chibod doi-khoa`: the server gets new keys; devices follow (protocol.md 4.6). */
#include "cmd_rotate.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "../common/disk.h"
#include "home.h"
#include "put_back.h"
#include "server_clock.h"

static const struct opt_row rotate_rows[] = {
    {"may-chu", "tls", 0, OPT_FLAG, NULL, N_("the key that devices know this server by"), 0, false, false},
    {"phuong", "ward", 0, OPT_FLAG, NULL, N_("the key that signs what the ward says"), 0, false, false},
    CMD_JSON,
};
const struct opt_table cmd_rotate_table = {rotate_rows, ARRAY_LEN(rotate_rows), N_("FOLDER"), 1, 1};

/* The lock of the one daemon: it would go on with the old keys. */
static enum err lock_out_daemon(struct call *c, int *lock)
{
    const int key = disk_open(cmd_dir(c), HOME_WARD_FILE, O_RDONLY);
    c->about = cmd_dir(c);
    *lock = -1;
    if (key < 0)
        return disk_error(errno) == ERR_NOT_FOUND ? ERR_NO_STORE : disk_error(errno);
    close(key);
    *lock = disk_open(cmd_dir(c), HOME_LOCK, O_RDWR | O_CREAT);
    const enum err e = *lock < 0 ? disk_error(errno) : disk_lock(*lock, 0);
    if (e == ERR_LOCKED)
        c->sentence = _("The server is running; it must be stopped first.");
    return e;
}

/* What a device holds of the time since the backup it proves by the present key. */
static enum err refuse_put_back(struct call *c, struct home *home)
{
    enum err e = put_back_look(home);
    if (e == ERR_OK)
        e = put_back_waits(home, &c->name);
    if (e != ERR_PUT_BACK)
        return e;
    c->about = buf_cstr(&c->name);
    c->sentence = _("This folder was put back from a backup, and this cell has not exchanged since: what its devices "
                    "hold and the ward lost they prove by the present key. Let each cell exchange once, or revoke "
                    "the devices that will not come; then give the ward its new key.");
    return e;
}

static enum err rotate(struct call *c, struct home *home)
{
    enum err e = home_open(cmd_dir(c), KV_WRITE, home);
    if (e == ERR_OK && opt_given(&c->opts, "phuong"))
        e = refuse_put_back(c, home);
    if (e == ERR_OK && opt_given(&c->opts, "may-chu"))
        e = home_rotate_tls(home, server_clock_s());
    if (e == ERR_OK && opt_given(&c->opts, "phuong"))
        e = home_rotate_ward(home, server_clock_s());
    if (e != ERR_PUT_BACK)
        c->about = e == ERR_NO_STORE ? cmd_dir(c) : home->at;
    return e;
}

static void print_done(struct call *c)
{
    const char *tls = _("The server has a new TLS key; devices and invites that know an older one go on.");
    const char *ward = _("The ward has a new signing key; devices learn of it at their next exchange or file.");
    if (opt_given(&c->opts, "may-chu"))
        buf_printf(&c->out, "%s\n", tls);
    if (opt_given(&c->opts, "phuong"))
        buf_printf(&c->out, "%s\n", ward);
    buf_printf(&c->out, "  %s\n",
               _("Take a backup of the folder now and erase the older ones: they do not hold the new key."));
    buf_printf(&c->out, "  %s\n", _("Then start the server again: chibod chay FOLDER"));
}

enum err cmd_rotate(struct call *c)
{
    if (!opt_given(&c->opts, "may-chu") && !opt_given(&c->opts, "phuong"))
        return cmd_fault(c, "--may-chu, --phuong", ERR_MISSING_FIELD);
    struct home *home = mem_alloc(sizeof(*home));
    int lock;
    enum err e = lock_out_daemon(c, &lock);
    if (e == ERR_OK) {
        e = rotate(c, home);
        home_close(home);
    }
    if (lock >= 0)
        close(lock);
    free(home);
    if (e == ERR_OK && !opt_given(&c->opts, "json"))
        print_done(c);
    else if (e == ERR_OK)
        buf_printf(&c->out, "{\"v\":1,\"tls\":%s,\"ward\":%s}\n", opt_given(&c->opts, "may-chu") ? "true" : "false",
                   opt_given(&c->opts, "phuong") ? "true" : "false");
    return e;
}
