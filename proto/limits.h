/* limits.h - every bound two peers must agree on, with its reason. docs/protocol.md section 11 prints them. */
#ifndef CHIBO_LIMITS_H
#define CHIBO_LIMITS_H

#define PROTOCOL_VERSION 1
#define SUITE_1 1
#define FOLD_VERSION 2          /* the newest that this program knows; a scope's own is in its row */
#define FOLD_SETTLES 2          /* from this one on a resolution remembers what it settled */

#define FRAME_HEADER_SIZE 4
#define FRAME_PLAIN_MAX 61440      /* one frame is what a cut may cost; leaves room for a packed frame that grew */
#define FRAME_PACKED_MAX 65535     /* u16 length */
#define MESSAGE_MAX 327680         /* one changeset of 256 KiB with its annotation and salts */
#define HISTORY_MAX 131072         /* plain bytes a receiver keeps per direction to unpack the next frame */

#define MP_DEPTH_MAX 8             /* deepest of ours is 5: message, bodies, body, value, state */
#define MP_ELEMENTS_MAX 4096       /* per array: 64 triples x 3, 1,024 bodies, 300 scopes; bounds an unpacker */

#define CHANGE_BODY_MAX 131072     /* two longest texts */
#define CHANGE_TRIPLES_MAX 64      /* more than any kind has fields */
#define TEXT_MAX 65536
#define LIST_MAX 256               /* members of a list field in one change */
#define KIND_MAX 65535             /* two bytes in the keys of stored parts */
#define BASE_VERSIONS_MAX 16       /* candidates a person can have seen for one field */
#define CHANGESET_CHANGES_MAX 1024 /* what a reader takes */
#define CHANGESET_CHANGES_SEAL 256 /* what a sealer makes */
#define CHANGESET_BODIES_MAX 262144
#define CHANGESET_BODIES_SEAL 57344 /* with header and salts still one frame */
#define VALUE_DEPTH_MAX 4          /* arrays in arrays of one value; a part holds it 4 deeper, a message 3 */
#define CANDIDATES_MAX 512         /* live candidates of one field in a folded part; more are kept in the log only */
#define PART_TAGS_MAX 1024         /* fields of a folded part; one array of twice as many elements */
#define SETTLED_GROUPS_MAX 16      /* of one resolution: a base cannot cover more candidates */
#define SETTLED_VERSIONS_MAX 16    /* of one group: with the above, 2 KiB for one candidate */

#define SCOPES_MAX 4096            /* of one device: a hello names them all in one array */
#define ORGS_MAX 1000              /* of a ward: x 4 classes, within SCOPES_MAX */
#define PART_MAX 524288            /* folded part of one record: each change to it folds and hashes it whole */
#define TIME_MAX 253402300799      /* 9999-12-31T23:59:59Z, in seconds: a screen must be able to show it */
#define STREAMS_MAX 4096           /* of one scope: devices x incarnations over its life */
#define STREAMS_DEVICE_MAX 256     /* of these from one device: renewals must not use up those of all others */
#define ERROR_DETAIL_MAX 160
#define NAME_MAX_BYTES 256         /* names and codes in control leaves */
#define DROP_WORDS_MAX 2048        /* in one drop: a new one begins after 1,024, and a leaf has at most as many more */
#define VERDICT_TEXT_MAX 1000      /* why a person decided so: a paragraph, which every holder of the log keeps */

#define SNAPSHOT_LEAVES 256        /* a shorter log is sent as leaves: it costs little more, and all is there */
#define SNAPSHOT_PART_MAX 196608   /* a folded part that a snapshot can carry: with its versions one message */
#define SNAPSHOT_BODIES 1024       /* records in one part message; their places are twice as many elements */

#define VERSION_SIZE 8
#define SALT_SIZE 16
#define RATCHET_SIZE 16
#define BINDING_SIZE 32
#define STATE_DIGEST_SIZE 8

#endif
