/* haproxy_sites.c - which sites there are: each rule of a frontend that chooses a backend by name. */
#include "proxy/haproxy.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/fs.h"
#include "base/url.h"

struct sites {
	struct proxy_found       *f;
	const char               *root;
	const struct hap_section *front;
	struct proxy_listen      *listens; /* of the frontend */
	size_t                    n_listens, cap;
	const struct hap_line    *tls;     /* its first bind line with a certificate */
	char                    **names;
	size_t                    n_names;
};

static void
add_listen(void *ctx, const struct hap_bind *b)
{
	struct sites *s = ctx;

	if (s->n_listens == s->cap) {
		s->cap = s->cap ? 2 * s->cap : 4;
		s->listens = xreallocarray(s->listens, s->cap, sizeof(*s->listens));
	}
	s->listens[s->n_listens++] = (struct proxy_listen){
		.address = arena_strdup(&s->f->arena, b->address), .port = b->first, .tls = b->tls,
	};
	if (b->tls && !s->tls)
		s->tls = b->line;
}

static void
add_name(void *ctx, const char *name)
{
	struct sites *s = ctx;

	for (size_t i = 0; i < s->n_names; i++)
		if (strcasecmp(s->names[i], name) == 0)
			return;
	s->names = xreallocarray(s->names, s->n_names + 1, sizeof(*s->names));
	s->names[s->n_names++] = arena_strdup(&s->f->arena, name);
}

static bool
has_word(const struct hap_line *l, const char *word)
{
	for (size_t i = 3; i < l->n_args; i++)
		if (strcmp(l->args[i], word) == 0)
			return true;
	return false;
}

/* "http://127.0.0.1:3000" of the first server; NULL: it leads nowhere that can be named. */
static char *
leads_to(struct arena *a, const struct hap_section *back, const struct hap_line **where)
{
	for (const struct hap_line *l = back ? back->first : NULL; l; l = l->next) {
		const char *address;

		if (strcmp(l->args[0], "server") != 0 || l->n_args < 3)
			continue;
		address = l->args[2];
		if (strncmp(address, "ipv4@", 5) == 0 || strncmp(address, "ipv6@", 5) == 0)
			address += 5;
		if (!strrchr(address, ':') || strchr(address, '@') || *address == '/')
			return NULL;
		*where = l;
		return arena_printf(a, "%s://%s", has_word(l, "ssl") ? "https" : "http", address);
	}
	return NULL;
}

static bool
is_ours(struct sites *s, const char *file, int line)
{
	struct arena a = { 0 };
	struct buf text = BUF_INIT;
	struct err ignored;
	const bool ours = fs_read(&text, fs_path(&a, s->root, file), 4u << 20, &ignored) == 0 &&
	                  haproxy_block_has(text.s, line);

	buf_free(&text);
	arena_free(&a);
	return ours;
}

/* A file that a crt word names holds the key too, or has it beside it. */
static void
read_certificate(struct sites *s, struct proxy_site *site)
{
	for (size_t i = 2; s->tls && i + 1 < s->tls->n_args && !site->certificate; i++) {
		const char *path = s->tls->args[i + 1];
		const char *beside = arena_printf(&s->f->arena, "%s.key", path);

		if (strcmp(s->tls->args[i], "crt") != 0 || *path != '/' ||
		    fs_exists(fs_path(&s->f->arena, s->root,
		                      arena_printf(&s->f->arena, "%s/.", path))))
			continue;
		site->certificate = arena_strdup(&s->f->arena, path);
		site->key = fs_exists(fs_path(&s->f->arena, s->root, beside))
		                    ? arena_strdup(&s->f->arena, beside)
		                    : site->certificate;
	}
}

static void
add_site(struct sites *s, const struct hap_line *rule, const struct hap_section *back)
{
	struct proxy_found *f = s->f;
	struct arena *a = &f->arena;
	const struct hap_line *server = NULL;
	struct proxy_site *site = &f->sites[f->n_sites++];

	site->file = arena_strdup(a, rule ? rule->file : s->front->file);
	site->line = rule ? rule->line : s->front->line;
	site->names = arena_alloc(a, (s->n_names + 1) * sizeof(*site->names));
	for (size_t i = 0; i < s->n_names; i++)
		site->names[i] = s->names[i];
	site->listens = arena_alloc(a, (s->n_listens + 1) * sizeof(*site->listens));
	for (size_t i = 0; i < s->n_listens; i++)
		site->listens[i] = s->listens[i];
	site->n_listens = s->n_listens;
	site->upstream = leads_to(a, back, &server);
	if (server && strcmp(server->file, site->file) == 0)
		site->upstream_line = server->line;
	read_certificate(s, site);
	site->ours = is_ours(s, site->file, site->line);
}

static const struct hap_section *
back_of(const struct sites *s, const struct hap_line *rule)
{
	return rule && rule->n_args > 1 ? hap_back_named(&haproxy_own(s->f)->conf, rule->args[1])
	                                : NULL;
}

static void
read_front(struct sites *s)
{
	const struct hap_line *otherwise = hap_effective(s->front, "default_backend", NULL);

	hap_each_bind(s->front, add_listen, s);
	for (const struct hap_line *l = s->front->first; l && s->n_listens; l = l->next) {
		if (strcmp(l->args[0], "use_backend") != 0)
			continue;
		s->n_names = 0;
		hap_each_name(s->front, l, add_name, s);
		if (s->n_names)
			add_site(s, l, back_of(s, l));
	}
	s->n_names = 0;
	if (s->n_listens && (otherwise || hap_is_back(s->front)))
		add_site(s, otherwise, otherwise ? back_of(s, otherwise) : s->front);
}

static size_t
count_lines(const struct hap_conf *c)
{
	size_t n = 0;

	for (const struct hap_section *s = c->first; s; s = s->next) {
		n++;
		for (const struct hap_line *l = s->first; l; l = l->next)
			n += strcmp(l->args[0], "use_backend") == 0;
	}
	return n;
}

void
haproxy_find_sites(struct proxy_found *f, const char *root)
{
	const struct hap_conf *c = &haproxy_own(f)->conf;

	f->sites = arena_alloc(&f->arena, (count_lines(c) + 1) * sizeof(*f->sites));
	for (const struct hap_section *front = c->first; front; front = front->next) {
		struct sites s = { .f = f, .root = root, .front = front };

		if (hap_is_front(front) && strcmp(hap_mode(front), "http") == 0)
			read_front(&s);
		free(s.listens);
		free(s.names);
	}
}
