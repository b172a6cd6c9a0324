#include "apply/alter.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apply/diff.h"
#include "apply/place.h"
#include "base/crypto.h"
#include "base/fs.h"
#include "base/i18n.h"
#include "base/text.h"
#include "loop/proc.h"

#define NAME_PART 180 /* of a file's name in the name of its temporary twin: NAME_MAX is 255 */

/* A link is followed only to write through it. */
static int
links(const struct alteration *c)
{
	return (strcmp(c->deed, "write") == 0 || strcmp(c->deed, "answers") == 0 ? PLACE_FOLLOW : 0) |
	       (c->straight ? PLACE_STRAIGHT : 0);
}

/*
 * The name begins with a dot: an include of sites-enabled takes in every other,
 * whoever reads the directory while we are at it.
 */
static char *
temp_name(const char *name)
{
	char random[9];

	crypto_random_hex(random, 8);
	return xasprintf(".%.*s.antechamber.%s", NAME_PART, name, random);
}

static void
undo_temp(char *out, size_t size, const struct alteration *c)
{
	snprintf(out, size, "%s.undo", c->temp);
}

/* The bytes alone; what is written anew has no time of old. */
static void
replace_bytes(struct content *c, const char *bytes, size_t len)
{
	struct content fresh = CONTENT_INIT;

	content_file(&fresh, bytes, len, 0);
	buf_cut(&c->bytes, 0);
	buf_add(&c->bytes, fresh.bytes.s, fresh.bytes.len);
	memcpy(c->digest, fresh.digest, sizeof(c->digest));
	c->mtime = (struct timespec){ 0 };
	content_free(&fresh);
}

static void
keep_attributes(struct alteration *c, mode_t secret)
{
	struct content bytes = CONTENT_INIT;

	if (c->was.kind != CONTENT_FILE || c->is.kind != CONTENT_FILE)
		return;
	content_copy(&bytes, &c->is);
	content_copy(&c->is, &c->was);
	replace_bytes(&c->is, bytes.bytes.s, bytes.bytes.len);
	if (secret)
		c->is.mode &= 0700;
	content_free(&bytes);
}

int
alter_prepare(struct alteration *c, const char *deed, const char *root, const char *path, bool straight,
              const struct content *is, unsigned number, struct err *e)
{
	struct place p;
	int rc;

	*c = (struct alteration){ .deed = xstrdup(deed), .path = xstrdup(path), .number = number,
	                      .root = root ? xstrdup(root) : NULL, .straight = straight, .was = CONTENT_INIT,
	                      .is = CONTENT_INIT };
	content_copy(&c->is, is);
	if (!text_is_utf8(path, strlen(path)))
		return err_set(e, ERR_VALUE, _("A path of the plan is not UTF-8."));
	rc = place_open(&p, root, path, links(c), e);
	if (rc >= 0) {
		c->real = xstrdup(rc == 0 ? p.real : "");
		c->temp = temp_name(rc == 0 ? p.name : fs_basename(path));
	}
	if (rc == 0)
		rc = place_read(&p, &c->was, e);
	if (rc == 0 && !content_same(&c->was, &c->is))
		rc = place_may_change(&p, &c->was, e);
	place_close(&p);
	if (rc < 0)
		return -1;
	if (c->was.kind == CONTENT_LINK && !text_is_utf8(c->was.bytes.s, c->was.bytes.len))
		return err_set(e, ERR_VALUE, _("The target of the link %s is not UTF-8."), path);
	keep_attributes(c, (is->mode & 0077) == 0);
	return 0;
}

static void
kept_name(char out[32], const char *when, const struct alteration *c)
{
	snprintf(out, 32, "%s.%u", when, c->number);
}

int
alter_backup(const struct alteration *c, struct journal *j, struct err *e)
{
	char name[32];

	kept_name(name, "before", c);
	if (c->was.kind == CONTENT_FILE && journal_keep(j, name, &c->was.bytes, e) < 0)
		return -1;
	kept_name(name, "after", c);
	if (c->is.kind == CONTENT_FILE && journal_keep(j, name, &c->is.bytes, e) < 0)
		return -1;
	return 0;
}

static struct json *
alter_json(const struct alteration *c)
{
	struct json *j = json_object();

	json_set_string(j, "do", c->deed);
	json_set_string(j, "path", c->path);
	json_set_string(j, "root", c->root);
	json_set_string(j, "real", c->real);
	json_set_string(j, "temp", c->temp);
	json_set_int(j, "number", c->number);
	if (c->leaving)
		json_set_bool(j, "leaving", true);
	if (c->shared)
		json_set_bool(j, "shared", true);
	if (c->straight)
		json_set_bool(j, "straight", true);
	json_set(j, "was", content_json(&c->was));
	json_set(j, "is", content_json(&c->is));
	return j;
}

static int
make_directory(const struct place *p, const struct alteration *c, struct journal *j, struct err *e)
{
	struct json *line = json_object();

	json_set_string(line, "do", "mkdir");
	json_set_string(line, "path", p->real);
	json_set_string(line, "root", c->root);
	if (journal_line(j, line, e) < 0)
		return -1;
	return place_make_directory(p, e);
}

/* What stands there is somebody's own, so an undo has no business with it. */
static void
mark_left_alone(const struct alteration *c, struct journal *j)
{
	struct json *line = json_object();
	struct err e = { 0 };

	json_set_string(line, "do", "left-alone");
	json_set_int(line, "number", c->number);
	journal_line(j, line, &e);
}

int
alter_do(struct alteration *c, struct journal *j, struct err *e)
{
	struct place p;
	int rc;

	while ((rc = place_open(&p, c->root, c->path, links(c), e)) == 1) {
		rc = make_directory(&p, c, j, e);
		place_close(&p);
		if (rc < 0)
			return -1;
	}
	if (rc == 0 && c->real[0] && strcmp(p.real, c->real) != 0)
		rc = err_set(e, ERR_CONFLICT, _("%s leads somewhere else than when it was read."),
		             c->path);
	if (rc == 0) {
		free(c->real);
		c->real = xstrdup(p.real);
		rc = journal_line(j, alter_json(c), e);
	}
	if (rc == 0) {
		rc = place_put(&p, &c->was, &c->is, c->temp, e);
		c->done = rc == 0 || e->code != ERR_CONFLICT;
		if (!c->done)
			mark_left_alone(c, j);
	}
	place_close(&p);
	return rc;
}

bool
alter_from_json(struct alteration *c, const struct json *line)
{
	static const char *const deeds[] = { "write", "link", "set-aside", "answers", "mkdir", "rmdir" };
	const char *deed = json_get_string(line, "do", "");
	const char *root = json_get_string(line, "root", NULL);
	bool known = false;

	for (size_t i = 0; i < ARRAY_LEN(deeds); i++)
		known = known || strcmp(deeds[i], deed) == 0;
	if (!known)
		return false;
	*c = (struct alteration){ .was = CONTENT_INIT, .is = CONTENT_INIT };
	c->deed = xstrdup(deed);
	c->path = xstrdup(json_get_string(line, "path", ""));
	c->root = root ? xstrdup(root) : NULL;
	c->real = xstrdup(json_get_string(line, "real", ""));
	c->temp = xstrdup(json_get_string(line, "temp", ""));
	c->number = (unsigned)json_get_int(line, "number", 0);
	c->leaving = json_get_bool(line, "leaving", false);
	c->shared = json_get_bool(line, "shared", false);
	c->straight = json_get_bool(line, "straight", false);
	if (json_get(line, "was"))
		content_from_json(&c->was, json_get(line, "was"));
	if (json_get(line, "is"))
		content_from_json(&c->is, json_get(line, "is"));
	return true;
}

void
alter_free(struct alteration *c)
{
	free(c->deed);
	free(c->path);
	free(c->root);
	free(c->real);
	free(c->temp);
	content_free(&c->was);
	content_free(&c->is);
	*c = (struct alteration){ .was = CONTENT_INIT, .is = CONTENT_INIT };
}

/* The bytes of a file that the journal has only by digest. */
static int
load_kept(struct content *c, const char *dir, const char *name, struct err *e)
{
	char digest[65];

	if (c->kind != CONTENT_FILE || c->bytes.len)
		return 0;
	if (journal_kept(&c->bytes, dir, name, e) < 0)
		return -1;
	crypto_sha256(c->bytes.s, c->bytes.len, digest);
	if (strcmp(digest, c->digest) != 0)
		return err_set(e, ERR_IO, _("The backup %s/%s is damaged."), dir, name);
	return 0;
}

static int
load(struct alteration *c, const char *dir, struct err *e)
{
	char before[32], after[32];

	kept_name(before, "before", c);
	kept_name(after, "after", c);
	if (load_kept(&c->was, dir, before, e) < 0)
		return -1;
	return load_kept(&c->is, dir, after, e);
}

static enum undo
conflict(const struct alteration *c, struct err *e)
{
	err_set(e, ERR_CONFLICT, _("%s was edited since, so it is left as it is."), c->path);
	return UNDO_CONFLICT;
}

static bool
takes_back(struct content *out, const struct alteration *c, const struct content *now)
{
	struct buf text = BUF_INIT;
	bool taken = c->shared && now->kind == CONTENT_FILE && c->was.kind == CONTENT_FILE &&
	             c->is.kind == CONTENT_FILE &&
	             diff_take_back(&text, now->bytes.s, c->was.bytes.s, c->is.bytes.s);

	if (taken) {
		content_copy(out, now);
		replace_bytes(out, text.s, text.len);
	}
	buf_free(&text);
	return taken;
}

/* After a crash while our part was taken out: one of both is the other without it. */
static int
settle_shared(const struct alteration *c, const struct place *p, const char *temp, struct err *e)
{
	struct content now = CONTENT_INIT, left = CONTENT_INIT, without = CONTENT_INIT;
	int rc = -1;

	if (content_read(&now, p->dir, p->name, p->real, e) == 0 &&
	    content_read(&left, p->dir, temp, p->real, e) == 0 && takes_back(&without, c, &now) &&
	    content_same(&without, &left))
		rc = place_settle(p, &now, &without, temp, e);
	else if (now.kind == CONTENT_FILE && takes_back(&without, c, &left) &&
	         content_same(&without, &now))
		rc = place_settle(p, &left, &now, temp, e);
	content_free(&now);
	content_free(&left);
	content_free(&without);
	return rc;
}

/* What stands there is neither as we wrote it nor as it was. */
static enum undo
undo_edited(struct alteration *c, const struct place *p, const struct content *now,
            const char *temp, struct err *e)
{
	struct content without = CONTENT_INIT;
	enum undo done = UNDO_FAILED;

	if (c->shared && now->kind == CONTENT_FILE && c->was.kind == CONTENT_FILE &&
	    diff_is_back(now->bytes.s, c->was.bytes.s, c->is.bytes.s))
		done = UNDO_NOTHING;
	else if (!takes_back(&without, c, now))
		done = conflict(c, e);
	else if (place_put(p, now, &without, temp, e) == 0)
		done = UNDO_RESTORED;
	else if (e->code == ERR_CONFLICT)
		done = UNDO_CONFLICT;
	content_free(&without);
	return done;
}

static enum undo
undo_at(struct alteration *c, const struct place *p, struct err *e)
{
	struct content now = CONTENT_INIT;
	char temp[512];
	enum undo done = UNDO_FAILED;
	int rc;

	undo_temp(temp, sizeof(temp), c);
	rc = place_settle(p, &c->was, &c->is, c->temp, e);
	if (rc == 0)
		rc = place_settle(p, &c->is, &c->was, temp, e);
	if (rc < 0 && e->code == ERR_CONFLICT && c->shared)
		rc = settle_shared(c, p, temp, e);
	if (rc == 0)
		rc = place_read(p, &now, e);
	if (rc < 0)
		done = e->code == ERR_CONFLICT ? UNDO_CONFLICT : UNDO_FAILED;
	else if (content_same(&now, &c->was))
		done = UNDO_NOTHING;
	else if (!content_same(&now, &c->is))
		done = undo_edited(c, p, &now, temp, e);
	else if (place_put(p, &now, &c->was, temp, e) == 0)
		done = UNDO_RESTORED;
	else if (e->code == ERR_CONFLICT)
		done = UNDO_CONFLICT;
	content_free(&now);
	return done;
}

int
alter_remove_directory(const char *root, const char *path, bool straight, struct journal *j,
                       struct err *e)
{
	struct content now = CONTENT_INIT;
	struct place p;
	int rc = place_open(&p, root, path, straight ? PLACE_STRAIGHT : 0, e);

	if (rc == 0)
		rc = place_read(&p, &now, e);
	if (rc == 0 && now.kind == CONTENT_OTHER) {
		struct json *line = json_object();

		json_set_string(line, "do", "rmdir");
		json_set_string(line, "path", p.real);
		json_set_string(line, "root", root);
		rc = journal_line(j, line, e);
		if (rc == 0)
			rc = place_remove_directory(&p, e);
	}
	place_close(&p);
	content_free(&now);
	return rc < 0 ? -1 : 0;
}

static enum undo
undo_directory(const struct alteration *c, struct err *e)
{
	struct content now = CONTENT_INIT;
	struct place p;
	int rc = place_open(&p, c->root, c->path, PLACE_STRAIGHT, e); /* it was written down without links */

	if (rc == 0 && strcmp(c->deed, "mkdir") == 0)
		rc = place_remove_directory(&p, e);
	else if (rc == 0 && (rc = place_read(&p, &now, e)) == 0 && now.kind == CONTENT_ABSENT)
		rc = place_make_directory(&p, e);
	content_free(&now);
	place_close(&p);
	return rc < 0 ? UNDO_FAILED : UNDO_NOTHING;
}

enum undo
alter_undo(struct alteration *c, const char *dir, struct err *e)
{
	struct place p;
	enum undo done = UNDO_FAILED;
	int rc;

	if (strcmp(c->deed, "mkdir") == 0 || strcmp(c->deed, "rmdir") == 0)
		return undo_directory(c, e);
	if (load(c, dir, e) < 0)
		return UNDO_FAILED;
	/* By the way it went in, so that a turned link is noticed. */
	rc = place_open(&p, c->root, c->path, links(c), e);
	if (rc == 1)
		done = c->was.kind == CONTENT_ABSENT ? UNDO_NOTHING : conflict(c, e);
	else if (rc == 0 && strcmp(p.real, c->real) != 0)
		done = conflict(c, e);
	else if (rc == 0)
		done = undo_at(c, &p, e);
	place_close(&p);
	return done;
}

void
alter_by_hand(struct buf *out, const struct alteration *c, const char *dir)
{
	char *from = xasprintf("%s/before.%u", dir, c->number);
	char *to = xasprintf("%s%s", c->root ? c->root : "", c->real[0] ? c->real : c->path);
	char mode[16], uid[16], gid[16];

	snprintf(mode, sizeof(mode), "%o", (unsigned)c->was.mode);
	snprintf(uid, sizeof(uid), "%u", (unsigned)c->was.uid);
	snprintf(gid, sizeof(gid), "%u", (unsigned)c->was.gid);
	const char *const file[] = { "install", "-m", mode, "-o", uid, "-g", gid, from, to, NULL };
	const char *const link[] = { "ln", "-sfn", c->was.bytes.s, to, NULL };
	const char *const gone[] = { "rm", to, NULL };
	if (c->was.kind == CONTENT_FILE)
		proc_show(out, file);
	else
		proc_show(out, c->was.kind == CONTENT_LINK ? link : gone);
	free(from);
	free(to);
}
