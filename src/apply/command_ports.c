/* command_ports.c - a port changes hands: who listens there, and until nobody does. */
#include "apply/apply_run.h"

#include <string.h>

#define LOOK_MS 100
#define FREE_MS 5000

bool
command_listens(struct apply *a, const char *program, const unsigned ports[2])
{
	machine_free(&a->machine);
	machine_read(&a->machine, a->root);
	for (size_t i = 0; i < a->machine.n_listeners; i++)
		for (size_t k = 0; k < 2; k++)
			if (ports[k] && a->machine.listeners[i].port == ports[k] &&
			    (!program || strcmp(a->machine.listeners[i].program, program) == 0))
				return true;
	return false;
}

static void
look_for_listeners(void *ctx)
{
	struct apply *a = ctx;

	a->timer = 0;
	if (command_listens(a, NULL, a->ports) && loop_now() < a->deadline)
		a->timer = loop_after(a->loop, LOOK_MS, look_for_listeners, a);
	else
		command_go_on(a, NULL);
}

void
command_wait_free(struct apply *a, const unsigned ports[2], apply_then *then)
{
	a->then = then;
	memcpy(a->ports, ports, sizeof(a->ports));
	a->deadline = loop_now() + FREE_MS;
	a->timer = loop_after(a->loop, 0, look_for_listeners, a);
}
