#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# usage: run_cases.sh SEMANTICS PROJECT_ROOT
# Compares the program with the corpus of answers in PROMWARDEN_SHARED; skipped (77) where there is none.
shared=${PROMWARDEN_SHARED:-$2/../shared}
if [ ! -f "$shared/check/semantics_cases.py" ]; then
  echo "no corpus in $shared: skipped"
  exit 77
fi
exec python3 "$shared/check/semantics_cases.py" "$1" --without short-month
