# chibo: one Makefile, no recursion. `make help` lists what it can do; BUILD= and CC= choose another build.
VERSION   := 0.1.0
DATE      := 2026-11-23
PREFIX    ?= /usr/local
BUILD     ?= build
CC        := $(if $(filter default,$(origin CC)),gcc,$(CC))
OPT       ?= -O2 -g
SANITIZE  ?=

WARN := -std=c11 -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes \
        -Wold-style-definition -Wpointer-arith -Wcast-align -Wcast-qual -Wwrite-strings -Wvla -Wformat=2 \
        -Wimplicit-fallthrough -Wundef -Werror
HARD := -fno-common -fstack-protector-strong -fPIC -D_FORTIFY_SOURCE=2
ifneq ($(SANITIZE),)
HARD := -fno-common -fPIC -fno-omit-frame-pointer -fno-sanitize-recover=all -fsanitize=$(SANITIZE)
endif
CFLAGS_ALL  := $(WARN) $(HARD) $(OPT) -D_GNU_SOURCE -DCHIBO_VERSION='"$(VERSION)"' -DCHIBO_DATE='"$(DATE)"' \
               -DCHIBO_LOCALEDIR='"$(PREFIX)/share/locale"' -DCHIBO_LIBDIR='"$(PREFIX)/lib/chibo"' $(CFLAGS)
LDFLAGS_ALL := $(if $(SANITIZE),-fsanitize=$(SANITIZE)) -Wl,-z,relro,-z,now $(LDFLAGS)

# TLS is a module of its own (chibo-tls.so): OpenSSL costs a local command 1 ms and 3 MB it has no use for.
TLS_SRC := $(wildcard common/tls.c common/tls_context.c common/tls_identity.c common/tls_chain.c)
COMMON  := $(filter-out $(TLS_SRC),$(wildcard common/*.c))
PROTO   := $(wildcard proto/*.c)
SERVER  := $(wildcard server/*.c)
CLIENT  := $(wildcard client/*.c)
PRINTER := $(wildcard client/in/*.c)
PAGE    := $(wildcard client/web/*.c)
TESTS   := $(wildcard tests/t_*.c)
TESTLIB := $(filter-out $(wildcard tests/t_*.c tests/fuzz_*.c),$(wildcard tests/*.c))

obj = $(patsubst %.c,$(BUILD)/%.o,$(1))
LIB_COMMON := $(BUILD)/libcommon.a
LIB_PROTO  := $(BUILD)/libproto.a
LIB_TLS    := $(BUILD)/libtls.a
LIB_SERVER := $(BUILD)/libserver.a
LIB_CLIENT := $(BUILD)/libclient.a
LIB_TEST   := $(BUILD)/libtest.a

LIBS_CORE := -lsodium -llmdb -lzstd -lutf8proc -lmsgpackc -linih
LIBS_TLS  := -lssl -lcrypto

PROGRAMS := $(BUILD)/chibo $(BUILD)/chibod $(BUILD)/chibo-tls.so $(BUILD)/chibo-xlsx $(BUILD)/chibo-in \
            $(BUILD)/chibo-trang
MO       := $(BUILD)/locale/vi/LC_MESSAGES/chibo.mo

MANUAL   := $(addprefix $(BUILD)/,man/man1/chibo.1 man/vi/man1/chibo.1 man/man8/chibod.8 man/vi/man8/chibod.8 \
            bash/chibo bash/chibod)

.PHONY: all help FORCE
.SECONDARY:
## all         the programs, the TLS module, the Vietnamese texts and the manual (the default)
all: $(PROGRAMS) $(MO) $(MANUAL)

include tests/check.mk

## help        this list
help:
	@sed -n 's/^## //p' Makefile tests/check.mk

# Other flags, other objects: everything is compiled anew when the compiler or an option changes.
FLAGS := $(CC) $(CFLAGS_ALL)
$(BUILD)/flags: FORCE
	$(shell mkdir -p $(@D))$(file >$@.new,$(FLAGS))
	@if cmp -s $@.new $@; then rm $@.new; else mv $@.new $@; fi

$(BUILD)/%.o: %.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(if $(V),,@echo "  CC $<";) $(CC) $(CFLAGS_ALL) -MMD -MP -c $< -o $@

# The packs of rules go into the program: a book has them wherever it is.
RULES := $(sort $(wildcard rules/*.ini))
$(BUILD)/client/rules_texts.c: client/rules_texts.sh $(RULES) rules
	@mkdir -p $(@D)
	@sh $< $(RULES) >$@.new && mv $@.new $@
$(BUILD)/client/rules_texts.o: $(BUILD)/client/rules_texts.c client/rules_texts.h $(BUILD)/flags
	@echo "  CC $<"; $(CC) $(CFLAGS_ALL) -I. -c $< -o $@

define archive
$(1): $(call obj,$(2))
	@mkdir -p $$(@D)
	@rm -f $$@
	@ar rcs $$@ $$^
endef
$(eval $(call archive,$(LIB_COMMON),$(COMMON)))
$(eval $(call archive,$(LIB_PROTO),$(PROTO)))
$(eval $(call archive,$(LIB_TLS),$(TLS_SRC)))
$(eval $(call archive,$(LIB_SERVER),$(filter-out server/main.c,$(SERVER))))
$(eval $(call archive,$(LIB_CLIENT),$(filter-out client/main.c,$(CLIENT)) client/rules_texts.c))
$(eval $(call archive,$(LIB_TEST),$(TESTLIB)))

$(BUILD)/chibo: $(BUILD)/client/main.o $(LIB_CLIENT) $(LIB_PROTO) $(LIB_COMMON)
	$(CC) $(LDFLAGS_ALL) -o $@ $^ $(LIBS_CORE) -ldl

$(BUILD)/chibod: $(BUILD)/server/main.o $(LIB_SERVER) $(LIB_PROTO) $(LIB_TLS) $(LIB_COMMON)
	$(CC) $(LDFLAGS_ALL) -o $@ $^ $(LIBS_CORE) $(LIBS_TLS) -luv -lpthread

$(BUILD)/chibo-tls.so: $(LIB_TLS) $(LIB_COMMON)
	$(CC) $(LDFLAGS_ALL) -shared -o $@ $(call obj,$(TLS_SRC)) $(LIB_COMMON) $(LIBS_CORE) $(LIBS_TLS)

# Workbooks are made beside chibo, which runs this only when one is asked for.
$(BUILD)/chibo-xlsx: $(BUILD)/client/xlsx/main.o $(BUILD)/client/csv.o $(LIB_COMMON)
	$(CC) $(LDFLAGS_ALL) -o $@ $^ $(LIBS_CORE) -lxlsxwriter

# Paper is a program of its own (chibo-in): pango and cairo cost 10 MB that no other command has a use for.
# pkg-config is asked when something of it is built, not before.
PANGO = $(shell pkg-config $(1) pangocairo cairo-pdf)
$(BUILD)/client/in/%.o: client/in/%.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(if $(V),,@echo "  CC $<";) $(CC) $(CFLAGS_ALL) $(subst -I,-isystem ,$(call PANGO,--cflags)) -MMD -MP -c $< -o $@

$(BUILD)/chibo-in: $(call obj,$(PRINTER)) $(LIB_COMMON)
	$(CC) $(LDFLAGS_ALL) -o $@ $^ $(call PANGO,--libs) -lutf8proc

# The page for a browser: it shares the client's code, and libmicrohttpd stays out of chibo.
$(BUILD)/chibo-trang: $(call obj,$(PAGE)) $(LIB_CLIENT) $(LIB_PROTO) $(LIB_COMMON)
	$(CC) $(LDFLAGS_ALL) -o $@ $^ $(LIBS_CORE) -lmicrohttpd -ldl

# A test links what it names: libraries are searched in this order, so a test may use anything.
$(BUILD)/tests/%: $(BUILD)/tests/%.o $(LIB_TEST) $(LIB_SERVER) $(LIB_CLIENT) $(LIB_PROTO) $(LIB_TLS) $(LIB_COMMON)
	$(CC) $(LDFLAGS_ALL) -o $@ $< $(LIB_TEST) $(LIB_SERVER) $(LIB_CLIENT) $(LIB_PROTO) $(LIB_TLS) $(LIB_COMMON) \
	    $(LIBS_CORE) $(LIBS_TLS) -luv -ldl -lpthread $(LIBS_ORACLE)

# ICU says what the order of Vietnamese names is; only this test asks it.
$(BUILD)/tests/t_collate: LIBS_ORACLE := -licui18n -licuuc

$(BUILD)/tests/t_tls_load: | $(BUILD)/chibo-tls.so

$(MO): po/vi.po
	@mkdir -p $(@D)
	msgfmt --check -o $@ $<

# The programs say from their tables of commands what stands in the manual, and what bash completes.
$(BUILD)/man/vi/man1/%.1 $(BUILD)/man/vi/man8/%.8: $(BUILD)/% $(MO)
	@mkdir -p $(@D)
	@CHIBO_HOME=$(@D) CHIBO_LANG=vi $< tro-giup --dang man >$@.new && mv $@.new $@
$(BUILD)/man/man1/%.1 $(BUILD)/man/man8/%.8: $(BUILD)/%
	@mkdir -p $(@D)
	@CHIBO_HOME=$(@D) CHIBO_LANG=en $< tro-giup --dang man >$@.new && mv $@.new $@
$(BUILD)/bash/%: $(BUILD)/%
	@mkdir -p $(@D)
	@CHIBO_HOME=$(@D) $< tro-giup --dang bash >$@.new && mv $@.new $@

-include $(wildcard $(BUILD)/*/*.d $(BUILD)/client/xlsx/*.d $(BUILD)/client/in/*.d $(BUILD)/client/web/*.d)
