#!/bin/sh
# /etc/cron.d/order-status: 15 3 * * * order-status /srv/order-status/nightly.sh
set -eu
cd /srv/order-status
PATH="$PWD/node_modules/.bin:$PATH"
set -a
. ./.env # ORDER_STATUS_TOKEN
set +a

mkdir -p backups
order-status backup --store orders.db --to "backups/$(date +%F).db" # PostgreSQL: pg_dump
find backups -name '*.db' -mtime +14 -delete
order-status prune --store orders.db --older-than 365d
order-status reconcile --since 7d --apply
