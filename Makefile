# Plain make: `make', `make run', `make check', `make install DESTDIR=/tmp/x PREFIX=/usr'.
NAME    := antechamber
VERSION := 0.1.0

PREFIX     ?= /usr/local
BINDIR     ?= $(PREFIX)/bin
DATADIR    ?= $(PREFIX)/share/$(NAME)
LOCALEDIR  ?= $(PREFIX)/share/locale
PKG_CONFIG ?= pkg-config
CFLAGS     ?= -O2 -g
B          ?= build
ifdef SAN
B        := $(B)/san
SANFLAGS := -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
endif

warn   := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith \
          -Wwrite-strings -Wformat=2 -Wno-format-nonliteral -Wvla
libs   := libcurl yaml-0.1 jansson libcrypto zlib
cflags := -std=c11 -D_GNU_SOURCE $(warn) $(SANFLAGS) -Isrc -Iui -MMD -MP \
          -DVERSION='"$(VERSION)"' -DDATADIR='"$(DATADIR)"' -DLOCALEDIR='"$(LOCALEDIR)"'
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
below_ui      := $(rooms)
lib = $(patsubst %,$B/lib%.a,$(1))

ui   := $(patsubst %.c,$B/%.o,$(wildcard ui/*.c))
unit := $(patsubst %.c,$B/%,$(wildcard tests/unit/*/test_*.c))

all: $B/$(NAME)

$B/%.o: %.c Makefile
	$(call say,CC,$<)
	$Qmkdir -p $(@D)
	$Q$(CC) $(cflags) $(CPPFLAGS) $(CFLAGS) -c -o $@ $<

define room
$B/lib$(1).a: $(patsubst %.c,$B/%.o,$(wildcard src/$(1)/*.c))
	$$(call say,AR,$$@)
	$$Qrm -f $$@ && $(AR) rcs $$@ $$^
unit_$(1) := $(patsubst %.c,$B/%,$(wildcard tests/unit/$(1)/test_*.c))
$$(unit_$(1)): %: %.o $(call lib,$(below_$(1)))
	$$(call say,LINK,$$@)
	$$Q$$(CC) $$(SANFLAGS) $$(LDFLAGS) -o $$@ $$< $(call lib,$(below_$(1))) $$(corelibs) -lcmocka
check-$(1): $$(unit_$(1))
	$$Qfor t in $$^; do echo "# $$$$t"; $$$$t || exit 1; done
endef
$(foreach r,$(rooms),$(eval $(call room,$(r))))

$B/$(NAME): $(ui) $(call lib,$(rooms))
	$(call say,LINK,$@)
	$Q$(CC) $(SANFLAGS) $(LDFLAGS) -o $@ $(ui) $(call lib,$(rooms)) $(uilibs) $(corelibs)

check: check-unit
check-unit: $(addprefix check-,$(rooms))

clean:
	$Qrm -rf build

.SECONDARY:
.PHONY: all check check-unit clean $(addprefix check-,$(rooms))
-include $(shell find $B -name '*.d' 2>/dev/null)
