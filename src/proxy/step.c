#include "proxy/step.h"

#include <stdlib.h>
#include <string.h>

#include "base/fs.h"

static struct step *
append(struct steps *s, enum step_kind kind)
{
	/* The capacity is a power of two, so a full list is seen from its length alone. */
	if ((s->n & (s->n - 1)) == 0)
		s->v = xreallocarray(s->v, s->n ? 2 * s->n : 1, sizeof(*s->v));
	s->v[s->n] = (struct step){ .kind = kind };
	return &s->v[s->n++];
}

void
steps_write(struct steps *s, const char *path, const char *text, mode_t mode)
{
	struct step *t = append(s, STEP_WRITE);

	t->path = arena_strdup(&s->arena, path);
	t->text = arena_strdup(&s->arena, text);
	t->mode = mode;
}

void
steps_write_made(struct steps *s, const char *path, const char *text, mode_t mode, bool secret)
{
	steps_write(s, path, text, mode);
	s->v[s->n - 1].made = true;
	s->v[s->n - 1].secret = secret;
}

void
steps_write_shared(struct steps *s, const char *path, const char *text, mode_t mode)
{
	steps_write(s, path, text, mode);
	s->v[s->n - 1].shared = true;
}

void
steps_link(struct steps *s, const char *path, const char *target)
{
	struct step *t = append(s, STEP_LINK);

	t->path = arena_strdup(&s->arena, path);
	t->target = arena_strdup(&s->arena, target);
}

void
steps_link_to(struct steps *s, const char *path, const char *file)
{
	struct arena a = { 0 };
	const char *dir = fs_dirname(&a, file), *target = file;

	if (strcmp(fs_dirname(&a, dir), fs_dirname(&a, fs_dirname(&a, path))) == 0)
		target = arena_printf(&a, "../%s/%s", fs_basename(dir), fs_basename(file));
	steps_link(s, path, target);
	arena_free(&a);
}

void
steps_set_aside(struct steps *s, const char *path)
{
	append(s, STEP_SET_ASIDE)->path = arena_strdup(&s->arena, path);
}

void
steps_before_runs(struct steps *s)
{
	size_t at = 0;

	while (at < s->n && s->v[at].kind != STEP_RUN)
		at++;
	if (at >= s->n)
		return;
	struct step last = s->v[s->n - 1];
	memmove(&s->v[at + 1], &s->v[at], (s->n - 1 - at) * sizeof(last));
	s->v[at] = last;
}

void
steps_rmdir(struct steps *s, const char *path)
{
	append(s, STEP_RMDIR)->path = arena_strdup(&s->arena, path);
}

static const char *const *
copied(struct steps *s, const char *const *argv)
{
	size_t n = 0;
	const char **copy;

	while (argv[n])
		n++;
	copy = arena_alloc(&s->arena, (n + 1) * sizeof(*copy));
	for (size_t i = 0; i < n; i++)
		copy[i] = arena_strdup(&s->arena, argv[i]);
	return copy;
}

void
steps_run(struct steps *s, enum step_role role, const char *const *argv)
{
	struct step *t = append(s, STEP_RUN);

	t->role = role;
	t->argv = copied(s, argv);
}

void
steps_stop(struct steps *s, const char *const *argv, const char *const *again)
{
	steps_run(s, ROLE_RELOAD, argv);
	s->v[s->n - 1].again = copied(s, again);
}

bool
call_string(struct call *c, size_t i, const char **name, const char ***at)
{
	const struct {
		const char  *name;
		const char **at;
	} all[] = {
		{ "service", &c->service },         { "base", &c->base },
		{ "identity", &c->identity },       { "secretFile", &c->secret_file },
		{ "key", &c->key },                 { "look", &c->look },
		{ "method", &c->method },           { "path", &c->path },
		{ "body", &c->body },               { "was", &c->was },
		{ "is", &c->is },                   { "backMethod", &c->back_method },
		{ "backPath", &c->back_path },      { "backBody", &c->back_body },
	};

	if (i >= ARRAY_LEN(all))
		return false;
	*name = all[i].name;
	*at = all[i].at;
	return true;
}

void
steps_call(struct steps *s, const struct call *c)
{
	struct call *copy = arena_alloc(&s->arena, sizeof(*copy));
	const char *name, **at;

	*copy = *c;
	for (size_t i = 0; call_string(copy, i, &name, &at); i++)
		*at = arena_strdup(&s->arena, *at);
	append(s, STEP_CALL)->call = copy;
}

void
steps_check(struct steps *s)
{
	append(s, STEP_CHECK);
}

bool
steps_has_write(const struct steps *s, const char *path)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->v[i].kind == STEP_WRITE && strcmp(s->v[i].path, path) == 0)
			return true;
	return false;
}

const struct step *
steps_find(const struct steps *s, enum step_kind kind, enum step_role role)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->v[i].kind == kind && s->v[i].role == role && !s->v[i].leaving)
			return &s->v[i];
	return NULL;
}

bool
step_asks_service(const char *const *argv)
{
	const char *name = fs_basename(argv[0]);

	return strcmp(name, "systemctl") == 0 || strcmp(name, "service") == 0;
}

const char *const *
step_instead(struct arena *a, const char *const *argv, const char *word, const char *const *behind)
{
	const char **out;
	size_t n = 0, more = 0;
	bool starts = false;

	while (argv[n])
		n++;
	while (behind && behind[more])
		more++;
	out = arena_alloc(a, (n + more + 1) * sizeof(*out));
	for (size_t i = 0; i < n; i++) {
		const bool start = i > 0 && strcmp(argv[i], "start") == 0;

		out[i] = start ? word : argv[i];
		starts |= start;
	}
	for (size_t i = 0; !starts && i < more; i++)
		out[n + i] = behind[i];
	return starts || more ? out : NULL;
}

void
steps_free(struct steps *s)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->v[i].secret)
			mem_wipe((char *)s->v[i].text, strlen(s->v[i].text));
	free(s->v);
	arena_free(&s->arena);
	*s = (struct steps){ 0 };
}

int
step_read(struct buf *out, const char *root, const struct step *s, size_t max, struct err *e)
{
	struct arena a = { 0 };
	const char *path = fs_path(&a, root, s->path);
	const int rc = s->straight ? fs_read_straight(out, path, max, e) : fs_read(out, path, max, e);

	arena_free(&a);
	return rc;
}
