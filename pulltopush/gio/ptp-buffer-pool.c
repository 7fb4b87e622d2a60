/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "ptp-buffer-pool-private.h"

#include <sys/mman.h>
#include <unistd.h>

/* Sizes are kept by powers of two. Smaller ones malloc serves well by itself, larger ones would
 * leave the pool no room for anything else.
 */
#define MIN_SHIFT (14)
#define MAX_SHIFT (21)
#define N_CLASSES (MAX_SHIFT - MIN_SHIFT + 1)

/* A chunk may pin a buffer of at most so many times its size. */
#define MAX_WASTE (4)

/* From this size on, in bytes, a new buffer is given its pages at once. */
#define MIN_POPULATED (128 * 1024)

struct _PtpBuffer
{
  PtpBuffer *next; /* (owned) (nullable): while in the pool */
  gsize size;      /* bytes that were asked for */
  int size_class;  /* -1: never in the pool */
  gint64 data[];   /* aligned for anything */
};

static struct
{
  GMutex lock;
  guint n_users;
  gsize kept;                    /* bytes */
  PtpBuffer *classes[N_CLASSES]; /* (owned) */
} pool;

static gsize
class_capacity (int size_class)
{
  return (gsize) 1 << (MIN_SHIFT + size_class);
}

static int
class_of (gsize size)
{
  int size_class;

  if (size <= class_capacity (0) / 2 || size > class_capacity (N_CLASSES - 1))
    return -1;

  for (size_class = 0; class_capacity (size_class) < size;)
    size_class++;
  return size_class;
}

static PtpBuffer *
pop_locked (int size_class)
{
  PtpBuffer *buffer = pool.classes[size_class];

  if (buffer == NULL)
    return NULL;

  pool.classes[size_class] = g_steal_pointer (&buffer->next);
  pool.kept -= class_capacity (size_class);
  return buffer;
}

/* Room is made at the expense of sizes that nobody gave back just now. */
static void
make_room_locked (int size_class)
{
  for (int i = 0; i < N_CLASSES; i++)
    while (i != size_class && pool.classes[i] != NULL
           && pool.kept + class_capacity (size_class) > PTP_BUFFER_POOL_MAX)
      g_free (pop_locked (i));
}

static gboolean
push (PtpBuffer *buffer)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&pool.lock);

  if (pool.n_users == 0)
    return FALSE;

  make_room_locked (buffer->size_class);
  if (pool.kept + class_capacity (buffer->size_class) > PTP_BUFFER_POOL_MAX)
    return FALSE;

  buffer->next = pool.classes[buffer->size_class];
  pool.classes[buffer->size_class] = buffer;
  pool.kept += class_capacity (buffer->size_class);
  return TRUE;
}

static PtpBuffer *
pop (int size_class)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&pool.lock);

  return pop_locked (size_class);
}

void
ptp_buffer_pool_enter (void)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&pool.lock);

  pool.n_users++;
}

void
ptp_buffer_pool_leave (void)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&pool.lock);

  g_assert (pool.n_users > 0);
  if (--pool.n_users > 0)
    return;

  for (int i = 0; i < N_CLASSES; i++)
    while (pool.classes[i] != NULL)
      g_free (pop_locked (i));
}

gsize
ptp_buffer_pool_get_kept (void)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&pool.lock);

  return pool.kept;
}

/* The pages would come one by one otherwise, with an interruption each, while the buffer is read
 * into for the first time. A kernel that cannot do this gives them later.
 */
static void
populate (PtpBuffer *buffer, gsize size)
{
#ifdef MADV_POPULATE_WRITE
  gsize page = (gsize) sysconf (_SC_PAGESIZE);
  guint8 *start = (guint8 *) buffer;
  gsize skip = (page - (gsize) start % page) % page;

  if (size >= MIN_POPULATED)
    madvise (start + skip, (size - skip) / page * page, MADV_POPULATE_WRITE);
#endif
}

static PtpBuffer *
allocate (gsize size)
{
  PtpBuffer *buffer = g_malloc (size);

  populate (buffer, size);
  return buffer;
}

PtpBuffer *
ptp_buffer_new (gsize size)
{
  int size_class = class_of (size);
  PtpBuffer *buffer = size_class >= 0 ? pop (size_class) : NULL;

  if (buffer == NULL)
    buffer = allocate (sizeof *buffer + (size_class >= 0 ? class_capacity (size_class) : size));

  buffer->next = NULL;
  buffer->size = size;
  buffer->size_class = size_class;
  return buffer;
}

void
ptp_buffer_free (PtpBuffer *buffer)
{
  if (buffer->size_class < 0 || !push (buffer))
    g_free (buffer);
}

gpointer
ptp_buffer_get_data (PtpBuffer *buffer)
{
  return buffer->data;
}

gsize
ptp_buffer_get_size (PtpBuffer *buffer)
{
  return buffer->size;
}

static void
free_buffer_cb (gpointer user_data)
{
  ptp_buffer_free (user_data);
}

GBytes *
ptp_buffer_free_to_bytes (PtpBuffer *buffer, gsize length)
{
  g_assert (length <= buffer->size);

  if (length < buffer->size / MAX_WASTE)
    {
      GBytes *bytes = g_bytes_new (buffer->data, length);

      ptp_buffer_free (buffer);
      return bytes;
    }

  return g_bytes_new_with_free_func (buffer->data, length, free_buffer_cb, buffer);
}
