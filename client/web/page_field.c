/* page_field.c - see page_field.h. */
#include "page_field.h"

#include "../../common/language.h"
#include "../../proto/mp.h"

#define RADIOS_MAX 6 /* more choices are a list that opens */

bool page_field_typed(const struct field_info *f)
{
    return f->type != TYPE_BLOB && f->type != TYPE_SEALED;
}

/* --- what can be chosen --- */

void page_field_choices_deinit(struct page_field_choices *c)
{
    for (size_t i = 0; i < c->count; i++)
        choice_deinit(&c->item[i].choice);
    c->count = 0;
}

/* Those of the person's own cell, else all that the book holds. *out NULL: too many, or none. */
static enum err choices(struct page *p, struct page_field_choices *c, const char *kind, const struct choice **out)
{
    struct book *b = &p->env->book;
    const uint32_t number = schema_kind_named(kind)->number;
    size_t i = 0;
    enum err e = ERR_OK;

    *out = NULL;
    while (i < c->count && strcmp(c->item[i].kind, kind) != 0)
        i++;
    if (i == PAGE_FIELD_KINDS)
        return ERR_OK;
    struct choice *choice = &c->item[i].choice;
    if (i == c->count) {
        c->item[c->count++].kind = kind;
        e = choice_load(choice, b, number, &b->replica.org);
        if (e == ERR_OK && choice->count == 0) {
            choice_deinit(choice);
            e = choice_load(choice, b, number, NULL);
        }
    }
    if (e == ERR_OK && choice->count > 0 && choice->count <= PAGE_CHOICES_MAX)
        *out = choice;
    return e;
}

/* --- answers --- */

void page_field_take(const struct params *form, const struct field_info *f, struct buf *answer)
{
    struct buf name = {0};
    size_t at = 0;
    const char *value;

    buf_printf(&name, "f.%s", f->name);
    while ((value = param_next(form, buf_cstr(&name), &at)) != NULL) {
        buf_put_str(answer, value);
        if (!f->list)
            break;
        if (value[0] != 0)
            buf_put_str(answer, "\n"); /* also after the last: then it is one element a line, whatever is in it */
    }
    buf_deinit(&name);
}

static void one_answer(const struct field_info *f, struct bytes value, struct refs *refs, struct buf *out)
{
    char hex[ID_TEXT_SIZE];
    struct mp r;

    mp_open(&r, value);
    if (f->type == TYPE_ENUM) {
        const struct enum_value *v = schema_value(f, mp_uint(&r, UINT32_MAX));
        buf_put_str(out, v == NULL ? "" : v->name);
    } else if (f->type == TYPE_RECORD || f->type == TYPE_ORG) {
        struct id id = id_from(mp_bin_exact(&r, ID_SIZE));
        id_print(&id, hex);
        if (f->type == TYPE_RECORD || !refs_org_name(refs, &id, true, out))
            buf_put_str(out, hex);
    } else {
        entry_print(f, value, &refs->entry, out);
    }
    (void)!mp_close(&r);
}

static bool is_nil(struct bytes value)
{
    struct mp r;
    mp_open(&r, value);
    const bool nil = mp_nil(&r);
    return mp_close(&r) == ERR_OK && nil;
}

void page_field_answer(const struct field_info *f, const struct entry *e, struct refs *refs, struct buf *answer)
{
    for (size_t i = 0; e != NULL && i < (f->list ? e->count : 1); i++) {
        if (is_nil(e->candidate[i].value))
            continue;
        one_answer(f, e->candidate[i].value, refs, answer);
        buf_put_str(answer, f->list ? "\n" : "");
    }
}

/* Is this one of the answer's lines? */
static bool has_line(const char *answer, const char *line)
{
    const size_t n = strlen(line);

    for (const char *p = answer; *p != 0;) {
        const size_t all = strcspn(p, "\n;");
        if (all == n && strncmp(p, line, n) == 0)
            return true;
        p += all + (p[all] != 0);
    }
    return false;
}

/* --- inputs --- */

static void put_name(struct page *p, const struct page_field *f)
{
    html_put(&p->body, " name=\"f.");
    html_put(&p->body, f->info->name);
    html_put(&p->body, "\"");
}

/* What goes with the first input of the field: its label points to it, and so do the sentences about it. */
static void put_attributes(struct page *p, const struct page_field *f)
{
    buf_printf(&p->body, " id=\"f.%s\" aria-describedby=\"s.%s\"", f->info->name, f->info->name);
    html_put(&p->body, f->why[0] != 0 ? " aria-invalid=\"true\"" : "");
    html_put(&p->body, f->focus ? " autofocus" : "");
}

static void put_option(struct page *p, const char *value, const char *label, bool chosen)
{
    html_put(&p->body, "<option");
    html_attr(&p->body, "value", value);
    html_put(&p->body, chosen ? " selected>" : ">");
    html_str(&p->body, label);
    html_put(&p->body, "</option>");
}

static void put_box(struct page *p, const struct page_field *f, const char *type, const char *value, const char *label,
                    bool chosen, bool first)
{
    html_put(&p->body, "<label class=\"box\"><input");
    html_attr(&p->body, "type", type);
    put_name(p, f);
    html_attr(&p->body, "value", value);
    if (first)
        put_attributes(p, f);
    html_put(&p->body, chosen ? " checked> " : "> ");
    html_str(&p->body, label);
    html_put(&p->body, "</label>\n");
}

/* A value of the enumeration by what was typed: identifier, number or label. */
static const struct enum_value *value_of(const struct page_field *f)
{
    char why[ENTRY_WHY_SIZE];
    struct buf value = {0};
    const struct enum_value *v = NULL;
    struct mp r;

    if (f->answer[0] != 0 && entry_parse(f->info, f->answer, 0, NULL, &value, why) == ERR_OK) {
        mp_open(&r, buf_bytes(&value));
        v = schema_value(f->info, mp_uint(&r, UINT32_MAX));
        (void)!mp_close(&r);
    }
    buf_deinit(&value);
    return v;
}

static void put_enum(struct page *p, const struct page_field *f)
{
    const struct enum_value *chosen = value_of(f), *v = f->info->values;
    size_t n = 0;

    while (v[n].name != NULL)
        n++;
    bool radio = n <= RADIOS_MAX;
    if (!radio) {
        html_put(&p->body, "<select");
        put_name(p, f);
        put_attributes(p, f);
        html_put(&p->body, ">");
        put_option(p, "", "–", chosen == NULL);
    }
    for (size_t i = 0; i < n; i++)
        if (radio)
            put_box(p, f, "radio", v[i].name, _(v[i].label), chosen == &v[i], i == 0);
        else
            put_option(p, v[i].name, _(v[i].label), chosen == &v[i]);
    if (radio && !f->info->required)
        put_box(p, f, "radio", "", _("not said"), chosen == NULL, false);
    html_put(&p->body, radio ? "" : "</select>\n");
}

/* A record that the list does not hold, or a name as it was typed. */
static void label_of(const struct page_field *f, struct refs *refs, const char *answer, struct buf *label)
{
    struct id id;

    if (id_parse(answer, &id) != ERR_OK || !refs->entry.name_record(refs->entry.arg, f->info->refers, &id, label))
        buf_put_str(label, answer);
}

static void put_select(struct page *p, const struct page_field *f, const struct choice *c, struct refs *refs)
{
    struct buf label = {0};
    char hex[ID_TEXT_SIZE];
    bool found = f->answer[0] == 0;

    html_put(&p->body, "<select");
    put_name(p, f);
    put_attributes(p, f);
    html_put(&p->body, ">");
    put_option(p, "", "–", found);
    for (size_t i = 0; i < c->count; i++) {
        id_print(&c->item[i].id, hex);
        bool chosen = strcmp(hex, f->answer) == 0;
        put_option(p, hex, buf_cstr(&c->item[i].title), chosen);
        found = found || chosen;
    }
    if (!found) {
        label_of(f, refs, f->answer, &label);
        put_option(p, f->answer, buf_cstr(&label), true);
    }
    html_put(&p->body, "</select>\n");
    buf_wipe_deinit(&label);
}

/* Lines of the answer that are none of the choices stay as they were typed. */
static void put_others(struct page *p, const struct page_field *f, const struct choice *c, struct refs *refs)
{
    struct buf line = {0}, label = {0};
    char hex[ID_TEXT_SIZE];

    for (const char *at = f->answer; *at != 0;) {
        size_t n = strcspn(at, "\n;");
        bool known = n == 0;
        buf_clear(&line);
        buf_clear(&label);
        buf_put(&line, at, n);
        for (size_t i = 0; i < c->count && !known; i++) {
            id_print(&c->item[i].id, hex);
            known = strcmp(hex, buf_cstr(&line)) == 0;
        }
        if (!known) {
            label_of(f, refs, buf_cstr(&line), &label);
            put_box(p, f, "checkbox", buf_cstr(&line), buf_cstr(&label), true, false);
        }
        at += n + (at[n] != 0);
    }
    buf_wipe_deinit(&line);
    buf_wipe_deinit(&label);
}

static void put_boxes(struct page *p, const struct page_field *f, const struct choice *c, struct refs *refs)
{
    char hex[ID_TEXT_SIZE];

    html_put(&p->body, "<div class=\"boxes\">");
    for (size_t i = 0; i < c->count; i++) {
        id_print(&c->item[i].id, hex);
        put_box(p, f, "checkbox", hex, buf_cstr(&c->item[i].title), has_line(f->answer, hex), i == 0);
    }
    put_others(p, f, c, refs);
    html_put(&p->body, "</div>\n");
}

/* What the draft of the terminal parted by ; has one line each here. */
static void put_lines(struct page *p, const struct page_field *f)
{
    bool parted = f->info->list && strchr(f->answer, '\n') == NULL;
    struct buf text = {0};

    for (const char *at = f->answer; *at != 0; at++)
        buf_put_u8(&text, (uint8_t)(parted && *at == ';' ? '\n' : *at));
    html_put(&p->body, f->info->list ? "<textarea rows=\"4\"" : "<textarea rows=\"8\"");
    put_name(p, f);
    put_attributes(p, f);
    html_put(&p->body, ">\n");
    html_text(&p->body, buf_bytes(&text));
    html_put(&p->body, "</textarea>\n");
    buf_wipe_deinit(&text);
}

static void put_line(struct page *p, const struct page_field *f)
{
    html_put(&p->body, f->info->type == TYPE_TEXT ? "<input type=\"text\"" : "<input type=\"text\" class=\"short\"");
    if (f->info->type == TYPE_INTEGER)
        html_put(&p->body, " inputmode=\"numeric\"");
    put_name(p, f);
    put_attributes(p, f);
    html_attr(&p->body, "value", f->answer);
    html_put(&p->body, ">\n");
}

static const char *hint_of(const struct field_info *f, const struct choice *c)
{
    switch (f->type) {
    case TYPE_DATE:
        return f->whole ? _("for example 4/11/2026, today, yesterday") : _("for example 4/11/1961, or only 1961");
    case TYPE_PERIOD: return f->whole ? _("for example 11/2026") : _("for example 11/2026, Q4/2026, 2026");
    case TYPE_TIME: return _("for example 19:30");
    case TYPE_MONEY: return _("in dong, for example 32.000");
    case TYPE_ORG: return _("the code of the organisation");
    case TYPE_RECORD: return c == NULL ? _("a name, or the number of the record") : "";
    default: return f->list ? _("one on each line") : "";
    }
}

static void put_sentences(struct page *p, const struct page_field *f, const char *hint)
{
    buf_printf(&p->body, "<div id=\"s.%s\">", f->info->name);
    if (hint[0] != 0)
        html_element(&p->body, "p", "hint", hint);
    if (f->why[0] != 0)
        html_element(&p->body, "p", "wrong", f->why);
    else if (f->echo[0] != 0)
        html_element(&p->body, "p", "echo", f->echo);
    html_put(&p->body, "</div>\n");
}

static void put_before(struct page *p, const struct page_field *f)
{
    if (f->before == NULL)
        return;
    buf_printf(&p->body, "<input type=\"hidden\" name=\"o.%s\"", f->info->name);
    html_attr(&p->body, "value", f->before);
    html_put(&p->body, ">\n");
}

/* A group of boxes has a legend, a single input a label. */
static bool is_group(const struct field_info *f, const struct choice *c)
{
    size_t n = 0;
    while (f->type == TYPE_ENUM && f->values[n].name != NULL)
        n++;
    return (f->type == TYPE_ENUM && !f->list && n <= RADIOS_MAX) || (f->type == TYPE_RECORD && f->list && c != NULL);
}

enum err page_field_put(struct page *p, struct refs *refs, struct page_field_choices *choice,
                        const struct page_field *f)
{
    const struct field_info *info = f->info;
    const struct choice *c = NULL;
    enum err e = info->type == TYPE_RECORD ? choices(p, choice, info->refers, &c) : ERR_OK;
    bool group = is_group(info, c);

    html_put(&p->body, group ? "<fieldset class=\"field\"><legend>" : "<div class=\"field\"><label");
    if (!group)
        buf_printf(&p->body, " for=\"f.%s\">", info->name);
    html_str(&p->body, _(info->label));
    html_put(&p->body, info->required ? " <b>*</b>" : "");
    html_put(&p->body, group ? "</legend>\n" : "</label>\n");
    if (info->type == TYPE_ENUM && !info->list)
        put_enum(p, f);
    else if (c != NULL && info->list)
        put_boxes(p, f, c, refs);
    else if (c != NULL)
        put_select(p, f, c, refs);
    else if (info->list || schema_is_multiline(info))
        put_lines(p, f);
    else
        put_line(p, f);
    put_before(p, f);
    put_sentences(p, f, hint_of(info, c));
    html_put(&p->body, group ? "</fieldset>\n" : "</div>\n");
    return e;
}
