package pipeline

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"github.com/midspan/midspan/internal/assess"
	"github.com/midspan/midspan/internal/report"
	"github.com/midspan/midspan/internal/store"
)

// maxPastRuns bounds the runs of a series, the newest ones.
const maxPastRuns = 60

// trend reads the series of the goods of a run, over the runs of other days up to its own.
// points are those of its own.
func (p *Pipeline) trend(ctx context.Context, run store.Run, goods []report.Standing, points []store.Point) (*report.Trend, error) {
	if err := p.store.PutPoints(ctx, run.ID, points); err != nil {
		return nil, fmt.Errorf("store the points of the run: %w", err)
	}
	runs, err := p.store.PastRuns(ctx, run, maxPastRuns)
	if err != nil {
		return nil, fmt.Errorf("look for earlier runs: %w", err)
	}
	trend := report.NewTrend(goods)
	for i, past := range runs {
		points, err := p.store.Points(ctx, past.ID)
		if err != nil {
			return nil, fmt.Errorf("read the points of run %d: %w", past.ID, err)
		}
		step := report.TrendRun{Day: past.AsOf.UTC().Format(time.DateOnly)}
		switch {
		case i == 0:
		case past.Rules == "" || runs[i-1].Rules == "":
			step.Rules = report.RulesUnknown
		case past.Rules != runs[i-1].Rules:
			step.Rules = report.RulesChanged
		}
		trend.Runs = append(trend.Runs, step)
		for _, point := range points {
			trend.Add(point.Good, report.TrendPoint{Run: i, Stage: assess.Stage(point.Stage), Low: point.Low, High: point.High,
				Findings: point.Findings, People: point.People, FindingsBound: point.FindingsBound, PeopleBound: point.PeopleBound})
		}
	}
	return trend, nil
}

// rulesDigest names the rules in force: what they ask, and how their results become
// stages and scores.
func (p *Pipeline) rulesDigest() (string, error) {
	text, err := json.Marshal([]any{p.rules.Texts(), p.rules.Frame()})
	if err != nil {
		return "", fmt.Errorf("name the rules: %w", err)
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:8]), nil
}
