/*
 * hand.h - proxies that nothing is written for: the text that a person puts there.
 */
#ifndef PROXY_HAND_H
#define PROXY_HAND_H

#include "proxy/proxy.h"

struct hand {
	const char *name;  /* in answers */
	const char *label; /* as people know it; not translated */
	const char *file;  /* where the text usually goes */
	const char *template;
};

const struct hand *hand_find(const char *name); /* NULL: none, or one that is written for */
int hand_render(struct buf *out, const struct hand *h, const struct proxy_context *c, struct err *e);

#endif
