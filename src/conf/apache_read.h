/* apache_read.h - what is known while an httpd configuration is read.  Between apache.c and apache_judge.c. */
#ifndef CONF_APACHE_READ_H
#define CONF_APACHE_READ_H

#include "conf/apache.h"

struct apa_reader {
	struct apa_conf        *c;
	const struct apa_world *w;
	bool                    follow;
	size_t                  bytes, directives;
	const char            **words;     /* of the line being read */
	const char            **defines;   /* "NAME", or "NAME=value" */
	size_t                  n_defines;
};

void apa_begin(struct apa_reader *r);
void apa_end(struct apa_reader *r);

/* LoadModule, Define, UnDefine, ServerRoot: what they say holds from the next line on. */
void apa_learn(struct apa_reader *r, const char *const *args, int n);

/* An apa_variable_fn. */
const char *apa_variable(void *reader, const char *name);

/* Is it a block that is decided while it is read?  Is what it asks for true? */
bool apa_is_judged(const char *name);
bool apa_judge(const struct apa_reader *r, const char *const *args, int n);

#endif
