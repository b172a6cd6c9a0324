# Plain make: `make', `make run', `make check', `make install DESTDIR=/tmp/x PREFIX=/usr'.
NAME    := antechamber
VERSION := 0.1.0

PREFIX     ?= /usr/local
BINDIR     ?= $(PREFIX)/bin
MANDIR     ?= $(PREFIX)/share/man
DATADIR    ?= $(PREFIX)/share/$(NAME)
LOCALEDIR  ?= $(PREFIX)/share/locale
BASHDIR    ?= $(PREFIX)/share/bash-completion/completions
ZSHDIR     ?= $(PREFIX)/share/zsh/site-functions
FISHDIR    ?= $(PREFIX)/share/fish/vendor_completions.d
PKG_CONFIG ?= pkg-config
CFLAGS     ?= -O2 -g
B          ?= build
ifdef SAN
override B := $(B)/san
SANFLAGS := -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
endif
ifdef FUZZ
override B := $(B)/fuzz
CC         := clang
SANFLAGS   := -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined
endif

warn   := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith \
          -Wwrite-strings -Wformat=2 -Wno-format-nonliteral -Wvla
libs   := libcurl yaml-0.1 jansson libcrypto zlib
cflags := -std=c11 -D_GNU_SOURCE $(warn) $(SANFLAGS) -Isrc -Iui -MMD -MP -DVERSION='"$(VERSION)"'
paths  := -DDATADIR='"$(DATADIR)"' -DLOCALEDIR='"$(LOCALEDIR)"'
corelibs = $(shell $(PKG_CONFIG) --libs $(libs)) -lwslay
uilibs   = $(shell $(PKG_CONFIG) --libs ncursesw)

ifneq ($(V),1)
Q   := @
say  = @printf '  %-7s %s\n' $(1) $(2)
endif

# A room is a library that links only with the rooms it may know: this is how the layers are proved.
rooms       := setup apply check origin proxy answers conf loop base
below_base    := base
below_loop    := loop base
below_conf    := conf base
below_answers := answers loop base
below_proxy   := proxy answers conf loop base
below_origin  := origin answers loop base
below_check   := check origin answers loop base
below_apply   := apply check origin proxy answers conf loop base
below_setup   := $(rooms)
lib = $(patsubst %,$B/lib%.a,$(1))

ui     := $(patsubst %.c,$B/%.o,$(wildcard ui/*.c))
uiroom := $(filter-out $B/ui/main.o,$(ui))
unit   := $(patsubst %.c,$B/%,$(wildcard tests/unit/*/test_*.c))
face   := $(patsubst %.c,$B/%,$(wildcard tests/unit/ui/test_*.c tests/pty/test_*.c))
langs  := $(foreach l,$(shell cat po/LINGUAS 2>/dev/null),$(if $(wildcard po/$(l).po),$(l)))
mo     := $(patsubst %,$B/locale/%/LC_MESSAGES/$(NAME).mo,$(langs))

shells := bash zsh fish
complete := $(patsubst %,$B/completions/%,$(shells))

all: $B/$(NAME) $(mo) $(complete)

# What is compiled anew when the flags change, and only then.
$B/flags: FORCE
	$Qmkdir -p $(@D)
	$Qprintf '%s\n' "$(subst ",\",$(CC) $(cflags) $(CPPFLAGS) $(CFLAGS))" >$@.new
	$Qcmp -s $@.new $@ && rm -f $@.new || mv $@.new $@
$B/paths: FORCE
	$Qmkdir -p $(@D)
	$Qprintf '%s\n' "$(subst ",\",$(paths))" >$@.new
	$Qcmp -s $@.new $@ && rm -f $@.new || mv $@.new $@

$B/ui/main.o: $B/paths
$B/ui/main.o: cflags += $(paths)
$B/%.o: %.c $B/flags
	$(call say,CC,$<)
	$Qmkdir -p $(@D)
	$Q$(CC) $(cflags) $(CPPFLAGS) $(CFLAGS) -c -o $@ $<

define room
$B/lib$(1).a: $(patsubst %.c,$B/%.o,$(wildcard src/$(1)/*.c))
	$$(call say,AR,$$@)
	$$Qmkdir -p $$(@D) && rm -f $$@ && $(AR) rcs $$@ $$^
unit_$(1) := $(patsubst %.c,$B/%,$(wildcard tests/unit/$(1)/test_*.c))
$$(unit_$(1)): %: %.o $(call lib,$(below_$(1)))
	$$(call say,LINK,$$@)
	$$Q$$(CC) $$(SANFLAGS) $$(LDFLAGS) -o $$@ $$< $(call lib,$(below_$(1))) $$(corelibs) -lcmocka
unit-$(1): $$(unit_$(1))
	$$Qfor t in $$^; do echo "# $$$$t"; $$$$t || exit 1; done
check-$(1): unit-$(1)
endef
$(foreach r,$(rooms),$(eval $(call room,$(r))))

$B/$(NAME): $(ui) $(call lib,$(rooms))
	$(call say,LINK,$@)
	$Q$(CC) $(SANFLAGS) $(LDFLAGS) -Wl,--as-needed -o $@ $(ui) $(call lib,$(rooms)) $(uilibs) $(corelibs)

# Completions come from the table of options.
$B/ui/completions/complete: %: %.o $B/ui/options.o $(call lib,$(rooms))
	$(call say,LINK,$@)
	$Q$(CC) $(SANFLAGS) $(LDFLAGS) -Wl,--as-needed -o $@ $^ $(corelibs)
$(complete): $B/completions/%: $B/ui/completions/complete
	$(call say,MADE,$@)
	$Qmkdir -p $(@D)
	$Q$< $* >$@.new && mv $@.new $@

# Tests of the face link with all of ui/ but main, and with a terminal emulator.
$(face): %: %.o $(uiroom) $(call lib,$(rooms))
	$(call say,LINK,$@)
	$Q$(CC) $(SANFLAGS) $(LDFLAGS) -o $@ $< $(uiroom) $(call lib,$(rooms)) $(uilibs) $(corelibs) -lcmocka -lvterm -lutil
check-ui: $(filter $B/tests/unit/ui/%,$(face))
	$Qfor t in $^; do echo "# $$t"; $$t || exit 1; done

# ---- from a bare machine ----

# The second `make' is another one because what it reads from pkg-config is there only now.
run:
	$Q.ci/deps build
	$Q$(MAKE) --no-print-directory all
	$Q.ci/practice $B
	$Qif [ -t 0 ] && [ -t 1 ]; then exec $B/$(NAME); else exec $B/$(NAME) practice; fi

deps-check:
	$Q.ci/deps check

# ---- tests ----

kinds    := unit fuzz apply proxy cli pty po install
t_unit   := $(sort $(unit) $(filter $B/tests/unit/ui/%,$(face)) $(wildcard tests/golden/test_*.sh))
t_fuzz   := $(patsubst tests/fuzz/%.c,$B/tests/fuzz/%,$(filter-out %/replay.c,$(wildcard tests/fuzz/*.c)))
t_apply  := $(wildcard tests/apply/test_*.sh)
t_proxy  := $(wildcard tests/proxy/test_*.sh)
t_cli    := $(wildcard tests/cli/test_*.sh)
t_pty    := $(wildcard tests/pty/test_*.sh) $(filter $B/tests/pty/%,$(face))
t_install := $(wildcard tests/install/test_*.sh)
t_po     := $(wildcard tests/po/test_*.sh)
t_lint   := $(wildcard tests/lint/test_*.sh)
runtests := B=$B BIN=$(abspath $B)/$(NAME) SAN=$(SAN) sh tests/run.sh

check: all $(filter $B/%,$(foreach k,$(kinds),$(t_$(k))))
	$Q$(runtests) $(t_lint) $(foreach k,$(kinds),$(t_$(k)))
# Two kinds have the name of a room: its unit tests come first there.
define kind
check-$(1): $$(filter $B/%,$$(t_$(1)))
	$$Q$$(MAKE) --no-print-directory all
	$$Q$$(runtests) $$(t_$(1))
endef
$(foreach k,$(kinds),$(eval $(call kind,$(k))))
check-golden: check-unit
# Programs that scripts run: one looks who tells secrets, one has a port.
witness := $B/tests/cli/witness
port    := $B/tests/port
$(witness) $(port): %: %.o
	$(call say,LINK,$@)
	$Q$(CC) $(SANFLAGS) $(LDFLAGS) -o $@ $<
check check-cli: $(witness)
check torture $(addprefix check-,$(kinds)): $(port)
# A stand-in for a program that cannot be had here: its API, with the bugs that were measured.
standin := $B/tests/npm/npm $B/tests/npm/relay $B/tests/cloudflare/cloudflare $B/tests/boxes/engine
$(standin): %: %.o $(call lib,base)
	$(call say,LINK,$@)
	$Q$(CC) $(SANFLAGS) $(LDFLAGS) -o $@ $< $(call lib,base) $(corelibs)
check check-apply: $(standin)
$B/tests/unit/apply/test_call: $(standin)
lint check-lint:
	$Q$(runtests) $(t_lint)
bench: all
	$QB=$B BIN=$(abspath $B)/$(NAME) sh tests/bench/bench.sh

# ---- fuzzers ----

# A driver is a function over bytes: libFuzzer's in `make fuzz', fed with its seeds and findings in `make check'.
FUZZ_SECONDS ?= 20
fuzz_main := $(if $(FUZZ),,$B/tests/fuzz/replay.o)
$(t_fuzz): %: %.o $(fuzz_main) $(call lib,$(below_apply))
	$(call say,LINK,$@)
	$Q$(CC) $(SANFLAGS) $(if $(FUZZ),-fsanitize=fuzzer) $(LDFLAGS) -o $@ $< $(fuzz_main) \
	  $(call lib,$(below_apply)) $(corelibs)
fuzz-drivers: $(t_fuzz)
fuzz:
	$Q.ci/deps torture
	$Q$(MAKE) --no-print-directory B=$B SAN= FUZZ=1 fuzz-drivers
	$QB=$B/fuzz FUZZ_SECONDS=$(FUZZ_SECONDS) sh tests/fuzz/run.sh $(notdir $(t_fuzz))

# Longer attacks than `make check' makes, and their figures: faults, kills, fuzz executions, bytes leaked.
torture: all $(unit) $(standin)
	$Q$(MAKE) --no-print-directory B=$B SAN= fuzz >$B/torture.fuzz || { cat $B/torture.fuzz; exit 1; }
	$QB=$B BIN=$(abspath $B)/$(NAME) sh tests/torture/run.sh

# ---- translations ----

$B/locale/%/LC_MESSAGES/$(NAME).mo: po/%.po
	$(call say,MSGFMT,$<)
	$Qmkdir -p $(@D)
	$Qmsgfmt --check -o $@ $<

# No language: what its test draws has letters of two columns.
pseudo := $B/pseudo/pl/LC_MESSAGES/$(NAME).mo
$(pseudo): $B/$(NAME).pot tests/pty/pseudo.awk
	$(call say,MSGFMT,$@)
	$Qmkdir -p $(@D)
	$Qmsgen $< | sed 's/charset=CHARSET/charset=UTF-8/' | awk -f tests/pty/pseudo.awk >$B/pseudo/pl.po
	$Qmsgfmt -o $@ $B/pseudo/pl.po
check check-pty: $(pseudo)

pot: $B/$(NAME).pot
$B/$(NAME).pot: $(wildcard src/*/*.[ch] ui/*.[ch])
	$(call say,POT,$@)
	$Qmkdir -p $(@D)
	$Qxgettext -o $@ --from-code=UTF-8 --add-comments=TRANSLATORS: --sort-by-file \
	  --keyword=_ --keyword=N_ --keyword=Q_:1,2 --keyword=C_:1c,2 --keyword=NC_:1c,2 --flag=_:1:pass-c-format --flag=N_:1:pass-c-format \
	  --flag=Q_:1:pass-c-format --flag=Q_:2:pass-c-format --flag=err_set:3:c-format \
	  --flag=err_sys:3:c-format --flag=err_at:6:c-format --flag=answers_err:4:c-format \
	  --flag=buf_printf:2:c-format --flag=xasprintf:1:c-format --flag=arena_printf:2:c-format \
	  --package-name=$(NAME) --package-version=$(VERSION) $(sort $^)
po-update: pot
	$Qfor l in $(langs); do \
	  msgmerge -q -U --backup=none --no-fuzzy-matching --no-location po/$$l.po $B/$(NAME).pot || exit 1; \
	  msgattrib --no-obsolete --no-location -o po/$$l.po po/$$l.po || exit 1; done

# ---- installing ----

install: all
	install -d $(DESTDIR)$(BINDIR) $(DESTDIR)$(DATADIR)
	install -m 755 $B/$(NAME) $(DESTDIR)$(BINDIR)/
	cp -R templates $(DESTDIR)$(DATADIR)/
	chmod -R u=rwX,go=rX $(DESTDIR)$(DATADIR)/templates
	for l in $(langs); do install -D -m 644 $B/locale/$$l/LC_MESSAGES/$(NAME).mo \
	  $(DESTDIR)$(LOCALEDIR)/$$l/LC_MESSAGES/$(NAME).mo || exit 1; \
	  install -D -m 644 ui/$(NAME).$$l.1 $(DESTDIR)$(MANDIR)/$$l/man1/$(NAME).1 || exit 1; done
	install -D -m 644 ui/$(NAME).1 $(DESTDIR)$(MANDIR)/man1/$(NAME).1
	install -D -m 644 $B/completions/bash $(DESTDIR)$(BASHDIR)/$(NAME)
	install -D -m 644 $B/completions/zsh $(DESTDIR)$(ZSHDIR)/_$(NAME)
	install -D -m 644 $B/completions/fish $(DESTDIR)$(FISHDIR)/$(NAME).fish

uninstall:
	rm -f $(DESTDIR)$(BINDIR)/$(NAME) $(DESTDIR)$(MANDIR)/man1/$(NAME).1
	rm -f $(DESTDIR)$(BASHDIR)/$(NAME) $(DESTDIR)$(ZSHDIR)/_$(NAME) $(DESTDIR)$(FISHDIR)/$(NAME).fish
	rm -rf $(DESTDIR)$(DATADIR)
	for l in $(langs); do rm -f $(DESTDIR)$(LOCALEDIR)/$$l/LC_MESSAGES/$(NAME).mo \
	  $(DESTDIR)$(MANDIR)/$$l/man1/$(NAME).1; done

dist:
	git archive --prefix=$(NAME)-$(VERSION)/ HEAD | gzip -9n >$(NAME)-$(VERSION).tar.gz

# A Debian package of the last commit, in $B/deb; what it is made by stands in .debian.
deb:
	$Qrm -rf $B/deb && mkdir -p $B/deb
	$Qgit archive --prefix=$(NAME)-$(VERSION)/ HEAD | tar -x -C $B/deb
	$Qmv $B/deb/$(NAME)-$(VERSION)/.debian $B/deb/$(NAME)-$(VERSION)/debian
	$Qcd $B/deb/$(NAME)-$(VERSION) && env -u MAKEFLAGS -u MFLAGS -u B dpkg-buildpackage -us -uc -b
deb-install: deb
	apt-get install -y ./$B/deb/$(NAME)_$(VERSION)_*.deb

fmt:
	clang-format -i $(wildcard src/*/*.[ch] ui/*.[ch] tests/unit/*/*.c tests/pty/*.c)

clean:
	$Qrm -rf build

FORCE:
.SECONDARY:
.PHONY: all run deps-check check check-ui check-golden lint check-lint bench fuzz fuzz-drivers torture pot \
        po-update install uninstall dist deb deb-install fmt clean FORCE $(addprefix check-,$(rooms) $(kinds)) $(addprefix unit-,$(rooms))
-include $(shell find $B -path $B/deb -prune -o -type f -name '*.d' -print 2>/dev/null)
