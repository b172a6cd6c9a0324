/* nginx.h - a private nginx with TLS for the tests of this room, ended with the group. */
#ifndef TEST_NGINX_H
#define TEST_NGINX_H

#include <stdio.h>

#include "base/crypto.h"
#include "base/fs.h"
#include "loop/proc.h"
#include "../../port.h"
#include "serve.h"

struct nginx {
	struct world w;
	char        *dir;
	struct proc *p;
	int          port;    /* chat.example.org, h2 and http/1.1 */
	int          expired; /* the same name, a certificate of yesterday */
	int          to;      /* where /ws goes */
	struct buf   cert;    /* the first one's, PEM */
	char         good[128], old[128], bundle[128]; /* files to trust; the last with the system's */
	char         to_good[32], to_old[32]; /* for connect_to */
	bool         ended;
};

static struct nginx nginx;

static inline void
nginx_ended(void *ctx, const struct proc_result *r)
{
	(void)ctx;
	nginx.ended = true;
	nginx.p = NULL;
	print_message("nginx: %s%s\n", r->started ? r->err.s : "cannot start", "");
}

static inline void
nginx_write(const char *name, const struct buf *b)
{
	char path[160];
	struct err e = { 0 };

	snprintf(path, sizeof(path), "%s/%s", nginx.dir, name);
	if (fs_write(path, b->s, b->len, 0600, &e) < 0)
		fail_msg("%s", e.msg);
}

static inline void
nginx_certificates(void)
{
	struct buf cert = BUF_INIT, key = BUF_INIT, all = BUF_INIT;
	struct err e = { 0 };

	if (cert_make("chat.example.org", 30, &cert, &key, &e) < 0)
		fail_msg("%s", e.msg);
	nginx_write("good.pem", &cert);
	nginx_write("good.key", &key);
	nginx.cert = cert;
	if (fs_read(&all, "/etc/ssl/certs/ca-certificates.crt", 4 << 20, &e) < 0)
		print_message("no system certificates here\n");
	buf_add(&all, cert.s, cert.len);
	nginx_write("bundle.pem", &all);
	buf_free(&all);
	buf_free(&key);
	cert = (struct buf)BUF_INIT;
	if (cert_make("chat.example.org", 0, &cert, &key, &e) < 0)
		fail_msg("%s", e.msg);
	nginx_write("old.pem", &cert);
	nginx_write("old.key", &key);
	buf_free(&cert);
	buf_free(&key);
	snprintf(nginx.good, sizeof(nginx.good), "%s/good.pem", nginx.dir);
	snprintf(nginx.old, sizeof(nginx.old), "%s/old.pem", nginx.dir);
	snprintf(nginx.bundle, sizeof(nginx.bundle), "%s/bundle.pem", nginx.dir);
}

static inline void
nginx_config(void)
{
	struct buf c = BUF_INIT;

	buf_printf(&c, "daemon off; master_process off; pid %s/pid; error_log %s/error.log;\n"
	           "events { worker_connections 256; }\nhttp { access_log off; ", nginx.dir, nginx.dir);
	for (const char *const *t = (const char *const[]){ "client_body", "proxy", "fastcgi", "uwsgi", "scgi",
	                                                   NULL }; *t; t++)
		buf_printf(&c, "%s_temp_path %s/%s; ", *t, nginx.dir, *t);
	buf_printf(&c, "\nserver { listen 127.0.0.1:%d ssl http2; ssl_certificate %s/good.pem; "
	           "ssl_certificate_key %s/good.key;\nlocation / { return 200 \"hello $http_host\"; }\n"
	           "location /ws { proxy_pass http://127.0.0.1:%d; proxy_http_version 1.1; "
	           "proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection Upgrade; "
	           "proxy_set_header Host $http_host; } }\n",
	           nginx.port, nginx.dir, nginx.dir, nginx.to);
	buf_printf(&c, "server { listen 127.0.0.1:%d ssl; ssl_certificate %s/old.pem; "
	           "ssl_certificate_key %s/old.key; return 200 \"hello\"; } }\n",
	           nginx.expired, nginx.dir, nginx.dir);
	nginx_write("nginx.conf", &c);
	buf_free(&c);
}

static inline bool
nginx_answers(void)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons((uint16_t)nginx.expired) };
	const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool ok;

	inet_pton(AF_INET, "127.0.0.1", &a.sin_addr);
	ok = connect(fd, (struct sockaddr *)&a, sizeof(a)) == 0;
	close(fd);
	return ok;
}

static inline int
nginx_start(void **state)
{
	static char conf[160], error_log[160];
	struct err e = { 0 };

	(void)state;
	nginx.dir = fs_mkdtemp("antechamber-test", &e);
	if (!nginx.dir)
		return -1;
	nginx.w.l = loop_new();
	nginx.port = (int)free_port();
	nginx.expired = (int)free_port();
	nginx.to = (int)free_port();
	snprintf(nginx.to_good, sizeof(nginx.to_good), "127.0.0.1:%d", nginx.port);
	snprintf(nginx.to_old, sizeof(nginx.to_old), "127.0.0.1:%d", nginx.expired);
	nginx_certificates();
	nginx_config();
	snprintf(conf, sizeof(conf), "%s/nginx.conf", nginx.dir);
	snprintf(error_log, sizeof(error_log), "%s/error.log", nginx.dir);
	nginx.p = proc_start(nginx.w.l, &(struct proc_request){
		.argv = (const char *const[]){ "nginx", "-e", error_log, "-p", nginx.dir, "-c", conf, NULL },
		.dies_with_us = true, .own_session = true, .done = nginx_ended });
	for (int i = 0; i < 500 && !nginx.ended && !nginx_answers(); i++)
		world_idle(&nginx.w, 10);
	return nginx.ended ? -1 : 0;
}

static inline int
nginx_stop(void **state)
{
	struct err e = { 0 };

	(void)state;
	proc_kill(nginx.p);
	loop_free(nginx.w.l);
	fs_remove_tree(nginx.dir, &e);
	buf_free(&nginx.cert);
	free(nginx.dir);
	return 0;
}

#endif
