#include "setup/page.h"

#include <stddef.h>

#include "base/i18n.h"

const struct page_info pages[N_PAGES] = {
	[PAGE_START] = {
		.name   = N_("Start"),
		.part   = PART_PREPARE,
		.why    = N_("Antechamber puts a reverse proxy in front of OpenChamber and proves that everything gets through."),
		.what   = N_("What it is. A reverse proxy is the program that answers the world and hands each request on to OpenChamber."),
		.breaks = N_("How it breaks. OpenChamber lives on WebSockets and event streams. A proxy that is not told about them loads the page, and then nothing moves."),
		.proves = N_("How this proves it. Every route is tried live: directly, in a private copy of the proxy, and through the public address."),
	},
	[PAGE_DIRECT] = {
		.name   = N_("Direct access"),
		.part   = PART_PREPARE,
		.why    = N_("OpenChamber must work without a proxy first. Whatever fails on this page, no proxy can repair."),
		.fields = { "origin", "password" },
		.what   = N_("What it is. OpenChamber listens on a port of its own, 3000 unless told otherwise. This page talks to it without any proxy."),
		.breaks = N_("How it breaks. If it is not running, every proxy shows the same fault. The same is true of event streams that are silent because OpenCode behind it hangs."),
		.proves = N_("How this proves it. It asks for the version, opens each WebSocket and listens to each event stream. A large upload is announced and not sent."),
	},
	[PAGE_PROXY] = {
		.name   = N_("Proxy"),
		.part   = PART_PREPARE,
		.fields = { "npm.url", "npm.identity", "npm.secret-file" },
		.why    = N_("The reverse proxy is the program that answers the world and hands each request on to OpenChamber. The best one is the one that already runs here."),
		.what   = N_("What it is. The program that has ports 80 and 443 on this server answers everybody who comes in. It gets one more site, for OpenChamber."),
		.breaks = N_("How it breaks. Two programs cannot share a port. A second proxy would need the port that the first one has."),
		.proves = N_("How this proves it. Programs, listening ports and configuration files are read. The proxy's own checker says whether its files are sound today."),
	},
	[PAGE_PUBLIC] = {
		.name   = N_("Public address"),
		.part   = PART_PREPARE,
		.why    = N_("The address people will type. OpenChamber compares it letter for letter with what each WebSocket says."),
		.fields = { "public", "tls.certificate", "tls.key" },
		.what   = N_("What it is. The name and the port that people write into their browser, and the certificate that proves the name."),
		.choice = N_("What to choose. A certificate in use here is the usual answer; browsers warn of a test certificate. TLS ends in front: people speak https with Cloudflare or a router, and that speaks http with this server. Tick the box if people reach this server through Cloudflare: what has to be set there is asked next."),
		.breaks = N_("How it breaks. If the proxy passes on another name, or drops the port, OpenChamber answers 403 Invalid origin to every WebSocket."),
		.proves = N_("How this proves it. The name is looked up, and the ports are seen in the list of listeners. Other sites are read, and the certificate is opened."),
	},
	[PAGE_WEBSOCKET] = {
		.name   = N_("WebSocket"),
		.part   = PART_CHECKLIST,
		.why    = N_("Messages travel over WebSockets: connections that stay open. A proxy must be told to let them through, or the page loads and nothing you send arrives."),
		.what   = N_("What it is. A WebSocket begins as a request that asks for an upgrade. From then on both sides talk over the open connection."),
		.breaks = N_("How it breaks. A proxy that drops the Upgrade header, the Host or the scheme makes OpenChamber refuse it. Its documentation names the sign: page loads, but sending messages fails."),
		.proves = N_("How this proves it. Each socket is opened as a browser opens it, Origin included. What counts is 101, the right key, and the first message."),
	},
	[PAGE_SSE] = {
		.name   = N_("SSE buffering"),
		.part   = PART_CHECKLIST,
		.why    = N_("Live status and notifications are event streams (SSE). A proxy that buffers holds events back until it has many: the page freezes, then all comes at once."),
		.what   = N_("What it is. OpenChamber sends live status and notifications as an event stream (SSE). That is one answer that never ends, with one event after another inside."),
		.breaks = N_("How it breaks. A proxy that collects the answer before handing it on holds the events back. OpenChamber's documentation names the sign: notifications or live status do not update."),
		.proves = N_("How this proves it. Five events are sent through the proxy, ten a second. What counts is when each one arrives, not that it arrives."),
	},
	[PAGE_GZIP] = {
		.name   = N_("Gzip"),
		.part   = PART_CHECKLIST,
		.why    = N_("Compression saves bandwidth, but only one program on the way may do it. Compressed twice, a page cannot be read; a compressed event stream may stall."),
		.what   = N_("What it is. OpenChamber compresses its answers from 1 KB on, but never its event streams. The proxy does not have to."),
		.breaks = N_("How it breaks. Two layers that compress give pages that no browser can read, or labels that do not fit the body. It works locally and breaks only behind the proxy."),
		.proves = N_("How this proves it. The same page is fetched directly and through the proxy and unpacked one layer at a time."),
	},
	[PAGE_BODY] = {
		.name   = N_("Body size"),
		.part   = PART_CHECKLIST,
		.why    = N_("An attachment travels as one large request body. Every proxy has a limit of its own (nginx: 1M) and refuses what is larger before OpenChamber sees it."),
		.fields = { "limits.body" },
		.what   = N_("What it is. The largest upload that gets through. OpenChamber itself takes 100M at most."),
		.breaks = N_("How it breaks. A proxy with a lower limit answers 413 before OpenChamber sees a byte. The sign: file uploads fail."),
		.proves = N_("How this proves it. An upload of the full size is announced, and the proxy's answer shows whether it would take it. In the rehearsal a real one is sent."),
	},
	[PAGE_TIMEOUTS] = {
		.name   = N_("Timeouts"),
		.part   = PART_CHECKLIST,
		.why    = N_("A proxy closes a connection on which nothing was said for a while (nginx: after 60 s). OpenChamber speaks at least every 30 s; an hour leaves room to spare."),
		.fields = { "limits.stream" },
		.what   = N_("What it is. How long the proxy keeps a connection open on which nothing is said: its read timeout and its send timeout."),
		.breaks = N_("How it breaks. With a timeout shorter than OpenChamber's own pulse, streams and terminals are cut again and again."),
		.proves = N_("How this proves it. The values are read from the configuration of the rehearsal. Waiting for a quiet stream is offered, and takes 65 seconds."),
	},
	[PAGE_REVIEW] = {
		.name   = N_("Review"),
		.part   = PART_FINISH,
		.why    = "",
		.what   = N_("What it is. Everything that will be done, in order, and every line that will be written. What is not in the list is never done."),
		.choice = N_("What to choose. Keep the answers saves them and leaves; nothing is changed. More settings holds ports, files and commands. Comments inside the files are English."),
		.breaks = N_("How it breaks. If a file changed while you were reading, nothing is written and the plan is shown again."),
		.proves = N_("How this proves it. The same configuration has run in the rehearsal, before an OpenChamber that is built in."),
	},
	[PAGE_APPLY] = {
		.name   = N_("Apply"),
		.part   = PART_FINISH,
		.why    = "",
		.what   = N_("What it is. Backup, write, validate, reload, check, in this order. If one of them fails, everything is put back."),
		.breaks = N_("How it breaks. A lost connection does not stop it: it ends with the new configuration or with the old one, never between."),
		.proves = N_("How this proves it. After the reload every check runs again, through the proxy on this server and under the public name."),
	},
	[PAGE_RESULT] = {
		.name   = N_("Result"),
		.part   = PART_FINISH,
		.why    = "",
		.what   = N_("What it is. What was changed, what was proved, what could not be proved, and how to take it all back."),
		.breaks = N_("How it breaks. The way in from the internet often cannot be tested from inside: try it from a phone with Wi-Fi off."),
		.proves = N_("How this proves it. The same checks as before, and the other sites of this proxy, which must answer as they did."),
	},
	[PAGE_LATER] = {
		.name   = N_("Later run"),
		.part   = PART_PREPARE,
		.why    = "",
		.fields = { "password", "token" },
		.what   = N_("What it is. The saved answers of the last run, held against what is on this server now."),
		.breaks = N_("How it breaks. Certificates run out, files are edited, programs are updated. What differs is listed here."),
		.proves = N_("How this proves it. All checks have run before the first key is pressed, directly and through the proxy."),
	},
	[PAGE_FRONT] = {
		.name   = "Cloudflare",
		.part   = PART_PREPARE,
		.why    = N_("Cloudflare ends every connection and opens its own to this server. It needs settings for this name, or events come late."),
		.fields = { "cloudflare.zone", "token", "cloudflare.token-file" },
		.what   = N_("What it is. Cloudflare answers people under your name, and asks this server. With an API token its settings are made from here."),
		.breaks = N_("How it breaks. It compresses event streams, keeps answers, rewrites pages, and stops large uploads. With SSL/TLS on Flexible browsers go in circles."),
		.proves = N_("How this proves it. With a token the zone and its rules are read, and the requests are tried before anything is changed."),
	},
	[PAGE_MORE] = {
		.name   = N_("More settings"),
		.part   = PART_FINISH,
		.why    = N_("Nobody has to answer these: what is found fits. An empty field takes it again."),
		.fields = { "listen.address", "listen.http", "listen.https", "limits.connect", "cdn", "trusted",
		            "files.config", "commands.validate", "commands.reload", "reload", "confirm-within" },
		.what   = N_("What it is. Answers of the answers file that no step asks: where it listens, who stands in front, which file, which commands."),
		.choice = N_("What to choose. In front is none, cloudflare, or other for another proxy, whose addresses stand below it. An empty file or command is found by itself. Yes and no can be written in your language."),
		.breaks = N_("How it breaks. A port that another program has cannot be had. Whoever is trusted in front can say who a visitor is."),
		.proves = N_("How this proves it. The rehearsal runs anew with what is changed here, and the review shows every line and every command."),
	},
	[PAGE_WATCH] = {
		.name   = N_("Another run"),
		.part   = PART_FINISH,
		.why    = "",
		.what   = N_("What it is. Another run changes this server right now. Only one can do that at a time, so this one waits."),
		.breaks = N_("How it breaks. If the other run is killed, its journal stays, and this one offers to settle what it left."),
		.proves = N_("How this proves it. Its steps are read from its journal as they are written. Nothing here touches it."),
	},
	[PAGE_REPAIR] = {
		.name   = N_("What is wrong"),
		.part   = PART_PREPARE,
		.why    = "",
		.fields = { "password" },
		.what   = N_("What it is. The site that leads to OpenChamber today was checked, and its files were read. Each cause of a failure is one finding."),
		.breaks = N_("How it breaks. A cause is told with the line that is to blame. Where a change settles it, that is shown too."),
		.proves = N_("How this proves it. Nothing is written here. After the review the fixes are checked live, and undone if anything gets worse."),
	},
};

enum page
page_step(enum page p)
{
	return p == PAGE_FRONT ? PAGE_PUBLIC : p == PAGE_MORE ? PAGE_REVIEW : p == PAGE_WATCH ? PAGE_APPLY : p;
}

bool
page_asks(enum page p)
{
	return p < N_STEPS || p == PAGE_FRONT || p == PAGE_MORE;
}

bool
page_is_check(enum page p)
{
	return p >= PAGE_WEBSOCKET && p <= PAGE_TIMEOUTS;
}

const char *
page_part_name(enum page_part p)
{
	static const char *const names[] = {
		[PART_PREPARE] = N_("Prepare"),
		[PART_CHECKLIST] = N_("Checklist"),
		[PART_FINISH] = N_("Finish"),
	};

	return _(names[p]);
}
