/* language.h - the two languages: Vietnamese unless someone chose English.
 *
 * Messages are gettext msgids in English; po/vi.po holds the Vietnamese. It must work where no locale is
 * installed and LANG is C: only C.UTF-8 is used (always there on Debian), and dates, numbers and sorting never
 * follow the locale. The catalogue is looked for beside the program first, so that a build works uninstalled. */
#ifndef CHIBO_LANGUAGE_H
#define CHIBO_LANGUAGE_H

#include "base.h"

#include <libintl.h>

#define _(msgid) gettext(msgid)
#define N_(msgid) msgid /* marks a msgid in a table; whoever prints it calls _() */

/* Before the first message and while there is one thread. `configured` is the config's choice, "en" or "vi", or NULL
 * when there is none (yet); the environment's CHIBO_LANG wins. Anything but "en" is Vietnamese. May be called again. */
void language_init(const char *configured);
bool language_is_english(void); /* what the last language_init chose; English before the first */

#endif
