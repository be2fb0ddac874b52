/* manual_page.c - the manual page, in man(7): examples stand before the options. */
#include "language.h"
#include "manual.h"

/* Text in roff: nothing of it is an escape or a request. */
static void put(struct buf *out, const char *text)
{
    if (text[0] == '.' || text[0] == '\'')
        buf_put_str(out, "\\&");
    for (const char *p = text; *p != 0; p++) {
        if (*p == '\\')
            buf_put_str(out, "\\e");
        else if (*p == '-')
            buf_put_str(out, "\\-");
        else if (*p == '\n')
            buf_put_str(out, " ");
        else
            buf_put(out, p, 1);
    }
}

static void bold(struct buf *out, const char *text)
{
    buf_put_str(out, "\\fB");
    put(out, text);
    buf_put_str(out, "\\fR");
}

static void italic(struct buf *out, const char *text)
{
    buf_put_str(out, "\\fI");
    put(out, text);
    buf_put_str(out, "\\fR");
}

static void section(const struct manual *m, struct buf *out, const char *title)
{
    buf_printf(out, ".SH \"%s\"\n", m->translate(title));
}

static void line(struct buf *out, const char *text)
{
    put(out, text);
    buf_put_str(out, "\n");
}

static void put_examples(const struct manual *m, const char *command, bool topic, struct buf *out)
{
    struct buf words = {0};

    for (size_t i = 0; i < m->example_count; i++) {
        const struct manual_example *e = &m->examples[i];
        if (strcmp(e->command, command) != 0)
            continue;
        buf_clear(&words);
        buf_printf(&words, "%s ", m->program);
        manual_show(e, topic, &words);
        buf_put_str(out, ".TP\n");
        bold(out, buf_cstr(&words));
        buf_put_str(out, "\n");
        line(out, m->translate(e->says));
    }
    buf_deinit(&words);
}

static void put_option(const struct manual *m, const struct opt_row *row, struct buf *out)
{
    const char letter[3] = {'-', row->letter, 0};

    buf_put_str(out, ".TP\n");
    if (row->letter != 0) {
        bold(out, letter);
        buf_put_str(out, ", ");
    }
    buf_put_str(out, "\\fB\\-\\-");
    put(out, row->name);
    buf_put_str(out, "\\fR");
    if (row->alias != NULL) {
        buf_put_str(out, ", \\fB\\-\\-");
        put(out, row->alias);
        buf_put_str(out, "\\fR");
    }
    if (row->kind != OPT_FLAG) {
        buf_put_str(out, " ");
        italic(out, m->translate(row->value));
    }
    buf_put_str(out, row->repeated ? " …\n" : "\n");
    line(out, m->translate(row->help));
}

static void put_command(const struct manual *m, const struct manual_command *c, struct buf *out)
{
    buf_printf(out, ".SS \"%s, %s\"\n", c->word, c->alias);
    line(out, m->translate(c->summary));
    buf_put_str(out, ".PP\n");
    bold(out, m->program);
    buf_put_str(out, " ");
    bold(out, c->word);
    if (c->options->args != NULL) {
        buf_put_str(out, " ");
        italic(out, m->translate(c->options->args));
    }
    buf_put_str(out, "\n");
    put_examples(m, c->word, false, out);
    buf_put_str(out, ".PP\n");
    line(out, m->translate(N_("Options:")));
    for (size_t i = 0; i < c->options->count; i++)
        put_option(m, &c->options->rows[i], out);
}

static void put_topics(const struct manual *m, struct buf *out)
{
    if (m->topic_count == 0)
        return;
    section(m, out, N_("EXAMPLES"));
    for (size_t i = 0; i < m->topic_count; i++) {
        buf_put_str(out, i == 0 ? "" : ".PP\n");
        line(out, m->translate(m->topics[i].title));
        put_examples(m, m->topics[i].word, true, out);
    }
}

static void put_statuses(const struct manual *m, struct buf *out)
{
    section(m, out, N_("EXIT STATUS"));
    for (int status = 0; status <= MANUAL_STATUS_MOST; status++) {
        if (manual_status(status) == NULL)
            continue;
        buf_printf(out, ".TP\n\\fB%d\\fR\n", status);
        line(out, m->translate(manual_status(status)));
    }
}

void manual_page(const struct manual *m, struct buf *out)
{
    buf_put_str(out, ".TH \"");
    for (const char *p = m->program; *p != 0; p++)
        buf_put_u8(out, (uint8_t)(*p >= 'a' && *p <= 'z' ? *p - 'a' + 'A' : *p));
    buf_printf(out, "\" \"%s\" \"%s\" \"%s %s\"\n", m->section, m->date, m->program, m->version);
    section(m, out, N_("NAME"));
    put(out, m->program);
    buf_put_str(out, " \\- ");
    line(out, m->translate(m->title));
    section(m, out, N_("SYNOPSIS"));
    bold(out, m->program);
    buf_put_str(out, " ");
    italic(out, m->translate(N_("COMMAND")));
    buf_put_str(out, " …\n");
    section(m, out, N_("DESCRIPTION"));
    line(out, m->translate(m->about));
    put_topics(m, out);
    section(m, out, N_("COMMANDS"));
    for (size_t i = 0; i < m->commands; i++) {
        const struct manual_command c = m->command(i);
        put_command(m, &c, out);
    }
    put_statuses(m, out);
    section(m, out, N_("ENVIRONMENT"));
    for (size_t i = 0; i < m->variable_count; i++) {
        buf_put_str(out, ".TP\n");
        bold(out, m->variables[i].name);
        buf_put_str(out, "\n");
        line(out, m->translate(m->variables[i].says));
    }
}
