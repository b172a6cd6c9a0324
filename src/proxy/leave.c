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

int
leave_refuse(const struct proxy_found *f, const char *unit, struct err *e)
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
