/* sim_flow.c - see sim_flow.h. A record's id follows from its name, so that two devices that write down one meeting
 * write to one record; a reference is that id too. */
#include "sim_flow.h"

#include <stdio.h>
#include <stdlib.h>

#include "../client/fields.h"
#include "sim_close.h"
#include "sim_world.h"

#define WORDS_MAX 64
#define LINES_AT_ONCE 40
#define TODAY 20260101

const struct sim_flow *sim_flow;

struct flow_device {
    size_t org;
    enum role role;
    size_t lines, cap;
    char **line;
};

struct sim_flow {
    size_t cells, devices;
    char code[SIM_CELLS_MAX][8];
    char home[SIM_PEERS_MAX][16];
    struct flow_device device[SIM_PEERS_MAX];
};

/* ---- reading ---- */

static size_t words_of(char *line, char *word[WORDS_MAX])
{
    size_t n = 0;
    char *rest = NULL;

    for (char *at = strtok_r(line, "\t\n", &rest); at != NULL && n < WORDS_MAX; at = strtok_r(NULL, "\t\n", &rest))
        word[n++] = at;
    return n;
}

/* "CB-003", "CB-003.m12"; beyond the last: none. The ward's own is number 0. */
static size_t org_of(const struct sim_flow *f, const char *name)
{
    const size_t length = strcspn(name, ".");
    size_t i = 0;

    while (i < f->cells && (strncmp(f->code[i], name, length) != 0 || f->code[i][length] != '\0'))
        i++;
    return i == f->cells ? 0 : i + 1;
}

static bool take_device(struct sim_flow *f, char *const *word, size_t n)
{
    struct flow_device *d = &f->device[f->devices];

    if (n != 4 || f->devices == SIM_PEERS_MAX || strlen(word[1]) >= sizeof(f->home[0]))
        return false;
    snprintf(f->home[f->devices++], sizeof(f->home[0]), "%s", word[1]);
    d->org = org_of(f, word[2]);
    /* Roles that differ for the simulator are these; a committee member reads and writes as a deputy does. */
    d->role = strcmp(word[3], "clerk") == 0       ? ROLE_CLERK
              : strcmp(word[3], "secretary") == 0 ? ROLE_SECRETARY
                                                  : ROLE_DEPUTY;
    return true;
}

static bool take_work(struct sim_flow *f, const char *line)
{
    const size_t length = strcspn(line, "\t");
    struct flow_device *d;
    size_t i = 0;

    while (i < f->devices && (strncmp(f->home[i], line, length) != 0 || f->home[i][length] != '\0'))
        i++;
    if (i == f->devices || line[length] == '\0')
        return false;
    d = &f->device[i];
    if (d->lines == d->cap) {
        d->cap = d->cap == 0 ? 64 : 2 * d->cap;
        d->line = realloc(d->line, d->cap * sizeof(*d->line));
        assert(d->line != NULL);
    }
    d->line[d->lines] = strdup(line + length + 1);
    return d->line[d->lines++] != NULL;
}

static bool take(struct sim_flow *f, char *line)
{
    char *word[WORDS_MAX];

    if (line[0] == 'O' && line[1] == '\t') {
        if (words_of(line, word) < 2 || f->cells + 1 == SIM_CELLS_MAX || strlen(word[1]) >= sizeof(f->code[0]))
            return false;
        snprintf(f->code[f->cells++], sizeof(f->code[0]), "%s", word[1]);
        return true;
    }
    if (line[0] == 'D' && line[1] == '\t')
        return take_device(f, word, words_of(line, word));
    return take_work(f, line);
}

bool sim_flow_load(const char *path)
{
    static struct sim_flow flow;
    FILE *file = fopen(path, "r");
    bool good = file != NULL;
    char *line = NULL;
    size_t size = 0;

    while (good && getline(&line, &size, file) > 0)
        good = take(&flow, line);
    free(line);
    if (file != NULL)
        fclose(file);
    sim_flow = &flow;
    return good && flow.cells > 0 && flow.devices > 1;
}

size_t sim_flow_cells(void)
{
    return sim_flow->cells;
}

size_t sim_flow_devices(void)
{
    return sim_flow->devices;
}

size_t sim_flow_device(size_t peer, enum role *role)
{
    *role = sim_flow->device[peer].role;
    return sim_flow->device[peer].org;
}

/* ---- one line ---- */

static struct id id_of(const char *name)
{
    struct id id = {{0}};

    const struct bytes text = bytes_of_str(name);
    crypto_blake2b(id.b, ID_SIZE, bytes_of(NULL, 0), &text, 1);
    return sim_world_flow_id(&id, org_of(sim_flow, name));
}

static enum err find_org(void *arg, const char *text, struct id *out)
{
    const struct sim *s = arg;

    *out = s->org[org_of(sim_flow, text)];
    return ERR_OK;
}

static bool set(struct sim *s, struct fields *f, char *word)
{
    const struct entry_refs refs = {.arg = s, .find_org = find_org};
    char why[ENTRY_WHY_SIZE], hex[ID_TEXT_SIZE], *value = strchr(word, '=');
    const struct field_info *field;

    if (value == NULL)
        return false;
    *value++ = '\0';
    field = schema_field_named(f->kind, word);
    if (field == NULL)
        return false;
    if (value[0] == '@') {
        const struct id id = id_of(value + 1);
        id_print(&id, hex);
        value = hex;
    }
    return fields_set(f, field, value, TODAY, &refs, why) == ERR_OK;
}

/* The fields of one class, ascending by their tags. */
static void part_of(struct fields *f, enum access access, struct change *c, struct buf room[CHANGE_TRIPLES_MAX])
{
    for (size_t i = 0; i < f->kind->fields; i++) {
        const struct field_info *field = &f->kind->field[i];
        const struct fields_value *v = &f->value[i];
        size_t at = c->count;

        if (field->access != access || (!v->given && v->count == 0))
            continue;
        fields_encode(field, v, &room[c->count]);
        for (; at > 0 && c->triple[at - 1].tag > schema_tag(field); at--)
            c->triple[at] = c->triple[at - 1];
        c->triple[at] = (struct triple){.tag = schema_tag(field), .value = buf_bytes(&room[c->count])};
        c->count++;
    }
}

static void record(struct sim *s, size_t peer, size_t org, struct fields *f, const struct id *id, enum op op)
{
    for (enum access a = ACCESS_A; a < ACCESS_D && !s->failed; a++) {
        struct buf room[CHANGE_TRIPLES_MAX] = {{0}};
        struct change c = {.record = *id, .kind = f->kind->number, .op = op};

        part_of(f, a, &c, room);
        if (c.count > 0)
            sim_world_record(s, peer, org, a, &c);
        for (size_t i = 0; i < ARRAY_LEN(room); i++)
            buf_deinit(&room[i]);
    }
}

static void play(struct sim *s, size_t peer, char *line)
{
    char *word[WORDS_MAX];
    const size_t n = words_of(line, word);
    const struct kind_info *k = n >= 3 ? schema_kind_named(word[2]) : NULL;
    const struct sim_peer *p = &s->peer[peer];
    size_t org = p->role == ROLE_CLERK && k != NULL ? org_of(sim_flow, word[1]) : p->org;
    struct fields f;
    bool good = k != NULL;
    struct id id;

    if (good && p->role != ROLE_CLERK)
        org = sim_flow->device[peer].org;
    if (good)
        fields_init(&f, k);
    for (size_t i = word[0][0] == '+' ? 4 : 3; good && i < n; i++)
        good = set(s, &f, word[i]);
    if (!good) {
        sim_broken(s, "flow: %s %s cannot be written", n >= 3 ? word[2] : "?", n >= 2 ? word[1] : "?");
        return;
    }
    id = id_of(word[1]);
    if (word[0][0] == '!')
        sim_close_sign(s, peer, org, k, &id);
    else
        record(s, peer, org, &f, &id, word[0][0] == '+' ? OP_CREATE : OP_SET);
    fields_deinit(&f);
}

void sim_flow_write(struct sim *s, size_t peer)
{
    const struct flow_device *d;

    if (peer >= sim_flow->devices) /* a clone works with the flow of nobody */
        return;
    d = &sim_flow->device[peer];
    if (!s->peer[peer].enrolled)
        return;
    for (uint64_t n = 1 + sim_draw(s, LINES_AT_ONCE); n > 0 && s->played[peer] < d->lines && !s->failed; n--) {
        char *line = strdup(d->line[s->played[peer]++]);
        assert(line != NULL);
        play(s, peer, line);
        free(line);
    }
}

bool sim_flow_left(const struct sim *s)
{
    for (size_t i = 0; sim_flow != NULL && i < sim_flow->devices; i++)
        if (s->played[i] < sim_flow->device[i].lines)
            return true;
    return false;
}
