/* cmd_receive.c - `chibo tiep-nhan ID`: the cell has received a member who was introduced to it. The next session tells
 * the ward, which then moves him (proto/ward_transfer.h). At the ward: signed minutes or a resolution were received. */
#include "../common/date.h"
#include "../common/language.h"
#include "../proto/life.h"
#include "../proto/transfer.h"
#include "cmd.h"
#include "refs.h"
#include "say.h"

static const struct opt_row rows[] = {
    CMD_OPTIONS,
    {.name = "ngay", .alias = "date", .kind = OPT_TEXT, .value = N_("DATE"),
     .help = N_("when the member was received (today)")},
};

/* Is this line of somebody who comes here, and still open? */
static enum err check(struct cmd_env *env, const struct kind_info *k, const struct id *id, const char *typed)
{
    enum transfer_way way = TRANSFER_OUT;
    struct transfer t;
    struct view v;
    bool closed = false, line = false;
    enum err e = replica_view(book_txn(&env->book), &env->book.replica, k->number, id, &v);

    for (size_t i = 0; e == ERR_OK && !line && i < v.parts; i++)
        line = transfer_read(&v.part[i].part, &t, &way, &closed);
    if (e == ERR_OK)
        replica_view_deinit(&v);
    if (e == ERR_OK && (!line || way != TRANSFER_IN))
        e = cmd_explain(env, ERR_NOT_ALLOWED, typed, _("he leaves this cell: the other one receives him"));
    if (e == ERR_OK && (closed || t.received != 0))
        e = cmd_explain(env, ERR_DECIDED, typed, _("he was received"));
    return e;
}

static enum err receive(struct cmd_env *env, const struct opt_parsed *args, const struct kind_info *k,
                        struct record_written *w)
{
    const char *typed = opt_arg(args, 0);
    char today[DATE_TEXT_SIZE], why[ENTRY_WHY_SIZE];
    struct refs refs;
    struct fields f;
    struct id id;
    uint32_t kind = k->number;
    enum err e;

    date_print(book_today(), today);
    refs_init(&refs, &env->book);
    fields_init(&f, k);
    e = refs_find(&refs, k->number, typed, &kind, &id);
    if (e != ERR_OK)
        (void)cmd_explain(env, e, typed, _("Who comes: chibo liet-ke gioi-thieu"));
    if (e == ERR_OK)
        e = check(env, k, &id, typed);
    if (e == ERR_OK) {
        e = fields_set(&f, schema_field_named(k, "received"), opt_text(args, "ngay", today), book_today(), &refs.entry,
                       why);
        if (e != ERR_OK)
            (void)cmd_explain(env, e, "--ngay", why);
    }
    if (e == ERR_OK) {
        e = record_edit(&env->book, &id, &f, w);
        if (e != ERR_OK)
            (void)cmd_explain(env, e, typed, "");
    }
    fields_deinit(&f);
    refs_deinit(&refs);
    return e;
}

/* What is signed, by the ward: once. */
static enum err receive_paper(struct cmd_env *env, const char *typed, const struct kind_info *k, const struct id *id,
                              struct record_written *w)
{
    static const char *const names[] = {"archive", NULL};
    enum err e = record_move(&env->book, k, id, names, w);

    if (e == ERR_DECIDED)
        return cmd_explain(env, e, typed, _("what is signed is received, and once"));
    return e == ERR_OK ? e : cmd_explain(env, e, typed, "");
}

static enum err run(struct cmd_env *env, const struct opt_parsed *args)
{
    const struct kind_info *k = schema_kind_named("transfer"), *found = NULL;
    struct record_written w = {0};
    struct id id;
    enum err e = book_begin(&env->book, true);

    if (e == ERR_OK && refs_find_known(&env->book, opt_arg(args, 0), &found, &id) == ERR_OK &&
        life_is(found, LIFE_SIGNED)) {
        k = found;
        e = receive_paper(env, opt_arg(args, 0), k, &id, &w);
    } else if (e == ERR_OK) {
        e = receive(env, args, k, &w);
    }
    if (e == ERR_OK)
        e = book_commit(&env->book);
    book_abort(&env->book);
    return e == ERR_OK ? say_record(env, k, &w) : e;
}

const struct cmd cmd_receive = {"tiep-nhan", "receive", N_("The cell has received a member who was introduced to it."),
                                NEED_STORE | NEED_WRITE, {rows, ARRAY_LEN(rows), N_("ID"), 1, 1}, run};
