/* fixture.h - a probe origin, tiny proxies before it, and a run of checks, all in one loop. */
#ifndef TESTS_CHECK_FIXTURE_H
#define TESTS_CHECK_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "check/check.h"
#include "loop/loop.h"
#include "loop/net.h"
#include "origin/origin.h"

#define UNUSED   __attribute__((unused))
#define PATIENCE 20000 /* ms until a test gives up */
#define PASSWORD "correct horse"

/* What a stand-in does with requests whose target begins with `path'; the first that fits. */
struct rule {
	const char *path;
	enum { PASS, CANNED, HANG, HANG_UP } act;
	const char *canned;        /* the whole answer */
	size_t      canned_len;    /* 0: strlen */
	const char *only_if;       /* the rule fits only requests whose head holds this */
	const char *drop[6];       /* request headers, by name */
	const char *set[4];        /* request header lines */
	const char *strip, *prefix; /* taken from and put before the target */
	const char *answer_set;    /* a header line put into the answer */
	const char *answer_drop;   /* a header taken out of it */
	int         hold_ms;       /* the answer is held back this long */
	int         cut_ms;        /* the connection is cut after this long */
	bool        once;          /* the first answer is kept and served again */
};

struct standin {
	struct loop       *loop;
	int                fd;
	unsigned           port, upstream;
	const struct rule *rules;  /* ends with a NULL path */
	struct link       *links;
	struct buf         kept;
	unsigned           asked;  /* requests seen */
	struct buf         log;    /* request lines, a newline each */
};

struct link {
	struct link       *next;
	struct standin    *s;
	const struct rule *rule;
	int                client, up; /* -1: closed */
	struct buf         in, to_client, to_up;
	bool               begun, head_done, held, up_gone;
	unsigned           timer, cutter;
};

static UNUSED int
loopback_listen(unsigned *port)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(a);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&a, sizeof(a)) < 0 || listen(fd, 64) < 0 ||
	    getsockname(fd, (struct sockaddr *)&a, &len) < 0)
		abort();
	*port = ntohs(a.sin_port);
	return fd;
}

/* A port where nothing listens: taken and given back. */
static UNUSED unsigned
dead_port(void)
{
	unsigned port;
	int fd = loopback_listen(&port);

	close(fd);
	return port;
}

static void
link_drop(struct link *k)
{
	struct link **at = &k->s->links;

	while (*at != k)
		at = &(*at)->next;
	*at = k->next;
	loop_cancel(k->s->loop, k->timer);
	loop_cancel(k->s->loop, k->cutter);
	if (k->client >= 0) {
		loop_unwatch(k->s->loop, k->client);
		close(k->client);
	}
	if (k->up >= 0) {
		loop_unwatch(k->s->loop, k->up);
		close(k->up);
	}
	buf_free(&k->in);
	buf_free(&k->to_client);
	buf_free(&k->to_up);
	free(k);
}

static void
drain(struct buf *b, int fd)
{
	while (fd >= 0 && b->len) {
		ssize_t n = send(fd, b->s, b->len, MSG_NOSIGNAL);

		if (n <= 0)
			return;
		buf_eat(b, (size_t)n);
	}
}

static void
link_want(struct link *k)
{
	if (k->client >= 0)
		loop_want(k->s->loop, k->client, POLLIN | (k->to_client.len && !k->held
		                                           ? POLLOUT : 0));
	if (k->up >= 0)
		loop_want(k->s->loop, k->up, POLLIN | (k->to_up.len ? POLLOUT : 0));
}

/* Send on what may go; close when the other side has closed and all is delivered. */
static void
link_push(struct link *k)
{
	if (!k->held)
		drain(&k->to_client, k->client);
	drain(&k->to_up, k->up);
	if (k->up_gone && !k->held && !k->to_client.len) {
		link_drop(k);
		return;
	}
	link_want(k);
}

static void
link_release(void *ctx)
{
	struct link *k = ctx;

	k->timer = 0;
	k->held = false;
	link_push(k);
}

static void
link_cut(void *ctx)
{
	struct link *k = ctx;

	k->cutter = 0;
	link_drop(k);
}

static void
add_lines(struct buf *out, const char *head, const char *const *drop)
{
	const char *line = strstr(head, "\r\n") + 2, *next;

	for (; strncmp(line, "\r\n", 2); line = next) {
		bool gone = false;

		next = strstr(line, "\r\n") + 2;
		for (size_t i = 0; drop && i < 6 && drop[i]; i++)
			gone = gone || (!strncasecmp(line, drop[i], strlen(drop[i])) &&
			                line[strlen(drop[i])] == ':');
		if (!gone)
			buf_add(out, line, (size_t)(next - line));
	}
}

/* The answer's head goes out changed; what follows goes as it is. */
static void
answer_head(struct link *k)
{
	const struct rule *u = k->rule;
	char *end = strstr(k->to_client.s, "\r\n\r\n");
	struct buf out = BUF_INIT;
	const char *drop[6] = { u ? u->answer_drop : NULL };

	if (k->head_done || !end)
		return;
	if (!strncmp(k->to_client.s, "HTTP/1.1 100", 12))
		return; /* interim */
	k->head_done = true;
	if (!u || (!u->answer_set && !u->answer_drop && !u->once))
		return;
	buf_add(&out, k->to_client.s, (size_t)(strstr(k->to_client.s,
	                                              "\r\n") + 2 - k->to_client.s));
	add_lines(&out, k->to_client.s, drop);
	if (u->answer_set)
		buf_printf(&out, "%s\r\n", u->answer_set);
	buf_puts(&out, "\r\n");
	buf_add(&out, end + 4, k->to_client.len - (size_t)(end + 4 - k->to_client.s));
	buf_free(&k->to_client);
	k->to_client = out;
	if (u->once && !k->s->kept.len)
		buf_add(&k->s->kept, out.s, out.len);
}

static void
on_up(void *ctx, int fd, short revents)
{
	struct link *k = ctx;
	char bytes[16384];
	ssize_t n;

	(void)revents;
	while ((n = recv(fd, bytes, sizeof(bytes), 0)) > 0)
		buf_add(&k->to_client, bytes, (size_t)n);
	answer_head(k);
	if (n == 0 || (n < 0 && errno != EAGAIN)) {
		k->up_gone = true;
		loop_unwatch(k->s->loop, k->up);
		close(k->up);
		k->up = -1;
	}
	link_push(k);
}

static void
link_upstream(struct link *k, const char *target, const char *method)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	                         .sin_port = htons((uint16_t)k->s->upstream) };
	const struct rule *u = k->rule;
	char *end = strstr(k->in.s, "\r\n\r\n");

	k->up = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (connect(k->up, (struct sockaddr *)&a, sizeof(a)) < 0) {
		close(k->up);
		k->up = -1;
		k->up_gone = true;
		buf_puts(&k->to_client, "HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n");
		link_push(k);
		return;
	}
	setsockopt(k->up, IPPROTO_TCP, TCP_NODELAY, &(int){ 1 }, sizeof(int));
	fcntl(k->up, F_SETFL, O_NONBLOCK);
	if (u && u->strip && !strncmp(target, u->strip, strlen(u->strip)))
		target += strlen(u->strip);
	buf_printf(&k->to_up, "%s %s%s HTTP/1.1\r\n", method, u && u->prefix ? u->prefix : "",
	           target);
	add_lines(&k->to_up, k->in.s, u ? u->drop : NULL);
	for (size_t i = 0; u && i < 4 && u->set[i]; i++)
		buf_printf(&k->to_up, "%s\r\n", u->set[i]);
	buf_puts(&k->to_up, "\r\n");
	buf_add(&k->to_up, end + 4, k->in.len - (size_t)(end + 4 - k->in.s));
	if (u && u->hold_ms) {
		k->held = true;
		k->timer = loop_after(k->s->loop, u->hold_ms, link_release, k);
	}
	if (u && u->cut_ms)
		k->cutter = loop_after(k->s->loop, u->cut_ms, link_cut, k);
	loop_watch(k->s->loop, k->up, POLLIN | POLLOUT, on_up, k);
}

static const struct rule *
rule_for(const struct standin *s, const char *target, const char *head)
{
	for (const struct rule *u = s->rules; u && u->path; u++)
		if (!strncmp(target, u->path, strlen(u->path)) &&
		    (!u->only_if || strcasestr(head, u->only_if)))
			return u;
	return NULL;
}

/* False: the link is gone. */
static bool
link_begin(struct link *k)
{
	char method[16], target[1024];

	if (!strstr(k->in.s, "\r\n\r\n") || sscanf(k->in.s, "%15s %1023s", method, target) != 2)
		return true;
	k->begun = true;
	k->s->asked++;
	buf_printf(&k->s->log, "%s %s\n", method, target);
	k->rule = rule_for(k->s, target, k->in.s);
	if (k->rule && k->rule->act == HANG_UP) {
		link_drop(k);
		return false;
	}
	if (k->rule && k->rule->act == HANG)
		return true;
	if (k->rule && (k->rule->act == CANNED || (k->rule->once && k->s->kept.len))) {
		if (k->rule->act != CANNED)
			buf_add(&k->to_client, k->s->kept.s, k->s->kept.len);
		else if (k->rule->canned_len)
			buf_add(&k->to_client, k->rule->canned, k->rule->canned_len);
		else
			buf_puts(&k->to_client, k->rule->canned);
		k->up_gone = true;
		if (k->rule->hold_ms) {
			k->held = true;
			k->timer = loop_after(k->s->loop, k->rule->hold_ms, link_release, k);
		}
		link_push(k);
		return false;
	}
	link_upstream(k, target, method);
	return false;
}

static void
on_client(void *ctx, int fd, short revents)
{
	struct link *k = ctx;
	char bytes[16384];
	ssize_t n;

	(void)revents;
	while ((n = recv(fd, bytes, sizeof(bytes), 0)) > 0)
		buf_add(k->begun ? &k->to_up : &k->in, bytes, (size_t)n);
	if (n == 0 || (n < 0 && errno != EAGAIN)) {
		link_drop(k);
		return;
	}
	if (!k->begun) {
		if (link_begin(k))
			return;
		return;
	}
	link_push(k);
}

static void
on_accept(void *ctx, int fd, short revents)
{
	struct standin *s = ctx;
	int client;

	(void)revents;
	while ((client = accept4(fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
		struct link *k = xcalloc(1, sizeof(*k));

		setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &(int){ 1 }, sizeof(int));
		k->s = s;
		k->client = client;
		k->up = -1;
		k->in = k->to_client = k->to_up = (struct buf)BUF_INIT;
		k->next = s->links;
		s->links = k;
		loop_watch(s->loop, client, POLLIN, on_client, k);
	}
}

static UNUSED struct standin *
standin_up(struct loop *l, unsigned upstream, const struct rule *rules)
{
	struct standin *s = xcalloc(1, sizeof(*s));

	s->loop = l;
	s->upstream = upstream;
	s->rules = rules;
	s->kept = s->log = (struct buf)BUF_INIT;
	s->fd = loopback_listen(&s->port);
	loop_watch(l, s->fd, POLLIN, on_accept, s);
	return s;
}

static UNUSED void
standin_down(struct standin *s)
{
	if (!s)
		return;
	while (s->links)
		link_drop(s->links);
	loop_unwatch(s->loop, s->fd);
	close(s->fd);
	buf_free(&s->kept);
	buf_free(&s->log);
	free(s);
}

struct world {
	struct loop          *l;
	struct net           *n;
	struct needs          needs;
	struct origin        *o, *other;
	struct standin       *s, *s2;
	struct check_options  opt;
	struct url            origin, public_url;
	struct check_run     *run;
	bool                  done, late;
	size_t                told;
	double                took;
};

static UNUSED void
world_origin(struct world *w, unsigned misbehave, const char *password)
{
	struct err e = { 0 };

	origin_free(w->o);
	w->o = origin_start(w->l, &w->needs, &(struct origin_options){ .password = password,
	                    .misbehave = misbehave, .pace = 20 }, &e);
	if (!w->o)
		fail_msg("%s", e.msg);
	w->origin = (struct url){ .scheme = "http", .host = "127.0.0.1", .port = origin_port(w->o),
	                          .ip = true };
}

static UNUSED int
world_up(void **state)
{
	struct world *w = xcalloc(1, sizeof(*w));
	struct err e = { 0 };

	w->l = loop_new();
	w->n = net_new(w->l);
	if (needs_load(&w->needs, "templates", NULL, &e) < 0) {
		print_error("%s\n", e.msg);
		return -1;
	}
	w->opt.timeout_ms = 1000;
	*state = w;
	return 0;
}

static UNUSED int
world_down(void **state)
{
	struct world *w = *state;

	check_free(w->run);
	standin_down(w->s);
	standin_down(w->s2);
	origin_free(w->o);
	origin_free(w->other);
	net_free(w->n);
	loop_free(w->l);
	needs_free(&w->needs);
	free(w);
	return 0;
}

static void
on_done(void *ctx, struct check_run *r)
{
	struct world *w = ctx;

	(void)r;
	w->done = true;
	loop_stop(w->l);
}

static void
on_told(void *ctx, struct check_run *r, const struct check_result *c)
{
	struct world *w = ctx;

	(void)r;
	(void)c;
	w->told++;
}

static void
on_patience(void *ctx)
{
	struct world *w = ctx;

	w->late = true;
	loop_stop(w->l);
}

static UNUSED void
show(const struct check_run *r)
{
	for (size_t i = 0; i < check_count(r); i++) {
		const struct check_result *c = check_at(r, i);
		struct buf b = BUF_INIT;

		json_write(&b, c->observed, false);
		print_error("%-10s %-18s %-4s %-18s %s %s\n", check_target_name(c->target), c->id,
		            check_finished(r, i) ? check_status_name(c->status) : "?",
		            c->cause ? c->cause->id : "", c->detail, b.s);
		buf_free(&b);
	}
}

/* Run the checklist with w->opt to its end. */
static UNUSED void
run_all(struct world *w)
{
	struct err e = { 0 };
	unsigned timer = loop_after(w->l, PATIENCE, on_patience, w);
	double start = loop_seconds();

	check_free(w->run);
	w->done = w->late = false;
	w->told = 0;
	w->opt.origin = *w->origin.scheme ? &w->origin : NULL;
	w->opt.public_url = *w->public_url.scheme ? &w->public_url : NULL;
	w->run = check_start(w->l, w->n, &w->needs, &w->opt, on_told, on_done, w, &e);
	if (!w->run)
		fail_msg("%s", e.msg);
	if (loop_run(w->l, &e) < 0)
		fail_msg("%s", e.msg);
	loop_cancel(w->l, timer);
	w->took = loop_seconds() - start;
	if (getenv("SHOW") || w->late)
		show(w->run);
	assert_false(w->late);
	assert_true(w->done);
	assert_true(check_is_done(w->run));
	assert_int_equal(w->told, check_count(w->run));
}

static UNUSED const struct check_result *
result(struct world *w, const char *id, enum check_target t)
{
	const struct check_result *c = check_find(w->run, id, t);

	if (!c)
		fail_msg("no check %s", id);
	return c;
}

#define expect(w, id, target, status) expect_at(w, id, target, status, NULL, __LINE__)
#define expect_cause(w, id, target, status, cause) expect_at(w, id, target, status, cause, __LINE__)

static UNUSED void
expect_at(struct world *w, const char *id, enum check_target t, enum check_status status,
          const char *cause,
          int line)
{
	const struct check_result *c = result(w, id, t);
	const char *is = c->cause ? c->cause->id : NULL;

	if (c->status != status || (cause && (!is || strcmp(is, cause))) ||
	    (!cause && is && status != CHECK_WARN)) {
		show(w->run);
		fail_msg("line %d: %s is %s %s, not %s %s: %s", line, id,
		         check_status_name(c->status), is ? is : "",
		         check_status_name(status), cause ? cause : "", c->detail);
	}
	assert_non_null(c->detail);
	assert_true(*c->detail);
}

static UNUSED void
expect_verdict(struct world *w, const char *cause)
{
	const struct cause *c = check_verdict(w->run);

	if (!c || !cause ? c != NULL || cause != NULL : strcmp(c->id, cause) != 0) {
		show(w->run);
		fail_msg("the verdict is %s, not %s", c ? c->id : "null", cause ? cause : "null");
	}
}

/* A stand-in with these rules before the origin, under the name of the public address. */
static UNUSED void
world_front(struct world *w, const struct rule *rules)
{
	standin_down(w->s);
	w->s = standin_up(w->l, w->o ? origin_port(w->o) : 0, rules);
	w->public_url = (struct url){ .scheme = "http", .host = "127.0.0.1", .port = w->s->port,
	                              .ip = true };
}

#endif
