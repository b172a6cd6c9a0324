#include "proxy/secret.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/i18n.h"
#include "base/mem.h"

#define MAX_SECRET 4096
#define MAX_HELD   4 /* services */

void
secret_wipe_text(char **s)
{
	if (*s)
		mem_wipe(*s, strlen(*s));
	free(*s);
	*s = NULL;
}

void
secret_wipe(struct secret *s)
{
	secret_wipe_text(&s->text);
	secret_wipe_text(&s->code);
}

/* ---- from a file ---- */

/* Root is not to read for somebody what that one could not read. */
static int
check_owner(const char *path, const struct stat *st, struct err *e)
{
	const char *caller = getenv("SUDO_UID");
	const uid_t other = caller && *caller ? (uid_t)strtoul(caller, NULL, 10) : 0;

	if (!S_ISREG(st->st_mode))
		return err_set(e, ERR_VALUE, _("%s is not a file, so no secret is read from it."),
		               path);
	if (st->st_mode & 0077)
		return err_set(e, ERR_VALUE,
		               _("Others can read %s. Close it with chmod 600, then try again."),
		               path);
	if (geteuid() == 0 && other && st->st_uid != other)
		return err_set(e, ERR_VALUE, _("%s belongs to somebody else, so it is not read."),
		               path);
	return 0;
}

static char *
take_line(char **rest)
{
	char *line = *rest;
	size_t n;

	if (!line)
		return NULL;
	*rest = strchr(line, '\n');
	if (*rest)
		*(*rest)++ = '\0';
	n = strlen(line);
	if (n && line[n - 1] == '\r')
		line[n - 1] = '\0';
	return *line ? xstrdup(line) : NULL;
}

int
secret_read(struct secret *out, const char *label, const char *root, const char *file,
            struct err *e)
{
	struct arena a = { 0 };
	char text[MAX_SECRET + 1], *rest = text;
	struct stat st;
	int rc = 0, fd;

	*out = (struct secret){ 0 };
	fd = open(fs_path(&a, root, file), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	arena_free(&a);
	if (fd < 0)
		return err_sys(e, ERR_VALUE, _("The secret of %1$s cannot be read from %2$s"),
		               label, file);
	if (fstat(fd, &st) < 0)
		rc = err_sys(e, ERR_VALUE, _("The secret of %1$s cannot be read from %2$s"),
		             label, file);
	else
		rc = check_owner(file, &st, e);
	ssize_t n = rc == 0 ? read(fd, text, MAX_SECRET) : 0;
	close(fd);
	if (rc < 0)
		return -1;
	text[n > 0 ? n : 0] = '\0';
	out->text = take_line(&rest);
	out->code = take_line(&rest);
	mem_wipe(text, sizeof(text));
	if (!out->text)
		return err_set(e, ERR_VALUE, _("%s is empty: its first line is to be the secret."), file);
	return 0;
}

/* ---- told to this run ---- */

static struct held {
	const char *service;
	char       *text;
} held[MAX_HELD];

void
secret_hold(const char *service, const char *text)
{
	struct held *h = held;

	while (h < held + MAX_HELD - 1 && h->service && strcmp(h->service, service) != 0)
		h++;
	secret_wipe_text(&h->text);
	h->service = service;
	h->text = text && *text ? xstrdup(text) : NULL;
}

const char *
secret_held(const char *service)
{
	for (const struct held *h = held; h < held + MAX_HELD && h->service; h++)
		if (strcmp(h->service, service) == 0)
			return h->text;
	return NULL;
}

static secret_ask_fn *asker;

void
secret_ask_with(secret_ask_fn *ask)
{
	asker = ask;
}

char *
secret_ask(const char *label, enum secret_kind kind)
{
	return asker ? asker(label, kind) : NULL;
}
