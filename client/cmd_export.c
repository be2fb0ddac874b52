/* cmd_export.c - `chibo xuat-tep KIND --dang csv|xlsx|jsonl --ra-tep FILE`: the records of a kind as a table or as JSON
 * lines. A table says everything as people read it, an organisation by its code, so that it can be taken in again. */
#include <unistd.h>

#include "../common/disk.h"
#include "../common/json.h"
#include "../common/language.h"
#include "../common/stick.h"
#include "assign.h"
#include "csv.h"
#include "filter.h"
#include "homonym.h"
#include "order.h"
#include "workbook.h"

static const struct opt_row rows[] = {
    CMD_OPTIONS,
    {.name = "dang", .alias = "format", .kind = OPT_TEXT, .value = "csv|xlsx|jsonl", .required = true,
     .help = N_("a table as CSV or as a workbook, or JSON lines for scripts")},
    {.name = "ra-tep", .alias = "out", .kind = OPT_TEXT, .value = N_("FILE"), .required = true,
     .help = N_("the file that is made; only you may read it")},
    {.name = "dau-cach", .alias = "separator", .kind = OPT_TEXT, .value = ",|;|tab",
     .help = N_("what stands between the cells of CSV; a comma if not said")},
    FILTER_OPTION,
    {.name = "tat-ca", .alias = "all", .kind = OPT_FLAG, .help = N_("those that were made void too")},
    {.name = "ghi-de", .alias = "force", .kind = OPT_FLAG, .help = N_("a file of this name may be overwritten")},
};

#define PIECE_MAX ((size_t)1 << 20) /* written once so much has gathered */

enum format { FORMAT_CSV, FORMAT_XLSX, FORMAT_JSONL, FORMAT_COUNT };
static const char *const formats[] = {"csv", "xlsx", "jsonl"};

struct exporting {
    struct cmd_env *env;
    const struct kind_info *kind;
    enum format format;
    char separator;
    bool all; /* void ones too */
    struct print p;
    struct filter_set filters;
    struct entry_refs refs; /* for people: organisations by their codes, each person told from all */
    struct homonym homonym;
    struct order order;
    struct stick_out file;
    struct buf text, cell;
    uint64_t records, differing;
    enum err err;
};

static bool org_code(void *arg, const struct id *id, enum entry_form form, struct buf *out)
{
    (void)form;
    return refs_org_name(((struct homonym *)arg)->refs, id, true, out);
}

static bool person(void *arg, const char *kind, const struct id *id, struct buf *out)
{
    return homonym_name(arg, kind, id, out);
}

static bool is_column(const struct field_info *f)
{
    return f->type != TYPE_BLOB && f->type != TYPE_SEALED;
}

/* --- a row --- */

/* Elements are parted as cmd_import reads them: by ; or, where one holds a ; itself, each on a line. */
static void put_list(struct exporting *x, const struct field_info *f, const struct entry *e, struct buf *out)
{
    bool lines = false;
    struct buf one = {0};

    for (size_t i = 0; i < e->count; i++) {
        buf_clear(&one);
        entry_print(f, e->candidate[i].value, &x->refs, &one);
        lines = lines || (one.n > 0 && memchr(one.p, ';', one.n) != NULL);
    }
    for (size_t i = 0; i < e->count; i++) {
        buf_clear(&one);
        entry_print(f, e->candidate[i].value, &x->refs, &one);
        buf_put_str(out, i == 0 || lines ? "" : "; ");
        buf_put_bytes(out, buf_bytes(&one));
        buf_put_str(out, lines ? "\n" : "");
    }
    buf_wipe_deinit(&one);
}

/* Only CSV is guarded: in a workbook every cell is said to be text. */
static void put_cell(struct exporting *x, struct bytes text)
{
    struct buf guarded = {0};
    if (x->format == FORMAT_CSV)
        csv_guard(text, &guarded);
    else
        buf_put_bytes(&guarded, text);
    csv_put(buf_bytes(&guarded), x->separator, &x->text);
    buf_wipe_deinit(&guarded);
}

static void put_row(struct exporting *x, const struct view *v)
{
    size_t n = 0;
    for (size_t i = 0; i < x->kind->fields; i++) {
        const struct field_info *f = &x->kind->field[i];
        const struct entry *e = v == NULL ? NULL : replica_view_entry(v, f);
        if (!is_column(f))
            continue;
        buf_clear(&x->cell);
        if (v == NULL)
            buf_put_str(&x->cell, _(f->label));
        else if (e != NULL && f->list)
            put_list(x, f, e, &x->cell);
        else if (e != NULL)
            entry_print(f, e->candidate[0].value, &x->refs, &x->cell);
        if (n++ > 0)
            buf_put_u8(&x->text, (uint8_t)x->separator);
        put_cell(x, buf_bytes(&x->cell));
    }
    buf_put_str(&x->text, "\r\n");
}

/* What has gathered goes to the file; a workbook is made of all at once. */
static enum err flush(struct exporting *x)
{
    if (x->format == FORMAT_XLSX)
        return ERR_OK;
    enum err e = stick_out_write(&x->file, buf_bytes(&x->text));
    buf_clear(&x->text);
    return e;
}

static bool visit(void *arg, struct view *v)
{
    struct exporting *x = arg;
    if (!x->all && !x->filters.state && replica_view_void(v) == CLOSE_VOID)
        return true;
    if (!filter_fits(&x->filters, x->env, &x->p, v))
        return true;
    size_t from = x->text.n;
    if (x->format == FORMAT_JSONL)
        x->err = print_json(&x->p, v, false, &x->text);
    else
        put_row(x, v);
    order_put(&x->order, v, &x->text, from);
    x->records++;
    x->differing += replica_view_conflict(v);
    if (x->err == ERR_OK && x->text.n > PIECE_MAX)
        x->err = flush(x);
    return x->err == ERR_OK;
}

/* --- the file --- */

static enum err gather(struct exporting *x, const struct opt_parsed *args)
{
    struct book *b = &x->env->book;
    enum err e = print_init(&x->p, b);

    homonym_init(&x->homonym, &x->p.refs);
    x->refs = (struct entry_refs){.arg = &x->homonym, .name_record = person, .name_org = org_code};
    order_init(&x->order, x->kind);
    if (x->format == FORMAT_CSV)
        buf_put_str(&x->text, "\xef\xbb\xbf");
    if (x->format != FORMAT_JSONL)
        put_row(x, NULL);
    if (e == ERR_OK)
        e = filter_read(&x->filters, x->env, &x->p, x->kind, args);
    if (e == ERR_OK)
        e = replica_each(book_txn(b), &b->replica, x->kind->number, visit, x);
    if (e == ERR_OK)
        e = x->err;
    if (e == ERR_OK) {
        order_flush(&x->order, &x->text);
        e = flush(x);
    }
    order_deinit(&x->order);
    filter_deinit(&x->filters);
    homonym_deinit(&x->homonym);
    print_deinit(&x->p);
    return e;
}

static enum err finish(struct exporting *x, bool replace)
{
    struct buf made = {0};
    enum err e = ERR_OK;

    if (x->format == FORMAT_XLSX) {
        e = workbook_make(buf_bytes(&x->text), x->kind->word, &made);
        if (e != ERR_OK)
            (void)cmd_explain(x->env, e, "chibo-xlsx", "");
        else
            e = stick_out_write(&x->file, buf_bytes(&made));
    }
    if (e == ERR_OK)
        e = stick_out_commit(&x->file, replace);
    buf_wipe_deinit(&made);
    return e;
}

static void say(struct exporting *x, const char *path)
{
    struct buf *out = &x->env->out.text;
    struct json j;

    if (!x->env->out.json) {
        buf_printf(out, _("%llu records · %s\n"), (unsigned long long)x->records, path);
        if (x->differing > 0)
            buf_printf(out, _("  of %llu of them a field is written in more than one way; one stands here: %s\n"),
                       (unsigned long long)x->differing, "chibo xung-dot");
        return;
    }
    json_init(&j, out);
    json_object_begin(&j);
    json_put_uint(&j, "v", 1);
    json_put_string(&j, "file", path);
    json_put_string(&j, "kind", x->kind->name);
    json_put_string(&j, "format", formats[x->format]);
    json_put_uint(&j, "records", x->records);
    json_put_uint(&j, "conflicts", x->differing);
    json_object_end(&j);
    json_line(&j);
}

static enum err options(struct exporting *x, const struct opt_parsed *args)
{
    const char *format = opt_text(args, "dang", ""), *separator = opt_text(args, "dau-cach", ",");

    while (x->format < FORMAT_COUNT && strcmp(formats[x->format], format) != 0)
        x->format++;
    if (x->format == FORMAT_COUNT)
        return cmd_explain(x->env, ERR_USAGE, format, "csv, xlsx, jsonl");
    x->separator = strcmp(separator, "tab") == 0 ? '\t' : separator[0];
    if ((strlen(separator) != 1 && x->separator != '\t') || strchr(",;\t", x->separator) == NULL)
        return cmd_explain(x->env, ERR_USAGE, separator, ", ; tab");
    if (x->format == FORMAT_XLSX)
        x->separator = ',';
    return ERR_OK;
}

static enum err run(struct cmd_env *env, const struct opt_parsed *args)
{
    struct exporting x = {.env = env, .kind = assign_kind(env, opt_arg(args, 0)), .all = opt_given(args, "tat-ca")};
    const char *path = opt_text(args, "ra-tep", "");
    bool replace = opt_given(args, "ghi-de");

    if (x.kind == NULL)
        return ERR_UNKNOWN_KIND;
    enum err e = options(&x, args);
    if (e != ERR_OK)
        return e;
    if (!replace && access(path, F_OK) == 0)
        return cmd_explain(env, ERR_EXISTS, path, _("Choose another name, or say --ghi-de."));
    stick_out_init(&x.file, path);
    x.file.mode = DISK_FILE_MODE;
    e = book_begin(&env->book, false);
    if (e == ERR_OK)
        e = gather(&x, args);
    book_abort(&env->book);
    if (e == ERR_OK)
        e = finish(&x, replace);
    if (e == ERR_OK)
        say(&x, path);
    else if (env->why.n == 0)
        (void)cmd_explain(env, e, path, "");
    stick_out_drop(&x.file);
    buf_wipe_deinit(&x.text);
    buf_wipe_deinit(&x.cell);
    return e;
}

const struct cmd cmd_export = {"xuat-tep", "export", N_("Writes the records of one kind into a file."), NEED_STORE,
                               {rows, ARRAY_LEN(rows), N_("KIND"), 1, 1}, run};
