/* plain_tell.c - what was seen, a line each. */
#include <string.h>

#include "base/buf.h"
#include "base/i18n.h"
#include "base/text.h"
#include "plain.h"
#include "timeline.h"

#define MAX_ROWS 16

/* Behind what it belongs to; a time in words, as everywhere in these lines. */
static void
put_value(struct buf *out, const char *value, double seconds)
{
	struct buf time = BUF_INIT;

	text_seconds(&time, seconds);
	if (seconds > 0) {
		buf_puts(out, ", "); /* TRANSLATORS: a time that was measured, in line mode: "0.004 seconds" */
		buf_printf(out, _("%s seconds"), time.s);
	} else if (*value) {
		buf_printf(out, ", %s", value);
	}
	buf_free(&time);
}

/* "pass: name, chat.example.org is 203.0.113.7": what stands in columns elsewhere is joined. */
void
plain_line(struct plain *p, enum page page, const struct setup_line *line)
{
	const char *colon = page_step(page) == PAGE_PUBLIC ? strstr(line->text, ": ") : NULL;
	struct buf b = BUF_INIT;

	if (colon && !memchr(line->text, ' ', (size_t)(colon - line->text)))
		buf_printf(&b, "%.*s, %s", (int)(colon - line->text), line->text, colon + 2);
	else
		buf_puts(&b, line->text);
	put_value(&b, line->value, line->seconds);
	if (*line->word)
		plain_state(p, line->mark, line->word, b.s);
	else
		plain_say(p, b.s);
	buf_free(&b);
}

void
plain_lines(struct plain *p, enum page page)
{
	struct setup_line line[MAX_LINES];
	const size_t n = setup_lines(p->setup, page, line, MAX_LINES);

	for (size_t i = 0; i < n; i++)
		if (line[i].mark != MARK_NOW)
			plain_line(p, page, &line[i]);
}

void
plain_address(struct plain *p)
{
	struct setup_field f[MAX_EDITORS];
	const size_t n = setup_fields(p->setup, p->page, f, MAX_EDITORS);

	for (size_t i = 0; i < n; i++)
		if (strcmp(f[i].key, "public") == 0 && *f[i].value) {
			struct buf b = BUF_INIT;

			buf_printf(&b, _("Address used: %s"), f[i].value);
			if (*f[i].hint)
				buf_printf(&b, ", %s.", f[i].hint);
			plain_say(p, b.s);
			buf_free(&b);
		}
}

/* What cannot be chosen is left out where nothing is to be learned from it; the others keep their numbers. */
void
plain_row(struct plain *p, const char *list, size_t i, const struct setup_choice *c)
{
	struct buf b = BUF_INIT;

	if (!c->possible && (strcmp(list, "later") == 0 || strcmp(list, "taken") == 0))
		return;
	buf_printf(&b, *c->state ? "%zu %s, %s" : "%zu %s", i + 1, c->label, c->state);
	plain_say(p, b.s);
	buf_free(&b);
}

/* One line a row: how the rehearsal did; other ways only where they did worse. */
static void
tell_table(struct plain *p)
{
	struct setup_row row[MAX_ROWS];
	const char *corner;
	const size_t n = setup_table(p->setup, p->page, row, MAX_ROWS, &corner);

	for (size_t i = 0; i < n; i++)
		for (int w = 0; w < N_WAYS; w++) {
			const struct setup_cell *c = &row[i].cell[w];
			const bool bad = c->mark == MARK_FAIL || c->mark == MARK_WARN;
			struct buf b = BUF_INIT;

			if (!*c->word || !setup_has_way(p->setup, (enum way)w) ||
			    (w != WAY_REHEARSAL && !bad))
				continue;
			buf_puts(&b, row[i].label);
			if (w != WAY_REHEARSAL)
				buf_printf(&b, ", %s", setup_way_name((enum way)w));
			put_value(&b, c->value, c->seconds);
			plain_state(p, c->mark, c->word, b.s);
			buf_free(&b);
		}
}

static void
tell_timeline(struct plain *p)
{
	const struct check_timeline *t = setup_timeline(p->setup, WAY_REHEARSAL);
	struct buf b = BUF_INIT;

	if (p->page != PAGE_SSE || !t)
		return;
	if (timeline_worst(&b, t)) /* else some are missing: which, the times tell */
		plain_say(p, b.s);
	if (setup_mark(p->setup, PAGE_SSE) != MARK_PASS || !b.len) {
		buf_cut(&b, 0);
		timeline_words(&b, t);
		buf_putc(&b, '.');
		plain_say(p, b.s);
	}
	buf_free(&b);
}

/* The last paragraph says which key to press; here are none, so only a failure is told to its end. */
void
plain_advice(struct plain *p)
{
	const char *const *a = setup_advice(p->setup, p->page);
	const enum mark m = setup_mark(p->setup, p->page);
	const bool whole = m == MARK_FAIL;

	if (*a && part_has_verdict(p->setup, p->page))
		plain_state(p, m, setup_mark_word(m), *a++);
	for (; *a; a++)
		if (whole || a[1])
			plain_say(p, *a);
}

static void
tell_count(struct plain *p)
{
	static const struct { enum mark mark; const char *text; } kinds[] = {
		{ MARK_PASS, N_("passed %d") }, { MARK_WARN, N_("warnings %d") },
		{ MARK_FAIL, N_("failed %d") }, { MARK_SKIP, N_("skipped %d") },
	};
	struct setup_line line[MAX_LINES];
	const size_t n = setup_lines(p->setup, PAGE_DIRECT, line, MAX_LINES);
	struct buf b = BUF_INIT;

	buf_puts(&b, _(pages[PAGE_DIRECT].name));
	for (size_t k = 0; k < ARRAY_LEN(kinds); k++) {
		int count = 0;

		for (size_t i = 0; i < n; i++)
			count += line[i].mark == kinds[k].mark;
		if (!count)
			continue;
		buf_puts(&b, strchr(b.s, ':') ? ", " : ": ");
		buf_printf(&b, _(kinds[k].text), count);
	}
	buf_putc(&b, '.');
	plain_say(p, b.s);
	buf_free(&b);
}

void
plain_seen(struct plain *p)
{
	plain_lines(p, p->page);
	tell_table(p);
	tell_timeline(p);
}

void
plain_tell(struct plain *p)
{
	p->told = p->told_once[p->page] = true;
	plain_seen(p);
	plain_advice(p);
	if (p->page == PAGE_DIRECT)
		tell_count(p);
}
