/*
 * needs.h - what OpenChamber needs: routes and limits, read from templates/openchamber.yaml.
 *
 * Order in the file is the order of checks and of screens.
 */
#ifndef ANSWERS_NEEDS_H
#define ANSWERS_NEEDS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/mem.h"

struct need_route {
	char       *id;        /* "global-event" */
	const char *path;      /* "/api/global/event" */
	char       *first;     /* what the first message or event holds */
	unsigned    keepalive; /* seconds, the longest gap between bytes */
	bool        required;  /* false: it can only warn */
	bool        backend;   /* it needs the OpenCode process */
};

struct needs {
	struct arena       arena;
	unsigned           port;
	const char        *version, *health, *session, *upload; /* paths */
	unsigned long long body;    /* bytes */
	unsigned           stream, connect, quiet; /* seconds */
	struct need_route *sockets;
	size_t             n_sockets;
	struct need_route *streams;
	size_t             n_streams;
	const char       **cloudflare; /* its addresses, as ranges.h has them; NULL: there is no such file */
	const char        *cloudflare_day; /* the day they are of; "": not known */
	const char        *cloudflare_new; /* they were fetched: what RANGES_NEWER is to hold; else NULL */
};

int  needs_load(struct needs *n, const char *templates_dir, const char *root, struct err *e); /* root: --root, or NULL */
void needs_free(struct needs *n);

#endif
