package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/midspan/midspan/internal/assess"
	"github.com/midspan/midspan/internal/backtest"
	"github.com/midspan/midspan/internal/pipeline"
)

func (a *app) backtestStages(ctx context.Context, p *pipeline.Pipeline, urls []string, o pipeline.BacktestOptions) error {
	found, err := p.BacktestStages(ctx, urls, o)
	if err != nil {
		return err
	}
	a.gaps = len(found.Unread)
	return a.printResult(found, func(w io.Writer) error { return writeStages(w, found) })
}

// rowNames are the rows that are no stage of the rules.
var rowNames = map[assess.Stage]string{
	backtest.Short:     "strained or messy middle",
	backtest.Undecided: "undecided then",
}

// fateColumns are the heads of the columns, with what they mean.
var fateColumns = []struct{ head, means string }{
	{"silent", "in some six months until the end, nobody committed"},
	{"to end", "nobody committed in the last six months"},
	{"no team", "nobody of the 12 months before committed in the last six"},
	{"halved", "half as many people in the last 12 months as before, or fewer"},
	{"over", "its files declare it over, and did not then"},
	{"fixes", "a critical or high advisory with a fix was open for more than a year at the end"},
}

// columnsOf are the columns that a result has.
func columnsOf(r pipeline.StageResult) int {
	if r.Fixes == nil {
		return len(fateColumns) - 1
	}
	return len(fateColumns)
}

func writeStages(w io.Writer, r pipeline.StageResult) error {
	var s strings.Builder
	writeLooked(&s, r.Looked, r.Repositories, r.SeenAfterPush)
	if r.UnreadTimes > 0 {
		fmt.Fprintf(&s, "Left out: %s at which the files of the day could not be read.\n", counted(r.UnreadTimes, "time", "times"))
	}
	columns := fateColumns[:columnsOf(r)]
	for _, t := range r.Tables {
		writeStageTable(&s, t, len(columns))
	}
	s.WriteString("\n")
	for _, column := range columns {
		fmt.Fprintf(&s, "%-8s %s\n", column.head, column.means)
	}
	writeFixesTold(&s, r.Fixes)
	writeDraws(&s, r.Looked)
	return writeTrimmed(w, s.String())
}

// writeFixesTold says at how many points it could be told whether fixes were left open.
func writeFixesTold(s *strings.Builder, t *backtest.FixesTold) {
	if t == nil {
		return
	}
	fmt.Fprintf(s, "\nserious fixes: told at %s", counted(t.Told, "point", "points"))
	if t.Partly > 0 {
		fmt.Fprintf(s, "; at %d of them none was seen open and some of what runs was not matched", t.Partly)
	}
	s.WriteString(".\n")
	for _, why := range slices.Sorted(maps.Keys(t.Untold)) {
		fmt.Fprintf(s, "  not told: %s: %d\n", why, t.Untold[why])
	}
}

func writeStageTable(s *strings.Builder, t backtest.StageTable, columns int) {
	months := strings.Trim(strings.ReplaceAll(fmt.Sprint(t.Months), " ", ", "), "[]")
	fmt.Fprintf(s, "\nof each stage %s months before the end, percent with intervals\n%-24s %6s", months, "stage then", "points")
	for _, column := range fateColumns[:columns] {
		fmt.Fprintf(s, " %8s", column.head)
	}
	s.WriteString("\n")
	for _, row := range t.Rows {
		if row.Points == 0 {
			continue
		}
		name := string(row.Stage)
		if other, ok := rowNames[row.Stage]; ok {
			name = other
		}
		fmt.Fprintf(s, "%-24s %6d", name, row.Points)
		for _, fate := range row.Fates {
			fmt.Fprintf(s, " %8s", percentText(fate.Share.Value))
		}
		fmt.Fprintf(s, "\n%31s", "")
		for _, fate := range row.Fates {
			interval := ""
			if fate.Share.Low != nil && fate.Share.High != nil {
				interval = percentText(fate.Share.Low) + "-" + percentText(fate.Share.High)
			}
			fmt.Fprintf(s, " %8s", interval)
		}
		s.WriteString("\n")
	}
	fmt.Fprintf(s, "silent to the end, messy middle to sustained: %s times\n", strings.TrimSpace(formatEstimate(t.Times)))
	if told := tellsApart(t.Apart); told != "" {
		fmt.Fprintf(s, "messy middle and strained differ in: %s\n", told)
	}
}

// tellsApart lists the fates in which the interval of a difference excludes zero, empty where
// there is none.
func tellsApart(all []backtest.FateDifference) string {
	var heads []string
	for i, one := range all {
		if d := one.Difference; d.Low != nil && d.High != nil && (*d.Low > 0 || *d.High < 0) {
			heads = append(heads, fateColumns[i].head)
		}
	}
	return strings.Join(heads, ", ")
}

// percentText writes a share in percent; a dash where there is none.
func percentText(share *float64) string {
	if share == nil {
		return "-"
	}
	return fmt.Sprintf("%.0f", 100**share)
}
