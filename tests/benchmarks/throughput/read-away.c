/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/socket.h>
#include <time.h>

/* read-away: the reader of everybody who writes to TCP. It listens on a free port of 127.0.0.1 and
 * says which. Of the first connection it says how many bytes came, and when their end came, in
 * nanoseconds of the monotonic clock.
 *
 * The kernel throws away what TCP is asked for with MSG_TRUNC, without copying it here, so that
 * the reader is never what is measured.
 */

#define AT_ONCE (64 * 1024 * 1024)

static int
listen_locally (unsigned *port)
{
  struct sockaddr_in address = {
    .sin_family = AF_INET,
    .sin_addr = { htonl (INADDR_LOOPBACK) },
  };
  socklen_t length = sizeof address;
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

  if (fd < 0 || bind (fd, (struct sockaddr *) &address, length) != 0 || listen (fd, 1) != 0
      || getsockname (fd, (struct sockaddr *) &address, &length) != 0)
    err (1, "listening on 127.0.0.1");

  *port = ntohs (address.sin_port);
  return fd;
}

static uint64_t
read_to_end (int fd)
{
  uint64_t total = 0;

  while (1)
    {
      ssize_t n = recv (fd, NULL, AT_ONCE, MSG_TRUNC);

      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        err (1, "reading the connection after %ju bytes", (uintmax_t) total);
      if (n == 0)
        return total;
      total += (uint64_t) n;
    }
}

int
main (void)
{
  unsigned port = 0;
  int listener = listen_locally (&port);
  struct timespec end;
  uintmax_t total;
  int fd;

  printf ("%u\n", port);
  fflush (stdout);

  fd = accept4 (listener, NULL, NULL, SOCK_CLOEXEC);
  if (fd < 0)
    err (1, "accepting a connection");
  total = read_to_end (fd);

  clock_gettime (CLOCK_MONOTONIC, &end);
  printf ("%ju %jd%09ld\n", total, (intmax_t) end.tv_sec, end.tv_nsec);
  return 0;
}
