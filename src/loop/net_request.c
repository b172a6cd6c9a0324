#include "loop/net_inside.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include "base/mem.h"

#define MAX_HEAD    (256 * 1024) /* all header bytes together */
#define CONTINUE_MS 300 /* announce: a 100, and then nothing: the body would be welcome */
#define REFUSAL_MS  100 /* announce: how long the body of the answer may pause */

struct request {
	struct net_task    task;
	struct net_request q; /* its strings are libcurl's by now */
	size_t             head_bytes;
	uint64_t           to_send;
	unsigned           quiet; /* announce: a timer */
	bool               final; /* the final answer's header is complete */
	bool               cut;
	bool               flood; /* header without end */
};

/* While our side of a transfer is paused libcurl does not tell that the other has gone. */
static bool
peer_is_gone(const struct request *t)
{
	char byte;

	return t->task.fd >= 0 && recv(t->task.fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}

static void
on_quiet(void *ctx)
{
	struct request *t = ctx;

	t->quiet = 0;
	t->task.end(&t->task, !t->final && peer_is_gone(t) ? (int)CURLE_GOT_NOTHING : NET_ENOUGH);
}

static void
expect_quiet(struct request *t, int ms)
{
	loop_cancel(t->task.net->loop, t->quiet);
	t->quiet = loop_after(t->task.net->loop, ms, on_quiet, t);
}

/* Has the body of the answer come whole?  With `announce' the transfer itself never ends. */
static bool
body_is_whole(const struct request *t)
{
	curl_off_t len = -1;

	curl_easy_getinfo(t->task.easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &len);
	return len >= 0 && t->task.r.body.len >= (size_t)len;
}

/* An interim answer is counted and forgotten.  False: enough was seen. */
static bool
end_of_head(struct request *t)
{
	struct net_reply *r = &t->task.r;

	if (r->status >= 100 && r->status < 200 && r->status != 101) {
		r->continues += r->status == 100;
		if (r->status == 100 && t->q.announce)
			expect_quiet(t, CONTINUE_MS);
		r->status = 0;
		buf_cut(&r->head, 0);
		return true;
	}
	t->final = true;
	net_fill(&t->task);
	if (t->q.on_head && !t->q.on_head(t->q.ctx, r))
		t->cut = true;
	if (t->task.dropped)
		return false;
	if ((t->q.max_body == 0 && !t->q.on_data) || r->status == 101)
		t->cut = true; /* after a 101 nobody here could go on */
	if (t->q.announce && body_is_whole(t))
		t->cut = true;
	if (t->q.announce && !t->cut)
		expect_quiet(t, REFUSAL_MS);
	return !t->cut;
}

static size_t
on_header(char *data, size_t size, size_t n, void *ctx)
{
	struct request *t = ctx;
	struct net_reply *r = &t->task.r;
	const size_t len = size * n;

	if (t->task.dropped)
		return 0;
	t->head_bytes += len;
	if (t->head_bytes > MAX_HEAD) {
		t->flood = true;
		return 0;
	}
	if (t->final) { /* trailers */
		buf_add(&r->head, data, len);
		return len;
	}
	if (len >= 5 && memcmp(data, "HTTP/", 5) == 0) {
		buf_cut(&r->head, 0);
		curl_easy_getinfo(t->task.easy, CURLINFO_RESPONSE_CODE, &r->status);
		r->http = len > 5 && data[5] == '2' ? 2 : 1;
		r->first = loop_seconds() - t->task.start;
	}
	buf_add(&r->head, data, len);
	if (data[0] != '\r' && data[0] != '\n')
		return len;
	return end_of_head(t) ? len : 0;
}

static size_t
on_body(char *data, size_t size, size_t n, void *ctx)
{
	struct request *t = ctx;
	struct net_reply *r = &t->task.r;
	const size_t len = size * n;
	bool all;

	if (t->task.dropped)
		return 0;
	all = buf_add_max(&r->body, data, len, t->q.max_body);
	if (t->q.on_data && !t->q.on_data(t->q.ctx, data, len, loop_seconds() - t->task.start))
		t->cut = true;
	if (t->task.dropped)
		return 0;
	if (!all && !t->q.on_data)
		t->cut = true;
	if (t->q.announce && body_is_whole(t))
		t->cut = true;
	if (t->q.announce && !t->cut)
		expect_quiet(t, REFUSAL_MS);
	return t->cut ? 0 : len;
}

static size_t
give_zeros(char *data, size_t size, size_t n, void *ctx)
{
	struct request *t = ctx;
	const size_t len = size * n < t->to_send ? size * n : (size_t)t->to_send;

	if (t->q.announce)
		return CURL_READFUNC_PAUSE;
	memset(data, 0, len);
	t->to_send -= len;
	return len;
}

static void
request_end(struct net_task *task, int code)
{
	struct request *t = (struct request *)task;
	struct net_reply *r = &task->r;
	curl_off_t sent = 0;

	task->id = 0;
	if (t->cut)
		code = NET_ENOUGH;
	net_judge(task, code);
	if (t->flood)
		net_fault(r, NET_GARBAGE, "a header without end");
	else if (code == CURLE_OK && !t->final)
		net_fault(r, NET_CLOSED, "closed inside the header");
	if (!t->final)
		r->status = 0;
	curl_easy_getinfo(task->easy, CURLINFO_SIZE_UPLOAD_T, &sent);
	r->sent = (uint64_t)sent;
	if (t->q.want_cert)
		net_keep_certificate(task);
	t->q.done(t->q.ctx, r);
	net_drop(task);
}

static void
request_free(struct net_task *task)
{
	struct request *t = (struct request *)task;

	loop_cancel(task->net->loop, t->quiet);
	free(t);
}

static bool
has_header(const char *const *headers, const char *name)
{
	const size_t n = strlen(name);

	for (; headers && *headers; headers++)
		if (strncasecmp(*headers, name, n) == 0 && (*headers)[n] == ':')
			return true;
	return false;
}

static void
set_headers(struct request *t, const struct net_request *q)
{
	struct curl_slist *list = NULL;

	/* What libcurl would add by itself is not ours to send. */
	list = curl_slist_append(list, q->announce ? "Expect: 100-continue" : "Expect:");
	if (q->body && !has_header(q->headers, "Content-Type"))
		list = curl_slist_append(list, "Content-Type:");
	for (const char *const *h = q->headers; h && *h; h++)
		if (!strpbrk(*h, "\r\n")) /* one header cannot become two */
			list = curl_slist_append(list, *h);
	t->task.headers = list;
	curl_easy_setopt(t->task.easy, CURLOPT_HTTPHEADER, list);
	if (!has_header(q->headers, "User-Agent"))
		curl_easy_setopt(t->task.easy, CURLOPT_USERAGENT, "antechamber/" VERSION);
}

static void
set_method(struct request *t, const struct net_request *q)
{
	CURL *easy = t->task.easy;
	const char *method = q->method;

	if (q->body) {
		curl_easy_setopt(easy, CURLOPT_POST, 1L);
		curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)q->body_len);
		curl_easy_setopt(easy, CURLOPT_COPYPOSTFIELDS, q->body);
	} else if (q->announce || q->upload) {
		if (q->announce)
			net_follow_socket(&t->task);
		t->to_send = q->upload;
		curl_easy_setopt(easy, CURLOPT_UPLOAD, 1L);
		curl_easy_setopt(easy, CURLOPT_INFILESIZE_LARGE,
		                 (curl_off_t)(q->announce ? q->announce : q->upload));
		curl_easy_setopt(easy, CURLOPT_READFUNCTION, give_zeros);
		curl_easy_setopt(easy, CURLOPT_READDATA, t);
		curl_easy_setopt(easy, CURLOPT_EXPECT_100_TIMEOUT_MS, q->timeout_ms + 1000L);
		method = method ? method : "POST";
	} else if (method && strcmp(method, "HEAD") == 0) {
		curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
	}
	if (method)
		curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, method);
}

unsigned
net_start(struct net *n, const struct net_request *q)
{
	struct request *t = xcalloc(1, sizeof(*t));
	const bool two = q->http == NET_HTTP_2 && !q->announce;

	t->task.net = n;
	t->task.end = request_end;
	t->task.free = request_free;
	t->q = *q;
	net_prepare(&t->task, q->url, &q->where, q->timeout_ms);
	curl_easy_setopt(t->task.easy, CURLOPT_FORBID_REUSE, 1L);
	curl_easy_setopt(t->task.easy, CURLOPT_HTTP_VERSION,
	                 two ? (long)CURL_HTTP_VERSION_2TLS : (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(t->task.easy, CURLOPT_HEADERFUNCTION, on_header);
	curl_easy_setopt(t->task.easy, CURLOPT_HEADERDATA, t);
	curl_easy_setopt(t->task.easy, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(t->task.easy, CURLOPT_WRITEDATA, t);
	curl_easy_setopt(t->task.easy, CURLOPT_CERTINFO, (long)q->want_cert);
	set_headers(t, q);
	set_method(t, q);
	return net_begin(n, &t->task, q->timeout_ms);
}
