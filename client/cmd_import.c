/* cmd_import.c - `chibo nhap KIND FILE`: the lists that an office has, as CSV, row by row into the book. */
#include <stdio.h>
#include <stdlib.h>

#include "../common/disk.h"
#include "../common/json.h"
#include "../common/language.h"
#include "../common/stick.h"
#include "../common/text.h"
#include "assign.h"
#include "charset.h"
#include "import.h"
#include "word.h"

static const struct opt_row rows[] = {
    CMD_OPTIONS,
    {.name = "bang-ma", .alias = "encoding", .kind = OPT_TEXT, .value = CHARSET_NAMES,
     .help = N_("how the file's letters are written, where it does not say so itself")},
    {.name = "thu", .alias = "dry-run", .kind = OPT_FLAG, .help = N_("says all, writes nothing")},
    {.name = "bo-cot", .alias = "ignore", .kind = OPT_FLAG, .help = N_("columns that are not known are left out")},
    {.name = "cap-nhat", .alias = "update", .kind = OPT_FLAG,
     .help = N_("where the book says something else, it takes the file's value")},
    {.name = "chi-bo", .alias = "org", .kind = OPT_TEXT, .value = N_("CODE"),
     .help = N_("under which organisation; else your own")},
};

#define FILE_MAX ((size_t)64 << 20) /* a ward's whole register is a few MB */
#define PIECE ((size_t)1 << 20)
#define PREVIEW_ROWS 3
#define PREVIEW_COLUMNS 100
#define ERROR_FILES_MAX 1000

static enum err load(const char *path, struct buf *out)
{
    struct stick_in in;
    size_t before = 1;
    enum err e = stick_in_open(&in, path);

    while (e == ERR_OK && out->n < FILE_MAX && before != out->n) {
        before = out->n;
        e = stick_in_read(&in, PIECE, out);
    }
    stick_in_close(&in);
    return e == ERR_OK && out->n >= FILE_MAX ? ERR_TOO_LONG : e;
}

/* --- which encoding --- */

/* Nobody writes control characters into a list. */
static bool looks_like_text(struct bytes text)
{
    for (size_t i = 0; i < text.n; i++)
        if ((text.p[i] < 0x20 && strchr("\t\r\n", text.p[i]) == NULL) || text.p[i] == 0 || text.p[i] == 0x7f)
            return false;
    return true;
}

static void preview(enum charset c, struct bytes text, struct buf *out)
{
    struct csv csv;
    struct csv_row row = {0};

    buf_printf(out, "  --bang-ma %s\n", charset_name(c));
    csv_open(&csv, text, csv_separator(text));
    for (size_t n = 0; n < PREVIEW_ROWS && csv_next(&csv, &row) == ERR_OK; n++) {
        struct buf line = {0}, shown = {0};
        for (size_t i = 0; i < row.count; i++)
            buf_printf(&line, "%s%s", i == 0 ? "" : " | ", csv_cell(&row, i));
        if (text_clean(buf_bytes(&line), TEXT_ONE_LINE, &shown) != ERR_OK)
            buf_put_str(&shown, "?");
        buf_put_str(out, "    ");
        word_fit(buf_bytes(&shown), PREVIEW_COLUMNS, out);
        buf_put_str(out, "\n");
        buf_wipe_deinit(&line);
        buf_wipe_deinit(&shown);
    }
    csv_row_deinit(&row);
}

/* All that the bytes may be, each with its first rows. */
static void preview_all(struct bytes file, struct buf *out)
{
    const bool wide = file.n > 0 && memchr(file.p, 0, file.n) != NULL;
    enum charset as;
    const bool told = charset_told(file, &as);

    buf_printf(out, "%s\n",
               told ? _("Some letters look as if they were typed with a VNI font. Which of these can be read?")
                    : _("The file does not say how its letters are written. Which of these can be read?"));
    for (enum charset c = CHARSET_UTF8; c < CHARSET_COUNT; c++) {
        struct buf text = {0};
        const bool may = told ? c == as || c == CHARSET_VNI_UTF8
                              : c != CHARSET_UTF8 && (c == CHARSET_UTF16LE || c == CHARSET_UTF16BE) == wide;
        if (may && charset_decode(file, c, &text) == ERR_OK &&
            looks_like_text(buf_bytes(&text)))
            preview(c, buf_bytes(&text), out);
        buf_wipe_deinit(&text);
    }
}

static enum err ask_charset(struct cmd_env *env, struct bytes file, enum charset *c)
{
    struct buf shown = {0}, line = {0};
    bool chosen = false;

    preview_all(file, &shown);
    out_write(2, buf_bytes(&shown));
    while (!chosen && ask_is_possible() && !env->out.json) {
        enum ask_answer answer = ask_line(&env->ask, charset_told(file, c) ? _("Its name, such as vni-utf8")
                                                                           : _("Its name, such as tcvn3"), NULL, &line);
        if (answer != ASK_TEXT || line.n == 0)
            break;
        chosen = charset_named(buf_cstr(&line), c);
    }
    buf_wipe_deinit(&shown);
    buf_deinit(&line);
    if (chosen)
        return ERR_OK;
    if (charset_told(file, c))
        return cmd_explain(env, ERR_BAD_VALUE, "",
                           _("Say which it is: --bang-ma vni-utf8, or utf-8 if it is right as it is"));
    return cmd_explain(env, ERR_BAD_UTF8, "", _("Say which encoding it is, such as: --bang-ma tcvn3"));
}

/* Does it say what it is, and is it nothing that looks like that alone? */
static bool told(struct bytes file, enum charset *c)
{
    struct buf text = {0};
    const bool said = charset_told(file, c),
               vni = said && charset_decode(file, CHARSET_VNI_UTF8, &text) == ERR_OK;

    buf_wipe_deinit(&text);
    return said && !vni;
}

static enum err charset_of(struct cmd_env *env, const struct opt_parsed *args, struct bytes file, enum charset *c)
{
    const char *typed = opt_text(args, "bang-ma", NULL);

    if (typed != NULL && !charset_named(typed, c))
        return cmd_explain(env, ERR_USAGE, typed, CHARSET_NAMES);
    return typed != NULL || told(file, c) ? ERR_OK : ask_charset(env, file, c);
}

/* --- the table --- */

/* Is all of it a table? Nothing is written before that is known. */
static enum err check_table(struct cmd_env *env, struct csv csv)
{
    struct csv_row row = {0};
    char line[32];
    enum err e;

    while ((e = csv_next(&csv, &row)) == ERR_OK)
        continue;
    if (e != ERR_NOT_FOUND) {
        snprintf(line, sizeof(line), "%s %zu", _("line"), row.line);
        (void)cmd_explain(env, e, line, _("Every \" needs another one; at most 256 columns."));
    }
    csv_row_deinit(&row);
    return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static enum err read_head(struct import *m, struct csv_row *head, bool ignore)
{
    struct buf unknown = {0};
    enum err e = csv_next(&m->csv, head);

    if (e == ERR_NOT_FOUND)
        return cmd_explain(m->env, ERR_BAD_VALUE, "", _("The file is empty; its first row names the columns."));
    if (e == ERR_OK)
        e = import_columns_read(&m->columns, m->kind, head, ignore, &unknown);
    m->columns.today = m->env->today;
    if (e == ERR_UNKNOWN_FIELD)
        buf_put_str(&unknown, _(". The fields are in: chibo cac-loai KIND. To leave columns out: --bo-cot"));
    if (e != ERR_OK)
        (void)cmd_explain(m->env, e, buf_cstr(&unknown), "");
    buf_deinit(&unknown);
    return e;
}

/* Rows that were not taken go beside the file; what stands there is somebody's work and stays. */
static enum err write_errors(struct import *m, struct csv_row *head, const char *path, struct buf *name)
{
    struct buf text = {0};
    enum err e = ERR_EXISTS;

    buf_put_str(&text, "\xef\xbb\xbf");
    import_put_row(m, head, _("Error"), &text);
    buf_put_bytes(&text, buf_bytes(&m->errors));
    for (unsigned n = 1; e == ERR_EXISTS && n <= ERROR_FILES_MAX; n++) {
        struct stick_out out;
        buf_clear(name);
        if (n == 1)
            buf_printf(name, "%s.loi.csv", path);
        else
            buf_printf(name, "%s.loi-%u.csv", path, n);
        stick_out_init(&out, buf_cstr(name));
        out.mode = DISK_FILE_MODE;
        e = stick_out_write(&out, buf_bytes(&text));
        if (e == ERR_OK)
            e = stick_out_commit(&out, false);
        stick_out_drop(&out);
    }
    buf_wipe_deinit(&text);
    return e;
}

/* --- what is said --- */

static const char *separator_name(char separator)
{
    return separator == '\t' ? "tab" : separator == ';' ? ";" : ",";
}

static void say_json(const struct import *m, const char *path, enum charset c, const char *error_file)
{
    struct json j;

    json_init(&j, &m->env->out.text);
    json_object_begin(&j);
    json_put_uint(&j, "v", 1);
    json_put_string(&j, "import", m->kind->name);
    json_put_string(&j, "file", path);
    json_put_string(&j, "encoding", charset_name(c));
    json_put_string(&j, "separator", separator_name(m->csv.separator));
    json_key(&j, "dry_run");
    json_bool(&j, m->dry);
    json_put_uint(&j, "rows", m->rows);
    json_put_uint(&j, "written", m->written);
    json_put_uint(&j, "updated", m->updated);
    json_put_uint(&j, "same", m->same);
    json_put_uint(&j, "different", m->different);
    json_put_uint(&j, "errors", m->wrong);
    json_put_uint(&j, "held", m->held);
    json_put_uint(&j, "refused", m->refused);
    if (error_file[0] != 0)
        json_put_string(&j, "error_file", error_file);
    json_object_end(&j);
    json_line(&j);
}

static void say_text(const struct import *m, enum charset c, const char *error_file)
{
    struct buf *out = &m->env->out.text;

    buf_printf(out, _("Read as %s, cells parted by %s: %llu rows\n"), charset_name(c), separator_name(m->csv.separator),
               (unsigned long long)m->rows);
    if (m->proper)
        buf_printf(out, "  %s\n", _("TCVN3 has no capitals with marks: names begin with capitals now."));
    buf_printf(out, _("  %llu new · %llu changed · %llu there already · %llu there, different · %llu not taken\n"),
               (unsigned long long)m->written, (unsigned long long)m->updated, (unsigned long long)m->same,
               (unsigned long long)m->different, (unsigned long long)m->wrong);
    if (m->held > 0)
        buf_printf(out, _("  the ward will look at %llu of them before they count\n"), (unsigned long long)m->held);
    if (m->refused > 0)
        buf_printf(out, _("  the ward will most likely refuse %llu of them\n"), (unsigned long long)m->refused);
    if (m->different > 0)
        buf_printf(out, "  %s\n", _("What differs was left as the book has it; to take the file's: --cap-nhat"));
    if (error_file[0] != 0)
        buf_printf(out, _("  rows to mend, with the reason: %s; then: chibo nhap %s %s\n"), error_file, m->kind->word,
                   error_file);
    if (m->dry)
        buf_printf(out, "%s\n", _("This was a trial: nothing was written."));
}

/* --- all of it --- */

static enum err import_table(struct import *m, const struct opt_parsed *args, struct bytes text, enum charset c)
{
    struct csv_row head = {0};
    struct buf error_file = {0};
    const char *path = opt_arg(args, 1);

    csv_open(&m->csv, text, csv_separator(text));
    enum err e = check_table(m->env, m->csv);
    if (e == ERR_OK)
        e = read_head(m, &head, opt_given(args, "bo-cot"));
    if (e == ERR_OK)
        e = import_run(m);
    if (e == ERR_OK && m->wrong > 0 && !m->dry)
        e = write_errors(m, &head, path, &error_file);
    if (e == ERR_OK && m->env->out.json)
        say_json(m, path, c, buf_cstr(&error_file));
    else if (e == ERR_OK)
        say_text(m, c, buf_cstr(&error_file));
    if (e == ERR_OK && m->wrong > 0)
        e = cmd_explain(m->env, ERR_PARTLY, "", _("Some rows could not be taken."));
    else if (e != ERR_OK && m->env->why.n == 0)
        (void)cmd_explain(m->env, e, error_file.n > 0 ? buf_cstr(&error_file) : path, "");
    csv_row_deinit(&head);
    buf_deinit(&error_file);
    return e;
}

static enum err find_org(struct cmd_env *env, const char *code, struct id *out)
{
    struct refs refs;
    enum err e = book_begin(&env->book, false);

    refs_init(&refs, &env->book);
    if (e == ERR_OK && refs.entry.find_org(refs.entry.arg, code, out) != ERR_OK)
        e = cmd_explain(env, ERR_BAD_VALUE, code, _("There is no organisation with this code."));
    refs_deinit(&refs);
    book_abort(&env->book);
    return e;
}

static enum err run(struct cmd_env *env, const struct opt_parsed *args)
{
    struct import *m = mem_alloc(sizeof(*m));
    const char *code = opt_text(args, "chi-bo", NULL);
    struct buf file = {0}, text = {0};
    enum charset c = CHARSET_UTF8;
    struct id org;

    m->env = env;
    m->kind = assign_kind(env, opt_arg(args, 0));
    m->update = opt_given(args, "cap-nhat");
    m->dry = opt_given(args, "thu");
    enum err e = m->kind == NULL ? ERR_UNKNOWN_KIND : load(opt_arg(args, 1), &file);
    if (e != ERR_OK && m->kind != NULL)
        (void)cmd_explain(env, e, opt_arg(args, 1), "");
    if (e == ERR_OK && code != NULL) {
        e = find_org(env, code, &org);
        m->org = &org;
    }
    if (e == ERR_OK)
        e = charset_of(env, args, buf_bytes(&file), &c);
    if (e == ERR_OK) {
        e = charset_decode(buf_bytes(&file), c, &text);
        if (e != ERR_OK)
            (void)cmd_explain(env, e, charset_name(c), _("The file is written in another encoding."));
    }
    m->proper = c == CHARSET_TCVN3;
    if (e == ERR_OK)
        e = import_table(m, args, buf_bytes(&text), c);
    import_deinit(m);
    free(m);
    buf_wipe_deinit(&file);
    buf_wipe_deinit(&text);
    return e;
}

const struct cmd cmd_import = {"nhap", "import", N_("Takes a list in from a CSV file."), NEED_STORE | NEED_WRITE,
                               {rows, ARRAY_LEN(rows), N_("KIND FILE"), 2, 2}, run};
