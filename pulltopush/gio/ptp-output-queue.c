/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "ptp-output-queue-private.h"

#include "ptp-buffer-pool-private.h"

#include <string.h>

/* A large chunk is kept as it came. Small ones are copied together, since a million chunks of one
 * byte would cost a hundred times their size and, with streams that cannot gather by themselves
 * (pipes and TLS in GIO), a system call each. A small chunk that stays alone is not copied: only
 * the second one starts to gather.
 *
 * While the last chunk gathers, bytes are added behind those that a running write may be reading;
 * the memory never moves and is never written twice.
 */

void
ptp_output_batch_clear (PtpOutputBatch *self)
{
  for (guint i = 0; i < self->n_vectors; i++)
    g_bytes_unref (self->chunks[i]);
  self->n_vectors = 0;
  self->size = 0;
}

void
ptp_output_queue_init (PtpOutputQueue *self)
{
  *self = (PtpOutputQueue){ .chunks = G_QUEUE_INIT };
}

/* The peak stays: it tells of the queue's whole life. */
void
ptp_output_queue_clear (PtpOutputQueue *self)
{
  g_queue_clear_full (&self->chunks, (GDestroyNotify) g_bytes_unref);
  self->offset = 0;
  self->size = 0;
  self->gather = NULL;
  self->gather_filled = 0;
}

static gsize
link_size (PtpOutputQueue *self, GList *link)
{
  if (self->gather != NULL && link == self->chunks.tail)
    return self->gather_filled;

  return g_bytes_get_size (link->data);
}

/* The last chunk takes no more: from now on it is as long as it is full. */
static void
seal (PtpOutputQueue *self)
{
  g_autoptr (GBytes) whole = NULL;

  if (self->gather == NULL)
    return;

  whole = self->chunks.tail->data;
  self->chunks.tail->data = g_bytes_new_from_bytes (whole, 0, self->gather_filled);
  self->gather = NULL;
  self->gather_filled = 0;
}

static gboolean
can_start_gathering (PtpOutputQueue *self)
{
  GList *last = self->chunks.tail;

  return self->gather == NULL && last != NULL && last != self->chunks.head
         && g_bytes_get_size (last->data) <= PTP_OUTPUT_QUEUE_SMALL;
}

/* The first chunk is left alone: it may be written in part. */
static void
start_gathering (PtpOutputQueue *self)
{
  g_autoptr (GBytes) last = self->chunks.tail->data;
  gsize size = 0;
  gconstpointer data = g_bytes_get_data (last, &size);
  PtpBuffer *buffer = ptp_buffer_new (PTP_OUTPUT_QUEUE_GATHER);

  self->gather = ptp_buffer_get_data (buffer);
  memcpy (self->gather, data, size);
  self->gather_filled = size;
  self->chunks.tail->data = ptp_buffer_free_to_bytes (buffer, PTP_OUTPUT_QUEUE_GATHER);
}

static gboolean
gather (PtpOutputQueue *self, GBytes *bytes)
{
  gsize size = 0;
  gconstpointer data = g_bytes_get_data (bytes, &size);

  if (size > PTP_OUTPUT_QUEUE_SMALL)
    return FALSE;

  if (can_start_gathering (self))
    start_gathering (self);
  if (self->gather == NULL || size > PTP_OUTPUT_QUEUE_GATHER - self->gather_filled)
    return FALSE;

  memcpy (self->gather + self->gather_filled, data, size);
  self->gather_filled += size;
  return TRUE;
}

void
ptp_output_queue_push (PtpOutputQueue *self, GBytes *bytes)
{
  gsize size = g_bytes_get_size (bytes);

  if (size == 0)
    return;

  if (!gather (self, bytes))
    {
      seal (self);
      g_queue_push_tail (&self->chunks, g_bytes_ref (bytes));
    }
  self->size += size;
  self->peak = MAX (self->peak, self->size);
}

/* Fills @batch, which must be clear, with the head of the queue: at most @max_size bytes in
 * @max_vectors pieces.
 */
void
ptp_output_queue_peek (PtpOutputQueue *self,
                       gsize max_size,
                       guint max_vectors,
                       PtpOutputBatch *batch)
{
  gsize offset = self->offset;

  max_vectors = MIN (max_vectors, PTP_OUTPUT_BATCH_VECTORS);
  batch->n_vectors = 0;
  batch->size = 0;
  for (GList *l = self->chunks.head; l != NULL; l = l->next)
    {
      const guint8 *data = g_bytes_get_data (l->data, NULL);
      gsize size = MIN (link_size (self, l) - offset, max_size - batch->size);

      if (size == 0 || batch->n_vectors == max_vectors)
        break;

      batch->vectors[batch->n_vectors] = (GOutputVector){ data + offset, size };
      batch->chunks[batch->n_vectors] = g_bytes_ref (l->data);
      batch->n_vectors++;
      batch->size += size;
      offset = 0;
    }
}

/* Drops @size bytes from the head: they are written. More than there are is all there are. */
void
ptp_output_queue_consume (PtpOutputQueue *self, gsize size)
{
  size = MIN (size, self->size);
  self->size -= size;
  while (size > 0)
    {
      gsize left = link_size (self, self->chunks.head) - self->offset;

      if (size < left)
        {
          self->offset += size;
          return;
        }

      size -= left;
      self->offset = 0;
      if (self->chunks.head == self->chunks.tail)
        {
          self->gather = NULL;
          self->gather_filled = 0;
        }
      g_bytes_unref (g_queue_pop_head (&self->chunks));
    }
}
