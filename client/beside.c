/* beside.c - see beside.h. */
#include "beside.h"

#include <limits.h>
#include <unistd.h>

bool beside_self(struct buf *out)
{
    char self[PATH_MAX];
    ssize_t n = readlink("/proc/self/exe", self, sizeof(self));

    if (n > 0)
        buf_put(out, self, (size_t)n);
    return n > 0;
}

bool beside_path(const char *program, struct buf *out)
{
    struct buf self = {0};
    bool found = beside_self(&self);

    while (self.n > 0 && self.p[self.n - 1] != '/')
        self.n--;
    if (found) {
        buf_printf(out, "%s%s", buf_cstr(&self), program);
        found = access(buf_cstr(out), X_OK) == 0;
    }
    if (!found) {
        buf_clear(out);
        buf_printf(out, CHIBO_LIBDIR "/%s", program);
        found = access(buf_cstr(out), X_OK) == 0;
    }
    buf_deinit(&self);
    return found;
}
