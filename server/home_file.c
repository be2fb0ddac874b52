/* home_file.c - the small files of the server's directory: keys with a checksum, configuration as lines.
 *
 * Key file: u8 version ‖ content ‖ first 16 bytes of BLAKE2b-128("chibo1/key-file"0 ‖ name ‖ 0 ‖ all before). */
#include <stdlib.h>

#include "../common/disk.h"
#include "../proto/invite.h"
#include "home.h"

#define FILE_VERSION 1
#define CONTENT_MAX 256 /* as many old keys as are kept */

void home_file_check(const char *name, struct bytes all, uint8_t out[HOME_CHECK_SIZE])
{
    const struct bytes pieces[] = {bytes_of("chibo1/key-file", 16), bytes_of(name, strlen(name) + 1), all};
    crypto_blake2b(out, HOME_CHECK_SIZE, bytes_of(NULL, 0), pieces, ARRAY_LEN(pieces));
}

enum err home_file_create(const char *dir, const char *name, struct bytes content)
{
    return home_file_create_as(dir, name, name, content);
}

enum err home_file_create_as(const char *dir, const char *file_name, const char *name, struct bytes content)
{
    struct buf file = {0};
    assert(content.n <= CONTENT_MAX);
    buf_reserve(&file, 1 + content.n + HOME_CHECK_SIZE);
    buf_put_u8(&file, FILE_VERSION);
    buf_put_bytes(&file, content);
    const struct bytes all = buf_bytes(&file);
    home_file_check(name, all, buf_grow(&file, HOME_CHECK_SIZE));
    const enum err e = disk_create(dir, file_name, buf_bytes(&file));
    buf_wipe_deinit(&file);
    return e;
}

enum err home_file_read(const char *dir, const char *name, size_t size, uint8_t *content)
{
    return home_file_read_as(dir, name, name, size, content);
}

enum err home_file_read_as(const char *dir, const char *file_name, const char *name, size_t size, uint8_t *content)
{
    struct buf file = {0};
    uint8_t check[HOME_CHECK_SIZE];
    buf_reserve(&file, 1 + CONTENT_MAX + HOME_CHECK_SIZE);
    enum err e = disk_read_private(dir, file_name, 1 + CONTENT_MAX + HOME_CHECK_SIZE, &file);
    if (e == ERR_TOO_LONG || (e == ERR_OK && file.n < 1 + HOME_CHECK_SIZE))
        e = ERR_DAMAGED;
    if (e == ERR_OK) {
        home_file_check(name, bytes_of(file.p, file.n - HOME_CHECK_SIZE), check);
        if (!crypto_equal(check, file.p + file.n - HOME_CHECK_SIZE, HOME_CHECK_SIZE))
            e = ERR_DAMAGED;
        else if (file.p[0] > FILE_VERSION)
            e = ERR_TOO_NEW;
        else if (file.n != 1 + size + HOME_CHECK_SIZE)
            e = ERR_DAMAGED;
    }
    if (e == ERR_OK)
        memcpy(content, file.p + 1, size);
    buf_wipe_deinit(&file);
    return e;
}

/* ---- configuration ---- */

static enum err set_listen(struct home *h, const char *value)
{
    char host[HOME_ADDRESS_MAX + 1];
    uint16_t port;
    const enum err e = home_split(value, host, &port);
    if (e == ERR_OK)
        memcpy(h->listen, value, strlen(value) + 1);
    return e;
}

static enum err set_address(struct home *h, const char *value)
{
    if (!invite_address_is_valid(value))
        return ERR_BAD_VALUE;
    memcpy(h->address, value, strlen(value) + 1);
    return ERR_OK;
}

static enum err set_cert_days(struct home *h, const char *value)
{
    unsigned n = 0;
    if (*value == '\0')
        return ERR_BAD_VALUE;
    for (; *value != '\0'; value++) {
        if (*value < '0' || *value > '9' || n > HOME_CERT_DAYS_MOST)
            return ERR_BAD_VALUE;
        n = n * 10 + (unsigned)(*value - '0');
    }
    h->cert_days = n;
    return n <= HOME_CERT_DAYS_MOST ? ERR_OK : ERR_BAD_VALUE;
}

static const struct {
    const char *name;
    enum err (*set)(struct home *h, const char *value);
} settings[] = {
    {"nghe", set_listen},
    {"dia-chi", set_address},
    {"han-chung-thu-ngay", set_cert_days},
};

void home_file_config_print(const struct home_settings *s, struct buf *out)
{
    buf_put_str(out, "# nghe: where this server listens; dia-chi: what invites say;"
                     " han-chung-thu-ngay: days a device's certificate is good for\n");
    buf_printf(out, "%s = %s\n", settings[0].name, s->listen);
    buf_printf(out, "%s = %s\n", settings[1].name, s->address != NULL ? s->address : s->listen);
    buf_printf(out, "%s = %u\n", settings[2].name, s->cert_days);
}

static char *trim(char *s)
{
    s += strspn(s, " \t");
    size_t n = strlen(s);
    while (n > 0 && strchr(" \t\r", s[n - 1]) != NULL)
        s[--n] = '\0';
    return s;
}

static enum err parse_line(struct home *h, char *line)
{
    line = trim(line);
    if (line[0] == '\0' || line[0] == '#')
        return ERR_OK;
    char *equals = strchr(line, '=');
    if (equals == NULL)
        return ERR_BAD_VALUE;
    *equals = '\0';
    const char *name = trim(line), *value = trim(equals + 1);
    for (size_t i = 0; i < ARRAY_LEN(settings); i++)
        if (strcmp(settings[i].name, name) == 0)
            return settings[i].set(h, value);
    return ERR_BAD_VALUE;
}

enum err home_file_config_parse(struct home *h, struct buf *text)
{
    buf_put_u8(text, 0);
    if (strlen((const char *)text->p) + 1 != text->n)
        return ERR_BAD_VALUE;
    enum err e = ERR_OK;
    for (char *line = (char *)text->p; e == ERR_OK && line != NULL;) {
        char *end = strchr(line, '\n');
        if (end != NULL)
            *end++ = '\0';
        e = parse_line(h, line);
        line = end;
    }
    return e == ERR_OK && (h->listen[0] == '\0' || h->address[0] == '\0') ? ERR_BAD_VALUE : e;
}

enum err home_split(const char *listen, char host[HOME_ADDRESS_MAX + 1], uint16_t *port)
{
    if (!invite_address_is_valid(listen))
        return ERR_BAD_VALUE;
    const char *colon = strrchr(listen, ':');
    size_t n = (size_t)(colon - listen);
    *port = (uint16_t)strtoul(colon + 1, NULL, 10);
    if (listen[0] == '[' && n >= 2 && listen[n - 1] == ']') {
        listen++;
        n -= 2;
    } else if (memchr(listen, ':', n) != NULL) {
        return ERR_BAD_VALUE; /* an IPv6 address without brackets: which colon is the port's? */
    }
    memcpy(host, listen, n);
    host[n] = '\0';
    if (strcmp(host, "localhost") == 0)
        memcpy(host, "127.0.0.1", 10);
    return host[0] != '\0' ? ERR_OK : ERR_BAD_VALUE;
}
