#include "apply/guard.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "apply/drift.h"
#include "apply/place.h"
#include "base/crypto.h"
#include "base/fs.h"
#include "base/i18n.h"
#include "proxy/boxed.h"

#define OUR_OWN "/etc/antechamber"

static bool
is_inside(const char *path, const char *dir)
{
	size_t len = dir ? strlen(dir) : 0;

	while (len && dir[len - 1] == '/')
		len--;
	return len && strncmp(path, dir, len) == 0 && path[len] == '/' && path[len + 1];
}

static bool
goes_up(const char *path)
{
	const char *p = path;

	while ((p = strstr(p, ".."))) {
		if ((p == path || p[-1] == '/') && (p[2] == '/' || p[2] == '\0'))
			return true;
		p += 2;
	}
	return false;
}

/* A configuration right under /etc or / does not make that directory the proxy's. */
static bool
is_of_its_own(const char *dir)
{
	return strcmp(dir, "/") != 0 && strcmp(dir, ".") != 0 && strcmp(dir, "/etc") != 0;
}

/*
 * A proxy that is not seen from here (in a container) has no directories to go
 * by: then the answers alone say where its file is.  That is enough for whoever
 * acts for himself, not for root acting for somebody else.
 */
static bool
is_named_by_owner(const struct plan *p, const char *path)
{
	const struct answers *a = p->context.answers;

	return !p->context.found->config && a->config && strcmp(a->config, path) == 0 &&
	       (geteuid() != 0 || !getenv("SUDO_UID"));
}

static int
check_target(const struct plan *p, const struct step *s, struct err *e)
{
	const struct proxy_found *f =
	    s->leaving ? p->context.leaving->found : p->context.found;
	struct arena a = { 0 };
	const char *path = boxed_path(&a, f, s->path); /* its directories are named as it sees them */
	const char *home = f->config ? fs_dirname(&a, f->config) : "/";
	bool fine = is_named_by_owner(p, path) || is_inside(path, OUR_OWN) ||
	            (f->config && strcmp(path, f->config) == 0) ||
	            (is_of_its_own(home) && is_inside(path, home)) ||
	            is_inside(path, f->site_dir) || is_inside(path, f->link_dir);

	fine = fine && path[0] == '/' && !goes_up(path);
	arena_free(&a);
	if (fine)
		return 0;
	return err_set(e, ERR_VALUE,
	               _("%s is not in a directory of %s, so nothing is written there."),
	               s->path, f->proxy->label);
}

/* A name is looked for where programs are; what is found there is judged like a path. */
static int
check_program(const char *program, struct err *e)
{
	struct arena a = { 0 };
	struct place p = PLACE_INIT;
	struct stat st;
	const char *path = strchr(program, '/') ? program : fs_which(&a, NULL, program);
	int rc = 0;

	if (!path)
		rc = err_set(e, ERR_MISSING, _("The command %s is not installed."), program);
	else if (path[0] != '/')
		rc = err_set(e, ERR_VALUE,
		             _("The command %s has to be a whole path, beginning with a slash."),
		             path);
	else if (geteuid() == 0) {
		rc = place_open(&p, NULL, path, PLACE_FOLLOW, e);
		if (rc == 1 || (rc == 0 && fstatat(p.dir, p.name, &st, AT_SYMLINK_NOFOLLOW) < 0))
			rc = err_set(e, ERR_MISSING, _("The command %s is not there."), path);
		else if (rc == 0 && (st.st_uid != 0 || (st.st_mode & 0022)))
			rc = err_set(e, ERR_VALUE,
			             _("Others than root could replace %s, so root does not run it."),
			             path);
	}
	place_close(&p);
	arena_free(&a);
	return rc;
}

int
guard_plan(const struct plan *p, const char *hash, struct err *e)
{
	char now[65];

	plan_hash(p, now);
	if (!p->context.found->installed &&
	    !(p->context.answers->validate && p->context.answers->reload_argv))
		return err_set(e, ERR_MISSING,
		               _("%s is not installed, so there is nothing to apply to."),
		               p->context.found->proxy->label);
	if (hash && strcmp(hash, now) != 0)
		return err_set(e, ERR_CONFLICT,
		               _("The plan is not the one that was reviewed. Review it again."));
	for (size_t i = 0; i < p->steps.n; i++) {
		const struct step *s = &p->steps.v[i];

		if (s->kind == STEP_RUN && check_program(s->argv[0], e) < 0)
			return -1;
		if (s->path && check_target(p, s, e) < 0)
			return -1;
	}
	return 0;
}

static int
check_seen(const struct plan *p, size_t step, struct err *e)
{
	const struct step *s = &p->steps.v[step];
	struct buf text = BUF_INIT;
	struct err why = { 0 };
	char now[65] = "";
	int rc = 0;

	if (step_read(&text, p->context.root, s, CONTENT_MAX, &why) == 0)
		crypto_sha256(text.s, text.len, now);
	else if (why.sys == ENOENT)
		snprintf(now, sizeof(now), "absent");
	else {
		*e = why;
		rc = -1;
	}
	if (rc == 0 && p->seen[step][0] && strcmp(p->seen[step], now) != 0)
		rc = err_set(e, ERR_CONFLICT,
		             _("%s changed while you were reading. Review the plan again."),
		             s->path);
	buf_free(&text);
	return rc;
}

int
guard_files(const struct plan *p, bool over_edits, struct err *e)
{
	for (size_t i = 0; i < p->steps.n; i++) {
		const struct step *s = &p->steps.v[i];

		if (s->kind != STEP_WRITE && !(s->kind == STEP_SET_ASIDE && s->leaving))
			continue;
		if (s->kind == STEP_WRITE && check_seen(p, i, e) < 0)
			return -1;
		if (!over_edits && plan_state(p, i) == PLAN_CHANGED &&
		    drift_check(p->context.root, p->steps.v[i].path, e) < 0)
			return -1;
	}
	return 0;
}

static bool
ends_with(const char *s, const char *end)
{
	size_t n = strlen(s), m = strlen(end);

	return n >= m && strcmp(s + n - m, end) == 0;
}

static bool
is_private_address(const struct url *u)
{
	unsigned char b[16];

	if (u->ipv6)
		return inet_pton(AF_INET6, u->host, b) == 1 &&
		       ((b[0] & 0xfe) == 0xfc || (b[0] == 0xfe && (b[1] & 0xc0) == 0x80));
	return inet_pton(AF_INET, u->host, b) == 1 &&
	       (b[0] == 10 || (b[0] == 172 && (b[1] & 0xf0) == 16) ||
	        (b[0] == 192 && b[1] == 168) ||
	        (b[0] == 169 && b[1] == 254) || (b[0] == 100 && (b[1] & 0xc0) == 64));
}

bool
guard_is_private(const struct url *u)
{
	static const char *const endings[] = { ".localhost", ".local", ".lan", ".home",
	                                       ".home.arpa", ".internal" };

	if (url_is_loopback(u))
		return true;
	if (u->ip)
		return is_private_address(u);
	for (size_t i = 0; i < ARRAY_LEN(endings); i++)
		if (ends_with(u->host, endings[i]))
			return true;
	return !strchr(u->host, '.');
}
