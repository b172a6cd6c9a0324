#include "../tree.h"

#include <sys/wait.h>

#include <signal.h>
#include <sys/stat.h>

#include "apply/alter.h"
#include "apply/journal_write.h"

static int
setup(void **state)
{
	struct tree *t;

	tree_setup(state);
	t = *state;
	setenv("XDG_STATE_HOME", tree_path(t, "/state"), 1);
	tree_mkdir(t, "/etc/x");
	return 0;
}

static struct json *
deed(const char *name)
{
	struct json *j = json_object();

	json_set_string(j, "do", name);
	return j;
}

static void
test_call_told(void **state)
{
	struct tree *t = *state;
	struct journal_lock k;
	struct journal j;
	struct err e = { 0 };
	struct json *line = deed("call");
	struct journal_deed *deeds;
	struct buf diff = BUF_INIT;
	static const char *const members[][2] = {
		{ "service", "npm" }, { "base", "http://127.0.0.1:81" }, { "key", "chat.example.org" },
		{ "look", "/api/hosts" }, { "method", "PUT" }, { "path", "/api/hosts/7" },
		{ "was", "{\"port\":1}" }, { "is", "{\"port\":2}" }, { "backMethod", "PUT" },
		{ "backPath", "/api/hosts/7" },
	};

	for (size_t i = 0; i < ARRAY_LEN(members); i++)
		json_set_string(line, members[i][0], members[i][1]);
	assert_int_equal(journal_lock(&k, t->root, &e), 0);
	assert_int_equal(journal_create(&j, &k, t->root, &e), 0);
	assert_int_equal(journal_line(&j, line, &e), 0);
	assert_int_equal(journal_deeds(&t->arena, j.dir, &deeds), 1);
	assert_string_equal(deeds[0].step, "call");
	assert_string_equal(deeds[0].path, "PUT /api/hosts/7");
	journal_diff(&diff, j.dir);
	assert_string_equal(diff.s, "--- http://127.0.0.1:81 PUT /api/hosts/7\n+++ http://127.0.0.1:81 PUT /api/hosts/7\n"
	                            "@@ -1 +1 @@\n-port: 1\n+port: 2\n");
	buf_free(&diff);
	journal_close(&j);
	journal_unlock(&k);
}

/* An entry with a beginning and these lines. */
static unsigned
entry(struct tree *t, const char *const *deeds)
{
	struct journal_lock k;
	struct journal j;
	struct err e = { 0 };
	struct json *begin = deed("begin");

	json_set_string(begin, "address", "https://chat.example.org");
	json_set_string(begin, "proxy", "nginx");
	json_set_string(begin, "root", t->root);
	json_set_int(begin, "when", 1700000000);
	assert_int_equal(journal_lock(&k, t->root, &e), 0);
	assert_int_equal(journal_create(&j, &k, t->root, &e), 0);
	assert_int_equal(journal_line(&j, begin, &e), 0);
	for (; *deeds; deeds++)
		assert_int_equal(journal_line(&j, deed(*deeds), &e), 0);
	unsigned id = j.id;
	journal_close(&j);
	journal_unlock(&k);
	return id;
}

static void
test_list(void **state)
{
	struct tree *t = *state;
	struct journal_entry *v, open;
	struct stat st;

	assert_int_equal(journal_list(&t->arena, t->root, &v), 0);
	assert_false(journal_open_business(&t->arena, t->root, &open));
	assert_int_equal(entry(t, (const char *const[]){ "write", "link", "commit", NULL }), 1);
	assert_int_equal(entry(t, (const char *const[]){ "write", "undo", "undone", NULL }), 2);
	assert_int_equal(entry(t, (const char *const[]){ "write", "commit", "undo", "conflict",
	                                                 NULL }), 3);
	assert_false(journal_open_business(&t->arena, t->root, &open));
	assert_int_equal(entry(t, (const char *const[]){ "write", "commit", "undo", NULL }), 4);

	assert_int_equal(journal_list(&t->arena, t->root, &v), 4);
	assert_int_equal(v[0].id, 4);
	assert_int_equal(v[0].state, JOURNAL_UNFINISHED);
	assert_int_equal(v[1].state, JOURNAL_CONFLICT);
	assert_int_equal(v[2].state, JOURNAL_UNDONE);
	assert_int_equal(v[3].state, JOURNAL_COMMITTED);
	assert_int_equal(v[3].places, 2);
	assert_int_equal(v[3].when, 1700000000);
	assert_string_equal(v[3].address, "https://chat.example.org");
	assert_string_equal(v[3].proxy, "nginx");
	assert_int_equal(stat(v[3].dir, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	assert_true(journal_open_business(&t->arena, t->root, &open));
	assert_int_equal(open.id, 4);

	/* Another root's are none of our business. */
	assert_int_equal(journal_list(&t->arena, geteuid() == 0 ? "/nonexistent" :
	                              tree_path(t, "/etc"), &v), 0);

	struct json *j = journal_list_json(t->root);
	assert_int_equal(json_len(j), 4);
	assert_string_equal(json_get_string(json_at(j, 3), "state", ""), "committed");
	assert_string_equal(json_get_string(json_at(j, 3), "when", ""), "2023-11-14T22:13:20Z");
	json_free(j);
}

static void
spoil(struct tree *t, unsigned id, void (*how)(struct buf *text))
{
	const char *path = arena_printf(&t->arena, "%s/%u/journal",
	                                journal_state_dir(&t->arena, t->root), id);
	struct buf text = BUF_INIT;
	struct err e = { 0 };

	assert_int_equal(fs_read(&text, path, 65536, &e), 0);
	how(&text);
	assert_int_equal(fs_write(path, text.s, text.len, 0600, &e), 0);
	buf_free(&text);
}

static void cut_end(struct buf *b) { buf_cut(b, b->len - 5); }
static void flip_last(struct buf *b) { b->s[b->len - 4] ^= 1; }
static void flip_first(struct buf *b) { b->s[40] ^= 1; }
static void add_nul(struct buf *b) { buf_add(b, "\0\0\0\0", 4); }
static void empty(struct buf *b) { buf_cut(b, 0); }
static void garbage(struct buf *b) { buf_cut(b, 0); buf_puts(b, "what\nis\n\nthis"); }

static void
swap_lines(struct buf *b)
{
	/* The same bytes in another order: a line's number is in its sum. */
	char *second = strchr(b->s, '\n') + 1, *third = strchr(second, '\n') + 1;
	struct buf out = BUF_INIT;

	buf_add(&out, second, (size_t)(third - second));
	buf_add(&out, b->s, (size_t)(second - b->s));
	buf_puts(&out, third);
	buf_cut(b, 0);
	buf_puts(b, out.s);
	buf_free(&out);
}

static void
test_broken_journals(void **state)
{
	static const struct {
		void             (*how)(struct buf *text);
		size_t             lines;
		bool               damaged;
		enum journal_state state;
	} cases[] = {
		{ cut_end, 2, false, JOURNAL_UNFINISHED },    /* torn: that step was never begun */
		{ flip_last, 2, false, JOURNAL_UNFINISHED },
		{ flip_first, 2, true, JOURNAL_COMMITTED },
		{ add_nul, 3, false, JOURNAL_COMMITTED },
		{ empty, 0, false, JOURNAL_UNFINISHED },
		{ garbage, 0, true, JOURNAL_UNFINISHED },
		{ swap_lines, 1, true, JOURNAL_COMMITTED },
	};
	struct tree *t = *state;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct journal_entry *v;
		struct journal_lines l;
		struct journal_lock k;
		struct journal j;
		struct err e = { 0 };
		unsigned id = entry(t, (const char *const[]){ "write", "commit", NULL });

		spoil(t, id, cases[i].how);
		journal_list(&t->arena, t->root, &v);
		assert_int_equal(v[0].id, id);
		assert_int_equal(v[0].state, cases[i].state);
		journal_read(&l, v[0].dir);
		assert_int_equal(l.n, cases[i].lines);
		assert_int_equal(l.damaged, cases[i].damaged);
		journal_lines_free(&l);

		/* What is written afterwards can be read, whatever stood there. */
		assert_int_equal(journal_lock(&k, t->root, &e), 0);
		assert_int_equal(journal_reopen(&j, &k, v[0].dir, id, &e), 0);
		assert_int_equal(journal_line(&j, deed("undone"), &e), 0);
		journal_close(&j);
		journal_unlock(&k);
		journal_list(&t->arena, t->root, &v);
		assert_int_equal(v[0].state, JOURNAL_UNDONE);
	}
}

/* One at a time, also between processes; and gone with its process. */
static void
test_lock(void **state)
{
	struct tree *t = *state;
	struct journal_lock k, other;
	struct journal_entry open;
	struct err e = { 0 };
	int ready[2], status;
	char c;

	assert_int_equal(pipe(ready), 0);
	pid_t pid = fork();
	if (pid == 0) {
		bool fine = journal_lock(&k, t->root, &e) == 0 && write(ready[1], "x", 1) == 1;
		while (fine)
			pause();
		_exit(1);
	}
	assert_int_equal(read(ready[0], &c, 1), 1);
	assert_int_equal(journal_lock(&other, t->root, &e), -1);
	assert_int_equal(e.code, ERR_CONFLICT);
	assert_non_null(strstr(e.msg, arena_printf(&t->arena, "%ld", (long)pid)));
	assert_true(journal_open_business(&t->arena, t->root, &open));
	assert_int_equal(open.state, JOURNAL_BUSY);
	assert_int_equal(open.pid, pid);
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_false(journal_open_business(&t->arena, t->root, &open));
	assert_int_equal(journal_lock(&k, t->root, &e), 0);
	/* The same process is no exception. */
	assert_int_equal(journal_lock(&other, t->root, &e), -1);
	journal_unlock(&k);
	assert_int_equal(journal_lock(&other, t->root, &e), 0);
	journal_unlock(&other);
	close(ready[0]);
	close(ready[1]);
}

static void
test_state_must_be_ours(void **state)
{
	struct tree *t = *state;
	struct journal_lock k;
	struct err e = { 0 };
	const char *dir = journal_state_dir(&t->arena, t->root);

	assert_int_equal(fs_mkdirs(dir, 0700, &e), 0);
	assert_int_equal(chmod(dir, 0777), 0);
	assert_int_equal(journal_lock(&k, t->root, &e), -1);
	assert_int_equal(e.code, ERR_VALUE);
	assert_int_equal(chmod(dir, 0700), 0);
	assert_int_equal(journal_lock(&k, t->root, &e), 0);
	journal_unlock(&k);
}

/* Everything a content is comes back out of a journal line. */
static void
test_content_through_json(void **state)
{
	struct tree *t = *state;
	struct content c = CONTENT_INIT, back = CONTENT_INIT;
	struct buf text = BUF_INIT;
	struct err e = { 0 };

	content_file(&c, "abc", 3, 04755);
	c.exact = true;
	c.uid = 1234;
	c.gid = 4321;
	c.mtime = (struct timespec){ 1700000000, 123456789 };
	c.attributes = xcalloc(1, sizeof(*c.attributes));
	c.attributes[0] = (struct attribute){ .name = xstrdup("user.x"), .value = BUF_INIT };
	buf_add(&c.attributes[0].value, "\0\xff z", 4);
	c.n_attributes = 1;
	struct json *j = content_json(&c);
	json_write(&text, j, false);
	json_free(j);
	j = json_parse(text.s, text.len, "line", &e);
	content_from_json(&back, j);
	json_free(j);
	assert_true(content_identical(&c, &back));
	assert_true(back.exact);
	assert_int_equal(back.uid, 1234);
	assert_int_equal(back.mtime.tv_nsec, 123456789);
	assert_int_equal(back.n_attributes, 1);
	assert_int_equal(back.attributes[0].value.len, 4);
	assert_memory_equal(back.attributes[0].value.s, "\0\xff z", 4);
	content_free(&c);
	content_free(&back);
	content_link(&c, "../a b");
	j = content_json(&c);
	content_from_json(&back, j);
	assert_true(content_same(&c, &back));
	json_free(j);
	content_free(&c);
	content_free(&back);
	buf_free(&text);
	(void)t;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_call_told, setup, tree_teardown),
		cmocka_unit_test_setup_teardown(test_list, setup, tree_teardown),
		cmocka_unit_test_setup_teardown(test_broken_journals, setup, tree_teardown),
		cmocka_unit_test_setup_teardown(test_lock, setup, tree_teardown),
		cmocka_unit_test_setup_teardown(test_state_must_be_ours, setup, tree_teardown),
		cmocka_unit_test_setup_teardown(test_content_through_json, setup, tree_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
