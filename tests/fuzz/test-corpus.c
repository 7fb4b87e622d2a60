/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* What the fuzzers found worth keeping, played again: one case for each input. */

#include "ptp-fuzz.h"

#include "ptp-model-trials.h"

#include <sys/wait.h>
#include <unistd.h>

/* A sequence may take so long before it counts as endless: a safety net. */
#define MAX_SECONDS 60

typedef struct
{
  PtpFuzzFunc func;
  char *file; /* (owned) */
} Input;

static void
input_free (gpointer data)
{
  Input *input = data;

  g_free (input->file);
  g_free (input);
}

/* In the child: says what was found, if anything. */
static void
play (const Input *input)
{
  g_autofree char *contents = NULL;
  g_autofree char *finding = NULL;
  gsize size;

  ptp_model_catch_warnings ();
  alarm (MAX_SECONDS);
  if (!g_file_get_contents (input->file, &contents, &size, NULL))
    _exit (2);
  finding = input->func ((const guint8 *) contents, size);
  if (finding == NULL)
    _exit (0);

  g_printerr ("%s: %s\n", input->file, finding);
  _exit (1);
}

static void
test_input (gconstpointer data)
{
  pid_t child = fork ();
  int status;

  g_assert_cmpint (child, >=, 0);
  if (child == 0)
    play (data);
  while (waitpid (child, &status, 0) != child)
    ;
  g_assert_cmpint (status, ==, 0);
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return g_strcmp0 (*(const char *const *) a, *(const char *const *) b);
}

static void
add_corpus (const char *name, PtpFuzzFunc func)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "corpus", name, NULL);
  g_autoptr (GPtrArray) files = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GError) error = NULL;
  g_autoptr (GDir) dir = g_dir_open (path, 0, &error);
  const char *file;

  g_assert_no_error (error);
  while ((file = g_dir_read_name (dir)) != NULL)
    g_ptr_array_add (files, g_strdup (file));
  g_assert_cmpuint (files->len, >, 0);
  g_ptr_array_sort (files, compare_names);

  for (guint i = 0; i < files->len; i++)
    {
      const char *base = g_ptr_array_index (files, i);
      g_autofree char *test = g_strdup_printf ("/fuzz/%s/%s", name, base);
      Input *input = g_new (Input, 1);

      input->func = func;
      input->file = g_build_filename (path, base, NULL);
      g_test_add_data_func_full (test, input, test_input, input_free);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  add_corpus ("model", ptp_fuzz_model);
#ifdef PTP_FUZZ_CLI
  add_corpus ("cli", ptp_fuzz_cli);
#endif

  return g_test_run ();
}
