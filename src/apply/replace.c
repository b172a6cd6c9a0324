#include "apply/replace.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "apply/alter.h"
#include "apply/move_calls.h"
#include "base/fs.h"
#include "base/i18n.h"
#include "base/within.h"
#include "proxy/mark.h"

#define MAX_PLACES 8

struct place_of_ours {
	const char *path;
	bool        straight;
};

struct places {
	struct arena         arena;
	struct place_of_ours file[MAX_PLACES], link[MAX_PLACES];
	size_t               n_files, n_links;
};

static bool
leads_to_one(const struct places *all, const char *root, const char *path)
{
	struct arena a = { 0 };
	char *real = within_real(fs_path(&a, root, path));
	bool found = false;

	for (size_t i = 0; i < all->n_files && real && !found; i++) {
		char *file = within_real(fs_path(&a, root, all->file[i].path));

		found = file && strcmp(real, file) == 0;
		free(file);
	}
	free(real);
	arena_free(&a);
	return found;
}

static void
add(struct places *all, struct place_of_ours *v, size_t *n, const struct alteration *c)
{
	for (size_t i = 0; i < *n; i++)
		if (strcmp(v[i].path, c->path) == 0)
			return;
	if (*n < MAX_PLACES)
		v[(*n)++] = (struct place_of_ours){ arena_strdup(&all->arena, c->path), c->straight };
}

/* By the journal it was written for that address, and by its first line it still is. */
static void
look_at(struct places *all, const char *root, const struct url *address, const char *dir, bool links)
{
	struct journal_lines l;
	struct alteration c;

	journal_read(&l, dir);
	for (size_t i = 0; i < l.n; i++) {
		if (!alter_from_json(&c, l.v[i]))
			continue;
		if (c.shared || c.leaving)
			;
		else if (!links && strcmp(c.deed, "write") == 0 && mark_is_for(root, c.path, address))
			add(all, all->file, &all->n_files, &c);
		else if (links && strcmp(c.deed, "link") == 0 && leads_to_one(all, root, c.path))
			add(all, all->link, &all->n_links, &c);
		alter_free(&c);
	}
	journal_lines_free(&l);
}

static void
find(struct places *all, const char *root, const char *proxy, const struct url *address)
{
	struct journal_entry *v;
	const size_t n = journal_list(&all->arena, root, &v);

	for (int links = 0; links <= 1; links++)
		for (size_t i = 0; i < n; i++)
			if (move_is_for_host(&v[i], address) && strcmp(v[i].proxy, proxy) == 0)
				look_at(all, root, address, v[i].dir, links == 1);
}

bool
replace_is_possible(const char *root, const char *proxy, const struct url *address)
{
	struct places all = { 0 };
	bool possible;

	find(&all, root, proxy, address);
	possible = all.n_files > 0;
	arena_free(&all.arena);
	return possible;
}

static void
take_away(struct steps *out, const struct place_of_ours *v, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		steps_set_aside(out, v[i].path);
		out->v[out->n - 1].straight = v[i].straight;
		out->v[out->n - 1].replaced = true;
		steps_before_runs(out);
	}
}

/* They would be what a later run begins with. */
static void
take_answers_away(struct steps *out, const char *root, const struct url *address)
{
	struct arena a = { 0 };
	const struct place_of_ours answers = { arena_printf(&a, "/etc/antechamber/%s.yaml", address->host), false };

	if (geteuid() == 0 && fs_exists(fs_path(&a, root, answers.path)))
		take_away(out, &answers, 1);
	arena_free(&a);
}

int
replace_steps(struct plan *p, struct err *e)
{
	const struct proxy_context *c = &p->context;
	struct places all = { 0 };
	int rc = 0;

	if (!c->replaces || strcasecmp(c->replaces->host, c->answers->public_url.host) == 0)
		return 0;
	find(&all, c->root, c->found->proxy->name, c->replaces);
	if (!all.n_files)
		rc = err_set(e, ERR_VALUE, _("No site that was set up from here has the address %s, so nothing takes its place."), c->replaces->host);
	take_away(&p->steps, all.link, all.n_links);
	take_away(&p->steps, all.file, all.n_files);
	if (rc == 0)
		take_answers_away(&p->steps, c->root, c->replaces);
	arena_free(&all.arena);
	return rc;
}
