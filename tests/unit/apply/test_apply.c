#include "server.h"

#include <sys/xattr.h>

#include "apply/guard.h"
#include "apply/journal_write.h"

static void
test_kept(void **state)
{
	struct server *s = *state;
	struct attempt t = ATTEMPT(s);
	struct journal_entry *v;

	needs_server(s);
	const char *before = fingerprint(s);
	t.options.answers_to = tree_path(s->t, "/etc/antechamber/chat.example.org.yaml");
	struct told told = attempt(&t);
	assert_string_equal(told.msg, "");
	assert_int_equal(told.outcome, APPLY_KEPT);
	assert_int_equal(told.id, 1);
	assert_int_equal(told.places, 2);
	assert_int_equal(told.other_sites, 1);
	assert_int_equal(told.other_sites_changed, 0);
	assert_true(told.verified);
	assert_string_equal(told.steps,
	                    "lock:done backup:done write:done link:done validate:done reload:done "
	                                "proof:done verify:done keep:done ");
	wait_for_status(s->port, "chat.example.org", 301);
	assert_true(fs_exists(tree_path(s->t, LINK)));
	assert_int_equal(newest(s).state, JOURNAL_COMMITTED);

	/* Once more: nothing is written, nothing is reloaded, no entry is made. */
	const char *after = fingerprint(s);
	told = attempt(&t);
	assert_int_equal(told.outcome, APPLY_UNCHANGED);
	assert_string_equal(told.steps, "keep:skip ");
	assert_string_equal(fingerprint(s), after);
	assert_int_equal(journal_list(&s->t->arena, s->t->root, &v), 1);

	/* And all of it back, the answers too. */
	told = rollback(s, 0);
	assert_int_equal(told.outcome, APPLY_UNDONE);
	assert_int_equal(told.code, ERR_NONE);
	assert_int_equal(told.id, 1);
	assert_string_equal(fingerprint(s), before);
	assert_int_equal(newest(s).state, JOURNAL_UNDONE);
	wait_for_status(s->port, "chat.example.org", 0);
	assert_int_equal(status_of(s->other, "shop.example.org"), 200);

	/* Twice is once. */
	told = rollback(s, 0);
	assert_int_equal(told.outcome, APPLY_UNCHANGED);
	assert_int_equal(told.code, ERR_NONE);
	assert_true(told.msg[0]);
	assert_string_equal(fingerprint(s), before);
	told = rollback(s, 9);
	assert_int_equal(told.outcome, APPLY_REFUSED);
	assert_int_equal(told.code, ERR_USAGE);
}

/* nginx itself refuses a certificate that is not there: undone to the byte, and the place is named. */
static void
test_refused_by_the_checker(void **state)
{
	struct server *s = *state;
	struct attempt t = ATTEMPT(s);

	needs_server(s);
	unlink(tree_path(s->t, "/etc/nginx/chat.pem"));
	const char *before = fingerprint(s);
	struct told told = attempt(&t);
	assert_int_equal(told.outcome, APPLY_UNDONE);
	assert_non_null(strstr(told.msg, "chat.pem"));
	assert_string_equal(told.steps,
	                    "lock:done backup:done write:done link:done validate:fail undo:done ");
	assert_string_equal(fingerprint(s), before);
	assert_int_equal(told.places, 0);
	assert_int_equal(newest(s).state, JOURNAL_UNDONE);
	assert_int_equal(status_of(s->other, "shop.example.org"), 200);
}

static void
test_reload_that_does_not_take(void **state)
{
	struct server *s = *state;
	struct attempt t = ATTEMPT(s);

	needs_server(s);
	s->extra = "commands: {validate: [/bin/true], reload: [/bin/true]}\n";
	const char *before = fingerprint(s);
	struct told told = attempt(&t);
	assert_int_equal(told.outcome, APPLY_UNDONE);
	assert_int_equal(told.code, ERR_FAILED);
	assert_non_null(strstr(told.steps, "reload:done proof:fail"));
	assert_string_equal(fingerprint(s), before);
	assert_int_equal(status_of(s->other, "shop.example.org"), 200);
}

static void
test_reload_that_fails(void **state)
{
	struct server *s = *state;
	struct attempt t = ATTEMPT(s);

	needs_server(s);
	s->extra = "commands: {validate: [/bin/true], reload: [/bin/false]}\n";
	const char *before = fingerprint(s);
	struct told told = attempt(&t);
	assert_int_equal(told.outcome, APPLY_UNDONE);
	assert_int_equal(told.code, ERR_CHILD);
	assert_string_equal(fingerprint(s), before);
}

/* One that takes and then says that it failed, and fails for good after that: the new configuration runs on, which is said. */
static void
test_reload_that_takes_and_fails(void **state)
{
	struct server *s = *state;
	struct attempt t = ATTEMPT(s);

	needs_server(s);
	s->extra = arena_printf(&s->t->arena,
		"commands: {validate: [/bin/true], reload: [/bin/sh, %1$s/reload]}\n", s->t->root);
	tree_write(s->t, "/reload", arena_printf(&s->t->arena,
		"[ -e %1$s/once ] && exit 1\ntouch %1$s/once\n%2$s -c %1$s/etc/nginx/nginx.conf -s reload\nexit 1\n",
		s->t->root, NGINX));
	const char *before = fingerprint(s);
	struct told told = attempt(&t);
	assert_int_equal(told.outcome, APPLY_UNDO_FAILED);
	assert_int_equal(told.code, ERR_ROLLBACK);
	assert_true(told.by_hand > 0);
	assert_string_equal(fingerprint(s), before);
	assert_int_equal(newest(s).state, JOURNAL_UNFINISHED);
	wait_for_status(s->port, "chat.example.org", 301);

	/* What takes has taken, whatever its command says. */
	tree_write(s->t, "/reload", arena_printf(&s->t->arena, "%2$s -c %1$s/etc/nginx/nginx.conf -s reload\nexit 1\n",
	                                         s->t->root, NGINX));
	assert_int_equal(rollback(s, 0).outcome, APPLY_UNDONE);
	assert_int_equal(newest(s).state, JOURNAL_UNDONE);
	wait_for_status(s->port, "chat.example.org", 0);
}

/* Another server has the name on that very address and comes first: the checks over loopback see it. */
static void
test_shadowed(void **state)
{
	struct server *s = *state;
	struct attempt t = ATTEMPT(s);

	needs_server(s);
	tree_write(s->t, "/etc/nginx/sites-available/aaa.conf", arena_printf(&s->t->arena,
		"server {\n\tlisten 127.0.0.1:%u ssl;\n\tserver_name chat.example.org;\n"
		"\tssl_certificate %s/etc/nginx/chat.pem;\n\tssl_certificate_key %s/etc/nginx/chat.key;\n"
		"\treturn 200 mine;\n}\n", s->tls, s->t->root, s->t->root));
	add_link(s, "aaa.conf");
	kill(s->nginx, SIGHUP);
	for (int i = 0, fd = -1; i < 1000 && fd < 0; i++) {
		poll(NULL, 0, 5);
		if ((fd = loopback_connect(NULL, "127.0.0.1", s->tls)) >= 0)
			close(fd);
	}
	const char *before = fingerprint(s);
	struct told told = attempt(&t);
	assert_int_equal(told.outcome, APPLY_UNDONE);
	assert_int_equal(told.code, ERR_FAILED);
	assert_non_null(strstr(told.steps, "proof:done verify:fail"));
	assert_string_equal(fingerprint(s), before);
	assert_int_equal(status_of(s->other, "shop.example.org"), 200);

	/* The healthy twin: the same server set aside is no hindrance, and comes back. */
	t.set_aside = tree_path(s->t, "/etc/nginx/sites-available/aaa.conf");
	told = attempt(&t);
	assert_string_equal(told.msg, "");
	assert_int_equal(told.outcome, APPLY_KEPT);
	assert_int_equal(told.places, 3);
	assert_false(fs_exists(tree_path(s->t, "/etc/nginx/sites-enabled/aaa.conf")));
	told = rollback(s, 0);
	assert_int_equal(told.outcome, APPLY_UNDONE);
	assert_string_equal(fingerprint(s), before);
}

static void
write_site(struct server *s)
{
	tree_write(s->t, SITE, "# somebody's own\n");
}

/* Between the plan and the apply: nothing was touched. */
static void
test_changed_before(void **state)
{
	struct server *s = *state;
	struct attempt t = ATTEMPT(s);

	needs_server(s);
	t.meddle = write_site;
	struct told told = attempt(&t);
	assert_int_equal(told.outcome, APPLY_REFUSED);
	assert_int_equal(told.code, ERR_CONFLICT);
	assert_int_equal(told.places, 0);
	assert_int_equal(newest(s).id, 0);
	assert_false(fs_exists(tree_path(s->t, LINK)));
}

/* At the moment of writing: what appeared is left alone. */
static void
test_changed_while_writing(void **state)
{
	struct server *s = *state;
	struct attempt t = ATTEMPT(s);
	struct buf text = BUF_INIT;
	struct err e = { 0 };

	needs_server(s);
	t.meddle = write_site;
	t.meddle_at = "write";
	struct told told = attempt(&t);
	assert_int_equal(told.outcome, APPLY_REFUSED);
	assert_int_equal(told.code, ERR_CONFLICT);
	assert_int_equal(told.by_hand, 0);
	assert_int_equal(newest(s).state, JOURNAL_UNDONE);
	assert_int_equal(fs_read(&text, tree_path(s->t, SITE), 4096, &e), 0);
	assert_string_equal(text.s, "# somebody's own\n");
	assert_false(fs_exists(tree_path(s->t, LINK)));
	buf_free(&text);
}

static void
edit_site(struct server *s)
{
	struct err e = { 0 };
	struct buf text = BUF_INIT;

	assert_int_equal(fs_read(&text, tree_path(s->t, SITE), 65536, &e), 0);
	buf_puts(&text, "# edited by hand\n");
	tree_write(s->t, SITE, text.s);
	buf_free(&text);
}

/* Edited since we wrote it: neither an apply nor a rollback takes that away. */
static void
test_edited_since(void **state)
{
	struct server *s = *state;
	struct attempt t = ATTEMPT(s);

	needs_server(s);
	assert_int_equal(attempt(&t).outcome, APPLY_KEPT);
	edit_site(s);
	const char *edited = fingerprint(s);
	struct told told = attempt(&t);
	assert_int_equal(told.outcome, APPLY_REFUSED);
	assert_int_equal(told.code, ERR_CONFLICT);
	assert_non_null(strstr(told.msg, "1 line differs"));
	assert_string_equal(fingerprint(s), edited);

	told = rollback(s, 0);
	assert_int_equal(told.outcome, APPLY_UNDONE);
	assert_int_equal(told.code, ERR_CONFLICT);
	assert_non_null(strstr(told.msg, "openchamber.conf"));
	assert_int_equal(told.by_hand, 1);
	assert_true(fs_exists(tree_path(s->t, SITE)));
	assert_false(fs_exists(tree_path(s->t, LINK)));
	assert_int_equal(newest(s).state, JOURNAL_CONFLICT);
}

static void
test_over_edits(void **state)
{
	struct server *s = *state;
	struct attempt t = ATTEMPT(s);

	needs_server(s);
	assert_int_equal(attempt(&t).outcome, APPLY_KEPT);
	const char *kept = fingerprint(s);
	edit_site(s);
	const char *edited = fingerprint(s);
	t.options.over_edits = true;
	struct told told = attempt(&t);
	assert_int_equal(told.outcome, APPLY_KEPT);
	assert_string_not_equal(fingerprint(s), edited);
	told = rollback(s, 0);
	assert_int_equal(told.outcome, APPLY_UNDONE);
	assert_string_equal(fingerprint(s), edited);
	(void)kept;
}

/* Several applies: by number, out of order, and all at once. */
static void
test_rollback_by_id_and_remove(void **state)
{
	struct server *s = *state;
	struct attempt t = ATTEMPT(s);

	needs_server(s);
	const char *before = fingerprint(s);
	assert_int_equal(attempt(&t).outcome, APPLY_KEPT);
	const char *first = fingerprint(s);
	s->extra = "limits: {body: 50M}\n";
	assert_int_equal(attempt(&t).outcome, APPLY_KEPT);
	assert_int_equal(newest(s).id, 2);

	/* The first one's file is the second one's now. */
	struct told told = rollback(s, 1);
	assert_int_equal(told.code, ERR_CONFLICT);
	told = rollback(s, 2);
	assert_int_equal(told.outcome, APPLY_UNDONE);
	assert_int_equal(told.id, 2);
	told = rollback(s, 1);
	assert_int_equal(told.outcome, APPLY_UNDONE);
	assert_int_equal(told.code, ERR_NONE);
	assert_string_equal(fingerprint(s), before);
	(void)first;

	s->extra = "";
	assert_int_equal(attempt(&t).outcome, APPLY_KEPT);
	s->extra = "limits: {body: 50M}\n";
	assert_int_equal(attempt(&t).outcome, APPLY_KEPT);
	told = remove_all(s);
	assert_int_equal(told.outcome, APPLY_UNDONE);
	assert_int_equal(told.code, ERR_NONE);
	assert_string_equal(fingerprint(s), before);
	wait_for_status(s->port, "chat.example.org", 0);
	assert_int_equal(remove_all(s).outcome, APPLY_UNCHANGED);
}

static void
test_undo_now(void **state)
{
	static const char *const at[] = { "backup", "write", "link", "validate", "reload", "proof",
	                                  "verify" };
	struct server *s = *state;

	needs_server(s);
	const char *before = fingerprint(s);
	for (size_t i = 0; i < ARRAY_LEN(at); i++) {
		struct attempt t = ATTEMPT(s);

		t.undo_at = at[i];
		struct told told = attempt(&t);
		assert_int_equal(told.outcome, APPLY_UNDONE);
		assert_int_equal(told.code, ERR_CANCELLED);
		assert_string_equal(fingerprint(s), before);
		wait_for_status(s->port, "chat.example.org", 0);
	}
}

static void
test_confirm(void **state)
{
	struct server *s = *state;
	struct attempt t = ATTEMPT(s);

	needs_server(s);
	const char *before = fingerprint(s);
	t.options.confirm_within = 1;
	struct told told = attempt(&t);
	assert_int_equal(told.outcome, APPLY_UNDONE);
	assert_int_equal(told.code, ERR_FAILED);
	assert_string_equal(fingerprint(s), before);
	t.options.confirm_within = 60;
	t.confirm = true;
	assert_int_equal(attempt(&t).outcome, APPLY_KEPT);
}

static void
test_unprotected(void **state)
{
	struct server *s = *state;
	struct attempt t = ATTEMPT(s);

	needs_server(s);
	const char *before = fingerprint(s);
	t.ui_password = t.options.password = NULL;
	struct told told = attempt(&t);
	assert_int_equal(told.outcome, APPLY_REFUSED);
	assert_int_equal(told.code, ERR_VALUE);
	assert_string_equal(fingerprint(s), before);
	assert_int_equal(newest(s).id, 0);
	t.options.allow_unprotected = true;
	assert_int_equal(attempt(&t).outcome, APPLY_KEPT);
}

static void
test_origin_down(void **state)
{
	struct server *s = *state;
	struct attempt t = ATTEMPT(s);

	needs_server(s);
	const char *before = fingerprint(s);
	t.no_origin = true;
	struct told told = attempt(&t);
	assert_int_equal(told.outcome, APPLY_REFUSED);
	assert_int_equal(told.code, ERR_NET);
	assert_string_equal(fingerprint(s), before);

	/* Without a reload nothing is published: it is only written. */
	t.options.no_reload = true;
	told = attempt(&t);
	assert_int_equal(told.outcome, APPLY_KEPT);
	assert_string_equal(told.steps,
	                    "lock:done backup:done write:done link:done validate:done reload:skip "
	                                "verify:skip keep:done ");
	assert_int_equal(status_of(s->port, "chat.example.org"), 0);
	told = rollback(s, 0);
	assert_int_equal(told.outcome, APPLY_UNDONE);
	assert_string_equal(fingerprint(s), before);
	assert_null(strstr(told.steps, "reload"));
}

static void
break_shop(struct server *s)
{
	tree_write(s->t, "/etc/nginx/sites-available/shop.conf", arena_printf(&s->t->arena,
		"server {\n\tlisten 127.0.0.1:%u;\n\tserver_name shop.example.org;\n\treturn 503;\n}\n", s->other));
}

/* Whoever is to blame: another site that answered before must answer the same. */
static void
test_other_site_broken(void **state)
{
	struct server *s = *state;
	struct attempt t = ATTEMPT(s);

	needs_server(s);
	t.meddle = break_shop;
	t.meddle_at = "validate";
	struct told told = attempt(&t);
	assert_int_equal(told.outcome, APPLY_UNDONE);
	assert_int_equal(told.code, ERR_FAILED);
	assert_non_null(strstr(told.msg, "shop.example.org"));
	assert_non_null(strstr(told.msg, "200"));
	assert_int_equal(told.other_sites_changed, 1);
	assert_false(fs_exists(tree_path(s->t, SITE)));

	/* The healthy twin: a site that was broken before is not ours to mend. */
	assert_int_equal(attempt(&t).outcome, APPLY_KEPT);
}

static void
widen(struct server *s)
{
	add_link(s, "wide.conf");
	kill(s->nginx, SIGHUP);
	wait_for_status(s->port, "chat.example.org", 301);
}

/* nginx has the port on all addresses: a reload to one alone would be refused behind our back. */
static void
test_clash(void **state)
{
	struct server *s = *state;
	struct attempt t = ATTEMPT(s);

	needs_server(s);
	tree_write(s->t, "/etc/nginx/sites-available/wide.conf", arena_printf(&s->t->arena,
		"server {\n\tlisten %u;\n\tserver_name wide.example.org;\n\treturn 200;\n}\n",
		    s->port));
	add_link(s, "wide.conf");
	kill(s->nginx, SIGHUP);
	wait_for_status(s->port, "wide.example.org", 200);
	unlink(tree_path(s->t, "/etc/nginx/sites-enabled/wide.conf"));
	const char *before = fingerprint(s);
	struct told told = attempt(&t);
	assert_int_equal(told.outcome, APPLY_REFUSED);
	assert_int_equal(told.code, ERR_CONFLICT);
	assert_true(told.restart);
	assert_string_equal(told.steps, "lock:done reload:fail ");
	assert_string_equal(fingerprint(s), before);
	assert_int_equal(newest(s).id, 0);

	/* A socket that comes in the way later is seen just before the reload. */
	t.meddle = widen;
	t.meddle_at = "validate";
	unlink(tree_path(s->t, "/etc/nginx/sites-enabled/wide.conf"));
	kill(s->nginx, SIGHUP);
	wait_for_status(s->port, "wide.example.org", 0);
	told = attempt(&t);
	assert_int_equal(told.outcome, APPLY_UNDONE);
	assert_true(told.restart);
	assert_non_null(strstr(told.steps, "validate:done reload:fail"));
}

/* That the files are back is not enough: a proxy that does not take them is said, with the last word. */
static void
test_rollback_that_does_not_take(void **state)
{
	struct server *s = *state;
	struct attempt t = ATTEMPT(s);

	needs_server(s);
	/* A reload that works once, and then only says so. */
	s->extra = arena_printf(&s->t->arena,
		"commands: {validate: [/bin/true], reload: [/bin/sh, %1$s/reload]}\n", s->t->root);
	tree_write(s->t, "/reload", arena_printf(&s->t->arena,
		"[ -e %1$s/once ] && exit 0\ntouch %1$s/once\nexec %2$s -c %1$s/etc/nginx/nginx.conf -s reload\n",
		s->t->root, NGINX));
	const char *before = fingerprint(s);
	assert_int_equal(attempt(&t).outcome, APPLY_KEPT);
	struct told told = rollback(s, 0);
	assert_int_equal(told.outcome, APPLY_UNDO_FAILED);
	assert_int_equal(told.code, ERR_ROLLBACK);
	assert_non_null(strstr(told.steps, "reload:done proof:fail"));
	assert_non_null(strstr(told.msg, "did not take"));
	assert_int_equal(told.by_hand, 1);
	assert_string_equal(fingerprint(s), before);
	assert_int_equal(newest(s).state, JOURNAL_UNFINISHED);

	/* The healthy twin: once it takes again, the same undo ends well, and says that it is proved. */
	unlink(tree_path(s->t, "/once"));
	told = rollback(s, 0);
	assert_int_equal(told.outcome, APPLY_UNDONE);
	assert_non_null(strstr(told.steps, "reload:done proof:done"));
	assert_int_equal(newest(s).state, JOURNAL_UNDONE);
	wait_for_status(s->port, "chat.example.org", 0);
}

/* A file of ours that got a second name is refused before anything is written; an access list goes along. */
static void
test_second_name(void **state)
{
	struct server *s = *state;
	struct attempt t = ATTEMPT(s);
	char value[16];

	needs_server(s);
	assert_int_equal(attempt(&t).outcome, APPLY_KEPT);
	const char *site = tree_path(s->t, SITE), *other = tree_path(s->t, "/etc/nginx/second");
	assert_int_equal(link(site, other), 0);
	const char *before = fingerprint(s);
	s->extra = "limits: {body: 50M}\n";
	struct told told = attempt(&t);
	assert_int_equal(told.outcome, APPLY_REFUSED);
	assert_int_equal(told.code, ERR_CONFLICT);
	assert_non_null(strstr(told.msg, "2 names"));
	assert_string_equal(fingerprint(s), before);
	assert_int_equal(newest(s).id, 1);

	assert_int_equal(unlink(other), 0);
	assert_int_equal(setxattr(site, "user.note", "kept", 4, 0), 0);
	assert_int_equal(attempt(&t).outcome, APPLY_KEPT);
	assert_int_equal(getxattr(site, "user.note", value, sizeof(value)), 4);
	assert_int_equal(rollback(s, 0).outcome, APPLY_UNDONE);
	assert_int_equal(getxattr(site, "user.note", value, sizeof(value)), 4);
	assert_int_equal(stat(site, &(struct stat){ 0 }), 0);
}

static void
mount_read_only(struct server *s, const char *path)
{
	const char *dir = tree_path(s->t, path);

	must(mount(dir, dir, NULL, MS_BIND, NULL) == 0 &&
	     mount(NULL, dir, NULL, MS_BIND | MS_REMOUNT | MS_RDONLY, NULL) == 0, &(struct err){ .msg = "mount" });
}

static void
close_sites(struct server *s)
{
	mount_read_only(s, "/etc/nginx/sites-available");
}

static void
close_links(struct server *s)
{
	mount_read_only(s, "/etc/nginx/sites-enabled");
}

static void
close_state(struct server *s)
{
	tree_mkdir(s->t, geteuid() ? "/state" : "/var/lib/antechamber");
	mount_read_only(s, geteuid() ? "/state" : "/var/lib/antechamber");
}

/* A real mount, read-only: seen before the first byte wherever something is to be written. */
static void
test_read_only_mounts(void **state)
{
	void (*const closes[])(struct server *) = { close_sites, close_links, close_state };
	struct server *s = *state;

	needs_server(s);
	const char *before = fingerprint(s);
	for (size_t i = 0; i < ARRAY_LEN(closes); i++) {
		struct attempt t = ATTEMPT(s);

		t.own_mounts = true;
		t.meddle = closes[i];
		struct told told = attempt(&t);
		if (told.no_mounts)
			skip();
		assert_int_equal(told.outcome, APPLY_REFUSED);
		assert_non_null(strcasestr(told.msg, "read-only"));
		assert_int_equal(told.places, 0);
		assert_null(strstr(told.steps, "write:done"));
		assert_string_equal(fingerprint(s), before);
	}
}

/* The disk of the journals, with room for so many pages. */
static unsigned room;

static void
fill_state(struct server *s)
{
	const char *dir = tree_path(s->t, geteuid() ? "/state/antechamber" : "/var/lib/antechamber");
	struct buf rest = BUF_INIT;
	struct err e = { 0 };

	tree_mkdir(s->t, geteuid() ? "/state/antechamber" : "/var/lib/antechamber");
	must(mount("none", dir, "tmpfs", 0, "size=64k,mode=700") == 0, &(struct err){ .msg = "mount" });
	for (unsigned i = 0; i < (16 - room) * 4096; i++)
		buf_putc(&rest, 'x');
	must(fs_write(arena_printf(&s->t->arena, "%s/rest", dir), rest.s, rest.len, 0600, &e) == 0, &e);
	buf_free(&rest);
}

/* However little room there is, it is done or it is refused, and what is refused is not taken for half-way later. */
static void
test_full_disk(void **state)
{
	struct server *s = *state;
	unsigned refused = 0;

	needs_server(s);
	const char *before = fingerprint(s);
	for (room = 1; room < 9; room++) {
		struct attempt t = ATTEMPT(s);

		t.own_mounts = true;
		t.meddle = fill_state;
		struct told told = attempt(&t);
		if (told.no_mounts)
			skip();
		assert_false(told.half_way);
		if (told.outcome == APPLY_KEPT)
			break; /* its journal is gone with the mount */
		refused++;
		assert_int_equal(told.outcome, APPLY_REFUSED);
		assert_non_null(strstr(told.msg, strerror(ENOSPC)));
		assert_string_equal(fingerprint(s), before);
	}
	assert_in_range(refused, 2, 6);
}

/* Mounted so while it is at work: what was written is taken back, or it is said what has to be by hand. */
static void
test_read_only_in_between(void **state)
{
	struct server *s = *state;
	struct attempt t = ATTEMPT(s);

	needs_server(s);
	const char *before = fingerprint(s);
	t.own_mounts = true;
	t.meddle = close_links;
	t.meddle_at = "link";
	struct told told = attempt(&t);
	if (told.no_mounts)
		skip();
	assert_int_equal(told.outcome, APPLY_UNDONE);
	assert_non_null(strstr(told.steps, "write:done link:fail"));
	assert_string_equal(fingerprint(s), before);

	/* Its own file cannot be taken away again: the last word is true, and a later undo ends it. */
	t.meddle = close_sites;
	told = attempt(&t);
	assert_int_equal(told.outcome, APPLY_KEPT); /* the file stands, only its link was to come */
	assert_int_equal(rollback(s, 0).outcome, APPLY_UNDONE);
	assert_string_equal(fingerprint(s), before);
	t.meddle = close_sites;
	t.meddle_at = "validate";
	t.undo_at = "reload";
	told = attempt(&t);
	assert_int_equal(told.outcome, APPLY_UNDO_FAILED);
	assert_int_equal(told.code, ERR_ROLLBACK);
	assert_true(told.by_hand > 0);
	assert_int_equal(newest(s).state, JOURNAL_UNFINISHED);
	assert_int_equal(rollback(s, 0).outcome, APPLY_UNDONE);
	assert_string_equal(fingerprint(s), before);
	wait_for_status(s->port, "chat.example.org", 0);
}

/* Two at once: the second is told who is at work, and touches nothing. */
static void
test_two_at_once(void **state)
{
	struct server *s = *state;
	struct attempt t = ATTEMPT(s);
	struct journal_lock k;
	struct err e = { 0 };

	needs_server(s);
	assert_int_equal(journal_lock(&k, s->t->root, &e), 0);
	struct told told = attempt(&t);
	assert_int_equal(told.outcome, APPLY_REFUSED);
	assert_int_equal(told.code, ERR_CONFLICT);
	assert_non_null(strstr(told.msg, arena_printf(&s->t->arena, "%ld", (long)getpid())));
	assert_string_equal(told.steps, "lock:fail ");
	journal_unlock(&k);
	assert_int_equal(attempt(&t).outcome, APPLY_KEPT);
	assert_int_equal(journal_lock(&k, s->t->root, &e), 0);
	told = rollback(s, 0);
	assert_int_equal(told.outcome, APPLY_REFUSED);
	assert_int_equal(told.code, ERR_CONFLICT);
	journal_unlock(&k);
}

/* A journal with a damaged line: what is known is put back, and that something is not is said. */
static void
test_damaged_journal(void **state)
{
	struct server *s = *state;
	struct attempt t = ATTEMPT(s);
	struct buf text = BUF_INIT;
	struct err e = { 0 };

	needs_server(s);
	assert_int_equal(attempt(&t).outcome, APPLY_KEPT);
	const char *path = arena_printf(&s->t->arena, "%s/journal", newest(s).dir);
	assert_int_equal(fs_read(&text, path, 65536, &e), 0);
	char *link = strstr(text.s, "\"do\": \"link\"");
	assert_non_null(link);
	link[8] = 'L';
	assert_int_equal(fs_write(path, text.s, text.len, 0600, &e), 0);
	buf_free(&text);
	/* The link is still there, and its file is gone: nginx refuses that, so the undo failed. */
	struct told told = rollback(s, 0);
	assert_int_not_equal(told.code, ERR_NONE);
	assert_false(fs_exists(tree_path(s->t, SITE)));
	assert_true(told.outcome == APPLY_UNDO_FAILED);
	assert_true(told.by_hand > 0);
}

static void
test_private_names(void **state)
{
	static const struct { const char *url; bool private; } cases[] = {
		{ "https://chat.example.org", false },
		{ "https://8.8.8.8", false },
		{ "https://[2001:db8::1]", false },
		{ "https://172.32.0.1", false },
		{ "http://localhost:8080", true },
		{ "http://127.0.0.1", true },
		{ "http://10.1.2.3", true },
		{ "http://172.16.0.1", true },
		{ "http://192.168.1.20:8443", true },
		{ "http://100.64.0.1", true },
		{ "http://[fd00::1]", true },
		{ "http://[fe80::1]", true },
		{ "http://server", true },
		{ "http://chat.local", true },
		{ "http://chat.home.arpa", true },
		{ "https://chat.localhost", true },
		{ "https://local.example.org", false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct url u;
		struct err e = { 0 };
		assert_int_equal(url_parse(&u, cases[i].url, "https", URL_BASE, "public", &e), 0);
		assert_int_equal(guard_is_private(&u), cases[i].private);
	}
}

static void
test_wrong_hash(void **state)
{
	struct server *s = *state;
	struct attempt t = ATTEMPT(s);

	needs_server(s);
	t.options.plan_hash = "0000000000000000000000000000000000000000000000000000000000000000";
	struct told told = attempt(&t);
	assert_int_equal(told.outcome, APPLY_REFUSED);
	assert_int_equal(told.code, ERR_CONFLICT);
	assert_string_equal(told.steps, "");
}

/* A file of the proxy's own, or nothing is written. */
static void
test_foreign_target(void **state)
{
	struct server *s = *state;
	struct attempt t = ATTEMPT(s);

	needs_server(s);
	t.set_aside = "/etc/passwd";
	tree_write(s->t, "/etc/passwd", "root\n");
	struct told told = attempt(&t);
	assert_int_equal(told.outcome, APPLY_REFUSED);
	assert_int_equal(told.code, ERR_VALUE);
	assert_true(fs_exists(tree_path(s->t, "/etc/passwd")));
}

static void
test_selfsigned(void **state)
{
	struct server *s = *state;
	struct attempt t = ATTEMPT(s);

	needs_server(s);
	const char *before = fingerprint(s);
	s->mode = "selfsigned";
	struct told told = attempt(&t);
	/*
	 * The nginx of this tree reads the machine's own /etc, where the key is not:
	 * so it refuses, and key, certificate and their directories go again.
	 */
	assert_int_equal(told.outcome, APPLY_UNDONE);
	assert_non_null(strstr(told.steps,
	                       "write:done write:done write:done link:done validate:fail undo:done"));
	assert_string_equal(fingerprint(s), before);
	assert_false(fs_exists(tree_path(s->t, "/etc/antechamber")));
}

static void
test_plain_http(void **state)
{
	struct server *s = *state;
	struct attempt t = ATTEMPT(s);

	needs_server(s);
	s->mode = "none";
	struct told told = attempt(&t);
	assert_string_equal(told.msg, "");
	assert_int_equal(told.outcome, APPLY_KEPT);
	wait_for_status(s->port, "chat.example.org", 502); /* its origin ended with the child */
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, server_setup, server_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_kept),
		TEST(test_refused_by_the_checker),
		TEST(test_reload_that_does_not_take),
		TEST(test_reload_that_fails),
		TEST(test_reload_that_takes_and_fails),
		TEST(test_shadowed),
		TEST(test_changed_before),
		TEST(test_changed_while_writing),
		TEST(test_edited_since),
		TEST(test_over_edits),
		TEST(test_rollback_by_id_and_remove),
		TEST(test_undo_now),
		TEST(test_confirm),
		TEST(test_unprotected),
		TEST(test_origin_down),
		TEST(test_other_site_broken),
		TEST(test_clash),
		TEST(test_second_name),
		TEST(test_rollback_that_does_not_take),
		TEST(test_read_only_mounts),
		TEST(test_read_only_in_between),
		TEST(test_full_disk),
		TEST(test_two_at_once),
		TEST(test_damaged_journal),
		cmocka_unit_test(test_private_names),
		TEST(test_wrong_hash),
		TEST(test_foreign_target),
		TEST(test_selfsigned),
		TEST(test_plain_http),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
