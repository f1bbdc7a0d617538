#!/bin/sh
# Checks the catalog, tests the policies, and replays a history through the changed catalog and the baseline: a
# report for the pull request. Put it next to your catalog; both workflows in this folder run it.
#
#   CATALOG   folder of the changed catalog          tocsin.d
#   BASELINE  folder of the catalog in force         (none: no backtest)
#   TESTS     folder of policy tests                 tests
#   HISTORY   export of the archive, or intake facts history.jsonl
#   REPORT    the report in Markdown                 report.md
#   JUNIT     the test report for the CI             policies.xml
#
# It exits with 1 if the catalog has a fault or a test fails. A backtest never fails the job.
set -u
catalog=${CATALOG:-tocsin.d} baseline=${BASELINE:-} tests=${TESTS:-tests} history=${HISTORY:-history.jsonl}
report=${REPORT:-report.md} junit=${JUNIT:-policies.xml}
failed=0
said=$(mktemp)
trap 'rm -f "$said"' EXIT

# part TITLE COMMAND…: runs the command and appends its output to the report under the title.
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
		printf '\n## Backtest\n\nThe backtest failed; the log says why.\n' >>"$report"
	fi
fi
exit "$failed"
