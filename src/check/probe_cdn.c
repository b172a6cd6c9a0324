/* Is a CDN in the path, and is it in the way? */
#include "check/run.h"

#include <string.h>

#include "base/i18n.h"

#define CDN_QUIET_S 100

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
	else if (o->body > 100ULL * 1024 * 1024)
		check_blame(limit, CHECK_WARN, "cdn-limit",
		            _("%1$s stops uploads at 100 MB (Business 200, Enterprise 500); wanted are %2$s."), s->cdn,
		            say_size(&s->run->arena, o->body));
	else if (o->stream > CDN_QUIET_S)
		check_blame(limit, CHECK_WARN, "cdn-limit",
		            _("%1$s cuts what is quiet for 100 to 120 s; wanted are %2$u s."),
		            s->cdn, o->stream);
	else
		check_pass(limit, _("%s takes what was asked for."), s->cdn);
}
