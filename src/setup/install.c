/* install.c - a proxy that was chosen and is not installed: who would be in its way, what installs it, and looking until it is. */
#include "setup/state.h"

#include <string.h>

#include "base/fs.h"
#include "base/i18n.h"
#include "proxy/boxed.h"

#define LOOK_MS 2000

/* The chosen one, where it is missing and this server is where it is looked for. */
static const struct proxy_found *
missing(const struct setup *s)
{
	const struct proxy_found *f = find_proxy(s);

	return f && !f->installed && !f->box && !f->proxy->by_hand && !s->detecting ? f : NULL;
}

/* How the common distributions install a program, and what Apache httpd is called there. */
const char *
install_command(const struct setup *s, const struct proxy_found *f)
{
	static const struct {
		const char *program, *command, *apache;
	} managers[] = {
		{ "apt-get", "apt install", "apache2" }, { "dnf", "dnf install", "httpd" },
		{ "zypper", "zypper install", "apache2" }, { "pacman", "pacman -S", "apache" }, { "apk", "apk add", "apache2" },
	};
	const char *package = f->proxy->package ? f->proxy->package : f->proxy->name;
	size_t i = 0;

	while (i < ARRAY_LEN(managers) && !fs_which(s->say, NULL, managers[i].program))
		i++;
	if (i == ARRAY_LEN(managers)) /* it is named as most know it */
		i = 0;
	if (strcmp(f->proxy->name, "apache") == 0)
		package = managers[i].apache;
	return say(s, "%s%s %s", machine_as_root(&s->machine), managers[i].command, package);
}

/* Whoever answers people here for other sites keeps the ports, so that a second one could not start.  NULL: nobody. */
const struct proxy_found *
install_obstacle(const struct setup *s, const struct proxy_found *f)
{
	for (size_t i = 0; i < s->n_found; i++) {
		const struct proxy_found *other = &s->found[i];

		if (other == f || !other->running || other->box || other->proxy->by_hand)
			continue;
		for (size_t k = 0; k < other->n_sites; k++)
			for (size_t n = 0; !other->sites[k].ours && n < other->sites[k].n_listens; n++)
				if (other->sites[k].listens[n].port == 80 || other->sites[k].listens[n].port == 443)
					return other;
	}
	return NULL;
}

/* What the page shows changes only when there is something new. */
static void
judge(void *ctx)
{
	struct setup *s = ctx;
	const struct proxy_found *f = missing(s);
	const bool there = f && s->sought.installed && s->sought.proxy == f->proxy;

	s->install_timer = 0;
	proxy_found_free(&s->sought);
	s->sought = (struct proxy_found){ 0 };
	s->install_looks++;
	if (there) {
		runs_forget_proxied(s);
		find_everything(s);
	}
	install_await(s);
	setup_tell(s);
}

/* What was found is let go of when whoever found it is done with it. */
static void
looked(void *ctx)
{
	struct setup *s = ctx;

	s->install_timer = loop_after(s->loop, 0, judge, s);
}

static void
look(void *ctx)
{
	struct setup *s = ctx;
	const struct proxy_found *f = missing(s);

	s->install_timer = 0;
	if (!f || s->page != PAGE_PROXY)
		return;
	s->sought = (struct proxy_found){ .proxy = f->proxy };
	proxy_detect(s->loop, s->net, s->o.root, &s->machine, &s->sought, looked, s);
}

void
install_await(struct setup *s)
{
	const struct proxy_found *f = missing(s);

	if (!f || s->page != PAGE_PROXY)
		return;
	if (s->install_of != f->proxy)
		s->install_looks = 0;
	s->install_of = f->proxy;
	if (!s->install_timer && !s->sought.proxy)
		s->install_timer = loop_after(s->loop, LOOK_MS, look, s);
}

void
install_stop(struct setup *s)
{
	loop_cancel(s->loop, s->install_timer);
	s->install_timer = 0;
	proxy_found_free(&s->sought);
}
