/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A fault for each checker, which has to find it before its silence about our code counts. It is
 * compiled by planted.sh alone.
 */
#include <stdlib.h>
#include <string.h>

/* clang-tidy: bugprone-suspicious-string-compare. */
int
same_name (const char *a, const char *b)
{
  if (strcmp (a, b) < -1)
    return 1;
  return 0;
}

/* cppcheck: arrayIndexOutOfBounds. */
int
last_of_four (void)
{
  int numbers[4] = { 0, 1, 2, 3 };

  return numbers[4];
}

/* scan-build: core.NullDereference. */
int
length_of (const char *text)
{
  const int *length = text != NULL ? (const int *) text : NULL;

  if (text == NULL)
    return *length;
  return 0;
}

/* valgrind: a block that nothing points to. */
int
main (void)
{
  char *text = malloc (100);

  memset (text, 0, 100);
  text = NULL;
  return text != NULL;
}
