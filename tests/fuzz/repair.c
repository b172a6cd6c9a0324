/*
 * Repairs of nginx's files (of two, before and behind the first NUL; the main
 * one may include the other): what is written reads again, with the same
 * servers, and soon has nothing left to repair.
 */
#include "fuzz.h"

#include "answers/needs.h"
#include "check/cause.h"
#include "proxy/nginx.h"
#include "scratch.h"

enum { ROUNDS = 4 };

#define MAIN_FILE "/etc/nginx/nginx.conf"
#define SITE_FILE "/etc/nginx/site.conf"
#define VERSION_SAID "nginx version: nginx/1.22.1\nconfigure arguments: --conf-path=" MAIN_FILE "\n"

static struct needs needs;
static struct answers answers;
static const char *all_causes[256];

static void
prepare(void)
{
	struct err e = { 0 };
	size_t n = 0;

	if (all_causes[0])
		return;
	assert(needs_load(&needs, "templates", NULL, &e) == 0);
	answers_init(&answers);
	assert(answers_set(&answers, "origin", "http://127.0.0.1:3000", &e) == 0);
	assert(answers_set(&answers, "public", "https://chat.example.org", &e) == 0);
	answers.tls = TLS_EXISTING;
	for (const struct cause *c = causes; c->id && n + 1 < ARRAY_LEN(all_causes); c++)
		all_causes[n++] = c->id;
}

static void
count_server(void *ctx, const struct ngx_directive *server)
{
	(void)server;
	++*(size_t *)ctx;
}

/* One of these without a word: nginx refuses it, so there is nothing to be promised. */
static bool
lacks_words(const struct ngx_directive *d)
{
	static const char *const kinds[] = { "proxy_", "gzip", "client_", "listen", "add_header" };

	for (; d; d = d->next) {
		for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
			if (!d->n_args && strncmp(d->name, kinds[i], strlen(kinds[i])) == 0)
				return true;
		if (lacks_words(d->child))
			return true;
	}
	return false;
}

/* Read what lies there; false: nginx could not either. */
static bool
look(struct proxy_found *f, size_t *servers)
{
	*f = (struct proxy_found){ .proxy = &proxy_nginx, .installed = true };
	f->conf = xcalloc(1, sizeof(struct nginx_own));
	nginx_read_version(f, VERSION_SAID);
	f->config = ((struct nginx_own *)f->conf)->default_config;
	nginx_read_config(f, scratch());
	*servers = 0;
	if (nginx_conf(f))
		ngx_each_server(nginx_conf(f), count_server, servers);
	return nginx_conf(f) && f->broken.code == ERR_NONE && !lacks_words(nginx_conf(f)->top);
}

/* Change them; false: nothing is left to repair, or nobody can. */
static bool
repair(const struct proxy_found *f)
{
	const struct proxy_context c = { .answers = &answers, .found = f, .needs = &needs,
	                                 .templates = "templates", .root = scratch() };
	struct steps steps = { 0 };
	struct err e = { 0 };
	size_t n = 0;

	if (proxy_nginx.repair(&steps, &c, all_causes, &e) < 0) {
		must_be_a_sentence(&e);
	} else {
		for (size_t i = 0; i < steps.n; i++) {
			const struct step *s = &steps.v[i];

			if (s->kind != STEP_WRITE)
				continue;
			n++;
			scratch_write(s->path, s->text, strlen(s->text));
		}
	}
	steps_free(&steps);
	return n > 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *nul = memchr(data, '\0', size);
	const size_t first = nul ? (size_t)(nul - data) : size;
	struct proxy_found f;
	size_t servers, servers_after, rounds = 0;
	bool more;

	prepare();
	scratch_write(MAIN_FILE, (const char *)data, first);
	scratch_write(SITE_FILE, nul ? (const char *)nul + 1 : "", nul ? size - first - 1 : 0);
	more = look(&f, &servers) && repair(&f);
	proxy_found_free(&f);
	for (; more; rounds++) {
		assert(look(&f, &servers_after));
		assert(servers == servers_after);
		more = repair(&f);
		proxy_found_free(&f);
		assert(rounds < ROUNDS); /* it comes to an end */
	}
	return 0;
}
