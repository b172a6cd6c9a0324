/* more.c - the answers that are rarely needed: everything of the answers file that no step asks. */
#include "setup/public.h"

#include <string.h>

#include "base/buf.h"
#include "base/i18n.h"

static const struct {
	const char *key;
	const char *label, *hint; /* N_() */
	bool        file;         /* of a proxy that is written as a file, here */
} more[] = {
	/* TRANSLATORS: labels of fields, at most 20 columns, and their hints */
	{ "listen.address",    N_("Listen on address"), N_("* is every one of this server"), true },
	{ "listen.http",       N_("Port for http"),     N_("empty: 80, or the address's own"), true },
	{ "listen.https",      N_("Port for https"),    N_("empty: 443, or the address's own"), true },
	{ "limits.connect",    N_("Connect within"),    N_("how long to wait for OpenChamber"), false },
	{ "cdn",               N_("In front"),          N_("none; cloudflare; other: another proxy"), false },
	{ "trusted",           N_("Trusted in front"),  N_("with other, as 203.0.113.0/24"), false },
	{ "files.config",      N_("File of the site"),  "", true },
	{ "commands.validate", N_("Check command"),     "", true },
	{ "commands.reload",   N_("Reload command"),    "", true },
	{ KEEPING_KEY,         N_("Ask to keep it"),    N_("as 120s: undone unless you keep it"), false },
	{ "reload",            N_("Reload at the end"), N_("yes, or no: you reload it yourself"), true },
};

static size_t
find(const char *key)
{
	size_t i = 0;

	while (i < ARRAY_LEN(more) && strcmp(more[i].key, key) != 0)
		i++;
	return i;
}

const char *
more_label(const char *key)
{
	const size_t i = find(key);

	return i < ARRAY_LEN(more) ? _(more[i].label) : NULL;
}

/* What the plan has where nothing was answered. */
static const char *
found_instead(const struct setup *s, const char *key)
{
	const enum step_role role = strcmp(key, "commands.validate") == 0 ? ROLE_VALIDATE
	                          : strcmp(key, "commands.reload") == 0 ? ROLE_RELOAD : ROLE_NONE;
	struct buf b = BUF_INIT;
	const char *text = "";

	for (size_t i = 0; s->has_plan && i < s->plan.steps.n && !b.len; i++) {
		const struct step *step = &s->plan.steps.v[i];

		if (role != ROLE_NONE ? step->role == role : step->kind == STEP_WRITE)
			role != ROLE_NONE ? plan_object(&b, &s->plan, i) : buf_puts(&b, step->path);
	}
	if (b.len) /* TRANSLATORS: %s is a file or a command: what is taken where the field is empty */
		text = say(s, _("empty: %s"), b.s);
	buf_free(&b);
	return text;
}

const char *
more_hint(const struct setup *s, const char *key)
{
	const size_t i = find(key);

	if (i == ARRAY_LEN(more))
		return "";
	return *more[i].hint ? _(more[i].hint) : found_instead(s, key);
}

/* Where nothing is written as a file, its name and its commands mean nothing. */
bool
more_is_shown(const struct setup *s, const char *key)
{
	const size_t i = find(key);

	if (strcmp(key, KEEPING_KEY) == 0)
		return front_may_tell(s);
	return i == ARRAY_LEN(more) || !more[i].file || (!s->by_hand && certs_kept_by(s) != CERTS_THERE);
}
