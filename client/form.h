/* form.h - a record typed field by field: the questions, what Enter keeps, and the way back.
 *
 * Answers are kept as they were typed. Where a form begins with the book open for writing each answer is durable
 * before the next question, and a form that was left half-way offers them again. `<` goes back, `.` ends the
 * questions when nothing required is missing; `-` alone leaves empty what need not be there. What is seldom known
 * (schema.h) is not asked. No
 * transaction is open while a person types. */
#ifndef CHIBO_FORM_H
#define CHIBO_FORM_H

#include "cmd.h"
#include "fields.h"
#include "record.h"

#define FORM_NOTHING "-" /* an answer that takes a value away; Enter alone keeps it */

enum form_how { FORM_BY_SCHEMA, FORM_ASK, FORM_KNOWN };

struct form {
    const struct kind_info *kind;
    struct id record; /* being changed; zero: a new one */
    enum form_how how[CHANGE_TRIPLES_MAX];
    bool recalled; /* answers that were left half-way are among them */
    struct buf answer[CHANGE_TRIPLES_MAX]; /* by field; elements of a list with ; between, or one a line */
};

enum form_end { FORM_DONE, FORM_BACK, FORM_ENOUGH, FORM_LEFT };

void form_init(struct form *f, const struct kind_info *kind);
void form_deinit(struct form *f);
/* A field is asked for whatever the schema says, or is not, since its answer is known. */
void form_how(struct form *f, const char *field, enum form_how how);
void form_default(struct form *f, const char *field, const char *answer); /* a name of the schema */
struct buf *form_answer(struct form *f, const struct field_info *field);
/* Appends what a record that is there holds in a field, as somebody would type it. */
void form_typed(const struct view *v, const struct field_info *field, struct buf *out);
/* Half-way answers of this kind (of a change: of this record), over the defaults. The second one needs a
 * transaction. */
MUST_CHECK enum err form_recall(struct form *f, struct cmd_env *env);
MUST_CHECK enum err form_recall_within(struct form *f, struct cmd_env *env, bool *found);
/* They are durable when it returns. */
MUST_CHECK enum err form_keep(const struct form *f, struct cmd_env *env);
/* Nothing was half-way; needs a transaction. */
MUST_CHECK enum err form_drop(const struct form *f, struct cmd_env *env);

/* Asks all questions. FORM_BACK: `<` at the first one; FORM_LEFT: nobody there any more, the answers are kept. */
MUST_CHECK enum err form_ask(struct form *f, struct cmd_env *env, enum form_end *end);
/* One question, until the answer can be read or is empty where it may be. For commands that miss a field. */
MUST_CHECK enum err form_ask_one(struct form *f, struct cmd_env *env, const struct field_info *field,
                                 enum form_end *end);
/* One answer as a value, into out; nothing where nothing was answered. Errors and why as fields_set; needs a
 * transaction. */
MUST_CHECK enum err form_value(struct form *f, struct cmd_env *env, const struct field_info *field,
                               const struct entry_refs *refs, struct fields *out, char why[ENTRY_WHY_SIZE]);
/* How it was understood: a date with its weekday. */
void form_echo(const struct field_info *field, const struct fields_value *v, const struct entry_refs *refs,
               struct buf *echo);
/* The answers as values; needs a transaction. */
MUST_CHECK enum err form_fields(struct form *f, struct cmd_env *env, struct fields *out);
/* Writes the record in a transaction of its own and says what became of it. */
MUST_CHECK enum err form_save(struct form *f, struct cmd_env *env, struct record_written *w);

/* What stands after a record was written, as notes: what was there already, what the ward will say. */
void form_note_written(const struct kind_info *k, const struct record_written *w, struct buf *out); /* one a line */
void form_say_written(struct cmd_env *env, const struct kind_info *k, const struct record_written *w);

#endif
