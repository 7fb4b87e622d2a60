/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* An intrusive queue: who is queued carries the links, so that adding, removing and rotating
 * allocate nothing and cost the same whatever the number. It owns nothing.
 */
typedef struct _PtpRunLink PtpRunLink;

struct _PtpRunLink
{
  PtpRunLink *prev; /* NULL when not queued */
  PtpRunLink *next;
};

typedef struct
{
  PtpRunLink ring; /* its next is the first, its prev the last */
} PtpRunQueue;

static inline void
ptp_run_queue_init (PtpRunQueue *self)
{
  self->ring.prev = self->ring.next = &self->ring;
}

static inline gboolean
ptp_run_queue_is_empty (const PtpRunQueue *self)
{
  return self->ring.next == &self->ring;
}

static inline gboolean
ptp_run_link_is_queued (const PtpRunLink *link)
{
  return link->prev != NULL;
}

static inline void
ptp_run_queue_push (PtpRunQueue *self, PtpRunLink *link)
{
  link->prev = self->ring.prev;
  link->next = &self->ring;
  link->prev->next = link;
  self->ring.prev = link;
}

static inline void
ptp_run_link_remove (PtpRunLink *link)
{
  link->prev->next = link->next;
  link->next->prev = link->prev;
  link->prev = link->next = NULL;
}

static inline PtpRunLink *
ptp_run_queue_pop (PtpRunQueue *self)
{
  PtpRunLink *first = self->ring.next;

  if (first == &self->ring)
    return NULL;

  ptp_run_link_remove (first);
  return first;
}

G_END_DECLS
