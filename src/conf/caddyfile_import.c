/* caddyfile_import.c - what is brought in from elsewhere: files, snippets, named routes. */
#include "conf/caddyfile_read.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/fs.h"
#include "base/i18n.h"
#include "base/within.h"

enum {
	MAX_FILES      = 2000,
	MAX_IMPORTS    = 16,       /* an import in an import in ... */
	MAX_FILE_BYTES = 4 << 20,
	MAX_BYTES      = 16 << 20, /* of all files together */
	MAX_WORD       = 64 << 10,
};

/* {args.0}, {args[0]}: what the import was given. */
const char *
cdy_filled(struct cdy_reader *r, const char *text)
{
	struct buf out = BUF_INIT;
	const char *p = text, *hit, *answer;

	if (r->args.n == 0 || !strstr(text, "{args"))
		return text;
	while ((hit = strstr(p, "{args"))) {
		const char *digits = hit + 6, *end = digits + strspn(digits, "0123456789");
		const size_t i = (size_t)strtoul(digits, NULL, 10);

		buf_add(&out, p, (size_t)(hit - p));
		if (hit[5] == '[' && *end == ']')
			end++;
		if (end > digits && *end == '}' && i < r->args.n &&
		    (hit[5] == '.' || hit[5] == '[')) {
			buf_puts(&out, r->args.v[i]);
			p = end + 1;
		} else {
			buf_putc(&out, '{');
			p = hit + 1;
		}
	}
	buf_puts(&out, p);
	/* One that grows with each import it passes through is left as it stands. */
	answer = out.len > MAX_WORD ? text : arena_strndup(&r->c->arena, out.s, out.len);
	buf_free(&out);
	return answer;
}

int
cdy_read_file(struct cdy_reader *r, struct cdy_place *at, const char *path, struct err *e)
{
	struct cdy_conf *c = r->c;
	struct buf text = BUF_INIT;
	struct stat st;
	struct cdy_piece p;
	int rc;

	if (within_stat(path, &st, WITHIN_FOLLOW) == 0 && !S_ISREG(st.st_mode))
		return err_at(e, ERR_VALUE, fs_without_root(r->root, path), 0, 0,
		              _("Caddy would read this as a file, but it is something else."));
	rc = fs_read(&text, path, MAX_FILE_BYTES, e);
	if (rc == 0) {
		const char *file = arena_strdup(&c->arena, fs_without_root(r->root, path));

		r->bytes += text.len;
		if (r->bytes > MAX_BYTES || c->n_files >= MAX_FILES) {
			rc = err_at(e, ERR_VALUE, file, 0, 0, _("This configuration is too large to be read here."));
			goto out;
		}
		c->files = xgrow(c->files, c->n_files, &r->cap_files, sizeof(*c->files));
		c->files[c->n_files++] = file;
		r->kept = xgrow(r->kept, r->n_kept, &r->cap_kept, sizeof(*r->kept));
		rc = cdy_lex(&r->kept[r->n_kept], &c->arena, file, text.s, text.len, e);
		if (rc < 0)
			goto out;
		c->env |= r->kept[r->n_kept].env;
		p = (struct cdy_piece){ .v = r->kept[r->n_kept].v, .n = r->kept[r->n_kept].n };
		r->n_kept++;
		rc = at ? cdy_parse_directives(r, &p, at, false, e) : cdy_parse_sites(r, &p, e);
	}
out:
	buf_free(&text);
	return rc;
}

/* A file that is closed to us is no fault of the configuration. */
static int
read_imported(struct cdy_reader *r, struct cdy_place *at, const struct cdy_token *t,
	      const char *path, struct err *e)
{
	struct cdy_conf *c = r->c;
	struct err why = { 0 };

	if (cdy_read_file(r, at, path, &why) == 0)
		return 0;
	if (why.code == ERR_IO && why.sys == EACCES) {
		c->unreadable = xgrow(c->unreadable, c->n_unreadable, &r->cap_unreadable,
				      sizeof(*c->unreadable));
		c->unreadable[c->n_unreadable++] =
		    arena_strdup(&c->arena, fs_without_root(r->root, path));
		return 0;
	}
	if (why.code == ERR_IO)
		return err_at(e, ERR_VALUE, t->file, t->line, 0, _("This import cannot be read: %s"), why.msg);
	*e = why;
	return -1;
}

static int
import_files(struct cdy_reader *r, struct cdy_place *at, const struct cdy_token *t,
	     const char *pattern, struct err *e)
{
	struct cdy_conf *c = r->c;
	struct arena a = { 0 };
	const char *whole =
	    *pattern == '/' ? pattern : fs_join(&c->arena, fs_dirname(&c->arena, t->file), pattern);
	int rc = 0;

	c->imports = xgrow(c->imports, c->n_imports, &r->cap_imports, sizeof(*c->imports));
	c->imports[c->n_imports++] = (struct cdy_import){
		.pattern = pattern, .file = t->file, .line = t->line, .top = !at,
	};
	if (!r->follow)
		return 0;
	whole = fs_path(&c->arena, r->root, whole);
	if (!strpbrk(pattern, "*?["))
		return read_imported(r, at, t, whole, e);
	for (const char *const *path = fs_matches(&a, whole, MAX_FILES + 1); *path && rc == 0; path++)
		rc = read_imported(r, at, t, *path, e);
	arena_free(&a);
	return rc;
}

static const struct cdy_snippet *
snippet_called(const struct cdy_reader *r, const char *kind, const char *name)
{
	const size_t n = strlen(name), k = strlen(kind);

	for (const struct cdy_snippet *s = r->snippets; s; s = s->next)
		if (strlen(s->name) == n + k + 1 && strncmp(s->name, kind, k) == 0 &&
		    strncmp(s->name + k, name, n) == 0)
			return s;
	return NULL;
}

int
cdy_splice(struct cdy_reader *r, struct cdy_piece *p, struct cdy_place *at, struct err *e)
{
	const struct cdy_token *t = &p->v[p->i];
	const bool invoked = strcmp(t->text, "invoke") == 0;
	const struct cdy_args outer = r->args;
	const struct cdy_snippet *s;
	const char **words;
	size_t n = 0;
	int rc;

	while (p->i + 1 + n < p->n && !t[1 + n].first &&
	       (t[1 + n].quoted || !strchr("{}", *t[1 + n].text) || t[1 + n].text[1]))
		n++;
	if (n == 0)
		return cdy_wrong(t, e, _("This line names nothing: a file or a name is missing."));
	if (cdy_count(r, t, n, e) < 0)
		return -1;
	words = arena_alloc(&r->c->arena, n * sizeof(*words));
	for (size_t i = 0; i < n; i++)
		words[i] = cdy_filled(r, t[1 + i].text);
	p->i += 1 + n;
	if (r->imports >= MAX_IMPORTS)
		return cdy_wrong(t, e, _("Imports nest too deep here. Does a file import itself?"));
	r->imports++;
	r->args = (struct cdy_args){ .v = words + 1, .n = n - 1 };
	s = snippet_called(r, invoked ? "&(" : "(", words[0]);
	if (s) {
		struct cdy_piece inside = { .v = s->v, .n = s->n };

		rc = at ? cdy_parse_directives(r, &inside, at, false, e)
			: cdy_parse_sites(r, &inside, e);
	} else if (invoked) {
		rc = cdy_wrong(t, e, _("No named route has this name."));
	} else {
		rc = import_files(r, at, t, words[0], e);
	}
	r->args = outer;
	r->imports--;
	return rc;
}

