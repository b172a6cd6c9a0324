/* test_net.c - what net.h promises, over plain HTTP. */
#include "get.h"

/* What each way of answering, or not answering, is called. */
static void
test_faults(void **state)
{
	static char long_line[150 * 1024], many_headers[300 * 1024];
	static const struct {
		const char     *what;
		struct step     steps[6];
		enum net_fault  fault;
		long            status;
		const char     *body;
		int             timeout_ms;
		bool            eager;
	} cases[] = {
		{ "healthy", { { .act = ACT_SEND, .text = OK_HEAD "Content-Length: 2\r\n\r\nhi" } },
		  NET_OK, 200, "hi", 0, false },
		{ "until close", { { .act = ACT_SEND, .text = OK_HEAD "\r\nhi" }, { .act = ACT_CLOSE } },
		  NET_OK, 200, "hi", 0, false },
		{ "chunks", { { .act = ACT_SEND, .text = OK_HEAD "Transfer-Encoding: chunked\r\n\r\n"
		                "1\r\nh\r\n1\r\ni\r\n0\r\n\r\n" } }, NET_OK, 200, "hi", 0, false },
		{ "chunks and trailer", { { .act = ACT_SEND, .text = OK_HEAD "Transfer-Encoding: chunked\r\n\r\n"
		                "2\r\nhi\r\n0\r\nHTTP/9: x\r\n\r\n" } }, NET_OK, 200, "hi", 0, false },
		{ "not found", { { .act = ACT_SEND, .text = "HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n" } },
		  NET_OK, 404, "", 0, false },
		{ "no content", { { .act = ACT_SEND, .text = "HTTP/1.1 204 No\r\n\r\n" } },
		  NET_OK, 204, "", 0, false },
		{ "early hints", { { .act = ACT_SEND, .text = "HTTP/1.1 103 Hints\r\nLink: x\r\n\r\n"
		                     OK_HEAD "Content-Length: 2\r\n\r\nhi" } }, NET_OK, 200, "hi", 0, false },
		{ "101 unasked", { { .act = ACT_SEND, .text = "HTTP/1.1 101 S\r\nUpgrade: x\r\n\r\nhi" } },
		  NET_OK, 101, "", 0, false },
		{ "redirect is an answer", { { .act = ACT_SEND, .text = "HTTP/1.1 302 F\r\nLocation: /x\r\n"
		                               "Content-Length: 0\r\n\r\n" } }, NET_OK, 302, "", 0, false },
		{ "never a byte", { { .act = ACT_END } }, NET_SILENT, 0, "", 150, false },
		{ "half a line", { { .act = ACT_SEND, .text = "HTTP/1.1 200 O" } }, NET_TIMEOUT, 0, "", 150, false },
		{ "half a head", { { .act = ACT_SEND, .text = OK_HEAD } }, NET_TIMEOUT, 0, "", 150, false },
		{ "half a body", { { .act = ACT_SEND, .text = OK_HEAD "Content-Length: 9\r\n\r\nhalf" } },
		  NET_TIMEOUT, 200, "half", 150, false },
		{ "closed at once", { { .act = ACT_CLOSE } }, NET_CLOSED, 0, "", 0, true },
		{ "closed on request", { { .act = ACT_CLOSE } }, NET_CLOSED, 0, "", 0, false },
		{ "reset on request", { { .act = ACT_RESET } }, NET_CLOSED, 0, "", 0, false },
		{ "closed in the head", { { .act = ACT_SEND, .text = OK_HEAD "X: y" }, { .act = ACT_CLOSE } },
		  NET_CLOSED, 0, "", 0, false },
		{ "length promises more", { { .act = ACT_SEND, .text = OK_HEAD "Content-Length: 9\r\n\r\nhalf" },
		                            { .act = ACT_CLOSE } }, NET_CLOSED, 200, "half", 0, false },
		{ "length promises less", { { .act = ACT_SEND, .text = OK_HEAD "Content-Length: 2\r\n\r\nhiho" } },
		  NET_OK, 200, "hi", 0, false },
		{ "reset in the body", { { .act = ACT_SEND, .text = OK_HEAD "Content-Length: 9\r\n\r\nhalf" },
		                         { .act = ACT_RESET, .after_ms = 30 } }, NET_CLOSED, 200, "half", 0, false },
		{ "last chunk missing", { { .act = ACT_SEND, .text = OK_HEAD "Transfer-Encoding: chunked\r\n\r\n"
		                            "2\r\nhi\r\n" }, { .act = ACT_CLOSE } }, NET_CLOSED, 200, "hi", 0, false },
		{ "broken chunk", { { .act = ACT_SEND, .text = OK_HEAD "Transfer-Encoding: chunked\r\n\r\n"
		                      "zz\r\nhi\r\n" } }, NET_GARBAGE, 200, "", 0, false },
		{ "another protocol", { { .act = ACT_SEND, .text = "SSH-2.0-OpenSSH_9.2\r\n" },
		                        { .act = ACT_CLOSE } }, NET_GARBAGE, 0, "", 0, true },
		{ "binary", { { .act = ACT_SEND, .text = "\0\1\2\377\376\0\n\n\r\n\r\n", .len = 12 },
		              { .act = ACT_CLOSE } }, NET_GARBAGE, 0, "", 0, false },
		{ "length is no number", { { .act = ACT_SEND, .text = OK_HEAD "Content-Length: -7\r\n\r\nhi" },
		                           { .act = ACT_CLOSE } }, NET_GARBAGE, 0, "", 0, false },
		{ "a line without end", { { .act = ACT_SEND, .text = "HTTP/1.1 200 OK\r\nX: " },
		                          { .act = ACT_FLOOD, .text = long_line } }, NET_GARBAGE, 0, "", 0, false },
		{ "a head without end", { { .act = ACT_SEND, .text = "HTTP/1.1 200 OK\r\n" },
		                          { .act = ACT_FLOOD, .text = many_headers } }, NET_GARBAGE, 0, "", 0, false },
		{ "100 for ever", { { .act = ACT_FLOOD, .text = "HTTP/1.1 100 Continue\r\n\r\n" } },
		  NET_GARBAGE, 0, "", 0, false },
		{ "103 for ever", { { .act = ACT_FLOOD, .text = "HTTP/1.1 103 Hints\r\nLink: <x>\r\n\r\n" } },
		  NET_GARBAGE, 0, "", 0, false },
	};
	struct world *w = *state;

	memset(long_line, 'x', sizeof(long_line) - 1);
	for (size_t i = 0; i + 10 < sizeof(many_headers); i += 10)
		memcpy(many_headers + i, "Abc: def\r\n", 10);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct serve s;
		struct get g = { 0 };
		struct net_request q;

		print_message("  %s\n", cases[i].what);
		serve_start(&s, w->l, cases[i].steps);
		s.eager = cases[i].eager;
		q = request(w, &g, s.url);
		if (cases[i].timeout_ms)
			q.timeout_ms = cases[i].timeout_ms;
		q.on_head = on_head;
		send_it(&g, &q);
		assert_true(world_run(w, &g.done, 10000));
		if (g.r.fault != cases[i].fault)
			print_message("    %s, not %s: %s\n", net_fault_name(g.r.fault),
			              net_fault_name(cases[i].fault), g.r.msg);
		assert_int_equal(g.r.fault, cases[i].fault);
		assert_int_equal(g.r.status, cases[i].status);
		assert_int_equal(g.heads, cases[i].status != 0);
		if (g.r.status)
			assert_memory_equal(g.r.head.s, "HTTP/1.1 ", 9);
		assert_string_equal(g.r.body.s, cases[i].body);
		assert_string_equal(g.r.peer, "127.0.0.1");
		assert_true(g.r.connected > 0 && g.r.connected <= g.r.seconds);
		assert_true(g.r.head.len <= 256 * 1024);
		assert_int_equal(g.r.cut, cases[i].status == 101);
		if (cases[i].timeout_ms)
			assert_true(g.r.seconds >= cases[i].timeout_ms / 1000.0 && g.r.seconds < 1);
		if (cases[i].fault != NET_OK)
			assert_true(g.r.msg[0]);
		serve_stop(&s);
		get_free(&g);
	}
}

static void
test_nobody_there(void **state)
{
	struct world *w = *state;
	int port, fd = serve_bind("127.0.0.1", &port); /* bound, but it does not listen */
	static const struct {
		const char *what, *url;
		enum net_fault fault;
	} cases[] = {
		{ "refused", NULL, NET_REFUSED },
		{ "unreachable", "http://255.255.255.255/", NET_UNREACHABLE },
		{ "no such name", "http://no-such-name.invalid/", NET_RESOLVE },
		{ "not a URL", "http://a b/", NET_RESOLVE },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct get g = { 0 };
		struct net_request q = request(w, &g, cases[i].url);
		char url[64];

		print_message("  %s\n", cases[i].what);
		snprintf(url, sizeof(url), "http://127.0.0.1:%d/", port);
		if (!q.url)
			q.url = url;
		q.timeout_ms = 8000;
		send_it(&g, &q);
		assert_true(world_run(w, &g.done, 10000));
		print_message("    %s: %s\n", net_fault_name(g.r.fault), g.r.msg);
		assert_int_equal(g.r.fault, cases[i].fault);
		assert_int_equal(g.r.status, 0);
		assert_string_equal(g.r.peer, "");
		assert_true(g.r.connected == 0);
		get_free(&g);
	}
	close(fd);
}

/* A listener whose queue is full answers nobody: the next SYN waits for ever. */
static void
test_no_connection(void **state)
{
	struct world *w = *state;
	int port, fd = serve_bind("127.0.0.1", &port), fill[8];
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
	struct get g = { 0 };
	struct net_request q;
	char url[64];

	assert_int_equal(listen(fd, 0), 0);
	inet_pton(AF_INET, "127.0.0.1", &a.sin_addr);
	for (size_t i = 0; i < ARRAY_LEN(fill); i++) {
		fill[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
		(void)connect(fill[i], (struct sockaddr *)&a, sizeof(a));
	}
	snprintf(url, sizeof(url), "http://127.0.0.1:%d/", port);
	q = request(w, &g, url);
	q.timeout_ms = 200;
	send_it(&g, &q);
	assert_true(world_run(w, &g.done, 5000));
	assert_int_equal(g.r.fault, NET_NO_CONNECT);
	assert_true(g.r.seconds >= 0.2 && g.r.seconds < 1);
	for (size_t i = 0; i < ARRAY_LEN(fill); i++)
		close(fill[i]);
	close(fd);
	get_free(&g);
}

/* Content-Length with Expect, and never a byte of the body. */
static void
test_announce(void **state)
{
	static const struct {
		const char    *what;
		struct step    steps[6];
		enum net_fault fault;
		long           status;
		int            continues;
		const char    *body;
		bool           cut;
		double         at_least, at_most;
	} cases[] = {
		{ "100, then 400", { { .act = ACT_SEND, .text = "HTTP/1.1 100 Continue\r\n\r\n" },
		    { .act = ACT_SEND, .after_ms = 100, .text = "HTTP/1.1 400 Bad\r\nContent-Length: 4\r\n\r\nPath" } },
		  NET_OK, 400, 1, "Path", true, 0.1, 0.19 },
		{ "413 at once", { { .act = ACT_SEND, .text = "HTTP/1.1 413 Large\r\nContent-Length: 3\r\n\r\nbig" },
		                   { .act = ACT_CLOSE } }, NET_OK, 413, 0, "big", true, 0, 0.09 },
		{ "413, kept open", { { .act = ACT_SEND, .text = "HTTP/1.1 413 Large\r\nContent-Length: 3\r\n\r\nbig" } },
		  NET_OK, 413, 0, "big", true, 0, 0.09 },
		{ "413, no length", { { .act = ACT_SEND, .text = "HTTP/1.1 413 Large\r\n\r\nbig" } },
		  NET_OK, 413, 0, "big", true, 0.09, 0.5 },
		{ "413 and gone", { { .act = ACT_SEND, .text = "HTTP/1.1 413 Large\r\n\r\nbig" }, { .act = ACT_CLOSE } },
		  NET_OK, 413, 0, "big", false, 0, 0.5 },
		{ "413, empty", { { .act = ACT_SEND, .text = "HTTP/1.1 413 Large\r\nContent-Length: 0\r\n\r\n" } },
		  NET_OK, 413, 0, "", true, 0, 0.09 },
		{ "417", { { .act = ACT_SEND, .text = "HTTP/1.1 417 No\r\nContent-Length: 2\r\n\r\nno" } },
		  NET_OK, 417, 0, "no", true, 0, 0.09 },
		{ "200 without 100", { { .act = ACT_SEND, .text = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok" } },
		  NET_OK, 200, 0, "ok", true, 0, 0.09 },
		{ "100, and waits", { { .act = ACT_SEND, .text = "HTTP/1.1 100 Continue\r\n\r\n" } },
		  NET_OK, 0, 1, "", true, 0.3, 0.9 },
		{ "two 100s", { { .act = ACT_SEND, .text = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 100 C\r\n\r\n" },
		                { .act = ACT_SEND, .text = "HTTP/1.1 401 No\r\nContent-Length: 1\r\n\r\nx" } },
		  NET_OK, 401, 2, "x", true, 0, 0.09 },
		{ "100, then gone", { { .act = ACT_SEND, .text = "HTTP/1.1 100 Continue\r\n\r\n" },
		                      { .act = ACT_CLOSE, .after_ms = 30 } }, NET_CLOSED, 0, 1, "", false, 0, 0.5 },
		{ "100, then reset", { { .act = ACT_SEND, .text = "HTTP/1.1 100 Continue\r\n\r\n" },
		                       { .act = ACT_RESET, .after_ms = 30 } }, NET_CLOSED, 0, 1, "", false, 0, 0.5 },
		{ "never answered", { { .act = ACT_END } }, NET_SILENT, 0, 0, "", false, 1.3, 2.5 },
		{ "reset", { { .act = ACT_RESET } }, NET_CLOSED, 0, 0, "", false, 0, 0.3 },
	};
	struct world *w = *state;
	int slow = 0; /* a busy machine may be late, but not three times in a row */

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct serve s;
		struct get g = { 0 };
		struct net_request q;

		print_message("  %s\n", cases[i].what);
		serve_start(&s, w->l, cases[i].steps);
		q = request(w, &g, s.url);
		q.announce = 104857600;
		q.timeout_ms = 1300; /* beyond the second after which libcurl would send all the same */
		send_it(&g, &q);
		assert_true(world_run(w, &g.done, 5000));
		if (g.r.fault != cases[i].fault)
			print_message("    %s: %s\n", net_fault_name(g.r.fault), g.r.msg);
		assert_int_equal(g.r.fault, cases[i].fault);
		assert_int_equal(g.r.status, cases[i].status);
		assert_int_equal(g.r.continues, cases[i].continues);
		assert_string_equal(g.r.body.s, cases[i].body);
		assert_int_equal(g.r.sent, 0);
		assert_int_equal(g.r.cut, cases[i].cut);
		assert_true(g.r.seconds >= cases[i].at_least);
		slow = g.r.seconds > cases[i].at_most ? slow + 1 : 0;
		assert_true(slow < 3);
		assert_non_null(strstr(s.got.s, "POST / HTTP/1.1\r\n"));
		assert_non_null(strstr(s.got.s, "Content-Length: 104857600\r\n"));
		assert_non_null(strstr(s.got.s, "Expect: 100-continue\r\n"));
		assert_ptr_equal(strstr(s.got.s, "\r\n\r\n"), s.got.s + s.got.len - 4);
		serve_stop(&s);
		get_free(&g);
		if (slow)
			i--;
	}
}

static void
test_upload_is_sent_and_counted(void **state)
{
	static const struct step steps[] = {
		{ .act = ACT_SEND, .after_ms = 200, .text = OK_HEAD "Content-Length: 2\r\n\r\nok" },
		{ .act = ACT_END },
	};
	enum { SIZE = 3000000 };
	struct world *w = *state;
	struct get g = { 0 };
	struct serve s;
	struct net_request q;
	const char *body;

	serve_start(&s, w->l, steps);
	q = request(w, &g, s.url);
	q.upload = SIZE;
	q.method = "PUT";
	send_it(&g, &q);
	assert_true(world_run(w, &g.done, 10000));
	assert_int_equal(g.r.fault, NET_OK);
	assert_int_equal(g.r.sent, SIZE);
	body = strstr(s.got.s, "\r\n\r\n") + 4;
	assert_int_equal(s.got.len - (size_t)(body - s.got.s), SIZE);
	assert_memory_equal(s.got.s, "PUT / HTTP/1.1\r\n", 16);
	assert_null(strstr(s.got.s, "Expect"));
	assert_int_equal(body[0] | body[SIZE - 1], 0);
	serve_stop(&s);
	get_free(&g);
}

/* The answer may come long before the body has gone. */
static void
test_upload_refused(void **state)
{
	static const struct {
		const char *what;
		struct step steps[3];
	} cases[] = {
		{ "and kept open", { { .act = ACT_SEND, .text = "HTTP/1.1 413 L\r\nContent-Length: 3\r\n\r\nbig" } } },
		{ "and closed", { { .act = ACT_SEND, .text = "HTTP/1.1 413 L\r\nContent-Length: 3\r\n\r\nbig" },
		                  { .act = ACT_CLOSE } } },
		{ "and reset", { { .act = ACT_SEND, .text = "HTTP/1.1 413 L\r\nContent-Length: 3\r\n\r\nbig" },
		                 { .act = ACT_RESET } } },
	};
	struct world *w = *state;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct get g = { 0 };
		struct serve s;
		struct net_request q;

		print_message("  %s\n", cases[i].what);
		serve_start(&s, w->l, cases[i].steps);
		q = request(w, &g, s.url);
		q.upload = 100000000;
		send_it(&g, &q);
		assert_true(world_run(w, &g.done, 10000));
		assert_int_equal(g.r.status, 413);
		assert_string_equal(g.r.body.s, "big");
		assert_true(g.r.sent < 100000000);
		serve_stop(&s);
		get_free(&g);
	}
}

/* What goes over the wire for each kind of request. */
static void
test_requests(void **state)
{
	static const struct step steps[] = {
		{ .act = ACT_SEND, .text = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n" },
		{ .act = ACT_END },
	};
	static const char *const headers[] = { "X-One: 1", "Accept: text/event-stream",
	                                       "X-Evil: a\r\nX-Two: 2", NULL };
	static const char *const json[] = { "content-type: application/json", NULL };
	static const struct {
		const char *what, *method;
		const char *const *headers;
		const char *body, *begins, *has, *has_not;
	} cases[] = {
		{ "GET", NULL, NULL, NULL, "GET /a/../b?c HTTP/1.1\r\nHost: 127.0.0.1:", "\r\nUser-Agent: antechamber/",
		  "Accept-Encoding" },
		{ "headers", NULL, headers, NULL, "GET /", "X-One: 1\r\nAccept: text/event-stream\r\n", "X-Two" },
		{ "no cookies, no proxy", NULL, NULL, NULL, "GET /", "\r\nAccept: */*\r\n", "Cookie" },
		{ "DELETE", "DELETE", NULL, NULL, "DELETE /", "", "Content-" },
		{ "HEAD", "HEAD", NULL, NULL, "HEAD /", "", "Content-" },
		{ "POST", NULL, NULL, "a=b", "POST /", "\r\nContent-Length: 3\r\n", "Content-Type" },
		{ "POST json", NULL, json, "{}", "POST /", "content-type: application/json\r\n", "urlencoded" },
		{ "PUT", "PUT", NULL, "", "PUT /", "\r\nContent-Length: 0\r\n", "Expect" },
	};
	struct world *w = *state;

	setenv("http_proxy", "http://127.0.0.1:1/", 1);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct serve s;
		struct get g = { 0 };
		struct net_request q;
		char url[100];

		print_message("  %s\n", cases[i].what);
		serve_start(&s, w->l, steps);
		snprintf(url, sizeof(url), "http://127.0.0.1:%d/a/../b?c", s.port);
		q = request(w, &g, url);
		q.method = cases[i].method;
		q.headers = cases[i].headers;
		q.body = cases[i].body;
		q.body_len = cases[i].body ? strlen(cases[i].body) : 0;
		send_it(&g, &q);
		assert_true(world_run(w, &g.done, 5000));
		assert_int_equal(g.r.fault, NET_OK);
		assert_int_equal(g.r.http, 1);
		assert_memory_equal(s.got.s, cases[i].begins, strlen(cases[i].begins));
		assert_non_null(strstr(s.got.s, cases[i].has));
		assert_null(strstr(s.got.s, cases[i].has_not));
		if (cases[i].body)
			assert_non_null(strstr(strstr(s.got.s, "\r\n\r\n"), cases[i].body));
		serve_stop(&s);
		get_free(&g);
	}
	unsetenv("http_proxy");
}

/* A body of our own megabytes must not wait for a 100 either. */
static void
test_big_body_has_no_expect(void **state)
{
	static const struct step steps[] = {
		{ .act = ACT_SEND, .after_ms = 200, .text = OK_HEAD "Content-Length: 0\r\n\r\n" }, { .act = ACT_END },
	};
	struct world *w = *state;
	struct get g = { 0 };
	struct serve s;
	struct net_request q;
	char *body = xmalloc(2000000);

	memset(body, 'b', 2000000);
	serve_start(&s, w->l, steps);
	q = request(w, &g, s.url);
	q.body = body;
	q.body_len = 2000000;
	send_it(&g, &q);
	free(body); /* it was copied */
	assert_true(world_run(w, &g.done, 5000));
	assert_int_equal(g.r.sent, 2000000);
	assert_null(strstr(s.got.s, "Expect"));
	assert_int_equal(s.got.s[s.got.len - 1], 'b');
	serve_stop(&s);
	get_free(&g);
}

static void
test_data_comes_when_it_comes(void **state)
{
	struct world *w = *state;
	struct get g = { 0 };
	struct serve s;
	struct net_request q;

	serve_start(&s, w->l, dripping);
	q = request(w, &g, s.url);
	q.on_head = on_head;
	q.on_data = on_data;
	q.max_body = 5;
	send_it(&g, &q);
	assert_true(world_run(w, &g.done, 5000));
	assert_int_equal(g.heads, 1);
	assert_int_equal(g.pieces, 3);
	assert_true(g.at[0] >= 0.06 && g.at[1] >= g.at[0] + 0.05 && g.at[2] >= g.at[1] + 0.05);
	assert_true(g.at[2] < 1);
	assert_true(g.r.first < g.at[0]);
	assert_int_equal(g.r.fault, NET_OK);
	assert_false(g.r.cut);
	assert_string_equal(g.r.body.s, "onetw"); /* the cap does not end it where somebody listens */
	serve_stop(&s);
	get_free(&g);
}

static void
test_callbacks_can_end_it(void **state)
{
	struct world *w = *state;
	static const struct {
		const char *what;
		bool        at_head;
		int         at_piece;
		size_t      max;
		const char *body;
	} cases[] = {
		{ "at the head", true, 0, 100, "" },
		{ "at the first piece", false, 1, 100, "one" },
		{ "at the second piece", false, 2, 100, "onetwo" },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct get g = { .stop_at_head = cases[i].at_head, .stop_at_piece = cases[i].at_piece };
		struct serve s;
		struct net_request q;

		print_message("  %s\n", cases[i].what);
		serve_start(&s, w->l, dripping);
		q = request(w, &g, s.url);
		q.on_head = on_head;
		q.on_data = on_data;
		send_it(&g, &q);
		assert_true(world_run(w, &g.done, 5000));
		assert_int_equal(g.r.fault, NET_OK);
		assert_true(g.r.cut);
		assert_int_equal(g.r.status, 200);
		assert_string_equal(g.r.body.s, cases[i].body);
		assert_true(world_run(w, &s.gone, 2000)); /* and the connection is gone */
		serve_stop(&s);
		get_free(&g);
	}
}

static void
test_body_cap(void **state)
{
	static const struct {
		const char *what;
		size_t      max;
		struct step steps[3];
		const char *body;
		bool        cut;
	} cases[] = {
		{ "more than wanted", 4, { { .act = ACT_SEND, .text = OK_HEAD "Content-Length: 6\r\n\r\nabcdef" } },
		  "abcd", true },
		{ "just as much", 6, { { .act = ACT_SEND, .text = OK_HEAD "Content-Length: 6\r\n\r\nabcdef" } },
		  "abcdef", false },
		{ "none wanted", 0, { { .act = ACT_SEND, .text = OK_HEAD "Content-Length: 6\r\n\r\nabcdef" } }, "", true },
		{ "none wanted of a stream", 0, { { .act = ACT_SEND, .text = OK_HEAD "\r\n" } }, "", true },
		{ "a flood", 8, { { .act = ACT_SEND, .text = OK_HEAD "\r\n" }, { .act = ACT_FLOOD, .text = "abcd" } },
		  "abcdabcd", true },
		{ "compressed stays so", 100, { { .act = ACT_SEND, .text = OK_HEAD "Content-Encoding: gzip\r\n"
		    "Content-Length: 6\r\n\r\n\037\213abcd" } }, "\037\213abcd", false },
	};
	struct world *w = *state;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct get g = { 0 };
		struct serve s;
		struct net_request q;

		print_message("  %s\n", cases[i].what);
		serve_start(&s, w->l, cases[i].steps);
		q = request(w, &g, s.url);
		q.max_body = cases[i].max;
		send_it(&g, &q);
		assert_true(world_run(w, &g.done, 5000));
		assert_int_equal(g.r.fault, NET_OK);
		assert_string_equal(g.r.body.s, cases[i].body);
		assert_int_equal(g.r.cut, cases[i].cut);
		serve_stop(&s);
		get_free(&g);
	}
}

static void
test_headers_by_name(void **state)
{
	struct net_reply r = { .head = BUF_INIT };
	struct buf v = BUF_INIT;

	(void)state;
	buf_puts(&r.head, "HTTP/1.1 200 OK\r\nSet-Cookie: a=1\r\nX-Empty:\r\nset-cookie:\tb=2 \t\r\nServer: x\r\n\r\n");
	assert_true(net_header(&v, &r, "SET-COOKIE", 0));
	assert_string_equal(v.s, "a=1");
	assert_true(net_header(&v, &r, "Set-Cookie", 1));
	assert_string_equal(v.s, "a=1b=2");
	assert_false(net_header(&v, &r, "Set-Cookie", 2));
	assert_false(net_header(&v, &r, "Set", 0));
	assert_false(net_header(&v, &r, "HTTP/1.1 200 OK", 0));
	buf_cut(&v, 0);
	assert_true(net_header(&v, &r, "X-Empty", 0));
	assert_string_equal(v.s, "");
	buf_free(&v);
	buf_free(&r.head);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_faults),
		CASE(test_nobody_there),
		CASE(test_no_connection),
		CASE(test_announce),
		CASE(test_upload_is_sent_and_counted),
		CASE(test_upload_refused),
		CASE(test_requests),
		CASE(test_big_body_has_no_expect),
		CASE(test_data_comes_when_it_comes),
		CASE(test_callbacks_can_end_it),
		CASE(test_body_cap),
		CASE(test_headers_by_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
