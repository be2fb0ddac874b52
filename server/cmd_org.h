/* cmd_org.h - `chibod don-vi FOLDER gop|tach|doi-ten|ban-giao`, `giao-vai`, `thoi-vai`: who belongs where. */
#ifndef CHIBO_CMD_ORG_H
#define CHIBO_CMD_ORG_H

#include "../common/language.h"
#include "cmd_call.h"
#include "registry.h"

/* Of `don-vi`, besides those of adding and listing. */
#define CMD_ORG_OPTIONS \
    {"tu", "from", 0, OPT_TEXT, N_("CODE,CODE"), N_("the cells that change"), 0, false, false}, \
    {"vao", "into", 0, OPT_TEXT, N_("CODE"), N_("the cell they become, or its new code"), 0, false, false}, \
    {"nguoi", "person", 0, OPT_TEXT, N_("NAME,NAME"), N_("who goes to the new cell"), 0, false, false}, \
    {"quyet-dinh", "decision", 0, OPT_TEXT, N_("NUMBER"), N_("number of the decision"), 0, false, false}, \
    {"ngay", "date", 0, OPT_TEXT, N_("DATE"), N_("date of the decision"), 0, false, false}, \
    {"xem-truoc", "dry-run", 0, OPT_FLAG, NULL, N_("say what it touches, change nothing"), 0, false, false},

extern const struct opt_table cmd_role_table;

bool cmd_org_changes(const char *action);
enum err cmd_org_change(struct call *c, const char *action);
enum err cmd_grant(struct call *c);
enum err cmd_end(struct call *c);
extern const struct opt_table cmd_raise_table;
enum err cmd_raise(struct call *c);

/* A role of the whole ward was named for one of its cells: says where it is held. */
enum err cmd_org_role_fault(struct call *c);
/* For cmd_moves.c: the date typed, else today; sends the request and prints what it touched; "merge". */
enum err cmd_org_date(struct call *c, uint32_t *out);
enum err cmd_org_send(struct call *c, struct registry_request *r);
const char *cmd_org_what(unsigned what);

#endif
