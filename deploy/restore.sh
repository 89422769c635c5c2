#!/bin/sh
# Reads a file of backup.sh into an empty database: DATABASE_URL=postgres://... deploy/restore.sh FILE
# All of it or, if anything fails, nothing. Then run: manage.py migrate, manage.py audit_ledger.
set -eu
test $# -eq 1 || { echo "usage: DATABASE_URL=postgres://... $0 FILE" >&2; exit 2; }
. "$(dirname "$0")/database.sh"
pg_restore --single-transaction --exit-on-error --no-owner --no-privileges --dbname "$database" "$1"
