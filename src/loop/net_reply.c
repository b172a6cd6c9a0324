#include "loop/net_inside.h"

#include <errno.h>
#include <langinfo.h>
#include <locale.h>
#include <string.h>
#include <strings.h>

/* X509_V_ERR_HOSTNAME_MISMATCH: libcurl compares names itself and then calls the chain fine. */
#define NAME_MISMATCH 62

#define TOO_LARGE 100 /* CURLE_TOO_LARGE, since 8.6 */

static enum net_fault
fault_by_errno(long sys)
{
	switch (sys) {
	case ENETUNREACH:
	case EHOSTUNREACH:
	case ENETDOWN:
	case EHOSTDOWN:
	case EADDRNOTAVAIL:
	case EACCES: /* a filter of this machine */
	case EPERM:
	case EINVAL:
		return NET_UNREACHABLE;
	case ETIMEDOUT:
		return NET_NO_CONNECT;
	default:
		return NET_REFUSED;
	}
}

/* The deadline struck: how far had it come? */
static enum net_fault
fault_by_progress(const struct net_task *t)
{
	double looked_up = 0, first_byte = 0;

	curl_easy_getinfo(t->easy, CURLINFO_NAMELOOKUP_TIME, &looked_up);
	curl_easy_getinfo(t->easy, CURLINFO_STARTTRANSFER_TIME, &first_byte);
	if (first_byte > 0)
		return NET_TIMEOUT;
	if (t->r.connected > 0)
		return NET_SILENT;
	return looked_up > 0 ? NET_NO_CONNECT : NET_RESOLVE;
}

static enum net_fault
fault_by_code(const struct net_task *t, int code)
{
	long sys = 0;

	switch (code) {
	case CURLE_OK:
	case NET_ENOUGH:
		return NET_OK;
	case NET_DEADLINE:
	case CURLE_OPERATION_TIMEDOUT:
		return fault_by_progress(t);
	case CURLE_URL_MALFORMAT:
	case CURLE_COULDNT_RESOLVE_HOST:
		return NET_RESOLVE;
	case CURLE_COULDNT_CONNECT:
		curl_easy_getinfo(t->easy, CURLINFO_OS_ERRNO, &sys);
		return fault_by_errno(sys);
	case CURLE_PEER_FAILED_VERIFICATION:
		return NET_TLS_VERIFY;
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_SSL_ENGINE_NOTFOUND:
	case CURLE_SSL_ENGINE_SETFAILED:
	case CURLE_SSL_ENGINE_INITFAILED:
	case CURLE_SSL_CERTPROBLEM:
	case CURLE_SSL_CIPHER:
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_SSL_SHUTDOWN_FAILED:
	case CURLE_SSL_CRL_BADFILE:
	case CURLE_SSL_ISSUER_ERROR:
	case CURLE_SSL_INVALIDCERTSTATUS:
	case CURLE_SSL_CLIENTCERT:
		return NET_TLS;
	case CURLE_UNSUPPORTED_PROTOCOL: /* so it calls an answer without a status line */
	case CURLE_WEIRD_SERVER_REPLY:
	case CURLE_OUT_OF_MEMORY: /* and so a header line over its own cap */
	case TOO_LARGE:
	case CURLE_HTTP2:
		return NET_GARBAGE;
	default:
		return strstr(t->msg, "chunked-encoding") ? NET_GARBAGE : NET_CLOSED;
	}
}

void
net_fill(struct net_task *t)
{
	struct net_reply *r = &t->r;
	const char *peer = NULL;

	curl_easy_getinfo(t->easy, CURLINFO_CONNECT_TIME, &r->connected);
	if (t->tls > 0) /* libcurl counts the TLS handshake in */
		r->connected = t->tls - t->start;
	curl_easy_getinfo(t->easy, CURLINFO_PRIMARY_IP, &peer);
	r->peer[0] = '\0';
	if (peer && r->connected > 0)
		strncat(r->peer, peer, sizeof(r->peer) - 1);
	r->seconds = loop_seconds() - t->start;
}

void
net_fault(struct net_reply *r, enum net_fault fault, const char *msg)
{
	const size_t len = strnlen(msg, sizeof(r->msg) - 1);

	r->fault = fault;
	memcpy(r->msg, msg, len);
	r->msg[len] = '\0';
}

void
net_judge(struct net_task *t, int code)
{
	struct net_reply *r = &t->r;
	const char *msg = t->msg;

	net_fill(t);
	r->fault = fault_by_code(t, code);
	r->cut = code == NET_ENOUGH;
	if (r->fault == NET_TLS_VERIFY) {
		curl_easy_getinfo(t->easy, CURLINFO_SSL_VERIFYRESULT, &r->verify);
		if (r->verify <= 1) /* X509_V_OK or _ERR_UNSPECIFIED: the chain was not it */
			r->verify = NAME_MISMATCH;
	}
	if (r->fault == NET_OK)
		return;
	if (!*msg)
		msg = code > 0 ? curl_easy_strerror((CURLcode)code) : "deadline";
	net_fault(r, r->fault, msg);
}

bool
net_header(struct buf *out, const struct net_reply *r, const char *name, int nth)
{
	const size_t n = strlen(name);
	const char *line = r->head.s, *end;

	for (; *line; line = *end ? end + 1 : end) {
		const char *value, *last;

		end = line + strcspn(line, "\n");
		if (strncasecmp(line, name, n) != 0 || line[n] != ':' || nth-- > 0)
			continue;
		value = line + n + 1;
		value += strspn(value, " \t");
		for (last = end; last > value && strchr(" \t\r", last[-1]); last--)
			;
		if (last > value)
			buf_add(out, value, (size_t)(last - value));
		return true;
	}
	return false;
}

bool
net_punycode(struct buf *out, const char *host)
{
	bool ok = false;
#if LIBCURL_VERSION_NUM >= 0x075800
	/* libidn2 reads the host in the locale's encoding; what we have is UTF-8 in any locale. */
	locale_t utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
	locale_t before = utf8 ? uselocale(utf8) : (locale_t)0;
	CURLU *u = curl_url();
	char *text = NULL;

	if (strpbrk(host, "/?#@\\ ")) /* these would be something else than a host */
		goto out;
	if (curl_url_set(u, CURLUPART_URL, "http://x/", 0) == CURLUE_OK &&
	    curl_url_set(u, CURLUPART_HOST, host, 0) == CURLUE_OK &&
	    curl_url_get(u, CURLUPART_HOST, &text, CURLU_PUNYCODE) == CURLUE_OK) {
		buf_puts(out, text);
		ok = true;
	}
out:
	curl_free(text);
	curl_url_cleanup(u);
	if (utf8) {
		uselocale(before);
		freelocale(utf8);
	}
#else
	for (const char *s = host; *s; s++)
		if ((unsigned char)*s <= ' ' || (unsigned char)*s >= 0x7f)
			return false;
	ok = *host != '\0';
	buf_puts(out, host);
#endif
	return ok;
}

void
net_keep_certificate(struct net_task *t)
{
	const struct curl_certinfo *info = NULL;

	curl_easy_getinfo(t->easy, CURLINFO_CERTINFO, &info);
	for (const struct curl_slist *s = info && info->num_of_certs > 0 ? info->certinfo[0] : NULL; s; s = s->next)
		if (strncmp(s->data, "Cert:", 5) == 0)
			buf_puts(&t->r.cert, s->data + 5);
}

const char *
net_fault_name(enum net_fault f)
{
	static const char *const names[] = {
		[NET_OK] = "ok", [NET_RESOLVE] = "resolve", [NET_REFUSED] = "refused",
		[NET_UNREACHABLE] = "unreachable", [NET_NO_CONNECT] = "no-connect",
		[NET_TLS_VERIFY] = "tls-verify", [NET_TLS] = "tls", [NET_SILENT] = "silent",
		[NET_TIMEOUT] = "timeout", [NET_CLOSED] = "closed", [NET_GARBAGE] = "garbage",
	};

	return names[f];
}

const char *
net_version(void)
{
	return curl_version();
}
