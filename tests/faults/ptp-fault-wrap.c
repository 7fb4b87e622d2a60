/* SPDX-FileCopyrightText: 2026 The pulltopush authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "ptp-fault-wrap.h"

#include <string.h>

/* A converter that changes nothing, but for a trailer. */
#define TYPE_SAME_CONVERTER (same_converter_get_type ())
G_DECLARE_FINAL_TYPE (SameConverter, same_converter, SAME, CONVERTER, GObject)

struct _SameConverter
{
  GObject parent_instance;

  const char *trailer; /* (not owned): what is left of it */
};

static void converter_iface_init (GConverterIface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (SameConverter,
                               same_converter,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_CONVERTER, converter_iface_init))

static GConverterResult
convert_trailer (SameConverter *self,
                 void *outbuf,
                 gsize outbuf_size,
                 gsize *bytes_read,
                 gsize *bytes_written)
{
  gsize size = MIN (strlen (self->trailer), outbuf_size);

  if (size > 0)
    memcpy (outbuf, self->trailer, size);
  self->trailer += size;
  *bytes_read = 0;
  *bytes_written = size;
  return *self->trailer == 0 ? G_CONVERTER_FINISHED : G_CONVERTER_CONVERTED;
}

static GConverterResult
convert (GConverter *converter,
         const void *inbuf,
         gsize inbuf_size,
         void *outbuf,
         gsize outbuf_size,
         GConverterFlags flags,
         gsize *bytes_read,
         gsize *bytes_written,
         GError **error)
{
  SameConverter *self = SAME_CONVERTER (converter);
  gsize size = MIN (inbuf_size, outbuf_size);

  if ((flags & G_CONVERTER_INPUT_AT_END) != 0 && inbuf_size == 0 && *self->trailer != 0)
    return convert_trailer (self, outbuf, outbuf_size, bytes_read, bytes_written);

  *bytes_read = size;
  *bytes_written = size;
  if (size > 0)
    memcpy (outbuf, inbuf, size);
  if ((flags & G_CONVERTER_INPUT_AT_END) != 0 && size == inbuf_size && *self->trailer == 0)
    return G_CONVERTER_FINISHED;
  if ((flags & G_CONVERTER_FLUSH) != 0 && size == inbuf_size)
    return G_CONVERTER_FLUSHED;
  if (size > 0)
    return G_CONVERTER_CONVERTED;

  g_set_error_literal (error, G_IO_ERROR,
                       inbuf_size == 0 ? G_IO_ERROR_PARTIAL_INPUT : G_IO_ERROR_NO_SPACE,
                       "There is nothing to convert, or nowhere to put it");
  return G_CONVERTER_ERROR;
}

static void
reset (GConverter *converter)
{
}

static void
converter_iface_init (GConverterIface *iface)
{
  iface->convert = convert;
  iface->reset = reset;
}

static void
same_converter_class_init (SameConverterClass *klass)
{
}

static void
same_converter_init (SameConverter *self)
{
  self->trailer = "";
}

GInputStream *
ptp_fault_wrap_input (GInputStream *stream, PtpFaultWrap wrap)
{
  g_autoptr (GInputStream) base = stream;
  g_autoptr (GConverter) converter = NULL;

  if (wrap == PTP_FAULT_WRAP_NONE)
    return g_steal_pointer (&base);
  if (wrap == PTP_FAULT_WRAP_BUFFERED)
    return g_buffered_input_stream_new (base);

  converter = g_object_new (TYPE_SAME_CONVERTER, NULL);
  return g_converter_input_stream_new (base, converter);
}

GOutputStream *
ptp_fault_wrap_output (GOutputStream *stream, PtpFaultWrap wrap)
{
  g_autoptr (GOutputStream) base = stream;
  g_autoptr (GConverter) converter = NULL;

  if (wrap == PTP_FAULT_WRAP_NONE)
    return g_steal_pointer (&base);
  if (wrap == PTP_FAULT_WRAP_BUFFERED)
    return g_buffered_output_stream_new (base);

  converter = g_object_new (TYPE_SAME_CONVERTER, NULL);
  if (wrap == PTP_FAULT_WRAP_TRAILER)
    SAME_CONVERTER (converter)->trailer = PTP_FAULT_TRAILER;
  return g_converter_output_stream_new (base, converter);
}
