#include "answers/machine.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "answers/procfs.h"
#include "base/buf.h"
#include "base/fs.h"
#include "base/text.h"

#define MAX_ADDRESSES 256
#define MAX_HOSTS     (64 * 1024)

static bool
is_loopback(const char *address)
{
	struct in_addr v4;
	struct in6_addr v6;

	if (inet_pton(AF_INET, address, &v4) == 1)
		return ntohl(v4.s_addr) >> 24 == 127;
	return inet_pton(AF_INET6, address, &v6) == 1 &&
	       (IN6_IS_ADDR_LOOPBACK(&v6) || (IN6_IS_ADDR_V4MAPPED(&v6) && v6.s6_addr[12] == 127));
}

/* A link-local address is none that anybody could be told. */
static const char *
address_of(const struct ifaddrs *i, char out[INET6_ADDRSTRLEN])
{
	if (!i->ifa_addr || !(i->ifa_flags & IFF_UP) || (i->ifa_flags & IFF_LOOPBACK))
		return NULL;
	if (i->ifa_addr->sa_family == AF_INET)
		return inet_ntop(AF_INET,
				 &((const struct sockaddr_in *)(const void *)i->ifa_addr)->sin_addr,
				 out, INET6_ADDRSTRLEN);
	if (i->ifa_addr->sa_family == AF_INET6) {
		const struct in6_addr *v6 =
		    &((const struct sockaddr_in6 *)(const void *)i->ifa_addr)->sin6_addr;

		return IN6_IS_ADDR_LINKLOCAL(v6) ? NULL
						 : inet_ntop(AF_INET6, v6, out, INET6_ADDRSTRLEN);
	}
	return NULL;
}

static void
read_addresses(struct machine *m)
{
	struct ifaddrs *all = NULL;
	size_t n = 0;

	m->addresses = arena_alloc(&m->arena, (MAX_ADDRESSES + 1) * sizeof(*m->addresses));
	if (getifaddrs(&all) < 0)
		return;
	for (const struct ifaddrs *i = all; i && n < MAX_ADDRESSES; i = i->ifa_next) {
		char text[INET6_ADDRSTRLEN];

		if (address_of(i, text))
			m->addresses[n++] = arena_strdup(&m->arena, text);
	}
	freeifaddrs(all);
}

/* The first name with a dot in a line of /etc/hosts that has the short one; changes the text. */
static const char *
whole_name(char *hosts, const char *name)
{
	for (char *line; (line = strsep(&hosts, "\n"));) {
		const char *dotted = NULL;
		bool ours = false;
		char *word;

		line[strcspn(line, "#")] = '\0';
		strsep(&line, " \t"); /* the address */
		while ((word = strsep(&line, " \t"))) {
			ours = ours || strcmp(word, name) == 0;
			if (!dotted && strchr(word, '.'))
				dotted = word;
		}
		if (ours && dotted)
			return dotted;
	}
	return NULL;
}

/* Below another root that server's own is not known. */
static void
read_hostname(struct machine *m, const char *root)
{
	struct buf hosts = BUF_INIT, safe = BUF_INIT;
	const char *whole = NULL;
	char name[256] = "";
	struct err ignored;

	if (gethostname(name, sizeof(name) - 1) < 0)
		*name = '\0';
	if (*name && fs_read(&hosts, fs_path(&m->arena, root, "/etc/hosts"), MAX_HOSTS, &ignored) == 0)
		whole = whole_name(hosts.s, name);
	if (!whole)
		whole = root ? "" : name;
	text_safe(&safe, whole, strlen(whole), sizeof(name));
	m->hostname = arena_strdup(&m->arena, safe.s);
	buf_free(&safe);
	buf_free(&hosts);
}

const char *
machine_as_root(const struct machine *m)
{
	/* Root for the length of one sudo command is an ordinary user again behind it. */
	return m->sudo && (!m->root || getenv("SUDO_UID")) ? "sudo " : "";
}

void
machine_read(struct machine *m, const char *root)
{
	*m = (struct machine){ 0 };
	procfs_listeners(m, root);
	for (size_t i = 0; i < m->n_listeners; i++)
		m->listeners[i].loopback = is_loopback(m->listeners[i].address);
	read_addresses(m);
	read_hostname(m, root);
	m->root = geteuid() == 0;
	m->sudo = fs_which(&m->arena, root, "sudo") != NULL;
	m->systemd = fs_which(&m->arena, root, "systemctl") &&
	             fs_exists(fs_path(&m->arena, root, "/run/systemd/system"));
}

void
machine_free(struct machine *m)
{
	arena_free(&m->arena);
	*m = (struct machine){ 0 };
}

bool
machine_has_address(const struct machine *m, const char *address)
{
	unsigned char want[16], have[16];
	const int family = strchr(address, ':') ? AF_INET6 : AF_INET;
	const size_t size = family == AF_INET6 ? 16 : 4;

	if (inet_pton(family, address, want) != 1)
		return false;
	if (is_loopback(address))
		return true;
	for (char **a = m->addresses; a && *a; a++)
		if (inet_pton(family, *a, have) == 1 && memcmp(want, have, size) == 0)
			return true;
	return false;
}
