/* test_proc.c - what proc.h promises. */
#include "world.h"

#include <dirent.h>
#include <errno.h>
#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "loop/proc.h"

#define SH(text) (const char *const[]){ "sh", "-c", text, NULL }

struct run {
	struct proc *p;
	bool        done, started, timed_out;
	int         sys, status, lines;
	struct buf  out, err, seen;
	double      seconds;
	int         kill_at; /* in the line callback, at this line */
	bool        over;    /* done or killed */
};

static void
on_done(void *ctx, const struct proc_result *r)
{
	struct run *run = ctx;

	assert_false(run->done);
	run->done = run->over = true;
	run->started = r->started;
	run->timed_out = r->timed_out;
	run->sys = r->sys;
	run->status = r->status;
	run->seconds = r->seconds;
	buf_add(&run->out, r->out.s, r->out.len);
	buf_add(&run->err, r->err.s, r->err.len);
	proc_kill(run->p); /* too late, and harmless */
	run->p = NULL;
}

static void
on_line(void *ctx, const char *line, size_t len)
{
	struct run *run = ctx;

	buf_printf(&run->seen, "<%.*s>", (int)len, line);
	if (++run->lines == run->kill_at) {
		proc_kill(run->p);
		run->p = NULL;
		run->over = true;
	}
}

static void
begin(struct world *w, struct run *run, struct proc_request q)
{
	*run = (struct run){ .out = BUF_INIT, .err = BUF_INIT, .seen = BUF_INIT, .kill_at = run->kill_at };
	q.done = on_done;
	q.ctx = run;
	run->p = proc_start(w->l, &q);
	assert_non_null(run->p);
	assert_false(run->done);
}

static void
end(struct run *run)
{
	proc_kill(run->p);
	buf_free(&run->out);
	buf_free(&run->err);
	buf_free(&run->seen);
}

static bool
is_gone(pid_t pid)
{
	return kill(pid, 0) < 0 && errno == ESRCH;
}

/* Gone, or only waiting for somebody else to take note. */
static bool
is_dead(pid_t pid)
{
	char path[40], line[128] = "";
	bool dead;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	f = fopen(path, "r");
	dead = !f || !fgets(line, sizeof(line), f) || strstr(line, ") Z");
	if (f)
		fclose(f);
	return dead;
}

static bool
dies_soon(struct world *w, pid_t pid)
{
	for (int k = 0; k < 200 && !is_dead(pid); k++)
		world_idle(w, 10);
	return is_dead(pid);
}

static void
test_outcomes(void **state)
{
	static const struct {
		const char *what;
		const char *argv[5];
		const char *input;
		const char *out, *err;
		int         status;
	} cases[] = {
		{ "true",          { "true" },                            NULL, "", "", 0 },
		{ "exit status",   { "sh", "-c", "exit 7" },              NULL, "", "", 7 },
		{ "both outputs",  { "sh", "-c", "echo a; echo b >&2" },  NULL, "a\n", "b\n", 0 },
		{ "signal",        { "sh", "-c", "kill -KILL $$" },       NULL, "", "", 137 },
		{ "segfault",      { "sh", "-c", "kill -SEGV $$" },       NULL, "", "", 139 },
		{ "input",         { "cat" },                             "one\ntwo", "one\ntwo", "", 0 },
		{ "empty input",   { "cat" },                             "", "", "", 0 },
		{ "no input",      { "cat" },                             NULL, "", "", 0 },
		{ "unread input",  { "true" },                            "never read", "", "", 0 },
		{ "no shell",      { "echo", "$HOME; `id`" },             NULL, "$HOME; `id`\n", "", 0 },
		/* None of 1 to 31 is ignored; glibc keeps 32 and 33 to itself. */
		{ "signals",       { "grep", "-c", "^SigIgn:.*[08]0000000$", "/proc/self/status" }, NULL, "1\n", "", 0 },
		{ "a path",        { "/bin/sh", "-c", "exit 3" },         NULL, "", "", 3 },
	};
	struct world *w = *state;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct run run = { 0 };

		print_message("  %s\n", cases[i].what);
		begin(w, &run, (struct proc_request){ .argv = cases[i].argv, .input = cases[i].input,
		                                      .timeout_ms = 10000 });
		assert_true(world_run(w, &run.done, 15000));
		assert_true(run.started);
		assert_false(run.timed_out);
		assert_int_equal(run.status, cases[i].status);
		assert_string_equal(run.out.s, cases[i].out);
		assert_string_equal(run.err.s, cases[i].err);
		end(&run);
	}
}

/* What is said later comes behind the input; to one that has ended it is lost, and that is all. */
static void
test_said_later(void **state)
{
	struct world *w = *state;
	struct run run = { 0 }, over = { 0 };

	begin(w, &run, (struct proc_request){ .argv = SH("read a; read b; read c; echo $a-$b-$c"), .input = "one\n",
	                                      .hears = true, .timeout_ms = 10000 });
	world_idle(w, 20);
	assert_false(run.done); /* its input has not ended */
	proc_say(run.p, "two\n");
	proc_say(run.p, "three\n");
	assert_true(world_run(w, &run.done, 5000));
	assert_string_equal(run.out.s, "one-two-three\n");
	end(&run);
	begin(w, &over, (struct proc_request){ .argv = SH("exec 0<&-; echo over; exec sleep 60"), .hears = true });
	for (int i = 0; i < 200; i++) {
		world_idle(w, 1);
		proc_say(over.p, "nobody hears this\n");
	}
	end(&over);
}

static void
test_what_cannot_start(void **state)
{
	static const struct {
		const char *what, *program, *dir;
		int         sys;
	} cases[] = {
		{ "no such name",   "antechamber-no-such-program", NULL,        ENOENT },
		{ "no such path",   "/nonexistent/program",        NULL,        ENOENT },
		{ "not executable", "/etc/passwd",                 NULL,        EACCES },
		{ "a directory",    "/tmp",                        NULL,        EACCES },
		{ "no such dir",    "true",                        "/nonexist", ENOENT },
	};
	struct world *w = *state;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct run run = { 0 };

		print_message("  %s\n", cases[i].what);
		begin(w, &run, (struct proc_request){ .argv = (const char *const[]){ cases[i].program, NULL },
		                                      .dir = cases[i].dir, .timeout_ms = 5000 });
		assert_true(world_run(w, &run.done, 10000));
		assert_false(run.started);
		assert_int_equal(run.sys, cases[i].sys);
		assert_int_equal(run.status, 127);
		end(&run);
	}
}

static void
test_environment_is_clean(void **state)
{
	struct world *w = *state;
	struct run run = { 0 };
	char *path = xstrdup(getenv("PATH") ? getenv("PATH") : "");

	setenv("ANTECHAMBER_PASSWORD", "secret", 1);
	setenv("LD_LIBRARY_PATH", "/nowhere", 1);
	setenv("LANG", "pl_PL.UTF-8", 1);
	setenv("PATH", "/usr/bin:/bin", 1);
	begin(w, &run, (struct proc_request){
		.argv = (const char *const[]){ "env", NULL },
		.env = (const char *const[]){ "MORE=1", "HOME=/var/empty", NULL } });
	assert_true(world_run(w, &run.done, 5000));
	setenv("PATH", path, 1);
	free(path);
	assert_null(strstr(run.out.s, "secret"));
	assert_null(strstr(run.out.s, "LD_"));
	assert_non_null(strstr(run.out.s, "LANG=C.UTF-8\n"));
	assert_non_null(strstr(run.out.s, "PATH=/usr/bin:/bin\n"));
	assert_non_null(strstr(run.out.s, "MORE=1\n"));
	assert_non_null(strstr(run.out.s, "HOME=/var/empty\n"));
	assert_ptr_equal(strstr(run.out.s, "HOME="), strstr(run.out.s, "HOME=/var/empty"));
	end(&run);
}

static void
test_output_has_a_cap(void **state)
{
	struct world *w = *state;
	struct run run = { 0 };

	begin(w, &run, (struct proc_request){ .argv = SH("yes | head -c 1000000; yes | head -c 500 >&2"),
	                                      .max_output = 1000 });
	assert_true(world_run(w, &run.done, 10000));
	assert_int_equal(run.status, 0); /* it was not kept waiting for a reader */
	assert_int_equal(run.out.len, 1000);
	assert_int_equal(run.err.len, 500);
	end(&run);
}

static void
test_deadline(void **state)
{
	struct world *w = *state;
	struct run run = { 0 };

	begin(w, &run, (struct proc_request){ .argv = SH("echo before; exec sleep 60"), .timeout_ms = 100 });
	assert_true(world_run(w, &run.done, 5000));
	assert_true(run.timed_out);
	assert_true(run.started);
	assert_int_equal(run.status, 128 + SIGTERM);
	assert_string_equal(run.out.s, "before\n");
	assert_true(run.seconds >= 0.1 && run.seconds < 1);
	end(&run);
}

static void
test_deadline_for_the_deaf(void **state)
{
	struct world *w = *state;
	struct run run = { 0 };

	begin(w, &run, (struct proc_request){ .argv = SH("trap '' TERM; sleep 60; sleep 60"),
	                                      .timeout_ms = 500, .own_session = true }); /* time for its trap */
	assert_true(world_run(w, &run.done, 5000));
	assert_true(run.timed_out);
	assert_int_equal(run.status, 128 + SIGKILL);
	assert_true(run.seconds >= 1 && run.seconds < 3);
	end(&run);
}

static void
test_lines(void **state)
{
	struct world *w = *state;
	struct run run = { 0 };

	begin(w, &run, (struct proc_request){ .argv = SH("printf 'a\\nb'; sleep 0.05; printf 'c\\r\\n\\nend'"),
	                                      .on_line = on_line });
	assert_true(world_run(w, &run.done, 5000));
	assert_string_equal(run.seen.s, "<a><bc><><end>");
	end(&run);
}

static void
test_kill_in_a_line(void **state)
{
	struct world *w = *state;

	for (int at = 1; at <= 3; at++) { /* the third is the unfinished last line */
		struct run run = { .kill_at = at };

		begin(w, &run, (struct proc_request){ .argv = SH("printf 'a\\nb\\nc'"), .on_line = on_line });
		assert_true(world_run(w, &run.over, 5000));
		world_idle(w, 20);
		assert_false(run.done);
		assert_int_equal(run.lines, at);
		end(&run);
	}
}

static void
test_kill_is_done_when_it_returns(void **state)
{
	static const struct {
		const char *what, *script;
		double      at_least, at_most;
	} cases[] = {
		{ "obedient", "sleep 60 & echo $!; wait",                  0, 0.5 },
		{ "deaf",     "trap '' TERM; sleep 60 & echo $!; wait",    1, 2.5 },
		{ "deaf child", "(trap '' TERM; exec sleep 60) & sleep 0.2; echo $!; wait", 0, 0.5 },
	};
	struct world *w = *state;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct run run = { 0 };
		double start;
		pid_t pid;

		print_message("  %s\n", cases[i].what);
		begin(w, &run, (struct proc_request){ .argv = SH(cases[i].script), .on_line = on_line,
		                                      .own_session = true, .dies_with_us = true });
		pid = proc_pid(run.p);
		for (int k = 0; k < 200 && !run.lines; k++)
			world_idle(w, 10);
		assert_int_equal(run.lines, 1);
		assert_false(is_gone(pid));
		start = loop_seconds();
		proc_kill(run.p);
		run.p = NULL;
		assert_true(loop_seconds() - start >= cases[i].at_least);
		assert_true(loop_seconds() - start < cases[i].at_most);
		assert_true(is_gone(pid));
		world_idle(w, 20);
		assert_false(run.done);
		pid = (pid_t)strtol(run.seen.s + 1, NULL, 10);
		assert_true(pid > 1);
		assert_true(dies_soon(w, pid)); /* what it started as well */
		end(&run);
	}
}

static void
test_many_at_once(void **state)
{
	struct world *w = *state;
	struct run runs[20] = { 0 };
	char script[20][40];

	for (int i = 0; i < 20; i++) {
		snprintf(script[i], sizeof(script[i]), "sleep 0.0%d; echo %d; exit %d", i % 5, i, i);
		begin(w, &runs[i], (struct proc_request){ .argv = SH(script[i]) });
	}
	for (int i = 0; i < 20; i++) {
		char want[8];

		snprintf(want, sizeof(want), "%d\n", i);
		assert_true(world_run(w, &runs[i].done, 5000));
		assert_int_equal(runs[i].status, i);
		assert_string_equal(runs[i].out.s, want);
		end(&runs[i]);
	}
}

/* A daemon that keeps the pipes open does not keep us waiting. */
static void
test_grandchild_with_our_pipe(void **state)
{
	struct world *w = *state;
	struct run run = { 0 };
	pid_t left;

	begin(w, &run, (struct proc_request){ .argv = SH("sleep 30 & echo $!") });
	assert_true(world_run(w, &run.done, 5000));
	assert_int_equal(run.status, 0);
	assert_true(run.seconds < 2);
	left = (pid_t)strtol(run.out.s, NULL, 10);
	assert_true(left > 1);
	kill(left, SIGKILL);
	end(&run);
}

/* One that stays is heard as long as whoever started it runs, and what it says later ends it neither with us nor without. */
static void
test_leaves_others(void **state)
{
	struct world *w = *state;
	static const bool leaves[] = { true, false };

	for (size_t i = 0; i < ARRAY_LEN(leaves); i++) {
		struct run run = { 0 };
		const char *said;
		pid_t left;

		begin(w, &run, (struct proc_request){ .leaves_others = leaves[i], .argv = SH(
			"(while :; do echo on; sleep 0.01; done) & echo why >&2; sleep 0.1; echo pid $!; exit 3") });
		assert_true(world_run(w, &run.done, 5000));
		assert_true(run.started);
		assert_int_equal(run.status, 3);
		assert_non_null(strstr(run.err.s, "why\n"));
		said = strstr(leaves[i] ? run.err.s : run.out.s, "pid ");
		assert_non_null(said);
		left = (pid_t)strtol(said + 4, NULL, 10);
		assert_true(left > 1);
		world_idle(w, 50); /* it says more meanwhile */
		assert_int_equal(leaves[i] ? is_dead(left) : dies_soon(w, left), !leaves[i]);
		kill(left, SIGKILL);
		end(&run);
	}
}

static void
test_signal(void **state)
{
	struct world *w = *state;
	struct run run = { 0 };

	begin(w, &run, (struct proc_request){
		.argv = SH("trap 'echo got; exit 5' HUP; echo ready; while :; do sleep 0.02; done"),
		.on_line = on_line, .timeout_ms = 5000 });
	for (int k = 0; k < 200 && !run.lines; k++)
		world_idle(w, 10);
	proc_signal(run.p, SIGHUP);
	assert_true(world_run(w, &run.done, 5000));
	assert_int_equal(run.status, 5);
	assert_string_equal(run.out.s, "ready\ngot\n");
	end(&run);
}

static void
test_child_inherits_nothing(void **state)
{
	struct world *w = *state;
	struct run run = { 0 };
	const int open_by_us = dup(0); /* without close-on-exec */

	begin(w, &run, (struct proc_request){ .argv = SH("ls /proc/$$/fd; ls -l /proc/$$/fd/0"
	                                                 " | grep -c /dev/null") });
	assert_true(world_run(w, &run.done, 5000));
	close(open_by_us);
	assert_memory_equal(run.out.s, "0\n1\n2\n1\n", 8);
	end(&run);
}

static void
test_session_and_user(void **state)
{
	struct world *w = *state;
	struct run run = { 0 };
	gid_t before[64];
	const int n_before = getgroups(64, before);

	if (geteuid() == 0) /* groups that must not go along */
		assert_int_equal(setgroups(2, (const gid_t[]){ 0, 4 }), 0);
	begin(w, &run, (struct proc_request){
		.argv = SH("id -u; id -G; cut -d' ' -f6 /proc/$$/stat; echo $$"),
		.own_session = true, .as_nobody = true, .dies_with_us = true, .dir = "/" });
	assert_true(world_run(w, &run.done, 5000));
	assert_int_equal(run.status, 0);
	if (geteuid() == 0)
		assert_int_equal(setgroups((size_t)n_before, before), 0);
	if (geteuid() == 0)
		assert_memory_equal(run.out.s, "65534\n65534\n", 12);
	{
		const char *sid = strchr(strchr(run.out.s, '\n') + 1, '\n') + 1;

		assert_int_equal(strtol(sid, NULL, 10), strtol(strchr(sid, '\n'), NULL, 10));
	}
	end(&run);
}

/* A helper that starts a program and dies must take it along. */
static void
test_dies_with_us(void **state)
{
	struct world *w = *state;
	int fds[2];
	pid_t helper, pid = 0;

	for (int as_nobody = 0; as_nobody < 2; as_nobody++) {
		assert_int_equal(pipe(fds), 0);
		helper = fork();
		if (helper == 0) {
			struct loop *l = loop_new();
			struct run run = { .out = BUF_INIT, .err = BUF_INIT, .seen = BUF_INIT };
			struct world inner = { .l = l };

			run.p = proc_start(l, &(struct proc_request){
				.argv = SH("echo ready; exec sleep 60"), .dies_with_us = true, .dir = "/",
				.as_nobody = as_nobody, .on_line = on_line, .done = on_done, .ctx = &run });
			for (int k = 0; k < 200 && !run.lines; k++)
				world_idle(&inner, 10);
			pid = proc_pid(run.p);
			(void)!write(fds[1], &pid, sizeof(pid));
			_exit(0);
		}
		assert_int_equal(read(fds[0], &pid, sizeof(pid)), sizeof(pid));
		waitpid(helper, NULL, 0);
		assert_true(dies_soon(w, pid));
		close(fds[0]);
		close(fds[1]);
	}
}

static int
count_fds(void)
{
	DIR *d = opendir("/proc/self/fd");
	int n = 0;

	while (readdir(d))
		n++;
	closedir(d);
	return n;
}

static void
test_no_descriptor_is_left(void **state)
{
	struct world *w = *state;
	int before = 0;

	for (int i = 0; i < 10; i++) {
		struct run ok = { 0 }, missing = { 0 }, killed = { 0 };

		begin(w, &ok, (struct proc_request){ .argv = SH("read a"), .input = "x\n", .hears = true });
		begin(w, &missing, (struct proc_request){ .argv = (const char *const[]){ "/none", NULL } });
		begin(w, &killed, (struct proc_request){ .argv = SH("exec sleep 60") });
		assert_true(world_run(w, &ok.done, 5000));
		assert_true(world_run(w, &missing.done, 5000));
		end(&ok);
		end(&missing);
		end(&killed);
		if (i == 0)
			before = count_fds();
	}
	assert_int_equal(count_fds(), before);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1); /* nor a child */
}

static void
test_show(void **state)
{
	struct buf out = BUF_INIT;

	(void)state;
	proc_show(&out, (const char *const[]){ "nginx", "-t", "-c", "/etc/a b", "", "it's", "a=b:1,2", NULL });
	assert_string_equal(out.s, "nginx -t -c '/etc/a b' '' 'it'\\''s' a=b:1,2");
	buf_free(&out);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, world_setup, world_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_outcomes),
		CASE(test_said_later),
		CASE(test_what_cannot_start),
		CASE(test_environment_is_clean),
		CASE(test_output_has_a_cap),
		CASE(test_deadline),
		CASE(test_deadline_for_the_deaf),
		CASE(test_lines),
		CASE(test_kill_in_a_line),
		CASE(test_kill_is_done_when_it_returns),
		CASE(test_many_at_once),
		CASE(test_grandchild_with_our_pipe),
		CASE(test_leaves_others),
		CASE(test_signal),
		CASE(test_child_inherits_nothing),
		CASE(test_session_and_user),
		CASE(test_dies_with_us),
		CASE(test_no_descriptor_is_left),
		CASE(test_show),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
