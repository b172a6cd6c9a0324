#include "conf/caddyfile_read.h"

#include <stdlib.h>
#include <string.h>

#include "base/fs.h"
#include "base/i18n.h"

/* Far above what people have; below what could hurt us. */
enum {
	MAX_DEPTH  = 64, /* blocks in blocks */
	MAX_THINGS = 500000, /* directives, and words in them */
};

static bool
is_word(const struct cdy_piece *p, const char *word)
{
	return p->i < p->n && !p->v[p->i].quoted && strcmp(p->v[p->i].text, word) == 0;
}

int
cdy_wrong(const struct cdy_token *t, struct err *e, const char *sentence)
{
	return err_at(e, ERR_VALUE, t->file, t->line, t->column, "%s", sentence);
}

int
cdy_count(struct cdy_reader *r, const struct cdy_token *at, size_t n, struct err *e)
{
	r->things += n + 1;
	return r->things > MAX_THINGS ? cdy_wrong(at, e, _("This configuration is too large to be read here.")) : 0;
}

static struct cdy_node *
new_node(struct cdy_reader *r, const struct cdy_token *at, struct cdy_node *parent, struct err *e)
{
	struct cdy_node *d;

	if (cdy_count(r, at, 0, e) < 0)
		return NULL;
	d = arena_alloc(&r->c->arena, sizeof(*d));
	d->file = at->file;
	d->line = at->line;
	d->column = at->column;
	d->parent = parent;
	return d;
}

static void
set_args(struct cdy_reader *r, struct cdy_node *d, const struct cdy_token *v, size_t n)
{
	d->args = arena_alloc(&r->c->arena, (n + 1) * sizeof(*d->args));
	for (size_t i = 0; i < n; i++)
		d->args[i] = cdy_filled(r, v[i].text);
	d->n_args = n;
}

/* ---- directives ---- */

static int
parse_block(struct cdy_reader *r, struct cdy_piece *p, struct cdy_node *d, int depth, struct err *e)
{
	struct cdy_place inside = { .block = d, .tail = &d->child, .depth = depth + 1 };

	d->block = true;
	p->i++;
	if (inside.depth > MAX_DEPTH)
		return err_at(e, ERR_VALUE, d->file, d->line, d->column,
		              _("Blocks nest too deep here. A \"}\" may be missing above."));
	return cdy_parse_directives(r, p, &inside, true, e);
}

static int
parse_directive(struct cdy_reader *r, struct cdy_piece *p, struct cdy_place *at, struct err *e)
{
	const struct cdy_token *t = &p->v[p->i];
	struct cdy_node *d = new_node(r, t, at->block, e);
	size_t n = 0;

	if (!d)
		return -1;
	while (p->i + 1 + n < p->n && !t[1 + n].first &&
	       (t[1 + n].quoted ||
		(strcmp(t[1 + n].text, "{") != 0 && strcmp(t[1 + n].text, "}") != 0)))
		n++;
	d->name = cdy_filled(r, t->text);
	set_args(r, d, t + 1, n);
	*at->tail = d;
	at->tail = &d->next;
	p->i += 1 + n;
	if (is_word(p, "{") && !p->v[p->i].first)
		return parse_block(r, p, d, at->depth, e);
	return 0;
}

/* Up to the "}" of the block, if we are inside one, or to the end of the piece. */
int
cdy_parse_directives(struct cdy_reader *r, struct cdy_piece *p, struct cdy_place *at, bool inside,
		     struct err *e)
{
	while (p->i < p->n) {
		const struct cdy_token *t = &p->v[p->i];
		int rc;

		if (is_word(p, "}")) {
			if (!inside)
				return cdy_wrong(t, e, _("This \"}\" closes nothing."));
			p->i++;
			return 0;
		}
		if (is_word(p, "{"))
			return cdy_wrong(t, e, _("This \"{\" belongs to nothing: it has to end the line it belongs to."));
		if (is_word(p, "import") || is_word(p, "invoke"))
			rc = cdy_splice(r, p, at, e);
		else
			rc = parse_directive(r, p, at, e);
		if (rc < 0)
			return -1;
	}
	if (!inside)
		return 0;
	return err_at(e, ERR_VALUE, at->block->file, at->block->line, at->block->column,
	              _("The block that begins here is never closed: a \"}\" is missing."));
}

/* ---- sites ---- */

static bool
is_snippet(const char *name)
{
	const size_t n = strlen(name);

	return n > 2 && name[n - 1] == ')' &&
	       (*name == '(' || (n > 3 && strncmp(name, "&(", 2) == 0));
}

/* Keep what is between the braces; it is read where it is imported. */
static int
keep_snippet(struct cdy_reader *r, struct cdy_piece *p, const struct cdy_token *t, struct err *e)
{
	struct cdy_snippet *s = arena_alloc(&r->c->arena, sizeof(*s));
	int depth = 1;

	s->name = t->text;
	s->v = &p->v[++p->i];
	for (; p->i < p->n; p->i++) {
		if (is_word(p, "{"))
			depth++;
		if (is_word(p, "}") && --depth == 0) {
			s->n = (size_t)(&p->v[p->i++] - s->v);
			s->next = r->snippets;
			r->snippets = s;
			return 0;
		}
	}
	return cdy_wrong(t, e, _("The block that begins here is never closed: a \"}\" is missing."));
}

/* The addresses in front of a block: all on the line, and on the next one after a comma. */
static void
take_addresses(struct cdy_reader *r, struct cdy_piece *p, struct cdy_node *site)
{
	const size_t begin = p->i;
	bool more = true; /* a comma came last, or nothing at all */

	while (p->i < p->n && !is_word(p, "{") && (more || !p->v[p->i].first)) {
		const size_t len = strlen(p->v[p->i].text);

		more = len > 0 && p->v[p->i].text[len - 1] == ',';
		p->i++;
	}
	set_args(r, site, &p->v[begin], p->i - begin);
	for (size_t i = 0; i < site->n_args; i++) {
		const size_t len = strlen(site->args[i]);

		if (len > 0 && site->args[i][len - 1] == ',')
			site->args[i] = arena_strndup(&r->c->arena, site->args[i], len - 1);
	}
	site->name = site->n_args ? site->args[0] : "";
}

static int
parse_site(struct cdy_reader *r, struct cdy_piece *p, struct err *e)
{
	struct cdy_conf *c = r->c;
	const struct cdy_token *t = &p->v[p->i];
	struct cdy_node *site = new_node(r, t, NULL, e);
	struct cdy_place inside;

	if (!site)
		return -1;
	take_addresses(r, p, site);
	if (site->n_args == 1 && is_snippet(site->name) && is_word(p, "{"))
		return keep_snippet(r, p, t, e);
	if (site->n_args == 0) {
		if (c->options || c->sites)
			return cdy_wrong(t, e, _("A block without an address can only be the first of all."));
		c->options = site;
		set_args(r, site, t, 0);
	} else {
		*r->site_tail = site;
		r->site_tail = &site->next;
	}
	if (is_word(p, "{"))
		return parse_block(r, p, site, 0, e);
	c->braceless = site;
	inside = (struct cdy_place){ .block = site, .tail = &site->child };
	return cdy_parse_directives(r, p, &inside, false, e);
}

int
cdy_parse_sites(struct cdy_reader *r, struct cdy_piece *p, struct err *e)
{
	while (p->i < p->n) {
		int rc;

		if (is_word(p, "}"))
			return cdy_wrong(&p->v[p->i], e, _("This \"}\" closes nothing."));
		if (is_word(p, "import"))
			rc = cdy_splice(r, p, NULL, e);
		else
			rc = parse_site(r, p, e);
		if (rc < 0)
			return -1;
	}
	return 0;
}

static void
forget_tokens(struct cdy_reader *r)
{
	for (size_t i = 0; i < r->n_kept; i++)
		free(r->kept[i].v);
	free(r->kept);
}

int
cdy_read(struct cdy_conf *c, const char *root, const char *path, struct err *e)
{
	struct cdy_reader r = { .c = c, .root = root, .follow = true, .site_tail = &c->sites };
	int rc;

	*c = (struct cdy_conf){ 0 };
	rc = cdy_read_file(&r, NULL, fs_path(&c->arena, root, path), e);
	forget_tokens(&r);
	return rc;
}

int
cdy_parse(struct cdy_conf *c, const char *text, size_t len, const char *file, struct err *e)
{
	struct cdy_reader r = { .c = c, .site_tail = &c->sites };
	struct cdy_tokens tokens;
	struct cdy_piece p;
	int rc;

	*c = (struct cdy_conf){ 0 };
	if (cdy_lex(&tokens, &c->arena, arena_strdup(&c->arena, file), text, len, e) < 0)
		return -1;
	c->env = tokens.env;
	p = (struct cdy_piece){ .v = tokens.v, .n = tokens.n };
	rc = cdy_parse_sites(&r, &p, e);
	free(tokens.v);
	return rc;
}

void
cdy_free(struct cdy_conf *c)
{
	free(c->files);
	free(c->unreadable);
	free(c->imports);
	arena_free(&c->arena);
	*c = (struct cdy_conf){ 0 };
}

const struct cdy_node *
cdy_child(const struct cdy_node *block, const char *name)
{
	const struct cdy_node *d = block ? block->child : NULL;

	while (d && strcmp(d->name, name) != 0)
		d = d->next;
	return d;
}

const struct cdy_node *
cdy_next(const struct cdy_node *d, const char *name)
{
	for (d = d->next; d && strcmp(d->name, name) != 0;)
		d = d->next;
	return d;
}

const char *
cdy_arg(const struct cdy_node *d, size_t i)
{
	return d && i < d->n_args ? d->args[i] : "";
}
