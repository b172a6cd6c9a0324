/* haproxy_world.h - a HAProxy as it would be found on a machine, and the real one as the judge of a file. */
#ifndef TESTS_HAPROXY_WORLD_H
#define TESTS_HAPROXY_WORLD_H

#include "../tree.h"

#include <fcntl.h>

#include "base/crypto.h"
#include "proxy/haproxy.h"

#define HAPROXY "/usr/sbin/haproxy"
#define UNUSED  __attribute__((unused))

/* What -vv says; %s is the version. */
#define HAPROXY_VV "HAProxy version %s-1+deb 2026/10/17 - https://haproxy.org/\n  OPTIONS = USE_PCRE2=1 USE_OPENSSL=1 USE_LUA=1\n"

/* As detection would leave it, without running anything.  version NULL: not installed. */
static inline void
world_found(struct proxy_found *f, struct tree *t, const char *version)
{
	*f = (struct proxy_found){ .proxy = &proxy_haproxy, .installed = version != NULL };
	f->conf = xcalloc(1, sizeof(struct haproxy_own));
	if (!version)
		return;
	f->binary = arena_strdup(&f->arena, HAPROXY);
	haproxy_read_version(f, arena_printf(&f->arena, HAPROXY_VV, version));
	haproxy_read_config(f, t->root);
}

static inline void UNUSED
world_ipv6(struct tree *t)
{
	tree_write(t, "/proc/net/if_inet6", "00000000000000000000000000000001 01 80 10 80       lo\n");
}

static inline void UNUSED
world_certificate(struct tree *t, const char *host, const char *certificate, const char *key)
{
	struct buf cert_pem = BUF_INIT, key_pem = BUF_INIT;
	struct err e = { 0 };

	assert_int_equal(cert_make(host, 90, &cert_pem, &key_pem, &e), 0);
	tree_write(t, certificate, cert_pem.s);
	tree_write(t, key, key_pem.s);
	buf_free(&cert_pem);
	buf_free(&key_pem);
}

static inline void UNUSED
replace_all(struct buf *b, const char *what, const char *by)
{
	struct buf out = BUF_INIT;
	const char *p = b->s, *hit;

	while ((hit = strstr(p, what))) {
		buf_add(&out, p, (size_t)(hit - p));
		buf_puts(&out, by);
		p = hit + strlen(what);
	}
	buf_puts(&out, p);
	buf_free(b);
	*b = out;
}

/* Run `haproxy -c' on a file; what it says goes to `said'.  Its exit status. */
static inline int UNUSED
haproxy_judges(const char *conf, char *said, size_t size)
{
	size_t n = 0;
	ssize_t got;
	int fds[2], status;
	pid_t pid;

	assert_int_equal(pipe(fds), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		dup2(fds[1], 2);
		dup2(open("/dev/null", O_WRONLY), 1);
		close(fds[0]);
		close(fds[1]);
		execl(HAPROXY, "haproxy", "-c", "-f", conf, (char *)NULL);
		_exit(127);
	}
	close(fds[1]);
	while (n + 1 < size && (got = read(fds[0], said + n, size - n - 1)) > 0)
		n += (size_t)got;
	said[n] = '\0';
	close(fds[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* Does HAProxy accept this text, with a certificate wherever it names one of a .pem? */
static inline int UNUSED
world_accepts(struct tree *t, const char *text, char *said, size_t size)
{
	struct buf b = BUF_INIT, both = BUF_INIT;
	const char *p = text, *hit;
	struct err e = { 0 };

	world_certificate(t, "chat.example.org", "/judge.crt", "/judge.key");
	assert_int_equal(fs_read(&both, tree_path(t, "/judge.crt"), 65536, &e), 0);
	assert_int_equal(fs_read(&both, tree_path(t, "/judge.key"), 65536, &e), 0);
	tree_write(t, "/judge.pem", both.s);
	while ((hit = strstr(p, " crt "))) {
		buf_add(&b, p, (size_t)(hit - p));
		buf_printf(&b, " crt %s", tree_path(t, "/judge.pem"));
		p = hit + 5 + strcspn(hit + 5, " \n");
	}
	buf_puts(&b, p);
	tree_write(t, "/judge.cfg", b.s);
	buf_free(&b);
	buf_free(&both);
	return haproxy_judges(tree_path(t, "/judge.cfg"), said, size);
}

static inline void UNUSED
needs_haproxy(void)
{
	if (access(HAPROXY, X_OK) < 0) {
		print_message("HAProxy is not installed: nobody to judge\n");
		skip();
	}
}

#endif
