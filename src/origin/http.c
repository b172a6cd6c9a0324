#include "origin/http.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "base/mem.h"

enum { EXTRA_MAX = 8 * 1024, SIZE_DIGITS = 15 };

enum body_state {
	SIZE, EXTENSION, SIZE_LF, DATA, DATA_CR, DATA_LF, TRAILER, TRAILER_TEXT, TRAILER_LF, END_LF
};

static bool
is_token(const char *s)
{
	static const char marks[] = "!#$%&'*+-.^_`|~";

	if (!*s)
		return false;
	for (; *s; s++)
		if (!((*s >= '0' && *s <= '9') || (*s >= 'a' && *s <= 'z') || (*s >= 'A' && *s <= 'Z') ||
		      strchr(marks, *s)))
			return false;
	return true;
}

static char *
trim(char *s)
{
	size_t len;

	s += strspn(s, " \t");
	len = strlen(s);
	while (len && strchr(" \t", s[len - 1]))
		len--;
	s[len] = '\0';
	return s;
}

/* Cut the next line off; NULL: it does not end with \r\n, or holds a control byte. */
static char *
next_line(char **at)
{
	char *line = *at, *end = strstr(line, "\r\n");

	if (!end)
		return NULL;
	*end = '\0';
	*at = end + 2;
	for (const char *p = line; *p; p++)
		if (((unsigned char)*p < 0x20 && *p != '\t') || *p == 0x7f)
			return NULL;
	return line;
}

static int
parse_line(struct http_request *r, char *line)
{
	char *target = strchr(line, ' ');
	char *version = target ? strrchr(target + 1, ' ') : NULL;
	char *query;

	if (!version)
		return 400;
	*target++ = '\0';
	*version++ = '\0';
	if (!is_token(line) || strpbrk(target, " \t") || (target[0] != '/' && strcmp(target, "*")))
		return 400;
	if (strncmp(version, "HTTP/", 5))
		return 400;
	if (strcmp(version, "HTTP/1.1") && strcmp(version, "HTTP/1.0"))
		return 505;
	r->method = line;
	r->target = target;
	r->minor = version[7] - '0';
	query = strchr(target, '?');
	r->path = xstrndup(target, query ? (size_t)(query - target) : strlen(target));
	r->query = query ? query + 1 : "";
	return 0;
}

static int
parse_field(struct http_request *r, char *line)
{
	char *colon = strchr(line, ':');

	if (!colon)
		return 400;
	*colon = '\0';
	if (!is_token(line))
		return 400;
	if (r->n_fields == HTTP_FIELDS_MAX)
		return 431;
	if (r->n_fields % 16 == 0)
		r->fields = xreallocarray(r->fields, r->n_fields + 16, sizeof(*r->fields));
	r->fields[r->n_fields++] = (struct http_field){ line, trim(colon + 1) };
	return 0;
}

/* How long the body is.  Two answers to that are how requests are smuggled: refused. */
static int
parse_framing(struct http_request *r)
{
	const char *length = http_get(r, "Content-Length", 0);
	const char *coding = http_get(r, "Transfer-Encoding", 0);

	if (http_get(r, "Content-Length", 1) || http_get(r, "Transfer-Encoding", 1) ||
	    (length && coding))
		return 400;
	if (coding) {
		if (r->minor == 0 || strcasecmp(coding, "chunked"))
			return 400;
		r->chunked = true;
	}
	if (length) {
		size_t digits = strspn(length, "0123456789");

		if (digits == 0 || digits > 18 || length[digits])
			return 400;
		r->length = strtoull(length, NULL, 10);
	}
	return 0;
}

static int
parse_meaning(struct http_request *r)
{
	const char *expect = http_get(r, "Expect", 0);
	int status = parse_framing(r);

	if (status)
		return status;
	if (r->minor == 1 && !http_get(r, "Host", 0))
		return 400;
	r->keep_alive = r->minor == 1 ? !http_lists(r, "Connection", "close")
	                              : http_lists(r, "Connection", "keep-alive");
	r->upgrade = http_lists(r, "Connection", "upgrade") && http_get(r, "Upgrade", 0);
	if (expect && r->minor == 1) {
		if (strcasecmp(expect, "100-continue"))
			return 417;
		r->expects = r->chunked || r->length;
	}
	return 0;
}

size_t
http_head(const char *bytes, size_t len, size_t *scanned)
{
	size_t from = *scanned > 3 ? *scanned - 3 : 0;
	const char *end = len > from ? memmem(bytes + from, len - from, "\r\n\r\n", 4) : NULL;

	*scanned = len;
	return end ? (size_t)(end - bytes) + 4 : 0;
}

bool
http_looks(const char *bytes, size_t len)
{
	char first[2] = { len ? bytes[0] : 'G', '\0' };

	return is_token(first);
}

int
http_parse(struct http_request *r, const char *head, size_t len)
{
	char *at, *line;
	int status;

	*r = (struct http_request){ .query = "" };
	if (memchr(head, '\0', len))
		return 400;
	at = r->text = xstrndup(head, len);
	line = next_line(&at);
	status = line ? parse_line(r, line) : 400;
	while (!status) {
		line = next_line(&at);
		if (line && !*line)
			return parse_meaning(r);
		status = line ? parse_field(r, line) : 400;
	}
	return status;
}

void
http_free(struct http_request *r)
{
	free(r->text);
	free(r->path);
	free(r->fields);
	*r = (struct http_request){ .query = "" };
}

const char *
http_get(const struct http_request *r, const char *name, int nth)
{
	for (size_t i = 0; i < r->n_fields; i++)
		if (!strcasecmp(r->fields[i].name, name) && nth-- == 0)
			return r->fields[i].value;
	return NULL;
}

static bool
in_list(const char *list, const char *word)
{
	size_t len = strlen(word);

	while (*list) {
		size_t item = strcspn(list, ",");
		const char *s = list + strspn(list, " \t"), *end = list + item;
		size_t n = strcspn(s, " \t;,");

		if (n == len && !strncasecmp(s, word, len)) {
			const char *q = memmem(s, (size_t)(end - s), "q=", 2);

			return !q || strtod(q + 2, NULL) > 0;
		}
		list += item + (list[item] == ',');
	}
	return false;
}

bool
http_lists(const struct http_request *r, const char *name, const char *word)
{
	const char *list;

	for (int i = 0; (list = http_get(r, name, i)); i++)
		if (in_list(list, word))
			return true;
	return false;
}

bool
http_first(struct buf *out, const struct http_request *r, const char *name)
{
	const char *s = http_get(r, name, 0);
	size_t len;

	if (!s)
		return false;
	len = strcspn(s, ",");
	while (len && strchr(" \t", s[len - 1]))
		len--;
	buf_add(out, s, len);
	return len > 0;
}

bool
http_param(struct buf *out, const struct http_request *r, const char *name)
{
	size_t len = strlen(name);

	for (const char *s = r->query; *s;) {
		size_t item = strcspn(s, "&");

		if (item >= len && !strncmp(s, name, len) && (item == len || s[len] == '=')) {
			if (item > len)
				buf_add(out, s + len + 1, item - len - 1);
			return true;
		}
		s += item + (s[item] == '&');
	}
	return false;
}

void
http_body_init(struct http_body *b, const struct http_request *r)
{
	*b = (struct http_body){ .chunked = r->chunked, .left = r->length,
	                         .state = r->chunked ? SIZE : DATA };
	b->done = !r->chunked && r->length == 0;
}

static int
hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* One byte of what stands around the chunks.  False: it does not belong there. */
static bool
frame_byte(struct http_body *b, char c)
{
	switch ((enum body_state)b->state) {
	case SIZE:
		if (hex(c) >= 0) {
			b->left = b->left * 16 + (unsigned)hex(c);
			return ++b->digits <= SIZE_DIGITS;
		}
		b->state = c == ';' ? EXTENSION : SIZE_LF;
		return b->digits && (c == ';' || c == '\r');
	case EXTENSION:
		if (c == '\r')
			b->state = SIZE_LF;
		return c != '\n' && ++b->extra <= EXTRA_MAX;
	case SIZE_LF:
		b->state = b->left ? DATA : TRAILER;
		b->digits = 0;
		return c == '\n';
	case DATA_CR:
		b->state = DATA_LF;
		return c == '\r';
	case DATA_LF:
		b->state = SIZE;
		return c == '\n';
	case TRAILER:
		b->state = c == '\r' ? END_LF : TRAILER_TEXT;
		return c != '\n';
	case TRAILER_TEXT:
		if (c == '\r')
			b->state = TRAILER_LF;
		return c != '\n' && ++b->extra <= EXTRA_MAX;
	case TRAILER_LF:
		b->state = TRAILER;
		return c == '\n';
	case END_LF:
		b->done = true;
		return c == '\n';
	case DATA:
		break;
	}
	return false;
}

long
http_body_feed(struct http_body *b, const char *bytes, size_t len, const char **piece,
               size_t *piece_len)
{
	size_t i = 0;

	*piece = bytes;
	*piece_len = 0;
	while (!b->done && i < len) {
		if (b->state != DATA) {
			if (!frame_byte(b, bytes[i++]))
				return -1;
			continue;
		}
		*piece = bytes + i;
		*piece_len = len - i < b->left ? len - i : (size_t)b->left;
		b->left -= *piece_len;
		b->total += *piece_len;
		if (b->left == 0) {
			b->done = !b->chunked;
			b->state = DATA_CR;
		}
		return (long)(i + *piece_len);
	}
	return (long)i;
}

const char *
http_reason(int status)
{
	static const struct { int status; const char *reason; } reasons[] = {
		{ 101, "Switching Protocols" },
		{ 200, "OK" },
		{ 204, "No Content" },
		{ 400, "Bad Request" },
		{ 401, "Unauthorized" },
		{ 403, "Forbidden" },
		{ 404, "Not Found" },
		{ 405, "Method Not Allowed" },
		{ 408, "Request Timeout" },
		{ 413, "Payload Too Large" },
		{ 417, "Expectation Failed" },
		{ 429, "Too Many Requests" },
		{ 431, "Request Header Fields Too Large" },
		{ 505, "HTTP Version Not Supported" },
	};

	for (size_t i = 0; i < ARRAY_LEN(reasons); i++)
		if (reasons[i].status == status)
			return reasons[i].reason;
	return "Unknown";
}

void
http_date(struct buf *out, long long seconds)
{
	static const char days[] = "SunMonTueWedThuFriSat";
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	time_t t = (time_t)seconds;
	struct tm tm;

	gmtime_r(&t, &tm);
	buf_printf(out, "%.3s, %02d %.3s %d %02d:%02d:%02d GMT", days + tm.tm_wday * 3, tm.tm_mday,
	           months + tm.tm_mon * 3, tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec);
}
