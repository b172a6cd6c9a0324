/* npm_lint.c - a text for the Advanced field in its place, and what was found there. */
#include "proxy/npm_lint.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/fs.h"
#include "base/i18n.h"
#include "base/tmpl.h"

#define HERE "\002" /* stands for the text while the frame is filled: nothing from outside can hold it there */

static const struct npm_rule rules[] = {
	{ "syntax", NPM_OFFLINE, false, NULL,
	  N_("Correct this place; until then nothing behind it can be judged.") },
	{ "unknown-directive", NPM_OFFLINE, false,
	  N_("nginx does not know this directive, and refuses the whole host."),
	  N_("Correct the spelling, or remove it.") },
	{ "wrong-place", NPM_OFFLINE, false,
	  N_("nginx does not take this directive here, and refuses the whole host."),
	  N_("Remove it: the Advanced text stands inside a server block.") },
	{ "wrong-in-if", NPM_OFFLINE, false,
	  N_("nginx does not take this directive inside an if, and refuses the whole host."),
	  N_("Set a variable in the if, and use it outside.") },
	{ "unknown-variable", NPM_OFFLINE, false,
	  N_("nginx knows no such variable, and refuses the whole host: a map for it cannot stand in this text."),
	  N_("Correct the name, or set it in this text before.") },
	{ "buffer-sizes", NPM_OFFLINE, false,
	  N_("The sizes of the proxy buffers do not fit each other, and nginx refuses the whole host."),
	  N_("Remove this line, or set all three: proxy_buffer_size SIZE; proxy_buffers 4 SIZE; proxy_busy_buffers_size SIZE;") },
	{ "error-code", NPM_OFFLINE, false,
	  N_("nginx takes only codes from 300 to 599 here, and refuses the whole host."),
	  N_("Correct the code, or remove the line.") },
	{ "block", NPM_OFFLINE, false, NULL,
	  N_("Correct it, or remove it.") },
	{ "value-count", NPM_OFFLINE, false, NULL,
	  N_("Correct the values, or remove the line.") },
	{ "value-kind", NPM_OFFLINE, false, NULL,
	  N_("Correct the value, or remove the line.") },
	{ "semicolon", NPM_OFFLINE, false,
	  N_("The directive above does not end in ; as it has to. nginx reads this line as part of it, and refuses the host."),
	  N_("Write ; at the end of the directive above.") },
	{ "duplicate-npm", NPM_OFFLINE, false,
	  N_("Nginx Proxy Manager writes this directive itself. nginx refuses it twice, and the host goes offline."),
	  N_("Remove this line; what Nginx Proxy Manager writes is enough.") },
	{ "duplicate-directive", NPM_OFFLINE, false,
	  N_("This directive stands in the same block already. nginx refuses it twice, and the host goes offline."),
	  N_("Keep one of the two lines.") },
	{ "duplicate-location", NPM_OFFLINE, false,
	  N_("This location exists already. nginx refuses it twice, and the host goes offline."),
	  N_("Remove it. Nginx Proxy Manager has a location / of its own that does all that is needed.") },
	{ "location-dropped", NPM_ELSEWHERE, false,
	  N_("These words make Nginx Proxy Manager leave out its own location /, and none takes its place."),
	  N_("Remove them, also from a comment.") },
	{ "leads-to-npm", NPM_ELSEWHERE, false,
	  N_("This address is Nginx Proxy Manager's own container, not this server. Visitors reach the wrong program."),
	  N_("Write proxy_pass $forward_scheme://$server:$port; instead.") },
	{ "answers-itself", NPM_ELSEWHERE, false,
	  N_("nginx answers every request by itself here, and OpenChamber gets none."),
	  N_("Remove this line.") },
	{ "path-mangled", NPM_ELSEWHERE, false,
	  N_("This line changes the path, so OpenChamber does not know what is asked."),
	  N_("Leave out everything behind the port.") },
	{ "ws-upgrade-lost", NPM_LOSES, false,
	  N_("The request for a WebSocket gets lost here: Upgrade or Connection is not passed on."),
	  N_("Remove the whole location, and switch Websockets Support on.") },
	{ "ws-host-lost", NPM_LOSES, false,
	  N_("The public name gets lost here: one proxy_set_header in a location drops all from outside."),
	  N_("Remove the whole location: the host's own location sets every header.") },
	{ "ws-proto-lost", NPM_LOSES, false,
	  N_("Whether visitors use https gets lost here, and OpenChamber refuses their WebSockets."),
	  N_("Remove the whole location: the host's own location sets every header.") },
	{ "forwarded-for-lost", NPM_LOSES, true,
	  N_("The visitor's address gets lost here, so all visitors look like one."),
	  N_("Remove the whole location: the host's own location sets every header.") },
	{ "sse-buffered", NPM_HOLDS, false,
	  N_("Answers are held back here, so events arrive late or never."),
	  N_("Write proxy_buffering off; and nothing about X-Accel-Buffering.") },
	{ "sse-compressed", NPM_HOLDS, false,
	  N_("Event streams are compressed here, which holds events back."),
	  N_("Write gzip off; instead.") },
	{ "api-cached", NPM_HOLDS, false,
	  N_("Answers are kept in a cache here, so people see old ones."),
	  N_("Write proxy_cache off; instead.") },
	{ "stream-cut", NPM_HOLDS, false,
	  N_("Quiet connections are cut here after less than a minute."),
	  N_("Write 3600s instead.") },
	{ "body-limit", NPM_LIMITS, false,
	  N_("Uploads above this size are refused here. OpenChamber itself takes more."),
	  N_("Remove this line: without it the limit is 2000m.") },
	{ "body-lowered", NPM_LIMITS, true,
	  N_("This lowers the limit for uploads: without it Nginx Proxy Manager allows 2000m."),
	  N_("Remove this line.") },
	{ "body-spooled", NPM_LIMITS, true,
	  N_("Uploads are stored here as a whole before OpenChamber sees any of them."),
	  N_("Write proxy_request_buffering off; instead.") },
	{ "access-list", NPM_BYPASSES, true,
	  N_("An access list of this host does not protect this location of your own."),
	  N_("Remove the whole location, or give the host no access list.") },
	{ "hsts-lost", NPM_BYPASSES, true,
	  N_("The add_header of this location drops HSTS, if the host has it switched on."),
	  N_("Remove the add_header: OpenChamber sends what is needed by itself.") },
	{ "forwarded-proto-believed", NPM_BYPASSES, true,
	  N_("X-Forwarded-Proto is taken here from whoever sends it."),
	  N_("Write $scheme, unless something in front ends TLS.") },
	{ "name-must-resolve", NPM_OFFLINE, true,
	  N_("If this name has no address when nginx starts, nginx refuses the whole host."),
	  N_("Write proxy_pass $forward_scheme://$server:$port; instead.") },
	{ "useless-header", NPM_USELESS, true,
	  N_("This header does nothing: the host's own location sets its own, and inherits none."),
	  N_("Remove this line.") },
	{ "swallowed", NPM_USELESS, true,
	  N_("The directive above does not end in ; so nginx reads this line as more values of it."),
	  N_("Write ; at the end of the directive above.") },
	{ "websockets-off", NPM_LOSES, false,
	  N_("Without Websockets Support the host's own location passes no WebSocket on."),
	  N_("Switch Websockets Support on in the proxy host.") },
};

static const struct npm_rule *
rule_named(const char *id)
{
	for (size_t i = 0; i < ARRAY_LEN(rules); i++)
		if (strcmp(rules[i].id, id) == 0)
			return &rules[i];
	return &rules[0];
}

/* ---- what was found ---- */

static void
add(struct npm_lint *l, const struct npm_rule *rule, const char *what, int line, int column)
{
	for (size_t i = 0; i < l->n; i++)
		if (l->v[i].rule == rule && l->v[i].line == line)
			return;
	if (l->n == l->cap) {
		l->cap = l->cap ? 2 * l->cap : 16;
		l->v = xreallocarray(l->v, l->cap, sizeof(*l->v));
	}
	l->v[l->n++] = (struct npm_finding){ rule, what, line, column };
}

bool
npm_lint_is_theirs(const struct npm_lint_look *k, const struct ngx_directive *d)
{
	return d && d->begin >= k->begin && d->begin < k->end;
}

void
npm_lint_add(struct npm_lint_look *k, const char *name, const struct ngx_directive *at)
{
	const struct npm_rule *rule = rule_named(name);

	if (!at)
		add(k->l, rule, _(rule->what), 0, 0);
	else if (npm_lint_is_theirs(k, at))
		add(k->l, rule, _(rule->what), at->line - k->lines, at->column);
}

void
npm_lint_say(struct npm_lint_look *k, const char *name, const char *what, int line, int column)
{
	const struct npm_rule *rule = rule_named(name);

	add(k->l, rule, what ? what : _(rule->what), line - k->lines, column);
}

size_t
npm_lint_count(const struct npm_lint *l, bool warns)
{
	size_t n = 0;

	for (size_t i = 0; i < l->n; i++)
		n += l->v[i].rule->warns == warns;
	return n;
}

bool
npm_lint_has(const struct npm_lint *l, enum npm_harm harm)
{
	for (size_t i = 0; i < l->n; i++)
		if (l->v[i].rule->harm == harm && !l->v[i].rule->warns)
			return true;
	return false;
}

void
npm_lint_free(struct npm_lint *l)
{
	free(l->v);
	arena_free(&l->arena);
	*l = (struct npm_lint){ 0 };
}

static int
by_place(const void *left, const void *right)
{
	const struct npm_finding *a = left, *b = right;

	if (a->line != b->line)
		return a->line < b->line ? -1 : 1;
	if (a->column != b->column)
		return a->column < b->column ? -1 : 1;
	return a->rule < b->rule ? -1 : a->rule > b->rule;
}

/* ---- NPM's own location / ---- */

static size_t
blanks(const char *text, size_t len, size_t i)
{
	while (i < len && isspace((unsigned char)text[i]))
		i++;
	return i;
}

/* Its expression, ^(?:.*;)?\s*?location\s*?/\s*?{ by lines and in any case, on the whole text. */
static bool
drops_at(const char *text, size_t len, size_t word)
{
	size_t i = blanks(text, len, word + strlen("location")), before = word;

	if (i >= len || text[i] != '/')
		return false;
	i = blanks(text, len, i + 1);
	if (i >= len || text[i] != '{')
		return false;
	while (before > 0 && isspace((unsigned char)text[before - 1]))
		if (text[--before] == '\n' || text[before] == '\r')
			return true;
	return before == 0 || text[before - 1] == ';';
}

static bool
dropping_word(const char *text, size_t len, size_t *at)
{
	static const char word[] = "location";

	for (size_t i = 0; i + strlen(word) <= len; i++)
		if (strncasecmp(text + i, word, strlen(word)) == 0 && drops_at(text, len, i)) {
			*at = i;
			return true;
		}
	return false;
}

bool
npm_drops_location(const char *text, size_t len)
{
	size_t at;

	return dropping_word(text, len, &at);
}

/* ---- the text in its place ---- */

/* Every value is made here or was checked by its field, except for the text, which is not put in here. */
static int
plain(struct buf *out, const char *value, struct err *e)
{
	(void)e;
	buf_puts(out, value);
	return 0;
}

int
npm_compose(struct buf *out, const char *templates, const struct npm_frame *f, size_t *at,
            struct err *e)
{
	struct arena a = { 0 };
	struct buf frame = BUF_INIT, whole = BUF_INIT;
	const char *path = fs_join(&a, templates, "npm/frame.conf"), *here;
	const struct tmpl_value values[] = {
		{ "scheme", f->scheme },
		{ "host", f->host },
		{ "port", arena_printf(&a, "%u", f->port) },
		{ "name", f->name },
		{ "listen", f->listen },
		{ "http2", f->http2 ? "on" : NULL },
		{ "force", f->force_ssl ? "on" : NULL },
		{ "websockets", f->websockets ? "on" : NULL },
		{ "location", npm_drops_location(f->text, f->len) ? NULL : "own" },
		{ "text", HERE },
	};
	int rc = -1;

	if (fs_read(&frame, path, 65536, e) == 0 &&
	    tmpl_render(&whole, path, frame.s, values, ARRAY_LEN(values), plain, e) == 0) {
		here = strstr(whole.s, HERE);
		if (here) {
			buf_add(out, whole.s, (size_t)(here - whole.s));
			*at = out->len;
			buf_add(out, f->text, f->len);
			buf_puts(out, here + strlen(HERE));
			rc = 0;
		} else {
			err_set(e, ERR_VALUE, _("The template %s has no place for the text."), path);
		}
	}
	buf_free(&whole);
	buf_free(&frame);
	arena_free(&a);
	return rc;
}

static int
lines_before(const char *text, size_t end)
{
	int n = 0;

	for (size_t i = 0; i < end; i++)
		n += text[i] == '\n';
	return n;
}

/* "text:4:1: sentence" without its place, which is told apart. */
static const char *
bare(struct npm_lint *l, const struct err *e)
{
	const char *prefix = arena_printf(&l->arena, "%s:%d:%d: ", e->file, e->line, e->column);
	const size_t n = strlen(prefix);

	return arena_strdup(&l->arena, strncmp(e->msg, prefix, n) == 0 ? e->msg + n : e->msg);
}

static bool
has_prefix_location(const struct ngx_directive *server)
{
	for (const struct ngx_directive *d = ngx_child(server, "location"); d;
	     d = ngx_next(d, "location"))
		if ((d->n_args == 1 && strcmp(d->args[0], "/") == 0) ||
		    (d->n_args == 2 && strcmp(d->args[0], "^~") == 0 && strcmp(d->args[1], "/") == 0))
			return true;
	return false;
}

static void
look_for_dropped(struct npm_lint_look *k, const char *text, size_t len)
{
	const struct npm_rule *rule = rule_named("location-dropped");
	size_t at, line = 0;

	if (!dropping_word(text, len, &at))
		return;
	k->own_gone = true;
	if (has_prefix_location(k->server))
		return;
	for (size_t i = 0; i < at; i++)
		if (text[i] == '\n')
			line = i + 1;
	add(k->l, rule, _(rule->what), 1 + lines_before(text, at), (int)(at - line) + 1);
}

static int
judge(struct npm_lint *l, const char *templates, const struct needs *needs, const char *text,
      size_t len, struct err *e)
{
	const struct npm_frame frame = {
		.scheme = "http", .host = "192.0.2.10", .port = 3000, .name = "chat.example.org",
		.listen = "    listen 80;\n    listen 443 ssl;", .websockets = l->websockets,
		.http2 = true, .text = text, .len = len,
	};
	struct npm_lint_look k = { .l = l, .needs = needs };
	struct buf whole = BUF_INIT, http = BUF_INIT;
	struct ngx_conf conf = { 0 };
	int rc = -1;

	if (npm_compose(&whole, templates, &frame, &k.begin, e) < 0)
		goto out;
	buf_puts(&http, "http {\n");
	k.begin += http.len;
	k.end = k.begin + len;
	buf_add(&http, whole.s, whole.len);
	buf_puts(&http, "}\n");
	k.lines = lines_before(http.s, k.begin);
	if (ngx_parse(&conf, http.s, http.len, "npm/frame.conf", e) < 0)
		goto out;
	k.conf = &conf;
	k.composed = http.s;
	k.server = ngx_child(ngx_http(&conf), "server");
	look_for_dropped(&k, text, len);
	rc = npm_lint_refused(&k, templates, e);
	if (rc == 0) {
		npm_lint_between(&k);
		npm_lint_routes(&k);
	}
	if (l->n)
		qsort(l->v, l->n, sizeof(*l->v), by_place);
out:
	ngx_free(&conf);
	buf_free(&http);
	buf_free(&whole);
	return rc;
}

/* Alone first: what is not closed, or closes too much, has its place in the text and not in the frame. */
int
npm_lint_text(struct npm_lint *l, const char *templates, const struct needs *needs,
              const char *text, size_t len, struct err *e)
{
	struct ngx_conf alone = { 0 };
	struct err why = { 0 };
	int rc = 0;

	if (ngx_parse(&alone, text, len, "Advanced", &why) < 0)
		add(l, rule_named("syntax"), bare(l, &why), why.line, why.column);
	else
		rc = judge(l, templates, needs, text, len, e);
	ngx_free(&alone);
	return rc;
}
