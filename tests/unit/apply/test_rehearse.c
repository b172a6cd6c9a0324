/* The user's own nginx, privately, before the probe origin. */
#include "server.h"

#include <dirent.h>

#include "apply/rehearse.h"

struct run {
	struct loop      *loop;
	struct net       *net;
	struct rehearsal *rehearsal;
	struct answers    answers;
	struct needs      needs;
	struct machine    machine;
	struct proxy_found found;
	bool              found_it, done, failed;
	struct err        err;
	enum rehearsal_stage stage;
	size_t            results;
	enum rehearsal_stage leave_at; /* 0: never */
};

static void
on_found(void *ctx)
{
	struct run *r = ctx;

	r->found_it = true;
	loop_stop(r->loop);
}

static void
on_stage(void *ctx, enum rehearsal_stage s)
{
	struct run *r = ctx;

	r->stage = s;
	if (r->leave_at && s == r->leave_at)
		loop_stop(r->loop);
}

static void
on_result(void *ctx, struct check_run *run, const struct check_result *result)
{
	struct run *r = ctx;

	(void)run;
	assert_int_equal(result->target, TARGET_REHEARSAL);
	r->results++;
}

static void
on_done(void *ctx, const struct err *e)
{
	struct run *r = ctx;

	r->done = true;
	r->failed = e != NULL;
	if (e)
		r->err = *e;
	loop_stop(r->loop);
}

/* How many rehearsals left their directory. */
static int
leftovers(const char *tmp)
{
	DIR *d = opendir(tmp);
	struct dirent *entry;
	int n = 0;

	assert_non_null(d);
	while ((entry = readdir(d)))
		n += entry->d_name[0] != '.';
	closedir(d);
	return n;
}

static void
rehearse(struct run *r, struct server *s)
{
	static const struct rehearsal_events on = { .stage = on_stage, .result = on_result, .done = on_done };
	const char *text = answers_text(s), *tmp = tree_path(s->t, "/tmp");
	struct err e = { 0 };

	tree_mkdir(s->t, "/tmp");
	chmod(tmp, 01777);
	setenv("TMPDIR", tmp, 1);
	signal(SIGPIPE, SIG_IGN);
	r->loop = loop_new();
	r->net = net_new(r->loop);
	assert_int_equal(needs_load(&r->needs, s->templates, NULL, &e), 0);
	answers_init(&r->answers);
	assert_int_equal(answers_parse(&r->answers, text, strlen(text), "answers.yaml", &e), 0);
	machine_read(&r->machine, NULL);
	if (!r->found.proxy) {
		r->found.proxy = proxy_find("nginx");
		r->found.proxy->detect(r->loop, s->t->root, &r->machine, &r->found, on_found, r);
		while (!r->found_it)
			assert_int_equal(loop_run(r->loop, &e), 0);
	}
	struct proxy_context context = { .answers = &r->answers, .found = &r->found,
	                                 .needs = &r->needs,
	                                 .templates = s->templates, .root = s->t->root };
	r->rehearsal = rehearsal_start(r->loop, r->net, &context, &on, r);
	assert_int_equal(loop_run(r->loop, &e), 0);
	if (r->leave_at)
		return;
	assert_true(r->done);
}

static void
clear(struct run *r, struct server *s)
{
	rehearsal_free(r->rehearsal);
	assert_int_equal(leftovers(tree_path(s->t, "/tmp")), 0);
	proxy_found_free(&r->found);
	machine_free(&r->machine);
	answers_free(&r->answers);
	needs_free(&r->needs);
	net_free(r->net);
	loop_free(r->loop);
	unsetenv("TMPDIR");
}

static void
passes(struct server *s)
{
	struct run r = { 0 };

	rehearse(&r, s);
	assert_string_equal(r.err.msg, "");
	assert_false(r.failed);
	assert_int_equal(r.stage, REHEARSAL_DONE);
	const struct check_run *run = rehearsal_check(r.rehearsal);
	assert_non_null(run);
	assert_int_equal(r.results, check_count(run));
	for (size_t i = 0; i < check_count(run); i++)
		/* On a busy machine an event may come late enough for a warning. */
		if (check_at(run, i)->status == CHECK_FAIL ||
		    (check_at(run, i)->required && check_at(run, i)->status == CHECK_SKIP))
			fail_msg("%s: %s", check_at(run, i)->id, check_at(run, i)->detail);
	assert_true(check_summary(run).pass > 10);
	assert_true(rehearsal_seconds(r.rehearsal) < 10);
	clear(&r, s);
}

static void
test_passes(void **state)
{
	struct server *s = *state;

	needs_server(s);
	const char *before = fingerprint(s);
	passes(s);
	s->mode = "selfsigned";
	passes(s);
	s->mode = "none";
	passes(s);
	s->mode = "upstream";
	passes(s);
	/* Nothing of the real one was touched, and it needs no state. */
	assert_string_equal(fingerprint(s), before);
	assert_int_equal(status_of(s->other, "shop.example.org"), 200);
	assert_int_equal(newest(s).id, 0);
}

/* Also where the answers' limits would be too small: what the checks see is a finding, not an error. */
static void
test_finding(void **state)
{
	struct server *s = *state;
	struct run r = { 0 };

	needs_server(s);
	tree_mkdir(s->t, "/templates/nginx");
	for (const char *const *f = (const char *const[]){ "openchamber.yaml",
	                                                   "nginx/rehearsal.conf",
	                                                   "nginx/site.conf", NULL };
	     *f; f++) {
		struct buf text = BUF_INIT;
		struct err e = { 0 };
		char *spoilt;

		assert_int_equal(fs_read(&text, arena_printf(&s->t->arena, "templates/%s", *f),
		                         65536, &e), 0);
		spoilt = strstr(text.s, "proxy_set_header Upgrade $http_upgrade;");
		if (spoilt)
			memset(spoilt, ' ', strcspn(spoilt, "\n"));
		tree_write(s->t, arena_printf(&s->t->arena, "/templates/%s", *f), text.s);
		buf_free(&text);
	}
	s->templates = tree_path(s->t, "/templates");
	rehearse(&r, s);
	assert_false(r.failed);
	assert_false(check_ready(rehearsal_check(r.rehearsal)));
	assert_string_equal(check_verdict(rehearsal_check(r.rehearsal))->id, "ws-upgrade-lost");
	clear(&r, s);
}

/* What nginx refuses is said at the file that would have been written. */
static void
test_refused(void **state)
{
	struct server *s = *state;
	struct run r = { 0 };
	struct buf text = BUF_INIT;
	struct err e = { 0 };

	needs_server(s);
	tree_mkdir(s->t, "/templates/nginx");
	for (const char *const *f = (const char *const[]){ "openchamber.yaml",
	                                                   "nginx/rehearsal.conf",
	                                                   "nginx/site.conf", NULL };
	     *f; f++) {
		buf_cut(&text, 0);
		assert_int_equal(fs_read(&text, arena_printf(&s->t->arena, "templates/%s", *f),
		                         65536, &e), 0);
		if (strstr(*f, "site.conf"))
			buf_puts(&text, "what_is_this on;\n");
		tree_write(s->t, arena_printf(&s->t->arena, "/templates/%s", *f), text.s);
	}
	buf_free(&text);
	s->templates = tree_path(s->t, "/templates");
	rehearse(&r, s);
	assert_true(r.failed);
	assert_int_equal(r.err.code, ERR_VALUE);
	assert_non_null(strstr(r.err.msg, "what_is_this"));
	assert_non_null(strstr(r.err.file, SITE));
	assert_true(r.err.line > 20);
	assert_null(rehearsal_check(r.rehearsal));
	clear(&r, s);
}

static void
test_not_installed(void **state)
{
	struct server *s = *state;
	struct run r = { .found = { .proxy = proxy_find("nginx") } };

	needs_server(s);
	rehearse(&r, s);
	assert_true(r.failed);
	assert_int_equal(r.err.code, ERR_MISSING);
	clear(&r, s);
}

/* Left in the middle, at each stage: no child and no directory stays. */
static void
test_left(void **state)
{
	static const enum rehearsal_stage at[] = { REHEARSAL_VALIDATE, REHEARSAL_START,
	                                           REHEARSAL_CHECK };
	struct server *s = *state;

	needs_server(s);
	for (size_t i = 0; i < ARRAY_LEN(at); i++) {
		struct run r = { .leave_at = at[i] };

		rehearse(&r, s);
		assert_false(r.done);
		clear(&r, s);
		assert_int_equal(waitpid(-1, NULL, WNOHANG), 0); /* only the server's own nginx is left */
	}
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, server_setup, server_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_passes),
		TEST(test_finding),
		TEST(test_refused),
		TEST(test_not_installed),
		TEST(test_left),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
