/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

/* copy-loop SOURCE BYTES: what anybody would write by hand, read() and write() in turns, to
 * standard output. It blocks, and does nothing else.
 */

static void
write_all (const char *data, size_t size)
{
  while (size > 0)
    {
      ssize_t n = write (STDOUT_FILENO, data, size);

      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        err (1, "standard output");
      data += n;
      size -= (size_t) n;
    }
}

int
main (int argc, char **argv)
{
  size_t size = argc == 3 ? strtoul (argv[2], NULL, 10) : 0;
  char *buffer;
  int fd;

  if (size == 0)
    errx (1, "usage: copy-loop SOURCE BYTES");

  fd = open (argv[1], O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    err (1, "%s", argv[1]);
  buffer = malloc (size);
  if (buffer == NULL)
    err (1, "a buffer of %s bytes", argv[2]);

  while (1)
    {
      ssize_t n = read (fd, buffer, size);

      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        err (1, "%s", argv[1]);
      if (n == 0)
        break;
      write_all (buffer, (size_t) n);
    }

  free (buffer);
  close (fd);
  return 0;
}
