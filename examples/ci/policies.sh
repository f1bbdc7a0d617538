#!/bin/sh
# Checks the catalog, tests the policies, and plays a history through the catalog beside the one it was: a
# report for the pull request. Put it beside your catalog; both snippets here run it.
#
#   CATALOG   folder of the catalog as it would be   tocsin.d
#   BASELINE  folder of the catalog as it is         (none: no backtest)
#   TESTS     folder of policy tests                 tests
#   HISTORY   export of the archive, or intake facts history.jsonl
#   REPORT    the report in Markdown                 report.md
#   JUNIT     what the tests said, for the CI        policies.xml
#
# It ends with 1 when the catalog has a fault or a test fails. A backtest only tells; it fails nothing.
set -u
catalog=${CATALOG:-tocsin.d} baseline=${BASELINE:-} tests=${TESTS:-tests} history=${HISTORY:-history.jsonl}
report=${REPORT:-report.md} junit=${JUNIT:-policies.xml}
failed=0
said=$(mktemp)
trap 'rm -f "$said"' EXIT

# part TITLE COMMAND…: runs it, and puts what it said under a title.
part() {
	title=$1
	shift
	if "$@" >"$said" 2>&1; then mark=ok; else mark=FAILED; fi
	cat "$said"
	{
		printf '\n## %s: %s\n\n~~~~\n' "$title" "$mark"
		cat "$said"
		printf '~~~~\n'
	} >>"$report"
	[ "$mark" = ok ]
}

printf '# Policies\n' >"$report"
part 'Catalog' tocsin catalog check "$catalog" || failed=1
if [ -d "$tests" ]; then
	part 'Policy tests' tocsin policy test --catalog "$catalog" --junit "$junit" "$tests" || failed=1
fi
if [ "$failed" = 0 ] && [ -f "$history" ] && [ -d "$baseline" ]; then
	if tocsin replay --from-file "$history" --catalog "$catalog" --baseline "$baseline" --diff --format md >"$said"; then
		printf '\n' >>"$report"
		cat "$said" >>"$report"
	else
		printf '\n## Backtest\n\nIt could not be made; the log says why.\n' >>"$report"
	fi
fi
exit "$failed"
