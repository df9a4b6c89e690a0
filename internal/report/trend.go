package report

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/midspan/midspan/internal/assess"
	"github.com/midspan/midspan/internal/observation"
)

// TrendVersion is the version of trend.json.
const TrendVersion = "1.0"

// Trend holds what the kept runs found of each good of the newest one: trend.json. Runs are
// of different days, the oldest first.
type Trend struct {
	Schema  string      `json:"$schema"`
	Version string      `json:"schemaVersion"`
	Runs    []TrendRun  `json:"runs"`
	Goods   []TrendGood `json:"goods"` // by id
}

// TrendRun is a run of a series. Where its rules are others than those of the run before,
// the points on both sides do not compare.
type TrendRun struct {
	Day   string      `json:"day"` // as 2006-01-02
	Rules RulesBefore `json:"rules,omitempty"`
}

// RulesBefore is how the rules of a run stand to those of the run before; empty where
// they are the same.
type RulesBefore string

// Rules may be known to differ, or not be known, in runs of an older program.
const (
	RulesChanged RulesBefore = "changed"
	RulesUnknown RulesBefore = "unknown"
)

// TrendGood is the series of a good.
type TrendGood struct {
	ID     string       `json:"id"`
	Name   string       `json:"name"`
	Points []TrendPoint `json:"points"` // in the order of runs; none where a run did not have the good
}

// TrendPoint is what a run found of a good.
type TrendPoint struct {
	Run   int          `json:"run"` // the number of the run in Runs, from 0
	Stage assess.Stage `json:"stage"`
	// Low and High bound the score of the supports together, from 0 to 100.
	Low  float64 `json:"low"`
	High float64 `json:"high"`
	// Findings and People (who committed in 12 months) are left out where unknown.
	Findings *int `json:"findings,omitempty"`
	People   *int `json:"people,omitempty"`
	// FindingsBound and PeopleBound are left out where these are exact.
	FindingsBound observation.Bound `json:"findingsBound,omitempty"`
	PeopleBound   observation.Bound `json:"peopleBound,omitempty"`
}

// NewTrend begins the series of some goods, which come by id.
func NewTrend(goods []Standing) *Trend {
	t := &Trend{Schema: "schema.json#/$defs/trend", Version: TrendVersion, Runs: []TrendRun{}, Goods: make([]TrendGood, len(goods))}
	for i, good := range goods {
		t.Goods[i] = TrendGood{ID: good.Good, Name: good.Name, Points: []TrendPoint{}}
	}
	return t
}

// Add adds the next point of a good; one that is no longer in the catalog is left out.
func (t *Trend) Add(good string, point TrendPoint) {
	if series := t.find(good); series != nil {
		series.Points = append(series.Points, point)
	}
}

// Series returns the points of a good, the oldest first; nil where there are none. A
// picture of them needs two.
func (t *Trend) Series(good string) []TrendPoint {
	if t == nil {
		return nil
	}
	if series := t.find(good); series != nil {
		return series.Points
	}
	return nil
}

func (t *Trend) find(good string) *TrendGood {
	i, found := slices.BinarySearchFunc(t.Goods, good, func(g TrendGood, id string) int { return strings.Compare(g.ID, id) })
	if !found {
		return nil
	}
	return &t.Goods[i]
}

// WriteJSON writes trend.json, a good a line.
func (t *Trend) WriteJSON(w io.Writer) error {
	head := *t
	head.Goods = nil
	runs, err := json.Marshal(head.Runs)
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintf(w, "{\"$schema\":%q,\"schemaVersion\":%q,\n\"runs\":%s,\n\"goods\":[", head.Schema, head.Version, runs); err != nil {
		return err
	}
	for i, good := range t.Goods {
		line, err := json.Marshal(good)
		if err != nil {
			return err
		}
		separator := ",\n"
		if i == 0 {
			separator = "\n"
		}
		if _, err := fmt.Fprintf(w, "%s%s", separator, line); err != nil {
			return err
		}
	}
	_, err = io.WriteString(w, "\n]}\n")
	return err
}
