/*
 * Requests as the probe origin reads them: whole or byte by byte the same, and
 * what was read is within its limits.
 */
#include "fuzz.h"

#include "origin/http.h"

static size_t
head_byte_by_byte(const char *bytes, size_t size)
{
	size_t scanned = 0, head = 0;

	for (size_t i = 1; i <= size && !head; i++)
		head = http_head(bytes, i, &scanned);
	return head;
}

/* Everything of the body, and how it ended: -1 it is none, 0 more is to come, 1 whole. */
static int
read_body(struct buf *out, const struct http_request *r, const char *bytes, size_t len,
          size_t piece)
{
	struct http_body b;
	size_t at = 0;

	http_body_init(&b, r);
	while (!b.done && at < len) {
		const char *part = NULL;
		size_t n = 0;
		const size_t given = piece < len - at ? piece : len - at;
		const long took = http_body_feed(&b, bytes + at, given, &part, &n);

		if (took < 0)
			return -1;
		assert(took > 0 || b.done);
		assert(n <= (size_t)took);
		buf_add(out, part, n);
		at += (size_t)took;
	}
	assert(b.total == out->len);
	assert(b.chunked || out->len <= r->length);
	return b.done;
}

static void
ask(const struct http_request *r)
{
	struct buf out = BUF_INIT;

	assert(r->method && r->target && r->path && r->query);
	assert(r->n_fields <= HTTP_FIELDS_MAX);
	for (size_t i = 0; i < r->n_fields; i++) {
		assert(!strpbrk(r->fields[i].name, " \t\r\n:"));
		assert(!strpbrk(r->fields[i].value, "\r\n"));
	}
	assert(!r->chunked || r->length == 0);
	http_get(r, "host", 0);
	http_lists(r, "accept-encoding", "gzip");
	if (http_first(&out, r, "x-forwarded-for"))
		assert(out.len);
	buf_cut(&out, 0);
	http_param(&out, r, "antechamber");
	buf_free(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *bytes = (const char *)data;
	struct http_request r = { 0 };
	struct buf whole = BUF_INIT, cut = BUF_INIT;
	size_t scanned = 0, head = http_head(bytes, size, &scanned);

	http_looks(bytes, size);
	assert(head <= size && head == head_byte_by_byte(bytes, size));
	if (head) {
		const int status = http_parse(&r, bytes, head);

		assert(status == 0 || (status >= 400 && status < 600 && *http_reason(status)));
		if (status == 0) {
			ask(&r);
			assert(http_looks(bytes, size));
			assert(read_body(&whole, &r, bytes + head, size - head, size) ==
			       read_body(&cut, &r, bytes + head, size - head, 1));
			assert(whole.len == cut.len && memcmp(whole.s, cut.s, cut.len) == 0);
		}
	}
	http_free(&r);
	buf_free(&whole);
	buf_free(&cut);
	return 0;
}
