/* cmd_help.c - `chibo tro-giup [COMMAND | TOPIC | KIND]`: examples first; the manual page and what bash completes. */
#include "cmd_help.h"

#include "../common/language.h"
#include "../common/text.h"
#include "examples.h"
#include "paper_list.h"
#include "word.h"

static const struct opt_row rows[] = {
    CMD_OPTIONS,
    {.name = "dang", .alias = "format", .kind = OPT_TEXT, .value = N_("man|bash"),
     .help = N_("the manual page, or what bash needs to complete words")},
};

#define WORD_COLUMNS 14
#define TITLE N_("The record book of a Party cell.")
#define STATUS_WORD "ma-thoat"
#define STATUS_ALIAS "exit-status"

static struct manual_command command(size_t i)
{
    const struct cmd *c = cmd_table[i];
    return (struct manual_command){c->word, c->name, c->summary, &c->options};
}

static const char *kind_word(size_t i)
{
    return i < schema_kind_count ? schema_kinds[i].word : NULL;
}

static const char *form_word(size_t i)
{
    return i < paper_form_count ? paper_forms[i].word : NULL;
}

static const char *topic_word(size_t i)
{
    if (i < cmd_count)
        return cmd_table[i]->word;
    return i - cmd_count < examples_topic_count ? examples_topics[i - cmd_count].word : NULL;
}

static const struct manual_list lists[] = {
    {"KIND", kind_word}, {"FORM", form_word}, {"COMMAND|TOPIC|KIND", topic_word},
};

static const struct manual_variable variables[] = {
    {"CHIBO_HOME", N_("where the book is; else ~/.local/share/chibo")},
    {"CHIBO_LANG", N_("en: English; anything else: Vietnamese")},
};

static struct manual manual(void)
{
    return (struct manual){
        .program = "chibo", .section = "1", .title = TITLE,
        .about = N_("Without a command it shows a menu to choose from by number. All is kept on this machine, sealed, "
                    "and exchanged with the ward when there is a network. Words may be typed with or without marks."),
        .version = CHIBO_VERSION, .date = CHIBO_DATE, .commands = cmd_count, .command = command,
        .examples = examples, .example_count = examples_count,
        .topics = examples_topics, .topic_count = examples_topic_count, .lists = lists, .list_count = ARRAY_LEN(lists),
        .variables = variables, .variable_count = ARRAY_LEN(variables), .translate = cmd_translate,
    };
}

void cmd_help_of(struct cmd_env *env, const struct cmd *c)
{
    const struct manual m = manual();
    const struct manual_command mine = {c->word, c->name, c->summary, &c->options};

    if (env->out.json)
        manual_json(&m, &mine, &env->out.text);
    else
        manual_help(&m, &mine, &env->out.text);
}

static void put_row(struct buf *out, const char *word, const char *says)
{
    buf_printf(out, "  %s", word);
    word_pad(strlen(word), WORD_COLUMNS, out);
    buf_printf(out, " %s\n", says);
}

static void all(struct cmd_env *env)
{
    struct buf *out = &env->out.text;

    buf_printf(out, "%s\n\n", _(TITLE));
    buf_printf(out, "  %s\n\n", _("chibo            a menu to choose from by number"));
    buf_printf(out, "%s\n", _("How to do it, step by step: chibo tro-giup and one of these words"));
    for (size_t i = 0; i < examples_topic_count; i++)
        put_row(out, examples_topics[i].word, _(examples_topics[i].title));
    buf_printf(out, "\n%s\n", _("Commands, with examples: chibo tro-giup COMMAND"));
    for (size_t i = 0; i < cmd_count; i++)
        put_row(out, cmd_table[i]->word, _(cmd_table[i]->summary));
    buf_printf(out, "\n%s", _("Kinds of records, with their fields: chibo tro-giup KIND"));
    for (size_t i = 0; i < schema_kind_count; i++) {
        buf_printf(out, "%s%s", i % 4 == 0 ? "\n  " : "  ", schema_kinds[i].word);
        word_pad(strlen(schema_kinds[i].word), WORD_COLUMNS, out);
    }
    buf_put_str(out, "\n");
}

static void all_json(struct cmd_env *env, const struct manual *m)
{
    for (size_t i = 0; i < cmd_count; i++)
        cmd_help_of(env, cmd_table[i]);
    for (size_t i = 0; i < examples_topic_count; i++)
        manual_topic_json(m, &examples_topics[i], &env->out.text);
}

static bool topic(struct cmd_env *env, const struct manual *m, const char *typed)
{
    for (size_t i = 0; i < examples_topic_count; i++) {
        const struct manual_topic *t = &examples_topics[i];
        if (!word_is(typed, t->word) && !word_is(typed, t->alias))
            continue;
        if (env->out.json) {
            manual_topic_json(m, t, &env->out.text);
        } else {
            buf_printf(&env->out.text, "%s\n\n", _(t->title));
            (void)manual_examples(m, t->word, &env->out.text);
        }
        return true;
    }
    return false;
}

static enum err one(struct cmd_env *env, const struct manual *m, const struct opt_parsed *args)
{
    const char *typed = opt_arg(args, 0), *close = NULL;
    const struct cmd *c = cmd_named(typed, &close);

    if (c != NULL) {
        cmd_help_of(env, c);
        return ERR_OK;
    }
    if (topic(env, m, typed))
        return ERR_OK;
    if (word_is(typed, STATUS_WORD) || word_is(typed, STATUS_ALIAS)) {
        manual_statuses(m, &env->out.text);
        return ERR_OK;
    }
    if (word_kind(typed, NULL) != NULL) {
        if (!env->out.json)
            buf_printf(&env->out.text, "%s\n  chibo ghi %s\n  chibo liet-ke %s\n\n", _("Examples:"), typed, typed);
        return cmd_kinds.run(env, args);
    }
    if (close != NULL)
        return cmd_explain(env, ERR_BAD_VALUE, typed, close);
    return cmd_explain(env, ERR_BAD_VALUE, typed, _("a command, a topic or a kind of record: chibo tro-giup"));
}

static enum err run(struct cmd_env *env, const struct opt_parsed *args)
{
    const struct manual m = manual();
    /* Of no command at all there are no words either (cmd.c). */
    const char *format = args == NULL ? NULL : opt_text(args, "dang", NULL);

    if (format != NULL && strcmp(format, "man") == 0)
        manual_page(&m, &env->out.text);
    else if (format != NULL && strcmp(format, "bash") == 0)
        manual_bash(&m, &env->out.text);
    else if (format != NULL)
        return cmd_explain(env, ERR_BAD_VALUE, format, "man, bash");
    else if (args != NULL && args->arg_count > 0)
        return one(env, &m, args);
    else if (env->out.json)
        all_json(env, &m);
    else
        all(env);
    return ERR_OK;
}

const struct cmd cmd_help = {"tro-giup", "help", N_("Help, with examples: a command, a topic or a kind."), 0,
                             {rows, ARRAY_LEN(rows), N_("[COMMAND|TOPIC|KIND]"), 0, 1}, run};
