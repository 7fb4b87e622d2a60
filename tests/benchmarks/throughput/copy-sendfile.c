/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/sendfile.h>
#include <unistd.h>

/* copy-sendfile SOURCE: the kernel moves everything to standard output by itself. */

/* More than this the kernel does not take in one call. */
#define MOST (0x7ffff000)

int
main (int argc, char **argv)
{
  int fd;

  if (argc != 2)
    errx (1, "usage: copy-sendfile SOURCE");

  fd = open (argv[1], O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    err (1, "%s", argv[1]);

  while (1)
    {
      ssize_t n = sendfile (STDOUT_FILENO, fd, NULL, MOST);

      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        err (1, "sending %s", argv[1]);
      if (n == 0)
        break;
    }

  close (fd);
  return 0;
}
