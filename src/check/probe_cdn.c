/* Is a CDN in the path, and is it in the way? */
#include "check/run.h"

#include <string.h>

#include "base/i18n.h"

#define CDN_MEGABYTES 100 /* of the smallest plan */
#define CDN_QUIET_S   100

static void
judge_limit(struct check *limit, const struct check_options *o, const char *cdn, const char *wanted)
{
	const unsigned megabytes = o->cdn_plan ? o->cdn_megabytes : CDN_MEGABYTES;

	if (o->body > megabytes * 1024ULL * 1024 && o->cdn_plan)
		/* TRANSLATORS: %1$s is Cloudflare, %2$s its plan: Pro; %4$s is a size */
		check_blame(limit, CHECK_WARN, "cdn-limit",
		            _("%1$s stops uploads at %3$u MB with the plan %2$s; wanted are %4$s."), cdn, o->cdn_plan,
		            megabytes, wanted);
	else if (o->body > megabytes * 1024ULL * 1024)
		check_blame(limit, CHECK_WARN, "cdn-limit",
		            _("%1$s stops uploads at 100 MB (Business 200, Enterprise 500); wanted are %2$s."), cdn, wanted);
	else if (o->stream > CDN_QUIET_S)
		check_blame(limit, CHECK_WARN, "cdn-limit",
		            _("%1$s cuts what is quiet for 100 to 120 s; wanted are %2$u s."), cdn, o->stream);
	else
		check_pass(limit, _("%s takes what was asked for."), cdn);
}

void
probe_cdn(struct side *s)
{
	const struct check_options *o = &s->run->options;
	struct check *path = check_on(s, "cdn.path"), *limit = check_on(s, "cdn.limit");

	note_string(path, "cdn", s->cdn);
	if (!s->cdn) {
		check_pass(path, _("No CDN was seen in the path."));
		check_pass(limit, _("No CDN was seen in the path."));
		return;
	}
	check_pass(path, _("%s is in the path."), s->cdn);
	if (strcmp(s->cdn, "Cloudflare"))
		check_moot(limit, _("The limits of %s are not known here."), s->cdn);
	else
		judge_limit(limit, o, s->cdn, say_size(&s->run->arena, o->body));
}
