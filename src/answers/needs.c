#include "answers/needs.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "answers/ranges.h"
#include "base/buf.h"
#include "base/fs.h"
#include "base/i18n.h"
#include "base/text.h"
#include "base/yml.h"

#define MAX_FILE   ((size_t)64 << 10)
#define MAX_ROUTES 32

static const char path_letters[] =
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-";

struct read {
	struct needs *n;
	const char   *file;
	struct err   *e;
};

static int
refuse(const struct read *r, const struct yml_node *at, const char *key, const char *sentence)
{
	return err_at(r->e, ERR_VALUE, r->file, at->line, at->column, "%s: %s", key, sentence);
}

/* The text behind a key that has to be there; NULL: refused. */
static const char *
text_of(const struct read *r, const struct yml_node *map, const char *key,
        const struct yml_node **at)
{
	const struct yml_node *n = yml_get(map, key);

	*at = n ? n : map;
	if (n && n->kind == YML_SCALAR && *n->value)
		return n->value;
	refuse(r, *at, key, n ? _("a text is needed here") : _("this is needed and not there"));
	return NULL;
}

static int
read_text(const struct read *r, const struct yml_node *map, const char *key, char **out)
{
	const struct yml_node *at;
	const char *text = text_of(r, map, key, &at);

	*out = arena_strdup(&r->n->arena, text);
	return text ? 0 : -1;
}

/* A path is put into requests and templates: nothing that has a meaning there. */
static int
read_path(const struct read *r, const struct yml_node *map, const char *key, const char **out)
{
	const struct yml_node *at;
	const char *text = text_of(r, map, key, &at);

	if (!text)
		return -1;
	if (*text != '/' || strspn(text, path_letters) != strlen(text))
		return refuse(r, at, key, _("this is not the path of a route (write /api/event)"));
	*out = arena_strdup(&r->n->arena, text);
	return 0;
}

static int
read_duration(const struct read *r, const struct yml_node *map, const char *key, unsigned *out)
{
	const struct yml_node *at;
	const char *text = text_of(r, map, key, &at);

	if (!text)
		return -1;
	if (text_parse_duration(text, out) < 0 || *out == 0)
		return refuse(r, at, key, _("this is not a duration (write 3600s, 60m or 1h)"));
	return 0;
}

static int
read_size(const struct read *r, const struct yml_node *map, const char *key,
          unsigned long long *out)
{
	const struct yml_node *at;
	const char *text = text_of(r, map, key, &at);

	if (!text)
		return -1;
	if (text_parse_size(text, out) < 0 || *out == 0)
		return refuse(r, at, key,
		              _("this is not a size (write 50M, 1G or a number of bytes)"));
	return 0;
}

static int
read_bool(const struct read *r, const struct yml_node *map, const char *key, bool *out)
{
	const struct yml_node *at;
	const char *text = text_of(r, map, key, &at);

	if (!text)
		return -1;
	*out = strcmp(text, "true") == 0;
	if (!*out && strcmp(text, "false") != 0)
		return refuse(r, at, key, _("this is neither true nor false"));
	return 0;
}

static int
read_port(const struct read *r, const struct yml_node *map, const char *key, unsigned *out)
{
	const struct yml_node *at;
	const char *text = text_of(r, map, key, &at);
	char *end;
	unsigned long n;

	if (!text)
		return -1;
	n = strtoul(text, &end, 10);
	if (*text < '0' || *text > '9' || *end || n < 1 || n > 65535)
		return refuse(r, at, key, _("this is not a port (write a number from 1 to 65535)"));
	*out = (unsigned)n;
	return 0;
}

/* A key that nobody reads is a spelling mistake. */
static int
only(const struct read *r, const struct yml_node *map, const char *const *keys)
{
	for (const struct yml_node *n = map->child; n; n = n->next) {
		const char *const *k = keys;

		while (*k && strcmp(*k, n->key) != 0)
			k++;
		if (!*k) {
			struct buf shown = BUF_INIT;

			text_safe(&shown, n->key, strlen(n->key), 80);
			err_at(r->e, ERR_VALUE, r->file, n->key_line, n->key_column,
			       _("\"%s\" is not known here"), shown.s);
			buf_free(&shown);
			return -1;
		}
	}
	return 0;
}

static int
read_route(const struct read *r, const struct yml_node *map, struct need_route *out)
{
	static const char *const keys[] = { "id",       "path",    "first", "keepalive",
	                                    "required", "backend", NULL };

	if (map->kind != YML_MAP)
		return refuse(r, map, "id", _("a map is needed here"));
	return only(r, map, keys) < 0 || read_text(r, map, "id", &out->id) < 0 ||
	       read_path(r, map, "path", &out->path) < 0 ||
	       read_text(r, map, "first", &out->first) < 0 ||
	       read_duration(r, map, "keepalive", &out->keepalive) < 0 ||
	       read_bool(r, map, "required", &out->required) < 0 ||
	       read_bool(r, map, "backend", &out->backend) < 0 ? -1 : 0;
}

static int
read_routes(const struct read *r, const struct yml_node *root, const char *key,
            struct need_route **out, size_t *n_out)
{
	const struct yml_node *list = yml_get(root, key);
	struct need_route *routes = arena_alloc(&r->n->arena, MAX_ROUTES * sizeof(*routes));
	size_t n = 0;

	if (!list || list->kind != YML_LIST)
		return refuse(r, list ? list : root, key, _("a list of routes is needed here"));
	for (const struct yml_node *c = list->child; c; c = c->next) {
		if (n == MAX_ROUTES)
			return refuse(r, c, key, _("there are too many routes"));
		if (read_route(r, c, &routes[n]) < 0)
			return -1;
		for (size_t i = 0; i < n; i++)
			if (strcmp(routes[i].id, routes[n].id) == 0)
				return refuse(r, c, "id", _("another route has this id already"));
		n++;
	}
	*out = routes;
	*n_out = n;
	return 0;
}

static int
read_root(const struct read *r, const struct yml_node *root)
{
	static const char *const keys[] = { "port",   "version",    "health",  "session", "upload",
	                                    "limits", "websockets", "streams", NULL };
	static const char *const limit_keys[] = { "body", "stream", "connect", "quiet", NULL };
	const struct yml_node *limits = yml_get(root, "limits");
	struct needs *n = r->n;

	if (root->kind != YML_MAP)
		return refuse(r, root, "port", _("a map is needed here"));
	if (!limits || limits->kind != YML_MAP)
		return refuse(r, limits ? limits : root, "limits", _("a map is needed here"));
	return only(r, root, keys) < 0 || only(r, limits, limit_keys) < 0 ||
	       read_port(r, root, "port", &n->port) < 0 ||
	       read_path(r, root, "version", &n->version) < 0 ||
	       read_path(r, root, "health", &n->health) < 0 ||
	       read_path(r, root, "session", &n->session) < 0 ||
	       read_path(r, root, "upload", &n->upload) < 0 ||
	       read_size(r, limits, "body", &n->body) < 0 ||
	       read_duration(r, limits, "stream", &n->stream) < 0 ||
	       read_duration(r, limits, "connect", &n->connect) < 0 ||
	       read_duration(r, limits, "quiet", &n->quiet) < 0 ||
	       read_routes(r, root, "websockets", &n->sockets, &n->n_sockets) < 0 ||
	       read_routes(r, root, "streams", &n->streams, &n->n_streams) < 0 ? -1 : 0;
}

int
needs_load(struct needs *n, const char *templates_dir, const char *root, struct err *e)
{
	struct buf text = BUF_INIT;
	struct yml_node *top = NULL;
	struct err list = { 0 };
	char *path;
	int rc = -1;

	*n = (struct needs){ 0 };
	path = fs_join(&n->arena, templates_dir, "openchamber.yaml");
	if (fs_read(&text, path, MAX_FILE, e) < 0)
		goto out;
	top = yml_parse(text.s, text.len, path, e);
	if (!top || read_root(&(struct read){ n, path, e }, top) < 0)
		goto out;
	if (ranges_load(&n->cloudflare, &n->cloudflare_day, &n->arena, templates_dir, root, &list) < 0 &&
	    list.sys != ENOENT) {
		*e = list;
		goto out;
	}
	rc = 0;
out:
	yml_free(top);
	buf_free(&text);
	if (rc < 0)
		needs_free(n);
	return rc;
}

void
needs_free(struct needs *n)
{
	arena_free(&n->arena);
	*n = (struct needs){ 0 };
}
