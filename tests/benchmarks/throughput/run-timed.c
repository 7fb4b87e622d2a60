/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <err.h>
#include <errno.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* run-timed REPORT COMMAND...: runs a command, and writes to the file REPORT when it began and when
 * it ended, in nanoseconds of the monotonic clock, how much processor time it took, in
 * microseconds, and its peak memory, in KiB. It ends as the command does.
 *
 * time(1) rounds to hundredths of a second, and some of these copies take seven of them. A command
 * is charged with the memory of who starts it, so this links nothing but the C library.
 */

static int64_t
nanoseconds (const struct timespec *time)
{
  return (int64_t) time->tv_sec * 1000000000 + time->tv_nsec;
}

static int64_t
microseconds (const struct timeval *time)
{
  return (int64_t) time->tv_sec * 1000000 + time->tv_usec;
}

int
main (int argc, char **argv)
{
  struct timespec start, end;
  struct rusage usage;
  int status, error;
  FILE *report;
  pid_t child;

  if (argc < 3)
    errx (1, "usage: run-timed REPORT COMMAND...");
  report = fopen (argv[1], "we");
  if (report == NULL)
    err (1, "%s", argv[1]);

  clock_gettime (CLOCK_MONOTONIC, &start);
  error = posix_spawnp (&child, argv[2], NULL, NULL, argv + 2, environ);
  if (error != 0)
    errx (1, "%s: %s", argv[2], strerror (error));
  /* Whoever reads what it writes sees the end when the command ends, not when this does. */
  close (STDOUT_FILENO);

  while (wait4 (child, &status, 0, &usage) < 0)
    if (errno != EINTR)
      err (1, "waiting for %s", argv[2]);
  clock_gettime (CLOCK_MONOTONIC, &end);

  fprintf (report, "%jd %jd %jd %ld\n", (intmax_t) nanoseconds (&start),
           (intmax_t) nanoseconds (&end),
           (intmax_t) (microseconds (&usage.ru_utime) + microseconds (&usage.ru_stime)),
           usage.ru_maxrss);
  if (fclose (report) != 0)
    err (1, "%s", argv[1]);

  return WIFEXITED (status) ? WEXITSTATUS (status) : 128 + WTERMSIG (status);
}
