/* nginx_blame_headers.c - headers that are lost, wrong or believed. */
#include "proxy/nginx_blame.h"

#include <string.h>
#include <strings.h>

#include "base/buf.h"

static const struct ngx_directive *
header(const struct route *r, const char *name)
{
	return ngx_effective(r->block, "proxy_set_header", name);
}

/* Where a header was lost on its way in; else the proxy_pass that lacks it. */
static const struct ngx_directive *
lost(const struct route *r, const char *name)
{
	const struct ngx_directive *cut = ngx_hides(r->block, "proxy_set_header", name);

	return cut ? cut : guilty_pass(r);
}

/* The last map that makes a variable: of two with one name nginx takes the last for every site. */
const struct ngx_directive *
guilty_map(const struct ngx_conf *c, const char *variable)
{
	const struct ngx_directive *http = ngx_http(c), *last = NULL;

	for (const struct ngx_directive *m = http ? ngx_child(http, "map") : NULL; m;
	     m = ngx_next(m, "map"))
		if (m->n_args == 2 && strcasecmp(m->args[1], variable) == 0)
			last = m;
	return last;
}

/* What a map gives to a request that asks for an upgrade. */
static const struct ngx_directive *
map_line(const struct ngx_directive *map, const char *value)
{
	const struct ngx_directive *d = ngx_child(map, value);

	return d ? d : ngx_child(map, "default");
}

/* Does a `set' of this block, or of an `if' in it, ever let a variable ask for an upgrade? */
static bool
sets_upgrade(const struct ngx_directive *block, const char *variable)
{
	for (const struct ngx_directive *d = block->child; d; d = d->next)
		if ((strcmp(d->name, "set") == 0 && strcasecmp(guilty_word(d, 0), variable) == 0 &&
		     (strcasestr(guilty_word(d, 1), "upgrade") ||
		      strcasecmp(guilty_word(d, 1), "$http_connection") == 0)) ||
		    (strcmp(d->name, "if") == 0 && sets_upgrade(d, variable)))
			return true;
	return false;
}

const struct ngx_directive *
guilty_no_upgrade(const struct route *r)
{
	const struct ngx_directive *upgrade = header(r, "Upgrade"),
	                           *connection = header(r, "Connection"), *map, *line;

	if (!upgrade)
		return lost(r, "Upgrade");
	if (strcmp(guilty_word(upgrade, 1), "$http_upgrade") != 0 &&
	    strcasecmp(guilty_word(upgrade, 1), "websocket") != 0)
		return upgrade;
	if (!connection)
		return lost(r, "Connection");
	if (*guilty_word(connection, 1) != '$')
		return strcasestr(guilty_word(connection, 1), "upgrade") ? NULL : connection;
	if (strcasecmp(guilty_word(connection, 1), "$http_connection") == 0)
		return NULL;
	map = guilty_map(r->conf, guilty_word(connection, 1));
	if (!map && (sets_upgrade(r->server, connection->args[1]) ||
	             sets_upgrade(r->block, connection->args[1])))
		return NULL;
	if (!map)
		return connection;
	if (strcasecmp(map->args[0], "$http_upgrade") != 0)
		return NULL; /* a map of something else: cannot be told from here */
	line = map_line(map, "websocket");
	return line && strcasestr(guilty_word(line, 0), "upgrade") ? NULL : line ? line : map;
}

enum host_word { HOST_RIGHT, HOST_WRONG, HOST_UNKNOWN };

/* Does the value give OpenChamber the name people type, with its port? */
static enum host_word
judge_host(const struct route *r, const char *value)
{
	const bool plain = url_port_is_default(r->url);
	struct buf want = BUF_INIT;
	enum host_word answer = HOST_UNKNOWN;

	url_host(&want, r->url);
	if (strcasecmp(value, want.s) == 0 || strcasecmp(value, "$http_host") == 0)
		answer = HOST_RIGHT;
	else if (strcasecmp(value, "$host") == 0)
		answer = plain ? HOST_RIGHT : HOST_WRONG;
	else if (strcasecmp(value, "$host:$server_port") == 0)
		answer = plain ? HOST_WRONG : HOST_RIGHT;
	else if (strcasecmp(value, "$server_name") == 0)
		answer = plain && strcasecmp(guilty_word(ngx_child(r->server, "server_name"), 0),
		                             r->url->host) == 0
		             ? HOST_RIGHT
		             : HOST_WRONG;
	else if (*value != '$' || strcasecmp(value, "$proxy_host") == 0 ||
	         strcasecmp(value, "$host:$proxy_port") == 0)
		answer = HOST_WRONG;
	buf_free(&want);
	return answer;
}

/* X-Forwarded-Host wins in OpenChamber; where it is not set, Host counts. */
const struct ngx_directive *
guilty_wrong_host(const struct route *r)
{
	const struct ngx_directive *d = header(r, "X-Forwarded-Host");

	if (!d)
		d = header(r, "Host");
	if (!d)
		return ngx_hides(r->block, "proxy_set_header", "X-Forwarded-Host")
		           ? lost(r, "X-Forwarded-Host")
		           : lost(r, "Host");
	return judge_host(r, guilty_word(d, 1)) == HOST_WRONG ? d : NULL;
}

bool
guilty_hears_tls(const struct ngx_directive *server)
{
	for (const struct ngx_directive *l = ngx_child(server, "listen"); l;
	     l = ngx_next(l, "listen")) {
		struct ngx_listen there;

		ngx_listen_of(&there, l);
		if (there.tls)
			return true;
	}
	return false;
}

const struct ngx_directive *
guilty_wrong_proto(const struct route *r)
{
	const struct ngx_directive *d = header(r, "X-Forwarded-Proto");
	const char *value = guilty_word(d, 1);

	if (!d)
		return lost(r, "X-Forwarded-Proto");
	if (strcasecmp(value, "$scheme") == 0)
		return strcmp(r->url->scheme, "https") == 0 && !guilty_hears_tls(r->server) ? d : NULL;
	if (strcasecmp(value, "$http_x_forwarded_proto") == 0)
		return guilty_hears_tls(r->server) ? d : NULL;
	return *value == '$' || strcmp(value, r->url->scheme) == 0 ? NULL : d;
}

const struct ngx_directive *
guilty_adds_forwarded(const struct route *r)
{
	const struct ngx_directive *d = header(r, "X-Forwarded-For"), *from;

	if (d && (strcasestr(guilty_word(d, 1), "$proxy_add_x_forwarded_for") ||
	          strcasestr(guilty_word(d, 1), "$http_")))
		return d;
	from = guilty_list(r, "set_real_ip_from", "0.0.0.0/0");
	return from ? from : guilty_list(r, "set_real_ip_from", "::/0");
}

const struct ngx_directive *
guilty_no_forwarded(const struct route *r)
{
	return header(r, "X-Forwarded-For") ? NULL : lost(r, "X-Forwarded-For");
}
