/* What Nginx Proxy Manager answers: whatever it is, it has a meaning, a sentence, and the shape of the call. */
#include "fuzz.h"

#include "proxy/npm.h"

static void
is_wanted(void *ctx, const char *key, const struct json *value)
{
	(void)value;
	assert(json_get(ctx, key));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char wanted[] = "{\"domain_names\":[\"a\"],\"forward_port\":1,\"ssl_forced\":true,"
	                             "\"certificate_id\":\"new\",\"advanced_config\":\"x\",\"locations\":[{\"path\":\"/\"}]}";
	static const long statuses[] = { 200, 400, 401, 403, 404, 500 };
	static const char *const paths[] = { "/api/tokens", "/api/nginx/proxy-hosts" };
	const struct call c = { .key = "chat.example.org", .was = "{\"certificate_id\":0}", .is = wanted };
	struct err e = { 0 };
	struct arena a = { 0 };
	struct service_state now;
	struct json *like = json_parse(wanted, strlen(wanted), "wanted", &e);
	struct json *body = json_parse((const char *)data, size, "answer", &e);

	for (size_t i = 0; i < ARRAY_LEN(statuses) * ARRAY_LEN(paths); i++) {
		struct err why = { 0 };
		if (service_npm.answer(statuses[i / 2], body, paths[i % 2], &why) < 0)
			must_be_a_sentence(&why);
	}
	service_npm.state(&now, &a, &c, body);
	if (now.fields) {
		assert(now.id);
		json_each(like, is_wanted, now.fields);
	}
	struct err why = { 0 };
	if (service_npm.judge(&c, body, &why) < 0)
		must_be_a_sentence(&why);
	json_free(now.fields);
	json_free(like);
	json_free(body);
	arena_free(&a);
	return 0;
}
