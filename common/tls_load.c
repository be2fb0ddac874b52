/* tls_load.c - see tls_load.h. */
#include "tls_load.h"

#include <dlfcn.h>

#define FILE_NAME "/chibo-tls.so"

static void *load_from(const char *dir)
{
    struct buf path = {0};
    buf_put_str(&path, dir);
    buf_put_str(&path, FILE_NAME);
    void *library = dlopen(buf_cstr(&path), RTLD_NOW | RTLD_LOCAL);
    buf_deinit(&path);
    return library;
}

enum err tls_load(const char *program_dir, const struct tls_api **out)
{
    *out = NULL;
    void *library = load_from(program_dir);
    if (library == NULL)
        library = load_from(CHIBO_LIBDIR);
    if (library == NULL)
        return ERR_NOT_FOUND;
    const struct tls_api *api = dlsym(library, "tls_api");
    if (api == NULL)
        return ERR_NOT_FOUND;
    if (strcmp(api->version, CHIBO_VERSION) != 0 || api->size != sizeof(*api))
        return ERR_TOO_NEW;
    *out = api;
    return ERR_OK;
}
