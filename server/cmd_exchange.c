/* cmd_exchange.c - see cmd_exchange.h. */
#include "cmd_exchange.h"

#include <stdlib.h>

#include "../common/language.h"
#include "../proto/parcel_needs.h"
#include "exchange.h"

static const char access_letters[] = {[ACCESS_A] = 'A', [ACCESS_B] = 'B', [ACCESS_C] = 'C', [ACCESS_D] = 'D'};

/* Whose log that is, in words people use; nothing of one that is not here. */
static void put_whose(void *arg, const struct id *scope, struct json *j)
{
    struct exchange_door *d = arg;
    struct safe_txn txn;
    struct scope s;
    struct org o;
    if (safe_begin(&d->home.safe, false, &txn) != ERR_OK)
        return;
    if (scope_load(&txn.txn, scope, &s) == ERR_OK && org_load(&txn.txn, &s.org, &o) == ERR_OK) {
        json_put_string(j, "org", o.code);
        json_put_string(j, "class", (const char[]){access_letters[s.access], '\0'});
    }
    safe_abort(&txn);
}

static void print_json(struct exchange_door *d, const char *to, const struct parcel_report *r, struct buf *out)
{
    char hex[ID_TEXT_SIZE];
    struct json j;
    id_print(&r->device, hex);
    json_init(&j, out);
    json_object_begin(&j);
    json_put_uint(&j, "v", 1);
    json_put_string(&j, "file", to);
    json_put_uint(&j, "changes", r->changes);
    json_put_uint(&j, "new", r->fresh);
    json_put_uint(&j, "bytes", r->bytes_out);
    json_put_string(&j, "receiver", hex);
    parcel_needs_put(r, put_whose, d, &j);
    json_object_end(&j);
    json_line(&j);
}

static void print_failed(struct exchange_door *d, enum err e, const char *step, const struct parcel_report *r,
                         struct buf *out)
{
    struct json j;
    json_init(&j, out);
    json_object_begin(&j);
    json_put_uint(&j, "v", 1);
    json_put_string(&j, "error", err_name(e));
    json_put_uint(&j, "status", (uint64_t)err_exit_status(e));
    json_put_string(&j, "message", step != NULL ? step : _(err_sentence(e)));
    parcel_needs_put(r, put_whose, d, &j);
    json_object_end(&j);
    json_line(&j);
}

static void print_text(const char *to, const struct parcel_report *r, struct buf *out)
{
    char hex[ID_TEXT_SIZE];
    id_print(&r->device, hex);
    buf_printf(out, _("Device %s: %llu changes in the file, %llu of them new here.\n"), hex,
               (unsigned long long)r->changes, (unsigned long long)r->fresh);
    buf_printf(out, _("The answer, sealed for this device: %s (%llu bytes).\n"), to,
               (unsigned long long)r->bytes_out);
    buf_printf(out, "  %s\n", _("On the device: chibo dong-bo --tu-tep FILE"));
}

static const struct {
    enum err err;
    const char *text; /* msgid */
} steps[] = {
    {ERR_EXISTS, N_("choose another name for the answer")},
    {ERR_AUTH, N_("this ward does not know the device that made it")},
    {ERR_FILE_WRONG_WAY, N_("it is an answer for a device: chibo dong-bo --tu-tep FILE")},
    {ERR_FILE_FOREIGN, N_("it was made for another ward, or for a device of another ward")},
    {ERR_FILE_OLD_KEY, N_("nothing is lost: the device must exchange over the network once, then write a new file")},
    {ERR_FILE_DAMAGED, N_("copy it again, or have it written again")},
    {ERR_FILE_NEEDS, N_("an earlier file of this device is still on its way")},
    {ERR_COPY, N_("this device must exchange over the network once")},
};

enum err cmd_exchange(const char *dir, const char *from, const char *to, bool json, struct buf *out,
                      const char **about, const char **step)
{
    struct exchange_door *d = mem_alloc(sizeof(*d));
    struct parcel_report r = {0};
    enum err e = exchange_open(d, dir, about);
    if (e == ERR_OK)
        e = exchange_file(d, from, to, &r, about);
    *step = NULL;
    for (size_t i = 0; i < ARRAY_LEN(steps); i++)
        if (steps[i].err == e)
            *step = _(steps[i].text);
    if (json && e == ERR_OK)
        print_json(d, to, &r, out);
    else if (json)
        print_failed(d, e, *step, &r, out);
    else if (e == ERR_OK)
        print_text(to, &r, out);
    if (e != ERR_OK && *about != from && *about != to)
        *about = dir; /* the home is closed with its names */
    parcel_report_deinit(&r);
    exchange_close(d);
    free(d);
    return e;
}
