#include "answers/engine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "answers/box_inside.h"
#include "base/fs.h"
#include "base/text.h"
#include "loop/proc.h"

#define ASK_MS     2000
#define MAX_BODY   ((size_t)4 << 20)
#define MAX_PLACES 6
#define MAX_LISTED 64

struct place {
	const struct engine *engine;
	char                *socket;
};

/* Lives in the arena of the box, so that nothing leaks if the loop ends early. */
struct asking {
	struct arena *arena; /* the box's */
	struct loop *loop;
	struct net  *net;
	struct box  *box;
	struct place places[MAX_PLACES];
	size_t       n_places, at;
	long long    until;
	char        *listed[MAX_LISTED]; /* where the id is not known: all that run */
	size_t       n_listed, next;
	void       (*done)(void *ctx);
	void        *ctx;
};

/* ---- what it says ---- */

/* A name that a command takes for nothing else. */
static bool
is_name(const char *s)
{
	return *s && *s != '-' && *s != '.' &&
	       s[strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-")] == '\0';
}

static void
take_port(void *ctx, const char *inside, const struct json *bindings)
{
	struct box *b = ctx;
	unsigned port;
	char protocol[8] = "";

	if (sscanf(inside, "%u/%7s", &port, protocol) != 2 || strcmp(protocol, "tcp") != 0)
		return;
	for (size_t i = 0; i < json_len(bindings); i++) {
		const struct json *one = json_at(bindings, i);

		box_add_port(b, json_get_string(one, "HostIp", ""),
		             (unsigned)strtoul(json_get_string(one, "HostPort", "0"), NULL, 10), port);
	}
}

static void
take_volumes(struct box *b, const struct json *mounts)
{
	for (size_t i = 0; i < json_len(mounts); i++) {
		const struct json *one = json_at(mounts, i);
		const char *inside = json_get_string(one, "Destination", "");

		for (size_t k = 0; k < b->n_mounts; k++)
			if (strcmp(b->mounts[k].inside, inside) == 0)
				b->mounts[k].volume = strcmp(json_get_string(one, "Type", ""), "volume") == 0;
	}
}

void
engine_take(struct box *b, const struct json *container)
{
	const char *name = json_get_string(container, "Name", "");
	const char *image = json_get_string(json_get(container, "Config"), "Image", NULL);
	struct buf safe = BUF_INIT;

	name += *name == '/';
	if (is_name(name))
		b->name = arena_strdup(b->arena, name);
	if (image) {
		text_safe(&safe, image, strlen(image), 200);
		b->image = arena_strdup(b->arena, safe.s);
	}
	if (!b->shares_network) {
		b->n_ports = 0; /* its word is complete */
		json_each(json_get(json_get(container, "NetworkSettings"), "Ports"), take_port, b);
	}
	take_volumes(b, json_get(container, "Mounts"));
	b->ports_seen = true;
	b->told = true;
	buf_free(&safe);
}

/* ---- asking ---- */

static void try_place(void *ctx);

static void
end(struct asking *q)
{
	q->done(q->ctx);
}

static void
ask(struct asking *q, const char *path, net_done_fn *fn)
{
	const long long left = q->until - loop_now();

	if (left <= 0) {
		end(q);
		return;
	}
	net_start(q->net, &(struct net_request){
		.url = arena_printf(q->arena, "http://localhost%s", path),
		.where = { .socket = q->places[q->at].socket },
		.timeout_ms = left < ASK_MS ? (int)left : ASK_MS, .max_body = MAX_BODY, .done = fn, .ctx = q,
	});
}

static struct json *
answer(const struct net_reply *r)
{
	struct err ignored = { 0 };

	return r->fault == NET_OK && r->status == 200
	       ? json_parse(r->body.s, r->body.len, "engine", &ignored) : NULL;
}

/*
 * Its own first process is in the same place.  A control group proves nothing
 * of that: anybody can give one of his own the name of somebody's container.
 */
static bool
is_it(const struct asking *q, const struct json *container)
{
	const long long pid = json_get_int(json_get(container, "State"), "Pid", 0);
	const char *id = json_get_string(container, "Id", "");

	return (!*q->box->id || strcmp(id, q->box->id) == 0) && pid > 0 &&
	       box_same("/proc", (pid_t)pid, q->box->pid);
}

static bool
take(struct asking *q, const struct json *container, const struct engine *engine, const char *socket)
{
	if (!is_it(q, container))
		return false;
	q->box->engine = engine;
	if (!*q->box->id)
		q->box->id = arena_strdup(q->box->arena, json_get_string(container, "Id", ""));
	q->box->socket = arena_strdup(q->box->arena, socket);
	engine_take(q->box, container);
	return true;
}

static void
next_place(struct asking *q)
{
	q->at++;
	q->n_listed = q->next = 0;
	try_place(q);
}

static void on_container(void *ctx, const struct net_reply *r);

static void
ask_next(struct asking *q)
{
	if (q->next < q->n_listed)
		ask(q, arena_printf(q->arena, "/containers/%s/json", q->listed[q->next++]), on_container);
	else
		next_place(q);
}

static void
on_container(void *ctx, const struct net_reply *r)
{
	struct asking *q = ctx;
	const struct place *p = &q->places[q->at];
	struct json *j = answer(r);
	const bool found = j && take(q, j, p->engine, p->socket);

	json_free(j);
	if (found)
		end(q);
	else
		ask_next(q);
}

static void
on_list(void *ctx, const struct net_reply *r)
{
	struct asking *q = ctx;
	struct json *j = answer(r);

	for (size_t i = 0; i < json_len(j) && q->n_listed < MAX_LISTED; i++) {
		const char *id = json_get_string(json_at(j, i), "Id", "");

		if (*id && id[strspn(id, "0123456789abcdef")] == '\0')
			q->listed[q->n_listed++] = arena_strdup(q->arena, id);
	}
	json_free(j);
	ask_next(q);
}

/* ---- its command ---- */

static void
on_inspected(void *ctx, const struct proc_result *r)
{
	struct asking *q = ctx;
	struct err ignored = { 0 };
	struct json *j = r->started && !r->timed_out && r->status == 0
	                 ? json_parse(r->out.s, r->out.len, "engine", &ignored) : NULL;

	if (j)
		take(q, json_at(j, 0), q->box->engine, NULL);
	json_free(j);
	end(q);
}

/* `podman inspect' reads its own store, which is root's. */
static void
ask_directly(struct asking *q)
{
	const struct engine *e = q->box->engine;
	const long long left = q->until - loop_now();

	if (!q->net || !*q->box->id || !e || !e->direct || geteuid() != 0 || left <= 0) {
		end(q);
		return;
	}
	proc_start(q->loop, &(struct proc_request){
		.argv = (const char *[]){ e->command, e->direct, "inspect", "--type", "container", q->box->id, NULL },
		.timeout_ms = (int)left, .max_output = MAX_BODY, .done = on_inspected, .ctx = q,
	});
}

static void
try_place(void *ctx)
{
	struct asking *q = ctx;

	if (q->at == q->n_places) {
		ask_directly(q);
	} else if (*q->box->id) {
		q->listed[q->n_listed++] = q->box->id;
		ask_next(q);
	} else {
		ask(q, "/containers/json", on_list);
	}
}

/* ---- where ---- */

/* Whom we act for: ourselves, or who called sudo. */
static uid_t
person(void)
{
	const char *caller = geteuid() == 0 ? getenv("SUDO_UID") : NULL;

	return caller && *caller ? (uid_t)strtoul(caller, NULL, 10) : geteuid();
}

/* What it says decides where root writes: another user's would let that user decide. */
static void
add_place(struct asking *q, const struct engine *e, const char *socket)
{
	struct stat st;

	if (q->n_places < MAX_PLACES && stat(socket, &st) == 0 && S_ISSOCK(st.st_mode) &&
	    (st.st_uid == 0 || st.st_uid == person()) && access(socket, R_OK | W_OK) == 0)
		q->places[q->n_places++] = (struct place){ e, arena_strdup(q->arena, socket) };
}

/* The one that the environment names, the usual one, the one of whom we act for. */
static void
find_places(struct asking *q)
{
	const uid_t uid = person();

	for (const struct engine *e = engines; e->name; e++) {
		const char *named = getenv(e->variable);

		if (q->box->engine && q->box->engine != e)
			continue;
		if (named && strncmp(named, "unix://", 7) == 0)
			add_place(q, e, named + 7);
		add_place(q, e, e->socket);
		if (uid)
			add_place(q, e, arena_printf(q->arena, "/run/user/%ld/%s", (long)uid, e->own));
	}
}

void
engine_ask(struct loop *l, struct net *n, struct box *b, long long until, void (*done)(void *ctx),
           void *ctx)
{
	struct asking *q = arena_alloc(b->arena, sizeof(*q));

	*q = (struct asking){ .arena = b->arena, .loop = l, .net = n, .box = b, .until = until, .done = done, .ctx = ctx };
	if (n)
		find_places(q);
	loop_after(l, 0, try_place, q);
}
