/*
 * public.h - the public address: what it could be, who has it already, the certificates that are here; for src/setup/ only.
 */
#ifndef SETUP_PUBLIC_H
#define SETUP_PUBLIC_H

#include "setup/state.h"

/* names.c */
void names_suggest(struct setup *s);           /* the best one, where no address is answered */
const char *names_why(const struct setup *s);  /* it is the address; "": it is not one of them */
size_t names_list(const struct setup *s, struct setup_choice *out, size_t max);

/* taken.c */
const struct proxy_site *taken_site(const struct setup *s); /* that has the name; NULL: nobody in the way has it */
const struct proxy_site *taken_aside(const struct setup *s); /* the one that has it, where it was chosen to be set aside; or NULL */
size_t taken_list(const struct setup *s, struct setup_choice *out, size_t max);
int  taken_choose(struct setup *s, size_t i, struct err *e);
void taken_find(struct setup *s);
void taken_forget(struct setup *s);

/* find_certs.c */
struct found_cert *found_cert(struct setup *s, const char *path); /* by its path; NULL: none */
void find_certs(struct setup *s);
void find_certs_stop(struct setup *s);
const char *cert_told_as(const struct setup *s, const struct cert *c); /* of its names, the one that matters here */

/* certificate.c */
size_t certificate_list(const struct setup *s, struct setup_choice *out, size_t max);
int  certificate_choose(struct setup *s, size_t i, struct err *e);
void certificate_look(struct setup *s); /* after the address, the choice or a path changed */

/* certificate.c: where a certificate comes from with the chosen proxy */
enum cert_keeper {
	CERTS_FILES, /* files on this server */
	CERTS_AUTO,  /* the same, or it requests one by itself */
	CERTS_THERE, /* it keeps its own, and shows them to nobody */
};
enum cert_keeper certs_kept_by(const struct setup *s);

#endif
