#include "proxy/boxed.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/fs.h"
#include "base/i18n.h"
#include "proxy/own_cert.h"
#include "proxy/running.h"

const char *
proxy_root(const struct proxy_found *f, const char *root)
{
	return f && f->box ? f->box->root : root;
}

const struct proxy_found *
proxy_here(const struct proxy_found *f)
{
	return !f->box ? f : f->here->installed ? f->here : NULL;
}

const char *
proxy_argument(struct arena *a, const struct proxy_context *c, const char *path)
{
	return c->found && c->found->box ? path : fs_path(a, c->root, path);
}

bool
boxed_has(const struct proxy_found *f, pid_t pid)
{
	return f->box ? pid == f->box->pid || box_same("/proc", pid, f->box->pid)
	              : !running_elsewhere("/proc", pid);
}

const char *
boxed_reach(const struct proxy_found *f)
{
	return !f || !f->box || f->box->shares_network ? NULL
	       : f->box->gateway ? f->box->gateway : "";
}

/* Its first process is told by the engine: an image need not have a program for that. */
static size_t
put_signal(const char **out, const struct box *b, const char *const *argv)
{
	size_t k = 0;

	out[k++] = "kill";
	out[k++] = "--signal";
	out[k++] = argv[1] + 1;
	out[k++] = b->name;
	return k;
}

const char *const *
boxed_argv(struct arena *a, const struct proxy_found *f, const char *const *argv)
{
	const struct box *b = f ? f->box : NULL;
	const char **out;
	size_t n = 0, k = 0;

	if (!b)
		return argv;
	while (argv[n])
		n++;
	out = arena_alloc(a, (n + 7) * sizeof(*out));
	out[k++] = b->engine->command;
	/* Always said: the environment may name another engine, now or at a rollback. */
	if (b->told && !b->socket && b->engine->direct) {
		out[k++] = b->engine->direct;
	} else {
		out[k++] = b->engine->option;
		out[k++] = arena_printf(a, "unix://%s", b->socket ? b->socket : b->engine->socket);
	}
	if (strcmp(argv[0], "kill") == 0) {
		k += put_signal(out + k, b, argv);
		out[k] = NULL;
		return out;
	}
	out[k++] = "exec";
	out[k++] = b->name;
	memcpy(out + k, argv, (n + 1) * sizeof(*argv));
	return out;
}

/* ---- what the proxy is shown ---- */

struct view {
	struct arena         arena;
	struct answers       answers;
	struct proxy_context context;
};

/* What a process can call itself is not enough to write where it says. */
static int
check_told(const struct box *b, struct err *e)
{
	return b->told ? 0 : err_set(e, ERR_VALUE,
	               _("%1$s did not confirm the container %2$s, so nothing is written there. Start its socket: systemctl start %3$s.socket"),
	               b->engine->name, b->name, b->engine->command);
}

int
boxed_check_origin(const struct proxy_found *f, const struct url *origin, struct err *e)
{
	const struct box *b = f->box;

	if (!boxed_reach(f) || !url_is_loopback(origin))
		return 0;
	if (!b->gateway)
		return err_set(e, ERR_VALUE,
		               _("The container %s has no way to this server. Create it again on a network that has one."),
		               b->name);
	if (box_is_deaf(b, origin->port))
		return err_set(e, ERR_VALUE,
		               _("Port %1$u is open on loopback only, and the container %2$s reaches this server at %3$s. Let OpenChamber listen on %3$s too."),
		               origin->port, b->name, b->gateway);
	return 0;
}

int
boxed_check_ports(const struct proxy_found *f, const struct answers *a, struct err *e)
{
	unsigned http, https, serving;

	answers_ports(a, &http, &https);
	serving = https ? https : http;
	if (!f->box || !serving || box_port_inside(f->box, serving))
		return 0;
	return err_set(e, ERR_VALUE,
	               _("The container %1$s does not publish port %2$u. Create it again with -p %2$u:%2$u"),
	               f->box->name, serving);
}

/* Loopback of this machine is another one there. */
static void
show_origin(struct view *v, const struct proxy_found *f)
{
	const struct box *b = f->box;
	struct url *u = &v->answers.origin;

	if (!boxed_reach(f) || !v->answers.has_origin || !url_is_loopback(u))
		return;
	snprintf(u->host, sizeof(u->host), "%s", b->host_name ? b->host_name : b->gateway);
	u->ipv6 = false;
	u->ip = !b->host_name;
}

static void
show_ports(struct view *v, const struct proxy_context *c)
{
	const struct box *b = c->found->box;
	unsigned http, https;

	if (b->shares_network)
		return;
	answers_ports(c->answers, &http, &https);
	v->answers.listen_address = NULL;
	v->answers.listen_https = https ? box_port_inside(b, https) : 0;
	v->answers.listen_http = http && box_port_inside(b, http) ? box_port_inside(b, http) : http;
}

/* A file of this machine, as it is called there; what is only there keeps its name. */
static int
show_file(char **path, struct view *v, const struct box *b, struct err *e)
{
	char *inside = *path ? box_inside(&v->arena, b, *path) : NULL;
	const char *dir;

	if (!*path || (!inside && !fs_exists(*path) && box_has(b, *path)))
		return 0;
	dir = fs_dirname(&v->arena, *path);
	if (!inside)
		return err_set(e, ERR_VALUE,
		               _("The container %1$s does not see %2$s. Create it again with -v %3$s:%3$s:ro"),
		               b->name, *path, strncmp(dir, "/etc/letsencrypt/", 17) ? dir : "/etc/letsencrypt");
	*path = inside;
	return 0;
}

/* What is not there yet is named by the directory above it that is. */
const char *
boxed_path(struct arena *a, const struct proxy_found *f, const char *path)
{
	const char *dir = fs_dirname(a, path), *inside;

	while (f->box && strlen(dir) > 1 && !fs_exists(dir))
		dir = fs_dirname(a, dir);
	inside = f->box ? box_inside(a, f->box, dir) : NULL;
	return inside ? fs_join(a, inside, path + strlen(dir) + 1) : path;
}

static int
look_inside(struct view *v, const struct proxy_context *c, struct err *e)
{
	const struct box *b = c->found->box;

	*v = (struct view){ .answers = *c->answers, .context = *c };
	v->context.answers = &v->answers;
	v->context.root = b->root;
	v->answers.validate = v->answers.reload_argv = NULL;
	if (check_told(b, e) < 0)
		return -1;
	if (v->answers.config)
		v->answers.config = arena_strdup(&v->arena, boxed_path(&v->arena, c->found, v->answers.config));
	if ((c->answers->has_origin && boxed_check_origin(c->found, &c->answers->origin, e) < 0) ||
	    boxed_check_ports(c->found, c->answers, e) < 0)
		return -1;
	show_origin(v, c->found);
	show_ports(v, c);
	if (v->answers.tls != TLS_EXISTING)
		return 0;
	return show_file(&v->answers.certificate, v, b, e) < 0 || show_file(&v->answers.key, v, b, e) < 0 ? -1 : 0;
}

/* ---- what it wants ---- */

static int
refuse_place(enum box_place place, const struct box *b, const char *path, const char *outside, struct err *e)
{
	const char *dir = fs_dirname(b->arena, path);

	switch (place) {
	case BOX_VOLUME:
		return err_set(e, ERR_VALUE,
		               _("%1$s of the container %2$s is a volume of %3$s. Mount a directory instead: -v /srv/%2$s%1$s:%1$s"),
		               dir, b->name, b->engine->name);
	case BOX_FILE:
		if (strcmp(fs_basename(outside), fs_basename(path)) != 0)
			return err_set(e, ERR_VALUE,
			               _("%1$s is mounted into the container %2$s as one file, which hides every change. Name it %3$s, and mount its directory: -v %4$s:%5$s"),
			               outside, b->name, fs_basename(path), fs_dirname(b->arena, outside), dir);
		return err_set(e, ERR_VALUE,
		               _("%1$s is mounted into the container %2$s as one file, which hides every change. Mount its directory: -v %3$s:%4$s"),
		               outside, b->name, fs_dirname(b->arena, outside), dir);
	case BOX_OWN:
	case BOX_SEEN:
		break;
	}
	return err_set(e, ERR_VALUE,
	               _("%1$s is inside the container %2$s alone, and lost with it. Mount a directory there: -v /srv/%2$s%1$s:%1$s"),
	               dir, b->name);
}

/* What goes beside a main file, or into a directory that is yet to be made there: that file's place is what counts. */
static bool
is_beside_config(struct arena *a, const struct proxy_found *f, const char *path)
{
	char *outside;

	return f->config && strcmp(box_dir(a, f->box, path), fs_dirname(a, f->config)) == 0 &&
	       box_outside(a, f->box, f->config, &outside) != BOX_SEEN;
}

int
boxed_outside(const char **path, struct arena *a, const struct proxy_found *f, struct err *e)
{
	const char *there = *path;
	enum box_place place;
	char *outside;

	if (!f->box)
		return 0;
	if (check_told(f->box, e) < 0)
		return -1;
	place = box_outside(a, f->box, there, &outside);
	if (place == BOX_OWN && is_beside_config(a, f, there))
		place = box_outside(a, f->box, there = f->config, &outside);
	if (place != BOX_SEEN)
		return refuse_place(place, f->box, there, outside, e);
	*path = outside;
	return 0;
}

int
boxed_check_sites(const struct proxy_found *f, struct err *e)
{
	struct arena a = { 0 };
	const char *path = f->box && f->site_dir ? fs_join(&a, f->site_dir, "openchamber.conf") : f->config;
	const int rc = !f->box ? 0 : path ? boxed_outside(&path, &a, f, e) : check_told(f->box, e);

	arena_free(&a);
	return rc;
}

const char *
proxy_own_certificate(struct arena *a, const struct proxy_context *c)
{
	const char *certificate, *key;
	char *outside;

	own_cert_names(a, c, &certificate, &key);
	return c->found->box && box_outside(a, c->found->box, certificate, &outside) == BOX_SEEN ? outside
	                                                                                         : certificate;
}

/* A command that somebody wrote down is one of this machine, and stays as it is. */
static const char *const *
command_of(struct arena *a, const struct proxy_context *c, const struct step *s)
{
	const char *const *own = (const char *const *)(s->role == ROLE_VALIDATE ? c->answers->validate
	                                               : s->role == ROLE_RELOAD ? c->answers->reload_argv
	                                                                        : NULL);

	return own ? own : boxed_argv(a, c->found, s->argv);
}

static int
do_from_here(struct steps *out, size_t from, const struct proxy_context *c, struct err *e)
{
	for (size_t i = from; i < out->n; i++) {
		struct step *s = &out->v[i];
		struct stat st;

		if (s->path && boxed_outside(&s->path, &out->arena, c->found, e) < 0)
			return -1;
		s->straight = s->path != NULL;
		if (s->kind == STEP_WRITE && lstat(s->path, &st) == 0 && S_ISLNK(st.st_mode))
			return err_set(e, ERR_VALUE, _("%s is a link that the container can turn, so it is not followed. Remove it first."),
			               s->path);
		if (s->kind == STEP_RUN)
			s->argv = command_of(&out->arena, c, s);
	}
	return 0;
}

typedef int wanted_fn(struct steps *out, const struct proxy_context *c, const void *what, struct err *e);

static int
through_box(struct steps *out, const struct proxy_context *c, wanted_fn *fn, const void *what, struct err *e)
{
	const size_t from = out->n;
	struct view v;
	int rc = -1;

	if (!c->found || !c->found->box || c->private)
		return fn(out, c, what, e);
	if (look_inside(&v, c, e) == 0 && fn(out, &v.context, what, e) == 0)
		rc = do_from_here(out, from, c, e);
	arena_free(&v.arena);
	return rc;
}

static int
want_files(struct steps *out, const struct proxy_context *c, const void *what, struct err *e)
{
	(void)what;
	return c->found->proxy->render(out, c, e);
}

static int
want_runs(struct steps *out, const struct proxy_context *c, const void *what, struct err *e)
{
	(void)what;
	return c->found->proxy->runs(out, c, e);
}

static int
want_repair(struct steps *out, const struct proxy_context *c, const void *what, struct err *e)
{
	return c->found->proxy->repair(out, c, what, e);
}

int
proxy_render(struct steps *out, const struct proxy_context *c, struct err *e)
{
	return through_box(out, c, want_files, NULL, e);
}

int
proxy_runs(struct steps *out, const struct proxy_context *c, struct err *e)
{
	return through_box(out, c, want_runs, NULL, e);
}

int
proxy_repair(struct steps *out, const struct proxy_context *c, const char *const *causes, struct err *e)
{
	return through_box(out, c, want_repair, causes, e);
}

/* In a network of its own nobody else can have its ports, and what leads there is published already. */
int
proxy_clash(const struct proxy_context *c, const struct machine *m, struct err *e)
{
	const struct box *b = c->found->box;

	if (!c->found->proxy->clash || (b && !b->shares_network))
		return 0;
	return c->found->proxy->clash(c, m, e);
}

const char *
proxy_serves_at(struct arena *a, const struct proxy_context *c)
{
	const struct box *b = c->found->box;
	unsigned http, https;

	answers_ports(c->answers, &http, &https);
	for (size_t i = 0; b && i < b->n_ports; i++)
		if (*b->ports[i].address && b->ports[i].outside == (https ? https : http))
			return b->ports[i].address;
	return c->found->proxy->serves_at ? c->found->proxy->serves_at(a, c) : NULL;
}
