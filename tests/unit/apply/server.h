/*
 * server.h - a server to apply to: a tree with an nginx of its own that really runs, beside another site.
 *
 * Whatever is tried runs in a child process with its own loop and its own
 * probe origin, so that it can be killed at any moment; the parent looks at
 * what it left.
 */
#ifndef TESTS_APPLY_SERVER_H
#define TESTS_APPLY_SERVER_H

#include "../judge.h"
#include "../loopback.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <time.h>

#include "apply/apply.h"
#include "apply/journal.h"
#include "base/crypto.h"
#include "origin/origin.h"

#define UNUSED __attribute__((unused))
#define PASSWORD "correct horse"
#define SITE     "/etc/nginx/sites-available/openchamber.conf"
#define LINK     "/etc/nginx/sites-enabled/openchamber.conf"

struct server {
	struct tree *t;
	pid_t        nginx;
	unsigned     port, tls, other; /* http and https of the new site; the other site's */
	unsigned     origin;
	const char  *templates;
	const char  *extra;            /* more lines for the answers */
	const char  *mode;             /* of tls */
};

/* What a child did, as it told through a pipe. */
struct told {
	enum apply_outcome outcome;
	enum err_code      code;
	char               msg[768];
	char               file[256];
	int                line;
	unsigned           id;
	size_t             places, by_hand, other_sites, other_sites_changed;
	bool               verified, killed;
	unsigned long      us;         /* that the apply or the rollback itself took */
	bool               half_way; /* as the next start sees it */
	bool               no_mounts; /* this machine lets nobody have mounts of his own */
	bool               restart; /* its cause is config-needs-restart */
	char               steps[2048]; /* "lock:done backup:done ..." */
};

static inline void
server_write_conf(struct server *s, const char *more)
{
	tree_write(s->t, "/etc/nginx/nginx.conf", arena_printf(&s->t->arena,
		"pid %1$s/run/nginx.pid;\nerror_log %1$s/log/error.log notice;\nworker_processes 1;\n"
		"events { worker_connections 256; }\n"
		"http {\n\taccess_log off;\n\tserver_names_hash_bucket_size 128;\n"
		"\tclient_body_temp_path %1$s/run/body;\n\tproxy_temp_path %1$s/run/proxy;\n"
		"\tfastcgi_temp_path %1$s/run/f;\n\tuwsgi_temp_path %1$s/run/u;\n\tscgi_temp_path %1$s/run/s;\n"
		"\tinclude %1$s/etc/nginx/sites-enabled/*;\n%2$s}\n", s->t->root, more));
}

static inline void
server_start_nginx(struct server *s)
{
	s->nginx = fork();
	assert_true(s->nginx >= 0);
	if (s->nginx == 0) {
		execl(NGINX, "nginx", "-c", tree_path(s->t, "/etc/nginx/nginx.conf"), "-e",
		      tree_path(s->t, "/log/early.log"), "-g", "daemon off;", (char *)NULL);
		_exit(127);
	}
	assert_true(status_becomes(s->other, "shop.example.org", 200));
}

static inline void
add_link(struct server *s, const char *name)
{
	struct arena *a = &s->t->arena;

	assert_int_equal(symlink(arena_printf(a, "../sites-available/%s", name),
	                         tree_path(s->t, arena_printf(a, "/etc/nginx/sites-enabled/%s",
	                                                      name))), 0);
}

static inline int
server_setup(void **state)
{
	struct server *s = xcalloc(1, sizeof(*s));
	struct buf cert = BUF_INIT, key = BUF_INIT;
	struct err e = { 0 };
	void *tree;

	*state = s; /* where this fails it is not lost, which the children of later tests would report */
	if (access(NGINX, X_OK) < 0)
		return 0;
	tree_setup(&tree);
	s->t = tree;
	s->templates = "templates";
	s->mode = "existing";
	s->extra = "";
	chmod(s->t->root, 0755);
	setenv("XDG_STATE_HOME", tree_path(s->t, "/state"), 1);
	setenv("XDG_CONFIG_HOME", tree_path(s->t, "/config"), 1);
	for (const char *const *d = (const char *const[]){ "/run", "/log",
	                                                   "/etc/nginx/sites-available",
	     "/etc/nginx/sites-enabled", "/usr/sbin", NULL }; *d; d++)
		tree_mkdir(s->t, *d);
	assert_int_equal(symlink(NGINX, tree_path(s->t, "/usr/sbin/nginx")), 0);
	s->port = free_port();
	s->tls = free_port();
	s->other = free_port();
	s->origin = free_port();
	server_write_conf(s, "");
	tree_write(s->t, "/etc/nginx/sites-available/shop.conf", arena_printf(&s->t->arena,
		"server {\n\tlisten 127.0.0.1:%u;\n\tserver_name shop.example.org;\n\treturn 200 shop;\n}\n", s->other));
	add_link(s, "shop.conf");
	assert_int_equal(cert_make("chat.example.org", 90, &cert, &key, &e), 0);
	tree_write(s->t, "/etc/nginx/chat.pem", cert.s);
	tree_write(s->t, "/etc/nginx/chat.key", key.s);
	chmod(tree_path(s->t, "/etc/nginx/chat.key"), 0600);
	buf_free(&cert);
	buf_free(&key);
	server_start_nginx(s);
	return 0;
}

static inline int
server_teardown(void **state)
{
	struct server *s = *state;
	void *tree = s->t;
	int rc = 0;

	if (s->nginx > 0) {
		kill(s->nginx, SIGTERM);
		waitpid(s->nginx, NULL, 0);
	}
	if (tree)
		rc = tree_teardown(&tree);
	free(s);
	return rc;
}

static inline void
needs_server(const struct server *s)
{
	if (s->t)
		return;
	print_message("nginx is not installed: nothing to apply to\n");
	skip();
}

static inline const char *
answers_text(struct server *s)
{
	const char *root = s->t->root;
	const bool tls = strcmp(s->mode, "none") != 0, own = strcmp(s->mode, "existing") == 0;
	struct arena *a = &s->t->arena;

	return arena_printf(a,
		"version: 1\norigin: http://127.0.0.1:%u\npublic: %s://chat.example.org:%u\nproxy: nginx\n"
		"tls: {mode: %s%s}\nlisten: {address: 127.0.0.1, http: %u, https: %u}\n%s%s",
		s->origin, tls ? "https" : "http", tls ? s->tls : s->port, s->mode,
		own ? arena_printf(a,
		                   ", certificate: %s/etc/nginx/chat.pem, key: %s/etc/nginx/chat.key", root, root) : "",
		s->port, s->tls,
		strstr(s->extra, "commands:") ? "" :
		arena_printf(a, "commands: {validate: [%1$s, -c, %2$s/etc/nginx/nginx.conf, -t], "
		                "reload: [%1$s, -c, %2$s/etc/nginx/nginx.conf, -s, reload]}\n",
		                NGINX, root), s->extra);
}

static inline struct journal_entry UNUSED
newest(struct server *s)
{
	struct journal_entry *v;

	return journal_list(&s->t->arena, s->t->root, &v) ? v[0] : (struct journal_entry){ 0 };
}

/* ---- in the child ---- */

struct attempt {
	struct server       *s;
	struct apply_options options;
	unsigned             misbehave;
	const char          *ui_password;     /* of the origin; NULL: none */
	bool                 no_origin;
	const char          *set_aside;
	const char          *stop_at;         /* a journal line, for kill -9 */
	unsigned long        kill_after;      /* microseconds into it, for kill -9; 0: never */
	const char          *undo_at;         /* apply_undo_now() when this step says NOW */
	bool                 confirm;
	void               (*meddle)(struct server *s);     /* between the plan and the apply */
	const char          *meddle_at;       /* or when this step says NOW */
	bool                 rollback, remove;
	bool                 finish;          /* what stopped half-way, as its journal has it */
	unsigned             id;
	const struct call   *call;            /* the plan's last step but the check */
	bool                 own_mounts;      /* what `meddle' mounts nobody else sees */

	/* the child's own */
	struct timespec      began;
	struct loop         *loop;
	struct apply        *apply;
	struct told          told;
	bool                 found;
};

#define ATTEMPT(server) { .s = (server), .ui_password = PASSWORD, \
	.options = { .password = PASSWORD, .timeout_ms = 3000 } }

static inline void
attempt_progress(void *ctx, const struct progress *p)
{
	static const char *const states[] = { "now", "done", "fail", "skip" };
	struct attempt *t = ctx;
	size_t used = strlen(t->told.steps);

	assert_non_null(p->text);
	if (getenv("V"))
		fprintf(stderr, "\t%s %s: %s (%zu)\n", p->step, states[p->state], p->text,
		        p->places);
	if (p->state != PROGRESS_NOW)
		snprintf(t->told.steps + used, sizeof(t->told.steps) - used, "%s:%s ", p->step,
		         states[p->state]);
	if (p->state != PROGRESS_NOW)
		return;
	if (t->undo_at && strcmp(t->undo_at, p->step) == 0)
		apply_undo_now(t->apply);
	if (t->meddle_at && strcmp(t->meddle_at, p->step) == 0 && t->meddle) {
		t->meddle(t->s);
		t->meddle = NULL;
	}
	if (t->confirm && strcmp(p->step, "keep") == 0)
		apply_confirm(t->apply);
}

/* From now on the clock runs, of the measure and of the kill. */
static inline void
attempt_begins(struct attempt *t)
{
	struct sigevent kill_us = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGKILL };
	const struct itimerspec when = { .it_value = { .tv_sec = (time_t)(t->kill_after / 1000000),
	                                               .tv_nsec = (long)(t->kill_after % 1000000) * 1000 } };
	timer_t timer;

	clock_gettime(CLOCK_MONOTONIC, &t->began);
	if (!t->kill_after)
		return;
	assert_int_equal(timer_create(CLOCK_MONOTONIC, &kill_us, &timer), 0);
	assert_int_equal(timer_settime(timer, 0, &when, NULL), 0);
}

static inline void
attempt_done(void *ctx, const struct apply_result *r)
{
	struct attempt *t = ctx;
	struct told *told = &t->told;
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	told->us = (unsigned long)((now.tv_sec - t->began.tv_sec) * 1000000 +
	                           (now.tv_nsec - t->began.tv_nsec) / 1000);
	told->outcome = r->outcome;
	told->code = r->err.code;
	snprintf(told->msg, sizeof(told->msg), "%s", r->err.msg);
	snprintf(told->file, sizeof(told->file), "%s", r->err.file);
	told->line = r->err.line;
	told->restart = r->cause && strcmp(r->cause, "config-needs-restart") == 0;
	told->id = r->id;
	told->places = r->places;
	told->verified = r->verify != NULL;
	told->other_sites = r->other_sites;
	told->other_sites_changed = r->other_sites_changed;
	for (const char *const *c = r->by_hand; c && *c; c++) {
		told->by_hand++;
		if (getenv("V"))
			fprintf(stderr, "\tby hand: %s\n", *c);
	}
	if (getenv("V"))
		fprintf(stderr, "\toutcome %d, code %d: %s\n", r->outcome, r->err.code, r->err.msg);
	loop_stop(t->loop);
}

static inline void
attempt_found(void *ctx)
{
	struct attempt *t = ctx;

	t->found = true;
	loop_stop(t->loop);
}

/* Abort, so that the parent sees a signal it did not send. */
static inline void
must(bool fine, const struct err *e)
{
	if (fine)
		return;
	fprintf(stderr, "child: %s\n", e->msg);
	abort();
}

static inline void
attempt_in_child(struct attempt *t, int out)
{
	struct server *s = t->s;
	struct err e = { 0 };
	struct needs needs;
	struct answers answers;
	struct machine machine;
	struct proxy_found found = { .proxy = proxy_find("nginx") };
	struct origin *origin = NULL;
	struct plan plan;
	struct net *net;

	if (t->stop_at)
		setenv("ANTECHAMBER_STOP_AT", t->stop_at, 1);
	if (t->own_mounts && (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)) {
		t->told.no_mounts = true;
		goto told;
	}
	signal(SIGPIPE, SIG_IGN);
	t->loop = loop_new();
	net = net_new(t->loop);
	if (t->rollback || t->remove) {
		attempt_begins(t);
		t->apply = t->remove ? remove_start(t->loop, net, s->t->root, attempt_progress,
		                                    attempt_done, t) :
		           rollback_start(t->loop, net, s->t->root, t->id, attempt_progress,
		                          attempt_done, t);
		must(loop_run(t->loop, &e) == 0, &e);
		apply_free(t->apply);
		goto out;
	}
	must(needs_load(&needs, s->templates, NULL, &e) == 0, &e);
	answers_init(&answers);
	struct journal_wish wish = { .set_aside = (char *)t->set_aside };
	struct buf kept = BUF_INIT;
	const char *text = answers_text(s);
	if (t->finish) {
		struct journal_entry half = newest(s);
		must(journal_wish(&wish, &s->t->arena, &half, &e) == 0, &e);
		must(fs_read(&kept, wish.answers, 65536, &e) == 0, &e);
		text = kept.s;
	}
	must(answers_parse(&answers, text, strlen(text), "answers.yaml", &e) == 0, &e);
	const struct origin_options o = { .port = s->origin, .password = t->ui_password,
	                                  .misbehave = t->misbehave };
	if (!t->no_origin)
		must((origin = origin_start(t->loop, &needs, &o, &e)) != NULL, &e);
	machine_read(&machine, NULL);
	found.proxy->detect(t->loop, s->t->root, &machine, &found, attempt_found, t);
	if (!t->found)
		must(loop_run(t->loop, &e) == 0, &e);
	struct proxy_context context = { .answers = &answers, .found = &found, .needs = &needs,
	                                 .templates = s->templates, .root = s->t->root };
	must(plan_build(&plan, &context, wish.set_aside, &e) == 0, &e);
	if (t->call) {
		struct step *v;

		steps_call(&plan.steps, t->call);
		v = &plan.steps.v[plan.steps.n - 2];
		const struct step check = v[0];
		v[0] = v[1];
		v[1] = check;
	}
	if (t->meddle && !t->meddle_at)
		t->meddle(s);
	struct apply_options options = t->options;
	if (t->finish) {
		options.continues = true;
		options.plan_hash = wish.plan;
	}
	options.cacert = options.cacert ? options.cacert : tree_path(s->t, "/etc/nginx/chat.pem");
	attempt_begins(t);
	t->apply = apply_start(t->loop, net, &plan, &options, attempt_progress, attempt_done, t);
	must(loop_run(t->loop, &e) == 0, &e);
	apply_free(t->apply);
	struct journal_entry open;
	t->told.half_way = journal_open_business(&s->t->arena, s->t->root, &open);
	buf_free(&kept);
	plan_free(&plan);
	proxy_found_free(&found);
	machine_free(&machine);
	if (origin)
		origin_free(origin);
	answers_free(&answers);
	needs_free(&needs);
out:
	net_free(net);
	loop_free(t->loop);
told:
	if (write(out, &t->told, sizeof(t->told)) != sizeof(t->told))
		abort();
}

static inline struct told
attempt(struct attempt *t)
{
	struct told told = { 0 };
	int fds[2], status;

	assert_int_equal(pipe(fds), 0);
	fflush(NULL);
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		close(fds[0]);
		attempt_in_child(t, fds[1]);
		exit(0);
	}
	close(fds[1]);
	ssize_t n = read(fds[0], &told, sizeof(told));
	close(fds[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	told.killed = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
	if (!told.killed) {
		assert_true(WIFEXITED(status));
		assert_int_equal(WEXITSTATUS(status), 0);
		assert_int_equal(n, sizeof(told));
	}
	return told;
}

static inline struct told UNUSED
rollback(struct server *s, unsigned id)
{
	struct attempt t = ATTEMPT(s);

	t.rollback = true;
	t.id = id;
	return attempt(&t);
}

static inline struct told UNUSED
remove_all(struct server *s)
{
	struct attempt t = ATTEMPT(s);

	t.remove = true;
	return attempt(&t);
}

/* ---- what is left ---- */

/* Every file, link and directory under etc, with mode, owner, time of files and bytes; from the arena. */
static inline const char *
fingerprint(struct server *s)
{
	struct buf all = BUF_INIT;
	char part[4096];
	size_t n;
	char *command = xasprintf("cd %s && find etc config ! -type f -printf '%%p %%y %%m %%U %%G %%l\\n' 2>/dev/null | sort;"
	                          "cd %s && find etc config -type f -printf '%%p %%y %%m %%U %%G %%T@\\n' -exec sha256sum {} +"
	                          " 2>/dev/null | sort", s->t->root, s->t->root);
	FILE *f = popen(command, "r");

	assert_non_null(f);
	while ((n = fread(part, 1, sizeof(part), f)) > 0)
		buf_add(&all, part, n);
	pclose(f);
	free(command);
	char *text = arena_strdup(&s->t->arena, all.s);
	buf_free(&all);
	return text;
}

/* Does the new site answer as OpenChamber (on its http port: a redirect)?  Polled, for a reload takes a moment. */
static inline void UNUSED
wait_for_status(unsigned port, const char *host, int status)
{
	assert_true(status_becomes(port, host, status));
}

#endif
