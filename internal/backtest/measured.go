package backtest

import (
	_ "embed"
	"encoding/json"
	"fmt"

	"github.com/midspan/midspan/internal/assess"
)

// Measured is what the embedded rules were worth on some repositories, for the method page.
// docs/backtest.md says how it was measured, and with which commands.
type Measured struct {
	Populations []Population `json:"populations"`
}

// Population is some repositories with what was measured on them.
type Population struct {
	Name   string          `json:"name"`            // "outside" the DPG registry, or the "registry"
	Again  bool            `json:"again,omitempty"` // drawn anew, after a first look at others of the name
	Look   int             `json:"look,omitempty"`  // which look it was, from the third on
	End    string          `json:"end"`             // 2006-01-02: until when they are known
	Risk   MeasuredRisk    `json:"risk"`
	Stages []MeasuredStage `json:"stages"`
}

// MeasuredRisk is what the risk and the baselines foretold of silence in months 12 to 18.
type MeasuredRisk struct {
	Repositories int           `json:"repositories"` // that were alive at one time or more
	Points       int           `json:"points"`
	Silent       int           `json:"silent"`
	Scores       []Compared    `json:"scores"`
	Levels       []Calibration `json:"levels"`
}

// StageRow is what became of the repositories of a stage, 12, 18 and 24 months later: a
// MeasuredShare of each fate, or a FateShare.
type StageRow[F any] struct {
	Stage        assess.Stage `json:"stage"`
	Points       int          `json:"points"`
	Repositories int          `json:"repositories"`
	Fates        []F          `json:"fates"`
}

// MeasuredStage is a row of what was measured, under the name that it has in report.json.
type MeasuredStage StageRow[MeasuredShare]

// MeasuredShare is a share of the points of a stage at which the fate is known.
type MeasuredShare struct {
	Fate     Fate     `json:"fate"`
	Of       int      `json:"of"`
	Happened int      `json:"happened"`
	Share    Estimate `json:"share"`
}

//go:embed measured.json
var measured []byte

// MeasuredOfEmbedded is what was measured of the embedded rules.
func MeasuredOfEmbedded() (Measured, error) {
	var m Measured
	if err := json.Unmarshal(measured, &m); err != nil {
		return m, fmt.Errorf("read what the rules were worth: %w", err)
	}
	return m, nil
}
