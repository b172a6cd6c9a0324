/* call_show.h - a request of a plan as people read it. */
#ifndef APPLY_CALL_SHOW_H
#define APPLY_CALL_SHOW_H

#include "base/buf.h"
#include "base/json.h"
#include "proxy/step.h"

/* "PUT /api/nginx/proxy-hosts/7"; what has no id yet goes by its name. */
void call_object(struct buf *out, const struct call *c);

/* Unified diff of the members it is about, a line each, a text of several lines indented under its name. */
void diff_call(struct buf *out, const struct call *c);

/* Its body, indented, and a newline. */
void call_text(struct buf *out, const struct call *c);

/* {"service", "method", "url", "body"} for print --json. */
struct json *call_print_json(const struct call *c);

#endif
