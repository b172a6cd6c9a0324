/* answers_yaml.c - answers from YAML and back; the rest of answers.h. */
#include <stdlib.h>
#include <string.h>

#include "answers/answers.h"
#include "answers/fields.h"
#include "base/fs.h"
#include "base/i18n.h"
#include "base/text.h"
#include "base/yml.h"

#define MAX_FILE  ((size_t)256 << 10)
#define MAX_KEY   64

struct read {
	struct answers *a;
	const char     *file;
	bool            version; /* seen */
	struct err     *e;
};

/* Edit distance, a swap of neighbours counting one; of short words only. */
static int
distance(const char *a, const char *b)
{
	int d[MAX_KEY + 1][MAX_KEY + 1];
	const int m = (int)strlen(a), n = (int)strlen(b);

	if (m > MAX_KEY || n > MAX_KEY)
		return MAX_KEY;
	for (int i = 0; i <= m; i++)
		for (int j = 0; j <= n; j++) {
			if (i == 0 || j == 0) {
				d[i][j] = i + j;
				continue;
			}
			d[i][j] = d[i - 1][j - 1] + (a[i - 1] != b[j - 1]);
			if (d[i - 1][j] + 1 < d[i][j])
				d[i][j] = d[i - 1][j] + 1;
			if (d[i][j - 1] + 1 < d[i][j])
				d[i][j] = d[i][j - 1] + 1;
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
			    d[i - 2][j - 2] + 1 < d[i][j])
				d[i][j] = d[i - 2][j - 2] + 1;
		}
	return d[m][n];
}

/* Keep `n' bytes of `candidate' in `best' if they are closer than what was found before. */
static void
consider(struct buf *best, int *least, int d, const char *candidate, size_t n)
{
	if (d >= *least)
		return;
	*least = d;
	buf_cut(best, 0);
	buf_add(best, candidate, n);
}

/* The known key that was probably meant: misspelt, or in the wrong place.  Empty: none is close. */
static void
nearest(struct buf *best, const char *key)
{
	const char *dot = strrchr(key, '.');
	const char *last = dot ? dot + 1 : key;
	int least = strlen(key) < 5 ? 2 : 3;

	consider(best, &least, distance(key, "version"), "version", 7);
	for (const struct answer_field *f = answer_fields; f->key; f++) {
		const size_t section = strcspn(f->key, ".");
		const char *name = f->key[section] ? f->key + section + 1 : f->key;
		char head[MAX_KEY + 1] = { 0 };

		consider(best, &least, strcmp(last, name) == 0 ? 1 : distance(key, f->key), f->key,
			 strlen(f->key));
		memcpy(head, f->key, section < MAX_KEY ? section : MAX_KEY);
		consider(best, &least, distance(key, head), f->key, section);
	}
}

static int
unknown(struct read *r, const struct yml_node *n, const char *key)
{
	struct buf shown = BUF_INIT, close = BUF_INIT;
	const char *dot = strchr(n->key, '.');

	if (dot && field_find(n->key)) /* known, so it needs no cleaning */
		return err_at(r->e, ERR_VALUE, r->file, n->key_line, n->key_column,
		              _("\"%s\" has to be written as \"%.*s: {%s: ...}\""), n->key,
		              (int)(dot - n->key), n->key, dot + 1);
	text_safe(&shown, key, strlen(key), 80);
	nearest(&close, shown.s);
	if (close.len)
		err_at(r->e, ERR_VALUE, r->file, n->key_line, n->key_column,
		       _("\"%s\" is not known here. Close to it is \"%s\"."), shown.s, close.s);
	else
		err_at(r->e, ERR_VALUE, r->file, n->key_line, n->key_column,
		       _("\"%s\" is not known here"), shown.s);
	buf_free(&shown);
	buf_free(&close);
	return -1;
}

static int
wrong_kind(struct read *r, const struct yml_node *n, const char *key, const char *sentence)
{
	struct err inner;

	err_set(&inner, ERR_VALUE, sentence, yml_kind_name(n->kind));
	return err_at(r->e, ERR_VALUE, r->file, n->line, n->column, "%s: %s", key, inner.msg);
}

static bool
is_nothing(const struct yml_node *n)
{
	return n->kind == YML_SCALAR && !n->quoted &&
	       (!*n->value || strcmp(n->value, "~") == 0 || strcmp(n->value, "null") == 0);
}

static int
read_item(struct read *r, const struct answer_field *f, const struct yml_node *n)
{
	struct err inner = { 0 };

	if (n->kind != YML_SCALAR)
		/* TRANSLATORS: %s is "a list" or "a map" */
		return wrong_kind(r, n, f->key, _("a text is needed here, not %s"));
	if (field_check_item(f, n->value, &inner) < 0)
		return err_at(r->e, ERR_VALUE, r->file, n->line, n->column, "%s: %s", f->key,
			      inner.msg);
	return 0;
}

static int
read_items(struct read *r, const struct answer_field *f, const struct yml_node *list)
{
	struct arena scratch = { 0 };
	const char **items;
	size_t n = 0;
	struct err inner = { 0 };
	int rc = 0;

	if (list->kind != YML_LIST)
		/* TRANSLATORS: %s is "a text" or "a map" */
		return wrong_kind(r, list, f->key, _("a list is needed here, not %s"));
	for (const struct yml_node *c = list->child; c; c = c->next)
		n++;
	items = arena_alloc(&scratch, (n + 1) * sizeof(*items));
	n = 0;
	for (const struct yml_node *c = list->child; rc == 0 && c; c = c->next) {
		rc = read_item(r, f, c);
		items[n++] = c->value;
	}
	if (rc == 0 && field_set_items(r->a, f, items, n, &inner) < 0)
		rc = err_at(r->e, ERR_VALUE, r->file, list->line, list->column, "%s: %s", f->key,
			    inner.msg);
	arena_free(&scratch);
	return rc;
}

static int
read_field(struct read *r, const struct answer_field *f, const struct yml_node *n)
{
	struct err inner = { 0 };

	r->a->places[field_index(f)] = (struct answer_place){ n->line, n->column };
	if (is_nothing(n)) /* "proxy:" with nothing behind it is not decided */
		return 0;
	if (field_is_list(f))
		return read_items(r, f, n);
	if (n->kind != YML_SCALAR)
		return wrong_kind(r, n, f->key, _("a text is needed here, not %s"));
	if (!*n->value)
		return err_at(r->e, ERR_VALUE, r->file, n->line, n->column,
			      _("%s: the text is empty"), f->key);
	if (field_set(r->a, f, n->value, &inner) < 0)
		return err_at(r->e, ERR_VALUE, r->file, n->line, n->column, "%s: %s", f->key,
			      inner.msg);
	return 0;
}

static int
read_version(struct read *r, const struct yml_node *n)
{
	r->version = true;
	if (n->kind != YML_SCALAR || strcmp(n->value, "1") != 0)
		return err_at(r->e, ERR_VALUE, r->file, n->line, n->column,
		              _("version: this program reads version 1 only"));
	return 0;
}

static bool
is_section(const char *key)
{
	const size_t n = strlen(key);

	for (const struct answer_field *f = answer_fields; f->key; f++)
		if (strncmp(f->key, key, n) == 0 && f->key[n] == '.')
			return true;
	return false;
}

static int
read_map(struct read *r, const struct yml_node *map, const char *section)
{
	int rc = 0;

	for (const struct yml_node *n = map->child; rc == 0 && n; n = n->next) {
		char *key = section ? xasprintf("%s.%s", section, n->key) : xstrdup(n->key);
		/* A dot in the file itself is no way into a section. */
		const struct answer_field *f = strchr(n->key, '.') ? NULL : field_find(key);

		if (!section && strcmp(key, "version") == 0)
			rc = read_version(r, n);
		else if (f)
			rc = read_field(r, f, n);
		else if (section || !is_section(key))
			rc = unknown(r, n, key);
		else if (n->kind == YML_MAP)
			rc = read_map(r, n, key);
		else if (!is_nothing(n))
			/* TRANSLATORS: %s is "a text" or "a list" */
			rc = wrong_kind(r, n, key, _("a map is needed here, not %s"));
		free(key);
	}
	return rc;
}

static int
read_root(struct read *r, const struct yml_node *root)
{
	if (root->kind != YML_MAP)
		return err_at(r->e, ERR_VALUE, r->file, root->line, root->column,
			      /* TRANSLATORS: %s is "a text" or "a list" */
			      _("a map of answers is needed here, not %s"),
			      yml_kind_name(root->kind));
	if (read_map(r, root, NULL) < 0)
		return -1;
	if (!r->version)
		return err_at(r->e, ERR_VALUE, r->file, root->line, root->column,
		              _("the line \"version: 1\" is missing"));
	return 0;
}

int
answers_parse(struct answers *a, const char *text, size_t len, const char *file, struct err *e)
{
	struct yml_node *root = yml_parse(text, len, file, e);
	struct answers fresh;
	int rc;

	if (!root)
		return -1;
	answers_init(&fresh);
	fresh.file = arena_strdup(&fresh.arena, file);
	rc = read_root(&(struct read){ .a = &fresh, .file = file, .e = e }, root);
	yml_free(root);
	if (rc < 0) {
		answers_free(&fresh);
		return -1;
	}
	answers_free(a);
	*a = fresh;
	return 0;
}

int
answers_load(struct answers *a, const char *path, struct err *e)
{
	struct buf text = BUF_INIT;
	int rc = fs_read_given(&text, path, MAX_FILE, e);

	if (rc < 0)
		e->code = ERR_VALUE; /* answers that cannot be read are wrong answers */
	else
		rc = answers_parse(a, text.s, text.len, path, e);
	buf_free(&text);
	return rc;
}

static void
write_value(struct buf *out, const struct answers *a, const struct answer_field *f)
{
	struct buf text = BUF_INIT;
	char **items = field_is_list(f) ? field_items(a, f) : NULL;

	if (items) {
		buf_putc(out, '[');
		for (size_t i = 0; items[i]; i++) {
			buf_puts(out, i ? ", " : "");
			yml_quote(out, items[i]);
		}
		buf_putc(out, ']');
		return;
	}
	field_get(&text, a, f);
	/* These read as what they are; the rest is quoted where YAML could mistake it. */
	if (f->kind == ANSWER_SIZE || f->kind == ANSWER_DURATION || f->kind == ANSWER_PORT ||
	    f->kind == ANSWER_BOOL)
		buf_puts(out, text.s);
	else
		yml_quote(out, text.s);
	buf_free(&text);
}

/* The fields of one section stand together in the table: "limits: {body: 1G, stream: 60s}". */
static const struct answer_field *
write_section(struct buf *out, const struct answers *a, const struct answer_field *f)
{
	const size_t n = strcspn(f->key, ".");
	const struct answer_field *first = f;
	bool open = false;

	for (; f->key && strncmp(f->key, first->key, n + 1) == 0; f++) {
		if (field_is_default(a, f))
			continue;
		if (open)
			buf_puts(out, ", ");
		else
			buf_printf(out, "%.*s: {", (int)n, first->key);
		open = true;
		buf_printf(out, "%s: ", f->key + n + 1);
		write_value(out, a, f);
	}
	if (open)
		buf_puts(out, "}\n");
	return f;
}

void
answers_write(struct buf *out, const struct answers *a)
{
	const struct answer_field *f = answer_fields;

	buf_puts(out, "version: 1\n");
	while (f->key) {
		if (strchr(f->key, '.')) {
			f = write_section(out, a, f);
			continue;
		}
		if (!field_is_default(a, f)) {
			buf_printf(out, "%s: ", f->key);
			write_value(out, a, f);
			buf_putc(out, '\n');
		}
		f++;
	}
}

int
answers_save(const struct answers *a, const char *path, struct err *e)
{
	struct arena scratch = { 0 };
	struct buf text = BUF_INIT;
	int rc = fs_mkdirs(fs_dirname(&scratch, path), 0755, e);

	answers_write(&text, a);
	if (rc == 0)
		rc = fs_write(path, text.s, text.len, 0600, e);
	buf_free(&text);
	arena_free(&scratch);
	return rc;
}
