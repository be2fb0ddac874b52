/* upgrade.c - see upgrade.h. */
#include "upgrade.h"

#include "../common/log.h"
#include "../proto/ward_adopt.h"
#include "../proto/ward_recall.h"
#include "put_back.h"
#include "revoked.h"

enum err upgrade_home(struct home *home, uint64_t now_s)
{
    struct safe_txn t = {0};
    size_t scopes = 0, staged = 0;
    bool gone = false;
    enum err e = put_back_look(home);

    if (e == ERR_OK)
        e = revoked_replay(home, now_s);
    if (e == ERR_OK)
        e = safe_begin(&home->safe, true, &t);
    if (e != ERR_OK)
        return e;
    e = ward_key_gone(&t.txn, &gone);
    if (e == ERR_OK && gone)
        LOG(LOG_WARN, "key_gone", LOG_NUMBER("keys", home->ward.old_count + 1));
    if (e == ERR_OK)
        e = ward_stage_clear_all(&t.txn, &staged);
    if (e == ERR_OK)
        e = ward_fold_upgrade(&t.txn, &home->ward, now_s, &scopes);
    if (e != ERR_OK || scopes + staged == 0) {
        safe_abort(&t);
        return e;
    }
    e = safe_commit(&t);
    if (e == ERR_OK && scopes > 0)
        LOG(LOG_INFO, "upgraded", LOG_NUMBER("scopes", scopes), LOG_NUMBER("fold", FOLD_VERSION));
    return e;
}
