#include "proxy/detect.h"

#include <stdlib.h>
#include <string.h>

#include "proxy/boxed.h"

#define ASK_MS     5000
#define MAX_OUTPUT (1 << 20)

struct detection *
detect_new(struct loop *l, const char *root, const struct machine *m, struct proxy_found *f, void (*done)(void *ctx),
           void *ctx)
{
	struct detection *d = arena_alloc(&f->arena, sizeof(*d));

	*d = (struct detection){ .loop = l, .root = root, .machine = m, .f = f, .done = done, .ctx = ctx };
	return d;
}

void
detect_end(struct detection *d)
{
	d->done(d->ctx);
}

static void
not_installed(void *ctx)
{
	detect_end(ctx);
}

void
detect_run(struct detection *d, const char *const *argv, proc_done_fn *done)
{
	proc_start(d->loop, &(struct proc_request){
		.argv = boxed_argv(&d->f->arena, d->f, argv), .timeout_ms = ASK_MS, .max_output = MAX_OUTPUT,
		.done = done, .ctx = d,
	});
}

void
detect_begin(struct detection *d, const char *flag, detect_master_fn *find_master, proc_done_fn *asked)
{
	if (d->f->binary) {
		detect_run(d, (const char *const[]){ d->f->binary, flag, NULL }, asked);
	} else {
		find_master(d->f, d->root, d->machine);
		loop_after(d->loop, 0, not_installed, d);
	}
}

bool
detect_only_reads(const struct detection *d)
{
	return !d->f->box && d->root && *d->root && strcmp(d->root, "/") != 0;
}

void
detect_version(struct proxy_found *f, const char *said)
{
	f->version = arena_strndup(&f->arena, said, strspn(said, "0123456789."));
	for (size_t i = 0; i < ARRAY_LEN(f->v); i++) {
		char *end;

		f->v[i] = (unsigned)strtoul(said, &end, 10);
		if (*end != '.')
			break;
		said = end + 1;
	}
}

bool
version_at_least(const unsigned v[3], unsigned major, unsigned minor, unsigned patch)
{
	if (v[0] != major)
		return v[0] > major;
	return v[1] != minor ? v[1] > minor : v[2] >= patch;
}
