/*
 * report.h - what a run of the checklist found, for people: on a terminal, in a pipe, in a file.
 *
 * One aligned line a check: a mark and a word for its state, its label, what
 * was seen.  Under what failed: what that means, why it matters, what fixes
 * it, and the line to blame.  Last one sentence and the counts.  Nothing is
 * told by colour or by a character beyond ASCII alone.
 */
#ifndef UI_REPORT_H
#define UI_REPORT_H

#include <stdbool.h>
#include <stdio.h>

#include "apply/apply.h"
#include "check/check.h"

struct report {
	FILE *out;
	bool  utf8;    /* marks and letters beyond ASCII */
	bool  colour;
	bool  plain;   /* no marks, no columns: "pass: label, detail" */
	int   width;   /* of the terminal; 0: lines are not broken */
};

/* `color' is auto, always or never; NULL and auto ask NO_COLOR, TERM and whether `out' is a terminal. */
void report_init(struct report *r, FILE *out, const char *color, bool plain);

/* One line of text, broken at the terminal's width; an empty one is a blank line. */
void report_line(struct report *r, const char *text);

/* Where the two targets are, as people write them; NULL: there is none. */
struct report_targets {
	const char *origin, *public_url;
};

void report_checks(struct report *r, const struct check_run *run, const struct report_targets *t);
void report_verdict(struct report *r, const struct check_run *run);

extern const char *const report_groups[N_CHECK_GROUPS]; /* N_(): headings */
/*
 * A cause is explained once, at the first of its checks: was it already, and
 * which others have it?  Their labels are appended.
 */
bool report_is_alike(const struct check_run *run, size_t i, size_t k);
bool report_is_told(const struct check_run *run, size_t i);
void report_also(struct buf *out, const struct check_run *run, size_t i);
const char *report_sentence(const struct check_run *run);  /* the verdict, translated */
void report_counts(struct buf *out, const struct check_run *run); /* "passed 14, warnings 1, ..." */

/* "done  write  /etc/...": a step of an apply; a step that only begins prints nothing. */
void report_step(struct report *r, const struct progress *p);

/* "pass" and the like with its mark, a label, a detail: for what is no check of a run. */
void report_state(struct report *r, enum check_status s, const char *word, const char *label,
                  const char *detail);

/* The same as a Markdown file without secrets; `e' names what could not be written. */
int report_markdown(const char *path, const char *title, const struct check_run *run,
                    const struct report_targets *t, struct err *e);

#endif
