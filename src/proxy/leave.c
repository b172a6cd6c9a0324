#include "proxy/leave.h"

#include <string.h>

#include "base/i18n.h"

bool
leave_changes(const struct steps *s, const char *path, const char **text)
{
	for (size_t i = 0; i < s->n; i++) {
		const struct step *one = &s->v[i];

		if ((one->kind != STEP_WRITE && one->kind != STEP_SET_ASIDE) || strcmp(one->path, path) != 0)
			continue;
		*text = one->kind == STEP_WRITE ? one->text : NULL;
		return true;
	}
	return false;
}

static int
refuse(const struct proxy_found *f, const char *unit, struct err *e)
{
	struct arena a = { 0 };
	const char *command = unit ? arena_printf(&a, "systemctl disable --now %s", unit)
	                           : arena_printf(&a, "kill %ld", (long)f->master);

	err_set(e, ERR_CONFLICT,
	        _("%1$s has no other site and cannot run without one. Stop it, then try again: %2$s"),
	        f->proxy->label, command);
	arena_free(&a);
	return -1;
}

/* Who gave it commands of his own runs it in a way that we do not know. */
int
leave_stop(struct steps *out, const struct proxy_context *c, const char *unit,
           const char *const *stop, const char *const *again, struct err *e)
{
	if (c->answers->reload_argv || !c->answers->reload || (!unit && (!stop || !again)))
		return refuse(c->found, unit, e);
	if (unit)
		steps_stop(out, (const char *const[]){ "systemctl", "stop", unit, NULL },
		           (const char *const[]){ "systemctl", "start", unit, NULL });
	else
		steps_stop(out, stop, again);
	return 1;
}
