/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include <locale.h>
#include <pulltopush/pulltopush.h>
#include <signal.h>

#include "ptp-cli-copy-private.h"
#include "ptp-cli-options-private.h"
#include "ptp-cli-standard-private.h"
#include "ptp-cli-status-private.h"

int
main (int argc, char *argv[])
{
  g_autoptr (PtpCliOptions) options = NULL;
  g_autoptr (PtpCliCopy) copy = NULL;
  g_autoptr (GError) error = NULL;

  setlocale (LC_ALL, "");
  ptp_cli_standard_prepare ();
  /* Consumers do this for what they write. Messages go to where nobody may read them, too. */
  signal (SIGPIPE, SIG_IGN);
  g_set_prgname ("pulltopush");

  options = ptp_cli_options_new_from_args (argv, &error);
  if (options == NULL)
    {
      g_printerr ("pulltopush: %s\nTry “pulltopush --help”.\n", error->message);
      return PTP_CLI_STATUS_USAGE;
    }
  if (options->version)
    {
      g_print ("pulltopush %s\n", PTP_VERSION_S);
      return PTP_CLI_STATUS_DONE;
    }

  copy = ptp_cli_copy_new (options);
  return ptp_cli_copy_run (copy);
}
