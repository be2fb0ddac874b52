/* tls_chain.h - how a server's key is changed although its clients know nothing but the pin of an older one.
 *
 * A new key is stated by the one before it: its signature over both. The statements travel in the server's own
 * certificate as a private extension that is not critical, so a client has them during the handshake, before it says
 * anything:
 *
 *   2.25.295863226207198298590772270231550534231 = OCTET STRING { old key (32) || signature (64), … }, oldest first;
 *   each signature by that old key over "chibo1/tls-key" 0 || old key || the next old key, at last the certificate's.
 *
 * A client that knows the pin of any of the old keys follows the signatures from there, and takes the newest pin in
 * its place. Whoever steals an old key can state what he likes to those who still hold its pin: they must be told a
 * new pin by other means (an invite), so a key that may be stolen is replaced before, not after. */
#ifndef CHIBO_TLS_CHAIN_H
#define CHIBO_TLS_CHAIN_H

#include "tls_identity.h"

#define TLS_STATEMENT_SIZE 96
/* The oldest go: at one change a year a device may be away for sixteen, and a certificate stays below TLS_CERT_MAX. */
#define TLS_STATEMENTS_MAX 16

struct x509_st;
struct X509_extension_st;

/* Statements of old (the certificate of old_seed) and its own about the new key, at most the newest TLS_STATEMENTS_MAX.
 * ERR_BAD_VALUE: old cannot be read. */
MUST_CHECK enum err tls_chain_next(const struct x509_st *old, const uint8_t old_seed[TLS_SEED_SIZE],
                                   const uint8_t public_key[TLS_PUBLIC_SIZE], struct buf *statements);
/* NULL: OpenSSL refuses. The caller frees it. */
struct X509_extension_st *tls_chain_extension(struct bytes statements);
/* Does this certificate belong to the pinned key, or to one that it leads to? cert: what x509 says. */
bool tls_chain_leads(const struct x509_st *x509, const struct tls_cert *cert, const uint8_t pin[TLS_PIN_SIZE]);

#endif
