/* names.h - the resolver, but for three names: slow.invalid hangs, nobody.invalid is none, and of
 * unanswered.invalid no name server says anything.  libcurl and our child find this one first. */
#ifndef TESTS_NAMES_H
#define TESTS_NAMES_H

#include <dlfcn.h>
#include <netdb.h>
#include <string.h>
#include <unistd.h>

int
getaddrinfo(const char *restrict node, const char *restrict service, const struct addrinfo *restrict hints,
            struct addrinfo **restrict result)
{
	int (*real)(const char *, const char *, const struct addrinfo *, struct addrinfo **);

	if (node && strcmp(node, "slow.invalid") == 0)
		usleep(2000000);
	if (node && (strcmp(node, "slow.invalid") == 0 || strcmp(node, "nobody.invalid") == 0))
		return EAI_NONAME;
	if (node && strcmp(node, "unanswered.invalid") == 0)
		return EAI_AGAIN;
	*(void **)&real = dlsym(RTLD_NEXT, "getaddrinfo");
	return real(node, service, hints, result);
}

#endif
