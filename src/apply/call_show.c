#include "apply/call_show.h"

#include <limits.h>
#include <stdbool.h>
#include <string.h>

#include "apply/diff.h"
#include "base/text.h"
#include "proxy/service.h"

void
call_object(struct buf *out, const struct call *c)
{
	struct arena a = { 0 };
	const char *path = service_fill(&a, c->path, c->key);

	buf_printf(out, "%s ", c->method);
	text_safe(out, path, strlen(path), PATH_MAX);
	arena_free(&a);
}

static bool
is_secret(const char *key)
{
	static const char *const words[] = { "secret", "password", "token", "private" };

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (strcasestr(key, words[i]))
			return true;
	return false;
}

static void
put_text(struct buf *out, const char *text)
{
	while (*text) {
		size_t n = strcspn(text, "\n");

		buf_printf(out, "    %.*s\n", (int)n, text);
		text += n + (text[n] == '\n');
	}
}

static void
put_member(void *ctx, const char *key, const struct json *value)
{
	struct buf *out = ctx;
	const char *text = json_text(value);

	buf_printf(out, "%s:", key);
	if (is_secret(key)) {
		buf_puts(out, " (not shown)\n");
	} else if (text && strchr(text, '\n')) {
		buf_putc(out, '\n');
		put_text(out, text);
	} else {
		buf_putc(out, ' ');
		json_write(out, value, false);
		buf_putc(out, '\n');
	}
}

static void
put_members(struct buf *out, const char *text)
{
	struct err e = { 0 };
	struct json *j = text ? json_parse(text, strlen(text), "call", &e) : NULL;

	json_each(j, put_member, out);
	json_free(j);
}

void
diff_call(struct buf *out, const struct call *c)
{
	struct buf was = BUF_INIT, is = BUF_INIT, name = BUF_INIT;

	put_members(&was, c->was);
	put_members(&is, c->is);
	buf_puts(&name, c->base);
	buf_putc(&name, ' ');
	call_object(&name, c);
	diff_unified(out, c->was ? name.s : "/dev/null", was.s, c->is ? name.s : "/dev/null", is.s);
	buf_free(&was);
	buf_free(&is);
	buf_free(&name);
}

void
call_text(struct buf *out, const struct call *c)
{
	struct err e = { 0 };
	struct json *j = c->body ? json_parse(c->body, strlen(c->body), "call", &e) : NULL;

	if (j)
		json_write(out, j, true);
	buf_putc(out, '\n');
	json_free(j);
}

struct json *
call_print_json(const struct call *c)
{
	struct json *j = json_object();
	struct arena a = { 0 };
	struct err e = { 0 };

	json_set_string(j, "service", c->service);
	json_set_string(j, "method", c->method);
	json_set_string(j, "url",
	                arena_printf(&a, "%s%s", c->base, service_fill(&a, c->path, c->key)));
	if (c->body)
		json_set(j, "body", json_parse(c->body, strlen(c->body), "call", &e));
	arena_free(&a);
	return j;
}
