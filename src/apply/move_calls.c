#include "apply/move_calls.h"

#include <string.h>

#include "apply/call.h"
#include "base/i18n.h"

size_t
move_calls(const struct journal_entry *v, size_t n, const struct url *public_url, const char *proxy,
           struct arena *a, struct call *newest)
{
	size_t found = 0;
	bool left = false; /* by a move since: what is older is not in force */

	for (size_t i = 0; i < n && !left; i++) {
		struct journal_lines l;

		if (!move_is_for_host(&v[i], public_url))
			continue;
		journal_read(&l, v[i].dir);
		for (size_t k = l.n; k > 0; k--) {
			const struct json *line = l.v[k - 1];

			if (strcmp(json_get_string(line, "do", ""), "call") != 0 ||
			    strcmp(json_get_string(line, "service", ""), proxy) != 0)
				continue;
			left |= json_get_bool(line, "leaving", false);
			if (!left && found++ == 0)
				call_from_json(a, newest, line);
		}
		journal_lines_free(&l);
	}
	return found;
}

int
move_take_back(struct steps *out, const struct journal_entry *v, size_t n, const struct url *public_url,
               const struct proxy *from, struct err *e)
{
	struct arena a = { 0 };
	struct call c, back;
	const size_t found = move_calls(v, n, public_url, from->name, &a, &c);

	if (found == 1) {
		back = c;
		back.was = c.is, back.is = c.was;
		back.method = c.back_method, back.path = c.back_path, back.body = c.back_body;
		back.back_method = c.method, back.back_path = c.path, back.back_body = c.body;
		steps_call(out, &back);
	}
	arena_free(&a);
	if (found < 2)
		return 0;
	return err_set(e, ERR_CONFLICT,
	               _("More than one thing was changed in %s for this address. Undo that first, then apply this."),
	               from->label);
}
