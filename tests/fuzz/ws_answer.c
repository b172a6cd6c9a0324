/* The answer to a WebSocket handshake: whole or byte by byte it is the same answer, and capped. */
#include "fuzz.h"

#include "loop/ws_handshake.h"

enum { HEAD_MAX = 16 * 1024, BODY_MAX = 512 };

struct read {
	struct ws_answer answer;
	struct ws_reply  reply;
	enum ws_progress progress;
};

static void
read_in_pieces(struct read *r, const uint8_t *data, size_t size, size_t piece)
{
	*r = (struct read){ .answer = WS_ANSWER_INIT,
	                    .reply = { .head = BUF_INIT, .body = BUF_INIT } };
	for (size_t i = 0; i < size && r->progress < WS_DONE; i += piece)
		r->progress = ws_answer_feed(&r->answer, &r->reply, (const char *)data + i,
		                             piece < size - i ? piece : size - i);
	assert(r->reply.head.len <= HEAD_MAX && r->reply.body.len <= BODY_MAX);
	assert(r->answer.rest <= r->answer.in.len);
	assert((r->progress == WS_DONE || r->progress == WS_BODY) == (r->reply.status != 0));
}

static void
end(struct read *r)
{
	buf_free(&r->answer.in);
	buf_free(&r->reply.head);
	buf_free(&r->reply.body);
}

static void
ask_headers(const struct ws_reply *r)
{
	struct buf value = BUF_INIT;

	if (ws_header(&value, r, "sec-websocket-accept"))
		assert(value.len <= r->head.len && !strchr(value.s, '\n'));
	buf_free(&value);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct read whole, cut;

	read_in_pieces(&whole, data, size, size ? size : 1);
	read_in_pieces(&cut, data, size, 1);
	assert(whole.progress == cut.progress);
	assert(whole.reply.status == cut.reply.status);
	assert(strcmp(whole.reply.head.s, cut.reply.head.s) == 0);
	assert(whole.reply.body.len == cut.reply.body.len);
	ask_headers(&whole.reply);
	end(&whole);
	end(&cut);
	return 0;
}
