/* apache_leave.c - Listen lines hold a port whether or not a site is on it: they are made comments. */
#include "proxy/apache.h"

#include <string.h>

#include "base/fs.h"
#include "proxy/leave.h"

#define MAX_CONF (1 << 20)

static bool
is_freed(const struct apa_directive *listen, const unsigned ports[2])
{
	struct apa_address at;

	return apa_address_of(&at, apa_word(listen, 0)) && at.port &&
	       (at.port == ports[0] || at.port == ports[1]);
}

static bool
is_freed_at(const struct apa_conf *conf, const char *file, int line, const unsigned ports[2])
{
	for (const struct apa_directive *l = apa_top(conf, "Listen"); l; l = apa_next(l, "Listen"))
		if (l->line == line && strcmp(l->file, file) == 0 && is_freed(l, ports))
			return true;
	return false;
}

/* Line by line, so that the difference shows what is let go. */
static int
free_in(struct steps *out, const struct proxy_context *c, const char *file, const unsigned ports[2], struct err *e)
{
	struct buf text = BUF_INIT, changed = BUF_INIT;
	struct arena a = { 0 };
	int line = 0, rc = fs_read(&text, fs_path(&a, c->root, file), MAX_CONF, e);

	for (const char *p = text.s; rc == 0 && p && *p;) {
		const size_t n = strcspn(p, "\n") + (p[strcspn(p, "\n")] == '\n');

		if (is_freed_at(apache_conf(c->found), file, ++line, ports))
			buf_puts(&changed, "# another proxy has this port: ");
		buf_add(&changed, p, n);
		p += n;
	}
	if (rc == 0)
		steps_write_shared(out, file, changed.s, 0644);
	buf_free(&text);
	buf_free(&changed);
	arena_free(&a);
	return rc;
}

static int
stop(struct steps *out, const struct proxy_context *c, struct err *e)
{
	struct arena a = { 0 };
	const int rc = leave_stop(out, c, apache_own(c->found)->unit, apache_program(&a, c, "stop"),
	                          apache_program(&a, c, "start"), e);

	arena_free(&a);
	return rc;
}

int
apache_leave(struct steps *out, const struct proxy_context *c, const unsigned ports[2], struct err *e)
{
	const struct apa_conf *conf = apache_conf(c->found);
	const char *text;
	bool any = false;
	int rc = 0;

	if (!conf)
		return 0;
	for (const struct apa_directive *l = apa_top(conf, "Listen"); l; l = apa_next(l, "Listen"))
		any |= !is_freed(l, ports) && !leave_changes(out, l->file, &text);
	if (!any)
		return stop(out, c, e);
	for (const struct apa_directive *l = apa_top(conf, "Listen"); l && rc == 0; l = apa_next(l, "Listen"))
		if (is_freed(l, ports) && !leave_changes(out, l->file, &text))
			rc = free_in(out, c, l->file, ports, e);
	return rc;
}
