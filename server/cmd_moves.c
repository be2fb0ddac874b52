/* cmd_moves.c - see cmd_moves.h. */
#include "cmd_moves.h"

#include "cmd_org.h"
#include "print_moves.h"

static const struct opt_row move_rows[] = {
    {"nguoi", "person", 0, OPT_TEXT, N_("ID"), N_("the first digits of the member record's id"), 0, false, true},
    {"den", "to", 0, OPT_TEXT, N_("CODE"), N_("code of the cell the member goes to"), 0, false, true},
    {"gioi-thieu", "introduce", 0, OPT_FLAG, NULL, N_("only introduce: the member counts here until received there"),
     0, false, false},
    {"so", "letter", 0, OPT_TEXT, N_("NUMBER"), N_("number of the letter of introduction"), 0, false, false},
    {"ngay", "date", 0, OPT_TEXT, N_("DATE"),
     N_("date of the letter, or from when the member belongs to the new cell (today)"), 0, false, false},
    {"xem-truoc", "dry-run", 0, OPT_FLAG, NULL, N_("say what it touches, change nothing"), 0, false, false},
    CMD_JSON,
};
const struct opt_table cmd_move_table = {move_rows, ARRAY_LEN(move_rows), N_("FOLDER"), 1, 1};

static const struct opt_row receive_rows[] = {
    {"ngay", "date", 0, OPT_TEXT, N_("DATE"), N_("when the member was received (today)"), 0, false, false},
    {"xem-truoc", "dry-run", 0, OPT_FLAG, NULL, N_("say what it touches, change nothing"), 0, false, false},
    CMD_JSON,
};
const struct opt_table cmd_receive_table = {receive_rows, ARRAY_LEN(receive_rows), N_("FOLDER ID"), 2, 2};

static const struct opt_row json_rows[] = {CMD_JSON};
const struct opt_table cmd_transit_table = {json_rows, ARRAY_LEN(json_rows), N_("FOLDER"), 1, 1};
const struct opt_table cmd_decisions_table = {json_rows, ARRAY_LEN(json_rows), N_("FOLDER"), 1, 1};

enum err cmd_move(struct call *c)
{
    struct registry_request r = {.what = opt_given(&c->opts, "gioi-thieu") ? REGISTRY_INTRODUCE : REGISTRY_MOVE};
    enum err e = cmd_take_text(c, "nguoi", &r.person);
    if (e == ERR_OK)
        e = cmd_take_text(c, "den", &r.into);
    if (e == ERR_OK)
        e = cmd_take_text(c, "so", &r.decision);
    if (e == ERR_OK && (r.what == REGISTRY_INTRODUCE || opt_given(&c->opts, "ngay")))
        e = cmd_org_date(c, &r.date);
    if (e != ERR_OK)
        return e;
    e = cmd_org_send(c, &r);
    if (e == ERR_NO_SUCH_RECORD)
        c->sentence = _("There is no member record with this id, or no such cell.");
    else if (e == ERR_EXISTS)
        c->sentence = _("The member is in this cell already.");
    else if (e == ERR_DECIDED)
        c->sentence = _("The member is on the way already: chibod dang-chuyen");
    return e;
}

enum err cmd_receive(struct call *c)
{
    struct registry_request r = {.what = REGISTRY_RECEIVE, .person = opt_arg(&c->opts, 1)};
    enum err e;
    if (strlen(r.person) < ID_PREFIX_MIN || strlen(r.person) > 2 * ID_SIZE ||
        strspn(r.person, "0123456789abcdefABCDEF") != strlen(r.person))
        return cmd_fault(c, r.person, ERR_BAD_VALUE);
    e = cmd_org_date(c, &r.date);
    if (e != ERR_OK)
        return e;
    e = cmd_org_send(c, &r);
    if (e == ERR_NO_SUCH_RECORD)
        c->sentence = _("Nobody with this id is on the way: chibod dang-chuyen");
    return e == ERR_NO_SUCH_RECORD ? cmd_fault(c, r.person, e) : e;
}

enum err cmd_transit(struct call *c)
{
    return cmd_request(c, &(struct admin_request){.command = ADMIN_TRANSIT}, print_transit);
}

enum err cmd_decisions(struct call *c)
{
    return cmd_request(c, &(struct admin_request){.command = ADMIN_DECISIONS}, print_decisions);
}
