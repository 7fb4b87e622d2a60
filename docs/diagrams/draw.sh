#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The pulltopush authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Draws the pictures of the documentation with PlantUML, into docs/images: ./run diagrams. Each ends
# with the checksum of what it was drawn from, so that a test sees one that was not drawn again.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

images=../images
plantuml -tsvg -nometadata -charset UTF-8 -o "$images" ./*.puml
for source in *.puml; do
  picture=$images/${source%.puml}.svg
  sum=$(cat style.iuml "$source" | sha256sum | cut -d ' ' -f 1)
  printf '\n<!-- drawn from %s -->\n' "$sum" >>"$picture"
done
