/* parcel_needs.c - see parcel_needs.h. */
#include "parcel_needs.h"

#include "message.h"

void parcel_needs_put(const struct parcel_report *r, parcel_needs_more *more, void *arg, struct json *j)
{
    char hex[ID_TEXT_SIZE];
    struct message_list needs = {0};
    struct message_size need;

    json_key(j, "needs");
    json_array_begin(j);
    if (r->needs.n > 0 && message_sizes_decode(&needs, buf_bytes(&r->needs)) != ERR_OK)
        needs.count = 0;
    while (message_size_next(&needs, &need)) {
        id_print(&need.scope, hex);
        json_object_begin(j);
        if (more != NULL)
            more(arg, &need.scope, j);
        json_put_string(j, "scope", hex);
        json_put_uint(j, "epoch", need.epoch);
        json_put_uint(j, "size", need.size);
        json_object_end(j);
    }
    json_array_end(j);
}
