/*
 * yml.h - YAML as a tree whose every node knows its line and column.  The only door to libyaml.
 *
 * One document; anchors, aliases, tags and duplicate keys are refused (ERR_VALUE, with the place).
 */
#ifndef BASE_YML_H
#define BASE_YML_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"

enum yml_kind { YML_SCALAR, YML_MAP, YML_LIST };

struct yml_node {
	enum yml_kind    kind;
	int              line, column;  /* 1-based, where the value stands */
	bool             quoted;        /* a scalar in quotes is a string whatever it looks like */
	char            *key;           /* of this node inside its map, or NULL */
	int              key_line, key_column;
	char            *value;         /* scalar: its text, UTF-8, no NUL inside */
	struct yml_node *child;         /* map, list: the first */
	struct yml_node *next;          /* the next in the same map or list */
};

/* Parse; the caller frees with yml_free().  NULL: error.  `file' is for messages only. */
struct yml_node *yml_parse(const char *text, size_t len, const char *file, struct err *e);
void yml_free(struct yml_node *n);

struct yml_node *yml_get(const struct yml_node *map, const char *key); /* borrowed, or NULL */
const char *yml_kind_name(enum yml_kind k); /* translated: "a text", "a map", "a list" */

/* Append `s' so that any YAML reader reads the same string back: plain where that is safe, else in double quotes. */
void yml_quote(struct buf *out, const char *s);

#endif
