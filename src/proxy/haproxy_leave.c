/* haproxy_leave.c - would anything be left to listen on?  HAProxy ends at once where nothing is. */
#include "proxy/haproxy.h"

#include <string.h>

#include "proxy/leave.h"
#include "proxy/running.h"

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

/* As it was started, but that it leaves the terminal; NULL: only whoever started it could. */
static const char *const *
start_again(struct arena *a, const struct proxy_found *f)
{
	const char **argv = running_words(a, f->master);
	size_t n = 1;

	if (!argv || !f->binary)
		return NULL;
	argv[0] = f->binary;
	for (size_t i = 1; argv[i]; i++) {
		if (strcmp(argv[i - 1], "-f") == 0 && argv[i][0] != '/')
			return NULL;
		if (strcmp(argv[i], "-D") != 0 && strcmp(argv[i], "-db") != 0)
			argv[n++] = strcmp(argv[i], "-Ws") == 0 ? "-W" : argv[i];
	}
	argv[n++] = "-D";
	argv[n] = NULL;
	return argv;
}

static int
stop(struct steps *out, const struct proxy_context *c, const char *unit, struct err *e)
{
	struct arena a = { 0 };
	const char *const argv[] = { "kill", arena_printf(&a, "%ld", (long)c->found->master), NULL };
	const int rc = leave_stop(out, c, unit, argv, start_again(&a, c->found), e);

	arena_free(&a);
	return rc;
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
	return any ? 0 : stop(out, c, own->unit, e);
}
