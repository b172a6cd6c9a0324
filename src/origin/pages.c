#include "origin/pages.h"

#include <time.h>
#include <unistd.h>

#include "base/json.h"
#include "base/mem.h"
#include "origin/reply.h"

enum { PAGE_SIZE = 48 * 1024, OPENCODE_PORT = 4096 };

const char pages_other[] =
	"<!doctype html>\n<html><head><title>It works!</title></head>\n"
	"<body><h1>It works!</h1><p>This page belongs to another program.</p></body></html>\n";

static const char *const capabilities[] = {
	"api.health.v1", "api.runtime-url.v1", "api.raw-file.v1", "realtime.sse.v1",
	"realtime.websocket.global-events.v1", "terminal.websocket.v1",
};

long long
pages_clock(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

static void
set_time(struct json *j, const char *key, long long ms)
{
	struct buf text = BUF_INIT;
	time_t seconds = (time_t)(ms / 1000);
	struct tm tm;

	gmtime_r(&seconds, &tm);
	buf_printf(&text, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", tm.tm_year + 1900, tm.tm_mon + 1,
	           tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec, (int)(ms % 1000));
	json_set_string(j, key, text.s);
	buf_free(&text);
}

/* The head that /api/version and /health share. */
static struct json *
identity(const struct origin *o)
{
	struct json *j = json_object(), *compatibility = json_object(), *list = json_array();

	json_set_string(j, "status", "ok");
	json_set_string(j, "openchamberVersion", o->version);
	json_set_string(j, "runtime", "web");
	set_time(j, "startedAt", o->started);
	json_set_int(compatibility, "apiVersion", 1);
	json_set_int(compatibility, "minClientApiVersion", 1);
	for (size_t i = 0; i < ARRAY_LEN(capabilities); i++)
		json_push(list, json_string(capabilities[i]));
	json_set(compatibility, "capabilities", list);
	json_set(j, "compatibility", compatibility);
	if (!(o->options.misbehave & ORIGIN_NO_SERVER_ID))
		json_set_string(j, "serverId", o->server_id);
	return j;
}

void
pages_version(struct conn *c)
{
	reply_json(c, 200, NULL, identity(c->origin));
}

/* Where OpenCode was looked for; it makes the answer as long as the real one. */
static struct json *
binaries(void)
{
	static const char *const dirs[] = {
		"/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin",
		"/snap/bin", "/home/openchamber/.opencode/bin", "/home/openchamber/.bun/bin",
		"/home/openchamber/.local/bin",
	};
	struct json *list = json_array();

	for (size_t i = 0; i < ARRAY_LEN(dirs); i++) {
		struct json *j = json_object();

		json_set_string(j, "directory", dirs[i]);
		json_set_bool(j, "exists", i < 6);
		json_set_bool(j, "executable", i == 7);
		json_push(list, j);
	}
	return list;
}

void
pages_health(struct conn *c)
{
	struct origin *o = c->origin;
	bool ready = !(o->options.misbehave & ORIGIN_STARTING);
	struct json *j = identity(o);
	long long now = pages_clock();

	/* Two answers never carry the same time, so that a cached one is recognised. */
	o->stamped = now > o->stamped ? now : o->stamped + 1;
	set_time(j, "timestamp", o->stamped);
	json_set_int(j, "openCodePort", OPENCODE_PORT);
	json_set_bool(j, "openCodeRunning", ready);
	json_set_bool(j, "openCodeSecureConnection", true);
	json_set_string(j, "openCodeAuthSource", "generated");
	json_set_string(j, "openCodeApiPrefix", "");
	json_set_bool(j, "openCodeApiPrefixDetected", true);
	json_set_bool(j, "isOpenCodeReady", ready);
	json_set(j, "lastOpenCodeError", json_null());
	json_set_string(j, "opencodeBinaryResolved", "/home/openchamber/.opencode/bin/opencode");
	json_set_string(j, "opencodeBinarySource", "path");
	json_set_string(j, "nodeBinaryResolved", "/usr/local/bin/node");
	json_set(j, "opencodeSearchPath", binaries());
	reply_json(c, 200, NULL, j);
}

void
pages_system(struct conn *c)
{
	const struct origin *o = c->origin;
	struct json *j = json_object();

	json_set_string(j, "openchamberVersion", o->version);
	json_set_string(j, "runtime", "web");
	json_set_int(j, "pid", getpid());
	set_time(j, "startedAt", o->started);
	json_set_int(j, "port", o->port);
	json_set(j, "tunnelUrl", json_null());
	reply_json(c, 200, NULL, j);
}

void
pages_settings(struct conn *c)
{
	struct json *j = json_object();

	json_set_string(j, "themeId", "flexoki-dark");
	json_set_bool(j, "useSystemTheme", true);
	json_set_string(j, "lastDirectory", "/home/openchamber/projects");
	json_set(j, "projects", json_array());
	reply_json(c, 200, NULL, j);
}

void
pages_app(struct buf *out)
{
	static const char *const words[] = {
		"session", "message", "terminal", "branch", "commit", "worktree", "provider", "model",
		"agent", "prompt", "diff", "file", "panel", "theme", "notification", "project",
	};
	unsigned n = 1;

	buf_puts(out, "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
	              "<title>OpenChamber</title>\n</head>\n<body>\n<div id=\"root\"></div>\n"
	              "<script type=\"application/json\">\n[");
	while (out->len < PAGE_SIZE - 80) {
		n = n * 1103515245u + 12345u; /* the same page in every run */
		buf_printf(out, "{\"%s\":\"%s-%x\"},\n", words[n >> 16 & 15],
		           words[n >> 20 & 15], n >> 8);
	}
	buf_puts(out, "{}]\n</script>\n</body>\n</html>\n");
}

void
pages_index(struct conn *c)
{
	const struct buf *page = &c->origin->page;

	reply_send(c, &(struct reply){ .status = 200, .type = REPLY_HTML,
	                               .body = page->s, .len = page->len });
}
