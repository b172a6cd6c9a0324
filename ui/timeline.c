#include "timeline.h"

#include <stdio.h>
#include <string.h>

#include "base/i18n.h"
#include "base/mem.h"
#include "base/text.h"

#define MAX_COLUMNS 128

static bool
is_missing(const struct check_timeline *t)
{
	for (size_t i = 0; i < t->n; i++)
		if (t->arrived[i] < 0)
			return true;
	return false;
}

static double
latest(const struct check_timeline *t)
{
	double last = is_missing(t) && !t->cut ? t->deadline : 0;

	for (size_t i = 0; i < t->n; i++) {
		if (t->sent[i] > last)
			last = t->sent[i];
		if (t->arrived[i] > last)
			last = t->arrived[i];
	}
	return last;
}

struct timeline_scale
timeline_scale(const struct check_timeline *const *t, size_t n, int columns)
{
	static const struct {
		double length;
		int steps;
	} known[] = { { 1, 4 }, { 2, 4 }, { 5, 5 }, { 10, 5 }, { 30, 6 } };
	struct timeline_scale k = { .length = 30, .steps = 6 };
	double last = 0;
	int wide;

	for (size_t i = 0; i < n; i++)
		if (t[i] && latest(t[i]) > last)
			last = latest(t[i]);
	/* A few milliseconds on the way do not make a second second. */
	for (size_t i = ARRAY_LEN(known); i-- > 0;)
		if (last <= known[i].length * 1.05)
			k = (struct timeline_scale){ .length = known[i].length,
				                     .steps = known[i].steps };
	wide = (columns < MAX_COLUMNS ? columns : MAX_COLUMNS) - 1;
	wide = wide / k.steps < 10 ? wide / k.steps : 10;
	k.columns = (wide > 1 ? wide : 1) * k.steps + 1;
	return k;
}

static int
column(const struct timeline_scale *k, double seconds)
{
	const int c = (int)(seconds / k->length * (k->columns - 1) + 1e-6);

	return c < 0 ? 0 : c >= k->columns ? k->columns - 1 : c;
}

static void
put(char *row, int at)
{
	if (row[at] == '*')
		row[at] = '2';
	else if (row[at] >= '2' && row[at] < '9')
		row[at]++;
	else if (row[at] == '9' || row[at] == '+')
		row[at] = '+';
	else
		row[at] = '*';
}

static void
add_row(struct buf *out, const char *row, int n)
{
	while (n > 0 && row[n - 1] == ' ')
		n--;
	buf_add(out, row, (size_t)n);
}

void
timeline_seconds(struct buf *out, const struct timeline_scale *k)
{
	const int step = (k->columns - 1) / k->steps;

	for (int i = 0, at = 0; i <= k->steps; i++) {
		struct buf b = BUF_INIT;
		char number[16];

		snprintf(number, sizeof(number), "%g", k->length * i / k->steps);
		for (; at < i * step; at++)
			buf_putc(out, ' ');
		for (char *c = number; *c; c++) /* the decimal mark of the language */
			if (*c == '.') {
				text_seconds(&b, 0.5);
				*c = b.s[1];
				buf_free(&b);
			}
		buf_puts(out, number);
		at += (int)strlen(number);
	}
}

void
timeline_sent(struct buf *out, const struct timeline_scale *k, const struct check_timeline *t)
{
	char row[MAX_COLUMNS + 1];
	int last = 0;

	memset(row, ' ', sizeof(row));
	for (size_t i = 0; i < t->n; i++)
		if (column(k, t->sent[i]) > last)
			last = column(k, t->sent[i]);
	for (int c = t->n ? column(k, t->sent[0]) : 1; c <= last; c++)
		row[c] = '-';
	for (size_t i = 0; i < t->n; i++)
		put(row, column(k, t->sent[i]));
	add_row(out, row, k->columns);
}

void
timeline_arrived(struct buf *out, const struct timeline_scale *k, const struct check_timeline *t)
{
	char row[MAX_COLUMNS + 1];
	int first = k->columns, last = -1;

	memset(row, ' ', sizeof(row));
	for (size_t i = 0; i < t->n; i++)
		if (t->arrived[i] >= 0) {
			const int c = column(k, t->arrived[i]);

			first = c < first ? c : first;
			last = c > last ? c : last;
		}
	if (last < 0)
		first = 0;
	for (int c = 0; c < first; c++)
		row[c] = '.';
	for (int c = first; c <= last; c++)
		row[c] = '-';
	for (size_t i = 0; i < t->n; i++)
		if (t->arrived[i] >= 0)
			put(row, column(k, t->arrived[i]));
	if (t->cut) {
		row[last + 1 < k->columns ? last + 1 : k->columns - 1] = 'x';
	} else if (is_missing(t)) {
		const int end = column(k, t->deadline);

		for (int c = last + 1; c < end; c++)
			row[c] = '.';
		row[end] = '>';
	}
	add_row(out, row, k->columns);
}

bool
timeline_worst(struct buf *out, const struct check_timeline *t)
{
	struct buf b = BUF_INIT;
	double worst = 0;

	if (!t->n || is_missing(t))
		return false;
	for (size_t i = 0; i < t->n; i++)
		if (t->arrived[i] - t->sent[i] > worst)
			worst = t->arrived[i] - t->sent[i];
	text_seconds(&b, worst);
	/* TRANSLATORS: %s is the longest time that one of the events was on its way */
	buf_printf(out, _("The slowest event arrived %s seconds after it was sent."), b.s);
	buf_free(&b);
	return true;
}

/* Between two times, where a comma may stand in one. */
static const char *
between(void)
{
	struct buf b = BUF_INIT;
	bool comma;

	text_seconds(&b, 0.5);
	comma = strchr(b.s, ',') != NULL;
	buf_free(&b);
	return comma ? "; " : ", ";
}

static void
put_times(struct buf *out, const double *v, size_t n)
{
	bool any = false;

	for (size_t i = 0; i < n; i++) {
		if (v[i] < 0)
			continue;
		if (any)
			buf_puts(out, between());
		if (v[i] == 0) /* "0", not "0.000" */
			buf_putc(out, '0');
		else
			text_seconds(out, v[i]);
		any = true;
	}
}

void
timeline_words(struct buf *out, const struct check_timeline *t)
{
	struct buf sent = BUF_INIT, arrived = BUF_INIT;

	put_times(&sent, t->sent, t->n);
	put_times(&arrived, t->arrived, t->n);
	if (arrived.len)
		/* TRANSLATORS: both are lists of seconds, like "0, 0.25, 0.5" */
		buf_printf(out, _("sent at %1$s seconds; arrived at %2$s seconds"), sent.s,
		           arrived.s);
	else
		buf_printf(out, _("sent at %s seconds; nothing arrived"), sent.s);
	buf_free(&sent);
	buf_free(&arrived);
}
