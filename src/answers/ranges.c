#include "answers/ranges.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "base/fs.h"
#include "base/i18n.h"

#define MAX_FILE   65536
#define MAX_RANGES 256

struct range {
	int           family, bits;
	unsigned char address[16];
};

static bool
parse(struct range *r, const char *text)
{
	const char *slash = strchr(text, '/');
	const size_t len = slash ? (size_t)(slash - text) : strlen(text);
	const int bits = strchr(text, ':') ? 128 : 32;
	char host[64];

	if (len >= sizeof(host))
		return false;
	memcpy(host, text, len);
	host[len] = '\0';
	*r = (struct range){ .family = bits == 128 ? AF_INET6 : AF_INET, .bits = bits };
	if (inet_pton(r->family, host, r->address) != 1)
		return false;
	if (!slash)
		return true;
	if (!slash[1] || strlen(slash + 1) > 3 || slash[1 + strspn(slash + 1, "0123456789")])
		return false;
	r->bits = atoi(slash + 1);
	return r->bits <= bits;
}

bool
range_is_valid(const char *text)
{
	struct range r;

	return parse(&r, text);
}

bool
range_has(const char *range, const char *address)
{
	struct range r, one;

	if (!parse(&r, range) || strchr(address, '/') || !parse(&one, address) ||
	    r.family != one.family)
		return false;
	const int whole = r.bits / 8, rest = r.bits % 8;
	if (memcmp(r.address, one.address, (size_t)whole) != 0)
		return false;
	return !rest || (r.address[whole] ^ one.address[whole]) >> (8 - rest) == 0;
}

bool
ranges_have(const char *const *ranges, const char *address)
{
	for (; ranges && *ranges; ranges++)
		if (range_has(*ranges, address))
			return true;
	return false;
}

int
ranges_load(const char ***out, struct arena *a, const char *templates, struct err *e)
{
	const char *path = fs_join(a, templates, "cloudflare/ips");
	struct buf text = BUF_INIT;
	char *line, *rest;
	int number = 0, rc = 0;
	size_t n = 0;

	*out = NULL;
	if (fs_read(&text, path, MAX_FILE, e) < 0)
		return -1;
	const char **v = arena_alloc(a, (MAX_RANGES + 1) * sizeof(*v));
	for (rest = text.s; rc == 0 && (line = strsep(&rest, "\n"));) {
		number++;
		if (!*line || *line == '#')
			continue;
		if (n == MAX_RANGES || !range_is_valid(line))
			rc = err_at(e, ERR_VALUE, path, number, 0,
			            _("\"%s\" is not an address range. Write it like 10.0.0.0/8."), line);
		else
			v[n++] = arena_strdup(a, line);
	}
	v[n] = NULL;
	if (rc == 0)
		*out = v;
	buf_free(&text);
	return rc;
}
