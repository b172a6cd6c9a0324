#include "apply/journal_write.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "apply/content.h"
#include "base/crypto.h"
#include "base/fs.h"
#include "base/i18n.h"

#define SUM_DIGITS  16
#define JOURNAL_MAX (8u << 20)

/* The state directory, ours alone; -1: error. */
static int
open_state(const char *root, struct err *e)
{
	struct arena a = { 0 };
	const char *dir = journal_state_dir(&a, root);
	struct stat st;
	int fd = -1;

	if (fs_mkdirs(dir, 0700, e) == 0) {
		fd = open(dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (fd < 0 || fstat(fd, &st) < 0)
			err_sys(e, ERR_IO, _("Cannot open %s"), dir);
		else if (st.st_uid == geteuid() && (st.st_mode & 0022) == 0) {
			arena_free(&a);
			return fd;
		} else
			err_set(e, ERR_VALUE,
			        _("%s has to be yours and closed to others; the backups are kept there."),
			        dir);
	}
	if (fd >= 0)
		close(fd);
	arena_free(&a);
	return -1;
}

static struct flock
whole_file(short type)
{
	return (struct flock){ .l_type = type, .l_whence = SEEK_SET };
}

static pid_t
read_worker(int fd, unsigned *id)
{
	char text[64] = "";
	long pid = 0;
	ssize_t n = pread(fd, text, sizeof(text) - 1, 0);

	*id = 0;
	if (n > 0)
		sscanf(text, "%ld %u", &pid, id);
	return (pid_t)pid;
}

static int
write_worker(const struct journal_lock *k, unsigned id, struct err *e)
{
	char text[64];
	int n = snprintf(text, sizeof(text), "%ld %u\n", (long)getpid(), id);

	if (ftruncate(k->fd, 0) < 0 || pwrite(k->fd, text, (size_t)n, 0) != n)
		return err_sys(e, ERR_IO, _("Cannot write the lock"));
	return 0;
}

int
journal_lock(struct journal_lock *k, const char *root, struct err *e)
{
	struct flock whole = whole_file(F_WRLCK);
	int state = open_state(root, e);
	unsigned id;

	k->fd = -1;
	if (state < 0)
		return -1;
	k->fd = openat(state, "lock", O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	close(state);
	if (k->fd < 0)
		return err_sys(e, ERR_IO, _("Cannot open the lock"));
	if (fcntl(k->fd, F_OFD_SETLK, &whole) == 0)
		return write_worker(k, 0, e);
	int saved = errno;
	pid_t pid = read_worker(k->fd, &id);
	close(k->fd);
	k->fd = -1;
	errno = saved;
	if (saved != EAGAIN && saved != EACCES)
		return err_sys(e, ERR_IO, _("Cannot lock"));
	return err_set(e, ERR_CONFLICT,
	               _("Process %ld is changing this server now. Wait until it is done."),
	               (long)pid);
}

void
journal_unlock(struct journal_lock *k)
{
	if (k->fd < 0)
		return;
	if (ftruncate(k->fd, 0) < 0) {
		/* The pid in it means nothing once the lock is gone. */
	}
	close(k->fd);
	k->fd = -1;
}

pid_t
journal_worker(const char *root, unsigned *id)
{
	struct flock whole = whole_file(F_WRLCK);
	struct arena a = { 0 };
	int fd = open(fs_join(&a, journal_state_dir(&a, root), "lock"),
	              O_RDWR | O_NOFOLLOW | O_CLOEXEC);
	pid_t pid = 0;

	arena_free(&a);
	*id = 0;
	if (fd < 0)
		return 0;
	if (fcntl(fd, F_OFD_GETLK, &whole) == 0 && whole.l_type != F_UNLCK)
		pid = read_worker(fd, id);
	close(fd);
	return pid;
}

static unsigned
newest_id(int state)
{
	int copy = openat(state, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = copy < 0 ? NULL : fdopendir(copy);
	unsigned newest = 0;
	struct dirent *entry;

	if (!d && copy >= 0)
		close(copy);
	while (d && (entry = readdir(d))) {
		char *end;
		unsigned long id = strtoul(entry->d_name, &end, 10);
		if (*end == '\0' && id > newest && id < 1000000000)
			newest = (unsigned)id;
	}
	if (d)
		closedir(d);
	return newest;
}

int
journal_create(struct journal *j, struct journal_lock *k, const char *root, struct err *e)
{
	struct arena a = { 0 };
	int state = open_state(root, e);
	int rc = -1;

	*j = (struct journal)JOURNAL_INIT;
	if (state < 0)
		return -1;
	j->id = newest_id(state) + 1;
	j->dir = xasprintf("%s/%u", journal_state_dir(&a, root), j->id);
	if (mkdir(j->dir, 0700) < 0 ||
	    (j->place = open(j->dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)) < 0 ||
	    (j->fd = openat(j->place, "journal",
	                    O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0600)) < 0 ||
	    fsync(j->place) < 0 || fsync(state) < 0)
		err_sys(e, ERR_IO, _("Cannot make the journal in %s"), j->dir);
	else
		rc = write_worker(k, j->id, e);
	close(state);
	arena_free(&a);
	if (rc < 0) {
		struct err ignored = { 0 };
		fs_remove_tree(j->dir, &ignored);
		journal_close(j);
	}
	return rc;
}

static void
sum_of(char sum[65], unsigned number, const char *text)
{
	struct buf all = BUF_INIT;

	buf_printf(&all, "%u %s", number, text);
	crypto_sha256(all.s, all.len, sum);
	sum[SUM_DIGITS] = '\0';
	buf_free(&all);
}

static struct json *
parse_line(const char *line, size_t len, unsigned number)
{
	struct err e = { 0 };
	char sum[65];
	struct json *j = NULL;

	if (len > SUM_DIGITS + 1 && line[SUM_DIGITS] == ' ') {
		char *text = xstrndup(line + SUM_DIGITS + 1, len - SUM_DIGITS - 1);
		sum_of(sum, number, text);
		if (strncmp(sum, line, SUM_DIGITS) == 0)
			j = json_parse(text, strlen(text), "journal", &e);
		free(text);
	}
	if (j && !json_is_object(j)) {
		json_free(j);
		j = NULL;
	}
	return j;
}

/* A last line that is torn is of a step that was never begun. */
static int
drop_torn_line(struct journal *j, struct err *e)
{
	struct buf all = BUF_INIT;
	struct arena a = { 0 };
	int rc = fs_read(&all, fs_join(&a, j->dir, "journal"), JOURNAL_MAX, e);
	const char *end = all.s, *p = all.s;

	while (rc == 0 && (p = memchr(end, '\n', (size_t)(all.s + all.len - end)))) {
		struct json *line = parse_line(end, (size_t)(p - end), j->lines + 1);
		if (!line && p + 1 == all.s + all.len)
			break;
		json_free(line);
		j->lines++;
		end = p + 1;
	}
	if (rc == 0 && end != all.s + all.len && ftruncate(j->fd, end - all.s) < 0)
		rc = err_sys(e, ERR_IO, _("Cannot write the journal in %s"), j->dir);
	buf_free(&all);
	arena_free(&a);
	return rc;
}

int
journal_reopen(struct journal *j, struct journal_lock *k, const char *dir, unsigned id,
               struct err *e)
{
	*j = (struct journal)JOURNAL_INIT;
	j->dir = xstrdup(dir);
	j->id = id;
	j->place = open(dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (j->place >= 0)
		j->fd = openat(j->place, "journal",
		               O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (j->fd < 0) {
		err_sys(e, ERR_IO, _("Cannot open the journal in %s"), dir);
		journal_close(j);
		return -1;
	}
	if (drop_torn_line(j, e) < 0 || write_worker(k, id, e) < 0) {
		journal_close(j);
		return -1;
	}
	return 0;
}

void
journal_close(struct journal *j)
{
	if (j->fd >= 0)
		close(j->fd);
	if (j->place >= 0)
		close(j->place);
	free(j->dir);
	*j = (struct journal)JOURNAL_INIT;
}

static void
maybe_stop(void)
{
	static unsigned written;
	const char *at = getenv("ANTECHAMBER_STOP_AT");

	if (++written && at && written == (unsigned)atoi(at))
		raise(SIGKILL);
}

int
journal_line(struct journal *j, struct json *takes, struct err *e)
{
	struct buf text = BUF_INIT, line = BUF_INIT;
	off_t before = lseek(j->fd, 0, SEEK_END);
	char sum[65];
	int rc = 0;

	json_write(&text, takes, false);
	json_free(takes);
	sum_of(sum, j->lines + 1, text.s);
	buf_printf(&line, "%s %s\n", sum, text.s);
	errno = ENOSPC; /* half a line written says nothing itself */
	if (write(j->fd, line.s, line.len) != (ssize_t)line.len || fsync(j->fd) < 0) {
		rc = err_sys(e, ERR_IO, _("Cannot write the journal in %s"), j->dir);
		/* Half a line would spoil the next one. */
		if (before >= 0 && ftruncate(j->fd, before) < 0)
			rc = -1;
	} else {
		j->lines++;
		maybe_stop();
	}
	buf_free(&text);
	buf_free(&line);
	return rc;
}

int
journal_keep(struct journal *j, const char *name, const struct buf *bytes, struct err *e)
{
	struct content c = CONTENT_INIT;
	struct arena a = { 0 };
	int rc;

	content_file(&c, bytes->s, bytes->len, 0600);
	rc = content_write(&c, j->place, name, fs_join(&a, j->dir, name), e);
	if (rc == 0 && fsync(j->place) < 0)
		rc = err_sys(e, ERR_IO, _("Cannot write the backup in %s"), j->dir);
	arena_free(&a);
	content_free(&c);
	return rc;
}

int
journal_kept(struct buf *out, const char *dir, const char *name, struct err *e)
{
	struct arena a = { 0 };
	int rc = fs_read(out, fs_join(&a, dir, name), CONTENT_MAX, e);

	arena_free(&a);
	return rc;
}

void
journal_read(struct journal_lines *l, const char *dir)
{
	struct buf all = BUF_INIT;
	struct arena a = { 0 };
	struct err e = { 0 };
	unsigned number = 0;
	bool bad = false;

	*l = (struct journal_lines){ 0 };
	/* Without a journal nothing was begun yet. */
	if (fs_read(&all, fs_join(&a, dir, "journal"), JOURNAL_MAX, &e) < 0)
		l->damaged = e.sys != ENOENT;
	const char *p = all.s, *end;
	while ((end = memchr(p, '\n', (size_t)(all.s + all.len - p)))) {
		struct json *j = parse_line(p, (size_t)(end - p), ++number);
		p = end + 1;
		l->damaged |= bad;
		bad = !j;
		if (!j)
			continue;
		l->v = xreallocarray(l->v, l->n + 1, sizeof(*l->v));
		l->v[l->n++] = j;
	}
	buf_free(&all);
	arena_free(&a);
}

void
journal_lines_free(struct journal_lines *l)
{
	for (size_t i = 0; i < l->n; i++)
		json_free(l->v[i]);
	free(l->v);
	*l = (struct journal_lines){ 0 };
}
