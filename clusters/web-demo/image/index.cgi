#!/bin/busybox sh
# /behaviour is written by the lab's faults alone: errors in 1/1000 of the requests, then a delay in milliseconds.
errors=0 delay=0
[ ! -f /behaviour ] || read -r errors delay < /behaviour
[ "$delay" = 0 ] || /bin/busybox usleep "${delay}000"
# RANDOM has 15 bits: 1000 does not divide them evenly, which shifts the share by less than 0.001.
if [ $((RANDOM % 1000)) -lt "$errors" ]; then
  printf 'Status: 500 Internal Server Error\r\nContent-Type: text/plain\r\n\r\nInternal Server Error\n'
  exit
fi
# Read without a further process: one pod may have to answer for all of Beijing. Printed all at once or not at all: a pod
# that is killed here must not leave half a page behind its 200.
config=
exec < /config-file/config.json || exit
while IFS= read -r line; do
  config="$config$line
"
done
printf 'Content-Type: text/plain\r\n\r\nThis is env %s !\nConfig file is %s' "$ENV_NAME" "$config$line"
