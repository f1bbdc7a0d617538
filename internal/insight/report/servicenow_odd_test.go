package report_test

import (
	"encoding/csv"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tocsin.dev/internal/insight/report"
)

// oddColumns are those that the SQL reads.
var oddColumns = []string{
	"number", "incident_state", "reassignment_count", "reopen_count", "sys_mod_count", "made_sla", "opened_at", "sys_updated_at",
	"category", "priority", "assignment_group", "assigned_to", "resolved_by", "resolved_at",
}

// oddLife draws the rows of one incident as exports have them: states that say nothing, groups that are not
// known, a first row before the opening, several changes in one minute, rows that stand there twice, an end
// without a resolution, and no end at all.
func oddLife(r *rand.Rand, number int) (rows [][]string) {
	pick := func(all ...string) string { return all[r.IntN(len(all))] }
	write := func(t time.Time) string { return t.Format("02-01-2006 15:04") }
	opened := time.Date(2016, 2, 28, 0, 0, 0, 0, time.UTC).Add(time.Duration(r.IntN(60*24*20)) * time.Minute)
	at := opened.Add(time.Duration(r.IntN(200)-40) * time.Minute)
	group, handed, again, over := r.IntN(6), 0, 0, false
	category, resolved := pick("Category 1", "Category 2", "?"), "?"
	for n := range 1 + r.IntN(9) {
		state := pick("New", "Active", "Awaiting User Info", "Awaiting Vendor", "-100", "?", "Resolved", "Closed")
		switch {
		case state == "-100", state == "?": // it stays as it is
		case state == "Resolved", state == "Closed":
			if !over {
				resolved = write(at)
			}
			over = true
		case over:
			over, again, resolved = false, again+1, "?"
		}
		if r.IntN(4) == 0 {
			group, handed = (group+1+r.IntN(5))%6, handed+1
		}
		shown := fmt.Sprint("Group ", group)
		if r.IntN(5) == 0 {
			shown = "?"
		}
		row := []string{
			fmt.Sprintf("INC%07d", number), state, strconv.Itoa(handed), strconv.Itoa(again), strconv.Itoa(n), pick("TRUE", "FALSE"), write(opened), write(at),
			category, pick("1 - Critical", "2 - High", "3 - Moderate"), shown, pick("Resolver 1", "?"), "?", "",
		}
		rows = append(rows, row)
		if r.IntN(6) == 0 {
			rows = append(rows, row)
		}
		at = at.Add(time.Duration(r.IntN(4)*r.IntN(500)) * time.Minute)
	}
	if r.IntN(3) == 0 { // an export that does not know when
		resolved = "?"
	}
	for _, row := range rows {
		row[len(row)-1] = resolved
	}
	return rows
}

func oddExport(t *testing.T, seed uint64) string {
	r := rand.New(rand.NewPCG(seed, 498))
	path := filepath.Join(t.TempDir(), "odd.csv")
	f, err := os.Create(path)
	require.NoError(t, err)
	defer f.Close()
	w := csv.NewWriter(f)
	require.NoError(t, w.Write(oddColumns))
	for n := range 80 {
		require.NoError(t, w.WriteAll(oddLife(r, n)))
	}
	return path
}

// TestOddExports: the KPIs of exports with everything that is odd are those that SQL computes from the rows.
func TestOddExports(t *testing.T) {
	for seed := range uint64(3) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			path := oddExport(t, seed)
			db := raw(t, path)
			r, err := report.Make(collected(t, path), report.Options{})
			require.NoError(t, err)
			require.Equal(t, 80, r.Incidents)
			require.Positive(t, r.Open)
			require.Positive(t, r.Reopened)
			compareNumbers(t, db, r.Numbers, "true")
			for column, groups := range map[string]map[string]report.Numbers{
				"priority": r.ByPriority, "team": r.ByTeam, "service": r.ByService, "week": r.ByWeek,
			} {
				require.Equal(t, sqlCount(t, db, "count(DISTINCT "+column+")", "true"), len(groups), column)
				for name, n := range groups {
					compareNumbers(t, db, n, column+" = ?", name)
				}
			}
		})
	}
}
