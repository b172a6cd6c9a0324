#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "answers/machine.h"
#include "answers/procfs.h"
#include "base/fs.h"

static const struct listener *
find(const struct machine *m, const char *address, unsigned port)
{
	for (size_t i = 0; i < m->n_listeners; i++)
		if (m->listeners[i].port == port && strcmp(m->listeners[i].address, address) == 0)
			return &m->listeners[i];
	return NULL;
}

/* A socket of ours is seen, with who has it; closed, it is gone. */
static void
test_a_real_listener(void **state)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(at);
	const int fd = socket(AF_INET, SOCK_STREAM, 0);
	const struct listener *l;
	struct machine m;

	(void)state;
	assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	assert_int_equal(listen(fd, 1), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &len), 0);
	machine_read(&m, NULL);
	l = find(&m, "127.0.0.1", ntohs(at.sin_port));
	assert_non_null(l);
	assert_true(l->loopback);
	assert_false(l->ipv6);
	assert_int_equal(l->pid, getpid());
	assert_string_equal(l->program, "test_machine");
	assert_true(machine_has_address(&m, "127.0.0.1"));
	assert_true(machine_has_address(&m, "::1"));
	assert_false(machine_has_address(&m, "192.0.2.99"));
	assert_false(machine_has_address(&m, "name"));
	for (char **a = m.addresses; *a; a++)
		assert_true(machine_has_address(&m, *a));
	assert_non_null(m.hostname);
	assert_int_equal(m.root, geteuid() == 0);
	machine_free(&m);
	close(fd);
	machine_read(&m, NULL);
	assert_null(find(&m, "127.0.0.1", ntohs(at.sin_port)));
	machine_free(&m);
}

static char *dir;
static struct arena arena;

static void
put(const char *name, const char *text, size_t len)
{
	char *path = fs_join(&arena, dir, name);
	struct err e;

	assert_int_equal(fs_mkdirs(fs_dirname(&arena, path), 0700, &e), 0);
	assert_int_equal(fs_write(path, text, len, 0600, &e), 0);
}

static void
put_link(const char *name, const char *target)
{
	char *path = fs_join(&arena, dir, name);
	struct err e;

	assert_int_equal(fs_mkdirs(fs_dirname(&arena, path), 0700, &e), 0);
	assert_int_equal(symlink(target, path), 0);
}

static void
put_text(const char *name, const char *text)
{
	put(name, text, strlen(text));
}

static int
setup(void **state)
{
	struct err e;

	(void)state;
	dir = fs_mkdtemp("antechamber-test", &e);
	return dir ? 0 : -1;
}

static int
teardown(void **state)
{
	struct err e;

	(void)state;
	fs_remove_tree(dir, &e);
	free(dir);
	arena_free(&arena);
	return 0;
}

#define TAIL " 00000000:00000000 00:00000000 00000000     0        0 "

/* A /proc of our own: a master and a worker that share a socket, IPv6, what does not listen, and nonsense. */
static void
test_another_proc(void **state)
{
	const bool little = htonl(1) != 1;
	struct machine m;
	const struct listener *l;

	(void)state;
	put_text("proc/net/tcp", little ?
	         "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
	         "   0: 00000000:01BB 00000000:0000 0A" TAIL "111 1 0000000000000000 100 0 0 10 0\n"
	         "   1: 0100007F:0BB8 00000000:0000 0A" TAIL "222 1\n"
	         "   2: 0100007F:9999 0100007F:0BB8 01" TAIL "333 1\n"
	         "   3: XX00007F:0BB9 00000000:0000 0A" TAIL "444 1\n"
	         "   4: 7F:0BB9 00000000:0000 0A" TAIL "444 1\n"
	         "nonsense\n\x1b[31m\n" : "");
	put_text("proc/net/tcp6",
	         "   0: 00000000000000000000000000000000:0050 00000000000000000000000000000000:0000 0A" TAIL "555 1\n");
	put_text("proc/20/comm", "nginx\n");
	put_link("proc/20/fd/3", "socket:[111]");
	put_link("proc/20/fd/4", "/dev/null");
	put_text("proc/7/comm", "ngi\x1bnx\n");
	put_link("proc/7/fd/3", "socket:[111]");
	put_link("proc/7/fd/5", "socket:[555]");
	put_link("proc/self/fd/5", "socket:[222]"); /* no number, no process */
	machine_read(&m, dir);
	assert_int_equal(m.n_listeners, little ? 3 : 1);
	l = find(&m, "::", 80);
	assert_non_null(l);
	assert_true(l->ipv6);
	assert_false(l->loopback);
	assert_int_equal(l->pid, 7);
	if (little) {
		l = find(&m, "0.0.0.0", 443);
		assert_non_null(l);
		assert_int_equal(l->pid, 7); /* the master */
		assert_string_equal(l->program, "ngi?nx");
		l = find(&m, "127.0.0.1", 3000);
		assert_true(l && l->loopback);
		assert_int_equal(l->pid, 0);
		assert_string_equal(l->program, "");
		assert_int_equal(m.listeners[0].port, 80); /* in order */
	}
	machine_free(&m);
}

static void
note(void *ctx, pid_t pid, pid_t parent, const char *const *argv)
{
	buf_printf(ctx, "%ld<%ld", (long)pid, (long)parent);
	for (; *argv; argv++)
		buf_printf(ctx, " [%s]", *argv);
	buf_putc(ctx, '\n');
}

static void
test_processes_of_another_proc(void **state)
{
	struct buf out = BUF_INIT;

	(void)state;
	put_link("proc/10/exe", "/usr/sbin/nginx (deleted)");
	put_text("proc/10/stat", "10 (ng) x)) S 1 10 10 0");
	put("proc/10/cmdline", "nginx: master\0-c\0/a b\0", 22);
	put_text("proc/11/comm", "nginx\n"); /* its executable cannot be seen */
	put_text("proc/11/stat", "11 (nginx) S 10 10 10 0");
	put_text("proc/11/cmdline", "");
	put_link("proc/12/exe", "/usr/sbin/nginx");
	put_text("proc/12/stat", "12 (nginx) Z 10 10 10 0"); /* dead */
	put_link("proc/13/exe", "/usr/bin/nginx-debug");
	put_text("proc/13/stat", "13 (nginx) S 1 1 1 0");
	put_text("proc/14/comm", "nginx-debug\n");
	put_text("proc/14/stat", "14 (nginx-debug) S 1 1 1 0");
	procfs_processes(fs_join(&arena, dir, "proc"), "nginx", note, &out);
	assert_non_null(strstr(out.s, "10<1 [nginx: master] [-c] [/a b]\n"));
	assert_non_null(strstr(out.s, "11<10\n"));
	assert_int_equal(out.len, strlen("10<1 [nginx: master] [-c] [/a b]\n11<10\n"));
	buf_free(&out);
}

static void
test_real_processes(void **state)
{
	struct buf out = BUF_INIT;
	char want[64];

	(void)state;
	machine_processes("test_machine", note, &out);
	snprintf(want, sizeof(want), "%ld<%ld [", (long)getpid(), (long)getppid());
	assert_non_null(strstr(out.s, want));
	buf_cut(&out, 0);
	machine_processes("no-such-program", note, &out);
	assert_int_equal(out.len, 0);
	buf_free(&out);
}

/* The whole name stands where the short one is explained; below a root nothing else is that server's. */
static void
test_whole_name(void **state)
{
	char host[256] = "", text[600];
	struct machine m;

	(void)state;
	assert_int_equal(gethostname(host, sizeof(host) - 1), 0);
	machine_read(&m, dir);
	assert_string_equal(m.hostname, "");
	machine_free(&m);
	snprintf(text, sizeof(text), "127.0.0.1 localhost\n# 10.0.0.1 no.example.org %s\n10.0.0.2\tother.example.org other\n"
	         "127.0.1.1\tchat.example.org\t%s # this one\n", host, host);
	put_text("etc/hosts", text);
	machine_read(&m, dir);
	assert_string_equal(m.hostname, "chat.example.org");
	machine_free(&m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_real_listener),
		cmocka_unit_test_setup_teardown(test_another_proc, setup, teardown),
		cmocka_unit_test_setup_teardown(test_processes_of_another_proc, setup, teardown),
		cmocka_unit_test(test_real_processes),
		cmocka_unit_test_setup_teardown(test_whole_name, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
