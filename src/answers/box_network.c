/* box_network.c - how a container reaches this machine, and this machine the container. */
#include "answers/box_inside.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "answers/procfs.h"
#include "base/fs.h"

#define MAX_PORTS 128

void
box_add_port(struct box *b, const char *address, unsigned outside, unsigned inside)
{
	unsigned char raw[16];
	const bool all = strcmp(address, "0.0.0.0") == 0 || strcmp(address, "::") == 0;

	if (!b->ports)
		b->ports = arena_alloc(b->arena, MAX_PORTS * sizeof(*b->ports));
	if (b->n_ports == MAX_PORTS || outside - 1 > 65534 || inside - 1 > 65534)
		return;
	if (*address && inet_pton(AF_INET, address, raw) != 1 && inet_pton(AF_INET6, address, raw) != 1)
		return;
	/* Once for each family is once. */
	for (size_t i = 0; i < b->n_ports; i++)
		if (b->ports[i].outside == outside && b->ports[i].inside == inside)
			return;
	b->ports[b->n_ports++] = (struct box_port){
		.address = arena_strdup(b->arena, all ? "" : address),
		.outside = outside, .inside = inside,
	};
}

/* "eth0 00000000 010011AC 0003 ...": where everything without another way goes. */
static char *
default_gateway(struct arena *a, const char *table)
{
	for (const char *line = strchr(table, '\n'); line; line = strchr(line + 1, '\n')) {
		unsigned to, by, flags;
		char text[INET_ADDRSTRLEN];

		if (sscanf(line + 1, "%*s %x %x %x", &to, &by, &flags) == 3 && to == 0 && by != 0 &&
		    inet_ntop(AF_INET, &(struct in_addr){ by }, text, sizeof(text)))
			return arena_strdup(a, text);
	}
	return NULL;
}

/*
 * Its own list of hosts has a name for this machine where somebody, or Podman,
 * asked for one; the engine keeps its address right.
 */
static void
read_hosts(struct box *b)
{
	static const char *const names[] = { "host.docker.internal", "host.containers.internal" };
	struct buf text = BUF_INIT;
	struct err ignored;
	char *rest, *line, *word;

	if (b->closed || fs_read(&text, fs_join(b->arena, b->root, "etc/hosts"), 1u << 20, &ignored) < 0)
		text = (struct buf)BUF_INIT;
	rest = text.len ? text.s : NULL;
	while (!b->host_name && (line = strsep(&rest, "\n"))) {
		const char *address = NULL;
		unsigned char raw[4];

		line[strcspn(line, "#\r")] = '\0';
		while ((word = strsep(&line, " \t"))) {
			for (size_t i = 0; address && i < ARRAY_LEN(names); i++)
				if (strcmp(word, names[i]) == 0 && inet_pton(AF_INET, address, raw) == 1 &&
				    raw[0] != 127) {
					b->host_name = arena_strdup(b->arena, word);
					b->gateway = arena_strdup(b->arena, address);
				}
			if (*word && !address)
				address = word;
		}
	}
	buf_free(&text);
}

/* An address behind "|--" is its own if "/32 host LOCAL" follows. */
static bool
has_address(const char *trie, const char *address)
{
	const size_t n = strlen(address);

	for (const char *p = strstr(trie, "|-- "); p; p = strstr(p + 1, "|-- ")) {
		const char *next = strchr(p, '\n');

		if (strncmp(p + 4, address, n) == 0 && p[4 + n] == '\n' &&
		    strncmp(next + 1 + strspn(next + 1, " "), "/32 host LOCAL", 14) == 0)
			return true;
	}
	return false;
}

struct relays {
	struct box *b;
	struct buf  trie;
};

static const char *
operand(const char *const *argv, const char *flag)
{
	for (size_t i = 0; argv[i]; i++)
		if (strcmp(argv[i], flag) == 0 && argv[i + 1])
			return argv[i + 1];
	return "";
}

/* docker-proxy -proto tcp -host-ip 0.0.0.0 -host-port 80 -container-ip 172.17.0.2 -container-port 80 */
static void
consider(void *ctx, pid_t pid, pid_t parent, const char *const *argv)
{
	struct relays *r = ctx;
	const char *to = operand(argv, "-container-ip");

	(void)pid;
	(void)parent;
	if (*to && strcmp(operand(argv, "-proto"), "tcp") == 0 && has_address(r->trie.s, to))
		box_add_port(r->b, operand(argv, "-host-ip"),
		             (unsigned)strtoul(operand(argv, "-host-port"), NULL, 10),
		             (unsigned)strtoul(operand(argv, "-container-port"), NULL, 10));
}

void
box_read_network(struct box *b, const char *proc)
{
	struct relays r = { b, BUF_INIT };
	struct buf route = BUF_INIT;

	if (b->shares_network)
		return;
	box_proc(&route, proc, b->pid, "net/route");
	b->gateway = default_gateway(b->arena, route.s);
	buf_free(&route);
	read_hosts(b);
	box_proc(&r.trie, proc, b->pid, "net/fib_trie");
	procfs_processes(proc, "docker-proxy", consider, &r);
	buf_free(&r.trie);
}
