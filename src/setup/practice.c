/*
 * practice.c - a server to practise on: a scratch root with a private nginx and the built-in OpenChamber.
 *
 * Needs no root and touches nothing outside its own directory.
 */
#include "setup/state.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/crypto.h"
#include "base/fs.h"
#include "base/i18n.h"
#include "loop/proc.h"

#define PRACTICE_HOST "chat.example.org"
#define PRACTICE_DAYS 61

/* A port nobody has just now. */
static unsigned
free_port(void)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(a);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	unsigned port = 0;

	if (fd >= 0 && bind(fd, (struct sockaddr *)&a, sizeof(a)) == 0 && getsockname(fd, (struct sockaddr *)&a, &len) == 0)
		port = ntohs(a.sin_port);
	if (fd >= 0)
		close(fd);
	return port;
}

static int
make_tree(const char *root, const char *nginx, struct arena *a, struct err *e)
{
	static const char *const dirs[] = {
		"/etc/nginx/sites-available", "/etc/nginx/sites-enabled", "/etc/antechamber", "/etc/ssl/practice",
		"/var/log/nginx", "/var/lib/nginx", "/usr/sbin", "/run", "/state",
	};
	const char *conf = arena_printf(a,
		"# A server to practise on.\n"
		"pid %1$s/run/nginx.pid;\n"
		"error_log %1$s/var/log/nginx/error.log;\n"
		"worker_processes 1;\n"
		"events {\n\tworker_connections 512;\n}\n"
		"http {\n"
		"\taccess_log off;\n"
		"\tclient_body_temp_path %1$s/var/lib/nginx/body;\n"
		"\tproxy_temp_path %1$s/var/lib/nginx/proxy;\n"
		"\tfastcgi_temp_path %1$s/var/lib/nginx/fastcgi;\n"
		"\tuwsgi_temp_path %1$s/var/lib/nginx/uwsgi;\n"
		"\tscgi_temp_path %1$s/var/lib/nginx/scgi;\n"
		"\tinclude sites-enabled/*;\n"
		"}\n", root);

	for (size_t i = 0; i < ARRAY_LEN(dirs); i++)
		if (fs_mkdirs(arena_printf(a, "%s%s", root, dirs[i]), 0755, e) < 0)
			return -1;
	if (fs_write(arena_printf(a, "%s/etc/nginx/nginx.conf", root), conf, strlen(conf), 0644, e) < 0)
		return -1;
	if (symlink(nginx, arena_printf(a, "%s/usr/sbin/nginx", root)) < 0)
		return err_sys(e, ERR_IO, _("Cannot make a place to practise in"));
	return 0;
}

static int
make_certificate(struct setup *s, struct err *e)
{
	struct buf cert = BUF_INIT, key = BUF_INIT;
	int rc = -1;

	s->practice_ca = arena_printf(&s->keep, "%s/etc/ssl/practice/fullchain.pem", s->scratch);
	s->practice_key = arena_printf(&s->keep, "%s/etc/ssl/practice/privkey.pem", s->scratch);
	if (cert_make(PRACTICE_HOST, PRACTICE_DAYS, &cert, &key, e) == 0 &&
	    fs_write(s->practice_ca, cert.s, cert.len, 0644, e) == 0 &&
	    fs_write(s->practice_key, key.s, key.len, 0600, e) == 0)
		rc = 0;
	mem_wipe(key.s, key.len);
	buf_free(&cert);
	buf_free(&key);
	return rc;
}

static void
nginx_ended(void *ctx, const struct proc_result *r)
{
	struct setup *s = ctx;

	(void)r;
	s->nginx = NULL;
	setup_tell(s);
}

static void
practice_answers(struct setup *s)
{
	struct answers *a = &s->answers;
	char *language = a->language ? xstrdup(a->language) : NULL;
	const char **argv;

	answers_free(a);
	answers_init(a);
	a->language = language ? arena_strdup(&a->arena, language) : NULL;
	free(language);
	a->origin = (struct url){ .scheme = "http", .host = "127.0.0.1", .ip = true, .scheme_given = true,
	                          .port = origin_port(s->origin) };
	a->has_origin = true;
	a->public_url = (struct url){ .scheme = "https", .host = PRACTICE_HOST, .port = 443, .scheme_given = true };
	a->has_public = a->has_tls = true;
	a->tls = TLS_EXISTING;
	a->certificate = arena_strdup(&a->arena, s->practice_ca);
	a->key = arena_strdup(&a->arena, s->practice_key);
	a->listen_address = arena_strdup(&a->arena, "127.0.0.1");
	a->listen_http = free_port();
	a->listen_https = free_port();
	argv = arena_alloc(&a->arena, 5 * sizeof(*argv));
	argv[0] = s->practice_nginx;
	argv[1] = "-t";
	argv[2] = "-c";
	argv[3] = arena_printf(&a->arena, "%s/etc/nginx/nginx.conf", s->scratch);
	a->validate = (char **)argv;
	argv = arena_alloc(&a->arena, 6 * sizeof(*argv));
	argv[0] = s->practice_nginx;
	argv[1] = "-s";
	argv[2] = "reload";
	argv[3] = "-c";
	argv[4] = a->validate[3];
	a->reload_argv = (char **)argv;
}

int
practice_start(struct setup *s, struct err *e)
{
	const char *nginx = s->o.practice_nginx ? s->o.practice_nginx : fs_which(&s->keep, NULL, "nginx");
	const char *argv[8];
	size_t n = 0;

	if (s->scratch)
		return 0;
	if (!nginx)
		return err_set(e, ERR_MISSING, _("Practice needs nginx. Install it, or start with: make run"));
	s->scratch = fs_mkdtemp("antechamber-practice", e);
	if (!s->scratch)
		return -1;
	s->practice_nginx = arena_strdup(&s->keep, nginx);
	chmod(s->scratch, 0755); /* the private nginx drops root, where it has it */
	s->origin = origin_start(s->loop, &s->needs, &(struct origin_options){ .password = PRACTICE_PASSWORD }, e);
	if (!s->origin || make_tree(s->scratch, nginx, &s->keep, e) < 0 || make_certificate(s, e) < 0)
		return -1;
	s->o.root = s->scratch;
	s->o.practice = true;
	free(s->password);
	s->password = xstrdup(PRACTICE_PASSWORD);
	s->practice_fresh = true;
	practice_answers(s);
	if (s->o.broken && broken_write(s, s->o.broken, e) < 0)
		return -1;
	argv[n++] = nginx;
	argv[n++] = "-p";
	argv[n++] = s->scratch;
	argv[n++] = "-c";
	argv[n++] = s->answers.validate[3];
	argv[n++] = "-g";
	argv[n++] = "daemon off;";
	argv[n] = NULL;
	s->nginx = proc_start(s->loop, &(struct proc_request){ .argv = argv, .dies_with_us = true,
	                      .done = nginx_ended, .ctx = s });
	return 0;
}

/* It writes down its process id when it listens. */
bool
practice_starts(const struct setup *s)
{
	return s->nginx && !fs_exists(say(s, "%s/run/nginx.pid", s->scratch));
}

void
practice_stop(struct setup *s)
{
	struct err e = { 0 };

	if (s->nginx)
		proc_kill(s->nginx);
	origin_free(s->origin);
	if (s->scratch)
		fs_remove_tree(s->scratch, &e);
	free(s->scratch);
	s->nginx = NULL;
	s->origin = NULL;
	s->scratch = NULL;
}
