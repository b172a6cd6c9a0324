#include "proxy/listen_address.h"

#include <string.h>

bool
listen_all(const char *address)
{
	return strcmp(address, "*") == 0 || strcmp(address, "0.0.0.0") == 0 ||
	       strcmp(address, "::") == 0 || strcmp(address, "[::]") == 0;
}

bool
listen_same(const char *a, const char *b)
{
	size_t n = strlen(a), m = strlen(b);

	if (*a == '[' && n > 2)
		a++, n -= 2;
	if (*b == '[' && m > 2)
		b++, m -= 2;
	return n == m && strncmp(a, b, n) == 0;
}

bool
listen_meet(const char *a, const char *b)
{
	return listen_all(a) || listen_all(b) || listen_same(a, b);
}
