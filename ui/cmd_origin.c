/* cmd_origin.c - the built-in OpenChamber alone, until a signal. */
#include "cmd.h"

#include <stdio.h>
#include <unistd.h>

#include "base/i18n.h"
#include "origin/origin.h"

static void
announce(const struct options *o, const struct origin *origin)
{
	char url[64];

	snprintf(url, sizeof(url), "http://127.0.0.1:%u", origin_port(origin));
	if (o->json) {
		struct json *doc = cmd_json(o);
		json_set_string(doc, "listening", url);
		json_set_string(doc, "serverId", origin_server_id(origin));
		cmd_put_json(doc);
	} else if (isatty(STDOUT_FILENO)) {
		struct buf line = BUF_INIT;
		/* TRANSLATORS: %s is an address */
		buf_printf(&line, _("The built-in OpenChamber listens at %s. Ctrl-C ends it."), url);
		cmd_say(stdout, line.s);
		buf_free(&line);
	} else {
		/* Scripts read this line, whatever the language. */
		printf("listening on %s\n", url);
	}
	fflush(stdout);
}

int
cmd_origin(const struct options *o)
{
	const struct origin_options options = {
		.port = o->port,
		.password = o->password,
		.server_id = o->server_id,
		.misbehave = o->misbehave,
		.pace = o->pace,
	};
	struct origin *origin = NULL;
	const bool never = false;
	struct err e = { 0 };
	struct cmd c;
	int status;

	if (cmd_open(&c, o, &e) < 0 || !(origin = origin_start(c.loop, &c.needs, &options, &e))) {
		status = cmd_fail(o, &e);
	} else {
		announce(o, origin);
		cmd_wait(&c, &never, &e);
		status = cmd_status(&c, 0);
	}
	origin_free(origin);
	cmd_close(&c);
	return status;
}
