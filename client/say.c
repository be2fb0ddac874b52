/* say.c - see say.h. */
#include "say.h"

#include "due.h"
#include "form.h"
#include "print.h"

enum err say_record(struct cmd_env *env, const struct kind_info *k, const struct record_written *w)
{
    struct print p;
    struct buf notes = {0};
    struct view v;
    enum err e = book_begin(&env->book, false);

    form_say_written(env, k, w);
    if (e != ERR_OK)
        return e;
    e = print_init(&p, &env->book);
    if (e == ERR_OK)
        e = replica_view(book_txn(&env->book), &env->book.replica, k->number, &w->id, &v);
    if (e == ERR_OK) {
        if (env->out.json)
            e = print_json(&p, &v, false, &env->out.text);
        else
            print_line(&p, &v, true, &env->out.text);
        replica_view_deinit(&v);
    }
    if (e == ERR_OK)
        e = due_note_of(&env->book, k->number, &w->id, &notes);
    out_write(2, buf_bytes(&notes));
    buf_deinit(&notes);
    print_deinit(&p);
    book_abort(&env->book);
    return e;
}
