#!/bin/sh
# The probe origin under checklists and rubbish, shorter than `make torture' does it.
ENDURE=${ENDURE:-30} exec sh "$(dirname "$0")/../torture/endure.sh"
