/* menu_dues.c - see menu_dues.h. Who owes comes from the rates and the rules of the month (due.h); each payment is a
 * record of its own, all in one transaction. */
#include "menu_dues.h"

#include <stdlib.h>

#include "../common/language.h"
#include "../common/money.h"
#include "../common/period.h"
#include "choice.h"
#include "due.h"
#include "form.h"

struct dues {
    struct cmd_env *env;
    uint32_t month;
    struct choice owing; /* numbered, by given name; ids are those of members */
    int64_t *dong;       /* of each */
    bool *paid;
};

static void dues_deinit(struct dues *d)
{
    choice_deinit(&d->owing);
    free(d->dong);
    free(d->paid);
}

/* The members of the list stay in the list's order; of those who owe nothing, nothing is shown. */
static void keep_owing(struct dues *d, const struct due_item *items, size_t count)
{
    size_t kept = 0;

    d->dong = mem_alloc((d->owing.count + 1) * sizeof(*d->dong));
    d->paid = mem_alloc(d->owing.count + 1);
    for (size_t i = 0; i < d->owing.count; i++) {
        struct choice_item *member = &d->owing.item[i];
        size_t at = 0;
        while (at < count && !id_equal(&items[at].member, &member->id))
            at++;
        if (at < count) {
            d->dong[kept] = items[at].number;
            d->owing.item[kept++] = *member;
        } else {
            buf_wipe_deinit(&member->title);
            buf_wipe_deinit(&member->key);
        }
    }
    d->owing.count = kept;
}

static enum err load(struct dues *d)
{
    struct book *b = &d->env->book;
    struct buf items = {0};
    struct rules rules;
    enum err e = book_begin(b, false);

    memset(&rules, 0, sizeof(rules));
    if (e == ERR_OK)
        e = rules_load_of(&rules, b, &b->replica.org);
    if (e == ERR_OK)
        e = due_unpaid(b, &rules, d->month, &items);
    if (e == ERR_OK)
        e = choice_load(&d->owing, b, schema_kind_named("member")->number, &b->replica.org);
    if (e == ERR_OK)
        keep_owing(d, (const struct due_item *)(const void *)items.p, items.n / sizeof(struct due_item));
    book_abort(b);
    rules_deinit(&rules);
    buf_deinit(&items);
    return e;
}

static bool ask_month(struct dues *d)
{
    struct buf line = {0};
    char shown[PERIOD_TEXT_SIZE];
    enum ask_answer a;
    bool done = false;

    d->month = period_of_date(d->env->today);
    period_print(d->month, shown);
    do {
        a = ask_line(&d->env->ask, _("Month of the dues"), shown, &line);
        done = a != ASK_TEXT || line.n == 0 ||
               (period_parse(buf_cstr(&line), d->env->today, &d->month) == ERR_OK && period_is_month(d->month));
        if (!done)
            ask_say(&d->env->ask, _("Please type the month as 11/2026."));
    } while (!done);
    buf_deinit(&line);
    return a == ASK_TEXT;
}

static int64_t show(struct dues *d)
{
    struct buf text = {0};
    char money[MONEY_TEXT_SIZE];
    int64_t sum = 0;

    for (size_t i = 0; i < d->owing.count; i++) {
        money_print(d->dong[i], money);
        buf_printf(&text, "  %3zu  %s: %s đ\n", i + 1, buf_cstr(&d->owing.item[i].title), money);
        sum += d->dong[i];
    }
    out_write(d->env->ask.fd, buf_bytes(&text));
    buf_wipe_deinit(&text);
    return sum;
}

/* The rest of the numbers have not paid: one of both lists is short. */
static bool take_paid(struct dues *d, const char *typed)
{
    const bool all_but = typed[0] == '-';

    memset(d->paid, 0, d->owing.count);
    if (choice_numbers(&d->owing, all_but ? typed + 1 : typed, d->paid) != ERR_OK)
        return false;
    for (size_t i = 0; i < d->owing.count; i++)
        d->paid[i] = all_but || typed[0] == 0 ? !d->paid[i] : d->paid[i];
    return true;
}

static bool ask_paid(struct dues *d)
{
    struct buf line = {0};
    enum ask_answer a;
    bool done = false;

    do {
        a = ask_line(&d->env->ask, _("Who has PAID: numbers such as 1-20,25 (Enter: all; -3,7: all but these)"), NULL,
                     &line);
        done = a != ASK_TEXT || take_paid(d, buf_cstr(&line));
        if (!done)
            ask_say(&d->env->ask, _("  ✗ Only numbers of the list, such as 5,12,40."));
    } while (!done);
    buf_deinit(&line);
    return a == ASK_TEXT;
}

static enum err save_one(struct dues *d, size_t i, const char *month, struct record_written *w)
{
    struct form f;
    struct fields fields;
    char hex[ID_TEXT_SIZE], money[MONEY_TEXT_SIZE];

    form_init(&f, schema_kind_named("fee_payment"));
    id_print(&d->owing.item[i].id, hex);
    money_print(d->dong[i], money);
    form_default(&f, "member", hex);
    form_default(&f, "month", month);
    form_default(&f, "amount", money);
    form_default(&f, "method", "cash");
    enum err e = form_fields(&f, d->env, &fields);
    if (e == ERR_OK)
        e = record_create(&d->env->book, &fields, NULL, w);
    fields_deinit(&fields);
    form_deinit(&f);
    return e;
}

static enum err save(struct dues *d)
{
    struct record_written w = {0};
    struct buf line = {0};
    char month[PERIOD_TEXT_SIZE], money[MONEY_TEXT_SIZE];
    size_t paid = 0;
    int64_t sum = 0;
    enum err e = book_begin(&d->env->book, true);

    period_print(d->month, month);
    for (size_t i = 0; e == ERR_OK && i < d->owing.count; i++) {
        if (!d->paid[i])
            continue;
        e = save_one(d, i, month, &w);
        paid++;
        sum += d->dong[i];
    }
    if (e == ERR_OK)
        e = book_commit(&d->env->book);
    book_abort(&d->env->book);
    if (e != ERR_OK)
        return e;
    if (paid > 0)
        form_say_written(d->env, schema_kind_named("fee_payment"), &w);
    money_print(sum, money);
    buf_printf(&line, _("  Paid: %zu of %zu who owed, %s đ. Saved on this machine. Not sent to the ward yet."), paid,
               d->owing.count, money);
    ask_say(&d->env->ask, buf_cstr(&line));
    buf_deinit(&line);
    return ERR_OK;
}

enum err menu_dues_run(struct cmd_env *env)
{
    struct dues d = {.env = env};
    char money[MONEY_TEXT_SIZE];
    struct buf line = {0};
    enum err e = ERR_OK;

    if (!ask_month(&d))
        return ERR_OK;
    e = load(&d);
    if (e == ERR_OK && d.owing.count == 0) {
        ask_say(&env->ask, _("Nobody owes dues of this month. Rates are recorded as kind muc-dong."));
    } else if (e == ERR_OK) {
        money_print(show(&d), money);
        buf_printf(&line, _("  %zu members owe %s đ."), d.owing.count, money);
        ask_say(&env->ask, buf_cstr(&line));
        if (ask_paid(&d))
            e = save(&d);
    }
    buf_deinit(&line);
    dues_deinit(&d);
    return e;
}
