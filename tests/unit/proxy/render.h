/* render.h - answers rendered for a proxy that was found: the steps they lead to, what is refused, a rehearsal. */
#ifndef TESTS_RENDER_H
#define TESTS_RENDER_H

#include "../loopback.h"
#include "world.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>

#define EXISTING "mode: existing, certificate: /etc/ssl/c.pem, key: /etc/ssl/c.key"
#define ANSWERS(proxy, public, tls) \
	"version: 1\norigin: http://127.0.0.1:3000\npublic: " public "\nproxy: " proxy "\ntls: {" tls "}\n"
#define HTTPS_ANSWERS(proxy) ANSWERS(proxy, "https://chat.example.org", EXISTING)
#define HTTP_ANSWERS(proxy)  ANSWERS(proxy, "http://chat.example.org", "mode: none")

typedef void find_fn(struct proxy_found *f, struct tree *t, const char *version); /* world_found() */

/* All steps on one line: "write PATH MODE; link PATH -> TARGET; validate ARGUMENTS". */
static inline void
show_steps(struct buf *out, const struct steps *s)
{
	for (size_t i = 0; i < s->n; i++) {
		const struct step *t = &s->v[i];

		buf_puts(out, i ? "; " : "");
		if (t->kind == STEP_WRITE)
			buf_printf(out, "write %s %o%s%s", t->path, (unsigned)t->mode, t->made ? " made" : "", t->secret ? " secret" : "");
		if (t->kind == STEP_LINK)
			buf_printf(out, "link %s -> %s", t->path, t->target);
		if (t->kind == STEP_SET_ASIDE)
			buf_printf(out, "aside %s", t->path);
		if (t->kind == STEP_RUN) {
			buf_puts(out, t->role == ROLE_VALIDATE ? "validate" : t->role == ROLE_RELOAD ? "reload" : "run");
			for (const char *const *arg = t->argv; *arg; arg++)
				buf_printf(out, " %s", *arg);
		}
	}
}

/* ---- one attempt ---- */

struct rendering {
	struct answers     a;
	struct proxy_found f;
	struct steps       steps;
	struct err         e;
	struct buf         shown; /* its steps on one line, with ROOT for the tree's own */
	int                rc;
};

#define RENDERING { .shown = BUF_INIT }

/* Of the answers and what was found as they stand there. */
static inline void
rendering_make(struct rendering *r, struct tree *t)
{
	r->rc = world_render(&r->steps, t, &r->f, &r->a, &r->e);
	show_steps(&r->shown, &r->steps);
	replace_all(&r->shown, t->root, "ROOT");
}

static inline void
rendering_free(struct rendering *r)
{
	buf_free(&r->shown);
	steps_free(&r->steps);
	proxy_found_free(&r->f);
	answers_free(&r->a);
}

/* Answers in which one text stands for another; `from' "": as they are. */
static inline void
parse_answers_with(struct answers *a, const char *text, const char *from, const char *to)
{
	struct buf b = BUF_INIT;

	buf_puts(&b, text);
	if (*from)
		replace_all(&b, from, to);
	parse_answers(a, b.s);
	buf_free(&b);
}

/* ---- words ---- */

struct escape {
	const char *in, *want; /* NULL: refused */
};

static inline void
escapes_hold(const struct proxy *p, const struct escape *cases, size_t n)
{
	for (const struct escape *c = cases; c < cases + n; c++) {
		struct buf out = BUF_INIT;
		struct err e = { 0 };

		assert_int_equal(p->escape(&out, c->in, &e), c->want ? 0 : -1);
		if (c->want)
			assert_string_equal(out.s, c->want);
		else
			assert_int_equal(e.code, ERR_VALUE);
		buf_free(&out);
	}
}

enum hostile_field { IN_HOST, IN_ORIGIN, IN_CERTIFICATE, IN_KEY, IN_LISTEN, IN_TRUSTED, IN_SCHEME, HOSTILE_FIELDS };

/* A hostile value straight in an answer, past the field's own check. */
struct hostile {
	enum hostile_field field;
	const char        *value;
	char              *path;      /* that ends with it */
	char              *ranges[2]; /* that is one */
};

static inline void
hostile_put(struct answers *a, struct hostile *h)
{
	switch (h->field) {
	case IN_HOST: snprintf(a->public_url.host, sizeof(a->public_url.host), "%s", h->value); break;
	case IN_ORIGIN: snprintf(a->origin.host, sizeof(a->origin.host), "%s", h->value); break;
	case IN_CERTIFICATE: a->certificate = h->path; break;
	case IN_KEY: a->key = h->path; break;
	case IN_LISTEN: a->listen_address = (char *)h->value; break;
	case IN_TRUSTED: a->cdn = CDN_OTHER; a->trusted = h->ranges; break;
	case IN_SCHEME: snprintf(a->origin.scheme, sizeof(a->origin.scheme), "%s", h->value); break;
	case HOSTILE_FIELDS: break;
	}
}

/* Each value in each field: refused, or `taken' is asked whether it does no harm.  How many were taken. */
static inline size_t
hostile_values(struct tree *t, const char *answers, const char *version, find_fn *find, const char *const *evil, size_t n,
               void (*taken)(struct tree *t, const struct hostile *h, const struct steps *s))
{
	size_t n_taken = 0;

	for (size_t i = 0; i < HOSTILE_FIELDS * n; i++) {
		struct rendering r = RENDERING;
		struct hostile h = { .field = i / n, .value = evil[i % n], .ranges = { (char *)evil[i % n] } };

		h.path = arena_printf(&t->arena, "/etc/ssl/%s", h.value);
		parse_answers(&r.a, answers);
		hostile_put(&r.a, &h);
		find(&r.f, t, version);
		rendering_make(&r, t);
		if (r.rc == 0) {
			taken(t, &h, &r.steps);
			n_taken++;
		} else {
			assert_int_equal(r.e.code, ERR_VALUE);
		}
		r.a.trusted = NULL;
		rendering_free(&r);
	}
	return n_taken;
}

/* ---- a rehearsal ---- */

struct rehearsal {
	struct steps steps;
	char         said[2048];  /* on its http port, to /x?y=%2F */
	char         proof[2048]; /* and to who proves the name */
	int          status;      /* with which it ended */
};

/* In the child: what is root's is nobody's in a rehearsal. */
static inline void
rehearsal_run(const char *const *argv, const char *log)
{
	dup2(open(log, O_WRONLY | O_CREAT, 0600), 2);
	if (geteuid() == 0 && (setgid(65534) < 0 || setuid(65534) < 0))
		_exit(126);
	execvp(argv[0], (char *const *)argv);
	_exit(127);
}

/* A private copy starts, answers where it was told to listen, and is ended; without the proxy there is none. */
static inline void
rehearse(struct rehearsal *r, struct tree *t, const char *answers, const char *version, find_fn *find)
{
	struct proxy_private private = {
		.dir = tree_path(t, "/private dir"), .http = free_port(), .https = free_port(), .upstream = free_port(),
		.certificate = tree_path(t, "/private dir/c.pem"), .key = tree_path(t, "/private dir/c.key"),
	};
	const struct needs needs = { .quiet = 30 };
	struct request q = { .port = private.http, .host = "chat.example.org:81", .path = "/x?y=%2F" };
	struct proxy_found f;
	struct answers a;
	struct proxy_context c = { .answers = &a, .found = &f, .needs = &needs, .templates = "templates", .root = t->root,
	                           .private = &private };
	struct steps none = { 0 };
	struct buf log = BUF_INIT;
	struct err e = { 0 };
	char rest[64];
	bool alive;
	pid_t pid;

	world_certificate(t, "chat.example.org", "/private dir/c.pem", "/private dir/c.key");
	parse_answers(&a, answers);
	find(&f, t, version);
	if (f.proxy->rehearse(&r->steps, &c, &e) < 0)
		fail_msg("%s", e.msg);
	assert_int_equal(r->steps.n, 3);
	for (size_t i = 0; i < 2; i++)
		tree_write(t, r->steps.v[i].path, r->steps.v[i].text);
	assert_int_equal(r->steps.v[2].kind, STEP_RUN);
	if (geteuid() == 0) {
		assert_int_equal(chmod(t->root, 0755), 0);
		assert_int_equal(chown(private.dir, 65534, 65534), 0);
		assert_int_equal(chown(private.key, 65534, 65534), 0);
	}
	pid = fork();
	if (pid == 0)
		rehearsal_run(r->steps.v[2].argv, tree_path(t, "/log"));
	alive = ask_patiently(&q, r->said, sizeof(r->said));
	q.path = "/.well-known/acme-challenge/x";
	ask(&q, r->proof, sizeof(r->proof));
	kill(pid, SIGTERM);
	assert_int_equal(waitpid(pid, &r->status, 0), pid);
	if (!alive) {
		fs_read(&log, tree_path(t, "/log"), 65536, &e);
		fail_msg("it does not answer: %s", log.s);
	}
	assert_false(ask(&q, rest, sizeof(rest))); /* it was the program itself, and none of it goes on */

	f.installed = false;
	assert_int_equal(f.proxy->rehearse(&none, &c, &e), -1);
	assert_int_equal(e.code, ERR_MISSING);
	steps_free(&none);
	proxy_found_free(&f);
	answers_free(&a);
}

#endif
