#!/bin/sh
# Writes all data into one file: DATABASE_URL=postgres://... deploy/backup.sh gameplatform-2026-01-31.dump
# It may run while people play: the file holds one moment. Redis needs no backup.
set -eu
test $# -eq 1 || { echo "usage: DATABASE_URL=postgres://... $0 FILE" >&2; exit 2; }
umask 077
. "$(dirname "$0")/database.sh"
pg_dump --format=custom --no-owner --no-privileges --file "$1.part" --dbname "$database"
mv "$1.part" "$1"
