/*
 * box.h - a container that a process of this machine is in, as /proc shows it.
 *
 * Root sees everything but its name and which of its mounts are volumes: those
 * an engine tells (engine.h).  An ordinary user sees that there is one.
 */
#ifndef ANSWERS_BOX_H
#define ANSWERS_BOX_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/mem.h"

struct machine;

/* What runs containers, and the command that goes into one. */
struct engine {
	const char *name;    /* as people know it; not translated */
	const char *command; /* "docker" */
	const char *option;  /* of the command: another socket */
	const char *direct;  /* of the command, to use none; NULL: it always needs one */
	const char *sign;    /* before the id in the name of a control group */
	const char *socket;  /* the usual one of its API */
	const char *own;     /* the one of a user without root, below XDG_RUNTIME_DIR */
	const char *variable; /* of the environment: another socket */
};

extern const struct engine engines[]; /* ends with a NULL name */

struct box_mount {
	char *inside, *outside; /* the same place, as the container and as this machine name it */
	bool  file;             /* one file alone */
	bool  volume;           /* it belongs to the engine */
};

struct box_port {
	char    *address;         /* of this machine; "" : all */
	unsigned outside, inside;
};

struct box {
	struct arena        *arena;   /* its strings are from there */
	const struct engine *engine;  /* NULL: not known, and nothing can be done in it */
	char                *id;      /* 64 digits, or "" */
	char                *name;    /* what its engine's command takes, and people say */
	char                *image;   /* NULL: not told */
	char                *socket;  /* where its engine answered; NULL: nowhere, or its command did */
	pid_t                pid;
	char                *root;    /* its files from here: "/proc/12/root" */
	bool                 closed;  /* its files are not ours to see */
	bool                 told;    /* an engine that may be believed said that this process is of it: else nothing is written */
	bool                 foreign; /* in a user namespace of its own, which anybody can make */
	bool                 shares_network; /* its ports and its loopback are this machine's */
	char                *gateway; /* this machine's address as it is reached from there, or NULL */
	char                *host_name; /* a name of that address there, or NULL */
	struct box_mount    *mounts;
	size_t               n_mounts;
	struct box_port     *ports;   /* published */
	size_t               n_ports;
	bool                 ports_seen; /* false: which are published could not be found out */
	unsigned            *deaf;       /* see box_is_deaf() */
	size_t               n_deaf;
};

/*
 * The container of a process, other than the one we may be in ourselves: its
 * engine and, from the arena, its id.  NULL: none, or none of these engines.
 */
const char *box_id(struct arena *a, const char *proc, pid_t pid, const struct engine **engine);

/* All that /proc shows.  `proc' is "/proc", but for tests. */
void box_read(struct box *b, struct arena *a, const char *proc, pid_t pid);

/* Is it in another user namespace than we are? */
bool box_is_foreign(const char *proc, pid_t pid);

/* Do both see the same files, which are not ours? */
bool box_same(const char *proc, pid_t one, pid_t other);

/* Where a path of the container lies on this machine, and the other way round. */
enum box_place {
	BOX_SEEN,    /* there, and both are one: looked at */
	BOX_OWN,     /* in the container's own layer, gone with it */
	BOX_VOLUME,  /* in a volume of the engine */
	BOX_FILE,    /* mounted as one file: what is moved in its place is not seen there */
};
enum box_place box_outside(struct arena *a, const struct box *b, const char *inside, char **outside);
char *box_inside(struct arena *a, const struct box *b, const char *outside); /* NULL: it is not seen there */

/* The nearest directory above a path of it that is there already. */
char *box_dir(struct arena *a, const struct box *b, const char *inside);

/* Is there such a file or directory in it?  Links lead where they lead there. */
bool box_has(const struct box *b, const char *inside);

/* The port of this machine that leads to one of its, and the other way round; 0: none. */
unsigned box_port_outside(const struct box *b, unsigned inside);
unsigned box_port_inside(const struct box *b, unsigned outside);

/*
 * Which ports are listened on where it does not reach them?  OpenChamber on
 * this machine's loopback is the usual one.
 */
void box_note_listeners(struct box *b, const struct machine *m);
bool box_is_deaf(const struct box *b, unsigned port);

#endif
