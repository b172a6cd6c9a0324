#include "proxy/obstacle.h"

#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/fs.h"
#include "base/i18n.h"
#include "proxy/closed.h"
#include "proxy/values.h"

#define CAP(n)          (1ULL << (n)) /* capabilities(7) */
#define CAP_READ_ALL    (CAP(1) | CAP(2)) /* CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH */
#define CAP_OPEN_PORT   CAP(10)       /* CAP_NET_BIND_SERVICE */

/* A number out of a file of /proc: behind a word, in a base; `otherwise' where it is not there. */
static unsigned long long
number(const char *path, const char *behind, int base, unsigned long long otherwise)
{
	struct buf text = BUF_INIT;
	struct err ignored;
	const char *p = NULL;
	unsigned long long n;

	if (fs_read(&text, path, 65536, &ignored) == 0)
		p = strstr(text.s, behind);
	n = p ? strtoull(p + strlen(behind), NULL, base) : otherwise;
	buf_free(&text);
	return n;
}

/* ---- the address ---- */

/* Apache would end over it. */
static int
check_address(const struct proxy_context *c, const struct machine *m, struct err *e)
{
	const char *address = c->answers->listen_address;
	char bare[64];

	if (!address || strcmp(address, "*") == 0)
		return 0;
	snprintf(bare, sizeof(bare), "%s", address[0] == '[' ? address + 1 : address);
	bare[strcspn(bare, "]")] = '\0';
	if (strcmp(bare, "0.0.0.0") == 0 || strcmp(bare, "::") == 0 || machine_has_address(m, bare) ||
	    number("/proc/sys/net/ipv4/ip_nonlocal_bind", "", 10, 0))
		return 0;
	return answers_err(e, c->answers, "listen.address",
	                   _("No interface of this server has the address %1$s, so %2$s cannot listen there."), bare,
	                   c->found->proxy->label);
}

/* ---- the program ---- */

static bool
holds(const char *path, const char *words)
{
	const int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	bool found = true; /* what cannot be read tells nothing */

	if (fd >= 0 && fstat(fd, &st) == 0 && st.st_size > 0) {
		void *bytes = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);

		if (bytes != MAP_FAILED) {
			found = memmem(bytes, (size_t)st.st_size, words, strlen(words)) != NULL;
			munmap(bytes, (size_t)st.st_size);
		}
	}
	if (fd >= 0)
		close(fd);
	return found;
}

/* Replaced by another version since it was started?  The same one built again takes what the old one takes. */
static int
check_program(const struct proxy_found *f, const char *proc, struct err *e)
{
	static const char gone[] = " (deleted)";
	char exe[4096], *path = xasprintf("%s/exe", proc), *signature;
	const ssize_t n = readlink(path, exe, sizeof(exe) - 1);
	int rc = 0;

	exe[n > 0 ? n : 0] = '\0';
	signature = xasprintf("%s/%s", f->proxy->signature, f->version);
	if (n > (ssize_t)strlen(gone) && strcmp(exe + n - strlen(gone), gone) == 0 && !holds(path, signature)) {
		err_set(e, ERR_CONFLICT,
		        _("%1$s %2$s is installed, but another version of it still runs and would read this. "
		          "Restart it once."), f->proxy->label, f->version);
		rc = 1;
	}
	free(signature);
	free(path);
	return rc;
}

/* ---- its rights ---- */

static bool
has_port(const struct proxy_found *f, const struct machine *m, unsigned port)
{
	for (size_t i = 0; i < m->n_listeners; i++)
		if (m->listeners[i].port == port &&
		    (m->listeners[i].pid == f->master ||
		     (f->binary && strcmp(m->listeners[i].program, fs_basename(f->binary)) == 0)))
			return true;
	return false;
}

static int
check_rights(const struct proxy_context *c, const struct machine *m, const char *proc, struct err *e)
{
	const struct proxy_found *f = c->found;
	char *status = xasprintf("%s/status", proc);
	const unsigned long long may = number(status, "\nCapEff:", 16, ~0ULL);
	const struct passwd *user = getpwuid((uid_t)number(status, "\nUid:", 10, 0));
	const unsigned first = (unsigned)number("/proc/sys/net/ipv4/ip_unprivileged_port_start", "", 10, 1024);
	struct arena a = { 0 };
	const char *name = arena_strdup(&a, user ? user->pw_name : "?"), *closed = NULL; /* the entry is overwritten by the next */
	unsigned ports[2];
	int rc = 0;

	values_ports(c, &ports[0], &ports[1]);
	for (size_t i = 0; i < ARRAY_LEN(ports) && rc == 0; i++)
		if (ports[i] && ports[i] < first && !(may & CAP_OPEN_PORT) && !has_port(f, m, ports[i]))
			rc = err_set(e, ERR_CONFLICT,
			             _("%1$s runs as %2$s, who may not open port %3$u. Take a port from %4$u on."),
			             f->proxy->label, name, ports[i], first);
	if (rc == 0 && c->answers->tls == TLS_EXISTING && c->answers->key && !(may & CAP_READ_ALL))
		closed = closed_to(&a, name, c->root, c->answers->key);
	if (closed)
		rc = answers_err(e, c->answers, "tls.key", _("%1$s runs as %2$s and may not read %3$s. Open it for that user."),
		                 f->proxy->label, name, closed);
	arena_free(&a);
	free(status);
	return rc;
}

/* An image may have a user of its own: HAProxy's has, and cannot read a key of root's. */
static int
check_key_there(const struct proxy_context *c, const char *proc, struct err *e)
{
	const struct answers *an = c->answers;
	char *status = xasprintf("%s/status", proc);
	const unsigned uid = (unsigned)number(status, "\nUid:", 10, 0);
	const unsigned gid = (unsigned)number(status, "\nGid:", 10, 0);
	const bool all = number(status, "\nCapEff:", 16, ~0ULL) & CAP_READ_ALL;
	struct arena a = { 0 };
	int rc = 0;

	if (!all && an->tls == TLS_EXISTING && an->key && closed_file(uid, gid, fs_path(&a, c->root, an->key)))
		rc = answers_err(e, an, "tls.key", _("%1$s runs as %2$s and may not read %3$s. Open it for that user."),
		                 c->found->proxy->label, arena_printf(&a, "%u", uid), an->key);
	arena_free(&a);
	free(status);
	return rc;
}

int
obstacle_find(const struct proxy_context *c, const struct machine *m, struct err *e)
{
	const struct proxy_found *f = c->found;
	char proc[32];
	int rc;

	if (f->master <= 0 || (f->container && !f->box))
		return 0;
	snprintf(proc, sizeof(proc), "/proc/%ld", (long)f->master);
	if (f->box)
		return check_key_there(c, proc, e);
	rc = check_address(c, m, e);
	if (rc == 0)
		rc = check_rights(c, m, proc, e);
	if (rc == 0 && f->proxy->signature && f->version)
		rc = check_program(f, proc, e);
	return rc;
}
