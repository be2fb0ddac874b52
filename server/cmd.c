/* cmd.c - see cmd.h. To add a command: its options, its run function, one row of the table at the end. */
#include "cmd.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "../common/disk.h"
#include "../common/language.h"
#include "../common/log.h"
#include "../common/opt.h"
#include "../common/text.h"
#include "admin.h"
#include "cmd_exchange.h"
#include "cmd_call.h"
#include "cmd_held.h"
#include "cmd_help.h"
#include "cmd_moves.h"
#include "cmd_org.h"
#include "cmd_reconcile.h"
#include "cmd_report.h"
#include "cmd_rotate.h"
#include "daemon.h"
#include "print.h"
#include "server_clock.h"

#define DEFAULT_CODE "PHUONG"

enum err cmd_fault(struct call *c, const char *about, enum err e)
{
    c->about = about;
    return e;
}

const char *cmd_dir(const struct call *c)
{
    return opt_arg(&c->opts, 0);
}

/* A name as the book keeps it: clean, in NFC, whatever the keyboard made of it. */
enum err cmd_take_name(struct call *c, const char *option)
{
    const enum err e = text_clean(bytes_of_str(opt_text(&c->opts, option, "")), TEXT_ONE_LINE, &c->name);
    if (e != ERR_OK)
        return cmd_fault(c, option, e);
    if (c->name.n == 0)
        return cmd_fault(c, option, ERR_MISSING_FIELD);
    return c->name.n <= NAME_MAX_BYTES ? ERR_OK : cmd_fault(c, option, ERR_TOO_LONG);
}

/* A text option that a request carries: bounded, UTF-8. */
enum err cmd_take_text(struct call *c, const char *option, const char **out)
{
    *out = opt_text(&c->opts, option, "");
    if (!text_is_utf8(bytes_of_str(*out)))
        return cmd_fault(c, option, ERR_BAD_UTF8);
    return strlen(*out) <= NAME_MAX_BYTES ? ERR_OK : cmd_fault(c, option, ERR_TOO_LONG);
}

static enum err ask(struct call *c, const struct admin_request *r, print_rows *print, bool flag)
{
    struct buf bytes = {0}, answer = {0};
    struct bytes rows;
    const char *at = NULL;
    admin_request_encode(r, &bytes);
    enum err e = admin_call(cmd_dir(c), buf_bytes(&bytes), &answer, &at);
    if (e == ERR_OK)
        e = admin_answer_open(buf_bytes(&answer), &rows);
    if (e == ERR_OK)
        e = print(rows, flag, &c->out);
    if (at != NULL)
        c->about = e == ERR_NO_STORE ? cmd_dir(c) : at;
    buf_wipe_deinit(&bytes);
    buf_wipe_deinit(&answer);
    return e;
}

enum err cmd_request(struct call *c, const struct admin_request *r, print_rows *print)
{
    return ask(c, r, print, opt_given(&c->opts, "json"));
}

enum err cmd_registry(struct call *c, struct bytes request, print_rows *print, bool dry)
{
    return ask(c, &(struct admin_request){.command = ADMIN_REGISTRY, .job = request}, print, dry);
}

/* ---- khoi-tao ---- */

static const struct opt_row init_rows[] = {
    {"ten", "name", 0, OPT_TEXT, N_("NAME"), N_("the ward's name"), 0, false, true},
    {"nghe", "listen", 0, OPT_TEXT, N_("ADDRESS:PORT"), N_("where the server listens"), 0, false, true},
    {"dia-chi", "address", 0, OPT_TEXT, N_("HOST:PORT"), N_("what invites say, if not that"), 0, false, false},
    {"ma", "code", 0, OPT_TEXT, N_("CODE"), N_("the ward's own code (PHUONG)"), 0, false, false},
    {"han-chung-thu", "cert-days", 0, OPT_NUMBER, N_("DAYS"), N_("how long a device's certificate is good (1827)"),
     HOME_CERT_DAYS_MOST, false, false},
    CMD_JSON,
};
static const struct opt_table init_table = {init_rows, ARRAY_LEN(init_rows), N_("FOLDER"), 1, 1};

static enum err run_init(struct call *c)
{
    char host[HOME_ADDRESS_MAX + 1];
    uint16_t port;
    struct home_settings s = {
        .code = opt_text(&c->opts, "ma", DEFAULT_CODE),
        .listen = opt_text(&c->opts, "nghe", ""),
        .address = opt_text(&c->opts, "dia-chi", NULL),
        .cert_days = (unsigned)opt_number(&c->opts, "han-chung-thu", HOME_CERT_DAYS),
    };
    enum err e = cmd_take_name(c, "ten");
    if (e == ERR_OK && home_split(s.listen, host, &port) != ERR_OK)
        e = cmd_fault(c, "nghe", ERR_BAD_VALUE);
    if (e == ERR_OK && !org_code_valid(s.code))
        e = cmd_fault(c, "ma", ERR_BAD_VALUE);
    if (e != ERR_OK)
        return e;
    s.name = buf_cstr(&c->name);
    e = home_create(cmd_dir(c), &s, server_clock_s());
    if (e == ERR_OK && opt_given(&c->opts, "json"))
        buf_printf(&c->out, "{\"v\":1,\"code\":\"%s\",\"listen\":\"%s\"}\n", s.code, s.listen); /* both checked */
    return e == ERR_OK ? ERR_OK : cmd_fault(c, e == ERR_BAD_VALUE ? "dia-chi" : cmd_dir(c), e);
}

/* ---- chay ---- */

static const struct opt_row run_rows[] = {
    {"nhat-ky", "log", 0, OPT_TEXT, N_("LEVEL"), N_("error, warn, info or debug (info)"), 0, false, false},
};
static const struct opt_table run_table = {run_rows, ARRAY_LEN(run_rows), N_("FOLDER"), 1, 1};

/* Kept beyond the home's end. */
static const char *listen_address(struct call *c, const struct home *home)
{
    buf_put_str(&c->name, home->listen);
    return buf_cstr(&c->name);
}

static enum err run_run(struct call *c)
{
    enum log_level level;
    if (!log_level_parse(opt_text(&c->opts, "nhat-ky", "info"), &level))
        return cmd_fault(c, "nhat-ky", ERR_BAD_VALUE);
    log_init(fileno(stderr), level, NULL);
    struct home *home = mem_alloc(sizeof(*home));
    enum err e = home_open(cmd_dir(c), KV_CHECK_WRITE, home);
    if (e != ERR_OK)
        c->about = e == ERR_NO_STORE ? cmd_dir(c) : home->at;
    if (e == ERR_OK)
        e = daemon_run(home);
    if (e == ERR_EXISTS || e == ERR_BAD_VALUE)
        c->allowed = listen_address(c, home);
    home_close(home);
    free(home);
    return e;
}

/* ---- don-vi ---- */

static const struct opt_row org_rows[] = {
    {"ma", "code", 0, OPT_TEXT, N_("CODE"), N_("letters A-Z, digits, dashes: CB-014"), 0, false, false},
    {"ten", "name", 0, OPT_TEXT, N_("NAME"), N_("the organisation's name"), 0, false, false},
    {"loai", "type", 0, OPT_TEXT, N_("TYPE"), "AGENCY TDP SCHOOL ENTERPRISE ARMED", 0, false, false},
    CMD_ORG_OPTIONS
    CMD_JSON,
};
static const struct opt_table org_table = {org_rows, ARRAY_LEN(org_rows),
                                           N_("FOLDER them|liet-ke|gop|tach|doi-ten|ban-giao"), 2, 2};

static enum err run_org_add(struct call *c)
{
    struct admin_request r = {.command = ADMIN_ORG_ADD};
    enum org_type type;
    enum err e = cmd_take_text(c, "ma", &r.text[0]);
    if (e == ERR_OK && r.text[0][0] == '\0')
        e = cmd_fault(c, "ma", ERR_MISSING_FIELD);
    if (e == ERR_OK && !org_code_valid(r.text[0]))
        e = cmd_fault(c, "ma", ERR_BAD_VALUE);
    if (e == ERR_OK)
        e = cmd_take_name(c, "ten");
    if (e != ERR_OK)
        return e;
    if (org_type_parse(opt_text(&c->opts, "loai", ""), &type) != ERR_OK || type == ORG_WARD) {
        c->allowed = "AGENCY TDP SCHOOL ENTERPRISE ARMED";
        return cmd_fault(c, "loai", opt_given(&c->opts, "loai") ? ERR_BAD_VALUE : ERR_MISSING_FIELD);
    }
    r.text[1] = buf_cstr(&c->name);
    r.number = (uint64_t)type;
    e = cmd_request(c, &r, print_first);
    return e == ERR_EXISTS ? cmd_fault(c, r.text[0], e) : e;
}

static enum err run_org(struct call *c)
{
    const char *action = opt_arg(&c->opts, 1);
    if (strcmp(action, "them") == 0 || strcmp(action, "add") == 0)
        return run_org_add(c);
    if (cmd_org_changes(action))
        return cmd_org_change(c, action);
    if (strcmp(action, "liet-ke") == 0 || strcmp(action, "list") == 0)
        return cmd_request(c, &(struct admin_request){.command = ADMIN_ORG_LIST}, print_orgs);
    c->allowed = "them, liet-ke, gop, tach, doi-ten, ban-giao";
    return cmd_fault(c, action, ERR_USAGE);
}

/* ---- cap-ma ---- */

static const struct opt_row invite_rows[] = {
    {"don-vi", "org", 0, OPT_TEXT, N_("CODE"), N_("code of the organisation"), 0, false, true},
    {"vai-tro", "role", 0, OPT_TEXT, N_("ROLE"),
     "clerk building inspect secretary deputy committee member follower", 0, false, true},
    {"nguoi", "person", 0, OPT_TEXT, N_("NAME"), N_("who will hold the device"), 0, false, true},
    {"them-may", "another-device", 0, OPT_FLAG, NULL,
     N_("the person is known already, by name or first digits of the id, and gets one more device"), 0, false, false},
    {"so-ngay", "days", 0, OPT_NUMBER, N_("DAYS"), N_("how long the code is good (14)"), ADMIN_INVITE_DAYS_MOST, false,
     false},
    CMD_JSON,
};
static const struct opt_table invite_table = {invite_rows, ARRAY_LEN(invite_rows), N_("FOLDER"), 1, 1};

static enum err run_invite(struct call *c)
{
    struct admin_request r = {.command = ADMIN_INVITE};
    enum role role;
    enum err e = cmd_take_text(c, "don-vi", &r.text[0]);
    if (e == ERR_OK && rights_role_parse(opt_text(&c->opts, "vai-tro", ""), &role) != ERR_OK) {
        c->allowed = invite_rows[1].help;
        e = cmd_fault(c, "vai-tro", ERR_BAD_VALUE);
    }
    if (e == ERR_OK)
        e = cmd_take_name(c, "nguoi");
    if (e != ERR_OK)
        return e;
    r.text[1] = buf_cstr(&c->name);
    if (opt_given(&c->opts, "them-may"))
        r.text[2] = "them-may";
    r.number = (uint64_t)role;
    r.days = opt_number(&c->opts, "so-ngay", ADMIN_INVITE_DAYS);
    if (r.days == 0)
        return cmd_fault(c, "so-ngay", ERR_BAD_VALUE);
    e = cmd_request(c, &r, print_first);
    if (e == ERR_NO_SUCH_RECORD)
        c->sentence = r.text[2] == NULL ? _("There is no organisation with this code.")
                                        : _("There is no organisation with this code, or no such person.");
    if (e == ERR_NOT_ALLOWED)
        return cmd_org_role_fault(c);
    if (e == ERR_AMBIGUOUS) {
        c->sentence = _("More than one person has this name; give the first digits of the id.");
        return cmd_fault(c, "nguoi", e);
    }
    return e == ERR_NO_SUCH_RECORD ? cmd_fault(c, r.text[0], e) : e;
}

/* ---- tong-hop, thiet-bi, thu-hoi ---- */

static const struct opt_row json_rows[] = {CMD_JSON};
static const struct opt_table json_table = {json_rows, ARRAY_LEN(json_rows), N_("FOLDER"), 1, 1};
static const struct opt_table revoke_table = {json_rows, ARRAY_LEN(json_rows), N_("FOLDER DEVICE"), 2, 2};

static enum err run_overview(struct call *c)
{
    return cmd_request(c, &(struct admin_request){.command = ADMIN_OVERVIEW}, print_overview);
}

static enum err run_devices(struct call *c)
{
    return cmd_request(c, &(struct admin_request){.command = ADMIN_DEVICES}, print_devices);
}

static enum err run_device(struct call *c, enum admin_command command)
{
    struct admin_request r = {.command = command};
    r.text[0] = opt_arg(&c->opts, 1);
    if (strlen(r.text[0]) < ID_PREFIX_MIN || strspn(r.text[0], "0123456789abcdefABCDEF") != strlen(r.text[0]))
        return cmd_fault(c, r.text[0], ERR_BAD_VALUE);
    if (strlen(r.text[0]) > 2 * ID_SIZE)
        return cmd_fault(c, r.text[0], ERR_TOO_LONG);
    const enum err e = cmd_request(c, &r, print_first);
    if (e == ERR_NO_SUCH_RECORD)
        c->sentence = _("There is no device with this number.");
    else if (e == ERR_AMBIGUOUS)
        c->sentence = _("More than one device begins like this.");
    return e == ERR_NO_SUCH_RECORD || e == ERR_AMBIGUOUS ? cmd_fault(c, r.text[0], e) : e;
}

static enum err run_revoke(struct call *c)
{
    return run_device(c, ADMIN_REVOKE);
}

static enum err run_trust(struct call *c)
{
    return run_device(c, ADMIN_TRUST);
}

/* ---- trao-doi ---- */

static const struct opt_row exchange_rows[] = {
    {"tu-tep", "from-file", 0, OPT_TEXT, N_("FILE"), N_("what a cell sent"), 0, false, true},
    {"ra-tep", "to-file", 0, OPT_TEXT, N_("FILE"), N_("where the answer for it goes"), 0, false, true},
    CMD_JSON,
};
static const struct opt_table exchange_table = {exchange_rows, ARRAY_LEN(exchange_rows), N_("FOLDER"), 1, 1};

static enum err run_exchange(struct call *c)
{
    return cmd_exchange(cmd_dir(c), opt_text(&c->opts, "tu-tep", ""), opt_text(&c->opts, "ra-tep", ""),
                        opt_given(&c->opts, "json"), &c->out, &c->about, &c->allowed);
}

/* ---- all of them ---- */

/* clang-format off */
/* As they are needed: setting up, watching, deciding, exchanging otherwise, people and cells that change, care. */
static const struct command commands[] = {
    {"khoi-tao", "init",     N_("make the ward's server in a new folder"),       &init_table,   run_init},
    {"chay",     "run",      N_("serve the cells' devices until told to stop"),  &run_table,    run_run},
    {"tro-giup", "help",     N_("help, with examples"),                          &cmd_help_table, cmd_help_run},
    {"don-vi",   "org",      N_("add, list, merge, split, rename organisations, hand one over"), &org_table, run_org},
    {"cap-ma",   "invite",   N_("print an invite for one device of a person"),   &invite_table, run_invite},
    {"tong-hop", "overview", N_("how each cell stands"),                         &json_table,   run_overview},
    {"bao-cao",  "report",   N_("what the records of the cells say about a period"), &cmd_report_table, cmd_report},
    {"cho-xem-xet", "held",  N_("list what waits for a decision"),               &cmd_held_table, cmd_held},
    {"chap-nhan", "accept",  N_("accept a change that waits, or all of a record"), &cmd_accept_table, cmd_accept},
    {"tu-choi",  "refuse",   N_("refuse one, or all of a record, with the reason"), &cmd_refuse_table, cmd_refuse},
    {"trao-doi", "exchange", N_("take in a cell's file and write the answer for it"), &exchange_table, run_exchange},
    {"doi-khop", "reconcile", N_("match the cells' registers with the ward's, or prove the store"),
     &cmd_reconcile_table, cmd_reconcile},
    {"giao-vai", "grant",    N_("give a person one more role"),                  &cmd_role_table, cmd_grant},
    {"thoi-vai", "end",      N_("end a role of a person"),                       &cmd_role_table, cmd_end},
    {"chuyen",   "move",     N_("move a member to another cell, or introduce him there"), &cmd_move_table, cmd_move},
    {"tiep-nhan", "receive", N_("the other cell has received a member"),         &cmd_receive_table, cmd_receive},
    {"dang-chuyen", "in-transit", N_("list members on their way to another cell"), &cmd_transit_table, cmd_transit},
    {"quyet-dinh", "decisions", N_("list what was decided about cells and members"), &cmd_decisions_table,
     cmd_decisions},
    {"nang-muc", "raise",    N_("raise the access class of one record"),         &cmd_raise_table, cmd_raise},
    {"thiet-bi", "devices",  N_("list the devices"),                             &json_table,   run_devices},
    {"thu-hoi",  "revoke",   N_("revoke a device"),                              &revoke_table, run_revoke},
    {"tin-lai",  "trust",    N_("one copy of a device's book is left: it counts again"), &revoke_table, run_trust},
    {"doi-khoa", "rotate-keys", N_("give the server new keys in place of its old ones"), &cmd_rotate_table, cmd_rotate},
};
/* clang-format on */

const struct command *cmd_at(size_t i)
{
    return i < ARRAY_LEN(commands) ? &commands[i] : NULL;
}

static const char *translate(const char *msgid)
{
    return _(msgid);
}

static const struct command *command_named(const char *word)
{
    for (size_t i = 0; i < ARRAY_LEN(commands); i++)
        if (strcmp(word, commands[i].name) == 0 || strcmp(word, commands[i].alias) == 0)
            return &commands[i];
    return NULL;
}

static const struct command *command_close(const char *word)
{
    for (size_t i = 0; i < ARRAY_LEN(commands); i++)
        if (opt_is_close(word, commands[i].name) || opt_is_close(word, commands[i].alias))
            return &commands[i];
    return NULL;
}

static bool is_help(const char *word)
{
    return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0 || strcmp(word, "--giup") == 0;
}

static int print_help(FILE *to)
{
    fprintf(to, _("chibod, the ward's server of the Party cells' book. Commands:\n"));
    for (size_t i = 0; i < ARRAY_LEN(commands); i++)
        fprintf(to, "  chibod %-11s %s\n", commands[i].name, _(commands[i].summary));
    fprintf(to, _("More about one of them: chibod COMMAND --help\n"));
    return to == stdout ? err_exit_status(ERR_OK) : err_exit_status(ERR_USAGE);
}

static void print_usage(FILE *to, const struct command *k)
{
    struct buf text = {0};
    cmd_help_of(k, &text);
    fputs(buf_cstr(&text), to);
    buf_deinit(&text);
}

/* On stderr; words of the command line are in it, which may hold anything. */
static void say(struct buf *text)
{
    struct buf shown = {0};
    text_show(buf_bytes(text), &shown);
    fputs(buf_cstr(&shown), stderr);
    buf_deinit(&shown);
    buf_deinit(text);
}

static int explain_options(const struct command *k, const struct opt_parsed *opts, enum err e)
{
    struct buf text = {0};
    buf_printf(&text, "chibod %s: ", k->name);
    opt_explain(opts, translate, &text);
    buf_put_str(&text, "\n");
    say(&text);
    print_usage(stderr, k);
    return err_exit_status(e);
}

static void explain(const struct command *k, const struct call *c, enum err e)
{
    struct buf text = {0};
    buf_printf(&text, "chibod %s: ", k->name);
    for (size_t i = 0; c->about != NULL && i < k->table->count; i++)
        if (strcmp(c->about, k->table->rows[i].name) == 0)
            buf_put_str(&text, "--");
    if (c->about != NULL)
        buf_printf(&text, "%s: ", c->about);
    buf_put_str(&text, c->sentence != NULL ? c->sentence : _(err_sentence(e)));
    if (c->allowed != NULL)
        buf_printf(&text, " (%s)", c->allowed);
    buf_put_str(&text, "\n");
    say(&text);
}

static int run_command(const struct command *k, int argc, char *const *argv)
{
    struct call c = {0};
    enum err e = opt_parse(k->table, argc, argv, &c.opts);
    int status;
    if (e != ERR_OK) {
        status = explain_options(k, &c.opts, e);
    } else {
        e = k->run(&c);
        bool says = e == ERR_OK || k->run == run_exchange; /* which tells scripts of its failures too */
        if (says && c.out.n > 0 && (fwrite(c.out.p, 1, c.out.n, stdout) != c.out.n || fflush(stdout) != 0))
            e = cmd_fault(&c, "stdout", errno == ENOSPC ? ERR_NO_SPACE : ERR_OTHER);
        if (e != ERR_OK)
            explain(k, &c, e);
        status = err_exit_status(e);
    }
    opt_deinit(&c.opts);
    buf_deinit(&c.name);
    buf_wipe_deinit(&c.out);
    return status;
}

static int print_unknown(const char *word)
{
    const struct command *close = command_close(word);
    struct buf text = {0};
    buf_printf(&text, _("chibod: there is no command \"%s\"."), word);
    if (close != NULL)
        buf_printf(&text, _(" Was \"%s\" meant?"), close->name);
    buf_put_str(&text, "\n");
    say(&text);
    return print_help(stderr);
}

int cmd_main(int argc, char *const *argv)
{
    language_init(NULL);
    crypto_init();
    if (argc < 2)
        return print_help(stderr);
    if (is_help(argv[1]))
        return print_help(stdout);
    if (strcmp(argv[1], "--version") == 0) {
        puts("chibod " CHIBO_VERSION);
        return err_exit_status(ERR_OK);
    }
    const struct command *k = command_named(argv[1]);
    if (k == NULL)
        return print_unknown(argv[1]);
    for (int i = 2; i < argc; i++)
        if (is_help(argv[i])) {
            print_usage(stdout, k);
            return err_exit_status(ERR_OK);
        }
    return run_command(k, argc - 2, argv + 2);
}
