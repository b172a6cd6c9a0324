#include "base/yml.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <yaml.h>

#include "base/i18n.h"
#include "base/mem.h"
#include "base/text.h"

#define MAX_BYTES ((size_t)1 << 20)
#define MAX_DEPTH 32
#define MAX_NODES 10000

struct reader {
	yaml_parser_t parser;
	const char   *file;
	const char   *text;
	size_t        len;
	int           depth;
	size_t        n_nodes;
	struct err   *e;
};

static int
refuse(struct reader *r, const yaml_mark_t *at, const char *sentence)
{
	return err_at(r->e, ERR_VALUE, r->file, (int)at->line + 1, (int)at->column + 1, "%s",
		      sentence);
}

/* libyaml gives the place of a byte it cannot read as an offset only. */
static yaml_mark_t
mark_of(const struct reader *r, size_t offset)
{
	yaml_mark_t m = { .index = offset };

	for (size_t i = 0; i < offset && i < r->len; i++) {
		const unsigned char c = (unsigned char)r->text[i];

		if (c == '\n') {
			m.line++;
			m.column = 0;
		} else if ((c & 0xc0) != 0x80) {
			m.column++;
		}
	}
	return m;
}

static int
broken(struct reader *r)
{
	const yaml_parser_t *p = &r->parser;
	const bool reading = p->error == YAML_READER_ERROR;
	const yaml_mark_t at = reading ? mark_of(r, p->problem_offset) : p->problem_mark;

	if (p->error == YAML_MEMORY_ERROR)
		xreallocarray(NULL, SIZE_MAX, 2); /* dies */
	return err_at(r->e, ERR_VALUE, r->file, (int)at.line + 1, (int)at.column + 1,
	              /* TRANSLATORS: %s is the YAML library's own English sentence */
	              _("this is not YAML: %s"), p->problem ? p->problem : "?");
}

static int
next_event(struct reader *r, yaml_event_t *ev)
{
	if (!yaml_parser_parse(&r->parser, ev))
		return broken(r);
	return 0;
}

static struct yml_node *
new_node(struct reader *r, enum yml_kind kind, const yaml_mark_t *at)
{
	struct yml_node *n = xcalloc(1, sizeof(*n));

	n->kind = kind;
	n->line = (int)at->line + 1;
	n->column = (int)at->column + 1;
	r->n_nodes++;
	return n;
}

static int
plain_event(struct reader *r, const yaml_event_t *ev)
{
	const bool scalar = ev->type == YAML_SCALAR_EVENT;
	const void *anchor = scalar ? ev->data.scalar.anchor :
	                     ev->type == YAML_MAPPING_START_EVENT ? ev->data.mapping_start.anchor :
	                     ev->data.sequence_start.anchor;
	const void *tag = scalar ? ev->data.scalar.tag :
	                  ev->type == YAML_MAPPING_START_EVENT ? ev->data.mapping_start.tag :
	                  ev->data.sequence_start.tag;

	if (ev->type == YAML_ALIAS_EVENT || anchor)
		return refuse(r, &ev->start_mark, _("anchors and aliases are not used here"));
	if (tag)
		return refuse(r, &ev->start_mark, _("tags are not used here"));
	if (scalar && memchr(ev->data.scalar.value, 0, ev->data.scalar.length))
		return refuse(r, &ev->start_mark, _("a text cannot hold the character NUL"));
	if (r->n_nodes >= MAX_NODES || r->depth >= MAX_DEPTH)
		return refuse(r, &ev->start_mark, _("the YAML is too large or nests too deep"));
	return 0;
}

static int read_node(struct reader *r, yaml_event_t *ev, struct yml_node **out);

/* The children up to the closing event; linked in first, so that a failure leaks nothing. */
static int
read_list(struct reader *r, struct yml_node *list)
{
	struct yml_node **tail = &list->child;
	yaml_event_t ev;

	while (next_event(r, &ev) == 0) {
		if (ev.type == YAML_SEQUENCE_END_EVENT) {
			yaml_event_delete(&ev);
			return 0;
		}
		if (read_node(r, &ev, tail) < 0)
			return -1;
		tail = &(*tail)->next;
	}
	return -1;
}

static int
read_key(struct reader *r, const struct yml_node *map, yaml_event_t *ev, char **key)
{
	if (ev->type != YAML_SCALAR_EVENT)
		return refuse(r, &ev->start_mark, _("a key has to be a text"));
	if (plain_event(r, ev) < 0)
		return -1;
	*key = xstrdup((const char *)ev->data.scalar.value);
	for (const struct yml_node *n = map->child; n; n = n->next)
		if (strcmp(n->key, *key) == 0) {
			struct buf shown = BUF_INIT;

			text_safe(&shown, *key, strlen(*key), 80);
			err_at(r->e, ERR_VALUE, r->file, (int)ev->start_mark.line + 1,
			       (int)ev->start_mark.column + 1,
			       _("the key \"%s\" is already on line %d"), shown.s, n->key_line);
			buf_free(&shown);
			free(*key);
			return -1;
		}
	return 0;
}

static int
read_map(struct reader *r, struct yml_node *map)
{
	struct yml_node **tail = &map->child;
	yaml_event_t ev, value;

	while (next_event(r, &ev) == 0) {
		const yaml_mark_t at = ev.start_mark;
		const bool end = ev.type == YAML_MAPPING_END_EVENT;
		char *key = NULL;
		int rc = end ? 0 : read_key(r, map, &ev, &key);

		yaml_event_delete(&ev);
		if (end || rc < 0)
			return rc;
		if (next_event(r, &value) < 0 || read_node(r, &value, tail) < 0) {
			free(key);
			yml_free(*tail); /* without its key it is no member */
			*tail = NULL;
			return -1;
		}
		(*tail)->key = key;
		(*tail)->key_line = (int)at.line + 1;
		(*tail)->key_column = (int)at.column + 1;
		tail = &(*tail)->next;
	}
	return -1;
}

/* Takes the event. */
static int
read_node(struct reader *r, yaml_event_t *ev, struct yml_node **out)
{
	int rc = plain_event(r, ev);

	if (rc == 0 && ev->type == YAML_SCALAR_EVENT) {
		*out = new_node(r, YML_SCALAR, &ev->start_mark);
		(*out)->value = xstrdup((const char *)ev->data.scalar.value);
		(*out)->quoted = ev->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
	} else if (rc == 0) {
		const bool map = ev->type == YAML_MAPPING_START_EVENT;

		*out = new_node(r, map ? YML_MAP : YML_LIST, &ev->start_mark);
		r->depth++;
		rc = map ? read_map(r, *out) : read_list(r, *out);
		r->depth--;
	}
	yaml_event_delete(ev);
	return rc;
}

static int
read_document(struct reader *r, struct yml_node **root)
{
	yaml_event_t ev;
	int rc;

	if (next_event(r, &ev) < 0) /* the start of the stream */
		return -1;
	yaml_event_delete(&ev);
	if (next_event(r, &ev) < 0)
		return -1;
	if (ev.type == YAML_STREAM_END_EVENT) { /* nothing but comments */
		*root = new_node(r, YML_MAP, &(yaml_mark_t){ 0 });
		yaml_event_delete(&ev);
		return 0;
	}
	yaml_event_delete(&ev);
	if (next_event(r, &ev) < 0 || read_node(r, &ev, root) < 0 || next_event(r, &ev) < 0)
		return -1;
	yaml_event_delete(&ev); /* the end of the document */
	if (next_event(r, &ev) < 0)
		return -1;
	rc = ev.type == YAML_STREAM_END_EVENT ? 0 :
	     refuse(r, &ev.start_mark, _("only one YAML document is read from a file"));
	yaml_event_delete(&ev);
	return rc;
}

struct yml_node *
yml_parse(const char *text, size_t len, const char *file, struct err *e)
{
	struct reader r = { .file = file, .text = text, .len = len, .e = e };
	struct yml_node *root = NULL;

	if (len > MAX_BYTES) {
		err_at(e, ERR_VALUE, file, 0, 0, _("the YAML is too large or nests too deep"));
		return NULL;
	}
	if (!yaml_parser_initialize(&r.parser))
		xreallocarray(NULL, SIZE_MAX, 2); /* dies */
	yaml_parser_set_encoding(&r.parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&r.parser, (const unsigned char *)text, len);
	if (read_document(&r, &root) < 0) {
		yml_free(root);
		root = NULL;
	}
	yaml_parser_delete(&r.parser);
	return root;
}

void
yml_free(struct yml_node *n)
{
	while (n) {
		struct yml_node *next = n->next;

		yml_free(n->child);
		free(n->key);
		free(n->value);
		free(n);
		n = next;
	}
}

struct yml_node *
yml_get(const struct yml_node *map, const char *key)
{
	if (!map || map->kind != YML_MAP)
		return NULL;
	for (struct yml_node *n = map->child; n; n = n->next)
		if (strcmp(n->key, key) == 0)
			return n;
	return NULL;
}

const char *
yml_kind_name(enum yml_kind k)
{
	switch (k) {
	case YML_SCALAR: return _("a text");
	case YML_MAP: return _("a map");
	case YML_LIST: return _("a list");
	}
	return "";
}

/* YAML 1.1 and 1.2 readers disagree about much; these look like a text to both. */
static bool
is_plain(const char *s)
{
	static const char *const words[] = {"y",   "n",    "yes",   "no",  "on",
					    "off", "true", "false", "null"};

	if (!(*s >= 'a' && *s <= 'z') && !(*s >= 'A' && *s <= 'Z') && *s != '/')
		return false;
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (strcasecmp(s, words[i]) == 0)
			return false;
	for (; *s; s++) {
		const bool safe = (*s >= 'a' && *s <= 'z') || (*s >= 'A' && *s <= 'Z') ||
		                  (*s >= '0' && *s <= '9') || strchr("/._-@+", *s);

		if (!safe && !(*s == ':' && (s[1] == '/' || (s[1] >= '0' && s[1] <= '9'))))
			return false;
	}
	return true;
}

static bool
needs_escape(unsigned cp)
{
	return cp < 0x20 || (cp >= 0x7f && cp < 0xa0) || cp == 0xad || cp == 0x61c ||
	       (cp >= 0x200b && cp <= 0x200f) || (cp >= 0x2028 && cp <= 0x202e) ||
	       (cp >= 0x2060 && cp <= 0x206f) || cp == 0xfeff || cp == 0xfffe || cp == 0xffff;
}

void
yml_quote(struct buf *out, const char *s)
{
	size_t len = strlen(s);

	if (is_plain(s)) {
		buf_puts(out, s);
		return;
	}
	buf_putc(out, '"');
	while (len) {
		unsigned cp;
		const size_t n = text_next(s, len, &cp);

		if (cp == '"' || cp == '\\')
			buf_printf(out, "\\%c", (char)cp);
		else if (cp == '\n')
			buf_puts(out, "\\n");
		else if (cp == TEXT_BROKEN)
			buf_puts(out, "\\uFFFD");
		else if (needs_escape(cp))
			buf_printf(out, "\\u%04X", cp);
		else
			buf_add(out, s, n);
		s += n;
		len -= n;
	}
	buf_putc(out, '"');
}
