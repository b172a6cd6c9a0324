/*
 * sockets.h - OpenChamber's WebSockets, from the handshake on.
 *
 * First the login, then the Origin, then the handshake's own fields.  With
 * `?antechamber=echo' the request's fields are sent as a text after the
 * greeting; with `silent' nothing follows it (&seconds=N: then one text).
 */
#ifndef ORIGIN_SOCKETS_H
#define ORIGIN_SOCKETS_H

#include "origin/conn.h"

void sockets_serve(struct conn *c); /* a request to change protocols, on whatever path */
void sockets_read(struct conn *c);  /* frames are in c->in */
void sockets_free(struct conn *c);

#endif
