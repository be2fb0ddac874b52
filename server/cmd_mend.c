/* cmd_mend.c - `chibod doi-khop FOLDER`: every row of the store read and proved, what can be made anew is, leaves that
 * only a device has are asked for at its next contact. May be stopped anywhere and run again, also from a timer, with
 * the server running or not. */
#include <stdio.h>

#include "../common/json.h"
#include "../common/language.h"
#include "admin_mend.h"
#include "cmd_reconcile.h"

#define GROWTHS_MAX 16 /* of the store's map, for one step: each doubles it */

static enum err take(struct bytes rows, struct admin_mend *sum)
{
    struct admin_mend a;
    struct bytes row;
    enum err e = admin_answer_next(&rows, &row) ? admin_mend_decode(&a, row) : ERR_BAD_FRAME;

    if (e != ERR_OK)
        return e;
    sum->more = a.more;
    sum->m.scopes += a.m.scopes;
    sum->m.leaves += a.m.leaves;
    sum->m.bad += a.m.bad;
    sum->m.folded += a.m.folded;
    sum->rows += a.rows;
    sum->aside += a.aside;
    sum->wanted = a.wanted;
    if (a.names[0] != '\0')
        memcpy(sum->names, a.names, sizeof sum->names);
    return ERR_OK;
}

static enum err step(struct call *c, uint64_t number, struct admin_mend *sum)
{
    const struct admin_request r = {.command = ADMIN_MEND, .number = number};
    struct buf bytes = {0}, answer = {0};
    struct bytes rows;
    const char *at = NULL;
    enum err e = ERR_NO_SPACE;

    admin_request_encode(&r, &bytes);
    for (unsigned n = 0; e == ERR_NO_SPACE && n < GROWTHS_MAX; n++) {
        buf_clear(&answer);
        e = admin_call(cmd_dir(c), buf_bytes(&bytes), &answer, &at);
        if (e == ERR_OK)
            e = admin_answer_open(buf_bytes(&answer), &rows);
    }
    if (e == ERR_OK)
        e = take(rows, sum);
    if (e != ERR_OK)
        c->about = at != NULL && e != ERR_NO_STORE ? at : cmd_dir(c);
    buf_deinit(&bytes);
    buf_deinit(&answer);
    return e;
}

static void print(struct call *c, const struct admin_mend *a)
{
    const uint64_t left = a->wanted + a->aside;
    const uint64_t mended = a->rows > 0 ? a->rows : a->m.folded;
    struct json j;

    if (opt_given(&c->opts, "json")) {
        print_row_begin(&j, &c->out);
        json_put_uint(&j, "scopes", a->m.scopes);
        json_put_uint(&j, "leaves", a->m.leaves);
        json_put_uint(&j, "differing", mended + left);
        json_put_uint(&j, "repaired", mended);
        json_put_uint(&j, "unrepaired", left);
        json_put_uint(&j, "wanted", a->wanted);
        json_put_uint(&j, "folded", a->m.folded);
        json_put_string(&j, "aside", a->names);
        print_row_end(&j);
        return;
    }
    buf_printf(&c->out, _("Checked: %llu scopes, %llu leaves."), (unsigned long long)a->m.scopes,
               (unsigned long long)a->m.leaves);
    if (mended > 0)
        buf_printf(&c->out, _(" Put right: %llu damaged entries."), (unsigned long long)mended);
    else if (left == 0)
        buf_printf(&c->out, " %s", _("All is sound."));
    buf_put_str(&c->out, "\n");
}

enum err cmd_mend(struct call *c)
{
    struct admin_mend a = {.more = true};
    enum err e = ERR_OK;

    for (uint64_t n = 0; e == ERR_OK && a.more; n++)
        e = step(c, n, &a);
    if (e != ERR_OK)
        return e;
    print(c, &a);
    if (a.wanted == 0 && a.aside == 0)
        return ERR_OK;
    fputs(buf_cstr(&c->out), stdout); /* what was found, and then that it is not all right */
    fflush(stdout);
    buf_clear(&c->out);
    if (a.wanted > 0)
        c->sentence = _("Leaves of the log are damaged. They are asked for from the next device that holds them; the "
                        "server goes on meanwhile.");
    else
        c->sentence = _("Entries that no device has could not be read; they are put aside.");
    if (a.wanted == 0) {
        buf_put_str(&c->name, a.names);
        c->allowed = buf_cstr(&c->name);
    }
    return cmd_fault(c, cmd_dir(c), ERR_DAMAGED);
}
