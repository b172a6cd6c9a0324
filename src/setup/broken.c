/* broken.c - a site to practise on that is broken on purpose: which ways there are, and its file. */
#include "setup/state.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/crypto.h"
#include "base/fs.h"
#include "base/i18n.h"
#include "base/tmpl.h"
#include "check/cause.h"

#define TEMPLATE_MAX (64 * 1024)
#define VALUES       24
#define ANY          "any"

/* Causes, each of which the template knows and the doctor can settle. */
static const char *const names[] = {
	"ws-upgrade-lost", "ws-host-lost", "ws-port-lost",     "ws-proto-lost", "ws-origin-refused",
	"sse-buffered",    "sse-compressed", "gzip-mislabelled", "gzip-twice", "body-limit",
	"api-cached",      "path-mangled",   NULL,
};

const char *const *
setup_broken_names(void)
{
	return names;
}

static bool
is_one_of(const char *name, const char *const *list)
{
	for (; *list; list++)
		if (strcmp(*list, name) == 0)
			return true;
	return false;
}

static const char *
by_chance(void)
{
	char digits[9];

	crypto_random_hex(digits, 8);
	return names[strtoul(digits, NULL, 16) % (ARRAY_LEN(names) - 1)];
}

static int
render(struct buf *out, struct setup *s, const char *name, struct err *e)
{
	static const char *const hosts[] = { "ws-host-lost", "ws-port-lost", NULL },
		*const holders[] = { "sse-buffered", "api-cached", NULL },
		*const hiders[] = { "gzip-mislabelled", "gzip-twice", NULL };
	struct arena *a = &s->keep;
	const char *file = arena_printf(a, "%s/practice/site.conf", s->o.templates);
	struct tmpl_value v[VALUES] = {
		{ "http", arena_printf(a, "127.0.0.1:%u", s->answers.listen_http) },
		{ "https", arena_printf(a, "127.0.0.1:%u", s->answers.listen_https) },
		{ "name", s->answers.public_url.host },
		{ "certificate", s->practice_ca },
		{ "key", s->practice_key },
		{ "origin", arena_printf(a, "http://127.0.0.1:%u", s->answers.origin.port) },
		{ "cache", arena_printf(a, "%s/var/lib/nginx/cache", s->scratch) },
		{ "host", is_one_of(name, hosts) ? NULL : "yes" },
		{ "streams", is_one_of(name, holders) ? NULL : "yes" },
		{ "hides-encoding", is_one_of(name, hiders) ? "yes" : NULL },
	};
	struct buf text = BUF_INIT;
	size_t n = 0;
	int rc;

	while (v[n].name)
		n++;
	for (const char *const *one = names; *one; one++)
		v[n++] = (struct tmpl_value){ *one, strcmp(*one, name) == 0 ? "yes" : NULL };
	rc = fs_read(&text, file, TEMPLATE_MAX, e);
	if (rc == 0)
		rc = tmpl_render(out, file, text.s, v, n, proxy_find("nginx")->escape, e);
	buf_free(&text);
	return rc;
}

/* Where the address has no port there is none to lose, so it is the one nginx listens on. */
int
broken_write(struct setup *s, const char *name, struct err *e)
{
	struct buf site = BUF_INIT;
	const char *file = arena_printf(&s->keep, "%s/etc/nginx/sites-available/chat", s->scratch);
	int rc;

	if (strcmp(name, ANY) == 0)
		name = by_chance();
	if (!is_one_of(name, names))
		return err_set(e, ERR_USAGE, _("There is no practice called \"%s\"; --broken alone lists those there are."), name);
	s->answers.public_url.port = s->answers.listen_https;
	rc = render(&site, s, name, e);
	if (rc == 0)
		rc = fs_write(file, site.s, site.len, 0644, e);
	if (rc == 0)
		rc = fs_write(arena_printf(&s->keep, "%s/password", s->scratch), PRACTICE_PASSWORD "\n",
		              strlen(PRACTICE_PASSWORD) + 1, 0600, e);
	if (rc == 0 && symlink("../sites-available/chat",
	                       arena_printf(&s->keep, "%s/etc/nginx/sites-enabled/chat", s->scratch)) < 0)
		rc = err_sys(e, ERR_IO, _("Cannot make a place to practise in"));
	buf_free(&site);
	return rc;
}

void
setup_practice_place(const struct setup *s, struct setup_practice *out)
{
	const struct answers *a = &s->answers;

	*out = (struct setup_practice){
		.root = s->scratch,
		.site = say(s, "%s/etc/nginx/sites-available/chat", s->scratch),
		.origin = setup_origin_base(s),
		.public_url = setup_public_base(s),
		.connect_to = say(s, "127.0.0.1:%u", a->listen_https),
		.reload = say(s, "%s -s reload -c %s", s->practice_nginx, s->answers.validate[3]),
		.cacert = s->practice_ca,
		.password_file = say(s, "%s/password", s->scratch),
	};
}
