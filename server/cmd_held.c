/* cmd_held.c - `chibod cho-xem-xet`, `chap-nhan`, `tu-choi`: what waits for a person, and the decision. */
#include "cmd_held.h"

#include <pwd.h>
#include <unistd.h>

#include "../common/text.h"
#include "print_held.h"

static const struct opt_row json_rows[] = {CMD_JSON};
const struct opt_table cmd_held_table = {json_rows, ARRAY_LEN(json_rows), N_("FOLDER"), 1, 1};

static const struct opt_row rule_rows[] = {
    {"ly-do", "reason", 0, OPT_TEXT, N_("TEXT"), N_("why; all who hold this part of the book can read it"), 0, false,
     false},
    {"nguoi", "by", 0, OPT_TEXT, N_("NAME"), N_("who decides (the user of this machine)"), 0, false, false},
    CMD_JSON,
    {"da-nhan", "accepted", 0, OPT_FLAG, NULL, N_("also a change that was accepted; what it set stands until changed"),
     0, false, false},
};
const struct opt_table cmd_accept_table = {rule_rows, 3, N_("FOLDER ID"), 2, 2};
const struct opt_table cmd_refuse_table = {rule_rows, ARRAY_LEN(rule_rows), N_("FOLDER ID"), 2, 2};

enum err cmd_held(struct call *c)
{
    return cmd_request(c, &(struct admin_request){.command = ADMIN_HELD}, print_held);
}

/* Who sits at this machine, as it knows him. */
static enum err take_decider(struct call *c)
{
    const struct passwd *user = opt_given(&c->opts, "nguoi") ? NULL : getpwuid(getuid());
    if (opt_given(&c->opts, "nguoi"))
        return cmd_take_name(c, "nguoi");
    buf_put_str(&c->name, user == NULL ? "chibod" : user->pw_name);
    return ERR_OK;
}

static enum err rule(struct call *c, enum admin_command command)
{
    struct admin_request r = {.command = command, .number = command == ADMIN_REFUSE && opt_given(&c->opts, "da-nhan")};
    struct buf reason = {0};
    enum err e = take_decider(c);
    r.text[0] = opt_arg(&c->opts, 1);
    if (e == ERR_OK && (strlen(r.text[0]) > 2 * HASH_SIZE || strlen(r.text[0]) < ID_PREFIX_MIN ||
                        strspn(r.text[0], "0123456789abcdefABCDEF") != strlen(r.text[0]))) {
        c->sentence = _("This is no id of a change or a record, nor 6 or more of its digits 0-9 a-f. What waits: "
                        "chibod cho-xem-xet FOLDER");
        e = cmd_fault(c, r.text[0], ERR_BAD_VALUE);
    }
    if (e == ERR_OK && text_clean(bytes_of_str(opt_text(&c->opts, "ly-do", "")), TEXT_ONE_LINE, &reason) != ERR_OK)
        e = cmd_fault(c, "ly-do", ERR_BAD_UTF8);
    if (e == ERR_OK && reason.n > VERDICT_TEXT_MAX)
        e = cmd_fault(c, "ly-do", ERR_TOO_LONG);
    if (e == ERR_OK && reason.n == 0 && command == ADMIN_REFUSE)
        e = cmd_fault(c, "ly-do", ERR_MISSING_FIELD);
    if (e == ERR_OK) {
        r.text[1] = buf_cstr(&c->name);
        r.text[2] = buf_cstr(&reason);
        e = cmd_request(c, &r, print_ruled);
        if (e == ERR_AMBIGUOUS)
            c->sentence = _("More than one change or record begins like this.");
        if (e == ERR_NO_SUCH_CHANGE)
            c->sentence = _("Nothing with this id waits for a decision. What waits: chibod cho-xem-xet FOLDER");
        if (e == ERR_AMBIGUOUS || e == ERR_NO_SUCH_CHANGE || e == ERR_DECIDED || e == ERR_ACCEPTED)
            e = cmd_fault(c, r.text[0], e);
    }
    buf_deinit(&reason);
    return e;
}

enum err cmd_accept(struct call *c)
{
    return rule(c, ADMIN_ACCEPT);
}

enum err cmd_refuse(struct call *c)
{
    return rule(c, ADMIN_REFUSE);
}
