/* cmd_help.c - `chibo tro-giup`: every command with its sentence. */
#include "../common/language.h"
#include "../common/text.h"
#include "cmd.h"
#include "word.h"

static const struct opt_row rows[] = {CMD_OPTIONS};

#define WORD_COLUMNS 14

static enum err run(struct cmd_env *env, const struct opt_parsed *args)
{
    struct buf *out = &env->out.text;
    (void)args;
    buf_printf(out, "%s\n\n", _("The record book of a Party cell."));
    buf_printf(out, "  %s\n\n", _("chibo            a menu to choose from by number"));
    for (size_t i = 0; i < cmd_count; i++) {
        buf_printf(out, "  %s", cmd_table[i]->word);
        word_pad(strlen(cmd_table[i]->word), WORD_COLUMNS, out);
        buf_printf(out, " %s\n", _(cmd_table[i]->summary));
    }
    buf_printf(out, "\n%s\n\n%s", _("More about one command: chibo COMMAND --giup"), _("Kinds of records:"));
    for (size_t i = 0; i < schema_kind_count; i++) {
        buf_printf(out, "%s%s", i % 4 == 0 ? "\n  " : "  ", schema_kinds[i].word);
        word_pad(strlen(schema_kinds[i].word), WORD_COLUMNS, out);
    }
    buf_put_str(out, "\n");
    return ERR_OK;
}

const struct cmd cmd_help = {"tro-giup", "help", N_("Shows all commands."), 0, {rows, ARRAY_LEN(rows), NULL, 0, 1},
                             run};
