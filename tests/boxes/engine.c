/*
 * engine.c - a stand-in for the API of Docker and Podman, as far as it is read.
 *
 *	engine DIR SOCKET
 *
 * DIR/ID.json is what GET /containers/ID/json answers, its name or a beginning of its id will do as
 * well; GET /containers/json lists them in the short form.  Every request is a line in DIR/log, and
 * whatever is no GET a 405: nothing here may be written to.
 */
#include "../standin.h"

#include <dirent.h>

static void
answer(const struct request *r, int status, const char *reason, const struct json *j)
{
	struct buf text = BUF_INIT;

	json_write(&text, j, false);
	dprintf(r->fd, "HTTP/1.1 %d %s\r\nApi-Version: 1.47\r\nContent-Type: application/json\r\nConnection: close\r\n"
	        "Content-Length: %zu\r\n\r\n%s\n", status, reason, text.len + 1, text.s);
	buf_free(&text);
}

static void
refuse(const struct request *r, int status, const char *reason, const char *message)
{
	struct json *j = json_object();

	json_set_string(j, "message", message);
	answer(r, status, reason, j);
	json_free(j);
}

/* In a list a port is a line of its own, and the name one of several. */
static struct json *
short_form(const struct json *c)
{
	struct json *j = json_object(), *names = json_array(), *state = json_string("running");

	json_set_string(j, "Id", json_get_string(c, "Id", ""));
	json_push(names, json_string(json_get_string(c, "Name", "")));
	json_set(j, "Names", names);
	json_set_string(j, "Image", json_get_string(json_get(c, "Config"), "Image", ""));
	json_set(j, "State", state);
	json_set(j, "Mounts", json_copy(json_get(c, "Mounts")));
	return j;
}

/* All of them, or the one that is asked for; the caller frees it, NULL: there is none. */
static struct json *
look(const char *wanted)
{
	struct json *all = json_array(), *one = NULL;
	DIR *d = opendir(dir);

	for (const struct dirent *entry; d && !one && (entry = readdir(d));) {
		struct json *c = strstr(entry->d_name, ".json") ? stored(entry->d_name) : NULL;
		const char *id = json_get_string(c, "Id", ""), *name = json_get_string(c, "Name", "/");

		if (c && !wanted)
			json_push(all, short_form(c));
		else if (c && *wanted && (strncmp(id, wanted, strlen(wanted)) == 0 || strcmp(name + 1, wanted) == 0))
			one = json_copy(c);
		json_free(c);
	}
	if (d)
		closedir(d);
	if (!wanted)
		return all;
	json_free(all);
	return one;
}

static void
on_request(struct request *r)
{
	char id[128] = "";
	struct json *found;

	note(r, true);
	if (strcmp(r->method, "GET") != 0) {
		refuse(r, 405, "Method Not Allowed", "this stand-in is only read");
		return;
	}
	if (strcmp(r->path, "/containers/json") != 0 && sscanf(r->path, "/containers/%127[^/]/json", id) != 1) {
		refuse(r, 404, "Not Found", "page not found");
		return;
	}
	found = look(*id ? id : NULL);
	if (found)
		answer(r, 200, "OK", found);
	else
		refuse(r, 404, "Not Found", "No such container");
	json_free(found);
}

int
main(int argc, char **argv)
{
	if (argc != 3)
		return 2;
	dir = argv[1];
	return standin_run(argv[2], "", on_request);
}
