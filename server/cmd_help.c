/* cmd_help.c - see cmd_help.h. An example of each command; all that can be run is run by tests/help_test.py. */
#include "cmd_help.h"

#include "../common/manual.h"

/* clang-format off */
static const struct manual_example examples[] = {
    {"khoi-tao", "phuong-moi --ten \"Phường Tân Thanh\" --nghe 0.0.0.0:7440 --dia-chi dang-uy.example:7440",
     N_("once, on the ward’s server"), NULL},
    {"chay", "{ward:phuong}", N_("serve; ends with Ctrl-C"), "it goes on until told to stop"},
    {"tro-giup", "cap-ma", N_("one command with its examples"), NULL},
    {"don-vi", "{ward:phuong} them --ma CB-016 --ten \"Chi bộ Tổ dân phố 16\" --loai TDP", N_("a new cell"), NULL},
    {"don-vi", "{ward:phuong} liet-ke", N_("all of them"), NULL},
    {"don-vi", "{ward:phuong} gop --tu CB-014,CB-015 --vao CB-061 --ten \"Chi bộ 61\" --quyet-dinh 31-QĐ/ĐU "
     "--ngay 1/7/2026 --xem-truoc",
     N_("look first at what a merger touches"), NULL},
    {"cap-ma", "{ward:phuong} --don-vi CB-014 --vai-tro secretary --nguoi \"Lò Văn Thử\"",
     N_("for the secretary’s machine; the code is read out or sent to that person alone"), NULL},
    {"cap-ma", "{ward:phuong} --don-vi CB-014 --vai-tro secretary --nguoi \"Lò Văn Thử\" --them-may",
     N_("one more machine of the same person"), NULL},
    {"tong-hop", "{ward:phuong}", N_("how each cell stands"), NULL},
    {"bao-cao", "{ward:phuong} 11/2026", N_("of all cells, for a month"), NULL},
    {"cho-xem-xet", "{ward:phuong}", N_("what waits for the ward’s word"), NULL},
    {"chap-nhan", "{ward:phuong} {held:3f2a91c0}", N_("it is right"), "a change that waits"},
    {"tu-choi", "{ward:phuong} {held:3f2a91c0} --ly-do \"Trùng biên lai 118\"",
     N_("it is not, and why"), "a change that waits"},
    {"trao-doi", "{ward:phuong} --tu-tep {stick:/media/usb}/gui-phuong --ra-tep {stick:/media/usb}/tra-loi",
     N_("take in a cell’s stick, write the answer onto it"), "a file of a cell"},
    {"doi-khop", "{ward:phuong} --quy 4/2026", N_("match all registers of a quarter"), NULL},
    {"doi-khop", "{ward:phuong}", N_("prove the store"), NULL},
    {"giao-vai", "{ward:phuong} --nguoi \"Lò Văn Thử\" --vai-tro deputy --don-vi CB-015 --ngay 1/11/2026",
     N_("one more role"), NULL},
    {"thoi-vai", "{ward:phuong} --nguoi \"Lò Văn Thử\" --vai-tro secretary --don-vi CB-014 --ngay 30/11/2026 "
     "--xem-truoc",
     N_("look first at what ends"), NULL},
    {"chuyen", "{ward:phuong} --nguoi {member:3f2a91c0} --den CB-015 --gioi-thieu --so 12-GT --ngay 1/11/2026",
     N_("introduce; he counts here until received there"), "a member of a cell"},
    {"tiep-nhan", "{ward:phuong} {member:3f2a91c0} --ngay 20/11/2026",
     N_("the other cell has received him"), "a member on the way"},
    {"dang-chuyen", "{ward:phuong}", N_("who is on the way, and for how long"), NULL},
    {"quyet-dinh", "{ward:phuong}", N_("what was decided, and who has not heard of it"), NULL},
    {"nang-muc", "{ward:phuong} --muc {record:3f2a91c0} --lop C --quyet-dinh 5-QĐ/ĐU",
     N_("for the committee alone from now on"), "a record"},
    {"thiet-bi", "{ward:phuong}", N_("all devices, and when they last met the ward"), NULL},
    {"thu-hoi", "{ward:phuong} {device:3f2a91c0}", N_("a lost machine: it gets nothing any more"), "a device"},
    {"tin-lai", "{ward:phuong} {device:3f2a91c0}",
     N_("only one copy of its book is left"), "a device that was copied"},
    {"doi-khoa", "{ward:phuong} --may-chu", N_("a new key that devices know the server by"), NULL},
};
/* clang-format on */

static const struct opt_row rows[] = {
    {"dang", "format", 0, OPT_TEXT, N_("man|bash"), N_("the manual page, or what bash needs to complete words"), 0,
     false, false},
    CMD_JSON,
};
const struct opt_table cmd_help_table = {rows, ARRAY_LEN(rows), N_("[COMMAND]"), 0, 1};

static const struct manual_variable variables[] = {{"CHIBO_LANG", N_("en: English; anything else: Vietnamese")}};

static struct manual_command about(const struct command *k)
{
    return (struct manual_command){k->name, k->alias, k->summary, k->table};
}

static struct manual_command command(size_t i)
{
    return about(cmd_at(i));
}

static const char *command_word(size_t i)
{
    return cmd_at(i) == NULL ? NULL : cmd_at(i)->name;
}

static const struct manual_list lists[] = {{"COMMAND", command_word}};

static const char *translate(const char *msgid)
{
    return msgid[0] == 0 ? "" : _(msgid);
}

static struct manual manual(void)
{
    struct manual m = {
        .program = "chibod", .section = "8", .title = N_("the ward's server of the Party cells' book"),
        .about = N_("The ward's server: it takes in what the cells' devices send, hands on what others wrote, and "
                    "keeps the register. FOLDER is where its book is. Each command can be given while the server "
                    "runs."),
        .version = CHIBO_VERSION, .date = CHIBO_DATE, .command = command,
        .examples = examples, .example_count = ARRAY_LEN(examples), .lists = lists, .list_count = ARRAY_LEN(lists),
        .variables = variables, .variable_count = ARRAY_LEN(variables), .translate = translate,
    };
    while (cmd_at(m.commands) != NULL)
        m.commands++;
    return m;
}

void cmd_help_of(const struct command *k, struct buf *out)
{
    const struct manual m = manual();
    const struct manual_command mine = about(k);

    manual_help(&m, &mine, out);
}

static void put_one(struct call *c, const struct manual *m, const struct manual_command *k)
{
    if (opt_given(&c->opts, "json"))
        manual_json(m, k, &c->out);
    else
        manual_help(m, k, &c->out);
}

static enum err one(struct call *c, const struct manual *m, const char *word)
{
    if (strcmp(word, "ma-thoat") == 0 || strcmp(word, "exit-status") == 0) {
        manual_statuses(m, &c->out);
        return ERR_OK;
    }
    for (size_t i = 0; i < m->commands; i++) {
        const struct manual_command k = m->command(i);
        if (strcmp(word, k.word) != 0 && strcmp(word, k.alias) != 0)
            continue;
        put_one(c, m, &k);
        return ERR_OK;
    }
    c->allowed = "chibod tro-giup";
    return cmd_fault(c, word, ERR_BAD_VALUE);
}

enum err cmd_help_run(struct call *c)
{
    const struct manual m = manual();
    const char *format = opt_text(&c->opts, "dang", NULL);

    if (format != NULL && strcmp(format, "man") == 0) {
        manual_page(&m, &c->out);
    } else if (format != NULL && strcmp(format, "bash") == 0) {
        manual_bash(&m, &c->out);
    } else if (format != NULL) {
        c->allowed = "man, bash";
        return cmd_fault(c, "dang", ERR_BAD_VALUE);
    } else if (c->opts.arg_count > 0) {
        return one(c, &m, opt_arg(&c->opts, 0));
    } else {
        for (size_t i = 0; i < m.commands; i++) {
            const struct manual_command k = m.command(i);
            if (opt_given(&c->opts, "json"))
                put_one(c, &m, &k);
            else
                buf_printf(&c->out, "  chibod %-11s %s\n", k.word, _(k.summary));
        }
    }
    return ERR_OK;
}
