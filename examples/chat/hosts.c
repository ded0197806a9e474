/* hosts: names and addresses. */
#include "chat.h"

#include <netdb.h>
#include <netinet/in.h>
#include <string.h>

static bool same_address(const struct sockaddr *a, const struct sockaddr *b)
{
	if (a->sa_family != b->sa_family)
		return false;
	if (a->sa_family == AF_INET)
		return memcmp(&((const struct sockaddr_in *)a)->sin_addr, &((const struct sockaddr_in *)b)->sin_addr,
			      sizeof(struct in_addr)) == 0;
	return memcmp(&((const struct sockaddr_in6 *)a)->sin6_addr, &((const struct sockaddr_in6 *)b)->sin6_addr,
		      sizeof(struct in6_addr)) == 0;
}

/* Mistake: asks the name server and waits for its answer, at every connection. uv_getaddrinfo() would not. */
bool host_matches(const struct sockaddr *address, const char *host)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM }, *list = NULL;
	bool found = false;

	if (getaddrinfo(host, NULL, &hints, &list) != 0)
		return false;
	for (const struct addrinfo *entry = list; entry && !found; entry = entry->ai_next)
		found = same_address(entry->ai_addr, address);
	freeaddrinfo(list);
	return found;
}
