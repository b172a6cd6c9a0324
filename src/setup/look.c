/* look.c - what only root can read or check here, and what sudo would do about it: it is shown, and changes nothing. */
#include "setup/public.h"

#include <string.h>

#include "base/fs.h"
#include "base/i18n.h"

#define MAX_SAID (256 * 1024)
#define LOOK_MS  10000

/* The proxy whose own checker could not read all of its files. */
static struct proxy_found *
half_checked(const struct setup *s)
{
	struct proxy_found *f = (struct proxy_found *)find_proxy(s);

	return f && f->installed && f->incomplete && !f->box && !s->o.root && !s->vetted && f->broken.code == ERR_NONE &&
	       f->proxy->runs && f->proxy->complaint ? f : NULL;
}

bool
setup_may_look(const struct setup *s)
{
	if (s->showing || !s->machine.sudo || s->machine.root)
		return false;
	return s->page == PAGE_PUBLIC ? s->closed_cert != NULL : s->page == PAGE_PROXY && half_checked(s);
}

/* The certificate is what everybody is shown who comes to the site; the key is left where it is. */
static const char *const *
program(const struct setup *s)
{
	const struct proxy_context c = { .answers = &s->answers, .found = half_checked(s), .needs = &s->needs,
		.templates = s->o.templates, .root = s->o.root };
	const char **v = arena_alloc(s->say, 3 * sizeof(*v));
	const struct step *check;
	struct steps steps = { 0 };
	struct err e = { 0 };
	size_t n = 0;

	if (s->page == PAGE_PUBLIC) {
		v[0] = "cat";
		v[1] = fs_path(s->say, s->o.root, s->closed_cert);
		return v;
	}
	c.found->proxy->runs(&steps, &c, &e);
	check = steps_find(&steps, STEP_RUN, ROLE_VALIDATE);
	while (check && check->argv[n])
		n++;
	v = arena_alloc(s->say, (n + 1) * sizeof(*v));
	for (size_t i = 0; i < n; i++)
		v[i] = arena_strdup(s->say, check->argv[i]);
	steps_free(&steps);
	return v;
}

static const char *const *
look_argv(const struct setup *s, bool asks)
{
	const char *const *what = program(s);
	const char **v;
	size_t n = 0, k = 0;

	while (what[n])
		n++;
	v = arena_alloc(s->say, (n + 3) * sizeof(*v));
	v[k++] = "sudo";
	if (!asks)
		v[k++] = "-n";
	memcpy(v + k, what, n * sizeof(*v));
	return v;
}

const char *
setup_look_why(const struct setup *s)
{
	return s->page == PAGE_PUBLIC
	     ? _("Only root can read this certificate. sudo may ask now for your login password, which is not the UI password. It runs only this, which changes nothing:")
	     : _("Only root can check all of this configuration. sudo may ask now for your login password, which is not the UI password. It runs only this, which changes nothing:");
}

const char *
setup_look_refused(const struct setup *s)
{
	return s->page == PAGE_PUBLIC ? _("sudo refused. It goes on without: the certificate is checked in step 11.")
	                              : _("sudo refused. It goes on without: the configuration is checked in step 11.");
}

const char *
setup_look_command(const struct setup *s)
{
	return command_text(s, look_argv(s, true));
}

static void
shown(void *ctx, const struct proc_result *r)
{
	struct setup *s = ctx;

	s->showing = NULL;
	if (r->started && r->status == 0 && r->out.len) {
		s->shown_cert = arena_strdup(&s->keep, s->closed_cert);
		s->shown_pem = arena_strndup(&s->keep, r->out.s, r->out.len);
		certificate_look(s);
	}
	setup_tell(s);
}

/* sudo itself may have failed: then nothing is recognised in what was said, and it is as before. */
static void
checked(void *ctx, const struct proc_result *r)
{
	struct setup *s = ctx;
	struct proxy_found *f = half_checked(s);
	struct err e = { 0 };

	s->showing = NULL;
	if (f && r->started && !r->timed_out && r->status == 0)
		s->vetted = true;
	else if (f && r->started && !r->timed_out && (f->proxy->complaint(r->err.s, &e) || f->proxy->complaint(r->out.s, &e)))
		f->broken = e;
	setup_tell(s);
}

void
setup_look(struct setup *s)
{
	if (!setup_may_look(s))
		return;
	s->showing = proc_start(s->loop, &(struct proc_request){ .argv = look_argv(s, false), .max_output = MAX_SAID,
	                        .timeout_ms = LOOK_MS, .done = s->page == PAGE_PUBLIC ? shown : checked, .ctx = s });
	setup_tell(s);
}

void
look_stop(struct setup *s)
{
	proc_kill(s->showing);
	s->showing = NULL;
}
