/* main.c - the two faces before the playing setup. */
#include <string.h>

#include "base/i18n.h"
#include "wizard.h"

int
main(int argc, char **argv)
{
	struct wizard_options o = { .color = "auto" };

	i18n_init(argc > 1 && strcmp(argv[1], "--plain") != 0 ? argv[1] : "build/locale", NULL);
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--plain") == 0)
			o.plain = true;
		if (strcmp(argv[i], "--practice") == 0)
			o.setup.practice = true;
	}
	return wizard_run(&o);
}
