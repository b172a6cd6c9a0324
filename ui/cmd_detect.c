/* cmd_detect.c - what is on this server: OpenChamber, proxies, certificates, saved answers. */
#include "cmd.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "answers/answers.h"
#include "answers/box.h"
#include "answers/machine.h"
#include "base/crypto.h"
#include "base/fs.h"
#include "base/i18n.h"
#include "base/text.h"
#include "proxy/boxed.h"
#include "proxy/proxy.h"
#include "report.h"

enum { MAX_ORIGINS = 8, MAX_FOUND = 16, MAX_PEM = 256 * 1024, MAX_ANSWER = 64 * 1024,
       LOOK_MS = 2000 };

struct detecting {
	struct cmd        *c;
	struct arena       arena;
	struct machine     machine;
	struct proxy_found found[MAX_FOUND];
	size_t             n_found;
	struct looked {
		struct detecting *d;
		unsigned          port;
		char              version[64]; /* "" : it is no OpenChamber */
	}                  origins[MAX_ORIGINS];
	size_t             n_origins;
	int                waiting;
	bool               done;
	struct json       *certificates;
};

static void
one_done(void *ctx)
{
	struct detecting *d = ctx;

	if (--d->waiting > 0)
		return;
	d->done = true;
	loop_stop(d->c->loop);
}

static void
on_version(void *ctx, const struct net_reply *r)
{
	struct looked *l = ctx;
	struct err e = { 0 };
	struct json *j = NULL;
	const char *version = NULL;
	struct buf safe = BUF_INIT;

	if (r->status == 200)
		j = json_parse(r->body.s, r->body.len, "/api/version", &e);
	if (j)
		version = json_get_string(j, "openchamberVersion", NULL);
	if (version)
		text_safe(&safe, version, strlen(version), sizeof(l->version) - 1);
	snprintf(l->version, sizeof(l->version), "%s", safe.s);
	buf_free(&safe);
	json_free(j);
	one_done(l->d);
}

/*
 * Only the usual port and programs named so are asked: a question stands in
 * other programs' logs for ever.
 */
static void
look_for_origins(struct detecting *d)
{
	const struct machine *m = &d->machine;

	for (size_t i = 0; i < m->n_listeners && d->n_origins < MAX_ORIGINS; i++) {
		const struct listener *l = &m->listeners[i];
		bool wanted = l->port == d->c->needs.port || strstr(l->program, "openchamber");
		for (size_t k = 0; k < d->n_origins; k++)
			wanted &= d->origins[k].port != l->port;
		if (!wanted)
			continue;
		struct looked *o = &d->origins[d->n_origins++];
		const char *host = l->ipv6 && l->loopback ? "[::1]" : "127.0.0.1";
		*o = (struct looked){ .d = d, .port = l->port };
		d->waiting++;
		net_start(d->c->net, &(struct net_request){
			.url = arena_printf(&d->arena, "http://%s:%u%s", host, l->port,
			                    d->c->needs.version),
			.timeout_ms = LOOK_MS,
			.max_body = MAX_ANSWER,
			.done = on_version,
			.ctx = o,
		});
	}
}

static void
look_for_proxies(struct detecting *d)
{
	for (const struct proxy *const *p = proxies; *p && d->n_found < MAX_FOUND; p++) {
		if (!(*p)->detect)
			continue;
		struct proxy_found *f = &d->found[d->n_found++];
		*f = (struct proxy_found){ .proxy = *p };
		d->waiting++;
		proxy_detect(d->c->loop, d->c->net, d->c->o->root, &d->machine, f, one_done, d);
	}
}

static void
add_certificate(struct detecting *d, const char *path)
{
	struct buf pem = BUF_INIT;
	struct cert cert = { 0 };
	struct err e = { 0 };

	if (fs_read(&pem, fs_path(&d->arena, d->c->o->root, path), MAX_PEM, &e) == 0 &&
	    cert_parse(&cert, &d->arena, pem.s, pem.len, path, &e) == 0) {
		struct json *j = json_object(), *names = json_array();
		json_set_string(j, "certificate", path);
		for (size_t i = 0; i < cert.n_names; i++)
			json_push(names, json_string(cert.names[i]));
		json_set(j, "names", names);
		json_set_string(j, "issuer", cert.issuer);
		json_set_int(j, "daysLeft", cert_days_left(&cert, time(NULL)));
		json_set_bool(j, "selfSigned", cert.self_signed);
		json_push(d->certificates, j);
	}
	buf_free(&pem);
}

static void
on_certbot(void *ctx, const char *path)
{
	struct detecting *d = ctx;
	const char *root = d->c->o->root;
	size_t n = root && strcmp(root, "/") ? strlen(root) : 0;

	add_certificate(d, !n || strncmp(path, root, n) ? path : path + n);
}

/* Did a site before this one use the certificate too? */
static bool
is_known(const struct proxy_found *f, size_t site)
{
	for (size_t i = 0; i < site; i++)
		if (f->sites[i].certificate &&
		    !strcmp(f->sites[i].certificate, f->sites[site].certificate))
			return true;
	return false;
}

/* Those that sites use, then those that certbot keeps. */
static void
look_for_certificates(struct detecting *d)
{
	d->certificates = json_array();
	for (size_t i = 0; i < d->n_found; i++) {
		const struct proxy_found *f = &d->found[i];
		for (size_t k = 0; k < f->n_sites; k++)
			if (f->sites[k].certificate && !is_known(f, k))
				add_certificate(d, f->sites[k].certificate);
	}
	fs_glob(fs_path(&d->arena, d->c->o->root, "/etc/letsencrypt/live/*/fullchain.pem"),
	        on_certbot, d);
}

static struct json *
site_json(const struct proxy_site *s)
{
	struct json *j = json_object(), *names = json_array();

	for (char **name = s->names; name && *name; name++)
		json_push(names, json_string(*name));
	json_set(j, "names", names);
	json_set_string(j, "file", s->file);
	json_set_int(j, "line", s->line);
	json_set_string(j, "upstream", s->upstream);
	json_set_bool(j, "ours", s->ours);
	return j;
}

static struct json *
box_json(const struct box *b)
{
	struct json *j = json_object(), *ports = json_array(), *mounts = json_array();

	json_set_string(j, "engine", b->engine->command);
	json_set_string(j, "id", b->id);
	json_set_string(j, "name", b->name);
	json_set_string(j, "image", b->image);
	json_set_bool(j, "told", b->told);
	json_set_bool(j, "closed", b->closed);
	json_set_string(j, "network", b->shares_network ? "host" : "own");
	json_set_string(j, "gateway", b->gateway);
	json_set_string(j, "hostName", b->host_name);
	for (size_t i = 0; i < b->n_ports; i++) {
		struct json *one = json_object();
		json_set_string(one, "address", b->ports[i].address);
		json_set_int(one, "outside", b->ports[i].outside);
		json_set_int(one, "inside", b->ports[i].inside);
		json_push(ports, one);
	}
	for (size_t i = 0; i < b->n_mounts; i++) {
		struct json *one = json_object();
		json_set_string(one, "inside", b->mounts[i].inside);
		json_set_string(one, "outside", b->mounts[i].outside);
		json_set_string(one, "kind", b->mounts[i].volume ? "volume" : b->mounts[i].file ? "file" : "bind");
		json_push(mounts, one);
	}
	json_set(j, "ports", ports);
	json_set(j, "mounts", mounts);
	return j;
}

static struct json *
proxy_json(const struct proxy_found *f)
{
	struct json *j = json_object(), *sites = json_array();

	json_set_string(j, "name", f->proxy->name);
	json_set_bool(j, "installed", f->installed);
	json_set_bool(j, "running", f->running);
	json_set_string(j, "version", f->version);
	json_set_string(j, "binary", f->binary);
	json_set_string(j, "options", f->options);
	json_set_string(j, "config", f->config);
	json_set_string(j, "siteDirectory", f->site_dir);
	json_set_string(j, "linkDirectory", f->link_dir);
	json_set_string(j, "includedAt", f->layout);
	json_set_string(j, "container", f->container);
	if (f->stranger)
		json_set_string(j, "stranger", f->stranger);
	if (f->box)
		json_set(j, "box", box_json(f->box));
	json_set_bool(j, "incomplete", f->incomplete);
	if (f->broken.code != ERR_NONE)
		json_set(j, "broken", cmd_error_json(&f->broken));
	for (size_t i = 0; i < f->n_sites; i++)
		json_push(sites, site_json(&f->sites[i]));
	json_set(j, "sites", sites);
	return j;
}

static void
put_document(struct detecting *d)
{
	struct json *doc = cmd_json(d->c->o);
	struct json *origins = json_array(), *found = json_array(), *saved = json_array();

	for (size_t i = 0; i < d->n_origins; i++) {
		if (!*d->origins[i].version)
			continue;
		struct json *j = json_object();
		json_set_string(j, "origin",
		                arena_printf(&d->arena, "http://127.0.0.1:%u", d->origins[i].port));
		json_set_string(j, "version", d->origins[i].version);
		json_push(origins, j);
	}
	for (size_t i = 0; i < d->n_found; i++)
		json_push(found, proxy_json(&d->found[i]));
	for (char **path = answers_saved(&d->arena, d->c->o->root); path && *path; path++)
		json_push(saved, json_string(*path));
	json_set(doc, "origins", origins);
	json_set(doc, "proxies", found);
	json_set(doc, "certificates", d->certificates);
	json_set(doc, "answers", saved);
	d->certificates = NULL;
	cmd_put_json(doc);
}

static void
put_found(struct report *r, const char *label, const char *detail)
{
	report_state(r, CHECK_PASS, _("found"), label, detail);
}

static void
put_site(struct detecting *d, struct report *r, const struct proxy_site *s)
{
	const char *name = s->names && s->names[0] ? s->names[0] : "_";

	put_found(r, _("site"), arena_printf(&d->arena, "%s  %s:%d%s%s", name, s->file ? s->file : "",
	                                     s->line, s->upstream ? "  " : "",
	                                     s->upstream ? s->upstream : ""));
}

/* Where it runs, how this server is reached from there, and what could not be seen. */
static void
put_box(struct detecting *d, struct report *r, const struct proxy_found *f)
{
	const struct box *b = f->box;

	/* TRANSLATORS: %1$s is the name of a container, %2$s the name of a program: Docker or Podman */
	put_found(r, f->proxy->label, arena_printf(&d->arena, _("in the container %1$s of %2$s"), b->name, b->engine->name));
	if (boxed_reach(f) && *boxed_reach(f))
		put_found(r, f->proxy->label, arena_printf(&d->arena, _("it reaches this server at %s"), boxed_reach(f)));
	if (b->closed)
		report_state(r, CHECK_SKIP, _("skip"), f->proxy->label,
		             _("Its files are for root to see. Look again with sudo."));
	else if (!b->told)
		report_state(r, CHECK_SKIP, _("skip"), f->proxy->label,
		             arena_printf(&d->arena, _("%s did not say its name and its volumes: its socket does not answer."), b->engine->name));
}

static void
put_proxy(struct detecting *d, struct report *r, const struct proxy_found *f)
{
	const char *state = f->running ? _("%1$s, runs, %2$s") : _("%1$s, does not run, %2$s");

	/* What has only an API is not found by looking around this machine. */
	if (!f->installed && !(f->proxy->caps & PROXY_FILES))
		return;
	if (!f->installed && f->box) {
		put_box(d, r, f);
		return;
	}
	if (!f->installed) {
		report_state(r, CHECK_SKIP, _("none"), f->proxy->label, _("not installed"));
		return;
	}
	put_found(r, f->proxy->label, arena_printf(&d->arena, state, f->version ? f->version : "",
	                                           f->config ? f->config : ""));
	if (f->box)
		put_box(d, r, f);
	if (f->stranger)
		report_state(r, CHECK_SKIP, _("skip"), f->proxy->label,
		             arena_printf(&d->arena, _("another user's process has its name, and is left alone: %s"), f->stranger));
	if (f->broken.code != ERR_NONE)
		report_state(r, CHECK_FAIL, _("fail"), f->proxy->label, f->broken.msg);
	for (size_t i = 0; i < f->n_sites; i++)
		put_site(d, r, &f->sites[i]);
}

static void
put_certificate(struct detecting *d, struct report *r, const struct json *c)
{
	const char *name = json_text(json_at(json_get(c, "names"), 0));

	/* TRANSLATORS: %1$s is a name, %2$d a number of days, %3$s a path */
	put_found(r, _("certificate"),
	          arena_printf(&d->arena, _("%1$s, days left: %2$d, %3$s"), name ? name : "",
	                       (int)json_get_int(c, "daysLeft", 0),
	                       json_get_string(c, "certificate", "")));
}

static void
put_people(struct detecting *d)
{
	const char *root = d->c->o->root;
	struct report r;
	size_t ours = 0;

	report_init(&r, stdout, d->c->o->color, d->c->o->plain);
	for (size_t i = 0; i < d->n_origins; i++) {
		if (!*d->origins[i].version)
			continue;
		ours++;
		put_found(&r, "OpenChamber",
		          arena_printf(&d->arena, "%s  http://127.0.0.1:%u", d->origins[i].version,
		                       d->origins[i].port));
	}
	if (!ours)
		report_state(&r, CHECK_SKIP, _("none"), "OpenChamber",
		             _("not found on this server"));
	for (size_t i = 0; i < d->n_found; i++)
		put_proxy(d, &r, &d->found[i]);
	for (size_t i = 0; i < json_len(d->certificates); i++)
		put_certificate(d, &r, json_at(d->certificates, i));
	for (char **path = answers_saved(&d->arena, root); path && *path; path++)
		put_found(&r, _("answers"), *path);
}

int
cmd_detect(const struct options *o)
{
	struct detecting d = { 0 };
	struct err e = { 0 };
	struct cmd c;
	int status = 0;

	d.c = &c;
	if (cmd_open(&c, o, &e) < 0) {
		status = cmd_fail(o, &e);
	} else {
		machine_read(&d.machine, o->root);
		d.waiting = 1; /* until everything has been started */
		look_for_origins(&d);
		look_for_proxies(&d);
		one_done(&d);
		if (cmd_wait(&c, &d.done, &e) < 0) {
			status = cmd_status(&c, cmd_fail(o, &e));
		} else {
			look_for_certificates(&d);
			if (o->json)
				put_document(&d);
			else
				put_people(&d);
		}
	}
	for (size_t i = 0; i < d.n_found; i++)
		proxy_found_free(&d.found[i]);
	json_free(d.certificates);
	machine_free(&d.machine);
	arena_free(&d.arena);
	cmd_close(&c);
	return status;
}
