/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The libraries of GLib are linked with -Bsymbolic-functions: when one of them calls a function of
 * its own, such as g_mutex_lock() from g_main_context_iteration(), the address is in the call
 * instruction, and no symbol of another library comes in between. So these instructions are
 * rewritten, all of them, before main() runs.
 *
 * A direct call or jump on x86-64 is one byte and the distance to its target in four. A place that
 * looks like one, and whose distance leads exactly to one of a few addresses, is one.
 */

#include "ptp-tsan-rebind.h"

#include <link.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define CALL        0xe8
#define JUMP        0xe9
#define BRANCH_SIZE 5
/* movabs rax, ADDRESS; jmp rax */
#define STUB_SIZE 16

typedef struct
{
  const PtpTsanBinding *bindings;
  size_t n_bindings;
  uint8_t *stubs;
  size_t n_calls;
} Rebinding;

static _Noreturn void
give_up (const char *what)
{
  fprintf (stderr, "tsan: cannot %s, so that GLib's locks would not be seen\n", what);
  abort ();
}

static int
is_of_glib (const char *path)
{
  const char *slash = strrchr (path, '/');
  const char *name = slash != NULL ? slash + 1 : path;

  return strncmp (name, "libglib-2.0.so", 14) == 0 || strncmp (name, "libgobject-2.0.so", 17) == 0
         || strncmp (name, "libgio-2.0.so", 13) == 0;
}

static uint8_t *
stubs_new (const PtpTsanBinding *bindings, size_t n_bindings)
{
  uint8_t *stubs = mmap (NULL, n_bindings * STUB_SIZE, PROT_READ | PROT_WRITE,
                         MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

  if (stubs == MAP_FAILED)
    give_up ("allocate");

  for (size_t i = 0; i < n_bindings; i++)
    {
      uint8_t *stub = stubs + i * STUB_SIZE;

      memcpy (stub, "\x48\xb8", 2);
      memcpy (stub + 2, &bindings[i].ours, 8);
      memcpy (stub + 10, "\xff\xe0", 2);
    }
  if (mprotect (stubs, n_bindings * STUB_SIZE, PROT_READ | PROT_EXEC) != 0)
    give_up ("make code");

  return stubs;
}

static void
rebind_call (const Rebinding *self, uint8_t *at, size_t i)
{
  const int64_t distance = (self->stubs + i * STUB_SIZE) - (at + BRANCH_SIZE);
  const int32_t near = (int32_t) distance;

  if (near != distance)
    give_up ("reach far enough");
  memcpy (at + 1, &near, sizeof near);
}

/* Returns the number of bytes to go on by. */
static size_t
look_at (Rebinding *self, uint8_t *at)
{
  const uint8_t *target;
  int32_t distance;

  if (*at != CALL && *at != JUMP)
    return 1;

  memcpy (&distance, at + 1, sizeof distance);
  target = at + BRANCH_SIZE + distance;
  for (size_t i = 0; i < self->n_bindings; i++)
    if (target == self->bindings[i].theirs)
      {
        rebind_call (self, at, i);
        self->n_calls++;
        return BRANCH_SIZE;
      }

  return 1;
}

static void
rebind_segment (Rebinding *self, uint8_t *start, size_t size)
{
  const uintptr_t page = (uintptr_t) sysconf (_SC_PAGESIZE);
  uint8_t *first = (uint8_t *) ((uintptr_t) start & ~(page - 1));
  uint8_t *end = start + size;

  if (mprotect (first, (size_t) (end - first), PROT_READ | PROT_WRITE | PROT_EXEC) != 0)
    give_up ("write to code");
  for (uint8_t *at = start; at + BRANCH_SIZE <= end;)
    at += look_at (self, at);
  if (mprotect (first, (size_t) (end - first), PROT_READ | PROT_EXEC) != 0)
    give_up ("protect code");
}

static int
rebind_library (struct dl_phdr_info *info, size_t size, void *data)
{
  if (!is_of_glib (info->dlpi_name))
    return 0;

  for (int i = 0; i < info->dlpi_phnum; i++)
    {
      const ElfW (Phdr) *header = &info->dlpi_phdr[i];

      if (header->p_type == PT_LOAD && (header->p_flags & PF_X) != 0)
        rebind_segment (data, (uint8_t *) (info->dlpi_addr + header->p_vaddr), header->p_memsz);
    }

  return 0;
}

void
ptp_tsan_rebind (const PtpTsanBinding *bindings, size_t n_bindings)
{
  Rebinding self = { .bindings = bindings, .n_bindings = n_bindings };

  self.stubs = stubs_new (bindings, n_bindings);
  dl_iterate_phdr (rebind_library, &self);
  if (self.n_calls == 0)
    give_up ("find a call");
}
