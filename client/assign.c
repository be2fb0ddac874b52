/* assign.c - see assign.h. */
#include "assign.h"

#include "../common/language.h"
#include "word.h"

const struct kind_info *assign_kind(struct cmd_env *env, const char *typed)
{
    const char *close;
    const struct kind_info *k = word_kind(typed, &close);
    if (k != NULL)
        return k;
    buf_clear(&env->why);
    buf_put_str(&env->why, typed);
    if (close != NULL)
        buf_printf(&env->why, " (%s %s?)", _("did you mean"), close);
    buf_printf(&env->why, ". %s", _("Kinds of records:"));
    for (size_t i = 0; i < schema_kind_count; i++)
        buf_printf(&env->why, " %s", schema_kinds[i].word);
    return NULL;
}

static void explain_field(struct cmd_env *env, const struct kind_info *k, const char *name, const char *close)
{
    buf_clear(&env->why);
    buf_put_str(&env->why, name);
    if (close != NULL)
        buf_printf(&env->why, " (%s %s?)", _("did you mean"), close);
    buf_printf(&env->why, ". %s", _("Fields:"));
    for (size_t i = 0; i < k->fields; i++)
        buf_printf(&env->why, " %s%s", k->field[i].name, k->field[i].required ? "*" : "");
}

const struct field_info *assign_split(struct cmd_env *env, const struct kind_info *k, const char *word,
                                      const char **value, enum err *e)
{
    const char *equals = strchr(word, '=');
    const char *close = NULL;
    const struct field_info *f = NULL;
    struct buf name = {0};

    *e = equals == NULL ? ERR_USAGE : ERR_UNKNOWN_FIELD;
    if (equals == NULL) {
        (void)cmd_explain(env, *e, word, _("write FIELD=VALUE"));
        return NULL;
    }
    buf_put(&name, word, (size_t)(equals - word));
    f = word_field(k, buf_cstr(&name), &close);
    if (f == NULL)
        explain_field(env, k, buf_cstr(&name), close);
    *value = equals + 1;
    buf_deinit(&name);
    return f;
}

static enum err assign_one(struct cmd_env *env, const char *word, const struct entry_refs *refs, struct fields *out)
{
    char why[ENTRY_WHY_SIZE];
    const char *value;
    struct buf where = {0};
    enum err e;
    const struct field_info *f = assign_split(env, out->kind, word, &value, &e);

    if (f == NULL)
        return e;
    e = fields_set(out, f, value, env->today, refs, why);
    if (e != ERR_OK) {
        buf_printf(&where, "%s (%s=%s)", _(f->label), f->name, strlen(value) > 60 ? "…" : value);
        (void)cmd_explain(env, e, buf_cstr(&where), e == ERR_USAGE ? _("given twice") : why);
    }
    buf_deinit(&where);
    return e;
}

enum err assign_all(struct cmd_env *env, const struct opt_parsed *args, const struct entry_refs *refs,
                    struct fields *out)
{
    enum err e = ERR_OK;
    size_t at = 0;
    const char *word;
    while (e == ERR_OK && (word = opt_next(args, "muc", &at)) != NULL)
        e = assign_one(env, word, refs, out);
    return e;
}

enum err assign_missing(struct cmd_env *env, const struct fields *f)
{
    buf_clear(&env->why);
    for (size_t i = 0; i < f->kind->fields; i++)
        if (f->kind->field[i].required && f->value[i].count == 0)
            buf_printf(&env->why, "%s%s (%s)", env->why.n > 0 ? ", " : "", _(f->kind->field[i].label),
                       f->kind->field[i].name);
    return ERR_MISSING_FIELD;
}
