# Read by backup.sh and restore.sh: sets $database to DATABASE_URL without its password, and gives that to PostgreSQL's
# programs in the environment. Their arguments can be seen by everybody on the machine.
database=$(printf '%s' "$DATABASE_URL" |
    sed -E -e 's#^([a-z]+://[^:/@?]*):[^@/?]*@#\1@#' -e 's#([?&])password=[^&]*&?#\1#' -e 's#[?&]$##')
password=$(printf '%s' "$DATABASE_URL" |
    sed -nE -e 's#^[a-z]+://[^:/@?]*:([^@/?]*)@.*#\1#p' -e 's#.*[?&]password=([^&]*).*#\1#p' |
    LC_ALL=C awk '
        function digit(c) { return index("0123456789ABCDEF", toupper(c)) - 1 }
        {
            whole = ""
            while (match($0, /%[0-9A-Fa-f][0-9A-Fa-f]/)) {
                byte = 16 * digit(substr($0, RSTART + 1, 1)) + digit(substr($0, RSTART + 2, 1))
                whole = whole substr($0, 1, RSTART - 1) sprintf("%c", byte)
                $0 = substr($0, RSTART + 3)
            }
            print whole $0
        }')
if [ -n "$password" ]; then
    export PGPASSWORD="$password"
fi
