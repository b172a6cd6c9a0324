/*
 * haproxy_block.c - our part of a file that belongs to somebody else.
 *
 *	# OpenChamber at https://chat.example.org: begin. Written by antechamber.
 *	#-	bind :443 ssl crt /etc/haproxy/other.pem
 *		bind :443 ssl crt /etc/haproxy/other.pem crt /etc/haproxy/antechamber/chat.pem
 *	# OpenChamber at https://chat.example.org: end.
 *
 * Behind "#-" stands, byte for byte, a line that was there before.
 */
#include "proxy/haproxy.h"

#include <string.h>
#include <strings.h>

#include "base/i18n.h"

#define BEGIN_WORDS ": begin. " PROXY_MARK "."
#define END_WORDS   ": end."
#define KEPT        "#-"

static const char at[] = "# OpenChamber at ";

void
haproxy_block_put(struct buf *out, const char *address, const char *indent, const char *text)
{
	buf_printf(out, "%s%s%s" BEGIN_WORDS "\n", indent, at, address);
	buf_puts(out, text);
	buf_printf(out, "%s%s%s" END_WORDS "\n", indent, at, address);
}

/* One line of a text. */
struct cut {
	const char *s;
	size_t      len; /* without the newline */
};

static bool
next_line(const char **p, struct cut *line)
{
	if (!**p)
		return false;
	line->s = *p;
	line->len = strcspn(*p, "\n");
	*p += line->len + ((*p)[line->len] == '\n');
	return true;
}

/* The address of a marked line that ends with these words; NULL: it is none. */
static const char *
marked(const struct cut *line, const char *words, size_t *len)
{
	const size_t blanks = strspn(line->s, " \t"), n = strlen(words), skip = blanks + sizeof(at) - 1;

	if (line->len < skip + n || strncmp(line->s + blanks, at, sizeof(at) - 1) != 0)
		return NULL;
	*len = line->len - skip - n;
	return strncmp(line->s + skip + *len, words, n) == 0 ? line->s + skip : NULL;
}

/* Is "https://HOST:PORT" of this host? */
static bool
is_host(const char *address, size_t len, const char *host)
{
	const char *name = memmem(address, len, "://", 3), *end = address + len;
	const size_t n = strlen(host);

	if (!name)
		return false;
	name += 3;
	if (*name == '[')
		name++;
	if ((size_t)(end - name) < n || strncasecmp(name, host, n) != 0)
		return false;
	name += n;
	if (name < end && *name == ']')
		name++;
	return name == end || *name == ':';
}

static void
put_back(struct buf *out, const struct cut *line)
{
	const size_t blanks = strspn(line->s, " \t"), n = sizeof(KEPT) - 1;

	if (line->len < blanks + n || strncmp(line->s + blanks, KEPT, n) != 0)
		return;
	buf_add(out, line->s + blanks + n, line->len - blanks - n);
	buf_putc(out, '\n');
}

int
haproxy_block_strip(struct buf *out, const char *text, const char *host, const char *file, struct err *e)
{
	struct cut line;
	int number = 0, began = 0;
	size_t len;

	while (next_line(&text, &line)) {
		const char *address = marked(&line, began ? END_WORDS : BEGIN_WORDS, &len);

		number++;
		if (!began && address && is_host(address, len, host))
			began = number;
		else if (!began)
			buf_add(out, line.s, line.len + (line.s[line.len] == '\n'));
		else if (address && is_host(address, len, host))
			began = 0;
		else
			put_back(out, &line);
	}
	if (began)
		return err_at(e, ERR_CONFLICT, file, began, 0,
		              _("The part that antechamber wrote begins here, and its last line is gone. Take the rest of it out."));
	return 0;
}

bool
haproxy_block_has(const char *text, int wanted)
{
	struct cut line;
	bool inside = false;
	size_t len;

	for (int number = 1; next_line(&text, &line) && number <= wanted; number++) {
		if (marked(&line, BEGIN_WORDS, &len))
			inside = true;
		else if (marked(&line, END_WORDS, &len))
			inside = false;
	}
	return inside;
}
