#include "answers/ranges.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

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

static bool
bits_are_same(const struct range *a, const struct range *b, int bits)
{
	const int whole = bits / 8, rest = bits % 8;

	if (memcmp(a->address, b->address, (size_t)whole) != 0)
		return false;
	return !rest || (a->address[whole] ^ b->address[whole]) >> (8 - rest) == 0;
}

bool
range_has(const char *range, const char *address)
{
	struct range r, one;

	if (!parse(&r, range) || strchr(address, '/') || !parse(&one, address) ||
	    r.family != one.family)
		return false;
	return bits_are_same(&r, &one, r.bits);
}

bool
ranges_have(const char *const *ranges, const char *address)
{
	for (; ranges && *ranges; ranges++)
		if (range_has(*ranges, address))
			return true;
	return false;
}

bool
range_is_public(const char *text)
{
	static const char *const not[] = {
		"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
		"192.0.2.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/3",
		"2001:db8::/32",
	};
	struct range r, other;

	if (!strchr(text, '/') || !parse(&r, text) || r.bits < (r.family == AF_INET ? 10 : 24))
		return false;
	for (int bit = r.bits; bit < (r.family == AF_INET ? 32 : 128); bit++)
		if (r.address[bit / 8] & 0x80 >> bit % 8)
			return false;
	if (r.family == AF_INET6 && (r.address[0] & 0xe0) != 0x20)
		return false;
	for (size_t i = 0; i < ARRAY_LEN(not); i++)
		if (parse(&other, not[i]) && other.family == r.family &&
		    bits_are_same(&r, &other, r.bits < other.bits ? r.bits : other.bits))
			return false;
	return true;
}

/* It says whom to believe, so nobody else may have written it. */
static int
check_newer(const char *path, struct err *e)
{
	struct stat st;

	if (stat(path, &st) == 0 && ((st.st_uid != 0 && st.st_uid != geteuid()) || (st.st_mode & 0022)))
		return err_set(e, ERR_VALUE, _("Others could have written %s, so it is not read. Delete it, or give it to root."), path);
	return 0;
}

static const char *
day_of(struct arena *a, const char *line)
{
	static const char begin[] = "# Date: ";
	const char *day = line + sizeof(begin) - 1;

	return strncmp(line, begin, sizeof(begin) - 1) == 0 ? arena_printf(a, "%.*s", (int)strspn(day, "0123456789-"), day) : "";
}

int
ranges_load(const char ***out, const char **day, struct arena *a, const char *templates,
            const char *root, struct err *e)
{
	const char *path = fs_path(a, root, RANGES_NEWER);
	struct buf text = BUF_INIT;
	char *line, *rest;
	int number = 0, rc = 0;
	size_t n = 0;

	*out = NULL;
	*day = "";
	if (!fs_exists(path))
		path = fs_join(a, templates, "cloudflare/ips");
	else if (check_newer(path, e) < 0)
		return -1;
	if (fs_read(&text, path, MAX_FILE, e) < 0)
		return -1;
	const char **v = arena_alloc(a, (MAX_RANGES + 1) * sizeof(*v));
	for (rest = text.s; rc == 0 && (line = strsep(&rest, "\n"));) {
		number++;
		if (*line == '#' && !**day)
			*day = day_of(a, line);
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
