#include "../tree.h"

#include "apply/plan.h"
#include "base/buf.h"
#include "base/crypto.h"

/* A proxy that writes what the test tells it. */
static const char *site_text = "listen 1;\n";
static const char *site_path = "/etc/fake/available/site.conf";
static bool with_secret;
static const struct call *with_call;

static int
fake_render(struct steps *out, const struct proxy_context *c, struct err *e)
{
	const char *const validate[] = { "/usr/sbin/fake", "-t", NULL };
	const char *const reload[] = { "/usr/sbin/fake", "-s", "re load", NULL };

	(void)c;
	(void)e;
	if (with_secret) {
		char random[17];
		crypto_random_hex(random, 16);
		steps_write_made(out, "/etc/fake/key", random, 0600, true);
	}
	if (with_call) {
		steps_call(out, with_call);
		return 0;
	}
	steps_write(out, site_path, site_text, 0644);
	steps_link(out, "/etc/fake/enabled/site.conf", "../available/site.conf");
	steps_run(out, ROLE_VALIDATE, validate);
	steps_run(out, ROLE_RELOAD, reload);
	return 0;
}

static const struct proxy fake = { .name = "fake", .label = "Fake", .caps = PROXY_FILES,
                                   .render = fake_render };

static struct answers answers;
static struct proxy_found found = { .proxy = &fake, .installed = true };
static struct proxy_context context = { .answers = &answers, .found = &found };

static int
setup(void **state)
{
	struct tree *t;

	tree_setup(state);
	t = *state;
	tree_mkdir(t, "/etc/fake/available");
	tree_mkdir(t, "/etc/fake/enabled");
	context.root = t->root;
	found.config = (char *)"/etc/fake/fake.conf";
	found.link_dir = (char *)"/etc/fake/enabled";
	site_text = "listen 1;\n";
	with_secret = false;
	with_call = NULL;
	return 0;
}

static void
test_order_and_set_aside(void **state)
{
	struct tree *t = *state;
	struct plan p;
	struct err e = { 0 };

	tree_write(t, "/etc/fake/available/old.conf", "old\n");
	assert_int_equal(symlink("../available/old.conf", tree_path(t, "/etc/fake/enabled/old")),
	                 0);
	assert_int_equal(plan_build(&p, &context, "/etc/fake/available/old.conf", &e), 0);
	static const enum step_kind want[] = { STEP_WRITE, STEP_LINK, STEP_SET_ASIDE, STEP_RUN,
	                                       STEP_RUN, STEP_CHECK };
	assert_int_equal(p.steps.n, ARRAY_LEN(want));
	for (size_t i = 0; i < ARRAY_LEN(want); i++)
		assert_int_equal(p.steps.v[i].kind, want[i]);
	/* It is read by way of the link, so the link goes. */
	assert_string_equal(p.steps.v[2].path, "/etc/fake/enabled/old");
	assert_string_equal(plan_verb(&p, 0), "new file");
	assert_string_equal(plan_verb(&p, 1), "link");
	assert_string_equal(plan_verb(&p, 2), "set aside");
	assert_string_equal(plan_verb(&p, 3), "run");
	assert_string_equal(plan_verb(&p, 5), "check");
	assert_int_equal(symlink("../available/site.conf", tree_path(t, "/etc/fake/enabled/site.conf")), 0);
	assert_string_equal(plan_verb(&p, 1), "as it is");
	assert_int_equal(unlink(tree_path(t, "/etc/fake/enabled/site.conf")), 0);
	struct buf object = BUF_INIT;
	plan_object(&object, &p, 4);
	assert_string_equal(object.s, "/usr/sbin/fake -s 're load'");
	buf_free(&object);
	plan_free(&p);

	/* What is written is not in the way of itself; a file read directly goes as it is. */
	assert_int_equal(plan_build(&p, &context, site_path, &e), 0);
	assert_null(steps_find(&p.steps, STEP_SET_ASIDE, ROLE_NONE));
	plan_free(&p);
	tree_write(t, "/etc/fake/enabled/direct", "old\n");
	assert_int_equal(plan_build(&p, &context, "/etc/fake/enabled/direct", &e), 0);
	assert_string_equal(steps_find(&p.steps, STEP_SET_ASIDE, ROLE_NONE)->path,
	                    "/etc/fake/enabled/direct");
	plan_free(&p);
}

static void
hash_of(char out[65], const char *set_aside)
{
	struct plan p;
	struct err e = { 0 };

	assert_int_equal(plan_build(&p, &context, set_aside, &e), 0);
	plan_hash(&p, out);
	plan_free(&p);
}

static void
test_hash(void **state)
{
	char first[65], again[65];

	(void)state;
	hash_of(first, NULL);
	hash_of(again, NULL);
	assert_string_equal(first, again);
	assert_int_equal(strlen(first), 64);
	hash_of(again, "/etc/fake/enabled/other");
	assert_string_not_equal(first, again);
	site_text = "listen 2;\n";
	hash_of(again, NULL);
	assert_string_not_equal(first, again);

	/* A key that is made anew each time does not make another plan. */
	with_secret = true;
	hash_of(first, NULL);
	hash_of(again, NULL);
	assert_string_equal(first, again);
}

static void
test_states(void **state)
{
	struct tree *t = *state;
	struct plan p;
	struct err e = { 0 };

	assert_int_equal(plan_build(&p, &context, NULL, &e), 0);
	assert_true(plan_changes(&p));
	assert_int_equal(plan_state(&p, 0), PLAN_NEW);
	assert_int_equal(plan_state(&p, 1), PLAN_NEW);
	tree_write(t, site_path, "listen 9;\n");
	assert_int_equal(plan_state(&p, 0), PLAN_CHANGED);
	assert_string_equal(plan_verb(&p, 0), "change");
	tree_write(t, site_path, site_text);
	assert_int_equal(plan_state(&p, 0), PLAN_SAME);
	assert_true(plan_changes(&p));
	assert_int_equal(symlink("../available/other.conf",
	                         tree_path(t, "/etc/fake/enabled/site.conf")), 0);
	assert_int_equal(plan_state(&p, 1), PLAN_CHANGED);
	unlink(tree_path(t, "/etc/fake/enabled/site.conf"));
	assert_int_equal(symlink("../available/site.conf",
	                         tree_path(t, "/etc/fake/enabled/site.conf")), 0);
	assert_int_equal(plan_state(&p, 1), PLAN_SAME);
	assert_false(plan_changes(&p));
	plan_free(&p);
}

static void
test_diff(void **state)
{
	struct tree *t = *state;
	struct plan p;
	struct buf out = BUF_INIT;
	struct err e = { 0 };

	with_secret = true;
	tree_write(t, site_path, "listen 1;\nx\033[31m\tred\n");
	assert_int_equal(plan_build(&p, &context, NULL, &e), 0);
	assert_int_equal(plan_diff(&out, &p, &e), 0);
	/* Changed before new; control bytes harmless, tabs kept; a secret is only named. */
	assert_string_equal(out.s,
	                    "--- /etc/fake/available/site.conf\n+++ /etc/fake/available/site.conf\n"
	                           "@@ -1,2 +1 @@\n listen 1;\n-x?[31m\tred\n"
	                           "New secret file /etc/fake/key\n");
	/* One that cannot be read (here, for root too: a directory) hides nothing of the rest. */
	buf_cut(&out, 0);
	tree_mkdir(t, "/etc/fake/key");
	assert_int_equal(plan_diff(&out, &p, &e), 0);
	assert_non_null(strstr(out.s, "-x?[31m\tred\n"));
	assert_non_null(strstr(out.s, "Secret file /etc/fake/key cannot be read\n"));
	buf_free(&out);
	plan_free(&p);
}

static void
test_json(void **state)
{
	struct plan p;
	struct buf out = BUF_INIT;
	struct err e = { 0 };

	(void)state;
	with_secret = true;
	assert_int_equal(plan_build(&p, &context, NULL, &e), 0);
	struct json *j = plan_files_json(&p);
	json_write(&out, j, false);
	assert_non_null(strstr(out.s, "\"path\": \"/etc/fake/available/site.conf\""));
	assert_non_null(strstr(out.s, "\"mode\": \"0644\""));
	assert_non_null(strstr(out.s, "listen 1;"));
	assert_string_equal(json_get_string(json_at(j, 0), "path", ""), "/etc/fake/key");
	assert_null(json_get(json_at(j, 0), "text"));
	json_free(j);
	buf_free(&out);
	plan_free(&p);
}

static void
test_call(void **state)
{
	struct call c = {
		.service = "npm", .base = "http://127.0.0.1:81", .identity = "me@example.org",
		.secret_file = "/run/secret", .key = "chat.example.org", .look = "/api/hosts",
		.method = "PUT", .path = "/api/hosts/{id}", .body = "{\"text\":\"a\\nc\\n\"}",
		.was = "{\"text\":\"a\\nb\\n\",\"on\":false,\"token\":\"hide\"}",
		.is = "{\"text\":\"a\\nc\\n\",\"on\":false,\"token\":\"me\"}",
		.back_method = "PUT", .back_path = "/api/hosts/{id}",
	};
	struct plan p;
	struct buf out = BUF_INIT;
	struct err e = { 0 };
	char first[65], other[65];

	(void)state;
	with_call = &c;
	hash_of(first, NULL);
	assert_int_equal(plan_build(&p, &context, NULL, &e), 0);
	assert_string_equal(plan_verb(&p, 0), "call");
	assert_int_equal(plan_state(&p, 0), PLAN_CHANGED);
	plan_object(&out, &p, 0);
	assert_string_equal(out.s, "PUT /api/hosts/chat.example.org");
	buf_cut(&out, 0);
	assert_int_equal(plan_diff(&out, &p, &e), 0);
	assert_string_equal(out.s, "--- http://127.0.0.1:81 PUT /api/hosts/chat.example.org\n"
	                           "+++ http://127.0.0.1:81 PUT /api/hosts/chat.example.org\n"
	                           "@@ -1,5 +1,5 @@\n text:\n     a\n-    b\n+    c\n on: false\n"
	                           " token: (not shown)\n");
	buf_cut(&out, 0);
	struct json *j = plan_calls_json(&p);
	json_write(&out, j, false);
	assert_non_null(strstr(out.s, "\"url\": \"http://127.0.0.1:81/api/hosts/chat.example.org\""));
	json_free(j);
	buf_free(&out);
	plan_free(&p);

	/* Another state before, another body, another secret: each is another plan. */
	const struct call base = c;
	c.was = "{\"text\":\"z\",\"on\":false}";
	hash_of(other, NULL);
	assert_string_not_equal(first, other);
	c = base;
	c.body = "{}";
	hash_of(other, NULL);
	assert_string_not_equal(first, other);
	c = base;
	c.secret_file = "/etc/shadow";
	hash_of(other, NULL);
	assert_string_not_equal(first, other);

	/* What is there already is not asked for; what was not there is new. */
	c = base;
	c.was = c.is;
	assert_int_equal(plan_build(&p, &context, NULL, &e), 0);
	assert_false(plan_changes(&p));
	plan_free(&p);
	c.was = NULL;
	assert_int_equal(plan_build(&p, &context, NULL, &e), 0);
	assert_int_equal(plan_state(&p, 0), PLAN_NEW);
	plan_free(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_order_and_set_aside, setup, tree_teardown),
		cmocka_unit_test_setup_teardown(test_hash, setup, tree_teardown),
		cmocka_unit_test_setup_teardown(test_states, setup, tree_teardown),
		cmocka_unit_test_setup_teardown(test_diff, setup, tree_teardown),
		cmocka_unit_test_setup_teardown(test_json, setup, tree_teardown),
		cmocka_unit_test_setup_teardown(test_call, setup, tree_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
