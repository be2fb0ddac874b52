/* manual_bash.c - completion for bash. What it offers are the Vietnamese words; the English ones when what was typed
 * begins none of those.
 *
 * For the word at hand the script finds the command, then what belongs there: `of` is a list of words, @ files or
 * / folders. */
#include "manual.h"

/* The script's own part; NAME is the program's. `first` holds the commands, `look` says what one of them takes. */
static const char head[] =
    "_NAME_look() {\n"
    "    options='' english='' valued='' args=() of=''\n"
    "    case $1 in\n";
static const char tail[] =
    "    esac\n"
    "}\n"
    "_NAME_fill() {\n"
    "    case $1 in\n"
    "    @) mapfile -t COMPREPLY < <(compgen -f -- \"$cur\") ;;\n"
    "    /) mapfile -t COMPREPLY < <(compgen -d -- \"$cur\") ;;\n"
    "    *)\n"
    "        mapfile -t COMPREPLY < <(compgen -W \"$1\" -- \"$cur\")\n"
    "        if [ ${#COMPREPLY[@]} -eq 0 ]; then\n"
    "            mapfile -t COMPREPLY < <(compgen -W \"$2\" -- \"$cur\")\n"
    "        fi\n"
    "        ;;\n"
    "    esac\n"
    "}\n"
    "_NAME() {\n"
    "    local cur=${COMP_WORDS[COMP_CWORD]} prev='' options english valued of command='' first first_english i at=0\n"
    "    local -a args\n"
    "    COMPREPLY=()\n"
    "    for ((i = 1; i < COMP_CWORD; i++)); do\n"
    "        prev=${COMP_WORDS[i]}\n"
    "        if [ -z \"$command\" ]; then\n"
    "            case $prev in\n"
    "            --thu-muc | --home) ((i++)) ;;\n"
    "            -*) ;;\n"
    "            *) command=$prev; _NAME_look \"$command\" '' ;;\n"
    "            esac\n"
    "        elif [[ \" $valued \" == *\" $prev \"* ]]; then\n"
    "            ((i++))\n"
    "        elif [[ $prev != -* ]]; then\n"
    "            ((at++))\n"
    "        fi\n"
    "    done\n"
    "    prev=${COMP_WORDS[COMP_CWORD - 1]}\n"
    "    if [ -z \"$command\" ]; then\n"
    "        _NAME_look '' ''\n"
    "        _NAME_fill \"$first\" \"$first_english\"\n"
    "        return\n"
    "    fi\n"
    "    _NAME_look \"$command\" \"$prev\"\n"
    "    if [[ \" $valued \" == *\" $prev \"* ]]; then\n"
    "        _NAME_fill \"$of\" ''\n"
    "    elif [[ $cur == -* ]]; then\n"
    "        _NAME_fill \"$options\" \"$english\"\n"
    "    else\n"
    "        _NAME_fill \"${args[at]:-}\" ''\n"
    "    fi\n"
    "}\n"
    "complete -o default -F _NAME NAME\n";

static void put_named(const struct manual *m, const char *script, struct buf *out)
{
    for (const char *p = script; *p != 0;) {
        const char *name = strstr(p, "NAME");
        if (name == NULL) {
            buf_put_str(out, p);
            break;
        }
        buf_put(out, p, (size_t)(name - p));
        buf_put_str(out, m->program);
        p = name + strlen("NAME");
    }
}

/* What one value may be: "a|b|c", the name of a list, a file. Words in capitals name something else. */
static void put_value(const struct manual *m, struct bytes value, struct buf *out)
{
    static const struct {
        const char *value, *of;
    } places[] = {{"FILE", "@"}, {"DIR", "/"}, {"FOLDER", "/"}};

    for (size_t i = 0; i < m->list_count; i++) {
        const struct manual_list *l = &m->lists[i];
        if (!bytes_equal(value, bytes_of_str(l->value)))
            continue;
        for (size_t w = 0; l->word(w) != NULL; w++)
            buf_printf(out, "%s%s", w == 0 ? "" : " ", l->word(w));
    }
    for (size_t i = 0; i < ARRAY_LEN(places); i++)
        if (bytes_equal(value, bytes_of_str(places[i].value)))
            buf_put_str(out, places[i].of);
    if (memchr(value.p, '|', value.n) == NULL)
        return;
    for (size_t i = 0, from = 0; i <= value.n; i++) {
        if (i < value.n && value.p[i] != '|')
            continue;
        if (i > from && value.p[from] >= 'a' && value.p[from] <= 'z')
            buf_printf(out, "%.*s ", (int)(i - from), (const char *)&value.p[from]);
        from = i + 1;
    }
}

static void put_args(const struct manual *m, const char *args, struct buf *out)
{
    buf_put_str(out, " args=(");
    for (const char *p = args; p != NULL && *p != 0;) {
        size_t skip = strspn(p, " []"), n = strcspn(p + skip, " []");
        if (n > 0) {
            buf_put_str(out, "'");
            put_value(m, bytes_of(p + skip, n), out);
            buf_put_str(out, "' ");
        }
        p += skip + n;
    }
    buf_put_str(out, ")");
}

static void put_options(const struct opt_table *t, struct buf *out)
{
    buf_put_str(out, "options='");
    for (size_t i = 0; i < t->count; i++)
        buf_printf(out, "--%s ", t->rows[i].name);
    buf_put_str(out, "' english='");
    for (size_t i = 0; i < t->count; i++)
        if (t->rows[i].alias != NULL)
            buf_printf(out, "--%s ", t->rows[i].alias);
    buf_put_str(out, "' valued='");
    for (size_t i = 0; i < t->count; i++)
        if (t->rows[i].kind != OPT_FLAG)
            buf_printf(out, "--%s%s%s ", t->rows[i].name, t->rows[i].alias == NULL ? "" : " --",
                       t->rows[i].alias == NULL ? "" : t->rows[i].alias);
    buf_put_str(out, "'");
}

static void put_command(const struct manual *m, const struct manual_command *c, struct buf *out)
{
    buf_printf(out, "    %s | %s)\n        ", c->word, c->alias);
    put_options(c->options, out);
    put_args(m, c->options->args, out);
    buf_put_str(out, "\n        case $2 in\n");
    for (size_t i = 0; i < c->options->count; i++) {
        const struct opt_row *row = &c->options->rows[i];
        if (row->kind == OPT_FLAG)
            continue;
        buf_printf(out, "        --%s%s%s) of='", row->name, row->alias == NULL ? "" : " | --",
                   row->alias == NULL ? "" : row->alias);
        put_value(m, bytes_of_str(row->value), out);
        buf_put_str(out, "' ;;\n");
    }
    buf_put_str(out, "        esac\n        ;;\n");
}

void manual_bash(const struct manual *m, struct buf *out)
{
    buf_printf(out, "# bash completion of %s %s, made from its table of commands\n", m->program, m->version);
    put_named(m, head, out);
    for (size_t i = 0; i < m->commands; i++) {
        const struct manual_command c = m->command(i);
        put_command(m, &c, out);
    }
    buf_put_str(out, "    '')\n        first='");
    for (size_t i = 0; i < m->commands; i++)
        buf_printf(out, "%s ", m->command(i).word);
    buf_put_str(out, "' first_english='");
    for (size_t i = 0; i < m->commands; i++)
        buf_printf(out, "%s ", m->command(i).alias);
    buf_put_str(out, "'\n        ;;\n");
    put_named(m, tail, out);
}
