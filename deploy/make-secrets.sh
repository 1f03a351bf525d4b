#!/bin/sh
# Makes every secret that docker-compose.prod.yml wants, and an authority with certificates for a first try:
#
#   deploy/make-secrets.sh auth.example.com [FOLDER]
#
# The folder is deploy/secrets unless another is named. It must not be there yet: nothing is ever overwritten. Wants
# openssl and nothing else. Where something fails, nothing is left behind.
#
#   deploy/make-secrets.sh --renew auth.example.com [FOLDER]
#
# makes the certificates and their keys anew, by the authority that is there with its ca_key, and leaves all else alone:
# also tls_certificate and tls_key, where another authority gave them.
set -eu
umask 077

IS_RENEWAL=
if [ "${1:-}" = --renew ]; then
  IS_RENEWAL=yes
  shift
fi
HOST=${1:-}
case $HOST in
  '' | -* | *[!A-Za-z0-9.-]*)
    echo "usage: deploy/make-secrets.sh [--renew] HOST [FOLDER], with the host name of PUBLIC_URL" >&2
    exit 2
    ;;
esac
FOLDER=${2:-$(dirname "$0")/secrets}
if [ "$IS_RENEWAL" ]; then
  for name in ca ca_key tls_certificate; do
    if [ ! -f "$FOLDER/$name" ]; then
      echo "$FOLDER/$name is not there, and a renewal wants it: nothing was changed" >&2
      exit 1
    fi
  done
elif [ -e "$FOLDER" ] || [ -L "$FOLDER" ]; then
  echo "$FOLDER is there already, and the secrets in it may be in use: nothing was changed" >&2
  exit 1
fi

PARENT=$(cd "$(dirname "$FOLDER")" && pwd)
FRESH=$(mktemp -d "$PARENT/.secrets-XXXXXX")
trap 'rm -rf "$FRESH"' EXIT
trap 'exit 1' HUP INT TERM
OLD=$PARENT/$(basename "$FOLDER")
cd "$FRESH"

# What openssl says is shown only when it fails.
quietly() { "$@" 2>openssl.log || { cat openssl.log >&2; exit 1; }; }
new_key() { quietly openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1"; }
certify() { # NAME COMMON_NAME ALTERNATIVE_NAMES
  new_key "$1_key"
  quietly openssl req -new -config request.cnf -key "$1_key" -subj "/CN=$2" -out request.pem
  printf '%s\n' "subjectAltName=$3" basicConstraints=CA:FALSE extendedKeyUsage=serverAuth keyUsage=digitalSignature >extensions.cnf
  quietly openssl x509 -req -in request.pem -CA ca -CAkey ca_key -set_serial "0x$(openssl rand -hex 16)" \
    -sha256 -days 825 -extfile extensions.cnf -out "$1_certificate"
}

printf '%s\n' '[req]' distinguished_name=dn '[dn]' '[authority]' basicConstraints=critical,CA:TRUE \
  keyUsage=critical,keyCertSign,cRLSign subjectKeyIdentifier=hash >request.cnf
certify_all() {
  certify postgres postgres DNS:postgres,DNS:localhost
  certify redis redis DNS:redis,DNS:localhost
  if [ ! "$IS_RENEWAL" ] || is_ours tls_certificate; then certify tls "$HOST" "DNS:$HOST"; fi
  rm -f request.cnf request.pem extensions.cnf openssl.log
}
# Signed by this authority, whether its time is over or not.
is_ours() { openssl verify -no_check_time -CAfile ca "$OLD/$1" >openssl.log 2>&1; }

if [ "$IS_RENEWAL" ]; then
  cp "$OLD/ca" "$OLD/ca_key" .
  certify_all
  rm ca ca_key
  chmod 644 ./*
  MADE=$(echo *)
  mv ./* "$OLD/"
  echo "Made anew in $FOLDER: $MADE"
  exit 0
fi

# One line without its end. Hexadecimal: as it is in a URL and in a file of settings alike.
password() { openssl rand -hex 24 | tr -d '\n'; }
put() { printf '%s' "$2" >"$1"; }

put secret_key "$(openssl rand -base64 48 | tr -d '\n' | tr '+/' '-_')"
put metrics_pass "$(password)"
put smtp_password replace-me-with-the-password-of-SMTP_USER
put postgres_superuser_password "$(password)"
for role in owner app system; do
  put "postgres_${role}_password" "$(password)"
  put "database_${role}_url" "postgres://gatehouse_$role:$(cat "postgres_${role}_password")@postgres:5432/gatehouse"
done
REDIS_PASSWORD=$(password)
put redis_auth "requirepass $REDIS_PASSWORD"
put redis_url "rediss://:$REDIS_PASSWORD@redis:6379"

new_key ca_key
quietly openssl req -new -x509 -config request.cnf -extensions authority -key ca_key -sha256 -days 3650 \
  -subj "/CN=Gatehouse authority of $HOST" -out ca
certify_all

# Compose hands a file on with the mode that it has here, and each container runs as another account. So the files may
# be read by whoever reaches them, and the folder keeps everybody else out. The authority's key goes into no container.
chmod 644 ./*
chmod 600 ca_key
printf '*\n' >.gitignore
trap - EXIT
mv "$FRESH" "$OLD"
cat <<END
The secrets of $HOST are in $FOLDER. Now
  - put the password of SMTP_USER into smtp_password;
  - put the certificate and key that your authority gave you for $HOST into tls_certificate and tls_key: the ones made
    here are trusted by nobody but who is given the file ca;
  - keep a copy of secret_key as safe as the database's backup: what is encrypted does not open without it.
END
