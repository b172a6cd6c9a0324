#include "answers/kinds.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "base/text.h"
#include "loop/net.h"

#define MAX_PATH_BYTES     4000
#define MAX_ARGUMENT_BYTES 4000
#define MAX_SHOWN          80

/* A refusal that shows the text; the sentence has one %s for it. */
static int
refuse(struct err *e, const char *sentence, const char *text)
{
	struct buf shown = BUF_INIT;

	text_safe(&shown, text, strlen(text), MAX_SHOWN);
	err_set(e, ERR_VALUE, sentence, shown.s);
	buf_free(&shown);
	return -1;
}

/* Would text_safe() leave it as it is? */
static bool
is_clean(const char *text)
{
	struct buf safe = BUF_INIT;
	const size_t len = strlen(text);
	bool clean;

	text_safe(&safe, text, len, len);
	clean = strcmp(safe.s, text) == 0;
	buf_free(&safe);
	return clean;
}

static bool
is_ascii(const char *s)
{
	for (; *s; s++)
		if ((unsigned char)*s >= 0x80)
			return false;
	return true;
}

/* The text with its host in xn-- form, or as it is where that cannot be had. */
static void
to_ascii(struct buf *out, const char *text)
{
	const char *sep = strstr(text, "://");
	const char *host = sep ? sep + 3 : text;
	const size_t n = strcspn(host, ":/?#");
	char *name = xstrndup(host, n);
	struct buf ascii = BUF_INIT;

	if (!is_ascii(name) && text_is_utf8(name, n) && is_clean(name) &&
	    net_punycode(&ascii, name))
		buf_printf(out, "%.*s%s%s", (int)(host - text), text, ascii.s, host + n);
	else
		buf_puts(out, text);
	buf_free(&ascii);
	free(name);
}

int
kind_url(struct url *u, const char *text, const char *scheme, struct err *e)
{
	struct buf ascii = BUF_INIT;
	int rc;

	to_ascii(&ascii, text);
	rc = url_parse(u, ascii.s, scheme, URL_BASE, NULL, e);
	buf_free(&ascii);
	return rc;
}

int
kind_size(unsigned long long *bytes, const char *text, unsigned long long min,
	  unsigned long long max, struct err *e)
{
	unsigned long long n;
	struct buf least = BUF_INIT, most = BUF_INIT;

	if (text_parse_size(text, &n) < 0)
		return refuse(e, _("\"%s\" is not a size (write 50M, 1G or a number of bytes)"),
			      text);
	if (n < min || n > max) {
		text_size(&least, min);
		text_size(&most, max);
		/* TRANSLATORS: the smallest and the largest size allowed, as in 1K and 1T */
		err_set(e, ERR_VALUE, _("a size from %s to %s is needed"), least.s, most.s);
		buf_free(&least);
		buf_free(&most);
		return -1;
	}
	*bytes = n;
	return 0;
}

int
kind_duration(unsigned *seconds, const char *text, unsigned long long min, unsigned long long max,
	      const char *too_short, struct err *e)
{
	unsigned n;

	if (text_parse_duration(text, &n) < 0)
		return refuse(e, _("\"%s\" is not a duration (write 3600s, 60m or 1h)"), text);
	if (n < min && too_short)
		return err_set(e, ERR_VALUE, "%s", too_short);
	if ((n < min || n > max) && max % 86400 == 0) /* TRANSLATORS: seconds, and more than one day */
		return err_set(e, ERR_VALUE, _("a duration from %1$llus to %2$llu days is needed"), min, max / 86400);
	if (n < min || n > max)
		return err_set(e, ERR_VALUE, _("a duration from %llus to %llus is needed"), min,
			       max);
	*seconds = n;
	return 0;
}

int
kind_port(unsigned *port, const char *text, struct err *e)
{
	const size_t digits = strspn(text, "0123456789");
	const unsigned long n = digits && digits < 6 && !text[digits] ? strtoul(text, NULL, 10) : 0;

	if (n < 1 || n > 65535)
		return refuse(e, _("\"%s\" is not a port (write a number from 1 to 65535)"), text);
	*port = (unsigned)n;
	return 0;
}

int
kind_bool(bool *b, const char *text, struct err *e)
{
	if (strcmp(text, "true") != 0 && strcmp(text, "false") != 0)
		return refuse(e, _("\"%s\" is neither true nor false"), text);
	*b = *text == 't';
	return 0;
}

int
kind_choice(int *chosen, const char *text, const char *const *choices, struct err *e)
{
	struct buf all = BUF_INIT, shown = BUF_INIT;

	for (int i = 0; choices[i]; i++) {
		if (strcmp(choices[i], text) == 0) {
			*chosen = i;
			buf_free(&all);
			return 0;
		}
		buf_printf(&all, "%s%s", i ? ", " : "", choices[i]);
	}
	text_safe(&shown, text, strlen(text), MAX_SHOWN);
	err_set(e, ERR_VALUE, _("\"%s\" is not one of: %s"), shown.s, all.s);
	buf_free(&all);
	buf_free(&shown);
	return -1;
}

int
kind_path(struct buf *out, const char *text, struct err *e)
{
	const size_t len = strlen(text);

	if (*text != '/')
		return refuse(e, _("\"%s\" is not a whole path (it has to begin with /)"), text);
	if (!is_clean(text))
		return refuse(e, _("\"%s\" has characters that are not allowed in a path here"),
			      text);
	if (len > MAX_PATH_BYTES)
		return err_set(e, ERR_VALUE, _("the path is longer than %d bytes"), MAX_PATH_BYTES);
	if (text[len - 1] == '/')
		return refuse(e, _("\"%s\" is a directory; a file is needed"), text);
	for (const char *s = text; *s; s++) {
		const size_t n = strcspn(s + 1, "/");

		if (n == 2 && strncmp(s + 1, "..", 2) == 0)
			return refuse(e, _("\"%s\" goes up with \"..\"; write the path as it is"),
				      text);
		s += n;
	}
	buf_puts(out, text);
	return 0;
}

int
kind_address(struct buf *out, const char *text, struct err *e)
{
	unsigned char bytes[16];
	const size_t len = strlen(text);
	const bool brackets = len > 2 && text[0] == '[' && text[len - 1] == ']';
	char *bare = brackets ? xstrndup(text + 1, len - 2) : xstrdup(text);
	const bool ok =
	    (!brackets && (strcmp(bare, "*") == 0 || inet_pton(AF_INET, bare, bytes) == 1)) ||
	    inet_pton(AF_INET6, bare, bytes) == 1;

	if (ok)
		buf_puts(out, bare);
	free(bare);
	return ok ? 0
		  : refuse(e, _("\"%s\" is not an address (write *, 192.168.1.20 or ::1)"), text);
}

int
kind_cidr(struct buf *out, const char *text, struct err *e)
{
	unsigned char bytes[16];
	const char *slash = strchr(text, '/');
	char *address = xstrndup(text, slash ? (size_t)(slash - text) : strlen(text));
	const int bits = inet_pton(AF_INET, address, bytes) == 1    ? 32
			 : inet_pton(AF_INET6, address, bytes) == 1 ? 128
								    : -1;
	const size_t digits = slash ? strspn(slash + 1, "0123456789") : 0;
	const bool ok = bits > 0 && (!slash || (digits >= 1 && digits <= 3 && !slash[1 + digits] &&
	                                        atoi(slash + 1) <= bits));

	free(address);
	if (!ok)
		return refuse(e, _("\"%s\" is not a network (write 10.0.0.0/8 or 2001:db8::/32)"),
			      text);
	buf_puts(out, text);
	return 0;
}

int
kind_argument(struct buf *out, const char *text, struct err *e)
{
	if (!is_clean(text))
		return refuse(e, _("\"%s\" has characters that are not allowed in a command here"),
			      text);
	if (strlen(text) > MAX_ARGUMENT_BYTES)
		return err_set(e, ERR_VALUE, _("a word of the command is longer than %d bytes"),
			       MAX_ARGUMENT_BYTES);
	buf_puts(out, text);
	return 0;
}

int
kind_word(struct buf *out, const char *text, struct err *e)
{
	if (!is_clean(text) || strlen(text) > 320)
		return refuse(
		    e, _("\"%s\" is too long, or has characters that are not allowed here"), text);
	buf_puts(out, text);
	return 0;
}

int
kind_url_text(struct buf *out, const char *text, struct err *e)
{
	struct url u;

	if (kind_url(&u, text, "http", e) < 0)
		return -1;
	url_base(out, &u);
	return 0;
}

int
kind_zone(struct buf *out, const char *text, struct err *e)
{
	unsigned char bytes[16];

	if (!url_host_is_valid(text) || !strchr(text, '.') || inet_pton(AF_INET, text, bytes) == 1)
		return refuse(e, _("\"%s\" is not a domain (write example.org)"), text);
	buf_puts(out, text);
	return 0;
}

int
kind_language(struct buf *out, const char *text, struct err *e)
{
	struct buf all = BUF_INIT, shown = BUF_INIT;

	for (const struct i18n_language *l = i18n_languages; l->code; l++) {
		if (strcmp(l->code, text) == 0) {
			buf_puts(out, text);
			buf_free(&all);
			return 0;
		}
		buf_printf(&all, "%s%s", all.len ? ", " : "", l->code);
	}
	text_safe(&shown, text, strlen(text), MAX_SHOWN);
	err_set(e, ERR_VALUE, _("\"%s\" is not one of: %s"), shown.s, all.s);
	buf_free(&all);
	buf_free(&shown);
	return -1;
}

/* One word into `out', moving past it; false: a quote is never closed. */
static bool
take_word(struct buf *out, const char **s, bool commas)
{
	const char *ends = commas ? " ,\t\n" : " \t\n";
	char quote = 0;

	for (; **s && (quote || !strchr(ends, **s)); (*s)++) {
		if (commas)
			buf_putc(out, **s);
		else if (quote == **s)
			quote = 0;
		else if (!quote && (**s == '\'' || **s == '"'))
			quote = **s;
		else if (**s == '\\' && quote != '\'' && (*s)[1])
			buf_putc(out, *++*s);
		else
			buf_putc(out, **s);
	}
	return !quote;
}

int
kind_split(struct arena *a, const char *text, bool commas, char ***items, size_t *n, struct err *e)
{
	const char *gap = commas ? " ,\t\n" : " \t\n";
	/* There are at most half as many words as there are bytes, and one. */
	char **list = arena_alloc(a, (strlen(text) / 2 + 2) * sizeof(*list));
	struct buf word = BUF_INIT;

	*n = 0;
	for (text += strspn(text, gap); *text; text += strspn(text, gap)) {
		buf_cut(&word, 0);
		if (!take_word(&word, &text, commas)) {
			buf_free(&word);
			return err_set(e, ERR_VALUE, _("a quote is opened and never closed"));
		}
		list[(*n)++] = arena_strdup(a, word.s);
	}
	buf_free(&word);
	*items = list;
	return 0;
}

void
kind_quote(struct buf *out, const char *word)
{
	if (*word && !strpbrk(word, " \t\n'\"\\")) {
		buf_puts(out, word);
		return;
	}
	buf_putc(out, '\'');
	for (; *word; word++) {
		if (*word == '\'')
			buf_puts(out, "'\\''");
		else
			buf_putc(out, *word);
	}
	buf_putc(out, '\'');
}
