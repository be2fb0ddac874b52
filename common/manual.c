/* manual.c - see manual.h. */
#include "manual.h"

#include "json.h"
#include "language.h"

void manual_show(const struct manual_example *e, bool topic, struct buf *out)
{
    const char *p = e->words;

    if (!topic)
        buf_printf(out, "%s%s", e->command, e->words[0] == 0 ? "" : " ");
    while (*p != 0) {
        const char *open = strchr(p, '{'), *colon = open == NULL ? NULL : strchr(open, ':');
        const char *close = colon == NULL ? NULL : strchr(colon, '}');
        if (close == NULL)
            break;
        buf_put(out, p, (size_t)(open - p));
        buf_put(out, colon + 1, (size_t)(close - colon - 1));
        p = close + 1;
    }
    buf_put_str(out, p);
}

static bool is_topic(const struct manual *m, const char *word)
{
    for (size_t i = 0; i < m->topic_count; i++)
        if (strcmp(m->topics[i].word, word) == 0)
            return true;
    return false;
}

bool manual_examples(const struct manual *m, const char *command, struct buf *out)
{
    bool topic = is_topic(m, command), any = false;

    for (size_t i = 0; i < m->example_count; i++) {
        const struct manual_example *e = &m->examples[i];
        if (strcmp(e->command, command) != 0)
            continue;
        any = true;
        buf_printf(out, "  %s ", m->program);
        manual_show(e, topic, out);
        buf_printf(out, "\n      %s\n", m->translate(e->says));
    }
    return any;
}

void manual_help(const struct manual *m, const struct manual_command *c, struct buf *out)
{
    struct buf words = {0}, examples = {0};

    buf_printf(out, "%s\n\n", m->translate(c->summary));
    if (manual_examples(m, c->word, &examples)) {
        buf_printf(out, "%s\n", m->translate(N_("Examples:")));
        buf_put_bytes(out, buf_bytes(&examples));
        buf_put_str(out, "\n");
    }
    buf_printf(out, "%s\n", m->translate(N_("All that can be said:")));
    buf_printf(&words, "%s %s", m->program, c->word);
    opt_usage(c->options, buf_cstr(&words), m->translate, out);
    const char *status = m->translate(N_("It ends with the number 0 when all is well; what the other numbers mean:"));
    buf_printf(out, "\n%s %s tro-giup ma-thoat\n", status, m->program);
    buf_deinit(&words);
    buf_deinit(&examples);
}

const char *manual_status(int status)
{
    for (enum err e = ERR_OK; e < ERR_COUNT; e++)
        if (err_exit_status(e) == status)
            return err_sentence(e);
    return NULL;
}

void manual_statuses(const struct manual *m, struct buf *out)
{
    for (int status = 0; status <= MANUAL_STATUS_MOST; status++)
        if (manual_status(status) != NULL)
            buf_printf(out, "  %2d  %s\n", status, m->translate(manual_status(status)));
}

/* ---- JSON ---- */

static void flag(struct json *j, const char *key, bool value)
{
    json_key(j, key);
    json_bool(j, value);
}

static void options_json(const struct manual *m, const struct opt_table *t, struct json *j)
{
    json_key(j, "options");
    json_array_begin(j);
    for (size_t i = 0; i < t->count; i++) {
        const struct opt_row *row = &t->rows[i];
        const char letter[2] = {row->letter, 0};
        json_object_begin(j);
        json_put_string(j, "name", row->name);
        if (row->alias != NULL)
            json_put_string(j, "alias", row->alias);
        if (row->letter != 0)
            json_put_string(j, "letter", letter);
        if (row->kind != OPT_FLAG)
            json_put_string(j, "value", m->translate(row->value));
        json_put_string(j, "help", m->translate(row->help));
        flag(j, "required", row->required);
        flag(j, "repeated", row->repeated);
        json_object_end(j);
    }
    json_array_end(j);
}

static void examples_json(const struct manual *m, const char *command, struct json *j)
{
    json_key(j, "examples");
    json_array_begin(j);
    for (size_t i = 0; i < m->example_count; i++) {
        const struct manual_example *e = &m->examples[i];
        if (strcmp(e->command, command) != 0)
            continue;
        json_object_begin(j);
        json_put_string(j, "words", e->words);
        json_put_string(j, "says", m->translate(e->says));
        if (e->unrun != NULL)
            json_put_string(j, "unrun", e->unrun);
        json_object_end(j);
    }
    json_array_end(j);
}

void manual_json(const struct manual *m, const struct manual_command *c, struct buf *out)
{
    struct json j;

    json_init(&j, out);
    json_object_begin(&j);
    json_put_uint(&j, "v", 1);
    json_put_string(&j, "command", c->word);
    json_put_string(&j, "alias", c->alias);
    json_put_string(&j, "summary", m->translate(c->summary));
    if (c->options->args != NULL)
        json_put_string(&j, "args", m->translate(c->options->args));
    options_json(m, c->options, &j);
    examples_json(m, c->word, &j);
    json_object_end(&j);
    json_line(&j);
}

void manual_topic_json(const struct manual *m, const struct manual_topic *t, struct buf *out)
{
    struct json j;

    json_init(&j, out);
    json_object_begin(&j);
    json_put_uint(&j, "v", 1);
    json_put_string(&j, "topic", t->word);
    json_put_string(&j, "alias", t->alias);
    json_put_string(&j, "title", m->translate(t->title));
    examples_json(m, t->word, &j);
    json_object_end(&j);
    json_line(&j);
}
