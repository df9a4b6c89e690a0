package main

import (
	"context"
	"fmt"
	"io"
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

var fateNames = []struct {
	fate backtest.Fate
	name string
}{
	{backtest.SilentHalfYear, "silent six months"},
	{backtest.StillSilent, "silent to the end"},
	{backtest.NobodyLeft, "nobody left"},
	{backtest.Halved, "people halved"},
	{backtest.Over, "declared over"},
}

func writeStages(w io.Writer, r pipeline.StageResult) error {
	var s strings.Builder
	writeLooked(&s, r.Looked, r.Repositories, r.SeenAfterPush)
	if r.UnreadTimes > 0 {
		fmt.Fprintf(&s, "Left out: %s at which the files of the day could not be read.\n", counted(r.UnreadTimes, "time", "times"))
	}
	for _, t := range r.Tables {
		writeStageTable(&s, t)
	}
	writeDraws(&s, r.Looked)
	return writeTrimmed(w, s.String())
}

func writeStageTable(s *strings.Builder, t backtest.StageTable) {
	months := strings.Trim(strings.ReplaceAll(fmt.Sprint(t.Months), " ", ", "), "[]")
	fmt.Fprintf(s, "\nstage %s months before the end, and what became of it until then\n%-26s %6s", months, "stage then", "points")
	for _, f := range fateNames {
		fmt.Fprintf(s, "  %-22s", f.name)
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
		fmt.Fprintf(s, "%-26s %6d", name, row.Points)
		for _, fate := range row.Fates {
			fmt.Fprintf(s, "  %s", formatShare(fate.Share))
		}
		s.WriteString("\n")
	}
	fmt.Fprintf(s, "messy middle, with what may be strained, to sustained, silent to the end: %s times\n", strings.TrimSpace(formatEstimate(t.Times)))
}

// formatShare formats a share with its interval in percent, in 22 columns.
func formatShare(e backtest.Estimate) string {
	if e.Value == nil {
		return fmt.Sprintf("%5s %-16s", "-", "")
	}
	interval := ""
	if e.Low != nil && e.High != nil {
		interval = fmt.Sprintf("(%.0f to %.0f)", 100**e.Low, 100**e.High)
	}
	return fmt.Sprintf("%3.0f %% %-16s", 100**e.Value, interval)
}
