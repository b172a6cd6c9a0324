/*
 * page.h - the steps of the wizard, in the order of the checklist: one table for every face.
 */
#ifndef SETUP_PAGE_H
#define SETUP_PAGE_H

#include <stdbool.h>

enum page {
	PAGE_START,
	PAGE_DIRECT,
	PAGE_PROXY,
	PAGE_PUBLIC,
	PAGE_WEBSOCKET,
	PAGE_SSE,
	PAGE_GZIP,
	PAGE_BODY,
	PAGE_TIMEOUTS,
	PAGE_REVIEW,
	PAGE_APPLY,
	N_STEPS,                /* what follows is no step of its own */
	PAGE_RESULT = N_STEPS,
	PAGE_LATER,             /* the first page of a later run: how it is, and what would you like to do? */
	PAGE_REPAIR,            /* what is wrong with the site that is there already, one finding at a time */
	PAGE_FRONT,             /* Cloudflare in front: it belongs to step 4, and comes behind it */
	PAGE_MORE,              /* what is rarely answered: it belongs to step 10, and is reached from there */
	PAGE_WATCH,             /* another run changes this server right now: how far it is */
	N_PAGES
};

enum page_part { PART_PREPARE, PART_CHECKLIST, PART_FINISH };

struct page_info {
	const char    *name;   /* N_(): in the list of steps, at most 18 columns */
	enum page_part part;
	const char    *why;    /* N_(): why this step, at most three lines of 55 columns in English; "" where none */
	const char    *fields[12]; /* what is typed or chosen here, in order; ends with NULL; see setup_field() */
	const char    *what, *breaks, *proves; /* N_(): the help page's three paragraphs */
	const char    *choice; /* N_(): a fourth, behind the first, where there is much to choose; or NULL */
};

extern const struct page_info pages[N_PAGES];
enum page page_step(enum page p);    /* the step that a page belongs to */
bool      page_asks(enum page p);     /* it may have fields that a step stands on */
bool      page_is_check(enum page p); /* one of the checklist's */
const char *page_part_name(enum page_part p); /* translated: Prepare, Checklist, Finish */

#endif
