# check.mk - dependencies, tests, campaigns, installation; the part of the Makefile that builds nothing new.
# A line that begins with two hashes is what `make help` prints.
PYTHON  ?= /usr/bin/python3
FUZZ_S  ?= 60
SEEDS   ?= 100000
DESTDIR ?=

DEPS       := gcc libc6-dev make gettext libuv1-dev liblmdb-dev libmsgpack-dev libssl-dev libsodium-dev libzstd-dev \
              libutf8proc-dev libxlsxwriter-dev libinih-dev
DEPS       += pkg-config libpango1.0-dev libcairo2-dev fonts-liberation2 libmicrohttpd-dev
DEPS_CHECK := clang llvm libclang-rt-14-dev valgrind universal-ctags strace python3 python3-openssl python3-nacl \
              python3-msgpack python3-zstandard libicu-dev poppler-utils mandoc \
              chromium chromium-driver python3-selenium
DEPS_BENCH := sqlite3 iproute2
DEPS_FRESH := debootstrap git

# Under valgrind, with release flags: what handles memory and is quick. (LMDB's children and maps are the sanitizers'.)
VALGRIND_TESTS := t_err t_buf t_id t_log t_opt t_text t_date t_json t_mp t_schema t_change t_header \
                  t_fold t_part t_session_hostile

TEST_PROGRAMS := $(patsubst %.c,$(BUILD)/%,$(TESTS))
FUZZ_PROGRAMS := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/fuzz_*.c))
SAN  := $(BUILD)/san
FUZZ := $(BUILD)/fuzz
TWO  := $(if $(filter -j% --jobserver%,$(MAKEFLAGS)),,-j2)

.PHONY: dict deps deps-check deps-bench deps-fresh demo demo-big check tests objects fuzz fuzz-programs soak soak-names soak-page bench bench-programs \
        install fresh clean

## deps        install what the build needs (apt, only what is missing)
deps:
	@tests/deps.sh $(DEPS)

## deps-check  install what the tests need besides
deps-check:
	@tests/deps.sh $(DEPS_CHECK)

deps-bench:
	@tests/deps.sh $(DEPS_BENCH)

deps-fresh:
	@tests/deps.sh $(DEPS_FRESH)

## demo        build, then watch the story: a ward, five cells, offline work, sync, cuts, a killed server
demo:
	@$(MAKE) --no-print-directory deps
	@$(MAKE) --no-print-directory $(TWO) all
	@BUILD=$(BUILD) bash tests/demo.sh

## demo-big    a ward of 60 cells and 180 devices for a year, invented and played on real stores; prints figures
demo-big:
	@$(MAKE) --no-print-directory deps deps-check
	@$(MAKE) --no-print-directory $(TWO) all $(BENCH)/play
	@BUILD=$(BUILD) PYTHON=$(PYTHON) bash tests/demo_big.sh

## check       build with gcc, clang and sanitizers; run every test; the last line is the sum
check:
	@$(MAKE) --no-print-directory deps
	@$(MAKE) --no-print-directory deps-check
	@$(MAKE) --no-print-directory $(TWO) all tests
	@$(MAKE) --no-print-directory $(TWO) BUILD=$(BUILD)/clang CC=clang OPT="-O0 -g" all objects $(BUILD)/clang/tests/t_sim
	@$(MAKE) --no-print-directory $(TWO) BUILD=$(SAN) SANITIZE=address,undefined OPT="-O1 -g" $(GOLD) tests
	@$(MAKE) --no-print-directory $(TWO) BUILD=$(FUZZ) CC=clang SANITIZE=address,undefined,fuzzer-no-link \
	    OPT="-O1 -g" fuzz-programs
	@BUILD=$(BUILD) SAN=$(SAN) FUZZ=$(FUZZ) PYTHON=$(PYTHON) VALGRIND_TESTS="$(VALGRIND_TESTS)" tests/run.sh

tests: $(TEST_PROGRAMS) bench-programs

# A hundred programs of 7 MB: binutils' other linker takes half the time.
GOLD := $(if $(shell command -v ld.gold),LDFLAGS=-fuse-ld=gold)

# What a compiler that only warns has to see: nothing is linked that nobody runs.
objects: $(LIB_TEST) $(TEST_PROGRAMS:=.o) $(FUZZ_PROGRAMS:=.o) $(patsubst %.c,$(BUILD)/%.o,$(wildcard tests/bench/*.c))

# These read the catalogue of this build.
$(BUILD)/tests/t_language $(BUILD)/tests/t_date $(BUILD)/tests/t_entry: | $(MO)

fuzz-programs: $(FUZZ_PROGRAMS)

# Most of the simulator's seeds sign with a keyed hash in place of Ed25519 (tests/sim_sign.h), and hash with what the
# processor has for it (tests/sim_hash.c).
SIM_WRAP := -Wl,--wrap=crypto_verify,--wrap=crypto_sign_message,--wrap=crypto_sha256,-u,__wrap_crypto_sha256
$(BUILD)/tests/t_sim $(BUILD)/tests/t_copy: LDFLAGS_ALL += $(SIM_WRAP)

# The fuzzer's own main comes first in the link.
$(FUZZ_PROGRAMS): LDFLAGS_ALL := -fsanitize=address,undefined,fuzzer
# These two of the page's objects stand in no library.
FUZZ_PAGE := $(BUILD)/client/web/guard.o $(BUILD)/client/web/param.o
$(BUILD)/tests/fuzz_page: $(FUZZ_PAGE)
$(BUILD)/tests/fuzz_page: LDFLAGS_ALL += $(FUZZ_PAGE)

## fuzz        each tests/fuzz_*.c for FUZZ_S seconds (60)
fuzz:
	@$(MAKE) --no-print-directory deps deps-check
	@$(MAKE) --no-print-directory $(TWO) BUILD=$(FUZZ) CC=clang SANITIZE=address,undefined,fuzzer-no-link \
	    OPT="-O1 -g" fuzz-programs
	@set -e; for f in $(notdir $(FUZZ_PROGRAMS)); do tests/fuzz.sh run $(FUZZ) $$f $(FUZZ_S); done

## soak-names  10,000 names through a bare terminal, as input methods type them: wrong letters
soak-names: $(BUILD)/chibo $(MO)
	@dir=$$(mktemp -d) && $(PYTHON) tests/names.py 10000 1 $(BUILD)/chibo $$dir/nha; status=$$?; rm -rf $$dir; exit $$status

## soak-copy   a million small worlds with stores put back and cloned
soak-copy: $(BUILD)/tests/t_copy
	@$(BUILD)/tests/t_copy --seeds 1000000

## soak        the simulator's long campaign: SEEDS of them (100000)
soak: deps
	@$(MAKE) --no-print-directory $(TWO) $(BUILD)/tests/t_sim
	$(BUILD)/tests/t_sim --seeds $(SEEDS)

## soak-page   1,000 names through the page of `chibo trang`, in Chromium, as input methods type them: wrong letters
soak-page: all
	@dir=$$(mktemp -d) && $(BUILD)/chibo init --home $$dir/nha >$$dir/log && HOME=$$dir XDG_RUNTIME_DIR=$$dir \
	    $(PYTHON) tests/browser.py $(BUILD) $$dir/nha $$dir/profile =1000; status=$$?; rm -rf $$dir; exit $$status

# Limit programs share nothing with chibo and link only what they use.
BENCH := $(BUILD)/tests/bench
bench-programs: $(addprefix $(BENCH)/,limit_add limit_send limit_serve spawn fill core link repair play)
$(BENCH)/limit_add: $(BENCH)/limit_add.o
	$(CC) $(LDFLAGS_ALL) -o $@ $^ -llmdb
$(BENCH)/limit_send $(BENCH)/limit_serve: $(BENCH)/limit_%: $(BENCH)/limit_%.o $(BENCH)/limit_work.o
	$(CC) $(LDFLAGS_ALL) -o $@ $^ -llmdb -lsodium -lzstd -lssl -lcrypto
$(BENCH)/spawn $(BENCH)/link: $(BENCH)/%: $(BENCH)/%.o
	$(CC) $(LDFLAGS_ALL) -o $@ $^
$(BENCH)/core: $(BENCH)/steady.o
$(BENCH)/play: $(BENCH)/play.o $(LIB_CLIENT) $(LIB_PROTO) $(LIB_COMMON)
	$(CC) $(LDFLAGS_ALL) -o $@ $^ $(LIBS_CORE) -ldl
$(BENCH)/fill $(BENCH)/core: $(BENCH)/%: $(BENCH)/%.o $(BENCH)/rows.o $(LIB_SERVER) $(LIB_CLIENT) $(LIB_PROTO) $(LIB_TLS) $(LIB_COMMON)
	$(CC) $(LDFLAGS_ALL) -o $@ $^ $(LIBS_CORE) $(LIBS_TLS) -luv -ldl -lpthread
$(BENCH)/repair: $(BENCH)/repair.o $(LIB_TEST) $(LIB_PROTO) $(LIB_COMMON)
	$(CC) $(LDFLAGS_ALL) -o $@ $^ $(LIBS_CORE) -lpthread
-include $(wildcard $(BENCH)/*.d)

## bench       every figure beside its limit program; BENCH_RUNS= of each (5)
bench: deps deps-check deps-bench
	@$(MAKE) --no-print-directory $(TWO) all bench-programs
	@BUILD=$(BUILD) PYTHON=$(PYTHON) bash tests/bench/run.sh

## install     into DESTDIR/PREFIX (/usr/local): chibo, chibod, the TLS module, chibo-in, chibo-trang, the Vietnamese texts, the manual, what bash completes, the rules, a user's timer, the ward's
install: all
	install -D -m 755 $(BUILD)/chibo $(DESTDIR)$(PREFIX)/bin/chibo
	install -D -m 755 $(BUILD)/chibod $(DESTDIR)$(PREFIX)/bin/chibod
	install -D -m 755 $(BUILD)/chibo-xlsx $(DESTDIR)$(PREFIX)/bin/chibo-xlsx
	install -D -m 644 $(BUILD)/chibo-tls.so $(DESTDIR)$(PREFIX)/lib/chibo/chibo-tls.so
	install -D -m 755 $(BUILD)/chibo-in $(DESTDIR)$(PREFIX)/lib/chibo/chibo-in
	install -D -m 755 $(BUILD)/chibo-trang $(DESTDIR)$(PREFIX)/lib/chibo/chibo-trang
	install -D -m 644 $(MO) $(DESTDIR)$(PREFIX)/share/locale/vi/LC_MESSAGES/chibo.mo
	for f in man/man1/chibo.1 man/vi/man1/chibo.1 man/man8/chibod.8 man/vi/man8/chibod.8; do \
	    install -D -m 644 $(BUILD)/$$f $(DESTDIR)$(PREFIX)/share/$$f || exit 1; done
	install -D -m 644 $(BUILD)/bash/chibo $(DESTDIR)$(PREFIX)/share/bash-completion/completions/chibo
	install -D -m 644 $(BUILD)/bash/chibod $(DESTDIR)$(PREFIX)/share/bash-completion/completions/chibod
	install -d $(DESTDIR)$(PREFIX)/share/chibo/rules
	install -m 644 rules/*.ini $(DESTDIR)$(PREFIX)/share/chibo/rules
	install -D -m 644 client/chibo-sync.timer $(DESTDIR)$(PREFIX)/lib/systemd/user/chibo-sync.timer
	install -d $(DESTDIR)$(PREFIX)/lib/systemd/user
	sed 's|@BIN@|$(PREFIX)/bin|' client/chibo-sync.service >$(DESTDIR)$(PREFIX)/lib/systemd/user/chibo-sync.service
	install -D -m 644 server/chibod-doi-khop@.timer $(DESTDIR)$(PREFIX)/lib/systemd/system/chibod-doi-khop@.timer
	sed 's|@BIN@|$(PREFIX)/bin|' server/chibod-doi-khop@.service \
	    >$(DESTDIR)$(PREFIX)/lib/systemd/system/chibod-doi-khop@.service

## fresh       README's commands in a clean Debian 12 root (as root; needs the network)
fresh: deps-fresh
	@bash tests/fresh.sh

## clean       remove the build folder
clean:
	rm -rf $(BUILD)

## dict        dictionary 1 anew, from generated data (tests/gen): the same bytes each time
DICT := $(BUILD)/dict
dict:
	@mkdir -p $(DICT)
	$(PYTHON) tests/gen/gen.py --words 20000 1 >$(DICT)/generated
	$(PYTHON) tests/gen/syllables.py $(DICT)/generated tests/gen/ours.txt >$(DICT)/others
	$(PYTHON) tests/gen/dictionary.py syllables $(DICT)/generated $(DICT)/others proto/dictionary_1.c
	@$(MAKE) --no-print-directory BUILD=$(BUILD) $(BUILD)/tests/bench/core
	$(PYTHON) tests/gen/gen.py 6000 1 $(DICT)/changes
	rm -rf $(DICT)/stores && mkdir $(DICT)/stores
	$(BUILD)/tests/bench/core --samples $(DICT)/stores $(DICT)/changes $(DICT)/samples >/dev/null
	$(PYTHON) tests/gen/dictionary.py zstd $(DICT)/samples proto/dictionary_1.c
