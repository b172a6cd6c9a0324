/* Which directive is in force where: nginx's rules of inheritance. */
#include "conf/nginx.h"

#include <string.h>
#include <strings.h>

#include "base/mem.h"

/* These belong to the block they stand in and reach no block inside it. */
static const char *const not_inherited[] = {
	"proxy_pass", "fastcgi_pass", "uwsgi_pass", "scgi_pass", "grpc_pass", "memcached_pass",
	"return", "rewrite", "try_files", "alias", "listen", "server_name", "set", "if",
};

static bool
is_inherited(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(not_inherited); i++)
		if (strcmp(name, not_inherited[i]) == 0)
			return false;
	return true;
}

static const struct ngx_directive *
in_block(const struct ngx_directive *block, const char *name, const char *key)
{
	const struct ngx_directive *d = ngx_child(block, name);

	while (d && key && (d->n_args == 0 || strcasecmp(d->args[0], key) != 0))
		d = ngx_next(d, name);
	return d;
}

/* The innermost block around, itself included, that has such a directive. */
static const struct ngx_directive *
block_with(const struct ngx_directive *block, const char *name)
{
	while (block && !ngx_child(block, name))
		block = is_inherited(name) ? block->parent : NULL;
	return block;
}

const struct ngx_directive *
ngx_effective(const struct ngx_directive *block, const char *name, const char *key)
{
	block = block_with(block, name);
	return block ? in_block(block, name, key) : NULL;
}

const struct ngx_directive *
ngx_hides(const struct ngx_directive *block, const char *name, const char *key)
{
	const struct ngx_directive *inner = block_with(block, name);

	if (!inner || !is_inherited(name) || (key && in_block(inner, name, key)))
		return NULL;
	for (block = inner->parent; block; block = block->parent)
		if (in_block(block, name, key))
			return ngx_child(inner, name);
	return NULL;
}
