/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Numbers that follow from a seed, and from nothing else: SplitMix64. */
typedef struct
{
  guint64 state;
} CrowdRandom;

static inline guint64
crowd_random_next (CrowdRandom *self)
{
  guint64 z = (self->state += G_GUINT64_CONSTANT (0x9e3779b97f4a7c15));

  z = (z ^ (z >> 30)) * G_GUINT64_CONSTANT (0xbf58476d1ce4e5b9);
  z = (z ^ (z >> 27)) * G_GUINT64_CONSTANT (0x94d049bb133111eb);
  return z ^ (z >> 31);
}

/* One of 0, 1, ... @end - 1. */
static inline guint
crowd_random_below (CrowdRandom *self, guint end)
{
  return (guint) (crowd_random_next (self) % end);
}

/* Once in @n times. */
static inline gboolean
crowd_random_one_in (CrowdRandom *self, guint n)
{
  return crowd_random_below (self, n) == 0;
}

G_END_DECLS
