/* test_cdn.c - who stands in front, told by the addresses that a name leads to. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "answers/ranges.h"
#include "setup/state.h"

static void
load(struct setup *s)
{
	struct err e = { 0 };

	assert_int_equal(ranges_load(&s->needs.cloudflare, &s->needs.cloudflare_day, &s->keep, "templates", NULL, &e), 0);
}

static void
lead_to(struct setup *s, const char *one, const char *other)
{
	s->n_addresses = 0;
	s->addresses[s->n_addresses++] = one;
	if (other)
		s->addresses[s->n_addresses++] = other;
}

static void
test_by_addresses(void **state)
{
	struct setup s = { 0 };

	(void)state;
	load(&s);
	lead_to(&s, "192.0.2.1", NULL);
	assert_false(cdn_note(&s));
	assert_int_equal(s.answers.cdn, CDN_NONE);
	lead_to(&s, "104.16.1.1", "2606:4700::1");
	assert_true(cdn_note(&s));
	assert_int_equal(s.answers.cdn, CDN_CLOUDFLARE);
	assert_false(cdn_note(&s)); /* nothing new */
	lead_to(&s, "104.16.1.1", "192.0.2.1"); /* a way past it: it is not what stands in front */
	assert_true(cdn_note(&s));
	assert_int_equal(s.answers.cdn, CDN_NONE);
	arena_free(&s.keep);
}

/* What was answered is not taken back because of what a name leads to. */
static void
test_answered(void **state)
{
	struct setup s = { .answers.cdn = CDN_OTHER };

	(void)state;
	load(&s);
	lead_to(&s, "104.16.1.1", NULL);
	assert_false(cdn_note(&s));
	lead_to(&s, "192.0.2.1", NULL);
	assert_false(cdn_note(&s));
	assert_int_equal(s.answers.cdn, CDN_OTHER);
	arena_free(&s.keep);
}

static void
test_without_a_list(void **state)
{
	struct setup s = { 0 };

	(void)state;
	lead_to(&s, "104.16.1.1", NULL);
	assert_false(cdn_note(&s));
	assert_int_equal(s.answers.cdn, CDN_NONE);
	arena_free(&s.keep);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_by_addresses),
		cmocka_unit_test(test_answered),
		cmocka_unit_test(test_without_a_list),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
