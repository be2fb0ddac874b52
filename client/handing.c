/* handing.c - see handing.h. */
#include "handing.h"

#include <stdio.h>

#include "../common/date.h"
#include "../common/period.h"

static enum err fill(struct cmd_env *env, struct print *p, const struct handing *h, struct fields *f)
{
    char today[DATE_TEXT_SIZE], period[PERIOD_TEXT_SIZE], version[24], why[ENTRY_WHY_SIZE];
    const char *const values[][2] = {
        {"form", h->form}, {"period", period}, {"version", version}, {"cutoff", today}, {"figures", h->figures}};
    enum err e = ERR_OK;

    fields_init(f, schema_kind_named("report"));
    date_print(env->today, today);
    period_print(h->period, period);
    (void)snprintf(version, sizeof(version), "%llu", (unsigned long long)h->version);
    for (size_t i = 0; e == ERR_OK && i < ARRAY_LEN(values); i++) {
        e = fields_set(f, schema_field_named(f->kind, values[i][0]), values[i][1], env->today, &p->refs.entry, why);
        if (e != ERR_OK)
            e = cmd_explain(env, e, values[i][0], why);
    }
    return e;
}

enum err handing_write(struct cmd_env *env, struct print *p, const struct handing *h, struct record_written *w)
{
    struct fields f;
    enum err e = fill(env, p, h, &f);

    if (e == ERR_OK)
        e = record_create(&env->book, &f, h->org, w);
    fields_deinit(&f);
    return e;
}

enum err handing_find(struct cmd_env *env, struct print *p, const struct handing *h, struct id *out)
{
    struct fields f;
    enum err e = fill(env, p, h, &f);

    if (e == ERR_OK)
        e = record_existing(&env->book, &f, h->org, out);
    fields_deinit(&f);
    return e;
}
