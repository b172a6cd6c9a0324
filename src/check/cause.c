#include "check/cause.h"

#include <string.h>

#include "base/i18n.h"
#include "base/mem.h"

/*
 * In the order of the chain: what stands higher explains what stands lower.
 * Among the causes of a WebSocket the order only decides a tie.
 */
const struct cause causes[] = {
	/* The origin by itself. */
	{
		.id = "origin-refused", .order = 10,
		.sentence = N_("Nothing answers at OpenChamber's own address."),
		.why = N_("OpenChamber is not running, or it uses another port. A proxy would only "
		          "show an error page."),
		.fix = N_("Start OpenChamber, or ask it for its address: openchamber status"),
	}, {
		.id = "origin-unresolved", .order = 9,
		.sentence = N_("The name in OpenChamber's address was not found."),
		.why = N_("No name server gave an address for it, so there is nobody to ask."),
		.fix = N_("Correct the name, or write an address, for example http://127.0.0.1:3000"),
	}, {
		.id = "origin-timeout", .order = 11,
		.sentence = N_("Something accepts connections at OpenChamber's address but says "
		               "nothing."),
		.why = N_("A proxy in front would wait as long and then show an error page."),
		.fix = N_("Restart OpenChamber: openchamber restart"),
	}, {
		.id = "origin-other", .order = 13,
		.sentence = N_("Something else answers at this address, not OpenChamber."),
		.why = N_("The proxy would lead people to the wrong program."),
		.fix = N_("Write the address where OpenChamber listens. To see it: openchamber "
		          "status"),
	}, {
		.id = "origin-opencode", .order = 12,
		.sentence = N_("OpenCode answers here, not OpenChamber."),
		.why = N_("OpenChamber is the web page in front of OpenCode. The proxy must lead "
		          "to it."),
		.fix = N_("Write OpenChamber's address instead, usually port 3000."),
	}, {
		.id = "password-locked", .order = 14,
		.sentence = N_("OpenChamber takes no more logins for now: too many passwords were "
		               "wrong."),
		.why = N_("It locks for 15 minutes and then refuses the right password too."),
		.fix = N_("Wait 15 minutes, then check again with the right password."),
	}, {
		.id = "password-wrong", .order = 15,
		.sentence = N_("The password was refused. It was tried once and is never tried "
		               "again by itself."),
		.why = N_("Without a login, first messages and event streams cannot be looked at."),
		.fix = N_("Give the UI password that OpenChamber was started with."),
	}, {
		.id = "origin-silent", .order = 16, .sign = SIGN_NO_UPDATES,
		.sentence = N_("OpenChamber answers, but its event streams say nothing."),
		.why = N_("OpenCode behind OpenChamber hangs. This happens without a proxy too, so "
		          "no proxy can help."),
		.fix = N_("Restart it: openchamber restart"),
	},

	/* The way to the public address. */
	{
		.id = "name-unresolved", .order = 20,
		.sentence = N_("The public name has no address."),
		.why = N_("People cannot come in until the name is set at your domain's provider."),
		.fix = N_("Set an A or AAAA record for the name, pointing to this server or its "
		          "router."),
	}, {
		.id = "name-unanswered", .order = 19,
		.sentence = N_("No name server answered for the public name."),
		.why = N_("This server cannot look names up now, so where the name leads is not known. "
		          "People elsewhere may see it all the same."),
		.fix = N_("See which name servers /etc/resolv.conf names, then check again."),
	}, {
		.id = "public-refused", .order = 21,
		.sentence = N_("Nothing accepts connections at the public address."),
		.why = N_("The proxy is not running, listens on another port, or the port is not "
		          "forwarded."),
		.fix = N_("Start the proxy and let it listen on this port. Behind a router, "
		          "forward the port."),
	}, {
		.id = "public-timeout", .order = 22,
		.sentence = N_("The public address does not answer."),
		.why = N_("Connections vanish on the way: a firewall, or a router that forwards "
		          "nothing."),
		.fix = N_("Open the port in the firewall, and forward it in the router."),
	}, {
		.id = "public-half", .order = 23,
		.sentence = N_("The public address works over IPv4 or IPv6, but not over both."),
		.why = N_("Some visitors wait long or cannot come in, depending on their network."),
		.fix = N_("Let the proxy listen on both, or remove the DNS record that leads "
		          "nowhere."),
	}, {
		.id = "tls-expired", .order = 24,
		.sentence = N_("The certificate is not valid today, or not for much longer."),
		.why = N_("Browsers show a warning page instead of OpenChamber."),
		.fix = N_("Renew the certificate and reload the proxy. Check this server's clock "
		          "too."),
	}, {
		.id = "tls-name", .order = 25,
		.sentence = N_("The certificate does not cover the public name."),
		.why = N_("Browsers show a warning page instead of OpenChamber."),
		.fix = N_("Use a certificate for this name, or the name that the certificate "
		          "covers."),
	}, {
		.id = "tls-untrusted", .order = 26,
		.sentence = N_("Nobody whom browsers trust has signed the certificate."),
		.why = N_("Browsers show a warning page, or the chain lacks its intermediate "
		          "certificate."),
		.fix = N_("Give the proxy the full chain of a trusted certificate, for example "
		          "from Let's Encrypt."),
	}, {
		.id = "tls-failed", .order = 27,
		.sentence = N_("No TLS connection comes about."),
		.why = N_("Browsers show an error page. Often the port speaks http where https is "
		          "expected."),
		.fix = N_("Make the proxy serve TLS on this port, with a certificate and its key."),
	}, {
		.id = "bot-layer", .order = 28, .sign = SIGN_ONLY_BEHIND_PROXY,
		.sentence = N_("A challenge against bots stands in front of OpenChamber."),
		.why = N_("WebSockets and event streams cannot solve a challenge; the page loads "
		          "and stays dead."),
		.fix = N_("Switch the challenge off for this name at the provider that shows it."),
	}, {
		.id = "upstream-opencode", .order = 29,
		.sentence = N_("The proxy leads to OpenCode, not to OpenChamber."),
		.why = N_("OpenCode has no web page for people. OpenChamber, in front of it, has."),
		.fix = N_("Let the proxy lead to OpenChamber's port, usually 3000."),
	}, {
		.id = "auth-layer", .order = 30, .sign = SIGN_ONLY_BEHIND_PROXY,
		.sentence = N_("Another login stands in front of OpenChamber."),
		.why = N_("What is behind it cannot be seen from here. WebSockets often fail "
		          "behind such a login."),
		.fix = N_("Check once without that login, or let /api pass it."),
	}, {
		.id = "cdn-flexible", .order = 31, .sign = SIGN_SENDING_FAILS,
		.sentence = N_("The CDN ends TLS and speaks http to the proxy, which takes that "
		               "for the truth."),
		.why = N_("The proxy then redirects for ever, or OpenChamber refuses WebSockets "
		          "from https pages."),
		.fix = N_("Set the CDN's TLS mode to Full, or trust the X-Forwarded-Proto of its "
		          "addresses."),
	}, {
		.id = "redirect-loop", .order = 32,
		.sentence = N_("The public address redirects in a circle."),
		.why = N_("Browsers give up and show an error page."),
		.fix = N_("Redirect http to https in one place only, and never https to itself."),
	}, {
		.id = "redirect-away", .order = 33,
		.sentence = N_("The public address sends visitors elsewhere."),
		.why = N_("OpenChamber compares the address letter for letter with what each "
		          "WebSocket says."),
		.fix = N_("Use the address it redirects to, or remove the redirect."),
	}, {
		.id = "upstream-down", .order = 34,
		.sentence = N_("The proxy answers, but it cannot reach OpenChamber."),
		.why = N_("The proxy leads to an address where nothing listens. In a container, "
		          "127.0.0.1 is the container."),
		.fix = N_("Start OpenChamber, or correct the address the proxy leads to."),
	}, {
		.id = "upstream-timeout", .order = 35,
		.sentence = N_("The proxy accepts, but no answer comes from behind it."),
		.why = N_("It waits for an address that never answers: a firewall, or a program "
		          "that hangs."),
		.fix = N_("Correct the address the proxy leads to, then look for a firewall "
		          "between them."),
	}, {
		.id = "config-invalid", .order = 36,
		.sentence = N_("The proxy's own checker refuses its configuration."),
		.why = N_("The proxy goes on with an old configuration, or will not start again."),
		.fix = N_("Correct the line that its checker names."),
	}, {
		.id = "config-needs-restart", .order = 37,
		.sentence = N_("A reload of the proxy cannot bring this change about."),
		.why = N_("The proxy accepts the reload and silently keeps its old configuration."),
		.fix = N_("Restart the proxy once instead of reloading it."),
	}, {
		.id = "config-shadowed", .order = 38,
		.sentence = N_("Another site of this proxy takes the name first."),
		.why = N_("The site that leads to OpenChamber is never asked."),
		.fix = N_("Remove the name from the other site, or give this one the same "
		          "listening address."),
	}, {
		.id = "path-mangled", .order = 39, .sign = SIGN_ONLY_BEHIND_PROXY,
		.sentence = N_("Requests below /api reach OpenChamber under another path."),
		.why = N_("The page loads, but everything it asks for is answered with the page "
		          "itself."),
		.fix = N_("Pass paths on unchanged: no path behind the address the proxy leads to, "
		          "no rewriting."),
	}, {
		.id = "wrong-site", .order = 40,
		.sentence = N_("Something else answers at the public address, not OpenChamber."),
		.why = N_("The proxy has no site for this name, so its default page or another "
		          "site answers."),
		.fix = N_("Add a site for this name that leads to OpenChamber, and reload the "
		          "proxy."),
	}, {
		.id = "wrong-instance", .order = 41,
		.sentence = N_("Another OpenChamber answers at the public address."),
		.why = N_("The proxy leads to a different OpenChamber than the one that was "
		          "checked directly."),
		.fix = N_("Correct the address the proxy leads to, or check the OpenChamber it "
		          "leads to."),
	},

	/* WebSockets. */
	{
		.id = "ws-upgrade-lost", .order = 50, .sign = SIGN_SENDING_FAILS,
		.sentence = N_("The WebSocket upgrade does not reach OpenChamber."),
		.why = N_("The page loads, but nothing you send arrives."),
		.fix = N_("Pass the Upgrade and Connection headers on, with HTTP/1.1 to "
		          "OpenChamber."),
	}, {
		.id = "ws-redirected", .order = 51, .sign = SIGN_SENDING_FAILS,
		.sentence = N_("A WebSocket is answered with a redirect."),
		.why = N_("Browsers do not follow redirects on WebSockets, so nothing you send "
		          "arrives."),
		.fix = N_("Answer /api without redirects at the address people use."),
	}, {
		.id = "ws-no-answer", .order = 52, .sign = SIGN_SENDING_FAILS,
		.sentence = N_("A WebSocket gets no answer, while other requests do."),
		.why = N_("The page loads, but nothing you send arrives. Often the path was "
		          "changed on the way."),
		.fix = N_("Pass /api on unchanged, with the Upgrade and Connection headers."),
	}, {
		.id = "ws-refused", .order = 53, .sign = SIGN_SENDING_FAILS,
		.sentence = N_("A WebSocket is refused on the way."),
		.why = N_("The page loads, but nothing you send arrives."),
		.fix = N_("Look at what stands between: a firewall, a filter, or a proxy without "
		          "WebSockets."),
	}, {
		.id = "ws-host-lost", .order = 54, .sign = SIGN_SENDING_FAILS,
		.sentence = N_("OpenChamber does not see the public name."),
		.why = N_("It compares the Host with the page's address and refuses WebSockets "
		          "when they differ."),
		.fix = N_("Pass the Host header on as it came, on every route."),
	}, {
		.id = "ws-port-lost", .order = 55, .sign = SIGN_SENDING_FAILS,
		.sentence = N_("OpenChamber sees the public name with another port."),
		.why = N_("It compares the Host with the page's address letter for letter, the "
		          "port included."),
		.fix = N_("Pass the Host header on as it came; in nginx $http_host, not $host."),
	}, {
		.id = "ws-proto-lost", .order = 56, .sign = SIGN_SENDING_FAILS,
		.sentence = N_("OpenChamber takes https visitors for http ones."),
		.why = N_("It refuses WebSockets from https pages, and its login cookie is not "
		          "protected."),
		.fix = N_("Set X-Forwarded-Proto to https on every route."),
	}, {
		.id = "ws-origin-refused", .order = 57, .sign = SIGN_SENDING_FAILS,
		.sentence = N_("OpenChamber refuses the Origin of the public address."),
		.why = N_("The page loads, but its WebSockets are closed at once."),
		.fix = N_("Pass Host and X-Forwarded-Proto on as they came, or set OpenChamber's "
		          "publicOrigin."),
	},

	/* Event streams. */
	{
		.id = "sse-compressed", .order = 60, .sign = SIGN_ONLY_BEHIND_PROXY,
		.sentence = N_("The proxy compresses event streams."),
		.why = N_("A compressed stream may stall: events wait until enough of them fill a "
		          "block."),
		.fix = N_("Switch compression off for text/event-stream, or for this site."),
	}, {
		.id = "sse-not-stream", .order = 61, .sign = SIGN_NO_UPDATES,
		.sentence = N_("An event stream is answered with something else."),
		.why = N_("Notifications and live status never update."),
		.fix = N_("Pass /api on unchanged, without error pages or caches of its own."),
	}, {
		.id = "sse-buffered", .order = 62, .sign = SIGN_NO_UPDATES,
		.sentence = N_("The proxy holds events back instead of passing them on."),
		.why = N_("Live status freezes, then everything comes at once."),
		.fix = N_("Switch buffering off for event streams; in nginx: proxy_buffering off"),
	}, {
		.id = "stream-cut", .order = 65, .sign = SIGN_NO_UPDATES,
		.sentence = N_("The proxy cuts connections that OpenChamber would keep open."),
		.why = N_("OpenChamber may say nothing for 30 s; a shorter limit ends live streams "
		          "again and again."),
		.fix = N_("Raise the proxy's read and send timeouts, for example to 3600 s."),
	},

	/* Caches, compression, bodies, headers. */
	{
		.id = "api-cached", .order = 70, .sign = SIGN_NO_UPDATES,
		.sentence = N_("A cache answers in OpenChamber's place."),
		.why = N_("People see old states, or what somebody else was logged in for."),
		.fix = N_("Switch caching off for this site, at least for /api, /auth and "
		          "/health."),
	}, {
		.id = "gzip-twice", .order = 75, .sign = SIGN_ONLY_BEHIND_PROXY,
		.sentence = N_("Answers are compressed twice."),
		.why = N_("Browsers undo one layer and show unreadable bytes."),
		.fix = N_("Compress in one place only: switch compression off in the proxy."),
	}, {
		.id = "gzip-mislabelled", .order = 76, .sign = SIGN_ONLY_BEHIND_PROXY,
		.sentence = N_("An answer's Content-Encoding does not fit its bytes."),
		.why = N_("Browsers show an error or unreadable bytes."),
		.fix = N_("Let the proxy pass Content-Encoding on as it came."),
	}, {
		.id = "gzip-added", .order = 77, .sign = SIGN_ONLY_BEHIND_PROXY,
		.sentence = N_("The proxy compresses too, beside OpenChamber."),
		.why = N_("Two programs that compress are one too many; a later change may "
		          "compress streams."),
		.fix = N_("Switch compression off in the proxy for this site."),
	}, {
		.id = "body-limit", .order = 80, .sign = SIGN_UPLOADS_FAIL,
		.sentence = N_("The proxy refuses large bodies before OpenChamber sees them."),
		.why = N_("Larger uploads end in an error page."),
		.fix = N_("Raise the proxy's body limit to 100M; in nginx: client_max_body_size "
		          "100m"),
	}, {
		.id = "body-spooled", .order = 81,
		.sentence = N_("The proxy takes a whole body in before OpenChamber sees a byte."),
		.why = N_("Uploads take twice as long and fill the proxy's disk."),
		.fix = N_("Pass bodies on as they come; in nginx: proxy_request_buffering off"),
	}, {
		.id = "forwarded-for-trusted", .order = 85,
		.sentence = N_("OpenChamber believes what visitors write about themselves."),
		.why = N_("A forged X-Forwarded-For gets around the lock after wrong passwords."),
		.fix = N_("Replace X-Forwarded-For, -Host and -Proto in the proxy; never append to "
		          "them."),
	}, {
		.id = "forwarded-for-lost", .order = 86,
		.sentence = N_("OpenChamber does not see who the visitor is."),
		.why = N_("Everybody shares one address: one wrong guesser locks everybody out."),
		.fix = N_("Set X-Forwarded-For to the visitor's address on every route."),
	}, {
		.id = "cdn-limit", .order = 90, .sign = SIGN_UPLOADS_FAIL,
		.sentence = N_("The CDN's own limits are below what was asked for."),
		.why = N_("It refuses bodies over 100 MB (Business 200, Enterprise 500), and cuts "
		          "what is quiet for 100 to 120 s."),
		.fix = N_("Ask for less, or go around the CDN for this name."),
	},

	/* Warnings about who can come in. */
	{
		.id = "unprotected", .order = 95,
		.sentence = N_("OpenChamber has no UI password."),
		.why = N_("Whoever opens the public address gets a terminal on this server."),
		.fix = N_("Start it with a password: openchamber --ui-password YOUR-PASSWORD"),
	}, {
		.id = "origin-exposed", .order = 96,
		.sentence = N_("OpenChamber can be reached beside the proxy."),
		.why = N_("Whoever knows the port goes around TLS and around the proxy's rules."),
		.fix = N_("Let OpenChamber listen on 127.0.0.1 only, or close the port in the "
		          "firewall."),
	},
	{ .id = NULL },
};

const struct cause *
cause_find(const char *id)
{
	for (const struct cause *c = causes; id && c->id; c++)
		if (!strcmp(c->id, id))
			return c;
	return NULL;
}

const char *
sign_sentence(enum sign s)
{
	switch (s) {
	case SIGN_SENDING_FAILS:
		return _("The page loads, but sending messages fails.");
	case SIGN_NO_UPDATES:
		return _("Notifications or live status do not update.");
	case SIGN_UPLOADS_FAIL:
		return _("File uploads fail.");
	case SIGN_ONLY_BEHIND_PROXY:
		return _("It works locally and breaks only behind the proxy.");
	case SIGN_NONE:
		break;
	}
	return NULL;
}
