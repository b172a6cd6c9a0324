/* Compression in exactly one layer, and labelled as what it is. */
#include "check/run.h"

#include <string.h>
#include <strings.h>

#include "base/gz.h"
#include "base/i18n.h"

enum layers { LAYERS_UNKNOWN, LAYERS_NONE, LAYERS_ONE, LAYERS_TWICE, LAYERS_MISLABELLED };

struct gzip {
	struct side *side;
	struct page {
		struct gzip *gzip;
		const char  *path;
		char        *encoding; /* the header, "" where there is none */
		enum layers  layers;
	} pages[2];
	int  left;
	bool version_encoded, version_plain_directly;
};

static const char *const accept_gzip[] = { "Accept-Encoding: gzip", NULL };

/* Undo one layer for each word of the header, then look whether something is left to undo. */
static enum layers
peel(const char *header, const struct buf *body)
{
	struct buf now = BUF_INIT, next = BUF_INIT;
	enum layers layers = LAYERS_NONE;

	if (!body->len)
		return LAYERS_UNKNOWN;
	buf_add(&now, body->s, body->len);
	while (*header) {
		size_t len = strcspn(header, ", \t");
		bool gzip = (len == 4 && !strncasecmp(header, "gzip", 4)) ||
		            (len == 6 && !strncasecmp(header, "x-gzip", 6));

		if (gzip && (!gz_looks(now.s, now.len) ||
		             !gz_inflate(&next, now.s, now.len, BODY_MAX))) {
			layers = LAYERS_MISLABELLED;
			break;
		}
		if (gzip) {
			buf_free(&now);
			now = next;
			next = (struct buf)BUF_INIT;
			layers = LAYERS_ONE;
		} else if (len && strncasecmp(header, "identity", len)) {
			layers = LAYERS_UNKNOWN; /* not asked for, and not ours to undo */
			break;
		}
		header += len;
		header += strspn(header, ", \t");
	}
	if (layers == LAYERS_ONE && gz_looks(now.s, now.len))
		layers = LAYERS_TWICE;
	else if (layers == LAYERS_NONE && gz_looks(now.s, now.len))
		layers = LAYERS_MISLABELLED;
	buf_free(&now);
	buf_free(&next);
	return layers;
}

static const struct page *
page_with(const struct gzip *g, enum layers layers)
{
	for (size_t i = 0; i < ARRAY_LEN(g->pages); i++)
		if (g->pages[i].layers == layers)
			return &g->pages[i];
	return NULL;
}

static void
judge(struct gzip *g)
{
	struct check *encoding = check_on(g->side, "gzip.encoding");
	struct check *layers = check_on(g->side, "gzip.layers");
	const struct page *p;

	for (size_t i = 0; i < ARRAY_LEN(g->pages); i++) {
		note_string(encoding, g->pages[i].path, g->pages[i].encoding);
		note_string(layers, g->pages[i].path, g->pages[i].encoding);
	}
	if ((p = page_with(g, LAYERS_MISLABELLED)) && *p->encoding)
		check_blame(encoding, CHECK_FAIL, "gzip-mislabelled",
		            _("%1$s says Content-Encoding: %2$s, but its bytes do not."),
		            p->path, p->encoding);
	else if (p)
		check_blame(encoding, CHECK_FAIL, "gzip-mislabelled",
		            _("%s is compressed and does not say so."), p->path);
	else if (page_with(g, LAYERS_NONE) || page_with(g, LAYERS_ONE) ||
	         page_with(g, LAYERS_TWICE))
		check_pass(encoding, _("Content-Encoding and the bytes agree."));
	else
		check_skip(encoding, _("No page came whose encoding could be looked at."));
	if ((p = page_with(g, LAYERS_TWICE)))
		check_blame(layers, CHECK_FAIL, "gzip-twice",
		            _("%1$s, undone as its header says (%2$s), is still compressed."),
		            p->path, p->encoding);
	else if (g->version_encoded && g->version_plain_directly && g->side->cdn)
		/* It does so with all it passes on; that streams stay out of it is a check of theirs. */
		check_pass(layers, _("%s compresses what OpenChamber leaves plain, and nobody else does."), g->side->cdn);
	else if (g->version_encoded && g->version_plain_directly)
		check_blame(layers, CHECK_WARN, "gzip-added",
		            _("%s comes compressed here and plain directly."),
		            g->side->run->needs->version);
	else if (page_with(g, LAYERS_ONE))
		check_pass(layers, _("Compressed exactly once."));
	else if (page_with(g, LAYERS_NONE))
		check_pass(layers, _("Not compressed at all."));
	else
		check_skip(layers, _("No page came whose layers could be counted."));
}

static void
done_one(struct gzip *g)
{
	if (--g->left == 0)
		judge(g);
}

static void
on_page(void *ctx, const struct net_reply *r)
{
	struct page *p = ctx;

	p->encoding = answer_header(&p->gzip->side->run->arena, r, "Content-Encoding");
	if (!p->encoding)
		p->encoding = arena_strdup(&p->gzip->side->run->arena, "");
	if (r->fault == NET_OK && r->status == 200)
		p->layers = peel(p->encoding, &r->body);
	done_one(p->gzip);
}

static void
on_direct_version(void *ctx, const struct net_reply *r)
{
	struct gzip *g = ctx;

	g->version_plain_directly = r->fault == NET_OK && r->status == 200 &&
	                            !answer_header_has(r, "Content-Encoding", "");
	done_one(g);
}

static void
on_version(void *ctx, const struct net_reply *r)
{
	struct gzip *g = ctx;
	struct side *d = &g->side->run->side[DIRECT];

	g->version_encoded = r->fault == NET_OK && r->status == 200 &&
	                     answer_header_has(r, "Content-Encoding", "");
	if (g->version_encoded && g->side != d && d->answered && !d->ended) {
		g->left++;
		probe_ask(d, g->side->run->needs->version, &(struct net_request){
			.headers = accept_gzip, .done = on_direct_version, .ctx = g }, false);
	} else if (g->version_encoded && g->side->target == TARGET_REHEARSAL) {
		g->version_plain_directly = true; /* the probe origin never compresses it */
	}
	done_one(g);
}

void
probe_gzip(struct side *s)
{
	struct gzip *g = arena_alloc(&s->run->arena, sizeof(*g));
	const char *const paths[] = { "/", s->run->needs->health };

	g->side = s;
	g->left = 1 + (int)ARRAY_LEN(paths);
	for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
		g->pages[i].gzip = g;
		g->pages[i].path = paths[i];
		probe_ask(s, paths[i], &(struct net_request){
			.headers = accept_gzip, .max_body = BODY_MAX,
			.done = on_page, .ctx = &g->pages[i] }, false);
	}
	probe_ask(s, s->run->needs->version, &(struct net_request){
		.headers = accept_gzip, .done = on_version, .ctx = g }, false);
}
