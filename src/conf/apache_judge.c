/* apache_judge.c - what httpd knows while it reads: modules, variables, its version; and what follows from that. */
#include "conf/apache_read.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/fs.h"

enum { MAX_MODULES = 2000, MAX_DEFINES = 2000 };

static void
add_module(struct apa_conf *c, const char *name, const char *path)
{
	if (c->n_modules >= MAX_MODULES)
		return;
	c->modules = xreallocarray(c->modules, c->n_modules + 1, sizeof(*c->modules));
	c->modules[c->n_modules++] = (struct apa_module){
		.name = arena_strdup(&c->arena, name), .path = arena_strdup(&c->arena, path),
	};
}

static void
define(struct apa_reader *r, const char *text)
{
	if (r->n_defines >= MAX_DEFINES)
		return;
	r->defines = xreallocarray(r->defines, r->n_defines + 1, sizeof(*r->defines));
	r->defines[r->n_defines++] = text;
}

void
apa_begin(struct apa_reader *r)
{
	for (const char *const *m = r->w->modules; m && *m; m++)
		add_module(r->c, *m, NULL);
	for (const char *const *v = r->w->variables; v && *v; v++)
		define(r, *v);
}

void
apa_end(struct apa_reader *r)
{
	free(r->words);
	free(r->defines);
}

static bool
is_of_name(const char *definition, const char *name)
{
	const size_t n = strlen(name);

	return strncmp(definition, name, n) == 0 && (definition[n] == '=' || !definition[n]);
}

void
apa_learn(struct apa_reader *r, const char *const *args, int n)
{
	struct arena *a = &r->c->arena;

	if (n == 3 && strcasecmp(args[0], "LoadModule") == 0) {
		add_module(r->c, args[1],
		           *args[2] == '/' ? args[2] : fs_join(a, r->c->server_root, args[2]));
	} else if (n >= 2 && strcasecmp(args[0], "Define") == 0) {
		define(r,
		       arena_printf(a, "%s%s%s", args[1], n > 2 ? "=" : "", n > 2 ? args[2] : ""));
	} else if (n == 2 && strcasecmp(args[0], "UnDefine") == 0) {
		for (size_t i = 0; i < r->n_defines; i++)
			if (is_of_name(r->defines[i], args[1]))
				r->defines[i] = "";
	} else if (n == 2 && strcasecmp(args[0], "ServerRoot") == 0 && *args[1] == '/') {
		const char *root = r->w->root ? r->w->root : "";
		const size_t len = strlen(root);

		/* A path out of its own file may have the root in front already. */
		r->c->server_root =
			len > 1 && strncmp(args[1], root, len) == 0 && args[1][len] == '/'
				? args[1] + len
				: args[1];
	}
}

const char *
apa_variable(void *reader, const char *name)
{
	const struct apa_reader *r = reader;

	for (size_t i = r->n_defines; i-- > 0;)
		if (is_of_name(r->defines[i], name)) {
			const char *equals = strchr(r->defines[i], '=');

			return equals ? equals + 1 : NULL;
		}
	return NULL;
}

static bool
is_defined(const struct apa_reader *r, const char *name)
{
	for (size_t i = 0; i < r->n_defines; i++)
		if (is_of_name(r->defines[i], name))
			return true;
	return false;
}

bool
apa_has_module(const struct apa_conf *c, const char *name)
{
	for (size_t i = 0; i < c->n_modules; i++)
		if (strcmp(c->modules[i].name, name) == 0)
			return true;
	return false;
}

/* "ssl_module", or by the name of its source: "mod_ssl.c", "event.c". */
static bool
has_module(const struct apa_conf *c, const char *name)
{
	static const struct { const char *source, *module; } odd[] = {
		{ "core.c", "core_module" },         { "http_core.c", "http_module" },
		{ "event.c", "mpm_event_module" },   { "worker.c", "mpm_worker_module" },
		{ "prefork.c", "mpm_prefork_module" },
	};
	const size_t n = strlen(name);
	char module[128];

	if (apa_has_module(c, name))
		return true;
	for (size_t i = 0; i < ARRAY_LEN(odd); i++)
		if (strcmp(odd[i].source, name) == 0)
			return apa_has_module(c, odd[i].module);
	if (n < 7 || n > 100 || strncmp(name, "mod_", 4) != 0 || strcmp(name + n - 2, ".c") != 0)
		return false;
	snprintf(module, sizeof(module), "%.*s_module", (int)n - 6, name + 4);
	return apa_has_module(c, module);
}

/* Negative, zero, positive as our version is below, at or above. */
static int
compare_version(const struct apa_reader *r, const char *text)
{
	for (size_t i = 0; i < 3; i++) {
		char *end;
		const unsigned long n = strtoul(text, &end, 10);

		if (end == text)
			return 0;
		if (n != r->w->version[i])
			return r->w->version[i] < n ? -1 : 1;
		text = *end == '.' ? end + 1 : end;
	}
	return 0;
}

/* <IfVersion >= 2.4.17>; a version nobody knows, or a pattern, is taken to fit. */
static bool
is_version(const struct apa_reader *r, const char *const *args, int n)
{
	const char *op = n > 2 ? args[1] : "=", *text = n > 2 ? args[2] : n > 1 ? args[1] : "";
	const bool no = *op == '!';
	int order;
	bool answer;

	op += no;
	if (r->w->version[0] == 0 || *op == '~' || *text == '/')
		return true;
	order = compare_version(r, text);
	answer = strcmp(op, ">=") == 0   ? order >= 0
	         : strcmp(op, "<=") == 0 ? order <= 0
	         : *op == '>'            ? order > 0
	         : *op == '<'            ? order < 0
	                                 : order == 0;
	return answer != no;
}

bool
apa_is_judged(const char *name)
{
	static const char *const names[] = { "IfModule", "IfDefine",    "IfVersion",
		                             "IfFile",   "IfDirective", "IfSection" };

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (strcasecmp(names[i], name) == 0)
			return true;
	return false;
}

bool
apa_judge(const struct apa_reader *r, const char *const *args, int n)
{
	const char *what = n > 1 ? args[1] : "";
	const bool no = *what == '!';
	bool answer = true;

	if (strcasecmp(args[0], "IfVersion") == 0)
		return is_version(r, args, n);
	what += no;
	if (strcasecmp(args[0], "IfModule") == 0) {
		answer = has_module(r->c, what);
	} else if (strcasecmp(args[0], "IfDefine") == 0) {
		answer = is_defined(r, what);
	} else if (strcasecmp(args[0], "IfFile") == 0) {
		struct arena a = { 0 };

		answer = fs_exists(
			fs_path(&a, r->w->root,
		                *what == '/' ? what : fs_join(&a, r->c->server_root, what)));
		arena_free(&a);
	} else {
		return true; /* what directives there are only httpd itself knows */
	}
	return answer != no;
}
