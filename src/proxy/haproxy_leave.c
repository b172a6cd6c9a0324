/* haproxy_leave.c - would anything be left to listen on?  HAProxy ends at once where nothing is. */
#include "proxy/haproxy.h"

#include <string.h>

#include "proxy/leave.h"

/* A socket for statistics counts too. */
static bool
listens(const struct hap_section *s)
{
	if (strcmp(s->kind, "global") == 0)
		return hap_own(s, "stats", "socket") != NULL;
	return strcmp(s->kind, "defaults") != 0 && (hap_own(s, "bind", NULL) || hap_own(s, "dgram-bind", NULL));
}

static bool
text_listens(const char *file, const char *text)
{
	const struct hap_text one = { file, text, strlen(text) };
	struct hap_conf c;
	struct err ignored;
	bool any = hap_parse(&c, &one, 1, &ignored) < 0;

	for (const struct hap_section *s = c.first; s && !any; s = s->next)
		any = listens(s);
	hap_free(&c);
	return any;
}

int
haproxy_leave(struct steps *out, const struct proxy_context *c, const unsigned ports[2], struct err *e)
{
	const struct haproxy_own *own = haproxy_own(c->found);
	const char *text;
	bool any = false;

	(void)ports;
	if (!own || !own->read)
		return 0;
	for (const struct hap_section *s = own->conf.first; s && !any; s = s->next)
		any = !leave_changes(out, s->file, &text) && listens(s);
	for (size_t i = 0; i < own->conf.n_files && !any; i++)
		any = leave_changes(out, own->conf.files[i], &text) && text &&
		      text_listens(own->conf.files[i], text);
	return any ? 0 : leave_refuse(c->found, own->unit, e);
}
