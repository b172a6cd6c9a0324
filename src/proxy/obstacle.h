/*
 * obstacle.h - what keeps the program that runs from taking a reload that its checker, started anew, is content with.
 *
 * Measured on the real ones: where its address, port or key cannot be had, nginx, Caddy and HAProxy
 * keep what they had, and Apache ends, with every site.  nginx and Apache read the files with the
 * program that was started, whatever lies on the disk by now; HAProxy starts the one on the disk,
 * and Caddy is sent what the new one has read and answers for itself.  What else a reload cannot
 * take no change of ours touches: users, modules, caches, the sizes of shared memory, options of
 * sockets that are open.
 */
#ifndef PROXY_OBSTACLE_H
#define PROXY_OBSTACLE_H

#include "proxy/proxy.h"

/* 0: nothing; 1 and ERR_CONFLICT: a restart settles it; -1: it does not. */
int obstacle_find(const struct proxy_context *c, const struct machine *m, struct err *e);

#endif
