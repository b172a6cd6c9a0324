/*
 * HAProxy's configuration: sections, or a refusal with its place.  Whatever it
 * is, every question about it has an answer.
 */
#include "fuzz.h"

#include "conf/haproxy.h"

static void
see_bind(void *ctx, const struct hap_bind *b)
{
	(void)ctx;
	assert(b->first <= b->last && b->last <= 65535);
}

static void
see_name(void *ctx, const char *name)
{
	(void)ctx;
	assert(name);
}

static void
ask(const struct hap_conf *c, const struct hap_section *s)
{
	static const struct hap_request q = { "chat.example.org", "chat.example.org:8443",
	                                      "/api/event/ws", true };
	unsigned long long ms;

	hap_each_bind(s, see_bind, NULL);
	assert(hap_mode(s));
	hap_option(s, "httplog");
	hap_effective(s, "timeout", "tunnel");
	hap_own(s, "http-request", NULL);
	hap_takes(s, &q);
	for (const struct hap_line *l = s->first; l; l = l->next) {
		assert(l->line >= s->line && l->line <= s->last);
		assert(l->n_args >= 1 && !l->args[l->n_args]);
		hap_applies(s, l, &q);
		hap_each_name(s, l, see_name, NULL);
		hap_milliseconds(l->args[l->n_args - 1], &ms);
		hap_back_named(c, l->args[l->n_args - 1]);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	const struct hap_text one = { .file = "haproxy.cfg", .text = text, .len = size };
	struct hap_conf c = { 0 };
	struct err e = { 0 };

	assert(hap_content(text, size) <= size);
	if (hap_parse(&c, &one, 1, &e) < 0) {
		assert(e.code == ERR_VALUE);
		must_be_a_sentence(&e);
	} else {
		for (const struct hap_section *s = c.first; s; s = s->next)
			ask(&c, s);
	}
	hap_free(&c);
	return 0;
}
