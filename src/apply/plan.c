#include "apply/plan.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "apply/call_show.h"
#include "apply/content.h"
#include "apply/diff.h"
#include "apply/move.h"
#include "apply/replace.h"
#include "base/crypto.h"
#include "base/fs.h"
#include "base/i18n.h"
#include "base/text.h"
#include "base/within.h"
#include "loop/proc.h"
#include "proxy/boxed.h"
#include "proxy/front.h"

/* ---- building ---- */

struct finding_link {
	struct arena *arena;
	const char   *file;  /* its real path, with root */
	const char   *found; /* with root, or NULL */
};

static void
is_link_to(void *ctx, const char *path)
{
	struct finding_link *f = ctx;
	char *real;

	real = within_real(path);
	if (!f->found && real && strcmp(real, f->file) == 0)
		f->found = arena_strdup(f->arena, path);
	free(real);
}

/*
 * What makes the proxy read `file': a link to it in the directory of links, or
 * the file itself.  NULL: nothing does, for it lies where only links lead.
 */
static const char *
what_is_read(struct arena *a, const struct proxy_context *c, const char *file)
{
	const char *links = c->found->link_dir ? fs_path(a, c->root, c->found->link_dir) : NULL;
	char *real = links ? within_real(fs_path(a, c->root, file)) : NULL;
	size_t root = c->root ? strlen(c->root) : 0;
	struct finding_link f = { .arena = a, .file = arena_strdup(a, real) };

	if (!real)
		return file;
	free(real);
	fs_glob(fs_join(a, links, "*"), is_link_to, &f);
	if (!f.found) {
		const char *dir = c->found->site_dir ? fs_path(a, c->root, c->found->site_dir) : "";
		return strcmp(fs_dirname(a, fs_path(a, c->root, file)), dir) == 0 ? NULL : file;
	}
	while (root && c->root[root - 1] == '/')
		root--;
	return root && strncmp(f.found, c->root, root) == 0 ? f.found + root : f.found;
}

static bool
is_written(const struct plan *p, struct arena *a, const char *path)
{
	const char *root = p->context.root, *real = fs_path(a, root, path);

	for (size_t i = 0; i < p->steps.n; i++)
		if (p->steps.v[i].path && strcmp(fs_path(a, root, p->steps.v[i].path), real) == 0)
			return true;
	return false;
}

static void
see(struct plan *p)
{
	p->seen = xcalloc(p->steps.n + 1, sizeof(*p->seen));
	for (size_t i = 0; i < p->steps.n; i++) {
		const struct step *s = &p->steps.v[i];
		struct buf text = BUF_INIT;
		struct err e = { 0 };

		if (s->kind == STEP_WRITE && step_read(&text, p->context.root, s, CONTENT_MAX, &e) == 0)
			crypto_sha256(text.s, text.len, p->seen[i]);
		else if (s->kind == STEP_WRITE && e.sys == ENOENT)
			snprintf(p->seen[i], sizeof(p->seen[i]), "absent");
		buf_free(&text);
	}
}

int
plan_build(struct plan *p, const struct proxy_context *c, const char *set_aside, struct err *e)
{
	*p = (struct plan){ .context = *c };
	if (!(c->found->proxy->caps & PROXY_FILES))
		set_aside = NULL; /* its sites are no files here; the one of this name is changed where it is */
	p->context.set_aside = arena_strdup(&p->steps.arena, set_aside);
	front_render_list(&p->steps, &p->context);
	if (proxy_render(&p->steps, &p->context, e) < 0 ||
	    front_render(&p->steps, &p->context, e) < 0) {
		plan_free(p);
		return -1;
	}
	if (set_aside) {
		const char *path = c->found->box ? set_aside : what_is_read(&p->steps.arena, c, set_aside);
		if (path && boxed_outside(&path, &p->steps.arena, c->found, e) < 0) {
			plan_free(p);
			return -1;
		}
		if (path && !is_written(p, &p->steps.arena, path)) {
			steps_set_aside(&p->steps, path);
			p->steps.v[p->steps.n - 1].straight = c->found->box != NULL;
			steps_before_runs(&p->steps);
		}
	}
	if (replace_steps(p, e) < 0 || move_steps(p, e) < 0) {
		plan_free(p);
		return -1;
	}
	steps_check(&p->steps);
	see(p);
	return 0;
}

int
plan_repair(struct plan *p, const struct proxy_context *c, const char *const *causes,
            struct err *e)
{
	const char **own;
	size_t n = 0;

	*p = (struct plan){ .context = *c };
	while (causes[n])
		n++;
	p->causes = own = arena_alloc(&p->steps.arena, (n + 1) * sizeof(*own));
	for (size_t i = 0; i < n; i++)
		own[i] = arena_strdup(&p->steps.arena, causes[i]);
	own[n] = NULL;
	if (c->found->proxy->repair &&
	    proxy_repair(&p->steps, &p->context, causes, e) < 0) {
		plan_free(p);
		return -1;
	}
	if (p->steps.n)
		steps_check(&p->steps);
	see(p);
	return 0;
}

void
plan_free(struct plan *p)
{
	steps_free(&p->steps);
	free(p->seen);
	*p = (struct plan){ 0 };
}

/* ---- against the disk ---- */

static enum plan_state
state_of_text(struct buf *now, const char *root, const struct step *s)
{
	struct err e = { 0 };

	if (step_read(now, root, s, CONTENT_MAX, &e) < 0)
		return e.sys == ENOENT ? PLAN_NEW : PLAN_UNKNOWN;
	return now->len == strlen(s->text) && memcmp(now->s, s->text, now->len) == 0 ?
	       PLAN_SAME : PLAN_CHANGED;
}

static enum plan_state
state_of_link(const struct plan *p, const struct step *s)
{
	struct arena a = { 0 };
	const char *path = fs_path(&a, p->context.root, s->path);
	char target[PATH_MAX];
	ssize_t len = readlink(path, target, sizeof(target) - 1);
	enum plan_state state = PLAN_CHANGED;

	if (len < 0)
		state = errno == ENOENT ? PLAN_NEW : errno == EINVAL ? PLAN_CHANGED : PLAN_UNKNOWN;
	else {
		target[len] = '\0';
		if (strcmp(target, s->target) == 0)
			state = PLAN_SAME;
	}
	arena_free(&a);
	return state;
}

/* As it was read; whether that still holds is seen when its turn comes. */
static enum plan_state
call_state(const struct call *c)
{
	if (c->was && c->is && strcmp(c->was, c->is) == 0)
		return PLAN_SAME;
	return c->was ? PLAN_CHANGED : PLAN_NEW;
}

static enum plan_state
state_of(const struct plan *p, size_t step, struct buf *now)
{
	const struct step *s = &p->steps.v[step];
	struct arena a = { 0 };
	const char *path = s->path ? fs_path(&a, p->context.root, s->path) : NULL;
	enum plan_state state = PLAN_SAME;
	struct stat st;

	switch (s->kind) {
	case STEP_WRITE:
		state = state_of_text(now, p->context.root, s);
		break;
	case STEP_LINK:
		state = state_of_link(p, s);
		break;
	case STEP_SET_ASIDE:
		if (lstat(path, &st) == 0)
			state = PLAN_CHANGED;
		else
			state = errno == ENOENT ? PLAN_SAME : PLAN_UNKNOWN;
		break;
	case STEP_CALL:
		state = call_state(s->call);
		break;
	case STEP_RMDIR: /* goes along with what was in it */
	case STEP_RUN:
	case STEP_CHECK:
		break;
	}
	arena_free(&a);
	return state;
}

enum plan_state
plan_state(const struct plan *p, size_t step)
{
	struct buf now = BUF_INIT;
	enum plan_state state = state_of(p, step, &now);

	buf_free(&now);
	return state;
}

bool
plan_changes(const struct plan *p)
{
	for (size_t i = 0; i < p->steps.n; i++)
		if (plan_state(p, i) != PLAN_SAME)
			return true;
	return false;
}

/* ---- showing ---- */

const char *
plan_verb(const struct plan *p, size_t step)
{
	switch (p->steps.v[step].kind) {
	case STEP_WRITE:
		switch (plan_state(p, step)) {
		case PLAN_NEW:
			return _("new file");
		case PLAN_SAME:
			return _("as it is");
		case PLAN_CHANGED:
		case PLAN_UNKNOWN:
			break;
		}
		return _("change");
	case STEP_LINK:
		return plan_state(p, step) == PLAN_SAME ? _("as it is") : _("link");
	case STEP_SET_ASIDE:
		return p->steps.v[step].replaced ? _("take away") : _("set aside");
	case STEP_RMDIR:
		/* TRANSLATORS: a step of the plan: an empty directory goes, or a site of ours; at most 10 columns */
		return _("take away");
	case STEP_RUN:
		/* TRANSLATORS: a step of the plan: a proxy is stopped; at most 10 columns */
		return p->steps.v[step].again ? _("stop") : _("run");
	case STEP_CALL:
		/* TRANSLATORS: a step of the plan: a request to the API of a service; at most 10 columns */
		return _("call");
	case STEP_CHECK:
		break;
	}
	return _("check");
}

void
plan_object(struct buf *out, const struct plan *p, size_t step)
{
	const struct step *s = &p->steps.v[step];

	if (s->kind == STEP_RUN)
		proc_show(out, s->argv);
	else if (s->kind == STEP_CALL)
		call_object(out, s->call);
	else if (s->kind == STEP_CHECK)
		url_base(out, &p->context.answers->public_url);
	else
		text_safe(out, s->path, strlen(s->path), PATH_MAX);
}

/* Tabs and ends of lines are what a diff is made of; text_safe() would turn them into blanks. */
static void
put_clean(struct buf *out, const struct buf *text)
{
	const char *p = text->s, *end = text->s + text->len;

	while (p < end) {
		size_t len = strcspn(p, "\t\n");
		text_safe(out, p, len, 4 * len + 4);
		p += len;
		if (p < end)
			buf_putc(out, *p++);
	}
}

/* A link that goes has no text. */
static bool
read_file(struct buf *now, const struct plan *p, const struct step *s)
{
	struct arena a = { 0 };
	const char *path = fs_path(&a, p->context.root, s->path);
	struct err ignored = { 0 };
	struct stat st;
	bool is = lstat(path, &st) == 0 && S_ISREG(st.st_mode) &&
	          step_read(now, p->context.root, s, CONTENT_MAX, &ignored) == 0;

	arena_free(&a);
	return is;
}

static int
diff_step(struct buf *out, const struct plan *p, size_t step, enum plan_state wanted, struct err *e)
{
	const struct step *s = &p->steps.v[step];
	struct buf now = BUF_INIT, diff = BUF_INIT;
	enum plan_state state = state_of(p, step, &now);
	int rc = 0;

	if (s->kind == STEP_CALL) {
		if (state == wanted)
			diff_call(&diff, s->call);
	} else if (s->kind == STEP_SET_ASIDE) {
		if (state == wanted && read_file(&now, p, s))
			diff_unified(&diff, s->path, now.s, "/dev/null", "");
	} else if (state == PLAN_UNKNOWN && s->secret) { /* whoever may not read it may read the rest */
		if (wanted == PLAN_CHANGED)
			buf_printf(&diff, "Secret file %s cannot be read\n", s->path);
	} else if (state == PLAN_UNKNOWN)
		rc = err_set(e, ERR_IO,
		             _("%s cannot be read, so there is no diff. Try again with sudo."),
		             s->path);
	else if (state != wanted)
		;
	else if (s->secret)
		buf_printf(&diff, state == PLAN_NEW ? "New secret file %s\n" : "Secret file %s differs\n", s->path);
	else
		diff_unified(&diff, state == PLAN_NEW ? "/dev/null" : s->path, now.s, s->path,
		             s->text);
	put_clean(out, &diff);
	buf_free(&now);
	buf_free(&diff);
	return rc;
}

int
plan_diff(struct buf *out, const struct plan *p, struct err *e)
{
	/* What is only taken away is read last. */
	static const struct {
		enum plan_state state;
		bool            replaced;
	} order[] = { { PLAN_CHANGED, false }, { PLAN_NEW, false }, { PLAN_CHANGED, true } };

	for (size_t k = 0; k < ARRAY_LEN(order); k++)
		for (size_t i = 0; i < p->steps.n; i++) {
			const struct step *s = &p->steps.v[i];

			if ((s->kind == STEP_WRITE || s->kind == STEP_CALL || (s->kind == STEP_SET_ASIDE && (s->leaving || s->replaced))) &&
			    s->replaced == order[k].replaced && diff_step(out, p, i, order[k].state, e) < 0)
				return -1;
		}
	return 0;
}

struct json *
plan_files_json(const struct plan *p)
{
	struct json *all = json_array();

	for (size_t i = 0; i < p->steps.n; i++) {
		const struct step *s = &p->steps.v[i];
		char mode[16];

		if (s->kind != STEP_WRITE)
			continue;
		struct json *j = json_object();
		snprintf(mode, sizeof(mode), "%04o", (unsigned)s->mode);
		json_set_string(j, "path", s->path);
		json_set_string(j, "mode", mode);
		if (s->secret)
			json_set_bool(j, "secret", true);
		else
			json_set_string(j, "text", s->text);
		json_push(all, j);
	}
	return all;
}

void
plan_text(struct buf *out, const struct plan *p, size_t step)
{
	const struct step *s = &p->steps.v[step];

	if (s->kind == STEP_CALL)
		call_text(out, s->call);
	else if (s->kind == STEP_WRITE && !s->secret)
		buf_puts(out, s->text);
}

struct json *
plan_calls_json(const struct plan *p)
{
	struct json *all = json_array();

	for (size_t i = 0; i < p->steps.n; i++)
		if (p->steps.v[i].kind == STEP_CALL)
			json_push(all, call_print_json(p->steps.v[i].call));
	return all;
}
