#include "answers/box.h"

#include <string.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "answers/box_inside.h"
#include "answers/machine.h"
#include "base/buf.h"
#include "base/fs.h"

#define ID_DIGITS 64
#define SHORT     12 /* of an id, as people see it everywhere */

const struct engine engines[] = {
	{ "Docker", "docker", "--host", NULL, "docker", "/var/run/docker.sock", "docker.sock", "DOCKER_HOST" },
	{ "Podman", "podman", "--url", "--remote=false", "libpod", "/run/podman/podman.sock",
	  "podman/podman.sock", "CONTAINER_HOST" },
	{ NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL },
};

static char *
proc_path(const char *proc, pid_t pid, const char *name)
{
	return pid ? xasprintf("%s/%ld/%s", proc, (long)pid, name) : xasprintf("%s/self/%s", proc, name);
}

void
box_proc(struct buf *out, const char *proc, pid_t pid, const char *name)
{
	char *path = proc_path(proc, pid, name);
	struct err ignored;

	fs_read(out, path, 4u << 20, &ignored);
	free(path);
}

/* The end of the link PROC/PID/NAME; false: it is not ours to see. */
static bool
proc_link(char out[64], const char *proc, pid_t pid, const char *name)
{
	char *path = proc_path(proc, pid, name);
	const ssize_t n = readlink(path, out, 63);

	free(path);
	out[n > 0 ? n : 0] = '\0';
	return n > 0;
}

/* "/docker/ID", "docker-ID.scope", "libpod-ID.scope", "libpod-payload-ID" */
static const char *
id_behind(const char *groups, const char *sign)
{
	static const char *const joints[] = { "-", "/", "-payload-" };

	for (const char *p = strstr(groups, sign); p; p = strstr(p + 1, sign))
		for (size_t i = 0; i < ARRAY_LEN(joints); i++) {
			const char *id = p + strlen(sign);

			if (strncmp(id, joints[i], strlen(joints[i])) == 0 &&
			    strspn(id + strlen(joints[i]), "0123456789abcdef") == ID_DIGITS)
				return id + strlen(joints[i]);
		}
	return NULL;
}

const char *
box_id(struct arena *a, const char *proc, pid_t pid, const struct engine **engine)
{
	struct buf theirs = BUF_INIT, ours = BUF_INIT;
	const char *id = NULL, *found;

	box_proc(&theirs, proc, pid, "cgroup");
	box_proc(&ours, proc, 0, "cgroup");
	for (const struct engine *e = engines; e->name && !id; e++) {
		found = id_behind(theirs.s, e->sign);
		if (!found)
			continue;
		id = arena_strndup(a, found, ID_DIGITS);
		*engine = e;
		if (strstr(ours.s, id))
			id = NULL;
	}
	buf_free(&theirs);
	buf_free(&ours);
	return id;
}

bool
box_same(const char *proc, pid_t one, pid_t other)
{
	char x[64], y[64], ours[64];

	return proc_link(x, proc, one, "ns/mnt") && proc_link(y, proc, other, "ns/mnt") &&
	       proc_link(ours, proc, 0, "ns/mnt") && strcmp(x, y) == 0 && strcmp(x, ours) != 0;
}

/* Is its namespace of a kind ours?  1, 0, or -1: that is not ours to see. */
static int
shares(const char *proc, pid_t pid, const char *kind)
{
	char theirs[64], ours[64];

	if (!proc_link(theirs, proc, pid, kind) || !proc_link(ours, proc, 0, kind))
		return -1;
	return strcmp(theirs, ours) == 0;
}

bool
box_is_foreign(const char *proc, pid_t pid)
{
	return shares(proc, pid, "ns/user") == 0;
}

void
box_read(struct box *b, struct arena *a, const char *proc, pid_t pid)
{
	const struct engine *engine = NULL;
	const char *id;
	char link[64];

	*b = (struct box){ .arena = a, .pid = pid };
	id = box_id(a, proc, pid, &engine);
	b->engine = id ? engine : NULL;
	b->id = arena_strdup(b->arena, id ? id : "");
	b->name = arena_strndup(b->arena, b->id, SHORT);
	b->root = arena_printf(b->arena, "%s/%ld/root", proc, (long)pid);
	b->closed = !proc_link(link, proc, pid, "ns/mnt") || access(fs_join(b->arena, b->root, "."), X_OK) < 0;
	b->foreign = box_is_foreign(proc, pid);
	b->shares_network = shares(proc, pid, "ns/net") == 1;
	if (!b->closed)
		box_read_mounts(b, proc);
	box_read_network(b, proc);
	b->ports_seen = b->shares_network || b->n_ports > 0;
}

unsigned
box_port_outside(const struct box *b, unsigned inside)
{
	if (!b->ports_seen || b->shares_network)
		return inside;
	for (size_t i = 0; i < b->n_ports; i++)
		if (b->ports[i].inside == inside)
			return b->ports[i].outside;
	return 0;
}

unsigned
box_port_inside(const struct box *b, unsigned outside)
{
	if (!b->ports_seen || b->shares_network)
		return outside;
	for (size_t i = 0; i < b->n_ports; i++)
		if (b->ports[i].outside == outside)
			return b->ports[i].inside;
	return 0;
}

static bool
reaches(const struct box *b, const struct listener *l)
{
	return b->shares_network || strcmp(l->address, "0.0.0.0") == 0 ||
	       strcmp(l->address, "::") == 0 || (b->gateway && strcmp(l->address, b->gateway) == 0);
}

void
box_note_listeners(struct box *b, const struct machine *m)
{
	b->deaf = arena_alloc(b->arena, (m->n_listeners + 1) * sizeof(*b->deaf));
	b->n_deaf = 0;
	for (size_t i = 0; i < m->n_listeners; i++) {
		bool heard = false;

		for (size_t k = 0; k < m->n_listeners; k++)
			heard |= m->listeners[k].port == m->listeners[i].port && reaches(b, &m->listeners[k]);
		if (!heard)
			b->deaf[b->n_deaf++] = m->listeners[i].port;
	}
}

bool
box_is_deaf(const struct box *b, unsigned port)
{
	for (size_t i = 0; i < b->n_deaf; i++)
		if (b->deaf[i] == port)
			return true;
	return false;
}
