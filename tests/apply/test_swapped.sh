#!/bin/sh
# A directory that is swapped for a link to elsewhere, between review and write: refused, and nothing is written there.
. "$(dirname "$0")/lib.sh"
origin
server_up
answers
reviewed
mkdir "$R/elsewhere"
for dir in sites-available sites-enabled; do
	mv "$R/etc/nginx/$dir" "$R/etc/nginx/$dir.real"
	cp -a "$R/etc/nginx/$dir.real/." "$R/elsewhere"
	ln -s "$R/elsewhere" "$R/etc/nginx/$dir"
	before
	ls -lA "$R/elsewhere" >"$T/there"
	apply 1 --allow-unprotected --plan "$plan"
	json '.outcome == "refused" and .error.code == "conflict"'
	ls -lA "$R/elsewhere" | cmp -s - "$T/there" || fail "written elsewhere: $(ls -lA "$R/elsewhere")"
	as_before
	rm -r "$R/etc/nginx/$dir" "$R/elsewhere"
	mv "$R/etc/nginx/$dir.real" "$R/etc/nginx/$dir"
	mkdir "$R/elsewhere"
done

# As it was when it was reviewed, it is applied.
before
apply 0 --allow-unprotected --plan "$plan"
run 0 rollback --root "$R"
as_before
