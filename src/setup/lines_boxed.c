/* lines_boxed.c - what step 3 and 4 see of a proxy in a container. */
#include "setup/lines.h"

#include "base/fs.h"
#include "base/i18n.h"
#include "proxy/boxed.h"

static void
told_error(const struct setup *s, struct lines *l, const struct err *e)
{
	line_told(l, MARK_FAIL, say(s, "%s", e->msg));
}

/* Only where boxed_check_sites() has nothing against it. */
static const char *
site_dir_here(const struct setup *s, const struct proxy_found *f)
{
	const char *path = fs_join(s->say, f->site_dir, "x");
	struct err e = { 0 };

	return boxed_outside(&path, s->say, f, &e) == 0 ? fs_dirname(s->say, path) : f->site_dir;
}

bool
lines_boxed(const struct setup *s, const struct proxy_found *f, struct lines *l)
{
	const struct url *origin = &s->answers.origin;
	const char *reach = boxed_reach(f);
	struct err e = { 0 };

	if (f->box->closed) {
		line_told(l, MARK_FAIL, _("its files are for root to see: start Antechamber with sudo"));
		return false;
	}
	if (s->detecting) {
		line_told(l, MARK_NOW, f->proxy->label);
		return false;
	}
	if (s->answers.has_origin && boxed_check_origin(f, origin, &e) < 0)
		told_error(s, l, &e);
	else if (reach && s->answers.has_origin && url_is_loopback(origin))
		line_told(l, MARK_PASS, say(s, _("OpenChamber is open at %1$s, port %2$u, where the container reaches it"), reach, origin->port));
	if (boxed_check_sites(f, &e) < 0)
		told_error(s, l, &e);
	else if (f->site_dir)
		line_told(l, MARK_PASS, say(s, _("its sites are in %s of this server"), site_dir_here(s, f)));
	return true;
}

bool
lines_boxed_ports(const struct setup *s, const struct proxy_found *f, struct lines *l)
{
	struct err e = { 0 };

	if (!f || !f->box || f->box->shares_network)
		return false;
	if (boxed_check_ports(f, &s->answers, &e) == 0)
		return false;
	told_error(s, l, &e);
	return true;
}

/* 127.0.0.1 is what everybody writes, and there it is the container. */
const char *
boxed_sentence(const struct setup *s, const struct proxy_found *f)
{
	const struct url *origin = &s->answers.origin;
	const char *reach = boxed_reach(f);

	if (!reach)
		return say(s, _("%1$s runs in the container %2$s, which shares the network of this server."), f->proxy->label, f->container);
	if (!*reach || !s->answers.has_origin)
		return say(s, _("in a container (%s)"), f->container);
	return say(s, _("%1$s runs in the container %2$s. There, 127.0.0.1 is the container itself: OpenChamber will be reached at %3$s:%4$u."),
	           f->proxy->label, f->container, url_is_loopback(origin) ? reach : origin->host, origin->port);
}
