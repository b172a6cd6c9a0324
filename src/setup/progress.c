/* progress.c - how far a change is: its steps, as they are told, by a child or by ourselves. */
#include "setup/state.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"

void
progress_clear(struct setup *s)
{
	for (size_t i = 0; i < s->n_progress; i++) {
		free(s->progress[i].step);
		free(s->progress[i].text);
	}
	free(s->progress);
	s->progress = NULL;
	s->n_progress = 0;
}

/* A step keeps its place: a later line of the same step replaces the one that said `now'. */
void
progress_note(void *ctx, const struct progress *p)
{
	struct setup *s = ctx;
	struct apply_line *l = NULL;

	for (size_t i = s->n_progress; i-- > 0 && !l;)
		if (s->progress[i].state == PROGRESS_NOW && strcmp(s->progress[i].step, p->step) == 0)
			l = &s->progress[i];
	if (!l) {
		s->progress = xreallocarray(s->progress, s->n_progress + 1, sizeof(*s->progress));
		l = &s->progress[s->n_progress++];
		*l = (struct apply_line){ .step = xstrdup(p->step), .from = loop_seconds() };
	}
	/* It counts from where it is told, and another line of the same step goes on with it. */
	if (p->within)
		l->from = loop_seconds(), l->within = p->within;
	free(l->text);
	l->text = xstrdup(p->text);
	l->state = p->state;
	setup_tell(s);
}

bool
progress_read(struct setup *s, const char *line, size_t len)
{
	static const char *const states[] = { "now", "done", "fail", "skip" };
	struct err e = { 0 };
	struct json *j;

	if (strncmp(line, "{\"step\"", 7) != 0)
		return false;
	j = json_parse(line, len, "progress", &e);
	for (size_t i = 0; j && i < ARRAY_LEN(states); i++)
		if (strcmp(json_get_string(j, "state", ""), states[i]) == 0) {
			s->places = (size_t)json_get_int(j, "places", (long long)s->places);
			progress_note(s, &(struct progress){ .step = json_get_string(j, "step", ""), .state = (enum progress_state)i,
			              .text = json_get_string(j, "text", ""), .within = (unsigned)json_get_int(j, "within", 0) });
		}
	json_free(j);
	return true;
}
