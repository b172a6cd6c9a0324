#include "apply/move.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "apply/alter.h"
#include "apply/diff.h"
#include "apply/move_calls.h"
#include "apply/place.h"
#include "base/fs.h"
#include "base/i18n.h"
#include "proxy/boxed.h"

#define OUR_OWN "/etc/antechamber/"

/* ---- the journal ---- */

bool
move_is_for_host(const struct journal_entry *entry, const struct url *public_url)
{
	struct url u;
	struct err ignored = { 0 };

	return entry->state == JOURNAL_COMMITTED &&
	       url_parse(&u, entry->address, "https", URL_ANY, "", &ignored) == 0 &&
	       strcasecmp(u.host, public_url->host) == 0;
}

static bool
is_deed(const struct alteration *c, const char *deed)
{
	return strcmp(c->deed, deed) == 0;
}

/* One path that was written for the proxy that is left, as it is now and is to be. */
struct walk {
	const char       *path;
	bool              link, shared, straight, seen;
	struct content    now; /* goes back change by change */
	char              newest[65], oldest[65]; /* by the journal: what stands there, and stood before us */
	bool              stands; /* and does anything stand there at all? */
};

static bool
load(struct alteration *c, const char *dir, struct arena *a)
{
	struct err e = { 0 };

	return (c->was.kind != CONTENT_FILE ||
	        journal_kept(&c->was.bytes, dir, arena_printf(a, "before.%u", c->number), &e) == 0) &&
	       (c->is.kind != CONTENT_FILE ||
	        journal_kept(&c->is.bytes, dir, arena_printf(a, "after.%u", c->number), &e) == 0);
}

/* One change further back; false: a part of ours is there, but not as we wrote it. */
static bool
step_back(struct walk *w, struct alteration *c, const char *dir, struct arena *a)
{
	struct buf text = BUF_INIT;
	bool fine = load(c, dir, a);

	if (!fine || !c->shared || content_same(&w->now, &c->is) || w->now.kind != CONTENT_FILE) {
		content_free(&w->now);
		content_copy(&w->now, &c->was);
	} else if (diff_take_back(&text, w->now.bytes.s, c->was.bytes.s, c->is.bytes.s)) {
		content_free(&w->now);
		content_file(&w->now, text.s, text.len, c->was.mode);
	} else
		fine = diff_is_back(w->now.bytes.s, c->was.bytes.s, c->is.bytes.s);
	buf_free(&text);
	return fine;
}

struct history {
	struct arena          arena;
	struct journal_entry *v;
	size_t                n;
	const struct url     *public_url;
};

/* Back through all that was done to a path for this host, by whichever proxy's apply. */
static bool
walk_back(struct walk *w, struct history *h)
{
	bool fine = true;

	for (size_t i = 0; i < h->n && fine; i++) {
		struct journal_lines l;
		struct alteration c;

		if (!move_is_for_host(&h->v[i], h->public_url))
			continue;
		journal_read(&l, h->v[i].dir);
		for (size_t k = l.n; k > 0 && fine; k--) {
			if (!alter_from_json(&c, l.v[k - 1]))
				continue;
			if (strcmp(c.path, w->path) == 0 && !is_deed(&c, "mkdir") && !is_deed(&c, "rmdir")) {
				if (!w->seen) {
					w->stands = c.is.kind != CONTENT_ABSENT;
					memcpy(w->newest, c.is.digest, sizeof(w->newest));
				}
				memcpy(w->oldest, c.was.digest, sizeof(w->oldest));
				w->seen = true;
				w->shared |= c.shared;
				w->straight |= c.straight;
				fine = step_back(w, &c, h->v[i].dir, &h->arena);
			}
			alter_free(&c);
		}
		journal_lines_free(&l);
	}
	return fine;
}

/* ---- what was written for a proxy ---- */

struct list {
	const char **path;
	bool        *link;
	size_t       n;
};

static void
list_add(struct list *l, struct arena *a, const char *path, bool link)
{
	for (size_t i = 0; i < l->n; i++)
		if (strcmp(l->path[i], path) == 0)
			return;
	l->path = xreallocarray(l->path, l->n + 1, sizeof(*l->path));
	l->link = xreallocarray(l->link, l->n + 1, sizeof(*l->link));
	l->link[l->n] = link;
	l->path[l->n++] = arena_strdup(a, path);
}

static void
list_free(struct list *l)
{
	free(l->path);
	free(l->link);
	*l = (struct list){ 0 };
}

/* Newest first; not what lies in our own directory, nor what was done to a proxy that was left before. */
static void
gather(struct list *files, struct list *directories, struct history *h, const char *proxy)
{
	for (size_t i = 0; i < h->n; i++) {
		struct journal_lines l;
		struct alteration c;

		if (!move_is_for_host(&h->v[i], h->public_url) || strcmp(h->v[i].proxy, proxy) != 0)
			continue;
		journal_read(&l, h->v[i].dir);
		for (size_t k = l.n; k > 0; k--) {
			if (!alter_from_json(&c, l.v[k - 1]))
				continue;
			if (strncmp(c.path, OUR_OWN, strlen(OUR_OWN)) == 0 ||
			    strncmp(OUR_OWN, c.path, strlen(c.path)) == 0)
				;
			else if (is_deed(&c, "mkdir"))
				list_add(directories, &h->arena, c.path, false);
			else if (!c.leaving && (is_deed(&c, "write") || is_deed(&c, "link")) &&
			         c.was.kind != CONTENT_OTHER)
				list_add(files, &h->arena, c.path, is_deed(&c, "link"));
			alter_free(&c);
		}
		journal_lines_free(&l);
	}
}

static void
history_init(struct history *h, const char *root, const struct url *public_url)
{
	*h = (struct history){ .public_url = public_url };
	h->n = journal_list(&h->arena, root, &h->v);
}

static bool
is_in_force(struct history *h, const char *proxy)
{
	struct list files = { 0 }, directories = { 0 };
	struct call call;
	bool in_force = move_calls(h->v, h->n, h->public_url, proxy, &h->arena, &call) > 0;

	gather(&files, &directories, h, proxy);
	for (size_t i = 0; i < files.n && !in_force; i++) {
		struct walk w = { .path = files.path[i], .now = CONTENT_INIT };

		walk_back(&w, h);
		in_force = w.stands && strcmp(w.newest, w.oldest) != 0;
		content_free(&w.now);
	}
	list_free(&files);
	list_free(&directories);
	return in_force;
}

const struct proxy *
move_from(const char *root, const struct answers *a)
{
	const struct proxy *from = NULL;
	struct history h;

	history_init(&h, root, &a->public_url);
	for (size_t i = 0; i < h.n && !from; i++) {
		const struct proxy *p = proxy_find(h.v[i].proxy);

		if (!move_is_for_host(&h.v[i], &a->public_url) || !p || !(p->runs || (p->caps & PROXY_API)) ||
		    strcmp(p->name, a->proxy ? a->proxy : "") == 0)
			continue;
		from = is_in_force(&h, p->name) ? p : NULL;
	}
	arena_free(&h.arena);
	return from;
}

/* ---- the context of the proxy that is left ---- */

void
move_begin(struct move *m, const struct proxy_found *left, const struct proxy_context *to)
{
	struct arena a = { 0 };
	struct err ignored = { 0 };
	const char *saved = answers_default_path(&a, to->root, &to->answers->public_url);

	answers_free(&m->answers);
	answers_init(&m->answers);
	/* Its own commands, where it was given some, are in what was saved then. */
	if (answers_load(&m->answers, saved, &ignored) < 0 || !m->answers.proxy ||
	    strcmp(m->answers.proxy, left->proxy->name) != 0) {
		answers_free(&m->answers);
		answers_init(&m->answers);
	}
	m->answers.public_url = to->answers->public_url;
	m->answers.reload = to->answers->reload;
	m->context = *to;
	m->context.answers = &m->answers;
	m->context.found = left;
	m->context.leaving = NULL;
	arena_free(&a);
}

void
move_free(struct move *m)
{
	answers_free(&m->answers);
	*m = (struct move){ 0 };
}

/* ---- its steps ---- */

static bool
overlaps(const char *a, const char *b)
{
	static const char *const all[] = { "*", "0.0.0.0", "::", "[::]" };

	for (size_t i = 0; i < ARRAY_LEN(all); i++)
		if (!a || !b || strcmp(a, all[i]) == 0 || strcmp(b, all[i]) == 0)
			return true;
	return strcmp(a, b) == 0;
}

static bool
is_of_host(const struct proxy_site *s, const char *host)
{
	for (char **name = s->names; name && *name; name++)
		if (strcasecmp(*name, host) == 0)
			return true;
	return false;
}

/* What else the old proxy serves keeps its ports, and the new one could not have them. */
static int
check_ports(const struct proxy_context *c, struct err *e)
{
	const struct proxy_found *left = c->leaving->found;
	unsigned ports[2];

	answers_ports(c->answers, &ports[0], &ports[1]);
	for (size_t i = 0; i < left->n_sites; i++) {
		const struct proxy_site *s = &left->sites[i];

		for (size_t k = 0; k < s->n_listens && !is_of_host(s, c->answers->public_url.host); k++) {
			const struct proxy_listen *l = &s->listens[k];

			if (l->port && (l->port == ports[0] || l->port == ports[1]) &&
			    overlaps(l->address, c->answers->listen_address))
				return err_at(e, ERR_CONFLICT, s->file, s->line, 0,
				              _("%1$s serves another site here on port %2$u, so %3$s cannot have it."),
				              left->proxy->label, l->port, c->found->proxy->label);
		}
	}
	return 0;
}

static bool
read_now(struct content *now, const char *root, const char *path, bool link, struct err *e)
{
	struct place p;
	int rc = place_open(&p, root, path, link ? 0 : PLACE_FOLLOW, e);

	if (rc == 0)
		rc = place_read(&p, now, e);
	place_close(&p);
	return rc >= 0;
}

static int
take_away(struct steps *out, const struct walk *start, struct history *h, const char *root,
          struct err *e)
{
	struct walk w = *start;
	struct content before = CONTENT_INIT;
	const size_t had = out->n;
	int rc = -1;

	if (!read_now(&w.now, root, w.path, w.link, e))
		return -1;
	content_copy(&before, &w.now);
	if (!walk_back(&w, h))
		err_set(e, ERR_CONFLICT, _("%s was edited since, so it is left as it is."), w.path);
	else {
		rc = 0;
		if (content_same(&before, &w.now))
			;
		else if (w.now.kind == CONTENT_ABSENT)
			steps_set_aside(out, w.path);
		else if (w.now.kind == CONTENT_FILE && w.shared)
			steps_write_shared(out, w.path, w.now.bytes.s, w.now.mode);
		else if (w.now.kind == CONTENT_FILE)
			steps_write(out, w.path, w.now.bytes.s, w.now.mode);
		if (out->n > had)
			out->v[had].straight = w.straight;
	}
	content_free(&before);
	content_free(&w.now);
	return rc;
}

/* Files first, then both checks; the old one lets go before the new one takes hold. */
static int
rank(const struct step *s)
{
	if (s->kind == STEP_RUN && s->role == ROLE_VALIDATE)
		return s->leaving ? 2 : 1;
	if (s->kind == STEP_RUN && s->role == ROLE_RELOAD)
		return s->leaving ? 3 : 4;
	if (s->kind == STEP_CALL && s->leaving)
		return 3;
	return s->kind == STEP_RUN ? 1 : 0;
}

static void
put_in_order(struct steps *s)
{
	for (size_t i = 1; i < s->n; i++)
		for (size_t k = i; k > 0 && rank(&s->v[k]) < rank(&s->v[k - 1]); k--) {
			const struct step t = s->v[k];

			s->v[k] = s->v[k - 1];
			s->v[k - 1] = t;
		}
}

static bool
is_written(const struct steps *s, const char *path)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->v[i].path && strcmp(s->v[i].path, path) == 0)
			return true;
	return false;
}

/* One that does not run has let go: it is neither asked nor started. */
static int
let_go(struct steps *out, const struct proxy_context *c, struct err *e)
{
	const struct proxy_context *left = c->leaving;
	const struct proxy *from = left->found->proxy;
	unsigned ports[2];
	int stops = 0;

	if (!left->found->running || !from->runs)
		return 0;
	answers_ports(c->answers, &ports[0], &ports[1]);
	if (from->leave && !left->found->container)
		stops = from->leave(out, left, ports, e);
	return stops < 0 ? -1 : stops ? 0 : proxy_runs(out, left, e);
}

static int
add(struct steps *out, const struct proxy_context *c, struct history *h, struct err *e)
{
	const struct proxy *from = c->leaving->found->proxy;
	struct list files = { 0 }, directories = { 0 };
	const size_t first = out->n;
	int rc = 0;

	gather(&files, &directories, h, from->name);
	for (size_t i = 0; i < files.n && rc == 0; i++) {
		const struct walk w = { .path = files.path[i], .link = files.link[i], .now = CONTENT_INIT };

		if (!is_written(out, w.path))
			rc = take_away(out, &w, h, c->root, e);
	}
	if (rc == 0)
		rc = move_take_back(out, h->v, h->n, h->public_url, from, e);
	if (rc == 0 && out->n > first) {
		for (size_t i = 0; i < directories.n; i++)
			steps_rmdir(out, directories.path[i]);
		rc = check_ports(c, e);
		if (rc == 0)
			rc = let_go(out, c, e);
	}
	for (size_t i = first; i < out->n; i++)
		out->v[i].leaving = true;
	list_free(&files);
	list_free(&directories);
	return rc;
}

const struct step *
move_program(const struct plan *p, enum step_role role)
{
	for (size_t i = 0; i < p->steps.n; i++)
		if (p->steps.v[i].leaving && p->steps.v[i].kind == STEP_RUN && p->steps.v[i].role == role)
			return &p->steps.v[i];
	return NULL;
}

int
move_steps(struct plan *p, struct err *e)
{
	struct history h;
	int rc;

	if (!p->context.leaving)
		return 0;
	history_init(&h, p->context.root, &p->context.answers->public_url);
	rc = add(&p->steps, &p->context, &h, e);
	put_in_order(&p->steps);
	arena_free(&h.arena);
	return rc;
}
