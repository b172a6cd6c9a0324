/* apache_listen.c - ports: httpd opens each once, and stops altogether if it is told to open one twice. */
#include "proxy/apache.h"

#include <stdio.h>
#include <string.h>

#include "base/fs.h"
#include "base/i18n.h"
#include "proxy/listen_address.h"
#include "proxy/running.h"
#include "proxy/values.h"

static bool
is_any(const char *address)
{
	return strcmp(address, "*") == 0;
}

static const char *
wanted_address(const struct proxy_context *c)
{
	const char *address = c->private ? "127.0.0.1" : c->answers->listen_address;

	return !address || strcmp(address, "0.0.0.0") == 0 || strcmp(address, "::") == 0 ||
	                       strcmp(address, "[::]") == 0
	               ? "*"
	               : address;
}

/* Is it a line of the site's own file, which is written anew, or of one that will be gone? */
static bool
is_going(const struct proxy_context *c, const struct apa_directive *d, const char *file)
{
	struct arena a = { 0 };
	bool going = file && strcmp(d->file, file) == 0;

	if (!going && c->set_aside)
		going = strcmp(d->file, c->set_aside) == 0 ||
		        running_same_file(fs_path(&a, c->root, c->set_aside), c->root, d->file);
	arena_free(&a);
	return going;
}

/* 1: a Listen opens the port for us; 0: none does; -1: one stands in the way. */
static int
look(const struct proxy_context *c, const struct apa_conf *conf, const char *file, unsigned port,
     struct err *e)
{
	const char *wanted = wanted_address(c);
	const struct apa_directive *other = NULL;

	for (const struct apa_directive *l = apa_top(conf, "Listen"); l;
	     l = apa_next(l, "Listen")) {
		struct apa_address at;

		if (!apa_address_of(&at, apa_word(l, 0)) || at.port != port || is_going(c, l, file))
			continue;
		if (is_any(at.address) && is_any(wanted))
			return 1;
		if (!is_any(at.address) && !is_any(wanted) && listen_same(at.address, wanted))
			return 1;
		if (is_any(at.address))
			return err_at(e, ERR_CONFLICT, l->file, l->line, 0,
			              _("Apache opens port %1$u for all addresses here, so it "
			                "cannot be kept to %2$s alone."),
			              port, wanted);
		other = l;
	}
	if (other && is_any(wanted))
		return err_at(e, ERR_CONFLICT, other->file, other->line, 0,
		              _("Apache opens port %u for one address alone here. Take the address "
		                "out of this line first."),
		              port);
	return 0;
}

struct naming {
	const struct proxy_context *c;
	struct buf                 *out;
	unsigned                    port;
	const char                 *file;
};

/*
 * Where another host has an address of its own, requests to that address see
 * no host that answers for any: so ours is named for it too.
 */
static void
add_address(void *ctx, const struct apa_directive *vhost)
{
	struct naming *n = ctx;

	for (size_t i = 0; i < vhost->n_args; i++) {
		struct apa_address at;
		char word[96];

		if (!apa_address_of(&at, vhost->args[i]) || at.port != n->port ||
		    is_any(at.address) || is_going(n->c, vhost, n->file))
			continue;
		snprintf(word, sizeof(word), " %s:%u", at.address, at.port);
		if (!strstr(n->out->s, word) && !strpbrk(word + 1, "<>\"' "))
			buf_puts(n->out, word);
	}
}

static const char *
addresses(struct arena *a, const struct proxy_context *c, const struct apa_conf *conf,
          const char *file, unsigned port)
{
	struct buf b = BUF_INIT;
	struct naming n = { c, &b, port, file };
	const char *text;

	if (port == 0)
		return NULL;
	buf_printf(&b, "%c*:%u", TMPL_RAW, port);
	if (conf && !c->private)
		apa_each_vhost(conf, add_address, &n);
	text = arena_strdup(a, b.s);
	buf_free(&b);
	return text;
}

static void
add_listen(struct buf *out, const struct proxy_context *c, unsigned port)
{
	const char *wanted = wanted_address(c);

	buf_puts(out, out->len ? "\n" : "");
	if (is_any(wanted))
		buf_printf(out, "Listen %u", port);
	else
		buf_printf(out,
		           strchr(wanted, ':') && *wanted != '[' ? "Listen [%s]:%u"
		                                                 : "Listen %s:%u",
		           wanted, port);
}

int
apache_place(struct apache_place *p, struct arena *a, const struct proxy_context *c,
             const struct apa_conf *conf, const char *file, struct err *e)
{
	struct buf listens = BUF_INIT;
	unsigned ports[2];
	int rc = 0;

	*p = (struct apache_place){ 0 };
	values_ports(c, &ports[0], &ports[1]);
	for (size_t i = 0; i < ARRAY_LEN(ports) && rc >= 0; i++) {
		if (ports[i] == 0)
			continue;
		rc = c->private || !conf ? 0 : look(c, conf, file, ports[i], e);
		/* Not installed: as the distribution opens them. */
		if (rc == 0 && (c->private || conf || (ports[i] != 80 && ports[i] != 443)))
			add_listen(&listens, c, ports[i]);
	}
	if (listens.len)
		p->listens = tmpl_raw(a, listens.s);
	p->plain = addresses(a, c, conf, file, ports[0]);
	p->tls = addresses(a, c, conf, file, ports[1]);
	buf_free(&listens);
	return rc < 0 ? -1 : 0;
}
