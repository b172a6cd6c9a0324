/* detect.h - what is found: by running a program on a tree of our own; what its words mean; whether a reload took. */
#ifndef TESTS_DETECT_H
#define TESTS_DETECT_H

#include "../loopback.h"
#include "world.h"

#include <sys/stat.h>

#include "loop/loop.h"

static inline void
detect_stop(void *ctx)
{
	loop_stop(ctx);
}

static inline void
detect(const struct proxy *p, struct proxy_found *f, const char *root)
{
	struct loop *l = loop_new();
	struct machine m = { 0 };
	struct err e = { 0 };

	*f = (struct proxy_found){ 0 };
	p->detect(l, root, &m, f, detect_stop, l);
	assert_int_equal(loop_run(l, &e), 0);
	loop_free(l);
}

/* A program that does what one of another build would do. */
static inline void
fake_program(struct tree *t, const char *path, const char *script)
{
	tree_write(t, path, arena_printf(&t->arena, "#!/bin/sh\n%s\n", script));
	assert_int_equal(chmod(tree_path(t, path), 0755), 0);
}

/* Neither one that fails nor one that cannot be run is installed. */
static inline void
not_there(struct tree *t, const struct proxy *p, const char *path)
{
	struct proxy_found f;

	fake_program(t, path, "echo no version\nexit 3");
	detect(p, &f, t->root);
	assert_false(f.installed);
	proxy_found_free(&f);
	chmod(tree_path(t, path), 0644);
	detect(p, &f, t->root);
	assert_false(f.installed);
	assert_null(f.sites);
	proxy_found_free(&f);
}

/* What its checker said, and where that is seen to be. */
struct complaint {
	const char *said;
	const char *file; /* "": nowhere; NULL: it is none */
	const char *says; /* stands in our sentence */
	int         line; /* -1: any */
};

static inline void
complaints_hold(const struct proxy *p, const struct complaint *cases, size_t n)
{
	for (const struct complaint *c = cases; c < cases + n; c++) {
		struct err e = { 0 };
		const bool found = p->complaint(c->said, &e);

		if (found != (c->file != NULL))
			fail_msg("%s: %s", c->said, e.msg);
		if (!found)
			continue;
		if (strcmp(e.file, c->file) != 0 || (c->line >= 0 && e.line != c->line) || !strstr(e.msg, c->says))
			fail_msg("%s: %s:%d %s", c->said, e.file, e.line, e.msg);
		assert_null(strchr(e.msg, '\x1b'));
		assert_int_equal(e.code, ERR_VALUE);
	}
}

/* A program that listens already, while ours is to listen on an address. */
struct clash {
	const char *address, *listen, *program;
	unsigned    port;
	int         clash; /* what is said of it: see struct proxy */
};

static inline void
clashes_hold(struct tree *t, const struct proxy_found *f, const char *answers, const struct clash *cases, size_t n)
{
	struct answers a;

	parse_answers(&a, answers);
	for (const struct clash *c = cases; c < cases + n; c++) {
		struct listener l = { .port = c->port };
		struct machine m = { .listeners = &l, .n_listeners = 1 };
		struct err e = { 0 };
		int rc;

		snprintf(l.address, sizeof(l.address), "%s", c->address);
		snprintf(l.program, sizeof(l.program), "%s", c->program);
		a.listen_address = (char *)c->listen;
		rc = f->proxy->clash(&(struct proxy_context){ .answers = &a, .found = f, .root = t->root }, &m, &e);
		if (rc != c->clash)
			fail_msg("case %zu: %d", (size_t)(c - cases), rc);
		if (rc)
			assert_int_equal(e.code, ERR_CONFLICT);
	}
	answers_free(&a);
}

/* A connection that has had its answer and stays open. */
static inline int
held_connection(unsigned port, int status)
{
	int fd = loopback_connect(NULL, "127.0.0.1", port), got = 0;
	char text[256];
	ssize_t n;

	assert_true(fd >= 0);
	dprintf(fd, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
	n = read(fd, text, sizeof(text) - 1);
	text[n > 0 ? n : 0] = '\0';
	sscanf(text, "HTTP/1.1 %d", &got);
	assert_int_equal(got, status);
	return fd;
}

/* What becomes of a reload, within ten seconds. */
static inline enum proxy_proof
proof_at_last(const struct proxy_found *f, void *state)
{
	enum proxy_proof proof = PROOF_WAIT;

	for (int i = 0; i < 1000 && (proof = f->proxy->proof(f, state)) == PROOF_WAIT; i++)
		poll(NULL, 0, 10);
	return proof;
}

#endif
