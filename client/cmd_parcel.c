/* cmd_parcel.c - see cmd_parcel.h. */
#include "cmd_parcel.h"

#include "../common/language.h"
#include "../proto/parcel_needs.h"
#include "post.h"

static void print_json(struct cmd_env *env, const char *path, const struct parcel_report *r, bool out)
{
    const struct replica *me = &env->book.replica;
    char hex[ID_TEXT_SIZE];
    struct json j;

    id_print(out ? &me->ward : &me->device, hex);
    json_init(&j, &env->out.text);
    json_object_begin(&j);
    json_put_uint(&j, "v", 1);
    json_put_string(&j, "file", path);
    json_put_uint(&j, "changes", r->changes);
    json_put_uint(&j, "bytes", out ? r->bytes_out : r->bytes_in);
    json_put_string(&j, "receiver", hex);
    parcel_needs_put(r, NULL, NULL, &j);
    if (!out) {
        json_put_uint(&j, "sent", r->sent);
        json_put_uint(&j, "received", r->received);
        json_put_uint(&j, "refused", r->refused);
        json_put_uint(&j, "held", r->held);
    }
    json_object_end(&j);
    json_line(&j);
}

static void print_written(const char *path, const struct parcel_report *r, struct buf *out)
{
    buf_printf(out, _("Written for the ward, sealed: %s · %llu changes · %llu bytes\n"), path,
               (unsigned long long)r->changes, (unsigned long long)r->bytes_out);
    buf_printf(out, "  %s\n  %s\n  %s\n", _("Whoever carries it cannot read it."),
               _("At the ward: chibod trao-doi FOLDER --tu-tep FILE --ra-tep ANSWER"),
               _("Then here, with the answer: chibo dong-bo --tu-tep ANSWER"));
}

static void print_taken(const struct parcel_report *r, struct buf *out)
{
    buf_printf(out, _("From the ward's file: %llu of ours confirmed · received %llu"), (unsigned long long)r->sent,
               (unsigned long long)r->received);
    if (r->held > 0)
        buf_printf(out, _(" · %llu wait for the ward"), (unsigned long long)r->held);
    if (r->refused > 0)
        buf_printf(out, _(" · %llu refused"), (unsigned long long)r->refused);
    buf_put_str(out, "\n");
}

static const struct {
    enum err err;
    const char *text; /* msgid */
} steps[] = {
    {ERR_NOT_JOINED, N_("Ask the ward for an invite, then: chibo khoi-tao -")},
    {ERR_EXISTS, N_("It is not the last file of this book; choose another name.")},
    {ERR_FILE_WRONG_WAY, N_("It is for the ward's server (chibod trao-doi). Here comes the ward's answer.")},
    {ERR_FILE_FOREIGN, N_("The ward made it for another device, or another ward made it.")},
    {ERR_FILE_DAMAGED, N_("Copy it again, or write it again.")},
    {ERR_FILE_NEEDS, N_("Take the earlier answer in first, or exchange once over the network.")},
    {ERR_COPY, N_("It was made before this book was renewed. Write a new file: chibo dong-bo --ra-tep FILE")},
    {ERR_TOO_NEW, N_("Ask the ward for the newer program.")},
};

static enum err explain(struct cmd_env *env, const char *path, enum err e)
{
    for (size_t i = 0; i < ARRAY_LEN(steps); i++)
        if (steps[i].err == e)
            return cmd_explain(env, e, path, _(steps[i].text));
    return e == ERR_OK || e == ERR_LOCKED ? e : cmd_explain(env, e, path, "");
}

enum err cmd_parcel_write(struct cmd_env *env, const char *path)
{
    struct parcel_report r = {0};
    enum err e = post_write(&env->book, path, &r);

    if (e == ERR_OK && env->out.json)
        print_json(env, path, &r, true);
    else if (e == ERR_OK)
        print_written(path, &r, &env->out.text);
    parcel_report_deinit(&r);
    return explain(env, path, e);
}

enum err cmd_parcel_read(struct cmd_env *env, const char *path)
{
    struct parcel_report r = {0};
    enum err e = post_read(&env->book, path, &r);

    if (env->out.json && (e == ERR_OK || e == ERR_FILE_NEEDS))
        print_json(env, path, &r, false);
    else if (e == ERR_OK)
        print_taken(&r, &env->out.text);
    if (e == ERR_OK && r.refused > 0)
        e = cmd_explain(env, ERR_PARTLY, "", _("What was refused, and why: chibo khong-nhan."));
    else
        e = explain(env, path, e);
    parcel_report_deinit(&r);
    return e;
}
